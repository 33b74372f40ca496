//! Words of subjects: found before and after they are in the index, and whatever is looked for.

use std::collections::BTreeSet;

use super::*;
use crate::store::sql;

/// Rows that the index holds.
const TAKEN_IN: &str = "SELECT count(*) FROM ticket_subjects_docsize";

/// Only SQLite's index is told of new tickets later.
async fn taken_in(rig: &Rig, expected: i64) {
    if rig.of_file() {
        assert_eq!(rig.count(TAKEN_IN).await, expected);
    }
}

/// Opens tickets with these subjects, at one moment: none of them is in the index.
async fn rig(subjects: &[&str]) -> Rig {
    let rig = Rig::new().await;
    rig.done(decision(1, VERA, 0, at(0))).await;
    for (place, subject) in (0..).zip(subjects) {
        rig.done(opening(100 + place, ANNA, place, subject, at(0)))
            .await;
    }
    rig
}

/// Whatever is done after a while takes them in.
async fn later(rig: &Rig, on: i64) {
    rig.done(decision(900 + on, VERA, on, at(60 * on))).await;
}

async fn found(rig: &Rig, query: &str) -> Vec<i64> {
    let need = Need::Find {
        query: query.to_owned(),
        page: 0,
    };
    let list = rig.facts(VERA, &[need]).await.list;
    assert_eq!(list.total, list.rows.len() as u64, "{query}");
    list.rows.iter().map(|brief| brief.id.0).collect()
}

#[tokio::test]
async fn words_are_found_before_and_after_they_are_in_the_index() {
    let rig = rig(&[
        "Принтер не печатает",
        "Router 50% slower",
        "ПРИНТЕР и бумага",
        "e-mail: does not go out",
        "\"Quoted\" 🔥 C++",
    ])
    .await;
    let cases: [(&str, &[i64]); 14] = [
        ("принтер", &[3, 1]),
        ("прин", &[3, 1]),
        ("Бумага ПРИНТЕР", &[3]),
        ("не", &[1]),
        ("50%", &[2]),
        ("router nothing", &[]),
        ("e-mail", &[4]),
        ("mail", &[4]),
        ("e-ma", &[4]),
        ("\"quoted\"", &[5]),
        ("🔥", &[5]),
        ("c++", &[5]),
        ("router %", &[2]),
        ("%", &[]),
    ];
    taken_in(&rig, 0).await;
    for (query, expected) in cases {
        assert_eq!(found(&rig, query).await, expected, "{query}, not taken in");
    }
    later(&rig, 1).await;
    taken_in(&rig, 5).await;
    for (query, expected) in cases {
        assert_eq!(found(&rig, query).await, expected, "{query}, taken in");
    }
    // Old and new ones stand in one list, the newest first.
    rig.done(opening(200, ANNA, 5, "Принтер снова", at(61)))
        .await;
    taken_in(&rig, 5).await;
    assert_eq!(found(&rig, "принтер").await, [6, 3, 1]);
}

#[tokio::test]
async fn a_single_letter_is_a_word_of_its_own() {
    let rig = rig(&["Vitamin C", "Cable", "c"]).await;
    later(&rig, 1).await;
    assert_eq!(found(&rig, "c").await, [3, 1]);
    assert_eq!(found(&rig, "ca").await, [2]);
}

#[tokio::test]
async fn a_new_subject_is_found_by_its_new_words_only() {
    let rig = rig(&["Printer", "Scanner"]).await;
    let alter = |subject: &'static str| move |ticket: &mut Ticket| ticket.subject = subject.into();
    // Once before it is taken in, and once after.
    for (round, subject) in [(0, "Toaster"), (1, "Kettle")] {
        let first = ticket(&rig, 1).await;
        let mut edit = decision(300 + round, ANNA, 2 + round, at(round));
        edit.outcome
            .tickets
            .push(change(&first, at(round), alter(subject)));
        rig.done(edit).await;
        assert_eq!(found(&rig, subject).await, [1]);
        assert!(found(&rig, "printer").await.is_empty());
        later(&rig, round + 1).await;
        assert_eq!(found(&rig, subject).await, [1]);
    }
    assert!(found(&rig, "toaster").await.is_empty());
    assert_eq!(found(&rig, "scanner").await, [2]);
    holds_together(&rig).await;
}

#[tokio::test]
async fn what_is_taken_back_is_not_found() {
    let rig = rig(&["Printer one", "Printer two", "Printer three"]).await;
    later(&rig, 1).await;
    // As the rollback of an import does it: the last one, and one in the middle.
    for ticket in [3_i64, 1] {
        let mut tx = rig.db.write().await.unwrap();
        for query in [
            "DELETE FROM notices WHERE ticket_id = $1",
            "UPDATE conversations SET screen_ticket = NULL WHERE screen_ticket = $1",
            "DELETE FROM ticket_events WHERE ticket_id = $1",
            "DELETE FROM ticket_messages WHERE ticket_id = $1",
            "DELETE FROM tickets WHERE id = $1",
        ] {
            sql::query(query)
                .bind(ticket)
                .execute(&mut tx)
                .await
                .unwrap();
        }
        tx.commit().await.unwrap();
    }
    assert_eq!(found(&rig, "printer").await, [2]);
    rig.done(opening(200, ANNA, 3, "Printer four", at(61)))
        .await;
    assert_eq!(found(&rig, "printer").await, [4, 2]);
    later(&rig, 2).await;
    assert_eq!(found(&rig, "printer").await, [4, 2]);
    holds_together(&rig).await;
}

/// SQLite's own check that the index says what the tickets say.
async fn holds_together(rig: &Rig) {
    if !rig.of_file() {
        return;
    }
    let mut tx = rig.db.write().await.unwrap();
    sql::query("INSERT INTO ticket_subjects (ticket_subjects, rank) VALUES ('integrity-check', 1)")
        .execute(&mut tx)
        .await
        .unwrap();
}

#[tokio::test]
async fn whatever_is_looked_for_is_no_error() {
    let rig = rig(&["Printer"]).await;
    later(&rig, 1).await;
    let long = "printer ".repeat(2000);
    let single = "x".repeat(4096);
    let odd = [
        "\0",
        "a\0b",
        "\"",
        "\"\"",
        "*",
        "a*",
        "^a",
        "a:b",
        "subject_folded:a",
        "NEAR(a b)",
        "a AND",
        "OR",
        "NOT a",
        "(",
        "a)",
        "{a}",
        "a + b",
        "- a",
        "'",
        "\u{301}",
        "\u{200d}",
        "é\u{301}",
        "%_\\",
        "٣",
        "\u{10ffff}",
        "a\"b",
        "\"a",
        "rank",
        "…",
        "— —",
        &single,
    ];
    for query in odd {
        found(&rig, query).await;
    }
    assert_eq!(found(&rig, &long).await, [1]);
}

#[tokio::test]
async fn many_new_tickets_are_taken_in_a_few_at_a_time() {
    let rig = Rig::new().await;
    rig.done(decision(1, VERA, 0, at(0))).await;
    let mut opened = decision(2, ANNA, 0, at(0));
    for number in 0..300 {
        let mut change = opening(2, ANNA, 0, "Printer", at(0))
            .outcome
            .tickets
            .remove(0);
        change.messages[0].source = source(ANNA, number);
        opened.outcome.tickets.push(change);
    }
    rig.done(opened).await;
    let mut counts = BTreeSet::new();
    let of_file = rig.of_file();
    for round in 1..=3 {
        later(&rig, round).await;
        if of_file {
            counts.insert(rig.count(TAKEN_IN).await);
        }
        let list = Need::Find {
            query: "printer".to_owned(),
            page: 0,
        };
        assert_eq!(rig.facts(VERA, &[list]).await.list.total, 300);
    }
    assert!(!of_file || counts.into_iter().eq([250, 300]));
}

#[tokio::test]
async fn the_migration_of_a_filled_database_works_both_ways() {
    let rig = rig(&["Printer", "Принтер"]).await;
    later(&rig, 1).await;
    let whole = rig.dump().await;
    migrate::down(&rig.db, 7, true, at(100)).await.unwrap();
    assert_eq!(ticket_count(&rig).await, 2);
    migrate::up(&rig.db).await.unwrap();
    // The migration takes in all there are.
    taken_in(&rig, 2).await;
    assert_eq!(rig.dump().await, whole);
    assert_eq!(found(&rig, "принт").await, [2]);
    holds_together(&rig).await;
}

async fn ticket_count(rig: &Rig) -> i64 {
    rig.count("SELECT count(*) FROM tickets").await
}
