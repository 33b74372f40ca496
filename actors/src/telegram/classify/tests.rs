//! One table of all that can come back, or not come back, and what it means.

use serde_json::{Value, json};

use super::*;

fn permanent(text: &str) -> Failure {
    Failure::Permanent(text.to_owned())
}

fn refusal(code: u16, description: &str) -> Value {
    json!({"ok": false, "error_code": code, "description": description})
}

fn told_apart(status: u16, body: &str) -> Failure {
    of_answer::<IgnoredAny>(status, body.as_bytes())
        .map(|_| ())
        .unwrap_err()
}

#[test]
fn refusals_are_told_apart_whatever_the_case_of_their_words() {
    use Failure::{
        EntitiesRefused, MessageGone, NotModified, OtherPoller, RetryAfter, ServerError,
        TokenRefused, Uncertain, Unreachable, WebhookSet,
    };
    let table = [
        (429, "Too Many Requests: retry after 17", RetryAfter(17)),
        (429, "Too Many Requests", RetryAfter(5)),
        (429, "", RetryAfter(5)),
        (420, "FLOOD_WAIT_33", RetryAfter(33)),
        (400, "Flood control exceeded", RetryAfter(5)),
        (403, "Forbidden: bot was blocked by the user", Unreachable),
        (400, "Bad Request: USER_IS_BLOCKED", Unreachable),
        (403, "Forbidden: user is deactivated", Unreachable),
        (400, "Bad Request: INPUT_USER_DEACTIVATED", Unreachable),
        (
            403,
            "Forbidden: bot can't initiate conversation with a user",
            Unreachable,
        ),
        (
            403,
            "Forbidden: bot can't send messages to bots",
            Unreachable,
        ),
        (400, "Bad Request: chat not found", Unreachable),
        (400, "Bad Request: PEER_ID_INVALID", Unreachable),
        (
            403,
            "Forbidden: bot was kicked from the group chat",
            Unreachable,
        ),
        (
            400,
            "Bad Request: not enough rights to send text messages to the chat",
            Unreachable,
        ),
        (403, "Forbidden: the group chat was deleted", Unreachable),
        (403, "Forbidden: something new", Unreachable),
        (
            400,
            "Bad Request: message is not modified: specified new message content and reply markup \
             are exactly the same as a current content and reply markup of the message",
            NotModified,
        ),
        (400, "Bad Request: message to edit not found", MessageGone),
        (400, "Bad Request: message to copy not found", MessageGone),
        (400, "Bad Request: message to delete not found", MessageGone),
        (
            400,
            "Bad Request: message to be replied not found",
            MessageGone,
        ),
        (400, "Bad Request: message can't be edited", MessageGone),
        (400, "Bad Request: message can't be copied", MessageGone),
        (
            400,
            "Bad Request: message can't be deleted for everyone",
            MessageGone,
        ),
        (
            400,
            "Bad Request: there are no messages to copy",
            MessageGone,
        ),
        (400, "Bad Request: MESSAGE_ID_INVALID", MessageGone),
        (
            400,
            "Bad Request: can't parse entities: entity at byte offset 3",
            EntitiesRefused,
        ),
        (
            400,
            "Bad Request: can't find end of the entity starting at byte offset 9",
            EntitiesRefused,
        ),
        (400, "Bad Request: ENTITY_BOUNDS_INVALID", EntitiesRefused),
        (
            409,
            "Conflict: terminated by other getUpdates request; make sure that only one bot \
             instance is running",
            OtherPoller,
        ),
        (
            409,
            "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to \
             delete the webhook first",
            WebhookSet,
        ),
        (401, "Unauthorized", TokenRefused),
        (404, "Not Found", TokenRefused),
        (500, "Internal Server Error", ServerError),
        (500, "Internal: something went wrong", ServerError),
        (502, "Bad Gateway", ServerError),
        (503, "Service Unavailable", ServerError),
        (504, "Gateway Timeout", Uncertain),
        (408, "Request Timeout", Uncertain),
        (777, "a code from the future", Uncertain),
    ];
    for (code, text, expected) in table {
        for text in [text.to_owned(), text.to_uppercase(), text.to_lowercase()] {
            let found = told_apart(code, &refusal(code, &text).to_string());
            assert_eq!(found, expected, "{code} {text}");
        }
    }
}

#[test]
fn what_is_refused_for_good_keeps_telegrams_words() {
    let table = [
        (400, "Bad Request: message is too long"),
        (400, "Bad Request: message text is empty"),
        (400, "Bad Request: BUTTON_DATA_INVALID"),
        (400, "Bad Request: VOICE_MESSAGES_FORBIDDEN"),
        (
            400,
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
        ),
        (404, "Not Found: method not found"),
        (413, "Request Entity Too Large"),
        (418, "a refusal from the future"),
    ];
    for (code, text) in table {
        let found = told_apart(code, &refusal(code, text).to_string());
        assert_eq!(found, permanent(text));
    }
}

#[test]
fn the_fields_of_a_refusal_come_before_its_words() {
    let table = [
        (
            json!({"ok": false, "error_code": 429, "description": "Too Many Requests: retry after 9",
                   "parameters": {"retry_after": 1128}}),
            Failure::RetryAfter(1128),
        ),
        (
            json!({"ok": false, "error_code": 400,
                   "description": "Bad Request: group chat was upgraded to a supergroup chat",
                   "parameters": {"migrate_to_chat_id": -1_001_234_567_890_i64}}),
            Failure::Moved(ChatId(-1_001_234_567_890)),
        ),
        // A field that is new, and no code: the status counts.
        (
            json!({"ok": false, "description": "Forbidden", "parameters": {"new": []}}),
            Failure::Unreachable,
        ),
    ];
    for (body, expected) in table {
        assert_eq!(told_apart(403, &body.to_string()), expected, "{body}");
    }
}

#[test]
fn an_answer_that_cannot_be_read_is_uncertain() {
    let table = [
        (200, "", Failure::Uncertain),
        (
            200,
            "<html>Log in to the network</html>",
            Failure::Uncertain,
        ),
        (200, r#"{"ok":true,"result":{"message_"#, Failure::Uncertain),
        (200, r#"{"ok":true}"#, Failure::Uncertain),
        (200, "[]", Failure::Uncertain),
        (302, "", Failure::Uncertain),
        (502, "<html>502 Bad Gateway</html>", Failure::Uncertain),
        (504, "<html>504 Gateway Time-out</html>", Failure::Uncertain),
        (429, "<html>slow down</html>", Failure::RetryAfter(5)),
        (413, "<html></html>", permanent("the request is too large")),
    ];
    for (status, body, expected) in table {
        assert_eq!(told_apart(status, body), expected, "{status} {body}");
    }
    // Done, and not what was asked for.
    let found = of_answer::<Vec<i64>>(200, br#"{"ok":true,"result":{"message_id":1}}"#);
    assert_eq!(found, Err(Failure::Uncertain));
}

#[test]
fn what_was_asked_for_is_read() {
    let found = of_answer::<Vec<i64>>(200, br#"{"ok":true,"result":[1,2],"new":{}}"#);
    assert_eq!(found, Ok(vec![1, 2]));
    assert!(of_answer::<IgnoredAny>(200, br#"{"ok":true,"result":true}"#).is_ok());
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
