//! What became of screens.

use std::collections::HashMap;

use frontdesk_desk::ticket::Time;
use serde::Serialize;

use crate::store::error::StoreError;
use crate::store::rows::{micros, to_json};
use crate::store::sql::{self, Connection};
use crate::store::types::{ScreenEnd, Shown};

/// Screens that were shown or given up: the newest of each person counts. The message that holds
/// one is linked to the ticket that the screen is about, so that a Telegram reply to it finds the
/// ticket.
pub(in crate::store) async fn ended(
    connection: &mut Connection,
    ended: &[ScreenEnd],
    at: Time,
) -> Result<(), StoreError> {
    let (shown, given_up): (Vec<&ScreenEnd>, Vec<_>) = ended
        .iter()
        .partition(|screen| matches!(screen.end, Shown::In(_)));
    let newest = newest(&shown, at);
    if !newest.is_empty() {
        self::shown(connection, &newest).await?;
    }
    for screen in given_up {
        give_up(connection, screen).await?;
    }
    Ok(())
}

/// A screen in its message.
#[derive(Serialize)]
struct InMessage {
    person: i64,
    number: i64,
    message: i64,
    at: i64,
}

/// The last one shown to each person.
fn newest(shown: &[&ScreenEnd], at: Time) -> Vec<InMessage> {
    let mut newest: HashMap<i64, InMessage> = HashMap::with_capacity(shown.len());
    for screen in shown {
        let Shown::In(message) = screen.end else {
            continue;
        };
        let known = newest.get(&screen.person.0);
        if known.is_none_or(|known| known.number <= screen.number) {
            let row = InMessage {
                person: screen.person.0,
                number: screen.number,
                message: message.0,
                at: micros(at),
            };
            newest.insert(row.person, row);
        }
    }
    newest.into_values().collect()
}

async fn shown(connection: &mut Connection, newest: &[InMessage]) -> Result<(), StoreError> {
    // One string: each that is handed to SQLite's thread costs more than what it does here.
    //
    // A late report of an older screen changes nothing. Only if no newer screen was committed
    // meanwhile is its ticket the one of this message; a message that carries words of a ticket
    // stays what it is.
    sql::script(
        "UPDATE conversations SET shown_no = j.number, screen_message = j.message
         FROM (SELECT CAST(value ->> 'person' AS BIGINT) AS person, CAST(value ->> 'number' AS BIGINT) AS number,
                      CAST(value ->> 'message' AS BIGINT) AS message FROM json_each($1)) AS j
         WHERE person_id = j.person AND shown_no <= j.number;

         INSERT INTO message_links (chat_id, message_id, ticket_id, at)
         SELECT c.person_id, c.screen_message, c.screen_ticket, CAST(j.value ->> 'at' AS BIGINT)
         FROM json_each($1) AS j JOIN conversations AS c ON c.person_id = CAST(j.value ->> 'person' AS BIGINT)
         WHERE c.screen_no = CAST(j.value ->> 'number' AS BIGINT) AND c.screen_message = CAST(j.value ->> 'message' AS BIGINT)
           AND c.screen_ticket IS NOT NULL
         ON CONFLICT (chat_id, message_id) DO UPDATE SET ticket_id = excluded.ticket_id,
             at = excluded.at
         WHERE message_links.ticket_message_id IS NULL;

         DELETE FROM message_links
         WHERE ticket_message_id IS NULL AND (chat_id, message_id) IN (
             SELECT c.person_id, c.screen_message
             FROM json_each($1) AS j JOIN conversations AS c ON c.person_id = CAST(j.value ->> 'person' AS BIGINT)
             WHERE c.screen_no = CAST(j.value ->> 'number' AS BIGINT) AND c.screen_message = CAST(j.value ->> 'message' AS BIGINT)
               AND c.screen_ticket IS NULL)",
    )
    .bind(to_json(newest)?)
    .execute(connection)
    .await?;
    Ok(())
}

/// A screen that is given up; nothing more is sent on its account.
pub(in crate::store) async fn give_up(
    connection: &mut Connection,
    screen: &ScreenEnd,
) -> Result<(), StoreError> {
    sql::query("UPDATE conversations SET shown_no = max(shown_no, $2) WHERE person_id = $1")
        .bind(screen.person.0)
        .bind(screen.number)
        .execute(&mut *connection)
        .await?;
    if screen.end == Shown::Unreachable {
        sql::query("UPDATE users SET reachable = 0 WHERE id = $1")
            .bind(screen.person.0)
            .execute(connection)
            .await?;
    }
    Ok(())
}
