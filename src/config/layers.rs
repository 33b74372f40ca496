//! The three layers of the configuration, read into one shape: a tree with the keys of the defaults.

use std::ffi::OsString;
use std::path::Path;

use figment::providers::{Format, Toml};
use figment::value::{Dict, Map, Value};
use figment::{Metadata, Profile, Provider};

use super::ConfigError;

/// How the names of our environment variables begin.
pub const ENVIRONMENT: &str = "FRONTDESK_";

/// The compiled-in defaults, and the list of all keys.
const DEFAULTS: &str = include_str!("../../config.toml");

/// The names of the layers that are no file.
const DEFAULT_LAYER: &str = "default";
const ENVIRONMENT_LAYER: &str = "environment";

/// One source of settings.
pub(super) struct Layer {
    name: String,
    values: Dict,
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, figment::Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

/// What an operator calls the place where a setting was made: the variable, the file, `default`.
pub(super) fn source(layer: &str, key: &str) -> String {
    if layer == ENVIRONMENT_LAYER {
        return format!("{ENVIRONMENT}{}", key.to_uppercase().replace('.', "__"));
    }
    layer.to_owned()
}

impl Layer {
    /// What is compiled in.
    pub(super) fn defaults() -> Self {
        Self {
            name: DEFAULT_LAYER.to_owned(),
            values: Toml::from_str(DEFAULTS)
                .expect("config.toml is compiled in, and a test loads it"),
        }
    }

    /// A file, with no key that the defaults lack.
    pub(super) fn file(path: &Path, defaults: &Self) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::Unreadable {
            path: path.to_owned(),
            problem: match error.kind() {
                std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
                std::io::ErrorKind::InvalidData => "it is not UTF-8".to_owned(),
                std::io::ErrorKind::PermissionDenied => "its permissions do not let you".to_owned(),
                std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
                _ => error.to_string(),
            },
        })?;
        Self::text(&path.display().to_string(), &text, defaults)
    }

    /// The text of a file, with no key that the defaults lack.
    pub(super) fn text(name: &str, text: &str, defaults: &Self) -> Result<Self, ConfigError> {
        // The error's own text quotes the line, and the line may hold the token.
        let values: Dict = Toml::from_str(text).map_err(|error| ConfigError::Syntax {
            file: name.to_owned(),
            line: line_of(text, error.span().map_or(0, |span| span.start)),
            problem: format!("this is not TOML: {}", first_line(error.message())),
        })?;
        known(&values, &defaults.values, "", name)?;
        Ok(Self {
            name: name.to_owned(),
            values,
        })
    }

    /// Those of the variables that begin with [`ENVIRONMENT`]. Each is read as the type of its
    /// default, so that a token of digits stays text.
    pub(super) fn environment(
        variables: impl IntoIterator<Item = (OsString, OsString)>,
        defaults: &Self,
    ) -> Result<Self, ConfigError> {
        let mut values = Dict::new();
        for (name, value) in variables {
            let Some(name) = name.to_str() else { continue };
            let Some(path) = name.strip_prefix(ENVIRONMENT) else {
                continue;
            };
            let path = path.to_lowercase();
            if !path.contains("__") {
                almost(name, &path, &defaults.values)?;
                continue;
            }
            let key = path.replace("__", ".");
            let wrong = |problem: &str| ConfigError::Setting {
                key: key.clone(),
                source_name: name.to_owned(),
                problem: problem.to_owned(),
            };
            let default = Value::from(defaults.values.clone())
                .find(&key)
                .filter(|default| default.as_dict().is_none())
                .ok_or_else(|| wrong("there is no such setting"))?;
            let value = value.to_str().ok_or_else(|| wrong("it is not UTF-8"))?;
            let value = as_type_of(&default, value)
                .ok_or_else(|| wrong("it must be a list such as [1, 2] or 1,2"))?;
            insert(&mut values, &key, value);
        }
        Ok(Self {
            name: ENVIRONMENT_LAYER.to_owned(),
            values,
        })
    }
}

/// Refuses a variable that names a section with a single underscore: nobody else would tell its
/// author that it does nothing. Others, such as those of tests, are left alone.
fn almost(name: &str, path: &str, defaults: &Dict) -> Result<(), ConfigError> {
    let section = defaults.keys().find(|section| {
        path.strip_prefix(section.as_str())
            .is_some_and(|rest| rest.starts_with('_'))
    });
    match section {
        None => Ok(()),
        Some(section) => Err(ConfigError::Setting {
            key: section.clone(),
            source_name: name.to_owned(),
            problem: "two underscores are needed between a section and its key".to_owned(),
        }),
    }
}

/// Refuses keys that the defaults do not have.
fn known(values: &Dict, defaults: &Dict, prefix: &str, source: &str) -> Result<(), ConfigError> {
    for (name, value) in values {
        let key = format!("{prefix}{name}");
        let wrong = |problem: String| {
            Err(ConfigError::Setting {
                key: key.clone(),
                source_name: source.to_owned(),
                problem,
            })
        };
        match (defaults.get(name), value) {
            (None, _) => {
                let known: Vec<&str> = defaults.keys().map(String::as_str).collect();
                return wrong(format!(
                    "there is no such setting; here are only {}",
                    known.join(", ")
                ));
            }
            (Some(Value::Dict(_, defaults)), Value::Dict(_, values)) => {
                known_below(values, defaults, &key, source)?;
            }
            (Some(Value::Dict(..)), _) => return wrong("it must be a section".to_owned()),
            (Some(_), _) => {}
        }
    }
    Ok(())
}

fn known_below(values: &Dict, defaults: &Dict, key: &str, source: &str) -> Result<(), ConfigError> {
    known(values, defaults, &format!("{key}."), source)
}

/// Reads a variable as the type that its default has. What does not read as that type stays text,
/// and is refused with the others; `None` is a list that cannot be read.
fn as_type_of(default: &Value, text: &str) -> Option<Value> {
    let trimmed = text.trim();
    Some(match default {
        Value::Bool(..) => trimmed
            .parse::<bool>()
            .map_or_else(|_| text.into(), Value::from),
        Value::Num(..) => trimmed
            .parse::<i64>()
            .map_or_else(|_| text.into(), Value::from),
        Value::Array(_, items) if trimmed.starts_with('[') => {
            let list: Dict = Toml::from_str(&format!("list = {trimmed}")).ok()?;
            let list = list.get("list")?.clone().into_array()?;
            Value::from(
                list.into_iter()
                    .map(|item| like(items, item))
                    .collect::<Vec<_>>(),
            )
        }
        Value::Array(_, items) => {
            let parts = trimmed
                .split(',')
                .map(str::trim)
                .filter(|part| !part.is_empty());
            Value::from(
                parts
                    .map(|part| like(items, number_or_text(part)))
                    .collect::<Vec<_>>(),
            )
        }
        _ => text.into(),
    })
}

fn number_or_text(part: &str) -> Value {
    part.parse::<i64>()
        .map_or_else(|_| part.into(), Value::from)
}

/// Where the default list holds text, a number is text too.
fn like(defaults: &[Value], item: Value) -> Value {
    match (defaults.first(), item.to_i128()) {
        (Some(Value::String(..)), Some(number)) => number.to_string().into(),
        _ => item,
    }
}

fn insert(values: &mut Dict, key: &str, value: Value) {
    match key.split_once('.') {
        None => drop(values.insert(key.to_owned(), value)),
        Some((section, rest)) => {
            let mut inner = match values.remove(section) {
                Some(Value::Dict(_, inner)) => inner,
                _ => Dict::new(),
            };
            insert(&mut inner, rest, value);
            values.insert(section.to_owned(), inner.into());
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes()
        .take(offset)
        .filter(|byte| *byte == b'\n')
        .count()
        + 1
}

fn first_line(message: &str) -> &str {
    message.lines().next().unwrap_or_default()
}
