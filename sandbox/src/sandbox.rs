//! The sandbox itself: starting and stopping it, and what a test asks of it.

use std::{
    io,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    ops::Range,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use serde_json::Value;
use thiserror::Error;
use tokio::time::timeout;

use crate::{
    ActiveOutage, ActiveRule, AtOnce, CallRecord, Delivery, Earned, Fault, FaultRule, GroupView,
    Limits, Listener, Options, Outage, Person, PersonSpec, Program, ProgramState,
    http::{self, Running},
    program::{self, Order, ProgramHandle},
    seen,
    state::{BotAccount, Shared, State, World, saving},
};

/// A running sandbox. Dropping it stops it too, but does not wait for the end.
pub struct Sandbox {
    shared: Arc<Shared>,
    program: ProgramHandle,
    running: Running,
    address: SocketAddr,
    token: String,
}

/// Why a sandbox does not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum StartError {
    /// Another process listens there.
    #[error("port {port} is in use")]
    PortInUse {
        /// The port that was asked for.
        port: u16,
    },
    /// The state file is there and cannot be read.
    #[error("the state file {} cannot be read: {source}", path.display())]
    StateFile {
        /// Its path.
        path: PathBuf,
        /// What is wrong with it.
        source: io::Error,
    },
    /// The token is not an id, a colon and a secret.
    #[error("the token must be digits, a colon and a secret")]
    Token,
    /// The operating system refuses.
    #[error("the server does not start: {0}")]
    Io(#[from] io::Error),
}

/// What was waited for did not come in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not within {0:?}")]
pub struct TimedOut(pub Duration);

impl Sandbox {
    /// Starts the server on the loopback interface, on threads of its own.
    ///
    /// # Errors
    /// If the port is taken, the token is none, or the state file cannot be read.
    pub async fn start(options: Options) -> Result<Sandbox, StartError> {
        let bot_id = options
            .token
            .split_once(':')
            .and_then(|(id, _)| id.parse::<u32>().ok());
        let bot = BotAccount {
            id: i64::from(bot_id.ok_or(StartError::Token)?),
            username: options.bot_username.clone(),
        };
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, options.port)).map_err(|error| match error
                .kind()
            {
                io::ErrorKind::AddrInUse => StartError::PortInUse { port: options.port },
                _ => StartError::Io(error),
            })?;
        let address = listener.local_addr()?;
        let loaded = match &options.state_file {
            None => None,
            Some(path) => saving::load(path).map_err(|source| StartError::StateFile {
                path: path.clone(),
                source,
            })?,
        };
        let mut world = loaded.unwrap_or_else(|| World::new(bot.clone()));
        world.bot = bot;
        for person in options.people {
            world.add_person(person);
        }
        world.kept_messages = options.kept_messages;
        let shared = Arc::new(Shared::new(State::new(world, options.kept_calls)));
        let api_url = format!("http://{address}");
        let program = options
            .program
            .map(|program| filled_in(program, &api_url, &options.token));
        let (handle, keeper) = program::keeper(program);
        let running = http::start(http::Start {
            listener,
            shared: shared.clone(),
            program: handle.clone(),
            keeper: Box::pin(keeper),
            token: options.token.clone(),
            state_file: options.state_file,
            webhook_pause: options.webhook_pause,
        })
        .await?;
        Ok(Sandbox {
            shared,
            program: handle,
            running,
            address,
            token: options.token,
        })
    }

    /// The address of the Bot API server, without a slash at the end: what the bot takes for
    /// `https://api.telegram.org`.
    pub fn api_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The address of the page.
    pub fn page_url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// The token of the bot.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// A handle on a person.
    ///
    /// # Panics
    /// If there is no such person; [`add_person`](Sandbox::add_person) makes one.
    pub fn person(&self, id: i64) -> Person {
        assert!(
            self.shared
                .read(|state| state.world.people.contains_key(&id)),
            "the sandbox has no person {id}"
        );
        self.handle(id)
    }

    /// Adds a person who never met the bot, or gives a known one new names.
    pub fn add_person(&self, spec: PersonSpec) -> Person {
        let id = spec.id;
        self.shared.write(|state| {
            state.world.add_person(spec);
            state.touch_chat(id);
        });
        self.handle(id)
    }

    fn handle(&self, id: i64) -> Person {
        Person {
            id,
            shared: self.shared.clone(),
        }
    }

    /// Lets a person add the bot to a new group and returns the id of the group.
    ///
    /// # Panics
    /// If there is no such person.
    pub fn add_to_group(&self, by: i64, title: &str) -> i64 {
        self.shared
            .write(|state| state.add_to_group(by, title))
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// What is to be seen in a group.
    pub fn group(&self, id: i64) -> Option<GroupView> {
        self.shared.read(|state| {
            let chat = state.world.chats.get(&id)?;
            let group = chat.group.as_ref()?;
            Some(GroupView {
                title: group.title.clone(),
                bot_is_member: group.bot_is_member,
                messages: seen::messages_of(chat),
            })
        })
    }

    /// Tells of everything the bot does from now on, in all chats.
    pub fn listen(&self) -> Listener {
        self.shared.write(|state| state.listeners.add(None))
    }

    /// Lets people do many things in one go: the bot is woken once, when `acts` returns, which is much
    /// cheaper than one act after the other. Everything else in the sandbox waits meanwhile.
    pub fn at_once<R>(&self, acts: impl FnOnce(&mut AtOnce<'_>) -> R) -> R {
        self.shared.write(|state| acts(&mut AtOnce { state }))
    }

    /// The Bot API calls, oldest first, but for `getUpdates` that went well; only the newest
    /// [`kept_calls`](Options::kept_calls) are remembered.
    pub fn calls(&self) -> Vec<CallRecord> {
        self.calls_after(0)
    }

    /// The calls after the one with number `after`.
    pub fn calls_after(&self, after: u64) -> Vec<CallRecord> {
        self.shared.read(|state| state.log.after(after))
    }

    /// How many updates the bot has not confirmed by an offset.
    pub fn pending_updates(&self) -> usize {
        self.shared.read(|state| state.world.updates.pending())
    }

    /// The ids of the updates that the bot has not confirmed: from the oldest to the one that the
    /// next update will have. Whatever was done before is confirmed once the start is past the end
    /// that was seen then.
    pub fn unconfirmed_updates(&self) -> Range<i64> {
        self.shared.read(|state| state.world.updates.ids())
    }

    /// How many updates the bot was never given.
    pub fn undelivered_updates(&self) -> usize {
        self.shared.read(|state| state.world.updates.undelivered())
    }

    /// Grows with every change of anything.
    pub fn revision(&self) -> u64 {
        self.shared.read(|state| state.revision)
    }

    /// Waits until the revision is greater than `since` and returns it.
    pub async fn changed(&self, since: u64) -> u64 {
        let mut revisions = self.shared.revisions();
        let reached = revisions.wait_for(|revision| *revision > since).await;
        // No look at the revision is kept over an await: whoever waits may be on any thread.
        match reached.map(|revision| *revision) {
            Ok(revision) => revision,
            // The sender lives in what this method borrows, so this cannot come to pass.
            Err(_) => std::future::pending().await,
        }
    }

    /// Waits until `reached` holds; it is asked now and after every change.
    ///
    /// # Errors
    /// If it does not hold within `limit`.
    pub async fn wait_until(
        &self,
        limit: Duration,
        mut reached: impl FnMut(&Sandbox) -> bool,
    ) -> Result<(), TimedOut> {
        let waiting = async {
            loop {
                let revision = self.revision();
                if reached(self) {
                    return;
                }
                self.changed(revision).await;
            }
        };
        timeout(limit, waiting).await.map_err(|_| TimedOut(limit))
    }

    /// Makes the next `times` calls of a method fail, in one chat or in all; `*` stands for every
    /// method but `getUpdates`. It is a rule like those of [`add_fault`](Sandbox::add_fault).
    pub fn fail_next(&self, method: &str, chat: Option<i64>, fault: Fault, times: u32) {
        self.add_fault(FaultRule {
            chat,
            ..FaultRule::on(method, fault).times(times)
        });
    }

    /// Puts a rule into force and returns its number. Rules are asked in the order in which they were
    /// added: the first that hits a call decides.
    pub fn add_fault(&self, rule: FaultRule) -> u64 {
        self.shared
            .change_trouble(|trouble| trouble.rules.add(rule))
    }

    /// The rules in force, each with its hits.
    pub fn faults(&self) -> Vec<ActiveRule> {
        self.shared.read(|state| state.trouble.rules.list())
    }

    /// Takes a rule away; tells whether it was there.
    pub fn remove_fault(&self, id: u64) -> bool {
        self.shared
            .change_trouble(|trouble| trouble.rules.remove(id))
    }

    /// Takes all rules away.
    pub fn clear_faults(&self) {
        self.shared.change_trouble(|trouble| trouble.rules.clear());
    }

    /// Begins an outage, in place of one that goes on: from now until
    /// [`end_outage`](Sandbox::end_outage), or for a time by the clock of the sandbox. Polls that wait
    /// meet it at once.
    pub fn begin_outage(&self, kind: Outage, time: Option<Duration>) {
        self.shared.begin_outage(kind, time);
    }

    /// Ends the outage.
    pub fn end_outage(&self) {
        self.shared.change_trouble(|trouble| trouble.end_outage());
    }

    /// The outage that goes on.
    pub fn outage(&self) -> Option<ActiveOutage> {
        self.shared.read(|state| state.trouble.outage(state.now()))
    }

    /// Switches the limits on how fast the bot may write, by the clock of the sandbox; without any,
    /// which is how a sandbox starts, it may write as fast as it can.
    pub fn set_limits(&self, limits: Option<Limits>) {
        self.shared
            .change_trouble(|trouble| trouble.throttle.set(limits));
    }

    /// The limits that hold.
    pub fn limits(&self) -> Option<Limits> {
        self.shared.read(|state| state.trouble.throttle.limits)
    }

    /// How many calls were refused because of the limits, or while a flood lasted. A bot that keeps to
    /// what it is told earns none.
    pub fn earned(&self) -> Earned {
        self.shared
            .read(|state| state.trouble.throttle.earned.clone())
    }

    /// How updates are posted to the webhook from now on: as Telegram does, which is how a sandbox
    /// starts, or worse.
    pub fn set_delivery(&self, delivery: Delivery) {
        self.shared.write(|state| state.set_delivery(delivery));
    }

    /// The answer of `getWebhookInfo`.
    pub fn webhook_info(&self) -> Value {
        self.shared.read(State::webhook_info)
    }

    /// Gives the bot any JSON as an update and returns its id; `update_id` is put in where absent.
    pub fn push_raw_update(&self, update: Value) -> i64 {
        self.shared.write(|state| {
            let now = state.now();
            let id = state.world.updates.push_raw(update, now);
            state.touch();
            id
        })
    }

    /// Makes `id` the id of the next update, as Telegram does after a quiet week.
    ///
    /// # Panics
    /// If unconfirmed updates wait.
    pub fn restart_update_ids(&self, id: i64) {
        let restarted = self
            .shared
            .write(|state| state.world.updates.restart_at(id));
        assert!(restarted, "unconfirmed updates wait, so ids cannot restart");
    }

    /// Takes the time from `clock` from now on, instead of from the machine.
    pub fn set_clock(&self, clock: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) {
        self.shared.write(|state| {
            state.clock = Arc::new(clock);
            state.touch();
        });
    }

    /// How the program is.
    pub fn program(&self) -> ProgramState {
        self.program.state()
    }

    /// Starts the program, if it does not run.
    ///
    /// # Errors
    /// In words, if there is none or the operating system refuses.
    pub async fn start_program(&self) -> Result<ProgramState, String> {
        self.program.order(Order::Start).await
    }

    /// Asks the program to end (SIGTERM) and waits for its end.
    ///
    /// # Errors
    /// In words, if it cannot be asked.
    pub async fn stop_program(&self) -> Result<ProgramState, String> {
        self.program.order(Order::Stop).await
    }

    /// Kills the program (SIGKILL) and waits for its end.
    ///
    /// # Errors
    /// In words, if it cannot be killed.
    pub async fn kill_program(&self) -> Result<ProgramState, String> {
        self.program.order(Order::Kill).await
    }

    /// Stops the server, ends the program, writes the state file.
    pub async fn stop(self) {
        let Sandbox {
            running, program, ..
        } = self;
        drop(program);
        running.stop().await;
    }
}

/// Puts the address and the token where arguments and values ask for them.
fn filled_in(program: Program, api_url: &str, token: &str) -> Program {
    let fill = |text: &str| text.replace("{api_url}", api_url).replace("{token}", token);
    Program {
        argv: program
            .argv
            .into_iter()
            .map(|argument| match argument.to_str() {
                Some(text) => fill(text).into(),
                None => argument,
            })
            .collect(),
        env: program
            .env
            .into_iter()
            .map(|(name, value)| (name, fill(&value)))
            .collect(),
    }
}
