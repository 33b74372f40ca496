//! Moving an installation: all rows of a file of SQLite into an empty database of a server.

use sqlx::AssertSqlSafe;

use super::db::Db;
use super::error::StoreError;
use super::migrate;
use super::sql::{self, Connection};

/// How many rows go over at once.
const AT_ONCE: i64 = 1_000;

/// Every table with rows of its own, after those that it refers to. What is counted by triggers, and
/// the index of words, come by themselves.
const TABLES: [&str; 20] = [
    "users",
    "tickets",
    "ticket_messages",
    "ticket_events",
    "conversations",
    "notices",
    "message_links",
    "handled_updates",
    "attempts",
    "quarantine",
    "admins",
    "desk_state",
    "holds",
    "gatherings",
    "person_events",
    "imports",
    "imported_tickets",
    "import_changes",
    "imported_messages",
    "imported_users",
];

/// What is told while it goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many rows there are.
    Rows(u64),
    /// So many more are there.
    Copied(u64),
}

/// What was copied: each table with the number of its rows, which have been compared.
pub type Copied = Vec<(&'static str, u64)>;

/// Copies everything, in one transaction: all of it is there afterwards, or nothing. Counts and sums
/// of every column are compared before it is made last. No desk may run with either.
///
/// # Errors
/// `Refused` if it is not a file that is copied to a server, if the server's database holds rows, if a
/// desk runs, or if what is there is not what was copied; `Older` if the file's schema is.
pub async fn copy(
    from: &Db,
    to: &Db,
    mut progress: impl FnMut(Progress),
) -> Result<Copied, StoreError> {
    if !matches!((from, to), (Db::Sqlite(_), Db::Postgres(_))) {
        return Err(StoreError::Refused(
            "a file of SQLite is copied to a server: --from sqlite:… --to postgres://…".to_owned(),
        ));
    }
    let _claims = (from.claim().await?, to.claim().await?);
    migrate::ready(from, false).await?;
    migrate::up(to).await?;
    if let Some(table) = migrate::table_with_rows(to).await? {
        return Err(StoreError::Refused(format!(
            "the target holds data already (table {table}): name an empty database"
        )));
    }
    let mut source = from.read().await?;
    let mut target = to.write().await?;
    // What the migrations put there of the desk itself comes from the file.
    for table in ["desk_state", "admins"] {
        run(&mut target, format!("DELETE FROM {table}")).await?;
    }
    let mut copied = Copied::new();
    let mut all = 0;
    for name in TABLES {
        let rows = count(&mut source, name).await?;
        all += rows;
        copied.push((name, rows));
    }
    progress(Progress::Rows(all));
    for name in TABLES {
        let table = Table::read(&mut source, name).await?;
        table.copy(&mut source, &mut target, &mut progress).await?;
        table.compare(&mut source, &mut target).await?;
    }
    numbers(&mut source, &mut target).await?;
    target.commit().await?;
    Ok(copied)
}

/// A table, by the columns that are stored.
struct Table {
    name: &'static str,
    /// Each with whether it holds numbers.
    columns: Vec<(String, bool)>,
    key: Vec<String>,
}

impl Table {
    async fn read(source: &mut Connection, name: &'static str) -> Result<Self, StoreError> {
        // Generated columns are hidden here.
        let rows = sql::query("SELECT name, type, pk FROM pragma_table_info($1) ORDER BY cid")
            .bind(name)
            .fetch_all(source)
            .await?;
        let mut columns = Vec::with_capacity(rows.len());
        let mut key = Vec::new();
        for row in &rows {
            let column: String = row.try_get("name")?;
            let place: i64 = row.try_get("pk")?;
            if place > 0 {
                key.push((place, column.clone()));
            }
            columns.push((column, row.try_get::<&str>("type")? == "INTEGER"));
        }
        key.sort_unstable();
        Ok(Self {
            name,
            columns,
            key: key.into_iter().map(|(_, column)| column).collect(),
        })
    }

    async fn copy(
        &self,
        source: &mut Connection,
        target: &mut Connection,
        progress: &mut impl FnMut(Progress),
    ) -> Result<(), StoreError> {
        let (name, key) = (self.name, self.key.join(", "));
        let columns: Vec<&str> = self.columns.iter().map(|(name, _)| name.as_str()).collect();
        let columns = columns.join(", ");
        let pairs: Vec<String> = self
            .columns
            .iter()
            .map(|(column, _)| format!("'{column}', {column}"))
            .collect();
        let after: Vec<String> = (0..self.key.len())
            .map(|place| format!("json_extract($1, '$[{place}]')"))
            .collect();
        let rows = format!(
            "SELECT json_object({}) AS row, json_array({key}) AS at FROM {name}
             WHERE $1 IS NULL OR ({key}) > ({})
             ORDER BY {key} LIMIT {AT_ONCE}",
            pairs.join(", "),
            after.join(", "),
        );
        let insert = format!(
            "INSERT INTO {name} ({columns})
             SELECT {columns} FROM json_populate_recordset(CAST(NULL AS {name}), CAST($1 AS json))"
        );
        let mut last: Option<String> = None;
        loop {
            let page = sql::query(AssertSqlSafe(rows.clone()))
                .bind(&last)
                .fetch_all(source)
                .await?;
            let Some(end) = page.last() else {
                return Ok(());
            };
            last = Some(end.try_get("at")?);
            let mut all = String::from("[");
            for row in &page {
                if all.len() > 1 {
                    all.push(',');
                }
                all.push_str(row.try_get("row")?);
            }
            all.push(']');
            sql::query(AssertSqlSafe(insert.clone()))
                .bind(all)
                .execute(target)
                .await?;
            progress(Progress::Copied(page.len() as u64));
        }
    }

    /// Whether the rows there are those that were copied: how many, and a sum of each column.
    async fn compare(
        &self,
        source: &mut Connection,
        target: &mut Connection,
    ) -> Result<(), StoreError> {
        let sums = |of_text: fn(&str) -> String| {
            let sums: Vec<String> = self
                .columns
                .iter()
                .map(|(column, whole)| {
                    // Small enough that no sum is too great.
                    let value = match whole {
                        true => format!("{column} % 1000003"),
                        false => of_text(column),
                    };
                    format!("CAST(coalesce(sum({value}), 0) AS BIGINT)")
                })
                .collect();
            format!("SELECT count(*), {} FROM {}", sums.join(", "), self.name)
        };
        // A NUL character, where the length would end, is another one in the target.
        let of_file = sums(|column| format!("length(replace({column}, char(0), '.'))"));
        let of_server = sums(|column| format!("length({column})"));
        let of_file = sql::query(AssertSqlSafe(of_file)).fetch_one(source).await?;
        let of_server = sql::query(AssertSqlSafe(of_server))
            .fetch_one(target)
            .await?;
        for place in 0..=self.columns.len() {
            if of_file.whole(place)? != of_server.whole(place)? {
                return Err(StoreError::Refused(format!(
                    "the rows of table {} are not the same in the target; nothing was kept there: \
                     tell us of it",
                    self.name
                )));
            }
        }
        Ok(())
    }
}

/// A number that was given once is never given again, though its row may be gone.
async fn numbers(source: &mut Connection, target: &mut Connection) -> Result<(), StoreError> {
    let given = sql::query("SELECT name, seq FROM sqlite_sequence")
        .fetch_all(source)
        .await?;
    for row in &given {
        let (name, last): (String, i64) = (row.try_get("name")?, row.try_get("seq")?);
        match name.as_str() {
            "tickets" | "ticket_messages" => {
                sql::query("UPDATE sqlite_sequence SET seq = $2 WHERE name = $1")
                    .bind(&name)
                    .bind(last)
                    .execute(target)
                    .await?;
            }
            _ if TABLES.contains(&name.as_str()) && last > 0 => {
                sql::query("SELECT setval(pg_get_serial_sequence($1, 'id'), $2)")
                    .bind(&name)
                    .bind(last)
                    .execute(target)
                    .await?;
            }
            _ => {}
        }
    }
    Ok(())
}

async fn count(source: &mut Connection, table: &str) -> Result<u64, StoreError> {
    let query = format!("SELECT count(*) FROM {table}");
    let rows: i64 = sql::query_scalar(AssertSqlSafe(query))
        .fetch_one(source)
        .await?;
    Ok(rows.unsigned_abs())
}

async fn run(target: &mut Connection, statement: String) -> Result<(), StoreError> {
    sql::query(AssertSqlSafe(statement)).execute(target).await?;
    Ok(())
}
