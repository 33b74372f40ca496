//! The methods of the Bot API that the desk calls: each a name, its parameters as JSON, and the
//! part of the answer that is read.
//!
//! The library's own payloads are not used: they know the entities and buttons of one version
//! only, send media as multipart, and read whole messages back.

use serde::de::IgnoredAny;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use teloxide_core::requests::Payload;

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
    GetUpdates = "getUpdates" -> Vec<Value>;
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
