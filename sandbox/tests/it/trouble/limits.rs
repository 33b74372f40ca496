//! Limits like Telegram's, floods, and the count of 429s that a bot earned.

use frontdesk_sandbox::{Earned, Fault, FaultRule, Limits, Sandbox, Trouble};
use serde_json::{Value, json};

use super::Clock;
use crate::support::{Bot, met};

/// A bot under limits and the clock they go by.
async fn limited(limits: Limits) -> (Sandbox, Bot, Clock) {
    let (sandbox, bot) = met().await;
    let clock = Clock::of(&sandbox);
    sandbox.set_limits(Some(limits));
    (sandbox, bot, clock)
}

/// Sends to a chat; how long to wait if it is refused.
async fn send(bot: &Bot, chat: i64) -> Result<i64, u64> {
    call(
        bot,
        "sendMessage",
        json!({ "chat_id": chat, "text": "hello" }),
    )
    .await
    .map(|sent| sent["message_id"].as_i64().expect("an id"))
}

async fn call(bot: &Bot, method: &str, params: Value) -> Result<Value, u64> {
    let (status, mut answer) = bot.try_call(method, params).await.expect("an answer");
    match status {
        200 => Ok(answer["result"].take()),
        429 => {
            let seconds = answer["parameters"]["retry_after"].as_u64();
            let seconds = seconds.expect("a time");
            let words = format!("Too Many Requests: retry after {seconds}");
            assert_eq!(answer["description"], words);
            Err(seconds)
        }
        other => panic!("{method} was answered with {other}: {answer}"),
    }
}

#[actix_web::test]
async fn without_limits_a_bot_may_write_as_fast_as_it_can() {
    let (sandbox, bot) = met().await;
    let _stands_still = Clock::of(&sandbox);
    assert_eq!(sandbox.limits(), None);
    for _ in 0..50 {
        send(&bot, 101).await.expect("no limit");
    }
    assert_eq!(sandbox.earned(), Earned::default());
    sandbox.stop().await;
}

#[actix_web::test]
async fn one_chat_gets_a_burst_and_then_one_a_second() {
    let (sandbox, bot, clock) = limited(Limits::default()).await;
    for _ in 0..5 {
        send(&bot, 101).await.expect("within the burst");
    }
    assert_eq!(send(&bot, 101).await, Err(1));
    send(&bot, 102).await.expect("another chat");
    clock.forward(899);
    assert_eq!(send(&bot, 101).await, Err(1));
    clock.forward(1);
    let id = send(&bot, 101).await.expect("100 ms early is in time");
    clock.forward(900);
    assert_eq!(send(&bot, 101).await, Err(1), "but they do not add up");

    // An edit counts, a deletion and an action do not.
    clock.forward(100);
    let edit = json!({ "chat_id": 101, "message_id": id, "text": "changed" });
    call(&bot, "editMessageText", edit.clone())
        .await
        .expect("in time");
    assert_eq!(call(&bot, "editMessageText", edit).await, Err(2));
    let action = json!({ "chat_id": 101, "action": "typing" });
    call(&bot, "sendChatAction", action)
        .await
        .expect("no message");
    let old = json!({ "chat_id": 101, "message_id": id });
    call(&bot, "deleteMessage", old).await.expect("no message");
    for _ in 0..50 {
        bot.call("getMe", json!({})).await;
        bot.updates(0).await;
    }
    let earned = sandbox.earned();
    assert_eq!((earned.total, earned.global), (4, 0));
    assert_eq!(earned.chats.into_iter().collect::<Vec<_>>(), [(101, 4)]);
    let calls = sandbox.calls();
    let refused = calls.iter().filter(|call| call.status == 429);
    for call in refused {
        let retry_after = match call.method.as_str() {
            "editMessageText" => 2,
            _ => 1,
        };
        assert_eq!(call.trouble, Some(Trouble::Limit { retry_after }));
    }
    sandbox.stop().await;
}

#[actix_web::test]
async fn all_chats_together_have_a_limit_too() {
    let limits = Limits {
        per_second: 2.0,
        burst: 3,
        chat_per_second: 0.0,
        ..Limits::default()
    };
    let (sandbox, bot, clock) = limited(limits).await;
    for chat in [101, 102, 101] {
        send(&bot, chat).await.expect("within the burst");
    }
    assert_eq!(send(&bot, 102).await, Err(1));
    clock.forward(500);
    send(&bot, 102).await.expect("two a second");
    let press = |person: i64, message: i64| sandbox.person(person).try_press(message, "x");
    let message = sandbox.person(101).last_from_bot().expect("one").id;
    let query = press(101, message).expect("it was there");
    bot.call("answerCallbackQuery", json!({ "callback_query_id": query }))
        .await;
    let earned = sandbox.earned();
    assert_eq!((earned.total, earned.global, earned.chats.len()), (1, 1, 0));
    sandbox.set_limits(None);
    for _ in 0..50 {
        send(&bot, 101).await.expect("no limit any more");
    }
    assert_eq!(sandbox.earned().total, 1);
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_flood_refuses_a_chat_until_its_time_is_over() {
    let (sandbox, bot) = met().await;
    let clock = Clock::of(&sandbox);
    sandbox.fail_next("*", Some(101), Fault::ChatFlood { retry_after: 7 }, 1);
    assert_eq!(send(&bot, 101).await, Err(7));
    assert_eq!(sandbox.earned().total, 0, "this one came out of the blue");
    send(&bot, 102).await.expect("another chat");
    clock.forward(5_500);
    assert_eq!(send(&bot, 101).await, Err(2), "it did not wait");
    assert_eq!(sandbox.earned().chats.get(&101), Some(&1));
    clock.forward(1_500);
    send(&bot, 101).await.expect("it is over");

    let flood = Fault::BotFlood { retry_after: 3 };
    sandbox.add_fault(FaultRule::on("*", flood).chat(101).times(1));
    assert_eq!(send(&bot, 101).await, Err(3));
    assert_eq!(send(&bot, 102).await, Err(3));
    bot.call("getMe", json!({})).await;
    assert_eq!(sandbox.earned().global, 1);
    clock.forward(3_000);
    send(&bot, 102).await.expect("it is over");
    sandbox.stop().await;
}

#[actix_web::test]
async fn what_is_done_counts_though_its_answer_is_lost() {
    let (sandbox, bot, clock) = limited(Limits {
        chat_burst: 1,
        ..Limits::default()
    })
    .await;
    let hello = json!({ "chat_id": 101, "text": "hello" });
    for fault in [Fault::CutBefore, Fault::CutAfter] {
        sandbox.fail_next("sendMessage", None, fault, 1);
        assert!(bot.try_call("sendMessage", hello.clone()).await.is_err());
    }
    sandbox.fail_next("sendMessage", None, Fault::CutAfter, 1);
    assert_eq!(send(&bot, 101).await, Err(1), "one was done");
    clock.forward(1_000);
    send(&bot, 101).await.expect("in time");
    assert_eq!(sandbox.earned().total, 1);
    assert_eq!(sandbox.person(101).messages().len(), 3);
    sandbox.stop().await;
}
