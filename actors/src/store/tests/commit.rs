//! One decision: stored whole, once, or not at all.

use super::*;
use frontdesk_desk::content::{Entity, File};
use frontdesk_desk::conversation::Placed;
use frontdesk_desk::ids::MessageId;
use frontdesk_desk::outcome::MessageEdit;

#[tokio::test]
async fn a_decision_is_stored_with_its_ids_put_in() {
    let rig = Rig::new().await;
    let mut opening = opening(100, ANNA, 0, "Printer", at(1));
    opening.outcome.conversation.placed = Some(Placed {
        ticket: TicketRef::New(0),
        at: at(1),
    });
    let Committed::Done {
        version,
        number,
        outcome,
        current,
        queued,
    } = rig.commit(opening).await
    else {
        panic!("not stored")
    };
    assert_eq!((version, number, current), (Version(1), Some(1), None));
    let head = Head {
        notice: NoticeId(1),
        chat: VERA.chat(),
        lane: Lane::Other,
        due: at(1),
    };
    let heads = vec![head];
    assert_eq!(queued, Queued { heads, own: None });
    assert_eq!(outcome.tickets[0].ticket.id, TicketId(1));
    assert_eq!(outcome.notices[0].ticket, Some(TicketRef::Id(TicketId(1))));
    assert_eq!(
        outcome.notices[0].message,
        Some(MessageRef::Id(MessageId(1)))
    );
    let Some(Show { screen, .. }) = &outcome.show else {
        panic!("no screen")
    };
    assert_eq!(screen.ticket(), Some(TicketRef::Id(TicketId(1))));

    let stored = rig.load(ANNA).await;
    assert_eq!(stored.version, Version(1));
    assert_eq!(stored.state, outcome.conversation);
    assert_eq!(
        stored.state.placed.unwrap().ticket,
        TicketRef::Id(TicketId(1))
    );
    assert_eq!(stored.me.unwrap().username.as_deref(), Some("User1"));

    let due = rig.take(at(1)).await;
    assert_eq!(due.notices.len(), 1);
    let notice = &due.notices[0];
    assert_eq!(notice.chat, VERA.chat());
    assert_eq!(notice.ticket.as_ref().unwrap().subject, "Printer");
    assert_eq!(notice.user.as_ref().unwrap().id, ANNA);
    assert_eq!(notice.author.as_ref().unwrap().id, ANNA);
    assert_eq!(
        notice.message.as_ref().unwrap().content.text,
        "what happened"
    );
    assert_eq!(
        (notice.attempt, notice.doubtful, notice.to.is_some()),
        (1, false, false)
    );

    let (unshown, _) = reads::unshown(&rig.db).await.unwrap();
    assert_eq!(unshown.len(), 1);
    assert_eq!((unshown[0].person, unshown[0].number), (ANNA, 1));
    assert_eq!(Some(&unshown[0].show), outcome.show.as_ref());
}

#[tokio::test]
async fn a_repeat_changes_nothing() {
    let rig = Rig::new().await;
    rig.done(opening(100, ANNA, 0, "Printer", at(1))).await;
    let before = rig.dump().await;
    assert_eq!(
        rig.commit(opening(100, ANNA, 1, "Printer", at(2))).await,
        Committed::Repeat
    );
    assert_eq!(rig.dump().await, before);
}

#[tokio::test]
async fn whoever_decided_on_something_gone_writes_nothing() {
    let rig = Rig::new().await;
    rig.done(opening(100, ANNA, 0, "Printer", at(1))).await;
    rig.done(decision(101, VERA, 0, at(1))).await;
    let stored = ticket(&rig, 1).await;
    let before = rig.dump().await;
    // Another version of the conversation.
    assert_eq!(
        rig.commit(decision(102, ANNA, 0, at(2))).await,
        Committed::Conflict
    );
    // Another version of the ticket, and one that is not there.
    let mut old = stored.clone();
    old.version = Version(0);
    for gone in [
        old,
        Ticket {
            id: TicketId(9),
            ..stored.clone()
        },
    ] {
        let late = answer(103, VERA, 1, &gone, &[Part::Whole], at(2));
        assert_eq!(rig.commit(late).await, Committed::Conflict);
    }
    // The same message under another update.
    let mut twice = decision(104, ANNA, 1, at(2));
    let mut again = change(&stored, at(2), |_| {});
    again
        .messages
        .push(message(ANNA, SenderType::User, 100, "what happened", at(2)));
    twice.outcome.tickets.push(again);
    assert_eq!(rig.commit(twice).await, Committed::Conflict);
    assert_eq!(rig.dump().await, before);
}

#[tokio::test]
async fn every_column_comes_back_as_it_was() {
    let rig = Rig::new().await;
    let mut opening = opening(100, ANNA, 0, "a <b ☎ \u{1F600} ' \" \\ %", at(1));
    let change = &mut opening.outcome.tickets[0];
    change.ticket.priority = Priority::Urgent;
    change.ticket.assignee = Some(GLEB);
    change.ticket.first_answer_at = Some(at(3));
    change.ticket.closed_at = Some(at(4));
    change.ticket.status = Status::Closed;
    change.ticket.unread = true;
    let sent = &mut change.messages[0];
    sent.content.kind = frontdesk_desk::content::ContentKind::Photo;
    sent.content.entities = vec![Entity {
        offset: 0,
        length: 2,
        rest: serde_json::from_str(r#"{"type":"text_link","url":"https://example.org"}"#).unwrap(),
    }];
    sent.content.file = Some(File {
        file_id: "file".to_owned(),
        file_unique_id: "unique".to_owned(),
    });
    sent.content.text = "\u{1F469}\u{200D}\u{1F52C}\n\0\t\u{FFFF}".to_owned();
    let written = sent.clone();
    let committed = rig.done(opening).await;
    assert_eq!(ticket(&rig, 1).await, committed.tickets[0].ticket);

    let facts = rig.facts(ANNA, &[Need::Original(source(ANNA, 100))]).await;
    let read = facts.original.unwrap().message;
    let mut content = written.content;
    if !rig.of_file() {
        content.text = content.text.replace('\0', "\u{FFFD}");
    }
    assert_eq!(read.content, content);
    assert_eq!((read.source, read.created_at), (written.source, written.at));
}

#[tokio::test]
async fn edits_and_recalls_change_the_message() {
    let rig = Rig::new().await;
    rig.done(opening(100, ANNA, 0, "Printer", at(1))).await;
    let stored = ticket(&rig, 1).await;
    let mut edit = decision(101, ANNA, 1, at(5));
    let mut edited = change(&stored, at(5), |_| {});
    edited.edits.push(MessageEdit::Content {
        message: MessageId(1),
        content: Content::plain("what really happened"),
        at: at(5),
    });
    edited.edits.push(MessageEdit::Recall {
        message: MessageId(1),
        at: at(6),
    });
    edited.events.push(event(
        ANNA,
        at(5),
        Happened::MessageEdited {
            message: MessageId(1),
            former: "what happened".to_owned(),
        },
    ));
    edit.outcome.tickets.push(edited);
    rig.done(edit).await;
    let needs = [
        Need::Message(TicketId(1), MessageId(1)),
        Need::EventsSince(TicketId(1), Version(1)),
    ];
    let facts = rig.facts(ANNA, &needs).await;
    let message = facts.original.unwrap().message;
    assert_eq!(message.content.text, "what really happened");
    assert_eq!(
        (message.edited_at, message.recalled_at),
        (Some(at(5)), Some(at(6)))
    );
    assert_eq!(facts.since.len(), 1);
    assert_eq!(
        (facts.since[0].version, facts.since[0].by),
        (Version(2), Some(ANNA))
    );
}

#[tokio::test]
async fn a_person_keeps_what_an_update_does_not_say() {
    let rig = Rig::new().await;
    let mut first = decision(1, ANNA, 0, at(1));
    first.outcome.person.language = Some(frontdesk_desk::ticket::Lang::Ru);
    first.outcome.person.muted = Some(true);
    first.outcome.person.reachable = Some(false);
    rig.done(first).await;
    let mut second = decision(2, ANNA, 1, at(9));
    second.outcome.person.reachable = None;
    second.person.username = None;
    rig.done(second).await;
    let me = rig.load(ANNA).await.me.unwrap();
    assert_eq!(me.language, Some(frontdesk_desk::ticket::Lang::Ru));
    assert!(me.muted && !me.reachable && me.username.is_none());
    assert_eq!((me.first_seen, me.last_seen), (at(1), at(9)));
}

#[tokio::test]
async fn the_newest_screen_is_shown_and_a_reply_to_it_finds_its_ticket() {
    let rig = Rig::new().await;
    rig.done(opening(100, ANNA, 0, "Printer", at(1))).await;
    rig.shown(ANNA, 1, 500, at(2)).await;
    assert!(reads::unshown(&rig.db).await.unwrap().0.is_empty());
    let asked = [Need::TicketOf(source(ANNA, 500))];
    let linked = rig.facts(ANNA, &asked).await.linked.unwrap();
    assert_eq!(
        (linked.ticket, linked.message, linked.at),
        (TicketId(1), None, at(2))
    );

    // The same message shows something else now.
    let mut home = decision(101, ANNA, 1, at(3));
    home.outcome.show = Some(Show {
        screen: Screen::Support,
        pressed: Some(ChatMessageId(500)),
        waiting: None,
    });
    rig.done(home).await;
    let unshown = reads::unshown_to(&rig.db, [ANNA]).await.unwrap();
    assert_eq!(
        (unshown[0].number, unshown[0].current),
        (2, Some(ChatMessageId(500)))
    );
    // A late report of the first one is no news.
    rig.shown(ANNA, 1, 499, at(3)).await;
    rig.shown(ANNA, 2, 500, at(4)).await;
    assert!(rig.facts(ANNA, &asked).await.linked.is_none());
    assert!(reads::unshown_to(&rig.db, [ANNA]).await.unwrap().is_empty());

    // A decision without a screen leaves the one that is there.
    rig.done(decision(102, ANNA, 2, at(5))).await;
    assert!(reads::unshown(&rig.db).await.unwrap().0.is_empty());
}
