//! The one classifier of what Telegram answers, or does not: by its texts, whatever their case.

use teloxide_core::{ApiError, RequestError};

/// The longest reason that is kept, in characters.
const LONGEST_REASON: usize = 200;

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
    /// The message already looks like this: as good as done.
    #[error("the message is not modified")]
    NotModified,
    /// The message to edit, copy, delete or reply to is gone, or cannot be edited any more.
    #[error("the message is gone")]
    MessageGone,
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
    /// No connection was made: the request certainly did not arrive.
    #[error("no connection")]
    NotSent,
    /// Telegram failed, and says so.
    #[error("Telegram has an error of its own")]
    ServerError,
    /// The answer did not come or cannot be read: the call may have been done.
    #[error("no answer that can be read")]
    Uncertain,
}

/// Tells an error of the client apart.
pub(super) fn classify(error: &RequestError) -> Failure {
    match error {
        RequestError::RetryAfter(after) => Failure::RetryAfter(after.seconds()),
        RequestError::MigrateToChatId(_) => {
            Failure::Permanent("the group has become a supergroup".to_owned())
        }
        RequestError::Api(ApiError::InvalidToken) => Failure::TokenRefused,
        RequestError::Api(ApiError::Unknown(text)) => by_text(text),
        RequestError::Api(error) => by_text(&error.to_string()),
        RequestError::Network(error) if error.is_connect() => Failure::NotSent,
        RequestError::Network(_) | RequestError::InvalidJson { .. } | RequestError::Io(_) => {
            Failure::Uncertain
        }
    }
}

/// Tells a description apart. The first rule that fits counts.
fn by_text(description: &str) -> Failure {
    let text = description.to_lowercase();
    let has = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    if has(&["too many requests", "flood_wait", "flood control"]) {
        Failure::RetryAfter(first_number(&text).unwrap_or(5))
    } else if has(&["message is not modified"]) {
        Failure::NotModified
    } else if has(UNREACHABLE) {
        Failure::Unreachable
    } else if has(GONE) {
        Failure::MessageGone
    } else if has(&["entities", "entity_", "entity at"]) {
        Failure::EntitiesRefused
    } else if has(&["terminated by other getupdates"]) {
        Failure::OtherPoller
    } else if has(&["webhook is active"]) {
        Failure::WebhookSet
    } else if text == "unauthorized" {
        Failure::TokenRefused
    } else if has(&[
        "internal server error",
        "bad gateway",
        "gateway timeout",
        "service unavailable",
    ]) || text.starts_with("internal:")
    {
        Failure::ServerError
    } else {
        Failure::Permanent(without_quotes(description))
    }
}

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
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_told_apart_whatever_their_case() {
        let permanent = |text: &str| Failure::Permanent(text.to_owned());
        let table = [
            ("Too Many Requests: retry after 17", Failure::RetryAfter(17)),
            ("Flood control exceeded", Failure::RetryAfter(5)),
            (
                "Forbidden: bot was blocked by the user",
                Failure::Unreachable,
            ),
            ("Forbidden: user is deactivated", Failure::Unreachable),
            (
                "Forbidden: bot can't initiate conversation with a user",
                Failure::Unreachable,
            ),
            (
                "Forbidden: bot can't send messages to bots",
                Failure::Unreachable,
            ),
            ("Bad Request: chat not found", Failure::Unreachable),
            (
                "Forbidden: bot was kicked from the group chat",
                Failure::Unreachable,
            ),
            (
                "Bad Request: not enough rights to send text messages to the chat",
                Failure::Unreachable,
            ),
            (
                "Bad Request: message is not modified: specified new message content and reply markup \
                 are exactly the same as a current content and reply markup of the message",
                Failure::NotModified,
            ),
            (
                "Bad Request: message to edit not found",
                Failure::MessageGone,
            ),
            (
                "Bad Request: message to copy not found",
                Failure::MessageGone,
            ),
            (
                "Bad Request: message to delete not found",
                Failure::MessageGone,
            ),
            (
                "Bad Request: message to be replied not found",
                Failure::MessageGone,
            ),
            ("Bad Request: message can't be edited", Failure::MessageGone),
            ("Bad Request: message can't be copied", Failure::MessageGone),
            ("Bad Request: MESSAGE_ID_INVALID", Failure::MessageGone),
            (
                "Bad Request: can't parse entities: entity at byte offset 3",
                Failure::EntitiesRefused,
            ),
            (
                "Bad Request: ENTITY_BOUNDS_INVALID",
                Failure::EntitiesRefused,
            ),
            (
                "Conflict: terminated by other getUpdates request; make sure that only one bot \
                 instance is running",
                Failure::OtherPoller,
            ),
            (
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to \
                 delete the webhook first",
                Failure::WebhookSet,
            ),
            ("Unauthorized", Failure::TokenRefused),
            ("Internal Server Error", Failure::ServerError),
            ("Bad Gateway", Failure::ServerError),
            (
                "Bad Request: message is too long",
                permanent("Bad Request: message is too long"),
            ),
            (
                "Request Entity Too Large",
                permanent("Request Entity Too Large"),
            ),
            (
                "Bad Request: BUTTON_DATA_INVALID",
                permanent("Bad Request: BUTTON_DATA_INVALID"),
            ),
            (
                "Bad Request: message text is empty",
                permanent("Bad Request: message text is empty"),
            ),
        ];
        for (text, expected) in table {
            for text in [text.to_owned(), text.to_uppercase(), text.to_lowercase()] {
                match (by_text(&text), &expected) {
                    (Failure::Permanent(kept), Failure::Permanent(_)) => assert_eq!(kept, text),
                    (found, expected) => assert_eq!(found, *expected, "{text}"),
                }
            }
        }
    }

    #[test]
    fn errors_of_the_library_are_told_apart() {
        let api = |text: &str| {
            let error = serde_json::from_value(serde_json::json!(text)).unwrap();
            classify(&RequestError::Api(error))
        };
        assert_eq!(api("Unauthorized"), Failure::TokenRefused);
        assert_eq!(
            api("Forbidden: bot was blocked by the user"),
            Failure::Unreachable
        );
        assert_eq!(
            api("Bad Request: message to copy not found"),
            Failure::MessageGone
        );
        assert_eq!(api("Internal Server Error"), Failure::ServerError);
        assert_eq!(
            classify(&RequestError::RetryAfter(
                teloxide_core::types::Seconds::from_seconds(9)
            )),
            Failure::RetryAfter(9)
        );
    }

    #[test]
    fn a_reason_quotes_nobody_and_ends() {
        let reason = without_quotes("Bad Request: can't use \"my secret\" or 'this one' here");
        assert_eq!(reason, "Bad Request: can't use … or … here");
        assert!(!without_quotes("an open 'quote with words").contains("words"));
        assert_eq!(
            without_quotes(&"ы".repeat(500)).chars().count(),
            LONGEST_REASON
        );
    }
}
