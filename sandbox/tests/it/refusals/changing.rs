//! Refused edits, deletions, copies, answers, reactions and commands.

use frontdesk_sandbox::Outgoing;
use serde_json::{Value, json};

use super::{NOBODY, Row, STRANGER, refuse_all};
use crate::support::{keyboard, met};

#[actix_web::test]
async fn edits_deletions_and_copies() {
    let (sandbox, bot) = met().await;
    let anna = sandbox.person(101);
    let words = anna.text("my words");
    let photo = anna.send(Outgoing::photo().caption("a photo"));
    let photo_id = anna
        .messages()
        .pop()
        .expect("it")
        .file_id()
        .expect("its file")
        .to_owned();
    anna.send(Outgoing::voice());
    let voice_id = anna
        .messages()
        .pop()
        .expect("it")
        .file_id()
        .expect("its file")
        .to_owned();
    let story = anna.send(Outgoing::other("story", json!({ "id": 1 })));
    let said = bot.ask(101, "said", &[&["A=a"]]).await;
    let send = |method: &'static str, params: Value| {
        let sent = bot.call(method, params);
        async move { sent.await["message_id"].clone() }
    };
    let shown = send("sendPhoto", json!({ "chat_id": 101, "photo": photo_id })).await;
    let spoken = send("sendVoice", json!({ "chat_id": 101, "voice": voice_id })).await;
    let copy = |id: i64| json!({ "chat_id": 101, "from_chat_id": 101, "message_id": id });
    let forwarded = send("forwardMessage", copy(words)).await;
    let edit = |id: &Value| json!({ "chat_id": 101, "message_id": id, "text": "new" });
    let item = json!({ "type": "photo", "media": photo_id });

    let table: Vec<Row> = vec![
        // Edits.
        (
            "editMessageText",
            edit(&json!(9_999)),
            400,
            "Bad Request: message to edit not found",
        ),
        (
            "editMessageText",
            edit(&json!(words)),
            400,
            "Bad Request: message can't be edited",
        ),
        (
            "editMessageText",
            edit(&forwarded),
            400,
            "Bad Request: message can't be edited",
        ),
        (
            "editMessageText",
            edit(&shown),
            400,
            "Bad Request: there is no text in the message to edit",
        ),
        (
            "editMessageText",
            json!({
                "chat_id": 101, "message_id": said, "text": " said ", "reply_markup": keyboard(&[&["A=a"]]),
            }),
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are exactly \
             the same as a current content and reply markup of the message",
        ),
        (
            "editMessageText",
            json!({ "chat_id": 101, "message_id": said, "text": "x", "reply_markup": { "keyboard": [["y"]] } }),
            400,
            "Bad Request: inline keyboard expected",
        ),
        (
            "editMessageText",
            json!({ "text": "x" }),
            400,
            "Bad Request: message identifier is not specified",
        ),
        (
            "editMessageCaption",
            json!({ "chat_id": 101, "message_id": said, "caption": "x" }),
            400,
            "Bad Request: there is no caption in the message to edit",
        ),
        (
            "editMessageMedia",
            json!({ "chat_id": 101, "message_id": spoken, "media": item }),
            400,
            "Bad Request: message media can't be edited",
        ),
        (
            "editMessageReplyMarkup",
            json!({ "chat_id": 101, "message_id": shown }),
            400,
            "Bad Request: message is not modified: specified new message content and reply markup are exactly \
             the same as a current content and reply markup of the message",
        ),
        // Deleting.
        (
            "deleteMessage",
            json!({ "chat_id": 101, "message_id": 9_999 }),
            400,
            "Bad Request: message to delete not found",
        ),
        (
            "deleteMessage",
            json!({ "chat_id": 101 }),
            400,
            "Bad Request: message identifier is not specified",
        ),
        (
            "deleteMessages",
            json!({ "chat_id": 101, "message_ids": [] }),
            400,
            "Bad Request: message identifiers are not specified",
        ),
        // Copies.
        (
            "copyMessage",
            copy(9_999),
            400,
            "Bad Request: message to copy not found",
        ),
        (
            "copyMessage",
            copy(story),
            400,
            "Bad Request: the message can't be copied",
        ),
        (
            "copyMessage",
            json!({ "chat_id": STRANGER, "from_chat_id": 101, "message_id": words }),
            403,
            "Forbidden: bot can't initiate conversation with a user",
        ),
        (
            "copyMessage",
            json!({ "chat_id": 101, "from_chat_id": NOBODY, "message_id": words }),
            400,
            "Bad Request: chat not found",
        ),
        (
            "forwardMessage",
            copy(9_999),
            400,
            "Bad Request: message to forward not found",
        ),
        (
            "copyMessages",
            json!({ "chat_id": 101, "from_chat_id": 101, "message_ids": [photo, words] }),
            400,
            "Bad Request: message identifiers must be in a strictly increasing order",
        ),
        (
            "copyMessages",
            json!({ "chat_id": 101, "from_chat_id": 101, "message_ids": [9_999] }),
            400,
            "Bad Request: there are no messages to forward",
        ),
        (
            "copyMessages",
            json!({ "chat_id": 101, "from_chat_id": 101, "message_ids": (1..=101).collect::<Vec<_>>() }),
            400,
            "Bad Request: too many message identifiers specified",
        ),
    ];
    refuse_all(&sandbox, &bot, table).await;
    sandbox.stop().await;
}

#[actix_web::test]
async fn answers_reactions_and_commands() {
    let (sandbox, bot) = met().await;
    let words = sandbox.person(101).text("my words");
    let react =
        |reaction: Value| json!({ "chat_id": 101, "message_id": words, "reaction": reaction });
    let command = |name: &str, description: &str| json!({ "commands": [{ "command": name, "description": description }] });
    let scope = |scope: Value| json!({ "commands": [], "scope": scope });

    let table: Vec<Row> = vec![
        // Presses, reactions, commands, polls.
        (
            "answerCallbackQuery",
            json!({ "callback_query_id": "1" }),
            400,
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
        ),
        (
            "setMessageReaction",
            react(json!([{ "type": "emoji", "emoji": "🧦" }])),
            400,
            "Bad Request: REACTION_INVALID",
        ),
        (
            "setMessageReaction",
            react(json!([{ "type": "emoji", "emoji": "👍" }, { "type": "emoji", "emoji": "👎" }])),
            400,
            "Bad Request: REACTIONS_TOO_MANY",
        ),
        (
            "setMessageReaction",
            json!({ "chat_id": 101, "message_id": 9_999, "reaction": [] }),
            400,
            "Bad Request: message to react not found",
        ),
        (
            "setMyCommands",
            command("Start", "x"),
            400,
            "Bad Request: BOT_COMMAND_INVALID",
        ),
        (
            "setMyCommands",
            command("", "x"),
            400,
            "Bad Request: command must be non-empty",
        ),
        (
            "setMyCommands",
            command("start", ""),
            400,
            "Bad Request: command description must be non-empty",
        ),
        (
            "setMyCommands",
            scope(json!({ "type": "chat", "chat_id": STRANGER })),
            400,
            "Bad Request: chat not found",
        ),
        (
            "setMyCommands",
            scope(json!({ "type": "planet" })),
            400,
            "Bad Request: can't parse BotCommandScope: Unsupported type specified",
        ),
        (
            "setMyCommands",
            scope(json!({ "type": "chat_member", "chat_id": 101, "user_id": 101 })),
            400,
            "Bad Request: can't use specified scope in private chats",
        ),
    ];
    refuse_all(&sandbox, &bot, table).await;
    sandbox.stop().await;
}
