//! The actor that owns one person's conversation, and the registry that finds it.
//!
//! A session is made on demand, takes one message at a time, and stops when idle; what it keeps in
//! memory is only a copy of its row. A panic in the rules costs one message: the copy is thrown
//! away and the row is read again.

mod registry;

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use actix::prelude::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, AtomicResponse, Context, Handler, Message,
    Recipient, WrapFuture,
};
use chrono::TimeDelta;
use frontdesk_desk::conversation::Conversation;
use frontdesk_desk::ids::{ChatMessageId, PersonId, Version};
use frontdesk_desk::input::{Act, Input};
use frontdesk_desk::outcome::{PersonChange, Toast};
use frontdesk_desk::ticket::{Lang, Time, UserRecord};
use frontdesk_desk::{Facts, Need, Outcome, Settings, needs, step};
use futures::FutureExt;
use futures::future::{Either, select};
use tracing::{error, warn};

pub use self::registry::{Sessions, Sizes};
use crate::clock::Clock;
use crate::live::LiveSettings;
use crate::measure::{self, Mailbox, Waiting};
use crate::notifier::{AFTER_ALL_OWN, AnswerQuery, AwaitRecord, Deliver, Ready};
use crate::store::StoreError;
use crate::tickets::{Commit, Committed, Decision, Load, QuarantineId, Queued, Read, Screen};

/// After this long a press is answered empty, so that its button stops spinning.
const ANSWER_AFTER: TimeDelta = TimeDelta::seconds(1);

/// How often a turn is taken again because somebody else changed what it was decided on. Each time
/// somebody got something done; so many in a row mean that the decision contradicts the rows.
const TURNS: usize = 20;

/// How soon a session that could not stop tries again.
const LEAST_REST: Duration = Duration::from_millis(100);

/// One update for this person; answered when all that it caused is committed.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), ReceiveError>")]
pub struct Receive {
    /// The update.
    pub input: Input,
    /// The quarantined update that this is another try of.
    pub retry_of: Option<QuarantineId>,
    /// Whether this is the first try: a press is answered once, and its button then spins no more.
    pub first: bool,
    /// When it was taken in.
    pub since: Instant,
}

/// Why an update was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// The database could not take it now: wait and try again.
    #[error(transparent)]
    Store(StoreError),
    /// The desk is stopping: Telegram keeps the update.
    #[error("the desk is stopping")]
    Stopping,
    /// Our own failure: the update belongs into quarantine.
    #[error("the rules failed: {0}")]
    Rule(&'static str),
}

/// What sessions are made of: their neighbours, the clock, and what the operator set.
#[derive(Clone)]
pub struct Neighbours {
    /// Tickets: a person's row.
    pub load: Recipient<Load>,
    /// Tickets: facts.
    pub read: Recipient<Read>,
    /// Tickets: decisions.
    pub commit: Recipient<Commit>,
    /// Tickets: the screen not yet shown.
    pub screen: Recipient<Screen>,
    /// Notifier: what was committed.
    pub deliver: Recipient<Deliver>,
    /// Notifier: callback queries.
    pub answer: Recipient<AnswerQuery>,
    /// Notifier: whether all is stored that a person may reply to.
    pub recorded: Recipient<AwaitRecord>,
    /// The one clock.
    pub clock: Clock,
    /// What the rules depend on.
    pub settings: LiveSettings,
}

/// One person's conversation.
pub struct Session {
    person: PersonId,
    kept: Option<Kept>,
    registry: Sessions,
    /// When the last message was done.
    rests_since: Instant,
    /// Whether the timer runs that stops it when idle.
    timed: bool,
}

/// The copy of the person's rows.
struct Kept {
    state: Conversation,
    version: Version,
    me: Option<UserRecord>,
}

impl Session {
    fn new(person: PersonId, registry: Sessions) -> Self {
        Self {
            person,
            kept: None,
            registry,
            rests_since: Instant::now(),
            timed: false,
        }
    }
}

impl Actor for Session {
    type Context = Context<Self>;
}

impl Handler<Receive> for Session {
    // Only this keeps a person's messages in order: the next is not begun before this is done.
    type Result = AtomicResponse<Self, Result<(), ReceiveError>>;

    fn handle(&mut self, receive: Receive, _: &mut Context<Self>) -> Self::Result {
        measure::begun(Mailbox::Sessions, receive.since);
        let since = receive.since;
        let kept = self.kept.take();
        let neighbours = self.registry.neighbours().clone();
        let turn = AssertUnwindSafe(take_turn(neighbours, kept, receive)).catch_unwind();
        AtomicResponse::new(Box::pin(turn.into_actor(self).map(
            move |done, session, context| {
                session.rest(context);
                match done {
                    Ok(Ok(kept)) => {
                        session.kept = Some(kept);
                        measure::committed(since);
                        Ok(())
                    }
                    Ok(Err(error)) => Err(error),
                    Err(_panic) => {
                        error!(person = %session.person, "the rules panicked over an update");
                        Err(ReceiveError::Rule("a panic"))
                    }
                }
            },
        )))
    }
}

impl Session {
    /// Stops when idle for long enough, or at once when too many sessions are alive. One timer
    /// runs at a time and is not touched by messages: it finds out how long ago the last one was.
    fn rest(&mut self, context: &mut Context<Self>) {
        self.rests_since = Instant::now();
        let sizes = self.registry.sizes();
        let crowded = self.registry.alive() > sizes.most_alive;
        if crowded || !std::mem::replace(&mut self.timed, true) {
            let after = if crowded {
                Duration::ZERO
            } else {
                sizes.idle_after
            };
            context.run_later(after, move |session, context| {
                session.try_to_stop(crowded, context)
            });
        }
    }

    fn try_to_stop(&mut self, crowded: bool, context: &mut Context<Self>) {
        let rested = self.rests_since.elapsed();
        let left = self.registry.sizes().idle_after.saturating_sub(rested);
        if (crowded || left.is_zero()) && self.registry.retire(self.person, &context.address()) {
            context.stop();
        } else if !crowded {
            // Not zero, or a message that is on its way would be waited for in a hot loop.
            let after = left.max(LEAST_REST);
            context.run_later(after, |session, context| {
                session.try_to_stop(false, context)
            });
        }
    }
}

/// Decides about one update and has it committed; answers the press in time.
async fn take_turn(
    neighbours: Neighbours,
    kept: Option<Kept>,
    receive: Receive,
) -> Result<Kept, ReceiveError> {
    let query = match &receive.input.act {
        Act::Pressed { query, .. } if receive.first => Some(query.clone()),
        _ => None,
    };
    let settings = neighbours.settings.now();
    let client = receive.input.person.language_code.clone();
    let deciding = Box::pin(decide(&neighbours, kept, &receive));
    let Some(query) = query else {
        return deciding.await.map(|(kept, _)| kept);
    };
    let answer = |toast, chosen| AnswerQuery {
        query: query.clone(),
        toast,
        lang: settings.language(chosen, client.as_deref()),
    };
    match select(deciding, Box::pin(neighbours.clock.sleep(ANSWER_AFTER))).await {
        Either::Left((Err(error), _)) => {
            // Another try may be long in coming.
            tell(&neighbours.answer, answer(None, None)).await;
            Err(error)
        }
        Either::Left((Ok((kept, toast)), _)) => {
            let chosen = kept.me.as_ref().and_then(|me| me.language);
            tell(&neighbours.answer, answer(toast, chosen)).await;
            Ok(kept)
        }
        Either::Right(((), deciding)) => {
            tell(&neighbours.answer, answer(None, None)).await;
            deciding.await.map(|(kept, _)| kept)
        }
    }
}

/// Reads, decides and commits, again where somebody else was faster; then wakes the notifier.
async fn decide(
    neighbours: &Neighbours,
    mut kept: Option<Kept>,
    receive: &Receive,
) -> Result<(Kept, Option<Toast>), ReceiveError> {
    let input = &receive.input;
    let settings = neighbours.settings.now();
    for _ in 0..TURNS {
        let before = match kept.take() {
            Some(kept) => kept,
            None => load(neighbours, input.person.id).await?,
        };
        let now = neighbours.clock.now();
        let wanted = needs(&before.state, input, &settings, now);
        let mut facts = if wanted.is_empty() {
            Box::<Facts>::default()
        } else {
            read(neighbours, input, wanted).await?
        };
        facts.me = before.me.clone();
        let outcome = step(&before.state, input, &facts, &settings, now);
        let commit = Commit {
            decision: Box::new(Decision {
                update: input.update,
                person: input.person.clone(),
                at: now,
                on: before.version,
                outcome,
                retry_of: receive.retry_of,
            }),
        };
        match ask(&neighbours.commit, commit).await? {
            Committed::Done {
                version,
                number,
                outcome,
                current,
                queued,
            } => {
                let numbered = number.map(|number| (number, current));
                let deliver = deliver(
                    neighbours, before, version, numbered, *outcome, queued, receive,
                );
                return Ok(deliver.await);
            }
            Committed::Repeat => {
                // The first one may have been cut off before its screen was shown.
                let unshown = Screen {
                    person: input.person.id,
                };
                let screen = ask(&neighbours.screen, unshown).await?;
                let deliver = Deliver {
                    person: input.person.id,
                    screen: screen.map(|unshown| Ready {
                        number: unshown.number,
                        show: unshown.show,
                        current: unshown.current,
                    }),
                    lang: language(&settings, input, before.me.as_ref()),
                    queued: Queued {
                        heads: Vec::new(),
                        own: AFTER_ALL_OWN,
                    },
                    urged: false,
                    since: None,
                    sent: Instant::now(),
                };
                tell(&neighbours.deliver, deliver).await;
                return Ok((before, None));
            }
            Committed::Conflict => {}
        }
    }
    warn!(person = %input.person.id, update = %input.update, "an update found no quiet moment");
    Err(ReceiveError::Rule(
        "it found no quiet moment to be decided in",
    ))
}

/// Reads facts. What was replied to may be a notice that has come this moment, and which ticket it
/// is about is not stored yet: then they are read again once it is.
async fn read(
    neighbours: &Neighbours,
    input: &Input,
    needs: Vec<Need>,
) -> Result<Box<Facts>, ReceiveError> {
    let person = input.person.id;
    let read = Read { person, needs };
    let facts: Box<Facts> = ask(&neighbours.read, read.clone()).await?;
    if facts.knows_what_was_replied_to(&read.needs) {
        return Ok(facts);
    }
    let chat = person.chat();
    tell(&neighbours.recorded, AwaitRecord { chat }).await;
    ask(&neighbours.read, read).await
}

async fn load(neighbours: &Neighbours, person: PersonId) -> Result<Kept, ReceiveError> {
    let stored = ask(&neighbours.load, Load { person }).await?;
    Ok(Kept {
        state: stored.state,
        version: stored.version,
        me: stored.me,
    })
}

/// Wakes the notifier for what was committed, and keeps the rows as they are now.
async fn deliver(
    neighbours: &Neighbours,
    before: Kept,
    version: Version,
    numbered: Option<(i64, Option<ChatMessageId>)>,
    outcome: Outcome,
    queued: Queued,
    receive: &Receive,
) -> (Kept, Option<Toast>) {
    let input = &receive.input;
    let me = as_stored(before.me, &outcome.person, input, neighbours.clock.now());
    let lang = language(&neighbours.settings.now(), input, Some(&me));
    let deliver = Deliver {
        person: input.person.id,
        screen: numbered
            .zip(outcome.show)
            .map(|((number, current), show)| Ready {
                number,
                show,
                current,
            }),
        lang,
        queued,
        urged: !outcome.redeliveries.is_empty(),
        since: Some(receive.since),
        sent: Instant::now(),
    };
    if deliver.screen.is_some() || !deliver.queued.heads.is_empty() {
        tell(&neighbours.deliver, deliver).await;
    }
    let kept = Kept {
        state: outcome.conversation,
        version,
        me: Some(me),
    };
    (kept, outcome.toast)
}

/// The person's row, as the commit left it.
fn as_stored(
    before: Option<UserRecord>,
    change: &PersonChange,
    input: &Input,
    now: Time,
) -> UserRecord {
    let person = &input.person;
    UserRecord {
        id: person.id,
        first_name: person.first_name.clone(),
        last_name: person.last_name.clone(),
        username: person.username.clone(),
        language_code: person.language_code.clone(),
        language: change
            .language
            .or(before.as_ref().and_then(|me| me.language)),
        reachable: change
            .reachable
            .unwrap_or(before.as_ref().is_none_or(|me| me.reachable)),
        muted: change
            .muted
            .unwrap_or(before.as_ref().is_some_and(|me| me.muted)),
        standing: before
            .as_ref()
            .map_or_else(Default::default, |me| me.standing.clone()),
        first_seen: before.map_or(now, |me| me.first_seen),
        last_seen: now,
    }
}

fn language(settings: &Settings, input: &Input, me: Option<&UserRecord>) -> Lang {
    settings.language(
        me.and_then(|me| me.language),
        input.person.language_code.as_deref(),
    )
}

/// Asks Tickets; what it cannot do now waits.
async fn ask<M, T>(tickets: &Recipient<M>, message: M) -> Result<T, ReceiveError>
where
    M: Message<Result = Result<T, StoreError>> + Send + 'static,
    T: Send + 'static,
{
    match tickets.send(message).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(error)) if error.is_unavailable() => Err(ReceiveError::Store(error)),
        Ok(Err(error)) => {
            error!(%error, "a decision could not be stored");
            Err(ReceiveError::Rule("the database refused the decision"))
        }
        Err(_) => Err(ReceiveError::Stopping),
    }
}

/// Tells the Notifier. It only hears sooner of what is stored: while it is stopping nothing is
/// lost by its silence.
async fn tell<M>(notifier: &Recipient<M>, message: M)
where
    M: Message<Result = ()> + Send + 'static,
{
    let _waiting = Waiting::new(Mailbox::Notifier);
    if notifier.send(message).await.is_err() {
        warn!("the notifier has stopped; what is stored is delivered after the next start");
    }
}
