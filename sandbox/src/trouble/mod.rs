//! Trouble on purpose: outages, limits and faults, and which of them a call runs into.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

pub use self::{
    fault::{ActiveRule, Fault, FaultRule, Garbage},
    limits::{Earned, Limits},
};
use self::{limits::Throttle, rules::Rules};

mod fault;
mod limits;
mod rules;

/// What is wrong with the Bot API as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outage {
    /// Every connection is closed before anything is done, that of a poll in progress too. For
    /// connections that are refused, stop the sandbox and start another one on its port.
    Cut,
    /// 502 for every call.
    BadGateway,
    /// 401 for every call, as if the token had been revoked.
    WrongToken,
    /// 409 for every `getUpdates`, as if another program polled with the same token.
    OtherPoller,
}

/// An outage that is going on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ActiveOutage {
    /// What is wrong.
    pub kind: Outage,
    /// When it ends by itself; in JSON in thousandths of a second since 1970.
    #[serde(with = "chrono::serde::ts_milliseconds_option")]
    pub until: Option<DateTime<Utc>>,
}

/// What a call ran into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Trouble {
    /// A fault by a rule.
    Fault(Fault),
    /// An outage.
    Outage(Outage),
    /// The limits, or the time that a flood asked for: a 429 that the bot earned.
    Limit {
        /// Seconds.
        retry_after: u32,
    },
}

/// All trouble that is on.
#[derive(Default)]
pub(crate) struct Troubles {
    pub(crate) rules: Rules,
    pub(crate) throttle: Throttle,
    outage: Option<ActiveOutage>,
    /// Grows with every change of what is on, and with every call that ran into it.
    pub(crate) changes: u64,
}

/// A call as far as trouble cares.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    /// In lower case.
    pub(crate) method: &'a str,
    pub(crate) chat: Option<i64>,
}

/// What is done to a call.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Met {
    pub(crate) delay: Duration,
    pub(crate) trouble: Option<Trouble>,
}

impl Troubles {
    /// What a call runs into: an outage, else a fault that keeps it from being done, else the limits,
    /// else another fault.
    pub(crate) fn meet(&mut self, call: Call<'_>, now: DateTime<Utc>) -> Met {
        if self.outage.is_none() && self.rules.is_empty() && self.throttle.is_idle() {
            return Met::default();
        }
        let met = self.find(call, now);
        if met != Met::default() {
            self.changes += 1;
        }
        met
    }

    fn find(&mut self, call: Call<'_>, now: DateTime<Utc>) -> Met {
        let polls = call.method == "getupdates";
        if let Some(outage) = self.outage(now)
            && (polls || outage.kind != Outage::OtherPoller)
        {
            return Met {
                trouble: Some(Trouble::Outage(outage.kind)),
                ..Met::default()
            };
        }
        let rules::Met { delay, fault } = self.rules.meet(call.method, call.chat);
        let flood = |seconds: &u32| now + TimeDelta::seconds(i64::from(*seconds));
        match &fault {
            Some(Fault::ChatFlood { retry_after }) if call.chat.is_some() => {
                self.throttle.hold(call.chat, flood(retry_after));
            }
            Some(Fault::BotFlood { retry_after }) => self.throttle.hold(None, flood(retry_after)),
            _ => {}
        }
        // What a fault keeps from being done is no message, and the limits count messages.
        let is_done = fault.as_ref().is_none_or(Fault::lets_it_be_done);
        let limited = match call.chat {
            Some(chat) if is_done && counts(call.method) => self.throttle.pass(chat, now).err(),
            _ => None,
        };
        let limited = limited.map(|retry_after| Trouble::Limit { retry_after });
        Met {
            delay,
            trouble: limited.or(fault.map(Trouble::Fault)),
        }
    }

    /// Begins an outage, in place of one that goes on.
    pub(crate) fn begin_outage(&mut self, kind: Outage, until: Option<DateTime<Utc>>) {
        self.outage = Some(ActiveOutage { kind, until });
    }

    pub(crate) fn end_outage(&mut self) {
        self.outage = None;
    }

    /// The outage that goes on.
    pub(crate) fn outage(&self, now: DateTime<Utc>) -> Option<ActiveOutage> {
        let goes_on = |outage: &ActiveOutage| outage.until.is_none_or(|until| now < until);
        self.outage.filter(goes_on)
    }
}

/// Whether the limits count a method, in lower case.
fn counts(method: &str) -> bool {
    let begins = |start: &&str| method.starts_with(start);
    ["send", "copy", "forward", "edit"].iter().any(begins) && method != "sendchataction"
}
