//! Writing what is taken over: one ticket in one transaction, and each only once.
//!
//! A ticket is planned on what is here already, and the plan is written. A dry run only plans. Where
//! something is to be written it is planned again in the transaction that writes, so a running desk
//! and an import can work on the same ticket: whoever comes second sees what the other did, and each
//! change raises the ticket's version.

use std::collections::{HashMap, HashSet};

use frontdesk_desk::ids::{PersonId, TicketId, Version};
use frontdesk_desk::ticket::{Happened, SenderType, Status, Ticket, Time, UserRecord};

use super::types::{FormerKey, ImportId, Taken, TakenMessage, Took};
use super::write::{
    insert_event, insert_import, insert_message, insert_person, insert_ticket, remember_change,
    update_ticket,
};
use crate::store::db::Db;
use crate::store::error::StoreError;
use crate::store::rows::{self, micros};
use crate::store::sql::{self, Connection};

/// An import that is under way: its row is made with the first thing that is written.
#[derive(Clone, Debug)]
pub struct Opening {
    /// Of which older bot.
    pub bot: &'static str,
    /// From where, without a password.
    pub source: String,
    /// In which zone its times are read.
    pub timezone: String,
    /// Its row, once there is one.
    pub id: Option<ImportId>,
}

impl Opening {
    /// The one that was cut off, if it was of the same source; else a new one.
    ///
    /// # Errors
    /// As the read failed.
    pub async fn resume(
        db: &Db,
        bot: &'static str,
        source: String,
        timezone: String,
    ) -> Result<Self, StoreError> {
        let mut tx = db.read().await?;
        let id: Option<i64> = sql::query_scalar(
            "SELECT max(id) FROM imports
             WHERE bot = $1 AND source = $2 AND ended_at IS NULL AND rolled_back_at IS NULL",
        )
        .bind(bot)
        .bind(&source)
        .fetch_one(&mut tx)
        .await?;
        Ok(Self {
            bot,
            source,
            timezone,
            id: id.map(ImportId),
        })
    }
}

/// What is to be done about one ticket.
struct Plan<'a> {
    /// As it stands here, and the version that the last import left it at.
    here: Option<(Ticket, Version)>,
    /// What is not here yet.
    messages: Vec<&'a TakenMessage>,
    /// Who is not known here yet.
    people: Vec<&'a UserRecord>,
    /// Whether status and the like are other ones there now, and nobody worked on them here.
    refresh: bool,
}

impl Plan<'_> {
    fn took(&self) -> Took {
        let messages = self.messages.len();
        let people = self.people.iter().map(|person| person.id).collect();
        match &self.here {
            None => Took::New { messages, people },
            Some(_) if messages == 0 && !self.refresh => Took::Nothing,
            Some((ticket, version)) => Took::More {
                ticket: ticket.id,
                messages,
                people,
                worked_on: ticket.version != *version,
            },
        }
    }
}

/// What taking a ticket over would come to. `people` are those that it names, as they would be
/// stored.
///
/// # Errors
/// As the read failed.
pub async fn plan(
    db: &Db,
    taken: &Taken,
    people: &HashMap<PersonId, UserRecord>,
) -> Result<Took, StoreError> {
    let mut tx = db.read().await?;
    Ok(make_plan(&mut tx, taken, people).await?.took())
}

/// Takes a ticket over: all of it that is not here yet, in one transaction. Who is known here stays
/// as they are.
///
/// # Errors
/// As the write failed; then nothing of the ticket was written.
pub async fn take(
    db: &Db,
    opening: &mut Opening,
    taken: &Taken,
    people: &HashMap<PersonId, UserRecord>,
    at: Time,
) -> Result<Took, StoreError> {
    // Most of a second run is here already: that needs no lock.
    if plan(db, taken, people).await? == Took::Nothing {
        return Ok(Took::Nothing);
    }
    let mut tx = db.write().await?;
    let plan = make_plan(&mut tx, taken, people).await?;
    let took = plan.took();
    if took == Took::Nothing {
        return Ok(took);
    }
    let import = match opening.id {
        Some(id) => id,
        None => insert_import(&mut tx, opening, at).await?,
    };
    for person in &plan.people {
        insert_person(&mut tx, import, person).await?;
    }
    let (ticket, before) = match &plan.here {
        None => (insert_ticket(&mut tx, taken, at).await?, None),
        Some((here, version)) => {
            let worked_on = here.version != *version;
            let ticket = merge(here, taken, &plan, worked_on);
            update_ticket(&mut tx, here, &ticket).await?;
            (ticket, Some(here))
        }
    };
    for message in &plan.messages {
        insert_message(&mut tx, import, ticket.id, message).await?;
        if before.is_some() {
            let what = match message.sender_type {
                SenderType::User => Happened::UserWrote,
                SenderType::Admin => Happened::Answered,
            };
            insert_event(&mut tx, &ticket, Some(message.sender), message.at, &what).await?;
        }
    }
    remember_change(&mut tx, import, &ticket, before).await?;
    tx.commit().await?;
    opening.id = Some(import);
    Ok(took)
}

/// The import is over, if it wrote anything.
///
/// # Errors
/// As the write failed.
pub async fn finish(db: &Db, opening: &Opening, at: Time) -> Result<(), StoreError> {
    let Some(id) = opening.id else {
        return Ok(());
    };
    let mut tx = db.write().await?;
    sql::query("UPDATE imports SET ended_at = $2 WHERE id = $1")
        .bind(id.0)
        .bind(micros(at))
        .execute(&mut tx)
        .await?;
    tx.commit().await
}

async fn make_plan<'a>(
    tx: &mut Connection,
    taken: &'a Taken,
    people: &'a HashMap<PersonId, UserRecord>,
) -> Result<Plan<'a>, StoreError> {
    let here = find(tx, &taken.key).await?;
    let known = match &here {
        Some((ticket, _)) => known_messages(tx, ticket.id).await?,
        None => HashSet::new(),
    };
    let messages: Vec<_> = taken
        .messages
        .iter()
        .filter(|message| !known.contains(&message.former))
        .collect();
    let refresh = here.as_ref().is_some_and(|(ticket, version)| {
        let there = &taken.ticket;
        ticket.version == *version
            && (ticket.status != there.status
                || ticket.priority != there.priority
                || ticket.category != there.category
                || ticket.assignee != there.assignee)
    });
    let mut named = HashSet::new();
    if here.is_none() {
        named.insert(taken.ticket.user);
    }
    named.extend(messages.iter().map(|message| message.sender));
    let stored = rows::users(tx, named.iter().copied()).await?;
    let mut unknown: Vec<_> = named
        .iter()
        .filter(|person| !stored.contains_key(person))
        .filter_map(|person| people.get(person))
        .collect();
    unknown.sort_by_key(|person| person.id);
    Ok(Plan {
        here,
        messages,
        people: unknown,
        refresh,
    })
}

/// The ticket here that was that one there, and the version that the last import left it at.
async fn find(
    tx: &mut Connection,
    key: &FormerKey,
) -> Result<Option<(Ticket, Version)>, StoreError> {
    let row = sql::query(
        "SELECT t.*,
                (SELECT c.version FROM import_changes AS c WHERE c.ticket_id = t.id
                 ORDER BY c.import_id DESC LIMIT 1) AS left_at
         FROM imported_tickets AS i JOIN tickets AS t ON t.id = i.ticket_id
         WHERE i.former_table = $1 AND i.former_id = $2 AND i.former_user = $3
           AND i.former_created = $4",
    )
    .bind(key.table.as_str())
    .bind(key.id)
    .bind(key.user.0)
    .bind(&key.created)
    .fetch_optional(tx)
    .await?;
    row.map(|row| {
        let left_at: Option<i64> = row.try_get("left_at")?;
        Ok((rows::ticket(&row)?, Version(left_at.unwrap_or(0))))
    })
    .transpose()
}

async fn known_messages(tx: &mut Connection, ticket: TicketId) -> Result<HashSet<i64>, StoreError> {
    let known: Vec<i64> =
        sql::query_scalar("SELECT DISTINCT former_id FROM imported_messages WHERE ticket_id = $1")
            .bind(ticket.0)
            .fetch_all(tx)
            .await?;
    Ok(known.into_iter().collect())
}

/// The ticket with what came since. What people did here wins; only that its user waits is added.
fn merge(here: &Ticket, taken: &Taken, plan: &Plan<'_>, worked_on: bool) -> Ticket {
    let there = &taken.ticket;
    let newest = plan.messages.iter().map(|message| message.at).max();
    let updated_at = newest.map_or(here.updated_at, |at| at.max(here.updated_at));
    let version = here.version.next();
    if !worked_on {
        return Ticket {
            status: there.status,
            priority: there.priority,
            category: there.category.clone(),
            assignee: there.assignee,
            closed_at: there.closed_at,
            first_answer_at: there.first_answer_at,
            waiting_since: there.waiting_since,
            updated_at: updated_at.max(there.updated_at),
            version,
            ..here.clone()
        };
    }
    let asked = plan
        .messages
        .iter()
        .filter(|message| message.sender_type == SenderType::User)
        .map(|message| message.at)
        .min();
    let waits = here.status != Status::Closed && here.waiting_since.is_none();
    Ticket {
        waiting_since: match waits {
            true => asked,
            false => here.waiting_since,
        },
        updated_at,
        version,
        ..here.clone()
    }
}
