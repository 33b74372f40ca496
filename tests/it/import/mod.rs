//! Coming from the older bot: what its users and admins find here, and nobody is told of it; a
//! second run, a dry run, a rollback, an end in the middle; and an operator's mistakes.

mod older;
mod operator;

use chrono::TimeDelta;
use expect_test::expect_file;
use frontdesk::import::{self, ImportError, Origin, Wanted};
use frontdesk_sandbox::Outgoing;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use self::older::{Older, STRANGER, dump};
use crate::postgres::server;
use crate::town::{ANNA, EMMA, KATE, OLEG, Town};

/// What an import that is undone leaves behind: its own row, numbers that are never given twice, and
/// counts of 0.
const TRAIL: [&str; 4] = ["imports", "sqlite_sequence", "ticket_counts", "ticket_days"];

/// What a desk writes of itself while it runs.
const OWN: [&str; 1] = ["desk_state"];

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn wanted(older: &Older, dry_run: bool) -> Wanted {
    Wanted {
        from: Origin::of(&older.path.display().to_string()),
        timezone: "Europe/Moscow".to_owned(),
        dry_run,
    }
}

/// Runs an import beside the running desk; its report.
async fn imports(town: &Town, older: &Older, dry_run: bool) -> String {
    let mut out = Vec::new();
    let stop = std::future::pending();
    let wanted = wanted(older, dry_run);
    let done = import::nikolayai(town.config(), &wanted, &town.clock, stop, &mut out).await;
    done.expect("an import");
    String::from_utf8(out).expect("words")
}

async fn undoes(town: &Town, which: Option<i64>) -> (Result<(), ImportError>, String) {
    let mut out = Vec::new();
    let now = town.clock.now();
    let done = import::rollback(town.config(), which, now, &mut out).await;
    (done, String::from_utf8(out).expect("words"))
}

async fn listed(town: &Town) -> String {
    let mut out = Vec::new();
    let done = import::list(town.config(), &mut out).await;
    done.expect("a list");
    String::from_utf8(out).expect("words")
}

/// All rows of the desk, to be compared.
fn rows(town: &Town, but: &[&str]) -> Vec<String> {
    let Some(path) = town.config().database.path() else {
        return server::dump(&town.config().database.url, but);
    };
    let file = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
    dump(&file.expect("the desk's file"), but)
}

/// Fails with the rows that differ, and not with all of them.
fn must_be_same(now: &[String], before: &[String]) {
    let without = |these: &[String], those: &[String]| {
        let these = these.iter().filter(|row| !those.contains(row));
        these.cloned().collect::<Vec<_>>()
    };
    let (came, went) = (without(now, before), without(before, now));
    assert!(
        came.is_empty() && went.is_empty(),
        "came: {came:#?}\nwent: {went:#?}"
    );
    assert_eq!(now.len(), before.len());
}

fn number(town: &Town, sql: &str) -> i64 {
    let found = town.rows(&format!("SELECT CAST(({sql}) AS TEXT)"));
    found[0].parse().expect("a number")
}

/// Everybody's chats.
fn chats(town: &Town) -> Vec<String> {
    [ANNA, EMMA, OLEG, KATE]
        .map(|id| town.person(id).transcript())
        .to_vec()
}

/// The file id of a picture that this bot's token opens.
async fn picture(town: &Town) -> String {
    let emma = town.person(EMMA);
    emma.opens_ticket("A question", "how does it work").await;
    emma.sends(Outgoing::photo().caption("a picture")).await;
    let sql = "SELECT file_id FROM ticket_messages WHERE file_id IS NOT NULL";
    town.rows(sql).remove(0)
}

#[actix_rt::test]
async fn users_and_admins_find_what_they_wrote_and_nobody_is_told() {
    let town = Town::new().await;
    let folder = folder();
    let photo = picture(&town).await;
    let older = Older::usual(folder.path(), 0, &photo);
    town.later(TimeDelta::minutes(20)).await;
    let before = (chats(&town), older.rows());
    let report = imports(&town, &older, false).await;
    town.later(TimeDelta::minutes(20)).await;
    assert_eq!((chats(&town), older.rows()), before, "nobody is told");
    let (anna, emma, oleg, kate) = (
        town.person(ANNA),
        town.person(EMMA),
        town.person(OLEG),
        town.person(KATE),
    );
    anna.writes("/tickets").await;
    anna.presses("#2").await;
    anna.presses("Переписка").await;
    anna.presses("#2").await;
    anna.presses("Мои тикеты").await;
    anna.presses("#4").await;
    anna.presses("Переписка").await;
    anna.presses("📄 1").await;
    anna.presses("📄 2").await;
    emma.writes("/tickets").await;
    emma.presses("#3").await;
    emma.presses("Conversation").await;
    emma.presses("📷 1").await;
    emma.presses("📎 2").await;
    oleg.writes("/find 17").await;
    oleg.presses("#5").await;
    oleg.presses("История").await;
    oleg.writes("/find #3").await;
    kate.writes("/admin").await;
    kate.presses("Support").await;
    kate.presses("In progress").await;
    kate.presses("#3").await;
    kate.presses("Conversation").await;
    let story = format!("{report}\n{}", town.story());
    expect_file!["../transcripts/import.txt"].assert_eq(&story);
}

#[actix_rt::test]
async fn what_people_write_on_a_ticket_that_was_taken_over_reaches_the_others() {
    let mut town = Town::new().await;
    let folder = folder();
    let older = Older::usual(folder.path(), 1, "PHOTO");
    imports(&town, &older, false).await;
    {
        let (emma, kate) = (town.person(EMMA), town.person(KATE));
        // Emma has one open ticket: what she writes belongs there.
        emma.writes("It still says 1 < 2").await;
        kate.must_read("It still says 1 < 2");
        kate.must_read("💬 #2");
        kate.replies_to("It still says", "And so it is").await;
        emma.must_read("And so it is");
        kate.must_read("Delivered");
        // The desk was running meanwhile: its next numbers come after those that were taken.
        emma.opens_ticket("Another matter", "It is a new one").await;
        kate.must_read("New ticket #5");
        let anna = town.person(ANNA);
        anna.writes("/tickets").await;
        anna.presses("#1").await;
        anna.presses("Открыть снова").await;
        // Oleg had it there.
        town.person(OLEG).must_read("#1");
    }
    town.restart().await;
    // A user whom only the older bot knew, and whose name was not known there either.
    let stranger = town.newcomer(STRANGER, "Борис", "ru");
    stranger.writes("Деньги так и не вернули").await;
    let kate = town.person(KATE);
    kate.must_read("Деньги так и не вернули");
    kate.writes("/find 17").await;
    assert!(kate.last().button("Борис").is_some() || kate.reads("Борис"));
    // Users see nobody else's, by whatever number.
    let emma = town.person(EMMA);
    emma.writes("/find 17").await;
    emma.must_not_read("Верните деньги");
}

#[actix_rt::test]
async fn a_second_run_takes_only_what_is_new_whatever_the_order_of_the_columns() {
    let mut reports = Vec::new();
    for order in 0..3 {
        let town = Town::new().await;
        let folder = folder();
        let older = Older::usual(folder.path(), order, "PHOTO");
        older.add_oddities();
        let report = imports(&town, &older, false).await;
        let first = rows(&town, &OWN);
        let second = imports(&town, &older, false).await;
        must_be_same(&rows(&town, &OWN), &first);
        assert!(second.starts_with("taken over: 0 tickets, 0 messages, 0 new people\nhere already: 8 tickets; something new in 0\n"), "{second}");
        reports.push(report);
    }
    assert_eq!(reports[0], reports[1]);
    assert_eq!(reports[0], reports[2]);
    expect_file!["../transcripts/import_report.txt"].assert_eq(&reports[0]);
}

#[actix_rt::test]
async fn what_came_since_is_added_and_what_people_did_here_stays() {
    let mut town = Town::new().await;
    let folder = folder();
    let older = Older::usual(folder.path(), 2, "PHOTO");
    imports(&town, &older, false).await;
    let kate = town.person(KATE);
    // Of two tickets that go on there, one is worked on here.
    kate.writes("/ticket 2").await;
    kate.presses("Close").await;
    town.later(TimeDelta::minutes(1)).await;
    older.message((50, 4, EMMA, "user", "Anybody there?", "text"), None, 20);
    older.message((51, 5, OLEG, "admin", "Сочувствуем", "text"), None, 20);
    older.set(5, "status", "closed");
    older.set(5, "closed_at", "2024-11-20 15:00:00");
    older.set(4, "priority", "low");
    older.ticket((18, ANNA, "Новое там", "Уже после переноса", "open", 21, 21));
    let seen = [
        &TRAIL[..],
        &[
            "conversations",
            "desk_state",
            "handled_updates",
            "message_links",
            "notices",
            "users",
        ],
    ]
    .concat();
    let before = rows(&town, &seen);
    let report = imports(&town, &older, false).await;
    assert!(
        report.starts_with(
            "taken over: 1 ticket, 3 messages, 0 new people\n\
             here already: 4 tickets; something new in 2\n"
        ),
        "{report}"
    );
    assert!(
        report.contains("the rest stays as it is here (1): tickets here #2\n"),
        "{report}"
    );
    let status = |ticket| {
        let sql = format!("SELECT count(*) FROM tickets WHERE id = {ticket} AND status = 'closed'");
        number(&town, &sql)
    };
    assert_eq!((status(2), status(3)), (1, 1));
    kate.presses("Conversation").await;
    kate.must_read("Anybody there?");
    town.person(OLEG).writes("/ticket 3").await;
    town.person(OLEG).presses("История").await;
    town.person(OLEG).must_read("Закрыт");
    assert_eq!(number(&town, "SELECT count(*) FROM imports"), 2);
    // Undone it is as before, but for what people saw since.
    town.close().await;
    let (done, told) = undoes(&town, Some(2)).await;
    done.expect("undone");
    assert!(told.contains("as before again: 2 tickets\n"), "{told}");
    must_be_same(&rows(&town, &seen), &before);
}

#[actix_rt::test]
async fn a_dry_run_writes_nothing_and_tells_the_same() {
    let town = Town::new().await;
    let folder = folder();
    let older = Older::usual(folder.path(), 0, "PHOTO");
    older.add_oddities();
    let before = rows(&town, &OWN);
    let dry = imports(&town, &older, true).await;
    must_be_same(&rows(&town, &OWN), &before);
    let real = imports(&town, &older, false).await;
    assert_ne!(rows(&town, &OWN), before);
    assert_eq!(dry.strip_prefix("would be "), Some(real.as_str()));
}

#[actix_rt::test]
async fn a_rollback_restores_exactly_and_keeps_what_people_did_since() {
    let mut town = Town::new().await;
    let folder = folder();
    let older = Older::usual(folder.path(), 0, "PHOTO");
    older.add_oddities();
    let emma = town.person(EMMA);
    emma.opens_ticket("A question", "how does it work").await;
    assert_eq!(listed(&town).await, "nothing was imported\n");
    // A desk that runs could be deciding on a ticket that goes.
    let (refused, _) = undoes(&town, None).await;
    assert!(refused.is_err_and(|error| error.to_string().contains("another desk is running")));
    town.close().await;
    let (nothing, _) = undoes(&town, None).await;
    assert!(matches!(nothing, Err(ImportError::NothingToUndo)));
    let before = rows(&town, &TRAIL);
    imports(&town, &older, false).await;
    let (done, told) = undoes(&town, None).await;
    done.expect("undone");
    assert!(
        told.starts_with("undone of import 1: 8 tickets, "),
        "{told}"
    );
    must_be_same(&rows(&town, &TRAIL), &before);
    assert!(listed(&town).await.contains("undone at 2026-11-24"));
    let (again, _) = undoes(&town, Some(1)).await;
    assert!(matches!(again, Err(ImportError::NoSuchImport(1))));

    // Once more; one ticket is answered, another one only looked at.
    imports(&town, &older, false).await;
    town.open().await;
    {
        let kate = town.person(KATE);
        kate.writes("/find 17").await;
        kate.presses("Верните деньги").await;
        kate.presses("Answer").await;
        kate.writes("The money is on its way").await;
        kate.writes("/find 4").await;
        kate.presses("a <b").await;
        kate.presses("Conversation").await;
    }
    town.close().await;
    let (left, told) = undoes(&town, None).await;
    assert!(
        matches!(left, Err(ImportError::Left { import: 2, .. })),
        "{left:?}"
    );
    assert!(told.contains("is left as it is: "), "{told}");
    assert_eq!(number(&town, "SELECT count(*) FROM tickets"), 2);
    let kept = "SELECT count(*) FROM ticket_messages WHERE message_text LIKE '%on its way%'";
    assert_eq!(number(&town, kept), 1);
    town.open().await;
    let (kate, emma) = (town.person(KATE), town.person(EMMA));
    // The buttons of a ticket that is gone say so.
    kate.presses("Back to").await;
    let notices = kate.person().notices();
    assert!(
        notices
            .iter()
            .any(|notice| notice.text.contains("no such ticket"))
    );
    emma.writes("/tickets").await;
    emma.presses("#1").await;
}

#[actix_rt::test]
async fn an_import_that_is_stopped_goes_on_where_it_was() {
    let mut town = Town::new().await;
    let folder = folder();
    let older = Older::usual(folder.path(), 0, "PHOTO");
    let wanted = wanted(&older, false);
    // Stopped before each of its steps in turn.
    for step in 0..4 {
        let mut left = step;
        let stop = std::future::poll_fn(move |_| {
            left -= 1;
            match left < 0 {
                true => std::task::Poll::Ready(()),
                false => std::task::Poll::Pending,
            }
        });
        let mut out = Vec::new();
        let done = import::nikolayai(town.config(), &wanted, &town.clock, stop, &mut out).await;
        assert!(matches!(done, Err(ImportError::Interrupted)), "{done:?}");
    }
    let done = number(&town, "SELECT count(*) FROM tickets");
    assert!(done < 4, "{done}");
    imports(&town, &older, false).await;
    assert_eq!(number(&town, "SELECT count(*) FROM tickets"), 4);
    assert_eq!(number(&town, "SELECT count(*) FROM imports"), 1);
    town.close().await;
    let (undone, told) = undoes(&town, None).await;
    undone.expect("undone");
    assert!(told.contains("4 tickets, "), "{told}");
    assert_eq!(number(&town, "SELECT count(*) FROM ticket_messages"), 0);
}

#[actix_rt::test]
async fn a_desk_that_runs_meanwhile_gets_its_turn_and_loses_nothing() {
    let town = Town::new().await;
    let folder = folder();
    let older = Older::empty(folder.path(), 0);
    for ticket in 1..=60 {
        let row = (
            ticket,
            EMMA,
            "There",
            "What was written there",
            "closed",
            1,
            2,
        );
        older.ticket(row);
    }
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    let people = async {
        for n in 1..=10 {
            emma.writes(&format!("message {n} of Emma")).await;
            kate.replies_to(&format!("message {n} of"), &format!("answer {n}"))
                .await;
        }
    };
    let (report, ()) = futures::join!(imports(&town, &older, false), people);
    assert!(report.starts_with("taken over: 60 tickets, "), "{report}");
    for n in 1..=10 {
        kate.must_read(&format!("message {n} of Emma"));
        emma.must_read(&format!("answer {n}"));
    }
    emma.must_not_read("There");
    kate.must_not_read("There");
    assert_eq!(number(&town, "SELECT count(*) FROM tickets"), 61);
    assert_eq!(number(&town, "SELECT count(*) FROM ticket_messages"), 81);
    assert_eq!(number(&town, "SELECT count(*) FROM quarantine"), 0);
}

#[actix_rt::test]
async fn a_rollback_leaves_what_somebody_has_begun_to_write_to() {
    let mut town = Town::new().await;
    let folder = folder();
    let older = Older::usual(folder.path(), 0, "PHOTO");
    imports(&town, &older, false).await;
    {
        let (anna, kate) = (town.person(ANNA), town.person(KATE));
        anna.writes("/tickets").await;
        anna.presses("#3").await;
        anna.presses("Ответить").await;
        kate.writes("/ticket 2").await;
        kate.presses("Answer").await;
    }
    town.close().await;
    let (left, told) = undoes(&town, None).await;
    assert!(matches!(left, Err(ImportError::Left { import: 1, .. })));
    for ticket in ["#2", "#3"] {
        let line = format!("{ticket} is left as it is: somebody has begun to write to it");
        assert!(told.contains(&line), "{told}");
    }
    assert_eq!(number(&town, "SELECT count(*) FROM tickets"), 2);
    town.open().await;
    {
        let (anna, kate) = (town.person(ANNA), town.person(KATE));
        anna.writes("Я это долго писала").await;
        kate.must_read("Я это долго писала");
        kate.writes("An answer that took an hour").await;
        kate.must_read("Your answer is on its way");
    }
    // What is left can be undone once more; what was worked on stays.
    town.close().await;
    let (left, told) = undoes(&town, Some(1)).await;
    assert!(matches!(left, Err(ImportError::Left { import: 1, .. })));
    assert!(
        told.contains("#2 is left as it is: it was worked on here since"),
        "{told}"
    );
    let words = "SELECT count(*) FROM ticket_messages WHERE message_text LIKE '%долго писала%'
                     OR message_text LIKE '%took an hour%'";
    assert_eq!(number(&town, words), 2);
}
