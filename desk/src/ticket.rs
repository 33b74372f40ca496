//! Tickets, their messages, their audit trail, and the people they belong to.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::content::{Content, Source};
use crate::ids::{AlbumId, MessageId, PersonId, TicketId, Version};
use crate::words::words;

/// A moment, in UTC, cut to microseconds by the one clock.
pub type Time = DateTime<Utc>;

words! {
    /// A language the desk can speak.
    pub enum Lang {
        /// English.
        En = "en",
        /// Russian.
        Ru = "ru",
    }
}

words! {
    /// Where a ticket stands.
    pub enum Status {
        /// Nobody of the staff has taken it up. 🟢
        Open = "open",
        /// Somebody has. 🟡
        InProgress = "in_progress",
        /// Done; can be reopened. 🔴
        Closed = "closed",
    }
}

words! {
    /// How much a ticket presses.
    pub enum Priority {
        /// Can wait.
        Low = "low",
        /// The usual.
        Normal = "normal",
        /// Before the others.
        High = "high",
        /// Now.
        Urgent = "urgent",
    }
}

words! {
    /// Who wrote a ticket message.
    pub enum SenderType {
        /// The person who asks.
        User = "user",
        /// One of the staff.
        Admin = "admin",
    }
}

/// A category: a word of `desk.categories`, at most 32 bytes. `general`, `payment` and
/// `technical` have names in every language; others are shown as they are written.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Category(pub String);

/// A person as the database knows them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserRecord {
    /// Telegram's id.
    pub id: PersonId,
    /// As they call themselves.
    pub first_name: String,
    /// Likewise.
    pub last_name: Option<String>,
    /// Without the `@`.
    pub username: Option<String>,
    /// What their client said (`language_code`), e.g. `pt-br`.
    pub language_code: Option<String>,
    /// What they chose with `/language`.
    pub language: Option<Lang>,
    /// False from the moment Telegram says that they blocked the bot, until they return.
    pub reachable: bool,
    /// An admin who wants no notices of tickets that are not theirs.
    pub muted: bool,
    /// Whether they may write to the desk.
    #[serde(default)]
    pub standing: Standing,
    /// Their first update.
    pub first_seen: Time,
    /// Their latest update.
    pub last_seen: Time,
}

/// Whether a person may write to the desk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// Raised by every ban, and by its end.
    pub version: Version,
    /// The ban in force.
    pub ban: Option<Ban>,
}

/// A ban: nothing that the person does reaches anybody.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ban {
    /// Who decided it.
    pub by: Option<PersonId>,
    /// When.
    pub at: Time,
    /// Why, in the admin's words, for the staff only; at most 200 characters.
    pub reason: Option<String>,
}

/// A ticket, all its columns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ticket {
    /// Its number; 0 while it is being opened.
    pub id: TicketId,
    /// Whose it is.
    pub user: PersonId,
    /// 3 to 200 characters.
    pub subject: String,
    /// The text of its first message.
    pub description: String,
    /// Where it stands.
    pub status: Status,
    /// How much it presses.
    pub priority: Priority,
    /// What it is about.
    pub category: Category,
    /// Who takes care of it.
    pub assignee: Option<PersonId>,
    /// When it was opened.
    pub created_at: Time,
    /// When anything about it last changed.
    pub updated_at: Time,
    /// When it was closed, while it is.
    pub closed_at: Option<Time>,
    /// When the staff first answered.
    pub first_answer_at: Option<Time>,
    /// Since when the user waits for an answer; an answer clears it, a note does not. Closing keeps
    /// it, so that reopening restores it; ask [`Ticket::waits_since`].
    pub waiting_since: Option<Time>,
    /// Whether an answer is there that the user has not opened or answered.
    pub unread: bool,
    /// Its number in the older bot that it was taken over from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub former_number: Option<i64>,
    /// Raised at every change.
    pub version: Version,
}

/// One message of a ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TicketMessage {
    /// Its row; 0 while it is being written.
    pub id: MessageId,
    /// Who wrote it.
    pub sender: PersonId,
    /// On which side.
    pub sender_type: SenderType,
    /// An internal note of the staff: never reaches the user.
    pub note: bool,
    /// What was written (the newest text, after edits).
    pub content: Content,
    /// Where it was written.
    pub source: Source,
    /// The album it belongs to.
    pub album: Option<AlbumId>,
    /// When it was written.
    pub created_at: Time,
    /// When it was last edited.
    pub edited_at: Option<Time>,
    /// When an admin took it back.
    pub recalled_at: Option<Time>,
}

/// Something that happened to a ticket: a row of the audit trail.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TicketEvent {
    /// Who did it; `None` is the desk itself (an admin taken off the list, say).
    pub by: Option<PersonId>,
    /// When.
    pub at: Time,
    /// The ticket's version after it.
    pub version: Version,
    /// What.
    pub what: Happened,
}

/// What can happen to a ticket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happened {
    /// It was opened.
    Opened,
    /// Its user added a message.
    UserWrote,
    /// An admin answered.
    Answered,
    /// An admin left an internal note.
    NoteAdded,
    /// Its status changed (closing and reopening too).
    StatusChanged {
        /// Before.
        from: Status,
        /// After.
        to: Status,
    },
    /// Its priority changed.
    PriorityChanged {
        /// Before.
        from: Priority,
        /// After.
        to: Priority,
    },
    /// Its category changed.
    CategoryChanged {
        /// Before.
        from: Category,
        /// After.
        to: Category,
    },
    /// Somebody else takes care of it now.
    AssigneeChanged {
        /// Before.
        from: Option<PersonId>,
        /// After.
        to: Option<PersonId>,
    },
    /// The author edited a message.
    MessageEdited {
        /// Which.
        message: MessageId,
        /// What it said before.
        former: String,
    },
    /// An admin took an answer back.
    AnswerRecalled {
        /// Which.
        message: MessageId,
    },
    /// An admin, or the operator, had an answer sent again that had not come through.
    DeliveryRetried {
        /// Which.
        message: MessageId,
    },
    /// An admin, or the operator, gave an answer up that had not come through.
    AnswerDropped {
        /// Which.
        message: MessageId,
    },
    /// The ticket's user was banned.
    UserBanned {
        /// Why.
        reason: Option<String>,
    },
    /// Their ban ended.
    UserUnbanned,
    /// It was taken over from an older bot.
    TakenOver {
        /// Its number there.
        number: i64,
    },
}

impl Happened {
    /// The word by which it is stored: the serde tag.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Opened => "opened",
            Self::UserWrote => "user_wrote",
            Self::Answered => "answered",
            Self::NoteAdded => "note_added",
            Self::StatusChanged { .. } => "status_changed",
            Self::PriorityChanged { .. } => "priority_changed",
            Self::CategoryChanged { .. } => "category_changed",
            Self::AssigneeChanged { .. } => "assignee_changed",
            Self::MessageEdited { .. } => "message_edited",
            Self::AnswerRecalled { .. } => "answer_recalled",
            Self::UserBanned { .. } => "user_banned",
            Self::UserUnbanned => "user_unbanned",
            Self::TakenOver { .. } => "taken_over",
            Self::DeliveryRetried { .. } => "delivery_retried",
            Self::AnswerDropped { .. } => "answer_dropped",
        }
    }
}

impl UserRecord {
    /// First and last name, as a person is called on a screen.
    pub fn full_name(&self) -> String {
        match &self.last_name {
            Some(last) if !last.is_empty() => format!("{} {last}", self.first_name),
            _ => self.first_name.clone(),
        }
    }
}

impl Ticket {
    /// Since when the user waits; nobody waits for a closed ticket.
    pub fn waits_since(&self) -> Option<Time> {
        self.waiting_since.filter(|_| self.status != Status::Closed)
    }
}
