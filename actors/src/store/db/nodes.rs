//! Several desks on one server: which are there, which of them sends, and how they hear of each other.
//!
//! All of it hangs on the writer's session: locks that the server gives up when the session ends,
//! whatever ends it. Each desk has one lock in common with the others, by which a command that needs
//! the database for itself knows of them; one of its own, by which the next start knows whether this
//! one still runs; and one of them has the lock of the desk that sends. A session that was cut off is
//! noticed by the next write, which takes all of them again before it writes anything.

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use sqlx::Executor;
use sqlx::postgres::{PgConnection, PgListener, PgPool};
use tokio::sync::{mpsc, watch};
use tokio::time::sleep;

use super::server::Server;
use crate::store::error::{StoreError, Trouble};
use crate::store::news::{CHANNEL, Heard};

/// The lock of the desk that sends. The numbers are ours, and count in this database only.
const SEND: &str = "SELECT pg_try_advisory_lock(1718579046, 2)";

/// Gives it back.
const SEND_NO_MORE: &str = "SELECT pg_advisory_unlock(1718579046, 2)";

/// Which session has it.
const SENDER: &str = "SELECT pid FROM pg_locks
     WHERE locktype = 'advisory' AND classid = 1718579046 AND objid = 2 AND granted
       AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";

/// The lock of a run, by another session of its desk than the one that writes.
const ALIVE: &str = "SELECT pg_try_advisory_lock_shared(1718579048, CAST($1 AS INTEGER))";

/// Whether any session has the lock of the desk that sends, and whether the desk that had it last still
/// has another session.
const SEAT: &str = "WITH held AS (
         SELECT classid, objid FROM pg_locks WHERE locktype = 'advisory' AND granted
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
     SELECT EXISTS (SELECT 1 FROM held WHERE classid = 1718579046 AND objid = 2),
            EXISTS (SELECT 1 FROM held JOIN desk_state ON name = 'sender'
                    WHERE classid = 1718579048 AND CAST(objid AS TEXT) = value)";

/// The run of the desk that sent last.
const LAST: &str = "SELECT CAST(value AS BIGINT) FROM desk_state WHERE name = 'sender'";

/// The lock that all desks have in common.
const JOIN: &str = "SELECT pg_try_advisory_lock_shared(1718579046, 3)";

/// The same for a command that needs the database for itself.
const CLAIM: &str = "SELECT pg_try_advisory_lock(1718579046, 3)";

/// Gives it back.
const DISCLAIM: &str = "SELECT pg_advisory_unlock(1718579046, 3)";

/// A desk is never silent for so long: it looks each second which one sends. One that stands still gives
/// up its locks by this, and in the middle of a write lets the others write.
const NEVER_SILENT: &str = "SET idle_session_timeout = '10s'; \
     SET idle_in_transaction_session_timeout = '10s'";

/// The lock of one run of a desk.
const RUN: &str = "SELECT pg_try_advisory_lock(1718579047, CAST($1 AS INTEGER))";

/// Which session this is.
const SESSION: &str = "SELECT pg_backend_pid()";

/// Ends a session.
const END: &str = "SELECT pg_terminate_backend($1)";

/// For how long the lock of one that has just gone is waited for.
const GOING: Duration = Duration::from_secs(2);

/// How long it takes until a listener that was cut off is there again.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);

/// So many words of other desks can wait to be taken in; more of them wait at the server.
const WORDS: usize = 64;

/// Whether there is a desk that sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seat {
    /// There is one.
    Taken,
    /// Its session was cut off; it may have the place again in a moment.
    Lost,
    /// The one that sent is gone.
    Left,
}

/// What this program is among those that use the database.
#[derive(Debug)]
pub(super) struct Node {
    /// The session that has its locks; 0 before there are any.
    session: AtomicI32,
    /// Whether it is a desk that others may work beside.
    joined: AtomicBool,
    /// Whether it is a command that has the database for itself.
    claimed: AtomicBool,
    /// Which run of a desk it is; 0 before its start, and of a command.
    run: AtomicI64,
    /// Whether it is the one that sends.
    sends: watch::Sender<bool>,
}

impl Node {
    pub(super) fn new() -> Self {
        Self {
            session: AtomicI32::new(0),
            joined: AtomicBool::new(false),
            claimed: AtomicBool::new(false),
            run: AtomicI64::new(0),
            sends: watch::Sender::new(false),
        }
    }

    /// Readies a new session of the writer.
    pub(super) async fn begin_session(
        &self,
        connection: &mut PgConnection,
    ) -> Result<(), sqlx::Error> {
        if self.joined.load(Ordering::Acquire) {
            connection.execute(NEVER_SILENT).await?;
        }
        Ok(())
    }

    /// Makes sure that the locks are held by this session, which is about to write; answers whether
    /// the desk is the one that sends.
    pub(super) async fn check(
        &self,
        connection: &mut PgConnection,
        session: i32,
    ) -> Result<bool, StoreError> {
        let former = self.session.load(Ordering::Acquire);
        if former == session || former == 0 {
            return Ok(*self.sends.borrow());
        }
        // The session that had the locks was cut off.
        let run = self.run.load(Ordering::Acquire);
        if self.claimed.load(Ordering::Acquire) && !held(connection, CLAIM).await? {
            return Err(StoreError::InUse);
        }
        if self.joined.load(Ordering::Acquire) && !held(connection, JOIN).await? {
            return Err(StoreError::Unavailable(Trouble::Locked));
        }
        if run != 0 && !took_run(connection, run).await? {
            // The server has not noticed yet that it talks to nobody.
            return end(connection, former).await;
        }
        if *self.sends.borrow() {
            self.send_again(connection, former, run).await?;
        }
        self.session.store(session, Ordering::Release);
        Ok(*self.sends.borrow())
    }

    /// Goes on as the desk that sends, unless another was faster.
    async fn send_again(
        &self,
        connection: &mut PgConnection,
        former: i32,
        run: i64,
    ) -> Result<(), StoreError> {
        if held(connection, SEND).await? {
            let last: Option<i64> = sqlx::query_scalar(LAST)
                .fetch_optional(&mut *connection)
                .await?;
            // Another one may have come and gone in between: what this one remembers is out of date.
            if last != Some(run) {
                connection.execute(SEND_NO_MORE).await?;
                self.sends.send_replace(false);
            }
            return Ok(());
        }
        let sender: Option<i32> = sqlx::query_scalar(SENDER)
            .fetch_optional(&mut *connection)
            .await?;
        if sender == Some(former) {
            return end(connection, former).await;
        }
        self.sends.send_replace(false);
        Ok(())
    }
}

/// Ends a session that nobody speaks to any more; its locks are free with the next try.
async fn end<T>(connection: &mut PgConnection, session: i32) -> Result<T, StoreError> {
    sqlx::query(END).bind(session).execute(connection).await?;
    Err(StoreError::Unavailable(Trouble::Away))
}

/// Tries to get a lock.
async fn held(connection: &mut PgConnection, lock: &'static str) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(lock).fetch_one(connection).await
}

async fn took_run(connection: &mut PgConnection, run: i64) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar(RUN)
        .bind(run)
        .fetch_one(connection)
        .await
}

impl Server {
    /// Takes the database for a command alone.
    pub(super) async fn claim(&self) -> Result<Claim, StoreError> {
        self.take(CLAIM).await?;
        self.node.claimed.store(true, Ordering::Release);
        Ok(Claim(self.clone()))
    }

    /// Uses the database as one of its desks, until the end of the connections.
    pub(super) async fn join(&self) -> Result<(), StoreError> {
        self.take(JOIN).await?;
        self.node.joined.store(true, Ordering::Release);
        let mut connection = self.writer.acquire().await?;
        Ok(self.node.begin_session(&mut connection).await?)
    }

    async fn take(&self, lock: &'static str) -> Result<(), StoreError> {
        let mut connection = self.writer.acquire().await?;
        let begun = Instant::now();
        while !held(&mut connection, lock).await? {
            if begun.elapsed() > GOING {
                return Err(StoreError::InUse);
            }
            sleep(GOING / 10).await;
        }
        let session = sqlx::query_scalar(SESSION)
            .fetch_one(&mut *connection)
            .await?;
        self.node.session.store(session, Ordering::Release);
        Ok(())
    }

    /// Begins a run of a desk: later ones can tell whether it still runs.
    pub(super) async fn begin_run(
        &self,
        connection: &mut PgConnection,
        run: i64,
    ) -> Result<(), StoreError> {
        if !took_run(connection, run).await? {
            return Err(StoreError::Rule(
                "a run has the number of another".to_owned(),
            ));
        }
        self.node.run.store(run, Ordering::Release);
        Ok(())
    }

    /// Becomes the desk that sends, if no other is; answers whether it is.
    pub(super) async fn try_to_send(&self) -> Result<bool, StoreError> {
        let (mut tx, mut sends) = self.write().await?;
        if !sends && held(&mut tx, SEND).await? {
            self.node.sends.send_replace(true);
            sends = true;
        }
        tx.rollback().await?;
        Ok(sends)
    }

    /// Whether it still is the desk that sends: its session is tested, and taken anew if it was cut off.
    /// It does not become so by this, or what another one left meanwhile would never be taken up.
    pub(super) async fn still_sends(&self) -> Result<bool, StoreError> {
        let (tx, sends) = self.write().await?;
        tx.rollback().await?;
        Ok(sends)
    }

    /// Whether another can become the desk that sends. The session of this one is tested by it.
    pub(super) async fn seat(&self) -> Result<Seat, StoreError> {
        let before = self.node.session.load(Ordering::Acquire);
        let (mut tx, _) = self.write().await?;
        let (taken, alive): (bool, bool) = sqlx::query_as(SEAT).fetch_one(&mut *tx).await?;
        tx.rollback().await?;
        if before != self.node.session.load(Ordering::Acquire) {
            // Whatever cut off this one may have cut off the other as well.
            return Err(StoreError::Unavailable(Trouble::Away));
        }
        Ok(match (taken, alive) {
            (true, _) => Seat::Taken,
            (false, true) => Seat::Lost,
            (false, false) => Seat::Left,
        })
    }

    /// Is no longer the desk that sends.
    pub(super) async fn send_no_more(
        &self,
        connection: &mut PgConnection,
    ) -> Result<(), StoreError> {
        if self.node.sends.send_replace(false) {
            connection.execute(SEND_NO_MORE).await?;
        }
        Ok(())
    }

    /// Whether it is the desk that sends.
    pub(super) fn sends(&self) -> watch::Receiver<bool> {
        self.node.sends.subscribe()
    }

    /// Listens to the other desks, for as long as somebody takes it in.
    pub(super) fn listen(&self) -> mpsc::Receiver<Heard> {
        let (words, heard) = mpsc::channel(WORDS);
        let run = self.node.run.load(Ordering::Acquire);
        tokio::spawn(listen(self.listener.clone(), run, words));
        heard
    }
}

async fn listen(pool: PgPool, run: i64, words: mpsc::Sender<Heard>) {
    while !pool.is_closed() && !words.is_closed() {
        // An error ends this connection; what was said meanwhile is looked for.
        let _ = listen_once(&pool, run, &words).await;
        sleep(LISTEN_AGAIN).await;
    }
}

/// Listens until the connection ends, or nobody takes it in any more.
async fn listen_once(
    pool: &PgPool,
    run: i64,
    words: &mpsc::Sender<Heard>,
) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    sqlx::query(ALIVE).bind(run).execute(&mut listener).await?;
    // Nobody was listening before.
    let mut heard = Some(Heard::Much);
    while let Some(word) = heard
        && words.send(word).await.is_ok()
    {
        let next = listener.try_recv().await?;
        heard = next.map(|word| Heard::read(word.payload()));
    }
    Ok(())
}

/// That no desk uses the database, nor another command that needs it for itself.
#[derive(Debug)]
#[must_use]
pub struct Claim(Server);

impl Drop for Claim {
    fn drop(&mut self) {
        self.0.node.claimed.store(false, Ordering::Release);
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
