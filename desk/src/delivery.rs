//! How far an answer has come on its way to its user, and what can still be done about it.

use serde::{Deserialize, Serialize};

use crate::ids::{MessageId, NoticeId};
use crate::notice::Part;
use crate::words::words;

words! {
    /// Where a notice stands.
    pub enum NoticeState {
        /// It waits for its turn.
        Pending = "pending",
        /// The call is being made.
        Sending = "sending",
        /// Telegram took it, or there was nothing to do.
        Sent = "sent",
        /// It is given up.
        Failed = "failed",
        /// The person cannot be reached; it waits for their return.
        Held = "held",
    }
}

/// An answer to a user, with the notices that carry it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The answer; of an album the first item.
    pub message: MessageId,
    /// The notices that carry it to its user, in order; of an album those of all its items. Those
    /// that came through long ago are not there any more.
    pub legs: Vec<Leg>,
    /// Whether the user has a copy of it.
    pub copied: bool,
}

/// One notice that carries an answer, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Which.
    pub notice: NoticeId,
    /// Which part; `None` for a later item of an album.
    pub part: Option<Part>,
    /// Where it stands.
    pub state: NoticeState,
    /// How often it was tried.
    pub attempts: u32,
    /// Whether a try of unknown outcome may have come through.
    pub doubtful: bool,
    /// Why it failed.
    pub reason: Option<Refusal>,
}

/// Why something is not delivered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// Somebody of the staff, or the operator, decided so.
    Dropped,
    /// The person was not reachable for too long.
    Expired,
    /// Telegram's words.
    Telegram(String),
}

/// What the staff see of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// How far it has come.
    pub stage: Stage,
    /// Whether it, or a part of it, may have come twice.
    #[serde(default)]
    pub twice: bool,
    /// Whether it can be tried again now.
    #[serde(default)]
    pub retry: bool,
    /// Whether it can be dropped.
    #[serde(default)]
    pub drop: bool,
}

/// How far an answer has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "stage", content = "why", rename_all = "snake_case")]
pub enum Stage {
    /// On its way.
    Waiting,
    /// It waits until the user can be reached.
    Held,
    /// The user has it.
    Delivered,
    /// The user has some of it, and the rest failed.
    Partly(Refusal),
    /// The user has nothing of it.
    Failed(Refusal),
}

/// What is done about notices that have not come through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redo {
    /// They are tried now.
    Retry,
    /// They are given up.
    Drop,
}

/// Notices of an answer, with the decision about them. The commit is refused if one of them has
/// come through, is being sent, or is gone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redelivery {
    /// Which.
    pub notices: Vec<NoticeId>,
    /// What is done.
    pub redo: Redo,
}

impl Delivery {
    /// What the staff see of it; `None` if nothing is known of it.
    pub fn mark(&self) -> Option<Mark> {
        let any = |state| self.legs.iter().any(|leg| leg.state == state);
        let stage = if any(NoticeState::Pending) || any(NoticeState::Sending) {
            Stage::Waiting
        } else if any(NoticeState::Held) {
            Stage::Held
        } else if let Some(failed) = self.failed().next() {
            let why = failed.reason.clone();
            let why = why.unwrap_or(Refusal::Telegram(String::new()));
            if self.has_some() {
                Stage::Partly(why)
            } else {
                Stage::Failed(why)
            }
        } else if self.copied || !self.legs.is_empty() {
            Stage::Delivered
        } else {
            return None;
        };
        Some(Mark {
            twice: self.legs.iter().any(|leg| leg.doubtful),
            retry: !self.legs_to(Redo::Retry).is_empty(),
            drop: !self.legs_to(Redo::Drop).is_empty(),
            stage,
        })
    }

    /// The notices that this can be done to; none while one of them is being sent.
    pub fn legs_to(&self, redo: Redo) -> Vec<NoticeId> {
        if self
            .legs
            .iter()
            .any(|leg| leg.state == NoticeState::Sending)
        {
            return Vec::new();
        }
        let can = |leg: &&Leg| match (redo, leg.state) {
            (_, NoticeState::Sent | NoticeState::Sending) => false,
            // What was never tried is on its way.
            (Redo::Retry, NoticeState::Pending) => leg.attempts > 0,
            (Redo::Retry, NoticeState::Failed) => leg.reason != Some(Refusal::Dropped),
            // Of what came through in part there is nothing to take back.
            (Redo::Drop, NoticeState::Failed) => {
                leg.reason != Some(Refusal::Dropped) && !self.has_some()
            }
            (_, NoticeState::Held) | (Redo::Drop, NoticeState::Pending) => true,
        };
        let legs = self.legs.iter().filter(can);
        legs.map(|leg| leg.notice).collect()
    }

    /// The same after a decision.
    #[must_use]
    pub fn after(mut self, done: &Redelivery) -> Self {
        for leg in &mut self.legs {
            if done.notices.contains(&leg.notice) {
                match done.redo {
                    Redo::Retry => {
                        leg.state = NoticeState::Pending;
                        leg.attempts = 0;
                        leg.reason = None;
                    }
                    Redo::Drop => {
                        leg.state = NoticeState::Failed;
                        leg.reason = Some(Refusal::Dropped);
                    }
                }
            }
        }
        self
    }

    /// Whether the user has words or a file of it, not only a heading.
    pub fn has_some(&self) -> bool {
        let sent = |leg: &Leg| leg.state == NoticeState::Sent && leg.carries();
        self.copied || self.legs.iter().any(sent)
    }

    /// Whether anything of it has come through.
    pub fn is_begun(&self) -> bool {
        self.has_some() || self.legs.iter().any(|leg| leg.state == NoticeState::Sent)
    }

    fn failed(&self) -> impl Iterator<Item = &Leg> {
        self.legs
            .iter()
            .filter(|leg| leg.state == NoticeState::Failed)
    }
}

impl Mark {
    /// Whether the staff has to do something about it, or to wait for somebody's return.
    pub fn is_undelivered(&self) -> bool {
        match &self.stage {
            Stage::Delivered => false,
            // What was never tried is on its way.
            Stage::Waiting => self.retry,
            Stage::Held => true,
            Stage::Partly(why) | Stage::Failed(why) => *why != Refusal::Dropped,
        }
    }
}

impl Leg {
    /// Whether it carries words or a file: a heading and buttons do not.
    fn carries(&self) -> bool {
        matches!(
            self.part,
            None | Some(Part::Whole | Part::Content | Part::Album)
        )
    }
}
