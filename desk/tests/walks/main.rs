//! Walks by chance through the rules: people do anything in any order, and whatever they do nothing
//! panics, nothing is over a limit, nothing is lost, and nobody reads or changes what is not theirs.
//!
//! `PROPTEST_CASES=100000 cargo test --release -p frontdesk-desk --test walks` takes more of them.

#[path = "../drawing/limits.rs"]
#[expect(dead_code, reason = "the walks need some of the checks only")]
mod limits;

mod delivering;
mod facts;
mod moves;
mod rules;
mod world;

use proptest::prelude::*;

use self::moves::any_move;
use self::world::World;

proptest! {
    #[test]
    fn nobody_loses_or_gains_anything(
        limit in prop::sample::select(vec![0, 2, 8]),
        walk in prop::collection::vec(any_move(), 1..60),
    ) {
        let mut world = World::new(limit);
        for step in walk {
            world.take(&step);
        }
    }
}
