//! How long a failed call waits for the next try: longer each time, up to a limit, and never the
//! same for all, so that those who failed together do not come back together.

use chrono::TimeDelta;
use rand::rngs::SmallRng;
use rand::{Rng, SeedableRng};

/// The first pause, at most.
const FIRST: TimeDelta = TimeDelta::seconds(1);

/// The longest pause: what is back is found soon.
const LONGEST: TimeDelta = TimeDelta::seconds(60);

/// Pauses with chance in them; the same seed gives the same pauses.
pub(super) struct Backoff(SmallRng);

impl Backoff {
    pub(super) fn new(seed: u64) -> Self {
        Self(SmallRng::seed_from_u64(seed))
    }

    /// The pause after so many failures in a row, from 1: between half of what it has grown to
    /// and all of it.
    pub(super) fn pause(&mut self, failures: u32) -> TimeDelta {
        let doublings = failures.saturating_sub(1).min(16);
        let whole = FIRST
            .checked_mul(1 << doublings)
            .map_or(LONGEST, |grown| grown.min(LONGEST));
        let micros = whole.num_microseconds().unwrap_or(i64::MAX);
        TimeDelta::microseconds(self.0.random_range(micros / 2..=micros))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_limit_and_differ() {
        let mut backoff = Backoff::new(7);
        let mut before = TimeDelta::zero();
        for (failures, most) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 32), (7, 60)] {
            let most = TimeDelta::seconds(most);
            let pauses: Vec<TimeDelta> = (0..100).map(|_| backoff.pause(failures)).collect();
            assert!(
                pauses
                    .iter()
                    .all(|pause| *pause >= most / 2 && *pause <= most)
            );
            let longest = pauses.iter().max().copied().unwrap();
            assert!(pauses.iter().min() < Some(&longest) && longest > before);
            before = longest;
        }
        assert!(backoff.pause(u32::MAX) <= LONGEST && backoff.pause(0) <= FIRST);
    }

    #[test]
    fn the_same_seed_gives_the_same_pauses() {
        let pauses = |seed| {
            let mut backoff = Backoff::new(seed);
            (1..20)
                .map(|failures| backoff.pause(failures))
                .collect::<Vec<_>>()
        };
        assert_eq!(pauses(1), pauses(1));
        assert_ne!(pauses(1), pauses(2));
    }
}
