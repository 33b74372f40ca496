//! The ledger: what people did, written down as they did it, to be compared with what became of it.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// What must have become of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Stored once: in a ticket, or in a draft that waits.
    Kept,
    /// The subject of one ticket, or of a form that waits.
    Subject,
    /// Kept as an internal note: no user ever sees it.
    Note,
    /// Thrown away by the person who wrote it, or left behind in a form, or written while a ban was
    /// on its way: stored at most once.
    GivenUp,
    /// Written by somebody who was banned: stored nowhere, and read by nobody.
    Refused,
}

/// What people did, by kind: so that it can be seen that a load holds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Deed {
    Album,
    LateItem,
    Edit,
    Reply,
    Press,
    Forged,
    Hurry,
    Block,
    Flood,
    Ban,
    RefusedEdit,
}

/// What a user wants of the staff: to be banned, or not to be any more.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wish {
    pub(crate) person: i64,
    pub(crate) ticket: i64,
    pub(crate) banned: bool,
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
    /// What its words are to others, where they are not what its writer sees: it was edited by
    /// somebody who was banned.
    pub(crate) stands: Option<String>,
}

/// All that people did.
#[derive(Default)]
pub(crate) struct Ledger {
    book: Mutex<Book>,
    /// Tells those who wait that a wish was granted.
    granted: watch::Sender<u64>,
}

#[derive(Default)]
struct Book {
    entries: Vec<Entry>,
    by_source: HashMap<(i64, i64), usize>,
    opened: BTreeMap<i64, BTreeSet<i64>>,
    updates: u64,
    stuck: Vec<String>,
    deeds: BTreeMap<Deed, u64>,
    wishes: VecDeque<Wish>,
    wishers: usize,
    standings: BTreeMap<i64, Vec<bool>>,
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

    /// What others read of a message from now on: these words, or `None` what its writer sees.
    pub(crate) fn stands(&self, chat: i64, message: i64, words: Option<String>) {
        let mut book = self.lock();
        if let Some(place) = book.by_source.get(&(chat, message)).copied() {
            book.entries[place].stands = words;
        }
    }

    /// What others read of a message, where that is not what its writer sees.
    pub(crate) fn words_that_stand(&self, chat: i64, message: i64) -> Option<String> {
        let book = self.lock();
        let place = book.by_source.get(&(chat, message))?;
        book.entries[*place].stands.clone()
    }

    /// Somebody did something of a kind.
    pub(crate) fn did(&self, deed: Deed) {
        *self.lock().deeds.entry(deed).or_default() += 1;
    }

    /// How often everything was done.
    pub(crate) fn deeds(&self) -> BTreeMap<Deed, u64> {
        self.lock().deeds.clone()
    }

    /// Somebody begins to wish things of the staff: they stay until [`Ledger::wishes_no_more`].
    pub(crate) fn begins_to_wish(&self) {
        self.lock().wishers += 1;
    }

    /// They do not any more.
    pub(crate) fn wishes_no_more(&self) {
        self.lock().wishers -= 1;
    }

    /// Whether somebody may wish something yet.
    pub(crate) fn is_wished(&self) -> bool {
        self.lock().wishers > 0
    }

    /// A user wishes something of the staff.
    pub(crate) fn wish(&self, wish: Wish) {
        self.lock().wishes.push_back(wish);
    }

    /// What nobody of the staff has seen to yet.
    pub(crate) fn next_wish(&self) -> Option<Wish> {
        self.lock().wishes.pop_front()
    }

    /// A wish is granted.
    pub(crate) fn grant(&self, wish: Wish) {
        let mut book = self.lock();
        let standings = book.standings.entry(wish.person).or_default();
        standings.push(wish.banned);
        drop(book);
        self.granted.send_modify(|granted| *granted += 1);
    }

    /// Follows the wishes that are granted.
    pub(crate) fn grants(&self) -> watch::Receiver<u64> {
        self.granted.subscribe()
    }

    /// How often somebody was banned (true), and how often that was lifted, in order.
    pub(crate) fn standings(&self) -> BTreeMap<i64, Vec<bool>> {
        self.lock().standings.clone()
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
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
