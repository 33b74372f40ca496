//! Every test of the store once more, on PostgreSQL.

use super::server;

/// What is about files alone.
const OF_FILES: &[&str] = &[
    "store::tests::schema::down_keeps",
    "store::tests::schema::lists_and",
    "store::tests::schema::only_the",
    "store::tests::former",
    "store::tests::state::a_full_disk",
    "store::tests::state::a_file_that",
    "store::tests::state::what_sqlite_rolled_back",
    "every_test_of_the_store_holds_on_postgresql",
];

#[tokio::test]
async fn every_test_of_the_store_holds_on_postgresql() {
    server::run_again(Some("store::tests"), OF_FILES).await;
}
