//! What is in the database file, read by SQL of our own: the desk's code has no say here.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Row};
use serde_json::Value;

/// A ticket.
pub(crate) struct TicketRow {
    pub(crate) id: i64,
    pub(crate) user: i64,
    pub(crate) subject: String,
    pub(crate) status: String,
    pub(crate) version: i64,
}

/// A message of a ticket.
pub(crate) struct MessageRow {
    pub(crate) id: i64,
    pub(crate) ticket: i64,
    pub(crate) by_admin: bool,
    pub(crate) note: bool,
    pub(crate) text: String,
    pub(crate) chat: i64,
    pub(crate) message: i64,
    pub(crate) album: Option<String>,
}

/// A line of the audit trail.
pub(crate) struct EventRow {
    pub(crate) ticket: i64,
    pub(crate) version: i64,
    pub(crate) kind: String,
    pub(crate) what: Value,
}

/// A notice.
pub(crate) struct NoticeRow {
    pub(crate) id: i64,
    pub(crate) chat: i64,
    pub(crate) state: String,
    pub(crate) kind: String,
    pub(crate) body: Value,
    pub(crate) ticket: Option<i64>,
    pub(crate) message: Option<i64>,
    pub(crate) doubtful: bool,
    pub(crate) reason: Option<String>,
}

/// A conversation.
pub(crate) struct ConversationRow {
    pub(crate) person: i64,
    pub(crate) state: Value,
    pub(crate) screen: Option<Value>,
    pub(crate) screen_no: i64,
    pub(crate) shown_no: i64,
    pub(crate) screen_message: Option<i64>,
    pub(crate) reachable: bool,
}

/// Everything that a campaign looks at.
pub(crate) struct Rows {
    pub(crate) tickets: Vec<TicketRow>,
    pub(crate) messages: Vec<MessageRow>,
    pub(crate) events: Vec<EventRow>,
    pub(crate) notices: Vec<NoticeRow>,
    pub(crate) conversations: Vec<ConversationRow>,
    /// Of each person, in order: whether they were banned, or a ban was lifted.
    pub(crate) standings: BTreeMap<i64, Vec<bool>>,
    pub(crate) quarantine: Vec<String>,
    /// The marks of updates: how many, the least, the greatest.
    pub(crate) marks: (i64, i64, i64),
    /// What SQLite says about the file.
    pub(crate) integrity: String,
}

type Result<T> = std::result::Result<T, rusqlite::Error>;

/// Opens a file that nobody writes, or that another process is writing.
fn open(file: &Path, copy: bool) -> Result<Connection> {
    let flags = match copy {
        true => OpenFlags::SQLITE_OPEN_READ_WRITE,
        false => OpenFlags::SQLITE_OPEN_READ_ONLY,
    };
    let connection = Connection::open_with_flags(file, flags)?;
    connection.busy_timeout(Duration::from_secs(10))?;
    Ok(connection)
}

/// What is on its way: notices that wait, are gathered or are being sent, and screens that were not shown. The
/// desk may be running.
pub(crate) fn unfinished(file: &Path) -> Result<(i64, i64)> {
    let connection = open(file, false)?;
    connection.query_row(
        "SELECT (SELECT count(*) FROM notices WHERE state IN ('pending', 'sending', 'held'))
                + (SELECT count(*) FROM gatherings),
                (SELECT count(*) FROM conversations WHERE shown_no < screen_no)",
        [],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )
}

/// The notices that were being sent when the desk ended. `file` is a copy.
pub(crate) fn in_flight(file: &Path) -> Result<Vec<i64>> {
    let connection = open(file, true)?;
    let known: i64 = connection.query_row(
        "SELECT count(*) FROM sqlite_schema WHERE name = 'notices'",
        [],
        |row| row.get(0),
    )?;
    if known == 0 {
        return Ok(Vec::new());
    }
    all(
        &connection,
        "SELECT id FROM notices WHERE state = 'sending'",
        |row| row.get(0),
    )
}

impl Rows {
    /// Reads everything. `file` is a copy.
    pub(crate) fn read(file: &Path) -> Result<Self> {
        let connection = open(file, true)?;
        let connection = &connection;
        Ok(Self {
            tickets: all(
                connection,
                "SELECT id, user_id, subject, status, version FROM tickets ORDER BY id",
                |row| {
                    Ok(TicketRow {
                        id: row.get(0)?,
                        user: row.get(1)?,
                        subject: row.get(2)?,
                        status: row.get(3)?,
                        version: row.get(4)?,
                    })
                },
            )?,
            messages: all(
                connection,
                "SELECT id, ticket_id, sender_type = 'admin', note, message_text, source_chat,
                        source_message, album
                 FROM ticket_messages ORDER BY id",
                |row| {
                    Ok(MessageRow {
                        id: row.get(0)?,
                        ticket: row.get(1)?,
                        by_admin: row.get(2)?,
                        note: row.get(3)?,
                        text: row.get(4)?,
                        chat: row.get(5)?,
                        message: row.get(6)?,
                        album: row.get(7)?,
                    })
                },
            )?,
            events: all(
                connection,
                "SELECT ticket_id, version, kind, what FROM ticket_events ORDER BY id",
                |row| {
                    Ok(EventRow {
                        ticket: row.get(0)?,
                        version: row.get(1)?,
                        kind: row.get(2)?,
                        what: json(row.get(3)?),
                    })
                },
            )?,
            notices: all(
                connection,
                "SELECT id, chat_id, state, kind, body, ticket_id, message_id, doubtful, reason
                 FROM notices ORDER BY id",
                |row| {
                    Ok(NoticeRow {
                        id: row.get(0)?,
                        chat: row.get(1)?,
                        state: row.get(2)?,
                        kind: row.get(3)?,
                        body: json(row.get(4)?),
                        ticket: row.get(5)?,
                        message: row.get(6)?,
                        doubtful: row.get(7)?,
                        reason: row.get(8)?,
                    })
                },
            )?,
            conversations: all(
                connection,
                "SELECT person_id, state, screen, screen_no, shown_no, screen_message, reachable
                 FROM conversations JOIN users ON id = person_id ORDER BY person_id",
                |row| {
                    Ok(ConversationRow {
                        person: row.get(0)?,
                        state: json(row.get(1)?),
                        screen: row.get::<_, Option<String>>(2)?.map(json),
                        screen_no: row.get(3)?,
                        shown_no: row.get(4)?,
                        screen_message: row.get(5)?,
                        reachable: row.get(6)?,
                    })
                },
            )?,
            standings: standings(connection)?,
            quarantine: all(
                connection,
                "SELECT update_id, reason FROM quarantine ORDER BY id",
                |row| {
                    let (update, reason): (i64, String) = (row.get(0)?, row.get(1)?);
                    Ok(format!("update {update}: {reason}"))
                },
            )?,
            marks: connection.query_row(
                "SELECT count(*), coalesce(min(update_id), 0), coalesce(max(update_id), 0)
                 FROM handled_updates",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )?,
            integrity: connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?,
        })
    }

    /// The messages by where they were written.
    pub(crate) fn by_source(&self) -> HashMap<(i64, i64), &MessageRow> {
        let keyed = |row| -> ((i64, i64), &MessageRow) {
            let row: &MessageRow = row;
            ((row.chat, row.message), row)
        };
        self.messages.iter().map(keyed).collect()
    }
}

fn standings(connection: &Connection) -> Result<BTreeMap<i64, Vec<bool>>> {
    let events = all(
        connection,
        "SELECT person_id, kind = 'user_banned' FROM person_events ORDER BY id",
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let mut standings: BTreeMap<i64, Vec<bool>> = BTreeMap::new();
    for (person, banned) in events {
        standings.entry(person).or_default().push(banned);
    }
    Ok(standings)
}

fn all<T>(
    connection: &Connection,
    sql: &str,
    row: impl FnMut(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    connection.prepare(sql)?.query_map([], row)?.collect()
}

fn json(text: String) -> Value {
    serde_json::from_str(&text).unwrap_or(Value::Null)
}
