//! A file of SQLite: one connection that writes, and a pool that only reads.

use std::fs::{self, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};

use super::DbSettings;
use crate::store::error::{StoreError, Trouble};

/// How long a connection waits for a lock that another program holds (a backup, a shell), before
/// it says that the database is locked.
const BUSY: Duration = Duration::from_secs(5);

/// How long a query waits for a free connection.
const ACQUIRE: Duration = Duration::from_secs(30);

/// So many rows of an answer are handed over without a pause. The driver runs SQLite on a thread of
/// its own, and each pause costs two changes of thread.
const ROWS: usize = 4_096;

/// An open file. Clones share the connections.
#[derive(Clone, Debug)]
pub struct File {
    path: PathBuf,
    /// The file that was opened, whatever lies at its path by now.
    file: FileId,
    writer: SqlitePool,
    readers: SqlitePool,
}

impl File {
    /// Opens the database, and makes the file if there is none. The schema is left as it is.
    ///
    /// # Errors
    /// `Refused` if the URL is not one of SQLite, `Unavailable` if the file cannot be opened.
    pub(super) async fn open(settings: &DbSettings) -> Result<Self, StoreError> {
        let refused = |what: &str| StoreError::Refused(format!("database.url: {what}"));
        if !settings.url.starts_with("sqlite:") || settings.url.contains(":memory:") {
            return Err(refused(
                "write `sqlite:` and the path of a file, or `postgres://user:password@host/database`",
            ));
        }
        let options = SqliteConnectOptions::from_str(&settings.url)
            .map_err(|_| refused("it cannot be read; write `sqlite:` and the path of a file, or `postgres://user:password@host/database`"))?
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // A commit that was answered survives a power cut; group commit makes it cheap.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(BUSY)
            .row_buffer_size(ROWS)
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
        let file = FileId::of(&path).ok_or(StoreError::Unavailable(Trouble::Moved))?;
        Ok(Self {
            path,
            file,
            writer,
            readers,
        })
    }

    /// The file.
    pub(in crate::store) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether the file at this path is this database.
    pub(in crate::store) fn is_at(&self, path: &Path) -> bool {
        FileId::of(path).as_ref() == Some(&self.file)
    }

    /// Makes sure that no other desk uses the file, for as long as the claim is kept: both would send
    /// what is in the outbox.
    ///
    /// # Errors
    /// `InUse` if another one does, `Unavailable` if the folder cannot be written.
    pub(super) fn claim(&self) -> Result<Claim, StoreError> {
        Claim::take(&self.path)
    }

    /// Starts to write. There is one writer at a time: this waits for the one before.
    ///
    /// # Errors
    /// `Unavailable`, among others when the file was moved away: SQLite itself would go on writing
    /// to it, and what it wrote would be gone with the last connection.
    pub(super) async fn write(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        if FileId::of(&self.path).as_ref() != Some(&self.file) {
            return Err(StoreError::Unavailable(Trouble::Moved));
        }
        // A deferred transaction would find out in its middle that another program writes.
        begin(&self.writer, "BEGIN IMMEDIATE").await
    }

    /// Starts to read: all queries of it see the same state of the database.
    pub(super) async fn read(&self) -> Result<Transaction<'static, Sqlite>, StoreError> {
        begin(&self.readers, "BEGIN").await
    }

    /// The pool that writes, for what cannot be done in a transaction.
    pub(in crate::store) fn writer(&self) -> &SqlitePool {
        &self.writer
    }

    /// Closes the connections that read and are idle, so that others take their place. After a
    /// migration: what they know of the tables is former, and the driver does not bear to find more
    /// columns in a row than the statement had when it was prepared.
    pub(in crate::store) async fn renew_readers(&self) -> Result<(), StoreError> {
        while let Some(reader) = self.readers.try_acquire() {
            reader.close().await?;
        }
        Ok(())
    }

    /// Closes all connections, once what they do is done; every later use is answered
    /// `Unavailable(Closed)`.
    pub(super) async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Begins a transaction.
///
/// When the disk fails, SQLite rolls back by itself; the driver then finds nothing to roll back, and
/// takes the connection for one in a transaction for ever. Such a one is closed, and another opened.
async fn begin(
    pool: &SqlitePool,
    statement: &'static str,
) -> Result<Transaction<'static, Sqlite>, StoreError> {
    loop {
        match pool.begin_with(statement).await {
            Err(sqlx::Error::InvalidSavePointStatement) => {
                // Whichever of them it is: it is idle, and its successor costs little.
                pool.acquire().await?.close().await?;
            }
            begun => return Ok(begun?),
        }
    }
}

/// That no other desk uses the database. The operating system gives it up with the process, whatever
/// ends that. It is a file of its own: on some systems a lock on the database's would be in SQLite's
/// way.
#[derive(Debug)]
#[must_use]
pub struct Claim(
    #[expect(dead_code, reason = "its lock counts, for as long as it is open")] fs::File,
);

impl Claim {
    /// That of the database at this path, which need not be there.
    pub(in crate::store) fn take(database: &Path) -> Result<Self, StoreError> {
        let mut path = database.to_owned().into_os_string();
        path.push("-desk");
        let file = fs::File::create(path).map_err(|error| {
            StoreError::Unavailable(match error.kind() {
                ErrorKind::NotFound => Trouble::CannotOpen,
                ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Trouble::Full,
                _ => Trouble::ReadOnly,
            })
        })?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse),
            // A file system without locks has none to respect.
            Ok(()) | Err(TryLockError::Error(_)) => Ok(Self(file)),
        }
    }
}

/// Which file it is, by device and number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct FileId(u64, u64);

impl FileId {
    /// That of the file at this path, if there is one.
    #[cfg(unix)]
    pub(in crate::store) fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;

        let file = std::fs::metadata(path).ok()?;
        Some(Self(file.dev(), file.ino()))
    }

    /// Elsewhere an open file cannot be moved or deleted.
    #[cfg(not(unix))]
    pub(in crate::store) fn of(path: &Path) -> Option<Self> {
        path.exists().then_some(Self(0, 0))
    }
}
