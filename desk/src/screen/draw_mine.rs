//! Drawing one ticket for its user.

use super::News;
use super::draw::View;
use super::draw_card::former_number;
use super::draw_history::news_of;
use crate::button::Button;
use crate::ids::TicketId;
use crate::keyboard::Keyboard;
use crate::text::{Pen, Text};
use crate::ticket::{SenderType, Status, Ticket};

pub(super) fn ticket(pen: Pen<'_>, ticket: &Ticket, messages: u32, news: Option<&News>) -> View {
    let number = ticket.id;
    let mut text = news_of(pen, news, ticket.user, SenderType::User)
        .paragraph(pen.say(Text::TicketTitle {
            number,
            subject: &ticket.subject,
        }))
        .paragraph(pen.say(Text::StatusLine {
            status: &pen.status(ticket.status),
        }))
        .line(pen.say(Text::CategoryLine {
            category: &pen.category(&ticket.category),
        }))
        .line(pen.say(Text::OpenedLine {
            date: &pen.date(ticket.created_at),
        }))
        .line(former_number(pen, ticket))
        .line(pen.say(Text::UpdatedLine {
            date: &pen.date(ticket.updated_at),
        }));
    if let Some(closed) = ticket.closed_at {
        text = text.line(pen.say(Text::ClosedLine {
            date: &pen.date(closed),
        }));
    }
    let talk = pen.key(
        Text::KeyConversation { n: messages },
        Button::MyConversation(number, u32::MAX),
    );
    let version = ticket.version;
    let actions = if ticket.status == Status::Closed {
        vec![
            pen.key(Text::KeyReopen, Button::ReopenMine(number, version)),
            pen.key(Text::KeyAsNewTicket, Button::NewTicket),
        ]
    } else {
        vec![
            pen.key(Text::KeyReply, Button::Reply(number)),
            pen.key(Text::KeyClose, Button::CloseMine(number, version)),
        ]
    };
    View {
        text,
        keyboard: Keyboard::NONE.row([talk]).row(actions).row([
            pen.key(Text::KeyToMyTickets, Button::MyTickets(0)),
            pen.key(Text::KeyHome, Button::Home),
        ]),
    }
}

pub(super) fn ask_reply(pen: Pen<'_>, ticket: TicketId, subject: &str) -> View {
    View {
        text: pen.say(Text::AskReply {
            number: ticket,
            subject,
        }),
        keyboard: Keyboard::NONE.row([pen.key(Text::KeyCancel, Button::Cancel)]),
    }
}
