//! What admins change about a ticket: status, priority, category, assignee, closing and reopening.

use chrono::TimeDelta;

use crate::button::Button;
use crate::ids::{PersonId, TicketId, TicketRef, Version};
use crate::notice::{Body, Lane};
use crate::outcome::{TicketChange, Toast};
use crate::screen::{News, Screen};
use crate::step::turn::Turn;
use crate::step::user::reopen_in;
use crate::ticket::{Category, Happened, Priority, Status, Ticket};

/// For how long a closing can be undone.
const UNDO: TimeDelta = TimeDelta::minutes(10);

impl Turn<'_> {
    /// Presses that change a ticket, and the menus that lead there.
    pub(super) fn press_to_change(&mut self, button: Button) {
        match button {
            Button::Statuses(id) => self.menu(id, |ticket, _| Screen::Statuses { ticket }),
            Button::Priorities(id) => self.menu(id, |ticket, _| Screen::Priorities { ticket }),
            Button::Categories(id) => self.menu(id, |ticket, turn| Screen::Categories {
                ticket,
                categories: turn.settings.categories.clone(),
            }),
            Button::Assignees(id) => self.menu(id, |ticket, turn| Screen::Assignees {
                ticket,
                admins: turn
                    .settings
                    .admins
                    .iter()
                    .map(|admin| turn.named(*admin))
                    .collect(),
            }),
            Button::SetStatus(id, version, status) => self.set_status(id, version, status),
            Button::SetPriority(id, version, priority) => {
                self.set_priority(id, version, priority);
            }
            Button::SetCategory(id, version, category) => {
                self.set_category(id, version, category);
            }
            Button::Assign(id, version, assignee) => self.assign(id, version, assignee),
            Button::Close(id, version) => self.close(id, version),
            Button::UndoClose(id, _) => self.undo_close(id),
            Button::Reopen(id, version) => self.reopen(id, version),
            _ => self.out_of_date(),
        }
    }

    fn menu(&mut self, id: TicketId, screen: impl Fn(Ticket, &Self) -> Screen) {
        match self.ticket(id) {
            Some((ticket, _)) => {
                let screen = screen(ticket.clone(), self);
                self.show(screen);
            }
            None => self.no_such_ticket(),
        }
    }

    /// The ticket to change, unless there is none, it is so already, or others changed it since
    /// the button was drawn: then that is shown, and nothing is written.
    fn changeable(
        &mut self,
        id: TicketId,
        version: Version,
        already: impl Fn(&Ticket) -> bool,
        matters: impl Fn(&Happened) -> bool,
    ) -> Option<Ticket> {
        let Some((ticket, _)) = self.ticket(id) else {
            self.no_such_ticket();
            return None;
        };
        if already(ticket) {
            self.toast(Toast::Already);
            self.show_card(ticket, Some(News::Already));
            return None;
        }
        if let Some(news) = self.done_by_others(ticket, version, matters) {
            self.toast(Toast::ChangedMeanwhile);
            self.show_card(ticket, Some(news));
            return None;
        }
        Some(ticket.clone())
    }

    fn finish(&mut self, change: TicketChange, news: News) {
        let after = change.ticket.clone();
        self.out.tickets.push(change);
        self.toast(Toast::Done);
        self.show_card(&after, Some(news));
    }

    fn set_status(&mut self, id: TicketId, version: Version, status: Status) {
        match status {
            Status::Closed => self.close(id, version),
            Status::Open | Status::InProgress => {
                let already = move |ticket: &Ticket| ticket.status == status;
                let Some(ticket) = self.changeable(id, version, already, changes_status) else {
                    return;
                };
                let change = self.status_change(&ticket, status);
                let news = if ticket.status == Status::Closed {
                    News::Reopened
                } else {
                    News::Done
                };
                self.finish(change, news);
            }
        }
    }

    fn set_priority(&mut self, id: TicketId, version: Version, priority: Priority) {
        let already = move |ticket: &Ticket| ticket.priority == priority;
        let Some(ticket) = self.changeable(id, version, already, |what| {
            matches!(what, Happened::PriorityChanged { .. })
        }) else {
            return;
        };
        let mut change = self.change(&ticket);
        change.ticket.priority = priority;
        change.events.push(self.event(Happened::PriorityChanged {
            from: ticket.priority,
            to: priority,
        }));
        self.finish(change, News::Done);
    }

    fn set_category(&mut self, id: TicketId, version: Version, category: Category) {
        if !self.settings.categories.contains(&category) {
            return self.out_of_date();
        }
        let already = |ticket: &Ticket| ticket.category == category;
        let Some(ticket) = self.changeable(id, version, already, |what| {
            matches!(what, Happened::CategoryChanged { .. })
        }) else {
            return;
        };
        let mut change = self.change(&ticket);
        change.events.push(self.event(Happened::CategoryChanged {
            from: ticket.category.clone(),
            to: category.clone(),
        }));
        change.ticket.category = category;
        self.finish(change, News::Done);
    }

    fn assign(&mut self, id: TicketId, version: Version, assignee: Option<PersonId>) {
        if assignee.is_some_and(|assignee| !self.settings.is_admin(assignee)) {
            return self.open_card(id, Some(News::NotAnAdmin));
        }
        let already = move |ticket: &Ticket| ticket.assignee == assignee;
        let Some(ticket) = self.changeable(id, version, already, |what| {
            matches!(what, Happened::AssigneeChanged { .. })
        }) else {
            return;
        };
        let mut change = self.change(&ticket);
        change.ticket.assignee = assignee;
        change.events.push(self.event(Happened::AssigneeChanged {
            from: ticket.assignee,
            to: assignee,
        }));
        if let Some(assignee) = assignee.filter(|assignee| *assignee != self.me) {
            self.tell_about(
                assignee.chat(),
                Lane::Other,
                TicketRef::Id(ticket.id),
                Body::AssignedToYou { by: self.me },
            );
        }
        self.finish(change, News::Done);
    }

    fn close(&mut self, id: TicketId, version: Version) {
        // What the user wrote since the button was drawn is read before the ticket is closed.
        let Some(ticket) = self.changeable(id, version, is_closed, |what| {
            changes_status(what) || matches!(what, Happened::UserWrote | Happened::Answered)
        }) else {
            return;
        };
        let change = self.status_change(&ticket, Status::Closed);
        self.finish(
            change,
            News::Closed {
                until: self.now + UNDO,
            },
        );
    }

    /// `/close 12`: on the ticket as it is.
    pub(in crate::step) fn close_typed(&mut self, id: TicketId) {
        match self.ticket(id) {
            Some((ticket, _)) => self.close(id, ticket.version),
            None => self.no_such_ticket(),
        }
    }

    fn undo_close(&mut self, id: TicketId) {
        let Some((ticket, _)) = self.ticket(id) else {
            return self.no_such_ticket();
        };
        let Some(closed_at) = ticket.closed_at.filter(|_| is_closed(ticket)) else {
            self.toast(Toast::Already);
            return self.show_card(ticket, Some(News::Already));
        };
        if self.now - closed_at > UNDO {
            self.toast(Toast::OutOfDate);
            return self.show_card(ticket, Some(News::TooLateToUndo));
        }
        let change = self.reopened(ticket);
        self.finish(change, News::Reopened);
    }

    fn reopen(&mut self, id: TicketId, version: Version) {
        let already = |ticket: &Ticket| !is_closed(ticket);
        let Some(ticket) = self.changeable(id, version, already, changes_status) else {
            return;
        };
        let change = self.reopened(&ticket);
        self.finish(change, News::Reopened);
    }

    fn reopened(&mut self, ticket: &Ticket) -> TicketChange {
        let mut after = ticket.clone();
        reopen_in(&mut after);
        self.status_change(ticket, after.status)
    }

    /// Sets a status, with its event, and tells the user.
    pub(super) fn status_change(&mut self, ticket: &Ticket, to: Status) -> TicketChange {
        let mut change = self.change(ticket);
        change.ticket.status = to;
        change.ticket.closed_at = (to == Status::Closed).then_some(self.now);
        change.events.push(self.event(Happened::StatusChanged {
            from: ticket.status,
            to,
        }));
        let told = match to {
            Status::Closed => Body::Closed,
            _ if ticket.status == Status::Closed => Body::Reopened,
            to => Body::StatusChanged { to },
        };
        self.tell_about(
            ticket.user.chat(),
            Lane::Other,
            TicketRef::Id(ticket.id),
            told,
        );
        change
    }
}

fn is_closed(ticket: &Ticket) -> bool {
    ticket.status == Status::Closed
}

fn changes_status(what: &Happened) -> bool {
    matches!(what, Happened::StatusChanged { .. })
}
