//! What follows from the outcome of a call: for the row of a notice, and for sending in general.

use frontdesk_desk::ids::MessageId;
use frontdesk_desk::keyboard::Keyboard;
use frontdesk_desk::notice::Call;

use crate::telegram::{Failure, Sent};
use crate::tickets::{DeliveryResult, DueNotice};

/// What an outcome says about the way to Telegram.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Heard {
    /// It was answered, well or not.
    Answer,
    /// It was too many: so many seconds.
    TooMany(u32),
    /// It was not answered, or not by what can be blamed on the chat.
    Nothing(Failure),
}

impl Heard {
    pub(super) fn of<T>(outcome: &Result<T, Failure>) -> Self {
        match outcome {
            Err(Failure::RetryAfter(seconds)) => Self::TooMany(*seconds),
            Err(
                failure @ (Failure::NotSent
                | Failure::ServerError
                | Failure::Uncertain
                | Failure::TokenRefused
                | Failure::OtherPoller
                | Failure::WebhookSet),
            ) => Self::Nothing(failure.clone()),
            Ok(_)
            | Err(
                Failure::Unreachable
                | Failure::Moved(_)
                | Failure::NotModified
                | Failure::MessageGone
                | Failure::EntitiesRefused
                | Failure::AlbumIncomplete { .. }
                | Failure::Permanent(_),
            ) => Self::Answer,
        }
    }

    /// Whether the same call is made again.
    pub(super) fn is_tried_again(&self) -> bool {
        *self != Self::Answer
    }
}

/// A notice's call, and how many items of its album it leaves for later ones.
pub(super) fn next_step(notice: &DueNotice, call: Call) -> (Call, usize) {
    match call {
        Call::CopyMessages { items, placeholder } if notice.one_by_one => {
            let left = items.len().saturating_sub(1);
            let Some((from, instead)) = items.into_iter().next() else {
                let items = Vec::new();
                return (Call::CopyMessages { items, placeholder }, 0);
            };
            let call = Call::CopyMessage {
                from,
                keyboard: Keyboard::NONE,
                instead,
                placeholder,
            };
            (call, left)
        }
        call => (call, 0),
    }
}

/// What becomes of a notice. `left`: how many items of its album are still to come.
pub(super) fn of_notice(
    notice: &DueNotice,
    call: &Call,
    left: usize,
    outcome: Result<Sent, Failure>,
) -> DeliveryResult {
    let heard = Heard::of(&outcome);
    let failure = match outcome {
        Ok(sent) => return as_sent(notice, call, left, sent),
        Err(failure) => failure,
    };
    if heard.is_tried_again() {
        return DeliveryResult::Again {
            doubtful: notice.doubtful || (failure == Failure::Uncertain && makes_messages(call)),
            reason: failure.to_string(),
        };
    }
    let leaving = matches!(call, Call::LeaveChat);
    match failure {
        Failure::NotModified => as_sent(notice, call, left, Sent::default()),
        // What should be changed or deleted is not there.
        Failure::MessageGone => DeliveryResult::Nothing,
        Failure::AlbumIncomplete { taken_back } => DeliveryResult::Partly {
            messages: Vec::new(),
            linked: Vec::new(),
            doubtful: notice.doubtful || !taken_back,
        },
        Failure::Moved(to) => DeliveryResult::Moved { to },
        // Out of the group already.
        Failure::Unreachable | Failure::Permanent(_) if leaving => DeliveryResult::Nothing,
        // A group is nobody who returns, and after its greeting comes the leaving.
        Failure::Unreachable if notice.chat.0 > 0 => DeliveryResult::Unreachable,
        failure => DeliveryResult::Failed {
            reason: failure.to_string(),
        },
    }
}

fn as_sent(notice: &DueNotice, call: &Call, left: usize, sent: Sent) -> DeliveryResult {
    let messages = sent.messages;
    let item = |source| -> Option<MessageId> {
        let item = notice.items.iter().find(|item| item.source == source);
        item.map(|item| item.id)
    };
    let linked = match call {
        Call::CopyMessages { items, .. } => messages
            .iter()
            .zip(items)
            .map(|(message, (source, _))| (*message, item(*source)))
            .collect(),
        Call::CopyMessage { from, .. } if notice.one_by_one => messages
            .iter()
            .map(|message| (*message, item(*from)))
            .collect(),
        _ => Vec::new(),
    };
    if left > 0 {
        return DeliveryResult::Partly {
            messages,
            linked,
            doubtful: notice.doubtful,
        };
    }
    DeliveryResult::Sent { messages, linked }
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
    use frontdesk_desk::content::{Content, Source};
    use frontdesk_desk::formatted::Formatted;
    use frontdesk_desk::ids::{ChatId, ChatMessageId, NoticeId};
    use frontdesk_desk::notice::{Body, Lane};

    use super::*;

    fn notice(chat: i64) -> DueNotice {
        DueNotice {
            id: NoticeId(1),
            chat: ChatId(chat),
            lane: Lane::Other,
            attempt: 1,
            doubtful: false,
            body: Body::GroupGreeting,
            to: None,
            ticket: None,
            user: None,
            message: None,
            author: None,
            items: Vec::new(),
            copies: Vec::new(),
            one_by_one: false,
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

    fn album(messages: &[i64]) -> Call {
        let item = |message: &i64| {
            let source = Source {
                chat: ChatId(5),
                message: ChatMessageId(*message),
            };
            (source, Content::plain("a photo"))
        };
        Call::CopyMessages {
            items: messages.iter().map(item).collect(),
            placeholder: Formatted::default(),
        }
    }

    fn again(doubtful: bool, failure: &Failure) -> DeliveryResult {
        DeliveryResult::Again {
            doubtful,
            reason: failure.to_string(),
        }
    }

    fn partly(doubtful: bool) -> DeliveryResult {
        DeliveryResult::Partly {
            messages: Vec::new(),
            linked: Vec::new(),
            doubtful,
        }
    }

    #[test]
    fn each_failure_has_its_consequence() {
        use DeliveryResult::{Moved, Nothing, Unreachable};
        use Failure::{
            AlbumIncomplete, EntitiesRefused, MessageGone, NotModified, NotSent, Permanent,
            RetryAfter, ServerError, TokenRefused, Uncertain,
        };
        let failed = |failure: &Failure| DeliveryResult::Failed {
            reason: failure.to_string(),
        };
        let done = DeliveryResult::Sent {
            messages: Vec::new(),
            linked: Vec::new(),
        };
        let no = Permanent("no".to_owned());
        let gone = Failure::Unreachable;
        let to = ChatId(-1_000_000_000_007);
        let whole = AlbumIncomplete { taken_back: true };
        let half = AlbumIncomplete { taken_back: false };
        let table = [
            (
                101,
                send(),
                &RetryAfter(1128),
                again(false, &RetryAfter(1128)),
            ),
            (101, send(), &NotSent, again(false, &NotSent)),
            (101, send(), &ServerError, again(false, &ServerError)),
            (101, send(), &TokenRefused, again(false, &TokenRefused)),
            (101, send(), &Uncertain, again(true, &Uncertain)),
            (101, album(&[1, 2]), &Uncertain, again(true, &Uncertain)),
            // Doing it twice does not show.
            (101, edit(), &Uncertain, again(false, &Uncertain)),
            (101, send(), &gone, Unreachable),
            (-7, send(), &gone, failed(&gone)),
            (-7, Call::LeaveChat, &gone, Nothing),
            (-7, Call::LeaveChat, &no, Nothing),
            (-7, send(), &Failure::Moved(to), Moved { to }),
            (101, edit(), &NotModified, done),
            (101, edit(), &MessageGone, Nothing),
            (101, send(), &EntitiesRefused, failed(&EntitiesRefused)),
            (101, send(), &no, failed(&no)),
            (101, album(&[1, 2]), &whole, partly(false)),
            (101, album(&[1, 2]), &half, partly(true)),
        ];
        for (chat, call, failure, expected) in table {
            let found = of_notice(&notice(chat), &call, 0, Err(failure.clone()));
            assert_eq!(found, expected, "{failure} in {chat}");
        }
    }

    #[test]
    fn a_doubtful_notice_stays_doubtful() {
        let doubtful = DueNotice {
            doubtful: true,
            ..notice(101)
        };
        for failure in [Failure::NotSent, Failure::RetryAfter(3)] {
            let found = of_notice(&doubtful, &send(), 0, Err(failure.clone()));
            assert_eq!(found, again(true, &failure));
        }
        let taken_back = Failure::AlbumIncomplete { taken_back: true };
        let found = of_notice(&doubtful, &album(&[1]), 0, Err(taken_back));
        assert_eq!(found, partly(true));
    }

    #[test]
    fn an_album_that_came_incomplete_goes_item_by_item() {
        let (call, left) = next_step(&notice(101), album(&[1, 2, 3]));
        assert_eq!((call, left), (album(&[1, 2, 3]), 0));
        let one_by_one = DueNotice {
            one_by_one: true,
            ..notice(101)
        };
        for (items, expected) in [(vec![1, 2, 3], 2), (vec![3], 0)] {
            let (call, left) = next_step(&one_by_one, album(&items));
            assert_eq!(left, expected);
            let Call::CopyMessage { from, .. } = &call else {
                panic!("{call:?}");
            };
            assert_eq!(from.message.0, items[0]);
            let sent = Sent {
                messages: vec![ChatMessageId(900)],
                requests: 1,
            };
            let result = of_notice(&one_by_one, &call, left, Ok(sent));
            let over = matches!(result, DeliveryResult::Sent { .. });
            assert_eq!(over, expected == 0);
        }
    }
}
