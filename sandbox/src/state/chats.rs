//! Chats and their messages, and how both look as Bot API JSON.

use std::collections::{BTreeMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Kind, Notice, PersonSpec};

/// The bot of the sandbox.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct BotAccount {
    pub(crate) id: i64,
    pub(crate) username: String,
}

impl BotAccount {
    /// The name that people see: the username in plain words.
    pub(crate) fn name(&self) -> String {
        let words = self.username.replace('_', " ");
        let mut chars = words.chars();
        match chars.next() {
            Some(first) => first.to_uppercase().chain(chars).collect(),
            None => words,
        }
    }
}

/// A person and how they stand with the bot.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) spec: PersonSpec,
    /// Whether the person ever wrote to the bot: before that the bot may not write to them.
    pub(crate) started: bool,
    pub(crate) blocked: bool,
    pub(crate) deactivated: bool,
}

impl Account {
    pub(crate) fn new(spec: PersonSpec) -> Account {
        Account {
            spec,
            started: false,
            blocked: false,
            deactivated: false,
        }
    }
}

/// A private chat or a group.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Chat {
    /// The person's id, or a negative one for a group.
    pub(crate) id: i64,
    /// What a group has and a private chat has not.
    pub(crate) group: Option<Group>,
    pub(crate) messages: BTreeMap<i64, Message>,
    /// What happened in the chat, in order; the messages of it may be deleted by now.
    pub(crate) timeline: VecDeque<Entry>,
    /// How much of what happened before that is forgotten.
    #[serde(default)]
    forgotten: usize,
    pub(crate) typing_until: Option<DateTime<Utc>>,
    /// Messages of the bot since the person last did something.
    pub(crate) unread: u32,
    /// The revision of the sandbox at the last change of this chat.
    #[serde(skip)]
    pub(crate) revision: u64,
}

/// A group that the bot was added to.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) title: String,
    pub(crate) bot_is_member: bool,
}

/// One thing that happened in a chat.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Entry {
    Message(i64),
    Press(Press),
}

/// A button that was pressed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Press {
    pub(crate) message_id: i64,
    /// What the button said; nothing when no such button was there.
    pub(crate) label: Option<String>,
    pub(crate) data: String,
    /// What the bot said to it.
    pub(crate) notice: Option<Notice>,
}

impl Chat {
    pub(crate) fn new(id: i64, group: Option<Group>) -> Chat {
        Chat {
            id,
            group,
            messages: BTreeMap::new(),
            timeline: VecDeque::new(),
            forgotten: 0,
            typing_until: None,
            unread: 0,
            revision: 0,
        }
    }

    /// The place of what happens next.
    pub(crate) fn next_place(&self) -> usize {
        self.forgotten + self.timeline.len()
    }

    /// What happened at a place, unless it is forgotten.
    pub(crate) fn entry_mut(&mut self, place: usize) -> Option<&mut Entry> {
        self.timeline.get_mut(place.checked_sub(self.forgotten)?)
    }

    /// Forgets all but the newest messages, and what happened before those. Presses are forgotten
    /// when there are many more of them than messages.
    pub(crate) fn forget_all_but(&mut self, kept: usize) {
        let kept = kept.max(1);
        let mut oldest = None;
        while self.messages.len() > kept {
            self.messages.pop_first();
            oldest = self.messages.keys().next().copied();
        }
        while let Some(entry) = self.timeline.front() {
            let is_older =
                oldest.is_some_and(|oldest| !matches!(entry, Entry::Message(id) if *id >= oldest));
            if !is_older && self.timeline.len() <= kept.saturating_mul(4) {
                break;
            }
            self.timeline.pop_front();
            self.forgotten += 1;
        }
    }

    /// Puts a new message at the end.
    pub(crate) fn add(&mut self, message: Message) {
        self.timeline.push_back(Entry::Message(message.id));
        if message.from == Sender::Bot {
            self.unread += 1;
            self.typing_until = None;
        } else {
            self.unread = 0;
        }
        self.messages.insert(message.id, message);
    }
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Sender {
    Bot,
    Person(i64),
}

/// A message of a chat.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Message {
    pub(crate) id: i64,
    pub(crate) from: Sender,
    pub(crate) date: DateTime<Utc>,
    pub(crate) edit_date: Option<DateTime<Utc>>,
    pub(crate) content: Content,
    pub(crate) reply_to: Option<i64>,
    pub(crate) origin: Option<Origin>,
    pub(crate) album: Option<String>,
    /// Rows of Bot API `InlineKeyboardButton` objects.
    pub(crate) keyboard: Vec<Vec<Value>>,
    /// The emoji the bot reacted with.
    pub(crate) reactions: Vec<String>,
}

/// What a message says.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) kind: Kind,
    /// The text or the caption.
    pub(crate) text: String,
    /// Bot API `MessageEntity` objects.
    pub(crate) entities: Vec<Value>,
    /// What the field of the kind holds in the Bot API; null for text.
    pub(crate) media: Value,
    /// The field, for a service message or a kind without a variant of its own.
    pub(crate) field: Option<String>,
}

impl Content {
    pub(crate) fn text(text: String, entities: Vec<Value>) -> Content {
        Content {
            kind: Kind::Text,
            text,
            entities,
            media: Value::Null,
            field: None,
        }
    }

    /// The largest file of the message, as the Bot API shows it.
    pub(crate) fn file(&self) -> Option<&Value> {
        match &self.media {
            Value::Array(sizes) => sizes.last(),
            media if self.kind.is_file() => Some(media),
            _ => None,
        }
    }
}

/// Where a forwarded message comes from.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Origin {
    /// The name that people see.
    pub(crate) name: String,
    /// The Bot API `MessageOrigin`.
    pub(crate) json: Value,
}

impl Message {
    /// Text of the button that sends `data`.
    pub(crate) fn label_of(&self, data: &str) -> Option<&str> {
        self.keyboard
            .iter()
            .flatten()
            .find(|button| button["callback_data"] == data)
            .and_then(|button| button["text"].as_str())
    }
}
