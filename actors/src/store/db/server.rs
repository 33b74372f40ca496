//! PostgreSQL: a connection that writes, and a pool that only reads.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection, Postgres, Transaction};

use super::DbSettings;
use super::nodes::Node;
use crate::store::error::{StoreError, Trouble};

/// How long a query waits for a connection, a new one included.
const ACQUIRE: Duration = Duration::from_secs(5);

/// How long a statement may take, on any screen or in any commit; one that waits for a lock that
/// another program holds ends earlier. Milliseconds, as the server takes them.
const STATEMENT: &str = "60000";

/// How long a statement waits for a lock that another program holds.
const LOCK: &str = "5000";

/// How long the server keeps a transaction whose program is gone without a word.
const IDLE: &str = "60000";

/// The lock of whoever writes, until the end of the transaction: as with a file, one at a time. The
/// numbers are ours, and count in this database only. Answers which session it is.
const WRITE: &str = "SELECT pg_backend_pid() FROM pg_advisory_xact_lock(1718579046, 1)";

/// The oldest version of PostgreSQL that is tested.
const OLDEST: i64 = 15;

/// All statements see the same state.
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/// A server that was reached. Clones share the connections.
#[derive(Clone)]
pub struct Server {
    pub(super) writer: PgPool,
    readers: PgPool,
    /// One connection, for what other desks say.
    pub(super) listener: PgPool,
    pub(super) node: Arc<Node>,
}

/// The connections know the password.
impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").finish_non_exhaustive()
    }
}

impl Server {
    /// Connects.
    pub(super) async fn open(settings: &DbSettings) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(&settings.url)
            // The error can quote the URL, and with it the password.
            .map_err(|_| {
                StoreError::Refused(
                    "database.url: it cannot be read; write \
                     `postgres://user:password@host/database`, with signs such as @ and / in the \
                     password as %40 and %2F"
                        .to_owned(),
                )
            })?
            .application_name("frontdesk")
            .options([
                ("statement_timeout", STATEMENT),
                ("lock_timeout", LOCK),
                ("idle_in_transaction_session_timeout", IDLE),
                ("timezone", "UTC"),
                // To compile a statement costs more than all that these read.
                ("jit", "off"),
                // A desk whose machine is gone has no claim after eleven seconds.
                ("tcp_keepalives_idle", "5"),
                ("tcp_keepalives_interval", "2"),
                ("tcp_keepalives_count", "3"),
            ]);
        // The pools would say no more than that they waited.
        look_at(&options).await?;
        let pool = || PgPoolOptions::new().acquire_timeout(ACQUIRE);
        let node = Arc::new(Node::new());
        let begins = node.clone();
        let writer = pool()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .after_connect(move |connection, _| {
                let node = begins.clone();
                Box::pin(async move { node.begin_session(connection).await })
            })
            .connect_lazy_with(options.clone());
        let readers = pool()
            .max_connections(settings.readers.max(1))
            .connect_lazy_with(options.clone());
        let listener = pool()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options);
        Ok(Self {
            writer,
            readers,
            listener,
            node,
        })
    }

    /// Starts to write; answers with it whether this is the desk that sends.
    pub(super) async fn write(&self) -> Result<(Transaction<'static, Postgres>, bool), StoreError> {
        let mut tx = begin(&self.writer, "BEGIN").await?;
        let session: i32 = sqlx::query_scalar(WRITE).fetch_one(&mut *tx).await?;
        let sends = self.node.check(&mut tx, session).await?;
        Ok((tx, sends))
    }

    pub(super) async fn read(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        begin(&self.readers, BEGIN_READ).await
    }

    /// The pool that writes, for what cannot be done in a transaction.
    pub(in crate::store) fn writer(&self) -> &PgPool {
        &self.writer
    }

    pub(super) async fn close(&self) {
        self.listener.close().await;
        self.readers.close().await;
        self.writer.close().await;
    }
}

/// Makes sure that the server can be reached, and is one that the statements work on.
async fn look_at(options: &PgConnectOptions) -> Result<(), StoreError> {
    let mut connection = PgConnection::connect_with(options).await?;
    let (version, encoding): (i64, String) = sqlx::query_as(
        "SELECT CAST(current_setting('server_version_num') AS BIGINT),
                current_setting('server_encoding')",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    let refused = |what: String| Err(StoreError::Refused(format!("database.url: {what}")));
    if version < OLDEST * 10_000 {
        let version = version / 10_000;
        return refused(format!(
            "the server is PostgreSQL {version}, and {OLDEST} is the oldest that will do"
        ));
    }
    if encoding != "UTF8" {
        return refused(format!(
            "the database keeps its text as {encoding}: make one with ENCODING 'UTF8'"
        ));
    }
    Ok(())
}

/// Begins a transaction. While no connection can be made, the pool says no more than that it waited.
async fn begin(
    pool: &PgPool,
    statement: &'static str,
) -> Result<Transaction<'static, Postgres>, StoreError> {
    match pool.begin_with(statement).await {
        Err(sqlx::Error::PoolTimedOut) if pool.size() < pool.options().get_max_connections() => {
            Err(StoreError::Unavailable(Trouble::Away))
        }
        begun => Ok(begun?),
    }
}
