//! Decisions about notices that have not come through: made once, in one transaction, and refused
//! when something came through meanwhile.

use super::*;
use crate::store::notices::{self, Redone};
use frontdesk_desk::delivery::{Redelivery, Redo, Stage};
use frontdesk_desk::ids::MessageId;

/// A ticket with two answers by Vera, not taken yet; the bodies are words.
async fn two_answers(rig: &Rig) -> Ticket {
    rig.done(opening(1, ANNA, 0, "Printer", at(1))).await;
    let due = rig.take(at(1)).await;
    rig.record(at(1), sent(&due, 800)).await;
    for (update, on) in [(2, 0), (3, 1)] {
        let stored = ticket(rig, 1).await;
        rig.done(answer(update, VERA, on, &stored, &[Part::Whole], at(2)))
            .await;
    }
    ticket(rig, 1).await
}

/// The decision of an admin about notices.
fn redo(update: i64, on: i64, ticket: &Ticket, notices: &[NoticeId], redo: Redo) -> Decision {
    let mut decided = decision(update, VERA, on, at(9));
    decided.outcome.tickets.push(change(ticket, at(9), |_| {}));
    decided.outcome.redeliveries.push(Redelivery {
        notices: notices.to_vec(),
        redo,
    });
    decided
}

async fn notice_of(rig: &Rig, message: i64) -> NoticeId {
    let facts = rig
        .facts(VERA, &[Need::DeliveryOf(TicketId(1), MessageId(message))])
        .await;
    facts.deliveries[0].legs[0].notice
}

async fn stages(rig: &Rig) -> Vec<Stage> {
    let page = Need::Messages {
        ticket: TicketId(1),
        notes: true,
        page: 0,
    };
    let deliveries = rig.facts(VERA, &[page]).await.deliveries;
    deliveries
        .iter()
        .map(|delivery| delivery.mark().unwrap().stage)
        .collect()
}

#[tokio::test]
async fn what_came_through_or_is_being_sent_is_not_decided_about() {
    let rig = Rig::new().await;
    let stored = two_answers(&rig).await;
    let (first, second) = (notice_of(&rig, 2).await, notice_of(&rig, 3).await);
    let due = rig.take(at(3)).await;
    for what in [Redo::Retry, Redo::Drop] {
        let being_sent = redo(4, 2, &stored, &[first], what);
        assert_eq!(rig.commit(being_sent).await, Committed::Conflict);
    }
    rig.record(at(3), sent(&due, 70)).await;
    let before = rig.dump().await;
    for notices in [&[first][..], &[second, first], &[NoticeId(999)]] {
        let decided = redo(4, 2, &stored, notices, Redo::Drop);
        assert_eq!(rig.commit(decided).await, Committed::Conflict);
    }
    assert_eq!(rig.dump().await, before);
    rig.done(redo(4, 2, &stored, &[second], Redo::Drop)).await;
    let again = redo(5, 3, &stored, &[second], Redo::Drop);
    assert_eq!(
        rig.commit(again).await,
        Committed::Conflict,
        "an old version"
    );
}

#[tokio::test]
async fn what_failed_is_sent_again_before_what_came_after_it() {
    let rig = Rig::new().await;
    let stored = two_answers(&rig).await;
    let first = notice_of(&rig, 2).await;
    let due = rig.take(at(3)).await;
    let failed = || DeliveryResult::Failed {
        reason: "no".to_owned(),
    };
    rig.record(at(3), results(&due, failed)).await;
    rig.done(redo(4, 2, &stored, &[first], Redo::Retry)).await;
    let mut order = Vec::new();
    for turn in 10..14 {
        let due = rig.take(at(turn)).await;
        let users = due.notices.iter().filter(|one| one.chat == ANNA.chat());
        order.extend(users.map(|notice| notice.message.as_ref().unwrap().id.0));
        rig.record(at(turn), sent(&due, 100 + turn)).await;
    }
    assert_eq!(order, [2, 3]);
    assert_eq!(stages(&rig).await, [Stage::Delivered, Stage::Delivered]);
}

#[tokio::test]
async fn one_that_is_being_sent_stays_the_head_until_it_is_over() {
    let rig = Rig::new().await;
    let stored = two_answers(&rig).await;
    let first = notice_of(&rig, 2).await;
    let due = rig.take(at(3)).await;
    let failed = || DeliveryResult::Failed {
        reason: "no".to_owned(),
    };
    rig.record(at(3), results(&due, failed)).await;
    let second = rig.take(at(4)).await;
    rig.done(redo(4, 2, &stored, &[first], Redo::Retry)).await;
    let none = rig.take(at(10)).await;
    assert!(none.notices.iter().all(|one| one.chat != ANNA.chat()));
    rig.record(at(10), sent(&second, 71)).await;
    let due = rig.take(at(11)).await;
    let users: Vec<_> = due
        .notices
        .iter()
        .filter(|one| one.chat == ANNA.chat())
        .map(|one| one.id)
        .collect();
    assert_eq!(users, [first]);
}

#[tokio::test]
async fn the_operator_decides_about_an_answer_whole_and_it_is_in_the_trail() {
    let rig = Rig::new().await;
    rig.done(opening(1, ANNA, 0, "Printer", at(1))).await;
    let due = rig.take(at(1)).await;
    rig.record(at(1), sent(&due, 800)).await;
    let stored = ticket(&rig, 1).await;
    let parts = [Part::Heading, Part::Content];
    rig.done(answer(2, VERA, 0, &stored, &parts, at(2))).await;
    let heading = rig.take(at(3)).await;
    rig.record(at(3), sent(&heading, 70)).await;
    let held = rig.take(at(3)).await;
    let refused = results(&held, || DeliveryResult::Unreachable);
    rig.record(at(3), refused).await;
    let stored = ticket(&rig, 1).await;

    let content = held.notices[0].id;
    let wanted = [heading.notices[0].id, content, NoticeId(999)];
    let done = notices::redo(&rig.db, &wanted, Redo::Drop, at(9)).await;
    assert_eq!(
        done.unwrap(),
        [
            (heading.notices[0].id, Redone::Sent),
            (content, Redone::Done),
            (NoticeId(999), Redone::Missing)
        ]
    );
    let history = Need::History {
        ticket: TicketId(1),
        page: 0,
    };
    let event = rig.facts(VERA, &[history]).await.history.rows.remove(0);
    let dropped = Happened::AnswerDropped {
        message: MessageId(2),
    };
    assert_eq!((event.by, event.what), (None, dropped));
    assert_eq!(ticket(&rig, 1).await.version, stored.version.next());
    // She returns: the heading that stands there alone goes, and nothing comes.
    rig.done(decision(9, ANNA, 1, at(10))).await;
    let due = rig.take(at(10)).await;
    let users = due.notices.iter().filter(|one| one.chat == ANNA.chat());
    let bodies: Vec<_> = users
        .map(|one| (one.body.clone(), one.copies.len()))
        .collect();
    assert_eq!(bodies, [(Body::DeleteCopies, 1)]);
    let state = rig.facts(VERA, &[Need::Message(TicketId(1), MessageId(2))]);
    assert_eq!(
        state.await.original.unwrap().message.recalled_at,
        Some(at(9))
    );
}
