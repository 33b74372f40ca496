//! The actor Notifier: it makes every outgoing call, in order for each chat, within the limits.
//!
//! The rows are the truth: [`Deliver`] only wakes it. A chat has one call on its way at a time, so
//! a slow chat costs one slot and delays no other. Screens come first and only the newest counts;
//! a screen waits for the notices that its own update has for the same chat. Then come notices,
//! by lane, and last the buttons that a former screen loses.
//!
//! In reading order: `pump` decides what is started next, `screens` and `notices` do it, `outcome`
//! says what follows, `limits` how much may be sent.

mod limits;
mod notices;
mod outcome;
mod pump;
mod screens;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;

use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Message, Recipient,
    ResponseActFuture, ResponseFuture, WrapFuture,
};
use chrono::TimeDelta;
use frontdesk_desk::Settings;
use frontdesk_desk::ids::{ChatId, ChatMessageId, PersonId};
use frontdesk_desk::outcome::Toast;
use frontdesk_desk::screen::Show;
use frontdesk_desk::ticket::{Lang, Time};
use tokio::sync::oneshot;
use tracing::debug;

pub use self::limits::LimitSettings;
use self::limits::Limits;
use self::notices::Outbox;
use self::screens::Pending;
use crate::clock::Clock;
use crate::store::Trouble;
use crate::telegram::Client;
use crate::tickets::{Record, Screen, ScreenFailed, ScreenShown, Screens, StoreError, TakeDue};

/// How often the outbox is looked at though nothing was heard of it.
const LOOK_AGAIN: TimeDelta = TimeDelta::seconds(5);

/// The pause before the database is asked again that could not answer.
const STORE_PAUSE: TimeDelta = TimeDelta::seconds(1);

/// Something was committed for a person: a screen, notices, or both. Answered as soon as noted.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct Deliver {
    /// Whose update it was.
    pub person: PersonId,
    /// The screen to show them.
    pub screen: Option<Ready>,
    /// The language they read.
    pub lang: Lang,
    /// Whether notices were stored with it, or released.
    pub notices: bool,
}

/// A committed screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Ready {
    /// Its number: the greatest is the newest.
    pub number: i64,
    /// What to show.
    pub show: Show,
}

/// Answers a callback query, at once and outside the limits.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct AnswerQuery {
    /// The query.
    pub query: String,
    /// What to say; `None` only stops the button's spinning.
    pub toast: Option<Toast>,
    /// In which language.
    pub lang: Lang,
}

/// Takes up the screens that were committed and not shown before the last stop, and the outbox.
/// To be sent once Tickets has started.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct Resume;

/// Answered once nothing is due, unshown or on its way; what has to wait for a later time does not
/// count.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Settle;

/// Takes nothing more, waits for the calls on their way, stores what became of them, and stops the
/// actor.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Stop;

/// What the notifier talks to.
#[derive(Clone)]
pub struct Neighbours {
    /// Tickets: notices to send.
    pub take: Recipient<TakeDue>,
    /// Tickets: what became of them.
    pub record: Recipient<Record>,
    /// Tickets: all screens not shown yet.
    pub screens: Recipient<Screens>,
    /// Tickets: the one of a person, with the message that holds the screen before it.
    pub screen: Recipient<Screen>,
    /// Tickets: a screen was shown.
    pub shown: Recipient<ScreenShown>,
    /// Tickets: a screen cannot be shown.
    pub failed: Recipient<ScreenFailed>,
    /// Telegram.
    pub client: Client,
    /// The one clock.
    pub clock: Clock,
    /// What drawing depends on.
    pub settings: Arc<Settings>,
}

/// `[actors.notifier]` and `[limits]` of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct NotifierSettings {
    /// How many messages can wait for the actor.
    pub mailbox: usize,
    /// How many calls run at once, at least 1; answers to callback queries come on top.
    pub calls: usize,
    /// How much may be sent.
    pub limits: LimitSettings,
}

/// Makes every outgoing call.
pub struct Notifier {
    neighbours: Neighbours,
    settings: NotifierSettings,
    limits: Limits,
    /// Chats with a call on its way: one for each slot in use.
    busy: HashSet<ChatId>,
    /// Chats that have to wait, for a limit, a `retry_after` or the pause before another try.
    waiting: HashMap<ChatId, Time>,
    /// The screens to show, newest only, and in which order they came.
    screens: HashMap<PersonId, Pending>,
    queue: VecDeque<PersonId>,
    /// The screens that are being shown, by number.
    showing: HashMap<PersonId, i64>,
    /// The message that holds each person's screen, as far as known.
    current: HashMap<PersonId, Option<ChatMessageId>>,
    /// People whose current message is being looked up.
    asking: HashSet<PersonId>,
    /// Messages of former screens, which lose their buttons when there is time for it.
    former: VecDeque<(ChatId, ChatMessageId)>,
    outbox: Outbox,
    /// Answers to callback queries on their way, and screens' outcomes being stored.
    errands: usize,
    alarm: Option<(Time, actix::SpawnHandle)>,
    settling: Vec<oneshot::Sender<()>>,
    stopping: bool,
    /// Dropped with the actor; sent to when it stops in order.
    stopped: Option<oneshot::Sender<()>>,
}

impl Notifier {
    /// A notifier that does nothing before [`Resume`] or [`Deliver`]. `stopped` is told when it
    /// stops in order, and dropped without a word if it dies.
    pub fn new(
        neighbours: Neighbours,
        settings: NotifierSettings,
        stopped: oneshot::Sender<()>,
    ) -> Self {
        Self {
            limits: Limits::new(settings.limits, &neighbours.clock),
            neighbours,
            settings,
            busy: HashSet::new(),
            waiting: HashMap::new(),
            screens: HashMap::new(),
            queue: VecDeque::new(),
            showing: HashMap::new(),
            current: HashMap::new(),
            asking: HashSet::new(),
            former: VecDeque::new(),
            outbox: Outbox::default(),
            errands: 0,
            alarm: None,
            settling: Vec::new(),
            stopping: false,
            stopped: Some(stopped),
        }
    }

    /// Looks at the outbox every few seconds: whoever should have told of it may have died.
    fn look_again(context: &mut Context<Self>, clock: Clock) {
        let pause = async move {
            clock.sleep(LOOK_AGAIN).await;
            clock
        };
        let looked = actix::fut::wrap_future::<_, Self>(pause).map(|clock, notifier, context| {
            notifier.outbox.look = true;
            notifier.pump(context);
            Self::look_again(context, clock);
        });
        context.spawn(looked);
    }
}

impl Actor for Notifier {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(self.settings.mailbox);
        Self::look_again(context, self.neighbours.clock.clone());
    }
}

impl Handler<Deliver> for Notifier {
    type Result = ();

    fn handle(&mut self, deliver: Deliver, context: &mut Self::Context) {
        self.outbox.look |= deliver.notices;
        if let Some(Ready { number, show }) = deliver.screen {
            let waits_for = deliver.notices.then(|| self.outbox.next_look());
            self.want_screen(deliver.person, number, show, deliver.lang, waits_for);
        }
        self.pump(context);
    }
}

impl Handler<AnswerQuery> for Notifier {
    type Result = ();

    fn handle(&mut self, answer: AnswerQuery, context: &mut Self::Context) {
        let client = self.neighbours.client.clone();
        let answering = async move {
            let text = answer.toast.map(|toast| toast.text(answer.lang));
            // The query may be too old, or the press may have been answered before a restart.
            if let Err(failure) = client.answer_query(&answer.query, text.as_deref()).await {
                debug!(%failure, "a callback query was not answered");
            }
        };
        self.errand(context, answering);
    }
}

impl Handler<Resume> for Notifier {
    type Result = ResponseActFuture<Self, Result<(), StoreError>>;

    fn handle(&mut self, _: Resume, _: &mut Self::Context) -> Self::Result {
        let screens = self.neighbours.screens.send(Screens);
        Box::pin(screens.into_actor(self).map(|unshown, notifier, context| {
            for screen in unshown.unwrap_or(Err(StoreError::Unavailable(Trouble::Closed)))? {
                notifier.take_up(screen);
            }
            notifier.outbox.look = true;
            notifier.pump(context);
            Ok(())
        }))
    }
}

impl Handler<Settle> for Notifier {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Settle, context: &mut Self::Context) -> Self::Result {
        let (settled, waiting) = oneshot::channel();
        self.settling.push(settled);
        self.outbox.look = true;
        self.pump(context);
        Box::pin(async move {
            // An error means that the actor has ended: nothing is on its way then.
            let _ = waiting.await;
        })
    }
}

impl Handler<Stop> for Notifier {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, _: Stop, context: &mut Self::Context) -> Self::Result {
        self.stopping = true;
        let (settled, waiting) = oneshot::channel();
        self.settling.push(settled);
        self.pump(context);
        Box::pin(waiting.into_actor(self).map(|_, notifier, context| {
            if let Some(stopped) = notifier.stopped.take() {
                let _ = stopped.send(());
            }
            context.stop();
        }))
    }
}

#[cfg(test)]
mod tests;
