//! The rows of a batch, and the statements that write them, table by table.

use frontdesk_desk::Outcome;
use frontdesk_desk::content::Content;
use frontdesk_desk::delivery::Redelivery;
use frontdesk_desk::ids::{BotId, ChatMessageId, MessageId, TicketId, TicketRef, Version};
use frontdesk_desk::outcome::{BanChange, MessageEdit};
use frontdesk_desk::ticket::{Ticket, Time};
use serde::Serialize;

use super::Known;
use super::statements::WRITE;
use crate::store::error::StoreError;
use crate::store::rows::{flag, ids, micros, to_json};
use crate::store::sql::{self, Connection};
use crate::store::types::{Committed, Decision, Queued};
use crate::store::writing::outbox;

/// The rows of a batch, table by table.
#[derive(Default)]
pub(super) struct Batch {
    users: Vec<UserRow>,
    conversations: Vec<ConversationRow>,
    tickets: Vec<TicketRow>,
    messages: Vec<MessageRow>,
    edits: Vec<(TicketId, MessageEdit)>,
    bans: Vec<BanChange>,
    events: Vec<EventRow>,
    back: Vec<outbox::Back>,
    redeliveries: Vec<(Redelivery, Time, usize)>,
    notices: Vec<outbox::NewRow>,
    gathered: Vec<outbox::GatheredRow>,
    /// The first decision by which something is due that was gathered before, and its moment.
    gathered_due: Option<(usize, Time)>,
    marks: Vec<MarkRow>,
    retried: Vec<i64>,
}

#[derive(Serialize)]
struct UserRow {
    id: i64,
    first_name: String,
    last_name: Option<String>,
    username: Option<String>,
    language_code: Option<String>,
    language: Option<&'static str>,
    #[serde(serialize_with = "flag")]
    reachable: bool,
    #[serde(serialize_with = "flag")]
    muted: bool,
    at: i64,
}

#[derive(Serialize)]
struct ConversationRow {
    person: i64,
    state: String,
    version: i64,
    /// `None` leaves the screen that is there.
    screen: Option<String>,
    ticket: Option<i64>,
    number: i64,
}

#[derive(Serialize)]
struct TicketRow {
    id: i64,
    user: i64,
    subject: String,
    folded: String,
    description: String,
    status: &'static str,
    priority: &'static str,
    category: String,
    assignee: Option<i64>,
    created: i64,
    updated: i64,
    closed: Option<i64>,
    answered: Option<i64>,
    waiting: Option<i64>,
    #[serde(serialize_with = "flag")]
    unread: bool,
    version: i64,
}

#[derive(Serialize)]
struct MessageRow {
    id: i64,
    ticket: i64,
    sender: i64,
    side: &'static str,
    #[serde(serialize_with = "flag")]
    note: bool,
    text: String,
    kind: &'static str,
    entities: Option<String>,
    file: Option<String>,
    file_unique: Option<String>,
    chat: i64,
    message: i64,
    album: Option<String>,
    at: i64,
}

#[derive(Serialize)]
struct EventRow {
    ticket: i64,
    by: Option<i64>,
    at: i64,
    version: i64,
    kind: &'static str,
    what: String,
}

#[derive(Serialize)]
struct MarkRow {
    bot: i64,
    update: i64,
    at: i64,
}

impl Batch {
    /// Adds the rows of a decision that may be written, and answers it.
    pub(super) fn add(
        &mut self,
        known: &mut Known,
        bot: BotId,
        decision: &Decision,
        place: usize,
    ) -> Result<Committed, StoreError> {
        let mut outcome = decision.outcome.clone();
        resolve(&mut outcome, known);
        let number = self.add_person(known, decision, &outcome, place)?;
        for change in &outcome.tickets {
            let ticket = &change.ticket;
            self.tickets.push(ticket_row(change.ticket.clone()));
            for edit in &change.edits {
                self.edits.push((ticket.id, edit.clone()));
            }
            for event in &change.events {
                self.events.push(EventRow {
                    ticket: ticket.id.0,
                    by: event.by.map(|by| by.0),
                    at: micros(event.at),
                    version: ticket.version.0,
                    kind: event.what.kind(),
                    what: to_json(&event.what)?,
                });
            }
            for message in &change.messages {
                known.last_message += 1;
                let source = message.source;
                known.messages.insert((source.chat.0, source.message.0));
                self.messages.push(MessageRow {
                    id: known.last_message,
                    ticket: ticket.id.0,
                    sender: message.sender.0,
                    side: message.sender_type.as_str(),
                    note: message.note,
                    text: message.content.text.clone(),
                    kind: message.content.kind.as_str(),
                    entities: entities(&message.content)?,
                    file: message
                        .content
                        .file
                        .as_ref()
                        .map(|file| file.file_id.clone()),
                    file_unique: message
                        .content
                        .file
                        .as_ref()
                        .map(|file| file.file_unique_id.clone()),
                    chat: message.source.chat.0,
                    message: message.source.message.0,
                    album: message.album.as_ref().map(|album| album.0.clone()),
                    at: micros(message.at),
                });
            }
        }
        for redelivery in &outcome.redeliveries {
            let redelivery = redelivery.clone();
            self.redeliveries.push((redelivery, decision.at, place));
        }
        if known
            .gathered_due
            .is_some_and(|due| due <= micros(decision.at))
        {
            self.gathered_due.get_or_insert((place, decision.at));
        }
        let gathered = outcome.gathered.iter().map(outbox::GatheredRow::new);
        self.gathered.extend(gathered);
        self.bans.extend(outcome.ban.clone());
        for notice in &outcome.notices {
            let row = outbox::NewRow::new(notice, decision.at)?;
            self.notices.push(row.of(place));
        }
        match decision.retry_of {
            Some(id) => {
                known.quarantined.remove(&id.0);
                self.retried.push(id.0);
            }
            None => {
                known.marks.insert(decision.update.0);
                self.marks.push(MarkRow {
                    bot: bot.0,
                    update: decision.update.0,
                    at: micros(decision.at),
                });
            }
        }
        Ok(Committed::Done {
            version: decision.on.next(),
            number,
            outcome: Box::new(outcome),
            current: known
                .people
                .get(&decision.person.id.0)
                .and_then(|person| person.screen_message)
                .map(ChatMessageId),
            queued: Queued::default(),
        })
    }

    /// The person and their conversation; answers the number of the screen, if there is a new one.
    fn add_person(
        &mut self,
        known: &Known,
        decision: &Decision,
        outcome: &Outcome,
        place: usize,
    ) -> Result<Option<i64>, StoreError> {
        let person = &decision.person;
        let stored = known.people.get(&person.id.0).copied();
        let change = &outcome.person;
        // Notices can be held for somebody who has no row yet.
        if change.reachable == Some(true) && stored.is_none_or(|stored| !stored.reachable) {
            self.back.push(outbox::Back {
                chat: person.id.chat().0,
                at: micros(decision.at),
                of: place,
            });
        }
        self.users.push(UserRow {
            id: person.id.0,
            first_name: person.first_name.clone(),
            last_name: person.last_name.clone(),
            username: person.username.clone(),
            language_code: person.language_code.clone(),
            language: change.language.map(|language| language.as_str()),
            reachable: change
                .reachable
                .unwrap_or(stored.is_none_or(|stored| stored.reachable)),
            muted: change
                .muted
                .unwrap_or(stored.is_some_and(|stored| stored.muted)),
            at: micros(decision.at),
        });
        let last = stored.map_or(0, |stored| stored.screen_no);
        let number = outcome.show.as_ref().map(|_| last + 1);
        self.conversations.push(ConversationRow {
            person: person.id.0,
            state: to_json(&outcome.conversation)?,
            version: decision.on.next().0,
            screen: outcome.show.as_ref().map(to_json).transpose()?,
            ticket: outcome
                .show
                .as_ref()
                .and_then(|show| show.screen.ticket())
                .and_then(TicketRef::id)
                .map(|ticket| ticket.0),
            number: number.unwrap_or(last),
        });
        Ok(number)
    }

    /// Writes all rows; answers what stands in the outbox by it.
    pub(super) async fn write(
        self,
        connection: &mut Connection,
    ) -> Result<Vec<outbox::Put>, StoreError> {
        if self.users.is_empty() {
            return Ok(Vec::new());
        }
        sql::script(WRITE)
            .bind(to_json(&self.users)?)
            .bind(to_json(&self.tickets)?)
            .bind(to_json(&self.messages)?)
            .bind(to_json(&self.events)?)
            .bind(to_json(&self.conversations)?)
            .bind(to_json(&self.marks)?)
            .execute(&mut *connection)
            .await?;
        for (ticket, edit) in &self.edits {
            write_edit(connection, *ticket, edit).await?;
        }
        for ban in &self.bans {
            super::ban::write(connection, ban).await?;
        }
        let mut put = outbox::release(connection, &self.back).await?;
        for (redelivery, at, of) in &self.redeliveries {
            put.extend(outbox::redeliver(connection, redelivery, *at, *of).await?);
        }
        // What was gathered in an earlier minute is told before what comes now.
        if let Some((of, at)) = self.gathered_due {
            put.extend(outbox::tell(connection, at, of).await?);
        }
        if !self.gathered.is_empty() {
            outbox::add(connection, &self.gathered).await?;
        }
        put.extend(outbox::insert(connection, self.notices).await?);
        if !self.retried.is_empty() {
            sql::query("DELETE FROM quarantine WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))")
                .bind(ids(self.retried))
                .execute(connection)
                .await?;
        }
        Ok(put)
    }
}

/// Gives new tickets and messages their ids, wherever the outcome names them. The messages' ids are
/// counted again, in the same order, as their rows are made.
fn resolve(outcome: &mut Outcome, known: &mut Known) {
    for change in &mut outcome.tickets {
        if change.ticket.id.0 == 0 {
            known.last_ticket += 1;
            change.ticket.id = TicketId(known.last_ticket);
            change.ticket.version = Version(1);
        }
    }
    let tickets: Vec<TicketId> = outcome
        .tickets
        .iter()
        .map(|change| change.ticket.id)
        .collect();
    let count = outcome
        .tickets
        .iter()
        .map(|change| change.messages.len())
        .sum::<usize>();
    let messages: Vec<MessageId> = (known.last_message + 1..)
        .take(count)
        .map(MessageId)
        .collect();
    outcome.resolve(&tickets, &messages);
}

fn ticket_row(ticket: Ticket) -> TicketRow {
    let optional = |time: Option<Time>| time.map(micros);
    TicketRow {
        id: ticket.id.0,
        user: ticket.user.0,
        folded: ticket.subject.to_lowercase(),
        subject: ticket.subject,
        description: ticket.description,
        status: ticket.status.as_str(),
        priority: ticket.priority.as_str(),
        category: ticket.category.0,
        assignee: ticket.assignee.map(|admin| admin.0),
        created: micros(ticket.created_at),
        updated: micros(ticket.updated_at),
        closed: optional(ticket.closed_at),
        answered: optional(ticket.first_answer_at),
        waiting: optional(ticket.waiting_since),
        unread: ticket.unread,
        version: ticket.version.0,
    }
}

fn entities(content: &Content) -> Result<Option<String>, StoreError> {
    if content.entities.is_empty() {
        return Ok(None);
    }
    to_json(&content.entities).map(Some)
}

/// Edits are rare: one statement each.
async fn write_edit(
    connection: &mut Connection,
    ticket: TicketId,
    edit: &MessageEdit,
) -> Result<(), StoreError> {
    match edit {
        MessageEdit::Content {
            message,
            content,
            at,
        } => {
            sql::query(
                "UPDATE ticket_messages SET message_text = $3, message_type = $4, entities = $5,
                     file_id = $6, file_unique_id = $7, edited_at = $8
                 WHERE id = $1 AND ticket_id = $2",
            )
            .bind(message.0)
            .bind(ticket.0)
            .bind(&content.text)
            .bind(content.kind.as_str())
            .bind(entities(content)?)
            .bind(content.file.as_ref().map(|file| &file.file_id))
            .bind(content.file.as_ref().map(|file| &file.file_unique_id))
            .bind(micros(*at))
            .execute(connection)
            .await?;
        }
        MessageEdit::Recall { message, at } => {
            sql::query(
                "UPDATE ticket_messages SET recalled_at = $3 WHERE id = $1 AND ticket_id = $2",
            )
            .bind(message.0)
            .bind(ticket.0)
            .bind(micros(*at))
            .execute(connection)
            .await?;
        }
    }
    Ok(())
}
