//! Drawing what happened to a ticket: its audit trail, and the news at the top of its screen.

use super::draw::{View, pager};
use super::draw_delivery;
use super::{Named, News};
use crate::button::Button;
use crate::formatted::{Formatted, cut};
use crate::ids::{PersonId, TicketId};
use crate::keyboard::Keyboard;
use crate::text::{Pen, Text, name_of};
use crate::ticket::{Happened, SenderType, TicketEvent};

/// The most of a message's former words in one line, in UTF-16 units.
const MOST_FORMER: usize = 120;

pub(super) fn draw(
    pen: Pen<'_>,
    ticket: TicketId,
    events: &[TicketEvent],
    people: &[Named],
    page: u32,
    pages: u32,
) -> View {
    let title = pen.say(Text::HistoryTitle { number: ticket });
    let text = events.iter().fold(title, |text, event| {
        let who = match event.by {
            None => pen.plain(Text::TheDesk),
            Some(by) => name_of(&Named::of(by, people)),
        };
        text.paragraph(pen.say(Text::EventLine {
            date: &pen.date(event.at),
            who: &who,
            what: &what(pen, &event.what, people),
        }))
    });
    View {
        text,
        keyboard: Keyboard::NONE
            .row(pager(page, pages, |to| Button::History(ticket, to)))
            .row([pen.key(Text::KeyToTicket { number: ticket }, Button::Ticket(ticket))]),
    }
}

/// What just happened, for the top of a ticket's screen; empty if nothing did.
pub(super) fn news_of(
    pen: Pen<'_>,
    news: Option<&News>,
    user: PersonId,
    reader: SenderType,
) -> Formatted {
    let text = match news {
        None => return Formatted::default(),
        Some(News::ChangedMeanwhile { events, people }) => {
            return events
                .iter()
                .fold(pen.say(Text::ChangedMeanwhile), |text, event| {
                    let who = match event.by {
                        None => pen.plain(Text::TheDesk),
                        Some(by) if by == user && reader == SenderType::User => {
                            pen.plain(Text::You)
                        }
                        Some(_) if reader == SenderType::User && !pen.settings.admin_names => {
                            pen.plain(Text::SupportName)
                        }
                        Some(by) => name_of(&Named::of(by, people)),
                    };
                    text.line(pen.say(Text::MeanwhileLine {
                        time: &pen.clock(event.at),
                        who: &who,
                        what: &what(pen, &event.what, people),
                    }))
                });
        }
        Some(News::Done) => Text::NewsDone,
        Some(News::Already) => Text::NewsAlready,
        Some(News::Closed { until }) => {
            return pen.say(Text::NewsClosed {
                time: &pen.clock(*until),
            });
        }
        Some(News::Reopened) => Text::NewsReopened,
        Some(News::NoteKept) => Text::NewsNoteKept,
        Some(News::AnswerTaken) => Text::NewsAnswerTaken,
        Some(News::AnswerRetried) => Text::NewsAnswerRetried,
        Some(News::AnswerDropped) => Text::NewsAnswerDropped,
        Some(News::AnswerStands(mark)) => {
            return pen.say(Text::NewsAnswerStands {
                mark: &draw_delivery::mark(pen, mark),
            });
        }
        Some(News::TooLateToUndo) => Text::NewsTooLateToUndo,
        Some(News::NotAnAdmin) => Text::NewsNotAnAdmin,
        Some(News::Recalled) => Text::NewsRecalled,
        Some(News::TooOldToRecall) => Text::NewsTooOldToRecall,
        Some(News::Discarded) => Text::NewsDiscarded,
    };
    pen.say(text)
}

fn what(pen: Pen<'_>, happened: &Happened, people: &[Named]) -> String {
    let assignee = |person: &Option<PersonId>| match person {
        None => pen.plain(Text::Nobody),
        Some(person) => name_of(&Named::of(*person, people)),
    };
    match happened {
        Happened::Opened => pen.plain(Text::EventOpened),
        Happened::UserWrote => pen.plain(Text::EventUserWrote),
        Happened::Answered => pen.plain(Text::EventAnswered),
        Happened::NoteAdded => pen.plain(Text::EventNoteAdded),
        Happened::StatusChanged { from, to } => pen.plain(Text::EventStatus {
            from: &pen.status(*from),
            to: &pen.status(*to),
        }),
        Happened::PriorityChanged { from, to } => pen.plain(Text::EventPriority {
            from: &pen.priority(*from),
            to: &pen.priority(*to),
        }),
        Happened::CategoryChanged { from, to } => pen.plain(Text::EventCategory {
            from: &pen.category(from),
            to: &pen.category(to),
        }),
        Happened::AssigneeChanged { from, to } => pen.plain(Text::EventAssignee {
            from: &assignee(from),
            to: &assignee(to),
        }),
        Happened::MessageEdited { former, .. } if former.trim().is_empty() => {
            pen.plain(Text::EventEdited)
        }
        Happened::MessageEdited { former, .. } => pen.plain(Text::EventEditedFrom {
            former: &cut(former, MOST_FORMER),
        }),
        Happened::AnswerRecalled { .. } => pen.plain(Text::EventRecalled),
        Happened::UserBanned { reason: None } => pen.plain(Text::EventBanned),
        Happened::UserBanned {
            reason: Some(reason),
        } => pen.plain(Text::EventBannedFor { reason }),
        Happened::UserUnbanned => pen.plain(Text::EventUnbanned),
        Happened::DeliveryRetried { .. } => pen.plain(Text::EventRetried),
        Happened::AnswerDropped { .. } => pen.plain(Text::EventDropped),
        Happened::TakenOver { number } => pen.plain(Text::EventTakenOver {
            number: TicketId(*number),
        }),
    }
}
