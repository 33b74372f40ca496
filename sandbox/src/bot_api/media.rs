//! Files of a call: by `file_id`, by upload, and the objects of `InputMedia`.

use serde_json::Value;

use super::{
    error::ApiError,
    formatting,
    request::{Params, Upload, required_text},
};
use crate::{
    Kind,
    state::{Content, NewFile, State},
};

/// The file that `sendPhoto` and its like name or carry.
pub(super) fn kind_file(kind: Kind, state: &mut State, params: &Params) -> Result<Value, ApiError> {
    let field = kind.as_str();
    if let Some(upload) = params.uploads.get(field) {
        return Ok(keep(kind, state, params, upload));
    }
    match params.text(field) {
        none if none.is_empty() => Err(ApiError::bad_request(&format!(
            "There is no {} in the request",
            field.replace('_', " ")
        ))),
        named => named_file(kind, state, params, &named),
    }
}

/// One `InputMedia` as the content of a message.
pub(super) fn input_media(
    state: &mut State,
    params: &Params,
    media: &Value,
    for_album: bool,
) -> Result<Content, ApiError> {
    let refuse = |words: &str| ApiError::bad_request(&format!("Can't parse InputMedia: {words}"));
    let Value::Object(fields) = media else {
        return Err(refuse("expected an Object"));
    };
    let caption = formatting::media_caption(fields)?;
    let kind = match required_text(fields, "type")
        .map_err(|words| refuse(&words))?
        .as_str()
    {
        "photo" => Kind::Photo,
        "video" => Kind::Video,
        "animation" if for_album => {
            return Err(refuse("type \"animation\" can't be used in sendMediaGroup"));
        }
        "animation" => Kind::Animation,
        "audio" => Kind::Audio,
        "document" => Kind::Document,
        other => return Err(refuse(&format!("type \"{other}\" is unsupported"))),
    };
    let named = match fields.get("media") {
        Some(Value::String(named)) if !named.is_empty() => named,
        _ => return Err(refuse("media not found")),
    };
    Ok(Content {
        kind,
        text: caption.text,
        entities: caption.entities,
        media: named_file(kind, state, params, named)?,
        field: None,
    })
}

/// A file by `attach://` and the name of its part, or by `file_id`.
fn named_file(
    kind: Kind,
    state: &mut State,
    params: &Params,
    named: &str,
) -> Result<Value, ApiError> {
    if let Some(part) = named.strip_prefix("attach://") {
        return match params.uploads.get(part) {
            Some(upload) => Ok(keep(kind, state, params, upload)),
            None => Err(ApiError::bad_request(
                "wrong file identifier/HTTP URL specified",
            )),
        };
    }
    if named.starts_with("http://") || named.starts_with("https://") {
        // This server never calls out, so for it no address on the web has a file.
        return Err(ApiError::bad_request("Failed to get HTTP URL content"));
    }
    let file = state.world.files.get(named).ok_or_else(|| {
        ApiError::bad_request("Wrong remote file identifier specified: Wrong string length")
    })?;
    if file.kind != kind {
        return Err(ApiError::bad_request(&format!(
            "Can't use file of type {} as {}",
            type_name(file.kind),
            type_name(kind)
        )));
    }
    Ok(file.media.clone())
}

fn keep(kind: Kind, state: &mut State, params: &Params, upload: &Upload) -> Value {
    state.world.files.add(
        kind,
        NewFile {
            name: upload.name.clone(),
            mime: upload.mime.clone(),
            width: params.integer("width").or_else(|| params.integer("length")),
            height: params.integer("height"),
            duration: params.integer("duration"),
            emoji: Some(params.text("emoji")).filter(|emoji| !emoji.is_empty()),
            title: Some(params.text("title")).filter(|title| !title.is_empty()),
            bytes: Some(upload.bytes.clone()),
        },
    )
}

/// How Telegram calls the kind of a file in this refusal.
fn type_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Photo => "Photo",
        Kind::Video => "Video",
        Kind::Voice => "VoiceNote",
        Kind::Audio => "Audio",
        Kind::VideoNote => "VideoNote",
        Kind::Animation => "Animation",
        Kind::Sticker => "Sticker",
        _ => "Document",
    }
}
