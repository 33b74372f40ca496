//! Drawing a new ticket, step by step, and the question where loose words go.

use super::draw::{View, categories, number};
use super::draw_lists::row;
use super::{Choice, Problem};
use crate::button::Button;
use crate::formatted::Formatted;
use crate::ids::{DraftId, TicketRef};
use crate::keyboard::{Key, Keyboard};
use crate::text::{Pen, Text};
use crate::ticket::{Category, SenderType, Status};

pub(super) fn ask_category(pen: Pen<'_>, draft: DraftId, known: &[Category]) -> View {
    View {
        text: pen.say(Text::AskCategory),
        keyboard: Keyboard::NONE
            .grid(
                categories(pen, known, |category| Button::PickCategory(draft, category)),
                2,
            )
            .row([pen.key(Text::KeyCancel, Button::Cancel)]),
    }
}

pub(super) fn ask_subject(
    pen: Pen<'_>,
    draft: DraftId,
    category: &Category,
    back: bool,
    problem: Option<Problem>,
) -> View {
    let question = pen.say(Text::AskSubject {
        category: &pen.category(category),
    });
    View {
        text: problem_of(pen, problem, Asked::Subject).paragraph(question),
        keyboard: Keyboard::NONE.row(form_keys(pen, draft, back)),
    }
}

pub(super) fn ask_description(
    pen: Pen<'_>,
    draft: DraftId,
    subject: &str,
    problem: Option<Problem>,
) -> View {
    let question = pen.say(Text::AskDescription { subject });
    View {
        text: problem_of(pen, problem, Asked::Description).paragraph(question),
        keyboard: Keyboard::NONE.row(form_keys(pen, draft, true)),
    }
}

pub(super) fn ticket_opened(
    pen: Pen<'_>,
    ticket: TicketRef,
    subject: &str,
    status: Status,
) -> View {
    View {
        text: pen.say(Text::TicketOpened {
            number: number(ticket),
            subject,
            status: &pen.status(status),
        }),
        keyboard: after(pen, ticket),
    }
}

pub(super) fn joined(pen: Pen<'_>, ticket: TicketRef, subject: &str, reopened: bool) -> View {
    let number = number(ticket);
    View {
        text: pen.say(if reopened {
            Text::JoinedReopened { number, subject }
        } else {
            Text::Joined { number, subject }
        }),
        keyboard: after(pen, ticket),
    }
}

/// A question, below the words that it is about.
pub(super) fn below_the_words(
    pen: Pen<'_>,
    first_line: Option<&str>,
    pieces: usize,
    question: View,
) -> View {
    let wordless = pen.plain(Text::Wordless);
    let words = pen.say(Text::WaitingWords {
        words: first_line.unwrap_or(&wordless),
        pieces,
    });
    View {
        text: words.paragraph(question.text),
        ..question
    }
}

pub(super) fn offer(pen: Pen<'_>, draft: DraftId, choice: &Choice) -> View {
    let (question, keyboard) = match choice {
        Choice::New => (
            Text::OfferNew,
            Keyboard::NONE.row([pen.key(Text::KeyMakeTicket, Button::MakeTicket(draft))]),
        ),
        Choice::Category { categories: known } => (
            Text::OfferCategory,
            Keyboard::NONE.grid(
                categories(pen, known, |category| Button::PickCategory(draft, category)),
                2,
            ),
        ),
        Choice::Several { open } => (
            Text::OfferSeveral,
            open.iter()
                .map(|brief| row(brief, SenderType::User, Button::JoinTicket(draft, brief.id)))
                .fold(Keyboard::NONE, |keyboard, key| keyboard.row([key]))
                .row([pen.key(Text::KeyAsNewTicket, Button::MakeTicket(draft))]),
        ),
        Choice::Closed { ticket } => (
            Text::OfferClosed {
                number: ticket.id,
                subject: &ticket.subject,
            },
            Keyboard::NONE
                .row([pen.key(
                    Text::KeyReopenAndJoin { number: ticket.id },
                    Button::ReopenAndJoin(draft, ticket.id),
                )])
                .row([pen.key(Text::KeyAsNewTicket, Button::MakeTicket(draft))]),
        ),
    };
    View {
        text: pen.say(question),
        keyboard: keyboard.row([pen.key(Text::KeyDiscard, Button::Discard(draft))]),
    }
}

/// What was asked for: an empty subject and an empty description are mended differently.
#[derive(Clone, Copy)]
enum Asked {
    Subject,
    Description,
}

fn problem_of(pen: Pen<'_>, problem: Option<Problem>, asked: Asked) -> Formatted {
    let text = match (problem, asked) {
        (None, _) => return Formatted::default(),
        (Some(Problem::TooShort { least }), Asked::Subject) => Text::SubjectTooShort { least },
        (Some(Problem::TooShort { least }), Asked::Description) => {
            Text::DescriptionTooShort { least }
        }
        (Some(Problem::TooLong { most, had }), _) => Text::TooLong { most, had },
        (Some(Problem::NotText), _) => Text::NotText,
    };
    pen.say(text)
}

fn form_keys(pen: Pen<'_>, draft: DraftId, back: bool) -> Vec<Key> {
    let back = back.then(|| pen.key(Text::KeyBack, Button::FormBack(draft)));
    back.into_iter()
        .chain([pen.key(Text::KeyCancel, Button::Cancel)])
        .collect()
}

fn after(pen: Pen<'_>, ticket: TicketRef) -> Keyboard {
    let ticket = number(ticket);
    Keyboard::NONE
        .row([pen.key(
            Text::KeyOpenTicket { number: ticket },
            Button::MyTicket(ticket),
        )])
        .row([
            pen.key(Text::KeyMyTickets, Button::MyTickets(0)),
            pen.key(Text::KeyHome, Button::Home),
        ])
}
