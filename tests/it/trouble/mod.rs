//! Trouble around the desk: the real binary as a child process, told of by its log and its end.

mod database;
mod nodes;
mod pages;
mod poison;
mod reigns;
mod reloads;
mod server;
mod standby;
mod stops;
mod telegram;
mod webhook;

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use frontdesk_actors::store::{Db, DbSettings};
use frontdesk_sandbox::{Options, Person, Sandbox};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;
use tokio::sync::watch;

use crate::postgres::url;
use crate::town::{EMMA, KATE, free_port};

/// Longer than any of it takes; only what hangs comes to it.
const PATIENCE: Duration = Duration::from_secs(90);

/// What proves that a request is Telegram's.
const SECRET: &str = "a-secret_of-the-story";

/// Where the desk of a story keeps everything, and the sandbox that it talks to.
struct Place {
    sandbox: Sandbox,
    folder: TempDir,
    /// What its desks are set to, each with its variable.
    settings: Vec<(&'static str, String)>,
}

impl Place {
    async fn new() -> Self {
        Self::of(Options::default()).await
    }

    async fn of(options: Options) -> Self {
        Self {
            sandbox: Sandbox::start(options).await.expect("a sandbox"),
            folder: tempfile::tempdir().expect("a folder"),
            settings: Vec::new(),
        }
    }

    /// Its desks have updates posted to them from now on; where.
    fn has_a_webhook(&mut self) -> String {
        let address = format!("127.0.0.1:{}", free_port());
        let url = format!("http://{address}/telegram");
        self.settings = vec![
            ("FRONTDESK_TELEGRAM__MODE", "webhook".to_owned()),
            ("FRONTDESK_TELEGRAM__WEBHOOK__URL", url.clone()),
            ("FRONTDESK_TELEGRAM__WEBHOOK__LISTEN", address),
            ("FRONTDESK_TELEGRAM__WEBHOOK__SECRET", SECRET.to_owned()),
        ];
        url
    }

    /// The program with these arguments, in the place's folder, with its sandbox.
    fn command(&self, program: impl AsRef<std::ffi::OsStr>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .stdin(Stdio::null());
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("FRONTDESK_") {
                command.env_remove(name);
            }
        }
        command
            .env("FRONTDESK_TELEGRAM__TOKEN", self.sandbox.token())
            .env("FRONTDESK_TELEGRAM__API_URL", self.sandbox.api_url())
            .env("FRONTDESK_OPERATOR__LISTEN", "")
            .env("FRONTDESK_DATABASE__URL", url(self.folder.path()))
            .env("FRONTDESK_DESK__ADMINS", KATE.to_string())
            .env("FRONTDESK_ACTORS__SHUTDOWN_GRACE", "20")
            .envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }

    /// A command of the operator; what it prints.
    fn operator(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self
            .command(env!("CARGO_BIN_EXE_frontdesk"), arguments)
            .output()
            .expect("it runs");
        let text = [output.stdout, output.stderr].concat();
        (
            output.status.code(),
            String::from_utf8_lossy(&text).into_owned(),
        )
    }

    /// Starts the desk.
    fn open(&self) -> Desk {
        self.open_with(&[])
    }

    /// Starts it with more settings.
    fn open_with(&self, settings: &[(&str, &str)]) -> Desk {
        let mut command = self.command(env!("CARGO_BIN_EXE_frontdesk"), &[]);
        command.envs(settings.iter().copied());
        Desk::of(command)
    }

    /// Starts it in a shell that first runs these commands.
    fn open_after(&self, shell: &str) -> Desk {
        let script = format!("{shell}; exec {:?}", env!("CARGO_BIN_EXE_frontdesk"));
        Desk::of(self.command("sh", &["-c", &script]))
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Another program with the database open.
    async fn database(&self) -> Db {
        let settings = DbSettings {
            url: url(self.folder.path()),
            readers: 1,
        };
        Db::open(&settings).await.expect("the database")
    }

    fn emma(&self) -> Person {
        self.sandbox.person(EMMA)
    }

    async fn until(&self, what: &str, reached: impl Fn(&Sandbox) -> bool) {
        let waited = self
            .sandbox
            .wait_until(PATIENCE, |sandbox| reached(sandbox));
        if waited.await.is_err() {
            panic!("{what} does not come: {}", self.emma().transcript());
        }
    }

    /// Waits until Emma reads this, and everything is confirmed.
    async fn emma_reads(&self, words: &str) {
        self.until(words, |sandbox| {
            let last = sandbox.person(EMMA).last_from_bot();
            sandbox.pending_updates() == 0 && last.is_some_and(|last| last.text.contains(words))
        })
        .await;
    }
}

/// A running desk.
struct Desk {
    child: Child,
    log: watch::Receiver<String>,
}

impl Desk {
    fn of(mut command: Command) -> Self {
        command.stdout(Stdio::null()).stderr(Stdio::piped());
        let mut command = tokio::process::Command::from(command);
        let mut child = command.kill_on_drop(true).spawn().expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("a pipe")).lines();
        let (told, log) = watch::channel(String::new());
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                told.send_modify(|log| {
                    log.push_str(&line);
                    log.push('\n');
                });
            }
        });
        Self { child, log }
    }

    /// Waits until the log says this.
    async fn says(&self, words: &str) {
        let mut log = self.log.clone();
        let said = log.wait_for(|log| log.contains(words));
        match tokio::time::timeout(PATIENCE, said).await {
            Ok(Ok(_)) => {}
            _ => panic!("{words:?} is not in\n{}", self.log.borrow().as_str()),
        }
    }

    /// How often the log says this.
    fn count(&self, words: &str) -> usize {
        self.log.borrow().matches(words).count()
    }

    fn pid(&self) -> Pid {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok());
        id.and_then(Pid::from_raw).expect("it runs")
    }

    fn tell(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("it can be told");
    }

    /// Waits for the end: the exit code (none if a signal killed it) and the whole log.
    async fn ends(mut self) -> (Option<i32>, String) {
        let end = async {
            let status = self.child.wait().await.expect("an end");
            // The reader ends with the pipe, and drops its side.
            while self.log.changed().await.is_ok() {}
            status.code()
        };
        let ended = tokio::time::timeout(PATIENCE, end).await;
        let log = self.log.borrow().clone();
        let Ok(code) = ended else {
            panic!("it does not end:\n{log}");
        };
        (code, log)
    }

    /// Stops it as an operator does, and expects that to be in order.
    async fn stops(self) -> String {
        self.says("the desk is open").await;
        self.tell(Signal::TERM);
        let (code, log) = self.ends().await;
        assert_eq!(code, Some(0), "{log}");
        assert!(log.contains("the desk is closed"), "{log}");
        log
    }
}
