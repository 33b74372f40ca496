//! The connections to the database: one that writes, and a pool that only reads.

use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};

use super::error::StoreError;

/// How long a connection waits for a lock that another program holds (a backup, a shell), before
/// it says that the database is locked.
const BUSY: Duration = Duration::from_secs(5);

/// How long a query waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(30);

/// How to open the database.
#[derive(Clone, Debug)]
pub struct DbSettings {
    /// `sqlite:` and a path.
    pub url: String,
    /// How many connections read at the same time; at least 1.
    pub readers: u32,
}

/// An open database. Clones share the connections.
#[derive(Clone, Debug)]
pub struct Db {
    path: PathBuf,
    writer: SqlitePool,
    readers: SqlitePool,
}

impl Db {
    /// Opens the database, and makes the file if there is none. The schema is left as it is.
    ///
    /// # Errors
    /// `Refused` if the URL is not one of SQLite, `Unavailable` if the file cannot be opened.
    pub async fn open(settings: &DbSettings) -> Result<Self, StoreError> {
        let refused = |what: &str| StoreError::Refused(format!("database.url: {what}"));
        if !settings.url.starts_with("sqlite:") || settings.url.contains(":memory:") {
            return Err(refused("write `sqlite:` and the path of a file"));
        }
        let options = SqliteConnectOptions::from_str(&settings.url)
            .map_err(|_| refused("it cannot be read; write `sqlite:` and the path of a file"))?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit that was answered survives a power cut; group commit makes it cheap.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .pragma("temp_store", "MEMORY");
        let path = options.get_filename().to_owned();
        let pool = || {
            SqlitePoolOptions::new()
                .acquire_timeout(ACQUIRE)
                .test_before_acquire(false)
                .idle_timeout(None)
                .max_lifetime(None)
        };
        let writer = pool()
            .max_connections(1)
            .connect_with(options.clone())
            .await?;
        let readers = pool()
            .max_connections(settings.readers.max(1))
            .connect_with(options.read_only(true).create_if_missing(false))
            .await?;
        Ok(Self {
            path,
            writer,
            readers,
        })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Starts to write. There is one writer at a time: this waits for the one before.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        // A deferred transaction would find out in its middle that another program writes.
        Ok(self.writer.begin_with("BEGIN IMMEDIATE").await?)
    }

    /// Starts to read: all queries of it see the same state of the database.
    pub(crate) async fn read(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        Ok(self.readers.begin().await?)
    }

    /// The pool that writes, for what cannot be done in a transaction.
    pub(super) fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    /// Closes all connections, once what they do is done; every later use is answered
    /// `Unavailable(Closed)`.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}
