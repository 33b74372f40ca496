//! What came in: one update, read and told apart, but nothing decided yet.

use serde::{Deserialize, Serialize};

use crate::content::Piece;
use crate::ids::{ChatId, ChatMessageId, PersonId, UpdateId};

/// An update that concerns a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Input {
    /// Telegram's number of it; a repeat has the same.
    pub update: UpdateId,
    /// Who acted.
    pub person: Person,
    /// What they did.
    pub act: Act,
}

/// The sender, as the update describes them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Telegram's id.
    pub id: PersonId,
    /// As they call themselves.
    pub first_name: String,
    /// Likewise.
    pub last_name: Option<String>,
    /// Without the `@`.
    pub username: Option<String>,
    /// The language of their client, e.g. `ru` or `pt-br`.
    pub language_code: Option<String>,
}

/// What a person did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Act {
    /// Wrote to the bot in the private chat.
    Wrote(Wrote),
    /// Edited a message of theirs there.
    Edited(Wrote),
    /// Pressed a button.
    Pressed {
        /// The callback query, to be answered once.
        query: String,
        /// The message under which the button stands, where Telegram still knows it.
        message: Option<ChatMessageId>,
        /// What the button carries; can be forged.
        data: String,
    },
    /// Blocked the bot.
    Blocked,
    /// Lifted the block.
    Unblocked,
    /// Added the bot to a group.
    AddedToGroup {
        /// The group.
        chat: ChatId,
    },
}

/// One message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Wrote {
    /// The message.
    pub piece: Piece,
    /// The message it is Telegram's reply to, in the same chat.
    pub reply_to: Option<ChatMessageId>,
}

/// A command at the start of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Command<'a> {
    /// Without the slash and without `@bot`, in lower case.
    pub name: String,
    /// What follows it, trimmed.
    pub args: &'a str,
}

impl Wrote {
    /// The command that the text starts with, if it does.
    pub fn command(&self) -> Option<Command<'_>> {
        if !self.piece.content.is_text() {
            return None;
        }
        let rest = self.piece.content.text.strip_prefix('/')?;
        let (word, args) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let name = word.split('@').next().unwrap_or(word);
        let is_name = !name.is_empty()
            && name.len() <= 32
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        is_name.then(|| Command {
            name: name.to_ascii_lowercase(),
            args: args.trim(),
        })
    }
}
