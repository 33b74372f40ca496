//! The notifier of a desk that sends for a time, and of one beside it.

use super::*;
use crate::tickets::TakenUp;

/// A screen of this number that another desk committed.
fn numbered(person: PersonId, number: i64) -> UnshownScreen {
    UnshownScreen {
        number,
        ..unshown(person, None)
    }
}

#[actix::test]
async fn a_desk_beside_the_one_that_sends_only_answers_presses() {
    let desk = Desk::obliging(Rows::default()).await;
    desk.notifier.send(StandBack).await.unwrap();
    desk.rows.lock().unwrap().pending = outbox(vec![notice(1, 101, Lane::Own)]).pending;
    desk.show_after_notices(ANNA, 1).await;
    desk.notifier.send(LookAround).await.unwrap();
    let answer = AnswerQuery {
        query: "press".to_owned(),
        toast: None,
        lang: Lang::En,
    };
    desk.notifier.send(answer).await.unwrap();
    desk.pass(10).await;
    assert_eq!(desk.stub.methods(), ["answercallbackquery"]);
    // What it left alone is there for the one that sends.
    desk.resume().await;
    desk.settle().await;
    assert_eq!(desk.rows(|rows| rows.results.len()), 1);
}

#[actix::test]
async fn what_other_desks_commit_is_sent_once() {
    let desk = Desk::obliging(Rows::default()).await;
    let rows = outbox(vec![notice(1, 101, Lane::Own), notice(2, 101, Lane::Own)]);
    let found = || TakenUp {
        screens: vec![numbered(ANNA, 4)],
        heads: rows.heads(),
    };
    let take_up = || TakeUp {
        found: found(),
        urged: Vec::new(),
    };
    desk.rows.lock().unwrap().pending =
        outbox(vec![notice(1, 101, Lane::Own), notice(2, 101, Lane::Own)]).pending;
    // Told twice, and found by looking around besides.
    desk.notifier.send(take_up()).await.unwrap();
    desk.rows.lock().unwrap().unshown = vec![numbered(ANNA, 4), numbered(EMMA, 1)];
    desk.notifier.send(LookAround).await.unwrap();
    desk.notifier.send(take_up()).await.unwrap();
    desk.settle().await;
    desk.notifier.send(take_up()).await.unwrap();
    desk.settle().await;
    assert_eq!(desk.rows(|rows| rows.results.len()), 2);
    let mut shown: Vec<i64> = desk.shown().into_iter().map(|(number, _)| number).collect();
    shown.sort_unstable();
    assert_eq!(shown, [1, 4]);
    assert_eq!(desk.calls().len(), 4);
}

#[actix::test]
async fn what_comes_back_after_the_end_of_a_reign_changes_nothing() {
    let slow = Arc::new(Notify::new());
    let said = slow.clone();
    let stub = Stub::start(move |_, _| Answer::OkAfter(said.clone(), json!(true))).await;
    let rows = outbox(vec![notice(1, 101, Lane::Other)]);
    let desk = Desk::start(stub, rows, UNLIMITED).await;
    desk.resume().await;
    desk.stub.asked(1).await;
    desk.notifier.send(StandBack).await.unwrap();
    slow.notify_one();
    desk.settle().await;
    assert_eq!(
        desk.rows(|rows| rows.results.len()),
        0,
        "another desk's business"
    );
    // It sends again: what it left in the middle it takes as everybody else would.
    {
        let mut rows = desk.rows.lock().unwrap();
        let left = std::mem::take(&mut rows.sending);
        rows.pending = left;
    }
    desk.resume().await;
    desk.stub.asked(2).await;
    slow.notify_one();
    desk.settle().await;
    assert_eq!(desk.rows(|rows| rows.results.len()), 1);
}

#[actix::test]
async fn beside_the_one_that_sends_its_records_are_asked_for() {
    let desk = Desk::obliging(Rows::default()).await;
    desk.notifier.send(StandBack).await.unwrap();
    let chat = ANNA.chat();
    desk.notifier.send(AwaitRecord { chat }).await.unwrap();
    desk.rows.lock().unwrap().sending = outbox(vec![notice(1, 101, Lane::Own)]).pending;
    let mut awaits = Box::pin(desk.notifier.send(AwaitRecord { chat }));
    for _ in 0..3 {
        desk.clock.advance(TimeDelta::milliseconds(20));
        assert!(futures::poll!(&mut awaits).is_pending());
        tokio::task::yield_now().await;
    }
    desk.rows.lock().unwrap().sending.clear();
    while futures::poll!(&mut awaits).is_pending() {
        desk.clock.advance(TimeDelta::milliseconds(20));
        tokio::task::yield_now().await;
    }
}

#[actix::test]
async fn a_desk_that_stood_still_begins_nothing_before_it_is_sure_that_it_sends() {
    let desk = Desk::obliging(Rows::default()).await;
    desk.notifier.send(LookAround).await.unwrap();
    desk.show(ANNA, 1, None, None).await;
    desk.settle().await;
    assert_eq!(desk.calls().len(), 1);
    desk.clock.advance(TimeDelta::seconds(4));
    desk.show(EMMA, 1, None, None).await;
    let mut settles = Box::pin(desk.settle());
    for _ in 0..10 {
        assert!(futures::poll!(&mut settles).is_pending());
        tokio::task::yield_now().await;
    }
    assert_eq!(desk.calls().len(), 1);
    desk.notifier.send(LookAround).await.unwrap();
    settles.await;
    assert_eq!(desk.shown().len(), 2);
}
