//! What the actor Tickets is told and asked.

use std::fmt;

use actix::Message;
use frontdesk_desk::ids::{BotId, ChatId, NoticeId, PersonId, UpdateId};
use frontdesk_desk::ticket::Time;
use frontdesk_desk::{Facts, Need};

use crate::store::news::News;
use crate::store::quarantine::Quarantined;
use crate::store::survey::Survey;
use crate::store::{
    Committed, Decision, Delivered, DueNotice, Head, Hold, QuarantineId, ScreenEnd, Started,
    StoreError, StoredConversation, UnshownScreen,
};

/// The first message: checks whose database it is, forgets marks older than three days, and takes in
/// the list of admins (as [`Admins`] does).
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

/// This is the desk that sends from now on, the only one of a file: takes up what the one before left
/// in the middle. Answers `Superseded`, as do [`TakeDue`] and [`Record`], if another is.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct TakeOver {
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

/// Counts of rows, for the operator's figures.
#[derive(Debug, Message)]
#[rtype(result = "Result<Survey, StoreError>")]
pub struct Count;

/// A person's conversation.
#[derive(Debug, Message)]
#[rtype(result = "Result<StoredConversation, StoreError>")]
pub struct Load {
    /// Whose.
    pub person: PersonId,
}

/// What `step` wants to know about a person's update, all of one moment.
#[derive(Clone, Debug, Message)]
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

/// The first notices of the chats' lines, sorted by when they are due, and then by their numbers.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<Head>, StoreError>")]
pub struct Heads {
    /// Only those behind this one.
    pub after: Option<(Time, NoticeId)>,
    /// At most so many.
    pub most: usize,
    /// Now, if what is due by itself is to be seen to first: what was gathered is told, what was
    /// held for too long is given up, and more is counted of very much that an admin missed.
    pub see_to: Option<Time>,
}

/// Takes these notices to send them: those of them that are first in their lines, due, and not
/// held. They are marked as being sent before this is answered. One that is marked already is
/// taken again: who asks makes no call for it.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<DueNotice>, StoreError>")]
pub struct TakeDue {
    /// Now.
    pub now: Time,
    /// Which.
    pub notices: Vec<NoticeId>,
}

/// Stores what became of notices, with the notices that this causes, and of screens: a message
/// that holds one is remembered, with the ticket that it is about. Answers which notices stand
/// first in the lines that changed.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<Vec<Head>, StoreError>")]
pub struct Record {
    /// Now.
    pub at: Time,
    /// What became of notices.
    pub results: Vec<Delivered>,
    /// What became of screens, in order.
    pub screens: Vec<ScreenEnd>,
    /// The pauses that Telegram asked for.
    pub holds: Vec<Hold>,
}

/// The pauses that Telegram asked for and that are not over.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<Hold>, StoreError>")]
pub struct Holds {
    /// Now.
    pub now: Time,
}

/// All screens that were committed and not shown yet: what a start has to show.
#[derive(Debug, Message)]
#[rtype(result = "Result<Vec<UnshownScreen>, StoreError>")]
pub struct Screens;

/// What there is to send of what another desk committed.
#[derive(Debug, Message)]
#[rtype(result = "Result<TakenUp, StoreError>")]
pub struct LookUp {
    /// What it told.
    pub news: News,
}

/// What there is to send.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TakenUp {
    /// Screens not shown yet.
    pub screens: Vec<UnshownScreen>,
    /// Notices that are first in their lines.
    pub heads: Vec<Head>,
}

/// Whether a notice is on its way to a chat, or was just sent and is not recorded.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Result<bool, StoreError>")]
pub struct IsBeingSent {
    /// Which chat.
    pub chat: ChatId,
}

/// One person's screen, if it was not shown yet.
#[derive(Debug, Message)]
#[rtype(result = "Result<Option<UnshownScreen>, StoreError>")]
pub struct Screen {
    /// Whose.
    pub person: PersonId,
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
/// there were, this one included, and 0 for one that has its mark. The count is dropped when the
/// update gets its mark.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<Vec<(UpdateId, u32)>, StoreError>")]
pub struct Attempt {
    /// Which updates.
    pub updates: Vec<UpdateId>,
    /// Now.
    pub at: Time,
}

/// What the desk remembers about what Telegram was told, as text. Another bot's is forgotten when the
/// database becomes this one's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remembered {
    /// Stands for all commands that were set.
    Commands,
    /// Where updates are posted, if a desk with this database said so.
    WebhookUrl,
    /// What comes with updates that are posted.
    WebhookSecret,
}

impl Remembered {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Commands, Self::WebhookUrl, Self::WebhookSecret];

    /// The name that it has in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Commands => "commands",
            Self::WebhookUrl => "webhook_url",
            Self::WebhookSecret => "webhook_secret",
        }
    }
}

/// Remembers something.
#[derive(Clone, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct Remember {
    /// What.
    pub what: Remembered,
    /// As what; it may be a secret.
    pub value: String,
    /// Whether it takes the place of what is remembered already; else that stays.
    pub replace: bool,
}

impl fmt::Debug for Remember {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Remember({})", self.what.as_str())
    }
}

/// What is remembered.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Result<Option<String>, StoreError>")]
pub struct Recall {
    /// What of it.
    pub what: Remembered,
}

/// The last message: remembers that the program stopped in order, commits what is waiting, closes
/// the database and stops the actor. Later messages are answered `Unavailable(Closed)` or not at
/// all.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct Stop {
    /// Now.
    pub at: Time,
}
