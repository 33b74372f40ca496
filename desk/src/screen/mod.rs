//! Screens: what a person should see, as a value; each holds all that is needed to draw it.
//!
//! To add a screen: 1. a variant of [`Screen`]; 2. its drawing in `draw_*.rs`; 3. its words in
//! `texts/*.ftl` and `Text`; 4. a sample of it in `tests/drawing`, which renders them in every
//! language; 5. the arm of `step` that shows it.

mod draw;
mod draw_answer;
mod draw_card;
mod draw_choices;
mod draw_conversation;
mod draw_delivery;
mod draw_form;
mod draw_history;
mod draw_lists;
mod draw_mine;
mod draw_person;
mod draw_staff;
mod parts;

use serde::{Deserialize, Serialize};

pub use self::draw::View;
pub use self::parts::{
    BanNews, Brief, Card, Choice, Counts, Deliveries, List, ListOf, Named, News, Page, People,
    PersonCard, Problem, Saying, Statistics, Waiting,
};

use crate::conversation::Why;
use crate::ids::{ChatMessageId, DraftId, TicketId, TicketRef, Version};
use crate::ticket::{Category, Status, Ticket, TicketEvent, Time};

/// What to show, and what the person did to get there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Show {
    /// What they should see.
    pub screen: Screen,
    /// The message under which they pressed, if they pressed: when it still holds the current
    /// screen it is edited, else the screen is a new message below.
    pub pressed: Option<ChatMessageId>,
    /// What else waits for a decision, which a row under the screen leads to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
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
        /// How many messages it has; an album counts as one.
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
    /// One person, and whether to ban them.
    Person(Box<PersonCard>),
    /// Who is banned.
    Banned(People),
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
        /// How many messages would go out; an album counts as one.
        #[serde(default = "one")]
        pieces: usize,
        /// Their first line, or `None` where there are no words.
        #[serde(default)]
        words: Option<String>,
    },
    /// An admin's words without a ticket.
    Unplaced {
        /// Which draft.
        draft: DraftId,
        /// How many messages it has; an album counts as one.
        pieces: usize,
        /// The ticket viewed last: number and subject.
        viewed: Option<(TicketId, String)>,
        /// Their first line, or `None` where there are no words.
        #[serde(default)]
        words: Option<String>,
    },
}

/// For screens stored before they told how many messages an answer has.
const fn one() -> usize {
    1
}

impl Show {
    /// What somebody may see of it now: a screen of the staff only while they are an admin.
    #[must_use]
    pub fn seen_by(self, admin: bool) -> Self {
        if admin || !self.screen.is_staffs() {
            return self;
        }
        Self {
            screen: Screen::Home {
                greeting: false,
                admin: false,
            },
            waiting: None,
            ..self
        }
    }
}

impl Screen {
    /// Whether only an admin may see it.
    fn is_staffs(&self) -> bool {
        match self {
            Self::Home { admin, .. } | Self::Help { admin } => *admin,
            Self::Support
            | Self::Languages
            | Self::Say(_)
            | Self::AskCategory { .. }
            | Self::AskSubject { .. }
            | Self::AskDescription { .. }
            | Self::TicketOpened { .. }
            | Self::Offer { .. }
            | Self::Joined { .. }
            | Self::MyTickets(_)
            | Self::MyTicket { .. }
            | Self::MyConversation(_)
            | Self::AskReply { .. } => false,
            Self::Admin
            | Self::Dashboard(_)
            | Self::Tickets { .. }
            | Self::Filters { .. }
            | Self::AskFind
            | Self::Statistics(_)
            | Self::Ticket(_)
            | Self::Person(_)
            | Self::Banned(_)
            | Self::Conversation(_)
            | Self::History { .. }
            | Self::Statuses { .. }
            | Self::Priorities { .. }
            | Self::Categories { .. }
            | Self::Assignees { .. }
            | Self::AskAnswer { .. }
            | Self::AskNote { .. }
            | Self::HeldAnswer { .. }
            | Self::Unplaced { .. } => true,
        }
    }

    /// The draft whose question it is.
    pub fn asks_about(&self) -> Option<DraftId> {
        match self {
            Self::Offer { draft, .. }
            | Self::HeldAnswer { draft, .. }
            | Self::Unplaced { draft, .. } => Some(*draft),
            _ => None,
        }
    }

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
