//! What the notifier does when Telegram limits it, fails, or is away.

use super::*;

/// The moments of calls so far in one chat, by their messages.
fn messages(desk: &Desk, chat: i64) -> Vec<i64> {
    let calls = desk.calls().into_iter();
    calls
        .filter(|(_, to, _)| *to == chat)
        .map(|(_, _, message)| message)
        .collect()
}

#[actix::test]
async fn retry_after_holds_that_chat_and_is_stored() {
    let mut refused = false;
    let stub = Stub::start(move |_, parameters| {
        if parameters["chat_id"] == 101 && !std::mem::replace(&mut refused, true) {
            Answer::RetryAfter(17)
        } else {
            Answer::Ok(json!(true))
        }
    })
    .await;
    let pending = vec![
        notice(1, 101, Lane::Other),
        notice(2, 101, Lane::Other),
        notice(3, 102, Lane::Other),
    ];
    let desk = Desk::start(stub, outbox(pending), UNLIMITED).await;
    desk.settle().await;
    desk.pass(16).await;
    assert_eq!(
        (messages(&desk, 101), messages(&desk, 102)),
        (vec![1], vec![3])
    );
    let hold = Hold {
        chat: Some(ChatId(101)),
        until: noon() + TimeDelta::seconds(17),
    };
    assert_eq!(desk.rows(|rows| rows.holds.clone()), [hold]);
    desk.pass(1).await;
    assert_eq!(messages(&desk, 101), [1, 1, 2]);
}

#[actix::test]
async fn a_start_honours_what_telegram_asked_for_before() {
    let until = noon() + TimeDelta::seconds(30);
    let hold = |chat| Rows {
        holds: vec![Hold { chat, until }],
        ..outbox(vec![
            notice(1, 101, Lane::Other),
            notice(2, 102, Lane::Other),
        ])
    };
    for (chat, at_once) in [(Some(ChatId(101)), vec![2]), (None, vec![])] {
        let desk = Desk::obliging(hold(chat)).await;
        desk.resume().await;
        desk.settle().await;
        desk.pass(29).await;
        let asked = |desk: &Desk| desk.calls().iter().map(|call| call.2).collect::<Vec<_>>();
        assert_eq!(asked(&desk), at_once);
        desk.pass(1).await;
        assert_eq!(asked(&desk).len(), 2);
    }
}

#[actix::test]
async fn two_chats_that_earn_429_in_a_row_hold_all_but_answers_to_presses() {
    let mut left = 2;
    let stub = Stub::start(move |method, _| {
        if method == "setmessagereaction" && left > 0 {
            left -= 1;
            Answer::RetryAfter(20)
        } else {
            Answer::Ok(json!({"message_id": 1}))
        }
    })
    .await;
    let pending = vec![notice(1, 101, Lane::Other), notice(2, 102, Lane::Other)];
    let desk = Desk::start(stub, outbox(pending), UNLIMITED).await;
    desk.settle().await;
    assert!(desk.rows(|rows| rows.holds.iter().any(|hold| hold.chat.is_none())));
    desk.show(PersonId(103), 1, None, None).await;
    let answer = AnswerQuery {
        query: "q".to_owned(),
        toast: None,
        lang: Lang::En,
    };
    desk.notifier.send(answer).await.unwrap();
    desk.settle().await;
    assert_eq!(desk.stub.methods()[2..], ["answercallbackquery"]);
    desk.pass(20).await;
    assert_eq!(desk.calls().len(), 6);
}

#[actix::test]
async fn an_outage_is_probed_by_one_call_at_a_time_and_its_end_sets_all_free() {
    let away = Arc::new(std::sync::atomic::AtomicBool::new(true));
    let gone = away.clone();
    let stub = Stub::start(
        move |_, _| match gone.load(std::sync::atomic::Ordering::Relaxed) {
            true => Answer::Cut,
            false => Answer::Ok(json!(true)),
        },
    )
    .await;
    let pending = (1..=40)
        .map(|id| notice(id, 100 + id, Lane::Other))
        .collect();
    let desk = Desk::start(stub, outbox(pending), UNLIMITED).await;
    desk.settle().await;
    // The four slots.
    assert!(desk.calls().len() <= 7, "{}", desk.calls().len());
    desk.pass(120).await;
    // 1 + 2 + 4 + … seconds, each between half and all of it.
    let probes = desk.calls().len();
    assert!((8..=20).contains(&probes), "{probes}");
    away.store(false, std::sync::atomic::Ordering::Relaxed);
    desk.clock.advance(TimeDelta::seconds(60));
    desk.settle().await;
    desk.settle().await;
    assert_eq!(desk.calls().len(), probes + 40);
    assert!(desk.rows(|rows| rows.pending.is_empty() && rows.sending.is_empty()));
}

#[actix::test]
async fn a_chat_whose_calls_fail_holds_nobody_up() {
    let stub = Stub::start(move |_, parameters| match parameters["chat_id"].as_i64() {
        Some(101) => Answer::Refused(500, "Internal Server Error"),
        _ => Answer::Ok(json!(true)),
    })
    .await;
    let mut pending: Vec<_> = (1..=9).map(|id| notice(id, 102, Lane::Other)).collect();
    pending.push(notice(10, 101, Lane::Other));
    let desk = Desk::start(stub, outbox(pending), UNLIMITED).await;
    desk.settle().await;
    assert_eq!(messages(&desk, 102).len(), 9);
    desk.pass(60).await;
    let tries = messages(&desk, 101).len();
    assert!((6..=8).contains(&tries), "{tries}");
}

#[actix::test]
async fn a_call_without_an_answer_is_made_again_with_doubt() {
    let mut cut = false;
    let stub = Stub::start(move |method, parameters| {
        if method == "sendmessage" && !std::mem::replace(&mut cut, true) {
            Answer::Cut
        } else {
            Answer::Ok(obliged(&mut 500, method, parameters))
        }
    })
    .await;
    let mut trouble = notice(1, 101, Lane::Own);
    trouble.0.body = Body::Trouble;
    let desk = Desk::start(stub, outbox(vec![trouble]), UNLIMITED).await;
    desk.settle().await;
    desk.pass(1).await;
    let results = desk.rows(|rows| rows.results.clone());
    assert!(matches!(
        results[0].result,
        DeliveryResult::Again { doubtful: true, .. }
    ));
    assert!(matches!(results[1].result, DeliveryResult::Sent { .. }));
}

#[actix::test]
async fn a_screen_that_could_not_be_shown_comes_again() {
    let mut left = 3;
    let stub = Stub::start(move |method, parameters| {
        left -= 1;
        match left {
            2 => Answer::Body("<html>"),
            1 => Answer::Refused(502, "Bad Gateway"),
            _ => Answer::Ok(obliged(&mut 500, method, parameters)),
        }
    })
    .await;
    let desk = Desk::start(stub, Rows::default(), UNLIMITED).await;
    desk.show(ANNA, 1, None, None).await;
    desk.settle().await;
    desk.pass(4).await;
    assert_eq!(desk.shown(), [(1, 501)]);
}

#[actix::test]
async fn a_clock_that_jumps_ahead_sends_what_is_due_and_no_more_than_the_limits_let_through() {
    let pending = (1..=9).map(|id| notice(id, 101, Lane::Other)).collect();
    let limits = LimitSettings {
        global_per_second: 30,
        chat_per_second: 1,
        chat_burst: 3,
    };
    let desk = Desk::start(Stub::obliging().await, outbox(pending), limits).await;
    desk.clock.advance(TimeDelta::seconds(1));
    desk.settle().await;
    assert_eq!(desk.calls().len(), 3);
    desk.clock.advance(TimeDelta::hours(5));
    desk.settle().await;
    assert_eq!(desk.calls().len(), 6);
    desk.pass(3).await;
    assert_eq!(desk.calls().len(), 9);
}

#[actix::test]
async fn hanging_chats_do_not_keep_others_waiting() {
    let never = Arc::new(Notify::new());
    let hangs = never.clone();
    let stub = Stub::start(move |_, parameters| match parameters["chat_id"].as_i64() {
        Some(chat) if chat > 200 => Answer::OkAfter(hangs.clone(), json!({"message_id": 1})),
        _ => Answer::Ok(json!({"message_id": 1})),
    })
    .await;
    let pending = (201..=209).map(|id| notice(id, id, Lane::Other)).collect();
    let desk = Desk::start(stub, outbox(pending), UNLIMITED).await;
    desk.resume().await;
    desk.stub.asked(4).await;
    desk.show(ANNA, 1, None, None).await;
    // All four slots hang. They make room after two seconds, and the person is first.
    desk.clock.advance(TimeDelta::seconds(2));
    desk.stub.asked(8).await;
    assert!(desk.calls().iter().any(|(_, chat, _)| *chat == 101));
}

#[actix::test]
async fn a_group_that_moved_is_told_to_the_database() {
    let stub = Stub::start(|_, _| {
        Answer::Body(
            r#"{"ok":false,"error_code":400,
                "description":"Bad Request: group chat was upgraded to a supergroup chat",
                "parameters":{"migrate_to_chat_id":-1000000000007}}"#,
        )
    })
    .await;
    let desk = Desk::start(stub, outbox(vec![notice(1, -7, Lane::Other)]), UNLIMITED).await;
    desk.settle().await;
    let to = ChatId(-1_000_000_000_007);
    let result = desk.rows(|rows| rows.results[0].result.clone());
    assert_eq!(result, DeliveryResult::Moved { to });
}

#[actix::test]
async fn a_screen_that_is_refused_for_good_is_given_up_and_the_next_is_shown() {
    let mut refused = false;
    let stub = Stub::start(move |method, parameters| {
        if std::mem::replace(&mut refused, true) {
            Answer::Ok(obliged(&mut 500, method, parameters))
        } else {
            Answer::Refused(400, "Bad Request: message is too long")
        }
    })
    .await;
    let desk = Desk::start(stub, Rows::default(), UNLIMITED).await;
    desk.show(ANNA, 1, None, None).await;
    desk.settle().await;
    desk.pass(60).await;
    assert_eq!(desk.rows(|rows| rows.screens[0].end), Shown::Failed);
    assert_eq!(desk.calls().len(), 1);
    desk.show(ANNA, 2, None, None).await;
    desk.settle().await;
    assert_eq!(desk.shown(), [(2, 501)]);
}

#[actix::test]
async fn a_refused_token_stops_all_calls_but_a_probe_and_loses_nothing() {
    let mut left = 3;
    let stub = Stub::start(move |_, _| {
        left -= 1;
        match left >= 0 {
            true => Answer::Refused(401, "Unauthorized"),
            false => Answer::Ok(json!(true)),
        }
    })
    .await;
    let pending = vec![notice(1, 101, Lane::Other), notice(2, 102, Lane::Other)];
    let desk = Desk::start(stub, outbox(pending), UNLIMITED).await;
    desk.settle().await;
    assert!(desk.calls().len() <= 2);
    desk.pass(10).await;
    let results = desk.rows(|rows| rows.results.clone());
    let sent = results
        .iter()
        .filter(|delivered| delivered.result == done());
    assert_eq!((sent.count(), desk.calls().len()), (2, 5));
}
