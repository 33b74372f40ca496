//! Being told of what the bot does, at once and without asking: for load generators and campaigns.

use std::{collections::HashMap, sync::Arc, time::Instant};

use tokio::sync::mpsc;

use crate::{SeenMessage, seen, state::Chat};

/// Something the bot did in a chat.
#[derive(Clone, Debug)]
pub struct Heard {
    /// The chat.
    pub chat: i64,
    /// When it was done, before the bot had its answer.
    pub at: Instant,
    /// What.
    pub deed: Deed,
}

/// What the bot did. Calls that were refused are none of these, and actions and reactions are not told.
#[derive(Clone, Debug)]
pub enum Deed {
    /// A message came: sent, copied or forwarded; those of an album come one by one.
    Sent(Arc<SeenMessage>),
    /// A message was changed to this.
    Edited(Arc<SeenMessage>),
    /// The message with this id is gone.
    Deleted(i64),
    /// The press with this query id was answered, in words if there are any.
    Answered {
        /// The id that the press returned.
        query_id: String,
        /// What it says.
        text: String,
    },
}

impl Heard {
    /// The message that came or changed. Which of its buttons was pressed is not told.
    pub fn message(&self) -> Option<&SeenMessage> {
        match &self.deed {
            Deed::Sent(message) | Deed::Edited(message) => Some(message),
            Deed::Deleted(_) | Deed::Answered { .. } => None,
        }
    }
}

/// Hears what the bot does from the moment it was made. What is not taken from it stays in memory.
#[derive(Debug)]
pub struct Listener {
    inbox: mpsc::UnboundedReceiver<Heard>,
}

impl Listener {
    /// Waits for the next deed; none comes any more once the sandbox is gone.
    pub async fn next(&mut self) -> Option<Heard> {
        self.inbox.recv().await
    }

    /// The same on a thread that may block.
    pub fn blocking_next(&mut self) -> Option<Heard> {
        self.inbox.blocking_recv()
    }

    /// The next deed, if there is one by now.
    pub fn try_next(&mut self) -> Option<Heard> {
        self.inbox.try_recv().ok()
    }
}

/// Those who listen.
#[derive(Default)]
pub(crate) struct Listeners {
    everywhere: Vec<mpsc::UnboundedSender<Heard>>,
    in_chat: HashMap<i64, Vec<mpsc::UnboundedSender<Heard>>>,
}

impl Listeners {
    /// Adds one, in a chat or everywhere.
    pub(crate) fn add(&mut self, chat: Option<i64>) -> Listener {
        let (sender, inbox) = mpsc::unbounded_channel();
        match chat {
            Some(chat) => self.in_chat.entry(chat).or_default().push(sender),
            None => self.everywhere.push(sender),
        }
        Listener { inbox }
    }

    /// Tells those who listen in a chat; `deed` is made only if there are any.
    pub(crate) fn tell(&mut self, chat: i64, deed: impl FnOnce() -> Option<Deed>) {
        let listens = !self.everywhere.is_empty()
            || (!self.in_chat.is_empty() && self.in_chat.contains_key(&chat));
        if !listens {
            return;
        }
        let Some(deed) = deed() else {
            return;
        };
        let heard = Heard {
            chat,
            at: Instant::now(),
            deed,
        };
        self.everywhere
            .retain(|listener| listener.send(heard.clone()).is_ok());
        if let Some(listeners) = self.in_chat.get_mut(&chat) {
            listeners.retain(|listener| listener.send(heard.clone()).is_ok());
            if listeners.is_empty() {
                self.in_chat.remove(&chat);
            }
        }
    }
}

/// A message of a chat as it is told.
pub(crate) fn told(chat: &Chat, id: i64) -> Option<Arc<SeenMessage>> {
    let message = chat.messages.get(&id)?;
    Some(Arc::new(seen::message_of(chat, message, None)))
}
