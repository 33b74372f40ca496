//! Edits of one message coalesce: a notice is drawn from the rows as they are when it is sent, so
//! one that is still waiting shows the newest words by itself.

use std::collections::HashSet;

use frontdesk_desk::notice::{Body, Part};

use super::NewRow;
use crate::store::error::StoreError;
use crate::store::rows::ids;
use crate::store::sql::{self, Connection};

/// How a notice makes the words of its message seen in the chat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Carries {
    /// It brings them there.
    Words,
    /// It brings those that are there up to date.
    Edit,
}

impl Carries {
    /// What a notice does; `None` if it shows nothing of the message itself.
    pub(super) fn of(body: &Body) -> Option<Self> {
        match body {
            Body::Relay {
                part: Part::Whole | Part::Content | Part::Album,
                ..
            }
            | Body::LateItem => Some(Self::Words),
            Body::EditCopies => Some(Self::Edit),
            _ => None,
        }
    }
}

/// Leaves out edits of messages whose words, or another edit of them, are waiting for the chat.
pub(super) async fn leave_out(
    connection: &mut Connection,
    rows: &mut Vec<NewRow>,
) -> Result<(), StoreError> {
    let edited: HashSet<i64> = rows
        .iter()
        .filter(|row| row.carries == Some(Carries::Edit))
        .filter_map(|row| row.message)
        .collect();
    if edited.is_empty() {
        return Ok(());
    }
    // What is being sent may have been drawn already; of an album that goes out item by item, this
    // one may be there. A late item brings nothing if its album has carried it along, so it stands
    // for no edit. An album brings all its items that are not there yet.
    let waiting = sql::query(
        "SELECT chat_id, message_id FROM notices
         WHERE message_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND state IN ('pending', 'held')
           AND (kind = 'edit_copies'
                OR kind = 'relay' AND body ->> 'part' IN ('whole', 'content', 'album')
                   AND one_by_one = 0)
         UNION
         SELECT n.chat_id, m.id FROM ticket_messages AS m
         JOIN notices AS n ON n.album = m.album AND n.ticket_id = m.ticket_id
         WHERE m.id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) AND n.state IN ('pending', 'held')
           AND n.kind = 'relay' AND n.body ->> 'part' = 'album' AND n.one_by_one = 0
           AND NOT EXISTS (SELECT 1 FROM message_links AS l
                           WHERE l.ticket_message_id = m.id AND l.chat_id = n.chat_id
                             AND l.part IS NOT NULL)",
    )
    .bind(ids(edited))
    .fetch_all(connection)
    .await?;
    let mut seen = HashSet::with_capacity(waiting.len());
    for row in &waiting {
        seen.insert((row.try_get("chat_id")?, row.try_get("message_id")?));
    }
    rows.retain(|row| match (row.carries, row.message) {
        (Some(carries), Some(message)) => {
            seen.insert((row.chat, message)) || carries == Carries::Words
        }
        _ => true,
    });
    Ok(())
}
