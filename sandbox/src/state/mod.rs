//! The whole state of a sandbox: the world that is kept in its file, and what is only in memory.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime},
};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use tokio::sync::{Notify, watch};

use crate::{
    Outage, PersonSpec,
    bot_api::Params,
    calls::CallLog,
    listening::{self, Deed, Listeners},
    trouble::{Call, Met, Troubles},
};

pub use self::acts::ActError;
pub(crate) use self::{
    chats::{Account, BotAccount, Chat, Content, Entry, Group, Message, Origin, Press, Sender},
    commands::{BotCommand, CommandSets, Scope},
    files::{Files, NewFile},
    json::{ChatJson, MessageJson, UserJson, written},
    media::media_of,
    updates::{KEPT_PRESS, UpdateQueue},
    webhook::{Parcel, Posting, Webhook},
};

mod acts;
mod chats;
mod commands;
mod files;
mod json;
mod media;
pub(crate) mod saving;
mod updates;
mod webhook;

/// Tells the time of the sandbox.
pub(crate) type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The clock of the machine.
pub(crate) fn system_clock() -> Clock {
    Arc::new(|| DateTime::from(SystemTime::now()))
}

/// What is kept in the state file.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct World {
    pub(crate) bot: BotAccount,
    pub(crate) people: BTreeMap<i64, Account>,
    pub(crate) chats: HashMap<i64, Chat>,
    pub(crate) updates: UpdateQueue,
    /// Where updates are posted, if they are.
    #[serde(default)]
    pub(crate) webhook: Option<Webhook>,
    /// Presses that the bot has not answered, by query id.
    pub(crate) queries: BTreeMap<i64, Query>,
    pub(crate) files: Files,
    pub(crate) commands: CommandSets,
    /// How many messages of each chat are remembered.
    #[serde(skip)]
    pub(crate) kept_messages: Option<usize>,
    last_message_id: i64,
    last_query_id: i64,
    last_album_id: i64,
}

/// A press that waits for its answer.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Query {
    pub(crate) chat: i64,
    /// Where the press is in the timeline of the chat.
    pub(crate) place: usize,
    pub(crate) asked: DateTime<Utc>,
}

impl World {
    pub(crate) fn new(bot: BotAccount) -> World {
        World {
            bot,
            people: BTreeMap::new(),
            chats: HashMap::new(),
            updates: UpdateQueue::new(),
            webhook: None,
            queries: BTreeMap::new(),
            files: Files::default(),
            commands: CommandSets::default(),
            kept_messages: None,
            last_message_id: 0,
            last_query_id: 4_300_000_000_000_000_000,
            last_album_id: 13_000_000_000_000_000,
        }
    }

    /// Adds a person with an empty private chat, or gives a known one new names.
    pub(crate) fn add_person(&mut self, spec: PersonSpec) {
        let id = spec.id;
        self.chats.entry(id).or_insert_with(|| Chat::new(id, None));
        match self.people.get_mut(&id) {
            Some(account) => account.spec = spec,
            None => {
                self.people.insert(id, Account::new(spec));
            }
        }
    }

    /// Puts a new message into a chat, if there is such a chat; the oldest may have to go for it.
    pub(crate) fn add_message(&mut self, chat: i64, message: Message) {
        if let Some(chat) = self.chats.get_mut(&chat) {
            chat.add(message);
            if let Some(kept) = self.kept_messages {
                chat.forget_all_but(kept);
            }
        }
    }

    pub(crate) fn next_message_id(&mut self) -> i64 {
        self.last_message_id += 1;
        self.last_message_id
    }

    pub(crate) fn next_query_id(&mut self) -> i64 {
        self.last_query_id += 1;
        self.last_query_id
    }

    pub(crate) fn next_album_id(&mut self) -> String {
        self.last_album_id += 1;
        self.last_album_id.to_string()
    }
}

/// Everything a sandbox knows, behind one lock that is never held over an await.
pub(crate) struct State {
    pub(crate) world: World,
    pub(crate) log: CallLog,
    pub(crate) trouble: Troubles,
    pub(crate) posting: Posting,
    pub(crate) listeners: Listeners,
    pub(crate) clock: Clock,
    /// Which `getUpdates` is the newest; an older one that still waits is answered with a conflict.
    pub(crate) poll: u64,
    pub(crate) revision: u64,
}

impl State {
    pub(crate) fn new(world: World, kept_calls: usize) -> State {
        let mut state = State {
            world,
            log: CallLog::new(kept_calls),
            trouble: Troubles::default(),
            posting: Posting::default(),
            listeners: Listeners::default(),
            clock: system_clock(),
            poll: 0,
            revision: 1,
        };
        let webhook = state.world.webhook.is_some();
        state.world.updates.watch(webhook);
        state
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        (self.clock)()
    }

    /// What a call of `method`, in lower case, runs into.
    pub(crate) fn meet(&mut self, method: &str, params: &Params) -> Met {
        let now = self.now();
        let chat = params.integer("chat_id").or_else(|| {
            let query = params.integer("callback_query_id")?;
            self.world.queries.get(&query).map(|query| query.chat)
        });
        self.trouble.meet(Call { method, chat }, now)
    }

    /// Tells those who listen that a message came.
    pub(crate) fn tell_sent(&mut self, chat: i64, id: i64) {
        let chats = &self.world.chats;
        self.listeners.tell(chat, || {
            Some(Deed::Sent(listening::told(chats.get(&chat)?, id)?))
        });
    }

    /// Tells those who listen that a message changed.
    pub(crate) fn tell_edited(&mut self, chat: i64, id: i64) {
        let chats = &self.world.chats;
        self.listeners.tell(chat, || {
            Some(Deed::Edited(listening::told(chats.get(&chat)?, id)?))
        });
    }

    /// Says that something changed.
    pub(crate) fn touch(&mut self) {
        self.revision += 1;
    }

    /// Says that something changed in a chat.
    pub(crate) fn touch_chat(&mut self, chat: i64) {
        self.touch();
        if let Some(chat) = self.world.chats.get_mut(&chat) {
            chat.revision = self.revision;
        }
    }
}

/// The state with those who wait for its changes.
pub(crate) struct Shared {
    state: Mutex<State>,
    /// The revision, published after every change.
    revision: watch::Sender<u64>,
    /// Wakes a waiting `getUpdates`, and who posts to the webhook.
    pub(crate) poll: Notify,
}

impl Shared {
    pub(crate) fn new(state: State) -> Shared {
        let (revision, _) = watch::channel(state.revision);
        Shared {
            state: Mutex::new(state),
            revision,
            poll: Notify::new(),
        }
    }

    /// Looks at the state.
    pub(crate) fn read<R>(&self, look: impl FnOnce(&State) -> R) -> R {
        look(&self.lock())
    }

    /// Changes the state, then tells those who wait for it.
    pub(crate) fn write<R>(&self, change: impl FnOnce(&mut State) -> R) -> R {
        let mut state = self.lock();
        let before = (
            state.revision,
            state.world.updates.undelivered(),
            state.poll,
            state.posting.nudges,
        );
        let result = change(&mut state);
        let after = (
            state.revision,
            state.world.updates.undelivered(),
            state.poll,
            state.posting.nudges,
        );
        drop(state);
        if after.1 > before.1 || after.2 != before.2 || after.3 != before.3 {
            self.poll.notify_waiters();
        }
        if after.0 != before.0 {
            // Writers may come here in another order than they held the lock.
            self.revision.send_if_modified(|revision| {
                let newer = after.0 > *revision;
                *revision = after.0.max(*revision);
                newer
            });
        }
        result
    }

    /// Changes what trouble is on.
    pub(crate) fn change_trouble<R>(&self, change: impl FnOnce(&mut Troubles) -> R) -> R {
        let result = self.write(|state| {
            let result = change(&mut state.trouble);
            state.trouble.changes += 1;
            state.touch();
            result
        });
        // An outage ends polls when it begins, and lets go what was to be posted when it ends.
        self.poll.notify_waiters();
        result
    }

    /// Begins an outage, for a time or until it is ended.
    pub(crate) fn begin_outage(&self, kind: Outage, time: Option<Duration>) {
        let time = time.and_then(|time| TimeDelta::from_std(time).ok());
        let now = self.read(State::now);
        let until = time.and_then(|time| now.checked_add_signed(time));
        self.change_trouble(|trouble| trouble.begin_outage(kind, until));
    }

    /// Follows the revision.
    pub(crate) fn revisions(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing in here leaves the state half changed when it panics that a reader could trip over.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
