//! The ledger: what people did, written down as they did it, to be compared with what became of it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What must have become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Stored once: in a ticket, or in a draft that waits.
    Kept,
    /// The subject of one ticket, or of a form that waits.
    Subject,
    /// Kept as an internal note: no user ever sees it.
    Note,
    /// Thrown away by the person who wrote it, or left behind in a form: stored at most once.
    GivenUp,
}

/// A message that somebody sent.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    /// In which chat, which is its person.
    pub(crate) chat: i64,
    /// Its id there.
    pub(crate) message: i64,
    /// The mark in its words, which no other message has: `«101.7»`.
    pub(crate) mark: String,
    pub(crate) fate: Fate,
}

/// All that people did.
#[derive(Default)]
pub(crate) struct Ledger(Mutex<Book>);

#[derive(Default)]
struct Book {
    entries: Vec<Entry>,
    by_source: HashMap<(i64, i64), usize>,
    opened: BTreeMap<i64, BTreeSet<i64>>,
    updates: u64,
    stuck: Vec<String>,
}

impl Ledger {
    /// Somebody sent a message.
    pub(crate) fn sent(&self, entry: Entry) {
        let mut book = self.lock();
        let place = book.entries.len();
        book.by_source.insert((entry.chat, entry.message), place);
        book.entries.push(entry);
    }

    /// A message that the person gave up.
    pub(crate) fn gave_up(&self, chat: i64, message: i64) {
        let mut book = self.lock();
        if let Some(place) = book.by_source.get(&(chat, message)).copied() {
            book.entries[place].fate = Fate::GivenUp;
        }
    }

    /// Telegram got so many updates from somebody.
    pub(crate) fn updates(&self, count: usize) {
        self.lock().updates += count as u64;
    }

    /// Somebody was told that a ticket of theirs is open; tells whether that is news.
    pub(crate) fn opened(&self, person: i64, ticket: i64) -> bool {
        self.lock().opened.entry(person).or_default().insert(ticket)
    }

    /// Somebody waits in vain.
    pub(crate) fn stuck(&self, what: String) {
        self.lock().stuck.push(what);
    }

    /// All messages.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.lock().entries.clone()
    }

    /// The tickets that people were told of, by person.
    pub(crate) fn tickets(&self) -> BTreeMap<i64, BTreeSet<i64>> {
        self.lock().opened.clone()
    }

    /// How many updates people caused so far.
    pub(crate) fn update_count(&self) -> u64 {
        self.lock().updates
    }

    /// How many tickets people were told of so far.
    pub(crate) fn ticket_count(&self) -> usize {
        self.lock().opened.values().map(BTreeSet::len).sum()
    }

    /// Who waited in vain, and for what.
    pub(crate) fn waits(&self) -> Vec<String> {
        self.lock().stuck.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Book> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
