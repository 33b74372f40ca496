//! The desk at rest: how long a start takes, and how much memory it holds.

use std::time::{Duration, Instant};

use frontdesk_sandbox::{Options, PersonSpec, Sandbox};

use crate::desk::Desk;
use crate::table::{Row, folder};

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(300);

/// How often the start is measured; the middle one counts.
const STARTS: usize = 9;

/// How many people are met, so that the database is not an empty one.
const ACQUAINTED: i64 = 1000;

/// How many conversations are alive at once.
const ALIVE: i64 = 50_000;

/// After so long without a message a conversation leaves memory here: longer than it takes until
/// the last of them is there.
const IDLE_AFTER: Duration = Duration::from_secs(60);

/// No limits, and room for everybody.
const SETTINGS: [(&str, &str); 5] = [
    ("LIMITS__GLOBAL_PER_SECOND", "0"),
    ("LIMITS__CHAT_PER_SECOND", "0"),
    ("LIMITS__PERSON_PER_MINUTE", "0"),
    ("ACTORS__SESSIONS__MOST_ALIVE", "60000"),
    ("ACTORS__SESSIONS__IDLE_AFTER", "60"),
];

/// From the start of the process to its first poll, on a database that is there.
pub(crate) async fn start() -> Row {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let folder = folder();
    let desk = Desk::start(&sandbox, folder.path(), &SETTINGS);
    greet(&sandbox, 0..ACQUAINTED).await;
    desk.stop();

    let mut starts = Vec::new();
    for round in 0..STARTS {
        // The first poll takes it.
        sandbox
            .person(person(i64::try_from(round).unwrap_or(0)))
            .text("/help");
        let begin = Instant::now();
        let desk = Desk::start(&sandbox, folder.path(), &SETTINGS);
        sandbox
            .wait_until(PATIENCE, |sandbox| sandbox.undelivered_updates() == 0)
            .await
            .expect("the desk polls");
        starts.push(begin.elapsed().as_secs_f64() * 1e3);
        desk.stop();
    }
    starts.sort_by(f64::total_cmp);
    sandbox.stop().await;
    Row {
        what: "start to first poll, existing database".to_owned(),
        target: "≤ 300 ms",
        figure: format!("{:.0} ms", starts[STARTS / 2]),
        limit: format!(
            "{:.0} to {:.0} ms in {STARTS} starts",
            starts[0],
            starts[STARTS - 1]
        ),
    }
}

/// Resident memory: just started, with everybody's conversation alive, and after they went idle.
pub(crate) async fn memory() -> Vec<Row> {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let folder = folder();
    let desk = Desk::start(&sandbox, folder.path(), &SETTINGS);
    greet(&sandbox, 0..1).await;
    desk.stop();
    let desk = Desk::start(&sandbox, folder.path(), &SETTINGS);
    sandbox.person(person(0)).text("/help");
    sandbox
        .wait_until(PATIENCE, |sandbox| sandbox.pending_updates() == 0)
        .await
        .expect("the desk is up");
    let started = desk.resident();
    let begin = Instant::now();
    greet(&sandbox, 1..ALIVE).await;
    let took = begin.elapsed();
    let alive = desk.resident();
    tokio::time::sleep(IDLE_AFTER + Duration::from_secs(5)).await;
    let idle = desk.resident();
    desk.stop();
    sandbox.stop().await;
    let row = |what: &str, target, megabytes: f64, limit: String| Row {
        what: format!("resident memory, {what}"),
        target,
        figure: format!("{megabytes:.0} MB"),
        limit,
    };
    let each = (alive - started) * 1e6 / ALIVE as f64;
    vec![
        row(
            "just started",
            "≤ 30 MB",
            started,
            "the program itself, and its connections to the database".to_owned(),
        ),
        row(
            "50,000 sessions alive",
            "≤ 150 MB",
            alive,
            format!("{each:.0} bytes a session; all were there within {took:.0?}"),
        ),
        row(
            "after they went idle",
            "≤ 60 MB",
            idle,
            "what the allocator keeps".to_owned(),
        ),
    ]
}

fn person(number: i64) -> i64 {
    20_000_000 + number
}

/// Has so many people press Start, and waits until the desk has taken all of it in.
async fn greet(sandbox: &Sandbox, people: std::ops::Range<i64>) {
    for number in people {
        sandbox
            .add_person(PersonSpec::new(person(number), "Somebody").language("en"))
            .text("/start");
    }
    sandbox
        .wait_until(PATIENCE, |sandbox| sandbox.pending_updates() == 0)
        .await
        .expect("the desk takes all of it in");
}
