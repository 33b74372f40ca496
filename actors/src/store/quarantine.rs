//! Updates that failed by a fault of ours: what the operator sees of them and does with them.
//!
//! The desk may be running meanwhile: a retry only marks the row, and the running desk takes it up.

use frontdesk_desk::ids::{PersonId, UpdateId};
use frontdesk_desk::ticket::Time;

use super::db::Db;
use super::error::StoreError;
use super::rows::get_time;
use super::types::QuarantineId;
use crate::store::sql::{self, Row};

/// An update that was put aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// Its row.
    pub id: QuarantineId,
    /// Telegram's number of it.
    pub update: UpdateId,
    /// Whose it is, where that could be read.
    pub person: Option<PersonId>,
    /// The update as Telegram sent it, JSON: it holds what a person wrote.
    pub raw: String,
    /// What went wrong.
    pub reason: String,
    /// Whether the operator wants it to be tried again.
    pub retry: bool,
    /// How often it failed.
    pub failures: u32,
    /// When it was put aside.
    pub at: Time,
    /// When it failed last.
    pub failed_at: Time,
}

/// All of them, oldest first.
///
/// # Errors
/// As the read failed.
pub async fn list(db: &Db) -> Result<Vec<Quarantined>, StoreError> {
    let mut tx = db.read().await?;
    let rows = sql::query("SELECT * FROM quarantine ORDER BY id")
        .fetch_all(&mut tx)
        .await?;
    rows.iter().map(quarantined).collect()
}

/// One of them.
///
/// # Errors
/// As the read failed.
pub async fn show(db: &Db, id: QuarantineId) -> Result<Option<Quarantined>, StoreError> {
    let mut tx = db.read().await?;
    let row = sql::query("SELECT * FROM quarantine WHERE id = $1")
        .bind(id.0)
        .fetch_optional(&mut tx)
        .await?;
    row.as_ref().map(quarantined).transpose()
}

/// Marks one to be tried again; false if there is none with this number.
///
/// # Errors
/// As the write failed.
pub async fn retry(db: &Db, id: QuarantineId) -> Result<bool, StoreError> {
    let mut tx = db.write().await?;
    let done = sql::query("UPDATE quarantine SET state = 'retry' WHERE id = $1")
        .bind(id.0)
        .execute(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(done > 0)
}

/// Throws one away for good; false if there is none with this number.
///
/// # Errors
/// As the write failed.
pub async fn drop(db: &Db, id: QuarantineId) -> Result<bool, StoreError> {
    let mut tx = db.write().await?;
    let done = sql::query("DELETE FROM quarantine WHERE id = $1")
        .bind(id.0)
        .execute(&mut tx)
        .await?;
    tx.commit().await?;
    Ok(done > 0)
}

/// Those to be tried again, oldest first.
pub(crate) async fn to_retry(db: &Db) -> Result<Vec<Quarantined>, StoreError> {
    let mut tx = db.read().await?;
    let rows = sql::query("SELECT * FROM quarantine WHERE state = 'retry' ORDER BY id")
        .fetch_all(&mut tx)
        .await?;
    rows.iter().map(quarantined).collect()
}

fn quarantined(row: &Row) -> Result<Quarantined, StoreError> {
    Ok(Quarantined {
        id: QuarantineId(row.try_get("id")?),
        update: UpdateId(row.try_get("update_id")?),
        person: row.try_get::<Option<i64>>("person_id")?.map(PersonId),
        raw: row.try_get("raw")?,
        reason: row.try_get("reason")?,
        retry: row.try_get::<&str>("state")? == "retry",
        failures: row.try_get("failures")?,
        at: get_time(row, "at")?,
        failed_at: get_time(row, "failed_at")?,
    })
}
