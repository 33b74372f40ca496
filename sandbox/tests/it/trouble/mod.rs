//! Trouble on purpose: faults by rule, outages, limits; each meets its calls, and no others.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::DateTime;
use frontdesk_sandbox::Sandbox;

mod limits;
mod outages;
mod over_http;
mod planned;
mod rules;
mod unanswered;

/// A clock that stands still until it is moved.
#[derive(Clone)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    /// The clock of the sandbox from now on.
    fn of(sandbox: &Sandbox) -> Clock {
        let clock = Clock(Arc::new(AtomicI64::new(1_800_000_000_000)));
        let shown = clock.clone();
        sandbox.set_clock(move || {
            DateTime::from_timestamp_millis(shown.0.load(Ordering::SeqCst))
                .expect("a date of this age")
        });
        clock
    }

    fn forward(&self, millis: i64) {
        self.0.fetch_add(millis, Ordering::SeqCst);
    }
}
