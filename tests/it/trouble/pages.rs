//! The operator's pages: of a desk that people talk to, of one whose surroundings are away, and what
//! they never say.

use std::collections::BTreeMap;
use std::net::TcpListener;

use frontdesk_actors::measure::FIGURES;
use frontdesk_sandbox::Outage;
use reqwest::{Client, StatusCode};
use rustix::process::Signal;

use super::{Desk, PATIENCE, Place};
use crate::town::KATE;

/// Any free port.
const LISTEN: (&str, &str) = ("FRONTDESK_OPERATOR__LISTEN", "127.0.0.1:0");

/// What the words of the story are never to be found in.
const SUBJECT: &str = "The printer hums";

/// The pages of a desk.
struct Pages {
    client: Client,
    address: String,
}

impl Pages {
    /// Of a desk that is open.
    async fn of(desk: &Desk) -> Self {
        desk.says("the desk is open").await;
        Self::of_a_start(desk).await
    }

    /// Of one that may not be open yet.
    async fn of_a_start(desk: &Desk) -> Self {
        let says = "the operator's pages are served address=";
        desk.says(says).await;
        let log = desk.log.borrow();
        let address = log.split(says).nth(1).and_then(|rest| rest.lines().next());
        Self {
            client: Client::new(),
            address: address.expect("an address").to_owned(),
        }
    }

    async fn get(&self, path: &str) -> (u16, String) {
        let url = format!("http://{}{path}", self.address);
        let answer = self.client.get(url).send().await.expect("an answer");
        let status = answer.status().as_u16();
        (status, answer.text().await.expect("text"))
    }

    /// Each figure with its labels, and how high it is.
    async fn figures(&self) -> BTreeMap<String, f64> {
        let (status, text) = self.get("/metrics").await;
        assert_eq!(status, 200, "{text}");
        let lines = text.lines().filter(|line| !line.is_empty());
        lines
            .filter(|line| !line.starts_with('#'))
            .map(|line| {
                let (name, value) = line.rsplit_once(' ').expect("a name and a number");
                (name.to_owned(), value.parse().expect("a number"))
            })
            .collect()
    }

    /// Looks until the figures are these: what is on its way is counted when it is there.
    async fn come_to(&self, expected: &[(&str, f64)]) -> BTreeMap<String, f64> {
        let mut figures = BTreeMap::new();
        let looking = async {
            loop {
                figures = self.figures().await;
                if expected
                    .iter()
                    .all(|(name, value)| figures.get(*name) == Some(value))
                {
                    return;
                }
            }
        };
        if tokio::time::timeout(PATIENCE, looking).await.is_err() {
            panic!("{expected:?} is not what they come to: {figures:#?}");
        }
        figures
    }
}

#[actix_rt::test]
async fn the_figures_tell_of_a_conversation_and_not_what_it_is_about() {
    let place = Place::new().await;
    let desk = place.open_with(&[LISTEN]);
    let pages = Pages::of(&desk).await;
    assert_eq!(pages.get("/healthz").await, (200, "alive\n".to_owned()));
    assert_eq!(pages.get("/readyz").await, (200, "ready\n".to_owned()));
    assert_eq!(pages.get("/").await.0, 404);
    // Whatever an alert asks for is there before it happens.
    let before = pages.figures().await;
    let stored = r#"frontdesk_updates_total{kind="message",outcome="stored"}"#;
    let aside = r#"frontdesk_updates_total{kind="message",outcome="put_aside"}"#;
    assert_eq!(before.get(stored), Some(&0.0));
    assert_eq!(before.get(aside), Some(&0.0));

    place.sandbox.person(KATE).text("/start");
    for words in ["/start", "/new"] {
        place.emma().text(words);
    }
    place.emma_reads("What is it about").await;
    place.emma().press_label("General").expect("a button");
    place.emma().text(SUBJECT);
    place.emma().text("It <hums> all day");
    place.emma_reads("#1").await;
    place
        .until("Kate is told", |sandbox| {
            sandbox
                .person(KATE)
                .transcript()
                .to_string()
                .contains(SUBJECT)
        })
        .await;

    let shown = |method: &str| {
        let calls = place.sandbox.calls();
        calls.iter().filter(|call| call.method == method).count() as f64
    };
    let figures = pages
        .come_to(&[
            (stored, 5.0),
            (
                r#"frontdesk_updates_total{kind="callback_query",outcome="stored"}"#,
                1.0,
            ),
            ("frontdesk_update_seconds_count", 6.0),
            (
                r#"frontdesk_mailbox_wait_seconds_count{actor="sessions"}"#,
                6.0,
            ),
            (r#"frontdesk_tickets{status="open"}"#, 1.0),
            (r#"frontdesk_tickets{status="closed"}"#, 0.0),
            (r#"frontdesk_notices{state="pending"}"#, 0.0),
            (r#"frontdesk_notices{state="sending"}"#, 0.0),
            (r#"frontdesk_notices{state="failed"}"#, 0.0),
            (
                r#"frontdesk_telegram_calls_total{method="sendMessage",outcome="ok"}"#,
                shown("sendMessage"),
            ),
            (
                r#"frontdesk_telegram_calls_total{method="answerCallbackQuery",outcome="ok"}"#,
                shown("answerCallbackQuery"),
            ),
            ("frontdesk_telegram_calls_in_flight", 0.0),
            ("frontdesk_chats_waiting", 0.0),
            ("frontdesk_quarantined_updates", 0.0),
            ("frontdesk_sessions", 2.0),
            ("frontdesk_ready", 1.0),
            ("frontdesk_sends_limit_per_second", 30.0),
            (r#"frontdesk_mailbox_messages{actor="sessions"}"#, 0.0),
            (r#"frontdesk_mailbox_messages{actor="tickets_writer"}"#, 0.0),
        ])
        .await;
    // A screen that was overtaken by a newer one was never shown.
    let answered = figures["frontdesk_answer_seconds_count"];
    assert!((2.0..=6.0).contains(&answered), "{answered}");
    assert!(figures["frontdesk_commit_seconds_count"] >= 1.0);
    assert!(figures["frontdesk_sends_total"] >= shown("sendMessage"));
    assert!(figures["process_resident_memory_bytes"] > 0.0);

    let (_, text) = pages.get("/metrics").await;
    let secret = place.sandbox.token().split_once(':').expect("a token").1;
    for word in [secret, SUBJECT, "hums", "Emma", "Kate", "General"] {
        assert!(!text.contains(word), "{word} is in\n{text}");
    }
    // Nobody's id is in a label; how high a figure is may look like one.
    for id in ["101", "102", "201", "202"] {
        assert!(!figures.keys().any(|name| name.contains(id)), "{id}");
    }
    // All of them are explained, and no others.
    for name in figures.keys() {
        let name = name.split('{').next().unwrap_or_default();
        assert!(name.starts_with("process_") || is_known(name), "{name}");
    }
    for (name, ..) in FIGURES {
        let happened = text.contains(&format!("# HELP {name} "));
        // Nothing is posted to a desk that polls.
        assert_eq!(happened, !name.contains("webhook"), "{name}\n{text}");
    }
    desk.stops().await;
}

#[actix_rt::test]
async fn the_desk_is_not_ready_while_telegram_or_the_database_is_away() {
    let place = Place::new().await;
    let at_once = ("FRONTDESK_OPERATOR__PATIENCE", "0");
    let desk = place.open_with(&[LISTEN, at_once]);
    let pages = Pages::of(&desk).await;
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    let ready = (200, "ready\n".to_owned());
    assert_eq!(pages.get("/readyz").await, ready);

    place.sandbox.begin_outage(Outage::Cut, None);
    desk.says("Telegram hands out no updates").await;
    let away = "not ready: Telegram has answered no call for 0 s\n";
    assert_eq!(pages.get("/readyz").await, (503, away.to_owned()));
    assert_eq!(pages.get("/healthz").await.0, 200);
    place.sandbox.end_outage();
    // It asks, before it says no.
    assert_eq!(pages.get("/readyz").await, ready);

    let other = place.database().await;
    let lock = other.write().await.expect("the lock");
    place.emma().text("/help");
    desk.says("updates wait for the database").await;
    let locked = "not ready: the database cannot be used now: another program has it locked";
    let (status, reasons) = pages.get("/readyz").await;
    assert_eq!(status, 503);
    assert!(reasons.starts_with(locked), "{reasons}");
    // The figures are there all the same.
    assert_eq!(pages.figures().await["frontdesk_ready"], 0.0);
    drop(lock);
    other.close().await;
    place.emma_reads("/cancel").await;
    assert_eq!(pages.get("/readyz").await, ready);
    desk.stops().await;
}

#[actix_rt::test]
async fn a_desk_that_stands_by_is_alive_and_not_ready() {
    let place = Place::new().await;
    let standby = ("FRONTDESK_DATABASE__STANDBY", "true");
    let mut first = place.open_with(&[standby]);
    first.says("the desk is open").await;
    let second = place.open_with(&[standby, LISTEN]);
    second.says("standing by").await;
    let pages = Pages::of_a_start(&second).await;
    assert_eq!(pages.get("/healthz").await.0, 200);
    let closed =
        "not ready: the desk is not open: it is starting, or another one has the database\n";
    assert_eq!(pages.get("/readyz").await, (503, closed.to_owned()));
    assert_eq!(pages.figures().await["frontdesk_ready"], 0.0);
    first.tell(Signal::KILL);
    first.child.wait().await.expect("an end");
    second.says("the desk is open").await;
    assert_eq!(pages.get("/readyz").await, (200, "ready\n".to_owned()));
    assert_eq!(pages.figures().await["frontdesk_ready"], 1.0);
    second.stops().await;
}

#[actix_rt::test]
async fn the_pages_and_the_webhook_do_not_answer_for_each_other() {
    let mut place = Place::new().await;
    let webhook = place.has_a_webhook();
    let desk = place.open_with(&[LISTEN]);
    desk.says("Telegram posts updates to the webhook").await;
    let pages = Pages::of(&desk).await;
    let client = Client::new();
    let root = webhook.trim_end_matches("/telegram");
    for path in ["/healthz", "/readyz", "/metrics"] {
        let answer = client.get(format!("{root}{path}")).send().await;
        let status = answer.expect("an answer").status();
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
    }
    let posted = client.post(format!("http://{}/telegram", pages.address));
    let posted = posted.body("{}").send().await.expect("an answer");
    assert_eq!(posted.status(), StatusCode::NOT_FOUND);
    let forged = client.post(&webhook).body("{}").send().await;
    assert_eq!(forged.expect("an answer").status(), 401);

    place.emma().text("/start");
    place.emma_reads("This is support").await;
    pages
        .come_to(&[
            (
                r#"frontdesk_webhook_requests_total{answer="wrong path"}"#,
                3.0,
            ),
            (
                r#"frontdesk_webhook_requests_total{answer="wrong or missing secret"}"#,
                1.0,
            ),
            (r#"frontdesk_webhook_requests_total{answer="settled"}"#, 1.0),
        ])
        .await;
    desk.stops().await;
}

#[actix_rt::test]
async fn a_port_that_is_taken_is_told_in_a_sentence_and_keeps_nobody_waiting() {
    let place = Place::new().await;
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("an address").to_string();
    let desk = place.open_with(&[(LISTEN.0, &address)]);
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    let log = desk.stops().await;
    assert_eq!(log.matches("pages cannot be served").count(), 1, "{log}");
    assert!(log.contains(&address), "{log}");
    assert!(!log.contains("pages are served"), "{log}");
}

#[test]
fn alerts_and_the_readme_name_figures_that_there_are() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for file in ["deploy/alerts.yaml", "deploy/alerts.test.yaml", "README.md"] {
        let text = std::fs::read_to_string(root.join(file)).expect("a file");
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let figures: Vec<&str> = words
            .filter(|word| word.starts_with("frontdesk_") && !word.contains("__"))
            .collect();
        assert!(!figures.is_empty(), "{file}");
        for figure in figures {
            assert!(is_known(figure), "{file}: {figure}");
        }
    }
}

/// Whether it is one of the figures, or a part of one.
fn is_known(name: &str) -> bool {
    FIGURES.iter().any(|(figure, ..)| {
        let rest = name.strip_prefix(figure);
        rest.is_some_and(|rest| ["", "_bucket", "_sum", "_count"].contains(&rest))
    })
}
