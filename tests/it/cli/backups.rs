//! Backups: written while the desk runs, put back when it does not, and what operators get wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Output;

use frontdesk_sandbox::{Options, Sandbox};
use rusqlite::Connection;
use rustix::process::Signal;

use super::{Desk, err, folder, frontdesk, out, run, until};
use crate::town::{ANNA, EMMA};

/// What a person does that the desk answers.
async fn writes(sandbox: &Sandbox, person: i64, text: &str) {
    let person = sandbox.person(person);
    let answers = || {
        let messages = person.messages();
        messages.iter().filter(|message| message.from_bot).count()
    };
    let before = answers();
    person.text(text);
    until(sandbox, |sandbox| {
        sandbox.pending_updates() == 0 && answers() > before
    })
    .await;
}

/// Whom a database knows.
fn people(file: &Path) -> Vec<i64> {
    let database = Connection::open(file).expect("a database");
    let mut query = database
        .prepare("SELECT id FROM users ORDER BY id")
        .expect("a table");
    let ids = query.query_map([], |row| row.get(0)).expect("rows");
    ids.collect::<Result<_, _>>().expect("ids")
}

/// A command that fails, and what it says.
fn refused(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert_eq!(out(&output), "");
    err(&output)
}

fn done(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(0), "{}", err(output));
    out(output)
}

/// The names in a folder that begin so.
fn named(folder: &Path, start: &str) -> Vec<String> {
    let names = fs::read_dir(folder).expect("a folder");
    let names = names.map(|entry| entry.expect("an entry").file_name());
    let names = names.map(|name| name.to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(start)).collect()
}

#[actix_rt::test]
async fn a_backup_of_a_running_desk_brings_everything_back() {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let folder = folder();
    let at = folder.path();
    let desk = Desk::start(at, &sandbox);
    writes(&sandbox, EMMA, "/start").await;

    let said = done(&run(at, &["backup", "b.db"]));
    assert!(said.starts_with("b.db is a backup: schema "), "{said}");
    assert!(said.contains(", 0 tickets, "), "{said}");
    let mode = fs::metadata(at.join("b.db")).expect("a file").permissions();
    assert_eq!(mode.mode() & 0o777, 0o600, "people's words are in it");
    assert_eq!(people(&at.join("b.db")), [EMMA]);
    assert_eq!(named(at, ".frontdesk"), [""; 0], "nothing is left behind");

    // A running desk keeps its database.
    let said = refused(at, &["restore", "b.db"]);
    assert!(said.contains("another desk is running"), "{said}");
    writes(&sandbox, ANNA, "/start").await;
    let (code, log) = desk.signal(Signal::TERM).await;
    assert_eq!(code, Some(0), "{log}");
    assert_eq!(people(&at.join("frontdesk.db")), [ANNA, EMMA]);

    let said = done(&run(at, &["restore", "b.db"]));
    assert!(
        said.starts_with("frontdesk.db is b.db now: schema "),
        "{said}"
    );
    let former = named(at, "frontdesk-before-restore-");
    assert_eq!(former.len(), 1, "{former:?}");
    assert!(said.contains(&former[0]), "{said}");
    assert_eq!(people(&at.join(&former[0])), [ANNA, EMMA]);
    assert_eq!(people(&at.join("frontdesk.db")), [EMMA]);

    // The desk goes on with it, and the way back is the same.
    let desk = Desk::start(at, &sandbox);
    writes(&sandbox, EMMA, "/help").await;
    let (code, log) = desk.signal(Signal::TERM).await;
    assert_eq!(code, Some(0), "{log}");
    done(&run(at, &["restore", &former[0]]));
    assert_eq!(people(&at.join("frontdesk.db")), [ANNA, EMMA]);
}

#[test]
fn a_backup_overwrites_nothing_unasked_and_never_the_database() {
    let folder = folder();
    let at = folder.path();
    let said = refused(at, &["backup", "b.db"]);
    assert!(said.contains("there is no database at"), "{said}");
    done(&run(at, &["migrate", "up"]));
    fs::write(at.join("b.db"), "precious").expect("a file");
    let said = refused(at, &["backup", "b.db"]);
    assert_eq!(
        said,
        "frontdesk: b.db is there already: name another file, or replace it with --overwrite\n"
    );
    assert_eq!(fs::read(at.join("b.db")).expect("a file"), b"precious");
    done(&run(at, &["backup", "--overwrite", "b.db"]));
    assert_eq!(people(&at.join("b.db")), [0; 0]);
    for (name, words) in [
        ("frontdesk.db", "is the database itself"),
        (".", "is a folder"),
        ("no/such/b.db", "there is no folder no/such: make it"),
    ] {
        let said = refused(at, &["backup", "--overwrite", name]);
        assert!(said.contains(words), "{name}: {said}");
    }
    let output = run(at, &["backup"]);
    assert_eq!(output.status.code(), Some(2), "without a name");
}

#[test]
fn what_is_no_backup_is_not_restored_and_the_database_stays() {
    let folder = folder();
    let at = folder.path();
    done(&run(at, &["migrate", "up"]));
    done(&run(at, &["backup", "b.db"]));
    let database = || fs::read(at.join("frontdesk.db")).expect("a file");
    let before = database();
    let whole = fs::read(at.join("b.db")).expect("a file");
    fs::write(at.join("text.db"), "not a database at all, ".repeat(99)).expect("a file");
    fs::write(at.join("cut.db"), &whole[..whole.len() / 2]).expect("a file");
    fs::write(at.join("empty.db"), "").expect("a file");
    let mut torn = whole;
    for byte in torn.iter_mut().skip(4096).step_by(3) {
        *byte ^= 0x55;
    }
    fs::write(at.join("torn.db"), torn).expect("a file");
    Connection::open(at.join("other.db"))
        .and_then(|other| other.execute_batch("CREATE TABLE tickets (id)"))
        .expect("a database");
    for (name, words) in [
        ("nowhere.db", "there is no file nowhere.db"),
        (".", "is a folder"),
        ("frontdesk.db", "is the database itself"),
        ("text.db", "is damaged, or no backup"),
        ("cut.db", "is damaged, or no backup"),
        ("torn.db", "is damaged, or no backup"),
        ("empty.db", "not the database of a desk"),
        ("other.db", "not the database of a desk"),
    ] {
        let said = refused(at, &["restore", name]);
        assert!(said.contains(words), "{name}: {said}");
        assert_eq!(database(), before, "{name}");
    }
    assert_eq!(named(at, ".frontdesk"), [""; 0], "nothing is left behind");
    assert_eq!(named(at, "frontdesk-before"), [""; 0]);
}

#[test]
fn a_damaged_database_is_kept_as_it_is_and_replaced() {
    let folder = folder();
    let at = folder.path();
    done(&run(at, &["migrate", "up"]));
    done(&run(at, &["backup", "b.db"]));
    let damaged = "damage ".repeat(1000);
    fs::write(at.join("frontdesk.db"), &damaged).expect("a file");
    // What lies beside it belongs to it, and not to the backup.
    fs::write(at.join("frontdesk.db-wal"), "its last words").expect("a file");
    done(&run(at, &["restore", "b.db"]));
    let mut former = named(at, "frontdesk-before-restore-");
    former.sort();
    let kept = |name: &String| fs::read_to_string(at.join(name)).expect("a file");
    assert_eq!(former.iter().map(kept).next(), Some(damaged));
    assert!(
        !at.join("frontdesk.db-wal").exists(),
        "it is not left behind"
    );
    assert_eq!(people(&at.join("frontdesk.db")), [0; 0]);

    // Without any database it is the same.
    fs::remove_file(at.join("frontdesk.db")).expect("it was there");
    done(&run(at, &["restore", "b.db"]));
    assert_eq!(people(&at.join("frontdesk.db")), [0; 0]);
}

#[actix_rt::test]
async fn a_backup_of_another_bot_is_not_restored() {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let folder = folder();
    let desk = Desk::start(folder.path(), &sandbox);
    writes(&sandbox, EMMA, "/start").await;
    desk.signal(Signal::TERM).await;
    done(&run(folder.path(), &["backup", "b.db"]));
    let mut restore = frontdesk(folder.path(), &["restore", "b.db"]);
    let output = restore.env("FRONTDESK_TELEGRAM__TOKEN", "77:secret");
    let output = output.output().expect("it runs");
    assert_eq!(output.status.code(), Some(1));
    let said = err(&output);
    assert!(said.contains("the token is of bot 77"), "{said}");
    assert!(!said.contains("secret"), "{said}");

    // Without a token the database that is there tells whose it has to be.
    let backup = Connection::open(folder.path().join("b.db")).expect("a backup");
    let another = "UPDATE desk_state SET value = '77' WHERE name = 'bot_id'";
    assert_eq!(backup.execute(another, []), Ok(1));
    backup.close().expect("it is closed");
    let said = err(&run(folder.path(), &["restore", "b.db"]));
    assert!(said.contains("the backup is of bot 77"), "{said}");
    fs::remove_file(folder.path().join("frontdesk.db")).expect("it is there");
    done(&run(folder.path(), &["restore", "b.db"]));
}
