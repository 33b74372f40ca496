//! Lists of tickets, in pages.
//!
//! How many rows a staff's list has is added up from `ticket_counts`; its rows come in the order of
//! an index, so a page costs what it shows.

use std::collections::{HashMap, HashSet};

use frontdesk_desk::Facts;
use frontdesk_desk::button::Filter;
use frontdesk_desk::ids::PersonId;
use frontdesk_desk::screen::{Brief, List};
use frontdesk_desk::ticket::{Category, Priority, Status};

use super::{clamp, offset, unsigned};
use crate::store::error::StoreError;
use crate::store::rows;
use crate::store::sql::{self, Connection, Row};
use crate::store::writing::search::Words;

/// How many hits of a search are counted; more are "so many at least".
const MOST_HITS: i64 = 1000;

/// The person's tickets that are not closed, latest activity first.
pub(super) async fn open(tx: &mut Connection, person: PersonId) -> Result<Vec<Brief>, StoreError> {
    let found = sql::query(
        "SELECT * FROM tickets WHERE user_id = $1 AND (status = 'closed') = false
         ORDER BY updated_at DESC, id DESC LIMIT $2",
    )
    .bind(person.0)
    .bind(Facts::MOST_OPEN)
    .fetch_all(tx)
    .await?;
    found.iter().map(rows::brief).collect()
}

/// The same of several people at once; who has none is missing.
pub(super) async fn open_of(
    tx: &mut Connection,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, Vec<Brief>>, StoreError> {
    // SQLite has no LATERAL, and without it PostgreSQL looks at all tickets for each person.
    let found = sql::query(tx.pick(
        "SELECT t.* FROM json_each($1) AS j
         JOIN tickets AS t ON t.id IN (
             SELECT id FROM tickets WHERE user_id = CAST(j.value AS BIGINT) AND (status = 'closed') = false
             ORDER BY updated_at DESC, id DESC LIMIT $2)
         ORDER BY t.user_id, t.updated_at DESC, t.id DESC",
        "SELECT t.* FROM json_each($1) AS j
         CROSS JOIN LATERAL (
             SELECT * FROM tickets WHERE user_id = CAST(j.value AS BIGINT) AND (status = 'closed') = false
             ORDER BY updated_at DESC, id DESC LIMIT $2) AS t
         ORDER BY t.user_id, t.updated_at DESC, t.id DESC",
    ))
    .bind(rows::ids(people.into_iter().map(|person| person.0)))
    .bind(Facts::MOST_OPEN)
    .fetch_all(tx)
    .await?;
    let mut open: HashMap<PersonId, Vec<Brief>> = HashMap::new();
    for row in &found {
        let person = PersonId(row.try_get("user_id")?);
        open.entry(person).or_default().push(rows::brief(row)?);
    }
    Ok(open)
}

/// A page of the person's own tickets: open first, latest activity first.
pub(super) async fn mine(
    tx: &mut Connection,
    person: PersonId,
    page: u32,
) -> Result<List, StoreError> {
    let total = count_of_user(tx, person).await?;
    let (page, pages) = clamp(page, total, Facts::LIST_PAGE);
    let found = sql::query(
        "SELECT * FROM tickets WHERE user_id = $1
         ORDER BY (status = 'closed'), updated_at DESC, id DESC LIMIT $2 OFFSET $3",
    )
    .bind(person.0)
    .bind(Facts::LIST_PAGE)
    .bind(offset(page, Facts::LIST_PAGE))
    .fetch_all(tx)
    .await?;
    Ok(List {
        rows: found.iter().map(rows::brief).collect::<Result<_, _>>()?,
        page,
        pages,
        total,
    })
}

/// A page of one person's tickets for the staff: newest first.
pub(super) async fn of_user(
    tx: &mut Connection,
    user: PersonId,
    page: u32,
) -> Result<List, StoreError> {
    let total = count_of_user(tx, user).await?;
    let (page, pages) = clamp(page, total, Facts::LIST_PAGE);
    // The numbers alone are sorted, not the rows.
    let found = sql::query(
        "SELECT * FROM tickets WHERE id IN (
                 SELECT id FROM tickets WHERE user_id = $1 ORDER BY id DESC LIMIT $2 OFFSET $3)
             ORDER BY id DESC",
    )
    .bind(user.0)
    .bind(Facts::LIST_PAGE)
    .bind(offset(page, Facts::LIST_PAGE))
    .fetch_all(&mut *tx)
    .await?;
    Ok(List {
        rows: with_names(tx, &found).await?,
        page,
        pages,
        total,
    })
}

async fn count_of_user(tx: &mut Connection, user: PersonId) -> Result<u64, StoreError> {
    let count: i64 = sql::query_scalar("SELECT count(*) FROM tickets WHERE user_id = $1")
        .bind(user.0)
        .fetch_one(tx)
        .await?;
    Ok(unsigned(count))
}

/// The column that a filter looks at, each with a query and an index of its own.
enum Column<'a> {
    All,
    Status(Status),
    Category(&'a Category),
    Priority(Priority),
    Assignee(Option<PersonId>),
}

/// A page of the staff's list: who waits longest first, then the latest activity.
pub(super) async fn filtered(
    tx: &mut Connection,
    person: PersonId,
    filter: &Filter,
    page: u32,
) -> Result<List, StoreError> {
    let column = match filter {
        Filter::All => Column::All,
        Filter::Status(status) => Column::Status(*status),
        Filter::Category(category) => Column::Category(category),
        Filter::Priority(priority) => Column::Priority(*priority),
        Filter::Mine => Column::Assignee(Some(person)),
        Filter::Unassigned => Column::Assignee(None),
    };
    let total = unsigned(column.count(tx).await?);
    let (page, pages) = clamp(page, total, Facts::LIST_PAGE);
    let found = column.page(tx, page).await?;
    Ok(List {
        rows: with_names(tx, &found).await?,
        page,
        pages,
        total,
    })
}

impl Column<'_> {
    async fn count(&self, tx: &mut Connection) -> Result<i64, StoreError> {
        let query = match self {
            Self::All => sql::query_scalar("SELECT CAST(coalesce(sum(tickets), 0) AS BIGINT) FROM ticket_counts"),
            Self::Status(status) => sql::query_scalar(
                "SELECT CAST(coalesce(sum(tickets), 0) AS BIGINT) FROM ticket_counts WHERE status = $1",
            )
            .bind(status.as_str()),
            Self::Category(category) => sql::query_scalar(
                "SELECT CAST(coalesce(sum(tickets), 0) AS BIGINT) FROM ticket_counts
                 WHERE category = $1 AND status <> 'closed'",
            )
            .bind(&category.0),
            Self::Priority(priority) => sql::query_scalar(
                "SELECT CAST(coalesce(sum(tickets), 0) AS BIGINT) FROM ticket_counts
                 WHERE priority = $1 AND status <> 'closed'",
            )
            .bind(priority.as_str()),
            Self::Assignee(admin) => sql::query_scalar(
                "SELECT CAST(coalesce(sum(tickets), 0) AS BIGINT) FROM ticket_counts
                 WHERE assignee = $1 AND status <> 'closed'",
            )
            .bind(admin.map_or(0, |admin| admin.0)),
        };
        query.fetch_one(tx).await
    }

    async fn page(&self, tx: &mut Connection, page: u32) -> Result<Vec<Row>, StoreError> {
        let (size, skip) = (Facts::LIST_PAGE, offset(page, Facts::LIST_PAGE));
        let query = match self {
            Self::All => sql::query(
                "SELECT * FROM tickets
                 ORDER BY waiting_rank, id
                 LIMIT $1 OFFSET $2",
            )
            .bind(size)
            .bind(skip),
            Self::Status(status) => sql::query(
                "SELECT * FROM tickets WHERE status = $3
                 ORDER BY waiting_rank, id
                 LIMIT $1 OFFSET $2",
            )
            .bind(size)
            .bind(skip)
            .bind(status.as_str()),
            Self::Category(category) => sql::query(
                "SELECT * FROM tickets WHERE category = $3 AND status <> 'closed'
                 ORDER BY waiting_rank, id
                 LIMIT $1 OFFSET $2",
            )
            .bind(size)
            .bind(skip)
            .bind(&category.0),
            Self::Priority(priority) => sql::query(
                "SELECT * FROM tickets WHERE priority = $3 AND status <> 'closed'
                 ORDER BY waiting_rank, id
                 LIMIT $1 OFFSET $2",
            )
            .bind(size)
            .bind(skip)
            .bind(priority.as_str()),
            Self::Assignee(Some(admin)) => sql::query(
                "SELECT * FROM tickets WHERE assigned_admin_id = $3 AND status <> 'closed'
                 ORDER BY waiting_rank, id
                 LIMIT $1 OFFSET $2",
            )
            .bind(size)
            .bind(skip)
            .bind(admin.0),
            Self::Assignee(None) => sql::query(
                "SELECT * FROM tickets WHERE assigned_admin_id IS NULL AND status <> 'closed'
                 ORDER BY waiting_rank, id
                 LIMIT $1 OFFSET $2",
            )
            .bind(size)
            .bind(skip),
        };
        query.fetch_all(tx).await
    }
}

/// A page of what matches, newest first. A number is a ticket's (here, or in the older bot) or a
/// person's; `@name` is a person's; everything else, and a number that is neither, is words of the
/// subject, each by its beginning.
pub(super) async fn find(tx: &mut Connection, words: &str, page: u32) -> Result<List, StoreError> {
    let words = words.trim();
    if let Some(username) = words.strip_prefix('@') {
        let username = username.to_lowercase();
        return Hits::User(&username).page(tx, page).await;
    }
    if let Ok(number) = words.strip_prefix('#').unwrap_or(words).parse::<i64>() {
        let found = Hits::Number(number).page(tx, page).await?;
        if found.total > 0 {
            return Ok(found);
        }
    }
    match Words::of(words)? {
        Some(words) => with_words(tx, &words, page).await,
        None => Ok(List {
            pages: 1,
            ..List::default()
        }),
    }
}

/// A page of the tickets that have all of these words in their subject, in any order.
async fn with_words(tx: &mut Connection, words: &Words, page: u32) -> Result<List, StoreError> {
    let ids = words.newest(tx, MOST_HITS).await?;
    let total = ids.len() as u64;
    let (page, pages) = clamp(page, total, Facts::LIST_PAGE);
    let shown = ids.chunks(Facts::LIST_PAGE as usize).nth(page as usize);
    let found = sql::query(
        "SELECT * FROM tickets
         WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY id DESC",
    )
    .bind(rows::ids(shown.unwrap_or_default().iter().copied()))
    .fetch_all(&mut *tx)
    .await?;
    Ok(List {
        rows: with_names(tx, &found).await?,
        page,
        pages,
        total,
    })
}

/// What a search looks at, each with a query of its own.
enum Hits<'a> {
    /// A username in lower case, without the `@`.
    User(&'a str),
    /// A ticket's number, here or in the older bot, or a person's id.
    Number(i64),
}

impl Hits<'_> {
    async fn page(&self, tx: &mut Connection, page: u32) -> Result<List, StoreError> {
        let total = unsigned(self.count(tx).await?);
        let (page, pages) = clamp(page, total, Facts::LIST_PAGE);
        let found = self.rows(tx, page).await?;
        Ok(List {
            rows: with_names(tx, &found).await?,
            page,
            pages,
            total,
        })
    }

    async fn count(&self, tx: &mut Connection) -> Result<i64, StoreError> {
        let query = match self {
            Self::User(username) => sql::query_scalar(
                "SELECT count(*) FROM tickets
                 WHERE user_id IN (SELECT id FROM users WHERE lower(username) = $1
                                     AND username IS NOT NULL)",
            )
            .bind(*username),
            Self::Number(number) => sql::query_scalar(
                "SELECT count(*) FROM tickets
                     WHERE id = $1 OR user_id = $1 OR former_number = $1",
            )
            .bind(*number),
        };
        query.fetch_one(tx).await
    }

    async fn rows(&self, tx: &mut Connection, page: u32) -> Result<Vec<Row>, StoreError> {
        let (size, skip) = (Facts::LIST_PAGE, offset(page, Facts::LIST_PAGE));
        let query = match self {
            Self::User(username) => sql::query(
                "SELECT * FROM tickets WHERE id IN (
                     SELECT id FROM tickets
                     WHERE user_id IN (SELECT id FROM users WHERE lower(username) = $3
                                         AND username IS NOT NULL)
                     ORDER BY id DESC LIMIT $1 OFFSET $2)
                 ORDER BY id DESC",
            )
            .bind(size)
            .bind(skip)
            .bind(*username),
            Self::Number(number) => sql::query(
                "SELECT * FROM tickets WHERE id IN (
                     SELECT id FROM tickets WHERE id = $3 OR user_id = $3 OR former_number = $3
                     ORDER BY id DESC LIMIT $1 OFFSET $2)
                 ORDER BY id DESC",
            )
            .bind(size)
            .bind(skip)
            .bind(*number),
        };
        query.fetch_all(tx).await
    }
}

/// Rows of a staff's list, with the users' names.
async fn with_names(tx: &mut Connection, found: &[Row]) -> Result<Vec<Brief>, StoreError> {
    let users = found
        .iter()
        .map(|row| row.try_get("user_id").map(PersonId))
        .collect::<Result<HashSet<_>, _>>()?;
    let users = rows::users(tx, users).await?;
    found
        .iter()
        .map(|row| {
            let user = PersonId(row.try_get("user_id")?);
            Ok(Brief {
                user_name: users.get(&user).map(|user| user.full_name()),
                banned: users
                    .get(&user)
                    .is_some_and(|user| user.standing.ban.is_some()),
                ..rows::brief(row)?
            })
        })
        .collect()
}
