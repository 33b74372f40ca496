//! What a person wrote: one message's words, formatting and file, whatever its kind.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::{AlbumId, ChatId, ChatMessageId};
use crate::words::words;

words! {
    /// The kind of a message, as Telegram names it.
    pub enum ContentKind {
        /// Words only.
        Text = "text",
        /// A picture.
        Photo = "photo",
        /// A video.
        Video = "video",
        /// A file.
        Document = "document",
        /// A voice message.
        Voice = "voice",
        /// Music or another sound file.
        Audio = "audio",
        /// A round video.
        VideoNote = "video_note",
        /// A GIF or a silent video.
        Animation = "animation",
        /// A sticker.
        Sticker = "sticker",
        /// A place (also a venue or a live location).
        Location = "location",
        /// A phone contact.
        Contact = "contact",
        /// A poll.
        Poll = "poll",
        /// A die or another animated emoji of chance.
        Dice = "dice",
        /// Anything this program does not know; passed on by copy, never refused.
        Other = "other",
    }
}

/// A run of formatting or a link in a text, counted in UTF-16 units.
///
/// All but the place is kept as Telegram sent it, so a kind of entity newer than this program
/// passes through whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entity {
    /// Where it starts, in UTF-16 units from the start of the text.
    pub offset: usize,
    /// How long it is, in UTF-16 units.
    pub length: usize,
    /// `type` and what belongs to it (`url`, `user`, `language`, …).
    #[serde(flatten)]
    pub rest: Map<String, Value>,
}

/// A file on Telegram's side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Sends the file again; valid for this bot only.
    pub file_id: String,
    /// Names the file for ever, but cannot be sent.
    pub file_unique_id: String,
}

/// One message's content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Content {
    /// Its kind.
    pub kind: ContentKind,
    /// The text or the caption; for a contact, place, poll, die or sticker a short description
    /// without language (`+7 900 …`, `55.75, 37.61`, the question, the emoji). May be empty.
    pub text: String,
    /// The formatting of `text`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Entity>,
    /// The file, where the kind has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<File>,
}

/// Where a message stands in Telegram.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Source {
    /// The chat.
    pub chat: ChatId,
    /// The message in it.
    pub message: ChatMessageId,
}

impl Source {
    /// The chat of messages that stand nowhere in Telegram: those taken over from an older bot.
    pub const NO_CHAT: ChatId = ChatId(0);

    /// Whether there is, or was, such a message in Telegram.
    pub fn is_in_telegram(self) -> bool {
        self.chat != Self::NO_CHAT
    }
}

/// A message with its origin: what a draft is made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Piece {
    /// What was written.
    pub content: Content,
    /// Where it was written.
    pub source: Source,
    /// The album it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub album: Option<AlbumId>,
}

impl Content {
    /// Plain words without formatting.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            kind: ContentKind::Text,
            text: text.into(),
            entities: Vec::new(),
            file: None,
        }
    }

    /// Whether it is words only (then it can be sent as text, under a heading).
    pub fn is_text(&self) -> bool {
        self.kind == ContentKind::Text
    }
}
