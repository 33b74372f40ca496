//! The state of one person's conversation: what their next message means, and what waits.

mod stored;

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::content::Piece;
use crate::ids::{AlbumId, ChatMessageId, DraftId, PersonId, TicketId, TicketRef, Version};
use crate::ticket::{Category, Time};

/// Everything the desk remembers between two updates of a person; stored whole, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "stored::Stored")]
pub struct Conversation {
    /// What the next message means.
    pub form: Form,
    /// How many drafts this conversation has had; numbers the next.
    pub drafts: i64,
    /// What was written and waits for a decision, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub waiting: Vec<Draft>,
    /// The one of them whose question is on the screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub asked: Option<DraftId>,
    /// The latest drafts that were sent, newest last, at most [`Conversation::REMEMBERED`]: what a
    /// second press of the same button shows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sent: Vec<SentDraft>,
    /// Where the latest message went: the next one follows without a question for ten minutes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placed: Option<Placed>,
    /// The latest album whose first item was answered without a place being found for it: its
    /// other items get no answer of their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered_album: Option<AlbumId>,
    /// The ticket an admin looked at last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viewed: Option<TicketId>,
    /// What an admin looked for last: its further pages are found by it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// How much they did in the current minute, where that is limited.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pace: Option<Pace>,
    /// The version of their standing that this was decided on: another one means that they were
    /// banned meanwhile, or are no longer.
    #[serde(skip_serializing_if = "is_first")]
    pub standing: Version,
    /// When they were last told that they are banned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_of_ban: Option<Time>,
}

/// How much a person did in one minute; `step/pace.rs` decides on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pace {
    /// When the minute began: with the first thing they did after the one before.
    pub since: Time,
    /// How many messages they wrote or edited in it; an album is one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub wrote: u32,
    /// How many buttons they pressed, and commands they gave.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub asked: u32,
    /// How many of their messages the staff were told of one by one.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub told: u32,
    /// The album that was counted last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<AlbumId>,
    /// When what was gathered last is told, if anything was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Time>,
}

fn is_first(version: &Version) -> bool {
    *version == Version::default()
}

fn is_zero(count: &u32) -> bool {
    *count == 0
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
    /// The admin was asked what to find.
    Find,
}

impl Form {
    /// Whether only an admin can have begun it.
    pub fn is_staffs(&self) -> bool {
        match self {
            Self::None | Self::NewTicket { .. } | Self::Reply { .. } => false,
            Self::Answer { .. } | Self::Note { .. } | Self::Find => true,
        }
    }
}

/// Something written that waits for a decision: what each question on a screen is about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Draft {
    /// Its number, which its buttons carry.
    pub id: DraftId,
    /// The messages, oldest first; see [`Conversation::MOST_PIECES`].
    pub pieces: Vec<Piece>,
    /// What is to be decided.
    pub what: Undecided,
}

/// What is to be decided about a draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Undecided {
    /// Words written outside any form: in which own ticket do they belong?
    Loose {
        /// A closed ticket that they were written to (by Telegram's reply, or within ten minutes).
        closed: Option<TicketId>,
        /// True once "new ticket" was chosen and the category is asked for.
        choosing_category: bool,
    },
    /// An admin's answer: should it go out all the same?
    Held {
        /// To which ticket.
        ticket: TicketId,
        /// Why it waits.
        why: Why,
    },
    /// An admin's words without a ticket: for whom are they?
    Unplaced,
}

impl Draft {
    /// Whether only an admin can have written it.
    pub fn is_staffs(&self) -> bool {
        match self.what {
            Undecided::Loose { .. } => false,
            Undecided::Held { .. } | Undecided::Unplaced => true,
        }
    }

    /// How many messages it is to people: an album counts as one.
    pub fn count(&self) -> usize {
        first_of_albums(self.pieces.iter().map(|piece| piece.album.as_ref())).count()
    }

    /// Whether items of this album are in it.
    pub fn has_items_of(&self, album: &AlbumId) -> bool {
        let mut pieces = self.pieces.iter();
        pieces.any(|piece| piece.album.as_ref() == Some(album))
    }
}

/// The places of the messages that count and are passed on, given the album of each: all but the
/// later items of an album, which their first carries along.
pub fn first_of_albums<'a>(
    albums: impl IntoIterator<Item = Option<&'a AlbumId>>,
) -> impl Iterator<Item = usize> {
    let mut seen = HashSet::new();
    let albums = albums.into_iter().enumerate();
    albums.filter_map(move |(place, album)| {
        album
            .is_none_or(|album| seen.insert(album))
            .then_some(place)
    })
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

    /// How many messages a draft takes (later items of an album always join it). A user's that is
    /// full becomes a ticket by itself; beside an admin's a new one is begun.
    pub const MOST_PIECES: usize = 50;

    /// How many messages can wait for decisions; more are refused in words, so that a conversation
    /// cannot grow without end.
    pub const MOST_WAITING: usize = 500;

    /// For how long a message follows the one before it into the same ticket.
    pub const FOLLOWS_FOR: chrono::TimeDelta = chrono::TimeDelta::minutes(10);

    /// The tickets that they have begun to write to: by a form, or by a draft that waits.
    pub fn writing_to(&self) -> impl Iterator<Item = TicketId> {
        let form = match self.form {
            Form::Reply { ticket } | Form::Answer { ticket, .. } | Form::Note { ticket } => {
                Some(ticket)
            }
            Form::None | Form::NewTicket { .. } | Form::Find => None,
        };
        let drafts = self.waiting.iter().filter_map(|draft| match draft.what {
            Undecided::Held { ticket, .. } => Some(ticket),
            Undecided::Loose { closed, .. } => closed,
            Undecided::Unplaced => None,
        });
        form.into_iter().chain(drafts)
    }

    /// A number for a new draft.
    pub fn next_draft(&mut self) -> DraftId {
        self.drafts += 1;
        DraftId(self.drafts)
    }

    /// The waiting draft with this number.
    pub fn draft(&self, id: DraftId) -> Option<&Draft> {
        self.waiting.iter().find(|draft| draft.id == id)
    }

    /// Takes the draft with this number out, if it waits.
    pub fn take_draft(&mut self, id: DraftId) -> Option<Draft> {
        let place = self.waiting.iter().position(|draft| draft.id == id)?;
        Some(self.waiting.remove(place))
    }

    /// Gives a waiting draft a new number: the buttons of its former question are out of date.
    pub fn renumber(&mut self, id: DraftId) -> DraftId {
        let number = self.next_draft();
        if let Some(draft) = self.waiting.iter_mut().find(|draft| draft.id == id) {
            draft.id = number;
        }
        number
    }

    /// Whether as many messages wait as can.
    pub fn is_full(&self) -> bool {
        let pieces = self.waiting.iter().map(|draft| draft.pieces.len());
        pieces.sum::<usize>() >= Self::MOST_WAITING
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
