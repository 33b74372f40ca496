//! Killing the desk between any two steps of a journey, and starting it again, changes nothing
//! that a person sees: the real binary as a child process, `kill -9`, a real clock.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use frontdesk_actors::store::reads::{self, Unfinished};
use frontdesk_actors::store::{Db, DbSettings};
use frontdesk_sandbox::{Options, Outgoing, Person, Sandbox};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::time::{Instant, timeout_at};

use crate::postgres::url;
use crate::town::{EMMA, KATE, free_port};

/// Longer than a start and an answer take.
const PATIENCE: Duration = Duration::from_secs(60);

/// One step of the journey, and what tells its person that it was answered.
type Step = (i64, fn(&Person), &'static str);

const JOURNEY: &[Step] = &[
    (KATE, |kate| act(kate.text("/start")), "Admin menu"),
    (EMMA, |emma| act(emma.text("/start")), "Support"),
    (EMMA, |emma| press(emma, "Support"), "New ticket"),
    (EMMA, |emma| press(emma, "New ticket"), "General"),
    (EMMA, |emma| press(emma, "General"), "one line"),
    (EMMA, |emma| act(emma.text("A <subject>")), "A <subject>"),
    (
        EMMA,
        |emma| act(emma.send(Outgoing::photo().caption("the picture"))),
        "#1",
    ),
    (KATE, |kate| act(kate.text("/ticket 1")), "Emma Brown"),
    (KATE, |kate| press(kate, "Answer"), "Your next message"),
    (KATE, |kate| act(kate.text("like this")), "Delivered"),
    (KATE, |kate| press(kate, "Open #1"), "In progress"),
    (KATE, |kate| act(kate.text("/close 1")), "Closed"),
    (EMMA, |emma| act(emma.text("but it is not")), "Reopen"),
    (EMMA, |emma| press(emma, "Reopen"), "is open again"),
];

/// The other journey: both are gone for a while. With how many notices are held after each step.
const ABSENCE: &[(Step, i64)] = &[
    ((KATE, |kate| act(kate.text("/start")), "Admin menu"), 0),
    ((EMMA, |emma| act(emma.text("/new")), "General"), 0),
    ((EMMA, |emma| press(emma, "General"), "one line"), 0),
    ((EMMA, |emma| act(emma.text("A subject")), "A subject"), 0),
    ((EMMA, |emma| act(emma.text("what happened")), "#1"), 0),
    ((EMMA, Person::block, "#1"), 0),
    ((KATE, |kate| act(kate.text("/ticket 1")), "Emma Brown"), 0),
    ((KATE, |kate| press(kate, "Answer"), "Your next message"), 0),
    ((KATE, |kate| act(kate.text("like this")), "has blocked"), 1),
    ((KATE, |kate| press(kate, "Open #1"), "held"), 1),
    ((KATE, |kate| press(kate, "Send again"), "has blocked"), 1),
    ((EMMA, Person::unblock, "like this"), 0),
    ((KATE, Person::block, "Delivered"), 0),
    ((EMMA, |emma| act(emma.text("thank you")), "like this"), 1),
    ((KATE, Person::unblock, "While you were away"), 0),
];

fn act(_message: i64) {}

fn press(person: &Person, label: &str) {
    if let Err(error) = person.press_label(label) {
        panic!("{error}: no button {label:?} in\n{}", person.transcript());
    }
}

/// The real desk at work, and what it logs.
struct Desk {
    child: Child,
    log: Lines<BufReader<ChildStderr>>,
}

impl Desk {
    /// With the port where updates are posted, if they are.
    fn start(sandbox: &Sandbox, folder: &Path, port: Option<u16>) -> Self {
        let set = |name: &str, value: &str| (format!("FRONTDESK_{name}"), value.to_owned());
        let webhook = port.map(|port| {
            let address = format!("127.0.0.1:{port}");
            [
                set("TELEGRAM__MODE", "webhook"),
                set("TELEGRAM__WEBHOOK__URL", &format!("http://{address}/")),
                set("TELEGRAM__WEBHOOK__LISTEN", &address),
            ]
        });
        let mut child = Command::new(env!("CARGO_BIN_EXE_frontdesk"))
            .envs(webhook.into_iter().flatten())
            .envs([
                set("TELEGRAM__TOKEN", sandbox.token()),
                set("TELEGRAM__API_URL", &sandbox.api_url()),
                set("DATABASE__URL", &url(folder)),
                set("DESK__ADMINS", &format!("[{KATE}]")),
                set("LIMITS__GLOBAL_PER_SECOND", "0"),
                set("LIMITS__CHAT_PER_SECOND", "0"),
                set("LIMITS__PERSON_PER_MINUTE", "0"),
                set("LOG__LEVEL", "debug"),
                set("OPERATOR__LISTEN", ""),
            ])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the desk starts");
        let log = child.stderr.take().expect("its log");
        Self {
            child,
            log: BufReader::new(log).lines(),
        }
    }

    /// Waits until it has stored what became of calls. What it logs before is of no concern, but
    /// for faults.
    async fn stores(&mut self) {
        loop {
            let line = self.log.next_line().await.expect("its log");
            let line = line.expect("it does not end by itself");
            assert!(!line.contains("ERROR"), "{line}");
            if line.contains("what became of calls is stored") {
                return;
            }
        }
    }

    async fn is_killed(&mut self) {
        self.child.kill().await.expect("a kill");
    }
}

/// A sandbox, the real desk, and the folder the desk keeps everything in.
struct Street {
    sandbox: Sandbox,
    desk: Desk,
    folder: tempfile::TempDir,
    /// Where updates are posted, if they are.
    port: Option<u16>,
}

impl Street {
    /// With updates that are posted, or that are asked for.
    async fn new(posted: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options {
            webhook_pause: Duration::from_millis(20),
            ..Options::default()
        };
        let sandbox = Sandbox::start(options).await.expect("a sandbox");
        let port = posted.then(free_port);
        let desk = Desk::start(&sandbox, folder.path(), port);
        Self {
            sandbox,
            desk,
            folder,
            port,
        }
    }

    async fn kill_and_start(&mut self) {
        self.desk.is_killed().await;
        self.desk = Desk::start(&self.sandbox, self.folder.path(), self.port);
    }

    /// Waits until the person reads this, everything is confirmed, and the desk has stored that
    /// everything was delivered but what is held.
    async fn answered(&mut self, person: i64, reads: &str, held: i64) {
        let seen = |sandbox: &Sandbox| {
            let answered = sandbox
                .person(person)
                .last_from_bot()
                .is_some_and(|message| {
                    let on_a_key = message.button(reads).is_some();
                    on_a_key || message.text.contains(reads)
                });
            answered && sandbox.pending_updates() == 0
        };
        if self.sandbox.wait_until(PATIENCE, seen).await.is_err() {
            let seen = self.sandbox.person(person).transcript();
            panic!("{reads:?} is not the last word in\n{seen}");
        }
        let settings = DbSettings {
            url: url(self.folder.path()),
            readers: 1,
        };
        let db = Db::open(&settings).await.expect("the database");
        let done = Unfinished {
            notices: 0,
            held,
            screens: 0,
        };
        let end = Instant::now() + PATIENCE;
        loop {
            let unfinished = reads::unfinished(&db).await.expect("a count");
            if unfinished == done {
                break;
            }
            let stored = timeout_at(end, self.desk.stores()).await;
            assert!(stored.is_ok(), "after {reads:?}: {unfinished:?}");
        }
        db.close().await;
    }

    fn story(&self) -> String {
        let chat = |id| self.sandbox.person(id).transcript().to_string();
        format!("{}\n{}", chat(EMMA), chat(KATE))
    }
}

/// Plays the journey, with or without a kill after each step, with updates that are asked for or
/// posted, and gives what both people see after each of its steps.
async fn play(journey: impl Iterator<Item = (Step, i64)>, kill: bool, posted: bool) -> Vec<String> {
    let mut street = Street::new(posted).await;
    let mut stories = Vec::new();
    for ((person, does, reads), held) in journey {
        does(&street.sandbox.person(person));
        street.answered(person, reads, held).await;
        stories.push(street.story());
        if kill {
            street.kill_and_start().await;
        }
    }
    street.desk.is_killed().await;
    street.sandbox.stop().await;
    stories
}

#[actix_rt::test]
async fn killed_between_any_two_steps_it_changes_nothing_that_a_person_sees() {
    let journey = || JOURNEY.iter().map(|step| (*step, 0));
    compare(
        &play(journey(), false, false).await,
        &play(journey(), true, false).await,
    );
}

#[actix_rt::test]
async fn killed_while_people_are_gone_it_holds_and_releases_the_same() {
    let journey = || ABSENCE.iter().copied();
    compare(
        &play(journey(), false, false).await,
        &play(journey(), true, false).await,
    );
}

#[actix_rt::test]
async fn killed_while_updates_are_posted_it_changes_nothing_either() {
    let journey = || JOURNEY.iter().map(|step| (*step, 0));
    compare(
        &play(journey(), false, false).await,
        &play(journey(), true, true).await,
    );
    let journey = || ABSENCE.iter().copied();
    compare(
        &play(journey(), false, false).await,
        &play(journey(), true, true).await,
    );
}

fn compare(quiet: &[String], killed: &[String]) {
    for (step, (quiet, killed)) in quiet.iter().zip(killed).enumerate() {
        assert_eq!(comparable(quiet), comparable(killed), "after step {step}");
    }
}

/// What is compared: not the minutes and dates, since the real clock runs meanwhile, and not the
/// buttons. Those of the newest screen are pressed in the next step; a former screen loses its own
/// when there is time for it, and a kill can come before that.
fn comparable(story: &str) -> String {
    story
        .lines()
        .filter(|line| !line.starts_with("  ["))
        .map(|line| line.replace(|c: char| c.is_ascii_digit(), "0"))
        .collect::<Vec<_>>()
        .join("\n")
}
