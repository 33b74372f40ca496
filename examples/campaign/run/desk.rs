//! The desk under test: the real binary as child processes, one or several nodes of it, with their
//! database.

use std::fs::{self, File};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use frontdesk_sandbox::Sandbox;
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::ADMINS;
use super::database::{Database, Storage};
use super::trial::Plan;

/// How long a stop may take, in seconds: `actors.shutdown_grace`.
pub(crate) const GRACE: u64 = 8;

/// How long a page of a node is waited for.
const GLANCE: Duration = Duration::from_millis(300);

/// `limits.person_per_minute`: more than what anybody but a flood does.
pub(crate) const PER_MINUTE: usize = 100;

/// The program, what it is started with, and where it keeps everything.
pub(crate) struct Desk {
    program: PathBuf,
    folder: TempDir,
    settings: Vec<(&'static str, String)>,
    database: Database,
    nodes: Vec<Node>,
    client: reqwest::Client,
}

/// One process of it.
struct Node {
    /// Where updates are posted to, if they are.
    posted_to: Option<SocketAddr>,
    /// Where its operator's pages are; only one among several has any.
    pages: Option<SocketAddr>,
    child: Option<Child>,
    /// When it was started last.
    started: Option<Instant>,
}

impl Desk {
    /// A desk that does not run yet, for this sandbox, which posts updates to it or is asked for them.
    pub(crate) async fn new(plan: &Plan, storage: &Storage, sandbox: &Sandbox) -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let database = storage.database(folder.path()).await?;
        let mut settings = vec![
            ("TELEGRAM__TOKEN", sandbox.token().to_owned()),
            ("TELEGRAM__API_URL", sandbox.api_url()),
            ("DATABASE__URL", database.url()),
            ("DESK__ADMINS", format!("{ADMINS:?}")),
            ("DESK__LANGUAGE", "en".to_owned()),
            ("LIMITS__PERSON_PER_MINUTE", PER_MINUTE.to_string()),
            ("LIMITS__CHAT_PER_SECOND", "0".to_owned()),
            ("ACTORS__SHUTDOWN_GRACE", GRACE.to_string()),
            ("LOG__LEVEL", "warn".to_owned()),
        ];
        if !plan.limited {
            settings.push(("LIMITS__GLOBAL_PER_SECOND", "0".to_owned()));
        }
        let nodes = (0..plan.nodes).map(|_| {
            Ok::<_, io::Error>(Node {
                posted_to: plan.posted.then(free_address).transpose()?,
                pages: (plan.nodes > 1).then(free_address).transpose()?,
                child: None,
                started: None,
            })
        });
        let nodes: Vec<Node> = nodes.collect::<Result<_, _>>()?;
        // What Telegram is told is the address of whatever spreads the updates; they all say the same.
        if let Some(address) = nodes.first().and_then(|node| node.posted_to) {
            settings.extend([
                ("TELEGRAM__MODE", "webhook".to_owned()),
                ("TELEGRAM__WEBHOOK__URL", format!("http://{address}/")),
            ]);
        }
        Ok(Self {
            program: plan.program.clone(),
            folder,
            settings,
            database,
            nodes,
            client: reqwest::Client::builder()
                .no_proxy()
                .build()
                .map_err(io::Error::other)?,
        })
    }

    /// How many nodes there are.
    pub(crate) fn nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Those that run.
    pub(crate) fn running(&self) -> Vec<usize> {
        let running = |node: &usize| self.nodes[*node].child.is_some();
        (0..self.nodes.len()).filter(running).collect()
    }

    /// Where updates are posted to, node by node.
    pub(crate) fn addresses(&self) -> Vec<String> {
        let nodes = self.nodes.iter().filter_map(|node| node.posted_to);
        nodes.map(|address| format!("http://{address}/")).collect()
    }

    /// Which of several nodes sends, by what it says itself.
    pub(crate) async fn sender(&self) -> Option<usize> {
        for node in self.running() {
            let Some(pages) = self.nodes[node].pages else {
                continue;
            };
            let page = self.client.get(format!("http://{pages}/metrics"));
            // One that starts has none yet.
            let Ok(page) = page.timeout(GLANCE).send().await else {
                continue;
            };
            let figures = page.text().await.unwrap_or_default();
            if figures.lines().any(|line| line == "frontdesk_sender 1") {
                return Some(node);
            }
        }
        None
    }

    /// Starts a node. What it logs is appended to `desk.log` in the folder, with its number where there
    /// are several.
    pub(crate) fn start(&mut self, node: usize) -> io::Result<()> {
        let log = match self.nodes.len() {
            1 => "desk.log".to_owned(),
            _ => format!("desk-{node}.log"),
        };
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join(log))?;
        let Node {
            posted_to, pages, ..
        } = &self.nodes[node];
        let posted = posted_to.map(|address| ("TELEGRAM__WEBHOOK__LISTEN", address.to_string()));
        let pages = pages.map_or_else(String::new, |address| address.to_string());
        let pages = ("OPERATOR__LISTEN", pages);
        let settings = self.settings.iter().chain(&posted).chain([&pages]);
        let child = Command::new(&self.program)
            .envs(settings.map(|(name, value)| (format!("FRONTDESK_{name}"), value)))
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()?;
        self.nodes[node].child = Some(child);
        self.nodes[node].started = Some(Instant::now());
        Ok(())
    }

    /// When a node was started last.
    pub(crate) fn started(&self, node: usize) -> Option<Instant> {
        self.nodes[node].started
    }

    /// Those that ended by themselves since, each with its status.
    pub(crate) fn ended(&mut self) -> io::Result<Vec<(usize, ExitStatus)>> {
        let mut ended = Vec::new();
        for node in self.running() {
            let child = &mut self.nodes[node].child;
            if let Some(status) = child.as_mut().map(Child::try_wait).transpose()?.flatten() {
                *child = None;
                ended.push((node, status));
            }
        }
        Ok(ended)
    }

    /// `kill -9`, and waits until it is gone. Gives its status if it had ended by itself before.
    pub(crate) async fn kill(&mut self, node: usize) -> io::Result<Option<ExitStatus>> {
        let Some(mut child) = self.nodes[node].child.take() else {
            return Ok(None);
        };
        let ended = child.try_wait()?;
        child.kill().await?;
        Ok(ended)
    }

    /// SIGTERM, and waits for the end.
    pub(crate) async fn stop(&mut self, node: usize) -> io::Result<ExitStatus> {
        let Some(mut child) = self.nodes[node].child.take() else {
            return Err(io::Error::other("it does not run"));
        };
        signal(&child, Signal::TERM)?;
        child.wait().await
    }

    /// Lets no node do anything until it may go on: none takes over what another one left, so that can be
    /// looked at.
    pub(crate) fn hold_still(&self) -> io::Result<()> {
        let mut running = self.running().into_iter();
        running.try_for_each(|node| self.signal(node, Signal::STOP))
    }

    /// Lets these go on.
    pub(crate) fn go_on(&self, nodes: &[usize]) -> io::Result<()> {
        let mut nodes = nodes.iter();
        nodes.try_for_each(|node| self.signal(*node, Signal::CONT))
    }

    fn signal(&self, node: usize, what: Signal) -> io::Result<()> {
        let child = self.nodes[node].child.as_ref();
        child.map_or(Ok(()), |child| signal(child, what))
    }

    pub(crate) fn database(&self) -> &Database {
        &self.database
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

fn signal(child: &Child, what: Signal) -> io::Result<()> {
    let id = child.id().and_then(|id| i32::try_from(id).ok());
    match id.and_then(Pid::from_raw) {
        Some(pid) => Ok(kill_process(pid, what)?),
        // It was waited for.
        None => Ok(()),
    }
}

/// An address that nobody uses, with a port below those that the system gives away by itself: it stays
/// free while the desk does not run. None is given twice, and another campaign looks in another range:
/// two would have their updates posted to each other while one of their desks is down.
fn free_address() -> io::Result<SocketAddr> {
    const RANGE: u16 = 100;
    static NEXT: Mutex<u16> = Mutex::new(0);
    let mut next = NEXT.lock().unwrap_or_else(PoisonError::into_inner);
    let range = u16::try_from(std::process::id() % 100).unwrap_or(0);
    let start = 10_000 + range * RANGE;
    let free = (start.max(*next)..start + RANGE)
        .map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)))
        .find(|address| TcpListener::bind(address).is_ok());
    let free = free.ok_or_else(|| io::Error::other("no port is free"))?;
    *next = free.port() + 1;
    Ok(free)
}
