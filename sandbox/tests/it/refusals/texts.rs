//! Refused texts, entities and keyboards.

use serde_json::{Value, json};

use super::{Row, refuse_all};
use crate::support::met;

#[actix_web::test]
async fn texts_entities_and_keyboards() {
    let (sandbox, bot) = met().await;
    let text = |text: &str| json!({ "chat_id": 101, "text": text });
    let entities =
        |entities: Value| json!({ "chat_id": 101, "text": "a👋b", "entities": entities });
    let html = |text: &str| json!({ "chat_id": 101, "text": text, "parse_mode": "HTML" });
    let markup = |markup: Value| json!({ "chat_id": 101, "text": "menu", "reply_markup": markup });
    let one_button = |button: Value| markup(json!({ "inline_keyboard": [[button]] }));
    let many: Vec<Value> = (0..101)
        .map(|no| json!([{ "text": "b", "callback_data": no.to_string() }]))
        .collect();

    let table: Vec<Row> = vec![
        // Texts and their entities.
        (
            "sendMessage",
            text(""),
            400,
            "Bad Request: message text is empty",
        ),
        (
            "sendMessage",
            text(" \n "),
            400,
            "Bad Request: text must be non-empty",
        ),
        (
            "sendMessage",
            text(&"я".repeat(4_097)),
            400,
            "Bad Request: message is too long",
        ),
        (
            "sendMessage",
            text(&"👋".repeat(2_049)),
            400,
            "Bad Request: message is too long",
        ),
        (
            "sendMessage",
            text(&"x".repeat(40_000)),
            400,
            "Bad Request: text is too long",
        ),
        (
            "sendMessage",
            entities(json!([{ "type": "bold", "offset": 0, "length": 5 }])),
            400,
            "Bad Request: entity beginning at UTF-16 offset 0 ends after the end of the text at UTF-16 offset 5",
        ),
        (
            "sendMessage",
            entities(json!([{ "type": "bold", "offset": 5, "length": 1 }])),
            400,
            "Bad Request: entity begins after the end of the text at UTF-16 offset 5",
        ),
        (
            "sendMessage",
            entities(json!([{ "type": "bold", "offset": 2, "length": 1 }])),
            400,
            "Bad Request: entity begins in a middle of a UTF-16 symbol at byte offset 5",
        ),
        (
            "sendMessage",
            entities(json!([{ "type": "bold", "offset": 0, "length": 2 }])),
            400,
            "Bad Request: entity beginning at UTF-16 offset 0 ends in a middle of a UTF-16 symbol at byte offset 5",
        ),
        (
            "sendMessage",
            entities(json!([{ "type": "bold", "offset": -1, "length": 2 }])),
            400,
            "Bad Request: receive an entity with incorrect offset -1",
        ),
        (
            "sendMessage",
            entities(json!([{ "type": "huge", "offset": 0, "length": 1 }])),
            400,
            "Bad Request: can't parse MessageEntity: Unsupported type specified",
        ),
        (
            "sendMessage",
            entities(json!([{ "type": "text_link", "offset": 0, "length": 1 }])),
            400,
            "Bad Request: can't parse MessageEntity: Can't find field \"url\"",
        ),
        (
            "sendMessage",
            html("a <b"),
            400,
            "Bad Request: can't parse entities: Unclosed start tag at byte offset 2",
        ),
        (
            "sendMessage",
            html("<h1>a</h1>"),
            400,
            "Bad Request: can't parse entities: Unsupported start tag \"h1\" at byte offset 0",
        ),
        (
            "sendMessage",
            html("<b>a"),
            400,
            "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            "sendMessage",
            html("<b>a</i>"),
            400,
            "Bad Request: can't parse entities: Unmatched end tag at byte offset 4, expected \"</b>\", found \"</i>\"",
        ),
        (
            "sendMessage",
            json!({ "chat_id": 101, "text": "a", "parse_mode": "Word" }),
            400,
            "Bad Request: unsupported parse_mode",
        ),
        // Keyboards.
        (
            "sendMessage",
            one_button(json!({ "text": "b", "callback_data": "я".repeat(33) })),
            400,
            "Bad Request: BUTTON_DATA_INVALID",
        ),
        (
            "sendMessage",
            one_button(json!({ "text": "", "callback_data": "a" })),
            400,
            "Bad Request: inline keyboard button text must be non-empty",
        ),
        (
            "sendMessage",
            one_button(json!({ "text": "b", "callback_data": "" })),
            400,
            "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            "sendMessage",
            one_button(json!({ "callback_data": "a" })),
            400,
            "Bad Request: can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            "sendMessage",
            markup(json!({ "inline_keyboard": many })),
            400,
            "Bad Request: reply markup is too long",
        ),
        (
            "sendMessage",
            markup(json!("{")),
            400,
            "Bad Request: can't parse reply keyboard markup JSON object",
        ),
        (
            "sendMessage",
            markup(json!([])),
            400,
            "Bad Request: object expected as reply markup",
        ),
        (
            "sendMessage",
            markup(json!({ "inline_keyboard": [{}] })),
            400,
            "Bad Request: field \"inline_keyboard\" of the InlineKeyboardMarkup must be an Array of Arrays",
        ),
    ];
    refuse_all(&sandbox, &bot, table).await;
    sandbox.stop().await;
}
