//! The desk's own state: whose database it is, marks, attempts, quarantine, admins.

use super::*;
use crate::store::Trouble;
use crate::store::quarantine::{self, Quarantined};
use crate::store::sql;
use crate::store::types::QuarantineId;
use crate::tickets::{Admins, Attempt, PutAside, Remember, Remembered, RetryFailed, Stop};

impl Rig {
    async fn write(&self, work: Work) {
        self.writer.run(work, Done::nothing).await.unwrap();
    }

    async fn attempt(&self, updates: &[i64], at: Time) -> Vec<u32> {
        let attempt = Attempt {
            updates: updates.iter().copied().map(UpdateId).collect(),
            at,
        };
        let counted = self
            .writer
            .run(Work::Attempt(attempt), Done::attempts)
            .await
            .unwrap();
        counted.into_iter().map(|(_, attempts)| attempts).collect()
    }
}

fn aside(update: i64) -> Work {
    Work::PutAside(PutAside {
        update: UpdateId(update),
        raw: r#"{"update_id":1}"#.to_owned(),
        reason: "a panic".to_owned(),
        person: Some(ANNA),
        at: at(1),
    })
}

#[tokio::test]
async fn another_bots_database_is_refused_and_left_alone() {
    let rig = Rig::new().await;
    rig.done(decision(1, ANNA, 0, at(1))).await;
    let before = rig.dump().await;
    let start = Start {
        bot: BotId(8),
        admins: vec![],
        at: at(9),
    };
    let refused = rig.writer.run(Work::Start(start), Done::started).await;
    let ours = BotId(8);
    assert_eq!(refused, Err(StoreError::OtherBot { ours, theirs: BOT }));
    assert_eq!(rig.dump().await, before);
    // The writer still serves the bot that it was started for.
    rig.done(decision(2, ANNA, 1, at(9))).await;
}

#[tokio::test]
async fn a_database_in_which_nothing_was_stored_goes_over_to_another_bot() {
    // The first start had a token with a mistyped number.
    let rig = Rig::new().await;
    rig.write(Work::Remember(Remember {
        what: Remembered::Commands,
        value: "theirs".to_owned(),
        replace: true,
    }))
    .await;
    let start = |bot| {
        Work::Start(Start {
            bot: BotId(bot),
            admins: vec![],
            at: at(9),
        })
    };
    rig.writer.run(start(8), Done::started).await.unwrap();
    let theirs = reads::remembered(&rig.db, Remembered::Commands).await;
    assert_eq!(theirs.unwrap(), None);
    rig.done(decision(1, ANNA, 0, at(9))).await;
    let back = rig.writer.run(start(BOT.0), Done::started).await;
    assert!(matches!(back, Err(StoreError::OtherBot { .. })));
}

#[tokio::test]
async fn what_a_wrong_clock_put_off_is_due_at_the_next_start() {
    let rig = Rig::new().await;
    let hours = |hours: i64| at(hours * 3_600);
    let mut late = aside(1);
    if let Work::PutAside(aside) = &mut late {
        aside.at = hours(5);
    }
    rig.write(late).await;
    assert!(rig.take(hours(0)).await.notices.is_empty());
    rig.start(&[], hours(0)).await.unwrap();
    assert_eq!(rig.take(hours(0)).await.notices.len(), 1);
}

#[tokio::test]
async fn marks_of_the_last_minute_outlast_a_clock_that_jumps() {
    let rig = Rig::new().await;
    rig.done(decision(1, ANNA, 0, at(0))).await;
    rig.done(decision(2, ANNA, 1, at(100))).await;
    rig.start(&[], at(30 * 86_400)).await.unwrap();
    assert_eq!(
        rig.commit(decision(2, ANNA, 2, at(30 * 86_400))).await,
        Committed::Repeat
    );
    assert_eq!(rig.count("SELECT count(*) FROM handled_updates").await, 1);
}

#[tokio::test]
async fn a_start_tells_whether_the_last_stop_was_clean() {
    let rig = Rig::in_folder(TempDir::new().unwrap()).await;
    assert!(matches!(
        rig.try_commit(decision(1, ANNA, 0, at(0))).await,
        Err(StoreError::Rule(_))
    ));
    assert!(!rig.start(&[], at(0)).await.unwrap());
    assert!(rig.start(&[], at(1)).await.unwrap());
    rig.write(Work::Stop(Stop { at: at(2) })).await;
    assert!(!rig.start(&[], at(3)).await.unwrap());
}

#[tokio::test]
async fn marks_are_forgotten_after_three_days() {
    let rig = Rig::new().await;
    let day = |days: i64| at(days * 86_400);
    rig.done(decision(1, ANNA, 0, day(0))).await;
    assert_eq!(rig.attempt(&[5], day(0)).await, [1]);
    rig.done(decision(2, ANNA, 1, day(2))).await;
    assert_eq!(
        rig.commit(decision(1, ANNA, 2, day(2))).await,
        Committed::Repeat
    );
    // While the desk runs, and at a start.
    rig.done(decision(3, ANNA, 2, day(4))).await;
    rig.done(decision(1, ANNA, 3, day(4))).await;
    assert_eq!(rig.attempt(&[5], day(4)).await, [1]);
    rig.start(&[], day(6)).await.unwrap();
    assert_eq!(rig.count("SELECT count(*) FROM handled_updates").await, 2);
}

#[tokio::test]
async fn attempts_are_counted_until_the_update_has_its_mark() {
    let rig = Rig::new().await;
    assert_eq!(rig.attempt(&[1, 2], at(1)).await, [1, 1]);
    assert_eq!(rig.attempt(&[1, 2, 3], at(2)).await, [2, 2, 1]);
    rig.done(decision(1, ANNA, 0, at(3))).await;
    rig.write(aside(2)).await;
    for attempts in 2..9 {
        assert_eq!(rig.attempt(&[1, 2, 3], at(4)).await, [0, 0, attempts]);
    }
    assert_eq!(rig.count("SELECT count(*) FROM attempts").await, 1);
}

#[tokio::test]
async fn quarantine_is_listed_retried_and_dropped() {
    let rig = Rig::new().await;
    rig.write(aside(1)).await;
    rig.write(aside(1)).await;
    rig.write(aside(2)).await;
    let all = quarantine::list(&rig.db).await.unwrap();
    assert_eq!(all.len(), 2);
    let first = Quarantined {
        id: QuarantineId(1),
        update: UpdateId(1),
        person: Some(ANNA),
        raw: r#"{"update_id":1}"#.to_owned(),
        reason: "a panic".to_owned(),
        retry: false,
        failures: 1,
        at: at(1),
        failed_at: at(1),
    };
    assert_eq!(
        quarantine::show(&rig.db, QuarantineId(1)).await.unwrap(),
        Some(first)
    );
    // It counts as handled.
    assert_eq!(
        rig.commit(decision(1, ANNA, 0, at(2))).await,
        Committed::Repeat
    );

    assert!(quarantine::to_retry(&rig.db).await.unwrap().is_empty());
    assert!(quarantine::retry(&rig.db, QuarantineId(1)).await.unwrap());
    assert!(!quarantine::retry(&rig.db, QuarantineId(9)).await.unwrap());
    assert_eq!(quarantine::to_retry(&rig.db).await.unwrap().len(), 1);
    let failed = RetryFailed {
        id: QuarantineId(1),
        reason: "another panic".to_owned(),
        at: at(3),
    };
    rig.write(Work::RetryFailed(failed)).await;
    let again = quarantine::show(&rig.db, QuarantineId(1))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (again.retry, again.failures, again.failed_at),
        (false, 2, at(3))
    );
    assert_eq!(again.reason, "another panic");

    // A try that succeeds takes the row away, once.
    assert!(quarantine::retry(&rig.db, QuarantineId(1)).await.unwrap());
    let mut retried = decision(1, ANNA, 0, at(4));
    retried.retry_of = Some(QuarantineId(1));
    rig.done(retried.clone()).await;
    retried.on = Version(1);
    assert_eq!(rig.commit(retried).await, Committed::Repeat);
    assert!(quarantine::drop(&rig.db, QuarantineId(2)).await.unwrap());
    assert!(!quarantine::drop(&rig.db, QuarantineId(2)).await.unwrap());
    assert!(quarantine::list(&rig.db).await.unwrap().is_empty());
}

#[tokio::test]
async fn tickets_of_a_former_admin_become_unassigned() {
    let rig = Rig::new().await;
    for (update, user) in [(1, ANNA), (2, BORIS)] {
        let mut opened = opening(update, user, 0, "Printer", at(1));
        opened.outcome.tickets[0].ticket.assignee = Some(GLEB);
        if user == BORIS {
            opened.outcome.tickets[0].ticket.status = Status::Closed;
            opened.outcome.tickets[0].ticket.closed_at = Some(at(1));
        }
        rig.done(opened).await;
    }
    let list = |admins: &[PersonId]| {
        Work::Admins(Admins {
            admins: admins.to_vec(),
            at: at(5),
        })
    };
    rig.write(list(&[GLEB])).await;
    assert_eq!(ticket(&rig, 1).await.version, Version(1));
    rig.write(list(&[VERA])).await;
    let orphan = ticket(&rig, 1).await;
    assert_eq!((orphan.assignee, orphan.version), (None, Version(2)));
    assert_eq!(ticket(&rig, 2).await.assignee, Some(GLEB));
    let facts = rig
        .facts(VERA, &[Need::EventsSince(TicketId(1), Version(1))])
        .await;
    assert_eq!(facts.since.len(), 1);
    assert_eq!(facts.since[0].by, None);
    let (from, to) = (Some(GLEB), None);
    assert_eq!(facts.since[0].what, Happened::AssigneeChanged { from, to });
    let counts = rig.facts(GLEB, &[Need::Counts]).await.counts;
    assert_eq!((counts.mine, counts.unassigned, counts.closed), (0, 1, 1));
}

#[tokio::test]
async fn what_telegram_was_told_is_remembered_and_a_secret_is_made_once() {
    let rig = Rig::new().await;
    let remember = |what, value: &str, replace| {
        let value = value.to_owned();
        Work::Remember(Remember {
            what,
            value,
            replace,
        })
    };
    for (replace, kept) in [(true, "two"), (false, "one")] {
        let what = match replace {
            true => Remembered::Commands,
            false => Remembered::WebhookSecret,
        };
        assert_eq!(reads::remembered(&rig.db, what).await.unwrap(), None);
        for value in ["one", "two"] {
            let work = remember(what, value, replace);
            assert!(!format!("{work:?}").contains(value), "{work:?}");
            rig.write(work).await;
        }
        let now = reads::remembered(&rig.db, what).await.unwrap();
        assert_eq!(now.as_deref(), Some(kept));
    }
}

#[tokio::test]
async fn a_screen_that_cannot_be_shown_is_given_up() {
    let rig = Rig::new().await;
    rig.done(opening(1, ANNA, 0, "Printer", at(1))).await;
    rig.ended(ANNA, 1, Shown::Unreachable, at(2)).await;
    assert!(reads::unshown(&rig.db).await.unwrap().0.is_empty());
    assert!(!rig.load(ANNA).await.me.unwrap().reachable);
}

#[tokio::test]
async fn a_full_disk_is_waited_for() {
    let rig = Rig::new().await;
    let limit = async |pages: &'static str| {
        let Db::Sqlite(file) = &rig.db else {
            panic!("a test of a file");
        };
        let query = sqlx::query(pages).execute(file.writer()).await;
        query.unwrap();
    };
    // No page more than there are.
    limit("PRAGMA max_page_count = 1").await;
    let mut large = decision(1, ANNA, 0, at(1));
    large.person.first_name = "A".repeat(100_000);
    let full = rig.try_commit(large.clone()).await;
    assert_eq!(full, Err(StoreError::Unavailable(Trouble::Full)));
    assert_eq!(rig.load(ANNA).await.version, Version(0));
    limit("PRAGMA max_page_count = 1000000").await;
    rig.done(large).await;
}

#[tokio::test]
async fn a_file_that_was_moved_away_is_written_to_no_more() {
    let rig = Rig::new().await;
    let path = rig.db.path().unwrap().to_owned();
    let elsewhere = rig.folder.path().join("elsewhere.db");
    let moved = Err(StoreError::Unavailable(Trouble::Moved));
    std::fs::rename(&path, &elsewhere).unwrap();
    let work = decision(1, ANNA, 0, at(1));
    assert_eq!(rig.try_commit(work.clone()).await, moved);
    std::fs::write(&path, "another file").unwrap();
    assert_eq!(rig.try_commit(work.clone()).await, moved);
    std::fs::rename(&elsewhere, &path).unwrap();
    rig.done(work).await;
}

#[tokio::test]
async fn what_sqlite_rolled_back_by_itself_costs_no_connection_for_ever() {
    let rig = Rig::new().await;
    for _ in 0..3 {
        for tx in [rig.db.write().await, rig.db.read().await] {
            let mut tx = tx.unwrap();
            // As it does when the disk fails.
            sql::query("ROLLBACK").execute(&mut tx).await.unwrap();
            assert!(tx.commit().await.is_err());
        }
    }
    rig.done(decision(1, ANNA, 0, at(1))).await;
    assert_eq!(rig.load(ANNA).await.version, Version(1));
    let (one, two) = (rig.db.read().await, rig.db.read().await);
    assert!(one.is_ok() && two.is_ok());
}

#[tokio::test]
async fn a_lock_of_another_program_is_waited_for() {
    let rig = Rig::new().await;
    let other = Db::open(&settings(&rig.folder)).await.unwrap();
    let lock = other.write().await.unwrap();
    let work = decision(1, ANNA, 0, at(1));
    assert_eq!(
        rig.try_commit(work.clone()).await,
        Err(StoreError::Unavailable(Trouble::Locked))
    );
    drop(lock);
    other.close().await;
    rig.done(work).await;
}

#[tokio::test]
async fn one_desk_at_a_time_has_a_database() {
    let rig = Rig::new().await;
    let claim = rig.db.claim().await.unwrap();
    let other = Db::open(&settings(&rig.folder)).await.unwrap();
    assert_eq!(other.claim().await.err(), Some(StoreError::InUse));
    drop(claim);
    assert!(other.claim().await.is_ok());
}

#[tokio::test]
async fn a_file_that_is_no_database_or_cannot_be_opened_is_told_apart() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("desk.db"), "x".repeat(8192)).unwrap();
    let opened = Db::open(&settings(&folder)).await;
    assert!(matches!(opened, Err(StoreError::Damaged(_))), "{opened:?}");
    let nowhere = DbSettings {
        url: format!("sqlite:{}", folder.path().join("no/such/desk.db").display()),
        readers: 1,
    };
    let opened = Db::open(&nowhere).await.map(drop);
    assert_eq!(opened, Err(StoreError::Unavailable(Trouble::CannotOpen)));
}

#[tokio::test]
async fn a_closed_database_says_so() {
    let rig = Rig::new().await;
    rig.db.close().await;
    let closed = StoreError::Unavailable(Trouble::Closed);
    assert_eq!(
        rig.try_commit(decision(1, ANNA, 0, at(1))).await,
        Err(closed.clone())
    );
    let read = reads::conversation(&rig.db, ANNA).await;
    assert_eq!(read, Err(closed));
}
