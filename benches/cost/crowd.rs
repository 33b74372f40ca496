//! People at their telephones: each opens a ticket by the form and is seen to get every answer.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, Instant};

use frontdesk_sandbox::{PersonSpec, Sandbox};

/// The first person's id; everybody is new to the desk.
const FIRST: i64 = 10_000_000;

/// What a person does, each act after the answer to the one before.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    Write(&'static str),
    Press(&'static str),
}

/// From `/start` to the confirmation: six updates, each stored and answered by a screen; the three
/// presses are answered as callback queries too, so nine calls of the Bot API.
pub(crate) const JOURNEY: [Act; 6] = [
    Act::Write("/start"),
    Act::Press("Support"),
    Act::Press("New ticket"),
    Act::Press("General"),
    Act::Write("The printer on the second floor is out of order"),
    Act::Write("It blinks twice and then says that the door is open, but the door is closed."),
];

/// As many updates for a program that has no buttons.
pub(crate) const WORDS: [Act; 6] = [Act::Write("Is anybody there?"); 6];

/// Somebody in the middle of the journey.
struct Walker {
    /// Which act was done last.
    step: usize,
    since: Instant,
}

/// Everybody, and what was measured about them.
pub(crate) struct Crowd<'a> {
    sandbox: &'a Sandbox,
    journey: &'static [Act],
    walkers: HashMap<i64, Walker>,
    /// Who has been answered and may act again.
    ready: VecDeque<i64>,
    next_person: i64,
    seen_call: u64,
    revision: u64,
    /// How many acts were answered.
    pub(crate) answered: u64,
    /// How many acts were done.
    pub(crate) acted: u64,
    /// How long each answer took.
    pub(crate) waits: Vec<Duration>,
}

impl<'a> Crowd<'a> {
    pub(crate) fn new(sandbox: &'a Sandbox, journey: &'static [Act]) -> Self {
        Self {
            sandbox,
            journey,
            walkers: HashMap::new(),
            ready: VecDeque::new(),
            next_person: FIRST,
            seen_call: sandbox.calls().last().map_or(0, |call| call.no),
            revision: 0,
            answered: 0,
            acted: 0,
            waits: Vec::new(),
        }
    }

    /// How many acts wait for their answer.
    pub(crate) fn waiting(&self) -> usize {
        self.walkers.len() - self.ready.len()
    }

    /// Forgets what was measured so far.
    pub(crate) fn measure_anew(&mut self) {
        self.answered = 0;
        self.acted = 0;
        self.waits.clear();
    }

    /// Somebody acts: who was answered first, or somebody new. The wait counts from `since`.
    pub(crate) fn act(&mut self, since: Instant) {
        let person = self.ready.pop_front().unwrap_or_else(|| {
            let person = self.next_person;
            self.next_person += 1;
            self.sandbox
                .add_person(PersonSpec::new(person, "Somebody").language("en"));
            person
        });
        let walker = self
            .walkers
            .entry(person)
            .and_modify(|walker| walker.step += 1)
            .or_insert(Walker { step: 0, since });
        walker.since = since;
        let phone = self.sandbox.person(person);
        match self.journey[walker.step] {
            Act::Write(words) => {
                phone.text(words);
            }
            Act::Press(label) => {
                phone
                    .press_label(label)
                    .unwrap_or_else(|why| panic!("{label}: {why}\n{}", phone.transcript()));
            }
        }
        self.acted += 1;
    }

    /// Takes in the answers that have come, waiting for the next if there are none.
    pub(crate) async fn answers(&mut self) {
        self.revision = self.sandbox.changed(self.revision).await;
        let now = Instant::now();
        for call in self.sandbox.calls_after(self.seen_call) {
            self.seen_call = call.no;
            if !call.ok || !matches!(&*call.method, "sendMessage" | "editMessageText") {
                continue;
            }
            let Some(person) = call.params["chat_id"].as_i64() else {
                continue;
            };
            let Some(walker) = self.walkers.get(&person) else {
                continue;
            };
            self.answered += 1;
            self.waits.push(now - walker.since);
            if walker.step + 1 < self.journey.len() {
                self.ready.push_back(person);
            } else {
                self.walkers.remove(&person);
            }
        }
    }

    /// Half of the answers came sooner than the first, 99 of 100 sooner than the second; in
    /// milliseconds.
    pub(crate) fn percentiles(&mut self) -> (f64, f64) {
        self.waits.sort_unstable();
        let at = |share: f64| {
            let place = (self.waits.len() as f64 * share) as usize;
            self.waits
                .get(place.min(self.waits.len().saturating_sub(1)))
                .map_or(f64::NAN, |wait| wait.as_secs_f64() * 1e3)
        };
        (at(0.5), at(0.99))
    }
}
