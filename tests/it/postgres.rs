//! The stories once more, on PostgreSQL.

use std::path::Path;

#[path = "../../actors/src/store/tests/cluster.rs"]
pub(crate) mod cluster;
#[path = "../../actors/src/store/tests/server.rs"]
pub(crate) mod server;

/// What is about files alone, or needs no database.
const OF_FILES: &[&str] = &[
    "browser::",
    "cli::backups::",
    "cli::demo::",
    "cli::mistakes::",
    "campaign::",
    "trouble::database::a_damaged",
    "trouble::database::a_database_that_cannot",
    "trouble::database::a_database_that_is_moved",
    "trouble::database::a_disk",
    "trouble::database::a_second_desk",
    "trouble::poison::",
    "copy::",
    "trouble::nodes::",
    "trouble::pages::a_desk_that_stands_by",
    "trouble::server::",
    "trouble::standby::",
    "every_story_holds_on_postgresql",
];

/// The database of the desk in this folder: a file there, or one of the server that the stories run
/// on this time.
pub(crate) fn url(folder: &Path) -> String {
    server::of_this_run(folder)
        .unwrap_or_else(|| format!("sqlite:{}", folder.join("desk.db").display()))
}

#[tokio::test]
async fn every_story_holds_on_postgresql() {
    server::run_again(None, OF_FILES).await;
}
