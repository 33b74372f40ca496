//! The state of one person's conversation: what their next message means.

use serde::{Deserialize, Serialize};

use crate::content::Piece;
use crate::ids::{AlbumId, ChatMessageId, DraftId, PersonId, TicketId, TicketRef, Version};
use crate::ticket::{Category, Time};

/// Everything the desk remembers between two updates of a person; stored whole, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    /// What the next message means.
    #[serde(default)]
    pub form: Form,
    /// How many drafts this conversation has had; numbers the next.
    #[serde(default)]
    pub drafts: i64,
    /// The latest drafts that were sent, newest last, at most [`Conversation::REMEMBERED`]: what a
    /// second press of the same button shows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<SentDraft>,
    /// Where the latest message went: the next one follows without a question for ten minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placed: Option<Placed>,
    /// The latest album whose first item was answered without a place being found for it: its
    /// other items get no answer of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered_album: Option<AlbumId>,
    /// The ticket an admin looked at last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub viewed: Option<TicketId>,
}

/// A form that waits for the person, or none.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "snake_case")]
pub enum Form {
    /// Nothing waits.
    #[default]
    None,
    /// A new ticket, step by step.
    NewTicket {
        /// Which draft.
        draft: DraftId,
        /// Chosen, or the only one there is; `None` while it is asked for.
        category: Option<Category>,
        /// Given, or `None` while it is asked for.
        subject: Option<String>,
        /// The message that gave it: an edit of it edits the draft.
        subject_from: Option<ChatMessageId>,
    },
    /// Words written outside any form, waiting for a place.
    Loose {
        /// Which draft.
        draft: DraftId,
        /// The messages so far, at most [`Conversation::MOST_PIECES`].
        pieces: Vec<Piece>,
        /// A closed ticket that they were written to (by Telegram's reply, or within ten minutes).
        closed: Option<TicketId>,
        /// True once "new ticket" was chosen and the category is asked for.
        choosing_category: bool,
    },
    /// The user pressed Answer under a ticket of theirs.
    Reply {
        /// Which ticket.
        ticket: TicketId,
    },
    /// The admin pressed Answer.
    Answer {
        /// Which ticket.
        ticket: TicketId,
        /// As the admin saw it then.
        seen: Version,
    },
    /// The admin pressed Internal note.
    Note {
        /// Which ticket.
        ticket: TicketId,
    },
    /// An admin's answer that waits for a decision.
    Held {
        /// Which draft.
        draft: DraftId,
        /// Which ticket.
        ticket: TicketId,
        /// The answer: one message, or an album.
        pieces: Vec<Piece>,
        /// Why it waits.
        why: Why,
    },
    /// An admin's words that belong to no ticket yet.
    Unplaced {
        /// Which draft.
        draft: DraftId,
        /// The messages so far.
        pieces: Vec<Piece>,
        /// The ticket viewed last, which is offered.
        viewed: Option<TicketId>,
    },
    /// The admin was asked what to find.
    Find,
}

impl Form {
    /// Whether only an admin can have begun it.
    pub fn is_staffs(&self) -> bool {
        match self {
            Self::None | Self::NewTicket { .. } | Self::Loose { .. } | Self::Reply { .. } => false,
            Self::Answer { .. }
            | Self::Note { .. }
            | Self::Held { .. }
            | Self::Unplaced { .. }
            | Self::Find => true,
        }
    }
}

/// Why an answer waits for the admin's decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "snake_case")]
pub enum Why {
    /// The ticket is closed: send and reopen, or send and leave closed.
    Closed,
    /// Another admin answered meanwhile: send anyway?
    Answered {
        /// Who.
        by: PersonId,
        /// When.
        at: Time,
    },
}

/// A draft that was sent, and what became of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SentDraft {
    /// Which draft.
    pub draft: DraftId,
    /// The ticket it made or joined.
    pub ticket: TicketRef,
}

/// Where the latest message went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Placed {
    /// Which ticket.
    pub ticket: TicketRef,
    /// When.
    pub at: Time,
}

impl Conversation {
    /// How many sent drafts are remembered.
    pub const REMEMBERED: usize = 8;

    /// How many messages a draft can hold; with more it becomes a ticket by itself, so that a
    /// conversation cannot grow without end and nothing is refused.
    pub const MOST_PIECES: usize = 50;

    /// For how long a message follows the one before it into the same ticket.
    pub const FOLLOWS_FOR: chrono::TimeDelta = chrono::TimeDelta::minutes(10);

    /// A number for a new draft.
    pub fn next_draft(&mut self) -> DraftId {
        self.drafts += 1;
        DraftId(self.drafts)
    }

    /// Remembers that a draft was sent.
    pub fn remember(&mut self, draft: DraftId, ticket: TicketRef) {
        self.sent.push(SentDraft { draft, ticket });
        let excess = self.sent.len().saturating_sub(Self::REMEMBERED);
        self.sent.drain(..excess);
    }

    /// The ticket that a draft made or joined, if it is remembered.
    pub fn sent_as(&self, draft: DraftId) -> Option<TicketRef> {
        self.sent
            .iter()
            .rev()
            .find(|sent| sent.draft == draft)
            .map(|sent| sent.ticket)
    }
}
