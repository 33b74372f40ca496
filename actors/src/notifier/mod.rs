//! The actor Notifier: it makes every outgoing call, in order for each chat, within the limits.
//!
//! The rows are the truth, and [`Deliver`] tells what a commit added to them. A chat has one call
//! on its way at a time, so a slow chat costs one slot and delays no other. Lanes choose between
//! chats, never within one: a screen comes first, after the notices that its own update has for
//! the same chat, and only the newest counts; then notices in the order of their rows; and last
//! the buttons that a former screen loses.
//!
//! In reading order: `schedule` says whose turn it is, `limits` and `line` whether anything may be
//! sent, `pump` begins what may and draws the consequences, `calls` makes the calls, `outcome` says
//! what they mean, `trips` goes to the database and back.

mod answers;
mod backoff;
mod calls;
mod current;
mod limits;
mod line;
mod outcome;
mod pump;
mod reign;
mod schedule;
mod trips;

use std::sync::Arc;
use std::time::Instant;

use actix::{
    Actor, ActorContext, ActorFutureExt, AsyncContext, Context, Handler, Message, Recipient,
    ResponseActFuture, ResponseFuture, StreamHandler, WrapFuture,
};
use chrono::TimeDelta;
use frontdesk_desk::ids::{ChatId, ChatMessageId, NoticeId, PersonId};
use frontdesk_desk::outcome::Toast;
use frontdesk_desk::screen::Show;
use frontdesk_desk::ticket::{Lang, Time};
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use tokio::sync::oneshot;

use self::answers::Answers;
use self::backoff::Backoff;
use self::calls::{Caller, Event};
use self::current::CurrentScreens;
pub use self::limits::LimitSettings;
use self::limits::Limits;
use self::line::Line;
use self::reign::Role;
use self::schedule::{Pending, Schedule, Why};
use self::trips::Trips;
use crate::clock::Clock;
use crate::live::LiveSettings;
use crate::measure::{self, Mailbox};
use crate::telegram::Client;
use crate::tickets::{
    Heads, Hold, Holds, IsBeingSent, Queued, Record, Screens, StoreError, TakeDue, TakenUp,
    UnshownScreen,
};

/// How often the outbox is looked at though nothing was heard of it: whoever should have told of it
/// may have died, or was another program.
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
    /// What the commit put into the outbox.
    pub queued: Queued,
    /// Whether somebody decided to have it sent now: a pause after failures in those chats is over.
    pub urged: bool,
    /// When the update was taken in that the screen answers.
    pub since: Option<Instant>,
    /// When this was sent.
    pub sent: Instant,
}

/// A committed screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Ready {
    /// Its number: the greatest is the newest.
    pub number: i64,
    /// What to show.
    pub show: Show,
    /// The message that held the person's screen before, as far as the database knows.
    pub current: Option<ChatMessageId>,
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

/// Answered once what became of the notice on its way to this chat, if there is one, is stored: its
/// reader may reply to it before the database knows of it. Not waited for: a chat that is slow.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct AwaitRecord {
    /// Which chat.
    pub chat: ChatId,
}

/// This is the desk that sends from now on, of several on one database: takes up the screens that were
/// committed and not shown, and the outbox. To be sent once Tickets has taken over.
#[derive(Debug, Message)]
#[rtype(result = "Result<(), StoreError>")]
pub struct Resume;

/// Another desk committed this for the one that sends.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct TakeUp {
    /// What there is to send.
    pub found: TakenUp,
    /// Chats in which a pause after failures is over, since somebody decided so.
    pub urged: Vec<ChatId>,
}

/// This still is the desk that sends, and others may have committed something that was not told. Once it
/// was sent it has to come again and again, or no more calls begin.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct LookAround;

/// Another desk sends from now on. What is on its way is that one's business.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct StandBack;

/// Answered once nothing is due, unshown or on its way; what has to wait for a later time does not
/// count.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Settle;

/// From now on so much may be sent.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct ChangeLimits(pub LimitSettings);

/// Takes nothing more, waits for the calls on their way, stores what became of them, and stops the
/// actor.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Stop;

/// What the notifier talks to.
#[derive(Clone)]
pub struct Neighbours {
    /// Tickets: which notices stand first in their lines.
    pub heads: Recipient<Heads>,
    /// Tickets: notices to send.
    pub take: Recipient<TakeDue>,
    /// Tickets: what became of notices and screens.
    pub record: Recipient<Record>,
    /// Tickets: all screens not shown yet.
    pub screens: Recipient<Screens>,
    /// Tickets: the pauses that Telegram asked for.
    pub holds: Recipient<Holds>,
    /// Tickets: whether another desk is sending something to a chat.
    pub being_sent: Recipient<IsBeingSent>,
    /// Telegram.
    pub client: Client,
    /// The one clock.
    pub clock: Clock,
    /// What drawing depends on.
    pub settings: LiveSettings,
}

/// `[actors.notifier]` and `[limits]` of the configuration.
#[derive(Clone, Copy, Debug)]
pub struct NotifierSettings {
    /// How many messages can wait for the actor.
    pub mailbox: usize,
    /// How many calls run at once, at least 1. Calls that have lasted long get twice as many
    /// beside them, and answers to callback queries as many.
    pub calls: usize,
    /// How much may be sent.
    pub limits: LimitSettings,
    /// Where chance begins, in the pauses after failures.
    pub seed: u64,
}

/// Makes every outgoing call.
pub struct Notifier {
    neighbours: Neighbours,
    mailbox: usize,
    /// How many calls run at once.
    calls: usize,
    role: Role,
    /// Until when it is sure that no other desk sends; no end before the first [`LookAround`].
    sure_until: Option<Time>,
    schedule: Schedule,
    limits: Limits,
    /// When the limit over all chats lets the next call through, if it does not now.
    room_at: Option<Time>,
    line: Line,
    backoff: Backoff,
    current: CurrentScreens,
    answers: Answers,
    trips: Trips,
    caller: Arc<Caller>,
    events: Option<UnboundedReceiver<Event>>,
    alarm: Option<(Time, actix::SpawnHandle)>,
    settling: Vec<oneshot::Sender<()>>,
    /// Who waits for the record of a chat's notice.
    awaited: Vec<(ChatId, oneshot::Sender<()>)>,
    stopping: bool,
    /// Dropped with the actor; sent to when it stops in order.
    stopped: Option<oneshot::Sender<()>>,
}

impl Notifier {
    /// A notifier that only answers presses before [`Resume`]. `stopped` is told when it
    /// stops in order, and dropped without a word if it dies.
    pub fn new(
        neighbours: Neighbours,
        settings: NotifierSettings,
        stopped: oneshot::Sender<()>,
    ) -> Self {
        let (sender, events) = unbounded();
        let caller = Arc::new(Caller {
            client: neighbours.client.clone(),
            settings: neighbours.settings.clone(),
            events: sender,
            reign: 0,
        });
        Self {
            mailbox: settings.mailbox,
            calls: settings.calls,
            role: Role::Bystander,
            sure_until: None,
            schedule: Schedule::new(settings.calls),
            limits: Limits::new(settings.limits, &neighbours.clock),
            room_at: None,
            line: Line::new(),
            backoff: Backoff::new(settings.seed),
            current: CurrentScreens::default(),
            answers: Answers::new(settings.calls),
            trips: Trips::default(),
            caller,
            events: Some(events),
            neighbours,
            alarm: None,
            settling: Vec::new(),
            awaited: Vec::new(),
            stopping: false,
            stopped: Some(stopped),
        }
    }

    /// Looks at the outbox every few seconds.
    fn look_again(context: &mut Context<Self>, clock: Clock) {
        let pause = async move {
            clock.sleep(LOOK_AGAIN).await;
            clock
        };
        let looked = actix::fut::wrap_future::<_, Self>(pause).map(|clock, notifier, context| {
            notifier.trips.look |= notifier.role == Role::Sender;
            notifier.pump(context);
            Self::look_again(context, clock);
        });
        context.spawn(looked);
    }

    fn want_screen(
        &mut self,
        person: PersonId,
        ready: Ready,
        lang: Lang,
        after: Option<NoticeId>,
        since: Option<Instant>,
        now: Time,
    ) {
        let chat = person.chat();
        self.current.learn(chat, ready.current);
        if !self.current.is_over(chat, ready.number) {
            let screen = Pending {
                number: ready.number,
                show: ready.show,
                lang,
                after,
                since,
            };
            self.schedule.want_screen(chat, Box::new(screen), now);
        }
    }

    /// Notes a screen that was not shown before the last stop.
    fn take_up(&mut self, unshown: UnshownScreen, now: Time) {
        let me = &unshown.me;
        let settings = self.neighbours.settings.now();
        let lang = settings.language(me.language, me.language_code.as_deref());
        let ready = Ready {
            number: unshown.number,
            show: unshown.show.seen_by(settings.is_admin(unshown.person)),
            current: unshown.current,
        };
        self.want_screen(unshown.person, ready, lang, AFTER_ALL_OWN, None, now);
    }

    fn note_hold(&mut self, hold: Hold, now: Time) {
        match hold.chat {
            Some(chat) => self.schedule.hold(chat, hold.until, Why::Limit, now),
            None => self.line.hold(hold.until),
        }
    }
}

/// After whatever own notices stand first in the line: which of them belongs to the screen's update
/// is not known any more.
pub(crate) const AFTER_ALL_OWN: Option<NoticeId> = Some(NoticeId(i64::MAX));

impl Actor for Notifier {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Self::Context) {
        context.set_mailbox_capacity(self.mailbox);
        if let Some(events) = self.events.take() {
            context.add_stream(events);
        }
        Self::look_again(context, self.neighbours.clock.clone());
    }
}

impl StreamHandler<Event> for Notifier {
    fn handle(&mut self, event: Event, context: &mut Self::Context) {
        match event {
            // One of a reign that is over is the next desk's business.
            Event::Called(called) if called.reign != self.caller.reign => {}
            Event::Called(called) => {
                let now = self.neighbours.clock.now();
                self.called(*called, now);
            }
            Event::Answered => self.answers.ended(),
        }
        self.pump(context);
    }
}

impl Handler<Deliver> for Notifier {
    type Result = ();

    fn handle(&mut self, deliver: Deliver, context: &mut Self::Context) {
        measure::begun(Mailbox::Notifier, deliver.sent);
        if self.stopping || self.role == Role::Bystander {
            // It is stored, and delivered after the next start, or by another desk.
            return;
        }
        let now = self.neighbours.clock.now();
        let Queued { heads, own } = deliver.queued;
        for head in heads {
            self.schedule.set_head(head, now);
            if deliver.urged {
                self.schedule.forgive(head.chat, now);
            }
        }
        self.schedule.expect_own(deliver.person.chat(), own);
        if let Some(ready) = deliver.screen {
            // The person has just been heard of: Telegram is there, and so are they.
            self.line.alive();
            self.schedule.forgive(deliver.person.chat(), now);
            self.want_screen(deliver.person, ready, deliver.lang, own, deliver.since, now);
        }
        self.pump(context);
    }
}

impl Handler<AnswerQuery> for Notifier {
    type Result = ();

    fn handle(&mut self, answer: AnswerQuery, context: &mut Self::Context) {
        self.answers.add(answer, self.neighbours.clock.now());
        self.pump(context);
    }
}

impl Handler<ChangeLimits> for Notifier {
    type Result = ();

    fn handle(&mut self, ChangeLimits(limits): ChangeLimits, context: &mut Self::Context) {
        if self.limits.settings() != limits {
            self.limits = Limits::new(limits, &self.neighbours.clock);
            self.room_at = None;
            self.pump(context);
        }
    }
}

impl Handler<Settle> for Notifier {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, _: Settle, context: &mut Self::Context) -> Self::Result {
        let (settled, waiting) = oneshot::channel();
        self.settling.push(settled);
        self.trips.look |= self.role == Role::Sender;
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
