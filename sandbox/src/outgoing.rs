//! What a person sends: one value for every kind of message, built step by step.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Kind;

/// A message as a person is about to send it.
///
/// ```
/// use frontdesk_sandbox::Outgoing;
///
/// let picture = Outgoing::photo().caption("My receipt");
/// let place = Outgoing::location(55.75, 37.61).reply_to(12);
/// ```
///
/// As JSON it is the body of `POST /sandbox/people/{id}/send`; every field but `kind` may be left
/// out, and a file without bytes is a generated picture with the name of its kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outgoing {
    /// What is sent.
    pub kind: Kind,
    /// The text, or the caption of a file.
    pub text: String,
    /// Formatting of the text, as Bot API `MessageEntity` objects; offsets are in UTF-16 units.
    pub entities: Vec<Value>,
    /// The message this one answers.
    pub reply_to: Option<i64>,
    /// The name of the (hidden) account this message is forwarded from.
    pub forward_from: Option<String>,
    /// A file of the same kind that the sandbox has already, instead of bytes.
    pub file_id: Option<String>,
    /// The bytes of the file.
    #[serde(skip)]
    pub bytes: Option<Vec<u8>>,
    /// The name of the file.
    pub name: Option<String>,
    /// The media type of the file.
    pub mime: Option<String>,
    /// Width in pixels.
    pub width: Option<i64>,
    /// Height in pixels.
    pub height: Option<i64>,
    /// Duration in seconds.
    pub duration: Option<i64>,
    /// The emoji of a sticker or of a dice.
    pub emoji: Option<String>,
    /// Degrees, of a location or a venue.
    pub latitude: Option<f64>,
    /// Degrees, of a location or a venue.
    pub longitude: Option<f64>,
    /// The phone number of a contact.
    pub phone_number: Option<String>,
    /// The first name of a contact.
    pub first_name: Option<String>,
    /// The last name of a contact.
    pub last_name: Option<String>,
    /// The question of a poll.
    pub question: Option<String>,
    /// The options of a poll.
    pub options: Vec<String>,
    /// The value that a dice shows.
    pub value: Option<i64>,
    /// The name of a venue, or of a piece of music.
    pub title: Option<String>,
    /// The address of a venue.
    pub address: Option<String>,
    /// The field of the Bot API's `Message` that holds a message of kind `other`.
    pub field: Option<String>,
    /// What that field holds.
    pub content: Option<Value>,
}

impl Outgoing {
    /// A message of this kind with nothing in it yet.
    pub(crate) fn of_kind(kind: Kind) -> Outgoing {
        Outgoing {
            kind,
            ..Outgoing::default()
        }
    }

    /// Words.
    pub fn text(text: impl Into<String>) -> Outgoing {
        Outgoing::of_kind(Kind::Text).caption(text)
    }

    /// A picture.
    pub fn photo() -> Outgoing {
        Outgoing::of_kind(Kind::Photo)
    }

    /// A film.
    pub fn video() -> Outgoing {
        Outgoing::of_kind(Kind::Video)
    }

    /// A file.
    pub fn document(name: impl Into<String>) -> Outgoing {
        Outgoing::of_kind(Kind::Document).name(name)
    }

    /// A voice message.
    pub fn voice() -> Outgoing {
        Outgoing::of_kind(Kind::Voice)
    }

    /// A piece of music.
    pub fn audio() -> Outgoing {
        Outgoing::of_kind(Kind::Audio)
    }

    /// A round video message.
    pub fn video_note() -> Outgoing {
        Outgoing::of_kind(Kind::VideoNote)
    }

    /// A film without sound.
    pub fn animation() -> Outgoing {
        Outgoing::of_kind(Kind::Animation)
    }

    /// A sticker with its emoji.
    pub fn sticker(emoji: impl Into<String>) -> Outgoing {
        Outgoing {
            emoji: Some(emoji.into()),
            ..Outgoing::of_kind(Kind::Sticker)
        }
    }

    /// A point on the map.
    pub fn location(latitude: f64, longitude: f64) -> Outgoing {
        Outgoing {
            latitude: Some(latitude),
            longitude: Some(longitude),
            ..Outgoing::of_kind(Kind::Location)
        }
    }

    /// A person's card.
    pub fn contact(first_name: impl Into<String>, phone_number: impl Into<String>) -> Outgoing {
        Outgoing {
            first_name: Some(first_name.into()),
            phone_number: Some(phone_number.into()),
            ..Outgoing::of_kind(Kind::Contact)
        }
    }

    /// A poll.
    pub fn poll(question: impl Into<String>, options: &[&str]) -> Outgoing {
        Outgoing {
            question: Some(question.into()),
            options: options.iter().map(|&option| option.to_owned()).collect(),
            ..Outgoing::of_kind(Kind::Poll)
        }
    }

    /// A dice that shows `value`.
    pub fn dice(value: i64) -> Outgoing {
        Outgoing {
            value: Some(value),
            ..Outgoing::of_kind(Kind::Dice)
        }
    }

    /// A place with a name and an address.
    pub fn venue(title: impl Into<String>, address: impl Into<String>) -> Outgoing {
        Outgoing {
            title: Some(title.into()),
            address: Some(address.into()),
            ..Outgoing::of_kind(Kind::Venue)
        }
    }

    /// A message of a kind that the sandbox does not know: `field` of the `Message` holds `content`.
    pub fn other(field: impl Into<String>, content: Value) -> Outgoing {
        Outgoing {
            field: Some(field.into()),
            content: Some(content),
            ..Outgoing::of_kind(Kind::Other)
        }
    }

    /// Sets the text, or the caption of a file.
    pub fn caption(self, text: impl Into<String>) -> Outgoing {
        Outgoing {
            text: text.into(),
            ..self
        }
    }

    /// Sets the formatting: an array of Bot API `MessageEntity` objects.
    pub fn entities(self, entities: Value) -> Outgoing {
        Outgoing {
            entities: match entities {
                Value::Array(entities) => entities,
                Value::Null => Vec::new(),
                one => vec![one],
            },
            ..self
        }
    }

    /// Makes it an answer to a message of the chat.
    pub fn reply_to(self, message_id: i64) -> Outgoing {
        Outgoing {
            reply_to: Some(message_id),
            ..self
        }
    }

    /// Makes it a forward from an account that hides itself behind `name`.
    pub fn forwarded_from(self, name: impl Into<String>) -> Outgoing {
        Outgoing {
            forward_from: Some(name.into()),
            ..self
        }
    }

    /// Sets the name of the file.
    pub fn name(self, name: impl Into<String>) -> Outgoing {
        Outgoing {
            name: Some(name.into()),
            ..self
        }
    }

    /// Sets the media type of the file and its bytes.
    pub fn file(self, mime: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Outgoing {
        Outgoing {
            mime: Some(mime.into()),
            bytes: Some(bytes.into()),
            ..self
        }
    }
}
