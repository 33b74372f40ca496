//! Settles updates: each is committed by its person's session, or put aside, or of no concern. Those
//! of a batch side by side for different people, in order for each.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard};
use std::time::Instant;

use actix::{Message, Recipient};
use chrono::TimeDelta;
use frontdesk_desk::Input;
use frontdesk_desk::ids::{PersonId, UpdateId};
use futures::future::try_join_all;
use serde_json::Value;
use tokio::sync::{mpsc, watch};
use tracing::{debug, error, info, warn};

use super::Neighbours;
use crate::measure::{self, Settled};
use crate::session::{Receive, ReceiveError};
use crate::telegram::Failure;
use crate::telegram::read::{Read, kind_of, read, update_id};
use crate::tickets::{Attempt, PutAside, StoreError};

/// So many times an update may be begun by a program that does not live to end it.
const MOST_ATTEMPTS: u32 = 3;

/// The longest pause between two tries, in seconds.
const LONGEST_PAUSE: i64 = 30;

/// The program stops, and what was to be waited for has not come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stopping;

/// Why an update is not settled; nothing of it is lost, since Telegram keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unsettled {
    /// The program stops.
    Stopping,
    /// The database is away, and there was no patience to wait for it.
    Away,
}

impl From<Stopping> for Unsettled {
    fn from(_: Stopping) -> Self {
        Self::Stopping
    }
}

/// What is done while the database is away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// It is waited for.
    Waits,
    /// Whoever asks is told at once, and comes again.
    None,
}

/// Growing pauses: 1, 2, 4 … 30 seconds, each shortened by up to a quarter, so that many desks do
/// not come back to the same server at the same moment.
#[derive(Default)]
pub(super) struct Pauses(u32);

impl Pauses {
    pub(super) fn next(&mut self) -> TimeDelta {
        self.after(rand::random())
    }

    /// After a call that failed: what Telegram asked for, or the next.
    pub(super) fn after_failure(&mut self, failure: &Failure) -> TimeDelta {
        match failure {
            Failure::RetryAfter(seconds) => TimeDelta::seconds(i64::from((*seconds).max(1))),
            _ => self.next(),
        }
    }

    /// `draw` is any number, each as likely as the others.
    fn after(&mut self, draw: u32) -> TimeDelta {
        let whole = (1_i64 << self.0.min(5)).min(LONGEST_PAUSE) * 1000;
        self.0 = self.0.saturating_add(1);
        let quarter = whole / 4;
        TimeDelta::milliseconds(whole - i64::from(draw) % (quarter + 1))
    }
}

/// What was last said about some trouble: one line for each change.
#[derive(Default)]
pub(super) struct Said(Option<String>);

impl Said {
    /// Notes what is to be said; tells whether it is news.
    pub(super) fn differs(&mut self, words: &str) -> bool {
        let differs = self.0.as_deref() != Some(words);
        if differs {
            self.0 = Some(words.to_owned());
        }
        differs
    }

    /// There is nothing to say any more; tells whether there was.
    pub(super) fn nothing(&mut self) -> bool {
        self.0.take().is_some()
    }
}

/// Hands updates to sessions.
pub(super) struct Settling {
    pub(super) neighbours: Neighbours,
    stopping: watch::Receiver<bool>,
    /// Told which admins write.
    wrote: mpsc::Sender<PersonId>,
    /// What was last said about the database, if it is away.
    store_trouble: Mutex<Said>,
    /// How many updates of each kind were of no concern.
    ignored: Mutex<BTreeMap<String, u64>>,
}

impl Settling {
    pub(super) fn new(
        neighbours: Neighbours,
        stopping: watch::Receiver<bool>,
        wrote: mpsc::Sender<PersonId>,
    ) -> Self {
        Self {
            neighbours,
            stopping,
            wrote,
            store_trouble: Mutex::default(),
            ignored: Mutex::new(BTreeMap::new()),
        }
    }

    pub(super) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    /// Returns once the program stops.
    pub(super) async fn stopping(&self) {
        // An error means that the actor has ended, which is a stop too.
        let _ = self.stopping.clone().wait_for(|stopping| *stopping).await;
    }

    /// Waits, but no longer than the program runs.
    pub(super) async fn pause(&self, time: TimeDelta) -> Result<(), Stopping> {
        tokio::select! {
            () = self.stopping() => Err(Stopping),
            () = self.neighbours.clock.sleep(time) => Ok(()),
        }
    }

    /// Settles a batch.
    pub(super) async fn settle(
        &self,
        batch: &[Value],
        patience: Patience,
    ) -> Result<(), Unsettled> {
        let since = Instant::now();
        let mut by_person: BTreeMap<PersonId, Vec<(&Value, Input)>> = BTreeMap::new();
        let mut aside = Vec::new();
        for raw in batch {
            match read(raw) {
                Read::Input(input) => {
                    let theirs = by_person.entry(input.person.id).or_default();
                    theirs.push((raw, *input));
                }
                Read::Ignored { kind } => {
                    measure::settled(kind_of(raw), Settled::Ignored);
                    self.count(kind);
                }
                Read::Undecodable { reason, person } => {
                    aside.push(self.put_aside(raw, reason, person, patience));
                }
            }
        }
        let taking = by_person.into_values().map(async |theirs| {
            for (raw, input) in theirs {
                self.take_in(raw, input, patience, since).await?;
            }
            Ok(())
        });
        let settled = futures::join!(try_join_all(taking), try_join_all(aside));
        settled.0.and(settled.1).map(drop)
    }

    /// Settles a batch after an unclean stop: an update that kills the program is put aside after
    /// a few tries, and takes none of its neighbours with it.
    pub(super) async fn settle_one_by_one(&self, batch: &[Value]) -> Result<(), Unsettled> {
        for raw in batch {
            if let Some(update) = update_id(raw) {
                let attempts = self.attempt(update, Patience::Waits).await?;
                self.settle_attempt(raw, attempts, Patience::Waits).await?;
            }
        }
        Ok(())
    }

    /// Counts an attempt at an update before it is made; answers how many there were with this one.
    pub(super) async fn attempt(
        &self,
        update: UpdateId,
        patience: Patience,
    ) -> Result<u32, Unsettled> {
        let attempt = Attempt {
            updates: vec![update],
            at: self.neighbours.clock.now(),
        };
        let attempts = self
            .ask(&self.neighbours.attempt, &attempt, patience)
            .await?;
        Ok(attempts.first().map_or(1, |(_, attempts)| *attempts))
    }

    /// Settles an update whose attempt was counted, or puts it aside if there were too many.
    pub(super) async fn settle_attempt(
        &self,
        raw: &Value,
        attempts: u32,
        patience: Patience,
    ) -> Result<(), Unsettled> {
        if attempts > MOST_ATTEMPTS {
            let reason = format!("the program ended {MOST_ATTEMPTS} times while handling it");
            return self.put_aside(raw, reason, None, patience).await;
        }
        self.settle(std::slice::from_ref(raw), patience).await
    }

    /// Has one update committed.
    async fn take_in(
        &self,
        raw: &Value,
        input: Input,
        patience: Patience,
        since: Instant,
    ) -> Result<(), Unsettled> {
        let person = input.person.id;
        let mut receive = Receive {
            input,
            retry_of: None,
            first: true,
            since,
        };
        let mut pauses = Pauses::default();
        loop {
            match self.neighbours.sessions.receive(receive.clone()).await {
                Ok(()) => {
                    self.store_answers();
                    measure::settled(kind_of(raw), Settled::Stored);
                    if self.neighbours.settings.now().is_admin(person) {
                        // Whoever is not heard now is heard when they write next.
                        let _ = self.wrote.try_send(person);
                    }
                    return Ok(());
                }
                Err(ReceiveError::Rule(reason)) => {
                    let reason = reason.to_owned();
                    return self.put_aside(raw, reason, Some(person), patience).await;
                }
                Err(error @ (ReceiveError::Store(_) | ReceiveError::Stopping)) => {
                    self.store_fails(&error);
                    receive.first = false;
                    self.wait(&mut pauses, patience).await?;
                }
            }
        }
    }

    /// Puts an update into quarantine.
    async fn put_aside(
        &self,
        raw: &Value,
        reason: String,
        person: Option<PersonId>,
        patience: Patience,
    ) -> Result<(), Unsettled> {
        let Some(update) = update_id(raw) else {
            error!(reason, "an update without an id cannot be kept");
            return Ok(());
        };
        error!(%update, person = person.map(|person| person.0), reason, "an update is put aside");
        let aside = PutAside {
            update,
            raw: raw.to_string(),
            reason,
            person,
            at: self.neighbours.clock.now(),
        };
        self.ask(&self.neighbours.put_aside, &aside, patience)
            .await?;
        measure::settled(kind_of(raw), Settled::PutAside);
        Ok(())
    }

    /// Asks Tickets until it answers. Even a refusal is waited out: going on would lose something.
    pub(super) async fn ask<M, T>(
        &self,
        tickets: &Recipient<M>,
        message: &M,
        patience: Patience,
    ) -> Result<T, Unsettled>
    where
        M: Message<Result = Result<T, StoreError>> + Clone + Send + 'static,
        T: Send + 'static,
    {
        let mut pauses = Pauses::default();
        loop {
            match tickets.send(message.clone()).await {
                Ok(Ok(answer)) => {
                    self.store_answers();
                    return Ok(answer);
                }
                Ok(Err(error)) => self.store_fails(&error),
                Err(gone) => self.store_fails(&gone),
            }
            self.wait(&mut pauses, patience).await?;
        }
    }

    /// Waits before the database is asked again, if it is to be waited for.
    async fn wait(&self, pauses: &mut Pauses, patience: Patience) -> Result<(), Unsettled> {
        match patience {
            Patience::Waits => Ok(self.pause(pauses.next()).await?),
            Patience::None => Err(Unsettled::Away),
        }
    }

    fn store_answers(&self) {
        if lock(&self.store_trouble).nothing() {
            info!("updates are taken in again");
        }
    }

    fn store_fails(&self, error: &dyn std::error::Error) {
        // What ends only because of a stop is no trouble.
        if self.is_stopping() {
            return;
        }
        let error = error.to_string();
        if lock(&self.store_trouble).differs(&error) {
            warn!(%error, "updates wait for the database; Telegram keeps them");
        }
    }

    /// Counts an update of no concern; the first of a kind, the tenth and so on are told.
    fn count(&self, kind: String) {
        debug!(kind, "an update is of no concern");
        let mut ignored = lock(&self.ignored);
        let count = ignored.entry(kind).or_default();
        *count += 1;
        let times = *count;
        if 10_u64.pow(times.ilog10()) == times {
            let kinds: Vec<_> = ignored.iter().collect();
            info!(?kinds, "updates of no concern so far");
        }
    }
}

/// The guard, whoever panicked while holding it: what is kept so is only said to the operator.
fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_a_bound_and_are_shortened_by_a_quarter_at_most() {
        let (mut longest, mut shortest) = (Pauses::default(), Pauses::default());
        for seconds in [1, 2, 4, 8, 16, 30, 30, 30] {
            let whole = TimeDelta::seconds(seconds);
            assert_eq!(longest.after(0), whole);
            let quarter = u32::try_from(seconds * 250).unwrap();
            assert_eq!(shortest.after(quarter), whole * 3 / 4);
        }
        let mut many = Pauses(u32::MAX - 1);
        assert!(many.next() <= TimeDelta::seconds(LONGEST_PAUSE));
    }
}
