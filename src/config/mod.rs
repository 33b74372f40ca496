//! The configuration: compiled-in defaults, then a file, then the environment.
//!
//! `config.toml` at the root of the repository is the list of settings and their defaults. To add a
//! setting: 1. write it there, with a sentence on what it does and when to change it; 2. add its
//! field below, with a function of `values` that refuses nonsense; 3. use it. A key that is in one
//! of the two places only does not load.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::Tz;
use figment::Figment;
use figment::error::Kind;
use figment::value::{Dict, Value};
use frontdesk_actors::telegram::{Secret, Token};
use frontdesk_desk::Settings;
use frontdesk_desk::ids::PersonId;
use frontdesk_desk::ticket::{Category, Lang};
use serde::Deserialize;
use url::Url;

use crate::operate::shown;
pub use layers::ENVIRONMENT;
use layers::Layer;

mod layers;
mod values;

/// The file that is read from the working directory where no other is named.
pub const FILE: &str = "config.toml";

/// All settings, checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The bot and the Bot API.
    pub telegram: Telegram,
    /// Where everything is stored.
    pub database: Database,
    /// What the rules depend on.
    pub desk: Desk,
    /// How fast messages are sent.
    pub limits: Limits,
    /// The sizes of the moving parts.
    pub actors: Actors,
    /// The operator's pages.
    pub operator: Operator,
    /// What is logged.
    pub log: Log,
}

/// `[telegram]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Telegram {
    /// The bot's token, if one is set.
    #[serde(deserialize_with = "values::token")]
    pub token: Option<Token>,
    /// Where the Bot API is.
    #[serde(deserialize_with = "values::api_url")]
    pub api_url: Url,
    /// How updates come in.
    #[serde(deserialize_with = "values::mode")]
    pub mode: Mode,
    /// Whether polling removes a webhook of another program.
    pub replace_webhook: bool,
    /// Where updates are posted.
    pub webhook: Webhook,
}

/// `[telegram.webhook]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// What Telegram is told; there is one in the mode that needs it.
    #[serde(deserialize_with = "values::webhook_url")]
    pub url: Option<Url>,
    /// Where the desk listens.
    #[serde(deserialize_with = "values::listen")]
    pub listen: SocketAddr,
    /// The path of requests, if it is not that of the address.
    #[serde(deserialize_with = "values::path")]
    pub path: Option<String>,
    /// What proves that a request is Telegram's, if it is set.
    #[serde(deserialize_with = "values::secret")]
    pub secret: Option<Secret>,
    /// Requests at once.
    #[serde(deserialize_with = "values::between::<_, _, 1, 100>")]
    pub max_connections: usize,
    /// The certificate, if the desk does TLS itself; there is a key then.
    #[serde(deserialize_with = "values::file")]
    pub certificate: Option<PathBuf>,
    /// Its key.
    #[serde(deserialize_with = "values::file")]
    pub key: Option<PathBuf>,
}

/// How updates come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Telegram is asked for them, over and over.
    Polling,
    /// Telegram posts them.
    Webhook,
}

/// `[database]`. The URL can hold a password: it is not shown.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// `sqlite:` and a path, or `postgres://user:password@host/database`.
    #[serde(deserialize_with = "values::database_url")]
    pub url: String,
    /// Whether a start brings the schema up to date.
    pub migrate: bool,
    /// Whether a start waits while another desk has the database, and takes over when it is gone.
    pub standby: bool,
}

/// `[desk]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Desk {
    /// Who answers.
    #[serde(deserialize_with = "values::admins")]
    pub admins: Vec<PersonId>,
    /// What a ticket can be about; at least one.
    #[serde(deserialize_with = "values::categories")]
    pub categories: Vec<Category>,
    /// For people whose language the desk lacks.
    #[serde(deserialize_with = "values::language")]
    pub language: Lang,
    /// In which days and dates are told.
    #[serde(deserialize_with = "values::timezone")]
    pub timezone: Tz,
    /// Whether users read the admin's name instead of "Support".
    pub admin_names: bool,
    /// The folder with texts of the operator's own, if there is one.
    #[serde(deserialize_with = "values::file")]
    pub texts: Option<PathBuf>,
}

/// `[limits]`: how fast messages go out, and come in from one person; 0 is no limit.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Messages a second, over all chats.
    #[serde(deserialize_with = "values::between::<_, _, 0, 10_000>")]
    pub global_per_second: u32,
    /// Messages a second to one chat, on average.
    #[serde(deserialize_with = "values::between::<_, _, 0, 10_000>")]
    pub chat_per_second: u32,
    /// Messages to one chat at once.
    #[serde(deserialize_with = "values::between::<_, _, 0, 10_000>")]
    pub chat_burst: u32,
    /// Messages of one person in a minute that are passed on one by one.
    #[serde(deserialize_with = "values::between::<_, _, 0, 10_000>")]
    pub person_per_minute: u32,
}

/// `[actors]`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Actors {
    /// How long a stop may take to finish what is in flight.
    #[serde(deserialize_with = "values::seconds::<_, 1, 3600>")]
    pub shutdown_grace: Duration,
    /// The way in.
    pub intake: Intake,
    /// The conversations.
    pub sessions: Sessions,
    /// The database.
    pub tickets: Tickets,
    /// The way out.
    pub notifier: Notifier,
}

/// `[actors.intake]`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intake {
    /// Updates taken at once.
    #[serde(deserialize_with = "values::between::<_, _, 1, 100>")]
    pub batch: usize,
    /// How long a poll is held open.
    #[serde(deserialize_with = "values::seconds::<_, 1, 50>")]
    pub timeout: Duration,
}

/// `[actors.sessions]`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sessions {
    /// Threads that conversations are spread over.
    #[serde(deserialize_with = "values::between::<_, _, 1, 256>")]
    pub threads: usize,
    /// Conversations kept in memory.
    #[serde(deserialize_with = "values::between::<_, _, 1, 10_000_000>")]
    pub most_alive: usize,
    /// When a silent conversation leaves memory.
    #[serde(deserialize_with = "values::seconds::<_, 1, 31_536_000>")]
    pub idle_after: Duration,
    /// Updates of one person that may wait.
    #[serde(deserialize_with = "values::between::<_, _, 1, 1_000_000>")]
    pub mailbox: usize,
}

/// `[actors.tickets]`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tickets {
    /// Connections that read.
    #[serde(deserialize_with = "values::between::<_, _, 1, 256>")]
    pub readers: u32,
    /// Decisions in one transaction.
    #[serde(deserialize_with = "values::between::<_, _, 1, 10_000>")]
    pub batch: usize,
    /// Requests that may wait.
    #[serde(deserialize_with = "values::between::<_, _, 1, 1_000_000>")]
    pub mailbox: usize,
}

/// `[actors.notifier]`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notifier {
    /// Calls in flight at once.
    #[serde(deserialize_with = "values::between::<_, _, 1, 1_000>")]
    pub concurrent: usize,
    /// Nudges that may wait.
    #[serde(deserialize_with = "values::between::<_, _, 1, 1_000_000>")]
    pub mailbox: usize,
}

/// `[operator]`.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operator {
    /// Where the pages are served, if they are.
    #[serde(deserialize_with = "values::pages")]
    pub listen: Option<SocketAddr>,
    /// How long Telegram may be away before the desk is not ready.
    #[serde(deserialize_with = "values::seconds::<_, 0, 86_400>")]
    pub patience: Duration,
    /// How long a notice may be due before the desk is not ready.
    #[serde(deserialize_with = "values::seconds::<_, 1, 86_400>")]
    pub longest_queue: Duration,
}

/// `[log]`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// A level, or a filter in the syntax of `tracing_subscriber::EnvFilter`.
    #[serde(deserialize_with = "values::log_level")]
    pub level: String,
    /// For whom.
    pub format: LogFormat,
}

/// For whom log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines: one JSON object a line.
    Json,
}

/// One setting as it is in force: what `frontdesk check` prints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Section and key, joined by dots.
    pub key: String,
    /// The value as one would write it; of a secret only whether it is set.
    pub value: String,
    /// `default`, the path of a file, or the name of an environment variable.
    pub source: String,
}

/// Why a configuration is refused: one sentence for the operator, naming the key and its source. It
/// never quotes a value that may be secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file cannot be read.
    #[error("the configuration file {} cannot be read: {problem}", path.display())]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A file is not TOML.
    #[error("{file}, line {line}: {problem}")]
    Syntax {
        /// Which file.
        file: String,
        /// Where in it, from 1.
        line: usize,
        /// What is wrong.
        problem: String,
    },
    /// A setting that does not exist, or has a value that makes no sense.
    #[error("{key} ({source_name}): {problem}")]
    Setting {
        /// Section and key, joined by dots.
        key: String,
        /// The file or the variable that sets it.
        source_name: String,
        /// What is wrong.
        problem: String,
    },
}

impl Config {
    /// Loads the configuration: the defaults, then `file` (which must exist; without one,
    /// [`FILE`] in the working directory if it is there), then those of the given environment
    /// variables that begin with [`ENVIRONMENT`]. Also tells where each setting came from.
    ///
    /// # Errors
    /// [`ConfigError`], for the first thing that is wrong.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<(Self, Vec<Setting>), ConfigError> {
        let defaults = Layer::defaults();
        let file = match file {
            Some(path) => Some(Layer::file(path, &defaults)?),
            None if Path::new(FILE).exists() => Some(Layer::file(Path::new(FILE), &defaults)?),
            None => None,
        };
        let environment = Layer::environment(environment, &defaults)?;
        let mut figment = Figment::from(defaults);
        for layer in file.into_iter().chain([environment]) {
            figment = figment.merge(layer);
        }
        let config: Self = figment.extract().map_err(in_words)?;
        config.fits_together(&figment)?;
        let all: Dict = figment.extract().map_err(in_words)?;
        let mut settings = Vec::new();
        list(&figment, "", &all, &mut settings);
        Ok((config, settings))
    }

    /// The defaults and the text of a file, nothing of the environment: for tests, and for those
    /// who run the desk inside another program.
    ///
    /// # Errors
    /// [`ConfigError`], for the first thing that is wrong.
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let defaults = Layer::defaults();
        let text = Layer::text(FILE, text, &defaults)?;
        let figment = Figment::from(defaults).merge(text);
        let config: Self = figment.extract().map_err(in_words)?;
        config.fits_together(&figment)?;
        Ok(config)
    }

    /// Refuses settings that make no sense beside each other.
    fn fits_together(&self, figment: &Figment) -> Result<(), ConfigError> {
        let webhook = &self.telegram.webhook;
        let (key, problem) = match (&webhook.url, &webhook.certificate, &webhook.key) {
            (None, ..) if self.telegram.mode == Mode::Webhook => (
                "telegram.webhook.url",
                "with telegram.mode = \"webhook\" Telegram has to know where to post",
            ),
            (_, Some(_), None) => ("telegram.webhook.key", "the certificate needs its key"),
            (_, None, Some(_)) => (
                "telegram.webhook.certificate",
                "the key needs its certificate",
            ),
            _ => return Ok(()),
        };
        let layer = figment.find_metadata(key).map_or("", |found| &found.name);
        Err(ConfigError::Setting {
            key: key.to_owned(),
            source_name: layers::source(layer, key),
            problem: problem.to_owned(),
        })
    }

    /// The settings as the rules take them.
    pub fn settings(&self) -> Settings {
        Settings {
            admins: self.desk.admins.clone(),
            categories: self.desk.categories.clone(),
            language: self.desk.language,
            timezone: self.desk.timezone,
            admin_names: self.desk.admin_names,
            person_per_minute: self.limits.person_per_minute,
        }
    }
}

/// Lists every setting below `prefix`, by key.
fn list(figment: &Figment, prefix: &str, values: &Dict, settings: &mut Vec<Setting>) {
    for (name, value) in values {
        let key = if prefix.is_empty() {
            name.clone()
        } else {
            format!("{prefix}.{name}")
        };
        if let Value::Dict(_, section) = value {
            list(figment, &key, section, settings);
            continue;
        }
        let layer = figment.find_metadata(&key).map_or("", |found| &found.name);
        settings.push(Setting {
            value: match key.as_str() {
                key if SECRETS.contains(&key) => match value.as_str() {
                    Some("") => "not set".to_owned(),
                    _ => "set".to_owned(),
                },
                URL => format!("{:?}", shown(value.as_str().unwrap_or_default())),
                _ => written(value),
            },
            source: layers::source(layer, &key),
            key,
        });
    }
}

/// The settings that are never shown.
const SECRETS: [&str; 2] = ["telegram.token", "telegram.webhook.secret"];

/// The setting that is shown without its password.
const URL: &str = "database.url";

/// A value as one would write it in the file.
fn written(value: &Value) -> String {
    match value {
        Value::String(_, text) => format!("{text:?}"),
        Value::Char(_, char) => format!("{:?}", char.to_string()),
        Value::Bool(_, bool) => bool.to_string(),
        Value::Array(_, items) => {
            let items: Vec<String> = items.iter().map(written).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Num(_, number) => number
            .to_i128()
            .or_else(|| number.to_u128().and_then(|n| n.try_into().ok()))
            .map(|whole| whole.to_string())
            .or_else(|| number.to_f64().map(|float| float.to_string()))
            .unwrap_or_default(),
        Value::Empty(..) | Value::Dict(..) => String::new(),
    }
}

/// Says what figment found in one sentence, without the value: it may be the token.
fn in_words(error: figment::Error) -> ConfigError {
    // Behind the key may stand the place in a list.
    let in_list = |part: &&String| part.parse::<usize>().is_err();
    let key = error
        .path
        .iter()
        .take_while(in_list)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(".");
    let layer = error
        .metadata
        .as_ref()
        .map_or("", |metadata| &metadata.name);
    ConfigError::Setting {
        source_name: layers::source(layer, &key),
        key,
        problem: match error.kind {
            Kind::Message(problem) => problem,
            Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) => {
                format!("it must be {}", expectation(&expected))
            }
            Kind::UnknownVariant(_, known) => format!("it must be one of {}", known.join(", ")),
            Kind::UnknownField(..) => "there is no such setting".to_owned(),
            Kind::MissingField(field) => format!("`{field}` is missing"),
            _ => "it cannot be read".to_owned(),
        },
    }
}

/// What serde expects, in people's words.
fn expectation(serde: &str) -> &str {
    match serde {
        "a string" => "text in quotes",
        "a boolean" => "true or false",
        "a sequence" => "a list such as [1, 2]",
        _ if serde.starts_with(['i', 'u']) => "a whole number",
        _ if serde.starts_with("struct") => "a section",
        other => other,
    }
}

#[cfg(test)]
mod tests;
