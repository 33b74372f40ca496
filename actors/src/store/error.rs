//! What can go wrong with the database, told apart by what to do about it.

use std::io::ErrorKind;

use frontdesk_desk::ids::BotId;
use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;
use sqlx::postgres::PgDatabaseError;

/// A failed read or write. No text of it ever holds what people wrote, nor a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be used just now: wait, and do the same again. Nothing was written
    /// that the answer would have told of, or (after a cut in the middle of a commit) all of it
    /// was, and a repeat finds it.
    #[error("the database cannot be used now: {0}")]
    Unavailable(Trouble),
    /// The file was written by a newer version of this program.
    #[error(
        "the database has migration {theirs}, which this program does not know (its newest is {ours}): \
         it was made by a newer version; use that one, or take the schema back with it"
    )]
    Newer {
        /// The newest schema that this program knows.
        ours: i64,
        /// The first migration of the database that it does not know.
        theirs: i64,
    },
    /// The schema is older than this program, and it was told not to change it.
    #[error(
        "the database is without migration {missing}, which this program needs: run `frontdesk \
         migrate up`"
    )]
    Older {
        /// The first one that is missing.
        missing: i64,
    },
    /// The database belongs to another bot: its files, chats and updates mean nothing to this one.
    #[error(
        "the database belongs to bot {theirs}, and the token is of bot {ours}: use that bot's \
         token, or another database"
    )]
    OtherBot {
        /// The bot of the token.
        ours: BotId,
        /// The bot of the database.
        theirs: BotId,
    },
    /// The file itself is damaged, or is no database: nothing mends that while the program runs,
    /// and going on would lose what is written.
    #[error(
        "the database file is damaged ({0}): stop the desk, keep the file with its -wal and -shm \
         files, and restore the newest backup in its place; without a backup, \
         `sqlite3 FILE .recover` saves what can be read"
    )]
    Damaged(String),
    /// Something stored cannot be read back: one row, not the file.
    #[error("the database holds something that cannot be read: {0}")]
    Corrupt(String),
    /// The write breaks a rule of the database: a fault of ours.
    #[error("the database refused a write: {0}")]
    Rule(String),
    /// Another desk has the database, or a command that needs it for itself.
    #[error(
        "another desk is running with this database, or a command that needs it for itself: stop that \
         one first, or give this one a database and a bot of its own; with a file, a second desk can \
         also stand by (database.standby)"
    )]
    InUse,
    /// Another desk is the one that sends now.
    #[error("another desk sends now")]
    Superseded,
    /// What the operator asked for is refused, in words for the operator.
    #[error("{0}")]
    Refused(String),
}

/// Why the database cannot be used just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// Another program holds its lock.
    #[error("another program has it locked")]
    Locked,
    /// The disk is full.
    #[error("the disk is full: make room on it")]
    Full,
    /// The file can be read but not written.
    #[error("the file, or its folder, cannot be written: see who may write them")]
    ReadOnly,
    /// The file cannot be opened: no such folder, or no permission.
    #[error("the file cannot be opened: its folder has to exist, and both have to be writable")]
    CannotOpen,
    /// The file that was opened is no longer where it was: what is written to it now would be gone
    /// with this program.
    #[error(
        "the file was moved, deleted or replaced while it was open: move it back, or stop the desk, \
         put a backup there and start again"
    )]
    Moved,
    /// Reading or writing the disk failed, or there is no memory left.
    #[error("reading or writing the disk failed: see whether it is full or broken")]
    Io,
    /// The server cannot be reached, or ended the connection.
    #[error("the server cannot be reached: see whether it runs, and host and port of database.url")]
    Away,
    /// The server cannot be reached by TLS.
    #[error(
        "TLS to the server failed: see its certificate, and sslmode and sslrootcert in database.url"
    )]
    Tls,
    /// The server lets nobody in by this name and password.
    #[error("the server refuses the user or the password of database.url")]
    Denied,
    /// The server has no such database, or the user may not use it.
    #[error("the server has no such database, or its user may not write to it")]
    NoDatabase,
    /// All connections are busy for too long.
    #[error("all connections are busy")]
    Busy,
    /// It was closed: the program is stopping.
    #[error("it was closed")]
    Closed,
}

impl StoreError {
    /// Whether no work can be blamed for it: what was to be done waits, and is done again once the
    /// database is well. Everything else is a fault of ours or the operator's.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Damaged(_))
    }

    /// Whether waiting is of no use: the program has to end, and somebody has to mend the file.
    pub fn is_final(&self) -> bool {
        matches!(self, Self::Damaged(_))
    }

    /// The answer once the writer or the pools are closed.
    pub(crate) const CLOSED: Self = Self::Unavailable(Trouble::Closed);
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => match error.try_downcast_ref::<PgDatabaseError>() {
                Some(error) => of_state(error.code(), error.message()),
                None => from_sqlite(error.as_ref()),
            },
            sqlx::Error::PoolTimedOut => Self::Unavailable(Trouble::Busy),
            sqlx::Error::PoolClosed => Self::Unavailable(Trouble::Closed),
            // What the handshake found wrong with a certificate.
            sqlx::Error::Io(error) if error.kind() == ErrorKind::InvalidData => {
                Self::Unavailable(Trouble::Tls)
            }
            // A file's errors all come from SQLite itself: this is the way to a server.
            sqlx::Error::Io(_) | sqlx::Error::Protocol(_) => Self::Unavailable(Trouble::Away),
            sqlx::Error::Tls(_) => Self::Unavailable(Trouble::Tls),
            sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed
            | sqlx::Error::InvalidSavePointStatement => Self::Unavailable(Trouble::Io),
            sqlx::Error::ColumnDecode { index, .. } => Self::Corrupt(format!("column {index}")),
            sqlx::Error::ColumnNotFound(column) => Self::Corrupt(format!("no column {column}")),
            sqlx::Error::RowNotFound => Self::Corrupt("a row is missing".to_owned()),
            // The texts of the others can quote values.
            _ => Self::Rule("the query failed in the database driver".to_owned()),
        }
    }
}

/// Tells SQLite's errors apart by their primary result code. Its messages name tables, columns
/// and constraints, never values.
fn from_sqlite(error: &dyn DatabaseError) -> StoreError {
    let code = error.code().and_then(|code| code.parse().ok()).unwrap_or(0);
    of_code(code, error.message())
}

/// By the result code, primary or extended, as <https://sqlite.org/rescode.html> lists them. The
/// primary one is the lowest byte.
fn of_code(code: i32, message: &str) -> StoreError {
    let away = |trouble| StoreError::Unavailable(trouble);
    match (code, code & 0xff) {
        // READONLY_DBMOVED, IOERR_VNODE: the file went away under us.
        (1032 | 6922, _) => away(Trouble::Moved),
        // BUSY, LOCKED, PROTOCOL (locks that are fought for too long).
        (_, 5 | 6 | 15) => away(Trouble::Locked),
        // NOMEM, INTERRUPT, IOERR, NOLFS (the file grew too large for the system).
        (_, 7 | 9 | 10 | 22) => away(Trouble::Io),
        // PERM, READONLY.
        (_, 3 | 8) => away(Trouble::ReadOnly),
        (_, 13) => away(Trouble::Full),
        (_, 14) => away(Trouble::CannotOpen),
        // CORRUPT, NOTADB.
        (_, 11 | 26) => StoreError::Damaged(message.to_owned()),
        _ => StoreError::Rule(message.to_owned()),
    }
}

/// By SQLSTATE, as <https://www.postgresql.org/docs/15/errcodes-appendix.html> lists them: its first
/// two letters are the class. Only the messages of broken constraints and of damage are kept: they
/// name what is ours, and others can quote what people wrote.
fn of_state(state: &str, message: &str) -> StoreError {
    let away = |trouble| StoreError::Unavailable(trouble);
    let class = state.get(..2).unwrap_or_default();
    match (class, state) {
        // connection exceptions; the server is shut down, starts, or ended the session; a standby
        // that does not take writes (a failover on its way).
        ("08", _) | (_, "57P01" | "57P02" | "57P03" | "57P05" | "25006" | "25P03") => {
            away(Trouble::Away)
        }
        // lock_not_available, query_canceled; serialization failures and deadlocks.
        (_, "55P03" | "57014") | ("40", _) => away(Trouble::Locked),
        // too_many_connections.
        (_, "53300") => away(Trouble::Busy),
        // disk_full.
        (_, "53100") => away(Trouble::Full),
        // invalid authorization: the user, the password, pg_hba.conf.
        ("28", _) => away(Trouble::Denied),
        // invalid_catalog_name, insufficient_privilege.
        ("3D", _) | (_, "42501") => away(Trouble::NoDatabase),
        // insufficient resources, system errors, configuration file errors.
        ("53" | "58" | "F0", _) => away(Trouble::Io),
        // internal errors: data_corrupted, index_corrupted.
        (_, "XX001" | "XX002") => StoreError::Damaged(message.to_owned()),
        ("23", _) => StoreError::Rule(message.to_owned()),
        _ => StoreError::Rule(format!("SQLSTATE {state}")),
    }
}

impl From<MigrateError> for StoreError {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
            MigrateError::VersionMismatch(version) => Self::Refused(format!(
                "migration {version} is not the one that was applied to this database"
            )),
            MigrateError::Dirty(version) => Self::Refused(format!(
                "migration {version} was applied in part only; restore the copy made before it"
            )),
            error => Self::Refused(format!("the schema cannot be changed: {error}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_code_of_sqlite_is_told_apart_by_what_to_do() {
        use Trouble::{CannotOpen, Full, Io, Locked, Moved, ReadOnly};
        let away: &[(i32, Trouble)] = &[
            (5, Locked),               // BUSY
            (5 | 1 << 8, Locked),      // BUSY_RECOVERY
            (5 | 2 << 8, Locked),      // BUSY_SNAPSHOT
            (6, Locked),               // LOCKED
            (15, Locked),              // PROTOCOL
            (7, Io),                   // NOMEM
            (9, Io),                   // INTERRUPT
            (10, Io),                  // IOERR
            (10 | 3 << 8, Io),         // IOERR_WRITE
            (10 | 4 << 8, Io),         // IOERR_FSYNC
            (10 | 27 << 8, Moved),     // IOERR_VNODE
            (3, ReadOnly),             // PERM
            (8, ReadOnly),             // READONLY
            (8 | 4 << 8, Moved),       // READONLY_DBMOVED
            (8 | 6 << 8, ReadOnly),    // READONLY_DIRECTORY
            (13, Full),                // FULL
            (14, CannotOpen),          // CANTOPEN
            (14 | 2 << 8, CannotOpen), // CANTOPEN_ISDIR
        ];
        for (code, trouble) in away {
            let error = of_code(*code, "words");
            assert_eq!(error, StoreError::Unavailable(*trouble), "{code}");
            assert!(error.is_unavailable() && !error.is_final(), "{code}");
        }
        for code in [11, 11 | 2 << 8, 26] {
            let error = of_code(code, "words");
            assert_eq!(error, StoreError::Damaged("words".to_owned()), "{code}");
            assert!(error.is_unavailable() && error.is_final(), "{code}");
        }
        // ERROR, CONSTRAINT, MISMATCH, TOOBIG, RANGE: what we asked for is at fault.
        for code in [0, 1, 18, 19, 19 | 8 << 8, 20, 25] {
            let error = of_code(code, "words");
            assert_eq!(error, StoreError::Rule("words".to_owned()), "{code}");
            assert!(!error.is_unavailable() && !error.is_final(), "{code}");
        }
    }
    #[test]
    fn each_state_of_postgresql_is_told_apart_by_what_to_do() {
        use Trouble::{Away, Busy, Denied, Full, Io, Locked, NoDatabase};
        let away: &[(&str, Trouble)] = &[
            ("08006", Away),       // connection_failure
            ("08P01", Away),       // protocol_violation
            ("57P01", Away),       // admin_shutdown
            ("57P02", Away),       // crash_shutdown
            ("57P03", Away),       // cannot_connect_now
            ("57P05", Away),       // idle_session_timeout
            ("25P03", Away),       // idle_in_transaction_session_timeout
            ("25006", Away),       // read_only_sql_transaction
            ("55P03", Locked),     // lock_not_available
            ("57014", Locked),     // query_canceled
            ("40001", Locked),     // serialization_failure
            ("40P01", Locked),     // deadlock_detected
            ("53300", Busy),       // too_many_connections
            ("53100", Full),       // disk_full
            ("53200", Io),         // out_of_memory
            ("58030", Io),         // io_error
            ("28P01", Denied),     // invalid_password
            ("28000", Denied),     // invalid_authorization_specification
            ("3D000", NoDatabase), // invalid_catalog_name
            ("42501", NoDatabase), // insufficient_privilege
        ];
        for (state, trouble) in away {
            let error = of_state(state, "words");
            assert_eq!(error, StoreError::Unavailable(*trouble), "{state}");
            assert!(error.is_unavailable() && !error.is_final(), "{state}");
        }
        for state in ["XX001", "XX002"] {
            assert!(of_state(state, "words").is_final(), "{state}");
        }
        // unique_violation; undefined_table, character_not_in_repertoire, an empty one.
        let constraint = of_state("23505", "words");
        assert_eq!(constraint, StoreError::Rule("words".to_owned()));
        for state in ["42P01", "22021", ""] {
            let error = of_state(state, "words");
            assert_eq!(error, StoreError::Rule(format!("SQLSTATE {state}")));
        }
    }
}
