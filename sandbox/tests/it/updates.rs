//! `getUpdates`: what is confirmed, what comes again, who waits and who must go.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, TimeDelta};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{LIMIT, fresh, met};

fn ids(updates: &[Value]) -> Vec<i64> {
    updates
        .iter()
        .map(|update| update["update_id"].as_i64().expect("an id"))
        .collect()
}

#[actix_web::test]
async fn what_is_below_the_offset_is_forgotten_and_nothing_else() {
    let (sandbox, bot) = fresh().await;
    let anna = sandbox.person(101);
    for text in ["one", "two", "three", "four"] {
        anna.text(text);
    }
    assert_eq!(
        (sandbox.pending_updates(), sandbox.undelivered_updates()),
        (4, 4)
    );

    let first = bot.call("getUpdates", json!({ "limit": 3 })).await;
    let first = first.as_array().expect("an array").clone();
    assert_eq!(first.len(), 3);
    assert_eq!(
        (sandbox.pending_updates(), sandbox.undelivered_updates()),
        (4, 1)
    );
    // Not confirmed: all of it comes again, by the same offset and without one.
    assert_eq!(ids(&bot.updates(0).await)[..3], ids(&first)[..]);
    assert_eq!(
        ids(&bot.updates(ids(&first)[0]).await)[..3],
        ids(&first)[..]
    );

    let rest = bot.updates(ids(&first)[1]).await;
    assert_eq!(rest.len(), 3, "the first is forgotten, the second is not");
    assert_eq!(rest[2]["message"]["text"], "four");
    assert_eq!(bot.updates(0).await, rest, "and for good");
    let last = ids(&rest)[2];
    assert_eq!(bot.updates(last).await.len(), 1);
    assert!(bot.updates(last + 1).await.is_empty());
    assert_eq!(
        (sandbox.pending_updates(), sandbox.undelivered_updates()),
        (0, 0)
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_negative_offset_keeps_the_newest() {
    let (sandbox, bot) = fresh().await;
    for text in ["one", "two", "three"] {
        sandbox.person(101).text(text);
    }
    let kept = bot.updates(-2).await;
    assert_eq!(kept.len(), 2);
    assert_eq!(kept[0]["message"]["text"], "two");
    assert_eq!(sandbox.pending_updates(), 2);
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_poll_waits_for_the_next_update() {
    let (sandbox, bot) = fresh().await;
    let poll = actix_web::rt::spawn({
        let bot = bot.clone();
        async move { bot.call("getUpdates", json!({ "timeout": 30 })).await }
    });
    // The poll may not have arrived yet; either way it gets the update.
    sandbox.person(101).text("hello");
    let updates = timeout(LIMIT, poll)
        .await
        .expect("in time")
        .expect("no panic");
    assert_eq!(updates[0]["message"]["text"], "hello");
    sandbox.stop().await;
}

#[actix_web::test]
async fn the_second_poller_ends_the_first() {
    let (sandbox, bot) = fresh().await;
    let before = sandbox.revision();
    let first = actix_web::rt::spawn({
        let bot = bot.clone();
        async move {
            bot.refused(
                "getUpdates",
                json!({ "timeout": 30, "allowed_updates": [] }),
            )
            .await
        }
    });
    // The first poll may arrive after the second, so the second is repeated until the first ends.
    let refused = timeout(LIMIT, async {
        let mut first = first;
        loop {
            bot.call("getUpdates", json!({ "timeout": 0 })).await;
            if let Ok(refused) = timeout(std::time::Duration::from_millis(20), &mut first).await {
                return refused.expect("no panic");
            }
        }
    });
    let (code, words) = refused.await.expect("in time");
    assert_eq!(code, 409);
    assert_eq!(
        words,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is \
         running"
    );
    assert_eq!(
        sandbox.revision(),
        before,
        "polling for nothing changes nothing"
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn only_the_kinds_asked_for_come() {
    let (sandbox, bot) = met().await;
    bot.call(
        "getUpdates",
        json!({ "allowed_updates": ["callback_query"] }),
    )
    .await;
    let menu = bot.ask(101, "Menu", &[&["One=1"]]).await;
    let anna = sandbox.person(101);
    anna.text("not heard");
    anna.press(menu, "1");
    let updates = bot.drain().await;
    assert_eq!(updates.len(), 1, "{updates:?}");
    assert_eq!(updates[0]["callback_query"]["data"], "1");
    assert_eq!(
        bot.call("getWebhookInfo", json!({})).await["allowed_updates"][0],
        "callback_query"
    );
    // The choice stays until another is made; an empty list is the usual one.
    bot.call("getUpdates", json!({ "allowed_updates": [] }))
        .await;
    anna.text("heard");
    anna.block();
    let kinds = bot.drain().await;
    assert_eq!(kinds[0]["message"]["text"], "heard");
    assert_eq!(
        kinds[1]["my_chat_member"]["new_chat_member"]["status"],
        "kicked"
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn old_updates_are_dropped_presses_first() {
    let (sandbox, bot) = met().await;
    let now = Arc::new(AtomicI64::new(1_800_000_000));
    let clock = now.clone();
    sandbox.set_clock(move || {
        DateTime::from_timestamp(clock.load(Ordering::SeqCst), 0).expect("a date of this age")
    });
    let menu = bot.ask(101, "Menu", &[&["One=1"]]).await;
    let anna = sandbox.person(101);
    anna.text("words");
    anna.press(menu, "1");
    anna.text("more words");
    now.fetch_add(150, Ordering::SeqCst);
    let left = bot.updates(0).await;
    assert_eq!(left.len(), 2, "{left:?}");
    assert_eq!(left[0]["message"]["date"], 1_800_000_000);
    assert_eq!(sandbox.undelivered_updates(), 0);
    now.fetch_add(TimeDelta::hours(24).num_seconds(), Ordering::SeqCst);
    assert!(bot.updates(0).await.is_empty());
    assert_eq!(sandbox.pending_updates(), 0);
    sandbox.stop().await;
}

#[actix_web::test]
async fn any_json_can_be_an_update_and_ids_can_restart() {
    let (sandbox, bot) = fresh().await;
    let id = sandbox.push_raw_update(json!({ "tomorrow_kind": { "what": "?" } }));
    let again = sandbox.push_raw_update(json!({ "update_id": id, "message": 7 }));
    assert_eq!(
        again, id,
        "an id that is given is kept, so the same can come twice"
    );
    let updates = bot.updates(0).await;
    assert_eq!(
        updates[0],
        json!({ "update_id": id, "tomorrow_kind": { "what": "?" } })
    );
    assert_eq!(updates[1], json!({ "update_id": id, "message": 7 }));
    assert!(bot.updates(id + 1).await.is_empty());

    sandbox.restart_update_ids(40);
    sandbox.person(101).text("after a week");
    assert_eq!(ids(&bot.updates(0).await), [40]);
    // Who kept the old offset loses it.
    assert!(bot.updates(id + 1).await.is_empty());
    assert_eq!(sandbox.pending_updates(), 0);
    sandbox.stop().await;
}

#[actix_web::test]
async fn dropping_what_waits_is_possible_and_loses_it() {
    let (sandbox, bot) = fresh().await;
    sandbox.person(101).text("lost");
    assert_eq!(
        bot.call("getWebhookInfo", json!({})).await["pending_update_count"],
        1
    );
    bot.call("deleteWebhook", json!({})).await;
    assert_eq!(sandbox.pending_updates(), 1);
    bot.call("deleteWebhook", json!({ "drop_pending_updates": true }))
        .await;
    assert_eq!(
        (sandbox.pending_updates(), sandbox.undelivered_updates()),
        (0, 0)
    );
    sandbox.stop().await;
}
