//! The log of Bot API calls: what the bot asked and what it was told.

use std::collections::VecDeque;

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;

/// How many calls are remembered; older ones are forgotten.
const KEPT_CALLS: usize = 10_000;

/// One call of a Bot API method. `getUpdates` is not recorded.
#[derive(Clone, Debug, Serialize)]
pub struct CallRecord {
    /// The number of the call, from 1.
    pub no: u64,
    /// When it was answered.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub at: DateTime<Utc>,
    /// The method as the documentation writes it (`sendMessage`).
    pub method: String,
    /// The parameters; an uploaded file is shown as its name and size.
    pub params: Value,
    /// Whether it was answered with a result.
    pub ok: bool,
    /// The HTTP status; 0 when the connection was cut on purpose.
    pub status: u16,
    /// The whole answer.
    pub answer: Value,
}

/// The newest calls.
#[derive(Default)]
pub(crate) struct CallLog {
    calls: VecDeque<Logged>,
    last: u64,
}

/// A call as it is kept: the answer is parsed when somebody looks, which is rarely.
struct Logged {
    no: u64,
    at: DateTime<Utc>,
    method: String,
    params: Value,
    status: u16,
    answer: String,
}

impl CallLog {
    /// Remembers a call.
    pub(crate) fn add(
        &mut self,
        at: DateTime<Utc>,
        method: String,
        params: Value,
        status: u16,
        answer: String,
    ) {
        self.last += 1;
        if self.calls.len() == KEPT_CALLS {
            self.calls.pop_front();
        }
        self.calls.push_back(Logged {
            no: self.last,
            at,
            method,
            params,
            status,
            answer,
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
                params: call.params.clone(),
                ok: call.status == 200,
                status: call.status,
                answer: serde_json::from_str(&call.answer).unwrap_or(Value::Null),
            })
            .collect()
    }
}
