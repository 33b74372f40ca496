//! Makes the calls that notices and screens consist of, and mends what Telegram lets fail in
//! silence.

use std::sync::atomic::{AtomicU32, Ordering};

use frontdesk_desk::content::{Content, ContentKind, Entity, File, Source};
use frontdesk_desk::formatted::Formatted;
use frontdesk_desk::ids::{ChatId, ChatMessageId};
use frontdesk_desk::keyboard::Keyboard;
use frontdesk_desk::notice::Call;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use teloxide_core::requests::Payload;
use tracing::debug;

use super::classify::Failure;
use super::client::Client;
use super::methods::{
    CopyMessage, CopyMessages, DeleteMessages, EditMessageCaption, EditMessageMedia,
    EditMessageReplyMarkup, EditMessageText, LeaveChat, Message, SendAnimation, SendAudio,
    SendDocument, SendMessage, SendPhoto, SendSticker, SendVideo, SendVideoNote, SendVoice,
    SetMessageReaction,
};

/// What became of a call that was done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// The new messages: none for an edit and the like, one for each item of an album, in order.
    pub messages: Vec<ChatMessageId>,
    /// How many requests it took, at least 1: mending takes more.
    pub requests: u32,
}

/// Whether formatting is sent too: refused formatting must not keep the words back.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Formatting {
    Kept,
    Dropped,
}

impl Client {
    /// Makes the call. Refused formatting is left out; a message that can no longer be copied is
    /// sent from what is stored of it. An album comes whole or not at all.
    ///
    /// # Errors
    /// [`Failure`]; never [`Failure::MessageGone`] for a call that makes new messages, and
    /// [`Failure::AlbumIncomplete`] only for an album.
    pub async fn send(&self, chat: ChatId, call: &Call) -> Result<Sent, Failure> {
        let requests = Requests {
            client: self,
            made: AtomicU32::new(0),
        };
        let messages = match Box::pin(requests.make(chat, call, Formatting::Kept)).await {
            Err(Failure::EntitiesRefused) => {
                Box::pin(requests.make(chat, call, Formatting::Dropped)).await
            }
            outcome => outcome,
        }?;
        Ok(Sent {
            messages,
            requests: requests.made.into_inner(),
        })
    }
}

/// The requests that one call takes.
struct Requests<'a> {
    client: &'a Client,
    made: AtomicU32,
}

impl Requests<'_> {
    async fn make(
        &self,
        chat: ChatId,
        call: &Call,
        formatting: Formatting,
    ) -> Result<Vec<ChatMessageId>, Failure> {
        let to = |message: ChatMessageId| json!({"chat_id": chat.0, "message_id": message.0});
        match call {
            Call::SendMessage {
                text,
                keyboard,
                reply_to,
            } => {
                let parameters = text_message(chat, &text.text, &text.entities, formatting);
                let mut parameters = with_keyboard(parameters, keyboard);
                if let Some(message) = reply_to {
                    parameters["reply_parameters"] = json!({
                        "message_id": message.0,
                        "allow_sending_without_reply": true,
                    });
                }
                self.one(SendMessage(parameters)).await.map(one_message)
            }
            Call::CopyMessage {
                from,
                keyboard,
                instead,
                placeholder,
            } => {
                let relay = Relay {
                    chat,
                    keyboard,
                    placeholder,
                    formatting,
                };
                self.copy(relay, *from, instead).await.map(one_message)
            }
            Call::CopyMessages { items, placeholder } => {
                let relay = Relay {
                    chat,
                    keyboard: &Keyboard::NONE,
                    placeholder,
                    formatting,
                };
                self.copy_album(relay, items).await
            }
            Call::EditText {
                message,
                text,
                keyboard,
            } => {
                let parameters =
                    with_text(to(*message), "text", &text.text, &text.entities, formatting);
                let mut parameters = with_keyboard(parameters, keyboard);
                parameters["link_preview_options"] = json!({"is_disabled": true});
                self.none(EditMessageText(parameters)).await
            }
            Call::EditCaption {
                message,
                caption,
                keyboard,
            } => {
                let parameters = with_text(
                    to(*message),
                    "caption",
                    &caption.text,
                    &caption.entities,
                    formatting,
                );
                self.none(EditMessageCaption(with_keyboard(parameters, keyboard)))
                    .await
            }
            Call::EditMedia {
                message,
                kind,
                file,
                caption,
                keyboard,
            } => {
                let media = json!({"type": kind.as_str(), "media": file.file_id});
                let media = with_text(
                    media,
                    "caption",
                    &caption.text,
                    &caption.entities,
                    formatting,
                );
                let mut parameters = with_keyboard(to(*message), keyboard);
                parameters["media"] = media;
                self.none(EditMessageMedia(parameters)).await
            }
            Call::EditKeyboard { message, keyboard } => {
                let parameters = with_keyboard(to(*message), keyboard);
                self.none(EditMessageReplyMarkup(parameters)).await
            }
            Call::DeleteMessages { messages } => self.delete(chat, messages).await,
            Call::React { message, emoji } => {
                let mut parameters = to(*message);
                parameters["reaction"] = json!([{"type": "emoji", "emoji": emoji}]);
                self.none(SetMessageReaction(parameters)).await
            }
            Call::LeaveChat => self.none(LeaveChat(json!({"chat_id": chat.0}))).await,
        }
    }

    /// Copies a message; if it can no longer be copied, sends what is stored of it.
    async fn copy(
        &self,
        relay: Relay<'_>,
        from: Source,
        instead: &Content,
    ) -> Result<Message, Failure> {
        if !from.is_in_telegram() {
            return self.send_stored(relay, instead).await;
        }
        let parameters = json!({
            "chat_id": relay.chat.0,
            "from_chat_id": from.chat.0,
            "message_id": from.message.0,
        });
        match self
            .one(CopyMessage(with_keyboard(parameters, relay.keyboard)))
            .await
        {
            Err(Failure::MessageGone | Failure::Permanent(_)) => {
                debug!(chat = %relay.chat, original = %from.message, "an original is gone: its stored form is sent");
                self.send_stored(relay, instead).await
            }
            outcome => outcome,
        }
    }

    /// Sends a stored message by the method of its kind, else its placeholder.
    async fn send_stored(&self, relay: Relay<'_>, content: &Content) -> Result<Message, Failure> {
        let sent = match &content.file {
            Some(file) => self.send_file(relay, content, file).await,
            None if content.text.is_empty() => Err(Failure::MessageGone),
            None => {
                let parameters = text_message(
                    relay.chat,
                    &content.text,
                    &content.entities,
                    relay.formatting,
                );
                self.one(SendMessage(with_keyboard(parameters, relay.keyboard)))
                    .await
            }
        };
        match sent {
            Err(Failure::MessageGone | Failure::Permanent(_)) => {
                let Formatted { text, entities } = relay.placeholder;
                let parameters = text_message(relay.chat, text, entities, relay.formatting);
                self.one(SendMessage(with_keyboard(parameters, relay.keyboard)))
                    .await
            }
            outcome => outcome,
        }
    }

    async fn send_file(
        &self,
        relay: Relay<'_>,
        content: &Content,
        file: &File,
    ) -> Result<Message, Failure> {
        let bare = |key: &str| {
            let parameters = json!({"chat_id": relay.chat.0, key: file.file_id});
            with_keyboard(parameters, relay.keyboard)
        };
        let captioned = |key: &str| {
            with_text(
                bare(key),
                "caption",
                &content.text,
                &content.entities,
                relay.formatting,
            )
        };
        match content.kind {
            ContentKind::Photo => self.one(SendPhoto(captioned("photo"))).await,
            ContentKind::Video => self.one(SendVideo(captioned("video"))).await,
            ContentKind::Document => self.one(SendDocument(captioned("document"))).await,
            ContentKind::Voice => self.one(SendVoice(captioned("voice"))).await,
            ContentKind::Audio => self.one(SendAudio(captioned("audio"))).await,
            ContentKind::Animation => self.one(SendAnimation(captioned("animation"))).await,
            ContentKind::VideoNote => self.one(SendVideoNote(bare("video_note"))).await,
            ContentKind::Sticker => self.one(SendSticker(bare("sticker"))).await,
            ContentKind::Text
            | ContentKind::Location
            | ContentKind::Contact
            | ContentKind::Poll
            | ContentKind::Dice
            | ContentKind::Other => Err(Failure::MessageGone),
        }
    }

    /// Copies an album. Telegram skips in silence what it cannot copy and does not say which, so
    /// what came of an incomplete one is taken back.
    async fn copy_album(
        &self,
        relay: Relay<'_>,
        items: &[(Source, Content)],
    ) -> Result<Vec<ChatMessageId>, Failure> {
        let Some((first, _)) = items.first() else {
            return Ok(Vec::new());
        };
        // Telegram wants them of one chat and in increasing order.
        let together = items
            .windows(2)
            .all(|pair| pair[0].0.chat == pair[1].0.chat && pair[0].0.message < pair[1].0.message);
        if !together {
            return Err(Failure::AlbumIncomplete { taken_back: true });
        }
        let ids: Vec<i64> = items.iter().map(|(from, _)| from.message.0).collect();
        let parameters = json!({
            "chat_id": relay.chat.0,
            "from_chat_id": first.chat.0,
            "message_ids": ids,
        });
        let copies: Vec<_> = match self.call(CopyMessages(parameters)).await {
            Ok(copies) => copies.into_iter().map(message_id).collect(),
            // None of them can be copied.
            Err(Failure::MessageGone | Failure::Permanent(_)) => Vec::new(),
            Err(failure) => return Err(failure),
        };
        if copies.len() == items.len() {
            return Ok(copies);
        }
        debug!(chat = %relay.chat, came = copies.len(), of = items.len(), "an album came incomplete");
        let taken_back = match self.delete(relay.chat, &copies).await {
            Ok(_) => true,
            Err(failure) => {
                debug!(chat = %relay.chat, %failure, "a part of an album could not be taken back");
                false
            }
        };
        Err(Failure::AlbumIncomplete { taken_back })
    }

    async fn delete(
        &self,
        chat: ChatId,
        messages: &[ChatMessageId],
    ) -> Result<Vec<ChatMessageId>, Failure> {
        // At most 100 a call.
        for chunk in messages.chunks(100) {
            let ids: Vec<i64> = chunk.iter().map(|message| message.0).collect();
            let parameters = json!({"chat_id": chat.0, "message_ids": ids});
            self.none(DeleteMessages(parameters)).await?;
        }
        Ok(Vec::new())
    }

    async fn one<P>(&self, payload: P) -> Result<Message, Failure>
    where
        P: Payload<Output = Message> + Serialize,
    {
        self.call(payload).await
    }

    async fn none<P>(&self, payload: P) -> Result<Vec<ChatMessageId>, Failure>
    where
        P: Payload + Serialize,
        P::Output: DeserializeOwned,
    {
        self.call(payload).await.map(|_| Vec::new())
    }

    async fn call<P>(&self, payload: P) -> Result<P::Output, Failure>
    where
        P: Payload + Serialize,
        P::Output: DeserializeOwned,
    {
        self.made.fetch_add(1, Ordering::Relaxed);
        self.client.call(payload).await
    }
}

/// What the messages of a passed-on message or album have in common.
#[derive(Clone, Copy)]
struct Relay<'a> {
    chat: ChatId,
    keyboard: &'a Keyboard,
    placeholder: &'a Formatted,
    formatting: Formatting,
}

fn message_id(message: Message) -> ChatMessageId {
    ChatMessageId(message.message_id)
}

fn one_message(message: Message) -> Vec<ChatMessageId> {
    vec![message_id(message)]
}

fn text_message(chat: ChatId, text: &str, entities: &[Entity], formatting: Formatting) -> Value {
    // A preview of a stranger's link is nobody's wish.
    let parameters = json!({
        "chat_id": chat.0,
        "link_preview_options": {"is_disabled": true},
    });
    with_text(parameters, "text", text, entities, formatting)
}

fn with_text(
    mut parameters: Value,
    key: &str,
    text: &str,
    entities: &[Entity],
    formatting: Formatting,
) -> Value {
    parameters[key] = text.into();
    if formatting == Formatting::Kept && !entities.is_empty() {
        let key = if key == "caption" {
            "caption_entities"
        } else {
            "entities"
        };
        parameters[key] = json!(entities);
    }
    parameters
}

/// Without buttons the field is left out; an edit takes them away then.
fn with_keyboard(mut parameters: Value, keyboard: &Keyboard) -> Value {
    if !keyboard.rows.is_empty() {
        let rows: Vec<Vec<Value>> = keyboard
            .rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|key| json!({"text": key.label, "callback_data": key.button.encode()}))
                    .collect()
            })
            .collect();
        parameters["reply_markup"] = json!({"inline_keyboard": rows});
    }
    parameters
}

#[cfg(test)]
mod tests;
