//! The outbox: order, holding, doubt, albums, links, and what admins hear of their answers.

use super::*;
use frontdesk_desk::ids::{AlbumId, MessageId};
use frontdesk_desk::notice::Copy;

/// A decision that only stores these notices.
fn telling(update: i64, who: PersonId, on: i64, notices: Vec<NewNotice>, at: Time) -> Decision {
    let mut decision = decision(update, who, on, at);
    decision.outcome.notices = notices;
    decision
}

#[tokio::test]
async fn a_chat_gets_its_notices_in_order_and_lanes_choose_between_chats() {
    let rig = Rig::new().await;
    let (a, b, c) = (ChatId(91), ChatId(92), ChatId(93));
    let notices = vec![
        plain(a, Lane::Bulk, at(1), "a1"),
        plain(a, Lane::Own, at(1), "a2"),
        plain(b, Lane::Other, at(1), "b1"),
        plain(c, Lane::Own, at(1), "c1"),
        plain(c, Lane::Own, at(1), "c2"),
    ];
    rig.done(telling(1, ANNA, 0, notices, at(1))).await;

    let first = rig.take(at(1)).await;
    assert_eq!(emojis(&first), ["c1", "b1", "a1"]);
    // Nothing more of these chats until it is known what became of the first.
    assert_eq!(emojis(&rig.take(at(2)).await), [""; 0]);
    let heads = rig.record(at(2), sent(&first, 1)).await;
    let next: Vec<(ChatId, Lane)> = heads.iter().map(|head| (head.chat, head.lane)).collect();
    assert_eq!(next, [(a, Lane::Own), (c, Lane::Own)]);
    assert_eq!(emojis(&rig.take(at(2)).await), ["a2", "c2"]);
}

#[tokio::test]
async fn a_notice_waits_until_it_is_due_and_holds_up_its_chat() {
    let rig = Rig::new().await;
    let notices = vec![
        plain(ChatId(91), Lane::Own, at(10), "later"),
        plain(ChatId(91), Lane::Own, at(1), "behind"),
        plain(ChatId(92), Lane::Own, at(20), "latest"),
    ];
    rig.done(telling(1, ANNA, 0, notices, at(1))).await;
    let none = rig.take(at(9)).await;
    assert_eq!((none.notices.len(), none.next), (0, Some(at(10))));
    let taken = rig.take(at(10)).await;
    assert_eq!((emojis(&taken), taken.next), (vec!["later"], Some(at(20))));

    // It is tried again; the one behind still waits.
    let again = || DeliveryResult::Again {
        doubtful: true,
        reason: "retry after".to_owned(),
    };
    let heads = rig.record(at(11), results(&taken, again)).await;
    assert_eq!(heads[0].notice, taken.notices[0].id);
    let taken = rig.take(at(20)).await;
    assert_eq!(emojis(&taken), ["later", "latest"]);
    let taken = Due {
        notices: taken.notices[..1].to_vec(),
        next: None,
    };
    assert_eq!(
        (taken.notices[0].attempt, taken.notices[0].doubtful),
        (2, true)
    );
    let failed = || DeliveryResult::Failed {
        reason: "Bad Request".to_owned(),
    };
    rig.record(at(41), results(&taken, failed)).await;
    assert_eq!(emojis(&rig.take(at(41)).await), ["behind"]);
}

#[tokio::test]
async fn a_result_counts_once() {
    let rig = Rig::new().await;
    rig.done(opening(1, ANNA, 0, "Printer", at(1))).await;
    let stored = ticket(&rig, 1).await;
    rig.done(answer(2, VERA, 0, &stored, &[Part::Whole], at(2)))
        .await;
    let due = rig.take(at(2)).await;
    let again: Vec<Delivered> = sent(&due, 70).into_iter().chain(sent(&due, 70)).collect();
    rig.record(at(3), again.clone()).await;
    let once = rig.dump().await;
    rig.record(at(4), again).await;
    assert_eq!(rig.dump().await, once);
}

#[tokio::test]
async fn what_a_dead_process_was_sending_is_sent_again_with_doubt() {
    let rig = Rig::new().await;
    let notices = vec![plain(ChatId(91), Lane::Own, at(1), "x")];
    rig.done(telling(1, ANNA, 0, notices, at(1))).await;
    assert!(!rig.take(at(1)).await.notices[0].doubtful);

    let Rig { folder, db, writer } = rig;
    drop(writer);
    db.close().await;
    let rig = Rig::in_folder(folder).await;
    assert!(rig.start(&[VERA, GLEB], at(5)).await.unwrap());
    let due = rig.take(at(5)).await;
    assert_eq!(emojis(&due), ["x"]);
    assert!(due.notices[0].doubtful && due.notices[0].attempt == 2);
}

/// Opens a ticket, answers it, and tells what the outcome of its last part makes the admin read.
async fn answered(parts: &[Part], results: &[DeliveryResult]) -> (Rig, Vec<Body>) {
    let rig = Rig::new().await;
    rig.done(opening(1, ANNA, 0, "Printer", at(1))).await;
    let noticed = rig.take(at(1)).await;
    rig.record(at(1), sent(&noticed, 900)).await;
    let stored = ticket(&rig, 1).await;
    rig.done(answer(55, VERA, 0, &stored, parts, at(2))).await;
    let mut told = Vec::new();
    for result in results {
        let due = rig.take(at(3)).await;
        let (own, users): (Vec<_>, Vec<_>) = due
            .notices
            .into_iter()
            .partition(|notice| notice.chat == VERA.chat());
        told.extend(own.into_iter().map(|notice| notice.body));
        let delivered = users.iter().map(|notice| Delivered {
            notice: notice.id,
            chat: notice.chat,
            result: result.clone(),
        });
        rig.record(at(3), delivered.collect()).await;
    }
    told.extend(
        rig.take(at(4))
            .await
            .notices
            .into_iter()
            .map(|notice| notice.body),
    );
    (rig, told)
}

fn sent_as(message: i64) -> DeliveryResult {
    DeliveryResult::Sent {
        messages: vec![ChatMessageId(message)],
        linked: Vec::new(),
    }
}

const ANSWER: ChatMessageId = ChatMessageId(55);

#[tokio::test]
async fn an_answer_is_confirmed_once_by_its_last_part() {
    let (_rig, told) = answered(&[Part::Whole], &[sent_as(70)]).await;
    assert_eq!(told, [Body::Delivered { answer: ANSWER }]);
    let parts = [Part::Heading, Part::Album, Part::Buttons];
    let (_rig, told) = answered(&parts, &[sent_as(70), sent_as(71), sent_as(72)]).await;
    assert_eq!(told, [Body::Delivered { answer: ANSWER }]);
}

#[tokio::test]
async fn an_answer_with_a_refused_part_is_not_delivered() {
    let refused = DeliveryResult::Failed {
        reason: "Bad Request: wrong file".to_owned(),
    };
    let not_delivered = Body::NotDelivered {
        answer: ANSWER,
        reason: "Bad Request: wrong file".to_owned(),
    };
    let (_rig, told) = answered(&[Part::Whole], std::slice::from_ref(&refused)).await;
    assert_eq!(told, std::slice::from_ref(&not_delivered));
    let parts = [Part::Heading, Part::Album, Part::Buttons];
    let (_rig, told) = answered(&parts, &[sent_as(70), refused, sent_as(72)]).await;
    assert_eq!(told, [not_delivered]);
}

#[tokio::test]
async fn an_outcome_of_an_outcome_tells_nobody() {
    let (rig, told) = answered(&[Part::Whole], &[sent_as(70)]).await;
    assert_eq!(told.len(), 1);
    // The confirmation itself fails.
    let before = rig.count("SELECT count(*) FROM notices").await;
    let id = rig
        .count("SELECT id FROM notices WHERE state = 'sending'")
        .await;
    let failed = Delivered {
        notice: frontdesk_desk::ids::NoticeId(id),
        chat: VERA.chat(),
        result: DeliveryResult::Unreachable,
    };
    rig.record(at(5), vec![failed]).await;
    assert_eq!(rig.count("SELECT count(*) FROM notices").await, before);
    assert!(!rig.load(VERA).await.me.unwrap().reachable);
}

#[tokio::test]
async fn what_cannot_reach_a_person_is_held_until_they_return() {
    let parts = [Part::Heading, Part::Content];
    let (rig, told) = answered(&parts, &[DeliveryResult::Unreachable]).await;
    assert_eq!(told, [Body::Blocked { answer: ANSWER }]);
    assert!(!rig.load(ANNA).await.me.unwrap().reachable);
    assert_eq!(
        rig.count("SELECT count(*) FROM notices WHERE state = 'held'")
            .await,
        2
    );

    // Another answer joins the held ones, and its author is told at once.
    let stored = ticket(&rig, 1).await;
    rig.done(answer(56, GLEB, 0, &stored, &[Part::Whole], at(5)))
        .await;
    let due = rig.take(at(5)).await;
    assert_eq!(due.notices.len(), 1);
    assert_eq!(due.notices[0].chat, GLEB.chat());
    assert_eq!(
        due.notices[0].body,
        Body::Blocked {
            answer: ChatMessageId(56)
        }
    );

    // She writes: everything goes out, in order, behind nothing of its own.
    let mut back = decision(57, ANNA, 1, at(6));
    back.outcome
        .notices
        .push(plain(ANNA.chat(), Lane::Own, at(6), "seen"));
    rig.done(back).await;
    let mut order = Vec::new();
    for turn in 6..10 {
        let due = rig.take(at(turn)).await;
        for notice in due
            .notices
            .iter()
            .filter(|notice| notice.chat == ANNA.chat())
        {
            order.push(notice.body.clone());
        }
        rig.record(at(turn), sent(&due, 100 + turn)).await;
    }
    let relay = |part| Body::Relay {
        part,
        why: Why::Answer,
    };
    assert_eq!(
        order[..3],
        [
            relay(Part::Heading),
            relay(Part::Content),
            relay(Part::Whole)
        ]
    );
    assert!(matches!(order[3], Body::React { .. }));
}

#[tokio::test]
async fn a_block_without_anything_waiting_holds_nothing_back() {
    let rig = Rig::new().await;
    let mut block = decision(1, ANNA, 0, at(1));
    block.outcome.person.reachable = Some(false);
    rig.done(block).await;
    // The next notice is tried, and only then Telegram's answer counts.
    let notices = vec![plain(ANNA.chat(), Lane::Own, at(2), "x")];
    rig.done(telling(2, VERA, 0, notices, at(2))).await;
    assert_eq!(emojis(&rig.take(at(2)).await), ["x"]);
}

/// An album's notice to an admin.
fn album_notice(ticket: TicketRef, message: MessageRef, body: Body, now: Time) -> NewNotice {
    NewNotice {
        chat: VERA.chat(),
        lane: Lane::Other,
        due: now + TimeDelta::seconds(1),
        ticket: Some(ticket),
        message: Some(message),
        album: Some(AlbumId("album".to_owned())),
        body,
    }
}

/// A further item of the album.
async fn item(rig: &Rig, update: i64, on: i64, now: Time) {
    let stored = ticket(rig, 1).await;
    let mut decided = decision(update, ANNA, on, now);
    let mut joined = change(&stored, now, |_| {});
    let mut photo = message(ANNA, SenderType::User, update, "", now);
    photo.album = Some(AlbumId("album".to_owned()));
    joined.messages.push(photo);
    decided.outcome.tickets.push(joined);
    let late = album_notice(
        TicketRef::Id(TicketId(1)),
        MessageRef::New(0),
        Body::LateItem,
        now,
    );
    decided.outcome.notices.push(late);
    rig.done(decided).await;
}

#[tokio::test]
async fn an_album_waits_for_its_items_and_late_ones_follow() {
    let rig = Rig::new().await;
    let mut first = opening(1, ANNA, 0, "Photos", at(0));
    first.outcome.tickets[0].messages[0].album = Some(AlbumId("album".to_owned()));
    first.outcome.notices = [Part::Heading, Part::Album, Part::Buttons]
        .map(|part| {
            let why = Why::NewTicket;
            album_notice(
                TicketRef::New(0),
                MessageRef::New(0),
                Body::Relay { part, why },
                at(0),
            )
        })
        .to_vec();
    rig.done(first).await;
    let due_at = async || {
        let heads = reads::heads(&rig.db, None, 9).await.unwrap();
        heads.first().map(|head| head.due)
    };
    assert_eq!(due_at().await, Some(at(1)));
    let half = at(0) + TimeDelta::milliseconds(500);
    item(&rig, 2, 1, half).await;
    assert_eq!(due_at().await, Some(half + TimeDelta::seconds(1)));
    // Three seconds in all, whatever comes.
    item(&rig, 3, 2, at(2) + TimeDelta::milliseconds(900)).await;
    assert_eq!(due_at().await, Some(at(3)));

    let heading = rig.take(at(4)).await;
    rig.record(at(4), sent(&heading, 800)).await;
    let album = rig.take(at(4)).await;
    let items: Vec<i64> = album.notices[0]
        .items
        .iter()
        .map(|item| item.id.0)
        .collect();
    assert_eq!(items, [1, 2, 3]);
    let linked = vec![
        (ChatMessageId(801), Some(MessageId(1))),
        (ChatMessageId(802), Some(MessageId(2))),
    ];
    let delivered = Delivered {
        notice: album.notices[0].id,
        chat: VERA.chat(),
        result: DeliveryResult::Sent {
            messages: vec![ChatMessageId(801), ChatMessageId(802)],
            linked,
        },
    };
    rig.record(at(4), vec![delivered]).await;
    // An edit of item 2, whose own notice still waits and will bring nothing.
    let edit = |update, version, message, now| {
        let mut edit = decision(update, ANNA, version, now);
        edit.outcome.notices.push(NewNotice {
            message: Some(MessageRef::Id(MessageId(message))),
            body: Body::EditCopies,
            ..relay(
                VERA.chat(),
                TicketRef::Id(TicketId(1)),
                Part::Whole,
                Why::FollowUp,
                now,
            )
        });
        edit
    };
    rig.done(edit(8, 3, 2, at(4))).await;
    let buttons = rig.take(at(4)).await;
    assert_eq!(buttons.notices[0].copies.len(), 2);
    rig.record(at(4), sent(&buttons, 803)).await;

    // Item 2 is there already; item 3 was skipped, and follows.
    let late = rig.take(at(4)).await;
    assert_eq!(late.notices[0].message.as_ref().unwrap().id, MessageId(2));
    assert_eq!(late.notices[0].copies.len(), 1);
    rig.record(at(4), results(&late, || DeliveryResult::Nothing))
        .await;
    let late = rig.take(at(4)).await;
    assert_eq!(late.notices[0].message.as_ref().unwrap().id, MessageId(3));
    assert!(late.notices[0].copies.is_empty());
    let items: Vec<i64> = late.notices[0].items.iter().map(|item| item.id.0).collect();
    assert_eq!(items, [3]);
    rig.record(at(4), sent(&late, 804)).await;
    // The edit reaches the copy that the album carried along.
    let edited = rig.take(at(4)).await;
    assert_eq!(edited.notices[0].body, Body::EditCopies);
    assert_eq!(edited.notices[0].copies[0].message, ChatMessageId(802));
    rig.record(at(4), results(&edited, || DeliveryResult::Nothing))
        .await;

    let facts = rig
        .facts(ANNA, &[Need::Album(AlbumId("album".to_owned()))])
        .await;
    let place = facts.album.unwrap();
    assert_eq!((place.ticket, place.first.id), (TicketId(1), MessageId(1)));
    assert_eq!(place.recipients, [VERA]);
    let third = rig
        .facts(ANNA, &[Need::Original(source(ANNA, 3))])
        .await
        .original
        .unwrap();
    assert_eq!(third.recipients, [VERA]);
    assert_eq!(third.siblings, [MessageId(1), MessageId(2), MessageId(3)]);
    // The late item's copy is kept true to it.
    rig.done(edit(9, 4, 3, at(5))).await;
    let copy = Copy {
        message: ChatMessageId(804),
        part: Part::Album,
        why: Why::FollowUp,
    };
    assert_eq!(rig.take(at(5)).await.notices[0].copies, [copy]);
}

#[tokio::test]
async fn a_reply_to_anything_about_a_ticket_finds_it() {
    let rig = Rig::new().await;
    rig.done(opening(1, ANNA, 0, "Printer", at(1))).await;
    let due = rig.take(at(1)).await;
    rig.record(at(2), sent(&due, 900)).await;
    let stored = ticket(&rig, 1).await;
    let parts = [Part::Heading, Part::Content];
    rig.done(answer(55, VERA, 0, &stored, &parts, at(3))).await;
    for message in [70, 71] {
        let due = rig.take(at(3)).await;
        rig.record(at(4), sent(&due, message)).await;
    }
    let due = rig.take(at(4)).await;
    rig.record(at(5), sent(&due, 901)).await;

    let about = async |chat, message| {
        let facts = rig
            .facts(chat, &[Need::TicketOf(source(chat, message))])
            .await;
        assert_eq!(facts.tickets.len(), usize::from(facts.linked.is_some()));
        facts
            .linked
            .map(|linked| (linked.ticket.0, linked.message.map(|id| id.0)))
    };
    // Her own message, the admin's copy of it, the heading and the copy of the answer, the admin's
    // own answer, and the confirmation.
    assert_eq!(about(ANNA, 1).await, Some((1, Some(1))));
    assert_eq!(about(VERA, 900).await, Some((1, Some(1))));
    assert_eq!(about(ANNA, 70).await, Some((1, Some(2))));
    assert_eq!(about(ANNA, 71).await, Some((1, Some(2))));
    assert_eq!(about(VERA, 55).await, Some((1, Some(2))));
    assert_eq!(about(VERA, 901).await, Some((1, Some(2))));
    assert_eq!(about(VERA, 902).await, None);
    // Other chats number their messages for themselves.
    assert_eq!(about(GLEB, 900).await, None);
}
