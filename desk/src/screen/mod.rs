//! Screens: what a person should see, as a value; each holds all that is needed to draw it.
//!
//! To add a screen: 1. a variant of [`Screen`]; 2. its drawing in `draw_*.rs`; 3. its words in
//! `texts/*.ftl` and `Text`; 4. a sample of it in `samples()`, which the test renders in every
//! language; 5. the arm of `step` that shows it.

mod draw;
mod draw_form;
mod draw_lists;
mod draw_mine;
mod draw_conversation;
mod draw_staff;
mod draw_card;
mod draw_history;
mod draw_choices;
mod draw_answer;

use serde::{Deserialize, Serialize};

pub use self::draw::View;

use crate::button::Filter;
use crate::conversation::Why;
use crate::ids::{ChatMessageId, DraftId, MessageId, PersonId, TicketId, TicketRef, Version};
use crate::ticket::{
    Category, SenderType, Status, Ticket, TicketEvent, TicketMessage, Time, UserRecord,
};

/// What to show, and what the person did to get there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Show {
    /// What they should see.
    pub screen: Screen,
    /// The message under which they pressed, if they pressed: when it still holds the current
    /// screen it is edited, else the screen is a new message below.
    pub pressed: Option<ChatMessageId>,
}

/// What a person should see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "screen", rename_all = "snake_case")]
pub enum Screen {
    // Everybody's.
    /// The main menu; the greeting is longer at `/start`.
    Home {
        /// After `/start`.
        greeting: bool,
        /// Admins have a way to `/admin` here.
        admin: bool,
    },
    /// New ticket, my tickets.
    Support,
    /// How to use the bot.
    Help {
        /// Admins read about their commands too.
        admin: bool,
    },
    /// The choice of a language.
    Languages,
    /// One sentence, with a way back.
    Say(Saying),

    // A new ticket.
    /// Choose a category.
    AskCategory {
        /// Which draft.
        draft: DraftId,
        /// What can be chosen.
        categories: Vec<Category>,
    },
    /// Give a subject.
    AskSubject {
        /// Which draft.
        draft: DraftId,
        /// Chosen, or the only one.
        category: Category,
        /// Whether there is a step to go back to.
        back: bool,
        /// What was wrong with the last try.
        problem: Option<Problem>,
    },
    /// Describe it.
    AskDescription {
        /// Which draft.
        draft: DraftId,
        /// Given.
        subject: String,
        /// What was wrong with the last try.
        problem: Option<Problem>,
    },
    /// The ticket is there.
    TicketOpened {
        /// Its number.
        ticket: TicketRef,
        /// Its subject.
        subject: String,
        /// Its status.
        status: Status,
    },
    /// Where do these words go?
    Offer {
        /// Which draft.
        draft: DraftId,
        /// The subject it would get: its first line, or `None` where there are no words.
        subject: Option<String>,
        /// How many messages it has.
        pieces: usize,
        /// What can be done with them.
        choice: Choice,
    },
    /// The words joined a ticket by a press (typed ones are acknowledged by a reaction).
    Joined {
        /// Which ticket.
        ticket: TicketRef,
        /// Its subject.
        subject: String,
        /// Whether it was reopened for it.
        reopened: bool,
    },

    // A user's tickets.
    /// The list.
    MyTickets(List),
    /// One ticket.
    MyTicket {
        /// The ticket.
        ticket: Ticket,
        /// How many messages the user can see in it.
        messages: u32,
        /// What just happened to it, if anything.
        news: Option<News>,
    },
    /// A page of its conversation, as its user sees it: without notes.
    MyConversation(Page),
    /// Write to this ticket now.
    AskReply {
        /// Which.
        ticket: TicketId,
        /// Its subject.
        subject: String,
    },

    // The staff's.
    /// The admin menu.
    Admin,
    /// Counts and lists.
    Dashboard(Counts),
    /// A list of tickets.
    Tickets {
        /// Which ones.
        of: ListOf,
        /// The rows.
        list: List,
    },
    /// Choose a category or a priority to filter by.
    Filters {
        /// What can be chosen.
        categories: Vec<Category>,
    },
    /// What to find?
    AskFind,
    /// The statistics.
    Statistics(Statistics),
    /// One ticket, as the staff see it.
    Ticket(Box<Card>),
    /// A page of its conversation, with notes.
    Conversation(Page),
    /// A page of its audit trail.
    History {
        /// Which ticket.
        ticket: TicketId,
        /// Newest first.
        events: Vec<TicketEvent>,
        /// The people named in them.
        people: Vec<Named>,
        /// Which page, from 0.
        page: u32,
        /// How many pages.
        pages: u32,
    },
    /// Choose a status.
    Statuses {
        /// The ticket as it is.
        ticket: Ticket,
    },
    /// Choose a priority.
    Priorities {
        /// The ticket as it is.
        ticket: Ticket,
    },
    /// Choose a category.
    Categories {
        /// The ticket as it is.
        ticket: Ticket,
        /// What can be chosen.
        categories: Vec<Category>,
    },
    /// Choose an assignee.
    Assignees {
        /// The ticket as it is.
        ticket: Ticket,
        /// Who can be chosen.
        admins: Vec<Named>,
    },
    /// Write the answer now.
    AskAnswer {
        /// Which ticket.
        ticket: TicketId,
        /// Its subject.
        subject: String,
        /// Whose it is.
        user: Named,
    },
    /// Write the note now.
    AskNote {
        /// Which ticket.
        ticket: TicketId,
        /// Its subject.
        subject: String,
    },
    /// An answer waits for a decision.
    HeldAnswer {
        /// Which draft.
        draft: DraftId,
        /// Which ticket.
        ticket: TicketId,
        /// Why it waits.
        why: Why,
        /// The name of the admin who answered meanwhile, if that is why.
        by: Option<Named>,
        /// When this was asked: ages are told from here.
        asked_at: Time,
    },
    /// An admin's words without a ticket.
    Unplaced {
        /// Which draft.
        draft: DraftId,
        /// How many messages it has.
        pieces: usize,
        /// The ticket viewed last: number and subject.
        viewed: Option<(TicketId, String)>,
    },
}

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
    /// The button belongs to something that is over.
    OutOfDate,
    /// The desk does not know that command.
    UnknownCommand,
    /// The language was set.
    LanguageSet,
    /// The draft was thrown away.
    Discarded,
    /// Something went wrong on our side; the words are kept and will be looked after.
    Trouble,
    /// The answer was taken back.
    Recalled,
    /// More than 48 hours old: Telegram keeps it.
    TooOldToRecall,
    /// The edited message is not one the desk knows.
    NothingFound,
    /// Notices of others' tickets are off.
    Muted,
    /// They are on.
    Unmuted,
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
    pub priority: crate::ticket::Priority,
    /// Whether its user has something to read.
    pub unread: bool,
    /// Since when its user waits.
    pub waiting_since: Option<Time>,
    /// When anything about it last changed.
    pub updated_at: Time,
    /// Its user's full name; only in the staff's lists.
    pub user_name: Option<String>,
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
    /// Oldest first; an album is one entry for each of its messages.
    pub messages: Vec<TicketMessage>,
    /// The staff who wrote them.
    pub people: Vec<Named>,
    /// Which page, from 0.
    pub page: u32,
    /// How many pages; at least 1.
    pub pages: u32,
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
    /// How many tickets this user has.
    pub user_tickets: u64,
    /// The assignee's name.
    pub assignee: Option<Named>,
    /// How many messages, notes too.
    pub messages: u32,
    /// The admin who looks.
    pub me: PersonId,
    /// When this was read: ages are told from here.
    pub at: Time,
    /// The admin's latest answer that can still be taken back, if any.
    pub recallable: Option<MessageId>,
    /// What just happened to it, if anything.
    pub news: Option<News>,
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

impl Screen {
    /// The ticket that the screen is about: a Telegram reply to it concerns that ticket.
    pub fn ticket(&self) -> Option<TicketRef> {
        let id = match self {
            Self::TicketOpened { ticket, .. } | Self::Joined { ticket, .. } => {
                return Some(*ticket);
            }
            Self::MyTicket { ticket, .. }
            | Self::Statuses { ticket }
            | Self::Priorities { ticket }
            | Self::Categories { ticket, .. }
            | Self::Assignees { ticket, .. } => ticket.id,
            Self::Ticket(card) => card.ticket.id,
            Self::MyConversation(page) | Self::Conversation(page) => page.ticket,
            Self::AskReply { ticket, .. }
            | Self::AskAnswer { ticket, .. }
            | Self::AskNote { ticket, .. }
            | Self::HeldAnswer { ticket, .. }
            | Self::History { ticket, .. } => *ticket,
            _ => return None,
        };
        Some(TicketRef::Id(id))
    }

    /// Puts the ids in, once the commit has given them.
    pub fn resolve(&mut self, tickets: &[TicketId]) {
        if let Self::TicketOpened { ticket, .. } | Self::Joined { ticket, .. } = self {
            ticket.resolve(tickets);
        }
    }
}

/// The version a button of a fresh ticket carries.
pub const FIRST_VERSION: Version = Version(1);

/// Which side reads a conversation.
pub type Reader = SenderType;
