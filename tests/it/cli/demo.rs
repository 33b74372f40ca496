//! `frontdesk demo` as a newcomer runs it.

use std::fs;
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use rustix::process::{Pid, Signal, test_kill_process};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;

use super::{PATIENCE, err, folder, frontdesk, run, tell};
use crate::postgres::server::Server;
use crate::town::ANNA;

/// A demo, from its start to what it prints.
struct Demo {
    child: Child,
    page: String,
    told: String,
}

impl Demo {
    async fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = frontdesk(folder, &[&["demo", "--port", "0"], arguments].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        // Nothing of the operator's own may reach a demo.
        command.env("FRONTDESK_TELEGRAM__TOKEN", "77:real-secret");
        let mut command = tokio::process::Command::from(command);
        let mut child = command.kill_on_drop(true).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let mut told = String::new();
        let telling = async {
            while let Some(line) = lines.next_line().await.expect("text") {
                told += &line;
                told.push('\n');
                if line.starts_with("Ctrl-C") {
                    break;
                }
            }
        };
        tokio::time::timeout(PATIENCE, telling)
            .await
            .expect("it says that it runs");
        let page = told
            .split_whitespace()
            .find(|word| word.starts_with("http://127.0.0.1:"));
        let page = page
            .unwrap_or_else(|| panic!("no address in\n{told}"))
            .to_owned();
        Self { child, page, told }
    }

    async fn state(&self) -> serde_json::Value {
        let url = format!("{}sandbox/state", self.page);
        reqwest::get(url)
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON")
    }

    /// Writes as Anna and waits for the answer of the desk.
    async fn writes(&self, text: &str) -> String {
        let http = reqwest::Client::new();
        let before = self.transcript().await;
        let url = format!("{}sandbox/people/{ANNA}/send", self.page);
        let message = serde_json::json!({"kind": "text", "text": text});
        let sent = http
            .post(url)
            .json(&message)
            .send()
            .await
            .expect("an answer");
        assert!(sent.status().is_success());
        let mut events = http
            .get(format!("{}sandbox/events", self.page))
            .send()
            .await
            .expect("events");
        let answers = |text: &str| text.lines().filter(|line| line.starts_with("< ")).count();
        let answered = async {
            loop {
                let now = self.transcript().await;
                if answers(&now) > answers(&before) {
                    return now;
                }
                events
                    .chunk()
                    .await
                    .expect("an event")
                    .expect("the demo runs");
            }
        };
        tokio::time::timeout(PATIENCE, answered)
            .await
            .expect("the desk answers")
    }

    async fn transcript(&self) -> String {
        let url = format!("{}sandbox/chats/{ANNA}/transcript", self.page);
        reqwest::get(url)
            .await
            .expect("an answer")
            .text()
            .await
            .expect("text")
    }

    async fn stop(mut self) -> Option<i32> {
        tell(&self.child, Signal::INT);
        let end = tokio::time::timeout(PATIENCE, self.child.wait());
        end.await.expect("it ends").expect("an end").code()
    }
}

#[actix_rt::test]
async fn the_demo_runs_without_a_token_and_leaves_nothing_behind() {
    let folder = folder();
    let demo = Demo::start(folder.path(), &[]).await;
    assert!(
        demo.told.contains("FRONTDESK_TELEGRAM__TOKEN="),
        "{}",
        demo.told
    );
    let state = demo.state().await;
    assert_eq!(state["program"]["running"], true);
    let desk = state["program"]["pid"]
        .as_i64()
        .and_then(|pid| i32::try_from(pid).ok());
    let desk = desk.and_then(Pid::from_raw).expect("the desk's process");
    let transcript = demo.writes("/start").await;
    assert!(transcript.contains("[📞"), "{transcript}");
    let data = demo
        .told
        .split_whitespace()
        .find(|word| word.contains("frontdesk-demo-"));
    let data = Path::new(data.expect("where the database is")).to_owned();
    assert!(data.join("desk.db").exists());

    assert_eq!(demo.stop().await, Some(0));
    assert!(test_kill_process(desk).is_err(), "the desk has ended too");
    assert!(!data.exists(), "{}", data.display());
    assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[actix_rt::test]
async fn the_demo_keeps_its_data_where_asked_to() {
    let folder = folder();
    let demo = Demo::start(folder.path(), &["--data", "kept"]).await;
    let before = demo.writes("/start").await;
    assert_eq!(demo.stop().await, Some(0));

    let demo = Demo::start(folder.path(), &["--data", "kept"]).await;
    assert_eq!(demo.transcript().await, before);
    let other = run(folder.path(), &["demo", "--port", "0", "--data", "kept"]);
    assert_eq!(other.status.code(), Some(1));
    assert!(
        err(&other).contains("another demo runs in"),
        "{}",
        err(&other)
    );
    let after = demo.writes("/help").await;
    assert!(
        after.starts_with(before.trim_end().lines().next().expect("a line")),
        "{after}"
    );
    assert_eq!(demo.stop().await, Some(0));
}

#[actix_rt::test]
async fn the_demo_runs_on_a_server_too() {
    let Some(server) = Server::own().await else {
        return;
    };
    let folder = folder();
    let url = server.url("postgres");
    let arguments = ["--data", "kept", "--database", &url];
    let demo = Demo::start(folder.path(), &arguments).await;
    assert!(demo.told.contains(&url), "{}", demo.told);
    let before = demo.writes("/start").await;
    assert_eq!(demo.stop().await, Some(0));
    assert!(!folder.path().join("kept/desk.db").exists());

    let demo = Demo::start(folder.path(), &arguments).await;
    assert_eq!(demo.transcript().await, before);
    demo.writes("/help").await;
    assert_eq!(demo.stop().await, Some(0));
}

#[test]
fn a_port_in_use_is_told_in_one_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let folder = folder();
    let output = run(folder.path(), &["demo", "--port", &port]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        err(&output),
        format!(
            "frontdesk: port {port} is in use; choose another one with `frontdesk demo --port N`, \
             or any free one with `--port 0`\n"
        )
    );
}
