//! What can go wrong with a call on purpose, and the rules that say with which calls it does.

use serde::{Deserialize, Deserializer, Serialize};

/// How a call goes wrong.
///
/// As JSON it is the name in small letters, with the fields if it has any: `"cut_after"`,
/// `{"server_error":502}`, `{"too_many_requests":{"retry_after":3}}`, `{"garbage":"html"}`,
/// `{"hang_for":{"millis":500}}`, `{"refuse":{"code":400,"description":"…"}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// 429 with `retry_after` seconds; nothing is done. The next call passes.
    TooManyRequests {
        /// Seconds.
        retry_after: u32,
    },
    /// The same, and until the time is over every call that Telegram's limits count is refused in
    /// this chat, with the seconds that are left. Those refusals are counted as earned.
    ChatFlood {
        /// Seconds.
        retry_after: u32,
    },
    /// The same for the calls in all chats.
    BotFlood {
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
    /// Nothing is done and no answer comes; the connection is closed after a while.
    HangFor {
        /// The while, in thousandths of a second.
        millis: u64,
    },
    /// The call is done and no answer ever comes.
    HangAfter,
    /// The call is done and no answer comes; the connection is closed after a while.
    HangAfterFor {
        /// The while, in thousandths of a second.
        millis: u64,
    },
    /// The call is done and answered with what cannot be read.
    Garbage(Garbage),
    /// `copyMessages` and `forwardMessages` leave out some messages in silence, as they do with
    /// what cannot be copied; it happens to no other method.
    SkipMessages {
        /// Ids of originals; none means the last one of the call.
        messages: Vec<i64>,
    },
    /// The answer takes its time: a half of it passes before the call is done, a half after. It goes
    /// together with one of the other faults, and several delays add up.
    Delay {
        /// The least, in thousandths of a second.
        millis: u64,
        /// At most this much is added, drawn anew for each call.
        #[serde(default)]
        jitter_millis: u64,
    },
}

impl Fault {
    /// Whether the call is done all the same.
    pub(crate) fn lets_it_be_done(&self) -> bool {
        match self {
            Fault::CutAfter
            | Fault::HangAfter
            | Fault::HangAfterFor { .. }
            | Fault::Garbage(_)
            | Fault::SkipMessages { .. }
            | Fault::Delay { .. } => true,
            Fault::TooManyRequests { .. }
            | Fault::ChatFlood { .. }
            | Fault::BotFlood { .. }
            | Fault::ServerError(_)
            | Fault::Refuse { .. }
            | Fault::CutBefore
            | Fault::Hang
            | Fault::HangFor { .. } => false,
        }
    }
}

/// An answer that is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Garbage {
    /// 200 with words that are not JSON.
    NotJson,
    /// 200 with the first half of the answer.
    Truncated,
    /// 502 with the page that a gateway shows.
    Html,
}

/// Which calls meet a fault, and how often.
///
/// ```
/// use frontdesk_sandbox::{Fault, FaultRule};
///
/// let sometimes = FaultRule::on("sendMessage", Fault::CutAfter).share(0.05).seed(7);
/// let next_two = FaultRule::on("edit*", Fault::ServerError(500)).chat(101).times(2);
/// let slow = FaultRule::on("*", Fault::Delay { millis: 50, jitter_millis: 100 });
/// ```
///
/// # What replays
/// Whether a call is hit is drawn from the seed, the place of the rule among those added since the
/// last [`clear_faults`](crate::Sandbox::clear_faults), the chat, and the number of the call among
/// those of this chat that the rule is about. So with the same rules, added in the same order, the
/// same sequence of calls in one chat meets the same faults, whatever happens in other chats
/// meanwhile. Calls without a chat (`getMe`, `getUpdates`) are counted by method instead;
/// `answerCallbackQuery` belongs to the chat of its press. What depends on how calls interleave: which
/// calls a rule with a number of [`times`](FaultRule::times) takes when it is about several chats, how
/// far [`Fault::BotFlood`] reaches, and the order of calls that one chat has in flight together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FaultRule {
    /// The methods, in any case. `*` at the end of a name stands for any ending, and alone for every
    /// method; it never means `getUpdates`, which has to be named. In JSON one name is enough.
    #[serde(alias = "method", deserialize_with = "one_or_many")]
    pub methods: Vec<String>,
    /// The only chat whose calls are hit.
    pub chat: Option<i64>,
    /// How many of the calls are hit, from 0 to 1; 1 where it is left out.
    #[serde(default = "every")]
    pub share: f64,
    /// Where the draws begin.
    #[serde(default)]
    pub seed: u64,
    /// The rule is gone after this many hits; without a number it stays.
    pub times: Option<u32>,
    /// What the calls meet.
    pub fault: Fault,
}

impl FaultRule {
    /// A rule that hits every call of a method, or of several by `*`.
    pub fn on(method: impl Into<String>, fault: Fault) -> FaultRule {
        FaultRule {
            methods: vec![method.into()],
            chat: None,
            share: 1.0,
            seed: 0,
            times: None,
            fault,
        }
    }

    /// A rule that hits every call of several methods.
    pub fn on_each<M: Into<String>>(
        methods: impl IntoIterator<Item = M>,
        fault: Fault,
    ) -> FaultRule {
        FaultRule {
            methods: methods.into_iter().map(Into::into).collect(),
            ..FaultRule::on(String::new(), fault)
        }
    }

    /// Sets the only chat whose calls are hit.
    pub fn chat(self, chat: i64) -> FaultRule {
        FaultRule {
            chat: Some(chat),
            ..self
        }
    }

    /// Sets how many of the calls are hit, from 0 to 1.
    pub fn share(self, share: f64) -> FaultRule {
        FaultRule { share, ..self }
    }

    /// Sets where the draws begin.
    pub fn seed(self, seed: u64) -> FaultRule {
        FaultRule { seed, ..self }
    }

    /// Sets after how many hits the rule is gone.
    pub fn times(self, times: u32) -> FaultRule {
        FaultRule {
            times: Some(times),
            ..self
        }
    }
}

/// A rule that is in force.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ActiveRule {
    /// Its number, for taking it away.
    pub id: u64,
    /// What it says.
    #[serde(flatten)]
    pub rule: FaultRule,
    /// How many calls it was about.
    pub seen: u64,
    /// How many calls it hit.
    pub hits: u64,
}

fn every() -> f64 {
    1.0
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Names {
        One(String),
        Many(Vec<String>),
    }
    Ok(match Names::deserialize(deserializer)? {
        Names::One(name) => vec![name],
        Names::Many(names) => names,
    })
}
