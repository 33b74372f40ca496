//! The staff's lists and looks: dashboard, filters, search, a ticket, its conversation and history.

use crate::button::{Button, Filter};
use crate::conversation::Form;
use crate::ids::{MessageId, PersonId, TicketId};
use crate::outcome::{MessageEdit, Toast};
use crate::screen::{Card, Counts, Deliveries, ListOf, Named, News, Saying, Screen};
use crate::step::turn::Turn;
use crate::ticket::{Ticket, UserRecord};

/// For how long Telegram lets an answer be taken back.
pub(super) const RECALLABLE: chrono::TimeDelta = chrono::TimeDelta::hours(48);

/// The longest search, in characters; what is longer finds nothing more.
const QUERY: usize = 100;

impl Turn<'_> {
    pub(super) fn press_in_lists(&mut self, button: Button) {
        match button {
            Button::Admin => {
                self.leave_form();
                self.show(Screen::Admin);
            }
            Button::Dashboard => {
                self.leave_form();
                self.dashboard();
            }
            Button::List(filter, _) => self.list(filter),
            Button::Filters => self.show(Screen::Filters {
                categories: self.settings.categories.clone(),
            }),
            Button::Find => self.ask_find(),
            Button::Found(_) => match self.out.conversation.query.clone() {
                Some(query) => self.found(query),
                None => self.out_of_date(),
            },
            Button::Statistics => self.show(Screen::Statistics(self.facts.statistics.clone())),
            Button::Mute(mute) => {
                self.out.person.muted = Some(mute);
                self.toast(Toast::Done);
                self.show(Screen::Dashboard(Counts {
                    muted: mute,
                    at: Some(self.now),
                    ..self.facts.counts.clone()
                }));
            }
            Button::UserTickets(user, _) => self.user_tickets(user),
            Button::Ticket(ticket) => {
                self.leave_form();
                self.open_card(ticket, None);
            }
            Button::Conversation(ticket, _) => match self.ticket(ticket) {
                Some((ticket, _)) => {
                    self.out.conversation.viewed = Some(ticket.id);
                    let mut page = self.page(ticket);
                    page.deliveries = Some(Deliveries {
                        version: ticket.version,
                        marks: self.marks(),
                    });
                    self.show(Screen::Conversation(page));
                }
                None => self.no_such_ticket(),
            },
            Button::History(ticket, _) => match self.ticket(ticket) {
                Some((ticket, user)) => self.history(ticket, user),
                None => self.no_such_ticket(),
            },
            _ => self.out_of_date(),
        }
    }

    pub(in crate::step) fn dashboard(&mut self) {
        let muted = self.facts.me.as_ref().is_some_and(|me| me.muted);
        self.show(Screen::Dashboard(Counts {
            muted,
            at: Some(self.now),
            ..self.facts.counts.clone()
        }));
    }

    fn list(&mut self, filter: Filter) {
        self.show(Screen::Tickets {
            of: ListOf::Filter(filter),
            list: self.facts.list.clone(),
        });
    }

    fn user_tickets(&mut self, user: PersonId) {
        let name = self
            .facts
            .person
            .as_ref()
            .map_or_else(|| user.to_string(), UserRecord::full_name);
        self.show(Screen::Tickets {
            of: ListOf::User(Named { id: user, name }),
            list: self.facts.list.clone(),
        });
    }

    fn history(&mut self, ticket: &Ticket, user: &UserRecord) {
        let mut people = self.facts.names.clone();
        people.push(Named {
            id: user.id,
            name: user.full_name(),
        });
        self.show(Screen::History {
            ticket: ticket.id,
            events: self.facts.history.rows.clone(),
            people,
            page: self.facts.history.page,
            pages: self.facts.history.pages,
        });
    }

    pub(in crate::step) fn ask_find(&mut self) {
        self.out.conversation.form = Form::Find;
        self.show(Screen::AskFind);
    }

    pub(in crate::step) fn found(&mut self, query: String) {
        let query: String = query.chars().take(QUERY).collect();
        if query.trim().is_empty() {
            return self.say(Saying::NothingFound);
        }
        self.out.conversation.query = Some(query.clone());
        self.show(Screen::Tickets {
            of: ListOf::Found(query),
            list: self.facts.list.clone(),
        });
    }

    /// Whether this turn takes the answer back.
    fn recalls(&self, answer: MessageId) -> bool {
        let mut edits = self.out.tickets.iter().flat_map(|change| &change.edits);
        edits.any(|edit| matches!(edit, MessageEdit::Recall { message, .. } if *message == answer))
    }

    /// One ticket, as it is stored.
    pub(in crate::step) fn open_card(&mut self, ticket: TicketId, news: Option<News>) {
        match self.ticket(ticket) {
            Some((ticket, _)) => self.show_card(ticket, news),
            None => self.no_such_ticket(),
        }
    }

    /// One ticket, as it will be when this turn is committed.
    pub(super) fn show_card(&mut self, ticket: &Ticket, news: Option<News>) {
        let Some((_, user)) = self.ticket(ticket.id) else {
            return self.no_such_ticket();
        };
        self.out.conversation.viewed = Some(ticket.id);
        let recallable = self
            .facts
            .own_answer
            .as_ref()
            .filter(|answer| self.now - answer.created_at < RECALLABLE)
            .filter(|answer| !self.recalls(answer.id))
            .map(|answer| answer.id);
        let mut answers = self.marks();
        if self.new_messages() > 0 {
            // The latest answer of the facts may not be the latest any more.
            answers.retain(|(_, mark)| mark.is_undelivered());
        }
        let card = Card {
            ticket: ticket.clone(),
            banned_by: user
                .standing
                .ban
                .as_ref()
                .and_then(|ban| ban.by)
                .map(|by| self.named(by)),
            user: user.clone(),
            user_tickets: self.facts.user_tickets,
            assignee: ticket.assignee.map(|assignee| self.named(assignee)),
            messages: self.facts.message_count.saturating_add(self.new_entries()),
            me: self.me,
            at: self.now,
            recallable,
            answers,
            news,
        };
        self.show(Screen::Ticket(Box::new(card)));
    }
}
