//! What screens are made of: rows, pages, counts, and the sentences about what just happened.

use serde::{Deserialize, Serialize};

use crate::button::Filter;
use crate::delivery::Mark;
use crate::ids::{DraftId, MessageId, PersonId, TicketId, Version};
use crate::ticket::{
    Category, Priority, Status, Ticket, TicketEvent, TicketMessage, Time, UserRecord,
};

/// What a whole screen can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Saying {
    /// The form was left.
    Cancelled,
    /// There was nothing to cancel.
    NothingToCancel,
    /// No ticket of theirs has that number.
    NoSuchTicket,
    /// The button belongs to something that is over. Stored screens may still say what is told on
    /// the ticket's own screen now.
    #[serde(alias = "recalled", alias = "too_old_to_recall")]
    OutOfDate,
    /// The desk does not know that command.
    UnknownCommand,
    /// The language was set.
    LanguageSet,
    /// The draft was thrown away.
    Discarded,
    /// As many messages wait for decisions as can: this one was not taken.
    TooManyWaiting,
    /// There was nothing to look for.
    NothingFound,
    /// Nobody who ever wrote is called so.
    NoSuchPerson,
}

/// What waits for a decision beside what is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// How many drafts.
    pub n: usize,
    /// The one that is asked about next.
    pub next: DraftId,
}

/// What is wrong with what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "problem", rename_all = "snake_case")]
pub enum Problem {
    /// Fewer characters than needed.
    TooShort {
        /// The least.
        least: usize,
    },
    /// More characters than allowed.
    TooLong {
        /// The most.
        most: usize,
        /// How many there were.
        had: usize,
    },
    /// A subject must be words.
    NotText,
}

/// What can be done with loose words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "choice", rename_all = "snake_case")]
pub enum Choice {
    /// No ticket is open: make one?
    New,
    /// Which category should the new one have?
    Category {
        /// What can be chosen.
        categories: Vec<Category>,
    },
    /// Several are open: which one, or a new one?
    Several {
        /// The open ones.
        open: Vec<Brief>,
    },
    /// They were written to a closed one: reopen it, or a new one?
    Closed {
        /// The closed one.
        ticket: Brief,
    },
}

/// What just happened, told at the top of a ticket's screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "news", rename_all = "snake_case")]
pub enum News {
    /// The change was made.
    Done,
    /// It already was so.
    Already,
    /// It was closed just now: undo is offered until `until`.
    Closed {
        /// The end of Undo (ten minutes).
        until: Time,
    },
    /// It was reopened just now.
    Reopened,
    /// The note was kept.
    NoteKept,
    /// The answer is stored and on its way; "delivered" follows by itself.
    AnswerTaken,
    /// An answer that had not come through is sent again.
    AnswerRetried,
    /// An answer that had not come through is given up.
    AnswerDropped,
    /// Nothing was done about an answer: this is how it stands.
    AnswerStands(Mark),
    /// The button's version is gone: nothing was changed; this is what happened meanwhile.
    ChangedMeanwhile {
        /// What the others did, oldest first, at most five.
        events: Vec<TicketEvent>,
        /// The people named in them.
        people: Vec<Named>,
    },
    /// Ten minutes are over.
    TooLateToUndo,
    /// The assignee must be an admin.
    NotAnAdmin,
    /// The answer was taken back.
    Recalled,
    /// More than 48 hours old: Telegram keeps it.
    TooOldToRecall,
    /// The answer that waited was thrown away.
    Discarded,
}

/// A ticket as one row of a list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Brief {
    /// Which.
    pub id: TicketId,
    /// Its subject, whole; the button cuts it.
    pub subject: String,
    /// Where it stands.
    pub status: Status,
    /// How much it presses.
    pub priority: Priority,
    /// Whether its user has something to read.
    pub unread: bool,
    /// Since when its user waits.
    pub waiting_since: Option<Time>,
    /// When anything about it last changed.
    pub updated_at: Time,
    /// Its user's full name; only in the staff's lists.
    pub user_name: Option<String>,
    /// Whether its user is banned; only in the staff's lists.
    #[serde(default)]
    pub banned: bool,
}

/// A page of a list of tickets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct List {
    /// The rows.
    pub rows: Vec<Brief>,
    /// Which page, from 0.
    pub page: u32,
    /// How many pages; at least 1.
    pub pages: u32,
    /// How many tickets in all.
    pub total: u64,
}

/// What a list of the staff shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ListOf {
    /// The tickets that a filter lets through.
    Filter(Filter),
    /// All tickets of one person.
    User(Named),
    /// What `/find` found.
    Found(String),
}

/// A page of a ticket's conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page {
    /// Which ticket.
    pub ticket: TicketId,
    /// Its subject.
    pub subject: String,
    /// Its user's name, for the staff.
    pub user: Named,
    /// Oldest first; the items of an album are one entry, where its first item stands.
    pub messages: Vec<TicketMessage>,
    /// How far the answers among them have come; for the staff.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deliveries: Option<Deliveries>,
    /// The staff who wrote them.
    pub people: Vec<Named>,
    /// Which page, from 0.
    pub page: u32,
    /// How many pages; at least 1.
    pub pages: u32,
}

/// How far answers to a ticket have come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deliveries {
    /// The ticket's version, for the buttons.
    pub version: Version,
    /// The answers, oldest first.
    pub marks: Vec<(MessageId, Mark)>,
}

/// A person and what they are called.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// Who.
    pub id: PersonId,
    /// Full name; the id in digits for somebody who never wrote.
    pub name: String,
}

/// A ticket with its context, as the staff see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The ticket.
    pub ticket: Ticket,
    /// Its user.
    pub user: UserRecord,
    /// Who banned them, if they are banned.
    #[serde(default)]
    pub banned_by: Option<Named>,
    /// How many tickets this user has.
    pub user_tickets: u64,
    /// The assignee's name.
    pub assignee: Option<Named>,
    /// How many messages, notes too; an album counts as one.
    pub messages: u32,
    /// The admin who looks.
    pub me: PersonId,
    /// When this was read: ages are told from here.
    pub at: Time,
    /// The admin's latest answer that can still be taken back, if any.
    pub recallable: Option<MessageId>,
    /// The answers that have not come through, oldest first, and the latest one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<(MessageId, Mark)>,
    /// What just happened to it, if anything.
    pub news: Option<News>,
}

/// A person, as the staff see them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PersonCard {
    /// The person.
    pub user: UserRecord,
    /// Who banned them, if they are banned.
    pub banned_by: Option<Named>,
    /// How many tickets they have.
    pub tickets: u64,
    /// The ticket from which this was asked: the way back.
    pub ticket: Option<TicketId>,
    /// What just happened, if anything.
    pub news: Option<BanNews>,
}

/// What just happened to whether a person may write.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BanNews {
    /// They were banned: undo is offered.
    Banned,
    /// The ban ended.
    Unbanned,
    /// It already was so.
    Already,
    /// Somebody changed it since the button was drawn: nothing was done.
    ChangedMeanwhile,
    /// An admin cannot be banned.
    IsAdmin,
}

/// A page of people.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct People {
    /// The rows.
    pub rows: Vec<UserRecord>,
    /// Which page, from 0.
    pub page: u32,
    /// How many pages; at least 1.
    pub pages: u32,
    /// How many people in all.
    pub total: u64,
}

/// The counts of the dashboard.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Counts {
    /// Not taken up.
    pub open: u64,
    /// Taken up.
    pub in_progress: u64,
    /// Done.
    pub closed: u64,
    /// Assigned to nobody, not closed.
    pub unassigned: u64,
    /// Assigned to the admin who looks, not closed.
    pub mine: u64,
    /// The one that waits longest: number and since when.
    pub longest_waiting: Option<(TicketId, Time)>,
    /// When this was read.
    pub at: Option<Time>,
    /// Whether the admin who looks has muted others' tickets.
    pub muted: bool,
}

/// The statistics; days by the desk's time zone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    /// Not taken up.
    pub open: u64,
    /// Taken up.
    pub in_progress: u64,
    /// Done.
    pub closed: u64,
    /// Opened today.
    pub opened_today: u64,
    /// Closed today.
    pub closed_today: u64,
    /// Opened in the last seven days, today included.
    pub opened_week: u64,
    /// Closed in the last seven days, today included.
    pub closed_week: u64,
    /// Median seconds from opening to the first answer, over the last seven days' tickets.
    pub median_first_answer: Option<u64>,
    /// Median seconds from opening to closing, over the tickets closed in the last seven days.
    pub median_closing: Option<u64>,
}

impl Brief {
    /// Since when its user waits; nobody waits for a closed ticket.
    pub fn waits_since(&self) -> Option<Time> {
        self.waiting_since.filter(|_| self.status != Status::Closed)
    }
}

impl From<&UserRecord> for Named {
    fn from(user: &UserRecord) -> Self {
        Self {
            id: user.id,
            name: user.full_name(),
        }
    }
}

impl Named {
    /// The name of this person among `people`, or the id in digits.
    pub fn of(person: PersonId, people: &[Self]) -> Self {
        people
            .iter()
            .find(|named| named.id == person)
            .cloned()
            .unwrap_or_else(|| Self {
                id: person,
                name: person.to_string(),
            })
    }
}
