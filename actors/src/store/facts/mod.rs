//! Facts: what `step` wants to know, read in one snapshot.
//!
//! To add a fact: 1. a variant of `Need` and a field of `Facts` (crate desk); 2. its arm here; 3.
//! its query in `lists.rs`, `messages.rs`, `numbers.rs` or `people.rs`, and a test that asks for it.

pub(super) mod deliveries;
mod lists;
mod messages;
mod numbers;
mod people;

use std::collections::{BTreeSet, HashMap, HashSet};

use frontdesk_desk::facts::Linked;
use frontdesk_desk::ids::{PersonId, TicketId};
use frontdesk_desk::screen::{Brief, Named};
use frontdesk_desk::ticket::{Happened, Ticket, TicketEvent, UserRecord};
use frontdesk_desk::{Facts, Need};

use super::db::Db;
use super::error::StoreError;
use super::rows;
use crate::store::sql::Connection;

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

/// Whether needs can be answered together with other people's, by [`read_together`]: those of
/// nearly every message, none of which takes long.
pub(super) fn are_common(needs: &[Need]) -> bool {
    needs.iter().all(|need| {
        matches!(
            need,
            Need::OpenTickets | Need::Ticket(_) | Need::Staff(None)
        )
    })
}

/// Looks up [common](are_common) needs of several people's updates, each kind once for all.
/// Answers in order, as [`read`] would.
pub(super) async fn read_together(
    tx: &mut Connection,
    asked: &[(PersonId, &[Need])],
) -> Result<Vec<Facts>, StoreError> {
    let needs = || asked.iter().flat_map(|(_, needs)| *needs);
    let mut open = HashMap::new();
    let with_open: HashSet<PersonId> = asked
        .iter()
        .filter(|(_, needs)| needs.contains(&Need::OpenTickets))
        .map(|(person, _)| *person)
        .collect();
    if !with_open.is_empty() {
        open = lists::open_of(tx, with_open).await?;
    }
    let mut staff = Vec::new();
    if needs().any(|need| *need == Need::Staff(None)) {
        staff = numbers::staff(tx).await?;
    }
    let tickets_of = |needs: &[Need]| -> BTreeSet<TicketId> {
        needs
            .iter()
            .filter_map(|need| match need {
                Need::Ticket(ticket) => Some(*ticket),
                _ => None,
            })
            .collect()
    };
    let wanted: Vec<BTreeSet<TicketId>> = asked
        .iter()
        .map(|(person, needs)| {
            let mut wanted = tickets_of(needs);
            if needs.contains(&Need::OpenTickets) {
                wanted.extend(open.get(person).and_then(|open| only(open)));
            }
            wanted
        })
        .collect();
    let mut tickets = HashMap::new();
    if wanted.iter().any(|wanted| !wanted.is_empty()) {
        tickets = rows::tickets(tx, wanted.iter().flatten().copied()).await?;
    }
    let people: Vec<BTreeSet<PersonId>> = asked
        .iter()
        .zip(&wanted)
        .map(|((person, _), wanted)| {
            let theirs = wanted.iter().filter_map(|id| tickets.get(id));
            named(&Facts::default(), *person, theirs)
        })
        .collect();
    let everybody: HashSet<PersonId> = people.iter().flatten().copied().collect();
    let users = rows::users(tx, everybody).await?;
    Ok(asked
        .iter()
        .zip(wanted.iter().zip(&people))
        .map(|((person, needs), (wanted, people))| {
            let mut facts = Facts::default();
            if needs.contains(&Need::OpenTickets) {
                facts.open = open.get(person).cloned().unwrap_or_default();
            }
            if needs.contains(&Need::Staff(None)) {
                facts.staff.clone_from(&staff);
            }
            fill(&mut facts, *person, wanted, &tickets, people, &users);
            facts
        })
        .collect())
}

/// The ticket that words without a place join: the only one that is open.
fn only(open: &[Brief]) -> Option<TicketId> {
    match open {
        [only] => Some(only.id),
        _ => None,
    }
}

/// The facts as they grow.
struct Search<'a> {
    tx: &'a mut Connection,
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
                if let Some(Linked { ticket, .. }) = self.facts.linked {
                    self.tickets.insert(ticket);
                    self.facts.last_answer = messages::others_answer(tx, ticket, person).await?;
                    self.facts.answered_by = messages::answered_by(tx, ticket).await?;
                    self.facts.staff = numbers::staff(tx).await?;
                }
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
            Need::OpenTickets => {
                self.facts.open = lists::open(tx, person).await?;
                self.tickets.extend(only(&self.facts.open));
            }
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
            Need::Person(whom) => {
                if let Some((person, ticket)) = people::person(tx, whom).await? {
                    self.facts.user_tickets = people::tickets(tx, person.id).await?;
                    self.facts.person = Some(person);
                    self.facts.persons_ticket = ticket;
                }
            }
            Need::Banned { page } => self.facts.people = people::banned(tx, *page).await?,
            Need::Find { query, page } => {
                self.facts.list = lists::find(tx, query, *page).await?;
            }
            Need::Statistics { today, week } => {
                self.facts.statistics = numbers::statistics(tx, *today, *week).await?;
            }
        }
        Ok(())
    }

    /// Reads the tickets that came up, and everybody who is named.
    async fn finish(self) -> Result<Facts, StoreError> {
        let tickets = match self.tickets.is_empty() {
            true => HashMap::new(),
            false => rows::tickets(self.tx, self.tickets.iter().copied()).await?,
        };
        let people = named(&self.facts, self.person, tickets.values());
        let users = rows::users(self.tx, people.iter().copied()).await?;
        // Who banned them is no admin any more, perhaps, and named nowhere else.
        let banned_by: BTreeSet<PersonId> = users
            .values()
            .filter_map(|user| user.standing.ban.as_ref()?.by)
            .filter(|by| !users.contains_key(by))
            .collect();
        let mut facts = self.facts;
        if !banned_by.is_empty() {
            let further = rows::users(self.tx, banned_by).await?;
            facts.names.extend(further.values().map(Named::from));
        }
        fill(
            &mut facts,
            self.person,
            &self.tickets,
            &tickets,
            &people,
            &users,
        );
        Ok(facts)
    }
}

/// Whom facts about a person's update name: who acted, whose tickets they are and who is to answer
/// them, who wrote the messages that were found, did what the events tell, or is named in them.
fn named<'a>(
    facts: &Facts,
    person: PersonId,
    tickets: impl Iterator<Item = &'a Ticket>,
) -> BTreeSet<PersonId> {
    let written = facts.messages.rows.iter().map(|message| message.sender);
    let original = facts.original.iter().map(|found| found.message.sender);
    let answered = facts.last_answer.iter().map(|(admin, _)| *admin);
    let asked_for = facts.person.iter();
    let banned_by = asked_for.filter_map(|person| person.standing.ban.as_ref()?.by);
    let events = facts.history.rows.iter().chain(&facts.since);
    tickets
        .flat_map(|ticket| [Some(ticket.user), ticket.assignee])
        .flatten()
        .chain([person])
        .chain(written)
        .chain(original)
        .chain(answered)
        .chain(banned_by)
        .chain(facts.answered_by.iter().copied())
        .chain(events.flat_map(people_of))
        .collect()
}

/// Puts in what was read last: the tickets with their users, the names, and who acted.
fn fill(
    facts: &mut Facts,
    person: PersonId,
    wanted: &BTreeSet<TicketId>,
    tickets: &HashMap<TicketId, Ticket>,
    people: &BTreeSet<PersonId>,
    users: &HashMap<PersonId, UserRecord>,
) {
    facts.tickets = wanted
        .iter()
        .filter_map(|id| {
            let ticket = tickets.get(id)?;
            Some((ticket.clone(), users.get(&ticket.user)?.clone()))
        })
        .collect();
    let named = people.iter().filter_map(|id| users.get(id));
    facts.names.extend(named.map(Named::from));
    facts.me = users.get(&person).cloned();
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
