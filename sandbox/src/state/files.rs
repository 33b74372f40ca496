//! Files: what was uploaded or stands for an upload, and the Bot API objects that describe it.

use std::collections::HashMap;

use actix_web::web::Bytes;
use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

use crate::Kind;

/// What is known about a file when it is sent.
#[derive(Default)]
pub(crate) struct NewFile {
    pub(crate) name: Option<String>,
    pub(crate) mime: Option<String>,
    pub(crate) width: Option<i64>,
    pub(crate) height: Option<i64>,
    pub(crate) duration: Option<i64>,
    pub(crate) emoji: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) bytes: Option<Vec<u8>>,
}

/// A file that the server keeps.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct StoredFile {
    pub(crate) kind: Kind,
    pub(crate) unique_id: String,
    pub(crate) mime: String,
    /// The path under `/file/bot<token>/`.
    pub(crate) path: String,
    /// What the field of its kind holds in a `Message`.
    pub(crate) media: Value,
    #[serde(serialize_with = "as_base64", deserialize_with = "from_base64")]
    pub(crate) bytes: Option<Bytes>,
}

impl StoredFile {
    /// The bytes, or a generated picture with the name of the kind.
    pub(crate) fn content(&self) -> (String, Bytes) {
        match &self.bytes {
            Some(bytes) => (self.mime.clone(), bytes.clone()),
            None => ("image/svg+xml".to_owned(), placeholder(self.kind).into()),
        }
    }
}

/// All files by the ids that the bot may send.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct Files {
    files: HashMap<String, StoredFile>,
    /// The `file_id` of each path.
    paths: HashMap<String, String>,
    /// Sizes of a picture beside the largest, by their own `file_id`.
    smaller: HashMap<String, String>,
    count: u64,
}

impl Files {
    /// Keeps a file and returns what a `Message` of its kind holds.
    pub(crate) fn add(&mut self, kind: Kind, new: NewFile) -> Value {
        self.count += 1;
        let count = self.count;
        let (prefix, folder, extension, mime) = form_of(kind);
        let id = format!("{prefix}AAxkBAAI{count:08}");
        let unique_id = format!("AgAD{count:08}");
        let said = new.mime.filter(|mime| mime != UNKNOWN_TYPE);
        let mime = said.unwrap_or_else(|| match (kind, &new.name) {
            (Kind::Document, Some(name)) => type_of(name),
            _ => mime.to_owned(),
        });
        let size = new.bytes.as_ref().map_or(1_234, Vec::len);
        let width = new.width.unwrap_or(800);
        let height = new.height.unwrap_or(600);
        let duration = new.duration.unwrap_or(3);
        let name = new.name.clone();
        let mut media = json!({
            "file_id": id,
            "file_unique_id": unique_id,
            "file_size": size,
        });
        let mut put = |field: &str, value: Value| media[field] = value;
        match kind {
            Kind::Photo => {
                put("width", Value::from(width));
                put("height", Value::from(height));
            }
            Kind::Video | Kind::Animation => {
                put("width", Value::from(width));
                put("height", Value::from(height));
                put("duration", Value::from(duration));
                put("mime_type", Value::from(mime.as_str()));
            }
            Kind::Voice => {
                put("duration", Value::from(duration));
                put("mime_type", Value::from(mime.as_str()));
            }
            Kind::Audio => {
                put("duration", Value::from(duration));
                put("mime_type", Value::from(mime.as_str()));
                if let Some(title) = new.title {
                    put("title", Value::from(title));
                }
            }
            Kind::VideoNote => {
                put("length", Value::from(new.width.unwrap_or(240)));
                put("duration", Value::from(duration));
            }
            Kind::Sticker => {
                put("width", Value::from(512));
                put("height", Value::from(512));
                put("type", Value::from("regular"));
                put("is_animated", Value::from(false));
                put("is_video", Value::from(false));
                if let Some(emoji) = new.emoji {
                    put("emoji", Value::from(emoji));
                }
            }
            _ => put("mime_type", Value::from(mime.as_str())),
        }
        if let (Some(name), false) = (
            &name,
            matches!(
                kind,
                Kind::Photo | Kind::Voice | Kind::VideoNote | Kind::Sticker
            ),
        ) {
            put("file_name", Value::from(name.as_str()));
        }
        let media = match kind {
            Kind::Photo => {
                let small_id = format!("{prefix}AAxkBAAS{count:08}");
                self.smaller.insert(small_id.clone(), id.clone());
                json!([
                    {
                        "file_id": small_id,
                        "file_unique_id": format!("AgAS{count:08}"),
                        "file_size": size.min(900),
                        "width": 90,
                        "height": (90 * height / width.max(1)).max(1),
                    },
                    media,
                ])
            }
            _ => media,
        };
        let extension = match &new.bytes {
            None => "svg".to_owned(),
            Some(_) => name
                .as_deref()
                .and_then(|name| name.rsplit_once('.'))
                .map(|(_, extension)| extension)
                .filter(|extension| extension.bytes().all(|byte| byte.is_ascii_alphanumeric()))
                .unwrap_or(extension)
                .to_owned(),
        };
        let path = format!("{folder}/file_{count}.{extension}");
        self.paths.insert(path.clone(), id.clone());
        self.files.insert(
            id,
            StoredFile {
                kind,
                unique_id,
                mime,
                path,
                media: media.clone(),
                bytes: new.bytes.map(Bytes::from),
            },
        );
        media
    }

    /// The file with this `file_id`.
    pub(crate) fn get(&self, file_id: &str) -> Option<&StoredFile> {
        let file_id = self.smaller.get(file_id).map_or(file_id, String::as_str);
        self.files.get(file_id)
    }

    /// The file at this path of `/file/bot<token>/`.
    pub(crate) fn at_path(&self, path: &str) -> Option<&StoredFile> {
        self.files.get(self.paths.get(path)?)
    }
}

/// The beginning of its ids, its folder, its extension and its media type.
fn form_of(kind: Kind) -> (&'static str, &'static str, &'static str, &'static str) {
    match kind {
        Kind::Photo => ("AgACAgI", "photos", "jpg", "image/jpeg"),
        Kind::Video => ("BAACAgI", "videos", "mp4", "video/mp4"),
        Kind::Voice => ("AwACAgI", "voice", "oga", "audio/ogg"),
        Kind::Audio => ("CQACAgI", "music", "mp3", "audio/mpeg"),
        Kind::VideoNote => ("DQACAgI", "video_notes", "mp4", "video/mp4"),
        Kind::Animation => ("CgACAgI", "animations", "mp4", "video/mp4"),
        Kind::Sticker => ("CAACAgI", "stickers", "webp", "image/webp"),
        _ => ("BQACAgI", "documents", "bin", UNKNOWN_TYPE),
    }
}

/// The media type of a file that is anything.
const UNKNOWN_TYPE: &str = "application/octet-stream";

/// The media type that the name of a file tells.
fn type_of(name: &str) -> String {
    mime_guess::from_path(name)
        .first_raw()
        .unwrap_or(UNKNOWN_TYPE)
        .to_owned()
}

/// A picture that says what it stands for.
fn placeholder(kind: Kind) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"320\" height=\"240\" viewBox=\"0 0 320 240\">\
         <rect width=\"320\" height=\"240\" fill=\"#7d93a8\"/>\
         <text x=\"160\" y=\"128\" font-family=\"sans-serif\" font-size=\"28\" fill=\"#fff\" \
         text-anchor=\"middle\">{}</text></svg>",
        kind.as_str().replace('_', " ")
    )
}

fn as_base64<S: Serializer>(bytes: &Option<Bytes>, serializer: S) -> Result<S::Ok, S::Error> {
    bytes
        .as_ref()
        .map(|bytes| STANDARD.encode(bytes))
        .serialize(serializer)
}

fn from_base64<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Bytes>, D::Error> {
    Option::<String>::deserialize(deserializer)?
        .map(|text| STANDARD.decode(text).map(Bytes::from))
        .transpose()
        .map_err(serde::de::Error::custom)
}
