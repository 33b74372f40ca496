//! What `step` wants to know, and what it is told.

use crate::button::Filter;
use crate::content::Source;
use crate::delivery::Delivery;
use crate::ids::{AlbumId, MessageId, PersonId, TicketId, Version};
use crate::screen::{Brief, Counts, List, Named, People, Statistics};
use crate::ticket::{Ticket, TicketEvent, TicketMessage, Time, UserRecord};

/// One thing to look up. All needs of an input are answered by one read of the database.
#[derive(Clone, Debug, PartialEq)]
pub enum Need {
    /// A ticket with its user: into [`Facts::tickets`].
    Ticket(TicketId),
    /// The ticket that a message of the person's chat is about (its own message, a copy, a
    /// heading, a screen), and the ticket itself: into [`Facts::linked`]. If there is one, it also
    /// tells what `OthersAnswer` and `Staff` tell of that ticket.
    TicketOf(Source),
    /// A stored message by where it was written, its ticket, and who has copies of it: into
    /// [`Facts::original`].
    Original(Source),
    /// Where an album's other items went, and that ticket: into [`Facts::album`].
    Album(AlbumId),
    /// The person's tickets that are not closed, latest activity first, at most
    /// [`Facts::MOST_OPEN`]: into [`Facts::open`]; a single one into [`Facts::tickets`] too.
    OpenTickets,
    /// A page of the person's own tickets, open first, latest activity first: into
    /// [`Facts::list`].
    MyTickets {
        /// Which page, from 0; past the end is the last.
        page: u32,
    },
    /// A page of a ticket's messages, oldest first, each album whole: into [`Facts::messages`]; with
    /// notes, for the staff, how far the answers among them have come, into
    /// [`Facts::deliveries`].
    Messages {
        /// Which ticket.
        ticket: TicketId,
        /// Whether internal notes are among them.
        notes: bool,
        /// Which page, from 0; past the end is the last.
        page: u32,
    },
    /// How many messages a ticket has, an album counted as one: into [`Facts::message_count`].
    MessageCount {
        /// Which ticket.
        ticket: TicketId,
        /// Whether internal notes count.
        notes: bool,
    },
    /// One message of a ticket, with who has copies of it: into [`Facts::original`].
    Message(TicketId, MessageId),
    /// A page of a ticket's events, newest first: into [`Facts::history`].
    History {
        /// Which ticket.
        ticket: TicketId,
        /// Which page, from 0; past the end is the last.
        page: u32,
    },
    /// The events of a ticket after a version, oldest first, at most 20: into [`Facts::since`].
    EventsSince(TicketId, Version),
    /// The latest answer to a ticket by an admin other than the person: into
    /// [`Facts::last_answer`].
    OthersAnswer(TicketId),
    /// The latest own answer of the person to a ticket that is not recalled: into
    /// [`Facts::own_answer`].
    OwnAnswer(TicketId),
    /// The answers to a ticket that have not come through, oldest first, at most twenty, and the
    /// latest answer: into [`Facts::deliveries`].
    Deliveries(TicketId),
    /// One answer to a ticket: into [`Facts::deliveries`].
    DeliveryOf(TicketId, MessageId),
    /// The records of all admins, and who has answered a ticket: into [`Facts::staff`] and
    /// [`Facts::answered_by`].
    Staff(Option<TicketId>),
    /// How many tickets a ticket's user has: into [`Facts::user_tickets`].
    UserTicketCount(TicketId),
    /// The counts of the dashboard, for this admin: into [`Facts::counts`].
    Counts,
    /// A page of the staff's list, waiting longest first: into [`Facts::list`].
    List {
        /// Which ones.
        filter: Filter,
        /// Which page, from 0; past the end is the last.
        page: u32,
    },
    /// A page of one person's tickets, for the staff, newest first: into [`Facts::list`] and
    /// [`Facts::person`].
    UserTickets {
        /// Whose.
        user: PersonId,
        /// Which page, from 0; past the end is the last.
        page: u32,
    },
    /// A person, for the staff: into [`Facts::person`], with how many tickets they have into
    /// [`Facts::user_tickets`], and the ticket they were named by into [`Facts::persons_ticket`].
    Person(Whom),
    /// A page of those who are banned, the latest first: into [`Facts::people`].
    Banned {
        /// Which page, from 0; past the end is the last.
        page: u32,
    },
    /// What matches: a ticket number (`12`, `#12`), a `@username`, a person's id, or words of the
    /// subject; newest first: into [`Facts::list`].
    Find {
        /// What is looked for.
        query: String,
        /// Which page, from 0; past the end is the last.
        page: u32,
    },
    /// The statistics: into [`Facts::statistics`].
    Statistics {
        /// The start of today in the desk's time zone.
        today: Time,
        /// The start of the day six days before.
        week: Time,
    },
}

/// How a person is named.
#[derive(Clone, Debug, PartialEq)]
pub enum Whom {
    /// By id.
    Id(PersonId),
    /// The user of the ticket that a message of the asking person's chat is about.
    Of(Source),
    /// `12` or `#12`, the user of that ticket, or else the person with that id; or `@username`.
    Called(String),
}

/// What was found. Everything that was not asked for, or is not there, is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    /// The person, as stored before this update; `None` at the first.
    pub me: Option<UserRecord>,
    /// Tickets asked for by id or through another fact, each with its user.
    pub tickets: Vec<(Ticket, UserRecord)>,
    /// The ticket that the message replied to is about, and since when that message is there.
    pub linked: Option<Linked>,
    /// The message asked for.
    pub original: Option<Original>,
    /// Where the album's other items went.
    pub album: Option<AlbumPlace>,
    /// The person's tickets that are not closed.
    pub open: Vec<Brief>,
    /// A list.
    pub list: List,
    /// Messages.
    pub messages: Paged<TicketMessage>,
    /// How many messages.
    pub message_count: u32,
    /// Events.
    pub history: Paged<TicketEvent>,
    /// Events after a version.
    pub since: Vec<TicketEvent>,
    /// Who answered last, and when.
    pub last_answer: Option<(PersonId, Time)>,
    /// The person's own latest answer.
    pub own_answer: Option<TicketMessage>,
    /// How far answers have come.
    pub deliveries: Vec<Delivery>,
    /// The admins who ever wrote to the bot.
    pub staff: Vec<UserRecord>,
    /// Who has answered the ticket.
    pub answered_by: Vec<PersonId>,
    /// How many tickets the ticket's user has.
    pub user_tickets: u64,
    /// The dashboard's counts.
    pub counts: Counts,
    /// The person asked for, or whose tickets are listed.
    pub person: Option<UserRecord>,
    /// The ticket that the person was named by.
    pub persons_ticket: Option<TicketId>,
    /// Those who are banned.
    pub people: People,
    /// The statistics.
    pub statistics: Statistics,
    /// The names of all staff that events or messages found here are by.
    pub names: Vec<Named>,
}

/// What a message of a chat is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Linked {
    /// Which ticket (it is in [`Facts::tickets`]).
    pub ticket: TicketId,
    /// When that message was written or sent.
    pub at: Time,
    /// The ticket message it is or carries, if it carries one.
    pub message: Option<MessageId>,
}

/// A stored message, with its copies.
#[derive(Clone, Debug, PartialEq)]
pub struct Original {
    /// Which ticket (it is in [`Facts::tickets`]).
    pub ticket: TicketId,
    /// The message.
    pub message: TicketMessage,
    /// The chats that were, are being or will be sent it.
    pub recipients: Vec<PersonId>,
    /// All messages of its album, itself among them; just itself where it has none.
    pub siblings: Vec<MessageId>,
}

/// Where an album's other items went.
#[derive(Clone, Debug, PartialEq)]
pub struct AlbumPlace {
    /// Which ticket (it is in [`Facts::tickets`]).
    pub ticket: TicketId,
    /// The first of its messages there.
    pub first: TicketMessage,
    /// The chats that the album is passed on to.
    pub recipients: Vec<PersonId>,
}

/// A page of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Paged<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Which page, from 0.
    pub page: u32,
    /// How many pages; at least 1.
    pub pages: u32,
}

impl<T> Default for Paged<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            page: 0,
            pages: 1,
        }
    }
}

impl Facts {
    /// Rows of one page of a list of tickets.
    pub const LIST_PAGE: u32 = 8;
    /// Messages of one page of a conversation, an album counted as one: six, each cut at 600 UTF-16
    /// units, fit a message.
    pub const MESSAGES_PAGE: u32 = 6;
    /// Events of one page of the audit trail.
    pub const HISTORY_PAGE: u32 = 12;
    /// How many open tickets are offered for loose words.
    pub const MOST_OPEN: u32 = 8;

    /// Whether everything was found that these needs ask for by a message replied to.
    pub fn knows_what_was_replied_to(&self, needs: &[Need]) -> bool {
        needs.iter().all(|need| match need {
            Need::TicketOf(_) => self.linked.is_some(),
            Need::Person(Whom::Of(_)) => self.person.is_some(),
            _ => true,
        })
    }

    /// A ticket with its user, if it was asked for and is there.
    pub fn ticket(&self, id: TicketId) -> Option<&(Ticket, UserRecord)> {
        self.tickets.iter().find(|(ticket, _)| ticket.id == id)
    }
}
