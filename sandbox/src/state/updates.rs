//! The queue of updates that wait for the bot: delivery, and confirming by `offset`.

use std::collections::VecDeque;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Telegram keeps most updates for a day.
const KEPT_UPDATE: TimeDelta = TimeDelta::hours(24);
/// Telegram keeps a press of a button only this long.
pub(crate) const KEPT_PRESS: TimeDelta = TimeDelta::seconds(150);
/// These kinds come only when asked for by name.
const ONLY_WHEN_ASKED: [&str; 3] = ["chat_member", "message_reaction", "message_reaction_count"];

/// Updates in the order of their ids; those handed out already are in front.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct UpdateQueue {
    waiting: VecDeque<Waiting>,
    /// How many of `waiting`, from the front, were handed out at least once.
    delivered: usize,
    next_id: i64,
    /// The kinds the bot asked for; empty means all but [`ONLY_WHEN_ASKED`].
    allowed: Vec<String>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Waiting {
    id: i64,
    expires: DateTime<Utc>,
    /// The update as JSON.
    body: String,
}

impl UpdateQueue {
    pub(crate) fn new() -> UpdateQueue {
        UpdateQueue {
            waiting: VecDeque::new(),
            delivered: 0,
            next_id: 700_000_001,
            allowed: Vec::new(),
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
        self.waiting.push_back(Waiting {
            id,
            expires: now + kept,
            body: format!("{{\"update_id\":{id},\"{kind}\":{content}}}"),
        });
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
        self.delivered = self.delivered.min(place);
        self.waiting.insert(
            place,
            Waiting {
                id,
                expires: now + KEPT_UPDATE,
                body: update.to_string(),
            },
        );
        id
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
        let before = (self.waiting.len(), self.delivered);
        if offset < 0 {
            let kept = usize::try_from(offset.unsigned_abs()).unwrap_or(usize::MAX);
            let forgotten = self.waiting.len().saturating_sub(kept);
            self.forget(forgotten);
        } else {
            let forgotten = self.waiting.partition_point(|update| update.id < offset);
            self.forget(forgotten);
        }
        if self
            .waiting
            .iter()
            .take(limit)
            .any(|update| update.expires <= now)
        {
            let delivered = self.delivered;
            let mut place = 0;
            let mut delivered_lost = 0;
            self.waiting.retain(|update| {
                let keep = update.expires > now;
                delivered_lost += usize::from(!keep && place < delivered);
                place += 1;
                keep
            });
            self.delivered -= delivered_lost;
        }
        let count = self.waiting.len().min(limit);
        self.delivered = self.delivered.max(count);
        let changed = before != (self.waiting.len(), self.delivered);
        let taken = self
            .waiting
            .iter()
            .take(count)
            .map(|update| update.body.as_str())
            .collect();
        (taken, changed)
    }

    fn forget(&mut self, count: usize) {
        self.waiting.drain(..count);
        self.delivered = self.delivered.saturating_sub(count);
    }

    /// Forgets everything that waits.
    pub(crate) fn clear(&mut self) {
        self.forget(self.waiting.len());
    }

    /// How many updates are not confirmed.
    pub(crate) fn pending(&self) -> usize {
        self.waiting.len()
    }

    /// How many updates were never handed out.
    pub(crate) fn undelivered(&self) -> usize {
        self.waiting.len() - self.delivered
    }
}
