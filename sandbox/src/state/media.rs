//! What the field of each kind of message holds, made from what a person sends.

use serde_json::{Map, Value, json};

use super::{Files, NewFile};
use crate::{Kind, Outgoing};

/// The content of the field that [`Kind::as_str`] names; a file is added to `files`.
pub(crate) fn media_of(outgoing: &Outgoing, files: &mut Files, poll_id: i64) -> Value {
    match outgoing.kind {
        Kind::Text => Value::Null,
        Kind::Location => location(outgoing),
        Kind::Contact => without_nulls(json!({
            "phone_number": outgoing.phone_number.as_deref().unwrap_or("+10000000000"),
            "first_name": outgoing.first_name.as_deref().unwrap_or("Somebody"),
            "last_name": outgoing.last_name,
        })),
        Kind::Venue => json!({
            "location": location(outgoing),
            "title": outgoing.title.as_deref().unwrap_or("Somewhere"),
            "address": outgoing.address.as_deref().unwrap_or("Main street 1"),
        }),
        Kind::Dice => json!({
            "emoji": outgoing.emoji.as_deref().unwrap_or("🎲"),
            "value": outgoing.value.unwrap_or(4),
        }),
        Kind::Poll => {
            let none = ["yes".to_owned(), "no".to_owned()];
            let options = match outgoing.options.as_slice() {
                [] => &none,
                options => options,
            };
            poll(
                poll_id,
                outgoing.question.as_deref().unwrap_or("Yes or no?"),
                options,
            )
        }
        Kind::Service | Kind::Other => outgoing.content.clone().unwrap_or_else(|| json!({})),
        kind => {
            let known = outgoing.file_id.as_deref().and_then(|id| files.get(id));
            if let Some(known) = known.filter(|file| file.kind == kind) {
                return known.media.clone();
            }
            let name = match (&outgoing.name, kind) {
                (Some(name), _) => Some(name.clone()),
                (None, Kind::Document) => Some("document.pdf".to_owned()),
                (None, _) => None,
            };
            files.add(
                kind,
                NewFile {
                    name,
                    mime: outgoing.mime.clone(),
                    width: outgoing.width,
                    height: outgoing.height,
                    duration: outgoing.duration,
                    emoji: outgoing.emoji.clone().or_else(|| Some("😀".to_owned())),
                    title: outgoing.title.clone(),
                    bytes: outgoing.bytes.clone(),
                },
            )
        }
    }
}

/// An open, anonymous poll without votes.
pub(crate) fn poll(id: i64, question: &str, options: &[String]) -> Value {
    let options: Vec<Value> = options
        .iter()
        .enumerate()
        .map(|(place, text)| {
            json!({ "persistent_id": place.to_string(), "text": text, "voter_count": 0 })
        })
        .collect();
    json!({
        "id": id.to_string(),
        "question": question,
        "options": options,
        "total_voter_count": 0,
        "is_closed": false,
        "is_anonymous": true,
        "type": "regular",
        "allows_multiple_answers": false,
        "allows_revoting": true,
        "members_only": false,
    })
}

fn location(outgoing: &Outgoing) -> Value {
    json!({
        "latitude": outgoing.latitude.unwrap_or(55.75),
        "longitude": outgoing.longitude.unwrap_or(37.61),
    })
}

/// The object without the fields that hold nothing.
pub(crate) fn without_nulls(object: Value) -> Value {
    match object {
        Value::Object(fields) => Value::Object(
            fields
                .into_iter()
                .filter(|(_, value)| !value.is_null())
                .collect::<Map<_, _>>(),
        ),
        other => other,
    }
}
