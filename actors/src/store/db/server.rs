//! PostgreSQL: a connection that writes, and a pool that only reads.

use std::str::FromStr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions};
use sqlx::{Connection, Executor, Postgres, Transaction};
use tokio::time::sleep;

use super::DbSettings;
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

/// The lock of the desk that sends, for as long as its session lives. Answers which session it is.
const CLAIM: &str = "SELECT pg_backend_pid() WHERE pg_try_advisory_lock(1718579046, 2)";

/// Which session has it.
const CLAIMED: &str = "SELECT pid FROM pg_locks
     WHERE locktype = 'advisory' AND classid = 1718579046 AND objid = 2 AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// Which run of a desk was the last.
const RUN: &str = "SELECT CAST(value AS BIGINT) FROM desk_state WHERE name = 'runs'";

/// Ends a session.
const END: &str = "SELECT pg_terminate_backend($1)";

/// For how long the lock of one that has just gone is waited for.
const GOING: Duration = Duration::from_secs(2);

/// Gives it back.
const DISCLAIM: &str = "SELECT pg_advisory_unlock(1718579046, 2)";

/// A server that was reached. Clones share the connections.
#[derive(Clone)]
pub struct Server {
    writer: PgPool,
    readers: PgPool,
    /// The session that has the claim; 0 without one.
    claimed: Arc<AtomicI32>,
    /// Which run of a desk this is; 0 before its start.
    run: Arc<AtomicI64>,
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
                // A desk whose machine is gone has no claim after eleven seconds.
                ("tcp_keepalives_idle", "5"),
                ("tcp_keepalives_interval", "2"),
                ("tcp_keepalives_count", "3"),
            ]);
        // The pools would say no more than that they waited.
        look_at(&options).await?;
        let pool = || PgPoolOptions::new().acquire_timeout(ACQUIRE);
        let writer = pool()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options.clone());
        let readers = pool()
            .max_connections(settings.readers.max(1))
            .connect_lazy_with(options);
        Ok(Self {
            writer,
            readers,
            claimed: Arc::default(),
            run: Arc::default(),
        })
    }

    /// A lock of the session that writes: a new one takes it again.
    pub(super) async fn claim(&self) -> Result<Claim, StoreError> {
        let mut connection = self.writer.acquire().await?;
        let begun = Instant::now();
        loop {
            if let Some(session) = try_claim(&mut connection).await? {
                self.claimed.store(session, Ordering::Release);
                return Ok(Claim(self.clone()));
            }
            if begun.elapsed() > GOING {
                return Err(StoreError::InUse);
            }
            sleep(GOING / 10).await;
        }
    }

    pub(super) async fn write(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        let mut tx = begin(&self.writer, "BEGIN").await?;
        let session: i32 = sqlx::query_scalar(WRITE).fetch_one(&mut *tx).await?;
        let claimed = self.claimed.load(Ordering::Acquire);
        if claimed != 0 && claimed != session {
            self.claim_again(&mut tx, claimed).await?;
        }
        Ok(tx)
    }

    /// Notes which run of a desk this is.
    pub(super) fn began(&self, run: i64) {
        self.run.store(run, Ordering::Release);
    }

    /// The session that had the claim was cut off: this one takes it, unless another desk was faster.
    async fn claim_again(
        &self,
        connection: &mut PgConnection,
        former: i32,
    ) -> Result<(), StoreError> {
        if let Some(session) = try_claim(connection).await? {
            let run = self.run.load(Ordering::Acquire);
            let last = match run {
                0 => None,
                _ => {
                    sqlx::query_scalar(RUN)
                        .fetch_optional(&mut *connection)
                        .await?
                }
            };
            // Another desk may have come and gone in between: what this one remembers is out of date.
            if last.is_some_and(|last: i64| last != run) {
                connection.execute(DISCLAIM).await?;
                return Err(StoreError::InUse);
            }
            self.claimed.store(session, Ordering::Release);
            return Ok(());
        }
        let holder: Option<i32> = sqlx::query_scalar(CLAIMED)
            .fetch_optional(&mut *connection)
            .await?;
        if holder.is_some_and(|holder| holder != former) {
            return Err(StoreError::InUse);
        }
        // The server has not noticed yet that it talks to nobody.
        sqlx::query(END).bind(former).execute(connection).await?;
        Err(StoreError::Unavailable(Trouble::Away))
    }

    pub(super) async fn read(&self) -> Result<Transaction<'static, Postgres>, StoreError> {
        begin(&self.readers, BEGIN_READ).await
    }

    /// The pool that writes, for what cannot be done in a transaction.
    pub(in crate::store) fn writer(&self) -> &PgPool {
        &self.writer
    }

    pub(super) async fn close(&self) {
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

async fn try_claim(connection: &mut PgConnection) -> Result<Option<i32>, sqlx::Error> {
    sqlx::query_scalar(CLAIM).fetch_optional(connection).await
}

/// That no other desk uses the database.
#[derive(Debug)]
#[must_use]
pub struct Claim(Server);

impl Drop for Claim {
    fn drop(&mut self) {
        self.0.claimed.store(0, Ordering::Release);
        // The session may live on in a command that goes on with it.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let pool = self.0.writer.clone();
            runtime.spawn(async move {
                if let Ok(mut connection) = pool.acquire().await {
                    // Without it the lock goes with the connection.
                    let _ = connection.execute(DISCLAIM).await;
                }
            });
        }
    }
}
