//! What must hold once everything is settled: the ledger, the rows and the chats, compared.

mod delivered;
mod shown;
mod stored;

use std::collections::{BTreeSet, HashMap};

use frontdesk_sandbox::{Sandbox, SeenMessage};

use super::ledger::{Entry, Ledger};
use super::rows::{MessageRow, Rows};

/// So many broken promises are told of each kind.
const TOLD: usize = 10;

/// What was broken, and what was counted.
#[derive(Default)]
pub(crate) struct Findings {
    pub(crate) broken: Vec<String>,
    pub(crate) messages: usize,
    pub(crate) answers: usize,
    pub(crate) tickets: usize,
    /// Answered by more than one admin.
    pub(crate) shared: usize,
    /// Told of added up, not one by one.
    pub(crate) gathered: usize,
    pub(crate) refused: usize,
    pub(crate) given_up: usize,
    pub(crate) lost: usize,
    pub(crate) out_of_order: usize,
    pub(crate) doubled: u64,
    pub(crate) doubtful: usize,
    silenced: HashMap<&'static str, usize>,
}

/// How often a notice can have been sent without anybody knowing.
#[derive(Default)]
pub(crate) struct Unknowns {
    /// By notice: how often it was being sent when the desk was killed.
    pub(crate) in_flight: HashMap<i64, u64>,
    /// By chat: how many calls were done and not answered.
    pub(crate) unanswered: HashMap<i64, u64>,
}

impl Unknowns {
    /// The most deliveries that can have come twice.
    pub(crate) fn bound(&self) -> u64 {
        self.in_flight.values().sum::<u64>() + self.unanswered.values().sum::<u64>()
    }
}

/// All that is compared.
struct World<'a> {
    rows: &'a Rows,
    entries: Vec<Entry>,
    by_source: HashMap<(i64, i64), &'a MessageRow>,
    entry_of: HashMap<(i64, i64), Entry>,
    /// Each person's chat.
    chats: HashMap<i64, Vec<SeenMessage>>,
}

/// Compares everything.
pub(crate) fn check(
    sandbox: &Sandbox,
    ledger: &Ledger,
    rows: &Rows,
    unknowns: &Unknowns,
) -> Findings {
    let entries = ledger.entries();
    let people: BTreeSet<i64> = rows
        .conversations
        .iter()
        .map(|row| row.person)
        .chain(entries.iter().map(|entry| entry.chat))
        .collect();
    let world = World {
        rows,
        by_source: rows.by_source(),
        entry_of: entries
            .iter()
            .map(|entry| ((entry.chat, entry.message), entry.clone()))
            .collect(),
        entries,
        chats: people
            .into_iter()
            .map(|id| (id, sandbox.person(id).messages()))
            .collect(),
    };
    let mut findings = Findings::default();
    for wait in ledger.waits() {
        findings.broken("a wait in vain", wait);
    }
    stored::messages(&world, &mut findings);
    stored::tickets(&world, &ledger.tickets(), &mut findings);
    stored::trail(&world, &mut findings);
    stored::updates(&world, ledger.update_count(), &mut findings);
    stored::standings(&world, &ledger.standings(), &mut findings);
    delivered::notices(&world, &mut findings);
    delivered::copies(&world, unknowns, &mut findings);
    shown::screens(&world, &mut findings);
    for (kind, count) in std::mem::take(&mut findings.silenced) {
        if count > TOLD {
            findings.broken.push(format!("{kind}: {count} in all"));
        }
    }
    findings
}

impl World<'_> {
    /// The words of a message as everybody else is to read them.
    fn words<'a>(&'a self, entry: &'a Entry) -> &'a str {
        let stands = entry.stands.as_deref();
        stands.unwrap_or_else(|| self.own_words(entry.chat, entry.message))
    }

    /// The words of a message as its writer sees them now.
    fn own_words(&self, chat: i64, message: i64) -> &str {
        let chat = self.chats.get(&chat);
        let own = chat.and_then(|chat| chat.iter().find(|seen| seen.id == message));
        own.map_or("", |own| own.text.as_str())
    }
}

impl Findings {
    /// A promise that was not kept.
    fn broken(&mut self, kind: &'static str, what: impl std::fmt::Display) {
        let count = self.silenced.entry(kind).or_default();
        *count += 1;
        if *count <= TOLD {
            self.broken.push(format!("{kind}: {what}"));
        }
    }
}
