//! The same over HTTP and JSON.

use serde_json::{Value, json};

use super::Clock;
use crate::support::{Bot, met};

/// Asks the interface for trouble.
async fn ask(bot: &Bot, method: reqwest::Method, path: &str, body: Value) -> (u16, Value) {
    let base = bot.base.rsplit_once("/bot").expect("an address").0;
    let request = bot.http.request(method, format!("{base}/sandbox/{path}"));
    let response = request.json(&body).send().await.expect("an answer");
    let status = response.status().as_u16();
    (status, response.json().await.expect("JSON"))
}

async fn trouble(bot: &Bot) -> Value {
    ask(bot, reqwest::Method::GET, "trouble", Value::Null)
        .await
        .1
}

#[actix_web::test]
async fn rules_are_added_listed_and_taken_away() {
    use reqwest::Method;
    let (sandbox, bot) = met().await;
    let nothing = json!({ "total": 0, "global": 0, "chats": {} });
    let quiet = trouble(&bot).await;
    assert_eq!(quiet["faults"], json!([]));
    assert_eq!(
        (&quiet["outage"], &quiet["limits"]),
        (&Value::Null, &Value::Null)
    );
    assert_eq!(quiet["earned"], nothing);

    let mut ids = Vec::new();
    for fault in [
        json!({ "too_many_requests": { "retry_after": 3 } }),
        json!({ "chat_flood": { "retry_after": 3 } }),
        json!({ "bot_flood": { "retry_after": 3 } }),
        json!({ "server_error": 502 }),
        json!({ "refuse": { "code": 403, "description": "Forbidden: no" } }),
        json!("cut_before"),
        json!("cut_after"),
        json!("hang"),
        json!({ "hang_for": { "millis": 5 } }),
        json!("hang_after"),
        json!({ "hang_after_for": { "millis": 5 } }),
        json!({ "garbage": "not_json" }),
        json!({ "garbage": "truncated" }),
        json!({ "garbage": "html" }),
        json!({ "skip_messages": { "messages": [1] } }),
        json!({ "delay": { "millis": 1 } }),
    ] {
        let rule = json!({ "methods": ["leaveChat", "get*"], "chat": 7, "fault": fault });
        let (status, added) = ask(&bot, Method::POST, "faults", rule).await;
        assert_eq!(status, 200, "{added}");
        ids.push(added["id"].as_u64().expect("an id"));
    }
    let listed = trouble(&bot).await["faults"].take();
    assert_eq!(listed.as_array().expect("an array").len(), ids.len());
    assert_eq!(
        listed[3],
        json!({
            "id": ids[3], "methods": ["leaveChat", "get*"], "chat": 7, "share": 1.0, "seed": 0,
            "times": null, "fault": { "server_error": 502 }, "seen": 0, "hits": 0,
        })
    );
    let first = format!("faults/{}", ids[0]);
    assert_eq!(ask(&bot, Method::DELETE, &first, Value::Null).await.0, 200);
    assert_eq!(ask(&bot, Method::DELETE, &first, Value::Null).await.0, 404);
    assert_eq!(
        ask(&bot, Method::DELETE, "faults", Value::Null).await.0,
        200
    );
    assert!(sandbox.faults().is_empty());

    let rule =
        json!({ "method": "sendMessage", "share": 1, "seed": 4, "times": 1, "fault": "cut_after" });
    ask(&bot, Method::POST, "faults", rule).await;
    assert_eq!(sandbox.faults()[0].rule.times, Some(1));
    let hello = json!({ "chat_id": 101, "text": "hello" });
    assert!(bot.try_call("sendMessage", hello).await.is_err());
    assert!(sandbox.faults().is_empty());
    let (_, log) = ask(&bot, Method::GET, "calls", Value::Null).await;
    assert_eq!(log["calls"][0]["trouble"], json!({ "fault": "cut_after" }));

    for wrong in [json!({}), json!({ "method": "getMe", "fault": "no such" })] {
        let (status, refused) = ask(&bot, Method::POST, "faults", wrong).await;
        assert_eq!(status, 400);
        assert!(refused["error"].is_string());
    }
    sandbox.stop().await;
}

#[actix_web::test]
async fn outages_and_limits_are_switched() {
    use reqwest::Method;
    let (sandbox, bot) = met().await;
    let clock = Clock::of(&sandbox);
    let outage = json!({ "kind": "wrong_token", "seconds": 60 });
    assert_eq!(ask(&bot, Method::POST, "outage", outage).await.0, 200);
    let shown = trouble(&bot).await;
    assert_eq!(
        shown["outage"],
        json!({ "kind": "wrong_token", "until": 1_800_000_060_000_i64 })
    );
    assert_eq!(shown["now"], 1_800_000_000_000_i64);
    assert_eq!(bot.refused("getMe", json!({})).await.0, 401);
    clock.forward(60_000);
    assert_eq!(trouble(&bot).await["outage"], Value::Null);
    ask(&bot, Method::POST, "outage", json!({ "kind": "cut" })).await;
    assert_eq!(
        trouble(&bot).await["outage"],
        json!({ "kind": "cut", "until": null })
    );
    assert_eq!(
        ask(&bot, Method::DELETE, "outage", Value::Null).await.0,
        200
    );
    bot.call("getMe", json!({})).await;

    let limits = json!({ "chat_burst": 1 });
    assert_eq!(ask(&bot, Method::POST, "limits", limits).await.0, 200);
    assert_eq!(
        trouble(&bot).await["limits"],
        json!({ "per_second": 30.0, "burst": 30, "chat_per_second": 1.0, "chat_burst": 1 })
    );
    bot.say(101, "one").await;
    let two = json!({ "chat_id": 101, "text": "two" });
    assert_eq!(bot.refused("sendMessage", two.clone()).await.0, 429);
    assert_eq!(
        trouble(&bot).await["earned"],
        json!({ "total": 1, "global": 0, "chats": { "101": 1 } })
    );
    assert_eq!(
        ask(&bot, Method::DELETE, "limits", Value::Null).await.0,
        200
    );
    bot.call("sendMessage", two).await;
    sandbox.stop().await;
}

#[actix_web::test]
async fn an_account_is_deleted() {
    let (sandbox, bot) = met().await;
    let gone = ask(
        &bot,
        reqwest::Method::POST,
        "people/101/deactivate",
        Value::Null,
    )
    .await;
    assert_eq!(gone.0, 200);
    let hello = json!({ "chat_id": 101, "text": "hello" });
    assert_eq!(
        bot.refused("sendMessage", hello).await,
        (403, "Forbidden: user is deactivated".to_owned())
    );
    let (_, chat) = ask(&bot, reqwest::Method::GET, "chats/101", Value::Null).await;
    assert_eq!(chat["deactivated"], true);
    sandbox.stop().await;
}
