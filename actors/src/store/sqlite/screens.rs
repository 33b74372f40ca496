//! What became of screens.

use std::collections::HashMap;

use serde::Serialize;
use sqlx::SqliteConnection;

use crate::store::error::StoreError;
use crate::store::rows::{micros, to_json};
use crate::tickets::{ScreenFailed, ScreenShown};

/// Screens that were shown: the newest of each person counts. The message that holds one is linked
/// to the ticket that the screen is about, so that a Telegram reply to it finds the ticket.
pub(in crate::store) async fn shown(
    connection: &mut SqliteConnection,
    shown: &[&ScreenShown],
) -> Result<(), StoreError> {
    if shown.is_empty() {
        return Ok(());
    }
    #[derive(Serialize)]
    struct Shown {
        person: i64,
        number: i64,
        message: i64,
        at: i64,
    }
    let mut newest: HashMap<i64, Shown> = HashMap::new();
    for screen in shown {
        let known = newest.get(&screen.person.0);
        if known.is_none_or(|known| known.number <= screen.number) {
            let row = Shown {
                person: screen.person.0,
                number: screen.number,
                message: screen.message.0,
                at: micros(screen.at),
            };
            newest.insert(row.person, row);
        }
    }
    let rows = to_json(&newest.into_values().collect::<Vec<_>>())?;
    // A late report of an older screen changes nothing.
    sqlx::query(
        "UPDATE conversations SET shown_no = j.number, screen_message = j.message
         FROM (SELECT value ->> 'person' AS person, value ->> 'number' AS number,
                      value ->> 'message' AS message FROM json_each($1)) AS j
         WHERE person_id = j.person AND shown_no <= j.number",
    )
    .bind(&rows)
    .execute(&mut *connection)
    .await?;
    // Only if no newer screen was committed meanwhile is its ticket the one of this message; a
    // message that carries words of a ticket stays what it is.
    sqlx::query(
        "INSERT INTO message_links (chat_id, message_id, ticket_id, at)
         SELECT c.person_id, c.screen_message, c.screen_ticket, j.value ->> 'at'
         FROM json_each($1) AS j JOIN conversations AS c ON c.person_id = j.value ->> 'person'
         WHERE c.screen_no = j.value ->> 'number' AND c.screen_message = j.value ->> 'message'
           AND c.screen_ticket IS NOT NULL
         ON CONFLICT (chat_id, message_id) DO UPDATE SET ticket_id = excluded.ticket_id,
             at = excluded.at
         WHERE ticket_message_id IS NULL",
    )
    .bind(&rows)
    .execute(&mut *connection)
    .await?;
    sqlx::query(
        "DELETE FROM message_links
         WHERE ticket_message_id IS NULL AND (chat_id, message_id) IN (
             SELECT c.person_id, c.screen_message
             FROM json_each($1) AS j JOIN conversations AS c ON c.person_id = j.value ->> 'person'
             WHERE c.screen_no = j.value ->> 'number' AND c.screen_message = j.value ->> 'message'
               AND c.screen_ticket IS NULL)",
    )
    .bind(&rows)
    .execute(connection)
    .await?;
    Ok(())
}

/// A screen that is given up.
pub(in crate::store) async fn failed(
    connection: &mut SqliteConnection,
    failed: &ScreenFailed,
) -> Result<(), StoreError> {
    sqlx::query("UPDATE conversations SET shown_no = max(shown_no, $2) WHERE person_id = $1")
        .bind(failed.person.0)
        .bind(failed.number)
        .execute(&mut *connection)
        .await?;
    if failed.unreachable {
        sqlx::query("UPDATE users SET reachable = 0 WHERE id = $1")
            .bind(failed.person.0)
            .execute(connection)
            .await?;
    }
    Ok(())
}
