//! Where the desk keeps everything, a file or a PostgreSQL, and how it is read: by SQL of our own, as
//! rows that are JSON arrays on both.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use serde::de::DeserializeOwned;
use tempfile::TempDir;
use url::Url;

use crate::postgres::cluster::{Cluster, run_all, texts};

/// The lock of the node that sends is its session's; the second number is for how long the end is waited
/// for, in milliseconds.
const CUT_SENDER: &str = "SELECT CAST(pg_terminate_backend(pid, 10000) AS TEXT) FROM pg_locks
     WHERE locktype = 'advisory' AND classid = 1718579046 AND objid = 2 AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// Where databases are made.
pub(crate) enum Storage {
    /// A file for each trial.
    Files,
    /// A server of this process.
    Own(Cluster),
    /// A server that stays, by any database of it.
    Given(Url),
}

impl Storage {
    /// A new database. A file is made by the desk itself, in this folder.
    pub(crate) async fn database(&self, folder: &Path) -> io::Result<Database> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let Some(server) = self.server() else {
            return Ok(Database::File(folder.join("desk.db")));
        };
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("frontdesk_campaign_{}_{number}", std::process::id());
        let url = in_database(&server, &name);
        let made = run_all(&server, &[format!("CREATE DATABASE {name}")]).await;
        made.map_err(io::Error::other)?;
        Ok(Database::Server { url, name })
    }

    /// Does away with a database; one in a file goes with its folder.
    pub(crate) async fn drop(&self, database: &Database) -> io::Result<()> {
        let (Some(server), Database::Server { name, .. }) = (self.server(), database) else {
            return Ok(());
        };
        let dropped = run_all(&server, &[format!("DROP DATABASE {name} WITH (FORCE)")]).await;
        dropped.map_err(io::Error::other)
    }

    /// Whether it is a server.
    pub(crate) fn is_server(&self) -> bool {
        !matches!(self, Self::Files)
    }

    /// Takes the server away without a warning. One that is not ours cuts the sessions of this database.
    pub(crate) async fn fall(&mut self, database: &Database) -> io::Result<()> {
        match (self, database) {
            (Self::Own(cluster), _) => cluster.fall(),
            (Self::Given(server), Database::Server { name, .. }) => {
                let cut = format!(
                    "SELECT CAST(pg_terminate_backend(pid) AS TEXT) FROM pg_stat_activity
                     WHERE datname = '{name}'"
                );
                texts(server.as_str(), &cut)
                    .await
                    .map_err(io::Error::other)?;
            }
            (Self::Files, _) | (_, Database::File(_)) => {}
        }
        Ok(())
    }

    /// Cuts the session of the node that sends, as a server does that hears nothing of it any more. When
    /// this returns, nothing that it began is committed any more.
    pub(crate) async fn cut_sender(&self, database: &Database) -> io::Result<()> {
        if let Database::Server { url, .. } = database {
            let cut = texts(url, CUT_SENDER).await;
            cut.map_err(io::Error::other)?;
        }
        Ok(())
    }

    /// Gives it back.
    pub(crate) async fn rise(&mut self) -> io::Result<()> {
        match self {
            Self::Own(cluster) => cluster.rise().await,
            Self::Given(_) | Self::Files => Ok(()),
        }
    }

    /// The URL of a database that is always there.
    fn server(&self) -> Option<String> {
        match self {
            Self::Files => None,
            Self::Own(cluster) => Some(format!("{}postgres", cluster.base())),
            Self::Given(url) => Some(url.to_string()),
        }
    }
}

/// The same server, another database.
fn in_database(server: &str, name: &str) -> String {
    match Url::parse(server) {
        Ok(mut url) => {
            url.set_path(name);
            url.to_string()
        }
        Err(_) => server.to_owned(),
    }
}

/// The desk's database.
pub(crate) enum Database {
    File(PathBuf),
    Server { url: String, name: String },
}

impl Database {
    /// What the desk knows it by.
    pub(crate) fn url(&self) -> String {
        match self {
            Self::File(file) => format!("sqlite:{}", file.display()),
            Self::Server { url, .. } => url.clone(),
        }
    }

    /// For reading while the desk may run.
    pub(crate) fn open(&self) -> io::Result<Reader> {
        match self {
            Self::File(file) => Reader::file(file, OpenFlags::SQLITE_OPEN_READ_ONLY, None),
            Self::Server { url, .. } => Ok(Reader::Server(url.clone())),
        }
    }

    /// For reading while the desk does not run; `None` where nothing is there yet. Of a file a copy is
    /// read: opening it would mend what a kill left, which is the desk's own affair.
    pub(crate) fn open_at_rest(&self) -> io::Result<Option<Reader>> {
        let Self::File(file) = self else {
            return self.open().map(Some);
        };
        if !file.exists() {
            return Ok(None);
        }
        let folder = tempfile::tempdir()?;
        let copy = folder.path().join("desk.db");
        for end in ["", "-wal"] {
            let named = |path: &Path| PathBuf::from(format!("{}{end}", path.display()));
            if named(file).exists() {
                fs::copy(named(file), named(&copy))?;
            }
        }
        Reader::file(&copy, OpenFlags::SQLITE_OPEN_READ_WRITE, Some(folder)).map(Some)
    }
}

/// A database that is read.
pub(crate) enum Reader {
    /// A file.
    File {
        connection: Connection,
        /// A copy lies in a folder that ends with it.
        _folder: Option<TempDir>,
    },
    /// A server; each query has a connection of its own.
    Server(String),
}

impl Reader {
    fn file(file: &Path, flags: OpenFlags, folder: Option<TempDir>) -> io::Result<Self> {
        let connection = Connection::open_with_flags(file, flags).map_err(io::Error::other)?;
        let patient = connection.busy_timeout(Duration::from_secs(10));
        patient.map_err(io::Error::other)?;
        Ok(Self::File {
            connection,
            _folder: folder,
        })
    }

    /// Rows of these columns, from tables and what else follows FROM. A row is taken as a sequence: a
    /// tuple, or a struct with the fields in the order of the columns.
    pub(crate) async fn rows<T: DeserializeOwned>(
        &self,
        columns: &str,
        from: &str,
    ) -> io::Result<Vec<T>> {
        let array = self.pick("json_array", "jsonb_build_array");
        let query = format!("SELECT CAST({array}({columns}) AS TEXT) FROM {from}");
        let rows = self.texts(&query).await?;
        rows.iter()
            .map(|row| serde_json::from_str(row).map_err(io::Error::other))
            .collect()
    }

    /// The texts that a query finds.
    pub(crate) async fn texts(&self, query: &str) -> io::Result<Vec<String>> {
        match self {
            Self::File { connection, .. } => texts_in(connection, query).map_err(io::Error::other),
            Self::Server(url) => texts(url, query).await.map_err(io::Error::other),
        }
    }

    /// Each table of a server by its name, a line of JSON for each row; a file can be looked at as it is.
    pub(crate) async fn dump(&self) -> io::Result<Vec<(String, String)>> {
        let mut tables = Vec::new();
        if let Self::Server(_) = self {
            let names = "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = 'public'";
            for name in self.texts(names).await? {
                let rows =
                    format!("SELECT CAST(to_jsonb(t.*) AS TEXT) FROM {name} AS t ORDER BY 1");
                tables.push((name, self.texts(&rows).await?.join("\n")));
            }
        }
        Ok(tables)
    }

    /// Where the two need different words.
    pub(crate) fn pick<T>(&self, sqlite: T, postgres: T) -> T {
        match self {
            Self::File { .. } => sqlite,
            Self::Server(_) => postgres,
        }
    }
}

fn texts_in(file: &Connection, query: &str) -> rusqlite::Result<Vec<String>> {
    file.prepare(query)?
        .query_map([], |row| row.get(0))?
        .collect()
}
