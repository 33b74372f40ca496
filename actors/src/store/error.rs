//! What can go wrong with the database, told apart by what to do about it.

use frontdesk_desk::ids::BotId;
use sqlx::error::DatabaseError;
use sqlx::migrate::MigrateError;

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
        "the database has schema {theirs}, and this program knows schemas up to {ours}: it was \
         made by a newer version; use that one, or take the schema back with it"
    )]
    Newer {
        /// The newest schema that this program knows.
        ours: i64,
        /// The schema of the database.
        theirs: i64,
    },
    /// The schema is older than this program, and it was told not to change it.
    #[error(
        "the database has schema {theirs}, and this program needs {ours}: run `frontdesk migrate up`"
    )]
    Older {
        /// The schema that this program needs.
        ours: i64,
        /// The schema of the database; 0 is an empty one.
        theirs: i64,
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
    /// Something stored cannot be read back, or the file itself is damaged.
    #[error("the database holds something that cannot be read: {0}")]
    Corrupt(String),
    /// The write breaks a rule of the database: a fault of ours.
    #[error("the database refused a write: {0}")]
    Rule(String),
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
    #[error("the disk is full")]
    Full,
    /// The file can be read but not written.
    #[error("the file cannot be written")]
    ReadOnly,
    /// The file cannot be opened: no such folder, or no permission.
    #[error("the file cannot be opened")]
    CannotOpen,
    /// Reading or writing the disk failed, or there is no memory left.
    #[error("reading or writing the disk failed")]
    Io,
    /// All connections are busy for too long.
    #[error("all connections are busy")]
    Busy,
    /// It was closed: the program is stopping.
    #[error("it was closed")]
    Closed,
}

impl StoreError {
    /// Whether to wait and try the same again; everything else is a fault of ours or the operator's.
    pub fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }

    /// The answer once the writer or the pools are closed.
    pub(crate) const CLOSED: Self = Self::Unavailable(Trouble::Closed);
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::Database(error) => from_sqlite(error.as_ref()),
            sqlx::Error::PoolTimedOut => Self::Unavailable(Trouble::Busy),
            sqlx::Error::PoolClosed => Self::Unavailable(Trouble::Closed),
            sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => Self::Unavailable(Trouble::Io),
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
    let code: i32 = error.code().and_then(|code| code.parse().ok()).unwrap_or(0);
    match code & 0xff {
        5 | 6 => StoreError::Unavailable(Trouble::Locked),
        7 | 10 => StoreError::Unavailable(Trouble::Io),
        8 => StoreError::Unavailable(Trouble::ReadOnly),
        13 => StoreError::Unavailable(Trouble::Full),
        14 => StoreError::Unavailable(Trouble::CannotOpen),
        11 | 26 => StoreError::Corrupt(error.message().to_owned()),
        _ => StoreError::Rule(error.message().to_owned()),
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
