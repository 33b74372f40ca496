//! Refused chats, files, albums and polls.

use frontdesk_sandbox::Outgoing;
use serde_json::{Value, json};

use super::{NOBODY, Row, STRANGER, refuse_all};
use crate::support::met;

#[actix_web::test]
async fn chats_files_and_albums() {
    let (sandbox, bot) = met().await;
    let anna = sandbox.person(101);
    anna.send(Outgoing::photo());
    let photo = anna.messages().pop().expect("it");
    let photo_id = photo.file_id().expect("its file");
    sandbox.person(102).deactivate();
    let deactivated = 102;
    let to = |chat: i64| json!({ "chat_id": chat, "text": "hello" });
    let media = |media: Value| json!({ "chat_id": 101, "media": media });
    let poll = |question: &str, options: Value| json!({ "chat_id": 101, "question": question, "options": options });
    let item = json!({ "type": "photo", "media": photo_id });

    let table: Vec<Row> = vec![
        // Chats and people.
        (
            "sendMessage",
            json!({ "text": "hello" }),
            400,
            "Bad Request: chat_id is empty",
        ),
        (
            "sendMessage",
            to(NOBODY),
            400,
            "Bad Request: chat not found",
        ),
        (
            "sendMessage",
            json!({ "chat_id": "@anna", "text": "a" }),
            400,
            "Bad Request: chat not found",
        ),
        (
            "sendMessage",
            to(STRANGER),
            403,
            "Forbidden: bot can't initiate conversation with a user",
        ),
        (
            "sendMessage",
            to(deactivated),
            403,
            "Forbidden: user is deactivated",
        ),
        (
            "sendChatAction",
            json!({ "chat_id": STRANGER, "action": "typing" }),
            403,
            "Forbidden: bot can't initiate conversation with a user",
        ),
        (
            "getChat",
            json!({ "chat_id": STRANGER }),
            400,
            "Bad Request: chat not found",
        ),
        (
            "leaveChat",
            json!({ "chat_id": 101 }),
            400,
            "Bad Request: chat member status can't be changed in private chats",
        ),
        (
            "sendMessage",
            json!({ "chat_id": 101, "text": "a", "message_thread_id": 5 }),
            400,
            "Bad Request: message thread not found",
        ),
        (
            "sendMessage",
            json!({ "chat_id": 101, "text": "a", "reply_parameters": { "message_id": 9_999 } }),
            400,
            "Bad Request: message to be replied not found",
        ),
        (
            "sendChatAction",
            json!({ "chat_id": 101, "action": "dancing" }),
            400,
            "Bad Request: wrong parameter action in request",
        ),
        // Files.
        (
            "sendPhoto",
            json!({ "chat_id": 101 }),
            400,
            "Bad Request: there is no photo in the request",
        ),
        (
            "sendVideoNote",
            json!({ "chat_id": 101 }),
            400,
            "Bad Request: there is no video note in the request",
        ),
        (
            "sendPhoto",
            json!({ "chat_id": 101, "photo": "AgAC" }),
            400,
            "Bad Request: wrong remote file identifier specified: Wrong string length",
        ),
        (
            "sendDocument",
            json!({ "chat_id": 101, "document": photo_id }),
            400,
            "Bad Request: can't use file of type Photo as Document",
        ),
        (
            "sendPhoto",
            json!({ "chat_id": 101, "photo": "https://example.org/a.jpg" }),
            400,
            "Bad Request: failed to get HTTP URL content",
        ),
        (
            "sendPhoto",
            json!({ "chat_id": 101, "photo": photo_id, "caption": "я".repeat(1_025) }),
            400,
            "Bad Request: message caption is too long",
        ),
        (
            "getFile",
            json!({}),
            400,
            "Bad Request: file_id not specified",
        ),
        (
            "getFile",
            json!({ "file_id": "x" }),
            400,
            "Bad Request: invalid file_id",
        ),
        // Albums.
        (
            "sendMediaGroup",
            media(json!(vec![item.clone(); 11])),
            400,
            "Bad Request: too many messages to send as an album",
        ),
        (
            "sendMediaGroup",
            media(json!([])),
            400,
            "Bad Request: there are no messages to send",
        ),
        (
            "sendMediaGroup",
            media(json!("[")),
            400,
            "Bad Request: can't parse media JSON object",
        ),
        (
            "sendMediaGroup",
            media(json!({})),
            400,
            "Bad Request: expected an Array of InputMedia",
        ),
        (
            "sendMediaGroup",
            media(json!([item, { "type": "animation", "media": photo_id }])),
            400,
            "Bad Request: can't parse InputMedia: type \"animation\" can't be used in sendMediaGroup",
        ),
        (
            "sendMediaGroup",
            media(json!([item, { "type": "photo" }])),
            400,
            "Bad Request: can't parse InputMedia: media not found",
        ),
        // Polls and places.
        (
            "sendPoll",
            poll("?", json!([])),
            400,
            "Bad Request: poll must have at least one answer option",
        ),
        (
            "sendPoll",
            poll("?", json!(vec!["x"; 13])),
            400,
            "Bad Request: poll can't have more than 12 options",
        ),
        (
            "sendPoll",
            poll("", json!(["x"])),
            400,
            "Bad Request: text must be non-empty",
        ),
        (
            "sendLocation",
            json!({ "chat_id": 101, "latitude": 1 }),
            400,
            "Bad Request: longitude is empty",
        ),
        // What is no method.
        ("sendEverything", json!({}), 404, "Not Found"),
    ];
    refuse_all(&sandbox, &bot, table).await;
    sandbox.stop().await;
}
