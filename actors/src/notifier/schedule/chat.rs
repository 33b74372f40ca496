//! One chat: what it waits for, and what it would do now.

use frontdesk_desk::ids::{ChatMessageId, NoticeId};
use frontdesk_desk::notice::Lane;
use frontdesk_desk::ticket::Time;

use super::{Job, Pending, Turn, Why};
use crate::store::Head;

/// What is on its way to a chat; one thing at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flight {
    /// A screen, by its number.
    Screen(i64),
    /// A notice, until what became of it is stored.
    Notice,
    /// The buttons of a former screen.
    Strip,
}

#[derive(Debug, Default)]
pub(super) struct Chat {
    pub(super) screen: Option<Box<Pending>>,
    /// The first notice of its line, as far as it was told of.
    pub(super) head: Option<Head>,
    /// The last of the person's own notices that is known.
    pub(super) own: Option<NoticeId>,
    pub(super) former: Vec<ChatMessageId>,
    pub(super) flight: Option<Flight>,
    pub(super) hold: Option<(Time, Why)>,
    /// Not before this for what nobody waits for.
    pub(super) spare_from: Option<Time>,
    /// How many calls in a row failed.
    pub(super) failures: u32,
    /// Whether the last call was slow, or failed.
    pub(super) slow: bool,
    /// In which queue it stands.
    pub(super) queued: Option<Turn>,
    /// When it is looked at again.
    pub(super) timer: Option<Time>,
}

impl Chat {
    /// The number of the newest screen that is wanted or being shown.
    pub(super) fn newest_screen(&self) -> Option<i64> {
        let wanted = self.screen.as_ref().map(|screen| screen.number);
        match self.flight {
            Some(Flight::Screen(number)) => wanted.max(Some(number)),
            _ => wanted,
        }
    }

    /// Whether a head that was found by looking can be news.
    pub(super) fn can_find(&self, head: Head) -> bool {
        match self.head {
            Some(known) => known.notice == head.notice,
            // What is first behind the notice on its way is told when that is stored.
            None => self.flight != Some(Flight::Notice),
        }
    }

    /// What it would do if its time came.
    fn wish(&self, now: Time) -> Option<Turn> {
        // Whether the screen itself comes now or a notice before it: the person waits.
        if self.screen.is_some() {
            return Some(Turn::Screen);
        }
        if let Some(head) = self.head.filter(|head| head.due <= now) {
            return Some(match head.lane {
                Lane::Own => Turn::Own,
                Lane::Other => Turn::Other,
                Lane::Bulk => Turn::Bulk,
            });
        }
        let spare = self.spare_from.is_none_or(|from| from <= now);
        (!self.former.is_empty() && spare).then_some(Turn::Chore)
    }

    /// In which queue it belongs now.
    pub(super) fn turn(&self, now: Time) -> Option<Turn> {
        if self.flight.is_some() || self.hold.is_some_and(|(until, _)| until > now) {
            return None;
        }
        match self.wish(now)? {
            Turn::Chore => Some(Turn::Chore),
            _ if self.slow => Some(Turn::Slow),
            turn => Some(turn),
        }
    }

    /// When it has to be looked at again though nothing happens.
    pub(super) fn again_at(&self, now: Time) -> Option<Time> {
        if let Some((until, _)) = self.hold.filter(|(until, _)| *until > now) {
            return Some(until);
        }
        if self.flight.is_some() {
            return None;
        }
        let due = self.head.map(|head| head.due);
        let spare = self.spare_from.filter(|_| !self.former.is_empty());
        due.into_iter().chain(spare).filter(|at| *at > now).min()
    }

    /// Takes out what it does now.
    pub(super) fn begin(&mut self, now: Time) -> Option<Job> {
        let due = self.head.filter(|head| head.due <= now);
        let first = due.filter(|head| match &self.screen {
            // A screen comes before notices of others, and after those of its own update.
            Some(screen) => head.lane == Lane::Own && Some(head.notice) <= screen.after,
            None => true,
        });
        if let Some(head) = first {
            self.head = None;
            self.flight = Some(Flight::Notice);
            return Some(Job::Notice(head));
        }
        if let Some(screen) = self.screen.take() {
            self.flight = Some(Flight::Screen(screen.number));
            return Some(Job::Screen(screen));
        }
        let message = self.former.first().copied()?;
        self.former.remove(0);
        self.flight = Some(Flight::Strip);
        Some(Job::Strip(message))
    }

    /// Its call has ended. What became of a notice has to be stored before anything else goes out.
    pub(super) fn landed(&mut self) {
        if self.flight != Some(Flight::Notice) {
            self.flight = None;
        }
    }

    /// Forgets what is over.
    pub(super) fn time_passed(&mut self, now: Time) {
        self.hold = self.hold.filter(|(until, _)| *until > now);
        self.spare_from = self.spare_from.filter(|from| *from > now);
    }

    /// Whether there is nothing to do and nothing to remember.
    pub(super) fn is_over(&self) -> bool {
        self.screen.is_none()
            && self.head.is_none()
            && self.former.is_empty()
            && self.flight.is_none()
            && self.hold.is_none()
    }
}
