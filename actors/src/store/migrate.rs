//! The schema of the database: where it stands, and the way up and down.

use std::path::PathBuf;

use frontdesk_desk::ticket::Time;
use sqlx::AssertSqlSafe;
use sqlx::migrate::{Migration, Migrator};

use super::db::Db;
use super::db::file::File;
use super::error::StoreError;
use super::sql::{self, Connection};

/// The migrations that this program knows, oldest first, each with its way back.
static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");

/// The same for PostgreSQL, under the same numbers.
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// One migration, of this program or of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number; the greatest applied one is the schema's.
    pub version: i64,
    /// Its name.
    pub name: String,
    /// Who has it.
    pub state: StepState,
}

/// Who has a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepState {
    /// This program, and the database.
    Applied,
    /// This program alone.
    Missing,
    /// The database alone: it was made by another version.
    Unknown,
}

/// All migrations that this program or the database knows, oldest first.
///
/// # Errors
/// As the read failed.
pub async fn status(db: &Db) -> Result<Vec<Step>, StoreError> {
    let mut tx = db.read().await?;
    steps(&mut tx).await
}

/// The greatest migration that was applied; 0 if there is none.
///
/// # Errors
/// `Newer` if the database has one that this program does not know.
pub fn schema(steps: &[Step]) -> Result<i64, StoreError> {
    let of = |state| {
        let such = steps.iter().filter(move |step| step.state == state);
        such.map(|step| step.version)
    };
    match of(StepState::Unknown).next() {
        Some(theirs) => {
            let ours = newest();
            Err(StoreError::Newer { ours, theirs })
        }
        None => Ok(of(StepState::Applied).max().unwrap_or(0)),
    }
}

/// The migrations that the database is without, oldest first.
pub fn missing(steps: &[Step]) -> impl Iterator<Item = i64> {
    let missing = steps.iter().filter(|step| step.state == StepState::Missing);
    missing.map(|step| step.version)
}

/// Applies what is missing; answers how many.
///
/// # Errors
/// `Newer` as [`schema`]; `Refused` if a migration is not the one that was applied.
pub async fn up(db: &Db) -> Result<usize, StoreError> {
    let before = status(db).await?;
    schema(&before)?;
    match db {
        Db::Sqlite(file) => {
            SQLITE.run(file.writer()).await?;
            file.renew_readers().await?;
        }
        Db::Postgres(server) => POSTGRES.run(server.writer()).await?,
    }
    Ok(missing(&before).count())
}

/// Makes sure that the schema is this program's: applies what is missing, or with
/// `automatic == false` refuses in words.
///
/// # Errors
/// As [`up`]; `Older` if something is missing and it is not automatic.
pub async fn ready(db: &Db, automatic: bool) -> Result<usize, StoreError> {
    if automatic {
        return up(db).await;
    }
    let steps = status(db).await?;
    schema(&steps)?;
    match missing(&steps).next() {
        Some(missing) => Err(StoreError::Older { missing }),
        None => Ok(0),
    }
}

/// What became of a wish to take migrations back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Down {
    /// The schema was not above the target.
    Nothing,
    /// It was done. Of a file this copy was made before.
    Done(Option<PathBuf>),
}

/// Takes back every migration after `target` (0: all of them). Of a file a copy is made first,
/// beside it, named with `at`. No desk may be running.
///
/// # Errors
/// `Refused` if tables hold rows, unless `lose_data`, and if there is no schema `target`; `Newer`
/// as [`schema`].
pub async fn down(db: &Db, target: i64, lose_data: bool, at: Time) -> Result<Down, StoreError> {
    let before = schema(&status(db).await?)?;
    if target != 0 && !ups().any(|migration| migration.version == target) {
        return Err(StoreError::Refused(format!("there is no schema {target}")));
    }
    if before <= target {
        return Ok(Down::Nothing);
    }
    if !lose_data && let Some(table) = table_with_rows(db).await? {
        return Err(StoreError::Refused(format!(
            "table {table} holds data, and going down to schema {target} can drop it: say so with \
             the flag --drop-data ({})",
            match db {
                Db::Sqlite(_) => "a copy of the file is made first",
                Db::Postgres(_) => "make a copy first, with pg_dump",
            }
        )));
    }
    Ok(Down::Done(match db {
        Db::Sqlite(file) => {
            let copy = copy(file, at).await?;
            SQLITE.undo(file.writer(), target).await?;
            file.renew_readers().await?;
            Some(copy)
        }
        Db::Postgres(server) => {
            POSTGRES.undo(server.writer(), target).await?;
            None
        }
    }))
}

fn ups() -> impl Iterator<Item = &'static Migration> {
    SQLITE
        .iter()
        .filter(|migration| migration.migration_type.is_up_migration())
}

/// The newest schema that this program knows.
fn newest() -> i64 {
    ups().map(|migration| migration.version).max().unwrap_or(0)
}

/// As [`schema`].
pub(super) async fn schema_of(connection: &mut Connection) -> Result<i64, StoreError> {
    schema(&steps(connection).await?)
}

/// As [`status`].
async fn steps(connection: &mut Connection) -> Result<Vec<Step>, StoreError> {
    let mut steps: Vec<Step> = ups()
        .map(|migration| Step {
            version: migration.version,
            name: migration.description.to_string(),
            state: StepState::Missing,
        })
        .collect();
    let tables = tables(connection).await?;
    if !tables.iter().any(|table| table == "_sqlx_migrations") {
        return Ok(steps);
    }
    let applied = sql::query("SELECT version, description FROM _sqlx_migrations")
        .fetch_all(connection)
        .await?;
    for row in &applied {
        let version: i64 = row.try_get("version")?;
        match steps.iter_mut().find(|step| step.version == version) {
            Some(step) => step.state = StepState::Applied,
            None => steps.push(Step {
                version,
                name: row.try_get("description")?,
                state: StepState::Unknown,
            }),
        }
    }
    steps.sort_by_key(|step| step.version);
    Ok(steps)
}

/// All tables of the desk.
async fn tables(tx: &mut Connection) -> Result<Vec<String>, StoreError> {
    let query = match tx {
        Connection::Sqlite(_) => {
            "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
        }
        Connection::Postgres(_) => {
            "SELECT CAST(tablename AS TEXT) FROM pg_tables WHERE schemaname = current_schema()
             ORDER BY tablename"
        }
    };
    sql::query_scalar(query).fetch_all(tx).await
}

/// A table in which people's data is; what the desk remembers about itself can be made again.
pub(super) async fn table_with_rows(db: &Db) -> Result<Option<String>, StoreError> {
    let mut tx = db.read().await?;
    let ours = ["desk_state", "admins", "ticket_counts", "ticket_days"];
    let tables = tables(&mut tx).await?;
    let with_data = tables.into_iter().filter(|name| {
        !name.starts_with("sqlite_")
            && !name.starts_with("ticket_subjects")
            && !name.starts_with("_sqlx_")
            && !ours.contains(&name.as_str())
    });
    for name in with_data {
        // The name is one of our own schema's.
        let rows = sql::query(AssertSqlSafe(format!("SELECT 1 FROM \"{name}\" LIMIT 1")))
            .fetch_optional(&mut tx)
            .await?;
        if rows.is_some() {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

/// Writes a consistent copy of the file beside it.
async fn copy(file: &File, at: Time) -> Result<PathBuf, StoreError> {
    let mut name = file.path().file_stem().unwrap_or_default().to_owned();
    name.push(format!(
        "-before-down-{}.db",
        at.format("%Y%m%dT%H%M%S%6fZ")
    ));
    let path = file.path().with_file_name(name);
    let target = path
        .to_str()
        .ok_or_else(|| StoreError::Refused("the path of the database is not UTF-8".to_owned()))?;
    sqlx::query("VACUUM INTO $1")
        .bind(target)
        .execute(file.writer())
        .await?;
    Ok(path)
}
