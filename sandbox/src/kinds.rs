//! The kinds of messages, as the Bot API names them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a message is. Its name in JSON and on the page is the field of the Bot API's `Message`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Words only.
    #[default]
    Text,
    /// A picture, in several sizes.
    Photo,
    /// A film.
    Video,
    /// A file of any type.
    Document,
    /// A voice message.
    Voice,
    /// A piece of music.
    Audio,
    /// A round video message; it has no caption.
    VideoNote,
    /// A film without sound.
    Animation,
    /// A sticker; it has no caption.
    Sticker,
    /// A point on the map.
    Location,
    /// A person's card.
    Contact,
    /// A question with options.
    Poll,
    /// An emoji with a random value.
    Dice,
    /// A place with a name.
    Venue,
    /// Something that happened in a chat; it cannot be copied.
    Service,
    /// A kind that the sandbox knows nothing about but the name of its field.
    Other,
}

impl Kind {
    /// The name of the kind: the field of a Bot API `Message` that holds it.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Text => "text",
            Kind::Photo => "photo",
            Kind::Video => "video",
            Kind::Document => "document",
            Kind::Voice => "voice",
            Kind::Audio => "audio",
            Kind::VideoNote => "video_note",
            Kind::Animation => "animation",
            Kind::Sticker => "sticker",
            Kind::Location => "location",
            Kind::Contact => "contact",
            Kind::Poll => "poll",
            Kind::Dice => "dice",
            Kind::Venue => "venue",
            Kind::Service => "service",
            Kind::Other => "other",
        }
    }

    /// Whether a message of this kind can carry a caption.
    pub fn has_caption(self) -> bool {
        matches!(
            self,
            Kind::Photo
                | Kind::Video
                | Kind::Document
                | Kind::Voice
                | Kind::Audio
                | Kind::Animation
        )
    }

    /// Whether a message of this kind can be one of an album.
    pub fn fits_album(self) -> bool {
        matches!(
            self,
            Kind::Photo | Kind::Video | Kind::Document | Kind::Audio
        )
    }

    /// Whether a message of this kind is made of a file.
    pub fn is_file(self) -> bool {
        self.has_caption() || matches!(self, Kind::VideoNote | Kind::Sticker)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
