//! Reads an update, as tolerantly as can be: what the desk does not need may be missing or new.
//!
//! Every field is optional but the ids. A field that is there with another type than the Bot API
//! names makes the update undecodable: it is kept for the operator, never lost.

use std::fmt;

use frontdesk_desk::content::{Content, ContentKind, Entity, File, Piece, Source};
use frontdesk_desk::ids::{AlbumId, ChatId, ChatMessageId, PersonId, UpdateId};
use frontdesk_desk::input::{Act, Input, Person, Wrote};
use serde_json::{Map, Value};

/// The kinds of updates that are asked for.
pub const KINDS: [&str; 4] = [
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
];

/// Which of the kinds an update is of; `None` if the desk does not ask for it.
pub(crate) fn kind_of(raw: &Value) -> Option<usize> {
    KINDS.iter().position(|kind| raw.get(kind).is_some())
}

/// Where the text of an update stands that is no JSON which can be parsed.
pub(super) const UNREADABLE: &str = "unreadable";

/// What an update is to the desk.
#[derive(Clone, Debug, PartialEq)]
pub enum Read {
    /// Somebody did something.
    Input(Box<Input>),
    /// Nothing for the desk: it is counted by its kind and confirmed.
    Ignored {
        /// Its kind, in the Bot API's word where there is one.
        kind: String,
    },
    /// It should be something for the desk, but cannot be read.
    Undecodable {
        /// What is wrong with it; never what people wrote.
        reason: String,
        /// Whose it is, where that could be read.
        person: Option<PersonId>,
    },
}

/// Telegram's number of a raw update.
pub fn update_id(raw: &Value) -> Option<UpdateId> {
    raw.get("update_id").and_then(Value::as_i64).map(UpdateId)
}

/// Reads a raw update.
pub fn read(raw: &Value) -> Read {
    if raw.get(UNREADABLE).is_some() {
        return Read::Undecodable {
            reason: "it is no JSON that can be parsed".to_owned(),
            person: None,
        };
    }
    let kind = KINDS.into_iter().find(|kind| raw.get(kind).is_some());
    let Some((kind, body)) = kind.and_then(|kind| Some((kind, raw.get(kind)?))) else {
        return Read::Ignored {
            kind: unknown_kind(raw),
        };
    };
    let act = match kind {
        "message" => {
            message(body).map(|found| found.map(|(person, wrote)| (person, Act::Wrote(wrote))))
        }
        "edited_message" => edited(body),
        "callback_query" => callback_query(body),
        _ => my_chat_member(body),
    };
    let done = act.and_then(|found| match found {
        Found::Nothing(kind) => Ok(Read::Ignored {
            kind: kind.to_owned(),
        }),
        Found::Act((person, act)) => Ok(Read::Input(Box::new(Input {
            update: update_id(raw).ok_or(Malformed("update_id"))?,
            person,
            act,
        }))),
    });
    done.unwrap_or_else(|malformed| Read::Undecodable {
        reason: format!("{kind}: {malformed}"),
        person: body
            .get("from")
            .and_then(|from| from.get("id"))
            .and_then(Value::as_i64)
            .map(PersonId),
    })
}

/// A field that is missing or of another type than the Bot API says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Malformed(&'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is missing or of another type", self.0)
    }
}

/// What was found in an update of a known kind.
enum Found<T> {
    Act(T),
    /// Nothing for the desk, and what it is called in the counts.
    Nothing(&'static str),
}

impl<T> Found<T> {
    fn map<U>(self, f: impl FnOnce(T) -> U) -> Found<U> {
        match self {
            Self::Act(act) => Found::Act(f(act)),
            Self::Nothing(kind) => Found::Nothing(kind),
        }
    }
}

type Reading<T> = Result<T, Malformed>;

fn message(body: &Value) -> Reading<Found<(Person, Wrote)>> {
    let chat = required(object(body, "chat")?, "chat")?;
    let chat_id = ChatId(required(number(chat, "id")?, "chat.id")?);
    // Groups and channels have negative ids.
    if text(chat, "type")?.is_some_and(|kind| kind != "private") || chat_id.0 < 0 {
        return Ok(Found::Nothing("group_message"));
    }
    let message = ChatMessageId(required(number(body, "message_id")?, "message_id")?);
    if let Some(service) = SERVICE.iter().find(|key| field(body, key).is_some()) {
        return Ok(Found::Nothing(service));
    }
    let Some(from) = object(body, "from")? else {
        return Ok(Found::Nothing("message_from_nobody"));
    };
    if from.get("is_bot").and_then(Value::as_bool) == Some(true) {
        return Ok(Found::Nothing("message_from_bot"));
    }
    let reply_to = match object(body, "reply_to_message")? {
        Some(replied) => number(replied, "message_id")?.map(ChatMessageId),
        None => None,
    };
    let wrote = Wrote {
        piece: Piece {
            content: content(body)?,
            source: Source {
                chat: chat_id,
                message,
            },
            album: text(body, "media_group_id")?.map(|id| AlbumId(id.to_owned())),
        },
        reply_to,
    };
    Ok(Found::Act((person(from)?, wrote)))
}

fn edited(body: &Value) -> Reading<Found<(Person, Act)>> {
    // A live location is an edit every few seconds.
    let location = object(body, "location")?;
    if location.is_some_and(|location| field(location, "live_period").is_some()) {
        return Ok(Found::Nothing("live_location"));
    }
    Ok(message(body)?.map(|(person, wrote)| (person, Act::Edited(wrote))))
}

fn callback_query(body: &Value) -> Reading<Found<(Person, Act)>> {
    let query = required(text(body, "id")?, "id")?.to_owned();
    let person = person(required(object(body, "from")?, "from")?)?;
    let under = object(body, "message")?;
    let mut message = None;
    if let Some(under) = under {
        let kind = match object(under, "chat")? {
            Some(chat) => text(chat, "type")?,
            None => None,
        };
        if kind.is_some_and(|kind| kind != "private") {
            return Ok(Found::Nothing("group_callback_query"));
        }
        message = number(under, "message_id")?.map(ChatMessageId);
    }
    let data = text(body, "data")?.unwrap_or_default().to_owned();
    Ok(Found::Act((
        person,
        Act::Pressed {
            query,
            message,
            data,
        },
    )))
}

fn my_chat_member(body: &Value) -> Reading<Found<(Person, Act)>> {
    let chat = required(object(body, "chat")?, "chat")?;
    let chat_id = ChatId(required(number(chat, "id")?, "chat.id")?);
    let person = person(required(object(body, "from")?, "from")?)?;
    let new = required(object(body, "new_chat_member")?, "new_chat_member")?;
    let status = required(text(new, "status")?, "new_chat_member.status")?;
    let private = text(chat, "type")?.is_none_or(|kind| kind == "private");
    let act = match status {
        "kicked" if private => Act::Blocked,
        "member" if private => Act::Unblocked,
        _ if private => return Ok(Found::Nothing("my_chat_member")),
        _ => {
            let was = object(body, "old_chat_member")?;
            if !is_inside(new) || was.is_some_and(is_inside) {
                return Ok(Found::Nothing("group_rights"));
            }
            Act::AddedToGroup { chat: chat_id }
        }
    };
    Ok(Found::Act((person, act)))
}

/// Whether a member of a group is in it.
fn is_inside(member: &Value) -> bool {
    match member.get("status").and_then(Value::as_str) {
        Some("member" | "administrator" | "creator") => true,
        Some("restricted") => member.get("is_member").and_then(Value::as_bool) == Some(true),
        _ => false,
    }
}

fn person(from: &Value) -> Reading<Person> {
    let owned = |key| Ok(text(from, key)?.map(str::to_owned));
    Ok(Person {
        id: PersonId(required(number(from, "id")?, "from.id")?),
        first_name: owned("first_name")?.unwrap_or_default(),
        last_name: owned("last_name")?,
        username: owned("username")?,
        language_code: owned("language_code")?,
    })
}

/// The kinds with a file. An animation has a `document` beside it, so it comes first.
const FILES: [(&str, ContentKind); 7] = [
    ("animation", ContentKind::Animation),
    ("video", ContentKind::Video),
    ("audio", ContentKind::Audio),
    ("voice", ContentKind::Voice),
    ("video_note", ContentKind::VideoNote),
    ("sticker", ContentKind::Sticker),
    ("document", ContentKind::Document),
];

fn content(body: &Value) -> Reading<Content> {
    let plain = |kind, text| Content {
        kind,
        text,
        entities: Vec::new(),
        file: None,
    };
    if let Some(words) = text(body, "text")? {
        return Ok(Content {
            entities: entities(body, "entities")?,
            ..plain(ContentKind::Text, words.to_owned())
        });
    }
    let captioned = |kind, file| {
        Ok(Content {
            kind,
            text: text(body, "caption")?.unwrap_or_default().to_owned(),
            entities: entities(body, "caption_entities")?,
            file,
        })
    };
    for (key, kind) in FILES {
        let Some(media) = object(body, key)? else {
            continue;
        };
        let mut content = captioned(kind, Some(file(media, key)?))?;
        if kind == ContentKind::Sticker {
            content.text = text(media, "emoji")?.unwrap_or_default().to_owned();
        }
        return Ok(content);
    }
    if let Some(sizes) = array(body, "photo")? {
        let area = |size: &&Value| {
            let side = |key| size.get(key).and_then(Value::as_i64).unwrap_or(0);
            side("width").saturating_mul(side("height"))
        };
        let largest = required(sizes.iter().max_by_key(area), "photo")?;
        return captioned(ContentKind::Photo, Some(file(largest, "photo")?));
    }
    if let Some(venue) = object(body, "venue")? {
        let parts = [text(venue, "title")?, text(venue, "address")?];
        let named = joined(parts, ", ");
        let place = match object(venue, "location")? {
            Some(place) => place_text(place)?,
            None => String::new(),
        };
        return Ok(plain(
            ContentKind::Location,
            joined([Some(&*named), Some(&*place)], ", "),
        ));
    }
    if let Some(place) = object(body, "location")? {
        return Ok(plain(ContentKind::Location, place_text(place)?));
    }
    if let Some(contact) = object(body, "contact")? {
        let parts = [
            text(contact, "phone_number")?,
            text(contact, "first_name")?,
            text(contact, "last_name")?,
        ];
        return Ok(plain(ContentKind::Contact, joined(parts, " ")));
    }
    if let Some(poll) = object(body, "poll")? {
        let question = text(poll, "question")?.unwrap_or_default();
        return Ok(plain(ContentKind::Poll, question.to_owned()));
    }
    if let Some(dice) = object(body, "dice")? {
        let emoji = text(dice, "emoji")?.unwrap_or_default();
        let value = number(dice, "value")?.map(|value| value.to_string());
        let thrown = joined([Some(emoji), value.as_deref()], " ");
        return Ok(plain(ContentKind::Dice, thrown));
    }
    captioned(ContentKind::Other, None)
}

fn file(media: &Value, key: &'static str) -> Reading<File> {
    Ok(File {
        file_id: required(text(media, "file_id")?, key)?.to_owned(),
        file_unique_id: text(media, "file_unique_id")?
            .unwrap_or_default()
            .to_owned(),
    })
}

fn place_text(place: &Value) -> Reading<String> {
    let side = |key| required(place.get(key).and_then(Value::as_f64), key);
    Ok(format!("{}, {}", side("latitude")?, side("longitude")?))
}

fn joined<'a>(parts: impl IntoIterator<Item = Option<&'a str>>, by: &str) -> String {
    let there: Vec<&str> = parts
        .into_iter()
        .flatten()
        .filter(|part| !part.is_empty())
        .collect();
    there.join(by)
}

/// Entities as they came; one without a place is left out.
fn entities(body: &Value, key: &'static str) -> Reading<Vec<Entity>> {
    let found = array(body, key)?.map_or(&[][..], Vec::as_slice);
    Ok(found.iter().filter_map(entity).collect())
}

fn entity(raw: &Value) -> Option<Entity> {
    let place = |key| usize::try_from(raw.get(key)?.as_u64()?).ok();
    let mut rest: Map<String, Value> = raw.as_object()?.clone();
    rest.retain(|key, _| key != "offset" && key != "length");
    Some(Entity {
        offset: place("offset")?,
        length: place("length")?,
        rest,
    })
}

/// The messages by which Telegram tells that something happened: nobody wrote them.
const SERVICE: [&str; 52] = [
    "pinned_message",
    "message_auto_delete_timer_changed",
    "write_access_allowed",
    "connected_website",
    "users_shared",
    "chat_shared",
    "successful_payment",
    "refunded_payment",
    "passport_data",
    "proximity_alert_triggered",
    "web_app_data",
    "gift",
    "unique_gift",
    "gift_upgrade_sent",
    "chat_background_set",
    "boost_added",
    "checklist_tasks_done",
    "checklist_tasks_added",
    "poll_option_added",
    "poll_option_deleted",
    "paid_message_price_changed",
    "direct_message_price_changed",
    "managed_bot_created",
    "suggested_post_approved",
    "suggested_post_approval_failed",
    "suggested_post_declined",
    "suggested_post_paid",
    "suggested_post_refunded",
    "video_chat_scheduled",
    "video_chat_started",
    "video_chat_ended",
    "video_chat_participants_invited",
    "giveaway_created",
    "giveaway_completed",
    "new_chat_members",
    "left_chat_member",
    "chat_owner_left",
    "chat_owner_changed",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "group_chat_created",
    "supergroup_chat_created",
    "channel_chat_created",
    "migrate_to_chat_id",
    "migrate_from_chat_id",
    "forum_topic_created",
    "forum_topic_edited",
    "forum_topic_closed",
    "forum_topic_reopened",
    "general_forum_topic_hidden",
    "general_forum_topic_unhidden",
];

/// The word of a kind that the desk does not know: the field beside the id.
fn unknown_kind(raw: &Value) -> String {
    let key = raw
        .as_object()
        .and_then(|fields| fields.keys().find(|key| *key != "update_id"));
    match key {
        Some(key) => key.chars().take(64).collect(),
        None => "nothing".to_owned(),
    }
}

/// A field that is there and not null.
fn field<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    value.get(key).filter(|field| !field.is_null())
}

fn required<T>(found: Option<T>, key: &'static str) -> Reading<T> {
    found.ok_or(Malformed(key))
}

fn number(value: &Value, key: &'static str) -> Reading<Option<i64>> {
    typed(value, key, Value::as_i64)
}

fn text<'a>(value: &'a Value, key: &'static str) -> Reading<Option<&'a str>> {
    typed(value, key, Value::as_str)
}

fn object<'a>(value: &'a Value, key: &'static str) -> Reading<Option<&'a Value>> {
    typed(value, key, |field| field.is_object().then_some(field))
}

fn array<'a>(value: &'a Value, key: &'static str) -> Reading<Option<&'a Vec<Value>>> {
    typed(value, key, Value::as_array)
}

fn typed<'a, T>(
    value: &'a Value,
    key: &'static str,
    as_type: impl FnOnce(&'a Value) -> Option<T>,
) -> Reading<Option<T>> {
    match field(value, key) {
        Some(field) => as_type(field).map(Some).ok_or(Malformed(key)),
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests;
