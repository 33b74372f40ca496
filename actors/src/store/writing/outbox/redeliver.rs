//! What people decide about notices that have not come through: send again, or drop.

use std::collections::HashSet;

use frontdesk_desk::delivery::{Redelivery, Redo};
use frontdesk_desk::ids::{ChatId, MessageId, MessageRef, TicketId, TicketRef};
use frontdesk_desk::notice::{Body, Lane, NewNotice};
use frontdesk_desk::ticket::Time;

use super::record::raise_heads;
use super::{NewRow, Put, insert};
use crate::store::error::StoreError;
use crate::store::rows::{ids, micros};
use crate::store::sql::{self, Connection};

/// Why a notice failed that somebody dropped.
pub(in crate::store) const DROPPED: &str = "desk: dropped";

/// Carries out a decision about notices that have neither come through nor are being sent; others
/// are left as they are. Answers what stands in the lines by it; `of` is the decision of the batch.
pub(in crate::store) async fn redeliver(
    connection: &mut Connection,
    redelivery: &Redelivery,
    at: Time,
    of: usize,
) -> Result<Vec<Put>, StoreError> {
    let list = ids(redelivery.notices.iter().map(|notice| notice.0));
    let put = match redelivery.redo {
        Redo::Retry => retry(connection, &list, at).await?,
        Redo::Drop => drop(connection, &list, at).await?,
    };
    Ok(put.into_iter().map(|put| Put { of, ..put }).collect())
}

/// They are due now, in their old places. A held line is tried as a whole, for its order stays; the
/// first refusal holds it again, and the authors of the others hear nothing of it.
async fn retry(
    connection: &mut Connection,
    notices: &str,
    at: Time,
) -> Result<Vec<Put>, StoreError> {
    let chats: Vec<i64> = sql::query_scalar(
        "UPDATE notices SET state = 'pending', due_at = $2, attempts = 0, reason = NULL,
             ended_at = NULL
         WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND state IN ('pending', 'held', 'failed')
         RETURNING chat_id",
    )
    .bind(notices)
    .bind(micros(at))
    .fetch_all(&mut *connection)
    .await?;
    let list = ids(chats.iter().copied());
    sql::query(
        "UPDATE notices SET state = 'pending', due_at = $2
         WHERE chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))
           AND state NOT IN ('sent', 'failed') AND state = 'held'",
    )
    .bind(&list)
    .bind(micros(at))
    .execute(&mut *connection)
    .await?;
    // What failed stands in its line again, perhaps before the one that was the first. One that is
    // being sent stays the head until it is over.
    sql::query(
        "UPDATE notices SET head = 0
         WHERE chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))
           AND state NOT IN ('sent', 'failed') AND state = 'pending' AND head = 1",
    )
    .bind(&list)
    .execute(&mut *connection)
    .await?;
    let sending: Vec<i64> = sql::query_scalar(
        "SELECT chat_id FROM notices
         WHERE chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))
           AND state NOT IN ('sent', 'failed') AND state = 'sending'",
    )
    .bind(&list)
    .fetch_all(&mut *connection)
    .await?;
    let free: HashSet<i64> = chats
        .iter()
        .copied()
        .filter(|chat| !sending.contains(chat))
        .collect();
    raise_heads(connection, &free).await
}

/// They are over, and the next in their lines become the heads.
async fn drop(
    connection: &mut Connection,
    notices: &str,
    at: Time,
) -> Result<Vec<Put>, StoreError> {
    let chats: Vec<i64> = sql::query_scalar(
        "UPDATE notices SET state = 'failed', head = 0, reason = $3, ended_at = $2
         WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND state IN ('pending', 'held', 'failed')
         RETURNING chat_id",
    )
    .bind(notices)
    .bind(micros(at))
    .bind(DROPPED)
    .fetch_all(&mut *connection)
    .await?;
    raise_heads(connection, &chats.into_iter().collect()).await
}

/// Takes back an answer of which its user has nothing: whatever of its album or its heading stands
/// in their chat goes.
pub(in crate::store) async fn take_away(
    connection: &mut Connection,
    ticket: TicketId,
    answer: MessageId,
    at: Time,
) -> Result<(), StoreError> {
    let taken: Vec<i64> = sql::query_scalar(
        "UPDATE ticket_messages SET recalled_at = $3
         WHERE ticket_id = $1 AND recalled_at IS NULL AND (id = $2 OR album = (
             SELECT album FROM ticket_messages WHERE id = $2))
         RETURNING id",
    )
    .bind(ticket.0)
    .bind(answer.0)
    .bind(micros(at))
    .fetch_all(&mut *connection)
    .await?;
    let user: i64 = sql::query_scalar("SELECT user_id FROM tickets WHERE id = $1")
        .bind(ticket.0)
        .fetch_one(&mut *connection)
        .await?;
    let mut rows = Vec::with_capacity(taken.len());
    for message in taken {
        let notice = NewNotice {
            chat: ChatId(user),
            lane: Lane::Other,
            due: at,
            ticket: Some(TicketRef::Id(ticket)),
            message: Some(MessageRef::Id(MessageId(message))),
            album: None,
            body: Body::DeleteCopies,
        };
        rows.push(NewRow::new(&notice, at)?);
    }
    insert(connection, rows).await?;
    Ok(())
}
