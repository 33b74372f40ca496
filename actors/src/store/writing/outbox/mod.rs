//! The outbox: notices in, taken, and what became of them.
//!
//! A notice is over when it is sent or failed. Until then it stands in the line of its chat, and
//! only the first of a line (`head`) can be taken. The flag is kept here and nowhere else: set when
//! a row joins an empty line, passed on when the first one is over. So a look for due notices never
//! reads the lines behind their heads; and whoever sends is told of a new head by the commit that
//! made it.

mod edits;
mod gather;
mod held;
mod missed;
mod record;
mod redeliver;
pub(in crate::store) mod sweep;

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use frontdesk_desk::ids::{ChatId, ChatMessageId, MessageRef, NoticeId, TicketRef};
use frontdesk_desk::notice::{Body, Lane, NewNotice, Part, Why};
use frontdesk_desk::ticket::Time;
use serde::Serialize;

use crate::store::error::StoreError;
use crate::store::rows::{flag, get_time, get_word, ids, micros, to_json};
use crate::store::sql::{self, Connection, Row};
use crate::store::types::Head;

pub(in crate::store) use self::gather::tell;
pub(in crate::store::writing) use self::gather::{GatheredRow, add};
pub(in crate::store::writing) use self::held::{Back, release};
pub(in crate::store) use self::held::{EXPIRED, give_up, held_too_long};
pub(in crate::store) use self::missed::{fold_on, half_folded};
pub(in crate::store) use self::record::record;
pub(in crate::store) use self::redeliver::{DROPPED, redeliver, take_away};

/// How long an album waits after an item for the next one.
const ALBUM_SETTLES: TimeDelta = TimeDelta::seconds(1);

/// How long an album waits in all.
const ALBUM_WAITS: TimeDelta = TimeDelta::seconds(3);

/// A notice to be written, its references resolved.
#[derive(Clone, Debug, Serialize)]
pub(in crate::store::writing) struct NewRow {
    chat: i64,
    lane: Lane,
    due: i64,
    ticket: Option<i64>,
    message: Option<i64>,
    album: Option<String>,
    body: String,
    at: i64,
    /// The message id, if this is the last part of an answer to the user: should the chat be held,
    /// the admin is told.
    #[serde(skip)]
    answer: Option<i64>,
    /// Which part of its message it carries to the chat, or brings up to date there.
    #[serde(skip)]
    carries: Option<edits::Carries>,
    /// Which decision of the batch it belongs to.
    #[serde(skip)]
    of: usize,
    // Set as it joins its line:
    #[serde(serialize_with = "flag")]
    head: bool,
    state: &'static str,
    reason: Option<&'static str>,
}

impl NewRow {
    /// The row of a notice whose references have ids.
    pub(in crate::store::writing) fn new(notice: &NewNotice, at: Time) -> Result<Self, StoreError> {
        let message = notice.message.and_then(MessageRef::id).map(|id| id.0);
        Ok(Self {
            chat: notice.chat.0,
            lane: notice.lane,
            due: micros(notice.due),
            ticket: notice.ticket.and_then(TicketRef::id).map(|id| id.0),
            message,
            album: notice.album.as_ref().map(|album| album.0.clone()),
            body: to_json(&notice.body)?,
            at: micros(at),
            answer: message.filter(|_| ends_answer(&notice.body)),
            carries: edits::Carries::of(&notice.body),
            of: 0,
            head: false,
            state: "pending",
            reason: None,
        })
    }

    /// The same, as belonging to this decision of the batch.
    pub(in crate::store::writing) fn of(self, decision: usize) -> Self {
        Self {
            of: decision,
            ..self
        }
    }
}

/// A notice that was put into the outbox, or stands there in another way than before.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) struct Put {
    /// Which decision of the batch did it.
    pub(in crate::store::writing) of: usize,
    /// What it would be as the first of its line.
    pub(in crate::store::writing) head: Head,
    /// Whether it is, and can be taken once it is due.
    pub(in crate::store::writing) first: bool,
}

impl Put {
    /// Reads `id`, `chat_id`, `lane`, `due_at`, `head` and `state`.
    fn read(row: &Row, of: usize) -> Result<Self, StoreError> {
        let state: &str = row.try_get("state")?;
        Ok(Self {
            of,
            first: row.try_get("head")? && state == "pending",
            head: Head {
                notice: NoticeId(row.try_get("id")?),
                chat: ChatId(row.try_get("chat_id")?),
                lane: get_word(row, "lane")?,
                due: get_time(row, "due_at")?,
            },
        })
    }
}

/// Whether a notice is the last part of an admin's answer to the user: its outcome is told to the
/// admin.
fn ends_answer(body: &Body) -> bool {
    matches!(
        body,
        Body::Relay {
            why: Why::Answer,
            part: Part::Whole | Part::Content | Part::Buttons,
        }
    )
}

/// Adds notices to the lines of their chats, in order. Where the line is held, so are they: they are
/// folded into it, and the authors of answers among them are told at once. Answers all that were added, and those that are
/// due at another time by it.
pub(in crate::store::writing) async fn insert(
    connection: &mut Connection,
    rows: Vec<NewRow>,
) -> Result<Vec<Put>, StoreError> {
    let mut rows = rows;
    edits::leave_out(connection, &mut rows).await?;
    let mut put = Vec::with_capacity(rows.len());
    // The second round tells of answers that are held, and passes on what another admin missed to
    // those who can be reached: it holds neither an answer nor news that nobody is told.
    while !rows.is_empty() {
        put.extend(postpone_albums(connection, &rows).await?);
        let chats: HashSet<i64> = rows.iter().map(|row| row.chat).collect();
        let lines = sql::query(
            "SELECT CAST(j.value AS BIGINT) AS chat,
                    (SELECT state FROM notices
                     WHERE chat_id = CAST(j.value AS BIGINT) AND state NOT IN ('sent', 'failed')
                     ORDER BY id LIMIT 1) AS state
             FROM json_each($1) AS j",
        )
        .bind(ids(chats))
        .fetch_all(&mut *connection)
        .await?;
        let mut held_lines: HashSet<i64> = HashSet::new();
        let mut waiting: HashSet<i64> = HashSet::new();
        for line in &lines {
            let chat = line.try_get("chat")?;
            if let Some(state) = line.try_get::<Option<&str>>("state")? {
                waiting.insert(chat);
                if state == "held" {
                    held_lines.insert(chat);
                }
            }
        }
        let mut blocked = Vec::new();
        let mut at = 0;
        for row in &mut rows {
            row.head = waiting.insert(row.chat);
            if held_lines.contains(&row.chat) {
                held::join(row);
                blocked.extend(row.answer.map(|message| (message, Told::Blocked, row.of)));
            }
            at = at.max(row.at);
        }
        // The rows of one statement get their numbers in the order of the array.
        let inserted = sql::query(
            "INSERT INTO notices (chat_id, lane, state, head, due_at, ticket_id, message_id, album,
                                  kind, body, reason, created_at)
             SELECT CAST(value ->> 'chat' AS BIGINT), value ->> 'lane', value ->> 'state', CAST(value ->> 'head' AS BIGINT),
                    CAST(value ->> 'due' AS BIGINT), CAST(value ->> 'ticket' AS BIGINT), CAST(value ->> 'message' AS BIGINT), value ->> 'album',
                    value ->> 'body' ->> 'body', value ->> 'body', value ->> 'reason',
                    CAST(value ->> 'at' AS BIGINT)
             FROM json_each($1) ORDER BY key
             RETURNING id, chat_id, lane, due_at, head, state",
        )
        .bind(to_json(&rows)?)
        .fetch_all(&mut *connection)
        .await?;
        let mut new = inserted
            .iter()
            .map(|row| Put::read(row, 0))
            .collect::<Result<Vec<_>, _>>()?;
        new.sort_by_key(|put| put.head.notice);
        for (put, row) in new.iter_mut().zip(&rows) {
            put.of = row.of;
        }
        put.extend(new);
        rows = tell_authors(connection, blocked, at).await?;
        if !held_lines.is_empty() {
            rows.extend(missed::fold(connection, &held_lines, at).await?);
        }
    }
    Ok(put)
}

/// A further item puts its album off in the chats that wait for it.
async fn postpone_albums(
    connection: &mut Connection,
    rows: &[NewRow],
) -> Result<Vec<Put>, StoreError> {
    let items: HashSet<(&str, i64, i64)> = rows
        .iter()
        .filter_map(|row| Some((row.album.as_deref()?, row.chat, row.at)))
        .collect();
    if items.is_empty() {
        return Ok(Vec::new());
    }
    let postponed = sql::query(
        "UPDATE notices SET due_at = max(due_at, min(j.at + $2, created_at + $3))
         FROM (SELECT value ->> 0 AS album, CAST(value ->> 1 AS BIGINT) AS chat,
                      max(CAST(value ->> 2 AS BIGINT)) AS at
               FROM json_each($1) GROUP BY 1, 2) AS j
         WHERE notices.album = j.album AND chat_id = j.chat AND state = 'pending'
         RETURNING id, chat_id, lane, due_at, head, state",
    )
    .bind(to_json(&items)?)
    .bind(ALBUM_SETTLES.num_microseconds())
    .bind(ALBUM_WAITS.num_microseconds())
    .fetch_all(connection)
    .await?;
    postponed
        .iter()
        .map(|row| {
            let put = Put::read(row, 0)?;
            let by = rows.iter().find(|row| row.chat == put.head.chat.0);
            Ok(Put {
                of: by.map_or(0, |row| row.of),
                ..put
            })
        })
        .collect()
}

/// Marks those of these notices as being sent that still wait at the head of their line, or that
/// are marked already. `due_at` tells from then on when that was.
pub(in crate::store) async fn take(
    connection: &mut Connection,
    notices: &[NoticeId],
    now: Time,
) -> Result<Vec<NoticeId>, StoreError> {
    let taken: Vec<i64> = sql::query_scalar(
        "UPDATE notices SET state = 'sending', attempts = attempts + 1, due_at = $2
         WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))
           AND head = 1 AND (state = 'pending' AND due_at <= $2 OR state = 'sending')
         RETURNING id",
    )
    .bind(ids(notices.iter().map(|id| id.0)))
    .bind(micros(now))
    .fetch_all(connection)
    .await?;
    Ok(taken.into_iter().map(NoticeId).collect())
}

/// What an admin is told about an answer.
enum Told {
    Delivered,
    Blocked,
    NotDelivered(String),
    GivenUp,
}

/// The notices by which admins hear what became of their answers.
async fn tell_authors(
    connection: &mut Connection,
    told: Vec<(i64, Told, usize)>,
    at: i64,
) -> Result<Vec<NewRow>, StoreError> {
    if told.is_empty() {
        return Ok(Vec::new());
    }
    let rows = sql::query(
        "SELECT id, ticket_id, source_chat, source_message FROM ticket_messages
         WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
    )
    .bind(ids(told.iter().map(|(message, ..)| *message)))
    .fetch_all(connection)
    .await?;
    let mut answers = HashMap::with_capacity(rows.len());
    for row in &rows {
        answers.insert(row.try_get::<i64>("id")?, row);
    }
    let mut notices = Vec::with_capacity(told.len());
    for (message, told, of) in told {
        let Some(row) = answers.get(&message) else {
            continue;
        };
        let answer = ChatMessageId(row.try_get("source_message")?);
        let body = match told {
            Told::Delivered => Body::Delivered { answer },
            Told::Blocked => Body::Blocked { answer },
            Told::NotDelivered(reason) => Body::NotDelivered { answer, reason },
            Told::GivenUp => Body::GivenUp { answer },
        };
        notices.push(NewRow {
            chat: row.try_get("source_chat")?,
            lane: Lane::Own,
            due: at,
            ticket: row.try_get("ticket_id")?,
            message: Some(message),
            album: None,
            body: to_json(&body)?,
            at,
            answer: None,
            carries: None,
            of,
            head: false,
            state: "pending",
            reason: None,
        });
    }
    Ok(notices)
}
