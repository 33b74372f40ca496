//! What follows from the outcome of a call: sent, tried again, held, or given up.

use chrono::TimeDelta;
use frontdesk_desk::notice::Call;
use frontdesk_desk::ticket::Time;

use crate::telegram::{Failure, Sent};
use crate::tickets::{DeliveryResult, DueNotice};

/// The longest pause between two tries, in seconds: a network that is back is found soon.
const LONGEST_PAUSE: i64 = 30;

/// When a failed call is tried again; `None` if that is of no use.
pub(super) fn retry_at(failure: &Failure, attempt: u32, now: Time) -> Option<Time> {
    let growing = || {
        let seconds = 1_i64 << attempt.saturating_sub(1).min(5);
        now + TimeDelta::seconds(seconds.min(LONGEST_PAUSE))
    };
    match failure {
        Failure::RetryAfter(seconds) => {
            Some(now + TimeDelta::seconds(i64::from((*seconds).max(1))))
        }
        Failure::NotSent | Failure::ServerError | Failure::Uncertain => Some(growing()),
        Failure::TokenRefused | Failure::OtherPoller | Failure::WebhookSet => {
            Some(now + TimeDelta::seconds(LONGEST_PAUSE))
        }
        Failure::Unreachable
        | Failure::Moved(_)
        | Failure::NotModified
        | Failure::MessageGone
        | Failure::EntitiesRefused
        | Failure::Permanent(_) => None,
    }
}

/// What becomes of a notice.
pub(super) fn of_notice(
    notice: &DueNotice,
    call: &Call,
    outcome: Result<Sent, Failure>,
    now: Time,
) -> DeliveryResult {
    let failure = match outcome {
        Ok(sent) => return as_sent(notice, call, sent),
        Err(failure) => failure,
    };
    if let Some(at) = retry_at(&failure, notice.attempt, now) {
        return DeliveryResult::RetryAt {
            at,
            doubtful: notice.doubtful || (failure == Failure::Uncertain && makes_messages(call)),
            reason: failure.to_string(),
        };
    }
    let leaving = matches!(call, Call::LeaveChat);
    match failure {
        Failure::NotModified => as_sent(notice, call, Sent::default()),
        // What should be changed or deleted is not there.
        Failure::MessageGone => DeliveryResult::Nothing,
        // Out of the group already.
        Failure::Unreachable | Failure::Permanent(_) if leaving => DeliveryResult::Nothing,
        // A group is nobody who returns, and after its greeting comes the leaving.
        Failure::Unreachable if notice.chat.0 > 0 => DeliveryResult::Unreachable,
        failure => DeliveryResult::Failed {
            reason: failure.to_string(),
        },
    }
}

fn as_sent(notice: &DueNotice, call: &Call, sent: Sent) -> DeliveryResult {
    let linked = match call {
        Call::CopyMessages { items, .. } => sent
            .messages
            .iter()
            .zip(items)
            .map(|(message, (source, _))| {
                let item = notice.items.iter().find(|item| item.source == *source);
                (*message, item.map(|item| item.id))
            })
            .collect(),
        _ => Vec::new(),
    };
    DeliveryResult::Sent {
        messages: sent.messages,
        linked,
    }
}

/// Whether doing the call twice shows.
fn makes_messages(call: &Call) -> bool {
    matches!(
        call,
        Call::SendMessage { .. } | Call::CopyMessage { .. } | Call::CopyMessages { .. }
    )
}

#[cfg(test)]
mod tests {
    use frontdesk_desk::formatted::Formatted;
    use frontdesk_desk::ids::{ChatId, ChatMessageId, NoticeId};
    use frontdesk_desk::keyboard::Keyboard;
    use frontdesk_desk::notice::{Body, Lane};

    use super::*;

    fn now() -> Time {
        "2026-11-24T12:00:00Z".parse().unwrap()
    }

    fn notice(chat: i64, attempt: u32) -> DueNotice {
        DueNotice {
            id: NoticeId(1),
            chat: ChatId(chat),
            lane: Lane::Other,
            attempt,
            doubtful: false,
            body: Body::GroupGreeting,
            to: None,
            ticket: None,
            user: None,
            message: None,
            author: None,
            items: Vec::new(),
            copies: Vec::new(),
        }
    }

    fn send() -> Call {
        Call::SendMessage {
            text: Formatted::default(),
            keyboard: Keyboard::NONE,
            reply_to: None,
        }
    }

    fn edit() -> Call {
        Call::EditKeyboard {
            message: ChatMessageId(1),
            keyboard: Keyboard::NONE,
        }
    }

    fn retry(seconds: i64, doubtful: bool, failure: &Failure) -> DeliveryResult {
        DeliveryResult::RetryAt {
            at: now() + TimeDelta::seconds(seconds),
            doubtful,
            reason: failure.to_string(),
        }
    }

    #[test]
    fn each_failure_has_its_consequence() {
        let failed = |failure: &Failure| DeliveryResult::Failed {
            reason: failure.to_string(),
        };
        let done = DeliveryResult::Sent {
            messages: Vec::new(),
            linked: Vec::new(),
        };
        let permanent = Failure::Permanent("no".to_owned());
        let (after, lost) = (Failure::RetryAfter(1128), Failure::Uncertain);
        let table = [
            (101, send(), &after, retry(1128, false, &after)),
            (
                101,
                send(),
                &Failure::NotSent,
                retry(1, false, &Failure::NotSent),
            ),
            (101, send(), &lost, retry(1, true, &lost)),
            (101, edit(), &lost, retry(1, false, &lost)),
            (
                101,
                send(),
                &Failure::Unreachable,
                DeliveryResult::Unreachable,
            ),
            (
                -7,
                send(),
                &Failure::Unreachable,
                failed(&Failure::Unreachable),
            ),
            (
                -7,
                Call::LeaveChat,
                &Failure::Unreachable,
                DeliveryResult::Nothing,
            ),
            (-7, Call::LeaveChat, &permanent, DeliveryResult::Nothing),
            (101, edit(), &Failure::NotModified, done),
            (101, edit(), &Failure::MessageGone, DeliveryResult::Nothing),
            (101, send(), &permanent, failed(&permanent)),
        ];
        for (chat, call, failure, expected) in table {
            let found = of_notice(&notice(chat, 1), &call, Err(failure.clone()), now());
            assert_eq!(found, expected, "{failure} in {chat}");
        }
    }

    #[test]
    fn pauses_grow_to_a_limit_and_telegrams_own_are_kept() {
        let pause = |failure: &Failure, attempt| retry_at(failure, attempt, now()).unwrap() - now();
        let growing: Vec<i64> = (1..=8)
            .map(|attempt| pause(&Failure::ServerError, attempt).num_seconds())
            .collect();
        assert_eq!(growing, [1, 2, 4, 8, 16, 30, 30, 30]);
        assert_eq!(pause(&Failure::NotSent, u32::MAX).num_seconds(), 30);
        assert_eq!(pause(&Failure::RetryAfter(0), 9).num_seconds(), 1);
    }

    #[test]
    fn a_doubtful_notice_stays_doubtful() {
        let doubtful = DueNotice {
            doubtful: true,
            ..notice(101, 1)
        };
        let found = of_notice(&doubtful, &send(), Err(Failure::NotSent), now());
        assert_eq!(found, retry(1, true, &Failure::NotSent));
    }
}
