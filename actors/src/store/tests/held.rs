//! People who cannot be reached: their lines are held, folded, released and given up.

use super::*;
use frontdesk_desk::notice::Away;

/// A user's further message, passed on to these admins in these parts.
fn follow_up(
    update: i64,
    on: i64,
    stored: &Ticket,
    to: &[PersonId],
    parts: &[Part],
    now: Time,
) -> Decision {
    let mut decided = decision(update, ANNA, on, now);
    let mut joined = change(stored, now, |_| {});
    joined
        .messages
        .push(message(ANNA, SenderType::User, update, "and", now));
    decided.outcome.tickets.push(joined);
    for admin in to {
        for part in parts {
            decided.outcome.notices.push(NewNotice {
                message: Some(MessageRef::New(0)),
                ..relay(
                    admin.chat(),
                    TicketRef::Id(stored.id),
                    *part,
                    Why::FollowUp,
                    now,
                )
            });
        }
    }
    decided
}

/// Admins are people who wrote once.
async fn staffed() -> Rig {
    let rig = Rig::new().await;
    rig.done(decision(901, VERA, 0, at(0))).await;
    rig.done(decision(902, GLEB, 0, at(0))).await;
    rig
}

/// A ticket of Anna's, Vera's to take care of; everything about it is delivered.
async fn assigned(rig: &Rig) -> Ticket {
    rig.done(opening(1, ANNA, 0, "Printer", at(1))).await;
    let due = rig.take(at(1)).await;
    rig.record(at(1), sent(&due, 800)).await;
    let stored = ticket(rig, 1).await;
    rig.done(answer(2, VERA, 1, &stored, &[], at(1))).await;
    ticket(rig, 1).await
}

/// Takes what is due; those for this chat are refused, the others are sent.
async fn refuse(rig: &Rig, chat: PersonId, now: Time) -> Due {
    let due = rig.take(now).await;
    let results = due
        .notices
        .iter()
        .map(|notice| Delivered {
            notice: notice.id,
            chat: notice.chat,
            result: if notice.chat == chat.chat() {
                DeliveryResult::Unreachable
            } else {
                DeliveryResult::Sent {
                    messages: vec![ChatMessageId(5000 + notice.id.0)],
                    linked: Vec::new(),
                }
            },
        })
        .collect();
    rig.record(now, results).await;
    due
}

/// What is taken for this chat until nothing is left; everything is sent.
async fn all_for(rig: &Rig, chat: PersonId, now: Time) -> Vec<Body> {
    let mut bodies = Vec::new();
    loop {
        let due = rig.take(now).await;
        if due.notices.is_empty() {
            return bodies;
        }
        let own = due.notices.iter().filter(|one| one.chat == chat.chat());
        bodies.extend(own.map(|notice| notice.body.clone()));
        let first = 6000 + due.notices[0].id.0;
        rig.record(now, sent(&due, first)).await;
    }
}

fn relayed(part: Part, why: Why) -> Body {
    Body::Relay { part, why }
}

#[tokio::test]
async fn what_waited_for_an_admin_is_counted_and_told_to_the_others_whole() {
    let rig = staffed().await;
    let stored = assigned(&rig).await;
    let parts = [Part::Heading, Part::Content];
    rig.done(follow_up(3, 1, &stored, &[VERA], &parts, at(2)))
        .await;
    let stored = ticket(&rig, 1).await;
    rig.done(follow_up(4, 2, &stored, &[VERA], &[Part::Whole], at(3)))
        .await;
    // The heading comes through, and what it stands above does not.
    let heading = rig.take(at(4)).await;
    rig.record(at(4), sent(&heading, 801)).await;
    refuse(&rig, VERA, at(5)).await;
    // Both messages are words: they go to the other admin in one piece each.
    let whole = relayed(Part::Whole, Why::FollowUp);
    assert_eq!(all_for(&rig, GLEB, at(6)).await, [whole.clone(), whole]);
    // One more, decided before anybody knew, and committed after.
    let stored = ticket(&rig, 1).await;
    rig.done(follow_up(5, 3, &stored, &[VERA], &[Part::Whole], at(7)))
        .await;
    assert_eq!(all_for(&rig, GLEB, at(7)).await.len(), 1);
    assert_eq!(
        rig.count("SELECT count(*) FROM notices WHERE state = 'held'")
            .await,
        1
    );
    rig.done(decision(6, VERA, 2, at(8))).await;
    let away = Away {
        messages: 3,
        ..Away::default()
    };
    assert_eq!(all_for(&rig, VERA, at(8)).await, [Body::WhileAway(away)]);
}

#[tokio::test]
async fn very_much_that_an_admin_missed_is_counted_and_passed_on_in_pieces() {
    let rig = staffed().await;
    let mut stored = assigned(&rig).await;
    // Two parts each, so that a piece can end between them.
    let parts = [Part::Heading, Part::Content];
    let many = 250;
    for n in 0..many {
        let decided = follow_up(3 + n, 1 + n, &stored, &[VERA], &parts, at(2));
        rig.done(decided).await;
        stored = ticket(&rig, 1).await;
    }
    refuse(&rig, VERA, at(3)).await;
    let held = "SELECT count(*) FROM notices WHERE state = 'held'";
    let passed = "SELECT count(*) FROM notices WHERE chat_id = 12 AND state = 'pending'";
    let mut left = vec![rig.count(held).await];
    let mut told = vec![rig.count(passed).await];
    while reads::half_folded(&rig.db).await.unwrap() {
        let more = Work::FoldOn { now: at(4) };
        rig.writer.run(more, Done::nothing).await.unwrap();
        left.push(rig.count(held).await);
        told.push(rig.count(passed).await);
    }
    // The row that counts stands for the first piece, and is one of the next.
    assert_eq!(left, [301, 102, 1]);
    assert_eq!(told, [100, 200, 250]);
    assert_eq!(
        all_for(&rig, GLEB, at(5)).await,
        vec![relayed(Part::Whole, Why::FollowUp); 250]
    );
    rig.done(decision(900, VERA, 2, at(8))).await;
    let away = Away {
        messages: 250,
        ..Away::default()
    };
    assert_eq!(all_for(&rig, VERA, at(8)).await, [Body::WhileAway(away)]);
}

#[tokio::test]
async fn what_everybody_was_told_is_told_to_nobody_twice() {
    let rig = staffed().await;
    rig.done(opening(1, ANNA, 0, "Printer", at(1))).await;
    let due = rig.take(at(1)).await;
    rig.record(at(1), sent(&due, 800)).await;
    let stored = ticket(&rig, 1).await;
    let both = [VERA, GLEB];
    rig.done(follow_up(3, 1, &stored, &both, &[Part::Whole], at(2)))
        .await;
    refuse(&rig, VERA, at(3)).await;
    assert_eq!(all_for(&rig, GLEB, at(4)).await, []);
    // The other one goes too: there is nobody left to tell, and no end to the counting.
    let stored = ticket(&rig, 1).await;
    rig.done(follow_up(4, 2, &stored, &both, &[Part::Whole], at(5)))
        .await;
    refuse(&rig, GLEB, at(5)).await;
    let stored = ticket(&rig, 1).await;
    rig.done(follow_up(5, 3, &stored, &both, &[Part::Whole], at(6)))
        .await;
    assert!(rig.take(at(6)).await.notices.is_empty());
    rig.done(decision(6, GLEB, 1, at(7))).await;
    let away = Away {
        messages: 2,
        ..Away::default()
    };
    assert_eq!(all_for(&rig, GLEB, at(7)).await, [Body::WhileAway(away)]);
}

#[tokio::test]
async fn a_count_that_is_refused_goes_on_counting() {
    let rig = staffed().await;
    let stored = assigned(&rig).await;
    rig.done(follow_up(3, 1, &stored, &[VERA], &[Part::Whole], at(2)))
        .await;
    refuse(&rig, VERA, at(3)).await;
    // She returns, and is gone again before she reads it.
    rig.done(decision(6, VERA, 2, at(4))).await;
    let stored = ticket(&rig, 1).await;
    rig.done(follow_up(4, 2, &stored, &[VERA], &[Part::Whole], at(5)))
        .await;
    refuse(&rig, VERA, at(6)).await;
    rig.done(decision(7, VERA, 3, at(7))).await;
    let away = Away {
        messages: 2,
        ..Away::default()
    };
    assert_eq!(all_for(&rig, VERA, at(7)).await, [Body::WhileAway(away)]);
}

#[tokio::test]
async fn a_refusal_older_than_the_return_holds_nothing() {
    let rig = staffed().await;
    let stored = assigned(&rig).await;
    rig.done(answer(3, GLEB, 1, &stored, &[Part::Whole], at(2)))
        .await;
    let due = rig.take(at(3)).await;
    assert_eq!(due.notices.len(), 1);
    // The block is lifted while the refused call is on its way.
    rig.done(decision(4, ANNA, 1, at(4))).await;
    let refused = results(&due, || DeliveryResult::Unreachable);
    rig.record(at(5), refused).await;
    assert_eq!(
        all_for(&rig, ANNA, at(5)).await,
        [relayed(Part::Whole, Why::Answer)]
    );
    assert!(rig.load(ANNA).await.me.unwrap().reachable);
}

#[tokio::test]
async fn authors_are_told_once_however_often_a_person_is_tried() {
    let rig = staffed().await;
    let stored = assigned(&rig).await;
    rig.done(answer(3, VERA, 2, &stored, &[Part::Whole], at(2)))
        .await;
    let stored = ticket(&rig, 1).await;
    rig.done(answer(4, GLEB, 1, &stored, &[Part::Whole], at(2)))
        .await;
    refuse(&rig, ANNA, at(3)).await;
    let blocked = |answer| Body::Blocked {
        answer: ChatMessageId(answer),
    };
    assert_eq!(all_for(&rig, VERA, at(4)).await, [blocked(3)]);
    assert_eq!(
        rig.count("SELECT count(*) FROM notices WHERE kind = 'blocked'")
            .await,
        2
    );
}

#[tokio::test]
async fn what_is_held_for_thirty_days_is_given_up_once() {
    let rig = staffed().await;
    let stored = assigned(&rig).await;
    let parts = [Part::Heading, Part::Content];
    rig.done(answer(3, GLEB, 1, &stored, &parts, at(2))).await;
    refuse(&rig, ANNA, at(3)).await;
    let _blocked = all_for(&rig, GLEB, at(4)).await;
    let later = at(2) + TimeDelta::days(30);
    let overdue = async |now| reads::overdue(&rig.db, now).await.unwrap();
    assert!(!overdue(later - TimeDelta::seconds(1)).await);
    assert!(overdue(later).await);
    for _ in 0..2 {
        rig.writer
            .run(Work::GiveUp { now: later }, Done::nothing)
            .await
            .unwrap();
    }
    assert!(!overdue(later).await);
    let given_up = Body::GivenUp {
        answer: ChatMessageId(3),
    };
    assert_eq!(all_for(&rig, GLEB, later).await, [given_up]);
    rig.done(decision(9, ANNA, 1, later)).await;
    assert_eq!(all_for(&rig, ANNA, later).await, []);
}

#[tokio::test]
async fn the_author_hears_of_a_late_item_that_is_refused() {
    let rig = staffed().await;
    let stored = assigned(&rig).await;
    let mut late = answer(3, GLEB, 1, &stored, &[Part::Whole], at(2));
    late.outcome.notices[0].body = Body::LateItem;
    rig.done(late).await;
    let due = rig.take(at(3)).await;
    let failed = || DeliveryResult::Failed {
        reason: "no".to_owned(),
    };
    rig.record(at(3), results(&due, failed)).await;
    let told = Body::NotDelivered {
        answer: ChatMessageId(3),
        reason: "no".to_owned(),
    };
    assert_eq!(all_for(&rig, GLEB, at(4)).await, [told]);
}
