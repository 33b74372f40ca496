//! The line to Telegram as a whole: whether anything may be sent now, whoever it is for.
//!
//! **Pauses for all.** A 429 says for how long, not for whom: the limit of one chat and the limit
//! over all chats look the same. So a 429 holds its own chat; and if a second chat earns one
//! while that lasts and before any call has been answered otherwise, all chats are held, until the
//! later of the two.
//!
//! **An outage.** When calls of several chats fail in a row and none is answered, the fault is not
//! theirs: everything stops but one probe at a time, with growing pauses. The first answer ends
//! it for all.

use frontdesk_desk::ids::ChatId;
use frontdesk_desk::ticket::Time;

use super::backoff::Backoff;
use crate::telegram::Failure;

/// After so many calls without an answer, of two chats at least, Telegram is away.
const AWAY_AFTER: u32 = 3;

/// Whether a call may begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admits {
    /// Any.
    Any,
    /// One: it shows whether Telegram is back.
    Probe,
    /// None; `Some`: not before this time.
    None(Option<Time>),
}

/// What changed, for the log and for the chats that wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// Nothing.
    None,
    /// Telegram is away.
    Lost(Failure),
    /// Telegram answers again.
    Back,
    /// All chats have to wait.
    Held(Time),
}

/// The state of the line.
pub(super) struct Line {
    away: Option<Away>,
    silence: Silence,
    /// The 429 that was earned since the last other answer.
    limited: Option<(ChatId, Time)>,
    held: Option<Time>,
}

/// Calls without an answer in a row.
#[derive(Clone, Copy, Debug, Default)]
struct Silence {
    calls: u32,
    /// The chat of the first of them.
    first: Option<ChatId>,
    /// Whether another chat is among them.
    several: bool,
}

#[derive(Clone, Copy, Debug)]
struct Away {
    probes: u32,
    next: Time,
    /// Not before: somebody's update shows that Telegram is back, but not every one is a probe.
    earliest: Time,
    probing: bool,
}

impl Line {
    pub(super) fn new() -> Self {
        Self {
            away: None,
            silence: Silence::default(),
            limited: None,
            held: None,
        }
    }

    pub(super) fn admits(&self, now: Time) -> Admits {
        if let Some(until) = self.held.filter(|until| *until > now) {
            return Admits::None(Some(until));
        }
        match self.away {
            None => Admits::Any,
            Some(away) if away.probing => Admits::None(None),
            Some(away) if away.next > now => Admits::None(Some(away.next)),
            Some(_) => Admits::Probe,
        }
    }

    /// A call begins.
    pub(super) fn begins(&mut self) {
        if let Some(away) = &mut self.away {
            away.probing = true;
        }
    }

    /// What was to be the probe did not come to a call.
    pub(super) fn came_to_nothing(&mut self) {
        if let Some(away) = &mut self.away {
            away.probing = false;
        }
    }

    /// Telegram asked for a pause, over all chats, before the last stop.
    pub(super) fn hold(&mut self, until: Time) {
        self.held = self.held.max(Some(until));
    }

    /// A call was answered, with whatever but a 429.
    pub(super) fn answered(&mut self) -> Change {
        self.limited = None;
        self.heard()
    }

    /// A call to this chat was answered by a 429, after [`Line::heard`].
    pub(super) fn limited(&mut self, chat: ChatId, until: Time, now: Time) -> Change {
        // A pause that is over says nothing about this one.
        match self.limited.filter(|(_, before)| *before > now) {
            Some((first, before)) if first != chat => {
                let until = until.max(before);
                self.hold(until);
                self.limited = Some((first, until));
                Change::Held(until)
            }
            before => {
                let until = before.map_or(until, |(_, before)| until.max(before));
                self.limited = Some((chat, until));
                Change::None
            }
        }
    }

    /// A call was answered, whatever the answer: Telegram is there.
    pub(super) fn heard(&mut self) -> Change {
        self.silence = Silence::default();
        match self.away.take() {
            Some(_) => Change::Back,
            None => Change::None,
        }
    }

    /// A call to this chat was not answered.
    pub(super) fn silent(
        &mut self,
        chat: ChatId,
        failure: &Failure,
        backoff: &mut Backoff,
        now: Time,
    ) -> Change {
        if let Some(away) = &mut self.away {
            // A call that was on its way before the outage was known says nothing new.
            if away.probing {
                away.probes = away.probes.saturating_add(1);
                let pause = backoff.pause(away.probes);
                away.next = now + pause;
                away.earliest = now + pause.min(backoff.pause(1));
                away.probing = false;
            }
            return Change::None;
        }
        let silence = &mut self.silence;
        silence.calls = silence.calls.saturating_add(1);
        silence.several |= *silence.first.get_or_insert(chat) != chat;
        // However often one chat fails, it takes another one to blame the line; but the token is
        // everybody's.
        let lost = silence.several && silence.calls >= AWAY_AFTER;
        if !lost && *failure != Failure::TokenRefused {
            return Change::None;
        }
        let next = now + backoff.pause(1);
        self.away = Some(Away {
            probes: 1,
            next,
            earliest: next,
            probing: false,
        });
        Change::Lost(failure.clone())
    }

    /// Telegram has just handed out an update, so it is there: the next probe need not wait long.
    pub(super) fn alive(&mut self) {
        if let Some(away) = &mut self.away {
            away.next = away.next.min(away.earliest);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    const A: ChatId = ChatId(1);
    const B: ChatId = ChatId(2);

    fn noon() -> Time {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }

    fn at(seconds: i64) -> Time {
        noon() + TimeDelta::seconds(seconds)
    }

    fn silence(line: &mut Line, chats: &[ChatId], now: Time) -> Vec<Change> {
        let mut backoff = Backoff::new(1);
        chats
            .iter()
            .map(|chat| line.silent(*chat, &Failure::NotSent, &mut backoff, now))
            .collect()
    }

    #[test]
    fn a_429_holds_one_chat_and_a_second_chats_holds_all() {
        let mut line = Line::new();
        assert_eq!(line.limited(A, at(17), at(0)), Change::None);
        assert_eq!(line.limited(A, at(20), at(0)), Change::None);
        assert_eq!(line.admits(at(1)), Admits::Any);
        assert_eq!(line.limited(B, at(5), at(1)), Change::Held(at(20)));
        assert_eq!(line.admits(at(19)), Admits::None(Some(at(20))));
        assert_eq!(line.admits(at(20)), Admits::Any);
    }

    #[test]
    fn an_answer_between_two_429s_makes_them_two_chats_own() {
        let mut line = Line::new();
        line.limited(A, at(17), at(0));
        assert_eq!(line.answered(), Change::None);
        assert_eq!(line.limited(B, at(18), at(0)), Change::None);
        assert_eq!(line.admits(at(1)), Admits::Any);
    }

    #[test]
    fn a_429_after_another_chats_pause_is_over_is_the_chats_own() {
        let mut line = Line::new();
        line.limited(A, at(17), at(0));
        assert_eq!(line.limited(B, at(60), at(17)), Change::None);
        assert_eq!(line.limited(A, at(50), at(18)), Change::Held(at(60)));
    }

    #[test]
    fn a_429_ends_an_outage_as_well() {
        let mut line = Line::new();
        silence(&mut line, &[A, B, A], at(0));
        assert_eq!(line.heard(), Change::Back);
        assert_eq!(line.limited(A, at(9), at(0)), Change::None);
        assert_eq!(line.admits(at(0)), Admits::Any);
    }

    #[test]
    fn one_chat_that_fails_is_no_outage_and_several_are() {
        let mut line = Line::new();
        let changes = silence(&mut line, &[A, A, A, A, A, A], at(0));
        assert!(changes.iter().all(|change| *change == Change::None));
        let changes = silence(&mut line, &[B], at(1));
        assert_eq!(changes, [Change::Lost(Failure::NotSent)]);
        assert_eq!(line.answered(), Change::Back);

        let changes = silence(&mut line, &[A, B, A], at(2));
        assert_eq!(changes[2], Change::Lost(Failure::NotSent));
    }

    #[test]
    fn an_outage_is_probed_one_call_at_a_time_with_growing_pauses() {
        let mut line = Line::new();
        silence(&mut line, &[A, B, A], at(0));
        let mut backoff = Backoff::new(3);
        let mut now = at(0);
        for most in [1, 2, 4, 8, 16, 32, 60, 60] {
            let Admits::None(Some(next)) = line.admits(now) else {
                panic!("a probe without a pause");
            };
            assert!(next - now <= TimeDelta::seconds(most));
            assert!(next - now >= TimeDelta::milliseconds(most * 500));
            now = next;
            assert_eq!(line.admits(now), Admits::Probe);
            line.begins();
            assert_eq!(line.admits(now), Admits::None(None));
            let change = line.silent(A, &Failure::Uncertain, &mut backoff, now);
            assert_eq!(change, Change::None);
        }
        // An update came in: Telegram is there.
        line.alive();
        let Admits::None(Some(next)) = line.admits(now) else {
            panic!("a probe without a pause");
        };
        assert!(next - now <= TimeDelta::seconds(1));
        line.begins();
        assert_eq!(line.answered(), Change::Back);
        assert_eq!(line.admits(now), Admits::Any);
    }

    #[test]
    fn calls_on_their_way_when_the_outage_began_do_not_lengthen_it() {
        let mut line = Line::new();
        silence(&mut line, &[A, B, A], at(0));
        let before = line.admits(at(0));
        silence(&mut line, &[A, B, A, B, A], at(0));
        assert_eq!(line.admits(at(0)), before);
    }

    #[test]
    fn a_refused_token_stops_everything_at_once() {
        let mut line = Line::new();
        let change = line.silent(A, &Failure::TokenRefused, &mut Backoff::new(1), at(0));
        assert_eq!(change, Change::Lost(Failure::TokenRefused));
    }
}
