//! The older bot's database, on SQLite or PostgreSQL, opened read-only and read in one snapshot.
//!
//! Columns are named, never counted: their order differs between installations. Those that an
//! installation lacks are read as NULL, unless nothing can be done without them.

mod origin;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgRow};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, Row, SqliteConnection};

use self::origin::told;
pub use self::origin::{FormerError, Origin};
use super::types::{FormerMessage, FormerTable, FormerTicket, FormerUser};
use crate::store::db::Db;

/// How long a lock that the older bot holds is waited for.
const BUSY: Duration = Duration::from_secs(5);

/// How long a server may take to answer at first.
const CONNECT: Duration = Duration::from_secs(10);

/// How many orphans are looked up at most.
const MOST_ORPHANS: i64 = 10_000;

/// A table of the older bot: what must be there, and what may be.
struct Table {
    name: &'static str,
    needed: &'static [&'static str],
    numbers: &'static [&'static str],
    words: &'static [&'static str],
}

const TICKETS: Table = Table {
    name: "supportticket",
    needed: &["id", "user_id", "subject", "description", "status"],
    numbers: &["id", "user_id", "assigned_admin_id"],
    words: &[
        "subject",
        "description",
        "status",
        "priority",
        "category",
        "created_at",
        "updated_at",
        "closed_at",
    ],
};

const MESSAGES: Table = Table {
    name: "ticketmessage",
    needed: &["id", "ticket_id", "sender_type", "message_text"],
    numbers: &["id", "ticket_id", "sender_id"],
    words: &[
        "sender_type",
        "message_text",
        "message_type",
        "file_id",
        "created_at",
    ],
};

const USERS: Table = Table {
    name: "user",
    needed: &["user_id"],
    numbers: &["user_id"],
    words: &["username", "full_name", "lang", "date_registered"],
};

const SUPPORT: Table = Table {
    name: "support",
    needed: &["id", "user_id", "subject", "description", "status"],
    numbers: &["id", "user_id"],
    words: &[
        "subject",
        "description",
        "status",
        "admin_response",
        "created_at",
    ],
};

/// A value of either database, by the name of its column.
trait Columns {
    fn number(&self, column: &str) -> Result<Option<i64>, sqlx::Error>;
    fn words(&self, column: &str) -> Result<Option<String>, sqlx::Error>;
}

impl Columns for SqliteRow {
    fn number(&self, column: &str) -> Result<Option<i64>, sqlx::Error> {
        self.try_get(column)
    }

    fn words(&self, column: &str) -> Result<Option<String>, sqlx::Error> {
        // SQLite lets anything be stored as text; what is not UTF-8 is no reason to stop.
        let bytes: Option<Vec<u8>> = self.try_get_unchecked(column)?;
        Ok(bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
    }
}

impl Columns for PgRow {
    fn number(&self, column: &str) -> Result<Option<i64>, sqlx::Error> {
        self.try_get(column)
    }

    fn words(&self, column: &str) -> Result<Option<String>, sqlx::Error> {
        self.try_get(column)
    }
}

enum Link {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

/// Runs a query with numbers as its arguments, on either database.
macro_rules! fetch {
    ($link:expr, $sql:expr, [$($argument:expr),*], $read:expr) => {
        match $link {
            Link::Sqlite(link) => {
                let rows = sqlx::query(AssertSqlSafe($sql))$(.bind($argument))*.fetch_all(link).await?;
                rows.iter().map(|row| $read(row as &dyn Columns)).collect::<Result<Vec<_>, sqlx::Error>>()
            }
            Link::Postgres(link) => {
                let rows = sqlx::query(AssertSqlSafe($sql))$(.bind($argument))*.fetch_all(link).await?;
                rows.iter().map(|row| $read(row as &dyn Columns)).collect::<Result<Vec<_>, sqlx::Error>>()
            }
        }
    };
}

/// The older bot's database, in the state that it was in when it was opened.
pub struct Former {
    origin: Origin,
    link: Link,
    /// What is selected of each table that is there, by its name.
    selected: HashMap<&'static str, String>,
}

impl Former {
    /// Opens it, and makes sure that it is what it should be. `ours` is the desk's own database.
    ///
    /// # Errors
    /// [`FormerError`].
    pub async fn open(origin: Origin, ours: &Db) -> Result<Self, FormerError> {
        let link = match &origin {
            Origin::File(path) => {
                if ours.path().is_some_and(|ours| is_same(path, ours)) {
                    return Err(FormerError::Ours(origin));
                }
                match std::fs::metadata(path) {
                    Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                        return Err(FormerError::NoFile(origin));
                    }
                    Err(_) => return Err(FormerError::CannotOpen(origin)),
                    Ok(found) if !found.is_file() => return Err(FormerError::NotAFile(origin)),
                    Ok(_) => {}
                }
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .read_only(true)
                    .busy_timeout(BUSY);
                Link::Sqlite(
                    options
                        .connect()
                        .await
                        .map_err(|error| told(&origin, &error))?,
                )
            }
            Origin::Server(url) => {
                let options = PgConnectOptions::from_str(url).map_err(|_| FormerError::NotAUrl)?;
                let options = options
                    .application_name("frontdesk import")
                    .disable_statement_logging();
                let link = tokio::time::timeout(CONNECT, options.connect()).await;
                let link = link.map_err(|_| FormerError::NoServer(origin.clone()))?;
                Link::Postgres(link.map_err(|error| told(&origin, &error))?)
            }
        };
        let mut former = Self {
            origin,
            link,
            selected: HashMap::new(),
        };
        let begun = former.begin().await;
        begun.map_err(|error| told(&former.origin, &error))?;
        former.look().await?;
        Ok(former)
    }

    /// One snapshot for all that is read.
    async fn begin(&mut self) -> Result<(), sqlx::Error> {
        match &mut self.link {
            Link::Sqlite(link) => {
                sqlx::query("BEGIN").execute(&mut *link).await?;
            }
            Link::Postgres(link) => {
                sqlx::query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .execute(&mut *link)
                    .await?;
                sqlx::query("SET LOCAL datestyle TO 'ISO, YMD'")
                    .execute(&mut *link)
                    .await?;
            }
        }
        Ok(())
    }

    /// Finds the tables and their columns.
    async fn look(&mut self) -> Result<(), FormerError> {
        for table in [TICKETS, MESSAGES, USERS, SUPPORT] {
            let there = self.columns(table.name).await;
            let there = there.map_err(|error| told(&self.origin, &error))?;
            if there.is_empty() {
                continue;
            }
            if let Some(column) = table.needed.iter().find(|name| !there.contains(**name)) {
                return Err(FormerError::NoColumn {
                    origin: self.origin.clone(),
                    table: table.name,
                    column,
                });
            }
            self.selected.insert(table.name, select(&table, &there));
        }
        let no_table = |table| FormerError::NoTable {
            origin: self.origin.clone(),
            table,
        };
        let has = |table: &Table| self.selected.contains_key(table.name);
        if !has(&TICKETS) && !has(&SUPPORT) {
            let ours = self.columns("ticket_messages").await;
            return Err(match ours {
                Ok(columns) if !columns.is_empty() => FormerError::Ours(self.origin.clone()),
                _ => FormerError::NoTable {
                    origin: self.origin.clone(),
                    table: TICKETS.name,
                },
            });
        }
        if has(&TICKETS) && !has(&MESSAGES) {
            return Err(no_table(MESSAGES.name));
        }
        if !has(&USERS) {
            return Err(no_table(USERS.name));
        }
        Ok(())
    }

    async fn columns(&mut self, table: &str) -> Result<HashSet<String>, sqlx::Error> {
        // The names are those of the constants above.
        let sql = match &self.link {
            Link::Sqlite(_) => format!("SELECT name AS it FROM pragma_table_info('{table}')"),
            Link::Postgres(_) => format!(
                "SELECT CAST(column_name AS TEXT) AS it FROM information_schema.columns
                 WHERE table_name = '{table}' AND table_schema = ANY (current_schemas(false))"
            ),
        };
        let names: Vec<Option<String>> =
            fetch!(&mut self.link, sql, [], |row: &dyn Columns| row.words("it"))?;
        Ok(names.into_iter().flatten().collect())
    }

    /// How many tickets there are.
    ///
    /// # Errors
    /// [`FormerError`].
    pub async fn count(&mut self) -> Result<u64, FormerError> {
        let mut count = 0;
        for table in [TICKETS, SUPPORT] {
            if self.selected.contains_key(table.name) {
                let sql = format!("SELECT count(*) AS it FROM \"{}\"", table.name);
                count += self.numbers(sql).await?.first().copied().unwrap_or(0);
            }
        }
        Ok(u64::try_from(count).unwrap_or(0))
    }

    async fn numbers(&mut self, sql: String) -> Result<Vec<i64>, FormerError> {
        async fn read(link: &mut Link, sql: String) -> Result<Vec<Option<i64>>, sqlx::Error> {
            fetch!(link, sql, [], |row: &dyn Columns| row.number("it"))
        }
        let read = read(&mut self.link, sql).await;
        let read = read.map_err(|error| told(&self.origin, &error))?;
        Ok(read.into_iter().flatten().collect())
    }

    /// The next tickets of a table, in the order of their numbers, with their messages; empty at the
    /// end.
    ///
    /// # Errors
    /// [`FormerError`].
    pub async fn tickets(
        &mut self,
        table: FormerTable,
        after: i64,
        most: i64,
    ) -> Result<Vec<FormerTicket>, FormerError> {
        let read = match table {
            FormerTable::SupportTicket => self.support_tickets(after, most).await,
            FormerTable::Support => self.support(after, most).await,
        };
        read.map_err(|error| told(&self.origin, &error))
    }

    async fn support_tickets(
        &mut self,
        after: i64,
        most: i64,
    ) -> Result<Vec<FormerTicket>, sqlx::Error> {
        let Some(select) = self.selected.get(TICKETS.name) else {
            return Ok(Vec::new());
        };
        let sql = format!("{select} WHERE id > $1 ORDER BY id LIMIT $2");
        let mut tickets: Vec<FormerTicket> = fetch!(&mut self.link, sql, [after, most], ticket)?;
        let (Some(first), Some(last)) = (tickets.first(), tickets.last()) else {
            return Ok(tickets);
        };
        let (first, last) = (first.id, last.id);
        let Some(select) = self.selected.get(MESSAGES.name) else {
            return Ok(tickets);
        };
        let sql = format!("{select} WHERE ticket_id >= $1 AND ticket_id <= $2 ORDER BY id");
        let messages: Vec<(Option<i64>, FormerMessage)> =
            fetch!(&mut self.link, sql, [first, last], message)?;
        let mut of: HashMap<i64, Vec<FormerMessage>> = HashMap::new();
        for (ticket, message) in messages {
            of.entry(ticket.unwrap_or_default())
                .or_default()
                .push(message);
        }
        for ticket in &mut tickets {
            ticket.messages = of.remove(&ticket.id).unwrap_or_default();
        }
        Ok(tickets)
    }

    async fn support(&mut self, after: i64, most: i64) -> Result<Vec<FormerTicket>, sqlx::Error> {
        let Some(select) = self.selected.get(SUPPORT.name) else {
            return Ok(Vec::new());
        };
        let sql = format!("{select} WHERE id > $1 ORDER BY id LIMIT $2");
        fetch!(&mut self.link, sql, [after, most], support)
    }

    /// Messages whose ticket is not there, by their numbers.
    ///
    /// # Errors
    /// [`FormerError`].
    pub async fn orphans(&mut self) -> Result<Vec<i64>, FormerError> {
        if !self.selected.contains_key(MESSAGES.name) {
            return Ok(Vec::new());
        }
        let sql = format!(
            "SELECT CAST(m.id AS BIGINT) AS it FROM ticketmessage AS m
             WHERE NOT EXISTS (SELECT 1 FROM supportticket AS t WHERE t.id = m.ticket_id)
             ORDER BY m.id LIMIT {MOST_ORPHANS}"
        );
        self.numbers(sql).await
    }

    /// People by their Telegram ids; who is not known there is missing.
    ///
    /// # Errors
    /// [`FormerError`].
    pub async fn people(
        &mut self,
        wanted: &HashSet<i64>,
    ) -> Result<HashMap<i64, FormerUser>, FormerError> {
        let Some(select) = self.selected.get(USERS.name) else {
            return Ok(HashMap::new());
        };
        if wanted.is_empty() {
            return Ok(HashMap::new());
        }
        // Numbers need no quotes, and the two databases have no list of arguments in common.
        let list: Vec<String> = wanted.iter().map(i64::to_string).collect();
        let sql = format!("{select} WHERE user_id IN ({})", list.join(","));
        async fn read(link: &mut Link, sql: String) -> Result<Vec<FormerUser>, sqlx::Error> {
            fetch!(link, sql, [], user)
        }
        let people = read(&mut self.link, sql).await;
        let people = people.map_err(|error| told(&self.origin, &error))?;
        Ok(people.into_iter().map(|user| (user.id, user)).collect())
    }

    /// Closes it.
    pub async fn close(self) {
        // It was only read: there is nothing that a failure could lose.
        let _ = match self.link {
            Link::Sqlite(link) => link.close().await,
            Link::Postgres(link) => link.close().await,
        };
    }
}

/// What is read of a table. Ids are 64-bit numbers everywhere, and times are read as they stand.
fn select(table: &Table, there: &HashSet<String>) -> String {
    let numbers = table.numbers.iter().map(|column| (column, "BIGINT"));
    let words = table.words.iter().map(|column| (column, "TEXT"));
    let columns: Vec<String> = numbers
        .chain(words)
        .map(|(column, kind)| match there.contains(*column) {
            true => format!("CAST(\"{column}\" AS {kind}) AS \"{column}\""),
            false => format!("CAST(NULL AS {kind}) AS \"{column}\""),
        })
        .collect();
    format!("SELECT {} FROM \"{}\"", columns.join(", "), table.name)
}

fn ticket(row: &dyn Columns) -> Result<FormerTicket, sqlx::Error> {
    Ok(FormerTicket {
        table: FormerTable::SupportTicket,
        id: row.number("id")?.unwrap_or_default(),
        user: row.number("user_id")?,
        subject: row.words("subject")?,
        description: row.words("description")?,
        status: row.words("status")?,
        priority: row.words("priority")?,
        category: row.words("category")?,
        assignee: row.number("assigned_admin_id")?,
        created: row.words("created_at")?,
        updated: row.words("updated_at")?,
        closed: row.words("closed_at")?,
        messages: Vec::new(),
    })
}

fn message(row: &dyn Columns) -> Result<(Option<i64>, FormerMessage), sqlx::Error> {
    let message = FormerMessage {
        id: row.number("id")?.unwrap_or_default(),
        sender: row.number("sender_id")?,
        sender_type: row.words("sender_type")?,
        text: row.words("message_text")?,
        kind: row.words("message_type")?,
        file_id: row.words("file_id")?,
        created: row.words("created_at")?,
    };
    Ok((row.number("ticket_id")?, message))
}

fn user(row: &dyn Columns) -> Result<FormerUser, sqlx::Error> {
    Ok(FormerUser {
        id: row.number("user_id")?.unwrap_or_default(),
        username: row.words("username")?,
        full_name: row.words("full_name")?,
        lang: row.words("lang")?,
        registered: row.words("date_registered")?,
    })
}

/// A row of the oldest table: its answer becomes a message, by nobody that is known.
fn support(row: &dyn Columns) -> Result<FormerTicket, sqlx::Error> {
    let created = row.words("created_at")?;
    let response = row.words("admin_response")?;
    let response = response.filter(|text| !text.trim().is_empty());
    let answer = response.map(|text| FormerMessage {
        id: FormerMessage::RESPONSE,
        sender_type: Some("admin".to_owned()),
        text: Some(text),
        kind: Some("text".to_owned()),
        created: created.clone(),
        ..FormerMessage::default()
    });
    Ok(FormerTicket {
        table: FormerTable::Support,
        id: row.number("id")?.unwrap_or_default(),
        user: row.number("user_id")?,
        subject: row.words("subject")?,
        description: row.words("description")?,
        status: row.words("status")?,
        priority: None,
        category: None,
        assignee: None,
        created,
        updated: None,
        closed: None,
        messages: answer.into_iter().collect(),
    })
}

/// Whether two paths are one file.
fn is_same(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}
