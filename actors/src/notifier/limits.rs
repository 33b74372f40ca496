//! How much may be sent: over all chats, and to one chat with a burst.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::num::NonZeroU32;
use std::time::Duration;

use chrono::TimeDelta;
use frontdesk_desk::ids::ChatId;
use frontdesk_desk::ticket::Time;
use governor::clock::Clock as Pace;
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::{Quota, RateLimiter};

use crate::clock::Clock;
use crate::measure;

/// From so many remembered chats on, those that have their whole burst again are forgotten.
const REMEMBERED: usize = 4096;

/// `[limits]` of the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LimitSettings {
    /// Calls a second over all chats; 0 is without a limit.
    pub global_per_second: u32,
    /// Calls a second to one chat; 0 is without a limit.
    pub chat_per_second: u32,
    /// Calls to one chat that may come at once after a pause; at least 1.
    pub chat_burst: u32,
}

/// Who has to wait, and until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// The chat.
    Chat(Time),
    /// All chats.
    All(Time),
}

/// Both limits, following the one clock.
pub(super) struct Limits {
    settings: LimitSettings,
    all: Option<Bucket<()>>,
    chats: Option<Bucket<ChatId>>,
    /// Chats that took their own part but found the whole used up: they need not take it again.
    passed: HashSet<ChatId>,
}

impl Limits {
    pub(super) fn new(settings: LimitSettings, clock: &Clock) -> Self {
        let global = settings.global_per_second;
        let mut all = Bucket::new(global, global, clock);
        // The program before this one may have sent all that a second allows: it begins with none.
        if let Some(all) = &mut all {
            let now = clock.now();
            while all.take((), now).is_ok() {}
        }
        measure::limit(global);
        Self {
            settings,
            all,
            chats: Bucket::new(settings.chat_per_second, settings.chat_burst.max(1), clock),
            passed: HashSet::new(),
        }
    }

    pub(super) fn settings(&self) -> LimitSettings {
        self.settings
    }

    /// Takes the right to make one call to the chat now. Answers until when the chat has to wait
    /// before the next one, where that is known.
    pub(super) fn take(&mut self, chat: ChatId, now: Time) -> Result<Option<Time>, Wait> {
        if let Some(chats) = &mut self.chats
            && !self.passed.contains(&chat)
        {
            chats.take(chat, now).map_err(Wait::Chat)?;
            self.passed.insert(chat);
        }
        if let Some(all) = &mut self.all {
            all.take((), now).map_err(Wait::All)?;
        }
        self.passed.remove(&chat);
        measure::sent(1);
        Ok(self
            .chats
            .as_ref()
            .and_then(|chats| (chats.left(&chat, now) == 0).then(|| now + chats.interval)))
    }

    /// A call took so many requests more than the one that it was let through for; answers until
    /// when the chat has to wait for it.
    pub(super) fn charge(&mut self, chat: ChatId, requests: u32, now: Time) -> Option<Time> {
        measure::sent(requests);
        let mut until = None;
        for _ in 0..requests {
            if let Some(all) = &mut self.all {
                // Used up already: the others wait long enough.
                let _ = all.take((), now);
            }
            if let Some(chats) = &mut self.chats
                && chats.take(chat, now).is_err()
            {
                until = Some(until.unwrap_or(now) + chats.interval);
            }
        }
        until
    }

    /// Whether the chat can make a call that is not needed and still answer at once.
    pub(super) fn can_spare(&self, chat: ChatId, now: Time) -> Result<(), Time> {
        match &self.chats {
            Some(chats) if chats.left(&chat, now) < chats.burst.min(2) => Err(now + chats.interval),
            _ => Ok(()),
        }
    }
}

/// One limit, for each key.
struct Bucket<K: Hash + Eq + Clone> {
    limiter: RateLimiter<K, HashMapStateStore<K>, Following, StateInformationMiddleware>,
    /// After which time one more call is allowed.
    interval: TimeDelta,
    burst: u32,
    /// How many calls were left after the last one.
    last: HashMap<K, (u32, Time)>,
}

impl<K: Hash + Eq + Clone> Bucket<K> {
    fn new(per_second: u32, burst: u32, clock: &Clock) -> Option<Self> {
        let per_second = NonZeroU32::new(per_second)?;
        let quota = Quota::per_second(per_second).allow_burst(NonZeroU32::new(burst)?);
        Some(Self {
            limiter: RateLimiter::new(
                quota,
                HashMapStateStore::default(),
                Following(clock.clone()),
            ),
            interval: rounded_up(quota.replenish_interval()),
            burst,
            last: HashMap::new(),
        })
    }

    fn take(&mut self, key: K, now: Time) -> Result<(), Time> {
        if self.last.len() > REMEMBERED {
            self.limiter.retain_recent();
            let all_again = self.interval * i32::try_from(self.burst).unwrap_or(i32::MAX);
            self.last.retain(|_, (_, at)| *at + all_again > now);
        }
        match self.limiter.check_key(&key) {
            Ok(state) => {
                self.last
                    .insert(key, (state.remaining_burst_capacity(), now));
                Ok(())
            }
            Err(until) => Err(now + rounded_up(until.wait_time_from(since_epoch(now)))),
        }
    }

    fn left(&self, key: &K, now: Time) -> u32 {
        let Some((left, at)) = self.last.get(key) else {
            return self.burst;
        };
        let interval = self.interval.num_microseconds().unwrap_or(i64::MAX).max(1);
        let more = (now - *at).num_microseconds().unwrap_or(i64::MAX) / interval;
        left.saturating_add(u32::try_from(more).unwrap_or(0))
            .min(self.burst)
    }
}

/// The one clock, as `governor` wants it.
#[derive(Clone)]
struct Following(Clock);

impl Pace for Following {
    type Instant = Duration;

    fn now(&self) -> Duration {
        since_epoch(self.0.now())
    }
}

fn since_epoch(time: Time) -> Duration {
    Duration::from_micros(u64::try_from(time.timestamp_micros()).unwrap_or(0))
}

/// Whole microseconds, as the clock counts, never too few.
fn rounded_up(time: Duration) -> TimeDelta {
    let micros = time.as_nanos().div_ceil(1_000);
    TimeDelta::microseconds(i64::try_from(micros).unwrap_or(i64::MAX / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: ChatId = ChatId(101);
    const EMMA: ChatId = ChatId(102);

    fn limits(global: u32, chat: u32, burst: u32) -> (Limits, Clock) {
        let clock = Clock::manual("2026-11-24T12:00:00Z".parse().unwrap());
        let settings = LimitSettings {
            global_per_second: global,
            chat_per_second: chat,
            chat_burst: burst,
        };
        (Limits::new(settings, &clock), clock)
    }

    #[test]
    fn a_chat_has_its_burst_and_then_one_a_second_and_delays_no_other() {
        let (mut limits, clock) = limits(0, 1, 3);
        let now = clock.now();
        let second = now + TimeDelta::seconds(1);
        assert_eq!(limits.take(ANNA, now), Ok(None));
        assert_eq!(limits.take(ANNA, now), Ok(None));
        assert_eq!(limits.take(ANNA, now), Ok(Some(second)));
        assert_eq!(limits.take(ANNA, now), Err(Wait::Chat(second)));
        assert_eq!(limits.take(EMMA, now), Ok(None));
        for _ in 0..5 {
            clock.advance(TimeDelta::seconds(1));
            let now = clock.now();
            assert!(limits.take(ANNA, now).is_ok());
            assert!(matches!(limits.take(ANNA, now), Err(Wait::Chat(_))));
        }
    }

    #[test]
    fn all_chats_together_have_theirs() {
        let (mut limits, clock) = limits(30, 1, 1);
        // The program before this one may have sent as many in this second.
        let first = limits.take(ANNA, clock.now());
        assert!(matches!(first, Err(Wait::All(_))));
        clock.advance(TimeDelta::seconds(1));
        let now = clock.now();
        for chat in 0..30 {
            assert!(limits.take(ChatId(chat), now).is_ok());
        }
        let Err(Wait::All(until)) = limits.take(ANNA, now) else {
            panic!("the 31st call of a second")
        };
        clock.advance(until - now);
        // Its own part is not asked for a second time.
        assert!(limits.take(ANNA, clock.now()).is_ok());

        let mut sent = 0;
        for _ in 0..100 {
            clock.advance(TimeDelta::milliseconds(100));
            for chat in 0..10 {
                sent += usize::from(
                    limits
                        .take(ChatId(1000 + sent as i64 * 10 + chat), clock.now())
                        .is_ok(),
                );
            }
        }
        assert!((298..=301).contains(&sent), "{sent} in ten seconds");
    }

    #[test]
    fn more_requests_than_one_are_paid_for() {
        let (mut limits, clock) = limits(30, 1, 3);
        clock.advance(TimeDelta::seconds(1));
        let now = clock.now();
        limits.take(ANNA, now).unwrap();
        assert_eq!(limits.charge(ANNA, 0, now), None);
        assert_eq!(limits.charge(ANNA, 2, now), None);
        let until = now + TimeDelta::seconds(2);
        assert_eq!(limits.charge(ANNA, 2, now), Some(until));
        assert!(matches!(limits.take(ANNA, now), Err(Wait::Chat(_))));
    }

    #[test]
    fn zero_is_without_a_limit() {
        let (mut limits, clock) = limits(0, 0, 0);
        let now = clock.now();
        assert!((0..1000).all(|_| limits.take(ANNA, now) == Ok(None)));
        assert_eq!(limits.can_spare(ANNA, now), Ok(()));
    }

    #[test]
    fn what_is_not_needed_leaves_one_for_an_answer() {
        let (mut limits, clock) = limits(0, 1, 3);
        let now = clock.now();
        assert_eq!(limits.can_spare(ANNA, now), Ok(()));
        limits.take(ANNA, now).unwrap();
        assert_eq!(limits.can_spare(ANNA, now), Ok(()));
        limits.take(ANNA, now).unwrap();
        let until = now + TimeDelta::seconds(1);
        assert_eq!(limits.can_spare(ANNA, now), Err(until));
        clock.advance(TimeDelta::seconds(1));
        assert_eq!(limits.can_spare(ANNA, clock.now()), Ok(()));
    }
}
