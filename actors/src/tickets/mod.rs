//! The actor Tickets: it owns the database, answers what is read, and commits what is decided.
//!
//! Reads run side by side on the shared runtime, each in a snapshot of its own; those of nearly every
//! update are gathered by the [reader](crate::store::reader). Writes wait in a
//! bounded queue for the one [writer](crate::store::writer), which commits them in groups. An
//! answer to a write means that it survives a power cut.

mod messages;
#[cfg(test)]
mod tests;

use std::time::Duration;

use actix::{
    Actor, ActorContext, ActorFutureExt, Context, Handler, Message, Recipient, ResponseActFuture,
    ResponseFuture, WrapFuture,
};
use frontdesk_desk::Facts;
use frontdesk_desk::ids::UpdateId;
use futures::FutureExt;
use futures::future::{BoxFuture, Shared};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tracing::error;

use crate::store::quarantine::{self, Quarantined};
use crate::store::reader::Reader;
use crate::store::survey::{self, Survey};
use crate::store::writer::{Done, Work, Writer};
use crate::store::{Db, Trouble, facts, reads};

pub use self::messages::{
    Admins, Attempt, Commit, Count, Heads, Holds, IsBeingSent, Load, LookUp, PutAside, Read,
    Recall, Record, Remember, Remembered, Retries, RetryFailed, Screen, Screens, Start, Stop,
    TakeDue, TakeOver, TakenUp,
};
pub use crate::store::{
    Committed, Decision, Delivered, DeliveryResult, DueNotice, Head, Hold, QuarantineId, Queued,
    ScreenEnd, Shown, Started, StoreError, StoredConversation, UnshownScreen,
};

/// How often a stop is written again that the server was away for, and the pause before.
const AGAIN: usize = 3;
const PAUSE: Duration = Duration::from_millis(200);

/// What a message to this actor is answered with.
type Answer<T> = ResponseFuture<Result<T, StoreError>>;

/// The sizes of the actor: `[actors.tickets]` of the configuration, beside the readers.
#[derive(Clone, Copy, Debug)]
pub struct TicketsSettings {
    /// How many messages can wait for the actor.
    pub mailbox: usize,
    /// How many writes are committed as one transaction at most, and how many can wait for it.
    pub batch: usize,
}

/// Owns the database.
#[derive(Debug)]
pub struct Tickets {
    db: Db,
    /// `None` once it was told to stop.
    writer: Option<Writer>,
    reader: Reader,
    closed: Closed,
    damage: watch::Sender<Option<StoreError>>,
    runtime: Handle,
    mailbox: usize,
}

/// The end of the writer; clones are the same end.
#[derive(Clone, Debug)]
pub struct Closed(Shared<BoxFuture<'static, bool>>);

impl Closed {
    fn of(task: JoinHandle<()>) -> Self {
        let ended = async move {
            match task.await {
                Ok(()) => true,
                Err(died) => {
                    error!(
                        panicked = died.is_panic(),
                        "the writer of the database died"
                    );
                    false
                }
            }
        };
        Self(ended.boxed().shared())
    }

    /// Waits until the writer has ended: true after [`Stop`], false if it died. Nothing can be
    /// stored any more then, and the program has to end, loudly.
    pub async fn wait(self) -> bool {
        self.0.await
    }
}

impl Tickets {
    /// Starts the writer on the runtime that this is called on; reads run there too, whatever
    /// thread the actor lives on. The schema must be the one of this program
    /// ([`crate::store::migrate`]).
    pub fn new(db: Db, settings: TicketsSettings) -> Self {
        let (writer, task) = Writer::start(db.clone(), settings.batch);
        Self {
            reader: Reader::start(db.clone()),
            db,
            writer: Some(writer),
            closed: Closed::of(task),
            damage: watch::Sender::new(None),
            runtime: Handle::current(),
            mailbox: settings.mailbox,
        }
    }

    /// The end of the writer, to be watched.
    pub fn closed(&self) -> Closed {
        self.closed.clone()
    }

    /// Tells of the first error after which waiting is of no use ([`StoreError::is_final`]): the
    /// program has to end, loudly.
    pub fn damage(&self) -> watch::Receiver<Option<StoreError>> {
        self.damage.subscribe()
    }

    /// Runs a read on the shared runtime.
    fn read<T: Send + 'static>(
        &self,
        read: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Answer<T> {
        let task = self.runtime.spawn(read);
        let damage = self.damage.clone();
        Box::pin(async move {
            match task.await {
                Ok(answer) => answer.inspect_err(|error| note(&damage, error)),
                Err(died) if died.is_panic() => Err(StoreError::Rule(
                    "a read of the database panicked".to_owned(),
                )),
                Err(_) => Err(StoreError::CLOSED),
            }
        })
    }

    /// Hands a write to the writer.
    fn write<T: 'static>(&self, work: Work, pick: fn(Done) -> Option<T>) -> Answer<T> {
        let writer = self.writer.clone();
        let damage = self.damage.clone();
        Box::pin(async move {
            let writer = writer.ok_or(StoreError::CLOSED)?;
            let done = writer.run(work, pick).await;
            done.inspect_err(|error| note(&damage, error))
        })
    }
}

/// Writes the last of all. That a session was cut off is found out by the first write after it, and
/// that the server has not noticed so by the second.
async fn write_stop(writer: Writer, stop: Stop) -> Result<(), StoreError> {
    for _ in 0..AGAIN {
        match writer.run(Work::Stop(stop), Done::nothing).await {
            Err(StoreError::Unavailable(Trouble::Away)) => sleep(PAUSE).await,
            written => return written,
        }
    }
    writer.run(Work::Stop(stop), Done::nothing).await
}

/// Asks the actor, or one that hands on its answer; one that has ended has closed the database.
pub(crate) async fn ask<M, T>(actor: &Recipient<M>, message: M) -> Result<T, StoreError>
where
    M: Message<Result = Result<T, StoreError>> + Send + 'static,
    T: Send + 'static,
{
    actor.send(message).await.unwrap_or(Err(StoreError::CLOSED))
}

/// Keeps the first error that nothing mends.
fn note(damage: &watch::Sender<Option<StoreError>>, error: &StoreError) {
    if error.is_final() {
        damage.send_if_modified(|first| first.is_none() && first.insert(error.clone()).is_final());
    }
}

impl Actor for Tickets {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(self.mailbox);
    }
}

impl Handler<Start> for Tickets {
    type Result = Answer<Started>;

    fn handle(&mut self, start: Start, _: &mut Self::Context) -> Self::Result {
        self.write(Work::Start(start), Done::started)
    }
}

impl Handler<TakeOver> for Tickets {
    type Result = Answer<()>;

    fn handle(&mut self, take_over: TakeOver, _: &mut Self::Context) -> Self::Result {
        self.write(Work::TakeOver(take_over), Done::nothing)
    }
}

impl Handler<Admins> for Tickets {
    type Result = Answer<()>;

    fn handle(&mut self, admins: Admins, _: &mut Self::Context) -> Self::Result {
        self.write(Work::Admins(admins), Done::nothing)
    }
}

impl Handler<Count> for Tickets {
    type Result = Answer<Survey>;

    fn handle(&mut self, _: Count, _: &mut Self::Context) -> Self::Result {
        let db = self.db.clone();
        let trouble = self.writer.as_ref().and_then(Writer::trouble);
        self.read(async move {
            Ok(Survey {
                trouble,
                ..survey::survey(&db).await?
            })
        })
    }
}

impl Handler<Load> for Tickets {
    type Result = Answer<StoredConversation>;

    fn handle(&mut self, load: Load, _: &mut Self::Context) -> Self::Result {
        let (reader, damage) = (self.reader.clone(), self.damage.clone());
        Box::pin(async move {
            let stored = reader.conversation(load.person).await;
            stored.inspect_err(|error| note(&damage, error))
        })
    }
}

impl Handler<Read> for Tickets {
    type Result = Answer<Box<Facts>>;

    fn handle(&mut self, read: Read, _: &mut Self::Context) -> Self::Result {
        if Reader::takes(&read.needs) {
            let (reader, damage) = (self.reader.clone(), self.damage.clone());
            return Box::pin(async move {
                let facts = reader.facts(read.person, read.needs).await;
                let facts = facts.inspect_err(|error| note(&damage, error))?;
                Ok(Box::new(facts))
            });
        }
        let db = self.db.clone();
        self.read(async move {
            facts::read(&db, read.person, &read.needs)
                .await
                .map(Box::new)
        })
    }
}

impl Handler<Commit> for Tickets {
    type Result = Answer<Committed>;

    fn handle(&mut self, commit: Commit, _: &mut Self::Context) -> Self::Result {
        self.write(Work::Commit(commit.decision), Done::committed)
    }
}

impl Handler<Heads> for Tickets {
    type Result = Answer<Vec<Head>>;

    fn handle(&mut self, heads: Heads, _: &mut Self::Context) -> Self::Result {
        let db = self.db.clone();
        let writer = self.writer.clone();
        self.read(async move {
            // An idle desk writes nothing.
            if let Some(now) = heads.see_to {
                let writer = writer.ok_or(StoreError::CLOSED)?;
                if reads::gathered(&db, now).await? {
                    writer
                        .run(Work::TellGathered { now }, Done::nothing)
                        .await?;
                }
                if reads::overdue(&db, now).await? {
                    writer.run(Work::GiveUp { now }, Done::nothing).await?;
                }
                if reads::half_folded(&db).await? {
                    writer.run(Work::FoldOn { now }, Done::nothing).await?;
                }
            }
            reads::heads(&db, heads.after, heads.most).await
        })
    }
}

impl Handler<TakeDue> for Tickets {
    type Result = Answer<Vec<DueNotice>>;

    /// Marks first and reads then: what is drawn is never older than the mark.
    fn handle(&mut self, take: TakeDue, _: &mut Self::Context) -> Self::Result {
        let db = self.db.clone();
        let writer = self.writer.clone();
        self.read(async move {
            let writer = writer.ok_or(StoreError::CLOSED)?;
            let (notices, now) = (take.notices, take.now);
            let taken = writer.run(Work::Take { notices, now }, Done::taken).await?;
            // What waits for the writer here would keep it from ending.
            drop(writer);
            if taken.is_empty() {
                return Ok(Vec::new());
            }
            reads::taken(&db, &taken).await
        })
    }
}

impl Handler<Record> for Tickets {
    type Result = Answer<Vec<Head>>;

    fn handle(&mut self, record: Record, _: &mut Self::Context) -> Self::Result {
        self.write(Work::Record(record), Done::heads)
    }
}

impl Handler<Holds> for Tickets {
    type Result = Answer<Vec<Hold>>;

    fn handle(&mut self, holds: Holds, _: &mut Self::Context) -> Self::Result {
        let db = self.db.clone();
        self.read(async move { reads::holds(&db, holds.now).await })
    }
}

impl Handler<Screens> for Tickets {
    type Result = Answer<Vec<UnshownScreen>>;

    fn handle(&mut self, _: Screens, _: &mut Self::Context) -> Self::Result {
        let db = self.db.clone();
        let writer = self.writer.clone();
        self.read(async move {
            let (screens, unreadable) = reads::unshown(&db).await?;
            if !unreadable.is_empty() {
                for ScreenEnd { person, number, .. } in &unreadable {
                    error!(%person, screen = number, "a screen cannot be read, and is given up");
                }
                let writer = writer.ok_or(StoreError::CLOSED)?;
                let given_up = Work::GiveUpScreens(unreadable);
                writer.run(given_up, Done::nothing).await?;
            }
            Ok(screens)
        })
    }
}

impl Handler<Screen> for Tickets {
    type Result = Answer<Option<UnshownScreen>>;

    fn handle(&mut self, screen: Screen, _: &mut Self::Context) -> Self::Result {
        let db = self.db.clone();
        self.read(async move {
            let mut screens = reads::unshown_to(&db, [screen.person]).await?;
            Ok(screens.pop())
        })
    }
}

impl Handler<LookUp> for Tickets {
    type Result = Answer<TakenUp>;

    fn handle(&mut self, LookUp { news }: LookUp, _: &mut Self::Context) -> Self::Result {
        let db = self.db.clone();
        self.read(async move {
            Ok(TakenUp {
                screens: reads::unshown_to(&db, news.screens).await?,
                heads: reads::heads_of(&db, news.lines).await?,
            })
        })
    }
}

impl Handler<IsBeingSent> for Tickets {
    type Result = Answer<bool>;

    fn handle(&mut self, being_sent: IsBeingSent, _: &mut Self::Context) -> Self::Result {
        let db = self.db.clone();
        self.read(async move { reads::is_being_sent(&db, being_sent.chat).await })
    }
}

impl Handler<PutAside> for Tickets {
    type Result = Answer<()>;

    fn handle(&mut self, aside: PutAside, _: &mut Self::Context) -> Self::Result {
        self.write(Work::PutAside(aside), Done::nothing)
    }
}

impl Handler<Retries> for Tickets {
    type Result = Answer<Vec<Quarantined>>;

    fn handle(&mut self, _: Retries, _: &mut Self::Context) -> Self::Result {
        let db = self.db.clone();
        self.read(async move { quarantine::to_retry(&db).await })
    }
}

impl Handler<RetryFailed> for Tickets {
    type Result = Answer<()>;

    fn handle(&mut self, failed: RetryFailed, _: &mut Self::Context) -> Self::Result {
        self.write(Work::RetryFailed(failed), Done::nothing)
    }
}

impl Handler<Attempt> for Tickets {
    type Result = Answer<Vec<(UpdateId, u32)>>;

    fn handle(&mut self, attempt: Attempt, _: &mut Self::Context) -> Self::Result {
        self.write(Work::Attempt(attempt), Done::attempts)
    }
}

impl Handler<Remember> for Tickets {
    type Result = Answer<()>;

    fn handle(&mut self, remember: Remember, _: &mut Self::Context) -> Self::Result {
        self.write(Work::Remember(remember), Done::nothing)
    }
}

impl Handler<Recall> for Tickets {
    type Result = Answer<Option<String>>;

    fn handle(&mut self, recall: Recall, _: &mut Self::Context) -> Self::Result {
        let db = self.db.clone();
        self.read(async move { reads::remembered(&db, recall.what).await })
    }
}

impl Handler<Stop> for Tickets {
    type Result = ResponseActFuture<Self, Result<(), StoreError>>;

    fn handle(&mut self, stop: Stop, _: &mut Self::Context) -> Self::Result {
        // The writer ends when the last of its handles is gone: those of earlier messages go as
        // they are answered.
        let writer = self.writer.take();
        let closed = self.closed();
        let db = self.db.clone();
        let end = async move {
            let stopped = match writer {
                Some(writer) => write_stop(writer, stop).await,
                None => Err(StoreError::CLOSED),
            };
            closed.wait().await;
            db.close().await;
            stopped
        };
        Box::pin(end.into_actor(self).map(|stopped, _, context| {
            context.stop();
            stopped
        }))
    }
}
