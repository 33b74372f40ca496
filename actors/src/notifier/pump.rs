//! Decides what is started next, whenever something came in, ended, or its time has come.

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use frontdesk_desk::ids::ChatId;
use frontdesk_desk::ticket::Time;

use super::Notifier;
use super::limits::Wait;

impl Notifier {
    /// Starts all that can be started: screens, then notices, then what is not needed.
    pub(super) fn pump(&mut self, context: &mut Context<Self>) {
        let now = self.neighbours.clock.now();
        self.time_passed(now);
        if self.stopping {
            self.put_back(now, |_| true);
        } else {
            self.show_screens(context, now);
            self.send_notices(context, now);
            self.look(context, now);
            self.strip_former(context, now);
        }
        self.record(context, now);
        self.set_alarm(context, now);
        if !self.settling.is_empty() && self.is_settled(now) {
            for settled in self.settling.drain(..) {
                // Whoever asked may have gone.
                let _ = settled.send(());
            }
        }
    }

    /// Lets those go on whose time has come.
    fn time_passed(&mut self, now: Time) {
        let outbox = &mut self.outbox;
        if outbox.next.is_some_and(|next| next <= now) {
            outbox.next = None;
            outbox.look = true;
        }
        self.waiting.retain(|chat, until| {
            let waits = *until > now;
            outbox.look |= !waits && outbox.skipped.remove(chat);
            waits
        });
    }

    /// Takes a slot and the right to call this chat now; [`Notifier::free`] gives the slot back.
    pub(super) fn admit(&mut self, chat: ChatId, now: Time) -> Result<(), Full> {
        if self.busy.len() >= self.settings.calls {
            return Err(Full::All);
        }
        if self.busy.contains(&chat) || self.waiting.contains_key(&chat) {
            return Err(Full::Chat);
        }
        match self.limits.take(chat, now) {
            Ok(next) => {
                if let Some(next) = next {
                    self.waiting.insert(chat, next);
                }
                self.busy.insert(chat);
                Ok(())
            }
            Err(Wait::Chat(until)) => {
                self.waiting.insert(chat, until);
                Err(Full::Chat)
            }
            Err(Wait::All(_)) => Err(Full::All),
        }
    }

    /// Gives back the slot of a chat whose call has ended.
    pub(super) fn free(&mut self, chat: ChatId) {
        self.busy.remove(&chat);
        self.outbox.look |= self.outbox.skipped.remove(&chat);
    }

    /// Lets a chat wait: for Telegram, or for a better moment.
    pub(super) fn wait(&mut self, chat: ChatId, until: Time) {
        let waits = self.waiting.entry(chat).or_insert(until);
        *waits = until.max(*waits);
        self.put_back(until, |taken| taken == chat);
    }

    /// Runs something beside the calls that the limits count.
    pub(super) fn errand(
        &mut self,
        context: &mut Context<Self>,
        errand: impl Future<Output = ()> + 'static,
    ) {
        self.errands += 1;
        context.spawn(errand.into_actor(self).map(|(), notifier, context| {
            notifier.errands -= 1;
            notifier.pump(context);
        }));
    }

    /// Whether nothing is due, unshown or on its way. What has to wait for a later time, or for
    /// the limit over all chats, does not count; at a stop nothing waits.
    fn is_settled(&self, now: Time) -> bool {
        let idle = self.busy.is_empty()
            && self.errands == 0
            && self.asking.is_empty()
            && self.outbox.is_idle();
        if self.stopping || !idle {
            return idle;
        }
        self.limits.room(now) == 0
            || (!self.outbox.look
                && self
                    .outbox
                    .chats()
                    .all(|chat| self.waiting.contains_key(&chat))
                && self
                    .queue
                    .iter()
                    .all(|person| self.waiting.contains_key(&person.chat()))
                && self.former.iter().all(|(chat, _)| {
                    self.waiting.contains_key(chat) || self.limits.can_spare(*chat, now).is_err()
                }))
    }

    /// Wakes the pump at the next time at which something can be started.
    fn set_alarm(&mut self, context: &mut Context<Self>, now: Time) {
        let spare = self
            .former
            .iter()
            .filter_map(|(chat, _)| self.limits.can_spare(*chat, now).err());
        let room = (self.limits.room(now) == 0).then(|| self.limits.next_room(now));
        let next = self
            .waiting
            .values()
            .copied()
            .chain(spare)
            .chain(room)
            .chain(self.outbox.next)
            .chain(self.outbox.blocked_until)
            .filter(|at| *at > now)
            .min();
        if next == self.alarm.map(|(at, _)| at) {
            return;
        }
        if let Some((_, alarm)) = self.alarm.take() {
            context.cancel_future(alarm);
        }
        self.alarm = next.map(|at| {
            let clock = self.neighbours.clock.clone();
            let sleep = async move { clock.sleep_until(at).await };
            let wake = sleep.into_actor(self).map(|(), notifier, context| {
                notifier.alarm = None;
                notifier.pump(context);
            });
            (at, context.spawn(wake))
        });
    }
}

/// Why a call cannot start now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Full {
    /// The chat has one on its way, or has to wait.
    Chat,
    /// No slot is free, or the limit over all chats is reached.
    All,
}
