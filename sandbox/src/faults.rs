//! Faults on purpose: what the Bot API side is told to answer instead of the truth.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// How a call goes wrong.
///
/// As JSON: `{"too_many_requests":{"retry_after":3}}`, `{"server_error":502}`,
/// `{"refuse":{"code":400,"description":"…"}}`, `"cut_before"`, `"cut_after"` or `"hang"`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// 429 with `retry_after` seconds; nothing is done.
    TooManyRequests {
        /// Seconds.
        retry_after: u32,
    },
    /// A 5xx of this code; nothing is done.
    ServerError(u16),
    /// A refusal in these words; nothing is done.
    Refuse {
        /// The HTTP status and `error_code`.
        code: u16,
        /// The description, with its prefix (`Bad Request: …`).
        description: String,
    },
    /// The connection is closed before anything is done.
    CutBefore,
    /// The call is done, then the connection is closed without an answer.
    CutAfter,
    /// Nothing is done and no answer ever comes.
    Hang,
}

/// The faults that wait for their calls.
#[derive(Default)]
pub(crate) struct Faults {
    planned: VecDeque<Planned>,
}

struct Planned {
    /// Lower case, or `*` for every method.
    method: String,
    chat: Option<i64>,
    fault: Fault,
    left: u32,
}

impl Faults {
    /// Plans `fault` for the next `times` calls of `method` (`*`: of any but `getUpdates`), of one
    /// chat or of all.
    pub(crate) fn plan(&mut self, method: &str, chat: Option<i64>, fault: Fault, times: u32) {
        if times > 0 {
            self.planned.push_back(Planned {
                method: method.to_ascii_lowercase(),
                chat,
                fault,
                left: times,
            });
        }
    }

    /// The fault of this call, if one is planned; `method` is in lower case.
    pub(crate) fn next(&mut self, method: &str, chat: Option<i64>) -> Option<Fault> {
        let place = self.planned.iter().position(|plan| {
            let method_fits = match plan.method.as_str() {
                "*" => method != "getupdates",
                planned => planned == method,
            };
            method_fits && (plan.chat.is_none() || plan.chat == chat)
        })?;
        let plan = &mut self.planned[place];
        plan.left -= 1;
        let fault = plan.fault.clone();
        if plan.left == 0 {
            self.planned.remove(place);
        }
        Some(fault)
    }
}
