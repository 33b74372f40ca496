//! A ticket's conversation: albums as people count them, and what a reply finds out.

use frontdesk_desk::ids::AlbumId;

use super::*;

/// Anna's ticket, which both admins may answer.
async fn rig() -> Rig {
    let rig = Rig::new().await;
    for (update, admin) in [(1, VERA), (2, GLEB)] {
        rig.done(decision(update, admin, 0, at(0))).await;
    }
    rig.done(opening(10, ANNA, 0, "Printer", at(10))).await;
    rig
}

#[tokio::test]
async fn an_album_counts_as_one_and_is_on_its_page_whole() {
    let rig = rig().await;
    // Twelve messages, one of them an album of four with words of the admin between its items.
    for place in 0..14_i64 {
        let stored = ticket(&rig, 1).await;
        let mut answered = answer(300 + place, VERA, 1 + place, &stored, &[], at(300 + place));
        if [4, 5, 7, 13].contains(&place) {
            answered.outcome.tickets[0].messages[0].album = Some(AlbumId("album".to_owned()));
        }
        rig.done(answered).await;
    }
    let id = TicketId(1);
    let page = |page| Need::Messages {
        ticket: id,
        notes: true,
        page,
    };
    let count = Need::MessageCount {
        ticket: id,
        notes: true,
    };
    assert_eq!(rig.facts(VERA, &[count]).await.message_count, 12);
    let first = rig.facts(VERA, &[page(0)]).await.messages;
    let last = rig.facts(VERA, &[page(u32::MAX)]).await.messages;
    assert_eq!((first.pages, last.page), (2, 1));
    let places = |found: &frontdesk_desk::facts::Paged<_>| -> Vec<i64> {
        let rows: &[frontdesk_desk::ticket::TicketMessage] = &found.rows;
        rows.iter().map(|message| message.id.0).collect()
    };
    // The message that opened it is the first; the album is the sixth, with its later items.
    assert_eq!(places(&first), [1, 2, 3, 4, 5, 6, 7, 9, 15]);
    assert_eq!(places(&last), [8, 10, 11, 12, 13, 14]);
}

#[tokio::test]
async fn a_reply_finds_out_who_else_answered_its_ticket() {
    let rig = rig().await;
    let stored = ticket(&rig, 1).await;
    rig.done(answer(300, GLEB, 1, &stored, &[], at(300))).await;
    let replied_to = Need::TicketOf(source(ANNA, 10));
    let facts = rig.facts(VERA, std::slice::from_ref(&replied_to)).await;
    assert_eq!(facts.linked.expect("a ticket").ticket, TicketId(1));
    assert_eq!(facts.last_answer, Some((GLEB, at(300))));
    assert_eq!(facts.answered_by, [GLEB]);
    assert_eq!(facts.staff.len(), 2);
    let facts = rig.facts(GLEB, &[replied_to]).await;
    assert_eq!(facts.last_answer, None);
}
