//! The staff, and numbers about tickets: the dashboard's counts and the statistics.

use frontdesk_desk::ids::{PersonId, TicketId};
use frontdesk_desk::screen::{Counts, Statistics};
use frontdesk_desk::ticket::{Status, Time, UserRecord};

use super::unsigned;
use crate::store::error::StoreError;
use crate::store::rows::{self, get_time, micros};
use crate::store::sql::{self, Connection};

/// The admins who ever wrote to the bot.
pub(super) async fn staff(tx: &mut Connection) -> Result<Vec<UserRecord>, StoreError> {
    let found =
        sql::query("SELECT * FROM users WHERE id IN (SELECT person_id FROM admins) ORDER BY id")
            .fetch_all(tx)
            .await?;
    found.iter().map(rows::user).collect()
}

/// How many tickets the user of a ticket has.
pub(super) async fn user_tickets(tx: &mut Connection, ticket: TicketId) -> Result<u64, StoreError> {
    let count: i64 = sql::query_scalar(
        "SELECT count(*) FROM tickets
         WHERE user_id = (SELECT user_id FROM tickets WHERE id = $1)",
    )
    .bind(ticket.0)
    .fetch_one(tx)
    .await?;
    Ok(unsigned(count))
}

/// The dashboard of an admin. `at` is left to the caller, who knows the time.
pub(super) async fn counts(tx: &mut Connection, person: PersonId) -> Result<Counts, StoreError> {
    let row = sql::query(
        "SELECT CAST(coalesce(sum(tickets) FILTER (WHERE status = 'open'), 0) AS BIGINT) AS open,
                CAST(coalesce(sum(tickets) FILTER (WHERE status = 'in_progress'), 0) AS BIGINT) AS in_progress,
                CAST(coalesce(sum(tickets) FILTER (WHERE status = 'closed'), 0) AS BIGINT) AS closed,
                CAST(coalesce(sum(tickets) FILTER (WHERE status <> 'closed' AND assignee = 0), 0) AS BIGINT)
                    AS unassigned,
                CAST(coalesce(sum(tickets) FILTER (WHERE status <> 'closed' AND assignee = $1), 0) AS BIGINT)
                    AS mine
         FROM ticket_counts",
    )
    .bind(person.0)
    .fetch_one(&mut *tx)
    .await?;
    let muted: Option<bool> = sql::query_scalar("SELECT muted FROM users WHERE id = $1")
        .bind(person.0)
        .fetch_optional(&mut *tx)
        .await?;
    let mut longest_waiting = None;
    for status in [Status::Open, Status::InProgress] {
        let first = sql::query(
            "SELECT id, waiting_since FROM tickets WHERE status = $1
             ORDER BY waiting_rank, id LIMIT 1",
        )
        .bind(status.as_str())
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(first) = first
            && first.try_get::<Option<i64>>("waiting_since")?.is_some()
        {
            let waits = (
                TicketId(first.try_get("id")?),
                get_time(&first, "waiting_since")?,
            );
            if longest_waiting.is_none_or(|(_, since)| waits.1 < since) {
                longest_waiting = Some(waits);
            }
        }
    }
    Ok(Counts {
        open: unsigned(row.try_get("open")?),
        in_progress: unsigned(row.try_get("in_progress")?),
        closed: unsigned(row.try_get("closed")?),
        unassigned: unsigned(row.try_get("unassigned")?),
        mine: unsigned(row.try_get("mine")?),
        longest_waiting,
        at: None,
        muted: muted.unwrap_or(false),
    })
}

/// The statistics; a median of an even number of tickets is the mean of the two in the middle.
pub(super) async fn statistics(
    tx: &mut Connection,
    today: Time,
    week: Time,
) -> Result<Statistics, StoreError> {
    let counts = counts(&mut *tx, PersonId(0)).await?;
    let days = sql::query(
        "SELECT (SELECT count(*) FROM tickets WHERE created_at >= $1) AS opened_today,
                (SELECT count(*) FROM tickets WHERE created_at >= $2) AS opened_week,
                (SELECT count(*) FROM tickets WHERE closed_at >= $1) AS closed_today,
                (SELECT count(*) FROM tickets WHERE closed_at >= $2) AS closed_week",
    )
    .bind(micros(today))
    .bind(micros(week))
    .fetch_one(&mut *tx)
    .await?;
    let medians = sql::query(
        "WITH answered AS (
             SELECT first_answer_at - created_at AS took FROM tickets
             WHERE created_at >= $1 AND first_answer_at IS NOT NULL),
         closed AS (
             SELECT closed_at - created_at AS took FROM tickets WHERE closed_at >= $1),
         many AS (
             SELECT (SELECT count(*) FROM answered) AS answered,
                    (SELECT count(*) FROM closed) AS closed)
         SELECT
             (SELECT CAST(avg(took) AS BIGINT) FROM (
                 SELECT took FROM answered ORDER BY took
                 LIMIT 2 - (SELECT answered % 2 FROM many)
                 OFFSET (SELECT (answered - 1) / 2 FROM many)) AS middle) AS first_answer,
             (SELECT CAST(avg(took) AS BIGINT) FROM (
                 SELECT took FROM closed ORDER BY took
                 LIMIT 2 - (SELECT closed % 2 FROM many)
                 OFFSET (SELECT (closed - 1) / 2 FROM many)) AS middle) AS closing",
    )
    .bind(micros(week))
    .fetch_one(tx)
    .await?;
    let seconds = |micros: Option<i64>| micros.map(|micros| unsigned(micros / 1_000_000));
    Ok(Statistics {
        open: counts.open,
        in_progress: counts.in_progress,
        closed: counts.closed,
        opened_today: unsigned(days.try_get("opened_today")?),
        closed_today: unsigned(days.try_get("closed_today")?),
        opened_week: unsigned(days.try_get("opened_week")?),
        closed_week: unsigned(days.try_get("closed_week")?),
        median_first_answer: seconds(medians.try_get("first_answer")?),
        median_closing: seconds(medians.try_get("closing")?),
    })
}
