//! Decides what begins next, whenever something came in, ended, or its time has come; and what
//! follows from the calls that have ended.

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use chrono::TimeDelta;
use frontdesk_desk::ids::{ChatId, ChatMessageId, PersonId};
use frontdesk_desk::ticket::Time;
use tracing::{debug, error, info, warn};

use super::Notifier;
use super::calls::{Called, Came, Work};
use super::limits::Wait;
use super::line::{Admits, Change};
use super::outcome::Heard;
use super::reign::Role;
use super::schedule::{Job, Pending, Why};
use super::trips::Item;
use crate::measure;
use crate::telegram::Failure;
use crate::tickets::{Delivered, DeliveryResult, DueNotice, Hold, ScreenEnd, Shown};

/// After so many failures in a row a chat is worth a line in the log.
const FAILURES_TOLD: u32 = 3;

impl Notifier {
    /// Starts all that can be started.
    pub(super) fn pump(&mut self, context: &mut Context<Self>) {
        let now = self.neighbours.clock.now();
        self.schedule.time_passed(now);
        self.trips.look |= self.schedule.has_room_again();
        let sure = self.sure_until.is_none_or(|until| now < until);
        if self.role == Role::Sender && sure && !self.stopping {
            self.begin(now);
        }
        while let Some(answer) = self.answers.next(now) {
            self.caller.answer(answer);
        }
        self.travel(context, now);
        self.set_alarm(context, now);
        measure::chats_waiting(self.schedule.waiting());
        // Whoever waits is answered by letting go.
        let (schedule, stopping) = (&self.schedule, self.stopping);
        self.awaited
            .retain(|(chat, _)| !stopping && schedule.is_unrecorded(*chat));
        if !self.settling.is_empty() && self.is_settled(now) {
            for settled in self.settling.drain(..) {
                // Whoever asked may have gone.
                let _ = settled.send(());
            }
        }
    }

    /// Begins calls for as long as there are slots, and the limits let them through.
    fn begin(&mut self, now: Time) {
        self.room_at = self.room_at.filter(|at| *at > now);
        while self.room_at.is_none() && self.may_begin(now) {
            let Some(chat) = self.schedule.next() else {
                return;
            };
            if self.schedule.is_chore(chat, now)
                && let Err(until) = self.limits.can_spare(chat, now)
            {
                self.schedule.spare(chat, until, now);
                continue;
            }
            match self.limits.take(chat, now) {
                Ok(next) => {
                    if let Some(job) = self.schedule.start(chat, now, next) {
                        self.line.begins();
                        self.begin_job(chat, job, now);
                    }
                }
                Err(Wait::Chat(until)) => self.schedule.hold(chat, until, Why::Limit, now),
                Err(Wait::All(until)) => {
                    self.schedule.put_back(chat, now);
                    self.room_at = Some(until);
                }
            }
        }
    }

    fn may_begin(&self, now: Time) -> bool {
        matches!(self.line.admits(now), Admits::Any | Admits::Probe)
    }

    fn begin_job(&mut self, chat: ChatId, job: Job, now: Time) {
        let work = match job {
            Job::Notice(head) => {
                self.trips.take(head);
                return;
            }
            Job::Screen(screen) => {
                let edit = screen.show.pressed.filter(|pressed| {
                    let current = self.current.message(chat);
                    current == Some(*pressed)
                });
                Work::Screen(screen, edit)
            }
            Job::Strip(message) => Work::Strip(message),
        };
        self.schedule.call(chat, now);
        self.caller.make(chat, work, now);
    }

    /// What follows from a call that has ended.
    pub(super) fn called(&mut self, called: Called, now: Time) {
        let Called {
            chat,
            came,
            requests,
            ..
        } = called;
        let took = self.schedule.end(chat, now);
        let heard = match &came {
            Came::Screen(_, shown) => Heard::of(shown),
            Came::Notice(_, _, outcome) | Came::Strip(outcome) => Heard::of(outcome),
        };
        match heard {
            _ if requests == 0 => self.line.came_to_nothing(),
            Heard::Answer => {
                self.schedule.answered(chat, took);
                let change = self.line.answered();
                self.changed(change, now);
            }
            Heard::TooMany(seconds) => self.limited(chat, seconds, now),
            Heard::Nothing(failure) => self.unanswered(chat, &failure, now),
        }
        if let Some(until) = self.limits.charge(chat, requests.saturating_sub(1), now) {
            self.schedule.hold(chat, until, Why::Limit, now);
        }
        match came {
            Came::Screen(screen, Ok(message)) => self.shown(chat, &screen, message, now),
            Came::Screen(screen, Err(failure)) => self.not_shown(chat, screen, &failure, now),
            Came::Notice(notice, result, _) => self.sent(&notice, result),
            Came::Strip(Err(failure)) => {
                debug!(%chat, %failure, "a former screen keeps its buttons");
            }
            Came::Strip(Ok(())) => {}
        }
        self.schedule.go_on(chat, now);
    }

    fn limited(&mut self, chat: ChatId, seconds: u32, now: Time) {
        // Telegram counts whole seconds.
        let until = now + TimeDelta::seconds(i64::from(seconds.max(1)));
        self.schedule.hold(chat, until, Why::Limit, now);
        self.trips.store(Item::Hold(Hold {
            chat: Some(chat),
            until,
        }));
        warn!(%chat, %until, "Telegram asks for a pause");
        let back = self.line.heard();
        self.changed(back, now);
        let change = self.line.limited(chat, until, now);
        self.changed(change, now);
    }

    fn unanswered(&mut self, chat: ChatId, failure: &Failure, now: Time) {
        let failures = self.schedule.failed(chat);
        let until = now + self.backoff.pause(failures);
        self.schedule.hold(chat, until, Why::Failure, now);
        debug!(%chat, failures, %until, %failure, "a call waits");
        let change = self.line.silent(chat, failure, &mut self.backoff, now);
        if change == Change::None && failures == FAILURES_TOLD && self.may_begin(now) {
            warn!(%chat, %failure, "calls to this chat fail; they are tried again until they pass");
        }
        self.changed(change, now);
    }

    fn changed(&mut self, change: Change, now: Time) {
        match change {
            Change::None => {}
            Change::Lost(failure) => {
                warn!(%failure, "Telegram takes no calls; trying again until it does");
            }
            Change::Back => {
                info!("Telegram takes calls again");
                self.schedule.forgive_all(now);
            }
            Change::Held(until) => {
                warn!(%until, "Telegram asks for a pause over all chats");
                self.trips.store(Item::Hold(Hold { chat: None, until }));
            }
        }
    }

    fn shown(&mut self, chat: ChatId, screen: &Pending, message: ChatMessageId, now: Time) {
        if let Some(since) = screen.since {
            measure::answered(since);
        }
        let former = self.current.shown(chat, screen.number, message);
        if let Some(former) = former.filter(|former| *former != message) {
            self.schedule.want_stripped(chat, former, now);
        }
        self.end_screen(chat, screen.number, Shown::In(message));
    }

    fn not_shown(&mut self, chat: ChatId, screen: Box<Pending>, failure: &Failure, now: Time) {
        let heard = Heard::of::<()>(&Err(failure.clone()));
        if heard.is_tried_again() {
            self.schedule.want_screen(chat, screen, now);
            return;
        }
        let end = if *failure == Failure::Unreachable {
            info!(%chat, screen = screen.number, "the person cannot be reached");
            Shown::Unreachable
        } else {
            error!(%chat, screen = screen.number, %failure, "a screen is given up");
            Shown::Failed
        };
        self.current.given_up(chat, screen.number);
        self.end_screen(chat, screen.number, end);
    }

    fn end_screen(&mut self, chat: ChatId, number: i64, end: Shown) {
        self.trips.store(Item::Screen(ScreenEnd {
            // A private chat has its person's number.
            person: PersonId(chat.0),
            number,
            end,
        }));
    }

    fn sent(&mut self, notice: &DueNotice, result: DeliveryResult) {
        let (chat, id) = (notice.chat, notice.id);
        match &result {
            DeliveryResult::Sent { .. } | DeliveryResult::Nothing => {}
            DeliveryResult::Again { reason, .. } => {
                debug!(%chat, notice = %id, attempt = notice.attempt, reason, "a notice waits");
            }
            DeliveryResult::Partly { messages, .. } => {
                debug!(%chat, notice = %id, came = messages.len(), "an album goes out item by item");
            }
            DeliveryResult::Unreachable => info!(%chat, notice = %id, "the chat cannot be reached"),
            DeliveryResult::Moved { to } => info!(%chat, %to, "the group has another number"),
            DeliveryResult::Failed { reason } => {
                error!(%chat, notice = %id, reason, "a notice is given up");
            }
        }
        self.trips.store(Item::Notice(Delivered {
            notice: id,
            chat,
            result,
        }));
    }

    /// Whether nothing is due, unshown or on its way. What has to wait for a later time, or for
    /// the line or the limit over all chats, does not count; at a stop nothing waits.
    fn is_settled(&self, now: Time) -> bool {
        let idle = self.schedule.in_flight() == 0 && self.trips.is_idle() && self.answers.is_idle();
        let waits = self.room_at.is_some() || !self.may_begin(now);
        idle && (self.stopping || ((waits || self.schedule.is_quiet()) && !self.trips.look))
    }

    /// Wakes the pump at the next time at which something can begin.
    fn set_alarm(&mut self, context: &mut Context<Self>, now: Time) {
        let line = match self.line.admits(now) {
            Admits::None(until) => until,
            Admits::Any | Admits::Probe => None,
        };
        let next = [
            self.schedule.next_time(),
            self.trips.next_time(),
            self.room_at,
            line,
        ]
        .into_iter()
        .flatten()
        .filter(|at| *at > now)
        .min();
        let Some(next) = next else { return };
        // One that comes earlier finds nothing to do and sets the next.
        if self.alarm.is_some_and(|(at, _)| at <= next) {
            return;
        }
        if let Some((_, alarm)) = self.alarm.take() {
            context.cancel_future(alarm);
        }
        let clock = self.neighbours.clock.clone();
        let sleep = async move { clock.sleep_until(next).await };
        let wake = sleep.into_actor(self).map(|(), notifier, context| {
            notifier.alarm = None;
            notifier.pump(context);
        });
        self.alarm = Some((next, context.spawn(wake)));
    }
}
