//! The log of Bot API calls: what the bot asked and what it was told, and what was posted to it.

use std::{collections::VecDeque, time::Duration};

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::Trouble;

/// One call of a Bot API method, or an update that was posted to the webhook. `getUpdates` is recorded
/// only when it ran into trouble.
#[derive(Clone, Debug, Serialize)]
pub struct CallRecord {
    /// The number of the call, from 1.
    pub no: u64,
    /// When it was answered.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub at: DateTime<Utc>,
    /// The method as the documentation writes it (`sendMessage`); [`POSTED`] for an update that was
    /// posted, which stands in the place of the parameters, with what the bot answered.
    pub method: String,
    /// The parameters; an uploaded file is shown as its name and size.
    pub params: Value,
    /// Whether it was answered with a result.
    pub ok: bool,
    /// The HTTP status of the answer; 0 when there is none and nothing was done.
    pub status: u16,
    /// The whole answer, also where the bot never got it because of trouble.
    pub answer: Value,
    /// What it ran into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
    /// How long the answer was delayed on purpose, in thousandths of a second.
    #[serde(skip_serializing_if = "is_zero")]
    pub delay_millis: u64,
}

/// What stands for a method where an update was posted to the webhook.
pub const POSTED: &str = "webhook";

/// The newest calls.
pub(crate) struct CallLog {
    calls: VecDeque<Logged>,
    kept: usize,
    last: u64,
}

/// A call as it is kept: the answer is parsed when somebody looks, which is rarely.
pub(crate) struct Logged {
    /// Given by the log.
    pub(crate) no: u64,
    pub(crate) at: DateTime<Utc>,
    pub(crate) method: String,
    pub(crate) params: Map<String, Value>,
    pub(crate) status: u16,
    pub(crate) answer: String,
    pub(crate) trouble: Option<Trouble>,
    pub(crate) delay: Duration,
}

impl CallLog {
    /// A log of that many calls; older ones are forgotten.
    pub(crate) fn new(kept: usize) -> CallLog {
        CallLog {
            calls: VecDeque::new(),
            kept,
            last: 0,
        }
    }

    /// Whether anything is remembered.
    pub(crate) fn keeps(&self) -> bool {
        self.kept > 0
    }

    /// Remembers a call.
    pub(crate) fn add(&mut self, call: Logged) {
        self.last += 1;
        if self.calls.len() >= self.kept {
            self.calls.pop_front();
        }
        if self.kept == 0 {
            return;
        }
        self.calls.push_back(Logged {
            no: self.last,
            ..call
        });
    }

    /// The number of the newest call.
    pub(crate) fn last(&self) -> u64 {
        self.last
    }

    /// The calls after number `after`, oldest first.
    pub(crate) fn after(&self, after: u64) -> Vec<CallRecord> {
        let start = self.calls.partition_point(|call| call.no <= after);
        self.calls
            .range(start..)
            .map(|call| CallRecord {
                no: call.no,
                at: call.at,
                method: call.method.clone(),
                params: Value::Object(call.params.clone()),
                ok: (200..300).contains(&call.status),
                status: call.status,
                answer: serde_json::from_str(&call.answer).unwrap_or(Value::Null),
                trouble: call.trouble.clone(),
                delay_millis: u64::try_from(call.delay.as_millis()).unwrap_or(u64::MAX),
            })
            .collect()
    }
}

fn is_zero(millis: &u64) -> bool {
    *millis == 0
}
