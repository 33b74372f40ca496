//! Faults planned for the next calls.

use std::time::Duration;

use frontdesk_sandbox::Fault;
use serde_json::json;
use tokio::time::timeout;

use crate::support::met;

#[actix_web::test]
async fn too_many_requests_says_how_long_to_wait() {
    let (sandbox, bot) = met().await;
    sandbox.fail_next(
        "sendMessage",
        Some(101),
        Fault::TooManyRequests { retry_after: 7 },
        2,
    );
    let hello = |chat: i64| json!({ "chat_id": chat, "text": "hello" });
    bot.call("sendMessage", hello(102)).await;
    bot.call(
        "sendChatAction",
        json!({ "chat_id": 101, "action": "typing" }),
    )
    .await;
    for _ in 0..2 {
        let (status, answer) = bot
            .try_call("sendMessage", hello(101))
            .await
            .expect("an answer");
        assert_eq!(status, 429);
        assert_eq!(
            answer,
            json!({
                "ok": false, "error_code": 429, "description": "Too Many Requests: retry after 7",
                "parameters": { "retry_after": 7 },
            })
        );
    }
    bot.call("sendMessage", hello(101)).await;
    assert_eq!(
        sandbox.person(101).messages().len(),
        2,
        "a refused call does nothing"
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn server_errors_and_refusals_come_in_order() {
    let (sandbox, bot) = met().await;
    let refuse = Fault::Refuse {
        code: 400,
        description: "Bad Request: TOPIC_CLOSED".to_owned(),
    };
    sandbox.fail_next("*", None, Fault::ServerError(502), 1);
    sandbox.fail_next("getMe", None, refuse, 1);
    bot.updates(0).await;
    assert_eq!(
        bot.refused("getMe", json!({})).await,
        (502, "Bad Gateway".to_owned())
    );
    assert_eq!(
        bot.refused("getMe", json!({})).await,
        (400, "Bad Request: TOPIC_CLOSED".to_owned())
    );
    bot.call("getMe", json!({})).await;
    let calls = sandbox.calls();
    let told: Vec<(u64, bool, u16)> = calls
        .iter()
        .map(|call| (call.no, call.ok, call.status))
        .collect();
    assert_eq!(told, [(1, false, 502), (2, false, 400), (3, true, 200)]);
    assert_eq!(calls[2].answer["result"]["username"], "frontdesk_demo_bot");
    assert_eq!(sandbox.calls_after(2).len(), 1);
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_cut_before_does_nothing_and_a_cut_after_does_it() {
    let (sandbox, bot) = met().await;
    let anna = sandbox.person(101);
    sandbox.fail_next("sendMessage", None, Fault::CutBefore, 1);
    sandbox.fail_next("sendMessage", None, Fault::CutAfter, 1);
    let mut left = Vec::new();
    for text in ["one", "two", "three"] {
        let params = json!({ "chat_id": 101, "text": text });
        let outcome = bot.try_call("sendMessage", params).await;
        // Nothing of an answer came, not even a status.
        left.push(outcome.map_err(|error| error.status()));
    }
    assert_eq!(left[0], Err(None));
    assert_eq!(left[1], Err(None));
    assert!(left[2].is_ok());
    assert_eq!(anna.transcript().after(1).to_string(), "< two\n< three");
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_call_that_hangs_never_ends_and_holds_up_nothing() {
    let (sandbox, bot) = met().await;
    sandbox.fail_next("getMe", None, Fault::Hang, 1);
    let mut hanging = Box::pin(bot.try_call("getMe", json!({})));
    assert!(
        timeout(Duration::from_millis(100), &mut hanging)
            .await
            .is_err()
    );
    bot.call("getMe", json!({})).await;
    assert!(
        timeout(Duration::from_millis(10), &mut hanging)
            .await
            .is_err()
    );
    sandbox.stop().await;
    assert!(hanging.await.is_err(), "the end of the server ends it");
}

#[actix_web::test]
async fn updates_survive_an_answer_that_is_cut_off() {
    let (sandbox, bot) = met().await;
    sandbox.person(101).text("precious");
    sandbox.fail_next("getUpdates", None, Fault::CutAfter, 1);
    assert!(
        bot.try_call("getUpdates", json!({ "offset": 0 }))
            .await
            .is_err()
    );
    let updates = bot.drain().await;
    assert_eq!(updates[0]["message"]["text"], "precious");
    sandbox.stop().await;
}
