//! Every test of the store once more, on PostgreSQL.

use super::cluster;
use super::server::{self, Server};
use super::*;
use crate::store::Trouble;
use crate::store::news::Heard;
use crate::tickets::Stop;

/// What is about files alone.
const OF_FILES: &[&str] = &[
    "store::tests::schema::down_keeps",
    "store::tests::schema::lists_and",
    "store::tests::schema::only_the",
    "store::tests::former",
    "store::tests::state::a_full_disk",
    "store::tests::state::a_file_that",
    "store::tests::state::what_sqlite_rolled_back",
    "store::tests::postgres",
];

#[tokio::test]
async fn every_test_of_the_store_holds_on_postgresql() {
    server::run_again(Some("store::tests"), OF_FILES).await;
}

#[tokio::test]
async fn a_server_that_falls_is_told_of_and_used_again_once_it_is_there() {
    let Some(mut server) = Server::own().await else {
        return;
    };
    let url = server.url("postgres");
    let db = Db::open(&DbSettings { url, readers: 1 }).await.unwrap();
    migrate::up(&db).await.unwrap();
    server.fall();
    let away = Some(StoreError::Unavailable(Trouble::Away));
    let (write, read) = tokio::join!(db.write(), db.read());
    assert_eq!((write.err(), read.err()), (away.clone(), away));
    server.rise().await;
    db.write().await.unwrap().commit().await.unwrap();
    assert_eq!(migrate::ready(&db, false).await, Ok(0));
}

/// A desk on the server, started.
struct Desk {
    db: Db,
    writer: Writer,
    unclean: bool,
}

impl Desk {
    async fn start(server: &Server) -> Self {
        let url = server.url("postgres");
        let db = Db::open(&DbSettings { url, readers: 1 }).await.unwrap();
        assert!(db.join().await.unwrap().is_none());
        migrate::up(&db).await.unwrap();
        let (writer, _) = Writer::start(db.clone(), 64);
        let start = Start {
            bot: BotId(1),
            admins: Vec::new(),
            at: at(0),
        };
        let started = writer.run(Work::Start(start), Done::started).await.unwrap();
        let unclean = started.unclean;
        Self {
            db,
            writer,
            unclean,
        }
    }

    /// Becomes the one that sends, if it can.
    async fn sends(&self) -> Result<(), StoreError> {
        if !self.db.try_to_send().await? {
            return Err(StoreError::Superseded);
        }
        self.take_over().await
    }

    async fn take_over(&self) -> Result<(), StoreError> {
        let work = Work::TakeOver(TakeOver { at: at(1) });
        self.writer.run(work, Done::nothing).await
    }

    async fn commit(&self, decision: Decision) -> Committed {
        let work = Work::Commit(Box::new(decision));
        self.writer.run(work, Done::committed).await.unwrap()
    }

    async fn stop(self) {
        let work = Work::Stop(Stop { at: at(9) });
        self.writer.run(work, Done::nothing).await.unwrap();
        self.db.close().await;
    }
}

fn telling(update: i64, on: i64, notices: Vec<NewNotice>) -> Decision {
    let mut decision = decision(update, ANNA, on, at(1));
    decision.outcome.notices = notices;
    decision
}

/// The session ends that has the lock of the desk that sends; it has ended when this is answered.
fn cut(server: &Server) -> usize {
    let sessions = server::texts(
        &server.url("postgres"),
        "SELECT CAST(pg_terminate_backend(pid, 10000) AS TEXT) FROM pg_locks
         WHERE locktype = 'advisory' AND classid = 1718579046 AND objid = 2",
    );
    sessions.len()
}

#[tokio::test]
async fn of_several_desks_one_sends_and_another_once_it_is_gone() {
    let Some(server) = Server::own().await else {
        return;
    };
    let first = Desk::start(&server).await;
    let second = Desk::start(&server).await;
    assert!(!first.unclean && !second.unclean);
    let superseded = Err(StoreError::Superseded);
    first.sends().await.unwrap();
    assert_eq!(second.sends().await, superseded);
    assert_eq!(second.take_over().await, superseded);

    // Stopped in order: nobody counts it as dead.
    first.stop().await;
    second.sends().await.unwrap();
    let third = Desk::start(&server).await;
    assert!(!third.unclean);

    // Dead without a word; the server gives up its locks one after the other.
    second.db.close().await;
    let runs = "SELECT CAST(objid AS TEXT) FROM pg_locks WHERE classid = 1718579047 AND granted";
    while server::texts(&server.url("postgres"), runs).len() > 1 {
        tokio::task::yield_now().await;
    }
    third.sends().await.unwrap();
    let fourth = Desk::start(&server).await;
    assert!(fourth.unclean, "the second one did not stop");
    let fifth = Desk::start(&server).await;
    assert!(!fifth.unclean, "that was told once");
}

#[tokio::test]
async fn a_desk_that_was_cut_off_goes_on_sending_unless_another_does_or_did() {
    let Some(server) = Server::own().await else {
        return;
    };
    let first = Desk::start(&server).await;
    first.sends().await.unwrap();
    let second = Desk::start(&server).await;
    // The next write takes all locks again.
    assert_eq!(cut(&server), 1);
    first.db.write().await.unwrap().commit().await.unwrap();
    assert!(*first.db.sends().borrow());
    assert_eq!(second.sends().await, Err(StoreError::Superseded));
    let third = Desk::start(&server).await;
    assert!(!third.unclean, "the first one still runs");

    // Another was faster, and is still there; what the first one does beside sending goes on.
    assert_eq!(cut(&server), 1);
    second.sends().await.unwrap();
    let committed = first.commit(decision(1, ANNA, 0, at(1))).await;
    assert!(matches!(committed, Committed::Done { .. }), "{committed:?}");
    assert!(!*first.db.sends().borrow());
    assert_eq!(first.sends().await, Err(StoreError::Superseded));

    // Another was faster, and has gone since.
    assert_eq!(cut(&server), 1);
    third.sends().await.unwrap();
    third.stop().await;
    assert_eq!(second.take_over().await, Err(StoreError::Superseded));
    second.sends().await.unwrap();
}

#[tokio::test]
async fn the_desk_that_sends_hears_what_the_others_commit() {
    let Some(server) = Server::own().await else {
        return;
    };
    let first = Desk::start(&server).await;
    first.sends().await.unwrap();
    let mut heard = first.db.listen().unwrap();
    assert_eq!(heard.recv().await, Some(Heard::Much), "it listens now");
    let second = Desk::start(&server).await;
    let mut shows = decision(1, ANNA, 0, at(1));
    shows.outcome.show = Some(Show {
        screen: Screen::Support,
        pressed: None,
        waiting: None,
    });
    second.commit(shows).await;
    let notices = vec![plain(ChatId(91), Lane::Own, at(1), "x")];
    second.commit(telling(2, 1, notices)).await;
    let many = (100..2_000).map(|chat| plain(ChatId(chat), Lane::Own, at(1), "x"));
    second.commit(telling(3, 2, many.collect())).await;

    let Some(Heard::News(mut news)) = heard.recv().await else {
        panic!("no news");
    };
    assert_eq!(news.screens, [ANNA].into());
    let unshown = reads::unshown_to(&first.db, news.screens.clone()).await;
    assert_eq!(unshown.unwrap().len(), 1);
    let Some(Heard::News(more)) = heard.recv().await else {
        panic!("no news");
    };
    news.merge(more);
    assert_eq!(news.lines, [ChatId(91)].into());
    let heads = reads::heads_of(&first.db, news.lines).await.unwrap();
    assert_eq!(heads.len(), 1);
    assert_eq!(
        heard.recv().await,
        Some(Heard::Much),
        "too many to be named"
    );

    // What the one that sends commits itself is no news to anybody; that it stops is.
    first.commit(decision(4, ANNA, 3, at(2))).await;
    let mut others = second.db.listen().unwrap();
    assert_eq!(others.recv().await, Some(Heard::Much));
    first.stop().await;
    assert_eq!(others.recv().await, Some(Heard::Vacant));
}

#[tokio::test]
async fn a_command_that_needs_the_database_for_itself_and_desks_keep_out_of_each_others_way() {
    let Some(server) = Server::own().await else {
        return;
    };
    let desk = Desk::start(&server).await;
    let url = server.url("postgres");
    let command = Db::open(&DbSettings { url, readers: 1 }).await.unwrap();
    assert_eq!(command.claim().await.err(), Some(StoreError::InUse));
    desk.stop().await;
    let claim = command.claim().await.unwrap();
    let url = server.url("postgres");
    let other = Db::open(&DbSettings { url, readers: 1 }).await.unwrap();
    assert_eq!(other.join().await.err(), Some(StoreError::InUse));
    drop(claim);
    assert!(other.join().await.is_ok());
}

#[tokio::test]
async fn a_database_that_keeps_its_text_in_another_encoding_is_refused_in_words() {
    let Some(server) = Server::own().await else {
        return;
    };
    let make = "CREATE DATABASE bytes ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0";
    cluster::run_all(&server.url("postgres"), &[make.to_owned()])
        .await
        .unwrap();
    let url = server.url("bytes");
    let refused = Db::open(&DbSettings { url, readers: 1 }).await.err();
    let words = refused.map(|error| error.to_string()).unwrap_or_default();
    assert!(
        words.contains("SQL_ASCII") && words.contains("'UTF8'"),
        "{words}"
    );
}
