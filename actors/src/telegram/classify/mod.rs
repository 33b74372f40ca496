//! The one classifier of what Telegram answers, or does not: by its codes, and by its texts
//! whatever their case.

use std::error::Error;

use frontdesk_desk::ids::ChatId;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 200;

/// How many seconds a chat waits when Telegram asks for a pause and does not say how long.
const UNSAID_PAUSE: u32 = 5;

/// Why a call did not do what it should, told apart by what to do about it. No text of it holds
/// the token or what people wrote.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Too many calls: the chat has to wait for so many seconds.
    #[error("too many requests, retry after {0} s")]
    RetryAfter(u32),
    /// The person blocked the bot, never started it, or is gone; or the bot is out of the group.
    #[error("the chat cannot be reached")]
    Unreachable,
    /// The group has become a supergroup, and this is its number from now on.
    #[error("the group has become the supergroup {0}")]
    Moved(ChatId),
    /// The message already looks like this: as good as done.
    #[error("the message is not modified")]
    NotModified,
    /// The message to edit, copy, delete or reply to is gone, or cannot be edited any more.
    #[error("the message is gone")]
    MessageGone,
    /// Telegram skipped items of an album, and does not say which.
    #[error("the album came incomplete")]
    AlbumIncomplete {
        /// Whether what came of it was deleted again.
        taken_back: bool,
    },
    /// The formatting is refused; the words alone may pass.
    #[error("the formatting is refused")]
    EntitiesRefused,
    /// Refused for good, in Telegram's words without what they quote.
    #[error("refused: {0}")]
    Permanent(String),
    /// Telegram does not know the token.
    #[error("the token is refused")]
    TokenRefused,
    /// Another program asks for this bot's updates.
    #[error("another program is asking for this bot's updates")]
    OtherPoller,
    /// The bot has a webhook, so its updates cannot be asked for.
    #[error("a webhook is set for this bot")]
    WebhookSet,
    /// No connection was made, or it was lost before the request was written: the request
    /// certainly did not arrive.
    #[error("no connection")]
    NotSent,
    /// Telegram failed, and says so: nothing was done.
    #[error("Telegram has an error of its own")]
    ServerError,
    /// The answer did not come or cannot be read: the call may have been done.
    #[error("no answer that can be read")]
    Uncertain,
}

impl Failure {
    /// Its kind in one word, for the figures.
    pub(super) fn label(&self) -> &'static str {
        match self {
            Self::RetryAfter(_) => "retry_after",
            Self::Unreachable => "unreachable",
            Self::Moved(_) => "moved",
            Self::NotModified => "not_modified",
            Self::MessageGone => "message_gone",
            Self::AlbumIncomplete { .. } => "album_incomplete",
            Self::EntitiesRefused => "entities_refused",
            Self::Permanent(_) => "refused",
            Self::TokenRefused => "token_refused",
            Self::OtherPoller => "other_poller",
            Self::WebhookSet => "webhook_set",
            Self::NotSent => "not_sent",
            Self::ServerError => "server_error",
            Self::Uncertain => "uncertain",
        }
    }
}

/// Tells apart why no answer came. The error itself is dropped: it names the address, and the
/// address holds the token.
pub(super) fn of_connection(error: &reqwest::Error) -> Failure {
    if error.is_connect() || was_never_written(error) {
        Failure::NotSent
    } else {
        Failure::Uncertain
    }
}

/// Whether a connection that was kept open turned out to be closed before this request was begun.
fn was_never_written(error: &reqwest::Error) -> bool {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<hyper::Error>() {
            return error.is_canceled();
        }
        cause = error.source();
    }
    false
}

/// What every answer of the Bot API looks like.
#[derive(Deserialize)]
struct Answer<T> {
    ok: bool,
    result: Option<T>,
    error_code: Option<u16>,
    #[serde(default)]
    description: String,
    parameters: Option<Parameters>,
}

#[derive(Deserialize)]
struct Parameters {
    retry_after: Option<u32>,
    migrate_to_chat_id: Option<i64>,
}

/// Reads an answer: what was asked for, or why it was not given.
pub(super) fn of_answer<T: DeserializeOwned>(status: u16, body: &[u8]) -> Result<T, Failure> {
    if let Ok(Answer {
        ok: true,
        result: Some(result),
        ..
    }) = serde_json::from_slice::<Answer<T>>(body)
    {
        return Ok(result);
    }
    Err(match serde_json::from_slice::<Answer<IgnoredAny>>(body) {
        // It was done, but what came of it cannot be read.
        Ok(Answer { ok: true, .. }) => Failure::Uncertain,
        Ok(refusal) => of_refusal(status, &refusal),
        Err(_) => of_garbage(status),
    })
}

/// Something between here and Telegram answered in its place (a proxy, a page to log in at), or
/// the answer was cut.
fn of_garbage(status: u16) -> Failure {
    match status {
        429 => Failure::RetryAfter(UNSAID_PAUSE),
        413 => Failure::Permanent("the request is too large".to_owned()),
        _ => Failure::Uncertain,
    }
}

/// Tells a refusal apart. The first rule that fits counts: what Telegram says in fields, then its
/// texts, then its code.
fn of_refusal(status: u16, refusal: &Answer<IgnoredAny>) -> Failure {
    let code = refusal.error_code.unwrap_or(status);
    let text = refusal.description.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    let said = refusal.parameters.as_ref();
    if let Some(chat) = said.and_then(|said| said.migrate_to_chat_id) {
        return Failure::Moved(ChatId(chat));
    }
    let pause = said.and_then(|said| said.retry_after);
    if pause.is_some() || matches!(code, 420 | 429) || has(TOO_MANY) {
        return Failure::RetryAfter(
            pause
                .or_else(|| first_number(&text))
                .unwrap_or(UNSAID_PAUSE),
        );
    }
    if has(&["message is not modified"]) {
        Failure::NotModified
    } else if has(UNREACHABLE) {
        Failure::Unreachable
    } else if has(GONE) {
        Failure::MessageGone
    } else if has(ENTITIES) {
        Failure::EntitiesRefused
    } else if has(&["terminated by other getupdates"]) {
        Failure::OtherPoller
    } else if has(&["webhook is active"]) {
        Failure::WebhookSet
    } else {
        by_code(code, &text, &refusal.description)
    }
}

fn by_code(code: u16, text: &str, description: &str) -> Failure {
    match code {
        401 => Failure::TokenRefused,
        // What Telegram says to a token that is none.
        404 if text == "not found" => Failure::TokenRefused,
        403 => Failure::Unreachable,
        409 => Failure::OtherPoller,
        // A gateway that gave up waiting cannot know what was done behind it.
        408 | 504 => Failure::Uncertain,
        500..=599 => Failure::ServerError,
        400..=499 => Failure::Permanent(without_quotes(description)),
        _ => Failure::Uncertain,
    }
}

const TOO_MANY: &[&str] = &["too many requests", "flood_wait", "flood control"];

const ENTITIES: &[&str] = &["entities", "entity_", "entity at", "entity starting"];

const UNREACHABLE: &[&str] = &[
    "bot was blocked by the user",
    "user_is_blocked",
    "user is deactivated",
    "input_user_deactivated",
    "can't initiate conversation",
    "can't send messages to bots",
    "chat not found",
    "peer_id_invalid",
    "bot was kicked",
    "bot is not a member",
    "not enough rights to send",
    "have no rights to send",
    "chat_write_forbidden",
    "group chat was deactivated",
    "group is deactivated",
];

const GONE: &[&str] = &[
    "message to edit not found",
    "message to copy not found",
    "message to forward not found",
    "message to delete not found",
    "message to react not found",
    "message to be replied not found",
    "message to reply not found",
    "replied message not found",
    "message can't be edited",
    "message can't be copied",
    "message can't be deleted",
    "message_id_invalid",
    "there are no messages to copy",
    "messages to copy not found",
    "message not found",
];

fn first_number(text: &str) -> Option<u32> {
    text.split(|c: char| !c.is_ascii_digit())
        .find_map(|digits| digits.parse().ok())
}

/// What a description quotes may be what people wrote: `"…"` or `'…'` is left out, and the rest
/// is cut.
fn without_quotes(description: &str) -> String {
    let mut kept = String::new();
    let mut inside = None;
    let mut before = ' ';
    for c in description.chars() {
        match inside {
            Some(quote) if c == quote => inside = None,
            Some(_) => continue,
            // An apostrophe within a word (`can't`) opens no quote.
            None if c == '"' || (c == '\'' && !before.is_alphanumeric()) => {
                inside = Some(c);
                kept.push('…');
            }
            None => kept.push(c),
        }
        before = c;
    }
    kept.chars().take(LONGEST_REASON).collect()
}

#[cfg(test)]
mod tests;
