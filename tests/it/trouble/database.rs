//! A database that is away: nothing is confirmed meanwhile, and the desk goes on by itself where the
//! cause goes away.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;

use rustix::process::{Resource, Rlimit, prlimit};

use super::{Desk, Place};

/// Emma writes while the database is away for this reason; nothing is confirmed.
async fn waits(place: &Place, desk: &Desk, reason: &str) {
    place.emma().text("/help");
    desk.says("updates wait for the database").await;
    desk.says(reason).await;
    assert!(place.sandbox.pending_updates() > 0, "it stays at Telegram");
    assert_eq!(desk.count("updates wait for the database"), 1);
}

/// The cause is gone: she is answered.
async fn goes_on(place: &Place, desk: Desk) {
    place.emma_reads("/cancel").await;
    desk.says("updates are taken in again").await;
    desk.stops().await;
}

#[actix_rt::test]
async fn a_database_that_is_locked_for_long_is_waited_for_and_buttons_stop_spinning() {
    let place = Place::new().await;
    let desk = place.open();
    place.emma().text("/start");
    place.emma_reads("This is support").await;

    let other = place.database().await;
    let lock = other.write().await.expect("the lock");
    place.emma().press_label("Support").expect("a button");
    let answered = |sandbox: &frontdesk_sandbox::Sandbox| {
        let calls = sandbox.calls();
        calls
            .iter()
            .any(|call| call.method == "answerCallbackQuery")
    };
    place.until("an answer to the press", answered).await;
    assert!(place.sandbox.pending_updates() > 0);
    waits(&place, &desk, "another program has it locked").await;
    drop(lock);
    other.close().await;
    goes_on(&place, desk).await;
}

#[actix_rt::test]
async fn a_disk_that_takes_no_more_is_waited_for() {
    let place = Place::new().await;
    // A process at its limit is told by an error, as one with a full disk is.
    let desk = place.open_after("trap '' XFSZ");
    place.emma().text("/start");
    place.emma_reads("This is support").await;

    let limit = |bytes| {
        let limit = Rlimit {
            current: bytes,
            maximum: None,
        };
        prlimit(Some(desk.pid()), Resource::Fsize, limit).expect("a limit");
    };
    limit(Some(1));
    waits(&place, &desk, "reading or writing the disk failed").await;
    limit(None);
    goes_on(&place, desk).await;
}

#[actix_rt::test]
async fn a_database_that_is_moved_away_is_written_to_no_more() {
    let place = Place::new().await;
    let desk = place.open();
    place.emma().text("/start");
    place.emma_reads("This is support").await;

    let (file, elsewhere) = (place.file("desk.db"), place.file("elsewhere.db"));
    fs::rename(&file, &elsewhere).expect("a move");
    waits(&place, &desk, "the file was moved, deleted or replaced").await;
    fs::rename(&elsewhere, &file).expect("a move");
    goes_on(&place, desk).await;
}

#[actix_rt::test]
async fn a_damaged_database_ends_the_desk_and_says_what_to_do() {
    let place = Place::new().await;
    let desk = place.open();
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    desk.stops().await;

    let file = place.file("desk.db");
    let good = fs::read(&file).expect("a file");
    let mut bad = good.clone();
    bad[100..].fill(0xaa);
    fs::write(&file, bad).expect("a file");
    place.emma().text("/help");
    let (code, log) = place.open().ends().await;
    assert_eq!(code, Some(1), "{log}");
    assert!(log.contains("the database file is damaged"), "{log}");
    assert!(log.contains("restore the newest backup"), "{log}");
    let (code, told) = place.operator(&["check"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("database.url: the database file is damaged"),
        "{told}"
    );

    fs::write(&file, good).expect("a file");
    let desk = place.open();
    place.emma_reads("/cancel").await;
    desk.stops().await;
}

#[actix_rt::test]
async fn a_database_that_cannot_be_written_or_made_is_refused_with_the_reason() {
    let place = Place::new().await;
    let nowhere = [("FRONTDESK_DATABASE__URL", "sqlite:no/such/folder/desk.db")];
    let (code, log) = place.open_with(&nowhere).ends().await;
    assert_eq!(code, Some(1), "{log}");
    assert!(
        log.contains("the file cannot be opened: its folder has to exist"),
        "{log}"
    );

    let (code, log) = place.operator(&["migrate", "up"]);
    assert_eq!(code, Some(0), "{log}");
    let mode = |path, mode| fs::set_permissions(path, fs::Permissions::from_mode(mode));
    mode(place.file("desk.db"), 0o444).expect("a mode");
    mode(place.folder.path().to_owned(), 0o555).expect("a mode");
    let mut command = place.command(env!("CARGO_BIN_EXE_frontdesk"), &[]);
    if rustix::process::geteuid().is_root() {
        // Root may write whatever the mode says.
        command.uid(65_534);
    }
    let (code, log) = Desk::of(command).ends().await;
    mode(place.folder.path().to_owned(), 0o755).expect("a mode");
    assert_eq!(code, Some(1), "{log}");
    let last = log.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("frontdesk: database.url: ") && last.contains("cannot be"),
        "{log}"
    );
}

#[actix_rt::test]
async fn a_second_desk_on_the_same_database_is_refused() {
    let place = Place::new().await;
    let desk = place.open();
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    let (code, log) = place.open().ends().await;
    assert_eq!(code, Some(1), "{log}");
    assert!(
        log.contains("another desk is running with this database"),
        "{log}"
    );
    let (code, told) = place.operator(&["migrate", "down", "--to", "0", "--drop-data"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("another desk is running"), "{told}");
    place.emma().text("/help");
    place.emma_reads("/cancel").await;
    desk.stops().await;
}
