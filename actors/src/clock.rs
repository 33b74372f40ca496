//! The one clock: it gives both dates and deadlines, and tests move it by hand.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta};
use frontdesk_desk::ticket::Time;
use tokio::sync::watch;

/// The longest single wait of the system clock: a jump of the machine's time (a laptop that wakes
/// up) is noticed after at most this long.
const LONGEST_NAP: Duration = Duration::from_secs(60);

/// Tells the time in UTC, cut to microseconds, and wakes who waits for it. Clones are the same
/// clock.
#[derive(Clone)]
pub struct Clock(Arc<Kind>);

enum Kind {
    System {
        started: Instant,
        /// What turns the time since `started` into a date, in microseconds. It only ever grows.
        offset: AtomicI64,
    },
    Manual(watch::Sender<Time>),
}

impl Clock {
    /// The machine's time. It follows a jump forwards and never goes backwards: after a jump
    /// backwards it goes on from where it was until the program is started again.
    pub fn system() -> Self {
        Self(Arc::new(Kind::System {
            started: Instant::now(),
            offset: AtomicI64::new(i64::MIN),
        }))
    }

    /// A clock that stands still until [`Clock::advance`] moves it.
    pub fn manual(start: Time) -> Self {
        Self(Arc::new(Kind::Manual(watch::Sender::new(cut(start)))))
    }

    /// The time now.
    pub fn now(&self) -> Time {
        match &*self.0 {
            Kind::System { started, offset } => {
                let elapsed = i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX);
                let wall = wall().timestamp_micros() - elapsed;
                let offset = offset.fetch_max(wall, Ordering::Relaxed).max(wall);
                from_micros(offset + elapsed)
            }
            Kind::Manual(now) => *now.borrow(),
        }
    }

    /// Returns once the clock shows this time or a later one.
    pub async fn sleep_until(&self, at: Time) {
        match &*self.0 {
            Kind::System { .. } => {
                while let Ok(left) = (at - self.now()).to_std() {
                    if left.is_zero() {
                        return;
                    }
                    tokio::time::sleep(left.min(LONGEST_NAP)).await;
                }
            }
            Kind::Manual(now) => {
                // The sender lives as long as this clock, so the wait cannot fail.
                let _ = now.subscribe().wait_for(|now| *now >= at).await;
            }
        }
    }

    /// Returns after so long.
    pub async fn sleep(&self, time: TimeDelta) {
        self.sleep_until(self.now() + time).await;
    }

    /// Moves a manual clock forwards and wakes those whose time has come; the system's clock moves
    /// by itself.
    pub fn advance(&self, by: TimeDelta) {
        if let Kind::Manual(now) = &*self.0 {
            now.send_modify(|now| *now = cut(*now + by.max(TimeDelta::zero())));
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one clock")]
fn wall() -> Time {
    chrono::Utc::now()
}

fn cut(time: Time) -> Time {
    from_micros(time.timestamp_micros())
}

fn from_micros(micros: i64) -> Time {
    // Years beyond 262,000 cannot be told; the machine's time is never there.
    DateTime::from_timestamp_micros(micros).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;
    use futures::poll;

    use super::*;

    fn noon() -> Time {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }

    #[tokio::test]
    async fn a_manual_clock_wakes_those_whose_time_has_come() {
        let clock = Clock::manual(noon());
        let mut soon = Box::pin(clock.sleep(TimeDelta::seconds(1)));
        let mut later = Box::pin(clock.sleep_until(noon() + TimeDelta::seconds(5)));
        assert!(poll!(&mut soon).is_pending());

        clock.advance(TimeDelta::seconds(1));
        soon.await;
        assert!(poll!(&mut later).is_pending());

        clock.clone().advance(TimeDelta::seconds(10));
        later.await;
        assert_eq!(clock.now(), noon() + TimeDelta::seconds(11));
    }

    #[test]
    fn a_time_that_has_come_is_not_waited_for() {
        for clock in [Clock::manual(noon()), Clock::system()] {
            assert!(clock.sleep_until(clock.now()).now_or_never().is_some());
            assert!(clock.sleep(TimeDelta::seconds(-1)).now_or_never().is_some());
        }
    }

    #[test]
    fn a_manual_clock_never_goes_backwards() {
        let clock = Clock::manual(noon());
        clock.advance(TimeDelta::seconds(-5));
        assert_eq!(clock.now(), noon());
    }

    #[test]
    fn times_are_cut_to_microseconds() {
        let start = noon() + TimeDelta::nanoseconds(1_234_567);
        let clock = Clock::manual(start);
        assert_eq!(clock.now(), noon() + TimeDelta::microseconds(1_234));
        clock.advance(TimeDelta::nanoseconds(1_999));
        assert_eq!(clock.now(), noon() + TimeDelta::microseconds(1_235));
        assert_eq!(Clock::system().now().timestamp_subsec_nanos() % 1_000, 0);
    }

    #[tokio::test]
    async fn the_system_clock_goes_forwards() {
        let clock = Clock::system();
        let before = clock.now();
        clock.sleep(TimeDelta::milliseconds(2)).await;
        assert!(clock.now() >= before + TimeDelta::milliseconds(2));
        assert!((clock.now() - wall()).abs() < TimeDelta::seconds(5));
    }
}
