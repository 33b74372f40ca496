//! Every fact, asked for and found.

use super::*;
use frontdesk_desk::button::Filter;
use frontdesk_desk::ids::MessageId;
use frontdesk_desk::screen::{Brief, List};
use frontdesk_desk::ticket::Priority;

/// Anna has six tickets and Boris three, in known states; two admins know the bot.
async fn rig() -> Rig {
    let rig = Rig::new().await;
    for (update, admin) in [(1, VERA), (2, GLEB)] {
        rig.done(decision(update, admin, 0, at(0))).await;
    }
    let plan = [
        // user, subject, status, priority, category, assignee, waits
        (
            ANNA,
            "Принтер не печатает",
            Status::Open,
            Priority::Normal,
            "general",
            None,
            true,
        ),
        (
            ANNA,
            "Router 50% slower",
            Status::InProgress,
            Priority::High,
            "technical",
            Some(VERA),
            false,
        ),
        (
            ANNA,
            "Mouse",
            Status::Closed,
            Priority::Low,
            "general",
            Some(VERA),
            false,
        ),
        (
            BORIS,
            "ПРИНТЕР и бумага",
            Status::Open,
            Priority::Urgent,
            "payment",
            None,
            true,
        ),
        (
            ANNA,
            "Screen_saver",
            Status::InProgress,
            Priority::Normal,
            "general",
            Some(GLEB),
            true,
        ),
        (
            BORIS,
            "Keyboard",
            Status::Closed,
            Priority::Normal,
            "general",
            None,
            false,
        ),
        (
            ANNA,
            "Cable",
            Status::Open,
            Priority::Normal,
            "general",
            None,
            false,
        ),
        (
            BORIS,
            "Lamp",
            Status::Open,
            Priority::Normal,
            "general",
            Some(VERA),
            false,
        ),
        (
            ANNA,
            "Desk",
            Status::Closed,
            Priority::Normal,
            "general",
            None,
            false,
        ),
    ];
    let mut versions = [0_i64, 0, 0];
    for (place, (user, subject, status, priority, category, assignee, waits)) in (1..).zip(plan) {
        let on = versions[usize::try_from(user.0).unwrap()];
        versions[usize::try_from(user.0).unwrap()] += 1;
        let now = at(place * 10);
        let mut opened = opening(100 + place, user, on, subject, now);
        let ticket = &mut opened.outcome.tickets[0].ticket;
        ticket.status = status;
        ticket.priority = priority;
        ticket.category = Category(category.to_owned());
        ticket.assignee = assignee;
        ticket.waiting_since = waits.then_some(now);
        ticket.closed_at = (status == Status::Closed).then(|| now + TimeDelta::seconds(place));
        ticket.first_answer_at = assignee.map(|_| now + TimeDelta::seconds(place * 2));
        rig.done(opened).await;
    }
    rig
}

fn numbers(rows: &[Brief]) -> Vec<i64> {
    rows.iter().map(|brief| brief.id.0).collect()
}

async fn list(rig: &Rig, who: PersonId, need: Need) -> List {
    rig.facts(who, &[need]).await.list
}

#[tokio::test]
async fn a_person_who_never_wrote_finds_nothing() {
    let rig = rig().await;
    let nobody = PersonId(999);
    let needs = [
        Need::Ticket(TicketId(99)),
        Need::OpenTickets,
        Need::MyTickets { page: 7 },
        Need::TicketOf(source(nobody, 1)),
        Need::Original(source(nobody, 1)),
        Need::Message(TicketId(1), MessageId(99)),
        Need::OwnAnswer(TicketId(1)),
        Need::OthersAnswer(TicketId(1)),
        Need::UserTicketCount(TicketId(99)),
        Need::Messages {
            ticket: TicketId(99),
            notes: true,
            page: 3,
        },
        Need::History {
            ticket: TicketId(99),
            page: 3,
        },
        Need::Album(frontdesk_desk::ids::AlbumId("none".to_owned())),
    ];
    let facts = rig.facts(nobody, &needs).await;
    let mut expected = Facts::default();
    expected.list.pages = 1;
    assert_eq!(facts, expected);
    // One message of another ticket is not to be had through this one.
    let facts = rig
        .facts(ANNA, &[Need::Message(TicketId(2), MessageId(1))])
        .await;
    assert!(facts.original.is_none());
}

#[tokio::test]
async fn users_see_their_own_tickets_in_pages() {
    let rig = rig().await;
    let facts = rig
        .facts(ANNA, &[Need::OpenTickets, Need::MyTickets { page: 0 }])
        .await;
    assert_eq!(facts.me.as_ref().unwrap().id, ANNA);
    assert_eq!(numbers(&facts.open), [7, 5, 2, 1]);
    assert_eq!(numbers(&facts.list.rows), [7, 5, 2, 1, 9, 3]);
    assert!(
        facts
            .list
            .rows
            .iter()
            .all(|brief| brief.user_name.is_none())
    );
    assert_eq!(
        (facts.list.page, facts.list.pages, facts.list.total),
        (0, 1, 6)
    );

    for place in 0..11 {
        rig.done(opening(
            200 + place,
            BORIS,
            3 + place,
            "More",
            at(200 + place),
        ))
        .await;
    }
    let last = list(&rig, BORIS, Need::MyTickets { page: u32::MAX }).await;
    assert_eq!((last.page, last.pages, last.total), (1, 2, 14));
    assert_eq!(numbers(&last.rows), [12, 11, 10, 8, 4, 6]);
    assert_eq!(rig.facts(BORIS, &[Need::OpenTickets]).await.open.len(), 8);
}

#[tokio::test]
async fn the_staffs_lists_put_who_waits_longest_first() {
    let rig = rig().await;
    let cases = [
        (Filter::All, vec![1, 4, 5, 9, 8, 7, 6, 3]),
        (Filter::Status(Status::Open), vec![1, 4, 8, 7]),
        (Filter::Status(Status::InProgress), vec![5, 2]),
        (Filter::Status(Status::Closed), vec![9, 6, 3]),
        (
            Filter::Category(Category("general".to_owned())),
            vec![1, 5, 8, 7],
        ),
        (Filter::Category(Category("gone".to_owned())), vec![]),
        (Filter::Priority(Priority::Urgent), vec![4]),
        (Filter::Priority(Priority::Low), vec![]),
        (Filter::Mine, vec![8, 2]),
        (Filter::Unassigned, vec![1, 4, 7]),
    ];
    for (filter, expected) in cases {
        let list = list(
            &rig,
            VERA,
            Need::List {
                filter: filter.clone(),
                page: 0,
            },
        )
        .await;
        assert_eq!(numbers(&list.rows), expected, "{filter:?}");
        let total = if filter == Filter::All {
            9
        } else {
            expected.len()
        };
        assert_eq!(list.total, u64::try_from(total).unwrap(), "{filter:?}");
    }
    let last = Need::List {
        filter: Filter::All,
        page: 9,
    };
    let last = list(&rig, VERA, last).await;
    assert_eq!(
        (numbers(&last.rows), last.page, last.pages),
        (vec![2], 1, 2)
    );
    assert_eq!(last.rows[0].user_name.as_deref(), Some("Name1"));

    let theirs = Need::UserTickets {
        user: BORIS,
        page: 0,
    };
    let facts = rig.facts(VERA, &[theirs]).await;
    assert_eq!(numbers(&facts.list.rows), [8, 6, 4]);
    assert_eq!(facts.person.unwrap().id, BORIS);
}

#[tokio::test]
async fn search_knows_numbers_names_and_words() {
    let rig = rig().await;
    let cases: [(&str, &[i64]); 14] = [
        ("4", &[4]),
        ("#4", &[4]),
        // A number can be a person, too.
        ("2", &[8, 6, 4, 2]),
        ("@user2", &[8, 6, 4]),
        ("@nobody", &[]),
        ("принтер", &[4, 1]),
        ("Бумага ПРИНТЕР", &[4]),
        ("router", &[2]),
        ("50%", &[2]),
        ("%", &[]),
        ("_", &[]),
        ("\\", &[]),
        ("999", &[]),
        ("  ", &[]),
    ];
    for (words, expected) in cases {
        let found = list(&rig, VERA, find(words, 0)).await;
        assert_eq!(numbers(&found.rows), expected, "{words}");
        assert_eq!(
            (found.total, found.pages),
            (expected.len() as u64, 1),
            "{words}"
        );
    }
}

fn find(query: &str, page: u32) -> Need {
    Need::Find {
        query: query.to_owned(),
        page,
    }
}

#[tokio::test]
async fn what_is_found_comes_in_pages() {
    let rig = rig().await;
    for place in 0..11 {
        let update = 300 + place;
        rig.done(opening(update, BORIS, 3 + place, "More paper", at(update)))
            .await;
    }
    for (query, total, on_last) in [("paper", 11, 3), ("@user2", 14, 6), ("2", 15, 7)] {
        let first = list(&rig, VERA, find(query, 0)).await;
        assert_eq!(
            (first.page, first.pages, first.total),
            (0, 2, total),
            "{query}"
        );
        assert_eq!(first.rows.len(), 8, "{query}");
        let last = list(&rig, VERA, find(query, u32::MAX)).await;
        assert_eq!((last.page, last.total), (1, total), "{query}");
        assert_eq!(last.rows.len(), on_last, "{query}");
        assert!(first.rows[7].id > last.rows[0].id, "{query}");
    }
}

#[tokio::test]
async fn the_dashboard_counts_without_looking_at_tickets() {
    let rig = rig().await;
    let counts = rig.facts(VERA, &[Need::Counts]).await.counts;
    assert_eq!((counts.open, counts.in_progress, counts.closed), (4, 2, 3));
    assert_eq!((counts.unassigned, counts.mine), (3, 2));
    assert_eq!(counts.longest_waiting, Some((TicketId(1), at(10))));
    assert!(!counts.muted && counts.at.is_none());

    // They follow every change.
    let first = ticket(&rig, 1).await;
    let mut close = decision(900, VERA, 1, at(900));
    close.outcome.person.muted = Some(true);
    close
        .outcome
        .tickets
        .push(change(&first, at(900), |ticket| {
            ticket.status = Status::Closed;
            ticket.closed_at = Some(at(900));
            ticket.waiting_since = None;
            ticket.assignee = Some(VERA);
            ticket.priority = Priority::Low;
            ticket.category = Category("payment".to_owned());
        }));
    rig.done(close).await;
    let counts = rig.facts(VERA, &[Need::Counts]).await.counts;
    assert_eq!(
        (counts.open, counts.closed, counts.unassigned, counts.mine),
        (3, 4, 2, 2)
    );
    assert_eq!(counts.longest_waiting, Some((TicketId(4), at(40))));
    assert!(counts.muted);
    let sum = rig
        .count("SELECT CAST(sum(tickets) AS BIGINT) FROM ticket_counts")
        .await;
    assert_eq!(sum, rig.count("SELECT count(*) FROM tickets").await);
}

#[tokio::test]
async fn statistics_have_true_medians() {
    let rig = rig().await;
    let need = |today, week| Need::Statistics { today, week };
    let all = rig.facts(VERA, &[need(at(60), at(0))]).await.statistics;
    assert_eq!((all.open, all.in_progress, all.closed), (4, 2, 3));
    assert_eq!((all.opened_today, all.opened_week), (4, 9));
    assert_eq!((all.closed_today, all.closed_week), (2, 3));
    // Answers took 4, 6, 10 and 16 seconds; closing 3, 6 and 9.
    assert_eq!(
        (all.median_first_answer, all.median_closing),
        (Some(8), Some(6))
    );
    let none = rig.facts(VERA, &[need(at(999), at(999))]).await.statistics;
    assert_eq!(
        (none.median_first_answer, none.median_closing),
        (None, None)
    );
}

#[tokio::test]
async fn a_conversation_is_read_in_pages_with_and_without_notes() {
    let rig = rig().await;
    for place in 0..6 {
        let stored = ticket(&rig, 1).await;
        let mut answered = answer(300 + place, VERA, 1 + place, &stored, &[], at(300 + place));
        answered.outcome.tickets[0].messages[0].note = place % 2 == 1;
        if place == 4 {
            let stored = ticket(&rig, 1).await;
            let other = answer(400, GLEB, 1, &stored, &[], at(303));
            rig.done(other).await;
            let stored = ticket(&rig, 1).await;
            answered = answer(300 + place, VERA, 1 + place, &stored, &[], at(300 + place));
        }
        rig.done(answered).await;
    }
    let id = TicketId(1);
    let page = |notes, page| Need::Messages {
        ticket: id,
        notes,
        page,
    };
    let whole = rig.facts(VERA, &[page(true, 0)]).await.messages;
    assert_eq!((whole.rows.len(), whole.page, whole.pages), (6, 0, 2));
    let last = rig.facts(VERA, &[page(true, u32::MAX)]).await.messages;
    assert_eq!((last.rows.len(), last.page, last.pages), (2, 1, 2));
    let users = rig.facts(ANNA, &[page(false, 0)]).await;
    assert_eq!((users.messages.rows.len(), users.messages.pages), (5, 1));
    assert!(users.messages.rows.iter().all(|message| !message.note));
    let names: Vec<i64> = users.names.iter().map(|named| named.id.0).collect();
    assert_eq!(names, [1, 11, 12]);

    let needs = [
        Need::MessageCount {
            ticket: id,
            notes: true,
        },
        Need::OwnAnswer(id),
        Need::OthersAnswer(id),
        Need::Staff(Some(id)),
        Need::UserTicketCount(id),
        Need::History {
            ticket: id,
            page: 0,
        },
        Need::EventsSince(id, Version(6)),
        Need::Ticket(id),
        Need::Ticket(id),
    ];
    let facts = rig.facts(VERA, &needs).await;
    assert_eq!(facts.message_count, 8);
    assert_eq!(facts.own_answer.as_ref().unwrap().created_at, at(304));
    assert_eq!(facts.last_answer, Some((GLEB, at(303))));
    assert_eq!(facts.answered_by, [VERA, GLEB]);
    assert_eq!(
        facts.staff.iter().map(|user| user.id).collect::<Vec<_>>(),
        [VERA, GLEB]
    );
    assert_eq!(facts.user_tickets, 6);
    assert_eq!((facts.history.rows.len(), facts.history.pages), (8, 1));
    assert!(
        facts
            .history
            .rows
            .windows(2)
            .all(|pair| pair[0].version > pair[1].version)
    );
    assert_eq!(facts.since.len(), 2);
    assert!(facts.since[0].version < facts.since[1].version);
    assert_eq!(facts.tickets.len(), 1);
    assert_eq!(facts.tickets[0].1.id, ANNA);
}

#[tokio::test]
async fn an_admin_who_is_off_the_list_is_no_staff() {
    let rig = rig().await;
    rig.start(&[GLEB, PersonId(77)], at(1000)).await.unwrap();
    let facts = rig.facts(GLEB, &[Need::Staff(None)]).await;
    // Nobody knows 77 yet, and Vera is off the list.
    assert_eq!(
        facts.staff.iter().map(|user| user.id).collect::<Vec<_>>(),
        [GLEB]
    );
    assert!(facts.answered_by.is_empty());
}
