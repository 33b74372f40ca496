//! Drawing lists of tickets: one button for each, pages below.

use super::draw::{View, pager};
use super::{Brief, List, ListOf};
use crate::button::{Button, Filter};
use crate::formatted::one_line;
use crate::keyboard::{Key, Keyboard};
use crate::text::{Pen, Text, name_of, priority_mark, status_mark};
use crate::ticket::SenderType;

/// The user's own tickets.
pub(super) fn mine(pen: Pen<'_>, list: &List) -> View {
    let text = if list.rows.is_empty() {
        pen.say(Text::NoTicketsYet)
    } else {
        let title = pen.say(Text::MyTickets { n: list.total });
        if list.rows.iter().any(|row| row.unread) {
            title.paragraph(pen.say(Text::UnreadLegend))
        } else {
            title
        }
    };
    let keyboard = rows(list, SenderType::User, |row| Button::MyTicket(row.id))
        .row(pager(list.page, list.pages, Button::MyTickets))
        .row([
            pen.key(Text::KeyBack, Button::Support),
            pen.key(Text::KeyNewTicket, Button::NewTicket),
        ]);
    View { text, keyboard }
}

/// A list of the staff.
pub(super) fn staffs(pen: Pen<'_>, of: &ListOf, list: &List) -> View {
    let title = pen.say(Text::TicketList {
        of: &title_of(pen, of),
        n: list.total,
    });
    let text = if list.rows.is_empty() {
        title.paragraph(pen.say(Text::NothingHere))
    } else if list.rows.iter().any(|row| row.waits_since().is_some()) {
        title.paragraph(pen.say(Text::WaitingLegend))
    } else {
        title
    };
    let pages = match of {
        ListOf::Filter(filter) => pager(list.page, list.pages, |page| {
            Button::List(filter.clone(), page)
        }),
        ListOf::User(user) => pager(list.page, list.pages, |page| {
            Button::UserTickets(user.id, page)
        }),
        ListOf::Found(_) => pager(list.page, list.pages, Button::Found),
    };
    let again = matches!(of, ListOf::Found(_)).then(|| pen.key(Text::KeyFindAgain, Button::Find));
    let filters = matches!(
        of,
        ListOf::Filter(Filter::Category(_) | Filter::Priority(_))
    )
    .then(|| pen.key(Text::KeyFilters, Button::Filters));
    let keyboard = rows(list, SenderType::Admin, |row| Button::Ticket(row.id))
        .row(pages)
        .row(again)
        .row(
            [pen.key(Text::KeyToDashboard, Button::Dashboard)]
                .into_iter()
                .chain(filters),
        );
    View { text, keyboard }
}

/// A ticket as a button: `✉️ 🟢 #12 Subject` for its user, `🟢🔥⏳ #12 Name: Subject` for the staff.
pub(super) fn row(brief: &Brief, reader: SenderType, button: Button) -> Key {
    let status = status_mark(brief.status);
    let subject = one_line(&brief.subject);
    let label = match reader {
        SenderType::User => {
            let unread = if brief.unread { "✉️ " } else { "" };
            format!("{unread}{status} #{} {subject}", brief.id)
        }
        SenderType::Admin => {
            let priority = priority_mark(brief.priority);
            let waiting = if brief.waits_since().is_some() {
                "⏳"
            } else {
                ""
            };
            let banned = if brief.banned { "🚫 " } else { "" };
            let name = match &brief.user_name {
                Some(name) => format!("{banned}{}: ", one_line(name)),
                None => String::new(),
            };
            format!("{status}{priority}{waiting} #{} {name}{subject}", brief.id)
        }
    };
    Key::new(label, button)
}

fn rows(list: &List, reader: SenderType, button: impl Fn(&Brief) -> Button) -> Keyboard {
    Keyboard::NONE.grid(
        list.rows
            .iter()
            .map(|brief| row(brief, reader, button(brief))),
        1,
    )
}

fn title_of(pen: Pen<'_>, of: &ListOf) -> String {
    match of {
        ListOf::Filter(Filter::All) => pen.plain(Text::ListAll),
        ListOf::Filter(Filter::Status(status)) => pen.status(*status),
        ListOf::Filter(Filter::Category(category)) => pen.plain(Text::ListCategory {
            category: &pen.category(category),
        }),
        ListOf::Filter(Filter::Priority(priority)) => pen.plain(Text::ListPriority {
            priority: &pen.priority(*priority),
        }),
        ListOf::Filter(Filter::Mine) => pen.plain(Text::ListMine),
        ListOf::Filter(Filter::Unassigned) => pen.plain(Text::ListUnassigned),
        ListOf::User(user) => pen.plain(Text::ListUser {
            name: &name_of(user),
        }),
        ListOf::Found(query) => pen.plain(Text::ListFound { query }),
    }
}
