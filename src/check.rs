//! `frontdesk check`: every setting with its source, and whether the desk could start with them.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use frontdesk_actors::intake::IntakeError;
use frontdesk_actors::store::{StoreError, migrate, quarantine, reads};
use frontdesk_actors::telegram::{Client, ClientSettings, Failure, Token};

use crate::config::{Config, Setting};
use crate::operate::{OperateError, open_existing};

/// What a check comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Grade {
    /// As it should be.
    Ok,
    /// The desk would start, but perhaps not do what is wanted.
    Warning,
    /// The desk would not start, or not work.
    Error,
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// A check: how it went, and a sentence.
type Line = (Grade, String);

/// Prints the settings and what the checks come to; false if one of them is an error.
///
/// # Errors
/// If the answer cannot be printed.
pub async fn check(
    config: &Config,
    settings: &[Setting],
    out: &mut impl Write,
) -> io::Result<bool> {
    let key = settings
        .iter()
        .map(|setting| setting.key.len())
        .max()
        .unwrap_or(0);
    let value = settings
        .iter()
        .map(|setting| setting.value.chars().count())
        .max()
        .unwrap_or(0);
    for setting in settings {
        let Setting {
            key: name,
            value: is,
            source,
        } = setting;
        writeln!(out, "{name:key$}  {is:value$}  {source}")?;
    }
    writeln!(out)?;
    let mut lines = vec![admins(config), database(config).await];
    let (telegram, bot) = telegram(config).await;
    lines.push(telegram);
    lines.extend(unreachable_admins(config, bot.as_deref()).await);
    lines.extend(put_aside(config).await);
    for (grade, sentence) in &lines {
        writeln!(out, "{grade:7}  {sentence}")?;
    }
    Ok(lines.iter().all(|(grade, _)| *grade != Grade::Error))
}

fn admins(config: &Config) -> Line {
    match config.desk.admins.len() {
        0 => (
            Grade::Warning,
            "desk.admins: the list is empty, so nobody can answer".to_owned(),
        ),
        1 => (Grade::Ok, "desk.admins: 1 admin".to_owned()),
        many => (Grade::Ok, format!("desk.admins: {many} admins")),
    }
}

async fn database(config: &Config) -> Line {
    let db = match open_existing(config).await {
        Ok(db) => db,
        Err(OperateError::NoDatabase(path)) if !has_folder(&path) => {
            let sentence = format!(
                "database.url: there is no folder for {}; make it, or name another one",
                path.display()
            );
            return (Grade::Error, sentence);
        }
        Err(OperateError::NoDatabase(path)) => {
            let sentence = format!(
                "database.url: there is no file {} yet; the first start makes it",
                path.display()
            );
            return (Grade::Warning, sentence);
        }
        Err(error) => return (Grade::Error, format!("database.url: {error}")),
    };
    let looked = async {
        let steps = migrate::status(&db).await?;
        let used = steps.iter().all(|step| step.applied);
        let owner = if used { reads::owner(&db).await? } else { None };
        if let (Some(theirs), Some(token)) = (owner, &config.telegram.token)
            && theirs != token.bot_id()
        {
            let ours = token.bot_id();
            return Err(StoreError::OtherBot { ours, theirs });
        }
        // Nothing is written: it only shows whether that could be.
        drop(db.write().await?);
        Ok(steps)
    };
    let steps = looked.await;
    db.close().await;
    let steps = match steps {
        Ok(steps) => steps,
        Err(error) => return (Grade::Error, format!("database.url: {error}")),
    };
    let schema = steps
        .iter()
        .filter(|step| step.applied)
        .map(|step| step.version)
        .max();
    let schema = schema.unwrap_or(0);
    match (
        steps.iter().all(|step| step.applied),
        config.database.migrate,
    ) {
        (true, _) => (
            Grade::Ok,
            format!("database.url: the schema is {schema}, up to date"),
        ),
        (false, true) => {
            let sentence = "the next start brings it up to date";
            (
                Grade::Warning,
                format!("database.url: the schema is {schema}; {sentence}"),
            )
        }
        (false, false) => {
            let sentence = "it is outdated, and database.migrate is off: `frontdesk migrate up`";
            (
                Grade::Error,
                format!("database.url: the schema is {schema}; {sentence}"),
            )
        }
    }
}

/// Whether a file could be made there.
fn has_folder(path: &Path) -> bool {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    folder.is_none_or(Path::is_dir)
}

/// The admins whom the bot cannot write to, as far as the database knows, and what each can do; none
/// if there is no database to ask.
async fn unreachable_admins(config: &Config, bot: Option<&str>) -> Vec<Line> {
    let Ok(db) = open_existing(config).await else {
        return Vec::new();
    };
    let found = reads::reachable(&db, &config.desk.admins).await;
    db.close().await;
    let bot = bot.map_or("the bot".to_owned(), |name| format!("@{name}"));
    // What is wrong with the database has a line of its own.
    let found = found.unwrap_or_default();
    found
        .into_iter()
        .filter_map(|(admin, reachable)| {
            let sentence = match reachable {
                Some(true) => return None,
                Some(false) => format!(
                    "desk.admins: {admin} has blocked {bot} and reads nothing of it; they have \
                     to lift the block and write /start"
                ),
                None => format!(
                    "desk.admins: {admin} has never written to {bot}, which so may not write to \
                     them; they have to open it and press Start"
                ),
            };
            Some((Grade::Warning, sentence))
        })
        .collect()
}

/// Updates that wait for the operator, if there are any.
async fn put_aside(config: &Config) -> Option<Line> {
    let db = open_existing(config).await.ok()?;
    let rows = quarantine::list(&db).await;
    db.close().await;
    // What is wrong with the database has a line of its own.
    let count = rows.ok()?.len();
    (count > 0).then(|| {
        let sentence = format!("updates put aside: {count}; see `frontdesk quarantine list`");
        (Grade::Warning, sentence)
    })
}

/// Also gives the bot's name, if Telegram told it.
async fn telegram(config: &Config) -> (Line, Option<String>) {
    let Some(token) = config.telegram.token.clone() else {
        let sentence =
            "telegram.token: not set; the desk needs one to run, `frontdesk demo` does not";
        return ((Grade::Warning, sentence.to_owned()), None);
    };
    let server = config.telegram.api_url.host_str().unwrap_or_default();
    let me = match Client::new(&client_settings(config, token)) {
        Ok(client) => client.me().await.map_err(|failure| match failure {
            Failure::TokenRefused => format!("telegram.token: {}", IntakeError::TokenRefused),
            failure => format!("telegram.api_url: {server} does not answer: {failure}"),
        }),
        Err(error) => Err(format!("telegram.api_url: {error}")),
    };
    match me {
        Ok(me) => {
            let sentence = format!("telegram.token: Telegram knows it as @{}", me.username);
            ((Grade::Ok, sentence), Some(me.username))
        }
        Err(problem) => ((Grade::Error, problem), None),
    }
}

/// The client as the configuration describes it.
pub(crate) fn client_settings(config: &Config, token: Token) -> ClientSettings {
    ClientSettings {
        token,
        api_url: config.telegram.api_url.to_string(),
        // Answers to presses come on top of the calls that are counted: kept for fewer, connections
        // would be made anew all the time.
        connections: 4 * config.actors.notifier.concurrent,
        poll_timeout: config.actors.intake.timeout,
    }
}
