//! A ban, or its end: the person, their audit trail, and their conversation.

use frontdesk_desk::ids::PersonId;
use frontdesk_desk::outcome::BanChange;
use frontdesk_desk::ticket::{Happened, Time};

use crate::store::error::StoreError;
use crate::store::rows::{ids, micros, to_json};
use crate::store::sql::{self, Connection};

/// Writes a decision about a person; bans are rare, so one statement for each row.
pub(super) async fn write(
    connection: &mut Connection,
    change: &BanChange,
) -> Result<(), StoreError> {
    let ban = change.ban.as_ref();
    sql::query(
        "UPDATE users SET standing = standing + 1, banned_at = $2, banned_by = $3, ban_reason = $4
         WHERE id = $1",
    )
    .bind(change.person.0)
    .bind(ban.map(|ban| micros(ban.at)))
    .bind(ban.and_then(|ban| ban.by).map(|by| by.0))
    .bind(ban.and_then(|ban| ban.reason.as_deref()))
    .execute(&mut *connection)
    .await?;
    let what = match ban {
        Some(ban) => Happened::UserBanned {
            reason: ban.reason.clone(),
        },
        None => Happened::UserUnbanned,
    };
    note(connection, change.person, Some(change.by), change.at, &what).await
}

/// Ends the bans of these people: they are admins now. The desk itself does it.
pub(in crate::store::writing) async fn lift(
    connection: &mut Connection,
    admins: &[PersonId],
    at: Time,
) -> Result<(), StoreError> {
    let lifted: Vec<i64> = sql::query_scalar(
        "UPDATE users SET standing = standing + 1, banned_at = NULL, banned_by = NULL,
             ban_reason = NULL
         WHERE banned_at IS NOT NULL AND id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))
         RETURNING id",
    )
    .bind(ids(admins.iter().map(|admin| admin.0)))
    .fetch_all(&mut *connection)
    .await?;
    for person in lifted {
        note(
            connection,
            PersonId(person),
            None,
            at,
            &Happened::UserUnbanned,
        )
        .await?;
    }
    Ok(())
}

/// Puts it into the audit trail, and raises the version of the conversation: whoever still holds it
/// in memory has to read it again, with the person's standing.
async fn note(
    connection: &mut Connection,
    person: PersonId,
    by: Option<PersonId>,
    at: Time,
    what: &Happened,
) -> Result<(), StoreError> {
    sql::query(
        "INSERT INTO person_events (person_id, by_id, at, kind, what) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(person.0)
    .bind(by.map(|by| by.0))
    .bind(micros(at))
    .bind(what.kind())
    .bind(to_json(what)?)
    .execute(&mut *connection)
    .await?;
    sql::query("UPDATE conversations SET version = version + 1 WHERE person_id = $1")
        .bind(person.0)
        .execute(connection)
        .await?;
    Ok(())
}
