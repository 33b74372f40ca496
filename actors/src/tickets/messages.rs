//! What the actor Tickets is told and asked.

use actix::Message;
use frontdesk_desk::ids::{BotId, ChatId, ChatMessageId, PersonId, UpdateId};
use frontdesk_desk::ticket::Time;
use frontdesk_desk::{Facts, Need};

use crate::store::quarantine::Quarantined;
use crate::store::{
    Committed, Decision, Delivered, Due, QuarantineId, Started, StoreError, StoredConversation,
    UnshownScreen,
};

/// The first message: checks whose database it is, forgets marks older than three days, takes up
/// what a stop left in the middle, and takes in the list of admins (as [`Admins`] does).
/// Until it was answered, every [`Commit`] is refused. Answers `OtherBot` for the database of
/// another bot.
#[derive(Debug, Message)]
#[rtype(result = "Result<Started, StoreError>")]
pub struct Start {
    /// The bot of the token.
    pub bot: BotId,
    /// Who is an admin.
    pub admins: Vec<PersonId>,
    /// Now.
    pub at: Time,
}

/// The list of admins has changed: open tickets of those who are no longer on it become
/// unassigned, with events by the desk itself.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct Admins {
    /// Who is an admin from now on.
    pub admins: Vec<PersonId>,
    /// Now.
    pub at: Time,
}

/// A person's conversation.
#[derive(Debug, Message)]
#[rtype(result = "Result<StoredConversation, StoreError>")]
pub struct Load {
    /// Whose.
    pub person: PersonId,
}

/// What `step` wants to know about a person's update, all of one moment.
#[derive(Debug, Message)]
#[rtype(result = "Result<Box<Facts>, StoreError>")]
pub struct Read {
    /// Who acted.
    pub person: PersonId,
    /// What to look up.
    pub needs: Vec<Need>,
}

/// Commits all that an update causes.
#[derive(Debug, Message)]
#[rtype(result = "Result<Committed, StoreError>")]
pub struct Commit {
    /// What was decided.
    pub decision: Box<Decision>,
}

/// Takes notices to send: the first of each chat, unless it is not due yet, being sent, or held.
/// They are marked as being sent before this is answered.
#[derive(Debug, Message)]
#[rtype(result = "Result<Due, StoreError>")]
pub struct TakeDue {
    /// Now.
    pub now: Time,
    /// At most so many.
    pub most: usize,
    /// Chats to leave out: a call to them is on its way, or they have to wait.
    pub busy: Vec<ChatId>,
}

/// Stores what became of notices, with the notices that this causes.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct Record {
    /// Now.
    pub at: Time,
    /// What became of them.
    pub results: Vec<Delivered>,
}

/// All screens that were committed and not shown yet: what a start has to show.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<UnshownScreen>, StoreError>")]
pub struct Screens;

/// One person's screen, if it was not shown yet.
#[derive(Debug, Message)]
#[rtype(result = "Result<Option<UnshownScreen>, StoreError>")]
pub struct Screen {
    /// Whose.
    pub person: PersonId,
}

/// A screen was shown: remembers the message that holds it, and which ticket it is about.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct ScreenShown {
    /// To whom.
    pub person: PersonId,
    /// Which number.
    pub number: i64,
    /// The message that holds it.
    pub message: ChatMessageId,
    /// Now.
    pub at: Time,
}

/// A screen cannot be shown: it is given up.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct ScreenFailed {
    /// To whom.
    pub person: PersonId,
    /// Which number.
    pub number: i64,
    /// Whether because the person cannot be reached.
    pub unreachable: bool,
}

/// Puts an update aside that failed by a fault of ours, and marks it as handled. An update that
/// has its mark already is left alone.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct PutAside {
    /// Which update.
    pub update: UpdateId,
    /// As Telegram sent it.
    pub raw: String,
    /// What went wrong; never what people wrote.
    pub reason: String,
    /// Whose it is, where that could be read.
    pub person: Option<PersonId>,
    /// Now.
    pub at: Time,
}

/// The quarantined updates that the operator wants to be tried again.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<Quarantined>, StoreError>")]
pub struct Retries;

/// Another try of a quarantined update failed too: it waits for the operator again.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct RetryFailed {
    /// Which row.
    pub id: QuarantineId,
    /// What went wrong; never what people wrote.
    pub reason: String,
    /// Now.
    pub at: Time,
}

/// Counts one more attempt at each of these updates, before they are handled; answers how many
/// there were, this one included. The count is dropped when the update gets its mark.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<Vec<(UpdateId, u32)>, StoreError>")]
pub struct Attempt {
    /// Which updates.
    pub updates: Vec<UpdateId>,
    /// Now.
    pub at: Time,
}

/// Remembers which commands were set with Telegram.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct CommandsSet {
    /// Stands for all of them.
    pub hash: String,
}

/// Which commands were set with Telegram last.
#[derive(Debug, Message)]
#[rtype(result = "Result<Option<String>, StoreError>")]
pub struct CommandsHash;

/// The last message: remembers that the program stopped in order, commits what is waiting, closes
/// the database and stops the actor. Later messages are answered `Unavailable(Closed)` or not at
/// all.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct Stop {
    /// Now.
    pub at: Time,
}
