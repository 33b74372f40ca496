//! Whose turn it is: the chats, what each waits for, and the lanes that choose between them.
//!
//! Nothing here calls, reads or asks what time it is. Every event looks at one chat only: a chat
//! that has something to do stands in the queue of its lane, one that has to wait stands in a heap
//! by time. An entry that is out of date is left where it is and skipped when its turn comes.

mod chat;
mod slots;

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, VecDeque};
use std::time::Instant;

use chrono::TimeDelta;
use frontdesk_desk::ids::{ChatId, ChatMessageId, NoticeId};
use frontdesk_desk::notice::Lane;
use frontdesk_desk::screen::Show;
use frontdesk_desk::ticket::{Lang, Time};

use self::chat::{Chat, Flight};
pub(super) use self::slots::SLOW_AFTER;
use self::slots::Slots;
use crate::store::Head;

/// Which queue a chat stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    /// A person waits at a screen.
    Screen,
    /// The person's own update caused the notice, an earlier one maybe: what became of an answer.
    Own,
    /// A notice to somebody else.
    Other,
    /// Anything that can wait.
    Bulk,
    /// Whatever it is for: the last call was slow, or failed.
    Slow,
    /// Nothing anybody waits for: the buttons of a former screen.
    Chore,
}

const TURNS: usize = 6;

/// The order of turns while every lane has something to do: whoever waits at a screen is behind two
/// others at most, and no lane waits for ever. A lane that has nothing to do leaves its turn to the
/// first that has.
const SHARES: [Turn; 16] = {
    use Turn::{Bulk, Other, Own, Screen, Slow};
    [
        Screen, Own, Screen, Other, Screen, Own, Slow, Screen, Other, Own, Screen, Other, Screen,
        Bulk, Screen, Other,
    ]
};

/// All turns in which something goes out that somebody waits for, the first of them first.
const AWAITED: [Turn; 5] = [Turn::Screen, Turn::Own, Turn::Other, Turn::Bulk, Turn::Slow];

/// So many former screens of one chat can wait to lose their buttons; older ones keep them, and
/// the buttons still work.
const MOST_FORMER: usize = 4;

/// From so many chats on, notices that nobody waits for are left in the database until there is
/// room.
pub(super) const MOST_CHATS: usize = 20_000;

/// A screen to be shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Pending {
    /// Its number: the greatest is the newest.
    pub(super) number: i64,
    pub(super) show: Show,
    pub(super) lang: Lang,
    /// It comes after the person's own notices up to this one.
    pub(super) after: Option<NoticeId>,
    /// When the update was taken in that it answers, if that is known.
    pub(super) since: Option<Instant>,
}

/// What a chat is called for.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Job {
    /// To show a screen.
    Screen(Box<Pending>),
    /// To take a notice and send it.
    Notice(Head),
    /// To take the buttons off a former screen.
    Strip(ChatMessageId),
}

/// Why a chat has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Why {
    /// It has had what it may get for now, or Telegram asked for it.
    Limit,
    /// The last call failed.
    Failure,
}

/// All chats that there is something to do for.
pub(super) struct Schedule {
    chats: HashMap<ChatId, Chat>,
    queues: [VecDeque<ChatId>; TURNS],
    /// How many chats truly stand in each queue.
    waiting: [usize; TURNS],
    timers: BinaryHeap<Reverse<(Time, ChatId)>>,
    slots: Slots,
    turn: usize,
    /// Whether notices were left in the database for want of room.
    left_out: bool,
}

impl Schedule {
    /// With so many calls at once, at least 1; slow ones get twice as many beside them.
    pub(super) fn new(calls: usize) -> Self {
        Self {
            chats: HashMap::new(),
            queues: Default::default(),
            waiting: [0; TURNS],
            timers: BinaryHeap::new(),
            slots: Slots::new(calls),
            turn: 0,
            left_out: false,
        }
    }

    /// Notes a screen, unless a newer one is known or is being shown. It replaces an older one.
    pub(super) fn want_screen(&mut self, id: ChatId, screen: Box<Pending>, now: Time) {
        let chat = self.chats.entry(id).or_default();
        if chat.newest_screen() >= Some(screen.number) {
            return;
        }
        chat.screen = Some(Box::new(Pending {
            after: screen.after.max(chat.own),
            ..*screen
        }));
        self.review(id, now);
    }

    /// Notes the last notice that an update of a person stored or released for themselves: the
    /// screens of their next updates come after it, too.
    pub(super) fn expect_own(&mut self, id: ChatId, own: Option<NoticeId>) {
        if let Some(chat) = self.chats.get_mut(&id) {
            chat.own = chat.own.max(own);
        }
    }

    /// Notes which notice is first in its line, as the commit that made it so says.
    pub(super) fn set_head(&mut self, head: Head, now: Time) {
        if self.is_full_for(head) {
            self.left_out = true;
            return;
        }
        self.chats.entry(head.chat).or_default().head = Some(head);
        self.review(head.chat, now);
    }

    /// Notes a head that was found by looking: what is known already is as new at least.
    pub(super) fn find_head(&mut self, head: Head, now: Time) {
        let known = self.chats.get(&head.chat);
        if known.is_none_or(|chat| chat.can_find(head)) {
            self.set_head(head, now);
        }
    }

    fn is_full_for(&self, head: Head) -> bool {
        self.chats.len() >= MOST_CHATS
            && head.lane != Lane::Own
            && !self.chats.contains_key(&head.chat)
    }

    /// Whether there is room again for notices that were left in the database; asked once.
    pub(super) fn has_room_again(&mut self) -> bool {
        let again = self.left_out && self.chats.len() < MOST_CHATS / 2;
        self.left_out &= !again;
        again
    }

    /// Whether more notices can be noted.
    pub(super) fn has_room(&self) -> bool {
        self.chats.len() < MOST_CHATS
    }

    /// Notes a former screen, which loses its buttons when there is time for it.
    pub(super) fn want_stripped(&mut self, id: ChatId, message: ChatMessageId, now: Time) {
        let former = &mut self.chats.entry(id).or_default().former;
        if former.len() >= MOST_FORMER {
            former.remove(0);
        }
        former.push(message);
        self.review(id, now);
    }

    /// Lets a chat wait.
    pub(super) fn hold(&mut self, id: ChatId, until: Time, why: Why, now: Time) {
        let chat = self.chats.entry(id).or_default();
        if chat.hold.is_none_or(|(before, _)| before < until) {
            chat.hold = Some((until, why));
        }
        self.review(id, now);
    }

    /// Lets what nobody waits for wait in this chat.
    pub(super) fn spare(&mut self, id: ChatId, until: Time, now: Time) {
        if let Some(chat) = self.chats.get_mut(&id) {
            chat.spare_from = Some(until);
        }
        self.review(id, now);
    }

    /// One more call to the chat failed; answers how many in a row.
    pub(super) fn failed(&mut self, id: ChatId) -> u32 {
        let chat = self.chats.entry(id).or_default();
        chat.failures = chat.failures.saturating_add(1);
        chat.slow = true;
        chat.failures
    }

    /// A call to the chat was answered, sooner or later.
    pub(super) fn answered(&mut self, id: ChatId, took: TimeDelta) {
        if let Some(chat) = self.chats.get_mut(&id) {
            chat.failures = 0;
            chat.slow = took >= SLOW_AFTER;
        }
    }

    /// Lets one chat go on that waits because of a failure.
    pub(super) fn forgive(&mut self, id: ChatId, now: Time) {
        if let Some(chat) = self.chats.get_mut(&id)
            && matches!(chat.hold, Some((_, Why::Failure)))
        {
            chat.hold = None;
            self.review(id, now);
        }
    }

    /// Lets all chats go on that wait because of a failure: it was not theirs.
    pub(super) fn forgive_all(&mut self, now: Time) {
        let waiting: Vec<ChatId> = self
            .chats
            .iter_mut()
            .filter(|(_, chat)| chat.failures > 0)
            .map(|(id, chat)| {
                chat.failures = 0;
                chat.slow = false;
                *id
            })
            .collect();
        for id in waiting {
            self.forgive(id, now);
            self.review(id, now);
        }
    }

    /// Lets those go on whose time has come, and calls that last long count as slow.
    pub(super) fn time_passed(&mut self, now: Time) {
        while let Some(Reverse((at, id))) = self.timers.peek().copied()
            && at <= now
        {
            self.timers.pop();
            if let Some(chat) = self.chats.get_mut(&id)
                && chat.timer == Some(at)
            {
                chat.timer = None;
                self.review(id, now);
            }
        }
        for id in self.slots.time_passed(now) {
            if let Some(chat) = self.chats.get_mut(&id) {
                chat.slow = true;
            }
        }
    }

    /// When something may begin that has to wait now.
    pub(super) fn next_time(&mut self) -> Option<Time> {
        let timer = self.timers.peek().map(|Reverse((at, _))| *at);
        timer.into_iter().chain(self.slots.next_time()).min()
    }

    /// The chat whose turn it is, out of its queue; [`Schedule::start`] or
    /// [`Schedule::put_back`] follows, or the chat is held.
    pub(super) fn next(&mut self) -> Option<ChatId> {
        let first = SHARES[self.turn % SHARES.len()];
        for turn in [first].into_iter().chain(AWAITED) {
            if self.slots.has_room(turn == Turn::Slow)
                && let Some(id) = self.pop(turn)
            {
                return Some(id);
            }
        }
        if self.waiting() == 0 && self.slots.has_room(false) {
            return self.pop(Turn::Chore);
        }
        None
    }

    fn pop(&mut self, turn: Turn) -> Option<ChatId> {
        while let Some(id) = self.queues[turn as usize].pop_front() {
            if let Some(chat) = self.chats.get_mut(&id)
                && chat.queued == Some(turn)
            {
                chat.queued = None;
                self.waiting[turn as usize] -= 1;
                return Some(id);
            }
        }
        None
    }

    /// Puts the chat that was just taken out back in front of its queue.
    pub(super) fn put_back(&mut self, id: ChatId, now: Time) {
        if let Some(chat) = self.chats.get_mut(&id)
            && let Some(turn) = chat.turn(now)
        {
            chat.queued = Some(turn);
            self.waiting[turn as usize] += 1;
            self.queues[turn as usize].push_front(id);
        }
    }

    /// Whether the chat would be called only for what nobody waits for.
    pub(super) fn is_chore(&self, id: ChatId, now: Time) -> bool {
        self.chats
            .get(&id)
            .is_some_and(|chat| chat.turn(now) == Some(Turn::Chore))
    }

    /// Begins what the chat has to do now, and gives it a slot. `next`: until when it has to wait
    /// after this call, where that is known.
    pub(super) fn start(&mut self, id: ChatId, now: Time, next: Option<Time>) -> Option<Job> {
        let chat = self.chats.get_mut(&id)?;
        let turn = chat.turn(now)?;
        let job = chat.begin(now)?;
        if let Some(next) = next
            && chat.hold.is_none_or(|(until, _)| until < next)
        {
            chat.hold = Some((next, Why::Limit));
        }
        self.slots.take(id, chat.slow);
        if turn != Turn::Chore {
            self.turn = self.turn.wrapping_add(1);
        }
        Some(job)
    }

    /// The call itself begins: from now on it can be slow.
    pub(super) fn call(&mut self, id: ChatId, now: Time) {
        self.slots.call(id, now);
    }

    /// The call has ended; answers how long it took. What follows from it is noted next, and then
    /// the chat goes on. A notice keeps its chat until its outcome is stored.
    pub(super) fn end(&mut self, id: ChatId, now: Time) -> TimeDelta {
        if let Some(chat) = self.chats.get_mut(&id) {
            chat.landed();
        }
        self.slots.free(id, now)
    }

    /// The chat goes on after a call.
    pub(super) fn go_on(&mut self, id: ChatId, now: Time) {
        self.review(id, now);
    }

    /// What became of the chat's notice is stored, or it was not taken: the next one is whatever
    /// was told of since.
    pub(super) fn stored(&mut self, id: ChatId, now: Time) {
        if let Some(chat) = self.chats.get_mut(&id)
            && chat.flight == Some(Flight::Notice)
        {
            chat.flight = None;
        }
        self.review(id, now);
    }

    /// Whether what becomes of a notice on its way to the chat will be stored within moments.
    pub(super) fn is_unrecorded(&self, id: ChatId) -> bool {
        let chat = self.chats.get(&id);
        chat.is_some_and(|chat| chat.flight == Some(Flight::Notice) && !chat.slow)
    }

    /// How many calls are begun and not ended.
    pub(super) fn in_flight(&self) -> usize {
        self.slots.taken()
    }

    /// How many chats could be called now if there were room for it, for what somebody waits for.
    pub(super) fn waiting(&self) -> usize {
        AWAITED
            .iter()
            .map(|turn| self.waiting[*turn as usize])
            .sum()
    }

    /// Whether nothing could begin even with room for it.
    pub(super) fn is_quiet(&self) -> bool {
        self.waiting.iter().all(|waiting| *waiting == 0)
    }

    /// Looks at one chat after something about it changed: into which queue it belongs, and when
    /// it has to be looked at again.
    fn review(&mut self, id: ChatId, now: Time) {
        let Some(chat) = self.chats.get_mut(&id) else {
            return;
        };
        chat.time_passed(now);
        let turn = chat.turn(now);
        if chat.queued != turn {
            if let Some(before) = std::mem::replace(&mut chat.queued, turn) {
                self.waiting[before as usize] -= 1;
            }
            if let Some(turn) = turn {
                self.waiting[turn as usize] += 1;
                self.queues[turn as usize].push_back(id);
            }
        }
        if let Some(at) = chat.again_at(now)
            && chat.timer.is_none_or(|timer| timer > at)
        {
            chat.timer = Some(at);
            self.timers.push(Reverse((at, id)));
        }
        if chat.is_over() {
            self.chats.remove(&id);
        }
    }
}

#[cfg(test)]
mod tests;
