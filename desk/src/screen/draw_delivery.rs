//! Drawing how far an answer has come, and the buttons for one that has not come through.

use crate::button::Button;
use crate::delivery::{Mark, Refusal, Stage};
use crate::formatted::cut;
use crate::ids::{MessageId, TicketId, Version};
use crate::keyboard::Key;
use crate::text::{Pen, Text};

/// The most of Telegram's own words about a refusal, in UTF-16 units.
const MOST_REASON: usize = 60;

/// `⏳ on its way · may have come twice`
pub(super) fn mark(pen: Pen<'_>, mark: &Mark) -> String {
    let stage = match &mark.stage {
        Stage::Waiting => pen.plain(Text::MarkWaiting),
        Stage::Held => pen.plain(Text::MarkHeld),
        Stage::Delivered => pen.plain(Text::MarkDelivered),
        Stage::Partly(why) => pen.plain(Text::MarkPartly {
            reason: &reason(pen, why),
        }),
        Stage::Failed(Refusal::Dropped) => pen.plain(Text::MarkDropped),
        Stage::Failed(why) => pen.plain(Text::MarkFailed {
            reason: &reason(pen, why),
        }),
    };
    if mark.twice {
        format!("{stage} · {}", pen.plain(Text::MarkTwice))
    } else {
        stage
    }
}

fn reason(pen: Pen<'_>, why: &Refusal) -> String {
    match why {
        Refusal::Dropped => pen.plain(Text::ReasonDropped),
        Refusal::Expired => pen.plain(Text::ReasonExpired),
        Refusal::Telegram(words) if words.trim().is_empty() => pen.plain(Text::ReasonUnknown),
        Refusal::Telegram(words) => cut(words, MOST_REASON).into_owned(),
    }
}

/// What can be done about an answer; `place` tells several of one screen apart.
pub(super) fn keys(
    pen: Pen<'_>,
    ticket: TicketId,
    version: Version,
    (message, mark): &(MessageId, Mark),
    place: Option<usize>,
) -> Vec<Key> {
    let label = |text| match place {
        Some(place) => format!("{} · {place}", pen.plain(text)),
        None => pen.plain(text),
    };
    let retry = mark.retry.then(|| {
        let button = Button::RetryAnswer(ticket, version, *message);
        Key::new(label(Text::KeyRetryAnswer), button)
    });
    let drop = mark.drop.then(|| {
        let button = Button::DropAnswer(ticket, version, *message);
        Key::new(label(Text::KeyDropAnswer), button)
    });
    retry.into_iter().chain(drop).collect()
}
