//! The Bot API side: which method a call means, its faults, its answer and its record.

use std::{collections::HashMap, future::pending, sync::LazyLock, time::Duration};

use serde_json::Value;
use tokio::time::sleep;

use crate::{
    Fault, Garbage, Kind, Outage, Trouble,
    calls::Logged,
    state::{Shared, State, written},
    trouble::Met,
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
    /// An HTTP status, a media type and a body that is no answer of the Bot API.
    Garbled(u16, &'static str, String),
    /// Nothing: the connection is closed.
    Cut,
}

/// How a method is done. `getUpdates` is not among them: it waits.
enum Handler {
    Method(fn(&mut State, &Params) -> Result<Value, ApiError>),
    Shows(fn(&mut State, &Params) -> Result<Shown, ApiError>),
    File(Kind),
}

/// A result that is written as JSON already: messages as they are now.
struct Shown(String);

/// Every method by its name in lower case, with the name as the documentation writes it.
static METHODS: LazyLock<HashMap<String, (&'static str, Handler)>> = LazyLock::new(|| {
    use Handler::{File, Method, Shows};
    [
        ("getMe", Method(chats::get_me)),
        ("setWebhook", Method(updates::set_webhook)),
        ("deleteWebhook", Method(updates::delete_webhook)),
        ("getWebhookInfo", Method(updates::get_webhook_info)),
        ("sendMessage", Shows(sending::send_message)),
        ("sendPhoto", File(Kind::Photo)),
        ("sendVideo", File(Kind::Video)),
        ("sendDocument", File(Kind::Document)),
        ("sendVoice", File(Kind::Voice)),
        ("sendAudio", File(Kind::Audio)),
        ("sendVideoNote", File(Kind::VideoNote)),
        ("sendAnimation", File(Kind::Animation)),
        ("sendSticker", File(Kind::Sticker)),
        ("sendLocation", Shows(sending::send_location)),
        ("sendVenue", Shows(sending::send_venue)),
        ("sendContact", Shows(sending::send_contact)),
        ("sendPoll", Shows(sending::send_poll)),
        ("sendDice", Shows(sending::send_dice)),
        ("sendMediaGroup", Shows(sending::send_media_group)),
        ("sendChatAction", Method(sending::send_chat_action)),
        ("setMessageReaction", Method(sending::set_message_reaction)),
        ("copyMessage", Method(copying::copy_message)),
        ("copyMessages", Method(copying::copy_messages)),
        ("forwardMessage", Shows(copying::forward_message)),
        ("forwardMessages", Method(copying::forward_messages)),
        ("editMessageText", Shows(editing::edit_message_text)),
        ("editMessageCaption", Shows(editing::edit_message_caption)),
        ("editMessageMedia", Shows(editing::edit_message_media)),
        (
            "editMessageReplyMarkup",
            Shows(editing::edit_message_reply_markup),
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

/// Does one call, with what goes wrong about it on purpose. A call that was told to hang for ever never
/// returns.
pub(crate) async fn call(shared: &Shared, method: &str, mut params: Params) -> Reply {
    let lower = method.to_ascii_lowercase();
    let known = METHODS.get(&lower);
    let is_poll = lower == "getupdates";
    let name = match known {
        Some((name, _)) => name,
        None if is_poll => "getUpdates",
        None => method,
    };
    let Met { delay, trouble } = shared.write(|state| state.meet(&lower, &params));
    sleep_if_any(delay / 2).await;
    if let Some(Trouble::Fault(Fault::SkipMessages { messages })) = &trouble {
        params.skipped = Some(messages.clone());
    }
    let ending = match trouble
        .as_ref()
        .map_or(Course::Done(Ending::Answered), course_of)
    {
        Course::Refused(refused) => {
            let record = Record {
                name,
                trouble,
                delay,
                status: refused.code,
                body: refused.body(),
            };
            let reply = Reply::Answer(record.status, record.body.clone());
            shared.write(|state| record.add(state, params));
            sleep_if_any(delay / 2).await;
            return reply;
        }
        Course::Undone(ending) => {
            let record = Record {
                name,
                trouble,
                delay,
                status: 0,
                body: "null".to_owned(),
            };
            shared.write(|state| record.add(state, params));
            return ending.of(0, String::new()).await;
        }
        Course::Done(ending) => ending,
    };
    let (status, body) = if is_poll {
        let (status, body) = match updates::get_updates(shared, &params).await {
            Reply::Answer(status, body) => (status, body),
            other => return other,
        };
        if trouble.is_some() {
            let record = Record {
                name,
                trouble,
                delay,
                status,
                body: body.clone(),
            };
            shared.write(|state| record.add(state, params));
        }
        (status, body)
    } else {
        shared.write(|state| {
            let answer = match known {
                Some((_, Handler::Method(method))) => {
                    method(state, &params).map(|result| Shown(written(&result)))
                }
                Some((_, Handler::Shows(method))) => method(state, &params),
                Some((_, Handler::File(kind))) => sending::send_file(*kind, state, &params),
                None => Err(ApiError::new(404, "Not Found")),
            };
            let (status, body) = match answer {
                Ok(Shown(result)) => (200, format!("{{\"ok\":true,\"result\":{result}}}")),
                Err(refused) => (refused.code, refused.body()),
            };
            let record = Record {
                name,
                trouble,
                delay,
                status,
                body: body.clone(),
            };
            record.add(state, params);
            (status, body)
        })
    };
    sleep_if_any(delay / 2).await;
    ending.of(status, body).await
}

async fn sleep_if_any(delay: Duration) {
    if !delay.is_zero() {
        sleep(delay).await;
    }
}

/// What becomes of a call.
enum Course {
    /// Refused, and nothing is done.
    Refused(ApiError),
    /// Nothing is done and nothing answered.
    Undone(Ending),
    /// It is done.
    Done(Ending),
}

/// How a call ends for the one who made it.
enum Ending {
    Answered,
    Cut,
    Hanging,
    HangingFor(Duration),
    Garbled(Garbage),
}

impl Ending {
    /// The end of a call that was answered so.
    async fn of(self, status: u16, body: String) -> Reply {
        match self {
            Ending::Answered => Reply::Answer(status, body),
            Ending::Cut => Reply::Cut,
            Ending::Hanging => pending().await,
            Ending::HangingFor(time) => {
                sleep(time).await;
                Reply::Cut
            }
            Ending::Garbled(garbage) => garbled(garbage, status, body),
        }
    }
}

/// What a call that ran into this comes to.
fn course_of(trouble: &Trouble) -> Course {
    let fault = match trouble {
        Trouble::Limit { retry_after } => {
            return Course::Refused(ApiError::too_many_requests(*retry_after));
        }
        Trouble::Outage(outage) => return course_in(*outage),
        Trouble::Fault(fault) => fault,
    };
    match fault {
        Fault::TooManyRequests { retry_after }
        | Fault::ChatFlood { retry_after }
        | Fault::BotFlood { retry_after } => {
            Course::Refused(ApiError::too_many_requests(*retry_after))
        }
        Fault::ServerError(502) => Course::Refused(ApiError::new(502, "Bad Gateway")),
        Fault::ServerError(code) => Course::Refused(ApiError::new(*code, "Internal Server Error")),
        Fault::Refuse { code, description } => {
            Course::Refused(ApiError::new(*code, description.clone()))
        }
        Fault::CutBefore => Course::Undone(Ending::Cut),
        Fault::CutAfter => Course::Done(Ending::Cut),
        Fault::Hang => Course::Undone(Ending::Hanging),
        Fault::HangFor { millis } => {
            Course::Undone(Ending::HangingFor(Duration::from_millis(*millis)))
        }
        Fault::HangAfter => Course::Done(Ending::Hanging),
        Fault::HangAfterFor { millis } => {
            Course::Done(Ending::HangingFor(Duration::from_millis(*millis)))
        }
        Fault::Garbage(garbage) => Course::Done(Ending::Garbled(*garbage)),
        Fault::SkipMessages { .. } | Fault::Delay { .. } => Course::Done(Ending::Answered),
    }
}

fn course_in(outage: Outage) -> Course {
    match outage {
        Outage::Cut => Course::Undone(Ending::Cut),
        Outage::BadGateway => Course::Refused(ApiError::new(502, "Bad Gateway")),
        Outage::WrongToken => Course::Refused(ApiError::unauthorized()),
        Outage::OtherPoller => Course::Refused(updates::conflict()),
    }
}

fn garbled(garbage: Garbage, status: u16, mut body: String) -> Reply {
    match garbage {
        Garbage::NotJson => Reply::Garbled(200, "application/json", "not what you expected".into()),
        Garbage::Truncated => {
            let mut half = body.len() / 2;
            while !body.is_char_boundary(half) {
                half -= 1;
            }
            body.truncate(half);
            Reply::Garbled(status, "application/json", body)
        }
        Garbage::Html => Reply::Garbled(
            502,
            "text/html",
            "<html><head><title>502 Bad Gateway</title></head>\
             <body><center><h1>502 Bad Gateway</h1></center></body></html>"
                .to_owned(),
        ),
    }
}

/// The answer of an outage to a file, or to a poll that it finds waiting.
pub(crate) fn in_outage(outage: Outage) -> Reply {
    match course_in(outage) {
        Course::Refused(refused) => Reply::Answer(refused.code, refused.body()),
        Course::Undone(_) | Course::Done(_) => Reply::Cut,
    }
}

/// The answer for a token that is not the bot's.
pub(crate) fn wrong_token() -> Reply {
    let refused = ApiError::unauthorized();
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

/// A call as it goes into the log.
struct Record<'a> {
    name: &'a str,
    trouble: Option<Trouble>,
    delay: Duration,
    status: u16,
    body: String,
}

impl Record<'_> {
    fn add(self, state: &mut State, params: Params) {
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
        state.log.add(Logged {
            no: 0,
            at: now,
            method: self.name.to_owned(),
            params: fields,
            status: self.status,
            answer: self.body,
            trouble: self.trouble,
            delay: self.delay,
        });
        state.touch();
    }
}
