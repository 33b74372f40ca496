//! Messages of a ticket: where they came from, where they went, and what happened around them.

use std::collections::BTreeSet;

use frontdesk_desk::Facts;
use frontdesk_desk::content::Source;
use frontdesk_desk::facts::{AlbumPlace, Linked, Original, Paged};
use frontdesk_desk::ids::{AlbumId, MessageId, PersonId, TicketId, Version};
use frontdesk_desk::ticket::{TicketEvent, TicketMessage, Time};

use super::{clamp, offset, unsigned};
use crate::store::error::StoreError;
use crate::store::rows::{self, get_time};
use crate::store::sql::{self, Connection, Row};

/// How many events are told of to somebody whose button is out of date.
const MOST_SINCE: u32 = 20;

/// What a message of a chat is about: itself a ticket message, or one that is linked to a ticket.
pub(super) async fn linked(
    tx: &mut Connection,
    source: Source,
) -> Result<Option<Linked>, StoreError> {
    let row = sql::query(
        "SELECT ticket_id, id AS message, created_at AS at FROM ticket_messages
         WHERE source_chat = $1 AND source_message = $2
         UNION ALL
         SELECT ticket_id, ticket_message_id, at FROM message_links
         WHERE chat_id = $1 AND message_id = $2
         LIMIT 1",
    )
    .bind(source.chat.0)
    .bind(source.message.0)
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        Ok(Linked {
            ticket: TicketId(row.try_get("ticket_id")?),
            at: get_time(&row, "at")?,
            message: row.try_get::<Option<i64>>("message")?.map(MessageId),
        })
    })
    .transpose()
}

/// A stored message by where it was written.
pub(super) async fn by_source(
    tx: &mut Connection,
    source: Source,
) -> Result<Option<Original>, StoreError> {
    let row =
        sql::query("SELECT * FROM ticket_messages WHERE source_chat = $1 AND source_message = $2")
            .bind(source.chat.0)
            .bind(source.message.0)
            .fetch_optional(&mut *tx)
            .await?;
    original(tx, row).await
}

/// One message of a ticket.
pub(super) async fn by_id(
    tx: &mut Connection,
    ticket: TicketId,
    message: MessageId,
) -> Result<Option<Original>, StoreError> {
    let row = sql::query("SELECT * FROM ticket_messages WHERE id = $1 AND ticket_id = $2")
        .bind(message.0)
        .bind(ticket.0)
        .fetch_optional(&mut *tx)
        .await?;
    original(tx, row).await
}

async fn original(tx: &mut Connection, row: Option<Row>) -> Result<Option<Original>, StoreError> {
    let Some(row) = row else {
        return Ok(None);
    };
    let ticket = TicketId(row.try_get("ticket_id")?);
    let message = rows::message(&row)?;
    let copies: Vec<i64> = sql::query_scalar(
        "SELECT DISTINCT chat_id FROM message_links
         WHERE ticket_message_id = $1 AND part IS NOT NULL",
    )
    .bind(message.id.0)
    .fetch_all(&mut *tx)
    .await?;
    let mut recipients = passed_on(tx, ticket, message.id, message.album.as_ref()).await?;
    recipients.extend(copies.into_iter().map(PersonId));
    let siblings = match &message.album {
        Some(album) => siblings(tx, ticket, album).await?,
        None => vec![message.id],
    };
    Ok(Some(Original {
        ticket,
        message,
        recipients: recipients.into_iter().collect(),
        siblings,
    }))
}

async fn siblings(
    tx: &mut Connection,
    ticket: TicketId,
    album: &AlbumId,
) -> Result<Vec<MessageId>, StoreError> {
    let items: Vec<i64> = sql::query_scalar(
        "SELECT id FROM ticket_messages WHERE album = $1 AND ticket_id = $2 ORDER BY id",
    )
    .bind(&album.0)
    .bind(ticket.0)
    .fetch_all(tx)
    .await?;
    Ok(items.into_iter().map(MessageId).collect())
}

/// The chats that a message, or its album, is passed on to: by a notice that was not refused, or by
/// one that was forgotten since and left its link.
async fn passed_on(
    tx: &mut Connection,
    ticket: TicketId,
    message: MessageId,
    album: Option<&AlbumId>,
) -> Result<BTreeSet<PersonId>, StoreError> {
    let chats: Vec<i64> = sql::query_scalar(
        "SELECT chat_id FROM notices
         WHERE message_id = $1 AND kind IN ('relay', 'late_item') AND state <> 'failed'
         UNION
         SELECT chat_id FROM notices
         WHERE album = $2 AND ticket_id = $3 AND kind IN ('relay', 'late_item')
           AND state <> 'failed'
         UNION
         SELECT chat_id FROM message_links WHERE ticket_message_id = $1 AND part IS NOT NULL
         UNION
         SELECT l.chat_id FROM ticket_messages AS m
         JOIN message_links AS l ON l.ticket_message_id = m.id AND l.part IS NOT NULL
         WHERE m.album = $2 AND m.ticket_id = $3",
    )
    .bind(message.0)
    .bind(album.map(|album| album.0.as_str()))
    .bind(ticket.0)
    .fetch_all(tx)
    .await?;
    Ok(chats.into_iter().map(PersonId).collect())
}

/// Where the other items of a person's album went.
pub(super) async fn album(
    tx: &mut Connection,
    person: PersonId,
    album: &AlbumId,
) -> Result<Option<AlbumPlace>, StoreError> {
    let row = sql::query(
        "SELECT * FROM ticket_messages WHERE album = $1 AND source_chat = $2 ORDER BY id LIMIT 1",
    )
    .bind(&album.0)
    .bind(person.chat().0)
    .fetch_optional(&mut *tx)
    .await?;
    let Some(row) = row else {
        return Ok(None);
    };
    let ticket = TicketId(row.try_get("ticket_id")?);
    let first = rows::message(&row)?;
    let recipients = passed_on(tx, ticket, first.id, Some(album)).await?;
    Ok(Some(AlbumPlace {
        ticket,
        first,
        recipients: recipients.into_iter().collect(),
    }))
}

/// Which messages `m` of ticket `$1` are seen: `$2` is whether the staff look. Users see no notes, and
/// of an answer that was taken back before it had come nothing at all.
macro_rules! seen {
    () => {
        "m.note <= $2 AND ($2 = 1 OR m.recalled_at IS NULL OR EXISTS (
             SELECT 1 FROM message_links AS l
             WHERE l.part IN ('whole', 'content', 'album')
               AND l.chat_id = (SELECT user_id FROM tickets WHERE id = $1)
               AND l.ticket_message_id IN (
                   SELECT m.id UNION ALL
                   SELECT item.id FROM ticket_messages AS item
                   WHERE item.album = m.album AND item.ticket_id = $1)))"
    };
}

/// How many messages a ticket has, for the staff with notes; an album counts as one.
pub(super) async fn count(
    tx: &mut Connection,
    ticket: TicketId,
    notes: bool,
) -> Result<u32, StoreError> {
    let count: i64 = sql::query_scalar(concat!(
        "SELECT (SELECT count(*) FROM ticket_messages AS m WHERE ticket_id = $1 AND ",
        seen!(),
        ") - count(*) + count(DISTINCT album)
         FROM ticket_messages AS m WHERE ticket_id = $1 AND album IS NOT NULL AND ",
        seen!(),
    ))
    .bind(ticket.0)
    .bind(notes)
    .fetch_one(tx)
    .await?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// A page of a ticket's messages, oldest first. An album has one place, that of its first item, and
/// is on the page whole.
pub(super) async fn page(
    tx: &mut Connection,
    ticket: TicketId,
    notes: bool,
    page: u32,
) -> Result<Paged<TicketMessage>, StoreError> {
    let count = count(&mut *tx, ticket, notes).await?;
    let (page, pages) = clamp(page, count.into(), Facts::MESSAGES_PAGE);
    let found = sql::query(concat!(
        "WITH albums AS (
             SELECT id, min(id) OVER (PARTITION BY album) AS first FROM ticket_messages AS m
             WHERE ticket_id = $1 AND album IS NOT NULL AND ",
        seen!(),
        "),
         places AS (
             SELECT id FROM ticket_messages AS m WHERE ticket_id = $1 AND ",
        seen!(),
        " AND id NOT IN (SELECT id FROM albums WHERE id > first)
             ORDER BY id LIMIT $3 OFFSET $4)
         SELECT * FROM ticket_messages
         WHERE id IN (SELECT id FROM places
                      UNION SELECT id FROM albums WHERE first IN (SELECT id FROM places))
         ORDER BY id",
    ))
    .bind(ticket.0)
    .bind(notes)
    .bind(Facts::MESSAGES_PAGE)
    .bind(offset(page, Facts::MESSAGES_PAGE))
    .fetch_all(tx)
    .await?;
    Ok(Paged {
        rows: found.iter().map(rows::message).collect::<Result<_, _>>()?,
        page,
        pages,
    })
}

/// A page of a ticket's events, newest first, with what was decided about its user.
pub(super) async fn history(
    tx: &mut Connection,
    ticket: TicketId,
    page: u32,
) -> Result<Paged<TicketEvent>, StoreError> {
    let row = sql::query(
        "SELECT (SELECT count(*) FROM ticket_events WHERE ticket_id = $1) AS of_ticket,
                (SELECT count(*) FROM person_events
                 WHERE person_id = (SELECT user_id FROM tickets WHERE id = $1)) AS of_person",
    )
    .bind(ticket.0)
    .fetch_one(&mut *tx)
    .await?;
    let of_ticket: i64 = row.try_get("of_ticket")?;
    let of_person: i64 = row.try_get("of_person")?;
    let (page, pages) = clamp(page, unsigned(of_ticket + of_person), Facts::HISTORY_PAGE);
    // Of nearly everybody there is nothing to tell: then the index gives the order.
    let query = if of_person == 0 {
        sql::query(
            "SELECT * FROM ticket_events WHERE ticket_id = $1 ORDER BY id DESC LIMIT $2 OFFSET $3",
        )
    } else {
        sql::query(
            "SELECT by_id, at, version, what FROM (
                 SELECT by_id, at, version, what, id, 0 AS about FROM ticket_events
                 WHERE ticket_id = $1
                 UNION ALL
                 SELECT by_id, at, 0, what, id, 1 FROM person_events
                 WHERE person_id = (SELECT user_id FROM tickets WHERE id = $1)) AS events
             ORDER BY at DESC, about DESC, id DESC LIMIT $2 OFFSET $3",
        )
    };
    let found = query
        .bind(ticket.0)
        .bind(Facts::HISTORY_PAGE)
        .bind(offset(page, Facts::HISTORY_PAGE))
        .fetch_all(tx)
        .await?;
    Ok(Paged {
        rows: found.iter().map(rows::event).collect::<Result<_, _>>()?,
        page,
        pages,
    })
}

/// What happened to a ticket after a version, oldest first.
pub(super) async fn since(
    tx: &mut Connection,
    ticket: TicketId,
    version: Version,
) -> Result<Vec<TicketEvent>, StoreError> {
    let found = sql::query(
        "SELECT * FROM ticket_events WHERE ticket_id = $1 AND version > $2 ORDER BY id LIMIT $3",
    )
    .bind(ticket.0)
    .bind(version.0)
    .bind(MOST_SINCE)
    .fetch_all(tx)
    .await?;
    found.iter().map(rows::event).collect()
}

/// The latest answer of an admin other than this one.
pub(super) async fn others_answer(
    tx: &mut Connection,
    ticket: TicketId,
    person: PersonId,
) -> Result<Option<(PersonId, Time)>, StoreError> {
    let row = sql::query(
        "SELECT sender_id, created_at FROM ticket_messages
         WHERE id = (SELECT max(id) FROM ticket_messages
                     WHERE ticket_id = $1 AND sender_type = 'admin' AND note = 0
                       AND sender_id <> $2)",
    )
    .bind(ticket.0)
    .bind(person.0)
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        Ok((
            PersonId(row.try_get("sender_id")?),
            get_time(&row, "created_at")?,
        ))
    })
    .transpose()
}

/// The latest answer of this admin that was not taken back.
pub(super) async fn own_answer(
    tx: &mut Connection,
    ticket: TicketId,
    person: PersonId,
) -> Result<Option<TicketMessage>, StoreError> {
    let row = sql::query(
        "SELECT * FROM ticket_messages
         WHERE ticket_id = $1 AND sender_type = 'admin' AND note = 0 AND sender_id = $2
           AND recalled_at IS NULL
         ORDER BY id DESC LIMIT 1",
    )
    .bind(ticket.0)
    .bind(person.0)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(rows::message).transpose()
}

/// Who has answered a ticket.
pub(super) async fn answered_by(
    tx: &mut Connection,
    ticket: TicketId,
) -> Result<Vec<PersonId>, StoreError> {
    let admins: Vec<i64> = sql::query_scalar(
        "SELECT DISTINCT sender_id FROM ticket_messages
         WHERE ticket_id = $1 AND sender_type = 'admin' AND note = 0 ORDER BY sender_id",
    )
    .bind(ticket.0)
    .fetch_all(tx)
    .await?;
    Ok(admins.into_iter().map(PersonId).collect())
}
