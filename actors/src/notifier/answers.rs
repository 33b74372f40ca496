//! Answers to callback queries: outside the limits, and with slots of their own.

use std::collections::VecDeque;

use chrono::TimeDelta;
use frontdesk_desk::ticket::Time;

use super::AnswerQuery;

/// After this long Telegram takes no answer any more, and the button has stopped spinning.
const TOO_OLD: TimeDelta = TimeDelta::seconds(15);

/// So many may wait; the oldest gives way. A press without an answer only spins for a while.
const MOST_WAITING: usize = 1_000;

/// The answers that run and those that wait for a slot.
pub(super) struct Answers {
    most: usize,
    running: usize,
    waiting: VecDeque<(Time, AnswerQuery)>,
}

impl Answers {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most: most.max(1),
            running: 0,
            waiting: VecDeque::new(),
        }
    }

    pub(super) fn add(&mut self, answer: AnswerQuery, now: Time) {
        if self.waiting.len() >= MOST_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back((now, answer));
    }

    /// The next one to be given.
    pub(super) fn next(&mut self, now: Time) -> Option<AnswerQuery> {
        while self.running < self.most {
            let (since, answer) = self.waiting.pop_front()?;
            if now - since < TOO_OLD {
                self.running += 1;
                return Some(answer);
            }
        }
        None
    }

    pub(super) fn ended(&mut self) {
        self.running = self.running.saturating_sub(1);
    }

    pub(super) fn is_idle(&self) -> bool {
        self.running == 0 && self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use frontdesk_desk::ticket::Lang;

    use super::*;

    fn noon() -> Time {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }

    fn answer(query: usize) -> AnswerQuery {
        AnswerQuery {
            query: query.to_string(),
            toast: None,
            lang: Lang::En,
        }
    }

    #[test]
    fn so_many_run_and_what_is_too_old_is_not_given() {
        let mut answers = Answers::new(2);
        for query in 0..5 {
            answers.add(answer(query), noon() + TimeDelta::seconds(query as i64));
        }
        let next = |answers: &mut Answers, at| {
            let next = answers.next(noon() + TimeDelta::seconds(at));
            next.map(|answer| answer.query)
        };
        assert_eq!(next(&mut answers, 5).as_deref(), Some("0"));
        assert_eq!(next(&mut answers, 5).as_deref(), Some("1"));
        assert_eq!(next(&mut answers, 5), None);
        answers.ended();
        assert_eq!(next(&mut answers, 18).as_deref(), Some("4"));
        answers.ended();
        answers.ended();
        assert!(answers.is_idle());
    }

    #[test]
    fn the_oldest_gives_way() {
        let mut answers = Answers::new(1);
        for query in 0..=MOST_WAITING {
            answers.add(answer(query), noon());
        }
        assert_eq!(answers.waiting.len(), MOST_WAITING);
        assert_eq!(answers.next(noon()).unwrap().query, "1");
    }
}
