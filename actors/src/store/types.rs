//! What goes into the database and comes out of it, as its callers see it.

use std::fmt;

use frontdesk_desk::Outcome;
use frontdesk_desk::conversation::Conversation;
use frontdesk_desk::ids::{
    ChatId, ChatMessageId, MessageId, NoticeId, PersonId, UpdateId, Version,
};
use frontdesk_desk::input::Person;
use frontdesk_desk::notice::{Body, Copy, Lane};
use frontdesk_desk::screen::Show;
use frontdesk_desk::ticket::{Ticket, TicketMessage, Time, UserRecord};

/// A row of `quarantine`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QuarantineId(pub i64);

impl fmt::Display for QuarantineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A person's conversation as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredConversation {
    /// What their next message means.
    pub state: Conversation,
    /// Its version; 0 if nothing is stored yet.
    pub version: Version,
    /// The person; `None` before their first update.
    pub me: Option<UserRecord>,
}

/// All that one update causes, to be committed whole or not at all.
#[derive(Clone, Debug)]
pub struct Decision {
    /// The update: its mark is written with the rest.
    pub update: UpdateId,
    /// Who acted, as the update describes them.
    pub person: Person,
    /// Now.
    pub at: Time,
    /// The version of the conversation that it was decided on; 0 if nothing was stored.
    pub on: Version,
    /// What was decided.
    pub outcome: Outcome,
    /// The quarantined update that this is another try of: its row goes with the commit, and its
    /// mark, which is there already, is no repeat.
    pub retry_of: Option<QuarantineId>,
}

/// What became of a decision.
#[derive(Clone, Debug, PartialEq)]
pub enum Committed {
    /// It is stored.
    Done {
        /// The conversation's version from now on.
        version: Version,
        /// The number of the screen, if the outcome shows one.
        number: Option<i64>,
        /// The outcome, with the ids that the commit gave.
        outcome: Box<Outcome>,
        /// The message that held the person's screen before, as far as the database knows.
        current: Option<ChatMessageId>,
        /// What it put into the outbox.
        queued: Queued,
    },
    /// The update was handled before; nothing was written.
    Repeat,
    /// The conversation or a ticket has changed since, or a message is stored already; nothing
    /// was written. Read again and decide again.
    Conflict,
}

/// The first notice in the line of its chat: the only one that can be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its row.
    pub notice: NoticeId,
    /// To which chat.
    pub chat: ChatId,
    /// Which lane.
    pub lane: Lane,
    /// Not before.
    pub due: Time,
}

/// What a commit put into the outbox: whoever sends need not look for it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queued {
    /// The notices that stand first in the lines of their chats by it, or are due at another time.
    pub heads: Vec<Head>,
    /// The last notice for the person themselves that it stored or released: their screen comes
    /// after it.
    pub own: Option<NoticeId>,
}

/// Telegram asked for a pause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Before anything is sent to this chat; `None` is all chats.
    pub chat: Option<ChatId>,
    /// Until when.
    pub until: Time,
}

/// What became of a screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScreenEnd {
    /// Whose.
    pub person: PersonId,
    /// Its number.
    pub number: i64,
    /// How it ended.
    pub end: Shown,
}

/// How a screen ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// This message holds it.
    In(ChatMessageId),
    /// It is given up: the person cannot be reached.
    Unreachable,
    /// It is given up: it cannot be shown.
    Failed,
}

/// A notice that was taken to be sent, with all that drawing it needs.
#[derive(Clone, Debug, PartialEq)]
pub struct DueNotice {
    /// Its row.
    pub id: NoticeId,
    /// To which chat.
    pub chat: ChatId,
    /// Which lane.
    pub lane: Lane,
    /// The how manieth try this is, from 1.
    pub attempt: u32,
    /// Whether an earlier try may have come through.
    pub doubtful: bool,
    /// What it says.
    pub body: Body,
    /// Who gets it; `None` for a group, and for somebody who never wrote.
    pub to: Option<UserRecord>,
    /// The ticket it is about.
    pub ticket: Option<Ticket>,
    /// The ticket's user.
    pub user: Option<UserRecord>,
    /// The ticket message it is about.
    pub message: Option<TicketMessage>,
    /// Who wrote that message, or did what is told of.
    pub author: Option<UserRecord>,
    /// For an album: its items in that ticket that this chat has no copy of, in order.
    pub items: Vec<TicketMessage>,
    /// The copies of the message in this chat.
    pub copies: Vec<Copy>,
    /// For an album: whether its items go out one by one.
    pub one_by_one: bool,
}

/// The outcome of one notice.
#[derive(Clone, Debug, PartialEq)]
pub struct Delivered {
    /// Which one; it is ignored unless it is being sent.
    pub notice: NoticeId,
    /// To which chat.
    pub chat: ChatId,
    /// What became of it.
    pub result: DeliveryResult,
}

/// What became of a call.
#[derive(Clone, Debug, PartialEq)]
pub enum DeliveryResult {
    /// Telegram took it.
    Sent {
        /// The messages it became; empty for an edit, a reaction and the like.
        messages: Vec<ChatMessageId>,
        /// For an album: which ticket message each of them is. The others are the notice's.
        linked: Vec<(ChatMessageId, Option<MessageId>)>,
    },
    /// There was nothing to do.
    Nothing,
    /// It is tried again. Who sends knows when: the row is due as it was.
    Again {
        /// Whether it may have come through all the same.
        doubtful: bool,
        /// Why it waits.
        reason: String,
    },
    /// A part of an album came through, perhaps none of it; the rest goes out item by item.
    Partly {
        /// The messages it became.
        messages: Vec<ChatMessageId>,
        /// Which ticket message each of them is.
        linked: Vec<(ChatMessageId, Option<MessageId>)>,
        /// Whether something may have come that will come again.
        doubtful: bool,
    },
    /// The group has another number now: this and everything else for it goes there.
    Moved {
        /// The new one.
        to: ChatId,
    },
    /// The person cannot be reached: this and everything else for the chat is held.
    Unreachable,
    /// Telegram refuses it for good.
    Failed {
        /// Telegram's words.
        reason: String,
    },
}

/// A screen that its person has not been shown yet.
#[derive(Clone, Debug, PartialEq)]
pub struct UnshownScreen {
    /// Whose.
    pub person: PersonId,
    /// Its number.
    pub number: i64,
    /// What to show.
    pub show: Show,
    /// The person.
    pub me: UserRecord,
    /// The message that holds the screen shown last, if known.
    pub current: Option<ChatMessageId>,
}

/// What a start found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Started {
    /// Whether the program before this one did not stop in order.
    pub unclean: bool,
}
