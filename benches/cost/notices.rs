//! Many notices due at once, with Telegram's limits on both sides: how near the desk comes to what
//! Telegram allows, whether it is ever refused, and how long a person waits meanwhile.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use frontdesk_desk::button::Button;
use frontdesk_desk::ids::TicketId;
use frontdesk_sandbox::{Limits, Listener, Options, PersonSpec, Sandbox, SeenMessage};

use crate::crowd::percentile;
use crate::desk::Desk;
use crate::table::{Row, folder};

/// How many notices are due, where nothing else is said: half of them are answers to users, each of
/// which, once it has come, makes one that tells the admin so.
const NOTICES: i64 = 10_000;

/// What the admins answer, and what they are told when it has come.
const ANSWER: &str = "Somebody will have a look at it tomorrow.";
const RECEIPT: &str = "Delivered";

/// How many admins write them. Each answers in a chat of their own, so that the desk takes all of
/// their answers in within seconds, long before the first hundreds have gone out.
const ADMINS: i64 = 20;

/// The first of those who get an answer, of those who write meanwhile, and of the admins.
const USERS: i64 = 30_000_000;
const WRITERS: i64 = 40_000_000;
const STAFF: i64 = 50_000_000;

/// How many people write now and then, one after the other, so that none of them comes near what
/// one chat may get.
const VISITORS: i64 = 40;

/// Somebody writes this often.
const EVERY: Duration = Duration::from_millis(700);

/// After so long without a call everything was shown.
const QUIET: Duration = Duration::from_secs(2);

/// Longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(900);

/// A first desk, which Telegram does not slow down, takes in as many tickets as there will be
/// answers. A second one keeps to the limits, and so does the sandbox: the admins answer all tickets
/// in a few seconds, and from then on the answers are due.
pub(crate) async fn notices(notices: Option<i64>) -> Vec<Row> {
    let notices = notices.unwrap_or(NOTICES);
    let answers = notices / 2;
    let sandbox = Sandbox::start(Options {
        kept_calls: 100,
        ..Options::default()
    })
    .await
    .expect("a sandbox");
    let folder = folder();
    open(&sandbox, folder.path(), answers).await;

    sandbox.set_limits(Some(Limits::default()));
    let staff = (0..ADMINS).map(|admin| (STAFF + admin).to_string());
    let staff = staff.collect::<Vec<_>>().join(",");
    let desk = Desk::start(
        &sandbox,
        folder.path(),
        &[
            ("DESK__ADMINS", &staff),
            ("DESK__CATEGORIES", "general"),
            ("LIMITS__PERSON_PER_MINUTE", "0"),
        ],
    );
    let listener = sandbox.listen();
    answer(&sandbox, answers).await;
    let found = watch(&sandbox, listener, answers).await;
    let earned = sandbox.earned().total;
    desk.stop();
    sandbox.stop().await;

    let (p50, p99) = (
        percentile(&found.waits, 0.5),
        percentile(&found.waits, 0.99),
    );
    let share = found.calls as f64 / found.seconds / Limits::default().per_second;
    vec![
        Row {
            what: format!("{notices} notices due at once, limits on: of 30 a second"),
            target: "≥ 98 %, no 429 earned",
            figure: format!("{:.1} %, {earned} earned", share * 100.0),
            limit: format!(
                "{} calls in {:.0} s, {} of them notices: what Telegram allows",
                found.calls,
                found.seconds,
                found.answers + found.receipts
            ),
        },
        Row {
            what: "a person's answer meanwhile".to_owned(),
            target: "p99 ≤ 300 ms",
            figure: format!("p50 {p50:.0} ms, p99 {p99:.0} ms"),
            limit: format!(
                "the next of 30 turns a second; {} answers, the longest after {:.0} ms",
                found.waits.len(),
                percentile(&found.waits, 1.0)
            ),
        },
    ]
}

/// Everybody opens a ticket, with nobody on the staff who is told of it.
async fn open(sandbox: &Sandbox, folder: &std::path::Path, answers: i64) {
    let desk = Desk::start(
        sandbox,
        folder,
        &[
            ("DESK__CATEGORIES", "general"),
            ("LIMITS__GLOBAL_PER_SECOND", "0"),
            ("LIMITS__CHAT_PER_SECOND", "0"),
            ("LIMITS__PERSON_PER_MINUTE", "0"),
        ],
    );
    let people = (USERS..USERS + answers).chain(WRITERS..WRITERS + VISITORS);
    for person in people.chain(STAFF..STAFF + ADMINS) {
        sandbox.add_person(PersonSpec::new(person, "Somebody").language("en"));
    }
    sandbox.at_once(|phones| {
        for person in USERS..USERS + answers {
            for words in ["/new", "The printer", "It is out of order."] {
                phones.text(person, words).expect("it is written");
            }
        }
        for person in (WRITERS..WRITERS + VISITORS).chain(STAFF..STAFF + ADMINS) {
            phones.text(person, "/start").expect("it is written");
        }
    });
    let mut listener = sandbox.listen();
    sandbox
        .wait_until(PATIENCE, |sandbox| sandbox.pending_updates() == 0)
        .await
        .expect("the desk takes all of it in");
    // What is not shown yet would be shown by the second desk, in the way of what is measured.
    while let Ok(Some(_)) = tokio::time::timeout(QUIET, listener.next()).await {}
    desk.stop();
}

/// The admins answer every ticket, side by side.
async fn answer(sandbox: &Sandbox, answers: i64) {
    // What a press is made on: the menu that everybody was sent.
    let menus: HashMap<i64, i64> = (STAFF..STAFF + ADMINS)
        .map(|admin| {
            let menu = sandbox.person(admin).last_from_bot();
            (admin, menu.expect("the menu").id)
        })
        .collect();
    sandbox.at_once(|phones| {
        for ticket in 1..=answers {
            let admin = STAFF + ticket % ADMINS;
            let button = Button::Answer(TicketId(ticket)).encode();
            phones
                .press(admin, menus[&admin], &button)
                .expect("it is pressed");
            phones.text(admin, ANSWER).expect("it is written");
        }
    });
    sandbox
        .wait_until(PATIENCE, |sandbox| sandbox.pending_updates() == 0)
        .await
        .expect("the desk takes all of it in");
}

/// What was seen while the notices went out.
struct Found {
    /// All calls that Telegram counts, with those that show a screen to a person.
    calls: u64,
    /// Answers that came to their users, and what told the admins of it.
    answers: i64,
    receipts: i64,
    seconds: f64,
    /// How long each person waited, in milliseconds, shortest first.
    waits: Vec<f64>,
}

/// Counts from now on, when all answers are due, until the last one has come; somebody writes now
/// and then, and is seen to get an answer.
async fn watch(sandbox: &Sandbox, mut listener: Listener, answers: i64) -> Found {
    let is_answer = |chat: i64, message: &SeenMessage| {
        (USERS..USERS + answers).contains(&chat) && message.text.contains(ANSWER)
    };
    let is_receipt = |chat: i64, message: &SeenMessage| {
        (STAFF..STAFF + ADMINS).contains(&chat) && message.text.contains(RECEIPT)
    };
    // Those that went out before.
    let (mut sooner, mut told) = (0, 0);
    while let Some(heard) = listener.try_next() {
        if let Some(message) = heard.message() {
            sooner += i64::from(is_answer(heard.chat, message));
            told += i64::from(is_receipt(heard.chat, message));
        }
    }
    let begin = Instant::now();
    let mut found = Found {
        calls: 0,
        answers: 0,
        receipts: 0,
        seconds: 0.0,
        waits: Vec::new(),
    };
    let mut ends = begin;
    let mut next = tokio::time::interval(EVERY);
    let mut waiting: HashMap<i64, Instant> = HashMap::new();
    let mut turn = 0;
    while sooner + found.answers < answers || told + found.receipts < answers {
        tokio::select! {
            _ = next.tick() => {
                let person = WRITERS + turn % VISITORS;
                turn += 1;
                let since = Instant::now();
                assert!(waiting.insert(person, since).is_none(), "nobody waits that long");
                sandbox.person(person).text("/help");
            }
            heard = listener.next() => {
                let heard = heard.expect("the sandbox is there");
                let Some(message) = heard.message() else {
                    continue;
                };
                found.calls += 1;
                ends = heard.at;
                if is_answer(heard.chat, message) {
                    found.answers += 1;
                } else if is_receipt(heard.chat, message) {
                    found.receipts += 1;
                } else if !message.buttons.is_empty()
                    && let Some(since) = waiting.remove(&heard.chat)
                {
                    let wait = heard.at.saturating_duration_since(since);
                    found.waits.push(wait.as_secs_f64() * 1e3);
                }
            }
        }
    }
    found.seconds = (ends - begin).as_secs_f64();
    found.waits.sort_by(f64::total_cmp);
    found
}
