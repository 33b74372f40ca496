//! Changing and deleting what is in a chat: `editMessage…`, `deleteMessage(s)`.

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::{
    Shown,
    chats::{required_chat, writable_chat},
    copying::read_ids,
    error::ApiError,
    formatting, keyboard,
    media::input_media,
    request::Params,
    sending::shown,
};
use crate::{
    Deed, Kind,
    state::{Content, Message, Sender, State},
};

/// Messages older than this cannot be deleted any more.
const DELETABLE: TimeDelta = TimeDelta::hours(48);

pub(super) fn edit_message_text(state: &mut State, params: &Params) -> Result<Shown, ApiError> {
    let text = formatting::message_text(params)?;
    let keyboard = keyboard::read_inline(params)?;
    let (chat, message) = editable(state, params)?;
    if message.content.kind != Kind::Text {
        return Err(ApiError::bad_request(
            "There is no text in the message to edit",
        ));
    }
    let content = Content::text(text.text, text.entities);
    change(state, chat, &message, content, keyboard)
}

pub(super) fn edit_message_caption(state: &mut State, params: &Params) -> Result<Shown, ApiError> {
    let caption = formatting::caption(params)?;
    let keyboard = keyboard::read_inline(params)?;
    let (chat, message) = editable(state, params)?;
    if !message.content.kind.has_caption() {
        return Err(ApiError::bad_request(
            "There is no caption in the message to edit",
        ));
    }
    let content = Content {
        text: caption.text,
        entities: caption.entities,
        ..message.content.clone()
    };
    change(state, chat, &message, content, keyboard)
}

pub(super) fn edit_message_media(state: &mut State, params: &Params) -> Result<Shown, ApiError> {
    let media = params.structure("media", "Can't parse input media JSON object")?;
    let media = media.ok_or_else(|| ApiError::bad_request("Input media not specified"))?;
    let keyboard = keyboard::read_inline(params)?;
    let (chat, message) = editable(state, params)?;
    let kind = message.content.kind;
    let replaceable = kind == Kind::Text || (kind.has_caption() && kind != Kind::Voice);
    if !replaceable {
        return Err(ApiError::bad_request("Message media can't be edited"));
    }
    let content = input_media(state, params, &media, false)?;
    if message.album.is_some() && !content.kind.fits_album() {
        return Err(ApiError::bad_request(
            "Message content type can't be used in an album",
        ));
    }
    change(state, chat, &message, content, keyboard)
}

pub(super) fn edit_message_reply_markup(
    state: &mut State,
    params: &Params,
) -> Result<Shown, ApiError> {
    let keyboard = keyboard::read_inline(params)?;
    let (chat, message) = editable(state, params)?;
    let content = message.content.clone();
    change(state, chat, &message, content, keyboard)
}

/// The message to edit, which must be the bot's own.
fn editable(state: &State, params: &Params) -> Result<(i64, Message), ApiError> {
    let message_id = params.integer("message_id").unwrap_or_default();
    if params.get("chat_id").is_none() && message_id == 0 {
        let words = match params.get("inline_message_id") {
            None => "Message identifier is not specified",
            Some(_) => "MESSAGE_ID_INVALID",
        };
        return Err(ApiError::bad_request(words));
    }
    let chat = writable_chat(state, params)?;
    let messages = state.world.chats.get(&chat).map(|chat| &chat.messages);
    let message = messages
        .and_then(|messages| messages.get(&message_id))
        .ok_or_else(|| ApiError::bad_request("message to edit not found"))?;
    if message.from != Sender::Bot || message.origin.is_some() {
        return Err(ApiError::bad_request("Message can't be edited"));
    }
    Ok((chat, message.clone()))
}

/// Stores the new content and keyboard, if anything differs.
fn change(
    state: &mut State,
    chat: i64,
    old: &Message,
    content: Content,
    keyboard: Vec<Vec<Value>>,
) -> Result<Shown, ApiError> {
    if old.content == content && old.keyboard == keyboard {
        return Err(ApiError::bad_request(
            "message is not modified: specified new message content and reply markup are exactly \
             the same as a current content and reply markup of the message",
        ));
    }
    let now = state.now();
    let messages = state
        .world
        .chats
        .get_mut(&chat)
        .map(|chat| &mut chat.messages);
    if let Some(message) = messages.and_then(|messages| messages.get_mut(&old.id)) {
        message.content = content;
        message.keyboard = keyboard;
        message.edit_date = Some(now);
    }
    state.touch_chat(chat);
    state.tell_edited(chat, old.id);
    Ok(shown(state, chat, old.id))
}

pub(super) fn delete_message(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    if params.get("chat_id").is_none() {
        return Err(ApiError::bad_request("Chat identifier is not specified"));
    }
    let Some(id) = params.integer("message_id").filter(|id| *id != 0) else {
        return Err(ApiError::bad_request("Message identifier is not specified"));
    };
    let chat = required_chat(state, params)?;
    if !state
        .world
        .chats
        .get(&chat)
        .is_some_and(|chat| chat.messages.contains_key(&id))
    {
        return Err(ApiError::bad_request("message to delete not found"));
    }
    delete(state, chat, &[id])
}

pub(super) fn delete_messages(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    let ids = read_ids(params)?;
    let chat = required_chat(state, params)?;
    delete(state, chat, &ids)
}

/// Deletes all of them or, if one of them may not be deleted, none; unknown ones are skipped.
fn delete(state: &mut State, chat_id: i64, ids: &[i64]) -> Result<Value, ApiError> {
    let now = state.now();
    let Some(chat) = state.world.chats.get_mut(&chat_id) else {
        return Err(ApiError::bad_request("Chat not found"));
    };
    let is_group = chat.group.is_some();
    for message in ids.iter().filter_map(|id| chat.messages.get(id)) {
        let age = now - message.date;
        let own = message.from == Sender::Bot && message.content.kind != Kind::Service;
        let fresh_dice = message.content.kind == Kind::Dice && age < TimeDelta::hours(24);
        if age > DELETABLE || (is_group && !own) || (!is_group && fresh_dice) {
            return Err(ApiError::bad_request(
                "Message can't be deleted for everyone",
            ));
        }
    }
    for id in ids {
        if chat.messages.remove(id).is_some() {
            state.listeners.tell(chat_id, || Some(Deed::Deleted(*id)));
        }
    }
    state.touch_chat(chat_id);
    Ok(json!(true))
}
