//! The command with the real binary: its mistakes, each with one sentence, and a kill in its middle.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use rusqlite::{Connection, OpenFlags};
use rustix::process::{Pid, Signal, kill_process};

use super::folder;
use super::older::Older;

fn frontdesk(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
    command.args(arguments).current_dir(folder);
    command.stdin(Stdio::null());
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    frontdesk(folder, arguments).output().expect("it runs")
}

fn imports(folder: &Path, from: &str, more: &[&str]) -> Output {
    let zone = ["--timezone", "Europe/Moscow"];
    let arguments = [&["import", "nikolayai", "--from", from], &zone[..], more].concat();
    run(folder, &arguments)
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// How many tickets the desk has; none before it has tables.
fn tickets(folder: &Path) -> i64 {
    let path = folder.join("frontdesk.db");
    let file = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
    let file = file.expect("the desk's file");
    let sql = "SELECT count(*) FROM tickets";
    file.query_row(sql, (), |row| row.get(0)).unwrap_or(0)
}

#[test]
fn an_operators_mistakes_have_a_sentence_each() {
    let folder = folder();
    let here = folder.path();
    let older = Older::usual(&here.join("."), 0, "PHOTO");
    drop(older);
    let none = imports(here, "shop_bot.db", &[]);
    assert_eq!(none.status.code(), Some(1));
    assert!(err(&none).contains("there is no database at frontdesk.db"));
    assert_eq!(run(here, &["migrate", "up"]).status.code(), Some(0));

    fs::write(here.join("notes.txt"), "Купить молока. ".repeat(100)).expect("a file");
    let other = Connection::open(here.join("other.db")).expect("a file");
    other
        .execute_batch("CREATE TABLE recipes (id INTEGER)")
        .expect("a table");
    let half = Connection::open(here.join("half.db")).expect("a file");
    half.execute_batch(
        "CREATE TABLE supportticket (id INTEGER, user_id INTEGER, subject TEXT, status TEXT)",
    )
    .expect("a table");
    let bare = Connection::open(here.join("bare.db")).expect("a file");
    bare.execute_batch(
        "CREATE TABLE support (id INTEGER, user_id INTEGER, subject TEXT, description TEXT,
                               status TEXT)",
    )
    .expect("a table");
    fs::copy(here.join("frontdesk.db"), here.join("copy.db")).expect("a copy");
    let refused = [
        (
            "nowhere.db",
            2,
            "there is no file nowhere.db: see the path behind --from",
        ),
        (
            ".",
            2,
            ". is not a file: name the older bot's database, shop_bot.db",
        ),
        (
            "notes.txt",
            1,
            "notes.txt is not a database of SQLite, or it is damaged",
        ),
        (
            "other.db",
            1,
            "other.db is not the older bot's database: it has no table supportticket",
        ),
        (
            "half.db",
            1,
            "half.db is not the older bot's database: its table supportticket has no column \
             description",
        ),
        (
            "bare.db",
            1,
            "bare.db is not the older bot's database: it has no table user",
        ),
        (
            "frontdesk.db",
            2,
            "frontdesk.db is a database of Frontdesk itself: behind --from stands the older bot's, \
             shop_bot.db",
        ),
        (
            "copy.db",
            2,
            "copy.db is a database of Frontdesk itself: behind --from stands the older bot's, \
             shop_bot.db",
        ),
        (
            "postgres://me:secret@127.0.0.1:1/shop",
            1,
            "127.0.0.1/shop does not answer: see host and port behind --from, and whether the \
             server runs",
        ),
        (
            "postgres://me:secret@[/shop",
            2,
            "--from: that URL cannot be read; write postgres://USER@HOST/DATABASE",
        ),
    ];
    for (from, code, sentence) in refused {
        for more in [&[][..], &["--dry-run"]] {
            let output = imports(here, from, more);
            assert_eq!(err(&output), format!("frontdesk: {sentence}\n"));
            assert_eq!(output.status.code(), Some(code), "{from}");
        }
    }
    let zones = [
        ("Moscow", "; did you mean Europe/Moscow?"),
        ("europe/moscow", "; did you mean Europe/Moscow?"),
        ("Europe/Novosibirsk", "; did you mean Asia/Novosibirsk?"),
        ("МСК", "; write an IANA name such as Europe/Moscow"),
        ("", "; write an IANA name such as Europe/Moscow"),
    ];
    for (zone, hint) in zones {
        let arguments = [
            "import",
            "nikolayai",
            "--from",
            "shop_bot.db",
            "--timezone",
            zone,
        ];
        let output = run(here, &arguments);
        let sentence = format!("frontdesk: there is no time zone \"{zone}\"{hint}\n");
        assert_eq!(err(&output), sentence);
        assert_eq!(output.status.code(), Some(2));
    }
    for arguments in [
        &["import"][..],
        &["import", "nikolayai"],
        &["import", "nikolayai", "--from", "shop_bot.db"],
        &["import", "nikolayai", "--list", "--rollback"],
        &["import", "nikolayai", "--rollback", "--dry-run"],
    ] {
        assert_eq!(run(here, arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(tickets(here), 0);
    let done = imports(here, "sqlite:shop_bot.db", &[]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert_eq!(err(&done), "", "no bar but on a terminal");
    assert_eq!(tickets(here), 4);
    let unknown = run(here, &["import", "nikolayai", "--rollback", "7"]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(
        err(&unknown).contains("import 7 is not there"),
        "{}",
        err(&unknown)
    );
    let undone = run(here, &["import", "nikolayai", "--rollback"]);
    assert_eq!(undone.status.code(), Some(0), "{}", err(&undone));
    assert_eq!(tickets(here), 0);
}

#[actix_rt::test]
async fn a_kill_in_the_middle_costs_nothing_and_ctrl_c_says_how_to_go_on() {
    const MANY: i64 = 500;
    let folder = folder();
    let here = folder.path();
    let older = Older::empty(here, 0);
    older.sql("BEGIN");
    for ticket in 1..=MANY {
        let user = 1000 + ticket % 50;
        older.ticket((ticket, user, "Тема тикета", "Что-то не так", "open", 1, 2));
        older.message(
            (2 * ticket, ticket, user, "user", "Что-то не так", "text"),
            None,
            1,
        );
        older.message(
            (2 * ticket + 1, ticket, 201, "admin", "Смотрим", "text"),
            None,
            2,
        );
    }
    older.sql("COMMIT");
    assert_eq!(run(here, &["migrate", "up"]).status.code(), Some(0));
    let mut reached = 0;
    for signal in [Signal::KILL, Signal::INT, Signal::KILL] {
        let zone = ["--timezone", "Europe/Moscow"];
        let from = ["import", "nikolayai", "--from", "shop_bot.db"];
        let mut command = frontdesk(here, &[&from[..], &zone].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut command = tokio::process::Command::from(command);
        let mut child = command.kill_on_drop(true).spawn().expect("it starts");
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        let pid = id.and_then(Pid::from_raw).expect("it runs");
        while tickets(here) < reached + 20 {
            assert!(child.try_wait().expect("a child").is_none(), "it ended");
            tokio::task::yield_now().await;
        }
        kill_process(pid, signal).expect("it can be told");
        let output = child.wait_with_output().await.expect("an end");
        reached = tickets(here);
        assert!(reached < MANY, "it was in its middle");
        if signal == Signal::INT {
            assert_eq!(output.status.code(), Some(1));
            assert!(
                err(&output).contains("run the same command again to go on"),
                "{}",
                err(&output)
            );
        }
    }
    let listed = run(here, &["import", "nikolayai", "--list"]);
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    assert!(listed.contains("stopped in the middle"), "{listed}");
    let done = imports(here, "shop_bot.db", &[]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    assert_eq!(tickets(here), MANY);
    let file = Connection::open(here.join("frontdesk.db")).expect("the desk's file");
    let number =
        |sql: &str| -> i64 { file.query_row(sql, (), |row| row.get(0)).expect("a number") };
    assert_eq!(number("SELECT count(*) FROM ticket_messages"), 2 * MANY);
    assert_eq!(number("SELECT count(*) FROM ticket_events"), 2 * MANY);
    assert_eq!(number("SELECT count(*) FROM users"), 51);
    assert_eq!(
        number("SELECT count(*) FROM imports WHERE ended_at IS NOT NULL"),
        1
    );
    assert_eq!(number("SELECT count(*) FROM notices"), 0);
    let undone = run(here, &["import", "nikolayai", "--rollback"]);
    assert_eq!(undone.status.code(), Some(0), "{}", err(&undone));
    assert_eq!(number("SELECT count(*) FROM users") + tickets(here), 0);
}
