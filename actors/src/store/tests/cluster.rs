//! A throw-away PostgreSQL, which can fall and rise again, and what is asked of any PostgreSQL beside the
//! desk. Programs outside this package take this file in.

use std::io;
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;

/// Longer than a start takes; only what hangs comes to it.
const PATIENCE: Duration = Duration::from_secs(60);

/// A server of this process. It lies in a folder of its own, and ends when it is dropped.
pub(crate) struct Cluster {
    programs: PathBuf,
    folder: TempDir,
    /// `postgres://…/`, without a database.
    base: String,
    port: u16,
    /// How its programs are run as an ordinary user.
    somebody: &'static str,
    /// What runs it; nothing while it is down.
    child: Option<Child>,
}

impl Cluster {
    /// Makes and starts one on a free port of the loopback interface; `None` where the programs for that
    /// are missing.
    pub(crate) async fn start() -> io::Result<Option<Self>> {
        let Some(programs) = programs() else {
            return Ok(None);
        };
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        drop(listener);
        let folder = tempfile::tempdir()?;
        // It refuses to run as root.
        let is_root = folder.path().metadata()?.uid() == 0;
        if is_root {
            let mut owner = Command::new("chown");
            succeeded("chown", owner.arg("nobody").arg(folder.path()))?;
        }
        let mut cluster = Self {
            programs,
            folder,
            base: format!("postgres://desk@127.0.0.1:{port}/"),
            port,
            somebody: match is_root {
                true => "runuser -u nobody -- ",
                false => "",
            },
            child: None,
        };
        let initdb = format!(
            "{}\"$PROGRAMS/initdb\" -D data -U desk --auth=trust --no-sync -E UTF8 --locale=C \
             && echo 'fsync = off' >> data/postgresql.conf",
            cluster.somebody
        );
        succeeded("initdb", cluster.shell(&initdb).stdin(Stdio::null()))?;
        cluster.rise().await?;
        Ok(Some(cluster))
    }

    /// Where it is: a URL without a database.
    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// Starts it, on the port and the data it had, and waits until it answers.
    pub(crate) async fn rise(&mut self) -> io::Result<()> {
        self.launch()?;
        let begun = Instant::now();
        let url = format!("{}postgres", self.base);
        while let Err(error) = PgConnection::connect(&url).await {
            if begun.elapsed() > PATIENCE {
                return Err(io::Error::other(error));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Ok(())
    }

    /// Ends it at once, as `pg_ctl stop -m immediate` does.
    pub(crate) fn fall(&mut self) {
        if let Some(mut child) = self.child.take() {
            drop(child.stdin.take());
            // A drop can only try.
            let _ = child.wait();
        }
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
    fn launch(&mut self) -> io::Result<()> {
        let script = format!(
            "({}\"$PROGRAMS/postgres\" -D data -p {} -c listen_addresses=127.0.0.1 \
             -c unix_socket_directories= -c max_connections=300) </dev/null & \
             cat >/dev/null; kill -QUIT \"$(head -n 1 data/postmaster.pid)\"; wait",
            self.somebody, self.port
        );
        self.child = Some(self.shell(&script).stdin(Stdio::piped()).spawn()?);
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.fall();
    }
}

/// The texts that a query finds in a database.
pub(crate) async fn texts(url: &str, query: &str) -> Result<Vec<String>, sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    let texts = sqlx::query_scalar(AssertSqlSafe(query))
        .fetch_all(&mut connection)
        .await?;
    connection.close().await?;
    Ok(texts)
}

/// Runs these in a database, each for itself.
pub(crate) async fn run_all(url: &str, statements: &[String]) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url).await?;
    for statement in statements {
        sqlx::query(AssertSqlSafe(statement.as_str()))
            .execute(&mut connection)
            .await?;
    }
    connection.close().await
}

fn succeeded(name: &str, command: &mut Command) -> io::Result<()> {
    match command.status()?.success() {
        true => Ok(()),
        false => Err(io::Error::other(format!("{name} failed"))),
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
