//! What the server refuses: every request with the code and the words that Telegram has for it.

use chrono::{DateTime, TimeDelta};
use frontdesk_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::support::{Bot, met};

mod changing;
mod places;
mod texts;

/// Who never wrote to the bot.
const STRANGER: i64 = 202;
/// Whom nobody knows.
const NOBODY: i64 = 999;

/// A method, its parameters, and the code and the words of the refusal.
type Row = (&'static str, Value, u16, &'static str);

/// Makes every call of the table, in each of which nothing may be done.
async fn refuse_all(sandbox: &Sandbox, bot: &Bot, table: Vec<Row>) {
    let before = sandbox.person(101).messages();
    for (method, params, code, words) in table {
        let refused = bot.refused(method, params.clone()).await;
        assert_eq!(refused, (code, words.to_owned()), "{method} {params}");
    }
    assert_eq!(
        sandbox.person(101).messages(),
        before,
        "nothing of it was done"
    );
}

#[actix_web::test]
async fn at_the_limit_it_is_taken() {
    let (sandbox, bot) = met().await;
    bot.say(101, &"👋".repeat(2_048)).await;
    bot.say(101, &format!("  {}  ", "x".repeat(4_096))).await;
    let html = json!({
        "chat_id": 101, "text": format!("<b>{}</b>", "x".repeat(4_096)), "parse_mode": "HTML",
    });
    bot.call("sendMessage", html).await;
    let button = json!([[{ "text": "b", "callback_data": "x".repeat(64) }]]);
    let hundred: Vec<Value> = vec![button[0].clone(); 100];
    let params =
        json!({ "chat_id": 101, "text": "menu", "reply_markup": { "inline_keyboard": hundred } });
    bot.call("sendMessage", params).await;
    let edge = json!({
        "chat_id": 101, "text": "a👋b",
        "entities": [{ "type": "bold", "offset": 1, "length": 2 }, { "type": "italic", "offset": 0, "length": 4 }],
    });
    let sent = bot.call("sendMessage", edge).await;
    assert_eq!(
        sent["entities"],
        json!([{ "type": "italic", "offset": 0, "length": 4 }, { "type": "bold", "offset": 1, "length": 2 }])
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_wrong_token_is_unauthorized() {
    let (sandbox, mut bot) = met().await;
    bot.base.push('x');
    assert_eq!(
        bot.refused("getMe", json!({})).await,
        (401, "Unauthorized".to_owned())
    );
    assert_eq!(sandbox.calls().len(), 0, "it is nobody's call");
    sandbox.stop().await;
}

#[actix_web::test]
async fn after_48_hours_nothing_is_deleted_but_own_messages_are_edited() {
    let (sandbox, bot) = met().await;
    let at = |hours| {
        DateTime::from_timestamp(1_800_000_000, 0).expect("a date") + TimeDelta::hours(hours)
    };
    sandbox.set_clock(move || at(0));
    let said = bot.say(101, "said").await;
    let dice = bot.call("sendDice", json!({ "chat_id": 101 })).await["message_id"].clone();
    let heard = sandbox.person(101).text("heard");
    let delete = |id: Value| json!({ "chat_id": 101, "message_id": id });
    let cannot = (
        400,
        "Bad Request: message can't be deleted for everyone".to_owned(),
    );
    assert_eq!(
        bot.refused("deleteMessage", delete(dice.clone())).await,
        cannot,
        "a fresh dice stays"
    );
    sandbox.set_clock(move || at(48));
    bot.call("deleteMessage", delete(dice)).await;
    bot.call("deleteMessage", delete(json!(heard))).await;
    sandbox.set_clock(move || at(49));
    assert_eq!(
        bot.refused("deleteMessage", delete(json!(said))).await,
        cannot
    );
    let edit = json!({ "chat_id": 101, "message_id": said, "text": "better said" });
    bot.call("editMessageText", edit).await;
    assert_eq!(sandbox.person(101).messages().len(), 2);
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_query_can_be_answered_for_150_seconds() {
    let (sandbox, bot) = met().await;
    let at = |seconds: i64| DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("a date");
    sandbox.set_clock(move || at(0));
    let menu = bot.ask(101, "Menu", &[&["One=1"]]).await;
    let anna = sandbox.person(101);
    let (early, late) = (anna.press(menu, "1"), anna.press(menu, "1"));
    sandbox.set_clock(move || at(149));
    let long = json!({ "callback_query_id": early, "text": "x".repeat(201) });
    assert_eq!(
        bot.refused("answerCallbackQuery", long).await.1,
        "Bad Request: MESSAGE_TOO_LONG"
    );
    bot.call(
        "answerCallbackQuery",
        json!({ "callback_query_id": early, "text": "x".repeat(200) }),
    )
    .await;
    sandbox.set_clock(move || at(150));
    assert_eq!(
        bot.refused("answerCallbackQuery", json!({ "callback_query_id": late }))
            .await
            .1,
        "Bad Request: query is too old and response timeout expired or query ID is invalid"
    );
    sandbox.stop().await;
}
