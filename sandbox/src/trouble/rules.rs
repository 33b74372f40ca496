//! The rules in force: which of them a call meets, drawn from their seeds.

use std::{collections::HashMap, time::Duration};

use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::fault::{ActiveRule, Fault, FaultRule};

/// The rules in the order in which they were added, which is the order in which they are asked.
#[derive(Default)]
pub(crate) struct Rules {
    rules: Vec<Rule>,
    last_id: u64,
    /// How many were added since there were none by order.
    added: u64,
}

struct Rule {
    active: ActiveRule,
    methods: Vec<Pattern>,
    /// Its place among the rules added since the last clearing; part of its seed.
    place: u64,
    /// How many calls each stream had.
    streams: HashMap<u64, u64>,
}

/// Methods in lower case.
enum Pattern {
    One(String),
    /// All that begin so, but `getUpdates`.
    Beginning(String),
}

/// What the rules do to a call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Met {
    pub(crate) delay: Duration,
    pub(crate) fault: Option<Fault>,
}

impl Rules {
    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    pub(crate) fn add(&mut self, rule: FaultRule) -> u64 {
        self.last_id += 1;
        self.added += 1;
        if rule.times != Some(0) {
            self.rules.push(Rule {
                methods: rule.methods.iter().map(|name| pattern(name)).collect(),
                active: ActiveRule {
                    id: self.last_id,
                    rule,
                    seen: 0,
                    hits: 0,
                },
                place: self.added,
                streams: HashMap::new(),
            });
        }
        self.last_id
    }

    pub(crate) fn list(&self) -> Vec<ActiveRule> {
        self.rules.iter().map(|rule| rule.active.clone()).collect()
    }

    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.rules.len();
        self.rules.retain(|rule| rule.active.id != id);
        self.rules.len() < before
    }

    pub(crate) fn clear(&mut self) {
        self.rules.clear();
        self.added = 0;
    }

    /// What a call of `method`, in lower case, meets. Delays add up; of the other faults the first
    /// one decides, but every rule draws, so that none depends on its neighbours.
    pub(crate) fn meet(&mut self, method: &str, chat: Option<i64>) -> Met {
        let mut met = Met::default();
        for rule in &mut self.rules {
            if !rule.is_about(method, chat) {
                continue;
            }
            rule.active.seen += 1;
            let Some(jitter) = rule.draw(method, chat) else {
                continue;
            };
            match &rule.active.rule.fault {
                Fault::Delay {
                    millis,
                    jitter_millis,
                } => {
                    let added = (*jitter_millis as f64 * jitter).round();
                    met.delay += Duration::from_millis(millis.saturating_add(added as u64));
                }
                _ if met.fault.is_some() => continue,
                fault => met.fault = Some(fault.clone()),
            }
            rule.active.hits += 1;
        }
        self.rules.retain(|rule| {
            let times = rule.active.rule.times.map(u64::from);
            times.is_none_or(|times| rule.active.hits < times)
        });
        met
    }
}

impl Rule {
    fn is_about(&self, method: &str, chat: Option<i64>) -> bool {
        let rule = &self.active.rule;
        let skips = matches!(rule.fault, Fault::SkipMessages { .. });
        (rule.chat.is_none() || rule.chat == chat)
            && (!skips || matches!(method, "copymessages" | "forwardmessages"))
            && self.methods.iter().any(|pattern| match pattern {
                Pattern::One(name) => name == method,
                Pattern::Beginning(start) => method != "getupdates" && method.starts_with(start),
            })
    }

    /// A number from 0 to 1 for the jitter if the call is hit.
    fn draw(&mut self, method: &str, chat: Option<i64>) -> Option<f64> {
        let rule = &self.active.rule;
        let jitters = matches!(rule.fault, Fault::Delay { jitter_millis, .. } if jitter_millis > 0);
        if rule.share >= 1.0 && !jitters {
            return Some(0.0);
        }
        let stream = stream(method, chat);
        let number = self.streams.entry(stream).or_default();
        let start = rule.seed.rotate_left(32) ^ self.place.rotate_left(48) ^ stream;
        let mut draws = Pcg64Mcg::seed_from_u64(start);
        draws.advance(2 * u128::from(*number));
        *number += 1;
        (share(draws.next_u64()) < rule.share).then(|| share(draws.next_u64()))
    }
}

/// The calls that are counted together.
fn stream(method: &str, chat: Option<i64>) -> u64 {
    match chat {
        Some(chat) => chat.cast_unsigned(),
        // The bytes of the name as one number in base 31: another one for each method.
        None => method.bytes().fold(1 << 40, |sum: u64, byte| {
            sum.wrapping_mul(31).wrapping_add(u64::from(byte))
        }),
    }
}

/// The 53 bits that fit into a fraction, as a number from 0 to just under 1.
fn share(random: u64) -> f64 {
    (random >> 11) as f64 / (1_u64 << 53) as f64
}

fn pattern(name: &str) -> Pattern {
    let name = name.to_ascii_lowercase();
    match name.strip_suffix('*') {
        Some(start) => Pattern::Beginning(start.to_owned()),
        None => Pattern::One(name),
    }
}
