//! The list of imports, and undoing one of them.

use std::collections::HashSet;

use frontdesk_desk::conversation::Conversation;
use frontdesk_desk::ids::{TicketId, Version};
use frontdesk_desk::ticket::{Ticket, Time};

use super::types::{Import, ImportId};
use super::write::write_fields;
use crate::store::db::Db;
use crate::store::error::StoreError;
use crate::store::rows::{get_json, get_time, get_time_or_none, ids, micros};
use crate::store::sql::{self, Connection};

/// What undoing an import came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RolledBack {
    /// How many tickets went.
    pub tickets: u64,
    /// How many tickets are again as they were before.
    pub restored: u64,
    /// How many messages went.
    pub messages: u64,
    /// How many people went.
    pub people: u64,
    /// What stays as it is.
    pub left: Vec<Left>,
}

/// A ticket that a rollback leaves as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    /// Which.
    pub ticket: TicketId,
    /// Why.
    pub because: LeftBecause,
}

/// Why a rollback leaves a ticket as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LeftBecause {
    /// People have worked on it since.
    WorkedOn,
    /// A later import has added to it, and has to be undone first.
    LaterImport,
    /// Somebody has begun to write to it.
    WrittenTo,
    /// Something about it is on its way to somebody.
    OnItsWay,
}

/// All imports, oldest first.
///
/// # Errors
/// As the read failed.
pub async fn list(db: &Db) -> Result<Vec<Import>, StoreError> {
    let mut tx = db.read().await?;
    let rows = sql::query(
        "SELECT i.*,
                (SELECT count(*) FROM import_changes AS c
                 WHERE c.import_id = i.id AND c.before IS NULL) AS tickets,
                (SELECT count(*) FROM imported_messages AS m WHERE m.import_id = i.id) AS messages,
                (SELECT count(*) FROM imported_users AS u WHERE u.import_id = i.id) AS people
         FROM imports AS i ORDER BY i.id",
    )
    .fetch_all(&mut tx)
    .await?;
    rows.iter()
        .map(|row| {
            let count = |column: &str| -> Result<u64, StoreError> {
                let count: i64 = row.try_get(column)?;
                Ok(u64::try_from(count).unwrap_or(0))
            };
            Ok(Import {
                id: ImportId(row.try_get("id")?),
                bot: row.try_get("bot")?,
                source: row.try_get("source")?,
                timezone: row.try_get("timezone")?,
                started: get_time(row, "started_at")?,
                ended: get_time_or_none(row, "ended_at")?,
                rolled_back: get_time_or_none(row, "rolled_back_at")?,
                tickets: count("tickets")?,
                messages: count("messages")?,
                people: count("people")?,
            })
        })
        .collect()
}

/// Undoes an import, in one transaction. What people have worked on since is left as it is. No desk
/// may be running: it could be deciding on a ticket that goes.
///
/// # Errors
/// As the write failed; then nothing was undone.
pub async fn rollback(db: &Db, import: ImportId, at: Time) -> Result<RolledBack, StoreError> {
    let mut tx = db.write().await?;
    let changes = sql::query(
        "SELECT c.ticket_id, c.version, c.before, t.version AS now,
                EXISTS (SELECT 1 FROM import_changes AS later
                        WHERE later.ticket_id = c.ticket_id AND later.import_id > c.import_id)
                    AS later
         FROM import_changes AS c JOIN tickets AS t ON t.id = c.ticket_id
         WHERE c.import_id = $1 ORDER BY c.ticket_id",
    )
    .bind(import.0)
    .fetch_all(&mut tx)
    .await?;
    let written_to = written_to(&mut tx).await?;
    let mut done = RolledBack::default();
    for row in &changes {
        let ticket = TicketId(row.try_get("ticket_id")?);
        let (left_at, now): (i64, i64) = (row.try_get("version")?, row.try_get("now")?);
        let because = if row.try_get("later")? {
            Some(LeftBecause::LaterImport)
        } else if left_at != now {
            Some(LeftBecause::WorkedOn)
        } else if written_to.contains(&ticket) {
            Some(LeftBecause::WrittenTo)
        } else if is_on_its_way(&mut tx, import, ticket).await? {
            Some(LeftBecause::OnItsWay)
        } else {
            None
        };
        if let Some(because) = because {
            done.left.push(Left { ticket, because });
            continue;
        }
        forget_change(&mut tx, import, ticket).await?;
        done.messages += forget_messages(&mut tx, import, ticket).await?;
        match row.try_get::<Option<&str>>("before")? {
            None => {
                forget_ticket(&mut tx, ticket).await?;
                done.tickets += 1;
            }
            Some(_) => {
                let before: Ticket = get_json(row, "before")?;
                forget_events(&mut tx, ticket, before.version).await?;
                write_fields(&mut tx, &before).await?;
                done.restored += 1;
            }
        }
    }
    done.people = forget_people(&mut tx, import).await?;
    if done.left.is_empty() {
        sql::query("UPDATE imports SET rolled_back_at = $2 WHERE id = $1")
            .bind(import.0)
            .bind(micros(at))
            .execute(&mut tx)
            .await?;
    }
    tx.commit().await?;
    Ok(done)
}

/// The tickets that people have begun to write to: their words would have no place.
async fn written_to(tx: &mut Connection) -> Result<HashSet<TicketId>, StoreError> {
    // Most people have begun nothing.
    let begun = sql::query("SELECT state FROM conversations WHERE state LIKE '%ticket%'")
        .fetch_all(tx)
        .await?;
    let mut tickets = HashSet::new();
    for row in &begun {
        let state: Conversation = get_json(row, "state")?;
        tickets.extend(state.writing_to());
    }
    Ok(tickets)
}

/// Whether a notice is not over that is about something that goes: taking it out would break its
/// line.
async fn is_on_its_way(
    tx: &mut Connection,
    import: ImportId,
    ticket: TicketId,
) -> Result<bool, StoreError> {
    sql::query_scalar(
        "SELECT EXISTS (
                    SELECT 1 FROM imported_messages AS i
                    JOIN notices AS n ON n.message_id = i.message_id
                    WHERE i.import_id = $1 AND i.ticket_id = $2
                      AND n.state NOT IN ('sent', 'failed'))
             OR EXISTS (
                    SELECT 1 FROM import_changes AS c
                    JOIN notices AS n ON n.ticket_id = c.ticket_id
                    WHERE c.import_id = $1 AND c.ticket_id = $2 AND c.before IS NULL
                      AND n.state NOT IN ('sent', 'failed'))
             OR EXISTS (
                    SELECT 1 FROM import_changes AS c
                    JOIN gatherings AS g ON g.ticket_id = c.ticket_id
                    WHERE c.import_id = $1 AND c.ticket_id = $2)",
    )
    .bind(import.0)
    .bind(ticket.0)
    .fetch_one(tx)
    .await
}

async fn forget_change(
    tx: &mut Connection,
    import: ImportId,
    ticket: TicketId,
) -> Result<(), StoreError> {
    sql::query("DELETE FROM import_changes WHERE import_id = $1 AND ticket_id = $2")
        .bind(import.0)
        .bind(ticket.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// The messages of the import, with what was shown of them; answers how many.
async fn forget_messages(
    tx: &mut Connection,
    import: ImportId,
    ticket: TicketId,
) -> Result<u64, StoreError> {
    let messages: Vec<i64> = sql::query_scalar(
        "DELETE FROM imported_messages WHERE import_id = $1 AND ticket_id = $2
         RETURNING message_id",
    )
    .bind(import.0)
    .bind(ticket.0)
    .fetch_all(&mut *tx)
    .await?;
    let all = ids(messages.iter().copied());
    for statement in [
        "DELETE FROM message_links
         WHERE ticket_message_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
        "DELETE FROM notices WHERE message_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
        "DELETE FROM ticket_messages WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
    ] {
        sql::query(statement).bind(&all).execute(&mut *tx).await?;
    }
    Ok(u64::try_from(messages.len()).unwrap_or(0))
}

/// A ticket that the import made, and all that refers to it.
async fn forget_ticket(tx: &mut Connection, ticket: TicketId) -> Result<(), StoreError> {
    for statement in [
        "UPDATE conversations SET screen_ticket = NULL WHERE screen_ticket = $1",
        "DELETE FROM message_links WHERE ticket_id = $1",
        "DELETE FROM notices WHERE ticket_id = $1",
        "DELETE FROM ticket_events WHERE ticket_id = $1",
        "DELETE FROM imported_tickets WHERE ticket_id = $1",
        "DELETE FROM tickets WHERE id = $1",
    ] {
        sql::query(statement)
            .bind(ticket.0)
            .execute(&mut *tx)
            .await?;
    }
    Ok(())
}

/// What the import wrote into the audit trail of a ticket that was there before.
async fn forget_events(
    tx: &mut Connection,
    ticket: TicketId,
    before: Version,
) -> Result<(), StoreError> {
    sql::query("DELETE FROM ticket_events WHERE ticket_id = $1 AND version > $2")
        .bind(ticket.0)
        .bind(before.0)
        .execute(tx)
        .await?;
    Ok(())
}

/// Those who became known by the import and have done nothing here since; answers how many.
async fn forget_people(tx: &mut Connection, import: ImportId) -> Result<u64, StoreError> {
    let idle: Vec<i64> = sql::query_scalar(
        "SELECT i.person_id FROM imported_users AS i JOIN users AS u ON u.id = i.person_id
         WHERE i.import_id = $1 AND u.standing = 0
           AND u.id NOT IN (SELECT person_id FROM conversations)
           AND u.id NOT IN (SELECT user_id FROM tickets)
           AND u.id NOT IN (SELECT sender_id FROM ticket_messages)
           AND u.id NOT IN (SELECT by_id FROM ticket_events WHERE by_id IS NOT NULL)
           AND u.id NOT IN (SELECT person_id FROM person_events)",
    )
    .bind(import.0)
    .fetch_all(&mut *tx)
    .await?;
    let all = ids(idle.iter().copied());
    for statement in [
        "DELETE FROM imported_users WHERE person_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
        "DELETE FROM users WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
    ] {
        sql::query(statement).bind(&all).execute(&mut *tx).await?;
    }
    // Those who stay have become the desk's own.
    sql::query(
        "DELETE FROM imported_users WHERE import_id = $1 AND person_id IN (
             SELECT person_id FROM conversations)",
    )
    .bind(import.0)
    .execute(tx)
    .await?;
    Ok(u64::try_from(idle.len()).unwrap_or(0))
}
