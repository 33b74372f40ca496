//! What is gathered before it is told: added up in a row of its own, and put into the line when it
//! is due. So a chat's other notices never wait for it.

use frontdesk_desk::ids::{MessageRef, TicketRef};
use frontdesk_desk::notice::Gathering;
use frontdesk_desk::outcome::Gathered;
use frontdesk_desk::ticket::Time;
use serde::Serialize;

use super::{NewRow, Put, edits, insert};
use crate::store::error::StoreError;
use crate::store::rows::{get_word, micros, to_json};
use crate::store::sql::{self, Connection};

/// How many gatherings one look tells of at most, so that it never holds up the writer.
const TOLD_AT_ONCE: i64 = 500;

/// A row of `gatherings`, its references resolved.
#[derive(Clone, Debug, Serialize)]
pub(in crate::store::writing) struct GatheredRow {
    chat: i64,
    kind: &'static str,
    about: i64,
    ticket: Option<i64>,
    message: Option<i64>,
    messages: u32,
    due: i64,
}

impl GatheredRow {
    /// The row of what was gathered, once its references have ids.
    pub(in crate::store::writing) fn new(gathered: &Gathered) -> Self {
        let ticket = gathered.ticket.and_then(TicketRef::id).map(|id| id.0);
        let message = gathered.message.and_then(MessageRef::id).map(|id| id.0);
        Self {
            chat: gathered.chat.0,
            kind: gathered.what.as_str(),
            about: match gathered.what {
                Gathering::More => ticket,
                Gathering::Edits => message,
                Gathering::Kept => None,
            }
            .unwrap_or(0),
            ticket,
            message,
            messages: gathered.messages,
            due: micros(gathered.due),
        }
    }

    fn key(&self) -> (i64, &'static str, i64) {
        (self.chat, self.kind, self.about)
    }

    /// Adds what came later, as the statement does it.
    fn add(&mut self, later: &Self) {
        if later.messages > 0 {
            self.ticket = later.ticket;
        }
        self.messages += later.messages;
        self.due = self.due.max(later.due);
    }
}

/// Adds to what is gathered. What has no messages leaves the ticket that is there.
pub(in crate::store::writing) async fn add(
    connection: &mut Connection,
    rows: &[GatheredRow],
) -> Result<(), StoreError> {
    // PostgreSQL changes a row once in a statement.
    let mut sums: Vec<GatheredRow> = Vec::with_capacity(rows.len());
    for row in rows {
        match sums.iter_mut().find(|sum| sum.key() == row.key()) {
            Some(sum) => sum.add(row),
            None => sums.push(row.clone()),
        }
    }
    sql::query(
        "INSERT INTO gatherings (chat_id, kind, about, ticket_id, message_id, messages, due_at)
         SELECT CAST(value ->> 'chat' AS BIGINT), value ->> 'kind', CAST(value ->> 'about' AS BIGINT), CAST(value ->> 'ticket' AS BIGINT),
                CAST(value ->> 'message' AS BIGINT), CAST(value ->> 'messages' AS BIGINT), CAST(value ->> 'due' AS BIGINT)
         FROM json_each($1) WHERE true
         ON CONFLICT (chat_id, kind, about) DO UPDATE SET
             ticket_id = CASE WHEN excluded.messages = 0 THEN gatherings.ticket_id
                         ELSE excluded.ticket_id END,
             messages = gatherings.messages + excluded.messages,
             due_at = max(gatherings.due_at, excluded.due_at)",
    )
    .bind(to_json(&sums)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// Puts what is due into the lines of its chats, on behalf of this decision of the batch.
pub(in crate::store) async fn tell(
    connection: &mut Connection,
    now: Time,
    of: usize,
) -> Result<Vec<Put>, StoreError> {
    let due = sql::query(
        "DELETE FROM gatherings WHERE (chat_id, kind, about) IN (
             SELECT chat_id, kind, about FROM gatherings WHERE due_at <= $1
             ORDER BY due_at LIMIT $2)
         RETURNING chat_id, kind, ticket_id, message_id, messages, due_at",
    )
    .bind(micros(now))
    .bind(TOLD_AT_ONCE)
    .fetch_all(&mut *connection)
    .await?;
    let mut rows = Vec::with_capacity(due.len());
    for row in &due {
        let what: Gathering = get_word(row, "kind")?;
        let due: i64 = row.try_get("due_at")?;
        let ticket = row.try_get("ticket_id")?;
        let message = row.try_get("message_id")?;
        let body = what.body(row.try_get("messages")?);
        rows.push((
            due,
            NewRow {
                chat: row.try_get("chat_id")?,
                lane: what.lane(),
                due,
                ticket,
                message,
                album: None,
                body: to_json(&body)?,
                at: micros(now),
                answer: None,
                carries: edits::Carries::of(&body),
                of,
                head: false,
                state: "pending",
                reason: None,
            },
        ));
    }
    // Within a chat in the order of the tickets and messages, whatever order they came out in.
    rows.sort_by_key(|(due, row)| (*due, row.chat, row.ticket, row.message));
    insert(connection, rows.into_iter().map(|(_, row)| row).collect()).await
}
