//! The command line: what it says, where it says it, and with which exit code.

mod backups;
mod demo;
mod mistakes;
mod notices;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use frontdesk_sandbox::{Fault, Options, Sandbox};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::AsyncReadExt;
use tokio::process::Child;

use crate::town::{ANNA, KATE};

/// Longer than any of it takes; only what hangs comes to it.
const PATIENCE: Duration = Duration::from_secs(60);

/// The program in a folder of its own, without the variables of this process that are ours.
fn frontdesk(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_frontdesk"));
    command
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        if name
            .to_str()
            .is_some_and(|name| name.starts_with("FRONTDESK_"))
        {
            command.env_remove(name);
        }
    }
    command
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    frontdesk(folder, arguments).output().expect("it runs")
}

fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The one line of a table that begins with this.
fn line<'a>(text: &'a str, start: &str) -> &'a str {
    text.lines()
        .find(|line| line.starts_with(start))
        .unwrap_or_else(|| panic!("no line begins with {start:?} in\n{text}"))
}

#[test]
fn without_a_token_one_sentence_names_the_setting_and_the_demo() {
    let folder = folder();
    let mut command = frontdesk(folder.path(), &[]);
    let output = command
        .env("RUST_BACKTRACE", "full")
        .output()
        .expect("it runs");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        err(&output),
        "frontdesk: telegram.token is not set: put the bot's token there or into \
         FRONTDESK_TELEGRAM__TOKEN, or try the desk without one by `frontdesk demo`\n"
    );
    assert_eq!(out(&output), "");
    assert_eq!(
        fs::read_dir(folder.path()).expect("a folder").count(),
        0,
        "nothing is made"
    );
}

#[test]
fn a_wrong_setting_is_refused_before_anything_starts() {
    let folder = folder();
    fs::write(
        folder.path().join("config.toml"),
        "[actors.sessions]\nthreads = 0\n",
    )
    .expect("a file");
    for arguments in [
        &[][..],
        &["check"],
        &["migrate", "up"],
        &["demo", "--port", "0"],
    ] {
        let output = run(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert_eq!(
            err(&output),
            "frontdesk: actors.sessions.threads (config.toml): it is 0 and must be 1 to 256\n"
        );
    }
    let output = run(folder.path(), &["check", "--config", "other.toml"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        err(&output),
        "frontdesk: the configuration file other.toml cannot be read: there is no such file\n"
    );
}

#[actix_rt::test]
async fn check_shows_every_setting_with_its_source_and_never_the_token() {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let folder = folder();
    let file = folder.path().join("desk.toml");
    fs::write(&file, "[desk]\ntimezone = \"Asia/Tokyo\"\nadmins = [201]\n").expect("a file");
    let check = async |token: String, api_url: String| {
        let mut command = frontdesk(folder.path(), &["--config", "desk.toml", "check"]);
        command.env("FRONTDESK_TELEGRAM__TOKEN", token);
        command.env("FRONTDESK_TELEGRAM__API_URL", api_url);
        command.env("FRONTDESK_LOG__LEVEL", "trace");
        tokio::process::Command::from(command)
            .output()
            .await
            .expect("it runs")
    };

    let output = check(sandbox.token().to_owned(), sandbox.api_url()).await;
    let text = out(&output);
    assert_eq!(output.status.code(), Some(0), "{text}");
    let words = |start| line(&text, start).split_whitespace().collect::<Vec<_>>();
    assert_eq!(
        words("desk.timezone "),
        ["desk.timezone", "\"Asia/Tokyo\"", "desk.toml"]
    );
    assert_eq!(
        words("desk.language "),
        ["desk.language", "\"ru\"", "default"]
    );
    assert_eq!(
        words("telegram.token "),
        ["telegram.token", "set", "FRONTDESK_TELEGRAM__TOKEN"]
    );
    assert_eq!(words("actors.sessions.threads ")[2], "default");
    assert!(text.contains("\nok       desk.admins: 1 admin\n"), "{text}");
    assert!(
        text.contains("\nwarning  database.url: there is no file frontdesk.db yet"),
        "{text}"
    );
    assert!(text.contains("\nok       telegram.token: Telegram knows it as @frontdesk_demo_bot\n"));
    assert!(text.contains("\nok       texts: en, ru, each with all "));
    assert!(text.contains("\nok       time: within 5 s of Telegram's\n"));
    let secret = sandbox.token().split_once(':').expect("a token").1;
    assert!(!text.contains(secret) && !err(&output).contains(secret));
    assert!(
        !folder.path().join("frontdesk.db").exists(),
        "a check makes nothing"
    );

    let output = check("1:wrong-secret".to_owned(), sandbox.api_url()).await;
    assert_eq!(output.status.code(), Some(1));
    line(&out(&output), "error    telegram.token: ");

    let api_url = sandbox.api_url();
    sandbox.stop().await;
    let output = check("1:wrong-secret".to_owned(), api_url).await;
    assert_eq!(output.status.code(), Some(1));
    line(
        &out(&output),
        "error    telegram.api_url: 127.0.0.1 does not answer: no connection",
    );
    assert!(!out(&output).contains("wrong-secret") && !err(&output).contains("wrong-secret"));
}

#[actix_rt::test]
async fn the_schema_goes_up_and_down_by_command() {
    let folder = folder();
    let output = run(folder.path(), &["migrate", "status"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).starts_with("frontdesk: there is no database at frontdesk.db"));

    let output = run(folder.path(), &["migrate", "up"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(folder.path().join("frontdesk.db").exists());
    assert_eq!(
        out(&run(folder.path(), &["migrate", "up"])),
        "the schema is up to date\n"
    );
    let status = out(&run(folder.path(), &["migrate", "status"]));
    assert!(status.lines().count() > 0);
    assert!(
        status.lines().all(|line| line.starts_with("applied  ")),
        "{status}"
    );

    // One that another version left there is named, and refused.
    let file = rusqlite::Connection::open(folder.path().join("frontdesk.db")).expect("the file");
    let later = "INSERT INTO _sqlx_migrations
                 (version, description, success, checksum, execution_time)
                 VALUES (900, 'of a later day', true, 'x', 0)";
    file.execute(later, ()).expect("a row");
    let output = run(folder.path(), &["migrate", "status"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        line(&out(&output), "unknown"),
        "unknown   900  of a later day"
    );
    assert!(err(&output).contains("migration 900, which this program does not know"));
    file.execute("DELETE FROM _sqlx_migrations WHERE version = 900", ())
        .expect("no row");
    drop(file);

    let output = run(folder.path(), &["migrate", "down", "--to", "0"]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let status = out(&run(folder.path(), &["migrate", "status"]));
    assert!(
        status.lines().all(|line| line.starts_with("missing  ")),
        "{status}"
    );
    let output = run(folder.path(), &["migrate", "down", "--to", "77"]);
    assert_eq!(output.status.code(), Some(1), "{}", out(&output));

    // A desk that may not migrate refuses the outdated schema in words.
    let mut command = frontdesk(folder.path(), &[]);
    command.env("FRONTDESK_TELEGRAM__TOKEN", "1:secret");
    command.env("FRONTDESK_TELEGRAM__API_URL", "http://127.0.0.1:9");
    command.env("FRONTDESK_DATABASE__MIGRATE", "false");
    let output = ends(command).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains("frontdesk migrate up"),
        "{}",
        err(&output)
    );
}

/// Runs what is expected to end by itself.
async fn ends(command: Command) -> Output {
    let mut command = tokio::process::Command::from(command);
    let output = command.kill_on_drop(true).output();
    tokio::time::timeout(PATIENCE, output)
        .await
        .expect("it ends")
        .expect("it runs")
}

#[actix_rt::test]
async fn a_desk_that_cannot_work_ends_with_the_reason() {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let folder = folder();
    let desk = |token: &str| {
        let mut command = frontdesk(folder.path(), &[]);
        command.env("FRONTDESK_TELEGRAM__TOKEN", token);
        command.env("FRONTDESK_TELEGRAM__API_URL", sandbox.api_url());
        command
    };
    let output = ends(desk("77:revoked")).await;
    assert_eq!(output.status.code(), Some(2));
    let last = err(&output);
    let last = last.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("frontdesk: Telegram refuses the token"),
        "{last}"
    );
}

/// The desk as a child, talking to a sandbox, until it is told to stop.
struct Desk {
    child: Child,
}

impl Desk {
    fn start(folder: &Path, sandbox: &Sandbox) -> Self {
        Self::with_grace(folder, sandbox, "8")
    }

    fn with_grace(folder: &Path, sandbox: &Sandbox, seconds: &str) -> Self {
        let mut command = frontdesk(folder, &[]);
        command
            .env("FRONTDESK_TELEGRAM__TOKEN", sandbox.token())
            .env("FRONTDESK_TELEGRAM__API_URL", sandbox.api_url())
            .env("FRONTDESK_DESK__ADMINS", KATE.to_string())
            .env("FRONTDESK_LOG__FORMAT", "json")
            .env("FRONTDESK_ACTORS__SHUTDOWN_GRACE", seconds)
            .stderr(Stdio::piped());
        let mut command = tokio::process::Command::from(command);
        let child = command.kill_on_drop(true).spawn().expect("it starts");
        Self { child }
    }

    /// Sends a signal and waits for the end; what was logged meanwhile.
    async fn signal(mut self, signal: Signal) -> (Option<i32>, String) {
        tell(&self.child, signal);
        let mut log = String::new();
        let mut stderr = self.child.stderr.take().expect("a pipe");
        let end = async {
            stderr.read_to_string(&mut log).await.expect("a log");
            self.child.wait().await.expect("an end").code()
        };
        let code = tokio::time::timeout(PATIENCE, end).await.expect("it ends");
        (code, log)
    }
}

fn tell(child: &Child, signal: Signal) {
    let id = child.id().and_then(|id| i32::try_from(id).ok());
    let pid = id.and_then(Pid::from_raw).expect("it runs");
    kill_process(pid, signal).expect("it can be told");
}

async fn until(sandbox: &Sandbox, reached: impl Fn(&Sandbox) -> bool) {
    sandbox
        .wait_until(PATIENCE, |sandbox| reached(sandbox))
        .await
        .expect("it comes to that");
}

#[actix_rt::test]
async fn the_desk_stops_in_order_and_down_keeps_what_it_stored() {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let folder = folder();
    for signal in [Signal::TERM, Signal::INT] {
        let desk = Desk::start(folder.path(), &sandbox);
        sandbox.person(ANNA).text("/start secret words");
        until(&sandbox, |sandbox| {
            sandbox.pending_updates() == 0 && sandbox.person(ANNA).last_from_bot().is_some()
        })
        .await;
        let (code, log) = desk.signal(signal).await;
        assert_eq!(code, Some(0), "{log}");
        assert!(!log.contains("secret words"), "{log}");
        assert!(!log.contains("sandbox-token"), "{log}");
        for line in log.lines() {
            let entry: serde_json::Value =
                serde_json::from_str(line).expect("a JSON object a line");
            assert!(
                entry["level"].is_string() && entry["target"].is_string(),
                "{line}"
            );
        }
    }

    let down = ["migrate", "down", "--to", "0"];
    let output = run(folder.path(), &down);
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("holds data"), "{}", err(&output));
    let output = run(folder.path(), &[&down[..], &["--drop-data"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let copies = fs::read_dir(folder.path())
        .expect("a folder")
        .filter(|entry| {
            let name = entry.as_ref().expect("an entry").file_name();
            name.to_string_lossy().contains("before-down")
        })
        .count();
    assert_eq!(copies, 1, "a copy was made first");
}

/// Lets a call hang that a stop then waits for.
async fn with_a_call_that_hangs(sandbox: &Sandbox) {
    let anna = sandbox.person(ANNA);
    anna.text("/start");
    until(sandbox, |sandbox| {
        sandbox.pending_updates() == 0 && anna.last_from_bot().is_some()
    })
    .await;
    sandbox.fail_next("sendMessage", Some(ANNA), Fault::Hang, 1);
    anna.text("/help");
    until(sandbox, |sandbox| {
        sandbox.pending_updates() == 0 && sandbox.faults().is_empty()
    })
    .await;
}

#[actix_rt::test]
async fn a_stop_that_takes_too_long_is_cut_off_and_says_so() {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let folder = folder();
    let desk = Desk::with_grace(folder.path(), &sandbox, "1");
    with_a_call_that_hangs(&sandbox).await;
    let (code, log) = desk.signal(Signal::TERM).await;
    assert_eq!(code, Some(1), "{log}");
    assert!(
        log.contains("frontdesk: the stop took longer than actors.shutdown_grace"),
        "{log}"
    );

    // The next start shows what was cut off.
    let desk = Desk::start(folder.path(), &sandbox);
    let answers = |sandbox: &Sandbox| {
        let chat = sandbox.person(ANNA).messages();
        chat.iter().filter(|message| message.from_bot).count()
    };
    until(&sandbox, |sandbox| answers(sandbox) == 2).await;
    assert_eq!(desk.signal(Signal::TERM).await.0, Some(0));
}

#[actix_rt::test]
async fn a_second_signal_ends_at_once() {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let folder = folder();
    let mut desk = Desk::with_grace(folder.path(), &sandbox, "3600");
    with_a_call_that_hangs(&sandbox).await;
    // Two signals of a kind that come before the first is looked at are one.
    let ended = loop {
        tell(&desk.child, Signal::INT);
        let end = tokio::time::timeout(Duration::from_millis(20), desk.child.wait());
        if let Ok(ended) = end.await {
            break ended.expect("an end");
        }
    };
    assert_eq!(ended.code(), Some(130));
}

#[actix_rt::test]
async fn an_update_that_was_put_aside_is_listed_shown_and_dropped() {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let folder = folder();
    let desk = Desk::start(folder.path(), &sandbox);
    sandbox.push_raw_update(
        serde_json::json!({"message": {"message_id": "not a number", "text": "hm"}}),
    );
    until(&sandbox, |sandbox| sandbox.pending_updates() == 0).await;
    let (code, log) = desk.signal(Signal::TERM).await;
    assert_eq!(code, Some(0), "{log}");

    let list = out(&run(folder.path(), &["quarantine", "list"]));
    assert_eq!(list.lines().count(), 1, "{list}");
    assert!(!list.contains("hm"), "the list holds no words: {list}");
    let id = list.split_whitespace().next().expect("a number").to_owned();
    let shown = out(&run(folder.path(), &["quarantine", "show", &id]));
    assert!(shown.contains("not a number"), "{shown}");

    let retry = run(folder.path(), &["quarantine", "retry", &id]);
    assert_eq!(retry.status.code(), Some(0), "{}", err(&retry));
    let list = out(&run(folder.path(), &["quarantine", "list"]));
    assert!(list.contains("to be tried again"), "{list}");

    assert_eq!(
        out(&run(folder.path(), &["quarantine", "drop", &id])),
        format!("{id} is gone\n")
    );
    assert_eq!(
        out(&run(folder.path(), &["quarantine", "list"])),
        "nothing was put aside\n"
    );
    for command in ["show", "retry", "drop"] {
        let output = run(folder.path(), &["quarantine", command, &id]);
        assert_eq!(output.status.code(), Some(1), "{command}");
        assert!(
            err(&output).contains("there is no quarantined update"),
            "{}",
            err(&output)
        );
    }
}
