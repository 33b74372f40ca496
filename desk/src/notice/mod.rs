//! Notices: the outbox. A notice is exactly one Bot API call, kept as data and drawn when sent.

mod away;
mod draw;
mod draw_relay;

use serde::{Deserialize, Serialize};

pub use self::away::Away;

use crate::content::{Content, File, Source};
use crate::formatted::Formatted;
use crate::ids::{AlbumId, ChatId, ChatMessageId, MessageRef, PersonId, TicketRef};
use crate::keyboard::Keyboard;
use crate::ticket::{Status, Ticket, TicketMessage, Time, UserRecord};
use crate::words::words;

words! {
    /// Which chats come first. Lanes choose between chats, never within one.
    pub enum Lane {
        /// The person's own update caused it.
        Own = "own",
        /// A notice to somebody else.
        Other = "other",
        /// Anything that can wait.
        Bulk = "bulk",
    }
}

words! {
    /// What can be gathered: told of once, though it happens many times.
    pub enum Gathering {
        /// To the staff: how many messages more the user wrote in a ticket.
        More = "more",
        /// To the person who writes: all of it is kept.
        Kept = "kept",
        /// The edits of one message.
        Edits = "edits",
    }
}

impl Gathering {
    /// What is told of so many messages.
    pub const fn body(self, messages: u32) -> Body {
        match self {
            Self::More => Body::MoreMessages { messages },
            Self::Kept => Body::AllKept { messages },
            Self::Edits => Body::EditCopies,
        }
    }

    /// In which lane.
    pub const fn lane(self) -> Lane {
        match self {
            Self::Kept => Lane::Own,
            Self::More | Self::Edits => Lane::Other,
        }
    }
}

/// A notice to be stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewNotice {
    /// To which chat.
    pub chat: ChatId,
    /// Which lane.
    pub lane: Lane,
    /// Not before.
    pub due: Time,
    /// About which ticket.
    pub ticket: Option<TicketRef>,
    /// About which ticket message.
    pub message: Option<MessageRef>,
    /// The album it passes on: its later items are looked up when it is sent, and every further
    /// item puts it off to one second after, three seconds in all.
    pub album: Option<AlbumId>,
    /// What it says.
    pub body: Body,
}

/// What a notice says or does. Everything that may change before it is sent (the words of a
/// message, the person's language) is looked up when it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "body", rename_all = "snake_case")]
pub enum Body {
    /// A ticket message, or a part of it, passed on to somebody.
    Relay {
        /// Which part.
        part: Part,
        /// What it is to the one who gets it.
        why: Why,
    },
    /// A later item of an album whose other items were passed on before.
    LateItem,
    /// The author edited the message: edit the copies in this chat.
    EditCopies,
    /// An admin took it back: delete the copies in this chat.
    DeleteCopies,
    /// Show the original of a message to somebody who asked for it.
    ShowMessage,
    /// To the user: the status is another.
    StatusChanged {
        /// The new one.
        to: Status,
    },
    /// To the user: the staff closed the ticket; Reopen is offered.
    Closed,
    /// To the user: the staff reopened the ticket.
    Reopened,
    /// To the staff: the user closed the ticket.
    ClosedByUser,
    /// To the staff: the user reopened the ticket.
    ReopenedByUser,
    /// To an admin: the ticket is yours now.
    AssignedToYou {
        /// Who did it.
        by: PersonId,
    },
    /// To an admin: Telegram has taken your answer.
    Delivered {
        /// The admin's own message, which this replies to.
        answer: ChatMessageId,
    },
    /// To an admin: the person has blocked the bot; the answer is held until they return.
    Blocked {
        /// The admin's own message, which this replies to.
        answer: ChatMessageId,
    },
    /// To an admin: Telegram refuses the answer for good.
    NotDelivered {
        /// The admin's own message, which this replies to.
        answer: ChatMessageId,
        /// Telegram's words.
        reason: String,
    },
    /// To an admin: the person has not returned in all the time that an answer is held.
    GivenUp {
        /// The admin's own message, which this replies to.
        answer: ChatMessageId,
    },
    /// To an admin who could not be reached for a while: what they missed, counted.
    WhileAway(Away),
    /// Acknowledge a message by a reaction.
    React {
        /// The message.
        message: ChatMessageId,
        /// One of the emoji that Telegram allows.
        emoji: String,
    },
    /// To the staff: the user wrote so many messages more, which were not passed on one by one.
    MoreMessages {
        /// How many; an album is one.
        messages: u32,
    },
    /// To a person who wrote much at once: all of it is kept.
    AllKept {
        /// How many messages; 0 where there was nothing to keep, only commands that were left out.
        messages: u32,
    },
    /// To a person who wrote: they are banned, and nothing of it is kept.
    Banned,
    /// To a person: the ban is over; what they wrote meanwhile is not there.
    Unbanned,
    /// To a person: what they sent failed by a fault of ours; it is kept and looked after.
    Trouble,
    /// To a group: private chats only, for now.
    GroupGreeting,
    /// Leave the group.
    LeaveGroup,
}

/// Which part of a ticket message a notice carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// Heading, words and buttons in one message: words that fit.
    Whole,
    /// The heading alone.
    Heading,
    /// The message itself with the buttons (a copy, or long words).
    Content,
    /// All items of the album.
    Album,
    /// The buttons below an album.
    Buttons,
}

/// What a passed-on message is to the one who gets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// To an admin: a new ticket.
    NewTicket,
    /// To an admin: the user wrote more.
    FollowUp,
    /// To the user: an admin's answer.
    Answer,
    /// To an admin: another admin answered.
    OthersAnswer,
}

/// Everything that drawing a notice needs, as it is at the moment of sending.
#[derive(Clone, Debug, PartialEq)]
pub struct Sending<'a> {
    /// To which chat.
    pub chat: ChatId,
    /// What it says.
    pub body: &'a Body,
    /// The one who gets it, if the database knows them (a group is not a person).
    pub to: Option<&'a UserRecord>,
    /// The ticket.
    pub ticket: Option<&'a Ticket>,
    /// The ticket's user.
    pub user: Option<&'a UserRecord>,
    /// The ticket message.
    pub message: Option<&'a TicketMessage>,
    /// Who wrote the message (or did the deed), if known.
    pub author: Option<&'a UserRecord>,
    /// For [`Part::Album`]: the items not yet passed on to this chat, in order.
    pub items: &'a [TicketMessage],
    /// The messages in this chat that are copies of the ticket message, and which part each is.
    pub copies: &'a [Copy],
    /// Now.
    pub now: Time,
}

/// A message of a chat that is a copy of a ticket message, or a part of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Copy {
    /// The message.
    pub message: ChatMessageId,
    /// Which part it is.
    pub part: Part,
    /// Why it was passed on.
    pub why: Why,
}

/// One Bot API call, ready but for the token.
#[derive(Clone, Debug, PartialEq)]
pub enum Call {
    /// `sendMessage`
    SendMessage {
        /// The text.
        text: Formatted,
        /// The buttons.
        keyboard: Keyboard,
        /// The message to reply to; sent without, should it be gone.
        reply_to: Option<ChatMessageId>,
    },
    /// `copyMessage`; if the original is gone, `instead` by the method of its kind.
    CopyMessage {
        /// The original.
        from: Source,
        /// The buttons.
        keyboard: Keyboard,
        /// What is sent if the original can no longer be copied.
        instead: Content,
        /// What stands for it if not even that can be sent.
        placeholder: Formatted,
    },
    /// `copyMessages`; what it skips is sent one by one, as with `CopyMessage`.
    CopyMessages {
        /// The originals, all of one chat, in order, each with what is sent instead.
        items: Vec<(Source, Content)>,
        /// What stands for an item if not even that can be sent.
        placeholder: Formatted,
    },
    /// `editMessageText`
    EditText {
        /// Which message.
        message: ChatMessageId,
        /// The text.
        text: Formatted,
        /// The buttons.
        keyboard: Keyboard,
    },
    /// `editMessageCaption`
    EditCaption {
        /// Which message.
        message: ChatMessageId,
        /// The caption.
        caption: Formatted,
        /// The buttons.
        keyboard: Keyboard,
    },
    /// `editMessageMedia`
    EditMedia {
        /// Which message.
        message: ChatMessageId,
        /// The kind: photo, video, document, audio or animation.
        kind: crate::content::ContentKind,
        /// The file.
        file: File,
        /// The caption.
        caption: Formatted,
        /// The buttons.
        keyboard: Keyboard,
    },
    /// `editMessageReplyMarkup`
    EditKeyboard {
        /// Which message.
        message: ChatMessageId,
        /// The buttons; empty takes them away.
        keyboard: Keyboard,
    },
    /// `deleteMessages`
    DeleteMessages {
        /// Which.
        messages: Vec<ChatMessageId>,
    },
    /// `setMessageReaction`
    React {
        /// Which message.
        message: ChatMessageId,
        /// The emoji.
        emoji: String,
    },
    /// `leaveChat`
    LeaveChat,
}

/// The parts in which a message goes out: what fits one message goes in one.
pub fn parts(content: &Content, album: bool) -> &'static [Part] {
    if album {
        &[Part::Heading, Part::Album, Part::Buttons]
    } else if content.is_text() && crate::formatted::utf16_len(&content.text) <= WHOLE_TEXT {
        &[Part::Whole]
    } else {
        &[Part::Heading, Part::Content]
    }
}

/// The longest text, in UTF-16 units, that goes out under its heading in one message: 4,096 (Bot
/// API, `sendMessage`) less the room of the longest heading.
pub const WHOLE_TEXT: usize = 3000;
