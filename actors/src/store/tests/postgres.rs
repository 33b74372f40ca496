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
