//! What is in the database: the desk's code has no say in how it is read.

use std::collections::{BTreeMap, HashMap};
use std::io;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::database::Reader;

/// A ticket.
#[derive(Deserialize)]
pub(crate) struct TicketRow {
    pub(crate) id: i64,
    pub(crate) user: i64,
    pub(crate) subject: String,
    pub(crate) status: String,
    pub(crate) version: i64,
}

/// A message of a ticket.
#[derive(Deserialize)]
pub(crate) struct MessageRow {
    pub(crate) id: i64,
    pub(crate) ticket: i64,
    #[serde(deserialize_with = "flag")]
    pub(crate) by_admin: bool,
    #[serde(deserialize_with = "flag")]
    pub(crate) note: bool,
    pub(crate) text: String,
    pub(crate) chat: i64,
    pub(crate) message: i64,
    pub(crate) album: Option<String>,
}

/// A line of the audit trail.
#[derive(Deserialize)]
pub(crate) struct EventRow {
    pub(crate) ticket: i64,
    pub(crate) version: i64,
    pub(crate) kind: String,
    #[serde(deserialize_with = "json")]
    pub(crate) what: Value,
}

/// A notice.
#[derive(Deserialize)]
pub(crate) struct NoticeRow {
    pub(crate) id: i64,
    pub(crate) chat: i64,
    pub(crate) state: String,
    pub(crate) kind: String,
    #[serde(deserialize_with = "json")]
    pub(crate) body: Value,
    pub(crate) ticket: Option<i64>,
    pub(crate) message: Option<i64>,
    #[serde(deserialize_with = "flag")]
    pub(crate) doubtful: bool,
    pub(crate) reason: Option<String>,
}

/// A conversation.
#[derive(Deserialize)]
pub(crate) struct ConversationRow {
    pub(crate) person: i64,
    #[serde(deserialize_with = "json")]
    pub(crate) state: Value,
    /// Nothing where there is none.
    #[serde(deserialize_with = "json")]
    pub(crate) screen: Value,
    pub(crate) screen_no: i64,
    pub(crate) shown_no: i64,
    pub(crate) screen_message: Option<i64>,
    #[serde(deserialize_with = "flag")]
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
    /// What SQLite says about its file; PostgreSQL says nothing.
    pub(crate) integrity: String,
}

/// What is on its way: notices that wait, are gathered or are being sent, and screens that were not
/// shown.
pub(crate) async fn unfinished(reader: &Reader) -> io::Result<(i64, i64)> {
    let rows = reader.rows(
        "(SELECT count(*) FROM notices WHERE state IN ('pending', 'sending', 'held'))
             + (SELECT count(*) FROM gatherings),
         (SELECT count(*) FROM conversations WHERE shown_no < screen_no)",
        "(SELECT 1 AS one) AS once",
    );
    Ok(rows.await?.pop().unwrap_or_default())
}

/// The notices that are being sent.
pub(crate) async fn in_flight(reader: &Reader) -> io::Result<Vec<i64>> {
    let table = reader.pick("sqlite_schema WHERE name", "pg_tables WHERE tablename");
    let known: Vec<(i64,)> = reader.rows("1", &format!("{table} = 'notices'")).await?;
    if known.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<(i64,)> = reader.rows("id", "notices WHERE state = 'sending'").await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

impl Rows {
    /// Reads everything.
    pub(crate) async fn read(reader: &Reader) -> io::Result<Self> {
        let quarantine: Vec<(i64, String)> = reader
            .rows("update_id, reason", "quarantine ORDER BY id")
            .await?;
        let marks = reader.rows(
            "count(*), coalesce(min(update_id), 0), coalesce(max(update_id), 0)",
            "handled_updates",
        );
        let integrity = reader.pick("PRAGMA integrity_check", "SELECT 'ok'");
        Ok(Self {
            tickets: reader
                .rows(
                    "id, user_id, subject, status, version",
                    "tickets ORDER BY id",
                )
                .await?,
            messages: reader
                .rows(
                    "id, ticket_id, sender_type = 'admin', note, message_text, source_chat,
                     source_message, album",
                    "ticket_messages ORDER BY id",
                )
                .await?,
            events: reader
                .rows(
                    "ticket_id, version, kind, what",
                    "ticket_events ORDER BY id",
                )
                .await?,
            notices: reader
                .rows(
                    "id, chat_id, state, kind, body, ticket_id, message_id, doubtful, reason",
                    "notices ORDER BY id",
                )
                .await?,
            conversations: reader
                .rows(
                    "person_id, state, screen, screen_no, shown_no, screen_message, reachable",
                    "conversations JOIN users ON id = person_id ORDER BY person_id",
                )
                .await?,
            standings: standings(reader).await?,
            quarantine: quarantine
                .into_iter()
                .map(|(update, reason)| format!("update {update}: {reason}"))
                .collect(),
            marks: marks.await?.pop().unwrap_or_default(),
            integrity: reader.texts(integrity).await?.join("; "),
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

async fn standings(reader: &Reader) -> io::Result<BTreeMap<i64, Vec<bool>>> {
    let events: Vec<(i64, String)> = reader
        .rows("person_id, kind", "person_events ORDER BY id")
        .await?;
    let mut standings: BTreeMap<i64, Vec<bool>> = BTreeMap::new();
    for (person, kind) in events {
        let of = standings.entry(person).or_default();
        of.push(kind == "user_banned");
    }
    Ok(standings)
}

/// A truth value, which is a number in some tables, and in what SQLite compares.
fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::Bool(flag) => Ok(flag),
        number => Ok(number == 1),
    }
}

/// What is stored as text.
fn json<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    match Option::<String>::deserialize(deserializer)? {
        Some(text) => serde_json::from_str(&text).map_err(D::Error::custom),
        None => Ok(Value::Null),
    }
}
