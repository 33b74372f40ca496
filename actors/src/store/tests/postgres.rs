//! Every test of the store once more, on PostgreSQL.

use super::server::{self, Server};
use super::*;
use crate::store::Trouble;

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

#[tokio::test]
async fn a_desk_that_was_cut_off_goes_on_unless_there_was_another_since() {
    let Some(server) = Server::own().await else {
        return;
    };
    let url = server.url("postgres");
    let open = async || {
        let settings = DbSettings {
            url: server.url("postgres"),
            readers: 1,
        };
        Db::open(&settings).await.unwrap()
    };
    let starts = async |db: &Db| {
        let (writer, _) = Writer::start(db.clone(), 1);
        let start = Start {
            bot: BotId(1),
            admins: Vec::new(),
            at: at(0),
        };
        let work = Work::Start(start);
        writer.run(work, Done::started).await.unwrap();
    };
    // The session that holds the claim ends.
    let cut = || {
        server::texts(
            &url,
            "SELECT CAST(pg_terminate_backend(pid) AS TEXT) FROM pg_locks
             WHERE locktype = 'advisory' AND objid = 2",
        )
    };
    let first = open().await;
    let claim = first.claim().await.unwrap();
    migrate::up(&first).await.unwrap();
    starts(&first).await;
    assert_eq!(cut().len(), 1);
    first.write().await.unwrap().commit().await.unwrap();
    let second = open().await;
    assert_eq!(second.claim().await.err(), Some(StoreError::InUse));

    cut();
    let other = second.claim().await.unwrap();
    assert_eq!(first.write().await.err(), Some(StoreError::InUse));
    starts(&second).await;
    drop(other);
    second.close().await;
    for _ in 0..2 {
        let late = first.write().await.err();
        assert_eq!(late, Some(StoreError::InUse), "another was there since");
    }
    drop(claim);
}
