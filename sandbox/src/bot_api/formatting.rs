//! Reading a text with its entities: the checks of `text`, `caption` and their like.

use serde_json::{Map, Value, json};

use super::{
    error::ApiError,
    html,
    request::{Params, required_text},
};
use crate::text::{CAPTION_LIMIT, TEXT_LIMIT, finish, utf16_len};

/// More bytes than this are not even looked at.
const MOST_BYTES: usize = 1 << 15;

/// A text as the server keeps it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Formatted {
    pub(crate) text: String,
    pub(crate) entities: Vec<Value>,
}

/// The `text` of a message, which may not be empty.
pub(crate) fn message_text(params: &Params) -> Result<Formatted, ApiError> {
    let text = params.text("text");
    if text.is_empty() {
        return Err(ApiError::bad_request("Message text is empty"));
    }
    let entities = params.structure("entities", "").unwrap_or_default();
    let formatted = read(&text, &params.text("parse_mode"), entities.as_ref())?;
    if formatted.text.is_empty() {
        return Err(ApiError::bad_request("Text must be non-empty"));
    }
    if utf16_len(&formatted.text) > TEXT_LIMIT {
        return Err(ApiError::bad_request("Message is too long"));
    }
    Ok(formatted)
}

/// The `caption` of a call.
pub(crate) fn caption(params: &Params) -> Result<Formatted, ApiError> {
    let entities = params.structure("caption_entities", "").unwrap_or_default();
    checked_caption(
        &params.text("caption"),
        &params.text("parse_mode"),
        entities.as_ref(),
    )
}

/// The caption of one `InputMedia`.
pub(crate) fn media_caption(media: &Map<String, Value>) -> Result<Formatted, ApiError> {
    let field = |name: &str| media.get(name).and_then(Value::as_str).unwrap_or_default();
    checked_caption(
        field("caption"),
        field("parse_mode"),
        media.get("caption_entities"),
    )
}

fn checked_caption(
    text: &str,
    parse_mode: &str,
    entities: Option<&Value>,
) -> Result<Formatted, ApiError> {
    let caption = read(text, parse_mode, entities)?;
    if utf16_len(&caption.text) > CAPTION_LIMIT {
        return Err(ApiError::bad_request("Message caption is too long"));
    }
    Ok(caption)
}

fn read(text: &str, parse_mode: &str, entities: Option<&Value>) -> Result<Formatted, ApiError> {
    if text.len() > MOST_BYTES {
        return Err(ApiError::bad_request("Text is too long"));
    }
    let parse_mode = parse_mode.to_ascii_lowercase();
    let (text, entities) = match parse_mode.as_str() {
        _ if text.is_empty() => return Ok(Formatted::default()),
        "" | "none" => {
            let entities = match entities {
                Some(Value::Array(entities)) => checked_entities(text, entities)?,
                _ => Vec::new(),
            };
            finish(text, entities)
        }
        "html" => {
            let (text, entities) = html::parse(text).map_err(|words| {
                ApiError::bad_request(&format!("can't parse entities: {words}"))
            })?;
            finish(&text, entities)
        }
        // Markdown belongs here too, but nobody who tries this server out needs it.
        _ => return Err(ApiError::bad_request("Unsupported parse_mode")),
    };
    Ok(Formatted { text, entities })
}

/// The entities that a bot may set, if all of them are well-formed and lie inside the text.
fn checked_entities(text: &str, entities: &[Value]) -> Result<Vec<Value>, ApiError> {
    let mut checked = Vec::with_capacity(entities.len());
    for entity in entities {
        let entity = one_entity(entity).map_err(|words| {
            ApiError::bad_request(&format!("can't parse MessageEntity: {words}"))
        })?;
        if let Some((offset, length, entity)) = entity {
            if !(0..=1_000_000).contains(&offset) {
                return Err(ApiError::bad_request(&format!(
                    "Receive an entity with incorrect offset {offset}"
                )));
            }
            if !(0..=1_000_000).contains(&length) {
                return Err(ApiError::bad_request(&format!(
                    "Receive an entity with incorrect length {length}"
                )));
            }
            if length > 0 {
                checked.push((offset, offset + length, entity));
            }
        }
    }
    checked.sort_by_key(|(start, end, _)| (*start, -*end));
    check_places(text, &checked)?;
    Ok(checked.into_iter().map(|(_, _, entity)| entity).collect())
}

/// Every entity begins and ends at a character of the text.
fn check_places(text: &str, entities: &[(i64, i64, Value)]) -> Result<(), ApiError> {
    if entities.is_empty() {
        return Ok(());
    }
    // The characters that take two units: a place after the first unit is in the middle of one.
    let mut middles = Vec::new();
    let mut length = 0_i64;
    for (byte, char) in text.char_indices() {
        if char.len_utf16() == 2 {
            middles.push((length + 1, byte + char.len_utf8()));
            length += 1;
        }
        length += 1;
    }
    let middle = |place: i64| {
        let found = middles.binary_search_by_key(&place, |(at, _)| *at);
        found.ok().map(|index| middles[index].1)
    };
    for (start, end, _) in entities {
        if let Some(byte) = middle(*start) {
            return Err(ApiError::bad_request(&format!(
                "Entity begins in a middle of a UTF-16 symbol at byte offset {byte}"
            )));
        }
        if *start > length {
            return Err(ApiError::bad_request(&format!(
                "Entity begins after the end of the text at UTF-16 offset {start}"
            )));
        }
        if let Some(byte) = middle(*end) {
            return Err(ApiError::bad_request(&format!(
                "Entity beginning at UTF-16 offset {start} ends in a middle of a UTF-16 symbol at byte offset {byte}"
            )));
        }
        if *end > length {
            return Err(ApiError::bad_request(&format!(
                "Entity beginning at UTF-16 offset {start} ends after the end of the text at UTF-16 offset {end}"
            )));
        }
    }
    Ok(())
}

/// Offset, length and the entity; nothing for a kind that only Telegram itself sets.
fn one_entity(entity: &Value) -> Result<Option<(i64, i64, Value)>, String> {
    let Value::Object(fields) = entity else {
        return Err("expected an Object".to_owned());
    };
    let number = |name: &str| match fields.get(name) {
        None => Err(format!("Can't find field \"{name}\"")),
        Some(value) => super::request::integer(value)
            .ok_or_else(|| format!("Field \"{name}\" must be a Number")),
    };
    let offset = number("offset")?;
    let length = number("length")?;
    let kind = required_text(fields, "type")?;
    let mut entity = json!({ "type": kind, "offset": offset, "length": length });
    match kind.as_str() {
        "bold"
        | "italic"
        | "underline"
        | "strikethrough"
        | "spoiler"
        | "code"
        | "blockquote"
        | "expandable_blockquote" => {}
        "pre" => {
            if let Some(Value::String(language)) = fields.get("language")
                && !language.is_empty()
            {
                entity["language"] = Value::from(language.as_str());
            }
        }
        "text_link" => entity["url"] = Value::from(required_text(fields, "url")?),
        "text_mention" => {
            let user = fields.get("user").ok_or("Can't find field \"user\"")?;
            if user.get("id").and_then(super::request::integer).is_none() {
                return Err("Can't find field \"id\"".to_owned());
            }
            entity["user"] = user.clone();
        }
        "custom_emoji" => {
            entity["custom_emoji_id"] = Value::from(required_text(fields, "custom_emoji_id")?);
        }
        "date_time" => {
            entity["unix_time"] = Value::from(number("unix_time")?);
            if let Some(format) = fields.get("date_time_format") {
                entity["date_time_format"] = format.clone();
            }
        }
        "mention" | "hashtag" | "cashtag" | "bot_command" | "url" | "email" | "phone_number"
        | "bank_card_number" => return Ok(None),
        _ => return Err("Unsupported type specified".to_owned()),
    }
    Ok(Some((offset, length, entity)))
}
