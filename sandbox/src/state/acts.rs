//! What people do: each act changes the chat and becomes an update, as in Telegram.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use thiserror::Error;

use super::{
    Chat, ChatJson, Content, Entry, Group, Message, MessageJson, Origin, Press, Query, Sender,
    State, UserJson, media_of, written,
};
use crate::{Kind, Outgoing, text};

/// Why a person cannot do what they want to.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ActError {
    /// Nobody has this id.
    #[error("there is no person {0}")]
    UnknownPerson(i64),
    /// The chat has no such message (any more).
    #[error("there is no message {0} in the chat")]
    UnknownMessage(i64),
    /// People can edit only what they wrote.
    #[error("message {0} is not this person's")]
    NotTheirs(i64),
    /// Clients do not send empty messages.
    #[error("there is nothing to send")]
    Empty,
    /// An album has 2 to 10 photos, videos, documents or pieces of music.
    #[error("an album has 2 to 10 photos, videos, documents or pieces of music")]
    BadAlbum,
    /// The message is not part of an album.
    #[error("message {0} is not part of an album")]
    NoAlbum(i64),
    /// No button in the chat has such a label.
    #[error("no button in the chat says that")]
    NoSuchButton,
    /// The account of this person is deleted.
    #[error("the account of person {0} is deleted")]
    Deactivated(i64),
    /// There is no such group, or the bot is not in it.
    #[error("the bot is in no group {0}")]
    UnknownGroup(i64),
}

impl State {
    /// Sends one message to the bot and returns its id, or those of its pieces: clients cut a text
    /// over the limit.
    pub(crate) fn send(&mut self, person: i64, outgoing: &Outgoing) -> Result<Vec<i64>, ActError> {
        let pieces = match outgoing.kind {
            Kind::Text => text::pieces(&outgoing.text),
            _ => vec![outgoing.text.as_str()],
        };
        if outgoing.kind == Kind::Text && outgoing.text.trim().is_empty() {
            return Err(ActError::Empty);
        }
        if let Some(answered) = outgoing.reply_to {
            self.message(person, answered)?;
        }
        self.begin_act(person)?;
        match pieces.as_slice() {
            [_] => Ok(vec![self.deliver(person, person, outgoing, None)]),
            pieces => Ok(pieces
                .iter()
                .map(|piece| {
                    let piece = Outgoing {
                        text: (*piece).to_owned(),
                        entities: Vec::new(),
                        ..outgoing.clone()
                    };
                    self.deliver(person, person, &piece, None)
                })
                .collect()),
        }
    }

    /// Sends an album: one message, and one update, for each of its items.
    pub(crate) fn send_album(
        &mut self,
        person: i64,
        items: &[Outgoing],
    ) -> Result<Vec<i64>, ActError> {
        if !(2..=10).contains(&items.len()) || !items.iter().all(|item| item.kind.fits_album()) {
            return Err(ActError::BadAlbum);
        }
        self.begin_act(person)?;
        let album = self.world.next_album_id();
        Ok(items
            .iter()
            .map(|item| self.deliver(person, person, item, Some(album.clone())))
            .collect())
    }

    /// Sends one more item of an album that was sent before.
    pub(crate) fn send_late_sibling(
        &mut self,
        person: i64,
        sibling: i64,
        item: &Outgoing,
    ) -> Result<i64, ActError> {
        let album = self.message(person, sibling)?.album.clone();
        let album = album.ok_or(ActError::NoAlbum(sibling))?;
        if !item.kind.fits_album() {
            return Err(ActError::BadAlbum);
        }
        self.begin_act(person)?;
        Ok(self.deliver(person, person, item, Some(album)))
    }

    /// Writes a text into a group. With its privacy mode on the bot hears of commands, of replies
    /// to it and of nothing else.
    pub(crate) fn send_to_group(
        &mut self,
        person: i64,
        group: i64,
        outgoing: &Outgoing,
    ) -> Result<i64, ActError> {
        self.active(person)?;
        if !self.bot_is_in(group) {
            return Err(ActError::UnknownGroup(group));
        }
        Ok(self.deliver(person, group, outgoing, None))
    }

    /// Changes the text or the caption of a message.
    pub(crate) fn edit(
        &mut self,
        person: i64,
        id: i64,
        text: &str,
        entities: &[Value],
    ) -> Result<(), ActError> {
        let message = self.message(person, id)?;
        if message.from != Sender::Person(person) {
            return Err(ActError::NotTheirs(id));
        }
        let is_text = message.content.kind == Kind::Text;
        if is_text && text.trim().is_empty() {
            return Err(ActError::Empty);
        }
        self.begin_act(person)?;
        let now = self.now();
        let (text, entities) = text::received(text, entities);
        let world = &mut self.world;
        if let Some(message) = world
            .chats
            .get_mut(&person)
            .and_then(|chat| chat.messages.get_mut(&id))
        {
            message.content.text = text;
            message.content.entities = entities;
            message.edit_date = Some(now);
        }
        self.push_message("edited_message", person, id, now);
        self.touch_chat(person);
        Ok(())
    }

    /// Presses the button of a message that sends `data`; whether there is such a button is for the
    /// bot to find out. Returns the id of the callback query.
    pub(crate) fn press(
        &mut self,
        person: i64,
        message_id: i64,
        data: &str,
    ) -> Result<String, ActError> {
        self.active(person)?;
        let now = self.now();
        let query_id = self.world.next_query_id();
        let world = &mut self.world;
        let chat = world
            .chats
            .get(&person)
            .ok_or(ActError::UnknownPerson(person))?;
        let message = chat.messages.get(&message_id);
        // A deleted message can still be pressed by one who has not seen that it is gone.
        let was_there = |entry: &Entry| matches!(entry, Entry::Message(id) if *id == message_id);
        if message.is_none() && !chat.timeline.iter().any(was_there) {
            return Err(ActError::UnknownMessage(message_id));
        }
        let label = message
            .and_then(|message| message.label_of(data))
            .map(str::to_owned);
        let query = |shown| CallbackQuery {
            id: query_id.to_string(),
            from: world.sender_json(Sender::Person(person)),
            message: shown,
            chat_instance: (person.wrapping_mul(7_919) ^ 0x5DEE_CE66).to_string(),
            data,
        };
        let query = match message {
            Some(message) => written(&query(Shown::Message(world.message_json(chat, message)))),
            None => written(&query(Shown::Gone {
                chat: world.chat_json(chat),
                message_id,
                date: 0,
            })),
        };
        while let Some(oldest) = world.queries.first_entry() {
            if oldest.get().asked + super::KEPT_PRESS > now {
                break;
            }
            oldest.remove();
        }
        if let Some(chat) = world.chats.get_mut(&person) {
            world.queries.insert(
                query_id,
                Query {
                    chat: person,
                    place: chat.next_place(),
                    asked: now,
                },
            );
            chat.unread = 0;
            chat.timeline.push_back(Entry::Press(Press {
                message_id,
                label,
                data: data.to_owned(),
                notice: None,
            }));
            if let Some(kept) = world.kept_messages {
                chat.forget_all_but(kept);
            }
        }
        world.updates.push("callback_query", query, now);
        self.touch_chat(person);
        Ok(query_id.to_string())
    }

    /// The newest button in the chat whose text contains `label`: its message and its data.
    pub(crate) fn find_button(&self, person: i64, label: &str) -> Result<(i64, String), ActError> {
        let chat = self
            .world
            .chats
            .get(&person)
            .ok_or(ActError::UnknownPerson(person))?;
        chat.messages
            .values()
            .rev()
            .find_map(|message| {
                let button = message.keyboard.iter().flatten().find(|button| {
                    button["text"]
                        .as_str()
                        .is_some_and(|text| text.contains(label))
                })?;
                Some((message.id, button["callback_data"].as_str()?.to_owned()))
            })
            .ok_or(ActError::NoSuchButton)
    }

    /// Blocks the bot or lifts the block; doing so twice is no news.
    pub(crate) fn set_blocked(&mut self, person: i64, blocked: bool) -> Result<(), ActError> {
        let now = self.now();
        if self.active(person)?.blocked == blocked {
            return Ok(());
        }
        let world = &mut self.world;
        if let Some(account) = world.people.get_mut(&person) {
            account.blocked = blocked;
        }
        let (old, new) = match blocked {
            true => ("member", "kicked"),
            false => ("kicked", "member"),
        };
        self.push_membership(person, person, old, new, now);
        self.touch_chat(person);
        Ok(())
    }

    /// Deletes the person's account: the bot hears nothing and can no longer write to them.
    pub(crate) fn deactivate(&mut self, person: i64) -> Result<(), ActError> {
        self.account(person)?;
        if let Some(account) = self.world.people.get_mut(&person) {
            account.deactivated = true;
        }
        self.touch_chat(person);
        Ok(())
    }

    /// Makes a group with the bot in it and returns its id.
    pub(crate) fn add_to_group(&mut self, by: i64, title: &str) -> Result<i64, ActError> {
        self.active(by)?;
        let now = self.now();
        let groups = self.world.chats.keys().filter(|id| **id < 0).count();
        let id = -5_000_000_001 - i64::try_from(groups).unwrap_or_default();
        let group = Group {
            title: title.to_owned(),
            bot_is_member: true,
        };
        self.world.chats.insert(id, Chat::new(id, Some(group)));
        self.push_membership(id, by, "left", "member", now);
        let joined = Outgoing {
            kind: Kind::Service,
            field: Some("new_chat_members".to_owned()),
            content: Some(json!([self.world.sender_json(Sender::Bot)])),
            ..Outgoing::default()
        };
        self.deliver(by, id, &joined, None);
        Ok(id)
    }

    /// Tells the bot how it now stands with a chat.
    pub(crate) fn push_membership(
        &mut self,
        chat: i64,
        by: i64,
        old: &str,
        new: &str,
        now: DateTime<Utc>,
    ) {
        let world = &mut self.world;
        let Some(chat) = world.chats.get(&chat) else {
            return;
        };
        let bot = world.sender_json(Sender::Bot);
        let member = |status: &str| match status {
            "kicked" => json!({ "user": bot, "status": status, "until_date": 0 }),
            _ => json!({ "user": bot, "status": status }),
        };
        let by = match by == world.bot.id {
            true => Sender::Bot,
            false => Sender::Person(by),
        };
        let update = json!({
            "chat": world.chat_json(chat),
            "from": world.sender_json(by),
            "date": now.timestamp(),
            "old_chat_member": member(old),
            "new_chat_member": member(new),
        });
        world
            .updates
            .push("my_chat_member", update.to_string(), now);
    }

    /// Whether the bot is a member of this group.
    pub(crate) fn bot_is_in(&self, group: i64) -> bool {
        let group = self
            .world
            .chats
            .get(&group)
            .and_then(|chat| chat.group.as_ref());
        group.is_some_and(|group| group.bot_is_member)
    }

    fn account(&self, person: i64) -> Result<&super::Account, ActError> {
        self.world
            .people
            .get(&person)
            .ok_or(ActError::UnknownPerson(person))
    }

    /// The person, if they still have an account to do anything with.
    fn active(&self, person: i64) -> Result<&super::Account, ActError> {
        let account = self.account(person)?;
        match account.deactivated {
            true => Err(ActError::Deactivated(person)),
            false => Ok(account),
        }
    }

    fn message(&self, chat: i64, id: i64) -> Result<&Message, ActError> {
        self.account(chat)?;
        let chat = self.world.chats.get(&chat);
        chat.and_then(|chat| chat.messages.get(&id))
            .ok_or(ActError::UnknownMessage(id))
    }

    /// Whoever writes has started the bot, and their client lifts a block first.
    fn begin_act(&mut self, person: i64) -> Result<(), ActError> {
        self.set_blocked(person, false)?;
        if let Some(account) = self.world.people.get_mut(&person) {
            account.started = true;
        }
        Ok(())
    }

    /// Puts a person's message into the chat and tells the bot.
    fn deliver(
        &mut self,
        person: i64,
        chat_id: i64,
        outgoing: &Outgoing,
        album: Option<String>,
    ) -> i64 {
        let now = self.now();
        let id = self.world.next_message_id();
        let world = &mut self.world;
        let media = media_of(outgoing, &mut world.files, id);
        let (text, entities) = text::received(&outgoing.text, &outgoing.entities);
        let origin = outgoing.forward_from.as_ref().map(|name| Origin {
            name: name.clone(),
            json: json!({
                "type": "hidden_user",
                "sender_user_name": name,
                "date": now.timestamp(),
            }),
        });
        let message = Message {
            id,
            from: Sender::Person(person),
            date: now,
            edit_date: None,
            content: Content {
                kind: outgoing.kind,
                text,
                entities,
                media,
                field: outgoing.field.clone(),
            },
            reply_to: outgoing.reply_to,
            origin,
            album,
            keyboard: Vec::new(),
            reactions: Vec::new(),
        };
        if let Some(chat) = world.chats.get(&chat_id) {
            let heard = chat.group.is_none() || heard_in_group(chat, &message);
            world.add_message(chat_id, message);
            if heard {
                self.push_message("message", chat_id, id, now);
            }
        }
        self.touch_chat(chat_id);
        id
    }

    fn push_message(&mut self, kind: &str, chat: i64, id: i64, now: DateTime<Utc>) {
        let world = &mut self.world;
        let Some(chat) = world.chats.get(&chat) else {
            return;
        };
        if let Some(message) = chat.messages.get(&id) {
            let json = written(&world.message_json(chat, message));
            world.updates.push(kind, json, now);
        }
    }
}

/// The update that a press is.
#[derive(Serialize)]
struct CallbackQuery<'a> {
    id: String,
    from: UserJson<'a>,
    message: Shown<'a>,
    chat_instance: String,
    data: &'a str,
}

/// The message whose button was pressed.
#[derive(Serialize)]
#[serde(untagged)]
enum Shown<'a> {
    Message(MessageJson<'a>),
    Gone {
        chat: ChatJson<'a>,
        message_id: i64,
        date: i64,
    },
}

/// What a bot with its privacy mode on hears in a group.
fn heard_in_group(group: &Chat, message: &Message) -> bool {
    let answers_bot = message
        .reply_to
        .and_then(|id| group.messages.get(&id))
        .is_some_and(|answered| answered.from == Sender::Bot);
    message.content.kind == Kind::Service || message.content.text.starts_with('/') || answers_bot
}
