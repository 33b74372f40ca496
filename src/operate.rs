//! What an operator does to the database by hand: the schema, and updates that were put aside.

use std::fmt;
use std::io::Write;
use std::path::{Path, PathBuf};

use frontdesk_actors::store::{
    Db, DbSettings, QuarantineId, StoreError,
    backup::{self, Contents},
    copy::{self, Progress},
    is_postgres,
    migrate::{self, Down, Step, StepState},
    quarantine::{self, Quarantined},
    reads,
};
use frontdesk_actors::telegram::Token;
use frontdesk_desk::ids::BotId;
use frontdesk_desk::ticket::Time;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use url::Url;

use crate::config::{Config, Database};

/// Why a command of an operator was not done; a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum OperateError {
    /// There is no database yet, and the command would only make an empty one.
    #[error("there is no database at {} (database.url); a start of the desk makes it", .0.display())]
    NoDatabase(PathBuf),
    /// There is nothing to copy from.
    #[error("there is no database at {} (--from)", .0.display())]
    NoSource(PathBuf),
    /// There is no such row.
    #[error("there is no quarantined update {0}; `frontdesk quarantine list` shows all")]
    NotFound(i64),
    /// Some notices were left as they are; the answer says which and why.
    #[error("of the notices, {0} were left as they are")]
    NotRedone(usize),
    /// The database refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The answer cannot be printed.
    #[error("the answer cannot be printed")]
    Print(#[from] std::io::Error),
}

impl Database {
    /// The file that the URL names; `None` of a server.
    pub fn path(&self) -> Option<PathBuf> {
        let path = self.url.strip_prefix("sqlite:")?.trim_start_matches("//");
        Some(path.split('?').next().unwrap_or_default().into())
    }

    /// The URL without the password.
    pub fn shown(&self) -> String {
        shown(&self.url)
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Database")
            .field("url", &self.shown())
            .field("migrate", &self.migrate)
            .field("standby", &self.standby)
            .finish()
    }
}

/// The URL of a database without its password.
pub(crate) fn shown(url: &str) -> String {
    if !is_postgres(url) {
        return url.to_owned();
    }
    // What sqlx can read and this cannot is not shown at all.
    let Ok(mut url) = Url::parse(url) else {
        return "postgres://…".to_owned();
    };
    if url.password().is_some() && url.set_password(Some("***")).is_err() {
        return "postgres://…".to_owned();
    }
    if url.query().is_some() {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .filter(|(name, _)| name.starts_with("ssl"))
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
    }
    url.into()
}

/// Opens the database that the configuration names, for a command that needs no more than one
/// connection of each kind. The file must be there.
pub(crate) async fn open_existing(config: &Config) -> Result<Db, OperateError> {
    if let Some(path) = config.database.path()
        && !path.exists()
    {
        return Err(OperateError::NoDatabase(path));
    }
    Ok(open(config).await?)
}

async fn open(config: &Config) -> Result<Db, StoreError> {
    open_url(config.database.url.clone()).await
}

async fn open_url(url: String) -> Result<Db, StoreError> {
    Db::open(&DbSettings { url, readers: 1 }).await
}

/// `migrate up`: brings the schema up to date, in a new file if there is none.
///
/// # Errors
/// [`OperateError`].
pub async fn up(config: &Config, out: &mut impl Write) -> Result<(), OperateError> {
    let db = open(config).await?;
    let applied = async {
        // A running desk has the schema already, or is of another version.
        let steps = migrate::status(&db).await?;
        let _claim = match migrate::missing(&steps).next() {
            Some(_) => Some(db.claim().await?),
            None => None,
        };
        migrate::up(&db).await
    };
    let applied = applied.await;
    db.close().await;
    match applied? {
        0 => writeln!(out, "the schema is up to date")?,
        1 => writeln!(out, "1 migration applied")?,
        many => writeln!(out, "{many} migrations applied")?,
    }
    Ok(())
}

/// `migrate down`: takes migrations back, down to schema `to` or by one.
///
/// # Errors
/// [`OperateError`]; among others if tables hold data, unless `lose_data`.
pub async fn down(
    config: &Config,
    to: Option<i64>,
    lose_data: bool,
    now: Time,
    out: &mut impl Write,
) -> Result<(), OperateError> {
    let db = open_existing(config).await?;
    let done = async {
        let _claim = db.claim().await?;
        let applied: Vec<Step> = migrate::status(&db)
            .await?
            .into_iter()
            .filter(|step| step.state == StepState::Applied)
            .collect();
        let one_less = applied.iter().rev().nth(1).map_or(0, |step| step.version);
        let to = to.unwrap_or(one_less);
        let copy = migrate::down(&db, to, lose_data, now).await?;
        Ok::<_, StoreError>((to, copy))
    };
    let done = done.await;
    db.close().await;
    match done? {
        (to, Down::Done(Some(copy))) => {
            writeln!(
                out,
                "the schema is {to} now; a copy from before is {}",
                copy.display()
            )?;
        }
        (to, Down::Done(None)) => writeln!(out, "the schema is {to} now")?,
        (to, Down::Nothing) => writeln!(out, "the schema is not above {to}: nothing to take back")?,
    }
    Ok(())
}

/// `migrate status`: shows which migrations the database has.
///
/// # Errors
/// [`OperateError`]; also, once all are shown, if this program does not know one of them.
pub async fn status(config: &Config, out: &mut impl Write) -> Result<(), OperateError> {
    let db = open_existing(config).await?;
    let steps = migrate::status(&db).await;
    db.close().await;
    let steps = steps?;
    for step in &steps {
        let state = match step.state {
            StepState::Applied => "applied",
            StepState::Missing => "missing",
            StepState::Unknown => "unknown",
        };
        writeln!(out, "{state}  {:>4}  {}", step.version, step.name)?;
    }
    migrate::schema(&steps)?;
    Ok(())
}

/// `backup`: a copy of the database in a file.
///
/// # Errors
/// [`OperateError`]; among others if there is such a file, unless `overwrite`.
pub async fn backup(
    config: &Config,
    file: &Path,
    overwrite: bool,
    out: &mut impl Write,
) -> Result<(), OperateError> {
    let db = open_existing(config).await?;
    let written = backup::backup(&db, file, overwrite).await;
    db.close().await;
    writeln!(out, "{} is a backup: {}", file.display(), within(written?))?;
    Ok(())
}

/// `restore`: puts a backup in the place of the database, which is kept beside it.
///
/// # Errors
/// [`OperateError`]; among others if a desk is running.
pub async fn restore(
    config: &Config,
    file: &Path,
    now: Time,
    out: &mut impl Write,
) -> Result<(), OperateError> {
    let Some(path) = config.database.path() else {
        return Err(OperateError::Store(StoreError::Refused(
            "stop the desk, and put it back with `pg_restore --clean --if-exists --dbname=URL FILE`"
                .to_owned(),
        )));
    };
    let restored = match config.telegram.token.as_ref().map(Token::bot_id) {
        Some(bot) => backup::restore(file, &path, Some(bot), now).await?,
        None => {
            let restored = backup::restore(file, &path, owner(config).await, now).await;
            restored.map_err(not_this_bots)?
        }
    };
    let (path, file) = (path.display(), file.display());
    writeln!(out, "{path} is {file} now: {}", within(restored.contents))?;
    if let Some(former) = restored.former {
        writeln!(
            out,
            "the database from before is kept as {}",
            former.display()
        )?;
    }
    Ok(())
}

/// Without a token it is the database in the place that tells whose backup is wanted.
fn not_this_bots(error: StoreError) -> StoreError {
    match error {
        StoreError::OtherBot { ours, theirs } => StoreError::Refused(format!(
            "the backup is of bot {theirs}, and the database in whose place it would come is of bot \
             {ours}: move that one away first if that is what you want"
        )),
        error => error,
    }
}

/// Whose the database is that is there, as far as it can be read: it may be damaged.
async fn owner(config: &Config) -> Option<BotId> {
    let db = open_existing(config).await.ok()?;
    let owner = reads::owner(&db).await;
    db.close().await;
    owner.ok()?
}

/// `copy`: everything from a file of SQLite into an empty database of PostgreSQL; `to` is
/// `database.url` if it is left out.
///
/// # Errors
/// [`OperateError`]; among others if a desk is running, or if the target is not empty.
pub async fn copy(
    config: &Config,
    from: &str,
    to: Option<String>,
    out: &mut impl Write,
) -> Result<(), OperateError> {
    let source = Database {
        url: from.to_owned(),
        migrate: false,
        standby: false,
    };
    if let Some(path) = source.path()
        && !path.exists()
    {
        return Err(OperateError::NoSource(path));
    }
    let to = to.unwrap_or_else(|| config.database.url.clone());
    if !is_postgres(&to) || source.path().is_none() {
        return Err(OperateError::Store(StoreError::Refused(
            "a file of SQLite is copied to a server: `--from sqlite:FILE --to postgres://…`"
                .to_owned(),
        )));
    }
    let source = open_url(from.to_owned()).await?;
    let target = open_url(to.clone()).await?;
    let bar = counted(ProgressBar::hidden(), "rows");
    let copied = copy::copy(&source, &target, |progress| match progress {
        Progress::Rows(rows) => {
            bar.set_length(rows);
            bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        Progress::Copied(rows) => bar.inc(rows),
    })
    .await;
    bar.finish_and_clear();
    source.close().await;
    target.close().await;
    let mut all = 0;
    for (table, rows) in copied? {
        writeln!(out, "{rows:>10}  {table}")?;
        all += rows;
    }
    writeln!(
        out,
        "{} holds these {all} rows now, compared with {from}: set database.url to it",
        shown(&to)
    )?;
    Ok(())
}

/// A bar that counts what is done of so many of these, with the time that is left.
pub(crate) fn counted(bar: ProgressBar, what: &str) -> ProgressBar {
    let template = format!("{{bar:40}} {{pos}}/{{len}} {what}, {{eta}} left");
    match ProgressStyle::with_template(&template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// What is in a copy, in words.
fn within(contents: Contents) -> String {
    let Contents {
        schema,
        tickets,
        bytes,
    } = contents;
    let tickets = match tickets {
        1 => "1 ticket".to_owned(),
        many => format!("{many} tickets"),
    };
    format!("schema {schema}, {tickets}, {} kB", bytes.div_ceil(1000))
}

/// `quarantine list`: one line for each update that was put aside, without its words.
///
/// # Errors
/// [`OperateError`].
pub async fn list(config: &Config, out: &mut impl Write) -> Result<(), OperateError> {
    let db = open_existing(config).await?;
    let rows = quarantine::list(&db).await;
    db.close().await;
    let rows = rows?;
    if rows.is_empty() {
        writeln!(out, "nothing was put aside")?;
    }
    for row in rows {
        writeln!(out, "{}", summary(&row))?;
    }
    Ok(())
}

/// `quarantine show`: one update in full.
///
/// # Errors
/// [`OperateError`].
pub async fn show(config: &Config, id: i64, out: &mut impl Write) -> Result<(), OperateError> {
    let db = open_existing(config).await?;
    let row = quarantine::show(&db, QuarantineId(id)).await;
    db.close().await;
    let row = row?.ok_or(OperateError::NotFound(id))?;
    writeln!(out, "{}", summary(&row))?;
    writeln!(
        out,
        "failed {} times, last at {:?}",
        row.failures, row.failed_at
    )?;
    writeln!(out, "{}", row.raw)?;
    Ok(())
}

/// `quarantine retry`: marks one to be tried again.
///
/// # Errors
/// [`OperateError`].
pub async fn retry(config: &Config, id: i64, out: &mut impl Write) -> Result<(), OperateError> {
    let db = open_existing(config).await?;
    let found = quarantine::retry(&db, QuarantineId(id)).await;
    db.close().await;
    if !found? {
        return Err(OperateError::NotFound(id));
    }
    writeln!(
        out,
        "{id} will be tried again by the running desk, or at its next start"
    )?;
    Ok(())
}

/// `quarantine drop`: throws one away.
///
/// # Errors
/// [`OperateError`].
pub async fn drop(config: &Config, id: i64, out: &mut impl Write) -> Result<(), OperateError> {
    let db = open_existing(config).await?;
    let found = quarantine::drop(&db, QuarantineId(id)).await;
    db.close().await;
    if !found? {
        return Err(OperateError::NotFound(id));
    }
    writeln!(out, "{id} is gone")?;
    Ok(())
}

/// A row in one line: everything but what a person wrote.
fn summary(row: &Quarantined) -> String {
    let person = row.person.map_or("nobody known".to_owned(), |person| {
        format!("person {person}")
    });
    let retry = if row.retry { ", to be tried again" } else { "" };
    format!(
        "{}  {:?}  update {} of {person}: {}{retry}",
        row.id, row.at, row.update, row.reason
    )
}
