//! The ways to the database and back: what became of calls is stored, notices are taken, heads are
//! looked for. One of each kind at a time, so that whatever came meanwhile goes together.

use std::collections::VecDeque;

use actix::{ActorFutureExt, AsyncContext, Context, Message, Recipient, WrapFuture};
use frontdesk_desk::ids::{ChatId, NoticeId};
use frontdesk_desk::ticket::Time;
use tracing::{debug, error, warn};

use super::calls::Work;
use super::reign::Role;
use super::schedule::{MOST_CHATS, Why};
use super::{Notifier, STORE_PAUSE};
use crate::tickets::{
    Delivered, DeliveryResult, DueNotice, Head, Heads, Hold, Record, ScreenEnd, Screens,
    StoreError, TakeDue, ask,
};

/// How many heads one look brings.
const PAGE: usize = 1_000;

/// At most so many outcomes are stored at once.
const MOST_AT_ONCE: usize = 500;

/// One thing to be stored.
#[derive(Clone, Debug)]
pub(super) enum Item {
    /// What became of a notice.
    Notice(Delivered),
    /// What became of a screen.
    Screen(ScreenEnd),
    /// A pause that Telegram asked for.
    Hold(Hold),
}

/// What is on its way to the database, and what waits to go there.
#[derive(Default)]
pub(super) struct Trips {
    items: VecDeque<Item>,
    recording: bool,
    /// How many items are stored one by one, since the database refused them together.
    singly: usize,
    take: VecDeque<Head>,
    taking: bool,
    /// How many notices are taken one by one, since they cannot be read together.
    taking_singly: usize,
    /// Whether there may be heads that nobody told of.
    pub(super) look: bool,
    looking: bool,
    /// Whether there may be screens that nobody told of.
    pub(super) look_for_screens: bool,
    looking_for_screens: bool,
    /// The database could not answer: not before this time.
    blocked_until: Option<Time>,
}

impl Trips {
    pub(super) fn store(&mut self, item: Item) {
        self.items.push_back(item);
    }

    /// Lets a notice be taken, whose chat has its slot already.
    pub(super) fn take(&mut self, head: Head) {
        self.take.push_back(head);
    }

    /// Whether nothing is on its way, and nothing waits to be stored or taken.
    pub(super) fn is_idle(&self) -> bool {
        self.items.is_empty()
            && !self.recording
            && self.take.is_empty()
            && !self.taking
            && !self.looking
            && !self.looking_for_screens
    }

    /// When the database is asked again that could not answer.
    pub(super) fn next_time(&self) -> Option<Time> {
        self.blocked_until
    }

    fn is_blocked(&self, now: Time) -> bool {
        self.blocked_until.is_some_and(|until| until > now)
    }

    fn next_items(&mut self) -> Vec<Item> {
        let most = if self.singly > 0 { 1 } else { MOST_AT_ONCE };
        let items: Vec<Item> = self.items.drain(..most.min(self.items.len())).collect();
        self.singly = self.singly.saturating_sub(items.len());
        items
    }

    fn next_to_take(&mut self) -> Vec<Head> {
        let most = if self.taking_singly > 0 {
            1
        } else {
            MOST_AT_ONCE
        };
        let heads: Vec<Head> = self.take.drain(..most.min(self.take.len())).collect();
        self.taking_singly = self.taking_singly.saturating_sub(heads.len());
        heads
    }
}

impl Notifier {
    /// Sends what is waiting on its way.
    pub(super) fn travel(&mut self, context: &mut Context<Self>, now: Time) {
        if self.role != Role::Sender || self.trips.is_blocked(now) {
            return;
        }
        self.record(context, now);
        if self.stopping {
            self.give_up_taking(now);
        } else {
            self.take(context, now);
            if self.trips.look {
                self.look(context, None);
            }
            if self.trips.look_for_screens {
                self.look_for_screens(context);
            }
        }
    }

    fn record(&mut self, context: &mut Context<Self>, now: Time) {
        if self.trips.recording || self.trips.items.is_empty() {
            return;
        }
        let items = self.trips.next_items();
        self.trips.recording = true;
        let mut record = Record {
            at: now,
            results: Vec::new(),
            screens: Vec::new(),
            holds: Vec::new(),
        };
        for item in &items {
            match item {
                Item::Notice(delivered) => record.results.push(delivered.clone()),
                Item::Screen(screen) => record.screens.push(*screen),
                Item::Hold(hold) => record.holds.push(*hold),
            }
        }
        let tickets = self.neighbours.record.clone();
        self.ask(
            context,
            &tickets,
            record,
            move |recorded, notifier, _, now| {
                notifier.trips.recording = false;
                match recorded {
                    Ok(heads) => notifier.recorded(&items, heads, now),
                    Err(StoreError::Superseded) => notifier.reset(),
                    Err(error) => notifier.not_recorded(items, &error, now),
                }
            },
        );
    }

    fn recorded(&mut self, items: &[Item], heads: Vec<Head>, now: Time) {
        debug!(calls = items.len(), "what became of calls is stored");
        self.trips.blocked_until = None;
        for head in heads {
            self.schedule.set_head(head, now);
        }
        for chat in chats(items) {
            self.schedule.stored(chat, now);
        }
    }

    fn not_recorded(&mut self, items: Vec<Item>, error: &StoreError, now: Time) {
        if error.is_unavailable() {
            self.block(error, now);
        } else if items.len() > 1 {
            self.trips.singly = items.len();
        } else {
            error!(?items, %error, "what became of a call cannot be stored; a notice is sent again after a restart");
            for chat in chats(&items) {
                self.schedule.stored(chat, now);
            }
            return;
        }
        for item in items.into_iter().rev() {
            self.trips.items.push_front(item);
        }
    }

    fn take(&mut self, context: &mut Context<Self>, now: Time) {
        if self.trips.taking || self.trips.take.is_empty() {
            return;
        }
        let heads = self.trips.next_to_take();
        self.trips.taking = true;
        let take = TakeDue {
            now,
            notices: heads.iter().map(|head| head.notice).collect(),
        };
        let tickets = self.neighbours.take.clone();
        self.ask(context, &tickets, take, move |taken, notifier, _, now| {
            notifier.trips.taking = false;
            match taken {
                Ok(taken) => notifier.taken(&heads, taken, now),
                Err(StoreError::Superseded) => notifier.reset(),
                Err(error) => notifier.not_taken(&heads, &error, now),
            }
        });
    }

    fn taken(&mut self, asked: &[Head], taken: Vec<DueNotice>, now: Time) {
        self.trips.blocked_until = None;
        let there: Vec<NoticeId> = taken.iter().map(|notice| notice.id).collect();
        for head in asked.iter().filter(|head| !there.contains(&head.notice)) {
            // It was put off, held, or is over: whatever is first in that line now is looked for.
            self.schedule.end(head.chat, now);
            self.schedule.stored(head.chat, now);
            self.line.came_to_nothing();
            self.trips.look = true;
        }
        for notice in taken {
            if self.stopping {
                self.give_back(&notice, now);
            } else {
                self.schedule.call(notice.chat, now);
                self.caller
                    .make(notice.chat, Work::Notice(Box::new(notice)), now);
            }
        }
    }

    /// They may be marked as being sent, and are taken again; one that cannot be read is given up.
    fn not_taken(&mut self, heads: &[Head], error: &StoreError, now: Time) {
        self.line.came_to_nothing();
        if error.is_unavailable() {
            self.block(error, now);
            return self.take_later(heads, now);
        }
        if heads.len() > 1 {
            self.trips.taking_singly = heads.len();
            for head in heads.iter().rev() {
                self.trips.take.push_front(*head);
            }
            return;
        }
        for head in heads {
            error!(chat = %head.chat, notice = %head.notice, %error, "a notice cannot be read, and is given up");
            self.schedule.end(head.chat, now);
            self.trips.store(Item::Notice(Delivered {
                notice: head.notice,
                chat: head.chat,
                result: DeliveryResult::Failed {
                    reason: "the desk cannot read it".to_owned(),
                },
            }));
        }
    }

    fn take_later(&mut self, heads: &[Head], now: Time) {
        for head in heads {
            self.schedule.end(head.chat, now);
            self.schedule.set_head(*head, now);
            self.schedule.stored(head.chat, now);
            let until = now + STORE_PAUSE;
            self.schedule.hold(head.chat, until, Why::Limit, now);
        }
    }

    /// Nothing more is taken at a stop.
    fn give_up_taking(&mut self, now: Time) {
        for head in std::mem::take(&mut self.trips.take) {
            self.schedule.end(head.chat, now);
        }
    }

    fn give_back(&mut self, notice: &DueNotice, now: Time) {
        self.schedule.end(notice.chat, now);
        self.trips.store(Item::Notice(Delivered {
            notice: notice.id,
            chat: notice.chat,
            result: DeliveryResult::Again {
                doubtful: notice.doubtful,
                reason: "the desk is stopping".to_owned(),
            },
        }));
    }

    /// Looks for heads, page by page.
    fn look(&mut self, context: &mut Context<Self>, after: Option<(Time, NoticeId)>) {
        if self.trips.looking {
            return;
        }
        self.trips.look = false;
        self.trips.looking = true;
        let heads = Heads {
            after,
            most: PAGE,
            see_to: after.is_none().then(|| self.neighbours.clock.now()),
        };
        let tickets = self.neighbours.heads.clone();
        self.ask(context, &tickets, heads, |found, notifier, context, now| {
            notifier.trips.looking = false;
            match found {
                Ok(heads) => {
                    notifier.trips.blocked_until = None;
                    let last = heads.last().map(|head| (head.due, head.notice));
                    let more = heads.len() == PAGE && notifier.schedule.has_room();
                    for head in heads {
                        notifier.schedule.find_head(head, now);
                    }
                    if more && !notifier.stopping {
                        notifier.look(context, last);
                    }
                }
                Err(error) => {
                    notifier.trips.look = true;
                    notifier.block(&error, now);
                }
            }
        });
    }

    /// Looks for screens.
    fn look_for_screens(&mut self, context: &mut Context<Self>) {
        if self.trips.looking_for_screens {
            return;
        }
        self.trips.look_for_screens = false;
        self.trips.looking_for_screens = true;
        let tickets = self.neighbours.screens.clone();
        self.ask(context, &tickets, Screens, |found, notifier, _, now| {
            notifier.trips.looking_for_screens = false;
            match found {
                Ok(screens) => {
                    for screen in screens {
                        notifier.take_up(screen, now);
                    }
                }
                Err(error) => {
                    notifier.trips.look_for_screens = true;
                    notifier.block(&error, now);
                }
            }
        });
    }

    /// Asks Tickets, and goes on with the answer, unless another reign has begun by then.
    fn ask<M, T>(
        &self,
        context: &mut Context<Self>,
        tickets: &Recipient<M>,
        message: M,
        go_on: impl FnOnce(Result<T, StoreError>, &mut Self, &mut Context<Self>, Time) + 'static,
    ) where
        M: Message<Result = Result<T, StoreError>> + Send + 'static,
        T: Send + 'static,
    {
        let reign = self.caller.reign;
        let asking = tickets.send(message).into_actor(self);
        context.spawn(asking.map(move |answer, notifier, context| {
            if notifier.caller.reign == reign {
                let now = notifier.neighbours.clock.now();
                let answer = answer.unwrap_or(Err(StoreError::CLOSED));
                go_on(answer, notifier, context, now);
                notifier.pump(context);
            }
        }));
    }

    /// Lets the database rest; one line a change of state.
    fn block(&mut self, error: &StoreError, now: Time) {
        if self.trips.blocked_until.is_none() {
            warn!(%error, "deliveries wait for the database");
        }
        self.trips.blocked_until = Some(now + STORE_PAUSE);
    }
}

/// The heads of the outbox at a start, as many as there is room for.
pub(super) async fn first_heads(tickets: &Recipient<Heads>) -> Result<Vec<Head>, StoreError> {
    let mut heads: Vec<Head> = Vec::new();
    loop {
        let after = heads.last().map(|head| (head.due, head.notice));
        let heads_behind = Heads {
            after,
            most: PAGE,
            see_to: None,
        };
        let page = ask(tickets, heads_behind).await?;
        let last = page.len() < PAGE;
        heads.extend(page);
        if last || heads.len() >= MOST_CHATS {
            return Ok(heads);
        }
    }
}

/// The chats of the notices among them.
fn chats(items: &[Item]) -> impl Iterator<Item = ChatId> {
    items.iter().filter_map(|item| match item {
        Item::Notice(delivered) => Some(delivered.chat),
        Item::Screen(_) | Item::Hold(_) => None,
    })
}
