//! People at their telephones: each opens a ticket by the form and is seen to get every answer.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use frontdesk_sandbox::{Deed, Heard, Listener, PersonSpec, Sandbox, SeenMessage};

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
    /// The answer to it, once it is there.
    screen: Option<Arc<SeenMessage>>,
}

/// Everybody, and what was measured about them.
pub(crate) struct Crowd<'a> {
    sandbox: &'a Sandbox,
    journey: &'static [Act],
    listener: Listener,
    walkers: HashMap<i64, Walker>,
    /// Who has been answered and may act again.
    ready: VecDeque<i64>,
    next_person: i64,
    /// How many acts were answered.
    pub(crate) answered: u64,
    /// How long each answer took.
    waits: Vec<Duration>,
}

impl<'a> Crowd<'a> {
    pub(crate) fn new(sandbox: &'a Sandbox, journey: &'static [Act]) -> Self {
        Self {
            sandbox,
            journey,
            listener: sandbox.listen(),
            walkers: HashMap::new(),
            ready: VecDeque::new(),
            next_person: FIRST,
            answered: 0,
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
        self.waits.clear();
    }

    /// Somebody acts for each of these moments, from which the wait for the answer counts: who was
    /// answered first, or somebody new.
    pub(crate) fn act(&mut self, moments: impl IntoIterator<Item = Instant>) {
        let mut acts = Vec::new();
        for since in moments {
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
                .or_insert(Walker {
                    step: 0,
                    since,
                    screen: None,
                });
            walker.since = since;
            acts.push((person, self.journey[walker.step], walker.screen.take()));
        }
        if acts.is_empty() {
            return;
        }
        self.sandbox.at_once(|phones| {
            for (person, act, screen) in acts {
                match act {
                    Act::Write(words) => {
                        phones.text(person, words).expect("it is written");
                    }
                    Act::Press(label) => {
                        let (message, data) = screen
                            .as_deref()
                            .and_then(|screen| Some((screen.id, button(screen, label)?)))
                            .unwrap_or_else(|| panic!("no button says {label}: {screen:?}"));
                        phones.press(person, message, data).expect("it is pressed");
                    }
                }
            }
        });
    }

    /// Takes in the answers that have come, waiting for the next if there are none.
    pub(crate) async fn answers(&mut self) {
        if let Some(heard) = self.listener.next().await {
            self.hear(heard);
        }
        self.take_in();
    }

    /// Takes in the answers that are there.
    pub(crate) fn take_in(&mut self) {
        while let Some(heard) = self.listener.try_next() {
            self.hear(heard);
        }
    }

    fn hear(&mut self, heard: Heard) {
        let screen = match heard.deed {
            Deed::Sent(message) => message,
            // A former screen that loses its buttons is no answer.
            Deed::Edited(message) if !message.buttons.is_empty() => message,
            _ => return,
        };
        let Some(walker) = self.walkers.get_mut(&heard.chat) else {
            return;
        };
        self.answered += 1;
        self.waits
            .push(heard.at.saturating_duration_since(walker.since));
        if walker.step + 1 < self.journey.len() {
            walker.screen = Some(screen);
            self.ready.push_back(heard.chat);
        } else {
            self.walkers.remove(&heard.chat);
        }
    }

    /// Half of the answers came sooner than the first, 99 of 100 sooner than the second; in
    /// milliseconds.
    pub(crate) fn percentiles(&mut self) -> (f64, f64) {
        self.waits.sort_unstable();
        let millis = self.waits.iter().map(|wait| wait.as_secs_f64() * 1e3);
        let millis: Vec<f64> = millis.collect();
        (percentile(&millis, 0.5), percentile(&millis, 0.99))
    }
}

/// So large a share of these is below the answer; they are sorted. Not a number if there are none.
pub(crate) fn percentile(sorted: &[f64], share: f64) -> f64 {
    let place = (sorted.len() as f64 * share) as usize;
    let place = place.min(sorted.len().saturating_sub(1));
    sorted.get(place).copied().unwrap_or(f64::NAN)
}

/// What the first button with this label sends.
fn button<'a>(screen: &'a SeenMessage, label: &str) -> Option<&'a str> {
    let buttons = screen.buttons.iter().flatten();
    buttons
        .filter(|button| button.text.contains(label))
        .find_map(|button| button.data.as_deref())
}
