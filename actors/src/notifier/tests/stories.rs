//! What the notifier does, and in which order.

use super::*;

#[actix::test]
async fn notices_go_out_in_order_for_each_chat_and_a_slow_chat_delays_no_other() {
    let slow = Arc::new(Notify::new());
    let said = slow.clone();
    let stub = Stub::start(move |_, parameters| match parameters["chat_id"].as_i64() {
        Some(101) => Answer::OkAfter(said.clone(), json!(true)),
        _ => Answer::Ok(json!(true)),
    })
    .await;
    let pending = vec![
        notice(1, 101, Lane::Other),
        notice(2, 102, Lane::Other),
        notice(3, 102, Lane::Other),
        notice(4, 102, Lane::Other),
        notice(5, 101, Lane::Other),
    ];
    let desk = Desk::start(stub, outbox(pending), UNLIMITED).await;
    desk.resume().await;
    desk.stub.asked(4).await;
    let of = |chat: i64| {
        let mut calls = desk.calls();
        calls.retain(|(_, to, _)| *to == chat);
        calls
            .into_iter()
            .map(|(_, _, message)| message)
            .collect::<Vec<_>>()
    };
    assert_eq!((of(101), of(102)), (vec![1], vec![2, 3, 4]));
    slow.notify_one();
    desk.stub.asked(5).await;
    slow.notify_one();
    desk.settle().await;
    assert_eq!(of(101), [1, 5]);
    assert_eq!(desk.rows(|rows| rows.results.len()), 5);
    assert!(desk.rows(|rows| {
        rows.results
            .iter()
            .all(|delivered| delivered.result == done())
    }));
}

#[actix::test]
async fn a_screen_waits_for_the_notices_of_its_own_update_and_for_no_others() {
    let pending = vec![
        notice(1, 101, Lane::Own),
        notice(2, 101, Lane::Own),
        notice(3, 102, Lane::Other),
        notice(4, 102, Lane::Other),
    ];
    let desk = Desk::obliging(outbox(pending)).await;
    desk.show(EMMA, 1, None, None).await;
    desk.show_after_notices(ANNA, 1).await;
    desk.settle().await;
    let mut calls = desk.calls();
    calls.retain(|(_, chat, _)| *chat == 101);
    assert_eq!(
        calls,
        [
            call("setmessagereaction", 101, 1),
            call("setmessagereaction", 101, 2),
            call("sendmessage", 101, 0),
        ]
    );
    let mut calls = desk.calls();
    calls.retain(|(_, chat, _)| *chat == 102);
    assert_eq!(calls[0], call("sendmessage", 102, 0));
    assert_eq!(calls.len(), 3);
}

#[actix::test]
async fn a_press_edits_its_screen_and_words_get_a_new_one_below() {
    let desk = Desk::obliging(Rows::default()).await;
    // What the database says comes later than what the notifier knows.
    for (number, pressed) in [(2, Some(40)), (3, None), (4, Some(40)), (5, Some(502))] {
        desk.show(ANNA, number, pressed, Some(40)).await;
        desk.settle().await;
    }
    assert_eq!(
        desk.calls(),
        [
            call("editmessagetext", 101, 40),
            call("sendmessage", 101, 0),
            call("editmessagereplymarkup", 101, 40),
            // Pressed under a message that is not the screen any more.
            call("sendmessage", 101, 0),
            call("editmessagereplymarkup", 101, 501),
            call("editmessagetext", 101, 502),
        ]
    );
    assert_eq!(desk.shown(), [(2, 40), (3, 501), (4, 502), (5, 502)]);
}

#[actix::test]
async fn a_screen_that_cannot_be_edited_is_sent_and_an_unchanged_one_is_shown() {
    let mut last = 500;
    let stub = Stub::start(
        move |method, parameters| match parameters["message_id"].as_i64() {
            Some(40) => Answer::Refused(400, "Bad Request: message can't be edited"),
            Some(501) if method == "editmessagetext" => {
                Answer::Refused(400, "Bad Request: message is not modified: it is the same")
            }
            _ => Answer::Ok(obliged(&mut last, method, parameters)),
        },
    )
    .await;
    let desk = Desk::start(stub, Rows::default(), UNLIMITED).await;
    desk.show(ANNA, 2, Some(40), Some(40)).await;
    desk.settle().await;
    desk.show(ANNA, 3, Some(501), None).await;
    desk.settle().await;
    assert_eq!(desk.calls()[1], call("sendmessage", 101, 0));
    assert_eq!(
        desk.calls().last(),
        Some(&call("editmessagetext", 101, 501))
    );
    assert_eq!(desk.shown(), [(2, 501), (3, 501)]);
    assert_eq!(desk.rows(|rows| rows.screens.len()), 2);
}

#[actix::test]
async fn only_the_newest_screen_is_shown_and_none_twice() {
    let slow = Arc::new(Notify::new());
    let said = slow.clone();
    let mut last = 500;
    let stub = Stub::start(move |method, parameters| {
        let result = obliged(&mut last, method, parameters);
        match method {
            "sendmessage" => Answer::OkAfter(said.clone(), result),
            _ => Answer::Ok(result),
        }
    })
    .await;
    let desk = Desk::start(stub, Rows::default(), UNLIMITED).await;
    desk.show(ANNA, 1, None, None).await;
    desk.stub.asked(1).await;
    // A repeat of the update, and then three more updates.
    for number in [1, 2, 4, 3] {
        desk.show(ANNA, number, None, None).await;
    }
    slow.notify_one();
    desk.stub.asked(2).await;
    slow.notify_one();
    desk.settle().await;
    // And a late repeat, of which the database does not know yet that it was shown.
    desk.show(ANNA, 4, None, None).await;
    desk.settle().await;
    let numbers: Vec<i64> = desk.shown().iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, [1, 4]);
}

#[actix::test]
async fn the_chat_limit_makes_the_rest_wait_and_settling_does_not() {
    let pending = (1..=4).map(|id| notice(id, 101, Lane::Other)).collect();
    let limits = LimitSettings {
        global_per_second: 0,
        chat_per_second: 1,
        chat_burst: 2,
    };
    let desk = Desk::start(Stub::obliging().await, outbox(pending), limits).await;
    for sent in [2, 3, 4, 4] {
        desk.settle().await;
        assert_eq!(desk.calls().len(), sent);
        desk.clock.advance(TimeDelta::seconds(1));
    }
    assert!(desk.rows(|rows| {
        rows.results
            .iter()
            .all(|delivered| delivered.result == done())
    }));
}

#[actix::test]
async fn the_limit_over_all_chats_takes_no_more_than_it_lets_through() {
    let pending = (1..=6)
        .map(|id| notice(id, 100 + id, Lane::Other))
        .collect();
    let limits = LimitSettings {
        global_per_second: 2,
        chat_per_second: 0,
        chat_burst: 1,
    };
    let desk = Desk::start(Stub::obliging().await, outbox(pending), limits).await;
    // The program before this one may have sent two in this second.
    for sent in [0, 2, 4, 6] {
        desk.settle().await;
        assert_eq!(desk.calls().len(), sent);
        assert!(desk.rows(|rows| rows.sending.is_empty()));
        desk.clock.advance(TimeDelta::seconds(1));
    }
}

#[actix::test]
async fn who_cannot_be_reached_is_stored_as_such() {
    let stub =
        Stub::start(|_, _| Answer::Refused(403, "Forbidden: bot was blocked by the user")).await;
    let desk = Desk::start(stub, outbox(vec![notice(1, 102, Lane::Other)]), UNLIMITED).await;
    desk.resume().await;
    desk.show(ANNA, 1, None, None).await;
    desk.settle().await;
    let (results, screens) = desk.rows(|rows| (rows.results.clone(), rows.screens.clone()));
    assert_eq!(results[0].result, DeliveryResult::Unreachable);
    assert_eq!(screens[0].end, Shown::Unreachable);
}

#[actix::test]
async fn a_start_shows_what_was_not_shown() {
    let rows = Rows {
        unshown: vec![unshown(ANNA, Some(ChatMessageId(40)))],
        ..outbox(vec![notice(1, 101, Lane::Own)])
    };
    let desk = Desk::obliging(rows).await;
    desk.resume().await;
    desk.settle().await;
    assert_eq!(
        desk.calls(),
        [
            call("setmessagereaction", 101, 1),
            call("sendmessage", 101, 0),
            call("editmessagereplymarkup", 101, 40),
        ]
    );
    let text = desk.stub.requests()[1].1["text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(text.chars().any(|c| ('а'..='я').contains(&c)), "{text}");
}

#[actix::test]
async fn an_outcome_waits_for_the_database() {
    let rows = Rows {
        away: 2,
        ..outbox(vec![notice(1, 101, Lane::Other)])
    };
    let desk = Desk::obliging(rows).await;
    let settled = desk.notifier.send(Settle);
    let moved = async {
        while desk.rows(|rows| rows.results.is_empty()) {
            desk.clock.advance(TimeDelta::seconds(1));
            tokio::task::yield_now().await;
        }
    };
    let (settled, ()) = futures::join!(settled, moved);
    settled.unwrap();
    assert_eq!(desk.rows(|rows| (rows.results.len(), rows.away)), (1, 0));
    assert_eq!(desk.calls().len(), 1);
}

#[actix::test]
async fn a_stop_lets_calls_end_and_stores_them_and_takes_no_more() {
    let slow = Arc::new(Notify::new());
    let said = slow.clone();
    let stub = Stub::start(move |_, _| Answer::OkAfter(said.clone(), json!(true))).await;
    let pending = vec![notice(1, 101, Lane::Other), notice(2, 101, Lane::Other)];
    let desk = Desk::start(stub, outbox(pending), UNLIMITED).await;
    desk.resume().await;
    desk.stub.asked(1).await;
    let stopped = desk.notifier.send(Stop);
    slow.notify_one();
    stopped.await.unwrap();
    desk.stopped.await.expect("it stopped in order");
    let rows = desk.rows.lock().unwrap();
    assert_eq!(rows.results.len(), 1);
    assert_eq!(rows.pending.len(), 1);
    assert!(rows.sending.is_empty());
}

#[actix::test]
async fn a_press_is_answered_outside_the_limits() {
    let limits = LimitSettings {
        global_per_second: 1,
        chat_per_second: 1,
        chat_burst: 1,
    };
    let desk = Desk::start(Stub::obliging().await, Rows::default(), limits).await;
    for toast in [None, Some(Toast::Done), None] {
        let answer = AnswerQuery {
            query: "q".to_owned(),
            toast,
            lang: Lang::En,
        };
        desk.notifier.send(answer).await.unwrap();
    }
    desk.settle().await;
    let requests = desk.stub.requests();
    assert_eq!(requests.len(), 3);
    let texts = requests
        .iter()
        .filter(|(_, parameters)| parameters.get("text").is_some());
    assert_eq!(texts.count(), 1);
}

#[actix::test]
async fn a_notice_that_cannot_be_read_holds_nobody_up() {
    let rows = Rows {
        unreadable: vec![NoticeId(2)],
        ..outbox(
            (1..=3)
                .map(|id| notice(id, 100 + id, Lane::Other))
                .collect(),
        )
    };
    let desk = Desk::obliging(rows).await;
    desk.settle().await;
    let mut results = desk.rows(|rows| rows.results.clone());
    results.sort_by_key(|delivered| delivered.notice);
    let failed = matches!(results[1].result, DeliveryResult::Failed { .. });
    assert!(failed && results[0].result == done() && results[2].result == done());
    assert_eq!(desk.calls().len(), 2);
}
