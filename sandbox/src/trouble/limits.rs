//! Limits like Telegram's on how fast a bot may write, and the count of those who did not keep them.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// How fast the bot may write: over all chats and into each.
///
/// Everything that puts a message into a chat or edits one counts, a call once, also one that sends
/// an album. `getUpdates`, `answerCallbackQuery`, `sendChatAction` and what only reads do not.
/// Telegram names 30 a second over all chats and 1 a second in one, "short bursts" aside; how long
/// those may be it does not say. A call that comes 100 ms too early still passes, so that a bot which
/// keeps the limits is not refused because the network delayed the call before.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Limits {
    /// Calls a second over all chats.
    pub per_second: f64,
    /// How many may come at once before that average holds.
    pub burst: u32,
    /// Calls a second in one chat.
    pub chat_per_second: f64,
    /// How many one chat may get at once before that average holds.
    pub chat_burst: u32,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits {
            per_second: 30.0,
            burst: 30,
            chat_per_second: 1.0,
            chat_burst: 5,
        }
    }
}

/// How often calls were refused because the bot did not keep to the limits, or did not wait as long
/// as it was told to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Earned {
    /// All refusals with a 429.
    pub total: u64,
    /// Those because of what holds for all chats.
    pub global: u64,
    /// Those because of what holds in one chat, by chat.
    pub chats: BTreeMap<i64, u64>,
}

/// Earlier than allowed by at most this much is in time.
const EARLY: TimeDelta = TimeDelta::milliseconds(100);
/// Chats that did nothing for a while are forgotten when there are more than this.
const MANY_CHATS: usize = 10_000;

/// What is measured of the calls so far.
#[derive(Default)]
pub(crate) struct Throttle {
    pub(crate) limits: Option<Limits>,
    pub(crate) earned: Earned,
    all: Pace,
    chats: HashMap<i64, Pace>,
}

/// The pace of one chat, or of all.
#[derive(Default)]
struct Pace {
    /// When all calls so far would have been made at the even rate: the theoretical arrival time of
    /// the generic cell rate algorithm (ITU-T I.371).
    even: Option<DateTime<Utc>>,
    /// Until when a flood refuses everything.
    held: Option<DateTime<Utc>>,
}

impl Throttle {
    /// Whether there is anything to measure.
    pub(crate) fn is_idle(&self) -> bool {
        self.limits.is_none() && self.all.held.is_none() && self.chats.is_empty()
    }

    /// Switches the limits, and begins to measure anew.
    pub(crate) fn set(&mut self, limits: Option<Limits>) {
        self.limits = limits;
        self.all.even = None;
        self.chats.retain(|_, pace| pace.held.is_some());
    }

    /// Refuses all that counts in a chat for a time, or in all chats.
    pub(crate) fn hold(&mut self, chat: Option<i64>, until: DateTime<Utc>) {
        let pace = match chat {
            Some(chat) => self.chats.entry(chat).or_default(),
            None => &mut self.all,
        };
        pace.held = pace.held.max(Some(until));
    }

    /// Counts a call, or says in how many seconds it may be tried again.
    pub(crate) fn pass(&mut self, chat: i64, now: DateTime<Utc>) -> Result<(), u32> {
        self.forget_the_idle(now);
        let limits = self.limits;
        let global = limits.map(|limits| (limits.per_second, limits.burst));
        let in_chat = limits.map(|limits| (limits.chat_per_second, limits.chat_burst));
        let mut known = self.chats.remove(&chat).unwrap_or_default();
        let of_all = self.all.wait(now, global);
        let of_chat = known.wait(now, in_chat);
        if of_all.max(of_chat).is_zero() {
            self.all.count(now, global);
            known.count(now, in_chat);
        }
        self.chats.insert(chat, known);
        if of_all.max(of_chat).is_zero() {
            return Ok(());
        }
        self.earned.total += 1;
        if !of_all.is_zero() {
            self.earned.global += 1;
        }
        if !of_chat.is_zero() {
            *self.earned.chats.entry(chat).or_default() += 1;
        }
        Err(seconds(of_all.max(of_chat)))
    }

    fn forget_the_idle(&mut self, now: DateTime<Utc>) {
        self.all.lift(now);
        if self.limits.is_none() || self.chats.len() > MANY_CHATS {
            self.chats.retain(|_, pace| {
                pace.lift(now);
                pace.held.is_some() || pace.even.is_some_and(|even| even > now)
            });
        }
    }
}

impl Pace {
    /// How long until a call may be made; nothing if it may be made now.
    fn wait(&mut self, now: DateTime<Utc>, rate: Option<(f64, u32)>) -> TimeDelta {
        self.lift(now);
        if let Some(held) = self.held {
            return held - now;
        }
        let Some((per_second, burst)) = rate else {
            return TimeDelta::zero();
        };
        let even = self.even.map_or(now, |even| even.max(now));
        let ahead = interval(per_second) * i32::try_from(burst.max(1) - 1).unwrap_or(i32::MAX);
        let wait = even - ahead - now;
        match wait > EARLY {
            true => wait,
            false => TimeDelta::zero(),
        }
    }

    fn count(&mut self, now: DateTime<Utc>, rate: Option<(f64, u32)>) {
        if let Some((per_second, _)) = rate {
            let even = self.even.map_or(now, |even| even.max(now));
            self.even = Some(even + interval(per_second));
        }
    }

    fn lift(&mut self, now: DateTime<Utc>) {
        self.held = self.held.filter(|until| *until > now);
    }
}

/// The time between two calls at an even rate; none where there is no rate.
fn interval(per_second: f64) -> TimeDelta {
    match per_second > 0.0 {
        true => TimeDelta::microseconds((1_000_000.0 / per_second) as i64),
        false => TimeDelta::zero(),
    }
}

/// Whole seconds, rounded up, as Telegram tells them.
pub(crate) fn seconds(wait: TimeDelta) -> u32 {
    let whole = (wait.num_milliseconds() + 999) / 1_000;
    u32::try_from(whole.max(1)).unwrap_or(u32::MAX)
}
