//! How many calls run at once. A chat whose calls hang must not keep the others waiting: a call
//! that lasts long moves to slots of its own, and a chat that is known to be slow gets no others.

use std::collections::{HashMap, VecDeque};

use chrono::TimeDelta;
use frontdesk_desk::ids::ChatId;
use frontdesk_desk::ticket::Time;

/// From when on a call is slow. Telegram answers within a fraction of a second.
pub(in crate::notifier) const SLOW_AFTER: TimeDelta = TimeDelta::seconds(2);

/// How many slots there are for slow calls, for each ordinary one. They do nothing but wait.
const SLOW_SLOTS: usize = 2;

/// The slots in use.
pub(super) struct Slots {
    most: usize,
    most_slow: usize,
    slow: usize,
    taken: HashMap<ChatId, Slot>,
    /// When a call that was begun is looked at, in order: is it slow?
    looks: VecDeque<(Time, ChatId)>,
}

#[derive(Clone, Copy)]
struct Slot {
    slow: bool,
    began: Option<Time>,
    look: Option<Time>,
}

impl Slots {
    pub(super) fn new(calls: usize) -> Self {
        let most = calls.max(1);
        Self {
            most,
            most_slow: most.saturating_mul(SLOW_SLOTS),
            slow: 0,
            taken: HashMap::new(),
            looks: VecDeque::new(),
        }
    }

    /// Whether another call can begin, to a chat that is known to be slow or to another.
    pub(super) fn has_room(&self, slow: bool) -> bool {
        if slow {
            self.slow < self.most_slow
        } else {
            self.taken.len() - self.slow < self.most
        }
    }

    pub(super) fn taken(&self) -> usize {
        self.taken.len()
    }

    /// Takes a slot for the chat. One known to be slow may have to take an ordinary one, for what
    /// nobody waits for.
    pub(super) fn take(&mut self, chat: ChatId, slow: bool) {
        let slow = slow && self.has_room(true);
        self.slow += usize::from(slow);
        self.taken.insert(
            chat,
            Slot {
                slow,
                began: None,
                look: None,
            },
        );
    }

    /// The call begins.
    pub(super) fn call(&mut self, chat: ChatId, now: Time) {
        if let Some(slot) = self.taken.get_mut(&chat) {
            let look = now + SLOW_AFTER;
            (slot.began, slot.look) = (Some(now), Some(look));
            self.looks.push_back((look, chat));
        }
    }

    /// Gives the slot back; answers how long the call took.
    pub(super) fn free(&mut self, chat: ChatId, now: Time) -> TimeDelta {
        let Some(slot) = self.taken.remove(&chat) else {
            return TimeDelta::zero();
        };
        self.slow -= usize::from(slot.slow);
        slot.began.map_or(TimeDelta::zero(), |began| now - began)
    }

    /// Moves calls that last too long to the slow slots, as far as there are any; answers whose.
    pub(super) fn time_passed(&mut self, now: Time) -> Vec<ChatId> {
        let mut slow = Vec::new();
        while let Some((look, chat)) = self.front()
            && look <= now
        {
            self.looks.pop_front();
            let Some(slot) = self.taken.get_mut(&chat) else {
                continue;
            };
            slot.look = None;
            if slot.slow {
                continue;
            }
            slow.push(chat);
            if self.slow < self.most_slow {
                slot.slow = true;
                self.slow += 1;
            } else {
                // There may be a slow slot by then.
                let later = now + SLOW_AFTER;
                slot.look = Some(later);
                self.looks.push_back((later, chat));
            }
        }
        slow
    }

    /// When the next call has to be looked at.
    pub(super) fn next_time(&mut self) -> Option<Time> {
        self.front().map(|(look, _)| look)
    }

    /// The next look at a call that has not ended.
    fn front(&mut self) -> Option<(Time, ChatId)> {
        while let Some((look, chat)) = self.looks.front().copied() {
            let slot = self.taken.get(&chat);
            if slot.is_some_and(|slot| slot.look == Some(look)) {
                return Some((look, chat));
            }
            self.looks.pop_front();
        }
        None
    }
}
