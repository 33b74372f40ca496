//! People, for the staff: one, by whatever they are called, and those who are banned.

use frontdesk_desk::Facts;
use frontdesk_desk::facts::Whom;
use frontdesk_desk::ids::{PersonId, TicketId};
use frontdesk_desk::screen::People;
use frontdesk_desk::ticket::UserRecord;

use super::{clamp, messages, offset, unsigned};
use crate::store::error::StoreError;
use crate::store::rows;
use crate::store::sql::{self, Connection};

/// Who that is, and the ticket that they were named by.
pub(super) async fn person(
    tx: &mut Connection,
    whom: &Whom,
) -> Result<Option<(UserRecord, Option<TicketId>)>, StoreError> {
    let ticket = match whom {
        Whom::Id(person) => return Ok(by_id(tx, *person).await?.map(|person| (person, None))),
        Whom::Of(source) => messages::linked(tx, *source)
            .await?
            .map(|linked| linked.ticket),
        Whom::Called(name) => {
            if let Some(username) = name.strip_prefix('@') {
                return Ok(by_username(tx, username)
                    .await?
                    .map(|person| (person, None)));
            }
            let Ok(number) = name.strip_prefix('#').unwrap_or(name).parse::<i64>() else {
                return Ok(None);
            };
            let named = rows::tickets(tx, [TicketId(number)]).await?;
            if named.is_empty() && !name.starts_with('#') {
                let person = by_id(tx, PersonId(number)).await?;
                return Ok(person.map(|person| (person, None)));
            }
            Some(TicketId(number))
        }
    };
    let Some(ticket) = ticket else {
        return Ok(None);
    };
    let Some(found) = rows::tickets(tx, [ticket]).await?.remove(&ticket) else {
        return Ok(None);
    };
    let person = by_id(tx, found.user).await?;
    Ok(person.map(|person| (person, Some(ticket))))
}

async fn by_id(tx: &mut Connection, person: PersonId) -> Result<Option<UserRecord>, StoreError> {
    Ok(rows::users(tx, [person]).await?.remove(&person))
}

/// A username can pass from one person to another: it is whose was seen with it last.
async fn by_username(
    tx: &mut Connection,
    username: &str,
) -> Result<Option<UserRecord>, StoreError> {
    let row = sql::query(
        "SELECT * FROM users WHERE lower(username) = lower($1) AND username IS NOT NULL
         ORDER BY last_seen DESC LIMIT 1",
    )
    .bind(username)
    .fetch_optional(tx)
    .await?;
    row.as_ref().map(rows::user).transpose()
}

/// How many tickets a person has.
pub(super) async fn tickets(tx: &mut Connection, person: PersonId) -> Result<u64, StoreError> {
    let count: i64 = sql::query_scalar("SELECT count(*) FROM tickets WHERE user_id = $1")
        .bind(person.0)
        .fetch_one(tx)
        .await?;
    Ok(unsigned(count))
}

/// A page of those who are banned, the latest first.
pub(super) async fn banned(tx: &mut Connection, page: u32) -> Result<People, StoreError> {
    let total: i64 = sql::query_scalar("SELECT count(*) FROM users WHERE banned_at IS NOT NULL")
        .fetch_one(&mut *tx)
        .await?;
    let total = unsigned(total);
    let (page, pages) = clamp(page, total, Facts::LIST_PAGE);
    let found = sql::query(
        "SELECT * FROM users WHERE banned_at IS NOT NULL
         ORDER BY banned_at DESC, id LIMIT $1 OFFSET $2",
    )
    .bind(Facts::LIST_PAGE)
    .bind(offset(page, Facts::LIST_PAGE))
    .fetch_all(tx)
    .await?;
    Ok(People {
        rows: found.iter().map(rows::user).collect::<Result<_, _>>()?,
        page,
        pages,
        total,
    })
}
