//! Drawing the staff's choices about a ticket: status, priority, category, assignee.

use super::Named;
use super::draw::{MOST_CHOICES, View, chosen};
use crate::button::Button;
use crate::keyboard::{Key, Keyboard};
use crate::text::{Pen, Text, name_of};
use crate::ticket::{Category, Priority, Status, Ticket};

pub(super) fn statuses(pen: Pen<'_>, ticket: &Ticket) -> View {
    let keys = Status::ALL.iter().map(|status| {
        chosen(
            pen.status(*status),
            *status == ticket.status,
            Button::SetStatus(ticket.id, ticket.version, *status),
        )
    });
    choice(
        pen,
        ticket,
        Text::ChooseStatus { number: ticket.id },
        keys,
        1,
    )
}

pub(super) fn priorities(pen: Pen<'_>, ticket: &Ticket) -> View {
    let keys = Priority::ALL.iter().rev().map(|priority| {
        chosen(
            pen.priority(*priority),
            *priority == ticket.priority,
            Button::SetPriority(ticket.id, ticket.version, *priority),
        )
    });
    choice(
        pen,
        ticket,
        Text::ChoosePriority { number: ticket.id },
        keys,
        1,
    )
}

pub(super) fn categories(pen: Pen<'_>, ticket: &Ticket, known: &[Category]) -> View {
    let keys = known.iter().take(MOST_CHOICES).map(|category| {
        chosen(
            pen.category(category),
            *category == ticket.category,
            Button::SetCategory(ticket.id, ticket.version, category.clone()),
        )
    });
    choice(
        pen,
        ticket,
        Text::ChooseCategory { number: ticket.id },
        keys,
        2,
    )
}

pub(super) fn assignees(pen: Pen<'_>, ticket: &Ticket, admins: &[Named]) -> View {
    let assign = |admin| Button::Assign(ticket.id, ticket.version, admin);
    let nobody = chosen(
        pen.plain(Text::KeyNobody),
        ticket.assignee.is_none(),
        assign(None),
    );
    let keys = admins.iter().take(MOST_CHOICES).map(|admin| {
        chosen(
            name_of(admin),
            ticket.assignee == Some(admin.id),
            assign(Some(admin.id)),
        )
    });
    choice(
        pen,
        ticket,
        Text::ChooseAssignee { number: ticket.id },
        keys.chain([nobody]),
        2,
    )
}

fn choice(
    pen: Pen<'_>,
    ticket: &Ticket,
    question: Text<'_>,
    keys: impl Iterator<Item = Key>,
    in_a_row: usize,
) -> View {
    View {
        text: pen.say(question),
        keyboard: Keyboard::NONE.grid(keys, in_a_row).row([pen.key(
            Text::KeyToTicket { number: ticket.id },
            Button::Ticket(ticket.id),
        )]),
    }
}
