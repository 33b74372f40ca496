//! `answerCallbackQuery`.

use serde_json::{Value, json};

use super::{error::ApiError, request::Params};
use crate::{
    Deed, Notice,
    state::{Entry, KEPT_PRESS, State},
    text::utf16_len,
};

/// The longest answer.
const LONGEST: usize = 200;

pub(super) fn answer_callback_query(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    let now = state.now();
    let too_old = || {
        ApiError::bad_request(
            "query is too old and response timeout expired or query ID is invalid",
        )
    };
    let id = params.integer("callback_query_id").ok_or_else(too_old)?;
    let query = state.world.queries.get(&id).ok_or_else(too_old)?;
    if query.asked + KEPT_PRESS <= now {
        return Err(too_old());
    }
    let text = params.text("text");
    if utf16_len(&text) > LONGEST {
        return Err(ApiError::bad_request("MESSAGE_TOO_LONG"));
    }
    if params.get("url").is_some() {
        return Err(ApiError::bad_request("URL_INVALID"));
    }
    let (chat_id, place) = (query.chat, query.place);
    state.world.queries.remove(&id);
    let answered = Deed::Answered {
        query_id: id.to_string(),
        text: text.clone(),
    };
    let chat = state.world.chats.get_mut(&chat_id);
    if let Some(Entry::Press(press)) = chat.and_then(|chat| chat.entry_mut(place))
        && !text.is_empty()
    {
        press.notice = Some(Notice {
            no: place + 1,
            text,
            alert: params.flag("show_alert"),
            at: now,
        });
    }
    state.touch_chat(chat_id);
    state.listeners.tell(chat_id, || Some(answered));
    Ok(json!(true))
}
