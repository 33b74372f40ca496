//! Counts the requests that were turned away, and tells the operator once a minute at most.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use frontdesk_desk::ticket::Time;
use tracing::warn;

/// How often the operator is told.
const TOLD_EVERY: TimeDelta = TimeDelta::minutes(1);

/// Why a request is turned away before anything is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Refusal {
    /// Nothing is there.
    Path,
    /// Updates are posted.
    Method,
    /// The secret is wrong or missing.
    Secret,
    /// It is not JSON by its own words.
    Type,
    /// More than an update can have.
    TooLarge,
    /// It did not come to its end.
    Incomplete,
    /// It is not an update.
    NotAnUpdate,
}

impl Refusal {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Path => "wrong path",
            Self::Method => "wrong method",
            Self::Secret => "wrong or missing secret",
            Self::Type => "wrong content type",
            Self::TooLarge => "too large",
            Self::Incomplete => "incomplete",
            Self::NotAnUpdate => "not an update",
        }
    }
}

/// How many there were.
#[derive(Default)]
pub(super) struct Refusals(Mutex<Counted>);

#[derive(Default)]
struct Counted {
    since: BTreeMap<&'static str, u64>,
    told: Option<Time>,
}

impl Refusals {
    /// Counts one.
    pub(super) fn count(&self, refusal: Refusal, now: Time) {
        if let Some(refused) = self.add(refusal, now) {
            warn!(?refused, "requests to the webhook were refused");
        }
    }

    /// What is to be told now, if it is time to.
    fn add(&self, refusal: Refusal, now: Time) -> Option<BTreeMap<&'static str, u64>> {
        let mut counted = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counted.since.entry(refusal.as_str()).or_default() += 1;
        if counted.told.is_some_and(|told| now < told + TOLD_EVERY) {
            return None;
        }
        counted.told = Some(now);
        Some(std::mem::take(&mut counted.since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_operator_is_told_at_once_and_then_once_a_minute() {
        let refusals = Refusals::default();
        let start: Time = "2026-11-24T12:00:00Z".parse().unwrap();
        let at = |seconds| start + TimeDelta::seconds(seconds);
        assert_eq!(
            refusals.add(Refusal::Secret, at(0)),
            Some(BTreeMap::from([("wrong or missing secret", 1)]))
        );
        for second in 1..60 {
            assert_eq!(refusals.add(Refusal::Path, at(second)), None);
        }
        assert_eq!(
            refusals.add(Refusal::Secret, at(60)),
            Some(BTreeMap::from([
                ("wrong or missing secret", 1),
                ("wrong path", 59)
            ]))
        );
        assert_eq!(refusals.add(Refusal::Type, at(61)), None);
    }
}
