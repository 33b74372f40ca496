//! Counts of rows, for the operator's figures.

use frontdesk_desk::delivery::NoticeState;
use frontdesk_desk::ticket::{Status, Time};

use super::db::Db;
use super::error::StoreError;
use super::rows::{get_time, get_word};
use crate::store::sql;

/// What the operator's figures say of the rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Notices that have not been delivered: their state, how many, and when the oldest was stored.
    pub notices: Vec<(NoticeState, i64, Time)>,
    /// Tickets: their status and how many.
    pub tickets: Vec<(Status, i64)>,
    /// Updates in quarantine.
    pub quarantined: i64,
    /// When the notice was due that waits longest, of those that may go out; `None` without one.
    pub due_since: Option<Time>,
    /// Why the last write was not taken, if the database can be read only.
    pub trouble: Option<StoreError>,
}

/// Counts what the operator's figures say of the rows: small tables, kept counts, and what has not
/// been delivered.
///
/// # Errors
/// As the read failed.
pub(crate) async fn survey(db: &Db) -> Result<Survey, StoreError> {
    let mut tx = db.read().await?;
    let mut survey = Survey::default();
    for wanted in [
        "SELECT state, count(*) AS notices, min(created_at) AS since FROM notices
         WHERE state NOT IN ('sent', 'failed') GROUP BY state",
        "SELECT state, count(*) AS notices, min(created_at) AS since FROM notices
         WHERE state = 'failed' GROUP BY state",
    ] {
        for row in &sql::query(wanted).fetch_all(&mut tx).await? {
            let since = get_time(row, "since")?;
            let state = get_word(row, "state")?;
            survey.notices.push((state, row.try_get("notices")?, since));
        }
    }
    let statuses = sql::query(
        "SELECT status, CAST(sum(tickets) AS BIGINT) AS tickets FROM ticket_counts GROUP BY status",
    )
    .fetch_all(&mut tx)
    .await?;
    for row in &statuses {
        survey
            .tickets
            .push((get_word(row, "status")?, row.try_get("tickets")?));
    }
    survey.quarantined = sql::query_scalar("SELECT count(*) FROM quarantine")
        .fetch_one(&mut tx)
        .await?;
    let due = sql::query(
        "SELECT due_at FROM notices WHERE head = 1 AND state = 'pending' ORDER BY due_at LIMIT 1",
    )
    .fetch_optional(&mut tx)
    .await?;
    survey.due_since = due.map(|row| get_time(&row, "due_at")).transpose()?;
    Ok(survey)
}
