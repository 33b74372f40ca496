//! What the older bot's rows are, what is made of them, and what an import did.

use frontdesk_desk::content::Content;
use frontdesk_desk::ids::{PersonId, TicketId};
use frontdesk_desk::ticket::{SenderType, Ticket, Time};

/// A row of `imports`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImportId(pub i64);

/// In which of the older bot's tables a ticket stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FormerTable {
    /// `supportticket`, with messages in `ticketmessage`.
    SupportTicket,
    /// `support`, older still: a ticket and at most one answer in one row.
    Support,
}

impl FormerTable {
    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SupportTicket => "supportticket",
            Self::Support => "support",
        }
    }
}

/// A ticket as the older bot stored it. Nothing is certain but its number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerTicket {
    /// Where it stood.
    pub table: FormerTable,
    /// Its number there.
    pub id: i64,
    /// The Telegram id of its user.
    pub user: Option<i64>,
    /// What it is about.
    pub subject: Option<String>,
    /// The text of its first message.
    pub description: Option<String>,
    /// `open`, `in_progress` or `closed`.
    pub status: Option<String>,
    /// `low`, `normal`, `high` or `urgent`.
    pub priority: Option<String>,
    /// `general`, `payment` or `technical`.
    pub category: Option<String>,
    /// The Telegram id of the admin who takes care of it.
    pub assignee: Option<i64>,
    /// Local time without a zone: `YYYY-MM-DD HH:MM:SS[.ffffff]`; likewise the others.
    pub created: Option<String>,
    /// When it last changed.
    pub updated: Option<String>,
    /// When it was closed.
    pub closed: Option<String>,
    /// Its messages, by their numbers.
    pub messages: Vec<FormerMessage>,
}

/// A message as the older bot stored it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormerMessage {
    /// Its number there; [`FormerMessage::RESPONSE`] for the answer of a row of `support`.
    pub id: i64,
    /// The Telegram id of who wrote it.
    pub sender: Option<i64>,
    /// `user` or `admin`.
    pub sender_type: Option<String>,
    /// The words, or a placeholder for none.
    pub text: Option<String>,
    /// `text`, `photo`, `video` or `document`.
    pub kind: Option<String>,
    /// Telegram's, valid for the older bot only.
    pub file_id: Option<String>,
    /// Local time without a zone.
    pub created: Option<String>,
}

impl FormerMessage {
    /// The number under which what a ticket begins with is stored where the older bot had no message
    /// for it.
    pub const DESCRIPTION: i64 = 0;
    /// The number of the answer of a row of `support`.
    pub const RESPONSE: i64 = -1;
}

/// A person as the older bot stored them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerUser {
    /// Telegram's id.
    pub id: i64,
    /// Without the `@`, or with it.
    pub username: Option<String>,
    /// First and last name.
    pub full_name: Option<String>,
    /// A language code.
    pub lang: Option<String>,
    /// Local time without a zone.
    pub registered: Option<String>,
}

/// What names a ticket of an older bot. Its number alone does not: there may be several older bots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormerKey {
    /// Where it stood.
    pub table: FormerTable,
    /// Its number there.
    pub id: i64,
    /// Whose it is.
    pub user: PersonId,
    /// When it was opened, as it stood there.
    pub created: String,
}

/// A ticket that is taken over.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// Which it was.
    pub key: FormerKey,
    /// The ticket; its id and its version are left to the database.
    pub ticket: Ticket,
    /// What was written, oldest first.
    pub messages: Vec<TakenMessage>,
}

/// A message that is taken over, or a part of one that was too long.
#[derive(Clone, Debug, PartialEq)]
pub struct TakenMessage {
    /// Its number there.
    pub former: i64,
    /// Which part, from 0.
    pub part: i64,
    /// Who wrote it.
    pub sender: PersonId,
    /// On which side.
    pub sender_type: SenderType,
    /// What was written.
    pub content: Content,
    /// When.
    pub at: Time,
}

/// What taking a ticket over came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Took {
    /// It is here already, with all its messages.
    Nothing,
    /// It is new.
    New {
        /// How many messages it has.
        messages: usize,
        /// Who became known by it.
        people: Vec<PersonId>,
    },
    /// It was here, and something was added.
    More {
        /// Its number here.
        ticket: TicketId,
        /// How many messages were added.
        messages: usize,
        /// Who became known by it.
        people: Vec<PersonId>,
        /// Whether it was worked on here since; then its status and the like stay as they are here.
        worked_on: bool,
    },
}

/// An import, as the operator sees it in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// Its number.
    pub id: ImportId,
    /// Of which older bot.
    pub bot: String,
    /// From which file, or host and database.
    pub source: String,
    /// In which zone its times were read.
    pub timezone: String,
    /// When it began.
    pub started: Time,
    /// When it ended; `None` where it was cut off.
    pub ended: Option<Time>,
    /// When it was undone.
    pub rolled_back: Option<Time>,
    /// How many tickets of it are here.
    pub tickets: u64,
    /// How many messages of it are here.
    pub messages: u64,
    /// How many people became known by it and are still here.
    pub people: u64,
}
