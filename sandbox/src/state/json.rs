//! How people, chats and messages look in the Bot API: written straight from the state, because a
//! tree of values for each would cost more than everything else about a call.

use serde::{Serialize, Serializer, ser::SerializeMap};
use serde_json::Value;

use super::{Account, Chat, Message, Sender, World};
use crate::Kind;

/// A Bot API `User`.
#[derive(Clone, Copy)]
pub(crate) enum UserJson<'a> {
    Bot(&'a World),
    Person(&'a Account),
    Nobody,
}

impl Serialize for UserJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            UserJson::Bot(world) => {
                let mut user = serializer.serialize_map(None)?;
                user.serialize_entry("id", &world.bot.id)?;
                user.serialize_entry("is_bot", &true)?;
                user.serialize_entry("first_name", &world.bot.name())?;
                user.serialize_entry("username", &world.bot.username)?;
                user.end()
            }
            UserJson::Nobody => serializer.serialize_unit(),
            UserJson::Person(account) => {
                let mut user = serializer.serialize_map(None)?;
                put_names(&mut user, account)?;
                user.serialize_entry("is_bot", &false)?;
                if let Some(code) = &account.spec.language_code {
                    user.serialize_entry("language_code", code)?;
                }
                user.end()
            }
        }
    }
}

/// A Bot API `Chat`.
#[derive(Clone, Copy)]
pub(crate) struct ChatJson<'a> {
    pub(crate) world: &'a World,
    pub(crate) chat: &'a Chat,
}

impl Serialize for ChatJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut chat = serializer.serialize_map(None)?;
        match (&self.chat.group, self.world.people.get(&self.chat.id)) {
            (None, Some(account)) => {
                put_names(&mut chat, account)?;
                chat.serialize_entry("type", "private")?;
            }
            (group, _) => {
                chat.serialize_entry("id", &self.chat.id)?;
                chat.serialize_entry("type", "group")?;
                chat.serialize_entry("title", &group.as_ref().map(|group| &group.title))?;
                chat.serialize_entry("all_members_are_administrators", &true)?;
            }
        }
        chat.end()
    }
}

fn put_names<M: SerializeMap>(map: &mut M, account: &Account) -> Result<(), M::Error> {
    let spec = &account.spec;
    map.serialize_entry("id", &spec.id)?;
    map.serialize_entry("first_name", &spec.first_name)?;
    if let Some(last_name) = &spec.last_name {
        map.serialize_entry("last_name", last_name)?;
    }
    if let Some(username) = &spec.username {
        map.serialize_entry("username", username)?;
    }
    Ok(())
}

/// A Bot API `Message`, with the message it answers.
#[derive(Clone, Copy)]
pub(crate) struct MessageJson<'a> {
    pub(crate) world: &'a World,
    pub(crate) chat: &'a Chat,
    pub(crate) message: &'a Message,
}

impl Serialize for MessageJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let answered = self.message.reply_to;
        let answered = answered.and_then(|id| self.chat.messages.get(&id));
        self.write(serializer, answered)
    }
}

/// The same without the message it answers: an answer shows one, and not the one before that.
struct Answered<'a>(MessageJson<'a>);

impl Serialize for Answered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.write(serializer, None)
    }
}

impl MessageJson<'_> {
    fn write<S: Serializer>(
        &self,
        serializer: S,
        answered: Option<&Message>,
    ) -> Result<S::Ok, S::Error> {
        let MessageJson {
            world,
            chat,
            message,
        } = *self;
        let mut fields = serializer.serialize_map(None)?;
        fields.serialize_entry("message_id", &message.id)?;
        fields.serialize_entry("from", &world.sender_json(message.from))?;
        fields.serialize_entry("chat", &ChatJson { world, chat })?;
        fields.serialize_entry("date", &message.date.timestamp())?;
        if let Some(edit_date) = message.edit_date {
            fields.serialize_entry("edit_date", &edit_date.timestamp())?;
        }
        if let Some(origin) = &message.origin {
            fields.serialize_entry("forward_origin", &origin.json)?;
        }
        if let Some(album) = &message.album {
            fields.serialize_entry("media_group_id", album)?;
        }
        put_content(&mut fields, message)?;
        if !message.keyboard.is_empty() {
            let keyboard = InlineKeyboard {
                inline_keyboard: &message.keyboard,
            };
            fields.serialize_entry("reply_markup", &keyboard)?;
        }
        if let Some(message) = answered {
            let answered = Answered(MessageJson { message, ..*self });
            fields.serialize_entry("reply_to_message", &answered)?;
        }
        fields.end()
    }
}

#[derive(Serialize)]
struct InlineKeyboard<'a> {
    inline_keyboard: &'a [Vec<Value>],
}

fn put_content<M: SerializeMap>(fields: &mut M, message: &Message) -> Result<(), M::Error> {
    let content = &message.content;
    let (text, entities) = match content.kind {
        Kind::Text => ("text", "entities"),
        _ => ("caption", "caption_entities"),
    };
    if !content.text.is_empty() {
        fields.serialize_entry(text, &content.text)?;
    }
    if !content.entities.is_empty() {
        fields.serialize_entry(entities, &content.entities)?;
    }
    match (&content.field, content.kind) {
        (_, Kind::Text) => {}
        (Some(field), _) => fields.serialize_entry(field, &content.media)?,
        (None, kind) => fields.serialize_entry(kind.as_str(), &content.media)?,
    }
    match content.kind {
        // Older clients know an animation as a document and a venue as a location.
        Kind::Animation => {
            let mut document = content.media.clone();
            if let Some(document) = document.as_object_mut() {
                document
                    .retain(|name, _| !matches!(name.as_str(), "width" | "height" | "duration"));
            }
            fields.serialize_entry("document", &document)
        }
        Kind::Venue => fields.serialize_entry("location", &content.media["location"]),
        _ => Ok(()),
    }
}

impl World {
    /// Who wrote it.
    pub(crate) fn sender_json(&self, sender: Sender) -> UserJson<'_> {
        match sender {
            Sender::Bot => UserJson::Bot(self),
            Sender::Person(id) => {
                let account = self.people.get(&id);
                account.map_or(UserJson::Nobody, UserJson::Person)
            }
        }
    }

    /// The chat as the bot sees it.
    pub(crate) fn chat_json<'a>(&'a self, chat: &'a Chat) -> ChatJson<'a> {
        ChatJson { world: self, chat }
    }

    /// A message of the chat as the bot sees it.
    pub(crate) fn message_json<'a>(
        &'a self,
        chat: &'a Chat,
        message: &'a Message,
    ) -> MessageJson<'a> {
        MessageJson {
            world: self,
            chat,
            message,
        }
    }
}

/// Written as JSON. What the state is made of always can be.
pub(crate) fn written(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}
