//! Chance from a seed: the same seed, the same draws.

use std::time::Duration;

use rand_core::{Rng as _, SeedableRng as _};
use rand_pcg::Pcg64Mcg;

/// One stream of draws.
pub(crate) struct Chance(Pcg64Mcg);

impl Chance {
    /// The stream of this number under a seed; streams do not depend on each other.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        Self(Pcg64Mcg::seed_from_u64(
            seed.rotate_left(32) ^ stream.wrapping_mul(0x9E37_79B9_7F4A_7C15),
        ))
    }

    /// A number from 0 to `count - 1`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.0.next_u64() % count).unwrap_or(0)
    }

    /// True once in `count` times.
    pub(crate) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    /// One of these.
    pub(crate) fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }

    /// A while of at most `most`.
    pub(crate) fn within(&mut self, most: Duration) -> Duration {
        let micros = usize::try_from(most.as_micros()).unwrap_or(usize::MAX);
        Duration::from_micros(self.below(micros) as u64)
    }
}
