//! Which chat a call means and whether the bot may write there; `getChat` and its like.

use serde_json::{Value, json};

use super::{
    error::ApiError,
    request::{Params, integer},
};
use crate::state::{Chat, State, UserJson};

/// The chat of `chat_id`, if the bot may write into it.
pub(super) fn writable_chat(state: &State, params: &Params) -> Result<i64, ApiError> {
    let chat = find(state, params, "chat_id")?;
    match (&chat.group, state.world.people.get(&chat.id)) {
        (Some(group), _) if !group.bot_is_member => {
            Err(ApiError::forbidden("bot is not a member of the group chat"))
        }
        (None, Some(person)) if person.deactivated => {
            Err(ApiError::forbidden("user is deactivated"))
        }
        (None, Some(person)) if person.blocked => {
            Err(ApiError::forbidden("bot was blocked by the user"))
        }
        (None, Some(person)) if !person.started => Err(ApiError::forbidden(
            "bot can't initiate conversation with a user",
        )),
        _ => Ok(chat.id),
    }
}

/// The chat of `chat_id`, if the bot has anything to do with it.
pub(super) fn required_chat(state: &State, params: &Params) -> Result<i64, ApiError> {
    readable_chat(state, params, "chat_id")
}

/// The chat of a parameter, if the bot may read it.
pub(super) fn readable_chat(state: &State, params: &Params, name: &str) -> Result<i64, ApiError> {
    let chat = find(state, params, name)?;
    known(state, chat.id)
        .then_some(chat.id)
        .ok_or_else(not_found)
}

/// Whether the bot knows of the chat: somebody wrote to it there, or it is in there.
pub(super) fn known(state: &State, chat: i64) -> bool {
    match state.world.people.get(&chat) {
        Some(person) => person.started,
        None => state.bot_is_in(chat),
    }
}

fn find<'a>(state: &'a State, params: &Params, name: &str) -> Result<&'a Chat, ApiError> {
    let Some(id) = params.get(name) else {
        return Err(ApiError::bad_request(&format!("{name} is empty")));
    };
    integer(id)
        .and_then(|id| state.world.chats.get(&id))
        .ok_or_else(not_found)
}

fn not_found() -> ApiError {
    ApiError::bad_request("chat not found")
}

pub(super) fn get_me(state: &mut State, _: &Params) -> Result<Value, ApiError> {
    let mut bot = json!(UserJson::Bot(&state.world));
    bot["can_join_groups"] = json!(true);
    bot["can_read_all_group_messages"] = json!(false);
    bot["supports_inline_queries"] = json!(false);
    bot["can_connect_to_business"] = json!(false);
    bot["has_main_web_app"] = json!(false);
    Ok(bot)
}

pub(super) fn get_chat(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    let id = required_chat(state, params)?;
    let chat = state.world.chats.get(&id).ok_or_else(not_found)?;
    let mut full = json!(state.world.chat_json(chat));
    full["accent_color_id"] = json!(0);
    full["max_reaction_count"] = json!(11);
    full["accepted_gift_types"] = json!({
        "unlimited_gifts": false,
        "limited_gifts": false,
        "unique_gifts": false,
        "premium_subscription": false,
        "gifts_from_channels": false,
    });
    Ok(full)
}

pub(super) fn get_chat_member(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    let chat = required_chat(state, params)?;
    let Some(user_id) = params.integer("user_id") else {
        return Err(ApiError::bad_request("Invalid user_id specified"));
    };
    let user = match state.world.people.get(&user_id) {
        Some(person) if chat < 0 || chat == user_id => UserJson::Person(person),
        _ if user_id == state.world.bot.id => UserJson::Bot(&state.world),
        _ => return Err(ApiError::bad_request("user not found")),
    };
    Ok(json!({ "user": user, "status": "member" }))
}

pub(super) fn leave_chat(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    let id = find(state, params, "chat_id")?.id;
    let now = state.now();
    let bot = state.world.bot.id;
    let group = state
        .world
        .chats
        .get_mut(&id)
        .and_then(|chat| chat.group.as_mut());
    let Some(group) = group else {
        return Err(ApiError::bad_request(
            "Chat member status can't be changed in private chats",
        ));
    };
    if !group.bot_is_member {
        return Err(ApiError::forbidden("bot is not a member of the group chat"));
    }
    group.bot_is_member = false;
    state.push_membership(id, bot, "member", "left", now);
    state.touch_chat(id);
    Ok(json!(true))
}

pub(super) fn get_file(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    let file_id = params.text("file_id");
    if file_id.is_empty() {
        return Err(ApiError::bad_request("file_id not specified"));
    }
    let file = state.world.files.get(&file_id);
    let file = file.ok_or_else(|| ApiError::bad_request("Invalid file_id"))?;
    Ok(json!({
        "file_id": file_id,
        "file_unique_id": file.unique_id,
        "file_size": file.content().1.len(),
        "file_path": file.path,
    }))
}
