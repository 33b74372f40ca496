//! What is folded in held lines: of the status notices about a ticket the latest stays; what an
//! admin missed becomes one count at the place of the first of it ([`Away`]), and what nobody else
//! of the staff was told is passed on to the others.

use std::collections::{HashMap, HashSet};

use frontdesk_desk::ids::{PersonId, TicketId};
use frontdesk_desk::notice::{self, Away, Body, Lane, Why};
use frontdesk_desk::ticket::{SenderType, Ticket, Time};

use super::record::raise_heads;
use super::{NewRow, edits, insert};
use crate::store::error::StoreError;
use crate::store::rows::{self, get_json, get_word, ids, micros, to_json};
use crate::store::sql::{self, Connection, Row};

/// How many notices of one admin are counted and passed on at once, so that it never holds
/// up the writer. The rest follows at the next looks.
const FOLDED_AT_ONCE: u32 = 200;

/// What of an admin's line `n` can be counted: as [`Away::count`] says.
macro_rules! counted {
    () => {
        "(n.kind IN ('more_messages', 'closed_by_user', 'reopened_by_user', 'assigned_to_you',
                     'delivered', 'blocked', 'not_delivered', 'given_up')
          OR n.kind = 'relay' AND n.body ->> 'why' <> 'answer'
          OR n.kind = 'late_item' AND NOT EXISTS (
              SELECT 1 FROM tickets WHERE id = n.ticket_id AND user_id = n.chat_id))"
    };
}

/// Folds what is held for these chats. Answers what is to be passed on to others.
pub(super) async fn fold(
    connection: &mut Connection,
    chats: &HashSet<i64>,
    at: i64,
) -> Result<Vec<NewRow>, StoreError> {
    let list = ids(chats.iter().copied());
    // A person who returns reads how things stand, not how they came to it.
    let gone = sql::query(
        "DELETE FROM notices WHERE id IN (
             SELECT n.id FROM notices AS n
             WHERE n.chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))
               AND n.state NOT IN ('sent', 'failed') AND n.state = 'held'
               AND n.kind IN ('status_changed', 'closed', 'reopened')
               AND EXISTS (
                   SELECT 1 FROM notices AS later
                   WHERE later.chat_id = n.chat_id AND later.id > n.id
                     AND later.state NOT IN ('sent', 'failed') AND later.state = 'held'
                     AND later.kind IN ('status_changed', 'closed', 'reopened')
                     AND later.ticket_id = n.ticket_id))",
    )
    .bind(&list)
    .execute(&mut *connection)
    .await?;
    let admins: Vec<i64> = sql::query_scalar(
        "SELECT person_id FROM admins WHERE person_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
    )
    .bind(&list)
    .fetch_all(&mut *connection)
    .await?;
    let mut missed = Missed::default();
    for admin in admins {
        missed.read(connection, admin).await?;
    }
    if gone > 0 || !missed.folded.is_empty() {
        missed.write(connection).await?;
        raise_heads(connection, chats).await?;
    }
    missed.pass_on(connection, at).await
}

/// An admin in whose held line there is more to be counted than was counted at once.
pub(in crate::store) async fn half_folded(
    connection: &mut Connection,
) -> Result<Option<PersonId>, StoreError> {
    let admin: Option<i64> = sql::query_scalar(concat!(
        "SELECT person_id FROM admins WHERE EXISTS (
             SELECT 1 FROM notices AS n
             WHERE n.chat_id = person_id AND n.state NOT IN ('sent', 'failed')
               AND n.state = 'held' AND ",
        counted!(),
        ") ORDER BY person_id LIMIT 1"
    ))
    .fetch_optional(connection)
    .await?;
    Ok(admin.map(PersonId))
}

/// Counts more of what such an admin missed, and passes it on.
pub(in crate::store) async fn fold_on(
    connection: &mut Connection,
    now: Time,
) -> Result<(), StoreError> {
    if let Some(PersonId(admin)) = half_folded(connection).await? {
        let passed = fold(connection, &HashSet::from([admin]), micros(now)).await?;
        insert(connection, passed).await?;
    }
    Ok(())
}

/// What admins missed.
#[derive(Default)]
struct Missed {
    /// Of each admin: the row that stands for all, and what it counts.
    counts: HashMap<i64, (i64, Away)>,
    /// Rows that are counted now.
    folded: Vec<i64>,
    /// What users did, which somebody of the staff has to hear.
    news: Vec<News>,
}

/// Something a user did, as it was meant for one admin.
struct News {
    from: i64,
    ticket: i64,
    message: Option<i64>,
    album: Option<String>,
    lane: Lane,
    at: i64,
    body: Body,
}

impl Missed {
    /// Takes in the oldest of what one admin missed, with the count of what came before.
    async fn read(&mut self, connection: &mut Connection, admin: i64) -> Result<(), StoreError> {
        let rows = sql::query(concat!(
            "SELECT n.id, n.chat_id, n.lane, n.body, n.ticket_id, n.message_id, n.album,
                    n.created_at, coalesce(t.user_id = n.chat_id, false) AS own, m.sender_type
             FROM notices AS n
             LEFT JOIN tickets AS t ON t.id = n.ticket_id
             LEFT JOIN ticket_messages AS m ON m.id = n.message_id
             WHERE n.chat_id = $1 AND n.state NOT IN ('sent', 'failed') AND n.state = 'held'
               AND (n.kind = 'while_away' OR ",
            counted!(),
            ") ORDER BY n.id LIMIT $2"
        ))
        .bind(admin)
        .bind(FOLDED_AT_ONCE)
        .fetch_all(connection)
        .await?;
        for row in &rows {
            self.add(row)?;
        }
        Ok(())
    }

    fn add(&mut self, row: &Row) -> Result<(), StoreError> {
        let (id, chat): (i64, i64) = (row.try_get("id")?, row.try_get("chat_id")?);
        let ticket: Option<i64> = row.try_get("ticket_id")?;
        let body: Body = get_json(row, "body")?;
        let (first, away) = match self.counts.get(&chat) {
            Some((first, away)) => (*first, away.clone()),
            None => (id, Away::default()),
        };
        let mut counted = away;
        if !counted.count(&body, ticket.map(TicketId), row.try_get("own")?) {
            return Ok(());
        }
        // A line with nothing but its count stays as it is.
        if first != id || !matches!(body, Body::WhileAway(_)) {
            self.folded.push(id);
        }
        self.counts.insert(chat, (first, counted));
        if let Some(ticket) = ticket
            && is_news(&body, row)?
        {
            self.news.push(News {
                from: chat,
                ticket,
                message: row.try_get("message_id")?,
                album: row.try_get("album")?,
                lane: get_word(row, "lane")?,
                at: row.try_get("created_at")?,
                body,
            });
        }
        Ok(())
    }

    /// The first of what is counted becomes the count; the others go.
    async fn write(&self, connection: &mut Connection) -> Result<(), StoreError> {
        for (first, away) in self.counts.values() {
            sql::query(
                "UPDATE notices SET kind = 'while_away', body = $2, lane = 'own', ticket_id = NULL,
                     message_id = NULL, album = NULL, attempts = 0, doubtful = 0
                 WHERE id = $1",
            )
            .bind(*first)
            .bind(to_json(&Body::WhileAway(away.clone()))?)
            .execute(&mut *connection)
            .await?;
        }
        let kept: HashSet<i64> = self.counts.values().map(|(first, _)| *first).collect();
        let gone = self.folded.iter().copied().filter(|id| !kept.contains(id));
        sql::query(
            "DELETE FROM notices WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
        )
        .bind(ids(gone))
        .execute(connection)
        .await?;
        Ok(())
    }

    /// What the others of the staff are told in place of an admin who cannot be reached: the
    /// ticket's assignee, or all. Who was told already is not told again, and who cannot be reached
    /// is left out, so this comes to an end.
    async fn pass_on(
        &self,
        connection: &mut Connection,
        at: i64,
    ) -> Result<Vec<NewRow>, StoreError> {
        let mut passed = Vec::new();
        if self.news.is_empty() {
            return Ok(passed);
        }
        let staff: Vec<i64> = sql::query_scalar(
            "SELECT u.id FROM admins AS a JOIN users AS u ON u.id = a.person_id
             WHERE u.reachable = 1 AND u.muted = 0 ORDER BY u.id",
        )
        .fetch_all(&mut *connection)
        .await?;
        let about = self.news.iter().map(|news| TicketId(news.ticket));
        let tickets = rows::tickets(connection, about).await?;
        let mut done = HashSet::new();
        for news in &self.news {
            let Some(ticket) = tickets.get(&TicketId(news.ticket)) else {
                continue;
            };
            for admin in others(&staff, ticket, news.from) {
                // Counts of one ticket are different news, for each has its own messages.
                let each = matches!(news.body, Body::MoreMessages { .. }).then_some(news.at);
                let key = (admin, news.ticket, news.message, kind_of(&news.body), each);
                if !done.insert(key) || news.was_told(connection, admin).await? {
                    continue;
                }
                for body in news.bodies(connection).await? {
                    passed.push(NewRow {
                        chat: admin,
                        lane: news.lane,
                        due: at,
                        ticket: Some(news.ticket),
                        message: news.message,
                        album: news.album.clone(),
                        body: to_json(&body)?,
                        at: news.at,
                        answer: None,
                        carries: edits::Carries::of(&body),
                        of: 0,
                        head: false,
                        state: "pending",
                        reason: None,
                    });
                }
            }
        }
        Ok(passed)
    }
}

/// Whether a user did something that somebody of the staff has to hear.
fn is_news(body: &Body, row: &Row) -> Result<bool, StoreError> {
    Ok(match body {
        Body::Relay { why, .. } => matches!(why, Why::NewTicket | Why::FollowUp),
        Body::LateItem => {
            row.try_get::<Option<&str>>("sender_type")?.is_some()
                && get_word::<SenderType>(row, "sender_type")? == SenderType::User
        }
        Body::MoreMessages { .. } | Body::ClosedByUser | Body::ReopenedByUser => true,
        // What the staff did, what is for one alone, and what is for users.
        Body::EditCopies
        | Body::DeleteCopies
        | Body::ShowMessage
        | Body::StatusChanged { .. }
        | Body::Closed
        | Body::Reopened
        | Body::AssignedToYou { .. }
        | Body::Delivered { .. }
        | Body::Blocked { .. }
        | Body::NotDelivered { .. }
        | Body::GivenUp { .. }
        | Body::WhileAway(_)
        | Body::React { .. }
        | Body::AllKept { .. }
        | Body::Banned
        | Body::Unbanned
        | Body::Trouble
        | Body::GroupGreeting
        | Body::LeaveGroup => false,
    })
}

/// What is one piece of news, whatever its parts.
fn kind_of(body: &Body) -> u8 {
    match body {
        Body::Relay { .. } => 0,
        Body::LateItem => 1,
        Body::ClosedByUser => 2,
        Body::MoreMessages { .. } => 3,
        _ => 4,
    }
}

/// The assignee, if that is another one who can be reached, else all but the user.
fn others(staff: &[i64], ticket: &Ticket, from: i64) -> Vec<i64> {
    let assignee = ticket.assignee.map(|PersonId(assignee)| assignee);
    match assignee.filter(|assignee| *assignee != from && staff.contains(assignee)) {
        Some(assignee) => vec![assignee],
        None => staff
            .iter()
            .copied()
            .filter(|admin| *admin != from && *admin != ticket.user.0)
            .collect(),
    }
}

impl News {
    /// Whether this admin has, or will have, the same from the moment it happened.
    async fn was_told(&self, connection: &mut Connection, admin: i64) -> Result<bool, StoreError> {
        let kinds = match self.body {
            Body::Relay { .. } | Body::LateItem => ("relay", "late_item"),
            Body::ClosedByUser => ("closed_by_user", ""),
            Body::MoreMessages { .. } => ("more_messages", ""),
            _ => ("reopened_by_user", ""),
        };
        sql::query_scalar(
            "SELECT EXISTS (
                 SELECT 1 FROM notices
                 WHERE chat_id = $1 AND ticket_id = $2 AND message_id IS NOT DISTINCT FROM $3 AND created_at = $4
                   AND kind IN ($5, $6)
             ) OR EXISTS (
                 SELECT 1 FROM message_links
                 WHERE ticket_message_id = $3 AND chat_id = $1 AND part IS NOT NULL)",
        )
        .bind(admin)
        .bind(self.ticket)
        .bind(self.message)
        .bind(self.at)
        .bind(kinds.0)
        .bind(kinds.1)
        .fetch_one(connection)
        .await
    }

    /// The notices that tell it whole, though some parts of it may have reached the other admin.
    async fn bodies(&self, connection: &mut Connection) -> Result<Vec<Body>, StoreError> {
        let (Body::Relay { why, .. }, Some(message)) = (&self.body, self.message) else {
            return Ok(vec![self.body.clone()]);
        };
        let row = sql::query("SELECT * FROM ticket_messages WHERE id = $1")
            .bind(message)
            .fetch_one(connection)
            .await?;
        let message = rows::message(&row)?;
        let relay = |part: &notice::Part| Body::Relay {
            part: *part,
            why: *why,
        };
        let parts = notice::parts(&message.content, self.album.is_some());
        Ok(parts.iter().map(relay).collect())
    }
}
