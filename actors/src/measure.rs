//! What is measured while the desk runs: every figure by its name, with the function that takes it.
//!
//! Names follow Prometheus' conventions: a unit at the end, `_total` for what only grows. Labels have
//! few values, and none of them is anything that a person or the operator wrote. Before [`start`], in
//! tests say, nothing is kept and next to nothing spent; from then on a handle of each figure is kept,
//! so that nothing is looked up by its name while the desk works.
//!
//! To add a figure: 1. its name and what it means in [`FIGURES`]; 2. its handle in `Kept`; 3. a
//! function that takes it; 4. a call where it happens; 5. a row in the README, if an operator is to
//! look at it.

use std::array;
use std::collections::HashMap;
use std::sync::{OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};

use metrics::{
    Counter, Gauge, Histogram, Unit, counter, describe_counter, describe_gauge, describe_histogram,
    gauge, histogram,
};

use crate::telegram::read::KINDS;

/// How a figure behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// It only grows.
    Counter,
    /// It is what it is now.
    Gauge,
    /// How it is spread.
    Histogram,
}

/// A figure: its name, how it behaves, its unit, and what it means.
pub type Figure = (&'static str, Kind, Unit, &'static str);

const BUILD: &str = "frontdesk_build_info";
const READY: &str = "frontdesk_ready";
const SENDER: &str = "frontdesk_sender";
const UPDATES: &str = "frontdesk_updates_total";
const UPDATE_SECONDS: &str = "frontdesk_update_seconds";
const ANSWER_SECONDS: &str = "frontdesk_answer_seconds";
const COMMIT_JOBS: &str = "frontdesk_commit_jobs";
const COMMIT_SECONDS: &str = "frontdesk_commit_seconds";
const MAILBOX_MESSAGES: &str = "frontdesk_mailbox_messages";
const MAILBOX_WAIT_SECONDS: &str = "frontdesk_mailbox_wait_seconds";
const CALLS: &str = "frontdesk_telegram_calls_total";
const CALL_SECONDS: &str = "frontdesk_telegram_call_seconds";
const CALLS_IN_FLIGHT: &str = "frontdesk_telegram_calls_in_flight";
const SENDS: &str = "frontdesk_sends_total";
const SENDS_LIMIT: &str = "frontdesk_sends_limit_per_second";
const CHATS_WAITING: &str = "frontdesk_chats_waiting";
const WEBHOOK: &str = "frontdesk_webhook_requests_total";
const SESSIONS: &str = "frontdesk_sessions";
const NOTICES: &str = "frontdesk_notices";
const NOTICE_AGE: &str = "frontdesk_notice_oldest_seconds";
const TICKETS: &str = "frontdesk_tickets";
const QUARANTINE: &str = "frontdesk_quarantined_updates";

/// All figures.
pub const FIGURES: &[Figure] = &[
    (
        BUILD,
        Kind::Gauge,
        Unit::Count,
        "1, with the version of the program.",
    ),
    (
        READY,
        Kind::Gauge,
        Unit::Count,
        "1 if /readyz says that the desk is ready, else 0.",
    ),
    (
        SENDER,
        Kind::Gauge,
        Unit::Count,
        "1 if this is the desk that sends, of all on one database; else 0.",
    ),
    (
        UPDATES,
        Kind::Counter,
        Unit::Count,
        "Updates of Telegram, by kind and by what became of them: stored, ignored, or put aside.",
    ),
    (
        UPDATE_SECONDS,
        Kind::Histogram,
        Unit::Seconds,
        "From when an update was taken in until all that it caused was committed.",
    ),
    (
        ANSWER_SECONDS,
        Kind::Histogram,
        Unit::Seconds,
        "From when an update was taken in until Telegram had taken the screen that answers it.",
    ),
    (
        COMMIT_JOBS,
        Kind::Histogram,
        Unit::Count,
        "How many writes were committed together as one transaction.",
    ),
    (
        COMMIT_SECONDS,
        Kind::Histogram,
        Unit::Seconds,
        "How long a transaction took, the flush to the disk included.",
    ),
    (
        MAILBOX_MESSAGES,
        Kind::Gauge,
        Unit::Count,
        "Messages that wait for an actor or are in its hands, by actor.",
    ),
    (
        MAILBOX_WAIT_SECONDS,
        Kind::Histogram,
        Unit::Seconds,
        "How long a message waited until its actor began with it, by actor.",
    ),
    (
        CALLS,
        Kind::Counter,
        Unit::Count,
        "Calls of the Bot API, by method and by how they ended.",
    ),
    (
        CALL_SECONDS,
        Kind::Histogram,
        Unit::Seconds,
        "How long Telegram took to answer a call, by method; polls are left out.",
    ),
    (
        CALLS_IN_FLIGHT,
        Kind::Gauge,
        Unit::Count,
        "Calls of the Bot API that wait for their answer; polls are left out.",
    ),
    (
        SENDS,
        Kind::Counter,
        Unit::Count,
        "Calls that count for Telegram's limits; its rate over the limit is the budget used.",
    ),
    (
        SENDS_LIMIT,
        Kind::Gauge,
        Unit::CountPerSecond,
        "limits.global_per_second; 0 is no limit.",
    ),
    (
        CHATS_WAITING,
        Kind::Gauge,
        Unit::Count,
        "Chats for which a call could be made now, if there were a slot or a send left.",
    ),
    (
        WEBHOOK,
        Kind::Counter,
        Unit::Count,
        "Requests to the webhook, by answer: settled, later (503), or why it was refused.",
    ),
    (
        SESSIONS,
        Kind::Gauge,
        Unit::Count,
        "Conversations in memory.",
    ),
    (
        NOTICES,
        Kind::Gauge,
        Unit::Count,
        "Notices that have not been delivered, by state.",
    ),
    (
        NOTICE_AGE,
        Kind::Gauge,
        Unit::Seconds,
        "Age of the oldest notice in this state; 0 without one.",
    ),
    (TICKETS, Kind::Gauge, Unit::Count, "Tickets, by status."),
    (
        QUARANTINE,
        Kind::Gauge,
        Unit::Count,
        "Updates that were put aside and that nobody has seen to yet.",
    ),
];

/// A handle of each figure, so that none is looked up by its name.
struct Kept {
    updates: [[Counter; Settled::ALL.len()]; KINDS.len() + 1],
    update_seconds: Histogram,
    answer_seconds: Histogram,
    commit_jobs: Histogram,
    commit_seconds: Histogram,
    mailboxes: [(Gauge, Histogram); Mailbox::ALL.len()],
    calls: Calls,
    calls_in_flight: Gauge,
    sends: Counter,
    sends_limit: Gauge,
    chats_waiting: Gauge,
}

static KEPT: OnceLock<Kept> = OnceLock::new();

/// Begins to measure, for the whole process: to be called once the recorder is installed. Figures
/// that nothing has happened to yet are there, too.
pub fn start() {
    for (name, kind, unit, meaning) in FIGURES {
        match kind {
            Kind::Counter => describe_counter!(*name, *unit, *meaning),
            Kind::Gauge => describe_gauge!(*name, *unit, *meaning),
            Kind::Histogram => describe_histogram!(*name, *unit, *meaning),
        }
    }
    gauge!(BUILD, "version" => env!("CARGO_PKG_VERSION")).set(1);
    KEPT.get_or_init(|| Kept {
        updates: array::from_fn(|kind| {
            let kind = KINDS.get(kind).copied().unwrap_or(OTHER);
            array::from_fn(|how| {
                let outcome = Settled::ALL[how].name();
                counter!(UPDATES, "kind" => kind, "outcome" => outcome)
            })
        }),
        update_seconds: histogram!(UPDATE_SECONDS),
        answer_seconds: histogram!(ANSWER_SECONDS),
        commit_jobs: histogram!(COMMIT_JOBS),
        commit_seconds: histogram!(COMMIT_SECONDS),
        mailboxes: Mailbox::ALL.map(|mailbox| {
            let actor = mailbox.name();
            (
                gauge!(MAILBOX_MESSAGES, "actor" => actor),
                histogram!(MAILBOX_WAIT_SECONDS, "actor" => actor),
            )
        }),
        calls: Calls::default(),
        calls_in_flight: gauge!(CALLS_IN_FLIGHT),
        sends: counter!(SENDS),
        sends_limit: gauge!(SENDS_LIMIT),
        chats_waiting: gauge!(CHATS_WAITING),
    });
}

/// The kind of updates that the desk does not ask for.
const OTHER: &str = "other";

/// What became of an update.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settled {
    /// All that it caused is committed.
    Stored,
    /// It was of no concern.
    Ignored,
    /// It is in quarantine.
    PutAside,
}

impl Settled {
    const ALL: [Self; 3] = [Self::Stored, Self::Ignored, Self::PutAside];

    fn name(self) -> &'static str {
        match self {
            Self::Stored => "stored",
            Self::Ignored => "ignored",
            Self::PutAside => "put_aside",
        }
    }
}

/// An update was settled. `kind`: its place among [`KINDS`]; `None` for those that the desk does not
/// ask for.
pub(crate) fn settled(kind: Option<usize>, how: Settled) {
    if let Some(kept) = KEPT.get() {
        let kind = kind.unwrap_or(KINDS.len());
        kept.updates[kind][how as usize].increment(1);
    }
}

/// All that an update caused is committed, which was taken in at `since`.
pub(crate) fn committed(since: Instant) {
    if let Some(kept) = KEPT.get() {
        kept.update_seconds.record(since.elapsed());
    }
}

/// The screen is shown that answers an update which was taken in at `since`.
pub(crate) fn answered(since: Instant) {
    if let Some(kept) = KEPT.get() {
        kept.answer_seconds.record(since.elapsed());
    }
}

/// So many writes were committed together.
pub(crate) fn commit(jobs: usize, took: Duration) {
    if let Some(kept) = KEPT.get() {
        // No group is so large that this would round.
        kept.commit_jobs.record(jobs as f64);
        kept.commit_seconds.record(took);
    }
}

/// Whose mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mailbox {
    /// Those of all conversations together.
    Sessions,
    /// What nearly every update reads, answered together.
    Reader,
    /// Connections for all other reads.
    Readers,
    /// Writes.
    Writer,
    /// The notifier's.
    Notifier,
}

impl Mailbox {
    const ALL: [Self; 5] = [
        Self::Sessions,
        Self::Reader,
        Self::Readers,
        Self::Writer,
        Self::Notifier,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Sessions => "sessions",
            Self::Reader => "tickets_reader",
            Self::Readers => "tickets_readers",
            Self::Writer => "tickets_writer",
            Self::Notifier => "notifier",
        }
    }
}

/// An actor begins with a message that was sent at `since`.
pub(crate) fn begun(mailbox: Mailbox, since: Instant) {
    if let Some(kept) = KEPT.get() {
        kept.mailboxes[mailbox as usize].1.record(since.elapsed());
    }
}

/// A message that waits for an actor, or is in its hands, for as long as this lives.
#[derive(Debug)]
pub(crate) struct Waiting(Mailbox);

impl Waiting {
    pub(crate) fn new(mailbox: Mailbox) -> Self {
        if let Some(kept) = KEPT.get() {
            kept.mailboxes[mailbox as usize].0.increment(1);
        }
        Self(mailbox)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        if let Some(kept) = KEPT.get() {
            kept.mailboxes[self.0 as usize].0.decrement(1);
        }
    }
}

/// What is kept of each method: the calls by how they ended, and how long they took. Which there are
/// is found out as they are called.
#[derive(Default)]
struct Calls(RwLock<HashMap<&'static str, Method>>);

struct Method {
    seconds: Histogram,
    ended: HashMap<&'static str, Counter>,
}

impl Calls {
    fn ended(&self, method: &'static str, outcome: &'static str, took: Option<Duration>) {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let kept = known
            .get(method)
            .and_then(|method| Some((method, method.ended.get(outcome)?)));
        if let Some((method, counter)) = kept {
            counter.increment(1);
            if let Some(took) = took {
                method.seconds.record(took);
            }
            return;
        }
        drop(known);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let kept = known.entry(method).or_insert_with(|| Method {
            seconds: match took {
                Some(_) => histogram!(CALL_SECONDS, "method" => method),
                None => Histogram::noop(),
            },
            ended: HashMap::new(),
        });
        kept.ended
            .entry(outcome)
            .or_insert_with(|| counter!(CALLS, "method" => method, "outcome" => outcome))
            .increment(1);
        if let Some(took) = took {
            kept.seconds.record(took);
        }
    }
}

/// A call of the Bot API is on its way for as long as this lives. Of a poll, which waits because
/// nothing happens, only the end counts.
#[derive(Debug)]
pub(crate) struct InFlight {
    method: &'static str,
    /// None for a poll.
    since: Option<Instant>,
}

impl InFlight {
    pub(crate) fn new(method: &'static str, is_poll: bool) -> Self {
        let since = (!is_poll).then(Instant::now);
        if let (Some(kept), Some(_)) = (KEPT.get(), since) {
            kept.calls_in_flight.increment(1);
        }
        Self { method, since }
    }

    /// It has ended in this way.
    pub(crate) fn ended(self, outcome: &'static str) {
        if let Some(kept) = KEPT.get() {
            let took = self.since.map(|since| since.elapsed());
            kept.calls.ended(self.method, outcome, took);
        }
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        if let (Some(kept), Some(_)) = (KEPT.get(), self.since) {
            kept.calls_in_flight.decrement(1);
        }
    }
}

/// So many calls were made that count for the limits.
pub(crate) fn sent(requests: u32) {
    if let Some(kept) = KEPT.get() {
        kept.sends.increment(u64::from(requests));
    }
}

/// How many sends a second are allowed.
pub(crate) fn limit(per_second: u32) {
    if let Some(kept) = KEPT.get() {
        kept.sends_limit.set(f64::from(per_second));
    }
}

/// So many chats wait for a slot or for the limit of all.
pub(crate) fn chats_waiting(chats: usize) {
    if let Some(kept) = KEPT.get() {
        kept.chats_waiting.set(chats as f64);
    }
}

/// A request to the webhook was answered in this way. It may be a stranger's, so this is looked up:
/// what a request costs besides is many times that.
pub(crate) fn webhook(answer: &'static str) {
    if KEPT.get().is_some() {
        counter!(WEBHOOK, "answer" => answer).increment(1);
    }
}

/// Whether the desk is ready, and whether it is the one that sends.
pub fn ready(ready: bool, sends: bool) {
    gauge!(READY).set(f64::from(u8::from(ready)));
    gauge!(SENDER).set(f64::from(u8::from(sends)));
}

/// How many conversations are in memory.
pub fn sessions(alive: usize) {
    gauge!(SESSIONS).set(alive as f64);
}

/// So many notices are in this state, the oldest for so long.
pub fn notices(state: &'static str, count: i64, oldest: Duration) {
    gauge!(NOTICES, "state" => state).set(count as f64);
    gauge!(NOTICE_AGE, "state" => state).set(oldest.as_secs_f64());
}

/// So many tickets have this status.
pub fn tickets(status: &'static str, count: i64) {
    gauge!(TICKETS, "status" => status).set(count as f64);
}

/// So many updates are in quarantine.
pub fn quarantined(count: i64) {
    gauge!(QUARANTINE).set(count as f64);
}
