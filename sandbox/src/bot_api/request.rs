//! The parameters of a call, wherever they were written: query, JSON, form or multipart.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::error::ApiError;

/// An uploaded file.
#[derive(Clone)]
pub(crate) struct Upload {
    pub(crate) name: Option<String>,
    pub(crate) mime: Option<String>,
    pub(crate) bytes: Vec<u8>,
}

/// All parameters of a call. In a form everything is a string, so each getter reads that too.
#[derive(Default)]
pub(crate) struct Params {
    pub(crate) fields: Map<String, Value>,
    pub(crate) uploads: HashMap<String, Upload>,
    /// Originals that a fault leaves out of a copy of several; an empty list means the last one.
    pub(crate) skipped: Option<Vec<i64>>,
}

impl Params {
    /// The parameter as it came; an empty string is none.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.fields.get(name).filter(|value| match value {
            Value::Null => false,
            Value::String(text) => !text.is_empty(),
            _ => true,
        })
    }

    /// A string; a number is read as one.
    pub(crate) fn text(&self, name: &str) -> String {
        match self.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => String::new(),
        }
    }

    /// A whole number; what is none counts as left out.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        integer(self.get(name)?)
    }

    /// A number with a fraction.
    pub(crate) fn number(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            Value::String(text) => text.trim().parse().ok(),
            other => other.as_f64(),
        }
    }

    /// `true`, `yes` or `1` in any form.
    pub(crate) fn flag(&self, name: &str) -> bool {
        match self.get(name) {
            Some(Value::Bool(flag)) => *flag,
            Some(Value::String(text)) => {
                matches!(text.to_ascii_lowercase().as_str(), "true" | "yes" | "1")
            }
            Some(Value::Number(number)) => number.as_i64() == Some(1),
            _ => false,
        }
    }

    /// A structure, which a form holds as a string; `cannot_parse` are Telegram's words for one that
    /// is not JSON.
    pub(crate) fn structure(
        &self,
        name: &str,
        cannot_parse: &str,
    ) -> Result<Option<Value>, ApiError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => serde_json::from_str(text)
                .map(Some)
                .map_err(|_| ApiError::bad_request(cannot_parse)),
            Some(other) => Ok(Some(other.clone())),
        }
    }
}

/// A whole number, also one in a string.
pub(crate) fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_i64(),
    }
}

/// A field that must be a string, in Telegram's words for one that is missing or is not.
pub(crate) fn required_text(object: &Map<String, Value>, name: &str) -> Result<String, String> {
    match object.get(name) {
        Some(Value::String(text)) => Ok(text.clone()),
        Some(Value::Number(number)) => Ok(number.to_string()),
        None | Some(Value::Null) => Err(format!("Can't find field \"{name}\"")),
        Some(_) => Err(format!("Field \"{name}\" must be of type String")),
    }
}
