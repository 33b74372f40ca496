//! A copy of the database in a file, and the way back from one.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use frontdesk_desk::ids::BotId;
use frontdesk_desk::ticket::Time;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection as _, SqliteConnection};
use tempfile::NamedTempFile;

use super::db::file::{Claim, FileId};
use super::db::{Db, DbSettings};
use super::error::StoreError;
use super::migrate;
use super::sql::{self, Connection, Transaction};
use super::writing::state;

/// What SQLite keeps beside its file.
const BESIDE: [&str; 2] = ["-wal", "-shm"];

/// What is in a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Its schema.
    pub schema: i64,
    /// How many tickets are in it.
    pub tickets: i64,
    /// Its size in bytes.
    pub bytes: u64,
}

/// A database that was put in the place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What is in it.
    pub contents: Contents,
    /// Where the one before is now, if there was one.
    pub former: Option<PathBuf>,
}

/// Writes a copy of the database to `target`, as it is at one moment; the desk may be running. The
/// file is there once it is whole and on the disk, or not at all, and only its owner can read it.
///
/// # Errors
/// `Refused` if there is such a file, unless `overwrite`; if it is the database itself; if it cannot
/// be written.
pub async fn backup(db: &Db, target: &Path, overwrite: bool) -> Result<Contents, StoreError> {
    let shown = target.display();
    let Db::Sqlite(database) = db else {
        return Err(refused(
            "PostgreSQL has a way of its own: `pg_dump --format=custom --file=FILE URL`, and \
             `pg_restore --clean --dbname=URL FILE` with the desk stopped"
                .to_owned(),
        ));
    };
    if database.is_at(target) {
        return Err(refused(format!(
            "{shown} is the database itself: name another file"
        )));
    }
    if target.is_dir() {
        return Err(refused(format!("{shown} is a folder: name a file in it")));
    }
    let there = || {
        refused(format!(
            "{shown} is there already: name another file, or replace it with --overwrite"
        ))
    };
    if target.symlink_metadata().is_ok() && !overwrite {
        return Err(there());
    }
    let mut source = database.writer().acquire().await?;
    let copy = copy(&mut source, target).await?;
    let contents = examine(copy.path(), None).await?;
    let placed = match overwrite {
        true => copy.persist(target),
        false => copy.persist_noclobber(target),
    };
    placed.map_err(|error| match error.error.kind() {
        ErrorKind::AlreadyExists => there(),
        _ => unwritable(target, &error.error),
    })?;
    keep_name(target).map_err(|error| unwritable(target, &error))?;
    Ok(contents)
}

/// Puts a copy of `backup` in the place of the database at `path`; the one that was there is kept
/// beside it, named with `at`. The backup stays as it is.
///
/// # Errors
/// `Refused` if a desk is running with that database; if the backup is not one of a desk, is damaged,
/// or (where the bot is known) belongs to another bot; if it cannot be put there. `Newer` if a newer
/// version made it. The database is as it was then.
pub async fn restore(
    backup: &Path,
    path: &Path,
    bot: Option<BotId>,
    at: Time,
) -> Result<Restored, StoreError> {
    let shown = backup.display();
    let Some(file) = FileId::of(backup) else {
        return Err(refused(format!("there is no file {shown}")));
    };
    if backup.is_dir() {
        return Err(refused(format!("{shown} is a folder: name the backup")));
    }
    if FileId::of(path) == Some(file) {
        return Err(refused(format!(
            "{shown} is the database itself: name the backup"
        )));
    }
    let _claim = Claim::take(path)?;
    // SQLite keeps its other files beside the file that a link leads to.
    let place = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let not_one = |error| match error {
        StoreError::Damaged(what) => refused(format!("{shown} is damaged, or no backup: {what}")),
        error => error,
    };
    let options = SqliteConnectOptions::new().filename(backup).read_only(true);
    let mut source = options
        .connect()
        .await
        .map_err(|error| not_one(error.into()))?;
    let copied = copy(&mut source, &place).await;
    source.close().await?;
    let copied = copied.map_err(not_one)?;
    let contents = examine(copied.path(), bot).await.map_err(not_one)?;

    let former = put_aside(&place, at)
        .await
        .map_err(|error| unwritable(path, &error))?;
    if let Some(permissions) = former.as_deref().and_then(|path| fs::metadata(path).ok()) {
        fs::set_permissions(copied.path(), permissions.permissions())
            .map_err(|error| unwritable(path, &error))?;
    }
    let placed = copied
        .persist_noclobber(&place)
        .map_err(|error| error.error);
    placed
        .and_then(|_| keep_name(&place))
        .map_err(|error| match &former {
            Some(former) => refused(format!(
                "{} cannot be written ({error}); the database is {} now: move it back",
                path.display(),
                former.display()
            )),
            None => unwritable(path, &error),
        })?;
    Ok(Restored { contents, former })
}

/// A consistent copy in a file beside `target`, on the disk; it goes away unless it is put somewhere.
async fn copy(source: &mut SqliteConnection, target: &Path) -> Result<NamedTempFile, StoreError> {
    let folder = folder(target);
    if !folder.is_dir() {
        let folder = folder.display();
        return Err(refused(format!("there is no folder {folder}: make it")));
    }
    let copy = NamedTempFile::with_prefix_in(".frontdesk-", folder)
        .map_err(|error| unwritable(target, &error))?;
    let name = copy.path().to_str().ok_or_else(|| {
        let folder = folder.display();
        refused(format!("the path of {folder} is not UTF-8"))
    })?;
    sqlx::query("VACUUM INTO $1")
        .bind(name)
        .execute(source)
        .await?;
    copy.as_file()
        .sync_all()
        .map_err(|error| unwritable(target, &error))?;
    Ok(copy)
}

/// Makes sure that a file is a whole database of a desk, and tells what is in it.
async fn examine(path: &Path, bot: Option<BotId>) -> Result<Contents, StoreError> {
    let options = SqliteConnectOptions::new().filename(path).read_only(true);
    let pool = SqlitePoolOptions::new().max_connections(1);
    let pool = pool.connect_with(options).await?;
    let mut copy = Transaction::new(Connection::Sqlite(pool.begin().await?), false);
    let check: String = sql::query_scalar("PRAGMA quick_check(1)")
        .fetch_one(&mut copy)
        .await?;
    if check != "ok" {
        return Err(StoreError::Damaged(check));
    }
    let schema = migrate::schema_of(&mut copy).await?;
    if schema == 0 {
        return Err(refused("this is not the database of a desk".to_owned()));
    }
    let owner = state::get(&mut copy, "bot_id").await?;
    if let (Some(ours), Some(theirs)) = (bot, owner.and_then(|owner| owner.parse().ok()))
        && ours != BotId(theirs)
    {
        let theirs = BotId(theirs);
        return Err(StoreError::OtherBot { ours, theirs });
    }
    let tickets = sql::query_scalar("SELECT count(*) FROM tickets")
        .fetch_one(&mut copy)
        .await?;
    copy.commit().await?;
    pool.close().await;
    let bytes = fs::metadata(path).map_or(0, |file| file.len());
    Ok(Contents {
        schema,
        tickets,
        bytes,
    })
}

/// Moves the database out of the way, with what lies beside it: left there, it would be taken for
/// part of the next file.
async fn put_aside(place: &Path, at: Time) -> io::Result<Option<PathBuf>> {
    let url = format!("sqlite:{}", place.display());
    if place.exists()
        && let Ok(db) = Db::open(&DbSettings { url, readers: 1 }).await
    {
        // The last one who closes it writes what lies beside into the file. One that is damaged is
        // moved as it is.
        db.close().await;
    }
    let mut name = place.file_stem().unwrap_or_default().to_owned();
    name.push(format!(
        "-before-restore-{}.db",
        at.format("%Y%m%dT%H%M%S%6fZ")
    ));
    let former = place.with_file_name(name);
    for ending in BESIDE {
        move_if_there(&with(place, ending), &with(&former, ending))?;
    }
    let moved = move_if_there(place, &former)?;
    Ok(moved.then_some(former))
}

fn with(path: &Path, ending: &str) -> PathBuf {
    let mut path = OsString::from(path);
    path.push(ending);
    path.into()
}

fn move_if_there(from: &Path, to: &Path) -> io::Result<bool> {
    match fs::rename(from, to) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new("."))
}

/// Makes sure that a file's name survives a power cut as its content does.
fn keep_name(path: &Path) -> io::Result<()> {
    File::open(folder(path))?.sync_all()
}

fn refused(words: String) -> StoreError {
    StoreError::Refused(words)
}

fn unwritable(path: &Path, error: &io::Error) -> StoreError {
    refused(format!("{} cannot be written: {error}", path.display()))
}
