//! Drawing one ticket for the staff, with its user's context and all that can be done with it.

use super::draw::View;
use super::draw_delivery;
use super::draw_history::news_of;
use super::draw_person::ban_lines;
use super::{Card, Named, News};
use crate::button::Button;
use crate::delivery::Mark;
use crate::formatted::{Formatted, cut, one_line};
use crate::ids::{MessageId, TicketId};
use crate::keyboard::{Key, Keyboard};
use crate::text::{Pen, Text, full_name, name_of};
use crate::ticket::{SenderType, Status, Ticket, UserRecord};

/// The most of the description, in UTF-16 units; the conversation holds the rest.
const MOST_DESCRIPTION: usize = 600;

pub(super) fn draw(pen: Pen<'_>, card: &Card) -> View {
    View {
        text: text(pen, card),
        keyboard: keyboard(pen, card),
    }
}

fn text(pen: Pen<'_>, card: &Card) -> Formatted {
    let ticket = &card.ticket;
    let assignee = match &card.assignee {
        Some(assignee) => name_of(assignee),
        None => pen.plain(Text::Nobody),
    };
    let news = match card.news {
        // It is not on its way to somebody who blocked the bot.
        Some(News::AnswerTaken) if !card.user.reachable => pen.say(Text::NewsAnswerKept),
        _ => news_of(pen, card.news.as_ref(), ticket.user, SenderType::Admin),
    };
    let mut text = news
        .paragraph(pen.say(Text::TicketTitle {
            number: ticket.id,
            subject: &ticket.subject,
        }))
        .line(Formatted::from(cut(description(ticket), MOST_DESCRIPTION).as_ref()).quoted())
        .paragraph(user_lines(pen, &card.user, card.banned_by.as_ref()))
        .paragraph(pen.say(Text::StatusLine {
            status: &pen.status(ticket.status),
        }))
        .line(pen.say(Text::PriorityLine {
            priority: &pen.priority(ticket.priority),
        }))
        .line(pen.say(Text::CategoryLine {
            category: &pen.category(&ticket.category),
        }))
        .line(pen.say(Text::AssigneeLine { name: &assignee }))
        .line(pen.say(Text::OpenedLine {
            date: &pen.date(ticket.created_at),
        }))
        .line(former_number(pen, ticket));
    if let Some(answered) = ticket.first_answer_at {
        text = text.line(pen.say(Text::FirstAnswerLine {
            date: &pen.date(answered),
        }));
    }
    if let Some(closed) = ticket.closed_at {
        text = text.line(pen.say(Text::ClosedLine {
            date: &pen.date(closed),
        }));
    }
    if let Some(line) = answers(pen, card) {
        text = text.line(line);
    }
    if let Some(since) = ticket.waits_since() {
        text = text.line(pen.say(Text::WaitingLine {
            age: &pen.age(since, card.at),
            date: &pen.date(since),
        }));
    }
    text
}

/// Under which number people knew it before, if it was taken over.
pub(super) fn former_number(pen: Pen<'_>, ticket: &Ticket) -> Formatted {
    ticket
        .former_number
        .map_or_else(Formatted::default, |number| {
            pen.say(Text::FormerNumberLine {
                number: TicketId(number),
            })
        })
}

/// The answers that have not come through.
fn undelivered(card: &Card) -> impl Iterator<Item = &(MessageId, Mark)> {
    card.answers
        .iter()
        .filter(|(_, mark)| mark.is_undelivered())
}

/// How far the latest answer has come, or those that have not come through.
fn answers(pen: Pen<'_>, card: &Card) -> Option<Formatted> {
    let latest = card.answers.last()?;
    let n = undelivered(card).count();
    let (message, mark) = match n {
        0 => latest,
        1 => undelivered(card).next()?,
        _ => {
            let n = u64::try_from(n).unwrap_or(u64::MAX);
            return Some(pen.say(Text::UndeliveredLine { n }));
        }
    };
    let mark = &draw_delivery::mark(pen, mark);
    Some(pen.say(if *message == latest.0 {
        Text::LastAnswerLine { mark }
    } else {
        Text::EarlierAnswerLine { mark }
    }))
}

/// What can be done about the one answer that the screen tells of; several have their buttons in
/// the conversation.
fn answer_keys(pen: Pen<'_>, card: &Card) -> Vec<Key> {
    let mut undelivered = undelivered(card);
    match (undelivered.next(), undelivered.next()) {
        (Some(answer), None) => {
            draw_delivery::keys(pen, card.ticket.id, card.ticket.version, answer, None)
        }
        _ => Vec::new(),
    }
}

/// What the description says beyond the subject: where that is its first line, the lines below.
fn description(ticket: &Ticket) -> &str {
    let text = ticket.description.trim();
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    if one_line(first) == ticket.subject {
        rest.trim()
    } else {
        text
    }
}

/// The user's context, with the ban that is in force.
pub(super) fn user_lines(pen: Pen<'_>, user: &UserRecord, banned_by: Option<&Named>) -> Formatted {
    let username = match &user.username {
        Some(username) => format!("@{}", one_line(username)),
        None => pen.plain(Text::NoUsername),
    };
    let language = match (user.language, &user.language_code) {
        (Some(chosen), _) => chosen.as_str().to_owned(),
        (None, Some(code)) => one_line(code),
        (None, None) => pen.plain(Text::NoData),
    };
    let lines = pen.say(Text::UserLines {
        name: &full_name(user),
        username: &username,
        id: user.id,
        language: &language,
        date: &pen.date(user.first_seen),
    });
    let lines = if user.reachable {
        lines
    } else {
        lines.line(pen.say(Text::UnreachableLine))
    };
    match &user.standing.ban {
        Some(ban) => lines.line(ban_lines(pen, ban, banned_by)),
        None => lines,
    }
}

fn keyboard(pen: Pen<'_>, card: &Card) -> Keyboard {
    let ticket = &card.ticket;
    let (id, version) = (ticket.id, ticket.version);
    let closed = ticket.status == Status::Closed;
    let undo = closed && matches!(card.news, Some(News::Closed { .. }));
    let close = if closed {
        pen.key(Text::KeyReopen, Button::Reopen(id, version))
    } else {
        pen.key(Text::KeyClose, Button::Close(id, version))
    };
    let mine = ticket.assignee == Some(card.me);
    Keyboard::NONE
        .row(undo.then(|| pen.key(Text::KeyUndo, Button::UndoClose(id, version))))
        .row([
            pen.key(Text::KeyAnswer, Button::Answer(id)),
            pen.key(Text::KeyNote, Button::Note(id)),
        ])
        .row([
            pen.key(
                Text::KeyConversation { n: card.messages },
                Button::Conversation(id, u32::MAX),
            ),
            pen.key(Text::KeyHistory, Button::History(id, 0)),
        ])
        .row([
            pen.key(Text::KeyStatus, Button::Statuses(id)),
            pen.key(Text::KeyPriority, Button::Priorities(id)),
        ])
        .row([
            pen.key(Text::KeyCategory, Button::Categories(id)),
            pen.key(Text::KeyAssign, Button::Assignees(id)),
        ])
        .row(answer_keys(pen, card))
        .row((!mine).then(|| {
            pen.key(
                Text::KeyAssignToMe,
                Button::Assign(id, version, Some(card.me)),
            )
        }))
        .row(
            [pen.key(
                Text::KeyUserTickets {
                    n: card.user_tickets,
                },
                Button::UserTickets(card.user.id, 0),
            )]
            .into_iter()
            .chain(ban_key(pen, card)),
        )
        .row(
            card.recallable
                .map(|answer| pen.key(Text::KeyRecallLatest, Button::Recall(id, answer))),
        )
        .row([close])
        .row([pen.key(Text::KeyToDashboard, Button::Dashboard)])
}

/// The way to the question whether to ban the user, or to end it; an admin cannot be banned.
fn ban_key(pen: Pen<'_>, card: &Card) -> Option<Key> {
    let user = &card.user;
    let label = match user.standing.ban {
        Some(_) => Text::KeyBanned,
        None if pen.settings.is_admin(user.id) => return None,
        None => Text::KeyBan,
    };
    Some(pen.key(label, Button::Person(user.id, Some(card.ticket.id))))
}
