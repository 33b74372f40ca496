//! The queue of updates that wait for the bot: delivery, and confirming by `offset` or one by one.

use std::{collections::VecDeque, ops::Range};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Telegram keeps most updates for a day.
const KEPT_UPDATE: TimeDelta = TimeDelta::hours(24);
/// Telegram keeps a press of a button only this long.
pub(crate) const KEPT_PRESS: TimeDelta = TimeDelta::seconds(150);
/// These kinds come only when asked for by name.
const ONLY_WHEN_ASKED: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// Updates in the order of their ids.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct UpdateQueue {
    waiting: VecDeque<Waiting>,
    /// How many of `waiting` were never handed out.
    #[serde(default)]
    undelivered: usize,
    next_id: i64,
    /// The kinds the bot asked for; empty means all but [`ONLY_WHEN_ASKED`].
    allowed: Vec<String>,
    /// The ids of those that came since somebody asked, while a webhook is set.
    #[serde(skip)]
    arrived: Option<Vec<i64>>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Waiting {
    id: i64,
    expires: DateTime<Utc>,
    /// Whether it was handed out at least once.
    #[serde(default)]
    delivered: bool,
    /// The update as JSON.
    body: String,
}

impl UpdateQueue {
    pub(crate) fn new() -> UpdateQueue {
        UpdateQueue {
            waiting: VecDeque::new(),
            undelivered: 0,
            next_id: 700_000_001,
            allowed: Vec::new(),
            arrived: None,
        }
    }

    /// Remembers which kinds of updates the bot wants, from now on.
    pub(crate) fn allow(&mut self, kinds: Vec<String>) {
        self.allowed = kinds;
    }

    /// The kinds the bot asked for by name.
    pub(crate) fn allowed(&self) -> &[String] {
        &self.allowed
    }

    /// Adds an update of `kind`, unless the bot does not want that kind.
    pub(crate) fn push(&mut self, kind: &str, content: String, now: DateTime<Utc>) {
        let wanted = if self.allowed.is_empty() {
            !ONLY_WHEN_ASKED.contains(&kind)
        } else {
            self.allowed.iter().any(|allowed| allowed == kind)
        };
        if !wanted {
            return;
        }
        let id = self.next_id;
        self.next_id += 1;
        let kept = if kind == "callback_query" {
            KEPT_PRESS
        } else {
            KEPT_UPDATE
        };
        let body = format!("{{\"update_id\":{id},\"{kind}\":{content}}}");
        self.insert(self.waiting.len(), id, now + kept, body);
    }

    /// Adds any JSON as an update; an `update_id` is put in if it has none. Returns the id.
    pub(crate) fn push_raw(&mut self, mut update: Value, now: DateTime<Utc>) -> i64 {
        let id = match update.get("update_id").and_then(Value::as_i64) {
            Some(id) => id,
            None => {
                let id = self.next_id;
                if let Some(fields) = update.as_object_mut() {
                    fields.insert("update_id".to_owned(), Value::from(id));
                }
                id
            }
        };
        self.next_id = self.next_id.max(id.saturating_add(1));
        let place = self.waiting.partition_point(|update| update.id <= id);
        self.insert(place, id, now + KEPT_UPDATE, update.to_string());
        id
    }

    fn insert(&mut self, place: usize, id: i64, expires: DateTime<Utc>, body: String) {
        let waiting = Waiting {
            id,
            expires,
            delivered: false,
            body,
        };
        self.waiting.insert(place, waiting);
        self.undelivered += 1;
        if let Some(arrived) = &mut self.arrived {
            arrived.push(id);
        }
    }

    /// Makes `next_id` the id of the next update, as after a week in which nothing came. Ids count
    /// within one queue, so nothing may wait; tells whether that was so.
    pub(crate) fn restart_at(&mut self, next_id: i64) -> bool {
        let empty = self.waiting.is_empty();
        if empty {
            self.next_id = next_id;
        }
        empty
    }

    /// Forgets every update below `offset` (a negative one counts from the end of the queue), then
    /// hands out the next `limit` of them. Tells whether anything was forgotten or newly handed out.
    pub(crate) fn take(
        &mut self,
        offset: i64,
        limit: usize,
        now: DateTime<Utc>,
    ) -> (Vec<&str>, bool) {
        let before = (self.waiting.len(), self.undelivered);
        if offset < 0 {
            let kept = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            let forgotten = self.waiting.len().saturating_sub(kept);
            self.forget(forgotten);
        } else {
            let forgotten = self.waiting.partition_point(|update| update.id < offset);
            self.forget(forgotten);
        }
        let mut next = self.waiting.iter().take(limit);
        if next.any(|update| update.expires <= now) {
            self.waiting.retain(|update| {
                let keep = update.expires > now;
                self.undelivered -= usize::from(!keep && !update.delivered);
                keep
            });
        }
        for update in self.waiting.iter_mut().take(limit) {
            self.undelivered -= usize::from(!update.delivered);
            update.delivered = true;
        }
        let changed = before != (self.waiting.len(), self.undelivered);
        let next = self.waiting.iter().take(limit);
        (next.map(|update| update.body.as_str()).collect(), changed)
    }

    /// Hands one update out; none if it is gone, or too old.
    pub(crate) fn hand_out(&mut self, id: i64, now: DateTime<Utc>) -> Option<&str> {
        let place = self.place(id)?;
        if self.waiting[place].expires <= now {
            self.remove(place);
            return None;
        }
        let update = &mut self.waiting[place];
        self.undelivered -= usize::from(!update.delivered);
        update.delivered = true;
        Some(&update.body)
    }

    /// An update as JSON.
    pub(crate) fn body(&self, id: i64) -> Option<&str> {
        self.place(id)
            .map(|place| self.waiting[place].body.as_str())
    }

    /// Forgets one update, whatever came before it.
    pub(crate) fn confirm(&mut self, id: i64) {
        if let Some(place) = self.place(id) {
            self.remove(place);
        }
    }

    /// Remembers which updates come from now on, all that wait being the first of them, or no longer
    /// does.
    pub(crate) fn watch(&mut self, watch: bool) {
        self.arrived = watch.then(|| self.waiting.iter().map(|update| update.id).collect());
    }

    /// Which came since this was asked last.
    pub(crate) fn arrived(&mut self) -> Vec<i64> {
        self.arrived
            .as_mut()
            .map(std::mem::take)
            .unwrap_or_default()
    }

    fn place(&self, id: i64) -> Option<usize> {
        let place = self.waiting.partition_point(|update| update.id < id);
        (self.waiting.get(place)?.id == id).then_some(place)
    }

    fn remove(&mut self, place: usize) {
        if let Some(removed) = self.waiting.remove(place) {
            self.undelivered -= usize::from(!removed.delivered);
        }
    }

    fn forget(&mut self, count: usize) {
        let forgotten = self.waiting.drain(..count);
        self.undelivered -= forgotten.filter(|update| !update.delivered).count();
    }

    /// Forgets everything that waits.
    pub(crate) fn clear(&mut self) {
        self.forget(self.waiting.len());
    }

    /// How many updates are not confirmed.
    pub(crate) fn pending(&self) -> usize {
        self.waiting.len()
    }

    /// The ids of those that are not confirmed: from the oldest to the next one to be given.
    pub(crate) fn ids(&self) -> Range<i64> {
        let oldest = self.waiting.front().map(|update| update.id);
        oldest.unwrap_or(self.next_id)..self.next_id
    }

    /// How many updates were never handed out.
    pub(crate) fn undelivered(&self) -> usize {
        self.undelivered
    }
}
