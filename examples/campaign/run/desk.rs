//! The desk under test: the real binary as a child process, with its database file.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};

use frontdesk_sandbox::Sandbox;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::ADMINS;

/// How long a stop may take, in seconds: `actors.shutdown_grace`.
pub(crate) const GRACE: u64 = 8;

/// `limits.person_per_minute`: more than what anybody but a flood does.
pub(crate) const PER_MINUTE: usize = 100;

/// The program, what it is started with, and where it keeps everything.
pub(crate) struct Desk {
    program: PathBuf,
    settings: Vec<(&'static str, String)>,
    folder: TempDir,
    child: Option<Child>,
}

impl Desk {
    /// A desk that does not run yet, for this sandbox, which posts updates to it or is asked for them.
    pub(crate) fn new(program: &Path, sandbox: &Sandbox, posted: bool) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("desk.db");
        let mut settings = vec![
            ("TELEGRAM__TOKEN", sandbox.token().to_owned()),
            ("TELEGRAM__API_URL", sandbox.api_url()),
            ("DATABASE__URL", format!("sqlite:{}", file.display())),
            ("DESK__ADMINS", format!("{ADMINS:?}")),
            ("DESK__LANGUAGE", "en".to_owned()),
            ("LIMITS__GLOBAL_PER_SECOND", "0".to_owned()),
            ("LIMITS__CHAT_PER_SECOND", "0".to_owned()),
            ("LIMITS__PERSON_PER_MINUTE", PER_MINUTE.to_string()),
            ("ACTORS__SHUTDOWN_GRACE", GRACE.to_string()),
            ("LOG__LEVEL", "warn".to_owned()),
            ("OPERATOR__LISTEN", String::new()),
        ];
        if posted {
            let address = free_address()?;
            settings.extend([
                ("TELEGRAM__MODE", "webhook".to_owned()),
                ("TELEGRAM__WEBHOOK__URL", format!("http://{address}/")),
                ("TELEGRAM__WEBHOOK__LISTEN", address.to_string()),
            ]);
        }
        Ok(Self {
            program: program.to_owned(),
            settings,
            folder,
            child: None,
        })
    }

    /// Starts it. What it logs is appended to `desk.log` in its folder.
    pub(crate) fn start(&mut self) -> io::Result<()> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("desk.log"))?;
        let settings = self.settings.iter();
        let child = Command::new(&self.program)
            .envs(settings.map(|(name, value)| (format!("FRONTDESK_{name}"), value)))
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        self.child = Some(child);
        Ok(())
    }

    /// `kill -9`, and waits until it is gone. Gives its status if it had ended by itself before.
    pub(crate) async fn kill(&mut self) -> io::Result<Option<ExitStatus>> {
        let Some(mut child) = self.child.take() else {
            return Ok(None);
        };
        let ended = child.try_wait()?;
        child.kill().await?;
        Ok(ended)
    }

    /// SIGTERM, and waits for the end.
    pub(crate) async fn stop(&mut self) -> io::Result<ExitStatus> {
        let Some(mut child) = self.child.take() else {
            return Err(io::Error::other("it does not run"));
        };
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        if let Some(pid) = id.and_then(Pid::from_raw) {
            kill_process(pid, Signal::TERM)?;
        }
        child.wait().await
    }

    /// Its database file.
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.path().join("desk.db")
    }

    /// A copy of its files as they are now, for reading; only while it does not run. Opening the
    /// files themselves would mend what a kill left, which is the desk's own affair.
    pub(crate) fn copy(&self) -> io::Result<(TempDir, PathBuf)> {
        let copy = tempfile::tempdir()?;
        for name in ["desk.db", "desk.db-wal"] {
            let from = self.folder.path().join(name);
            if from.exists() {
                fs::copy(from, copy.path().join(name))?;
            }
        }
        let file = copy.path().join("desk.db");
        Ok((copy, file))
    }

    /// Puts a file beside the database.
    pub(crate) fn add_file(&self, name: &str, text: &str) -> io::Result<()> {
        fs::write(self.folder.path().join(name), text)
    }

    /// Keeps its folder for whoever wants to look, and tells where it is.
    pub(crate) fn keep(self) -> PathBuf {
        self.folder.keep()
    }
}

/// An address that nobody uses, with a port below those that the system gives away by itself: it stays
/// free while the desk does not run. None is given twice: two campaigns of one process would have their
/// updates posted to each other while one of their desks is down.
fn free_address() -> io::Result<SocketAddr> {
    static NEXT: Mutex<u16> = Mutex::new(0);
    let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
    let start = 10_000 + u16::try_from(std::process::id() % 9_000).unwrap_or(0);
    let free = (start.max(*next)..20_000)
        .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .find(|address| TcpListener::bind(address).is_ok());
    let free = free.ok_or_else(|| io::Error::other("no port is free"))?;
    *next = free.port() + 1;
    Ok(free)
}
