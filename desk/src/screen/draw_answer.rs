//! Drawing what an admin is asked before words reach a user or become a note.

use super::Named;
use super::draw::View;
use crate::button::Button;
use crate::conversation::Why;
use crate::formatted::{cut, one_line};
use crate::ids::{DraftId, TicketId};
use crate::keyboard::Keyboard;
use crate::text::{Pen, Text, name_of};
use crate::ticket::Time;

/// The most of a subject on a button, in UTF-16 units.
const MOST_SUBJECT: usize = 40;

pub(super) fn ask_answer(pen: Pen<'_>, ticket: TicketId, subject: &str, user: &Named) -> View {
    View {
        text: pen.say(Text::AskAnswer {
            number: ticket,
            subject,
            name: &name_of(user),
        }),
        keyboard: Keyboard::NONE.row([pen.key(Text::KeyCancel, Button::Cancel)]),
    }
}

pub(super) fn ask_note(pen: Pen<'_>, ticket: TicketId, subject: &str) -> View {
    View {
        text: pen.say(Text::AskNote {
            number: ticket,
            subject,
        }),
        keyboard: Keyboard::NONE.row([pen.key(Text::KeyCancel, Button::Cancel)]),
    }
}

/// An answer that waits; the ticket can be looked at meanwhile.
pub(super) fn held(
    pen: Pen<'_>,
    draft: DraftId,
    ticket: TicketId,
    why: &Why,
    by: Option<&Named>,
    asked_at: Time,
) -> View {
    let (text, keyboard) = match why {
        Why::Closed => (
            Text::HeldClosed { number: ticket },
            Keyboard::NONE
                .row([pen.key(Text::KeySendAndReopen, Button::SendAndReopen(draft))])
                .row([pen.key(Text::KeySendAndLeave, Button::SendAnyway(draft))]),
        ),
        Why::Answered { by: id, at } => (
            Text::HeldAnswered {
                number: ticket,
                name: &by.map_or_else(|| id.to_string(), name_of),
                ago: &pen.ago(*at, asked_at),
            },
            Keyboard::NONE.row([pen.key(Text::KeySendAnyway, Button::SendAnyway(draft))]),
        ),
    };
    View {
        text: pen.say(text),
        keyboard: keyboard
            .row([pen.key(
                Text::KeyOpenTicket { number: ticket },
                Button::Ticket(ticket),
            )])
            .row([pen.key(Text::KeyDiscard, Button::Discard(draft))]),
    }
}

pub(super) fn unplaced(pen: Pen<'_>, draft: DraftId, viewed: Option<&(TicketId, String)>) -> View {
    let answer = viewed.map(|(number, subject)| {
        pen.key(
            Text::KeyAnswerWith {
                number: *number,
                subject: &cut(&one_line(subject), MOST_SUBJECT),
            },
            Button::AnswerWith(draft, *number),
        )
    });
    View {
        text: pen.say(Text::Unplaced),
        keyboard: Keyboard::NONE
            .row(answer)
            .row([pen.key(Text::KeyAskAsUser, Button::AskAsUser(draft))])
            .row([pen.key(Text::KeyDiscard, Button::Discard(draft))]),
    }
}
