//! What became of notices: struck off, tried again, or held; linked; and told to admins.

use std::collections::{HashMap, HashSet};

use frontdesk_desk::ids::{ChatMessageId, MessageId, NoticeId, TicketId};
use frontdesk_desk::notice::{Body, Part, Why};
use frontdesk_desk::ticket::{SenderType, Time};
use serde::Serialize;

use super::held::hold;
use super::{Put, Told, ends_answer, insert, tell_authors};
use crate::store::error::StoreError;
use crate::store::rows::{flag, get_json, get_word, ids, micros, to_json, to_word};
use crate::store::sql::{self, Connection};
use crate::store::types::{Delivered, DeliveryResult, Head};
use crate::tickets::Record;

/// A notice whose outcome is recorded.
struct Sending {
    chat: i64,
    ticket: Option<TicketId>,
    message: Option<MessageId>,
    /// `None` if it cannot be read: it was given up for that.
    body: Option<Body>,
    /// The messages that an album has become so far.
    messages: Vec<ChatMessageId>,
    /// Whose ticket it is, and on which side the message was written: why a late item came.
    user: Option<i64>,
    side: Option<SenderType>,
    /// Whether its reader was heard of since it was taken, and could be reached then.
    returned: bool,
    /// Whether its reader could not be reached when it was taken, as far as was known.
    lost: bool,
}

/// Stores what became of notices. Each result counts once: for a notice that is being sent.
/// Answers which notices stand first in the lines that changed and can be taken.
pub(in crate::store) async fn record(
    connection: &mut Connection,
    record: &Record,
) -> Result<Vec<Head>, StoreError> {
    if record.results.is_empty() {
        return Ok(Vec::new());
    }
    let mut sending = read_sending(connection, &record.results).await?;
    let mut ends = Vec::new();
    let mut links = Vec::new();
    let mut held = HashSet::new();
    let mut found: HashSet<i64> = HashSet::new();
    let mut lines = HashSet::new();
    let mut told = Vec::new();
    let mut moved = Vec::new();
    for delivered in &record.results {
        let Some(mut notice) = sending.remove(&delivered.notice) else {
            continue;
        };
        let mut end = End::of(delivered, record.at);
        match &delivered.result {
            DeliveryResult::Sent { messages, linked } => {
                for message in messages {
                    links.extend(notice.link(*message, linked, record.at)?);
                }
                notice.messages.extend(messages);
                end.messages = Some(to_json(&notice.messages)?);
                if notice.lost && !messages.is_empty() {
                    found.insert(notice.chat);
                }
                told.extend(notice.answer().map(|answer| (answer, Told::Delivered, 0)));
            }
            DeliveryResult::Partly {
                messages, linked, ..
            } => {
                for message in messages {
                    links.extend(notice.link(*message, linked, record.at)?);
                }
                notice.messages.extend(messages);
                end.messages = Some(to_json(&notice.messages)?);
            }
            DeliveryResult::Moved { to } => moved.push((notice.chat, to.0)),
            DeliveryResult::Failed { reason } => {
                told.extend(
                    notice
                        .answer()
                        .or(notice.late_answer())
                        .map(|id| (id, Told::NotDelivered(reason.clone()), 0)),
                );
            }
            // The block was lifted while the call was on its way: it is tried again.
            DeliveryResult::Unreachable if notice.returned => {}
            DeliveryResult::Unreachable => {
                held.insert(notice.chat);
            }
            DeliveryResult::Nothing | DeliveryResult::Again { .. } => {}
        }
        if end.ended.is_some() {
            lines.insert(notice.chat);
        }
        ends.push(end);
    }
    if ends.is_empty() {
        return Ok(Vec::new());
    }
    let over = sql::query(
        "UPDATE notices SET state = j.state, head = CASE WHEN j.ended IS NULL THEN notices.head ELSE 0 END,
             doubtful = max(notices.doubtful, j.doubtful),
             one_by_one = max(notices.one_by_one, j.one_by_one),
             reason = CASE WHEN j.keeps = 1 THEN notices.reason ELSE j.reason END,
             messages = coalesce(j.messages, notices.messages),
             ended_at = j.ended
         FROM (SELECT CAST(value ->> 'id' AS BIGINT) AS id, value ->> 'state' AS state,
                      CAST(value ->> 'doubtful' AS BIGINT) AS doubtful, CAST(value ->> 'one_by_one' AS BIGINT) AS one_by_one,
                      value ->> 'reason' AS reason, CAST(value ->> 'keeps_reason' AS BIGINT) AS keeps,
                      value ->> 'messages' AS messages,
                      CAST(value ->> 'ended' AS BIGINT) AS ended
               FROM json_each($1)) AS j
         WHERE notices.id = j.id
         RETURNING notices.id, chat_id, lane, due_at, head, notices.state",
    )
    .bind(to_json(&ends)?)
    .fetch_all(&mut *connection)
    .await?;
    let mut put = over
        .iter()
        .map(|row| Put::read(row, 0))
        .collect::<Result<Vec<_>, _>>()?;
    if !links.is_empty() {
        // PostgreSQL changes a row once in a statement.
        let mut linked = HashSet::with_capacity(links.len());
        links.reverse();
        links.retain(|link| linked.insert((link.chat, link.message)));
        sql::query(INSERT_LINKS)
            .bind(to_json(&links)?)
            .execute(&mut *connection)
            .await?;
    }
    for (from, to) in &moved {
        move_line(connection, *from, *to).await?;
        lines.insert(*to);
    }
    if !lines.is_empty() {
        put.extend(raise_heads(connection, &lines).await?);
    }
    if !found.is_empty() {
        // Somebody had it tried again, and they are back.
        sql::query("UPDATE users SET reachable = 1 WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))")
            .bind(ids(found))
            .execute(&mut *connection)
            .await?;
    }
    let mut rows = Vec::new();
    if !held.is_empty() {
        let (blocked, passed) = hold(connection, &held, micros(record.at)).await?;
        told.extend(blocked);
        rows = passed;
    }
    refuse_half_delivered(connection, &mut told).await?;
    rows.extend(tell_authors(connection, told, micros(record.at)).await?);
    put.extend(insert(connection, rows).await?);
    // What was held or moved in the meantime stands there no more.
    put.retain(|put| {
        let chat = put.head.chat.0;
        put.first && !held.contains(&chat) && moved.iter().all(|(from, _)| *from != chat)
    });
    Ok(put.into_iter().map(|put| put.head).collect())
}

/// A group has another number: what waits for it goes there.
async fn move_line(connection: &mut Connection, from: i64, to: i64) -> Result<(), StoreError> {
    sql::query(
        "UPDATE notices SET chat_id = CASE WHEN chat_id = $1 THEN $2 ELSE chat_id END, head = 0
         WHERE chat_id IN ($1, $2) AND state NOT IN ('sent', 'failed')",
    )
    .bind(from)
    .bind(to)
    .execute(connection)
    .await?;
    Ok(())
}

async fn read_sending(
    connection: &mut Connection,
    results: &[Delivered],
) -> Result<HashMap<NoticeId, Sending>, StoreError> {
    let rows = sql::query(
        "SELECT n.id, n.chat_id, n.ticket_id, n.message_id, n.body, n.messages, t.user_id,
                m.sender_type, coalesce(u.reachable = 1 AND u.last_seen > n.due_at, false) AS returned,
                coalesce(u.reachable = 0 AND u.last_seen <= n.due_at, false) AS lost
         FROM notices AS n
         LEFT JOIN users AS u ON u.id = n.chat_id
         LEFT JOIN tickets AS t ON t.id = n.ticket_id
         LEFT JOIN ticket_messages AS m ON m.id = n.message_id
         WHERE n.id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND n.state = 'sending'",
    )
    .bind(ids(results.iter().map(|delivered| delivered.notice.0)))
    .fetch_all(connection)
    .await?;
    let mut sending = HashMap::with_capacity(rows.len());
    for row in &rows {
        let side = match row.try_get::<Option<&str>>("sender_type")? {
            Some(_) => Some(get_word(row, "sender_type")?),
            None => None,
        };
        sending.insert(
            NoticeId(row.try_get("id")?),
            Sending {
                chat: row.try_get("chat_id")?,
                ticket: row.try_get::<Option<i64>>("ticket_id")?.map(TicketId),
                message: row.try_get::<Option<i64>>("message_id")?.map(MessageId),
                body: get_json(row, "body").ok(),
                messages: match row.try_get::<Option<&str>>("messages")? {
                    Some(_) => get_json(row, "messages")?,
                    None => Vec::new(),
                },
                user: row.try_get("user_id")?,
                side,
                returned: row.try_get("returned")?,
                lost: row.try_get("lost")?,
            },
        );
    }
    Ok(sending)
}

/// A row of `notices` after a try.
#[derive(Serialize)]
struct End<'a> {
    id: i64,
    state: &'static str,
    #[serde(serialize_with = "flag")]
    doubtful: bool,
    #[serde(serialize_with = "flag")]
    one_by_one: bool,
    reason: Option<&'a str>,
    #[serde(serialize_with = "flag")]
    keeps_reason: bool,
    messages: Option<String>,
    ended: Option<i64>,
}

impl<'a> End<'a> {
    fn of(delivered: &'a Delivered, at: Time) -> Self {
        let mut end = Self {
            id: delivered.notice.0,
            state: "sent",
            doubtful: false,
            one_by_one: false,
            reason: None,
            keeps_reason: false,
            messages: None,
            ended: Some(micros(at)),
        };
        match &delivered.result {
            DeliveryResult::Sent { .. } | DeliveryResult::Nothing => {}
            DeliveryResult::Partly { doubtful, .. } => {
                end.state = "pending";
                end.one_by_one = true;
                end.doubtful = *doubtful;
                end.ended = None;
            }
            DeliveryResult::Again { doubtful, reason } => {
                end.state = "pending";
                end.doubtful = *doubtful;
                end.reason = Some(reason);
                end.ended = None;
            }
            DeliveryResult::Unreachable | DeliveryResult::Moved { .. } => {
                // Held or moved with the rest of its line, below.
                end.state = "pending";
                end.keeps_reason = true;
                end.ended = None;
            }
            DeliveryResult::Failed { reason } => {
                end.state = "failed";
                end.reason = Some(reason);
            }
        }
        end
    }
}

/// A row of `message_links`.
#[derive(Serialize)]
struct Link {
    chat: i64,
    message: i64,
    ticket: i64,
    original: Option<i64>,
    part: Option<String>,
    why: Option<String>,
    at: i64,
}

const INSERT_LINKS: &str = "
    INSERT INTO message_links (chat_id, message_id, ticket_id, ticket_message_id, part, why, at)
    SELECT CAST(value ->> 'chat' AS BIGINT), CAST(value ->> 'message' AS BIGINT), CAST(value ->> 'ticket' AS BIGINT), CAST(value ->> 'original' AS BIGINT),
           value ->> 'part', value ->> 'why', CAST(value ->> 'at' AS BIGINT)
    FROM json_each($1) WHERE true
    ON CONFLICT (chat_id, message_id) DO UPDATE SET
        ticket_id = excluded.ticket_id, ticket_message_id = excluded.ticket_message_id,
        part = excluded.part, why = excluded.why, at = excluded.at";

impl Sending {
    /// The answer to the user that this notice is the last part of.
    fn answer(&self) -> Option<i64> {
        self.message
            .filter(|_| self.body.as_ref().is_some_and(ends_answer))
            .map(|message| message.0)
    }

    /// The item of an answer's album that the notice brings late: the album may have been
    /// confirmed before.
    fn late_answer(&self) -> Option<i64> {
        let late = matches!(self.body, Some(Body::LateItem));
        let to_user = self.user == Some(self.chat) && self.side == Some(SenderType::Admin);
        self.message
            .filter(|_| late && to_user)
            .map(|message| message.0)
    }

    /// The link of a message that the notice became: to its ticket, and to the ticket message that
    /// it carries. Only what passes words on is kept true to them.
    fn link(
        &self,
        message: ChatMessageId,
        linked: &[(ChatMessageId, Option<MessageId>)],
        at: Time,
    ) -> Result<Option<Link>, StoreError> {
        let Some(ticket) = self.ticket else {
            return Ok(None);
        };
        let original = linked
            .iter()
            .find(|(sent, _)| *sent == message)
            .map_or(self.message, |(_, original)| *original);
        let kept = match self.body {
            Some(Body::Relay { part, why }) => Some((part, why)),
            Some(Body::LateItem) => Some((Part::Album, self.why_late())),
            _ => None,
        };
        let kept = kept.filter(|_| original.is_some());
        Ok(Some(Link {
            chat: self.chat,
            message: message.0,
            ticket: ticket.0,
            original: original.map(|id| id.0),
            part: kept.map(|(part, _)| to_word(&part)).transpose()?,
            why: kept.map(|(_, why)| to_word(&why)).transpose()?,
            at: micros(at),
        }))
    }

    fn why_late(&self) -> Why {
        if self.user == Some(self.chat) {
            Why::Answer
        } else if self.side == Some(SenderType::Admin) {
            Why::OthersAnswer
        } else {
            Why::FollowUp
        }
    }
}

/// The next in line becomes the head, in chats whose first notice is over.
pub(super) async fn raise_heads(
    connection: &mut Connection,
    chats: &HashSet<i64>,
) -> Result<Vec<Put>, StoreError> {
    let raised = sql::query(
        "UPDATE notices SET head = 1
         WHERE id IN (SELECT (SELECT id FROM notices
                              WHERE chat_id = CAST(j.value AS BIGINT) AND state NOT IN ('sent', 'failed')
                              ORDER BY id LIMIT 1)
                      FROM json_each($1) AS j)
         RETURNING id, chat_id, lane, due_at, head, state",
    )
    .bind(ids(chats.iter().copied()))
    .fetch_all(connection)
    .await?;
    raised.iter().map(|row| Put::read(row, 0)).collect()
}

/// The last part came through, but another part of the same answer was refused: it is not
/// delivered.
async fn refuse_half_delivered(
    connection: &mut Connection,
    told: &mut [(i64, Told, usize)],
) -> Result<(), StoreError> {
    let delivered = || {
        told.iter()
            .filter(|(_, told, _)| matches!(told, Told::Delivered))
            .map(|(message, ..)| *message)
    };
    if delivered().next().is_none() {
        return Ok(());
    }
    let rows = sql::query(
        "SELECT n.message_id, n.reason
         FROM notices AS n
         JOIN tickets AS t ON t.id = n.ticket_id AND t.user_id = n.chat_id
         WHERE n.message_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))
           AND n.state = 'failed' AND n.kind = 'relay'",
    )
    .bind(ids(delivered()))
    .fetch_all(connection)
    .await?;
    for row in &rows {
        let message: i64 = row.try_get("message_id")?;
        let reason: Option<String> = row.try_get("reason")?;
        for (answer, told, _) in told.iter_mut() {
            if *answer == message {
                *told = Told::NotDelivered(reason.clone().unwrap_or_default());
            }
        }
    }
    Ok(())
}
