//! A PostgreSQL for tests: that of `FRONTDESK_TEST_POSTGRES_URL`, or a throw-away one; and tests that
//! were written for files, run again on it.
//!
//! The tests' program starts itself once more, with the server in [`THIS_RUN`]: there each folder of a
//! test has a database of its own in place of a file.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use super::cluster::{self, Cluster};

/// Where the server of this run is, if the tests run on one: a URL without a database.
const THIS_RUN: &str = "TEST_RUN_POSTGRES";

/// Runs the tests of this program whose names have `filter` once more, on a server, but those with a
/// name among `files`: these are about files alone.
pub(crate) async fn run_again(filter: Option<&str>, files: &[&str]) {
    if std::env::var_os(THIS_RUN).is_some() {
        return;
    }
    let Some(server) = Server::start().await else {
        return;
    };
    let mut again = Command::new(std::env::current_exe().expect("this program"));
    again.args(filter).env(THIS_RUN, server.base());
    for skipped in files {
        again.args(["--skip", skipped]);
    }
    let again = again
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it runs");
    let run = again.id();
    let again = again.wait_with_output().expect("an end");
    server.forget(run).await;
    let told = String::from_utf8_lossy(&again.stdout);
    let failed = told.find("\nfailures:").unwrap_or(0);
    let end = told.lines().last().unwrap_or_default();
    assert!(
        again.status.success(),
        "on PostgreSQL:\n{}",
        &told[failed..]
    );
    assert!(!told.contains(" 0 passed"), "nothing ran:\n{told}");
    println!("on PostgreSQL: {end}");
}

/// The databases of this run, each with its folder.
static MADE: Mutex<Vec<(PathBuf, String)>> = Mutex::new(Vec::new());

/// The number of the next one.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// The texts that a query finds in a database of a server.
pub(crate) fn texts(url: &str, query: &str) -> Vec<String> {
    wait(cluster::texts(url, query)).expect("rows")
}

/// All rows of a database of a server, but those of some tables.
pub(crate) fn dump(url: &str, but: &[&str]) -> Vec<String> {
    let tables = texts(
        url,
        "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
    );
    let mut all = Vec::new();
    for table in tables.iter().filter(|table| !but.contains(&table.as_str())) {
        let query = format!("SELECT CAST(to_jsonb({table}.*) AS TEXT) FROM {table} ORDER BY 1");
        let rows = texts(url, &query);
        all.extend(rows.iter().map(|row| format!("{table} {row}")));
    }
    all
}

/// Waits beside whatever runtime the test has.
fn wait<T: Send>(what: impl Future<Output = T> + Send) -> T {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        runtime.expect("a runtime").block_on(what)
    };
    std::thread::scope(|scope| scope.spawn(run).join().expect("no panic"))
}

/// The database that belongs to this folder, made when it is first asked for; `None` where the
/// tests run on files.
pub(crate) fn of_this_run(folder: &Path) -> Option<String> {
    let base = std::env::var(THIS_RUN).ok()?;
    let mut made = MADE.lock().expect("no panic in between");
    if let Some((_, name)) = made.iter().find(|(of, _)| of == folder) {
        return Some(format!("{base}{name}"));
    }
    // Whose test has ended.
    let (kept, gone) = made.drain(..).partition(|(of, _)| of.exists());
    let (_, gone): (Vec<PathBuf>, Vec<String>) = Vec::into_iter(gone).unzip();
    *made = kept;
    let name = format!(
        "desk_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let mut statements: Vec<String> = gone
        .iter()
        .map(|gone| format!("DROP DATABASE {gone} WITH (FORCE)"))
        .collect();
    statements.push(format!("CREATE DATABASE {name}"));
    let server = format!("{base}postgres");
    wait(cluster::run_all(&server, &statements)).expect("a database");
    made.push((folder.to_owned(), name.clone()));
    Some(format!("{base}{name}"))
}

/// A server, until it is dropped.
pub(crate) enum Server {
    /// That of `FRONTDESK_TEST_POSTGRES_URL`, here without a database.
    Given(String),
    Own(Cluster),
}

impl Server {
    /// `None`, said in one line, where there is none on this machine; a failure with
    /// `FRONTDESK_REQUIRE_POSTGRES=1`.
    pub(crate) async fn start() -> Option<Self> {
        if let Ok(url) = std::env::var("FRONTDESK_TEST_POSTGRES_URL") {
            let base = url.rsplit_once('/').expect("a URL with a database").0;
            return Some(Self::Given(format!("{base}/")));
        }
        Self::own().await
    }

    /// The same, but always one that can fall.
    pub(crate) async fn own() -> Option<Self> {
        let own = Cluster::start().await.expect("a server");
        if own.is_none() {
            let required = std::env::var("FRONTDESK_REQUIRE_POSTGRES").is_ok_and(|set| set == "1");
            assert!(!required, "no initdb on this machine");
            println!("skipped: no PostgreSQL on this machine (no initdb)");
        }
        own.map(Self::Own)
    }

    /// Starts it again.
    pub(crate) async fn rise(&mut self) {
        self.cluster().rise().await.expect("the server starts");
    }

    /// Ends it at once, as `pg_ctl stop -m immediate` does.
    pub(crate) fn fall(&mut self) {
        self.cluster().fall();
    }

    /// One of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("{}{database}", self.base())
    }

    fn base(&self) -> &str {
        match self {
            Self::Given(base) => base,
            Self::Own(cluster) => cluster.base(),
        }
    }

    fn cluster(&mut self) -> &mut Cluster {
        match self {
            Self::Own(cluster) => cluster,
            Self::Given(_) => panic!("not a server of our own"),
        }
    }

    /// Drops what a run has made on a server that stays.
    async fn forget(&self, run: u32) {
        if matches!(self, Self::Own(_)) {
            return;
        }
        let server = self.url("postgres");
        let made = texts(
            &server,
            &format!(
                "SELECT CAST(datname AS TEXT) FROM pg_database WHERE datname LIKE 'desk\\_{run}\\_%'"
            ),
        );
        let drop = made
            .iter()
            .map(|name| format!("DROP DATABASE {name} WITH (FORCE)"));
        let drop: Vec<String> = drop.collect();
        let dropped = cluster::run_all(&server, &drop).await;
        dropped.expect("they can be dropped");
    }
}
