//! People who cannot be reached: what waits for them is held, folded together, and in the end
//! released or given up. A line is held as a whole, and its order stays.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use frontdesk_desk::ticket::Time;
use serde::Serialize;

use super::missed::fold;
use super::record::raise_heads;
use super::{NewRow, Put, Told, ends_answer, insert, tell_authors};
use crate::store::error::StoreError;
use crate::store::rows::{get_json, ids, micros, to_json};
use crate::store::sql::{self, Connection};

/// For how long something is held before it is given up.
const HELD_FOR: TimeDelta = TimeDelta::days(30);

/// How many notices one round gives up at most, so that it never holds up the writer.
const GIVEN_UP_AT_ONCE: i64 = 500;

/// Why a notice is held: the mark by which its author is told once, however often the person is
/// tried.
const UNREACHABLE: &str = "unreachable";

/// Why a notice failed that was held for too long.
pub(in crate::store) const EXPIRED: &str = "desk: held too long";

/// People who cannot be reached: all that waits for them is held. Answers the answers among it
/// whose authors do not know yet, and what is passed on to others.
pub(super) async fn hold(
    connection: &mut Connection,
    chats: &HashSet<i64>,
    at: i64,
) -> Result<(Vec<(i64, Told, usize)>, Vec<NewRow>), StoreError> {
    let list = ids(chats.iter().copied());
    sql::query("UPDATE users SET reachable = 0 WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))")
        .bind(&list)
        .execute(&mut *connection)
        .await?;
    let news = sql::query(
        "SELECT message_id, body FROM notices
         WHERE chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))
           AND state NOT IN ('sent', 'failed') AND state = 'pending'
           AND kind = 'relay' AND body ->> 'why' = 'answer' AND message_id IS NOT NULL AND reason IS DISTINCT FROM $2
         ORDER BY id",
    )
    .bind(&list)
    .bind(UNREACHABLE)
    .fetch_all(&mut *connection)
    .await?;
    sql::query(
        "UPDATE notices SET state = 'held', reason = $2
         WHERE chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))
           AND state NOT IN ('sent', 'failed') AND state = 'pending'",
    )
    .bind(&list)
    .bind(UNREACHABLE)
    .execute(&mut *connection)
    .await?;
    let mut told = Vec::new();
    for row in &news {
        if ends_answer(&get_json(row, "body")?) {
            told.push((row.try_get("message_id")?, Told::Blocked, 0));
        }
    }
    Ok((told, fold(connection, chats, at).await?))
}

/// Marks rows that join a held line.
pub(super) fn join(row: &mut NewRow) {
    row.state = "held";
    row.reason = Some(UNREACHABLE);
}

/// A person who can be reached again.
#[derive(Clone, Copy, Debug, Serialize)]
pub(in crate::store::writing) struct Back {
    /// Their chat.
    pub(in crate::store::writing) chat: i64,
    /// Since when.
    pub(in crate::store::writing) at: i64,
    /// Which decision of the batch says so.
    pub(in crate::store::writing) of: usize,
}

/// People who can be reached again: what was held for them is due, before anything else that they
/// see.
pub(in crate::store::writing) async fn release(
    connection: &mut Connection,
    back: &[Back],
) -> Result<Vec<Put>, StoreError> {
    if back.is_empty() {
        return Ok(Vec::new());
    }
    let released = sql::query(
        "UPDATE notices SET state = 'pending', lane = 'own', due_at = j.at, reason = NULL
         FROM (SELECT CAST(value ->> 'chat' AS BIGINT) AS chat, CAST(value ->> 'at' AS BIGINT) AS at FROM json_each($1)) AS j
         WHERE chat_id = j.chat AND state NOT IN ('sent', 'failed') AND state = 'held'
         RETURNING id, chat_id, lane, due_at, head, state",
    )
    .bind(to_json(back)?)
    .fetch_all(connection)
    .await?;
    let of: HashMap<i64, usize> = back.iter().map(|back| (back.chat, back.of)).collect();
    released
        .iter()
        .map(|row| {
            let put = Put::read(row, 0)?;
            let of = of.get(&put.head.chat.0).copied().unwrap_or_default();
            Ok(Put { of, ..put })
        })
        .collect()
}

/// When held notices are given up: those that were stored before.
pub(in crate::store) fn held_too_long(now: Time) -> i64 {
    micros(now - HELD_FOR)
}

/// Gives up what was held too long, and tells the authors of answers. What an admin missed stays
/// counted.
pub(in crate::store) async fn give_up(
    connection: &mut Connection,
    now: Time,
) -> Result<(), StoreError> {
    let rows = sql::query(
        "UPDATE notices SET state = 'failed', head = 0, reason = $2, ended_at = $3
         WHERE id IN (SELECT id FROM notices
                      WHERE state = 'held' AND kind <> 'while_away' AND created_at <= $1
                      ORDER BY created_at LIMIT $4)
         RETURNING chat_id, message_id, body",
    )
    .bind(held_too_long(now))
    .bind(EXPIRED)
    .bind(micros(now))
    .bind(GIVEN_UP_AT_ONCE)
    .fetch_all(&mut *connection)
    .await?;
    let mut chats = HashSet::new();
    let mut told = Vec::new();
    for row in &rows {
        chats.insert(row.try_get::<i64>("chat_id")?);
        if let Some(message) = row.try_get::<Option<i64>>("message_id")?
            && ends_answer(&get_json(row, "body")?)
        {
            told.push((message, Told::GivenUp, 0));
        }
    }
    if chats.is_empty() {
        return Ok(());
    }
    raise_heads(connection, &chats).await?;
    let notices = tell_authors(connection, told, micros(now)).await?;
    insert(connection, notices).await?;
    Ok(())
}
