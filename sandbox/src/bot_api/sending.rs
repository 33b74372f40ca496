//! `sendMessage` and its like: one message, or an album, from the bot into a chat.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{
    Shown,
    chats::{required_chat, writable_chat},
    error::ApiError,
    formatting, keyboard,
    media::{input_media, kind_file},
    request::{Params, integer},
};
use crate::{
    Kind, Outgoing,
    state::{Content, Message, Origin, Sender, State, media_of, written},
};

/// What is the same for everything that is sent.
pub(super) struct Target {
    pub(super) chat: i64,
    reply_to: Option<i64>,
    keyboard: Vec<Vec<Value>>,
}

impl Target {
    /// Reads and checks where a message goes.
    pub(super) fn read(state: &State, params: &Params) -> Result<Target, ApiError> {
        let keyboard = keyboard::read(params)?;
        let chat = writable_chat(state, params)?;
        if params
            .integer("message_thread_id")
            .is_some_and(|thread| thread != 0)
        {
            return Err(ApiError::bad_request("Message thread not found"));
        }
        Ok(Target {
            chat,
            reply_to: reply_to(state, params, chat)?,
            keyboard,
        })
    }
}

/// The message that is answered.
fn reply_to(state: &State, params: &Params, chat: i64) -> Result<Option<i64>, ApiError> {
    let reply = params.structure(
        "reply_parameters",
        "Can't parse reply parameters JSON object",
    )?;
    let (id, without) = match &reply {
        None => (
            params.integer("reply_to_message_id"),
            params.flag("allow_sending_without_reply"),
        ),
        Some(Value::Object(reply)) => (
            reply.get("message_id").and_then(integer),
            reply.get("allow_sending_without_reply") == Some(&Value::Bool(true)),
        ),
        Some(_) => return Err(ApiError::bad_request("Object expected as reply parameters")),
    };
    let Some(id) = id.filter(|id| *id > 0) else {
        return Ok(None);
    };
    let chat = state.world.chats.get(&chat);
    match chat.is_some_and(|chat| chat.messages.contains_key(&id)) {
        true => Ok(Some(id)),
        false if without => Ok(None),
        false => Err(ApiError::bad_request("message to be replied not found")),
    }
}

/// Puts a message of the bot into a chat and returns its id.
pub(super) fn post(
    state: &mut State,
    target: &Target,
    content: Content,
    album: Option<String>,
    origin: Option<Origin>,
) -> i64 {
    let now = state.now();
    let id = state.world.next_message_id();
    let message = Message {
        id,
        from: Sender::Bot,
        date: now,
        edit_date: None,
        content,
        reply_to: target.reply_to,
        origin,
        album,
        keyboard: target.keyboard.clone(),
        reactions: Vec::new(),
    };
    state.world.add_message(target.chat, message);
    state.touch_chat(target.chat);
    state.tell_sent(target.chat, id);
    id
}

/// The message as it is answered.
pub(super) fn shown(state: &State, chat: i64, id: i64) -> Shown {
    let chat = state.world.chats.get(&chat);
    let message = chat.and_then(|chat| Some((chat, chat.messages.get(&id)?)));
    Shown(written(&message.map(|(chat, message)| {
        state.world.message_json(chat, message)
    })))
}

fn send(state: &mut State, target: &Target, content: Content) -> Shown {
    let id = post(state, target, content, None, None);
    shown(state, target.chat, id)
}

pub(super) fn send_message(state: &mut State, params: &Params) -> Result<Shown, ApiError> {
    let text = formatting::message_text(params)?;
    let target = Target::read(state, params)?;
    Ok(send(
        state,
        &target,
        Content::text(text.text, text.entities),
    ))
}

/// `sendPhoto`, `sendVideo` and the others that send one file.
pub(super) fn send_file(kind: Kind, state: &mut State, params: &Params) -> Result<Shown, ApiError> {
    let caption = match kind.has_caption() {
        true => formatting::caption(params)?,
        false => formatting::Formatted::default(),
    };
    let target = Target::read(state, params)?;
    let media = kind_file(kind, state, params)?;
    let content = Content {
        kind,
        text: caption.text,
        entities: caption.entities,
        media,
        field: None,
    };
    Ok(send(state, &target, content))
}

pub(super) fn send_media_group(state: &mut State, params: &Params) -> Result<Shown, ApiError> {
    let media = params.structure("media", "Can't parse media JSON object")?;
    let Some(Value::Array(media)) = media else {
        return Err(ApiError::bad_request("Expected an Array of InputMedia"));
    };
    let target = Target::read(state, params)?;
    if media.len() > 10 {
        return Err(ApiError::bad_request(
            "Too many messages to send as an album",
        ));
    }
    if media.is_empty() {
        return Err(ApiError::bad_request("There are no messages to send"));
    }
    let contents = media
        .iter()
        .map(|item| input_media(state, params, item, true))
        .collect::<Result<Vec<_>, _>>()?;
    for kind in [Kind::Document, Kind::Audio] {
        let of_kind = contents
            .iter()
            .filter(|content| content.kind == kind)
            .count();
        if of_kind > 0 && of_kind < contents.len() {
            let name = if kind == Kind::Audio {
                "Audio"
            } else {
                "Document"
            };
            return Err(ApiError::bad_request(&format!(
                "{name} can't be mixed with other media types"
            )));
        }
    }
    let album = (contents.len() > 1).then(|| state.world.next_album_id());
    let sent: Vec<String> = contents
        .into_iter()
        .map(|content| {
            let id = post(state, &target, content, album.clone(), None);
            shown(state, target.chat, id).0
        })
        .collect();
    Ok(Shown(format!("[{}]", sent.join(","))))
}

/// Sends what has no file and no text.
fn send_made(state: &mut State, params: &Params, outgoing: &Outgoing) -> Result<Shown, ApiError> {
    let target = Target::read(state, params)?;
    let poll_id = state.world.next_query_id();
    let media = media_of(outgoing, &mut state.world.files, poll_id);
    let content = Content {
        kind: outgoing.kind,
        media,
        ..Content::text(String::new(), Vec::new())
    };
    Ok(send(state, &target, content))
}

fn required_number(params: &Params, name: &str) -> Result<f64, ApiError> {
    params
        .number(name)
        .ok_or_else(|| ApiError::bad_request(&format!("{name} is empty")))
}

fn required_text(params: &Params, name: &str) -> Result<String, ApiError> {
    let text = params.text(name);
    match text.is_empty() {
        true => Err(ApiError::bad_request(&format!(
            "Parameter \"{name}\" is required"
        ))),
        false => Ok(text),
    }
}

pub(super) fn send_location(state: &mut State, params: &Params) -> Result<Shown, ApiError> {
    let latitude = required_number(params, "latitude")?;
    let longitude = required_number(params, "longitude")?;
    send_made(state, params, &Outgoing::location(latitude, longitude))
}

pub(super) fn send_venue(state: &mut State, params: &Params) -> Result<Shown, ApiError> {
    let venue = Outgoing {
        latitude: Some(required_number(params, "latitude")?),
        longitude: Some(required_number(params, "longitude")?),
        ..Outgoing::venue(
            required_text(params, "title")?,
            required_text(params, "address")?,
        )
    };
    send_made(state, params, &venue)
}

pub(super) fn send_contact(state: &mut State, params: &Params) -> Result<Shown, ApiError> {
    let first_name = required_text(params, "first_name")?;
    let phone_number = required_text(params, "phone_number")?;
    let last_name = params.text("last_name");
    let contact = Outgoing {
        last_name: Some(last_name).filter(|name| !name.is_empty()),
        ..Outgoing::contact(first_name, phone_number)
    };
    send_made(state, params, &contact)
}

pub(super) fn send_dice(state: &mut State, params: &Params) -> Result<Shown, ApiError> {
    let emoji = Some(params.text("emoji")).filter(|emoji| !emoji.is_empty());
    let emoji = emoji.unwrap_or_else(|| "🎲".to_owned());
    let faces = match emoji.as_str() {
        "🎲" | "🎯" | "🎳" => 6,
        "🏀" | "⚽" => 5,
        "🎰" => 64,
        _ => return Err(ApiError::bad_request("Wrong dice emoji specified")),
    };
    // Fair enough, and the same in every run.
    let value = state.world.next_query_id().rem_euclid(faces) + 1;
    let dice = Outgoing {
        emoji: Some(emoji),
        ..Outgoing::dice(value)
    };
    send_made(state, params, &dice)
}

pub(super) fn send_poll(state: &mut State, params: &Params) -> Result<Shown, ApiError> {
    let question = params.text("question");
    if question.trim().is_empty() {
        return Err(ApiError::bad_request("Text must be non-empty"));
    }
    if question.chars().count() > 300 {
        return Err(ApiError::bad_request(
            "Poll question length must not exceed 300",
        ));
    }
    let options = params.structure("options", "Can't parse options JSON object")?;
    let Some(Value::Array(options)) = options else {
        return Err(ApiError::bad_request(
            "Expected an Array of String as options",
        ));
    };
    let options = options
        .iter()
        .map(
            |option| match option.as_str().or_else(|| option["text"].as_str()) {
                None => Err(ApiError::bad_request(
                    "Expected an option to be of type String",
                )),
                Some(text) if text.trim().is_empty() => {
                    Err(ApiError::bad_request("Text must be non-empty"))
                }
                Some(text) if text.chars().count() > 100 => Err(ApiError::bad_request(
                    "Poll options length must not exceed 100",
                )),
                Some(text) => Ok(text.to_owned()),
            },
        )
        .collect::<Result<Vec<_>, _>>()?;
    match options.len() {
        0 => {
            return Err(ApiError::bad_request(
                "Poll must have at least one answer option",
            ));
        }
        13.. => {
            return Err(ApiError::bad_request(
                "Poll can't have more than 12 options",
            ));
        }
        _ => {}
    }
    let poll = Outgoing {
        question: Some(question),
        options,
        ..Outgoing::of_kind(Kind::Poll)
    };
    send_made(state, params, &poll)
}

pub(super) fn send_chat_action(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    /// How long clients show an action.
    const SHOWN: TimeDelta = TimeDelta::seconds(5);
    let until: Option<DateTime<Utc>> = match params.text("action").to_ascii_lowercase().as_str() {
        "cancel" => None,
        "typing" | "record_video" | "upload_video" | "record_audio" | "record_voice"
        | "upload_audio" | "upload_voice" | "upload_photo" | "upload_document"
        | "choose_sticker" | "pick_up_location" | "find_location" | "record_video_note"
        | "upload_video_note" => Some(state.now() + SHOWN),
        _ => return Err(ApiError::bad_request("Wrong parameter action in request")),
    };
    let id = writable_chat(state, params)?;
    if let Some(chat) = state.world.chats.get_mut(&id) {
        chat.typing_until = until;
    }
    state.touch_chat(id);
    Ok(json!(true))
}

pub(super) fn set_message_reaction(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    let reaction = params.structure("reaction", "Can't parse reaction types JSON object")?;
    let types = match reaction {
        None => Vec::new(),
        Some(Value::Array(types)) => types,
        Some(_) => return Err(ApiError::bad_request("Expected an Array of ReactionType")),
    };
    let refuse = |words: &str| ApiError::bad_request(&format!("Can't parse ReactionType: {words}"));
    let mut emoji = Vec::new();
    for reaction in &types {
        match reaction["type"].as_str() {
            Some("emoji") => match reaction["emoji"].as_str() {
                Some(name) => emoji.push(name.to_owned()),
                None => return Err(refuse("Can't find field \"emoji\"")),
            },
            Some("custom_emoji") => return Err(ApiError::bad_request("REACTION_INVALID")),
            Some(_) => return Err(refuse("invalid reaction type specified")),
            None => return Err(refuse("Can't find field \"type\"")),
        }
    }
    let id = required_chat(state, params)?;
    let message_id = params.integer("message_id").unwrap_or_default();
    let chat = state.world.chats.get_mut(&id);
    let message = chat
        .and_then(|chat| chat.messages.get_mut(&message_id))
        .ok_or_else(|| ApiError::bad_request("message to react not found"))?;
    if emoji
        .iter()
        .any(|emoji| !REACTIONS.contains(&emoji.as_str()))
    {
        return Err(ApiError::bad_request("REACTION_INVALID"));
    }
    if emoji.len() > 1 {
        return Err(ApiError::bad_request("REACTIONS_TOO_MANY"));
    }
    message.reactions = emoji;
    state.touch_chat(id);
    Ok(json!(true))
}

/// The emoji with which Telegram lets anybody react.
const REACTIONS: [&str; 73] = [
    "❤",
    "👍",
    "👎",
    "🔥",
    "🥰",
    "👏",
    "😁",
    "🤔",
    "🤯",
    "😱",
    "🤬",
    "😢",
    "🎉",
    "🤩",
    "🤮",
    "💩",
    "🙏",
    "👌",
    "🕊",
    "🤡",
    "🥱",
    "🥴",
    "😍",
    "🐳",
    "❤‍🔥",
    "🌚",
    "🌭",
    "💯",
    "🤣",
    "⚡",
    "🍌",
    "🏆",
    "💔",
    "🤨",
    "😐",
    "🍓",
    "🍾",
    "💋",
    "🖕",
    "😈",
    "😴",
    "😭",
    "🤓",
    "👻",
    "👨‍💻",
    "👀",
    "🎃",
    "🙈",
    "😇",
    "😨",
    "🤝",
    "✍",
    "🤗",
    "🫡",
    "🎅",
    "🎄",
    "☃",
    "💅",
    "🤪",
    "🗿",
    "🆒",
    "💘",
    "🙉",
    "🦄",
    "😘",
    "💊",
    "🙊",
    "😎",
    "👾",
    "🤷‍♂",
    "🤷",
    "🤷‍♀",
    "😡",
];
