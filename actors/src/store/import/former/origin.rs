//! Where the older bot's database is, and why it cannot be read: in sentences without a password.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use sqlx::postgres::PgConnectOptions;

/// Where the older bot's database is. It is printed without a password.
#[derive(Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file of SQLite.
    File(PathBuf),
    /// A URL of PostgreSQL.
    Server(String),
}

impl Origin {
    /// A URL of PostgreSQL, or else a path.
    pub fn of(text: &str) -> Self {
        let server = ["postgres://", "postgresql://"];
        if server.iter().any(|scheme| text.starts_with(scheme)) {
            return Self::Server(text.to_owned());
        }
        let path = text.strip_prefix("sqlite:").unwrap_or(text);
        Self::File(path.strip_prefix("//").unwrap_or(path).into())
    }

    /// What an import remembers of it: the file's name, or host and database.
    pub fn label(&self) -> String {
        match self {
            Self::File(path) => path.file_name().unwrap_or_default().display().to_string(),
            Self::Server(_) => self.to_string(),
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Server(url) => match PgConnectOptions::from_str(url) {
                Ok(options) => {
                    let database = options.get_database().unwrap_or_default();
                    write!(f, "{}/{database}", options.get_host())
                }
                Err(_) => f.write_str("the server"),
            },
        }
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why the older bot's database cannot be read; a sentence for the operator, without a password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FormerError {
    /// There is no such file.
    #[error("there is no file {0}: see the path behind --from")]
    NoFile(Origin),
    /// It is a folder or the like.
    #[error("{0} is not a file: name the older bot's database, shop_bot.db")]
    NotAFile(Origin),
    /// It may not be opened.
    #[error(
        "{0} cannot be opened: see who may read it; of a database in a folder that cannot be \
         written make a copy first, with its -wal file"
    )]
    CannotOpen(Origin),
    /// It is something else.
    #[error("{0} is not a database of SQLite, or it is damaged")]
    NotADatabase(Origin),
    /// The older bot has it locked.
    #[error("{0} is locked by another program: stop the older bot, or make a copy of it")]
    Locked(Origin),
    /// The URL cannot be read.
    #[error("--from: that URL cannot be read; write postgres://USER@HOST/DATABASE")]
    NotAUrl,
    /// The server does not answer.
    #[error("{0} does not answer: see host and port behind --from, and whether the server runs")]
    NoServer(Origin),
    /// The server refuses.
    #[error("{0} refuses: see user, password and database behind --from")]
    Refused(Origin),
    /// A table of the older bot is not there.
    #[error("{origin} is not the older bot's database: it has no table {table}")]
    NoTable {
        /// Where.
        origin: Origin,
        /// Which.
        table: &'static str,
    },
    /// A column of the older bot is not there.
    #[error("{origin} is not the older bot's database: its table {table} has no column {column}")]
    NoColumn {
        /// Where.
        origin: Origin,
        /// In which table.
        table: &'static str,
        /// Which.
        column: &'static str,
    },
    /// It is a database of Frontdesk.
    #[error(
        "{0} is a database of Frontdesk itself: behind --from stands the older bot's, shop_bot.db"
    )]
    Ours(Origin),
    /// Reading failed in its middle.
    #[error("{0} cannot be read any further; run the same command again to go on")]
    Broken(Origin),
}

/// The sentence for what went wrong. The driver's own words can hold what people wrote.
pub(super) fn told(origin: &Origin, error: &sqlx::Error) -> FormerError {
    let origin = origin.clone();
    let code = match error {
        sqlx::Error::Database(error) => error.code().unwrap_or_default().into_owned(),
        _ => String::new(),
    };
    match &origin {
        Origin::File(_) => match code.parse::<i32>().map(|code| code & 0xff) {
            // NOTADB, CORRUPT
            Ok(26 | 11) => FormerError::NotADatabase(origin),
            // BUSY, LOCKED
            Ok(5 | 6) => FormerError::Locked(origin),
            // CANTOPEN, PERM, READONLY (a folder in which no -shm file can be made)
            Ok(14 | 3 | 8) => FormerError::CannotOpen(origin),
            _ => FormerError::Broken(origin),
        },
        Origin::Server(_) => match error {
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) => FormerError::NoServer(origin),
            // Classes 28 (authorization) and 3D (no such database), and "insufficient privilege".
            sqlx::Error::Database(_)
                if code.starts_with("28") || code.starts_with("3D") || code == "42501" =>
            {
                FormerError::Refused(origin)
            }
            _ => FormerError::Broken(origin),
        },
    }
}
