//! The answers to what the rules want to know, from the rows of the walk.

use std::collections::BTreeSet;

use frontdesk_desk::button::Filter;
use frontdesk_desk::conversation::first_of_albums;
use frontdesk_desk::delivery::{Leg, NoticeState};
use frontdesk_desk::facts::{AlbumPlace, Linked, Original, Paged, Whom};
use frontdesk_desk::ids::{MessageId, PersonId, TicketId};
use frontdesk_desk::screen::{Brief, Counts, List, Named, People};
use frontdesk_desk::ticket::{SenderType, Status, Ticket, TicketMessage};
use frontdesk_desk::{Facts, Need};

use crate::world::World;

impl World {
    /// What is asked for, and no more.
    pub(crate) fn facts(&self, me: PersonId, needs: &[Need]) -> Facts {
        let mut facts = Facts {
            me: self.users.get(&me).cloned(),
            ..Facts::default()
        };
        let mut tickets = BTreeSet::new();
        for need in needs {
            self.answer(me, need, &mut facts, &mut tickets);
        }
        for id in tickets {
            if let Some(ticket) = self.ticket(id) {
                let user = self.users[&ticket.user].clone();
                facts.tickets.push((ticket.clone(), user));
            }
        }
        facts.names = self
            .users
            .values()
            .map(|user| Named {
                id: user.id,
                name: user.full_name(),
            })
            .collect();
        facts
    }

    fn answer(
        &self,
        me: PersonId,
        need: &Need,
        facts: &mut Facts,
        tickets: &mut BTreeSet<TicketId>,
    ) {
        match need {
            Need::Ticket(ticket) => {
                tickets.insert(*ticket);
            }
            Need::TicketOf(source) => {
                facts.linked = self.linked(source.chat, source.message);
                tickets.extend(facts.linked.as_ref().map(|linked| linked.ticket));
                if let Some(Linked { ticket, .. }) = facts.linked {
                    self.answer(me, &Need::OthersAnswer(ticket), facts, tickets);
                    self.answer(me, &Need::Staff(Some(ticket)), facts, tickets);
                }
            }
            Need::Original(source) => {
                let found = self
                    .messages
                    .iter()
                    .find(|(_, message)| message.source == *source);
                facts.original = found.map(|(ticket, message)| self.original(*ticket, message));
                tickets.extend(found.map(|(ticket, _)| *ticket));
            }
            Need::Message(ticket, id) => {
                let found = self
                    .messages_of(*ticket, true)
                    .find(|message| message.id == *id);
                facts.original = found.map(|message| self.original(*ticket, message));
                tickets.extend(found.map(|_| *ticket));
            }
            Need::Album(album) => {
                let found = self.messages.iter().find(|(_, message)| {
                    message.album.as_ref() == Some(album) && message.source.chat == me.chat()
                });
                facts.album = found.map(|(ticket, first)| AlbumPlace {
                    ticket: *ticket,
                    first: first.clone(),
                    recipients: self.recipients(first.id),
                });
                tickets.extend(found.map(|(ticket, _)| *ticket));
            }
            Need::OpenTickets => {
                let open = self
                    .tickets
                    .iter()
                    .rev()
                    .filter(|ticket| ticket.user == me && ticket.status != Status::Closed);
                facts.open = open
                    .take(Facts::MOST_OPEN as usize)
                    .map(|t| self.brief(t))
                    .collect();
                if let [only] = facts.open.as_slice() {
                    tickets.insert(only.id);
                }
            }
            Need::MyTickets { page } => {
                facts.list = self.list(*page, |ticket| ticket.user == me);
            }
            Need::UserTickets { user, page } => {
                facts.list = self.list(*page, |ticket| ticket.user == *user);
                facts.person = self.users.get(user).cloned();
            }
            Need::List { filter, page } => {
                facts.list = self.list(*page, |ticket| match filter {
                    Filter::All => true,
                    Filter::Status(status) => ticket.status == *status,
                    Filter::Category(category) => ticket.category == *category,
                    Filter::Priority(priority) => ticket.priority == *priority,
                    Filter::Mine => ticket.assignee == Some(me),
                    Filter::Unassigned => ticket.assignee.is_none(),
                });
            }
            Need::Person(whom) => {
                let named = match whom {
                    Whom::Id(person) => Some((*person, None)),
                    Whom::Of(source) => self
                        .linked(source.chat, source.message)
                        .and_then(|linked| self.ticket(linked.ticket))
                        .map(|ticket| (ticket.user, Some(ticket.id))),
                    Whom::Called(name) => name
                        .trim_start_matches('#')
                        .parse()
                        .ok()
                        .and_then(|number| self.ticket(TicketId(number)))
                        .map(|ticket| (ticket.user, Some(ticket.id))),
                };
                if let Some((person, ticket)) = named {
                    facts.person = self.users.get(&person).cloned();
                    facts.persons_ticket = ticket;
                }
            }
            Need::Banned { page } => {
                let banned = self
                    .users
                    .values()
                    .filter(|user| user.standing.ban.is_some());
                let Paged { rows, page, pages } =
                    paged(banned.cloned().collect(), *page, Facts::LIST_PAGE);
                facts.people = People {
                    total: rows.len() as u64,
                    rows,
                    page,
                    pages,
                };
            }
            Need::Find { query, page } => {
                facts.list = self.list(*page, |ticket| ticket.subject.contains(query.as_str()));
            }
            Need::Messages {
                ticket,
                notes,
                page,
            } => {
                let heads = self.heads_of(*ticket, *notes);
                let Paged { rows, page, pages } = paged(heads, *page, Facts::MESSAGES_PAGE);
                let messages = self.messages_of(*ticket, *notes);
                let rows = messages.filter(|message| {
                    rows.iter().any(|head| {
                        head.id == message.id
                            || (head.album.is_some() && head.album == message.album)
                    })
                });
                facts.messages = Paged {
                    rows: rows.cloned().collect(),
                    page,
                    pages,
                };
            }
            Need::MessageCount { ticket, notes } => {
                facts.message_count = self.heads_of(*ticket, *notes).len() as u32;
            }
            Need::History { ticket, page } => {
                let events = self.events.iter().rev().filter(|(of, _)| of == ticket);
                let rows = events.map(|(_, event)| event.clone()).collect();
                facts.history = paged(rows, *page, Facts::HISTORY_PAGE);
            }
            Need::EventsSince(ticket, version) => {
                let events = self
                    .events
                    .iter()
                    .filter(|(of, event)| of == ticket && event.version > *version);
                facts.since = events.map(|(_, event)| event.clone()).take(20).collect();
            }
            Need::OthersAnswer(ticket) => {
                let answer = self.answers_of(*ticket).rfind(|answer| answer.sender != me);
                facts.last_answer = answer.map(|answer| (answer.sender, answer.created_at));
            }
            Need::OwnAnswer(ticket) => {
                let own =
                    |answer: &&TicketMessage| answer.sender == me && answer.recalled_at.is_none();
                facts.own_answer = self.answers_of(*ticket).rfind(own).cloned();
            }
            Need::Staff(ticket) => {
                let admins = self.settings.admins.iter();
                facts.staff = admins
                    .filter_map(|admin| self.users.get(admin).cloned())
                    .collect();
                if let Some(ticket) = ticket {
                    let by: BTreeSet<_> = self
                        .answers_of(*ticket)
                        .map(|answer| answer.sender)
                        .collect();
                    facts.answered_by = by.into_iter().collect();
                }
            }
            Need::UserTicketCount(ticket) => {
                let user = self.ticket(*ticket).map(|ticket| ticket.user);
                let theirs = self
                    .tickets
                    .iter()
                    .filter(|ticket| Some(ticket.user) == user);
                facts.user_tickets = theirs.count() as u64;
            }
            Need::Counts => {
                facts.counts = Counts {
                    open: self.tickets.len() as u64,
                    ..Counts::default()
                }
            }
            Need::Deliveries(ticket) => {
                let all = self.deliveries(*ticket).into_iter();
                let undelivered = all.filter(|one| {
                    let sent = |leg: &Leg| leg.state == NoticeState::Sent;
                    let mut messages = self.messages_of(*ticket, false);
                    let stored = messages.find(|message| message.id == one.message);
                    !one.legs.iter().all(sent)
                        && stored.is_some_and(|message| message.recalled_at.is_none())
                });
                facts.deliveries.extend(undelivered);
            }
            Need::DeliveryOf(ticket, message) => {
                let all = self.deliveries(*ticket).into_iter();
                facts
                    .deliveries
                    .extend(all.filter(|one| one.message == *message));
            }
            Need::Statistics { .. } => {}
        }
    }

    fn original(&self, ticket: TicketId, message: &TicketMessage) -> Original {
        let siblings = self.messages_of(ticket, true).filter(|other| {
            other.id == message.id || (message.album.is_some() && other.album == message.album)
        });
        Original {
            ticket,
            message: message.clone(),
            recipients: self.recipients(message.id),
            siblings: siblings.map(|sibling| sibling.id).collect(),
        }
    }

    /// Who has a copy, and who will.
    fn recipients(&self, message: MessageId) -> Vec<PersonId> {
        let told = self.told.iter().filter(|(of, _)| *of == message);
        let on_their_way = self
            .legs
            .iter()
            .filter(|leg| leg.message() == Some(message) && leg.leg.state == NoticeState::Held);
        let chats = told.map(|(_, chat)| *chat);
        let chats: BTreeSet<_> = chats
            .chain(on_their_way.map(|leg| leg.notice.chat))
            .collect();
        chats.into_iter().map(|chat| PersonId(chat.0)).collect()
    }

    pub(crate) fn messages_of(
        &self,
        ticket: TicketId,
        notes: bool,
    ) -> impl DoubleEndedIterator<Item = &TicketMessage> {
        let of = self.messages.iter().filter(move |(of, _)| *of == ticket);
        of.map(|(_, message)| message)
            .filter(move |message| notes || !message.note)
    }

    /// One message for each album, and all others.
    fn heads_of(&self, ticket: TicketId, notes: bool) -> Vec<&TicketMessage> {
        let messages: Vec<_> = self.messages_of(ticket, notes).collect();
        let albums = messages.iter().map(|message| message.album.as_ref());
        first_of_albums(albums)
            .map(|place| messages[place])
            .collect()
    }

    fn answers_of(&self, ticket: TicketId) -> impl DoubleEndedIterator<Item = &TicketMessage> {
        self.messages_of(ticket, false)
            .filter(|message| message.sender_type == SenderType::Admin)
    }

    fn list(&self, page: u32, wanted: impl Fn(&Ticket) -> bool) -> List {
        let rows: Vec<Brief> = self
            .tickets
            .iter()
            .filter(|ticket| wanted(ticket))
            .map(|ticket| self.brief(ticket))
            .collect();
        let total = rows.len() as u64;
        let Paged { rows, page, pages } = paged(rows, page, Facts::LIST_PAGE);
        List {
            rows,
            page,
            pages,
            total,
        }
    }

    fn brief(&self, ticket: &Ticket) -> Brief {
        Brief {
            id: ticket.id,
            subject: ticket.subject.clone(),
            status: ticket.status,
            priority: ticket.priority,
            unread: ticket.unread,
            waiting_since: ticket.waiting_since,
            updated_at: ticket.updated_at,
            user_name: Some(self.users[&ticket.user].full_name()),
            banned: self.users[&ticket.user].standing.ban.is_some(),
        }
    }
}

/// The page asked for, or the last one.
fn paged<T>(rows: Vec<T>, page: u32, size: u32) -> Paged<T> {
    let pages = (rows.len() as u32).div_ceil(size).max(1);
    let page = page.min(pages - 1);
    let rows = rows
        .into_iter()
        .skip((page * size) as usize)
        .take(size as usize)
        .collect();
    Paged { rows, page, pages }
}
