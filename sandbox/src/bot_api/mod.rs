//! The Bot API side: which method a call means, its faults, its answer and its record.

use std::{collections::HashMap, sync::LazyLock};

use serde_json::Value;

use crate::{
    Fault, Kind,
    state::{Shared, State},
};

use self::error::ApiError;
pub(crate) use self::request::{Params, Upload};

mod callbacks;
mod chats;
mod commands;
mod copying;
mod editing;
mod error;
mod formatting;
mod html;
mod keyboard;
mod media;
mod request;
mod sending;
mod updates;

/// What goes back to the bot.
#[derive(Debug)]
pub(crate) enum Reply {
    /// An HTTP status and a JSON body.
    Answer(u16, String),
    /// Nothing: the connection is closed.
    Cut,
}

/// How a method is done. `getUpdates` is not among them: it waits.
enum Handler {
    Method(fn(&mut State, &Params) -> Result<Value, ApiError>),
    File(Kind),
}

/// Every method by its name in lower case, with the name as the documentation writes it.
static METHODS: LazyLock<HashMap<String, (&'static str, Handler)>> = LazyLock::new(|| {
    use Handler::{File, Method};
    [
        ("getMe", Method(chats::get_me)),
        ("deleteWebhook", Method(updates::delete_webhook)),
        ("getWebhookInfo", Method(updates::get_webhook_info)),
        ("sendMessage", Method(sending::send_message)),
        ("sendPhoto", File(Kind::Photo)),
        ("sendVideo", File(Kind::Video)),
        ("sendDocument", File(Kind::Document)),
        ("sendVoice", File(Kind::Voice)),
        ("sendAudio", File(Kind::Audio)),
        ("sendVideoNote", File(Kind::VideoNote)),
        ("sendAnimation", File(Kind::Animation)),
        ("sendSticker", File(Kind::Sticker)),
        ("sendLocation", Method(sending::send_location)),
        ("sendVenue", Method(sending::send_venue)),
        ("sendContact", Method(sending::send_contact)),
        ("sendPoll", Method(sending::send_poll)),
        ("sendDice", Method(sending::send_dice)),
        ("sendMediaGroup", Method(sending::send_media_group)),
        ("sendChatAction", Method(sending::send_chat_action)),
        ("setMessageReaction", Method(sending::set_message_reaction)),
        ("copyMessage", Method(copying::copy_message)),
        ("copyMessages", Method(copying::copy_messages)),
        ("forwardMessage", Method(copying::forward_message)),
        ("forwardMessages", Method(copying::forward_messages)),
        ("editMessageText", Method(editing::edit_message_text)),
        ("editMessageCaption", Method(editing::edit_message_caption)),
        ("editMessageMedia", Method(editing::edit_message_media)),
        (
            "editMessageReplyMarkup",
            Method(editing::edit_message_reply_markup),
        ),
        ("deleteMessage", Method(editing::delete_message)),
        ("deleteMessages", Method(editing::delete_messages)),
        (
            "answerCallbackQuery",
            Method(callbacks::answer_callback_query),
        ),
        ("setMyCommands", Method(commands::set_my_commands)),
        ("getMyCommands", Method(commands::get_my_commands)),
        ("deleteMyCommands", Method(commands::delete_my_commands)),
        ("getFile", Method(chats::get_file)),
        ("getChat", Method(chats::get_chat)),
        ("getChatMember", Method(chats::get_chat_member)),
        ("leaveChat", Method(chats::leave_chat)),
    ]
    .into_iter()
    .map(|(name, handler)| (name.to_ascii_lowercase(), (name, handler)))
    .collect()
});

/// Does one call. A call that was told to hang never returns.
pub(crate) async fn call(shared: &Shared, method: &str, params: Params) -> Reply {
    let lower = method.to_ascii_lowercase();
    let known = METHODS.get(&lower);
    let name = known.map_or(method, |(name, _)| *name);
    let is_poll = lower == "getupdates";
    let chat = params.integer("chat_id");
    let fault = shared.write(|state| state.faults.next(&lower, chat));
    match &fault {
        Some(Fault::Hang) => return std::future::pending().await,
        Some(Fault::CutBefore) => {
            if !is_poll {
                shared.write(|state| record(state, name, params, 0, "null".to_owned()));
            }
            return Reply::Cut;
        }
        _ => {}
    }
    let refused = fault.as_ref().and_then(refusal);
    if is_poll {
        return match (refused, fault) {
            (Some(refused), _) => Reply::Answer(refused.code, refused.body()),
            (None, fault) => {
                let reply = updates::get_updates(shared, &params).await;
                if fault.is_some() { Reply::Cut } else { reply }
            }
        };
    }
    shared.write(|state| {
        let answer = match (refused, known) {
            (Some(refused), _) => Err(refused),
            (None, Some((_, Handler::Method(method)))) => method(state, &params),
            (None, Some((_, Handler::File(kind)))) => sending::send_file(*kind, state, &params),
            (None, None) => Err(ApiError::new(404, "Not Found")),
        };
        let (status, body) = match answer {
            Ok(result) => (200, format!("{{\"ok\":true,\"result\":{result}}}")),
            Err(refused) => (refused.code, refused.body()),
        };
        record(state, name, params, status, body.clone());
        match fault {
            Some(Fault::CutAfter) => Reply::Cut,
            _ => Reply::Answer(status, body),
        }
    })
}

/// The answer for a token that is not the bot's.
pub(crate) fn wrong_token() -> Reply {
    let refused = ApiError::new(401, "Unauthorized");
    Reply::Answer(refused.code, refused.body())
}

/// The answer for an address that names no method, file or page.
pub(crate) fn not_found() -> Reply {
    let refused = ApiError::new(404, "Not Found");
    Reply::Answer(refused.code, refused.body())
}

/// The answer for a body that cannot be read.
pub(crate) fn unreadable(words: &str) -> Reply {
    let refused = ApiError::bad_request(words);
    Reply::Answer(refused.code, refused.body())
}

/// What a fault answers, if it answers.
fn refusal(fault: &Fault) -> Option<ApiError> {
    match fault {
        Fault::TooManyRequests { retry_after } => Some(ApiError::too_many_requests(*retry_after)),
        Fault::ServerError(502) => Some(ApiError::new(502, "Bad Gateway")),
        Fault::ServerError(code) => Some(ApiError::new(*code, "Internal Server Error")),
        Fault::Refuse { code, description } => Some(ApiError::new(*code, description.clone())),
        Fault::CutBefore | Fault::CutAfter | Fault::Hang => None,
    }
}

fn record(state: &mut State, method: &str, params: Params, status: u16, body: String) {
    let now = state.now();
    let mut fields = params.fields;
    for (name, upload) in params.uploads {
        let shown = format!(
            "({}, {} bytes)",
            upload.name.as_deref().unwrap_or("file"),
            upload.bytes.len()
        );
        fields.insert(name, Value::from(shown));
    }
    state
        .log
        .add(now, method.to_owned(), Value::Object(fields), status, body);
    state.touch();
}
