//! The running desk: its actors started from the right, stopped from the left.

use std::hash::{BuildHasher, RandomState};
use std::io;

use actix::{Actor, Addr};
use actix_rt::{Arbiter, ArbiterHandle, System, SystemRunner};
use chrono::TimeDelta;
use frontdesk_actors::clock::Clock;
use frontdesk_actors::intake::{
    self, Intake, IntakeError, IntakeSettings, ListenError, Listener, Tls, Webhook,
};
use frontdesk_actors::live::LiveSettings;
use frontdesk_actors::nodes::Node;
use frontdesk_actors::notifier::{self, ChangeLimits, LimitSettings, Notifier, NotifierSettings};
use frontdesk_actors::session::{self, Sessions, Sizes};
use frontdesk_actors::store::{Claim, Db, DbSettings, StoreError, migrate};
use frontdesk_actors::telegram::{Client, ClientError};
use frontdesk_actors::tickets::{self, Admins, Closed, Tickets, TicketsSettings};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout_at};
use tracing::{info, warn};

use crate::check::client_settings;
use crate::config::{Config, Mode};
use crate::operator::Sources;

/// How often a desk that stands by looks whether the other one is gone.
const LOOK_AGAIN: TimeDelta = TimeDelta::milliseconds(500);

/// Why the desk does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// There is nobody to speak as.
    #[error(
        "telegram.token is not set: put the bot's token there or into FRONTDESK_TELEGRAM__TOKEN, or \
         try the desk without one by `frontdesk demo`"
    )]
    NoToken,
    /// Telegram cannot be spoken to.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The webhook's address, or its certificate, cannot be used.
    #[error("telegram.webhook")]
    Webhook(#[from] ListenError),
    /// The database cannot be used.
    #[error("database.url")]
    Store(#[from] StoreError),
    /// An actor ended before the others were there.
    #[error("the desk came apart while it started")]
    CameApart,
}

/// Why a stop was not in order; the next start takes up what was left.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    /// The time was up.
    #[error(
        "the stop took longer than actors.shutdown_grace; what was not finished is taken up at the \
         next start"
    )]
    TooSlow,
    /// The database could not note it.
    #[error("the stop could not be noted in the database")]
    Store(#[from] StoreError),
}

/// What ends a running desk by itself.
#[derive(Debug, thiserror::Error)]
pub enum Died {
    /// No updates can be taken in.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// Nothing can be stored any more, and waiting is of no use.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// An actor is gone, and nothing works without it.
    #[error("the {0} died, and nothing works without it")]
    Actor(&'static str),
}

/// The last part of the grace, one of so many, is kept for closing the database.
const CLOSING_SHARE: u32 = 4;

/// A running desk.
pub struct Program {
    unclean: bool,
    /// Whether it is the desk that sends.
    sends: watch::Receiver<bool>,
    /// Keeps to it.
    node: JoinHandle<()>,
    intake: Addr<Intake>,
    notifier: Addr<Notifier>,
    tickets: Addr<Tickets>,
    /// Those of the conversations, if they have threads of their own.
    arbiters: Vec<Arbiter>,
    sessions: Sessions,
    client: Client,
    settings: LiveSettings,
    clock: Clock,
    grace: std::time::Duration,
    watched: Watched,
    /// Given up last.
    claim: Option<Claim>,
}

/// How each part tells of its end.
struct Watched {
    intake: oneshot::Receiver<Result<(), IntakeError>>,
    notifier: oneshot::Receiver<()>,
    tickets: Closed,
    damage: watch::Receiver<Option<StoreError>>,
}

/// The actix system that the desk is made for: one thread for everything but SQLite, whose
/// connections have threads of their own. Nothing here computes for long, and handing work to
/// another thread costs more than nearly all of it; moreover what belongs to one batch of updates
/// comes to the database together.
///
/// # Errors
/// If the operating system does not let the thread wait for connections and times.
pub fn system() -> io::Result<SystemRunner> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    Ok(System::with_tokio_rt(|| runtime))
}

/// Starts the desk. To be called inside an actix system; it runs on its thread, but conversations
/// on threads of their own if the configuration wants more than one.
///
/// # Errors
/// [`StartError`]; nothing runs then.
pub async fn start(config: &Config, clock: Clock) -> Result<Program, StartError> {
    let token = config.telegram.token.clone().ok_or(StartError::NoToken)?;
    let client = Client::new(&client_settings(config, token))?;
    let settings = LiveSettings::new(config.settings());
    // Read before anything is waited for: a desk that stands by is told at once what is wrong.
    let tls = tls(config)?;

    let sizes = &config.actors.tickets;
    let db = Db::open(&DbSettings {
        url: config.database.url.clone(),
        readers: sizes.readers,
    })
    .await?;
    let ready = async {
        let claim = join(&db, config.database.standby, &clock).await?;
        migrate::ready(&db, config.database.migrate).await?;
        // Nobody can knock at a desk that stands by.
        Ok::<_, StartError>((claim, mode(config, tls, &db)?))
    };
    let (claim, mode) = match ready.await {
        Ok(ready) => ready,
        Err(error) => {
            db.close().await;
            return Err(error);
        }
    };
    let tickets = Tickets::new(
        db.clone(),
        TicketsSettings {
            mailbox: sizes.mailbox,
            batch: sizes.batch,
        },
    );
    let (closed, damage) = (tickets.closed(), tickets.damage());
    let tickets = tickets.start();
    let started = ask(
        &tickets,
        tickets::Start {
            bot: client.bot_id(),
            admins: config.desk.admins.clone(),
            at: clock.now(),
        },
    )
    .await;
    let started = match started {
        Ok(started) => started,
        Err(error) => {
            // Not this bot's database: it is left as it was found.
            let _ = tickets.send(tickets::Stop { at: clock.now() }).await;
            return Err(error);
        }
    };

    let (stopped, notifier_ended) = oneshot::channel();
    let notifier = Notifier::new(
        notifier::Neighbours {
            heads: tickets.clone().recipient(),
            take: tickets.clone().recipient(),
            record: tickets.clone().recipient(),
            screens: tickets.clone().recipient(),
            holds: tickets.clone().recipient(),
            being_sent: tickets.clone().recipient(),
            client: client.clone(),
            clock: clock.clone(),
            settings: settings.clone(),
        },
        NotifierSettings {
            mailbox: config.actors.notifier.mailbox,
            calls: config.actors.notifier.concurrent,
            limits: limits(config),
            seed: RandomState::new().hash_one("pauses"),
        },
        stopped,
    )
    .start();

    let arbiters: Vec<Arbiter> = match config.actors.sessions.threads {
        1 => Vec::new(),
        threads => (0..threads).map(|_| Arbiter::new()).collect(),
    };
    let handles: Vec<ArbiterHandle> = match arbiters.as_slice() {
        [] => vec![Arbiter::current()],
        arbiters => arbiters.iter().map(Arbiter::handle).collect(),
    };
    let sessions = Sessions::new(
        handles,
        session::Neighbours {
            load: tickets.clone().recipient(),
            read: tickets.clone().recipient(),
            commit: tickets.clone().recipient(),
            screen: tickets.clone().recipient(),
            deliver: notifier.clone().recipient(),
            answer: notifier.clone().recipient(),
            recorded: notifier.clone().recipient(),
            clock: clock.clone(),
            settings: settings.clone(),
        },
        Sizes {
            most_alive: config.actors.sessions.most_alive,
            idle_after: config.actors.sessions.idle_after,
            mailbox: config.actors.sessions.mailbox,
        },
    );
    let node = Node {
        db: db.clone(),
        take_over: tickets.clone().recipient(),
        look_up: tickets.clone().recipient(),
        resume: notifier.clone().recipient(),
        take_up: notifier.clone().recipient(),
        look_around: notifier.clone().recipient(),
        stand_back: notifier.clone().recipient(),
        clock: clock.clone(),
    };
    let sends = node.try_to_send().await?;
    let node = actix_rt::spawn(node.keep(sends));

    if config.desk.admins.is_empty() {
        warn!("desk.admins is empty: people can write, and nobody can answer");
    }
    let (ended, intake_ended) = oneshot::channel();
    let intake = Intake::new(
        intake::Neighbours {
            client: client.clone(),
            sessions: sessions.clone(),
            put_aside: tickets.clone().recipient(),
            attempt: tickets.clone().recipient(),
            retries: tickets.clone().recipient(),
            retry_failed: tickets.clone().recipient(),
            recall: tickets.clone().recipient(),
            remember: tickets.clone().recipient(),
            clock: clock.clone(),
            settings: settings.clone(),
        },
        IntakeSettings {
            batch: config.actors.intake.batch,
            unclean: started.unclean,
        },
        mode,
        ended,
    )
    .start();
    Ok(Program {
        unclean: started.unclean,
        sends: db.sends(),
        node,
        intake,
        notifier,
        tickets,
        arbiters,
        sessions,
        client,
        settings,
        clock,
        grace: config.actors.shutdown_grace,
        watched: Watched {
            intake: intake_ended,
            notifier: notifier_ended,
            tickets: closed,
            damage,
        },
        claim,
    })
}

/// Uses the database as a desk. With `standby`, a file is waited for until the desk is gone that has it.
async fn join(db: &Db, standby: bool, clock: &Clock) -> Result<Option<Claim>, StoreError> {
    let mut stands_by = false;
    loop {
        match db.join().await {
            Err(StoreError::InUse) if standby => {
                if !stands_by {
                    info!("standing by: another desk has the database");
                    stands_by = true;
                }
            }
            joined => return joined,
        }
        clock.sleep(LOOK_AGAIN).await;
    }
}

/// How much may be sent.
fn limits(config: &Config) -> LimitSettings {
    LimitSettings {
        global_per_second: config.limits.global_per_second,
        chat_per_second: config.limits.chat_per_second,
        chat_burst: config.limits.chat_burst.max(1),
    }
}

/// The certificate of the webhook, if it has one of its own.
fn tls(config: &Config) -> Result<Option<Tls>, ListenError> {
    let webhook = &config.telegram.webhook;
    match (config.telegram.mode, &webhook.certificate, &webhook.key) {
        (Mode::Webhook, Some(certificate), Some(key)) => Tls::read(certificate, key).map(Some),
        _ => Ok(None),
    }
}

/// How updates come in; binds the address if they are posted.
fn mode(config: &Config, tls: Option<Tls>, db: &Db) -> Result<intake::Mode, ListenError> {
    let telegram = &config.telegram;
    let url = match (telegram.mode, &telegram.webhook.url) {
        (Mode::Webhook, Some(url)) => url,
        // A configuration in that mode has an address.
        (Mode::Webhook, None) | (Mode::Polling, _) => {
            return Ok(intake::Mode::Polling {
                replace_webhook: telegram.replace_webhook,
                sends: db.sends(),
            });
        }
    };
    let webhook = &telegram.webhook;
    let path = webhook.path.as_deref().unwrap_or(url.path());
    Ok(intake::Mode::Webhook(Box::new(Webhook {
        listener: Listener::bind(webhook.listen, tls)?,
        path: path.to_owned(),
        url: url.to_string(),
        secret: webhook.secret.clone(),
        max_connections: webhook.max_connections,
    })))
}

/// Asks an actor of the start; its silence ends the start.
async fn ask<A, M, T>(actor: &Addr<A>, message: M) -> Result<T, StartError>
where
    A: Actor + actix::Handler<M>,
    A::Context: actix::dev::ToEnvelope<A, M>,
    M: actix::Message<Result = Result<T, StoreError>> + Send + 'static,
    T: Send + 'static,
{
    match actor.send(message).await {
        Ok(answer) => Ok(answer?),
        Err(_) => Err(StartError::CameApart),
    }
}

impl Program {
    /// Waits until a part of the desk ends that should not have.
    pub async fn died(&mut self) -> Died {
        let watched = &mut self.watched;
        tokio::select! {
            how = &mut watched.intake => match how {
                Ok(Err(error)) => error.into(),
                _ => Died::Actor("intake"),
            },
            Ok(damage) = watched.damage.wait_for(Option::is_some) => {
                damage.clone().map_or(Died::Actor("database"), Died::Store)
            }
            _ = &mut watched.notifier => Died::Actor("notifier"),
            _ = watched.tickets.clone().wait() => Died::Actor("writer of the database"),
        }
    }

    /// Whether the program before this one did not stop in order.
    pub fn unclean(&self) -> bool {
        self.unclean
    }

    /// What the operator's pages look at.
    pub fn sources(&self) -> Sources {
        Sources {
            count: self.tickets.clone().recipient(),
            sessions: self.sessions.clone(),
            client: self.client.clone(),
            sends: self.sends.clone(),
            clock: self.clock.clone(),
        }
    }

    /// Takes over what can change while the desk runs: `[desk]` and `[limits]`. Who is no longer an
    /// admin loses access at once, and their tickets become unassigned.
    ///
    /// # Errors
    /// If the database cannot note who is an admin; that is done at the next start then.
    pub async fn change(&self, config: &Config) -> Result<(), StoreError> {
        self.settings.change(config.settings());
        if self
            .notifier
            .send(ChangeLimits(limits(config)))
            .await
            .is_err()
        {
            warn!("the notifier has stopped");
        }
        let admins = Admins {
            admins: config.desk.admins.clone(),
            at: self.clock.now(),
        };
        // A desk that is stopping is told again at its next start.
        self.tickets.send(admins).await.unwrap_or(Ok(()))
    }

    /// Waits until every notice that is due and every screen is delivered, or has to wait for a
    /// later time.
    pub async fn settled(&self) {
        if self.notifier.send(notifier::Settle).await.is_err() {
            warn!("the notifier has stopped");
        }
    }

    /// Stops taking updates, commits what is in flight, lets calls end and stores what became of
    /// them, and closes the database. What hangs, at Telegram or in the database, is left after the
    /// grace; the database is closed in order even then if it answers.
    ///
    /// # Errors
    /// [`StopError`]; nothing is lost then either.
    pub async fn stop(self) -> Result<(), StopError> {
        // The one that sends keeps its place until what became of its calls is stored.
        if !*self.sends.borrow() {
            self.node.abort();
        }
        let end = Instant::now() + self.grace;
        let calls_end = end - self.grace / CLOSING_SHARE;
        let in_time = timeout_at(calls_end, async {
            // An actor that is gone has nothing left to stop.
            let _ = self.intake.send(intake::Stop).await;
            for arbiter in &self.arbiters {
                arbiter.stop();
            }
            let _ = self.notifier.send(notifier::Stop).await;
        })
        .await
        .is_ok();
        self.node.abort();
        let at = self.clock.now();
        match timeout_at(end, self.tickets.send(tickets::Stop { at })).await {
            Ok(Ok(stopped)) => stopped?,
            Ok(Err(_)) => {}
            Err(_) => return Err(StopError::TooSlow),
        }
        drop(self.claim);
        if !in_time {
            return Err(StopError::TooSlow);
        }
        info!("the desk is closed");
        Ok(())
    }
}
