//! A user's own tickets: the list, one ticket, its conversation, closing and reopening.

use super::loose::reopen_in;
use crate::button::Button;
use crate::conversation::Form;
use crate::ids::{MessageRef, TicketId, TicketRef, Version};
use crate::notice::{Body, Lane};
use crate::outcome::Toast;
use crate::screen::{Named, News, Page, Screen};
use crate::step::turn::Turn;
use crate::ticket::{Happened, Status, Ticket, TicketEvent};

impl Turn<'_> {
    /// The list.
    pub(in crate::step) fn my_tickets(&mut self) {
        self.show(Screen::MyTickets(self.facts.list.clone()));
    }

    /// One ticket, by its number; no longer unread.
    pub(in crate::step) fn open_mine(&mut self, ticket: TicketId) {
        match self.my_ticket(ticket) {
            Some(ticket) => {
                self.mark_read(ticket);
                self.show_mine(
                    &Ticket {
                        unread: false,
                        ..ticket.clone()
                    },
                    None,
                );
            }
            None => self.no_such_ticket(),
        }
    }

    fn show_mine(&mut self, ticket: &Ticket, news: Option<News>) {
        self.show(Screen::MyTicket {
            ticket: ticket.clone(),
            messages: self.facts.message_count,
            news,
        });
    }

    fn mark_read(&mut self, ticket: &Ticket) {
        if ticket.unread {
            let mut change = self.change(ticket);
            change.ticket.unread = false;
            change.ticket.updated_at = ticket.updated_at;
            self.out.tickets.push(change);
        }
    }

    /// Presses around a user's own tickets.
    pub(in crate::step) fn press_in_my_tickets(&mut self, button: Button) {
        match button {
            Button::MyTickets(_) => self.my_tickets(),
            Button::MyTicket(ticket) => {
                self.leave_form();
                self.open_mine(ticket);
            }
            Button::MyConversation(ticket, _) => self.my_conversation(ticket),
            Button::Reply(ticket) => self.ask_reply(ticket),
            Button::CloseMine(ticket, version) => self.close_mine(ticket, version),
            Button::ReopenMine(ticket, version) => self.reopen_mine(ticket, version),
            Button::ShowMessage(ticket, _) => self.show_message(ticket),
            _ => self.out_of_date(),
        }
    }

    fn my_conversation(&mut self, ticket: TicketId) {
        let Some(ticket) = self.my_ticket(ticket) else {
            return self.no_such_ticket();
        };
        self.mark_read(ticket);
        let page = self.page(ticket);
        self.show(Screen::MyConversation(page));
    }

    /// The page of a conversation that was read.
    pub(in crate::step) fn page(&self, ticket: &Ticket) -> Page {
        let user = self.ticket(ticket.id).map(|(_, user)| user);
        Page {
            ticket: ticket.id,
            subject: ticket.subject.clone(),
            user: Named {
                id: ticket.user,
                name: user.map_or_else(|| ticket.user.to_string(), |user| user.full_name()),
            },
            messages: self.facts.messages.rows.clone(),
            deliveries: None,
            people: self.facts.names.clone(),
            page: self.facts.messages.page,
            pages: self.facts.messages.pages,
        }
    }

    pub(in crate::step) fn ask_reply(&mut self, ticket: TicketId) {
        let Some(ticket) = self.my_ticket(ticket) else {
            return self.no_such_ticket();
        };
        self.mark_read(ticket);
        self.out.conversation.form = Form::Reply { ticket: ticket.id };
        self.show(Screen::AskReply {
            ticket: ticket.id,
            subject: ticket.subject.clone(),
        });
    }

    fn close_mine(&mut self, ticket: TicketId, version: Version) {
        let Some(ticket) = self.my_ticket(ticket) else {
            return self.no_such_ticket();
        };
        if ticket.status == Status::Closed {
            self.toast(Toast::Already);
            return self.show_mine(ticket, Some(News::Already));
        }
        // What the staff did since the button was drawn is read before anything is closed.
        let news = self.done_by_others(ticket, version, |what| {
            matches!(what, Happened::Answered | Happened::StatusChanged { .. })
        });
        if let Some(news) = news {
            self.toast(Toast::ChangedMeanwhile);
            return self.show_mine(ticket, Some(news));
        }
        let mut change = self.change(ticket);
        change.ticket.status = Status::Closed;
        change.ticket.closed_at = Some(self.now);
        change.ticket.unread = false;
        change.events.push(self.event(Happened::StatusChanged {
            from: ticket.status,
            to: Status::Closed,
        }));
        self.finish_mine(ticket, change, Body::ClosedByUser, News::Done);
    }

    fn reopen_mine(&mut self, ticket: TicketId, _version: Version) {
        let Some(ticket) = self.my_ticket(ticket) else {
            return self.no_such_ticket();
        };
        if ticket.status != Status::Closed {
            self.toast(Toast::Already);
            return self.show_mine(ticket, Some(News::Already));
        }
        let mut change = self.change(ticket);
        reopen_in(&mut change.ticket);
        // Whoever reopens waits again.
        change.ticket.waiting_since.get_or_insert(self.now);
        change.events.push(self.event(Happened::StatusChanged {
            from: Status::Closed,
            to: change.ticket.status,
        }));
        self.finish_mine(ticket, change, Body::ReopenedByUser, News::Reopened);
    }

    fn finish_mine(
        &mut self,
        ticket: &Ticket,
        change: crate::outcome::TicketChange,
        told: Body,
        news: News,
    ) {
        let after = change.ticket.clone();
        self.out.tickets.push(change);
        for admin in self.staff_for(&after) {
            self.tell_about(
                admin.chat(),
                Lane::Other,
                TicketRef::Id(ticket.id),
                told.clone(),
            );
        }
        self.toast(Toast::Done);
        self.show_mine(&after, Some(news));
    }

    /// What others did to the ticket since `version` that matters to this change; `None` lets the
    /// change go on.
    pub(in crate::step) fn done_by_others(
        &self,
        ticket: &Ticket,
        version: Version,
        matters: impl Fn(&Happened) -> bool,
    ) -> Option<News> {
        /// How many of them are told.
        const TOLD: usize = 5;
        if ticket.version == version {
            return None;
        }
        let mut events: Vec<TicketEvent> = self
            .facts
            .since
            .iter()
            .filter(|event| event.by != Some(self.me) && matters(&event.what))
            .cloned()
            .collect();
        if events.is_empty() {
            return None;
        }
        events.drain(..events.len().saturating_sub(TOLD));
        let tells_names = self.admin || self.settings.admin_names;
        let mut people = if tells_names {
            self.facts.names.clone()
        } else {
            Vec::new()
        };
        if self.admin
            && let Some((_, user)) = self.ticket(ticket.id)
        {
            people.push(Named {
                id: user.id,
                name: user.full_name(),
            });
        }
        Some(News::ChangedMeanwhile { events, people })
    }

    /// The original of a message, below: for the ticket's user, without notes, or for the staff.
    fn show_message(&mut self, ticket: TicketId) {
        let mine = self.my_ticket(ticket).is_some();
        let Some(original) = self.facts.original.as_ref().filter(|original| {
            original.ticket == ticket
                && (self.admin
                    || mine && !original.message.note && original.message.recalled_at.is_none())
        }) else {
            return self.no_such_ticket();
        };
        self.toast(Toast::SentBelow);
        self.notice(
            self.me.chat(),
            Lane::Own,
            Some(TicketRef::Id(ticket)),
            Some(MessageRef::Id(original.message.id)),
            None,
            Body::ShowMessage,
        );
    }
}
