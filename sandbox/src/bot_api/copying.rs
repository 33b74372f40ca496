//! `copyMessage(s)` and `forwardMessage(s)`.

use serde_json::{Value, json};

use super::{
    Shown,
    chats::readable_chat,
    error::ApiError,
    formatting,
    request::{Params, integer},
    sending::{Target, post, shown},
};
use crate::{
    Kind,
    state::{Content, Message, Origin, Sender, State},
};

pub(super) fn copy_message(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    let caption = match params.fields.contains_key("caption") {
        true => Some(formatting::caption(params)?),
        false => None,
    };
    let original = one_original(state, params, "message to copy not found")?;
    let target = Target::read(state, params)?;
    let mut content = copied(state, &original)
        .ok_or_else(|| ApiError::bad_request("The message can't be copied"))?;
    if let Some(caption) = caption
        && content.kind.has_caption()
    {
        content.text = caption.text;
        content.entities = caption.entities;
    }
    let id = post(state, &target, content, None, None);
    Ok(json!({ "message_id": id }))
}

pub(super) fn copy_messages(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    let ids = message_ids(params)?;
    // An answer or a keyboard cannot be given; what is there of them is not even read.
    let target = bare_target(state, params)?;
    let originals = originals(state, params, ids)?;
    let remove_caption = params.flag("remove_caption");
    let contents = originals
        .iter()
        .filter_map(|original| {
            let mut content = copied(state, original)?;
            if remove_caption && content.kind.has_caption() {
                content.text.clear();
                content.entities.clear();
            }
            Some((original.album.clone(), content, None))
        })
        .collect();
    post_all(state, &target, contents)
}

pub(super) fn forward_message(state: &mut State, params: &Params) -> Result<Shown, ApiError> {
    let original = one_original(state, params, "message to forward not found")?;
    let target = Target::read(state, params)?;
    let refuse = || ApiError::bad_request("The message can't be forwarded");
    let content = forwarded(&original).ok_or_else(refuse)?;
    let origin = origin_of(state, &original);
    let id = post(state, &target, content, None, Some(origin));
    Ok(shown(state, target.chat, id))
}

pub(super) fn forward_messages(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    let ids = message_ids(params)?;
    let target = bare_target(state, params)?;
    let originals = originals(state, params, ids)?;
    let contents = originals
        .iter()
        .filter_map(|original| {
            let content = forwarded(original)?;
            Some((
                original.album.clone(),
                content,
                Some(origin_of(state, original)),
            ))
        })
        .collect();
    post_all(state, &target, contents)
}

fn bare_target(state: &State, params: &Params) -> Result<Target, ApiError> {
    let chat_id = params.fields.get("chat_id").cloned().unwrap_or(Value::Null);
    let bare = Params {
        fields: [("chat_id".to_owned(), chat_id)].into_iter().collect(),
        ..Params::default()
    };
    Target::read(state, &bare)
}

/// Posts what was found, skipping nothing but what is not in `contents`; albums stay albums.
fn post_all(
    state: &mut State,
    target: &Target,
    contents: Vec<(Option<String>, Content, Option<Origin>)>,
) -> Result<Value, ApiError> {
    if contents.is_empty() {
        return Err(ApiError::bad_request("There are no messages to forward"));
    }
    let mut album: Option<(String, String)> = None;
    let mut sent = Vec::with_capacity(contents.len());
    for (old, content, origin) in contents {
        album = match (old, album.take()) {
            (Some(old), Some((known, new))) if known == old => Some((known, new)),
            (Some(old), _) => Some((old, state.world.next_album_id())),
            (None, _) => None,
        };
        let new = album.as_ref().map(|(_, new)| new.clone());
        let id = post(state, target, content, new, origin);
        sent.push(json!({ "message_id": id }));
    }
    Ok(Value::from(sent))
}

fn one_original(state: &State, params: &Params, missing: &str) -> Result<Message, ApiError> {
    let from = readable_chat(state, params, "from_chat_id")?;
    let id = params.integer("message_id").unwrap_or_default();
    let chat = state.world.chats.get(&from);
    let message = chat.and_then(|chat| chat.messages.get(&id));
    message
        .cloned()
        .ok_or_else(|| ApiError::bad_request(missing))
}

fn originals(state: &State, params: &Params, mut ids: Vec<i64>) -> Result<Vec<Message>, ApiError> {
    let from = readable_chat(state, params, "from_chat_id")?;
    match params.skipped.as_deref() {
        None => {}
        Some([]) => ids.truncate(ids.len() - 1),
        Some(skipped) => ids.retain(|id| !skipped.contains(id)),
    }
    let chat = state.world.chats.get(&from);
    Ok(ids
        .into_iter()
        .filter_map(|id| chat?.messages.get(&id).cloned())
        .collect())
}

/// `message_ids`: 1 to 100 of them, each greater than the one before.
fn message_ids(params: &Params) -> Result<Vec<i64>, ApiError> {
    let ids = read_ids(params)?;
    if ids.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(ApiError::bad_request(
            "Message identifiers must be in a strictly increasing order",
        ));
    }
    Ok(ids)
}

/// `message_ids`: 1 to 100 of them.
pub(super) fn read_ids(params: &Params) -> Result<Vec<i64>, ApiError> {
    let ids = params.structure("message_ids", "Can't parse message_ids JSON object")?;
    let ids = match ids {
        None => {
            return Err(ApiError::bad_request(
                "Message identifiers are not specified",
            ));
        }
        Some(Value::Array(ids)) => ids,
        Some(_) => {
            return Err(ApiError::bad_request(
                "Expected an Array of message identifiers",
            ));
        }
    };
    if ids.is_empty() {
        return Err(ApiError::bad_request(
            "Message identifiers are not specified",
        ));
    }
    if ids.len() > 100 {
        return Err(ApiError::bad_request(
            "Too many message identifiers specified",
        ));
    }
    ids.iter()
        .map(|id| {
            integer(id).ok_or_else(|| ApiError::bad_request("Message identifier must be a Number"))
        })
        .collect()
}

/// What a copy holds; nothing if the message cannot be copied.
fn copied(state: &mut State, original: &Message) -> Option<Content> {
    let mut content = forwarded(original)?;
    match content.kind {
        // The right answer of somebody's quiz is not known to the bot.
        Kind::Poll if content.media["type"] == "quiz" => return None,
        Kind::Poll => content.media["id"] = Value::from(state.world.next_query_id().to_string()),
        Kind::Other => return None,
        _ => {}
    }
    Some(content)
}

fn forwarded(original: &Message) -> Option<Content> {
    (original.content.kind != Kind::Service).then(|| original.content.clone())
}

fn origin_of(state: &State, original: &Message) -> Origin {
    if let Some(origin) = &original.origin {
        return origin.clone();
    }
    let name = match original.from {
        Sender::Bot => state.world.bot.name(),
        Sender::Person(id) => {
            let account = state.world.people.get(&id);
            account
                .map(|account| account.spec.full_name())
                .unwrap_or_default()
        }
    };
    Origin {
        name,
        json: json!({
            "type": "user",
            "sender_user": state.world.sender_json(original.from),
            "date": original.date.timestamp(),
        }),
    }
}
