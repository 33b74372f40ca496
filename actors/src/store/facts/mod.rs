//! Facts: what `step` wants to know, read in one snapshot.
//!
//! To add a fact: 1. a variant of `Need` and a field of `Facts` (crate desk); 2. its arm here; 3.
//! its query in `lists.rs`, `messages.rs` or `numbers.rs`, and a test that asks for it.

pub(super) mod deliveries;
mod lists;
mod messages;
mod numbers;

use std::collections::{BTreeSet, HashSet};

use frontdesk_desk::facts::Linked;
use frontdesk_desk::ids::{PersonId, TicketId};
use frontdesk_desk::screen::Named;
use frontdesk_desk::ticket::{Happened, TicketEvent};
use frontdesk_desk::{Facts, Need};
use sqlx::SqliteConnection;

use super::db::Db;
use super::error::StoreError;
use super::rows;

/// Looks up all needs of a person's update, in order. What is not there stays empty.
///
/// # Errors
/// As the read failed.
pub async fn read(db: &Db, person: PersonId, needs: &[Need]) -> Result<Facts, StoreError> {
    let mut tx = db.read().await?;
    let mut search = Search {
        tx: &mut tx,
        person,
        facts: Facts::default(),
        tickets: BTreeSet::new(),
    };
    for (place, need) in needs.iter().enumerate() {
        if !needs.iter().take(place).any(|earlier| earlier == need) {
            search.answer(need).await?;
        }
    }
    search.finish().await
}

/// The facts as they grow.
struct Search<'a> {
    tx: &'a mut SqliteConnection,
    /// Who acted.
    person: PersonId,
    facts: Facts,
    /// Tickets that were asked for, or found through another fact.
    tickets: BTreeSet<TicketId>,
}

impl Search<'_> {
    async fn answer(&mut self, need: &Need) -> Result<(), StoreError> {
        let person = self.person;
        let tx = &mut *self.tx;
        match need {
            Need::Ticket(ticket) => {
                self.tickets.insert(*ticket);
            }
            Need::TicketOf(source) => {
                self.facts.linked = messages::linked(tx, *source).await?;
                self.tickets.extend(
                    self.facts
                        .linked
                        .as_ref()
                        .map(|Linked { ticket, .. }| *ticket),
                );
            }
            Need::Original(source) => {
                self.facts.original = messages::by_source(tx, *source).await?;
                self.tickets
                    .extend(self.facts.original.as_ref().map(|found| found.ticket));
            }
            Need::Message(ticket, message) => {
                self.facts.original = messages::by_id(tx, *ticket, *message).await?;
                self.tickets
                    .extend(self.facts.original.as_ref().map(|found| found.ticket));
            }
            Need::Album(album) => {
                self.facts.album = messages::album(tx, person, album).await?;
                self.tickets
                    .extend(self.facts.album.as_ref().map(|found| found.ticket));
            }
            Need::OpenTickets => self.facts.open = lists::open(tx, person).await?,
            Need::MyTickets { page } => self.facts.list = lists::mine(tx, person, *page).await?,
            Need::Messages {
                ticket,
                notes,
                page,
            } => {
                self.facts.messages = messages::page(tx, *ticket, *notes, *page).await?;
                if *notes {
                    let shown = self.facts.messages.rows.iter().map(|message| message.id);
                    self.facts.deliveries = deliveries::of(tx, *ticket, shown).await?;
                }
            }
            Need::Deliveries(ticket) => {
                self.facts.deliveries = deliveries::of_ticket(tx, *ticket).await?;
            }
            Need::DeliveryOf(ticket, message) => {
                let known = &mut self.facts.deliveries;
                if known.iter().all(|delivery| delivery.message != *message) {
                    known.extend(deliveries::of(tx, *ticket, [*message]).await?);
                    known.sort_by_key(|delivery| delivery.message);
                }
            }
            Need::MessageCount { ticket, notes } => {
                self.facts.message_count = messages::count(tx, *ticket, *notes).await?;
            }
            Need::History { ticket, page } => {
                self.facts.history = messages::history(tx, *ticket, *page).await?;
            }
            Need::EventsSince(ticket, version) => {
                self.facts.since = messages::since(tx, *ticket, *version).await?;
            }
            Need::OthersAnswer(ticket) => {
                self.facts.last_answer = messages::others_answer(tx, *ticket, person).await?;
            }
            Need::OwnAnswer(ticket) => {
                self.facts.own_answer = messages::own_answer(tx, *ticket, person).await?;
            }
            Need::Staff(ticket) => {
                self.facts.staff = numbers::staff(tx).await?;
                if let Some(ticket) = ticket {
                    self.facts.answered_by = messages::answered_by(tx, *ticket).await?;
                }
            }
            Need::UserTicketCount(ticket) => {
                self.facts.user_tickets = numbers::user_tickets(tx, *ticket).await?;
            }
            Need::Counts => self.facts.counts = numbers::counts(tx, person).await?,
            Need::List { filter, page } => {
                self.facts.list = lists::filtered(tx, person, filter, *page).await?;
            }
            Need::UserTickets { user, page } => {
                self.facts.list = lists::of_user(tx, *user, *page).await?;
                self.facts.person = rows::users(tx, [*user]).await?.remove(user);
            }
            Need::Find(words) => self.facts.list = lists::find(tx, words).await?,
            Need::Statistics { today, week } => {
                self.facts.statistics = numbers::statistics(tx, *today, *week).await?;
            }
        }
        Ok(())
    }

    /// Reads the tickets that came up, and everybody who is named.
    async fn finish(mut self) -> Result<Facts, StoreError> {
        let tickets = match self.tickets.is_empty() {
            true => Default::default(),
            false => rows::tickets(self.tx, self.tickets.iter().copied()).await?,
        };
        let mut people: HashSet<PersonId> = self.mentioned();
        people.insert(self.person);
        for ticket in tickets.values() {
            people.insert(ticket.user);
            people.extend(ticket.assignee);
        }
        let mut users = rows::users(self.tx, people.iter().copied()).await?;
        for id in &self.tickets {
            if let Some(ticket) = tickets.get(id)
                && let Some(user) = users.get(&ticket.user)
            {
                self.facts.tickets.push((ticket.clone(), user.clone()));
            }
        }
        self.facts.names = users
            .values()
            .map(|user| Named {
                id: user.id,
                name: user.full_name(),
            })
            .collect();
        self.facts.names.sort_by_key(|named| named.id);
        self.facts.me = users.remove(&self.person);
        Ok(self.facts)
    }

    /// Who wrote the messages that were found, did what the events tell, or is named in them.
    fn mentioned(&self) -> HashSet<PersonId> {
        let facts = &self.facts;
        let written = facts.messages.rows.iter().map(|message| message.sender);
        let original = facts.original.iter().map(|found| found.message.sender);
        let answered = facts.last_answer.iter().map(|(admin, _)| *admin);
        let events = facts.history.rows.iter().chain(&facts.since);
        written
            .chain(original)
            .chain(answered)
            .chain(facts.answered_by.iter().copied())
            .chain(events.flat_map(people_of))
            .collect()
    }
}

fn people_of(event: &TicketEvent) -> impl Iterator<Item = PersonId> {
    let assignees = match event.what {
        Happened::AssigneeChanged { from, to } => [from, to],
        _ => [None, None],
    };
    event.by.into_iter().chain(assignees.into_iter().flatten())
}

/// The page that is there, of so many rows: the asked one, or the last; and how many there are, at
/// least one.
fn clamp(page: u32, rows: u64, size: u32) -> (u32, u32) {
    let pages = u32::try_from(rows.div_ceil(u64::from(size)))
        .unwrap_or(u32::MAX)
        .max(1);
    (page.min(pages - 1), pages)
}

/// How many rows stand before a page.
fn offset(page: u32, size: u32) -> i64 {
    i64::from(page) * i64::from(size)
}

/// A count as the database gives it.
fn unsigned(count: i64) -> u64 {
    u64::try_from(count).unwrap_or(0)
}
