//! The outbox when sending goes wrong, or takes long: what is taken again, albums in part, groups
//! that move, edits, and what is forgotten.

use super::*;
use frontdesk_desk::ids::{AlbumId, MessageId};

fn telling(update: i64, on: i64, notices: Vec<NewNotice>, at: Time) -> Decision {
    let mut decision = decision(update, ANNA, on, at);
    decision.outcome.notices = notices;
    decision
}

async fn queued(rig: &Rig, decision: Decision) -> Queued {
    match rig.commit(decision).await {
        Committed::Done { queued, .. } => queued,
        other => panic!("not stored: {other:?}"),
    }
}

fn numbers(heads: &[Head]) -> Vec<(i64, i64)> {
    heads
        .iter()
        .map(|head| (head.chat.0, head.notice.0))
        .collect()
}

#[tokio::test]
async fn a_commit_tells_what_it_put_first_and_what_the_screen_comes_after() {
    let rig = Rig::new().await;
    let notices = vec![
        plain(ANNA.chat(), Lane::Own, at(1), "own"),
        plain(ChatId(91), Lane::Other, at(1), "first"),
        plain(ChatId(91), Lane::Other, at(1), "second"),
        plain(ANNA.chat(), Lane::Own, at(1), "last own"),
    ];
    let first = queued(&rig, telling(1, 0, notices, at(1))).await;
    assert_eq!(numbers(&first.heads), [(1, 1), (91, 2)]);
    assert_eq!(first.own, Some(NoticeId(4)));
    // Behind what waits already it is first in no line.
    let notices = vec![plain(ChatId(91), Lane::Own, at(2), "third")];
    let second = queued(&rig, telling(2, 1, notices, at(2))).await;
    assert_eq!(second, Queued::default());
}

#[tokio::test]
async fn what_was_held_comes_back_as_their_own() {
    let rig = Rig::new().await;
    let notices = vec![
        plain(ANNA.chat(), Lane::Other, at(1), "x"),
        plain(ANNA.chat(), Lane::Bulk, at(1), "y"),
    ];
    let mut block = telling(1, 0, notices, at(1));
    block.outcome.person.reachable = Some(false);
    rig.done(block).await;
    let due = rig.take(at(1)).await;
    let heads = rig
        .record(at(1), results(&due, || DeliveryResult::Unreachable))
        .await;
    assert_eq!(heads, []);
    let mut back = telling(2, 1, Vec::new(), at(9));
    back.outcome.person.reachable = Some(true);
    let queued = queued(&rig, back).await;
    let head = Head {
        notice: NoticeId(1),
        chat: ANNA.chat(),
        lane: Lane::Own,
        due: at(9),
    };
    assert_eq!(queued.heads, [head]);
    assert_eq!(queued.own, Some(NoticeId(2)));
}

#[tokio::test]
async fn a_notice_that_is_marked_already_is_taken_again() {
    let rig = Rig::new().await;
    let notices = vec![plain(ChatId(91), Lane::Own, at(1), "x")];
    rig.done(telling(1, 0, notices, at(1))).await;
    let first = rig.take_these(&[NoticeId(1)], at(1)).await;
    let again = rig.take_these(&[NoticeId(1)], at(1)).await;
    assert_eq!((first[0].attempt, again[0].attempt), (1, 2));
    assert!(reads::heads(&rig.db, None, 9).await.unwrap().is_empty());
    rig.record(
        at(2),
        results(
            &Due {
                notices: first,
                next: None,
            },
            || DeliveryResult::Nothing,
        ),
    )
    .await;
    assert!(rig.take_these(&[NoticeId(1)], at(2)).await.is_empty());
}

#[tokio::test]
async fn heads_are_looked_at_page_by_page() {
    let rig = Rig::new().await;
    let notices = (0..7)
        .map(|chat| plain(ChatId(90 + chat), Lane::Bulk, at(chat % 3), "x"))
        .collect();
    rig.done(telling(1, 0, notices, at(1))).await;
    let mut seen = Vec::new();
    loop {
        let after = seen.last().map(|head: &Head| (head.due, head.notice));
        let page = reads::heads(&rig.db, after, 2).await.unwrap();
        if page.is_empty() {
            break;
        }
        seen.extend(page);
    }
    let order: Vec<i64> = seen.iter().map(|head| head.notice.0).collect();
    assert_eq!(order, [1, 4, 7, 2, 5, 3, 6]);
}

/// An album of three items in ticket 1, its notice for the admin taken.
async fn album(rig: &Rig) -> DueNotice {
    let mut opening = opening(1, ANNA, 0, "Photos", at(0));
    let change = &mut opening.outcome.tickets[0];
    change.messages = (1..=3)
        .map(|place| {
            let mut photo = message(ANNA, SenderType::User, place, "", at(0));
            photo.album = Some(AlbumId("album".to_owned()));
            photo
        })
        .collect();
    opening.outcome.notices = vec![NewNotice {
        album: Some(AlbumId("album".to_owned())),
        ..relay(
            VERA.chat(),
            TicketRef::New(0),
            Part::Album,
            Why::NewTicket,
            at(0),
        )
    }];
    rig.done(opening).await;
    rig.take(at(9)).await.notices.remove(0)
}

#[tokio::test]
async fn an_album_in_part_goes_on_with_the_items_that_are_not_there() {
    let rig = Rig::new().await;
    let mut notice = album(&rig).await;
    assert_eq!((notice.items.len(), notice.one_by_one), (3, false));
    let mut sent: Vec<ChatMessageId> = Vec::new();
    for left in [3, 2, 1] {
        let item = &notice.items[0];
        let message = ChatMessageId(700 + item.id.0);
        let result = DeliveryResult::Partly {
            messages: vec![message],
            linked: vec![(message, Some(item.id))],
            doubtful: left == 2,
        };
        sent.push(message);
        let heads = rig
            .record(
                at(10),
                vec![Delivered {
                    notice: notice.id,
                    chat: notice.chat,
                    result,
                }],
            )
            .await;
        assert_eq!(heads[0].notice, notice.id);
        // It goes on where it was, a crash in between or not.
        notice = rig.take(at(10)).await.notices.remove(0);
        assert_eq!((notice.items.len(), notice.one_by_one), (left - 1, true));
        assert_eq!(notice.doubtful, left <= 2);
    }
    let over = Delivered {
        notice: notice.id,
        chat: notice.chat,
        result: DeliveryResult::Nothing,
    };
    assert_eq!(rig.record(at(11), vec![over]).await, []);
    let links = rig
        .count("SELECT count(*) FROM message_links WHERE chat_id = 11 AND part = 'album'")
        .await;
    assert_eq!(links, 3);
}

#[tokio::test]
async fn a_group_that_moves_takes_its_notices_along() {
    let rig = Rig::new().await;
    let (old, new) = (ChatId(-7), ChatId(-1_000_000_000_007));
    let notices = vec![
        plain(old, Lane::Other, at(1), "greeting"),
        plain(old, Lane::Other, at(1), "leaving"),
        plain(new, Lane::Other, at(1), "newer"),
    ];
    rig.done(telling(1, 0, notices, at(1))).await;
    let taken = rig.take_these(&[NoticeId(1)], at(1)).await;
    let due = Due {
        notices: taken,
        next: None,
    };
    let heads = rig
        .record(at(2), results(&due, || DeliveryResult::Moved { to: new }))
        .await;
    assert_eq!(numbers(&heads), [(new.0, 1)]);
    let mut order = Vec::new();
    for turn in 3..6 {
        let due = rig.take(at(turn)).await;
        order.extend(emojis(&due).into_iter().map(str::to_owned));
        rig.record(at(turn), sent(&due, 700 + turn)).await;
    }
    assert_eq!(order, ["greeting", "leaving", "newer"]);
}

/// An edit of message 1 in ticket 1, for the admin.
fn edit(update: i64, on: i64, now: Time) -> Decision {
    let notice = NewNotice {
        message: Some(MessageRef::Id(MessageId(1))),
        body: Body::EditCopies,
        ..relay(
            VERA.chat(),
            TicketRef::Id(TicketId(1)),
            Part::Whole,
            Why::NewTicket,
            now,
        )
    };
    telling(update, on, vec![notice], now)
}

#[tokio::test]
async fn edits_wait_for_nothing_that_shows_the_newest_words_itself() {
    let rig = Rig::new().await;
    rig.done(opening(1, ANNA, 0, "Printer", at(1))).await;
    let notices = async || rig.count("SELECT count(*) FROM notices").await;
    // The words are still on their way.
    rig.done(edit(2, 1, at(2))).await;
    assert_eq!(notices().await, 1);
    // They may have been drawn already.
    let due = rig.take(at(2)).await;
    rig.done(edit(3, 2, at(3))).await;
    rig.done(edit(4, 3, at(3))).await;
    assert_eq!(notices().await, 2);
    rig.record(at(3), sent(&due, 900)).await;
    let due = rig.take(at(3)).await;
    assert_eq!(due.notices[0].body, Body::EditCopies);
    rig.done(edit(5, 4, at(4))).await;
    assert_eq!(notices().await, 3);
}

#[tokio::test]
async fn parts_without_the_words_keep_no_edit_back() {
    let rig = Rig::new().await;
    let mut opening = opening(1, ANNA, 0, "Printer", at(1));
    opening.outcome.notices = [Part::Heading, Part::Buttons]
        .map(|part| relay(VERA.chat(), TicketRef::New(0), part, Why::NewTicket, at(1)))
        .to_vec();
    rig.done(opening).await;
    rig.done(edit(2, 1, at(2))).await;
    assert_eq!(rig.count("SELECT count(*) FROM notices").await, 3);
}

#[tokio::test]
async fn what_is_over_is_forgotten_in_time_and_what_can_be_asked_for_is_not() {
    let rig = Rig::new().await;
    let chats = 91..=95;
    let notices = chats
        .clone()
        .map(|chat| plain(ChatId(chat), Lane::Other, at(1), "x"))
        .collect();
    rig.done(telling(1, 0, notices, at(1))).await;
    let due = rig.take(at(1)).await;
    let again = DeliveryResult::Again {
        doubtful: true,
        reason: "cut".to_owned(),
    };
    let failed = DeliveryResult::Failed {
        reason: "refused".to_owned(),
    };
    let one = |chat: i64, result: DeliveryResult| {
        let notice = due
            .notices
            .iter()
            .find(|notice| notice.chat.0 == chat)
            .unwrap();
        Delivered {
            notice: notice.id,
            chat: notice.chat,
            result,
        }
    };
    rig.record(
        at(2),
        vec![
            one(91, DeliveryResult::Nothing),
            one(92, again),
            one(93, failed),
        ],
    )
    .await;
    let doubtful = rig.take(at(2)).await;
    assert_eq!(doubtful.notices.len(), 1);
    rig.record(at(2), results(&doubtful, || DeliveryResult::Nothing))
        .await;
    let left = async || {
        rig.count("SELECT CAST(coalesce(sum(chat_id - 90), 0) AS BIGINT) FROM notices")
            .await
    };
    let day = |days: i64| at(3) + TimeDelta::days(days);
    let mut on = 1;
    for (days, expected) in [(1, 15), (4, 14), (31, 9)] {
        // The sweep goes along with commits, and rests when it has seen all.
        for pause in [0, 700] {
            let now = day(days) + TimeDelta::seconds(pause);
            rig.done(telling(on + 1, on, Vec::new(), now)).await;
            on += 1;
        }
        assert_eq!(left().await, expected, "after {days} days");
    }
}

#[tokio::test]
async fn a_message_that_failed_is_kept() {
    let rig = Rig::new().await;
    rig.done(opening(1, ANNA, 0, "Printer", at(1))).await;
    let due = rig.take(at(1)).await;
    let failed = || DeliveryResult::Failed {
        reason: "refused".to_owned(),
    };
    rig.record(at(2), results(&due, failed)).await;
    rig.done(telling(2, 1, Vec::new(), at(3) + TimeDelta::days(100)))
        .await;
    assert_eq!(
        rig.count("SELECT count(*) FROM notices WHERE state = 'failed'")
            .await,
        1
    );
}

#[tokio::test]
async fn a_clock_that_was_set_back_makes_nobody_wait() {
    let rig = Rig::new().await;
    let ahead = at(0) + TimeDelta::hours(7);
    let notices = vec![plain(
        ChatId(91),
        Lane::Other,
        ahead + TimeDelta::seconds(3),
        "x",
    )];
    rig.done(telling(1, 0, notices, ahead)).await;
    let until = ahead + TimeDelta::seconds(60);
    let record = Record {
        at: ahead,
        results: Vec::new(),
        screens: Vec::new(),
        holds: vec![Hold { chat: None, until }],
    };
    rig.writer
        .run(Work::Record(record), Done::heads)
        .await
        .unwrap();
    rig.start(&[VERA], at(0)).await.unwrap();
    let heads = reads::heads(&rig.db, None, 9).await.unwrap();
    assert_eq!(heads[0].due, at(3));
    let holds = reads::holds(&rig.db, at(0)).await.unwrap();
    assert_eq!(holds[0].until, at(60));
}

#[tokio::test]
async fn a_notice_that_cannot_be_read_can_be_given_up() {
    let rig = Rig::new().await;
    let notices = vec![
        plain(ChatId(91), Lane::Own, at(1), "x"),
        plain(ChatId(91), Lane::Own, at(1), "y"),
    ];
    rig.done(telling(1, 0, notices, at(1))).await;
    rig.execute("UPDATE notices SET body = '{}' WHERE id = 1")
        .await;
    let take = Work::Take {
        notices: vec![NoticeId(1)],
        now: at(1),
    };
    let taken = rig.writer.run(take, Done::taken).await.unwrap();
    let unreadable = reads::taken(&rig.db, &taken).await;
    assert!(matches!(unreadable, Err(StoreError::Corrupt(_))));
    let failed = Delivered {
        notice: NoticeId(1),
        chat: ChatId(91),
        result: DeliveryResult::Failed {
            reason: "the desk cannot read it".to_owned(),
        },
    };
    let heads = rig.record(at(1), vec![failed]).await;
    assert_eq!(numbers(&heads), [(91, 2)]);
}
