//! The ids of the desk, a type each, so that a ticket is never taken for a person.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares one id: a 64-bit number with the traits that every id has.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A Telegram user. In a private chat the chat has the same number.
    PersonId
}
id! {
    /// A Telegram chat: a person's private chat, or a group (negative).
    ChatId
}
id! {
    /// A message of a Telegram chat; unique within that chat only.
    ChatMessageId
}
id! {
    /// The bot itself: the digits of its token before the colon.
    BotId
}
id! {
    /// An update, as Telegram numbers them.
    UpdateId
}
id! {
    /// A ticket, numbered from 1; people read it as `#12`.
    TicketId
}
id! {
    /// A row of `ticket_messages`.
    MessageId
}
id! {
    /// A row of `notices`.
    NoticeId
}
id! {
    /// The version of a ticket or a conversation: raised by one at every change.
    Version
}
id! {
    /// A draft of one conversation, numbered from 1; a button that sends a draft carries it.
    DraftId
}

impl Default for Version {
    /// Before the first change.
    fn default() -> Self {
        Self(0)
    }
}

impl Version {
    /// The version after one more change.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }
}

impl PersonId {
    /// The private chat with this person.
    pub const fn chat(self) -> ChatId {
        ChatId(self.0)
    }
}

/// A ticket that exists, or the one that this very outcome opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TicketRef {
    /// A stored ticket.
    Id(TicketId),
    /// The ticket at this place in [`crate::Outcome::tickets`]; the commit puts the id in.
    New(u8),
}

/// A ticket message that exists, or one that this very outcome writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MessageRef {
    /// A stored message.
    Id(MessageId),
    /// The message with this number among all new messages of the outcome, in order; the commit
    /// puts the id in.
    New(u16),
}

/// An album: Telegram's `media_group_id`, the same on each of its messages.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AlbumId(pub String);
