//! The webhook of the bot: where it is, and which update is posted there next.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::State;
use crate::{Delivery, Outage};

/// What the bot set. It is kept in the state file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Webhook {
    pub(crate) url: String,
    /// Comes back in a header of each request.
    pub(crate) secret: Option<String>,
    /// At most so many requests at once.
    pub(crate) max_connections: usize,
    /// When a request failed last, and how.
    pub(crate) last_error: Option<(DateTime<Utc>, String)>,
}

/// Updates of one line are posted one after the other, those of different lines at the same time:
/// the messages of a chat, the presses of a person and what happens to a membership are lines of
/// their own.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Line {
    Messages(i64),
    Presses(i64),
    Membership(i64),
    /// What belongs to nobody.
    Alone(i64),
}

/// Who waits for whom while updates are posted; only in memory.
#[derive(Default)]
pub(crate) struct Posting {
    /// The habits that hold.
    habits: Delivery,
    dice: Option<Pcg64Mcg>,
    lines: HashMap<Line, Waiting>,
    /// The lines whose first update may be posted.
    ready: VecDeque<Line>,
    in_flight: usize,
    /// Grows with each webhook that is set or deleted: what was begun before ends for nothing.
    era: u64,
    /// Grows when a request that had to wait may be made now.
    pub(crate) nudges: u64,
}

#[derive(Default)]
struct Waiting {
    updates: VecDeque<i64>,
    failures: u32,
}

/// A request to be made.
pub(crate) struct Parcel {
    pub(crate) update: i64,
    pub(crate) body: String,
    /// For each request where to, and where else if nobody listens there; more than one if it is to come
    /// more than once.
    pub(crate) routes: Vec<Vec<String>>,
    /// Whether no success is heard.
    pub(crate) unheard: bool,
    pub(crate) secret: Option<String>,
    pub(crate) line: Line,
    era: u64,
}

impl State {
    /// Sets the webhook, or removes it; all that waits is posted to the new one.
    pub(crate) fn set_webhook(&mut self, webhook: Option<Webhook>) {
        self.world.webhook = webhook;
        self.posting.begin_anew();
        self.world.updates.watch(self.world.webhook.is_some());
        self.touch();
    }

    /// How requests are made from now on.
    pub(crate) fn set_delivery(&mut self, habits: Delivery) {
        self.posting.dice = Some(Pcg64Mcg::seed_from_u64(habits.seed));
        self.posting.habits = habits;
        self.posting.begin_anew();
        self.world.updates.watch(self.world.webhook.is_some());
        self.touch();
    }

    /// How requests are made.
    pub(crate) fn delivery(&self) -> &Delivery {
        &self.posting.habits
    }

    /// The next request that may be made now.
    pub(crate) fn next_parcel(&mut self) -> Option<Parcel> {
        let now = self.now();
        let outage = self.trouble.outage(now);
        let webhook = self.world.webhook.as_ref()?;
        if outage.is_some_and(|outage| outage.kind != Outage::OtherPoller) {
            return None;
        }
        let updates = &mut self.world.updates;
        for id in updates.arrived() {
            let line = match self.posting.habits.shuffled {
                true => Line::Alone(id),
                false => updates
                    .body(id)
                    .map_or(Line::Alone(id), |body| line_of(id, body)),
            };
            self.posting.add(line, id);
        }
        if self.posting.in_flight >= webhook.max_connections {
            return None;
        }
        loop {
            let line = self.posting.next_line()?;
            let first = self.posting.lines.get(&line)?.updates.front().copied();
            let body = first.and_then(|id| Some((id, updates.hand_out(id, now)?.to_owned())));
            let Some((update, body)) = body else {
                // It is gone, or too old by now.
                self.posting.leave(&line);
                continue;
            };
            self.posting.in_flight += 1;
            return Some(Parcel {
                update,
                body,
                routes: self.posting.routes(&webhook.url),
                unheard: self.posting.chance(self.posting.habits.unheard),
                secret: webhook.secret.clone(),
                line,
                era: self.posting.era,
            });
        }
    }

    /// A request was answered with success, which confirms its update; or with what else. Tells
    /// after how many failures in a row it is to be made again, if it is.
    pub(crate) fn posted(&mut self, parcel: &Parcel, failure: Option<String>) -> Option<u32> {
        let is_current = parcel.era == self.posting.era;
        let now = self.now();
        let failed = failure.is_some();
        match failure {
            None => self.world.updates.confirm(parcel.update),
            Some(words) => {
                let webhook = self.world.webhook.as_mut().filter(|_| is_current);
                if let Some(webhook) = webhook {
                    webhook.last_error = Some((now, words));
                }
            }
        }
        self.touch();
        if !is_current {
            return None;
        }
        self.posting.in_flight -= 1;
        self.posting.nudges += 1;
        if !failed {
            self.posting.leave(&parcel.line);
            return None;
        }
        let waiting = self.posting.lines.get_mut(&parcel.line)?;
        waiting.failures = waiting.failures.saturating_add(1);
        Some(waiting.failures)
    }

    /// The pause after a failure is over.
    pub(crate) fn post_again(&mut self, parcel: Parcel) {
        if parcel.era == self.posting.era {
            self.posting.ready.push_back(parcel.line);
            self.posting.nudges += 1;
        }
    }

    /// The answer of `getWebhookInfo`.
    pub(crate) fn webhook_info(&self) -> Value {
        let mut info = json!({
            "url": "",
            "has_custom_certificate": false,
            "pending_update_count": self.world.updates.pending(),
        });
        if let Some(webhook) = &self.world.webhook {
            info["url"] = json!(webhook.url);
            info["max_connections"] = json!(webhook.max_connections);
            if let Some((at, words)) = &webhook.last_error {
                info["last_error_date"] = json!(at.timestamp());
                info["last_error_message"] = json!(words);
            }
        }
        if !self.world.updates.allowed().is_empty() {
            info["allowed_updates"] = json!(self.world.updates.allowed());
        }
        info
    }
}

impl Posting {
    fn begin_anew(&mut self) {
        self.lines.clear();
        self.ready.clear();
        self.in_flight = 0;
        self.era += 1;
        self.nudges += 1;
    }

    fn add(&mut self, line: Line, id: i64) {
        let waiting = self.lines.entry(line.clone()).or_default();
        waiting.updates.push_back(id);
        if waiting.updates.len() == 1 {
            self.ready.push_back(line);
        }
    }

    fn next_line(&mut self) -> Option<Line> {
        if self.habits.shuffled && self.ready.len() > 1 {
            let drawn = self.draw() % self.ready.len() as u64;
            return self.ready.swap_remove_front(usize::try_from(drawn).ok()?);
        }
        self.ready.pop_front()
    }

    /// Takes the first update out of its line; the next one's turn has come.
    fn leave(&mut self, line: &Line) {
        let Some(waiting) = self.lines.get_mut(line) else {
            return;
        };
        waiting.updates.pop_front();
        waiting.failures = 0;
        if waiting.updates.is_empty() {
            self.lines.remove(line);
        } else {
            self.ready.push_back(line.clone());
        }
    }

    fn routes(&mut self, url: &str) -> Vec<Vec<String>> {
        let requests = 1 + usize::from(self.chance(self.habits.twice));
        let many = self.habits.addresses.len();
        if many == 0 {
            return vec![vec![url.to_owned()]; requests];
        }
        let first = usize::try_from(self.draw() % many as u64).unwrap_or(0);
        let from = |first: usize| {
            let mut route = self.habits.addresses.clone();
            route.rotate_left(first % many);
            route
        };
        (first..first + requests).map(from).collect()
    }

    /// True with a share of the draws.
    fn chance(&mut self, share: f64) -> bool {
        share > 0.0 && self.share() < share
    }

    /// From 0 to 1.
    fn share(&mut self) -> f64 {
        f64::from(u32::try_from(self.draw() >> 32).unwrap_or(u32::MAX)) / f64::from(u32::MAX)
    }

    fn draw(&mut self) -> u64 {
        let dice = self
            .dice
            .get_or_insert_with(|| Pcg64Mcg::seed_from_u64(self.habits.seed));
        dice.next_u64()
    }
}

/// The line that an update belongs to.
fn line_of(id: i64, body: &str) -> Line {
    #[derive(Deserialize)]
    struct Peek {
        message: Option<InChat>,
        edited_message: Option<InChat>,
        callback_query: Option<FromPerson>,
        my_chat_member: Option<InChat>,
    }
    #[derive(Deserialize)]
    struct InChat {
        chat: Numbered,
    }
    #[derive(Deserialize)]
    struct FromPerson {
        from: Numbered,
    }
    #[derive(Deserialize)]
    struct Numbered {
        id: i64,
    }
    let Ok(peek) = serde_json::from_str::<Peek>(body) else {
        return Line::Alone(id);
    };
    if let Some(message) = peek.message.or(peek.edited_message) {
        return Line::Messages(message.chat.id);
    }
    match (peek.callback_query, peek.my_chat_member) {
        (Some(press), _) => Line::Presses(press.from.id),
        (_, Some(member)) => Line::Membership(member.chat.id),
        _ => Line::Alone(id),
    }
}
