//! The actor Intake: it takes updates from Telegram and confirms them once all they caused is stored.
//!
//! Telegram's own queue is the inbox. Updates are settled (each committed, put aside or of no concern)
//! before the next poll, or the answer to the request that brought one, confirms them, so nothing is
//! lost whatever ends this program. Settling waits for the database, never for a send. In reading
//! order: `polling` asks and confirms, `webhook` is asked and answers, `settling` hands updates to
//! sessions, `retries` takes up what the operator wants to be tried again, `commands` keeps Telegram's
//! menus.

mod commands;
mod polling;
mod retries;
mod settling;
mod webhook;

use std::sync::Arc;

use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Message, Recipient,
    ResponseFuture, WrapFuture,
};
use tokio::sync::{mpsc, oneshot, watch};

use self::settling::Settling;
pub use self::webhook::{ListenError, Listener, Tls, Webhook, origin};
use crate::clock::Clock;
use crate::live::LiveSettings;
use crate::session::Sessions;
use crate::telegram::Client;
use crate::tickets::{Attempt, PutAside, Recall, Remember, Retries, RetryFailed};

/// Takes no more updates, settles those in flight, confirms them, and stops the actor.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Stop;

/// Why no updates can be taken in any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IntakeError {
    /// Telegram does not know the token.
    #[error(
        "Telegram refuses the token: it was mistyped or revoked; ask BotFather for the one that \
         is valid and set telegram.token"
    )]
    TokenRefused,
}

/// What intake talks to.
#[derive(Clone)]
pub struct Neighbours {
    /// Telegram.
    pub client: Client,
    /// The way to sessions.
    pub sessions: Sessions,
    /// Tickets: updates that failed by a fault of ours.
    pub put_aside: Recipient<PutAside>,
    /// Tickets: attempts after an unclean stop.
    pub attempt: Recipient<Attempt>,
    /// Tickets: what the operator wants to be tried again.
    pub retries: Recipient<Retries>,
    /// Tickets: another try that failed.
    pub retry_failed: Recipient<RetryFailed>,
    /// Tickets: what Telegram was told.
    pub recall: Recipient<Recall>,
    /// Tickets: what Telegram is told now.
    pub remember: Recipient<Remember>,
    /// The one clock.
    pub clock: Clock,
    /// Who is an admin, and the languages.
    pub settings: LiveSettings,
}

/// `[actors.intake]` of the configuration, and what the start of Tickets found.
#[derive(Clone, Copy, Debug)]
pub struct IntakeSettings {
    /// How many updates are asked for at once: 1 to 100.
    pub batch: usize,
    /// Whether the program before this one did not stop in order: the first batch is then handled
    /// one update at a time, with its attempts counted.
    pub unclean: bool,
}

/// How updates come in.
#[derive(Debug)]
pub enum Mode {
    /// Telegram is asked for them.
    Polling {
        /// Whether a webhook goes that another program has set; that of this database's desk does
        /// anyhow.
        replace_webhook: bool,
        /// Whether this is the desk that polls, of several on one database.
        sends: watch::Receiver<bool>,
    },
    /// Telegram posts them.
    Webhook(Box<Webhook>),
}

/// So many messages of admins can wait to be looked at for the menus.
const ADMINS_AT_ONCE: usize = 16;

/// Takes updates in. Starting the actor starts the first poll, or the webhook, so Tickets must have
/// started.
pub struct Intake {
    neighbours: Neighbours,
    settings: IntakeSettings,
    /// Taken at the start.
    mode: Option<Mode>,
    stopping: watch::Sender<bool>,
    /// Told how it ended; dropped with the actor.
    ended: Option<oneshot::Sender<Result<(), IntakeError>>>,
    waiting: Vec<oneshot::Sender<()>>,
}

impl Intake {
    /// An intake; `ended` is told how it ended, and dropped without a word if it dies.
    pub fn new(
        neighbours: Neighbours,
        settings: IntakeSettings,
        mode: Mode,
        ended: oneshot::Sender<Result<(), IntakeError>>,
    ) -> Self {
        Self {
            neighbours,
            settings,
            mode: Some(mode),
            stopping: watch::Sender::new(false),
            ended: Some(ended),
            waiting: Vec::new(),
        }
    }
}

impl Actor for Intake {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        let (wrote, writing) = mpsc::channel(ADMINS_AT_ONCE);
        let settling = Arc::new(Settling::new(
            self.neighbours.clone(),
            self.stopping.subscribe(),
            wrote,
        ));
        let retries = retries::keep_retrying(settling.clone());
        context.spawn(retries.into_actor(self));
        let commands = commands::keep_current(self.neighbours.clone(), writing);
        context.spawn(commands.into_actor(self));
        let settings = self.settings;
        let mode = self.mode.take();
        let taking = async move {
            match mode {
                Some(Mode::Polling {
                    replace_webhook,
                    sends,
                }) => polling::poll(settling, settings, replace_webhook, sends).await,
                Some(Mode::Webhook(webhook)) => webhook::serve(settling, settings, *webhook).await,
                None => Ok(()),
            }
        };
        context.spawn(taking.into_actor(self).map(|how, intake, context| {
            if let Some(ended) = intake.ended.take() {
                let _ = ended.send(how);
            }
            for waiting in intake.waiting.drain(..) {
                let _ = waiting.send(());
            }
            context.stop();
        }));
    }
}

impl Handler<Stop> for Intake {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Stop, _: &mut Self::Context) -> Self::Result {
        let (ended, waiting) = oneshot::channel();
        self.waiting.push(ended);
        self.stopping.send_replace(true);
        Box::pin(async move {
            // An error means that the actor has ended already.
            let _ = waiting.await;
        })
    }
}

#[cfg(test)]
mod tests;
