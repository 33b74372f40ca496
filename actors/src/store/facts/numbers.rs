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

/// The step of a ticket, by how long something took: in the words of the indexes, as migration 10
/// explains it.
macro_rules! step {
    ($took:literal) => {
        concat!(
            "(length(CAST(max(",
            $took,
            ", 0) / 1000000 AS TEXT)) * 50 + CAST(substr(CAST(max(",
            $took,
            ", 0) / 1000000 AS TEXT), 1, 2) AS BIGINT) / 2)"
        )
    };
}

/// The step of a first answer.
macro_rules! answered {
    () => {
        step!("first_answer_at - created_at")
    };
}

/// The step of a closing.
macro_rules! closed {
    () => {
        step!("closed_at - created_at")
    };
}

/// What `ticket_days` counts by: a whole day of UTC, in microseconds.
const DAY: i64 = 24 * 3600 * 1_000_000;

/// The statistics; a median of an even number of tickets is the mean of the two in the middle.
///
/// The days of a desk are not those of UTC, so `week` begins in the midst of one: whole days are added
/// up from `ticket_days`, the tickets of the part before them are counted. That tells in which steps
/// the two in the middle are, and only tickets of these are put in order.
pub(super) async fn statistics(
    tx: &mut Connection,
    today: Time,
    week: Time,
) -> Result<Statistics, StoreError> {
    let counts = counts(&mut *tx, PersonId(0)).await?;
    let today = sql::query(
        "SELECT (SELECT count(*) FROM tickets WHERE created_at >= $1) AS opened,
                (SELECT count(*) FROM tickets WHERE closed_at >= $1) AS closed",
    )
    .bind(micros(today))
    .fetch_one(&mut *tx)
    .await?;
    let steps = sql::query(concat!(
        "SELECT what, step, CAST(sum(tickets) AS BIGINT) AS tickets FROM (
             SELECT what, step, tickets FROM ticket_days
             WHERE what IN ('opened', 'closed') AND day >= $2
             UNION ALL
             SELECT 'opened', coalesce(",
        answered!(),
        ", -1), 1 FROM tickets
             WHERE created_at >= $1 AND created_at < $2
             UNION ALL
             SELECT 'closed', ",
        closed!(),
        ", 1 FROM tickets
             WHERE closed_at >= $1 AND closed_at < $2) AS week
         GROUP BY what, step ORDER BY what, step",
    ))
    .bind(micros(week))
    .bind(micros(week).div_euclid(DAY) * DAY + DAY * i64::from(micros(week).rem_euclid(DAY) > 0))
    .fetch_all(&mut *tx)
    .await?;
    let mut opened = 0;
    let (mut answered, mut closed) = (Spread::default(), Spread::default());
    for row in &steps {
        let (step, tickets): (i64, i64) = (row.try_get("step")?, row.try_get("tickets")?);
        if row.try_get::<String>("what")? == "closed" {
            closed.add(step, tickets);
        } else {
            opened += tickets;
            if step >= 0 {
                answered.add(step, tickets);
            }
        }
    }
    let (answer, closing) = (answered.middle(), closed.middle());
    let medians = sql::query(concat!(
        "SELECT
             (SELECT CAST(avg(took) AS BIGINT) FROM (
                 SELECT first_answer_at - created_at AS took FROM tickets
                 WHERE ",
        answered!(),
        " IN ($2, $3) AND created_at >= $1 AND first_answer_at IS NOT NULL
                 ORDER BY took LIMIT $4 OFFSET $5) AS middle) AS first_answer,
             (SELECT CAST(avg(took) AS BIGINT) FROM (
                 SELECT closed_at - created_at AS took FROM tickets
                 WHERE ",
        closed!(),
        " IN ($6, $7) AND closed_at >= $1
                 ORDER BY took LIMIT $8 OFFSET $9) AS middle) AS closing",
    ))
    .bind(micros(week));
    let medians = [answer, closing]
        .into_iter()
        .fold(medians, |query, middle| {
            query
                .bind(middle.steps.0)
                .bind(middle.steps.1)
                .bind(middle.tickets)
                .bind(middle.skip)
        })
        .fetch_one(tx)
        .await?;
    let seconds = |micros: Option<i64>| micros.map(|micros| unsigned(micros / 1_000_000));
    Ok(Statistics {
        open: counts.open,
        in_progress: counts.in_progress,
        closed: counts.closed,
        opened_today: unsigned(today.try_get("opened")?),
        closed_today: unsigned(today.try_get("closed")?),
        opened_week: unsigned(opened),
        closed_week: unsigned(closed.tickets),
        median_first_answer: seconds(medians.try_get("first_answer")?),
        median_closing: seconds(medians.try_get("closing")?),
    })
}

/// How many tickets there are of each step, lowest step first.
#[derive(Default)]
struct Spread {
    steps: Vec<(i64, i64)>,
    tickets: i64,
}

/// Where the one or two in the middle are.
struct Middle {
    /// Their steps.
    steps: (i64, i64),
    /// How many they are: none if there is no ticket at all.
    tickets: i64,
    /// How many of these steps come before them.
    skip: i64,
}

impl Spread {
    fn add(&mut self, step: i64, tickets: i64) {
        self.steps.push((step, tickets));
        self.tickets += tickets;
    }

    fn middle(&self) -> Middle {
        let lower = (self.tickets - 1) / 2;
        let (low, before) = self.step_of(lower);
        let (high, _) = self.step_of(self.tickets / 2);
        Middle {
            steps: (low, high),
            tickets: (2 - self.tickets % 2).min(self.tickets),
            skip: lower - before,
        }
    }

    /// In which step the ticket of this place is, counted from 0, and how many are in lower ones.
    fn step_of(&self, place: i64) -> (i64, i64) {
        let mut before = 0;
        for &(step, tickets) in &self.steps {
            if place < before + tickets {
                return (step, before);
            }
            before += tickets;
        }
        (-1, before)
    }
}
