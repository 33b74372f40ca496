//! A person of the sandbox: what they do and what they see.

use std::sync::Arc;

use serde_json::Value;

use crate::{
    ActError, Kind, Listener, Notice, Outgoing, SeenMessage, Transcript, seen,
    state::{Chat, Shared},
};

/// A handle on one person's client, in their private chat with the bot.
///
/// It is made for tests and scripts: an act that no client offers, such as editing what somebody else
/// wrote, panics with the reason. [`try_send`](Person::try_send) and its like return it instead.
#[derive(Clone)]
pub struct Person {
    pub(crate) id: i64,
    pub(crate) shared: Arc<Shared>,
}

impl Person {
    /// The Telegram id, which is the id of the private chat too.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Sends words and returns the message id. A text over 4,096 UTF-16 units goes in several
    /// messages, as clients do it; then it is the id of the last. Whoever writes while having the bot
    /// blocked lifts the block by that.
    ///
    /// # Panics
    /// If there is nothing to send.
    pub fn text(&self, text: &str) -> i64 {
        self.send(Outgoing::text(text))
    }

    /// Sends words with formatting: an array of Bot API `MessageEntity` objects.
    ///
    /// # Panics
    /// If there is nothing to send.
    pub fn text_with_entities(&self, text: &str, entities: Value) -> i64 {
        self.send(Outgoing::text(text).entities(entities))
    }

    /// Sends a message of any kind and returns its id.
    ///
    /// # Panics
    /// If the message is empty or answers one that is not there.
    pub fn send(&self, outgoing: Outgoing) -> i64 {
        let sent = done(self.try_send(&outgoing));
        *sent.last().expect("something was sent, so there is an id")
    }

    /// Sends a message of any kind and returns its ids: several for a long text.
    ///
    /// # Errors
    /// If the message is empty or answers one that is not there.
    pub fn try_send(&self, outgoing: &Outgoing) -> Result<Vec<i64>, ActError> {
        self.shared.write(|state| state.send(self.id, outgoing))
    }

    /// Sends 2 to 10 photos and videos, or documents, or pieces of music as an album.
    ///
    /// # Panics
    /// If it is no album.
    pub fn album(&self, items: Vec<Outgoing>) -> Vec<i64> {
        done(self.try_album(&items))
    }

    /// Sends an album.
    ///
    /// # Errors
    /// If it is no album.
    pub fn try_album(&self, items: &[Outgoing]) -> Result<Vec<i64>, ActError> {
        self.shared.write(|state| state.send_album(self.id, items))
    }

    /// Sends one more item of the album that `message_id` belongs to, as it comes when a client
    /// uploads slowly.
    ///
    /// # Panics
    /// If the message is not part of an album.
    pub fn late_sibling(&self, message_id: i64, item: Outgoing) -> i64 {
        done(self.try_late_sibling(message_id, &item))
    }

    /// Sends one more item of an album.
    ///
    /// # Errors
    /// If the message is not part of an album.
    pub fn try_late_sibling(&self, message_id: i64, item: &Outgoing) -> Result<i64, ActError> {
        self.shared
            .write(|state| state.send_late_sibling(self.id, message_id, item))
    }

    /// Answers a message by Telegram's reply.
    ///
    /// # Panics
    /// If the message is not there or there is nothing to send.
    pub fn reply(&self, to_message_id: i64, text: &str) -> i64 {
        self.send(Outgoing::text(text).reply_to(to_message_id))
    }

    /// Forwards words of somebody who hides their account behind `from_name`.
    ///
    /// # Panics
    /// If there is nothing to send.
    pub fn forward(&self, text: &str, from_name: &str) -> i64 {
        self.send(Outgoing::text(text).forwarded_from(from_name))
    }

    /// Changes the text, or the caption, of an own message.
    ///
    /// # Panics
    /// If the message is not there, not theirs, or would be empty.
    pub fn edit(&self, message_id: i64, text: &str) {
        done(self.try_edit(message_id, text));
    }

    /// Changes the text, or the caption, of an own message.
    ///
    /// # Errors
    /// If the message is not there, not theirs, or would be empty.
    pub fn try_edit(&self, message_id: i64, text: &str) -> Result<(), ActError> {
        self.shared
            .write(|state| state.edit(self.id, message_id, text, &[]))
    }

    /// Presses the button of a message that sends `data` and returns the id of the callback query.
    ///
    /// # Panics
    /// If the message has no such button.
    pub fn press(&self, message_id: i64, data: &str) -> String {
        done(self.shared.write(|state| {
            let chat = state.world.chats.get(&self.id);
            let message = chat.and_then(|chat| chat.messages.get(&message_id));
            match message.and_then(|message| message.label_of(data)) {
                Some(_) => state.press(self.id, message_id, data),
                None => Err(ActError::NoSuchButton),
            }
        }))
    }

    /// Presses the newest button in the chat whose text contains `label` and returns the id of the
    /// callback query.
    ///
    /// # Errors
    /// If no button says that.
    pub fn press_label(&self, label: &str) -> Result<String, ActError> {
        self.shared.write(|state| {
            let (message_id, data) = state.find_button(self.id, label)?;
            state.press(self.id, message_id, &data)
        })
    }

    /// Sends `data` as if a button of the message had it, as a modified client can. It works on a
    /// message that has been deleted, too.
    ///
    /// # Panics
    /// If there never was such a message.
    pub fn press_forged(&self, message_id: i64, data: &str) -> String {
        done(self.try_press(message_id, data))
    }

    /// Sends `data` as a press on a message, whether or not there is such a button.
    ///
    /// # Errors
    /// If there never was such a message.
    pub fn try_press(&self, message_id: i64, data: &str) -> Result<String, ActError> {
        self.shared
            .write(|state| state.press(self.id, message_id, data))
    }

    /// Blocks the bot.
    pub fn block(&self) {
        done(self.shared.write(|state| state.set_blocked(self.id, true)));
    }

    /// Lifts the block.
    pub fn unblock(&self) {
        done(self.shared.write(|state| state.set_blocked(self.id, false)));
    }

    /// Deletes their Telegram account, of which the bot hears only when it writes to them.
    pub fn deactivate(&self) {
        done(self.shared.write(|state| state.deactivate(self.id)));
    }

    /// Writes into a group that [`Sandbox::add_to_group`](crate::Sandbox::add_to_group) made.
    ///
    /// # Panics
    /// If the bot is not in that group.
    pub fn text_in_group(&self, group: i64, text: &str) -> i64 {
        let text = Outgoing::text(text);
        done(
            self.shared
                .write(|state| state.send_to_group(self.id, group, &text)),
        )
    }

    /// Tells of everything the bot does in this chat from now on.
    pub fn listen(&self) -> Listener {
        self.shared
            .write(|state| state.listeners.add(Some(self.id)))
    }

    /// The chat as the person sees it, as text.
    pub fn transcript(&self) -> Transcript {
        self.look(seen::transcript_of)
    }

    /// The chat as the person sees it.
    pub fn messages(&self) -> Vec<SeenMessage> {
        self.look(seen::messages_of)
    }

    /// The newest messages of the chat, at most `count`, oldest first.
    pub fn newest(&self, count: usize) -> Vec<SeenMessage> {
        self.look(|chat| seen::newest_of(chat, count))
    }

    /// A message of the chat, unless there is none of this id (any more).
    pub fn message(&self, id: i64) -> Option<SeenMessage> {
        self.look(|chat| {
            let message = chat.messages.get(&id)?;
            Some(seen::message_of(chat, message, None))
        })
    }

    /// Grows with every change of the chat; it says no more than that something changed.
    pub fn revision(&self) -> u64 {
        self.look(|chat| chat.revision)
    }

    /// The newest message of the bot.
    pub fn last_from_bot(&self) -> Option<SeenMessage> {
        let mut messages = self.messages();
        messages.retain(|message| message.from_bot && message.kind != Kind::Service);
        messages.pop()
    }

    /// The answers to presses that the person saw, oldest first.
    pub fn notices(&self) -> Vec<Notice> {
        self.look(seen::notices_of)
    }

    /// The commands with their descriptions that the person's client offers.
    pub fn commands(&self) -> Vec<(String, String)> {
        self.shared.read(|state| {
            let account = state.world.people.get(&self.id);
            let language = account.and_then(|account| account.spec.language_code.as_deref());
            let commands = state.world.commands.shown_to(self.id, language);
            commands
                .into_iter()
                .map(|command| (command.command, command.description))
                .collect()
        })
    }

    /// Whether the bot seems to be typing.
    pub fn typing(&self) -> bool {
        self.shared.read(|state| {
            let chat = state.world.chats.get(&self.id);
            let until = chat.and_then(|chat| chat.typing_until);
            until.is_some_and(|until| state.now() < until)
        })
    }

    fn look<R>(&self, look: impl FnOnce(&Chat) -> R) -> R {
        self.shared.read(|state| {
            let chat = state.world.chats.get(&self.id);
            look(chat.expect("a handle is made for known people only, and none is ever removed"))
        })
    }
}

fn done<R>(result: Result<R, ActError>) -> R {
    match result {
        Ok(result) => result,
        Err(error) => panic!("a person of the sandbox cannot do that: {error}"),
    }
}
