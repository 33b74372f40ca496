//! The rows of an import: plain inserts, one for each.

use frontdesk_desk::content::Source;
use frontdesk_desk::ids::{ChatMessageId, PersonId, TicketId, Version};
use frontdesk_desk::ticket::{Happened, Ticket, Time, UserRecord};

use super::take::Opening;
use super::types::{ImportId, Taken, TakenMessage};
use crate::store::error::StoreError;
use crate::store::rows::{micros, to_json};
use crate::store::sql::{self, Connection};

pub(super) async fn insert_import(
    tx: &mut Connection,
    opening: &Opening,
    at: Time,
) -> Result<ImportId, StoreError> {
    let id: i64 = sql::query_scalar(
        "INSERT INTO imports (bot, source, timezone, started_at) VALUES ($1, $2, $3, $4)
         RETURNING id",
    )
    .bind(opening.bot)
    .bind(&opening.source)
    .bind(&opening.timezone)
    .bind(micros(at))
    .fetch_one(tx)
    .await?;
    Ok(ImportId(id))
}

pub(super) async fn insert_person(
    tx: &mut Connection,
    import: ImportId,
    person: &UserRecord,
) -> Result<(), StoreError> {
    sql::query(
        "INSERT INTO users (id, first_name, username, language_code, first_seen, last_seen)
         VALUES ($1, $2, $3, $4, $5, $5)",
    )
    .bind(person.id.0)
    .bind(&person.first_name)
    .bind(&person.username)
    .bind(&person.language_code)
    .bind(micros(person.first_seen))
    .execute(&mut *tx)
    .await?;
    sql::query("INSERT INTO imported_users (person_id, import_id) VALUES ($1, $2)")
        .bind(person.id.0)
        .bind(import.0)
        .execute(tx)
        .await?;
    Ok(())
}

pub(super) async fn insert_ticket(
    tx: &mut Connection,
    taken: &Taken,
    at: Time,
) -> Result<Ticket, StoreError> {
    let ticket = &taken.ticket;
    let id: i64 = sql::query_scalar(
        "INSERT INTO tickets (user_id, subject, subject_folded, description, status, priority,
                              category, assigned_admin_id, created_at, updated_at, closed_at,
                              first_answer_at, waiting_since, unread, version, former_number)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, 0, 1, $14)
         RETURNING id",
    )
    .bind(ticket.user.0)
    .bind(&ticket.subject)
    .bind(ticket.subject.to_lowercase())
    .bind(&ticket.description)
    .bind(ticket.status.as_str())
    .bind(ticket.priority.as_str())
    .bind(&ticket.category.0)
    .bind(ticket.assignee.map(|admin| admin.0))
    .bind(micros(ticket.created_at))
    .bind(micros(ticket.updated_at))
    .bind(ticket.closed_at.map(micros))
    .bind(ticket.first_answer_at.map(micros))
    .bind(ticket.waiting_since.map(micros))
    .bind(taken.key.id)
    .fetch_one(&mut *tx)
    .await?;
    sql::query(
        "INSERT INTO imported_tickets
             (former_table, former_id, former_user, former_created, ticket_id)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(taken.key.table.as_str())
    .bind(taken.key.id)
    .bind(taken.key.user.0)
    .bind(&taken.key.created)
    .bind(id)
    .execute(&mut *tx)
    .await?;
    let ticket = Ticket {
        id: TicketId(id),
        version: Version(1),
        ..ticket.clone()
    };
    let (user, opened) = (Some(ticket.user), ticket.created_at);
    insert_event(tx, &ticket, user, opened, &Happened::Opened).await?;
    let number = taken.key.id;
    insert_event(tx, &ticket, None, at, &Happened::TakenOver { number }).await?;
    Ok(ticket)
}

pub(super) async fn update_ticket(
    tx: &mut Connection,
    here: &Ticket,
    ticket: &Ticket,
) -> Result<(), StoreError> {
    write_fields(tx, ticket).await?;
    if here.status != ticket.status {
        let what = Happened::StatusChanged {
            from: here.status,
            to: ticket.status,
        };
        insert_event(tx, ticket, None, ticket.updated_at, &what).await?;
    }
    Ok(())
}

/// What an import changes of a ticket that is here.
pub(super) async fn write_fields(tx: &mut Connection, ticket: &Ticket) -> Result<(), StoreError> {
    sql::query(
        "UPDATE tickets
         SET status = $2, priority = $3, category = $4, assigned_admin_id = $5, updated_at = $6,
             closed_at = $7, first_answer_at = $8, waiting_since = $9, version = $10
         WHERE id = $1",
    )
    .bind(ticket.id.0)
    .bind(ticket.status.as_str())
    .bind(ticket.priority.as_str())
    .bind(&ticket.category.0)
    .bind(ticket.assignee.map(|admin| admin.0))
    .bind(micros(ticket.updated_at))
    .bind(ticket.closed_at.map(micros))
    .bind(ticket.first_answer_at.map(micros))
    .bind(ticket.waiting_since.map(micros))
    .bind(ticket.version.0)
    .execute(tx)
    .await?;
    Ok(())
}

pub(super) async fn insert_event(
    tx: &mut Connection,
    ticket: &Ticket,
    by: Option<PersonId>,
    at: Time,
    what: &Happened,
) -> Result<(), StoreError> {
    sql::query(
        "INSERT INTO ticket_events (ticket_id, by_id, at, version, kind, what)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(ticket.id.0)
    .bind(by.map(|by| by.0))
    .bind(micros(at))
    .bind(ticket.version.0)
    .bind(what.kind())
    .bind(to_json(what)?)
    .execute(tx)
    .await?;
    Ok(())
}

/// It stands nowhere in Telegram: it has a number of its own in the chat that is none.
pub(super) async fn insert_message(
    tx: &mut Connection,
    import: ImportId,
    ticket: TicketId,
    message: &TakenMessage,
) -> Result<(), StoreError> {
    let lowest: Option<i64> =
        sql::query_scalar("SELECT min(source_message) FROM ticket_messages WHERE source_chat = $1")
            .bind(Source::NO_CHAT.0)
            .fetch_one(&mut *tx)
            .await?;
    let source = Source {
        chat: Source::NO_CHAT,
        message: ChatMessageId(lowest.unwrap_or(0) - 1),
    };
    let content = &message.content;
    let file = content.file.as_ref();
    let id: i64 = sql::query_scalar(
        "INSERT INTO ticket_messages (ticket_id, sender_id, sender_type, note, message_text,
                                      message_type, file_id, file_unique_id, source_chat,
                                      source_message, created_at)
         VALUES ($1, $2, $3, 0, $4, $5, $6, $7, $8, $9, $10)
         RETURNING id",
    )
    .bind(ticket.0)
    .bind(message.sender.0)
    .bind(message.sender_type.as_str())
    .bind(&content.text)
    .bind(content.kind.as_str())
    .bind(file.map(|file| &file.file_id))
    .bind(file.map(|file| &file.file_unique_id))
    .bind(source.chat.0)
    .bind(source.message.0)
    .bind(micros(message.at))
    .fetch_one(&mut *tx)
    .await?;
    sql::query(
        "INSERT INTO imported_messages (ticket_id, former_id, part, message_id, import_id)
         VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(ticket.0)
    .bind(message.former)
    .bind(message.part)
    .bind(id)
    .bind(import.0)
    .execute(tx)
    .await?;
    Ok(())
}

/// What a rollback needs. Where the same import comes to a ticket twice, because it was cut off in
/// between, it goes back to before the first time.
pub(super) async fn remember_change(
    tx: &mut Connection,
    import: ImportId,
    ticket: &Ticket,
    before: Option<&Ticket>,
) -> Result<(), StoreError> {
    sql::query(
        "INSERT INTO import_changes (import_id, ticket_id, version, before)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (import_id, ticket_id) DO UPDATE SET version = excluded.version",
    )
    .bind(import.0)
    .bind(ticket.id.0)
    .bind(ticket.version.0)
    .bind(before.map(to_json).transpose()?)
    .execute(tx)
    .await?;
    Ok(())
}
