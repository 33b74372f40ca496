//! How far answers have come on their way to their users.

use std::collections::BTreeMap;

use frontdesk_desk::content::Source;
use frontdesk_desk::delivery::{Delivery, Leg, Refusal};
use frontdesk_desk::ids::{MessageId, NoticeId, TicketId};
use frontdesk_desk::notice::Body;

use crate::store::error::StoreError;
use crate::store::rows::{get_json, get_word, ids};
use crate::store::sql::{self, Connection, Row};
use crate::store::writing::outbox;

/// How many undelivered answers of a ticket are told.
const MOST_UNDELIVERED: u32 = 20;

/// The answers among these messages of a ticket; of those that an older bot sent nothing is known.
/// Items of an album share the notices that carry it.
pub(in crate::store) async fn of(
    tx: &mut Connection,
    ticket: TicketId,
    messages: impl IntoIterator<Item = MessageId>,
) -> Result<Vec<Delivery>, StoreError> {
    let wanted = ids(messages.into_iter().map(|message| message.0));
    let answers = sql::query(
        "SELECT m.id,
                EXISTS (SELECT 1 FROM message_links AS l
                        WHERE l.chat_id = t.user_id AND l.part IN ('whole', 'content', 'album')
                          AND l.ticket_message_id IN (
                              SELECT m.id UNION ALL
                              SELECT item.id FROM ticket_messages AS item
                              WHERE item.album = m.album AND item.ticket_id = m.ticket_id))
                    AS copied
         FROM ticket_messages AS m JOIN tickets AS t ON t.id = m.ticket_id
         WHERE m.id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND m.ticket_id = $2
           AND m.sender_type = 'admin' AND m.note = 0 AND m.source_chat <> $3",
    )
    .bind(&wanted)
    .bind(ticket.0)
    .bind(Source::NO_CHAT.0)
    .fetch_all(&mut *tx)
    .await?;
    let mut found = BTreeMap::new();
    for row in &answers {
        let message = MessageId(row.try_get("id")?);
        let delivery = Delivery {
            message,
            legs: Vec::new(),
            copied: row.try_get("copied")?,
        };
        found.insert(message, delivery);
    }
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let legs = sql::query(
        "SELECT m.id AS answer, n.* FROM ticket_messages AS m
         JOIN tickets AS t ON t.id = m.ticket_id
         JOIN notices AS n ON n.message_id = m.id AND n.chat_id = t.user_id
         WHERE m.id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND m.ticket_id = $2
           AND n.kind IN ('relay', 'late_item')
         UNION
         SELECT m.id, n.* FROM ticket_messages AS m
         JOIN tickets AS t ON t.id = m.ticket_id
         JOIN notices AS n ON n.album = m.album AND n.chat_id = t.user_id
         WHERE m.id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND m.ticket_id = $2
           AND n.ticket_id = m.ticket_id AND n.kind IN ('relay', 'late_item')
         ORDER BY 1, 2",
    )
    .bind(&wanted)
    .bind(ticket.0)
    .fetch_all(tx)
    .await?;
    for row in &legs {
        if let Some(delivery) = found.get_mut(&MessageId(row.try_get("answer")?)) {
            delivery.legs.push(leg(row)?);
        }
    }
    Ok(found.into_values().collect())
}

fn leg(row: &Row) -> Result<Leg, StoreError> {
    let body: Body = get_json(row, "body")?;
    let reason: Option<String> = row.try_get("reason")?;
    Ok(Leg {
        notice: NoticeId(row.try_get("id")?),
        part: match body {
            Body::Relay { part, .. } => Some(part),
            _ => None,
        },
        state: get_word(row, "state")?,
        attempts: row.try_get("attempts")?,
        doubtful: row.try_get("doubtful")?,
        reason: reason.map(refusal),
    })
}

fn refusal(reason: String) -> Refusal {
    match reason.as_str() {
        outbox::DROPPED => Refusal::Dropped,
        outbox::EXPIRED => Refusal::Expired,
        _ => Refusal::Telegram(reason),
    }
}

/// The answers of a ticket that have not come through, oldest first, and the latest answer; none
/// that was taken back.
pub(super) async fn of_ticket(
    tx: &mut Connection,
    ticket: TicketId,
) -> Result<Vec<Delivery>, StoreError> {
    let messages: Vec<i64> = sql::query_scalar(
        "WITH undelivered AS (
             SELECT n.message_id FROM tickets AS t
             JOIN notices AS n ON n.chat_id = t.user_id
               AND n.state NOT IN ('sent', 'failed') AND n.ticket_id = t.id
             WHERE t.id = $1 AND n.kind = 'relay' AND n.message_id IS NOT NULL
             UNION
             SELECT n.message_id FROM tickets AS t
             JOIN notices AS n ON n.ticket_id = t.id AND n.state = 'failed'
               AND n.chat_id = t.user_id
             WHERE t.id = $1 AND n.kind = 'relay' AND n.reason IS DISTINCT FROM $3
               AND n.message_id IS NOT NULL
             ORDER BY 1 LIMIT $2),
         latest AS (
             SELECT coalesce((SELECT min(item.id) FROM ticket_messages AS item
                              WHERE item.album = m.album AND item.ticket_id = $1), m.id) AS id
             FROM ticket_messages AS m
             WHERE m.id = (SELECT max(id) FROM ticket_messages
                           WHERE ticket_id = $1 AND sender_type = 'admin' AND note = 0))
         SELECT id FROM ticket_messages
         WHERE id IN (SELECT message_id FROM undelivered UNION ALL SELECT id FROM latest)
           AND recalled_at IS NULL",
    )
    .bind(ticket.0)
    .bind(MOST_UNDELIVERED)
    .bind(outbox::DROPPED)
    .fetch_all(&mut *tx)
    .await?;
    of(tx, ticket, messages.into_iter().map(MessageId)).await
}
