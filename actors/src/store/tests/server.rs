//! A PostgreSQL for tests: that of `FRONTDESK_TEST_POSTGRES_URL`, or a throw-away one; and tests that
//! were written for files, run again on it.
//!
//! The tests' program starts itself once more, with the server in [`THIS_RUN`]: there each folder of a
//! test has a database of its own in place of a file.

use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

/// Longer than a start takes; only what hangs comes to it.
const PATIENCE: Duration = Duration::from_secs(60);

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
    again.args(filter).env(THIS_RUN, &server.base);
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
    wait(async {
        let mut connection = PgConnection::connect(url).await?;
        let texts = sqlx::query_scalar(AssertSqlSafe(query))
            .fetch_all(&mut connection)
            .await?;
        connection.close().await?;
        Ok(texts)
    })
    .expect("rows")
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

/// Runs these on a server, at its URL without a database.
pub(crate) async fn run_all(base: &str, statements: Vec<String>) -> Result<(), sqlx::Error> {
    let mut admin = PgConnection::connect(&format!("{base}postgres")).await?;
    for statement in statements {
        sqlx::query(AssertSqlSafe(statement))
            .execute(&mut admin)
            .await?;
    }
    admin.close().await
}

/// Waits beside whatever runtime the test has.
fn wait<T: Send>(
    what: impl Future<Output = Result<T, sqlx::Error>> + Send,
) -> Result<T, sqlx::Error> {
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
    wait(run_all(&base, statements)).expect("a database");
    made.push((folder.to_owned(), name.clone()));
    Some(format!("{base}{name}"))
}

/// A server, until it is dropped.
pub(crate) struct Server {
    /// `postgres://…/`, without a database.
    base: String,
    own: Option<Own>,
}

/// A server that was made for this process. It lies in a folder of its own.
struct Own {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
    /// How its programs are run as an ordinary user.
    somebody: &'static str,
    /// What runs it; nothing while it is down.
    child: Option<Child>,
}

impl Server {
    /// `None`, said in one line, where there is none on this machine; a failure with
    /// `FRONTDESK_REQUIRE_POSTGRES=1`.
    pub(crate) async fn start() -> Option<Self> {
        if let Ok(url) = std::env::var("FRONTDESK_TEST_POSTGRES_URL") {
            let base = url.rsplit_once('/').expect("a URL with a database").0;
            return Some(Self {
                base: format!("{base}/"),
                own: None,
            });
        }
        Self::own().await
    }

    /// The same, but always one that can fall.
    pub(crate) async fn own() -> Option<Self> {
        let Some(programs) = programs() else {
            let required = std::env::var("FRONTDESK_REQUIRE_POSTGRES").is_ok_and(|set| set == "1");
            assert!(!required, "no initdb on this machine");
            println!("skipped: no PostgreSQL on this machine (no initdb)");
            return None;
        };
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        drop(listener);
        let own = Own::new(programs, port);
        let mut server = Self {
            base: format!("postgres://desk@127.0.0.1:{port}/"),
            own: Some(own),
        };
        server.rise().await;
        Some(server)
    }

    /// Starts it.
    pub(crate) async fn rise(&mut self) {
        self.own.as_mut().expect("a server of our own").launch();
        let begun = Instant::now();
        while PgConnection::connect(&self.url("postgres")).await.is_err() {
            assert!(begun.elapsed() < PATIENCE, "the server does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Ends it at once, as `pg_ctl stop -m immediate` does.
    pub(crate) fn fall(&mut self) {
        self.own.as_mut().expect("a server of our own").end();
    }

    /// One of its databases.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("{}{database}", self.base)
    }

    /// Drops what a run has made on a server that stays.
    async fn forget(&self, run: u32) {
        if self.own.is_some() {
            return;
        }
        let made = texts(
            &self.url("postgres"),
            &format!(
                "SELECT CAST(datname AS TEXT) FROM pg_database WHERE datname LIKE 'desk\\_{run}\\_%'"
            ),
        );
        let drop = made
            .iter()
            .map(|name| format!("DROP DATABASE {name} WITH (FORCE)"));
        let drop: Vec<String> = drop.collect();
        wait(run_all(&self.base, drop)).expect("they can be dropped");
    }
}

impl Own {
    fn new(programs: PathBuf, port: u16) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let is_root = folder.path().metadata().expect("a folder").uid() == 0;
        if is_root {
            let mut owner = Command::new("chown");
            let owner = owner.arg("nobody").arg(folder.path()).status();
            assert!(owner.expect("chown").success());
        }
        let own = Self {
            programs,
            folder,
            port,
            // It refuses to run as root.
            somebody: match is_root {
                true => "runuser -u nobody -- ",
                false => "",
            },
            child: None,
        };
        let initdb = format!(
            "{}\"$PROGRAMS/initdb\" -D data -U desk --auth=trust --no-sync -E UTF8 --locale=C",
            own.somebody
        );
        let made = own.shell(&initdb).stdin(Stdio::null()).status();
        assert!(made.expect("a shell").success(), "initdb");
        own
    }

    fn shell(&self, script: &str) -> Command {
        let mut command = Command::new("sh");
        command
            .args(["-c", script])
            .env("PROGRAMS", &self.programs)
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        command
    }

    /// The server ends with the pipe, and that with this process, whatever ends it.
    fn launch(&mut self) {
        let script = format!(
            "({}\"$PROGRAMS/postgres\" -D data -F -p {} -c listen_addresses=127.0.0.1 \
             -c unix_socket_directories= -c max_connections=300) </dev/null & \
             cat >/dev/null; kill -QUIT \"$(head -n 1 data/postmaster.pid)\"; wait",
            self.somebody, self.port
        );
        let child = self.shell(&script).stdin(Stdio::piped()).spawn();
        self.child = Some(child.expect("a shell"));
    }

    fn end(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.stdin.take());
            // A drop can only try.
            let _ = child.wait();
        }
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        self.end();
    }
}

/// Where its programs are.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let debian = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten();
    let debian = debian.filter_map(|version| Some(version.ok()?.path().join("bin")));
    std::env::split_paths(&path)
        .chain(debian)
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
}
