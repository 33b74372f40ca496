//! What a person sees: the messages of a chat, its buttons and notices, and the transcript of it.

use std::{collections::HashMap, fmt, fmt::Write as _};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value, json};

use crate::{
    Kind,
    state::{Chat, Content, Entry, Message, Sender},
};

/// A message as the client of a person shows it now: edits applied, deleted ones gone.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SeenMessage {
    /// The message id.
    pub id: i64,
    /// Whether the bot wrote it; in JSON `from` is `"bot"` or `"person"`.
    #[serde(rename = "from", serialize_with = "bot_or_person")]
    pub from_bot: bool,
    /// When it was sent, in seconds since 1970.
    pub date: i64,
    /// When it was last edited, in seconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edit_date: Option<i64>,
    /// What it is.
    pub kind: Kind,
    /// The text or the caption.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Formatting, as Bot API `MessageEntity` objects.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<Value>,
    /// What is beside the words: `file_id`, `url`, `name`, `mime`, sizes, a place, a card, a poll.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub media: Option<Value>,
    /// The album it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub album: Option<String>,
    /// The message it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<Answered>,
    /// The name it was forwarded from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarded_from: Option<String>,
    /// The rows of its inline keyboard.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub buttons: Vec<Vec<Button>>,
    /// The emoji the bot reacted with.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<String>,
    /// The data of the button pressed last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pressed: Option<String>,
}

impl SeenMessage {
    /// Whether it was ever edited.
    pub fn edited(&self) -> bool {
        self.edit_date.is_some()
    }

    /// The id of its file.
    pub fn file_id(&self) -> Option<&str> {
        self.media.as_ref()?["file_id"].as_str()
    }

    /// The data of the button whose text contains `label`.
    pub fn button(&self, label: &str) -> Option<&str> {
        let mut buttons = self.buttons.iter().flatten();
        buttons
            .find(|button| button.text.contains(label))?
            .data
            .as_deref()
    }
}

/// The message that another one answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Answered {
    /// The message id.
    pub id: i64,
    /// Its text, or its kind in brackets; empty once it is deleted.
    pub text: String,
}

/// A button of an inline keyboard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Button {
    /// What it says.
    pub text: String,
    /// What it sends to the bot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
    /// What it opens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

/// An answer with words to the press of a button.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Grows from notice to notice of a chat.
    pub no: usize,
    /// What it says.
    pub text: String,
    /// Whether it has to be clicked away; else it is a toast that goes by itself.
    pub alert: bool,
    /// When it came; in JSON in seconds since 1970.
    #[serde(with = "chrono::serde::ts_seconds")]
    pub at: DateTime<Utc>,
}

/// A group with the bot in it, or with the bot gone.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupView {
    /// The name of the group.
    pub title: String,
    /// Whether the bot is (still) a member.
    pub bot_is_member: bool,
    /// All that was written.
    pub messages: Vec<SeenMessage>,
}

/// A chat as text, in a form that is stable: tests compare with it.
///
/// ```text
/// > /start
/// < Hello!
///   The second line of the same message
///   [📞 Support | 🌐 Language]
/// ~ pressed: [📞 Support]
/// * toast: One moment
/// > [photo] My receipt
///   (reacted: 👍)
/// > (reply to "Hello!…") And this
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    blocks: Vec<String>,
}

impl Transcript {
    /// Its messages, presses and notices, each with its lines.
    pub fn blocks(&self) -> &[String] {
        &self.blocks
    }

    /// What came after the first `count` blocks.
    pub fn after(&self, count: usize) -> Transcript {
        Transcript {
            blocks: self.blocks.iter().skip(count).cloned().collect(),
        }
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.blocks.join("\n"))
    }
}

/// The messages of a chat as they are seen.
pub(crate) fn messages_of(chat: &Chat) -> Vec<SeenMessage> {
    newest_of(chat, usize::MAX)
}

/// The newest messages of a chat as they are seen, at most `count`.
pub(crate) fn newest_of(chat: &Chat, count: usize) -> Vec<SeenMessage> {
    let skipped = chat.messages.len().saturating_sub(count);
    let pressed: HashMap<i64, &str> = chat
        .timeline
        .iter()
        .filter_map(|entry| match entry {
            Entry::Press(press) => Some((press.message_id, press.data.as_str())),
            Entry::Message(_) => None,
        })
        .collect();
    let seen = |message: &Message| message_of(chat, message, pressed.get(&message.id).copied());
    chat.messages.values().skip(skipped).map(seen).collect()
}

/// A message as it is seen, with the data of its button that was pressed last.
pub(crate) fn message_of(chat: &Chat, message: &Message, pressed: Option<&str>) -> SeenMessage {
    SeenMessage {
        id: message.id,
        from_bot: message.from == Sender::Bot,
        date: message.date.timestamp(),
        edit_date: message.edit_date.map(|date| date.timestamp()),
        kind: message.content.kind,
        text: message.content.text.clone(),
        entities: message.content.entities.clone(),
        media: media_of(&message.content),
        album: message.album.clone(),
        reply_to: message.reply_to.map(|id| Answered {
            id,
            text: chat.messages.get(&id).map(short).unwrap_or_default(),
        }),
        forwarded_from: message.origin.as_ref().map(|origin| origin.name.clone()),
        buttons: message
            .keyboard
            .iter()
            .map(|row| row.iter().map(button_of).collect())
            .collect(),
        reactions: message.reactions.clone(),
        pressed: pressed.map(str::to_owned),
    }
}

/// The answers to presses that the person saw.
pub(crate) fn notices_of(chat: &Chat) -> Vec<Notice> {
    chat.timeline
        .iter()
        .filter_map(|entry| match entry {
            Entry::Press(press) => press.notice.clone(),
            Entry::Message(_) => None,
        })
        .collect()
}

/// The words of a message, or what stands for it.
pub(crate) fn short(message: &Message) -> String {
    match message.content.text.as_str() {
        "" => bracketed(&message.content),
        text => text.to_owned(),
    }
}

/// The chat as text.
pub(crate) fn transcript_of(chat: &Chat) -> Transcript {
    let mut blocks = Vec::new();
    let mut entries = chat.timeline.iter().peekable();
    while let Some(entry) = entries.next() {
        match entry {
            Entry::Message(id) => {
                let Some(message) = chat.messages.get(id) else {
                    continue;
                };
                let mut group = vec![message];
                while let Some(Entry::Message(next)) = entries.peek() {
                    match chat.messages.get(next) {
                        Some(next) if message.album.is_some() && next.album == message.album => {
                            group.push(next);
                        }
                        Some(_) => break,
                        None => {}
                    }
                    entries.next();
                }
                blocks.push(block_of(chat, &group));
            }
            Entry::Press(press) => {
                blocks.push(match &press.label {
                    Some(label) => format!("~ pressed: [{label}]"),
                    None => format!("~ pressed (forged): {}", press.data),
                });
                if let Some(notice) = &press.notice {
                    let kind = if notice.alert { "alert" } else { "toast" };
                    blocks.push(format!("* {kind}: {}", indented(&notice.text)));
                }
            }
        }
    }
    Transcript { blocks }
}

/// One message, or the messages of one album, as lines.
fn block_of(chat: &Chat, group: &[&Message]) -> String {
    let first = group[0];
    let mut parts = Vec::new();
    if let Some(id) = first.reply_to {
        parts.push(format!("(reply to \"{}\")", quoted(chat, id)));
    }
    if let Some(origin) = &first.origin {
        parts.push(format!("(forwarded from {})", origin.name));
    }
    match group.len() {
        1 if first.content.kind == Kind::Text => {}
        1 => parts.push(bracketed(&first.content)),
        count => parts.push(format!("[album of {count}]")),
    }
    let texts = group.iter().map(|message| message.content.text.as_str());
    let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
    if !texts.is_empty() {
        parts.push(texts.join("\n"));
    }
    let mark = if first.from == Sender::Bot { '<' } else { '>' };
    let mut block = format!("{mark} {}", indented(&parts.join(" ")));
    for row in group.iter().flat_map(|message| &message.keyboard) {
        let labels: Vec<&str> = row
            .iter()
            .filter_map(|button| button["text"].as_str())
            .collect();
        // Writing to a string cannot fail.
        let _ = write!(block, "\n  [{}]", labels.join(" | "));
    }
    for message in group {
        if !message.reactions.is_empty() {
            let _ = write!(block, "\n  (reacted: {})", message.reactions.join(" "));
        }
    }
    block
}

fn indented(text: &str) -> String {
    text.replace('\n', "\n  ")
}

/// The first 20 characters of a message that is answered.
fn quoted(chat: &Chat, id: i64) -> String {
    let Some(message) = chat.messages.get(&id) else {
        return "deleted message".to_owned();
    };
    let text = short(message).replace('\n', " ");
    match text.char_indices().nth(20) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}

/// What stands in a transcript for what is not words.
fn bracketed(content: &Content) -> String {
    let media = &content.media;
    let text = |name: &str| media[name].as_str().unwrap_or_default().to_owned();
    let rest = match content.kind {
        Kind::Sticker => text("emoji"),
        Kind::Location => format!("{} {}", media["latitude"], media["longitude"]),
        Kind::Contact => {
            let last = text("last_name");
            let space = if last.is_empty() { "" } else { " " };
            format!(
                "{}{space}{last} {}",
                text("first_name"),
                text("phone_number")
            )
        }
        Kind::Poll => text("question"),
        Kind::Dice => format!("{} {}", text("emoji"), media["value"]),
        Kind::Venue => text("title"),
        _ => String::new(),
    };
    let kind = content.field.as_deref().unwrap_or(content.kind.as_str());
    match rest.is_empty() {
        true => format!("[{kind}]"),
        false => format!("[{kind} {rest}]"),
    }
}

fn button_of(button: &Value) -> Button {
    let field = |name: &str| button[name].as_str().map(str::to_owned);
    Button {
        text: field("text").unwrap_or_default(),
        data: field("callback_data"),
        url: field("url"),
    }
}

/// The media of a message in the form the page reads.
fn media_of(content: &Content) -> Option<Value> {
    let mut seen = Map::new();
    if let Some(file) = content.file() {
        if let Some(id) = file["file_id"].as_str() {
            seen.insert(
                "url".to_owned(),
                Value::from(format!("/sandbox/files/{id}")),
            );
        }
        let names = [
            ("file_id", "file_id"),
            ("file_name", "name"),
            ("mime_type", "mime"),
            ("width", "width"),
            ("height", "height"),
            ("duration", "duration"),
            ("emoji", "emoji"),
            ("title", "title"),
        ];
        for (name, shown) in names {
            if let Some(value) = file.get(name) {
                seen.insert(shown.to_owned(), value.clone());
            }
        }
    } else if let Value::Object(fields) = &content.media {
        seen = fields.clone();
        if let Some(Value::Object(place)) = seen.remove("location") {
            seen.extend(place);
        }
        if let Some(Value::Array(options)) = seen.get_mut("options") {
            for option in options {
                *option = option["text"].take();
            }
        }
        if let Some(field) = &content.field {
            seen = Map::from_iter([("field".to_owned(), json!(field))]);
        }
    } else if let Some(field) = &content.field {
        seen.insert("field".to_owned(), json!(field));
    }
    (!seen.is_empty()).then_some(Value::Object(seen))
}

fn bot_or_person<S: Serializer>(from_bot: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if *from_bot { "bot" } else { "person" })
}
