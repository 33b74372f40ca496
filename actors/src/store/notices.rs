//! Notices that have not come through: what the operator sees of them and does with them.
//!
//! The desk may be running meanwhile: it looks at the outbox every few seconds. What is being sent
//! just then is left alone.

use frontdesk_desk::delivery::{NoticeState, Redelivery, Redo};
use frontdesk_desk::ids::{ChatId, MessageId, NoticeId, TicketId};
use frontdesk_desk::notice::{Body, Why};
use frontdesk_desk::ticket::{Happened, Time};

use super::db::Db;
use super::error::StoreError;
use super::facts::deliveries;
use super::rows::{get_json, get_time, get_time_or_none, get_word, ids, micros, to_json};
use super::sql::{self, Connection, Row};
use super::writing::outbox;

/// A notice, without anything that a person wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Its row.
    pub id: NoticeId,
    /// To which chat.
    pub chat: ChatId,
    /// Where it stands.
    pub state: NoticeState,
    /// What it is: `relay`, `closed` and so on.
    pub kind: String,
    /// About which ticket.
    pub ticket: Option<TicketId>,
    /// How often it was tried.
    pub attempts: u32,
    /// Whether it may have come twice.
    pub doubtful: bool,
    /// Why it waits or failed: Telegram's words, or the desk's.
    pub reason: Option<String>,
    /// Not before.
    pub due: Time,
    /// When it was stored.
    pub created: Time,
    /// When it was over.
    pub ended: Option<Time>,
}

/// Which notices are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Which {
    /// With this state; `None` leaves out only those that were sent.
    pub state: Option<NoticeState>,
    /// To this chat only.
    pub chat: Option<ChatId>,
    /// At most so many.
    pub limit: u32,
}

/// What became of the operator's wish about one notice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redone {
    /// It was done.
    Done,
    /// It came through already.
    Sent,
    /// The call is being made: how it ends is known in a moment.
    Sending,
    /// There is no such notice.
    Missing,
}

/// The notices, oldest first, and whether there are more.
///
/// # Errors
/// As the read failed.
pub async fn list(db: &Db, which: Which) -> Result<(Vec<Notice>, bool), StoreError> {
    let mut tx = db.read().await?;
    let mut rows = sql::query(
        "SELECT * FROM notices
         WHERE CASE WHEN $1 IS NULL THEN state <> 'sent' ELSE state = $1 END
           AND ($2 IS NULL OR chat_id = $2)
         ORDER BY id LIMIT $3",
    )
    .bind(which.state.map(NoticeState::as_str))
    .bind(which.chat.map(|chat| chat.0))
    .bind(i64::from(which.limit) + 1)
    .fetch_all(&mut tx)
    .await?;
    let more = rows.len() > usize::try_from(which.limit).unwrap_or(usize::MAX);
    rows.truncate(usize::try_from(which.limit).unwrap_or(usize::MAX));
    Ok((rows.iter().map(notice).collect::<Result<_, _>>()?, more))
}

/// Has notices sent again, or gives them up; each is answered for itself. An answer to a user gets
/// an event in the trail of its ticket.
///
/// # Errors
/// As the write failed; nothing is done then.
pub async fn redo(
    db: &Db,
    notices: &[NoticeId],
    redo: Redo,
    at: Time,
) -> Result<Vec<(NoticeId, Redone)>, StoreError> {
    let mut tx = db.write().await?;
    let list = ids(notices.iter().map(|notice| notice.0));
    let rows = sql::query(
        "SELECT id, state, ticket_id, message_id, body FROM notices
         WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
    )
    .bind(&list)
    .fetch_all(&mut tx)
    .await?;
    let mut answers = Vec::new();
    let mut outcomes = Vec::with_capacity(notices.len());
    for id in notices {
        let row = rows
            .iter()
            .find(|row| row.try_get::<i64>("id").is_ok_and(|found| found == id.0));
        let redone = match row {
            None => Redone::Missing,
            Some(row) => match get_word(row, "state")? {
                NoticeState::Sent => Redone::Sent,
                NoticeState::Sending => Redone::Sending,
                NoticeState::Pending | NoticeState::Held | NoticeState::Failed => {
                    answers.extend(answer_of(row)?);
                    Redone::Done
                }
            },
        };
        outcomes.push((*id, redone));
    }
    let done = outcomes
        .iter()
        .filter(|(_, redone)| *redone == Redone::Done);
    let mut redelivery = Redelivery {
        notices: done.map(|(id, _)| *id).collect(),
        redo,
    };
    answers.sort_unstable();
    answers.dedup();
    for answer in &answers {
        // The parts of an answer go together.
        redelivery
            .notices
            .extend(decide(&mut tx, *answer, redo, at).await?);
    }
    outbox::redeliver(&mut tx, &redelivery, at, 0).await?;
    tx.commit().await?;
    Ok(outcomes)
}

/// The ticket and the message, where the notice carries an answer.
fn answer_of(row: &Row) -> Result<Option<(TicketId, MessageId)>, StoreError> {
    let is_answer = matches!(
        get_json(row, "body")?,
        Body::Relay {
            why: Why::Answer,
            ..
        }
    );
    let ticket: Option<i64> = row.try_get("ticket_id")?;
    let message: Option<i64> = row.try_get("message_id")?;
    let answer = ticket.map(TicketId).zip(message.map(MessageId));
    Ok(answer.filter(|_| is_answer))
}

/// Decides about an answer as an admin would, and gives all its notices that this is done to. An
/// answer of which its user has nothing is taken back as it is dropped.
async fn decide(
    connection: &mut Connection,
    (ticket, message): (TicketId, MessageId),
    redo: Redo,
    at: Time,
) -> Result<Vec<NoticeId>, StoreError> {
    let found = deliveries::of(connection, ticket, [message]).await?;
    let Some(delivery) = found.first() else {
        return Ok(Vec::new());
    };
    if redo == Redo::Drop && !delivery.has_some() {
        outbox::take_away(connection, ticket, message, at).await?;
    }
    note(connection, ticket, message, redo, at).await?;
    Ok(delivery.legs_to(redo))
}

/// An event of the desk itself: screens that were drawn before are out of date.
async fn note(
    connection: &mut Connection,
    ticket: TicketId,
    message: MessageId,
    redo: Redo,
    at: Time,
) -> Result<(), StoreError> {
    let what = match redo {
        Redo::Retry => Happened::DeliveryRetried { message },
        Redo::Drop => Happened::AnswerDropped { message },
    };
    let version: i64 = sql::query_scalar(
        "UPDATE tickets SET version = version + 1, updated_at = max(updated_at, $2)
         WHERE id = $1 RETURNING version",
    )
    .bind(ticket.0)
    .bind(micros(at))
    .fetch_one(&mut *connection)
    .await?;
    sql::query(
        "INSERT INTO ticket_events (ticket_id, by_id, at, version, kind, what)
         VALUES ($1, NULL, $2, $3, $4, $5)",
    )
    .bind(ticket.0)
    .bind(micros(at))
    .bind(version)
    .bind(what.kind())
    .bind(to_json(&what)?)
    .execute(connection)
    .await?;
    Ok(())
}

fn notice(row: &Row) -> Result<Notice, StoreError> {
    Ok(Notice {
        id: NoticeId(row.try_get("id")?),
        chat: ChatId(row.try_get("chat_id")?),
        state: get_word(row, "state")?,
        kind: row.try_get("kind")?,
        ticket: row.try_get::<Option<i64>>("ticket_id")?.map(TicketId),
        attempts: row.try_get("attempts")?,
        doubtful: row.try_get("doubtful")?,
        reason: row.try_get("reason")?,
        due: get_time(row, "due_at")?,
        created: get_time(row, "created_at")?,
        ended: get_time_or_none(row, "ended_at")?,
    })
}
