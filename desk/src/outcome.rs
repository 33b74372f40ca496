//! What `step` decided: all that one update changes, shows and causes.

use serde::{Deserialize, Serialize};

use crate::content::{Content, Source};
use crate::conversation::Conversation;
use crate::delivery::Redelivery;
use crate::ids::{AlbumId, ChatId, MessageId, MessageRef, PersonId, TicketId, TicketRef, Version};
use crate::notice::{Gathering, NewNotice};
use crate::screen::Show;
use crate::ticket::{Ban, Happened, Lang, SenderType, Ticket, Time};

/// The decision about one update; committed whole or not at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// The conversation from now on.
    pub conversation: Conversation,
    /// The screen to show; `None` leaves the one that is there.
    pub show: Option<Show>,
    /// What the callback query is answered with; `None` answers it empty.
    pub toast: Option<Toast>,
    /// Changes to tickets, one for each ticket.
    pub tickets: Vec<TicketChange>,
    /// What is done about answers that have not come through; each belongs to a change of its
    /// ticket.
    pub redeliveries: Vec<Redelivery>,
    /// Changes to the person.
    pub person: PersonChange,
    /// A decision about somebody else: a ban, or its end.
    pub ban: Option<BanChange>,
    /// What others, or this person, are told beside the screen.
    pub notices: Vec<NewNotice>,
    /// What they are told later, together with what comes until then.
    pub gathered: Vec<Gathered>,
}

/// What a chat is told later in one notice, with all of the same kind that comes until then: each
/// chat has one of each [`Gathering`] for each ticket or message.
#[derive(Clone, Debug, PartialEq)]
pub struct Gathered {
    /// Which chat.
    pub chat: ChatId,
    /// What it is told.
    pub what: Gathering,
    /// About which ticket.
    pub ticket: Option<TicketRef>,
    /// About which ticket message.
    pub message: Option<MessageRef>,
    /// How many messages this adds.
    pub messages: u32,
    /// When it is told at the latest; what is added later can only put it off.
    pub due: Time,
}

/// All that changes about one ticket; raises its version by one.
#[derive(Clone, Debug, PartialEq)]
pub struct TicketChange {
    /// The ticket after the change. A new one has id 0 and version 1; of a stored one the version
    /// is the one after the change, and the commit is refused unless the stored one is one less.
    pub ticket: Ticket,
    /// Messages to add, in order.
    pub messages: Vec<NewMessage>,
    /// Messages to change.
    pub edits: Vec<MessageEdit>,
    /// What goes into the audit trail, in order.
    pub events: Vec<NewEvent>,
}

/// A message to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct NewMessage {
    /// Who wrote it.
    pub sender: PersonId,
    /// On which side.
    pub sender_type: SenderType,
    /// An internal note.
    pub note: bool,
    /// What was written.
    pub content: Content,
    /// Where it was written; (chat, message) is unique: a message is never stored twice.
    pub source: Source,
    /// The album it belongs to.
    pub album: Option<AlbumId>,
    /// When.
    pub at: Time,
}

/// A change of a stored message.
#[derive(Clone, Debug, PartialEq)]
pub enum MessageEdit {
    /// The author edited it.
    Content {
        /// Which.
        message: MessageId,
        /// What it says now.
        content: Content,
        /// When.
        at: Time,
    },
    /// An admin took it back.
    Recall {
        /// Which.
        message: MessageId,
        /// When.
        at: Time,
    },
}

/// An event to be stored.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// Who did it; `None` is the desk itself.
    pub by: Option<PersonId>,
    /// When.
    pub at: Time,
    /// What.
    pub what: Happened,
}

/// What changes about the person; `None` leaves it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PersonChange {
    /// The chosen language.
    pub language: Option<Lang>,
    /// Whether they can be reached: a block sets it false; writing, pressing and lifting a block
    /// set it true.
    pub reachable: Option<bool>,
    /// Whether they mute notices of others' tickets.
    pub muted: Option<bool>,
}

/// A ban, or its end: goes into the audit trail of the person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BanChange {
    /// Whose.
    pub person: PersonId,
    /// The version of their standing that it was decided on: the commit is refused on another.
    pub on: Version,
    /// Who decided it.
    pub by: PersonId,
    /// When.
    pub at: Time,
    /// The ban; `None` ends it.
    pub ban: Option<Ban>,
}

/// What a callback query is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Toast {
    /// The button belongs to something that is over.
    OutOfDate,
    /// The change was made.
    Done,
    /// It already was so.
    Already,
    /// Somebody changed the ticket meanwhile; nothing was done.
    ChangedMeanwhile,
    /// There is no such ticket, or it is not theirs.
    NotFound,
    /// Sent below.
    SentBelow,
    /// More presses in a minute than are carried out.
    TooFast,
    /// The person is banned.
    Banned,
}

impl TicketRef {
    /// Puts the id in, once the commit has given it.
    pub fn resolve(&mut self, tickets: &[TicketId]) {
        if let Self::New(place) = *self
            && let Some(id) = tickets.get(usize::from(place))
        {
            *self = Self::Id(*id);
        }
    }

    /// The id, where the ticket is stored.
    pub fn id(self) -> Option<TicketId> {
        match self {
            Self::Id(id) => Some(id),
            Self::New(_) => None,
        }
    }
}

impl MessageRef {
    /// Puts the id in, once the commit has given it.
    pub fn resolve(&mut self, messages: &[MessageId]) {
        if let Self::New(place) = *self
            && let Some(id) = messages.get(usize::from(place))
        {
            *self = Self::Id(*id);
        }
    }

    /// The id, where the message is stored.
    pub fn id(self) -> Option<MessageId> {
        match self {
            Self::Id(id) => Some(id),
            Self::New(_) => None,
        }
    }
}

impl Outcome {
    /// Puts the ids in that the commit has given: `tickets` of [`Outcome::tickets`] in order (those
    /// of stored ones too), `messages` of all their new messages in order.
    pub fn resolve(&mut self, tickets: &[TicketId], messages: &[MessageId]) {
        for notice in &mut self.notices {
            if let Some(ticket) = &mut notice.ticket {
                ticket.resolve(tickets);
            }
            if let Some(message) = &mut notice.message {
                message.resolve(messages);
            }
        }
        for gathered in &mut self.gathered {
            if let Some(ticket) = &mut gathered.ticket {
                ticket.resolve(tickets);
            }
            if let Some(message) = &mut gathered.message {
                message.resolve(messages);
            }
        }
        for sent in &mut self.conversation.sent {
            sent.ticket.resolve(tickets);
        }
        if let Some(placed) = &mut self.conversation.placed {
            placed.ticket.resolve(tickets);
        }
        if let Some(show) = &mut self.show {
            show.screen.resolve(tickets);
        }
    }
}
