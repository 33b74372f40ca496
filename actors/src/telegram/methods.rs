//! The methods of the Bot API that the desk calls: each a name, its parameters as JSON, and the
//! part of the answer that is read.
//!
//! The library's own payloads are not used: they know the entities and buttons of one version
//! only, send media as multipart, and read whole messages back.

use serde::de::{Error, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use teloxide_core::requests::Payload;

use super::read::UNREADABLE;

/// Declares methods. A function cannot do this: the library takes the name from the type.
macro_rules! methods {
    ($($name:ident = $method:literal -> $answer:ty;)+) => {
        $(
            #[derive(Clone, Serialize)]
            #[serde(transparent)]
            pub(super) struct $name(pub(super) Value);

            impl Payload for $name {
                type Output = $answer;
                const NAME: &'static str = $method;
            }
        )+
    };
}

methods! {
    GetMe = "getMe" -> Me;
    GetUpdates = "getUpdates" -> Updates;
    SetWebhook = "setWebhook" -> IgnoredAny;
    DeleteWebhook = "deleteWebhook" -> IgnoredAny;
    GetWebhookInfo = "getWebhookInfo" -> WebhookInfo;
    SetMyCommands = "setMyCommands" -> IgnoredAny;
    DeleteMyCommands = "deleteMyCommands" -> IgnoredAny;
    AnswerCallbackQuery = "answerCallbackQuery" -> IgnoredAny;
    SendMessage = "sendMessage" -> Message;
    SendPhoto = "sendPhoto" -> Message;
    SendVideo = "sendVideo" -> Message;
    SendDocument = "sendDocument" -> Message;
    SendVoice = "sendVoice" -> Message;
    SendAudio = "sendAudio" -> Message;
    SendVideoNote = "sendVideoNote" -> Message;
    SendAnimation = "sendAnimation" -> Message;
    SendSticker = "sendSticker" -> Message;
    CopyMessage = "copyMessage" -> Message;
    CopyMessages = "copyMessages" -> Vec<Message>;
    EditMessageText = "editMessageText" -> IgnoredAny;
    EditMessageCaption = "editMessageCaption" -> IgnoredAny;
    EditMessageMedia = "editMessageMedia" -> IgnoredAny;
    EditMessageReplyMarkup = "editMessageReplyMarkup" -> IgnoredAny;
    DeleteMessages = "deleteMessages" -> IgnoredAny;
    SetMessageReaction = "setMessageReaction" -> IgnoredAny;
    LeaveChat = "leaveChat" -> IgnoredAny;
}

/// All that is read of a sent message.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Message {
    pub(super) message_id: i64,
}

/// All that is read of the bot itself.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Me {
    pub(super) id: i64,
    #[serde(default)]
    pub(super) username: String,
}

/// All that is read of the webhook.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct WebhookInfo {
    #[serde(default)]
    pub(super) url: String,
    #[serde(default)]
    pub(super) pending_update_count: u64,
    #[serde(default)]
    pub(super) last_error_date: Option<i64>,
    #[serde(default)]
    pub(super) last_error_message: Option<String>,
}

/// Updates as they came. One that the parser refuses, for a broken escape or for its depth, takes no
/// other with it: it is kept as text, under [`UNREADABLE`].
pub(super) struct Updates(pub(super) Vec<Value>);

impl<'de> Deserialize<'de> for Updates {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let all = Box::<RawValue>::deserialize(from)?;
        if let Ok(updates) = serde_json::from_str(all.get()) {
            return Ok(Self(updates));
        }
        let each: Vec<&RawValue> = serde_json::from_str(all.get()).map_err(D::Error::custom)?;
        Ok(Self(each.into_iter().map(as_far_as_can_be).collect()))
    }
}

/// An update that was posted. What cannot be read of it is kept like one of a batch; what is not JSON
/// at all is nothing.
pub(crate) fn posted(body: &[u8]) -> Value {
    serde_json::from_slice(body).unwrap_or_else(|_| {
        serde_json::from_slice::<&RawValue>(body).map_or(Value::Null, as_far_as_can_be)
    })
}

fn as_far_as_can_be(update: &RawValue) -> Value {
    #[derive(Deserialize)]
    struct Numbered {
        update_id: i64,
    }
    serde_json::from_str(update.get()).unwrap_or_else(|_| {
        let number = serde_json::from_str::<Numbered>(update.get()).ok();
        json!({
            "update_id": number.map(|numbered| numbered.update_id),
            UNREADABLE: update.get(),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_posted_update_that_the_parser_refuses_is_kept_as_text() {
        let broken = r#"{"update_id":2,"message":{"text":"\ud83d"}}"#;
        assert_eq!(
            posted(broken.as_bytes()),
            json!({"update_id": 2, UNREADABLE: broken})
        );
        assert_eq!(posted(br#"{"update_id":1}"#), json!({"update_id": 1}));
        for nothing in [&b""[..], b"update", b"{\"update_id\":1", b"\xff\xfe"] {
            assert_eq!(posted(nothing), Value::Null);
        }
    }

    #[test]
    fn an_update_that_the_parser_refuses_takes_no_other_with_it() {
        let deep = "[".repeat(300) + &"]".repeat(300);
        let broken = [
            r#"{"update_id":2,"message":{"text":"\ud83d"}}"#.to_owned(),
            format!(r#"{{"message":{deep},"update_id":2}}"#),
        ];
        for broken in broken {
            let all = format!(r#"[{{"update_id":1}}, {broken}, {{"update_id":3}}]"#);
            let Updates(updates) = serde_json::from_str(&all).unwrap();
            let kept = json!({"update_id": 2, UNREADABLE: broken});
            assert_eq!(
                updates,
                [json!({"update_id": 1}), kept, json!({"update_id": 3})]
            );
        }
        assert!(serde_json::from_str::<Updates>(r#"[{"update_id":1}"#).is_err());
        assert!(serde_json::from_str::<Updates>("true").is_err());
    }
}
