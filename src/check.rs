//! `frontdesk check`: every setting with its source, and whether the desk could start with them.

use std::fmt;
use std::io::{self, Write};
use std::path::Path;

use chrono::TimeDelta;
use frontdesk_actors::clock::Clock;
use frontdesk_actors::intake::{IntakeError, origin};
use frontdesk_actors::store::{StoreError, migrate, quarantine, reads};
use frontdesk_actors::telegram::{Client, ClientSettings, Failure, Token};
use frontdesk_actors::tickets::Remembered;
use frontdesk_desk::text::{self, Text};
use frontdesk_desk::ticket::{Lang, Time};
use url::Url;

use crate::config::{Config, Mode, Setting};
use crate::operate::{OperateError, open_existing};
use crate::texts::OwnTexts;

/// How far the machine's time may be from Telegram's, in seconds.
const MOST_OFF: i64 = 5;

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
    clock: &Clock,
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
    let mut lines = vec![admins(config), texts(config), database(config).await];
    let telegram = telegram(config, clock).await;
    lines.push(telegram.line);
    lines.extend(webhook(config).await);
    lines.extend(telegram.time);
    lines.extend(unreachable_admins(config, telegram.bot.as_deref()).await);
    lines.extend(put_aside(config).await);
    for (grade, sentence) in &lines {
        writeln!(out, "{grade:7}  {sentence}")?;
    }
    Ok(lines.iter().all(|(grade, _)| *grade != Grade::Error))
}

/// Whether the desk knows all its words.
fn texts(config: &Config) -> Line {
    let mut counts = Vec::new();
    for lang in Lang::ALL {
        let faults = text::faults(*lang);
        if !faults.is_empty() {
            let (lang, faults) = (lang.as_str(), faults.join(", "));
            let sentence = format!(
                "texts: {lang} lacks {faults}; the program was not built from a whole source: \
                 build or fetch it again"
            );
            return (Grade::Error, sentence);
        }
        counts.push(lang.as_str());
    }
    let (languages, all) = (counts.join(", "), Text::KEYS.len());
    let own = OwnTexts::read(config.desk.texts.as_deref());
    let own = own.and_then(|own| own.wording().map(|_| own.names()));
    let own = match own {
        Ok(own) => own,
        Err(error) => return (Grade::Error, error.to_string()),
    };
    match (own.as_slice(), &config.desk.texts) {
        ([], Some(folder)) => {
            let folder = folder.display();
            let sentence = format!("desk.texts: there is no file with texts in {folder}");
            (Grade::Warning, sentence)
        }
        (own, _) => {
            let some = match own {
                [] => String::new(),
                own => format!(", some of them your own ({})", own.join(", ")),
            };
            let sentence = format!("texts: {languages}, each with all {all} texts{some}");
            (Grade::Ok, sentence)
        }
    }
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
        let schema = migrate::schema(&steps)?;
        let missing: Vec<String> = migrate::missing(&steps)
            .map(|version| version.to_string())
            .collect();
        let used = missing.is_empty();
        let owner = if used { reads::owner(&db).await? } else { None };
        if let (Some(theirs), Some(token)) = (owner, &config.telegram.token)
            && theirs != token.bot_id()
        {
            let ours = token.bot_id();
            return Err(StoreError::OtherBot { ours, theirs });
        }
        // Nothing is written: it only shows whether that could be.
        drop(db.write().await?);
        Ok((schema, missing, db.version().await?, db.risk().await?))
    };
    let looked = looked.await;
    db.close().await;
    let (schema, missing, version, risk) = match looked {
        Ok(looked) => looked,
        Err(error) => return (Grade::Error, format!("database.url: {error}")),
    };
    let (grade, sentence) = match (missing.join(", ").as_str(), config.database.migrate) {
        ("", _) if let Some(risk) = risk => {
            return (Grade::Warning, format!("database.url: {version}: {risk}"));
        }
        ("", _) => (Grade::Ok, "up to date".to_owned()),
        (missing, true) => (
            Grade::Warning,
            format!("without {missing}; the next start brings it up to date"),
        ),
        (missing, false) => (
            Grade::Error,
            format!("without {missing}, and database.migrate is off: `frontdesk migrate up`"),
        ),
    };
    let sentence = format!("database.url: {version}, its schema is {schema}, {sentence}");
    (grade, sentence)
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

/// What Telegram says to the token.
struct Telegram {
    line: Line,
    /// The bot's name.
    bot: Option<String>,
    /// How far the machine's time is from Telegram's.
    time: Option<Line>,
}

impl From<Line> for Telegram {
    fn from(line: Line) -> Self {
        Self {
            line,
            bot: None,
            time: None,
        }
    }
}

async fn telegram(config: &Config, clock: &Clock) -> Telegram {
    let Some(token) = config.telegram.token.clone() else {
        let sentence =
            "telegram.token: not set; the desk needs one to run, `frontdesk demo` does not";
        return (Grade::Warning, sentence.to_owned()).into();
    };
    let server = config.telegram.api_url.host_str().unwrap_or_default();
    let before = clock.now();
    let told = match Client::new(&client_settings(config, token)) {
        Ok(client) => client.me_and_time().await.map_err(|failure| match failure {
            Failure::TokenRefused => format!("telegram.token: {}", IntakeError::TokenRefused),
            failure => format!("telegram.api_url: {server} does not answer: {failure}"),
        }),
        Err(error) => Err(format!("telegram.api_url: {error}")),
    };
    match told {
        Ok((me, theirs)) => Telegram {
            line: (
                Grade::Ok,
                format!("telegram.token: Telegram knows it as @{}", me.username),
            ),
            bot: Some(me.username),
            time: theirs.map(|theirs| difference(before, theirs, clock.now())),
        },
        Err(problem) => (Grade::Error, problem).into(),
    }
}

/// Whether updates come in the way that they are expected; nothing if Telegram does not answer, which
/// has a line of its own.
async fn webhook(config: &Config) -> Option<Line> {
    let token = config.telegram.token.clone()?;
    let client = Client::new(&client_settings(config, token)).ok()?;
    let info = client.webhook().await.ok()?;
    let wanted = match config.telegram.mode {
        Mode::Polling => None,
        Mode::Webhook => config.telegram.webhook.url.as_ref().map(Url::as_str),
    };
    let ours = match open_existing(config).await {
        Ok(db) => {
            let ours = reads::remembered(&db, Remembered::WebhookUrl).await;
            db.close().await;
            // What is wrong with the database has a line of its own.
            ours.ok().flatten()
        }
        Err(_) => None,
    };
    let is = Some(info.url.as_str()).filter(|url| !url.is_empty());
    let whose = |url: &str| match ours.as_deref() == Some(url) {
        true => url.to_owned(),
        // Another program's path may be a secret.
        false => origin(url),
    };
    let waiting = match info.pending {
        1 => "1 update waits".to_owned(),
        many => format!("{many} updates wait"),
    };
    let (grade, sentence) = match (wanted, is) {
        (None, None) => (Grade::Ok, "polling, and no webhook is set".to_owned()),
        (None, Some(url)) if ours.as_deref() == Some(url) || config.telegram.replace_webhook => (
            Grade::Warning,
            format!("polling; the next start removes the webhook {}", whose(url)),
        ),
        (None, Some(url)) => {
            let sentence =
                "stop that program, or let the desk remove it by telegram.replace_webhook";
            let at = whose(url);
            (
                Grade::Error,
                format!("polling, but another program has set a webhook at {at}: {sentence}"),
            )
        }
        (Some(wanted), Some(url)) if wanted == url => {
            (Grade::Ok, format!("the webhook {wanted} is set"))
        }
        (Some(wanted), is) => {
            let now = is.map_or_else(
                || "none is set".to_owned(),
                |url| format!("now it is {}", whose(url)),
            );
            (
                Grade::Warning,
                format!("the next start sets the webhook {wanted}; {now}"),
            )
        }
    };
    let trouble = info.last_error.filter(|_| is.is_some() && is == wanted);
    let (grade, trouble) = match trouble {
        Some((at, words)) => {
            let at = at.format("%Y-%m-%d %H:%M:%S UTC");
            (
                Grade::Warning,
                format!("; the last post that failed, at {at}: {words}"),
            )
        }
        None => (grade, String::new()),
    };
    let sentence = format!("telegram.mode: {sentence}; {waiting} at Telegram{trouble}");
    Some((grade, sentence))
}

/// What to say of a time that Telegram told between two of ours, cut to the second.
fn difference(before: Time, theirs: Time, after: Time) -> Line {
    let most = TimeDelta::seconds(MOST_OFF);
    let ahead = before - theirs - TimeDelta::seconds(1);
    let behind = theirs - after;
    let (off, way) = match (ahead > most, behind > most) {
        (true, _) => (ahead, "ahead of"),
        (_, true) => (behind, "behind"),
        _ => {
            let sentence = format!("time: within {MOST_OFF} s of Telegram's");
            return (Grade::Ok, sentence);
        }
    };
    let sentence = format!(
        "time: this machine is {} s {way} Telegram; days and pauses are wrong by as much: set its \
         clock, and let it be kept (by NTP)",
        off.num_seconds()
    );
    (Grade::Warning, sentence)
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

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn a_clock_that_is_off_by_more_than_a_few_seconds_is_told() {
        let at = |micros| DateTime::from_timestamp_micros(micros).expect("a time");
        // Telegram's second is 100; the answer took from `before` to `after`, in milliseconds.
        let cases: &[(i64, i64, &str)] = &[
            (100_500, 100_900, "within"),
            (106_000, 126_000, "within"),
            (106_001, 106_001, "5 s ahead"),
            (85_000, 95_000, "within"),
            (84_000, 94_999, "5 s behind"),
            (3_700_500, 3_700_600, "3599 s ahead"),
            (0, 1_000, "99 s behind"),
        ];
        for (before, after, says) in cases {
            let (grade, sentence) =
                difference(at(before * 1000), at(100_000_000), at(after * 1000));
            assert!(sentence.contains(says), "{before} {after}: {sentence}");
            assert_eq!(grade == Grade::Ok, *says == "within", "{sentence}");
        }
    }
}
