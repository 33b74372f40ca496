//! Rows and the values they hold: the one mapping of each table, both ways.
//!
//! Times are stored as whole microseconds since 1970, enums as their words.

use std::collections::HashMap;
use std::str::FromStr;

use chrono::DateTime;
use frontdesk_desk::content::{Content, ContentKind, Entity, File, Source};
use frontdesk_desk::ids::{AlbumId, ChatId, ChatMessageId, MessageId, PersonId, TicketId, Version};
use frontdesk_desk::screen::Brief;
use frontdesk_desk::ticket::{
    Ban, Category, Standing, Ticket, TicketEvent, TicketMessage, Time, UserRecord,
};
use serde::de::DeserializeOwned;
use serde::{Serialize, Serializer};

use super::error::StoreError;
use crate::store::sql::{self, Connection, Row};

/// A moment as it is stored.
pub(super) fn micros(time: Time) -> i64 {
    time.timestamp_micros()
}

/// A stored moment.
pub(super) fn time(micros: i64) -> Result<Time, StoreError> {
    DateTime::from_timestamp_micros(micros)
        .ok_or_else(|| StoreError::Corrupt("a time out of range".to_owned()))
}

pub(super) fn get_time(row: &Row, column: &str) -> Result<Time, StoreError> {
    time(row.try_get(column)?)
}

pub(super) fn get_time_or_none(row: &Row, column: &str) -> Result<Option<Time>, StoreError> {
    row.try_get::<Option<i64>>(column)?.map(time).transpose()
}

/// One of the desk's enums; the error names the column, not the word.
pub(super) fn get_word<T: FromStr>(row: &Row, column: &str) -> Result<T, StoreError> {
    let word: &str = row.try_get(column)?;
    word.parse().map_err(|_| unreadable(column))
}

/// One of the enums that serde alone knows by their words; see [`to_word`].
pub(super) fn get_unit<T: DeserializeOwned>(row: &Row, column: &str) -> Result<T, StoreError> {
    let word: String = row.try_get(column)?;
    serde_json::from_value(serde_json::Value::String(word)).map_err(|_| unreadable(column))
}

/// A value kept as JSON; the error names the column, not the content.
pub(super) fn get_json<T: DeserializeOwned>(row: &Row, column: &str) -> Result<T, StoreError> {
    let json: &str = row.try_get(column)?;
    serde_json::from_str(json).map_err(|_| unreadable(column))
}

/// A value as JSON.
pub(super) fn to_json<T: Serialize + ?Sized>(value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value)
        .map_err(|_| StoreError::Rule("a value cannot be written as JSON".to_owned()))
}

/// A flag in JSON: 0 or 1, as both databases store it.
pub(super) fn flag<S: Serializer>(flag: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u8(u8::from(*flag))
}

/// The word of a unit enum that serde knows but that has no `as_str` of its own.
pub(super) fn to_word<T: Serialize>(value: &T) -> Result<String, StoreError> {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => Ok(word),
        _ => Err(StoreError::Rule("an enum is not one word".to_owned())),
    }
}

fn unreadable(column: &str) -> StoreError {
    StoreError::Corrupt(format!("column {column}"))
}

/// A row of `users`.
pub(super) fn user(row: &Row) -> Result<UserRecord, StoreError> {
    let language: Option<&str> = row.try_get("language")?;
    Ok(UserRecord {
        id: PersonId(row.try_get("id")?),
        first_name: row.try_get("first_name")?,
        last_name: row.try_get("last_name")?,
        username: row.try_get("username")?,
        language_code: row.try_get("language_code")?,
        language: language
            .map(|word| word.parse().map_err(|_| unreadable("language")))
            .transpose()?,
        reachable: row.try_get("reachable")?,
        muted: row.try_get("muted")?,
        standing: Standing {
            version: Version(row.try_get("standing")?),
            ban: get_time_or_none(row, "banned_at")?
                .map(|at| {
                    Ok::<_, StoreError>(Ban {
                        by: row.try_get::<Option<i64>>("banned_by")?.map(PersonId),
                        at,
                        reason: row.try_get("ban_reason")?,
                    })
                })
                .transpose()?,
        },
        first_seen: get_time(row, "first_seen")?,
        last_seen: get_time(row, "last_seen")?,
    })
}

/// A row of `tickets`.
pub(super) fn ticket(row: &Row) -> Result<Ticket, StoreError> {
    Ok(Ticket {
        id: TicketId(row.try_get("id")?),
        user: PersonId(row.try_get("user_id")?),
        subject: row.try_get("subject")?,
        description: row.try_get("description")?,
        status: get_word(row, "status")?,
        priority: get_word(row, "priority")?,
        category: Category(row.try_get("category")?),
        assignee: row
            .try_get::<Option<i64>>("assigned_admin_id")?
            .map(PersonId),
        created_at: get_time(row, "created_at")?,
        updated_at: get_time(row, "updated_at")?,
        closed_at: get_time_or_none(row, "closed_at")?,
        first_answer_at: get_time_or_none(row, "first_answer_at")?,
        waiting_since: get_time_or_none(row, "waiting_since")?,
        unread: row.try_get("unread")?,
        former_number: row.try_get("former_number")?,
        version: Version(row.try_get("version")?),
    })
}

/// A row of `tickets` as a row of a list; `user_name` is filled in by the lists that show it.
pub(super) fn brief(row: &Row) -> Result<Brief, StoreError> {
    Ok(Brief {
        id: TicketId(row.try_get("id")?),
        subject: row.try_get("subject")?,
        status: get_word(row, "status")?,
        priority: get_word(row, "priority")?,
        unread: row.try_get("unread")?,
        waiting_since: get_time_or_none(row, "waiting_since")?,
        updated_at: get_time(row, "updated_at")?,
        user_name: None,
        banned: false,
    })
}

/// A row of `ticket_messages`.
pub(super) fn message(row: &Row) -> Result<TicketMessage, StoreError> {
    let kind: ContentKind = get_word(row, "message_type")?;
    let entities: Vec<Entity> = match row.try_get::<Option<&str>>("entities")? {
        Some(json) => serde_json::from_str(json).map_err(|_| unreadable("entities"))?,
        None => Vec::new(),
    };
    let file = match row.try_get("file_id")? {
        Some(file_id) => Some(File {
            file_id,
            file_unique_id: row
                .try_get::<Option<String>>("file_unique_id")?
                .unwrap_or_default(),
        }),
        None => None,
    };
    Ok(TicketMessage {
        id: MessageId(row.try_get("id")?),
        sender: PersonId(row.try_get("sender_id")?),
        sender_type: get_word(row, "sender_type")?,
        note: row.try_get("note")?,
        content: Content {
            kind,
            text: row.try_get("message_text")?,
            entities,
            file,
        },
        source: Source {
            chat: ChatId(row.try_get("source_chat")?),
            message: ChatMessageId(row.try_get("source_message")?),
        },
        album: row.try_get::<Option<String>>("album")?.map(AlbumId),
        created_at: get_time(row, "created_at")?,
        edited_at: get_time_or_none(row, "edited_at")?,
        recalled_at: get_time_or_none(row, "recalled_at")?,
    })
}

/// A row of `ticket_events`.
pub(super) fn event(row: &Row) -> Result<TicketEvent, StoreError> {
    Ok(TicketEvent {
        by: row.try_get::<Option<i64>>("by_id")?.map(PersonId),
        at: get_time(row, "at")?,
        version: Version(row.try_get("version")?),
        what: get_json(row, "what")?,
    })
}

/// A list of ids as JSON, for `IN (SELECT CAST(value AS BIGINT) FROM json_each($1))`.
pub(super) fn ids(ids: impl IntoIterator<Item = i64>) -> String {
    let mut json = String::from("[");
    for (place, id) in ids.into_iter().enumerate() {
        if place > 0 {
            json.push(',');
        }
        json.push_str(&id.to_string());
    }
    json.push(']');
    json
}

/// People by id; who never wrote is missing.
pub(super) async fn users(
    connection: &mut Connection,
    wanted: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, UserRecord>, StoreError> {
    let rows = sql::query(
        "SELECT * FROM users WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
    )
    .bind(ids(wanted.into_iter().map(|id| id.0)))
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| user(row).map(|user| (user.id, user)))
        .collect()
}

/// Tickets by id.
pub(super) async fn tickets(
    connection: &mut Connection,
    wanted: impl IntoIterator<Item = TicketId>,
) -> Result<HashMap<TicketId, Ticket>, StoreError> {
    let rows = sql::query(
        "SELECT * FROM tickets WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
    )
    .bind(ids(wanted.into_iter().map(|id| id.0)))
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|row| ticket(row).map(|ticket| (ticket.id, ticket)))
        .collect()
}
