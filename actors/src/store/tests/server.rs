//! A PostgreSQL of the tests' own: that of `FRONTDESK_TEST_POSTGRES_URL`, or a throw-away one.

use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

/// Longer than a start takes; only what hangs comes to it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server, until it is dropped.
pub(super) struct Server {
    /// `postgres://…/`, without a database.
    base: String,
    own: Option<Own>,
}

struct Own {
    folder: TempDir,
    child: Child,
}

impl Server {
    /// `None`, said in one line, where there is none on this machine; a failure with
    /// `FRONTDESK_REQUIRE_POSTGRES=1`.
    pub(super) async fn start() -> Option<Self> {
        if let Ok(url) = std::env::var("FRONTDESK_TEST_POSTGRES_URL") {
            let base = url.rsplit_once('/').expect("a URL with a database").0;
            return Some(Self {
                base: format!("{base}/"),
                own: None,
            });
        }
        if !Command::new("initdb")
            .arg("--version")
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
        {
            let required = std::env::var("FRONTDESK_REQUIRE_POSTGRES").is_ok_and(|set| set == "1");
            assert!(!required, "no initdb and no FRONTDESK_TEST_POSTGRES_URL");
            println!("skipped: no PostgreSQL on this machine (no initdb in PATH)");
            return None;
        }
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().metadata().unwrap().uid() == 0;
        if root {
            let owner = Command::new("chown")
                .arg("nobody")
                .arg(folder.path())
                .status();
            assert!(owner.unwrap().success());
        }
        // It refuses to run as root.
        let command = |program: &str, folder: &Path| {
            let mut command = match root {
                true => {
                    let mut command = Command::new("runuser");
                    command.args(["-u", "nobody", "--", program]);
                    command
                }
                false => Command::new(program),
            };
            command
                .arg("-D")
                .arg(folder.join("data"))
                .current_dir(folder);
            command
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command
        };
        let made = command("initdb", folder.path())
            .args([
                "-U",
                "desk",
                "--auth=trust",
                "--no-sync",
                "-E",
                "UTF8",
                "--locale=C",
            ])
            .status();
        assert!(made.unwrap().success(), "initdb");
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let child = command("postgres", folder.path())
            .args([
                "-p",
                &port.to_string(),
                "-c",
                "listen_addresses=127.0.0.1",
                "-F",
            ])
            .args(["-c", "unix_socket_directories="])
            .spawn()
            .unwrap();
        let server = Self {
            base: format!("postgres://desk@127.0.0.1:{port}/"),
            own: Some(Own { folder, child }),
        };
        let begun = Instant::now();
        while PgConnection::connect(&server.url("postgres"))
            .await
            .is_err()
        {
            assert!(begun.elapsed() < PATIENCE, "the server does not start");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Some(server)
    }

    /// One of its databases.
    pub(super) fn url(&self, database: &str) -> String {
        format!("{}{database}", self.base)
    }

    /// Makes a database, anew if there is one.
    pub(super) async fn database(&self, name: &str) -> PgConnection {
        let mut admin = PgConnection::connect(&self.url("postgres")).await.unwrap();
        for statement in [
            format!("DROP DATABASE IF EXISTS {name}"),
            format!("CREATE DATABASE {name}"),
        ] {
            sqlx::query(sqlx::AssertSqlSafe(statement))
                .execute(&mut admin)
                .await
                .unwrap();
        }
        PgConnection::connect(&self.url(name)).await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let Some(own) = &mut self.own else { return };
        // The server itself, not who started it for us; a drop can only try.
        let pid = std::fs::read_to_string(own.folder.path().join("data/postmaster.pid"));
        if let Some(pid) = pid.ok().as_deref().and_then(|pid| pid.lines().next()) {
            let _ = Command::new("kill").args(["-QUIT", pid]).status();
        }
        let _ = own.child.wait();
    }
}
