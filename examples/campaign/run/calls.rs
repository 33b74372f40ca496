//! The calls of the desk as Telegram sees them, counted while they come: the sandbox remembers the newest
//! only.

use std::collections::{HashMap, VecDeque};
use std::time::{Duration, SystemTime};

use frontdesk_sandbox::{CallRecord, Fault, Sandbox, Trouble};

/// What is counted of the calls.
#[derive(Default)]
pub(crate) struct Calls {
    /// The number of the latest.
    pub(crate) last: u64,
    pub(crate) troubled: u64,
    /// By chat: calls that put a message there, and were not answered.
    pub(crate) unanswered: HashMap<i64, u64>,
    /// How many that the limits count were done within a second at most.
    pub(crate) busiest: usize,
    /// From each loss of a node to the next thing that people saw, as long as another one was left; and
    /// whether it was the one that sends.
    pub(crate) gaps: Vec<(bool, Duration)>,
    second: VecDeque<SystemTime>,
    lost: Option<Loss>,
}

/// A node was lost.
#[derive(Clone, Copy)]
pub(crate) struct Loss {
    pub(crate) at: SystemTime,
    /// Whether it was the one that sends.
    pub(crate) sender: bool,
}

impl Calls {
    /// Looks at what came since.
    pub(crate) fn listen(&mut self, sandbox: &Sandbox) {
        for call in sandbox.calls_after(self.last) {
            self.last = call.no;
            self.troubled += u64::from(call.trouble.is_some());
            let unanswered = matches!(
                call.trouble,
                Some(Trouble::Fault(
                    Fault::CutAfter | Fault::HangAfterFor { .. } | Fault::Garbage(_)
                ))
            );
            let sends = call.method.starts_with("send") || call.method.starts_with("copy");
            let chat = &call.params["chat_id"];
            let chat = chat.as_i64().or_else(|| chat.as_str()?.parse().ok());
            if let Some(chat) = chat.filter(|_| unanswered && sends) {
                *self.unanswered.entry(chat).or_default() += 1;
            }
            let counts = sends && call.method != "sendChatAction";
            if call.ok && (counts || call.method.starts_with("edit")) {
                self.shown(&call);
            }
        }
    }

    /// A node was lost; what it did is listened to already. Nothing, if nobody is left to go on.
    pub(crate) fn lose(&mut self, loss: Option<Loss>) {
        self.lost = loss.map(|loss| match self.lost {
            // It is waited for yet.
            Some(former) if former.sender => former,
            _ => loss,
        });
    }

    fn shown(&mut self, call: &CallRecord) {
        let at = SystemTime::from(call.at);
        if let Some(loss) = self.lost.take() {
            let gap = at.duration_since(loss.at).unwrap_or_default();
            self.gaps.push((loss.sender, gap));
        }
        self.second.push_back(at);
        let is_over = |then: &SystemTime| {
            let since = at.duration_since(*then).unwrap_or_default();
            since >= Duration::from_secs(1)
        };
        while self.second.front().is_some_and(is_over) {
            self.second.pop_front();
        }
        self.busiest = self.busiest.max(self.second.len());
    }
}

/// Whether a person sees anything of a call.
pub(crate) fn is_answer(method: &str) -> bool {
    ["send", "edit", "copy", "answer", "setMessageReaction"]
        .iter()
        .any(|start| method.starts_with(start))
}
