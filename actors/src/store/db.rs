//! The database that the configuration names: a file of SQLite, or PostgreSQL.

use std::path::Path;
use std::time::Instant;

use tokio::sync::{mpsc, watch};

use super::error::StoreError;
use super::news::Heard;
use super::sql::{self, Connection, Transaction};
use crate::measure::{self, Mailbox, Waiting};

pub(super) mod file;
pub(super) mod nodes;
pub(super) mod server;

use self::file::File;
pub use self::nodes::Seat;
use self::server::Server;

/// How to open the database.
#[derive(Clone)]
pub struct DbSettings {
    /// `sqlite:` and a path, or `postgres://user:password@host/database`.
    pub url: String,
    /// How many connections read at the same time; at least 1.
    pub readers: u32,
}

/// The URL can hold a password.
impl std::fmt::Debug for DbSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DbSettings")
            .field("readers", &self.readers)
            .finish_non_exhaustive()
    }
}

/// An open database. Clones share the connections.
#[derive(Clone, Debug)]
pub enum Db {
    /// A file, opened for one writer and many readers.
    Sqlite(File),
    /// A server.
    Postgres(Server),
}

impl Db {
    /// Opens the database, and makes the file if there is none. The schema is left as it is.
    ///
    /// # Errors
    /// `Refused` if the URL is not one of the two, `Unavailable` if the file cannot be opened or
    /// the server cannot be reached.
    pub async fn open(settings: &DbSettings) -> Result<Self, StoreError> {
        if is_postgres(&settings.url) {
            return Ok(Self::Postgres(Server::open(settings).await?));
        }
        Ok(Self::Sqlite(File::open(settings).await?))
    }

    /// The file; `None` of a server.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Sqlite(file) => Some(file.path()),
            Self::Postgres(_) => None,
        }
    }

    /// Makes sure that no desk uses the database, for as long as the claim is kept.
    ///
    /// # Errors
    /// `InUse` if one does, or another command that needs it for itself; `Unavailable` if it cannot
    /// be found out.
    pub async fn claim(&self) -> Result<Claim, StoreError> {
        match self {
            Self::Sqlite(file) => file.claim().map(Claim::File),
            Self::Postgres(server) => server.claim().await.map(Claim::Server),
        }
    }

    /// Uses the database as a desk: of a file as the only one, for as long as the claim is kept; of a
    /// server as one of many, until it is closed.
    ///
    /// # Errors
    /// As [`claim`](Self::claim).
    pub async fn join(&self) -> Result<Option<Claim>, StoreError> {
        match self {
            Self::Sqlite(file) => Ok(Some(Claim::File(file.claim()?))),
            Self::Postgres(server) => server.join().await.map(|()| None),
        }
    }

    /// Becomes the desk that sends, if no other is; answers whether it is. The only desk of a file
    /// always sends.
    ///
    /// # Errors
    /// `Unavailable` if it cannot be found out.
    pub async fn try_to_send(&self) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(_) => Ok(true),
            Self::Postgres(server) => server.try_to_send().await,
        }
    }

    /// Whether this still is the desk that sends, whatever was heard of it last; it does not become so
    /// by this.
    ///
    /// # Errors
    /// As [`try_to_send`](Self::try_to_send).
    pub async fn still_sends(&self) -> Result<bool, StoreError> {
        match self {
            Self::Sqlite(_) => Ok(true),
            Self::Postgres(server) => server.still_sends().await,
        }
    }

    /// Whether another can become the desk that sends.
    ///
    /// # Errors
    /// `Unavailable` if it cannot be found out, or this desk itself was cut off since it wrote last.
    pub async fn seat(&self) -> Result<Seat, StoreError> {
        match self {
            Self::Sqlite(_) => Ok(Seat::Taken),
            Self::Postgres(server) => server.seat().await,
        }
    }

    /// Whether this is the desk that sends.
    pub fn sends(&self) -> watch::Receiver<bool> {
        match self {
            Self::Sqlite(_) => watch::Sender::new(true).subscribe(),
            Self::Postgres(server) => server.sends(),
        }
    }

    /// What other desks say; `None` where there are none.
    pub fn listen(&self) -> Option<mpsc::Receiver<Heard>> {
        match self {
            Self::Sqlite(_) => None,
            Self::Postgres(server) => Some(server.listen()),
        }
    }

    /// Starts to write. There is one writer at a time: this waits for the one before.
    ///
    /// # Errors
    /// `Unavailable`, among others when the file was moved away: SQLite itself would go on writing
    /// to it, and what it wrote would be gone with the last connection.
    pub async fn write(&self) -> Result<Transaction, StoreError> {
        Ok(match self {
            Self::Sqlite(file) => Transaction::new(Connection::Sqlite(file.write().await?), true),
            Self::Postgres(server) => {
                let (tx, sends) = server.write().await?;
                Transaction::new(Connection::Postgres(tx), sends)
            }
        })
    }

    /// Starts to read: all queries of it see the same state of the database.
    pub(crate) async fn read(&self) -> Result<Transaction, StoreError> {
        let since = Instant::now();
        let _waiting = Waiting::new(Mailbox::Readers);
        let begun = match self {
            Self::Sqlite(file) => file.read().await.map(Connection::Sqlite),
            Self::Postgres(server) => server.read().await.map(Connection::Postgres),
        };
        measure::begun(Mailbox::Readers, since);
        begun.map(|connection| Transaction::new(connection, false))
    }

    /// Begins this run of a desk, which later ones can ask about.
    pub(super) async fn begin_run(&self, tx: &mut Transaction, run: i64) -> Result<(), StoreError> {
        match (self, &mut **tx) {
            (Self::Postgres(server), Connection::Postgres(tx)) => server.begin_run(tx, run).await,
            _ => Ok(()),
        }
    }

    /// Is no longer the desk that sends; another one hears of it with the commit.
    pub(super) async fn send_no_more(&self, tx: &mut Transaction) -> Result<(), StoreError> {
        if let (Self::Postgres(server), Connection::Postgres(tx)) = (self, &mut **tx) {
            server.send_no_more(tx).await?;
        }
        Ok(())
    }

    /// Which database it is, with its version.
    ///
    /// # Errors
    /// As the read failed.
    pub async fn version(&self) -> Result<String, StoreError> {
        let (name, query) = match self {
            Self::Sqlite(_) => ("SQLite", "SELECT sqlite_version()"),
            Self::Postgres(_) => ("PostgreSQL", "SELECT current_setting('server_version')"),
        };
        let version: String = sql::query_scalar(query)
            .fetch_one(&mut *self.read().await?)
            .await?;
        Ok(format!("{name} {version}"))
    }

    /// How commits that were answered could be lost, by the settings of a server.
    ///
    /// # Errors
    /// As the read failed.
    pub async fn risk(&self) -> Result<Option<Risk>, StoreError> {
        if let Self::Sqlite(_) = self {
            return Ok(None);
        }
        let row = sql::query(
            "SELECT current_setting('fsync') = 'off'
                        OR current_setting('synchronous_commit') IN ('off', 'local') AS unflushed,
                    current_setting('synchronous_standby_names') = ''
                        AND EXISTS (SELECT 1 FROM pg_stat_replication) AS unreplicated",
        )
        .fetch_one(&mut *self.read().await?)
        .await?;
        Ok(if row.try_get("unflushed")? {
            Some(Risk::Unflushed)
        } else if row.try_get("unreplicated")? {
            Some(Risk::Unreplicated)
        } else {
            None
        })
    }

    /// Closes all connections, once what they do is done; every later use is answered
    /// `Unavailable(Closed)`.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(file) => file.close().await,
            Self::Postgres(server) => server.close().await,
        }
    }
}

/// How commits that were answered could be lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Risk {
    /// By a power cut.
    #[error(
        "the server does not wait for its disk: a power cut can lose what Telegram was told is \
         stored; set fsync = on and synchronous_commit = on"
    )]
    Unflushed,
    /// By a failover.
    #[error(
        "the server is replicated asynchronously: a failover can lose the last commits, which \
         Telegram was told are stored; set synchronous_standby_names if that matters"
    )]
    Unreplicated,
}

/// Whether the URL is one of PostgreSQL.
pub fn is_postgres(url: &str) -> bool {
    url.starts_with("postgres://") || url.starts_with("postgresql://")
}

/// That no other desk uses the database, until it is dropped.
#[derive(Debug)]
#[must_use]
pub enum Claim {
    /// Of a file.
    File(file::Claim),
    /// Of a server.
    Server(nodes::Claim),
}
