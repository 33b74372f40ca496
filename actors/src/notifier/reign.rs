//! The time for which this desk is the one that sends: how it begins, what it hears of the others, and
//! how it ends. What comes back from calls and reads of a reign that is over changes nothing.

use std::sync::Arc;

use actix::{ActorFutureExt, Handler, Recipient, ResponseActFuture, ResponseFuture, WrapFuture};
use chrono::TimeDelta;
use frontdesk_desk::ids::ChatId;
use tokio::sync::oneshot;

use super::calls::Caller;
use super::current::CurrentScreens;
use super::limits::Limits;
use super::line::Line;
use super::schedule::Schedule;
use super::trips::{self, Trips};
use super::{AwaitRecord, LookAround, Notifier, Resume, StandBack, TakeUp};
use crate::clock::Clock;
use crate::tickets::{Head, Hold, Holds, IsBeingSent, Screens, StoreError, UnshownScreen, ask};

/// While so many chats wait for calls, screens that were not told of are not looked for: nearly all
/// that would be found are those of these chats.
const CROWD: usize = 1_000;

/// How often another desk's record is asked for, and for how long in all: a slow chat is not waited
/// for.
const ASK_EVERY: TimeDelta = TimeDelta::milliseconds(20);
const ASK_TIMES: usize = 100;

/// So long after it was made sure that this desk sends, it begins calls: one that stood still, or that the
/// database is away from, asks first.
const SURE_FOR: TimeDelta = TimeDelta::seconds(3);

/// What this desk is among those of its database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Another desk sends.
    Bystander,
    /// It sends once it has read what there is: what is committed meanwhile is noted.
    Successor,
    /// It sends.
    Sender,
}

impl Notifier {
    /// Forgets all that there was to send, and whatever is on its way.
    pub(super) fn reset(&mut self) {
        self.role = Role::Bystander;
        self.sure_until = None;
        self.caller = Arc::new(Caller {
            client: self.caller.client.clone(),
            settings: self.caller.settings.clone(),
            events: self.caller.events.clone(),
            reign: self.caller.reign + 1,
        });
        self.schedule = Schedule::new(self.calls);
        self.limits = Limits::new(self.limits.settings(), &self.neighbours.clock);
        self.room_at = None;
        self.line = Line::new();
        self.current = CurrentScreens::default();
        self.trips = Trips::default();
    }
}

impl Handler<Resume> for Notifier {
    type Result = ResponseActFuture<Self, Result<(), StoreError>>;

    fn handle(&mut self, _: Resume, _: &mut Self::Context) -> Self::Result {
        self.reset();
        self.role = Role::Successor;
        let reign = self.caller.reign;
        let neighbours = self.neighbours.clone();
        let reading = async move {
            let now = neighbours.clock.now();
            let holds = ask(&neighbours.holds, Holds { now }).await?;
            let heads = trips::first_heads(&neighbours.heads).await?;
            let screens = ask(&neighbours.screens, Screens).await?;
            Ok((holds, heads, screens))
        };
        Box::pin(reading.into_actor(self).map(
            move |read: Result<(Vec<Hold>, Vec<Head>, _), StoreError>, notifier, context| {
                let (holds, heads, screens): (_, _, Vec<UnshownScreen>) = read?;
                if notifier.caller.reign != reign {
                    return Err(StoreError::Superseded);
                }
                notifier.role = Role::Sender;
                let now = notifier.neighbours.clock.now();
                for hold in holds {
                    notifier.note_hold(hold, now);
                }
                for head in heads {
                    notifier.schedule.find_head(head, now);
                }
                for screen in screens {
                    notifier.take_up(screen, now);
                }
                notifier.trips.look = true;
                notifier.pump(context);
                Ok(())
            },
        ))
    }
}

impl Handler<TakeUp> for Notifier {
    type Result = ();

    fn handle(&mut self, TakeUp { found, urged }: TakeUp, context: &mut Self::Context) {
        if self.stopping || self.role == Role::Bystander {
            return;
        }
        let now = self.neighbours.clock.now();
        for head in found.heads {
            self.schedule.find_head(head, now);
        }
        for chat in urged {
            self.schedule.forgive(chat, now);
        }
        for screen in found.screens {
            // The person has just been heard of: Telegram is there, and so are they.
            self.line.alive();
            self.schedule.forgive(screen.person.chat(), now);
            self.take_up(screen, now);
        }
        self.pump(context);
    }
}

impl Handler<LookAround> for Notifier {
    type Result = ();

    fn handle(&mut self, _: LookAround, context: &mut Self::Context) {
        if self.role != Role::Sender {
            return;
        }
        self.sure_until = Some(self.neighbours.clock.now() + SURE_FOR);
        self.trips.look = true;
        self.trips.look_for_screens |= self.schedule.waiting() < CROWD;
        self.pump(context);
    }
}

impl Handler<StandBack> for Notifier {
    type Result = ();

    fn handle(&mut self, _: StandBack, context: &mut Self::Context) {
        self.reset();
        self.pump(context);
    }
}

impl Handler<AwaitRecord> for Notifier {
    type Result = ResponseFuture<()>;

    fn handle(&mut self, awaits: AwaitRecord, _: &mut Self::Context) -> Self::Result {
        let AwaitRecord { chat } = awaits;
        if self.role == Role::Bystander {
            let Self { neighbours, .. } = self;
            return Box::pin(recorded(
                neighbours.being_sent.clone(),
                neighbours.clock.clone(),
                chat,
            ));
        }
        if self.stopping || !self.schedule.is_unrecorded(chat) {
            return Box::pin(std::future::ready(()));
        }
        let (stored, waiting) = oneshot::channel();
        self.awaited.push((chat, stored));
        Box::pin(async move {
            // An error means that the actor has ended: nothing is on its way then.
            let _ = waiting.await;
        })
    }
}

/// Returns once what another desk is sending to the chat is recorded.
async fn recorded(being_sent: Recipient<IsBeingSent>, clock: Clock, chat: ChatId) {
    for _ in 0..ASK_TIMES {
        let Ok(Ok(true)) = being_sent.send(IsBeingSent { chat }).await else {
            return;
        };
        clock.sleep(ASK_EVERY).await;
    }
}
