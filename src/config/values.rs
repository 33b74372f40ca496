//! How single settings are read: each function refuses what makes no sense, in words that go after
//! the key's name. None of them quotes a value that may be secret.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono_tz::Tz;
use frontdesk_actors::store::is_postgres;
use frontdesk_actors::telegram::{Secret, Token};
use frontdesk_desk::ids::PersonId;
use frontdesk_desk::ticket::{Category, Lang};
use serde::de::{Deserialize, Deserializer, Error};
use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use url::Url;

use super::Mode;

/// The longest category, in bytes: it has to fit into a button beside the rest.
const CATEGORY_BYTES: usize = 32;

/// A whole number within bounds.
pub(super) fn between<'de, D, T, const MIN: u32, const MAX: u32>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<u32>,
{
    let number = i64::deserialize(from)?;
    u32::try_from(number)
        .ok()
        .filter(|number| (MIN..=MAX).contains(number))
        .and_then(|number| number.try_into().ok())
        .ok_or_else(|| D::Error::custom(format!("it is {number} and must be {MIN} to {MAX}")))
}

/// A whole number of seconds within bounds.
pub(super) fn seconds<'de, D, const MIN: u32, const MAX: u32>(from: D) -> Result<Duration, D::Error>
where
    D: Deserializer<'de>,
{
    let seconds: u32 = between::<D, u32, MIN, MAX>(from)?;
    Ok(Duration::from_secs(seconds.into()))
}

/// An address to listen on; an empty one is none.
pub(super) fn pages<'de, D: Deserializer<'de>>(from: D) -> Result<Option<SocketAddr>, D::Error> {
    let text = String::deserialize(from)?;
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| {
            D::Error::custom("it must be an address and a port, such as 127.0.0.1:9464, or empty")
        }),
    }
}

/// A bot token; an empty one is none.
pub(super) fn token<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Token>, D::Error> {
    let text = String::deserialize(from)?;
    match text.trim() {
        "" => Ok(None),
        text => text
            .parse()
            .map(Some)
            .map_err(|_| D::Error::custom("it must be a bot token: digits, a colon and a secret")),
    }
}

/// An address that a method's name can be put behind.
pub(super) fn api_url<'de, D: Deserializer<'de>>(from: D) -> Result<Url, D::Error> {
    let url = Url::parse(&String::deserialize(from)?).ok();
    url.filter(|url| matches!(url.scheme(), "http" | "https"))
        .filter(|url| url.has_host() && url.query().is_none() && url.fragment().is_none())
        .ok_or_else(|| {
            D::Error::custom("it must be an address that begins with http:// or https://")
        })
}

/// How updates come in.
pub(super) fn mode<'de, D: Deserializer<'de>>(from: D) -> Result<Mode, D::Error> {
    match String::deserialize(from)?.as_str() {
        "polling" => Ok(Mode::Polling),
        "webhook" => Ok(Mode::Webhook),
        _ => Err(D::Error::custom("it must be \"polling\" or \"webhook\"")),
    }
}

/// An address that Telegram can be told to post to; an empty one is none.
pub(super) fn webhook_url<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Url>, D::Error> {
    let text = String::deserialize(from)?;
    if text.is_empty() {
        return Ok(None);
    }
    let url = Url::parse(&text).ok();
    url.filter(|url| matches!(url.scheme(), "http" | "https"))
        .filter(|url| url.has_host() && url.fragment().is_none())
        .filter(|url| url.username().is_empty() && url.password().is_none())
        .map(Some)
        .ok_or_else(|| {
            D::Error::custom(
                "it must be an address such as \"https://desk.example.org/telegram\", without a \
                 name or a password in it",
            )
        })
}

/// An address to listen at.
pub(super) fn listen<'de, D: Deserializer<'de>>(from: D) -> Result<SocketAddr, D::Error> {
    String::deserialize(from)?.parse().map_err(|_| {
        D::Error::custom(
            "it must be an address and a port, such as \"127.0.0.1:8080\" or \"0.0.0.0:8443\"",
        )
    })
}

/// The path of a request; an empty one is none.
pub(super) fn path<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let path = String::deserialize(from)?;
    match path.as_str() {
        "" => Ok(None),
        text if text.starts_with('/') && !text.contains(['?', '#', ' ']) => Ok(Some(path)),
        _ => Err(D::Error::custom(
            "it must begin with a slash, such as \"/telegram\"",
        )),
    }
}

/// A webhook's secret; an empty one is none.
pub(super) fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Secret>, D::Error> {
    let text = String::deserialize(from)?;
    match text.as_str() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(D::Error::custom),
    }
}

/// The path of a file; an empty one is none.
pub(super) fn file<'de, D: Deserializer<'de>>(from: D) -> Result<Option<PathBuf>, D::Error> {
    let text = String::deserialize(from)?;
    Ok(Some(PathBuf::from(text)).filter(|path| path != Path::new("")))
}

/// The address of a database that the desk can use.
pub(super) fn database_url<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let url = String::deserialize(from)?;
    if is_postgres(&url) {
        return Ok(url);
    }
    let path = url
        .strip_prefix("sqlite:")
        .map(|path| path.trim_start_matches("//"));
    match path {
        Some(path) if path.contains('?') => Err(D::Error::custom(
            "nothing can be set behind a `?`: write `sqlite:` and the path of a file",
        )),
        Some(path) if !path.is_empty() && !path.contains(":memory:") => Ok(url),
        _ => Err(D::Error::custom(
            "it must be `sqlite:` and the path of a file, such as \"sqlite:frontdesk.db\", or \
             \"postgres://user:password@host/database\"",
        )),
    }
}

/// Telegram ids of people, each once.
pub(super) fn admins<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<PersonId>, D::Error> {
    let ids = Vec::<i64>::deserialize(from)?;
    let mut seen = HashSet::new();
    for id in &ids {
        if *id <= 0 {
            return Err(D::Error::custom(format!(
                "{id} is not the id of a person: those are greater than 0"
            )));
        }
        if !seen.insert(id) {
            return Err(D::Error::custom(format!("{id} is there twice")));
        }
    }
    Ok(ids.into_iter().map(PersonId).collect())
}

/// At least one category, each once and fit for a button.
pub(super) fn categories<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Category>, D::Error> {
    let names = Vec::<String>::deserialize(from)?;
    if names.is_empty() {
        return Err(D::Error::custom("at least one category is needed"));
    }
    let mut seen = HashSet::new();
    for name in &names {
        let problem = if name.trim().is_empty() {
            "a category is empty".to_owned()
        } else if name.len() > CATEGORY_BYTES {
            format!(
                "\"{name}\" has {} bytes and may have {CATEGORY_BYTES}",
                name.len()
            )
        } else if name.contains(|c: char| c == ':' || c.is_control()) {
            format!("{name:?} has a colon or a control character in it")
        } else if name.trim() != name {
            format!("\"{name}\" begins or ends with a space")
        } else if !seen.insert(name) {
            format!("\"{name}\" is there twice")
        } else {
            continue;
        };
        return Err(D::Error::custom(problem));
    }
    Ok(names.into_iter().map(Category).collect())
}

/// A language that the desk speaks.
pub(super) fn language<'de, D: Deserializer<'de>>(from: D) -> Result<Lang, D::Error> {
    String::deserialize(from)?
        .parse()
        .map_err(|_| D::Error::custom("the desk speaks \"en\" and \"ru\""))
}

/// A time zone by its IANA name.
pub(super) fn timezone<'de, D: Deserializer<'de>>(from: D) -> Result<Tz, D::Error> {
    let name = String::deserialize(from)?;
    name.parse().map_err(|_| {
        D::Error::custom(format!(
            "there is no time zone \"{name}\"; write an IANA name such as \"Europe/Moscow\""
        ))
    })
}

/// A level, or a filter. A part without `=` must be a level: the filter itself would take a
/// misspelled level for the name of a module, and say nothing.
pub(super) fn log_level<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    let level = |part: &str| part.contains('=') || part.trim().parse::<LevelFilter>().is_ok();
    if !text.is_empty() && text.split(',').all(level) && EnvFilter::try_new(&text).is_ok() {
        return Ok(text);
    }
    Err(D::Error::custom(
        "it must be error, warn, info, debug, trace or off, or a filter such as \
         \"info,frontdesk_actors=debug\"",
    ))
}
