//! The desk's own state: whose database it is, who is an admin, marks, attempts, quarantine.

use chrono::TimeDelta;
use frontdesk_desk::ids::{BotId, PersonId, UpdateId};
use frontdesk_desk::notice::{Body, Lane, NewNotice};
use frontdesk_desk::ticket::{Happened, Time};

use super::outbox;
use crate::store::error::StoreError;
use crate::store::rows::{ids, micros, to_json};
use crate::store::sql::{self, Connection};
use crate::store::types::{Hold, Started};
use crate::tickets::{Attempt, PutAside, Remember, Remembered, RetryFailed, Start, TakeOver};

/// For how long a mark is kept; Telegram keeps an update for one day.
const MARKS_KEPT: TimeDelta = TimeDelta::days(3);

/// How often old marks are pruned while the desk runs.
pub(in crate::store) const PRUNE_EVERY: TimeDelta = TimeDelta::seconds(10);

/// How many marks one pruning forgets at most, so that it never holds up the writer.
const PRUNED_AT_ONCE: i64 = 20_000;

/// Stands for all chats in `holds`; no chat has this number.
pub(in crate::store) const EVERYBODY: i64 = 0;

/// Begins a run of the desk, and answers which; see [`Start`].
pub(in crate::store) async fn start(
    connection: &mut Connection,
    start: &Start,
) -> Result<(i64, Started), StoreError> {
    if let Some(theirs) = get(connection, "bot_id").await? {
        let theirs = theirs
            .parse()
            .map(BotId)
            .map_err(|_| StoreError::Corrupt("desk_state bot_id".to_owned()))?;
        if theirs != start.bot && is_used(connection).await? {
            return Err(StoreError::OtherBot {
                ours: start.bot,
                theirs,
            });
        }
    }
    claim(connection, start.bot).await?;
    let unclean = forget_dead(connection).await?;
    prune(connection, start.bot, start.at).await?;
    admins(connection, &start.admins, start.at).await?;
    let run = next_run(connection).await?;
    set(connection, &running(run), "1").await?;
    Ok((run, Started { unclean }))
}

/// Under what it stands that this run of a desk has not stopped.
fn running(run: i64) -> String {
    format!("running:{run}")
}

/// Forgets the runs that ended without a stop; answers whether there were any. With a file it is
/// every run before this one; with a server those that have lost their lock.
async fn forget_dead(connection: &mut Connection) -> Result<bool, StoreError> {
    let dead = sql::query(connection.pick(
        "DELETE FROM desk_state WHERE name LIKE 'running:%'",
        "DELETE FROM desk_state WHERE CASE WHEN name LIKE 'running:%' THEN
             pg_try_advisory_xact_lock(1718579047, CAST(substr(name, 9) AS INTEGER)) END",
    ))
    .execute(connection)
    .await?;
    Ok(dead > 0)
}

/// Notes that this run of a desk stopped in order.
pub(in crate::store) async fn stopped(
    connection: &mut Connection,
    run: i64,
) -> Result<(), StoreError> {
    sql::query("DELETE FROM desk_state WHERE name = $1")
        .bind(running(run))
        .execute(connection)
        .await?;
    Ok(())
}

/// Takes up what the desk left in the middle that sent before; see [`TakeOver`].
pub(in crate::store) async fn take_over(
    connection: &mut Connection,
    run: i64,
    take_over: &TakeOver,
) -> Result<(), StoreError> {
    set(connection, "sender", &run.to_string()).await?;
    set_back(connection, take_over.at).await?;
    // Whoever was sending these is gone: nobody knows whether they came through.
    sql::query(
        "UPDATE notices SET state = 'pending', doubtful = 1, due_at = $1 WHERE state = 'sending'",
    )
    .bind(micros(take_over.at))
    .execute(connection)
    .await?;
    Ok(())
}

/// Counts the runs of desks with this database; answers which one this is.
async fn next_run(connection: &mut Connection) -> Result<i64, StoreError> {
    let last = get(connection, "runs").await?;
    let run = last.and_then(|last| last.parse().ok()).unwrap_or(0) + 1;
    set(connection, "runs", &run.to_string()).await?;
    Ok(run)
}

/// Should the machine's clock be behind what it was at the last update, what is due later is put
/// forward as much: nobody waits for hours because of a clock that was wrong.
async fn set_back(connection: &mut Connection, now: Time) -> Result<(), StoreError> {
    let last: Option<i64> = sql::query_scalar("SELECT max(at) FROM handled_updates")
        .fetch_one(&mut *connection)
        .await?;
    let now = micros(now);
    let Some(ahead) = last.map(|last| last - now).filter(|ahead| *ahead > 0) else {
        return Ok(());
    };
    sql::query(
        "UPDATE notices SET due_at = max(due_at - $1, $2) WHERE state = 'pending' AND due_at > $2",
    )
    .bind(ahead)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    sql::query("UPDATE holds SET until = max(until - $1, $2)")
        .bind(ahead)
        .bind(now)
        .execute(connection)
        .await?;
    Ok(())
}

/// Whether anything of the bot that the database belongs to is in it. A token with a mistyped number
/// leaves nothing: Telegram gives it no updates.
async fn is_used(connection: &mut Connection) -> Result<bool, StoreError> {
    sql::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM users) OR EXISTS (SELECT 1 FROM handled_updates)
             OR EXISTS (SELECT 1 FROM quarantine)",
    )
    .fetch_one(connection)
    .await
}

/// Makes the database this bot's.
async fn claim(connection: &mut Connection, bot: BotId) -> Result<(), StoreError> {
    let bot = bot.to_string();
    if get(connection, "bot_id").await?.as_ref() == Some(&bot) {
        return Ok(());
    }
    // What is remembered is another bot's.
    for what in Remembered::ALL {
        sql::query("DELETE FROM desk_state WHERE name = $1")
            .bind(what.as_str())
            .execute(&mut *connection)
            .await?;
    }
    set(connection, "bot_id", &bot).await
}

/// Takes in the list of admins: the open tickets of all others become unassigned, and whoever was
/// banned before is not banned any more.
pub(in crate::store) async fn admins(
    connection: &mut Connection,
    admins: &[PersonId],
    at: Time,
) -> Result<(), StoreError> {
    let list = ids(admins.iter().map(|admin| admin.0));
    sql::query("DELETE FROM admins")
        .execute(&mut *connection)
        .await?;
    sql::query(
        "INSERT INTO admins (person_id)
         SELECT DISTINCT CAST(value AS BIGINT) FROM json_each($1)",
    )
    .bind(&list)
    .execute(&mut *connection)
    .await?;
    super::commit::lift(connection, admins, at).await?;
    let orphans = sql::query(
        "SELECT id, assigned_admin_id, version FROM tickets
         WHERE status <> 'closed' AND assigned_admin_id IN (
             SELECT assignee FROM ticket_counts
             WHERE assignee <> 0 AND tickets > 0 AND status <> 'closed'
               AND assignee NOT IN (SELECT CAST(value AS BIGINT) FROM json_each($1)))",
    )
    .bind(&list)
    .fetch_all(&mut *connection)
    .await?;
    for orphan in &orphans {
        let ticket: i64 = orphan.try_get("id")?;
        let version = orphan.try_get::<i64>("version")? + 1;
        let what = Happened::AssigneeChanged {
            from: orphan
                .try_get::<Option<i64>>("assigned_admin_id")?
                .map(PersonId),
            to: None,
        };
        sql::query(
            "UPDATE tickets SET assigned_admin_id = NULL, version = $2, updated_at = $3
             WHERE id = $1",
        )
        .bind(ticket)
        .bind(version)
        .bind(micros(at))
        .execute(&mut *connection)
        .await?;
        sql::query(
            "INSERT INTO ticket_events (ticket_id, by_id, at, version, kind, what)
             VALUES ($1, NULL, $2, $3, $4, $5)",
        )
        .bind(ticket)
        .bind(micros(at))
        .bind(version)
        .bind(what.kind())
        .bind(to_json(&what)?)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

/// Forgets marks and attempts that are older than three days. The marks of the last minute stay even
/// then: Telegram may not have heard that they were handled, and the clock may be wrong.
pub(in crate::store) async fn prune(
    connection: &mut Connection,
    bot: BotId,
    now: Time,
) -> Result<(), StoreError> {
    let newest: Option<i64> = sql::query_scalar("SELECT max(at) FROM handled_updates")
        .fetch_one(&mut *connection)
        .await?;
    let last_minute = newest.map_or(i64::MAX, |at| at - 60_000_000);
    let before = micros(now - MARKS_KEPT).min(last_minute);
    sql::query(
        "DELETE FROM handled_updates WHERE bot_id = $1 AND update_id IN (
             SELECT update_id FROM handled_updates WHERE at < $2 ORDER BY at LIMIT $3)",
    )
    .bind(bot.0)
    .bind(before)
    .bind(PRUNED_AT_ONCE)
    .execute(&mut *connection)
    .await?;
    sql::query("DELETE FROM attempts WHERE at < $1")
        .bind(before)
        .execute(connection)
        .await?;
    Ok(())
}

/// Puts an update aside and marks it; see [`PutAside`].
pub(in crate::store) async fn put_aside(
    connection: &mut Connection,
    bot: BotId,
    aside: &PutAside,
) -> Result<(), StoreError> {
    let marked = sql::query(
        "INSERT INTO handled_updates (bot_id, update_id, at) VALUES ($1, $2, $3)
         ON CONFLICT DO NOTHING",
    )
    .bind(bot.0)
    .bind(aside.update.0)
    .bind(micros(aside.at))
    .execute(&mut *connection)
    .await?;
    if marked == 0 {
        return Ok(());
    }
    sql::query(
        "INSERT INTO quarantine (update_id, person_id, raw, reason, state, at, failed_at)
         VALUES ($1, $2, $3, $4, 'waiting', $5, $5)",
    )
    .bind(aside.update.0)
    .bind(aside.person.map(|person| person.0))
    .bind(&aside.raw)
    .bind(&aside.reason)
    .bind(micros(aside.at))
    .execute(&mut *connection)
    .await?;
    sql::query("DELETE FROM attempts WHERE update_id = $1")
        .bind(aside.update.0)
        .execute(&mut *connection)
        .await?;
    // Every message gets an answer, this one too.
    if let Some(person) = aside.person {
        let notice = NewNotice {
            chat: person.chat(),
            lane: Lane::Own,
            due: aside.at,
            ticket: None,
            message: None,
            album: None,
            body: Body::Trouble,
        };
        outbox::insert(connection, vec![outbox::NewRow::new(&notice, aside.at)?]).await?;
    }
    Ok(())
}

/// Another try failed: back to the operator.
pub(in crate::store) async fn retry_failed(
    connection: &mut Connection,
    failed: &RetryFailed,
) -> Result<(), StoreError> {
    sql::query(
        "UPDATE quarantine
         SET state = 'waiting', reason = $2, failures = failures + 1, failed_at = $3
         WHERE id = $1",
    )
    .bind(failed.id.0)
    .bind(&failed.reason)
    .bind(micros(failed.at))
    .execute(connection)
    .await?;
    Ok(())
}

/// Counts one more attempt at each update; 0 of one that has its mark: it was handled, and Telegram
/// has not heard so.
pub(in crate::store) async fn attempt(
    connection: &mut Connection,
    bot: BotId,
    attempt: &Attempt,
) -> Result<Vec<(UpdateId, u32)>, StoreError> {
    let mut counted = Vec::with_capacity(attempt.updates.len());
    for update in &attempt.updates {
        let row = sql::query(
            "INSERT INTO attempts (update_id, attempts, at) SELECT $1, 1, $2
             WHERE NOT EXISTS (
                 SELECT 1 FROM handled_updates WHERE bot_id = $3 AND update_id = $1)
             ON CONFLICT (update_id) DO UPDATE SET attempts = attempts.attempts + 1, at = excluded.at
             RETURNING attempts",
        )
        .bind(update.0)
        .bind(micros(attempt.at))
        .bind(bot.0)
        .fetch_optional(&mut *connection)
        .await?;
        let attempts = row.map_or(Ok(0), |row| row.try_get("attempts"))?;
        counted.push((*update, attempts));
    }
    Ok(counted)
}

/// A value that the desk remembers.
pub(in crate::store) async fn get(
    connection: &mut Connection,
    name: &str,
) -> Result<Option<String>, StoreError> {
    sql::query_scalar("SELECT value FROM desk_state WHERE name = $1")
        .bind(name)
        .fetch_optional(connection)
        .await
}

/// Remembers a value.
pub(in crate::store) async fn set(
    connection: &mut Connection,
    name: &str,
    value: &str,
) -> Result<(), StoreError> {
    sql::query(
        "INSERT INTO desk_state (name, value) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET value = excluded.value",
    )
    .bind(name)
    .bind(value)
    .execute(connection)
    .await?;
    Ok(())
}

/// Remembers what Telegram was told; see [`Remember`].
pub(in crate::store) async fn remember(
    connection: &mut Connection,
    remember: &Remember,
) -> Result<(), StoreError> {
    let name = remember.what.as_str();
    if !remember.replace && get(connection, name).await?.is_some() {
        return Ok(());
    }
    set(connection, name, &remember.value).await
}

/// Remembers for how long Telegram asked to wait, and forgets what is over.
pub(in crate::store) async fn hold(
    connection: &mut Connection,
    holds: &[Hold],
    now: Time,
) -> Result<(), StoreError> {
    if holds.is_empty() {
        return Ok(());
    }
    sql::query("DELETE FROM holds WHERE until <= $1")
        .bind(micros(now))
        .execute(&mut *connection)
        .await?;
    for hold in holds {
        sql::query(
            "INSERT INTO holds (chat_id, until) VALUES ($1, $2)
             ON CONFLICT (chat_id) DO UPDATE SET until = max(holds.until, excluded.until)",
        )
        .bind(hold.chat.map_or(EVERYBODY, |chat| chat.0))
        .bind(micros(hold.until))
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
