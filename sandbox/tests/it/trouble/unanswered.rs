//! Calls that are done and not answered, or answered late or with garbage, and copies with gaps.

use std::time::Duration;

use frontdesk_sandbox::{Fault, FaultRule, Garbage, Outgoing, Trouble};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{LIMIT, met};

/// Long enough for an answer to come if one did.
const WHILE: Duration = Duration::from_millis(100);

#[actix_web::test]
async fn a_call_can_hang_for_a_while_done_or_not() {
    let (sandbox, bot) = met().await;
    sandbox.fail_next("sendMessage", None, Fault::HangFor { millis: 1 }, 1);
    sandbox.fail_next("sendMessage", None, Fault::HangAfterFor { millis: 1 }, 1);
    for text in ["not done", "done"] {
        let params = json!({ "chat_id": 101, "text": text });
        let cut = timeout(LIMIT, bot.try_call("sendMessage", params)).await;
        let error = cut.expect("in time").expect_err("no answer");
        assert_eq!(error.status(), None);
    }
    sandbox.fail_next("sendMessage", None, Fault::HangAfter, 1);
    let params = json!({ "chat_id": 101, "text": "done, too" });
    let mut hanging = Box::pin(bot.try_call("sendMessage", params));
    assert!(timeout(WHILE, &mut hanging).await.is_err());
    sandbox
        .wait_until(LIMIT, |sandbox| sandbox.calls().len() == 3)
        .await
        .expect("the call is recorded while it hangs");
    bot.say(101, "after it").await;
    assert_eq!(
        sandbox.person(101).transcript().after(1).to_string(),
        "< done\n< done, too\n< after it"
    );
    let statuses: Vec<u16> = sandbox.calls().iter().map(|call| call.status).collect();
    assert_eq!(statuses, [0, 200, 200, 200]);
    sandbox.stop().await;
    assert!(hanging.await.is_err());
}

#[actix_web::test]
async fn garbage_is_no_answer_and_the_call_is_done() {
    let (sandbox, bot) = met().await;
    for (garbage, status) in [
        (Garbage::NotJson, 200),
        (Garbage::Truncated, 200),
        (Garbage::Html, 502),
    ] {
        sandbox.fail_next("*", None, Fault::Garbage(garbage), 1);
        let text = format!("Привет, {garbage:?}");
        let request = bot.http.post(format!("{}/sendMessage", bot.base));
        let request = request.json(&json!({ "chat_id": 101, "text": text }));
        let response = request.send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), status);
        let body = response.bytes().await.expect("a body");
        assert!(!body.is_empty());
        assert!(serde_json::from_slice::<Value>(&body).is_err(), "{body:?}");
        let seen = sandbox.person(101).last_from_bot().expect("it is done");
        assert_eq!(seen.text, text);
        let call = sandbox.calls().pop().expect("a call");
        assert_eq!(call.trouble, Some(Trouble::Fault(Fault::Garbage(garbage))));
        assert_eq!(call.answer["result"]["text"], text);
    }
    sandbox.stop().await;
}

#[actix_web::test]
async fn updates_survive_an_answer_that_cannot_be_read() {
    let (sandbox, bot) = met().await;
    sandbox.person(101).text("precious");
    let garbled = Fault::Garbage(Garbage::Truncated);
    sandbox.fail_next("getUpdates", None, garbled, 1);
    assert!(bot.try_call("getUpdates", json!({})).await.is_err());
    assert_eq!(bot.drain().await[0]["message"]["text"], "precious");
    let calls = sandbox.calls();
    assert_eq!(
        calls.len(),
        1,
        "a poll in trouble is recorded, others are not"
    );
    assert_eq!(calls[0].method, "getUpdates");
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_copy_of_several_leaves_some_out_in_silence() {
    let (sandbox, bot) = met().await;
    let album = vec![Outgoing::photo(), Outgoing::photo(), Outgoing::photo()];
    let ids = sandbox.person(101).album(album);
    let copy = json!({ "chat_id": 102, "from_chat_id": 101, "message_ids": ids });
    let skip = |messages: Vec<i64>| Fault::SkipMessages { messages };

    sandbox.fail_next("*", None, skip(vec![ids[0], 999_999]), 1);
    bot.say(102, "the fault is not about this call").await;
    let copied = bot.call("copyMessages", copy.clone()).await;
    assert_eq!(copied.as_array().expect("an array").len(), 2);
    sandbox.fail_next("*", None, skip(Vec::new()), 1);
    let forwarded = bot.call("forwardMessages", copy.clone()).await;
    assert_eq!(forwarded.as_array().expect("an array").len(), 2);
    sandbox.fail_next("*", None, skip(ids.clone()), 1);
    let (status, words) = bot.refused("copyMessages", copy.clone()).await;
    assert_eq!(
        (status, words.as_str()),
        (400, "Bad Request: there are no messages to forward")
    );
    let copied = bot.call("copyMessages", copy).await;
    assert_eq!(copied.as_array().expect("an array").len(), 3);
    assert_eq!(
        sandbox.calls()[1].params["message_ids"],
        json!(ids),
        "the record shows what was asked"
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_delay_holds_up_its_call_alone_and_adds_to_other_faults() {
    let (sandbox, bot) = met().await;
    let slow = Fault::Delay {
        millis: 600_000,
        jitter_millis: 0,
    };
    sandbox.add_fault(FaultRule::on("sendMessage", slow).chat(101));
    let params = json!({ "chat_id": 101, "text": "slow" });
    let mut delayed = Box::pin(bot.try_call("sendMessage", params));
    assert!(timeout(WHILE, &mut delayed).await.is_err());
    bot.say(102, "fast").await;
    assert_eq!(sandbox.person(101).messages().len(), 1, "not done yet");
    sandbox.clear_faults();

    let delays = |seed: u64| {
        let (sandbox, bot) = (&sandbox, &bot);
        async move {
            sandbox.clear_faults();
            let before = sandbox.calls().len();
            for (millis, jitter_millis) in [(1, 0), (1, 10)] {
                let delay = Fault::Delay {
                    millis,
                    jitter_millis,
                };
                sandbox.add_fault(FaultRule::on("sendMessage", delay).seed(seed));
            }
            sandbox.fail_next("sendMessage", None, Fault::ServerError(500), 1);
            for status in [500, 200, 200, 200, 200, 200, 200, 200] {
                let params = json!({ "chat_id": 102, "text": "hello" });
                let told = bot.try_call("sendMessage", params).await.expect("one").0;
                assert_eq!(told, status);
            }
            let calls = sandbox.calls();
            let millis = calls[before..].iter().map(|call| call.delay_millis);
            millis.collect::<Vec<u64>>()
        }
    };
    let drawn = delays(3).await;
    assert!(
        drawn.iter().all(|millis| (2..=12).contains(millis)),
        "{drawn:?}"
    );
    assert!(drawn.iter().any(|millis| *millis != drawn[0]), "{drawn:?}");
    assert_eq!(delays(3).await, drawn);
    sandbox.stop().await;
}
