//! The outbox: takes due notices, sends each, and stores what became of it.

use std::collections::{HashSet, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};

use actix::{ActorFutureExt, AsyncContext, Context, WrapFuture};
use frontdesk_desk::ids::ChatId;
use frontdesk_desk::notice::{Call, Lane, Sending};
use frontdesk_desk::ticket::Time;
use tracing::{error, info, warn};

use super::outcome::of_notice;
use super::pump::Full;
use super::{Notifier, STORE_PAUSE};
use crate::store::Trouble;
use crate::telegram::{Failure, Sent};
use crate::tickets::{Delivered, DeliveryResult, Due, DueNotice, Record, StoreError, TakeDue};

/// What is known of the rows without looking.
#[derive(Default)]
pub(super) struct Outbox {
    /// Whether there may be due notices that were not taken.
    pub(super) look: bool,
    /// When the next notice is due that is not due yet.
    pub(super) next: Option<Time>,
    /// The database could not answer: not before this time.
    pub(super) blocked_until: Option<Time>,
    /// How many looks were begun.
    looks: u64,
    looking: bool,
    /// Chats that a look left out: when they are free again there may be something for them.
    pub(super) skipped: HashSet<ChatId>,
    /// Taken, marked as being sent, and not started yet.
    taken: VecDeque<DueNotice>,
    /// What became of notices, to be stored.
    outcomes: Vec<Delivered>,
    /// The chats of those that are being stored.
    recording: Option<Vec<ChatId>>,
    /// How many of the outcomes are stored one by one, since the database refused them together.
    singly: usize,
}

/// What was made of a notice.
enum Attempt {
    Made(Box<Call>, Result<Sent, Failure>),
    NothingToDo,
    Panicked,
}

impl Outbox {
    /// The look that is certain to see what is committed by now.
    pub(super) fn next_look(&self) -> u64 {
        self.looks + 1
    }

    /// Whether nothing is asked of the database or waits to be stored.
    pub(super) fn is_idle(&self) -> bool {
        !self.looking && self.recording.is_none() && self.outcomes.is_empty()
    }

    /// The chats of the notices that were taken and not started.
    pub(super) fn chats(&self) -> impl Iterator<Item = ChatId> {
        self.taken.iter().map(|notice| notice.chat)
    }

    /// The chats of the notices whose outcome is not stored yet: their next one cannot be seen.
    fn unstored(&self) -> impl Iterator<Item = ChatId> {
        let recording = self.recording.iter().flatten().copied();
        recording.chain(self.outcomes.iter().map(|delivered| delivered.chat))
    }

    fn is_blocked(&self, now: Time) -> bool {
        self.blocked_until.is_some_and(|until| until > now)
    }
}

impl Notifier {
    /// Asks for due notices, no more than can be started.
    pub(super) fn look(&mut self, context: &mut Context<Self>, now: Time) {
        let outbox = &self.outbox;
        let free = self.settings.calls.saturating_sub(self.busy.len());
        let most = free
            .min(self.limits.room(now))
            .saturating_sub(outbox.taken.len());
        if !outbox.look || outbox.looking || outbox.is_blocked(now) || most == 0 {
            return;
        }
        // A chat whose screen needs no notice sent before it shows it first.
        let first = self
            .screens
            .iter()
            .filter(|(_, screen)| screen.waits_for.is_none());
        let skipped: HashSet<ChatId> = self
            .busy
            .iter()
            .chain(self.waiting.keys())
            .copied()
            .chain(self.outbox.chats())
            .chain(self.outbox.unstored())
            .chain(first.map(|(person, _)| person.chat()))
            .collect();
        self.outbox.look = false;
        self.outbox.looking = true;
        self.outbox.looks += 1;
        let take = TakeDue {
            now,
            most,
            busy: skipped.iter().copied().collect(),
        };
        self.outbox.skipped.clone_from(&skipped);
        let taking = self.neighbours.take.send(take).into_actor(self);
        context.spawn(taking.map(move |due, notifier, context| {
            notifier.outbox.looking = false;
            match due.unwrap_or(Err(StoreError::Unavailable(Trouble::Closed))) {
                Ok(due) => notifier.taken(due, &skipped),
                Err(error) => {
                    notifier.outbox.look = true;
                    notifier.block(&error);
                }
            }
            notifier.pump(context);
        }));
    }

    fn taken(&mut self, due: Due, skipped: &HashSet<ChatId>) {
        self.outbox.blocked_until = None;
        self.outbox.next = due.next;
        self.outbox.look |= due.more;
        // Own notices come before others: once others came, there are no more of them.
        let no_own_left = !due.more || due.notices.iter().any(|notice| notice.lane != Lane::Own);
        let look = self.outbox.looks;
        for (person, screen) in &mut self.screens {
            let chat = person.chat();
            let seen =
                screen.waits_for.is_some_and(|wanted| wanted <= look) && !skipped.contains(&chat);
            let head = due.notices.iter().find(|notice| notice.chat == chat);
            match head {
                Some(notice) if notice.lane == Lane::Own => {}
                Some(_) if seen => screen.waits_for = None,
                None if seen && no_own_left => screen.waits_for = None,
                _ => {}
            }
        }
        self.outbox.taken.extend(due.notices);
    }

    /// Starts the notices that were taken.
    pub(super) fn send_notices(&mut self, context: &mut Context<Self>, now: Time) {
        let mut later = VecDeque::new();
        while let Some(notice) = self.outbox.taken.pop_front() {
            match self.admit(notice.chat, now) {
                Ok(()) => self.send_notice(context, notice, now),
                Err(Full::Chat) => later.push_back(notice),
                Err(Full::All) => {
                    later.push_back(notice);
                    break;
                }
            }
        }
        later.append(&mut self.outbox.taken);
        self.outbox.taken = later;
    }

    fn send_notice(&mut self, context: &mut Context<Self>, notice: DueNotice, now: Time) {
        let sending = Sending {
            chat: notice.chat,
            body: &notice.body,
            to: notice.to.as_ref(),
            ticket: notice.ticket.as_ref(),
            user: notice.user.as_ref(),
            message: notice.message.as_ref(),
            author: notice.author.as_ref(),
            items: &notice.items,
            copies: &notice.copies,
            now,
        };
        // A panic costs one notice, not the desk.
        let drawn = catch_unwind(AssertUnwindSafe(|| sending.draw(&self.neighbours.settings)));
        let client = self.neighbours.client.clone();
        let sent = async move {
            let attempt = match drawn {
                Ok(Some(call)) => {
                    let outcome = Box::pin(client.send(notice.chat, &call)).await;
                    Attempt::Made(Box::new(call), outcome)
                }
                Ok(None) => Attempt::NothingToDo,
                Err(_panic) => Attempt::Panicked,
            };
            (notice, attempt)
        };
        context.spawn(
            sent.into_actor(self)
                .map(|(notice, attempt), notifier, context| {
                    notifier.free(notice.chat);
                    notifier.sent(&notice, attempt);
                    notifier.pump(context);
                }),
        );
    }

    fn sent(&mut self, notice: &DueNotice, attempt: Attempt) {
        let (chat, id) = (notice.chat, notice.id);
        let result = match attempt {
            Attempt::Made(call, outcome) => {
                of_notice(notice, &call, outcome, self.neighbours.clock.now())
            }
            Attempt::NothingToDo => DeliveryResult::Nothing,
            Attempt::Panicked => DeliveryResult::Failed {
                reason: "the desk cannot draw it".to_owned(),
            },
        };
        match &result {
            DeliveryResult::Sent { .. } | DeliveryResult::Nothing => {}
            DeliveryResult::RetryAt { at, reason, .. } => {
                warn!(%chat, notice = %id, attempt = notice.attempt, until = %at, reason, "a notice waits");
                self.wait(chat, *at);
            }
            DeliveryResult::Unreachable => info!(%chat, notice = %id, "the chat cannot be reached"),
            DeliveryResult::Failed { reason } => {
                error!(%chat, notice = %id, reason, "a notice is given up");
            }
        }
        self.outbox.outcomes.push(Delivered {
            notice: id,
            chat,
            result,
        });
    }

    /// Gives back what was taken for chats that have to wait after all, or that will not be
    /// served any more.
    pub(super) fn put_back(&mut self, until: Time, of: impl Fn(ChatId) -> bool) {
        let (back, taken) = std::mem::take(&mut self.outbox.taken)
            .into_iter()
            .partition(|notice| of(notice.chat));
        self.outbox.taken = taken;
        let back: VecDeque<DueNotice> = back;
        self.outbox
            .outcomes
            .extend(back.into_iter().map(|notice| Delivered {
                notice: notice.id,
                chat: notice.chat,
                result: DeliveryResult::RetryAt {
                    at: until,
                    doubtful: notice.doubtful,
                    reason: "it was not its turn after all".to_owned(),
                },
            }));
    }

    /// Stores what became of notices; all that is waiting in one commit.
    pub(super) fn record(&mut self, context: &mut Context<Self>, now: Time) {
        let outbox = &mut self.outbox;
        if outbox.recording.is_some() || outbox.outcomes.is_empty() || outbox.is_blocked(now) {
            return;
        }
        let results = if outbox.singly > 0 {
            outbox.singly -= 1;
            outbox.outcomes.drain(..1).collect()
        } else {
            std::mem::take(&mut outbox.outcomes)
        };
        outbox.recording = Some(results.iter().map(|delivered| delivered.chat).collect());
        let record = Record {
            at: now,
            results: Vec::clone(&results),
        };
        let recording = self.neighbours.record.send(record).into_actor(self);
        context.spawn(recording.map(move |recorded, notifier, context| {
            notifier.outbox.recording = None;
            match recorded.unwrap_or(Err(StoreError::Unavailable(Trouble::Closed))) {
                Ok(()) => {
                    notifier.outbox.blocked_until = None;
                    // The next notice of these chats can be taken now.
                    notifier.outbox.look = true;
                }
                Err(error) => notifier.not_recorded(results, &error),
            }
            notifier.pump(context);
        }));
    }

    fn not_recorded(&mut self, results: Vec<Delivered>, error: &StoreError) {
        let outbox = &mut self.outbox;
        if error.is_unavailable() || results.len() > 1 {
            outbox.singly = if error.is_unavailable() {
                outbox.singly
            } else {
                results.len()
            };
            outbox.outcomes.splice(..0, results);
            self.block(error);
        } else {
            for delivered in results {
                error!(notice = %delivered.notice, chat = %delivered.chat, %error,
                    "the outcome of a notice cannot be stored; it is sent again after a restart");
            }
        }
    }

    /// Lets the database rest; one line a change of state.
    fn block(&mut self, error: &StoreError) {
        if self.outbox.blocked_until.is_none() {
            warn!(%error, "the outbox waits for the database");
        }
        self.outbox.blocked_until = Some(self.neighbours.clock.now() + STORE_PAUSE);
    }
}
