//! One way to ask either database: a text, its values, and rows to read.
//!
//! The text is the same for both, with `$1` for its values. What makes that possible: whole numbers
//! (and flags, as 0 and 1) are 64 bits wide everywhere, all else is text; PostgreSQL is given the
//! few functions of SQLite that the texts use (`migrations/postgres/0001`). An element of a JSON
//! array is `value` of `json_each($1)`: numbers in it are cast, since PostgreSQL reads them as text.

use std::borrow::Cow;
use std::fmt::Display;
use std::ops::{Deref, DerefMut};

use sqlx::postgres::PgRow;
use sqlx::sqlite::SqliteRow;
use sqlx::{Column as _, ColumnIndex, Postgres, Row as _, SqlSafeStr, SqlStr, Sqlite, TypeInfo};

use super::error::StoreError;

/// What the statements of one transaction run on.
#[derive(Debug)]
pub enum Connection {
    /// To a file.
    Sqlite(sqlx::Transaction<'static, Sqlite>),
    /// To a server.
    Postgres(sqlx::Transaction<'static, Postgres>),
}

impl Connection {
    /// The text for this database, where one text cannot serve both.
    pub(super) fn pick(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite,
            Self::Postgres(_) => postgres,
        }
    }
}

/// A transaction; one that is dropped is rolled back.
#[derive(Debug)]
pub struct Transaction {
    connection: Connection,
    /// Whether it writes for the desk that sends, of all those that use the database.
    pub(super) sends: bool,
}

impl Transaction {
    pub(super) fn new(connection: Connection, sends: bool) -> Self {
        Self { connection, sends }
    }

    /// Makes what was written last.
    ///
    /// # Errors
    /// As the commit failed. A connection that was cut may have committed all of it.
    pub async fn commit(self) -> Result<(), StoreError> {
        match self.connection {
            Connection::Sqlite(tx) => tx.commit().await?,
            Connection::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

impl Deref for Transaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl DerefMut for Transaction {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }
}

/// A value of a statement.
#[derive(Clone)]
pub(super) enum Arg<'q> {
    Whole(Option<i64>),
    Text(Option<Cow<'q, str>>),
}

/// What can be a value of a statement.
pub(super) trait Value<'q>: Sized {
    /// None of it.
    const NULL: Arg<'q>;

    /// As it is stored.
    fn arg(self) -> Arg<'q>;
}

impl<'q, T: Value<'q>> Value<'q> for Option<T> {
    const NULL: Arg<'q> = T::NULL;

    fn arg(self) -> Arg<'q> {
        self.map_or(T::NULL, T::arg)
    }
}

impl<'q> Value<'q> for i64 {
    const NULL: Arg<'q> = Arg::Whole(None);

    fn arg(self) -> Arg<'q> {
        Arg::Whole(Some(self))
    }
}

impl<'q> Value<'q> for u32 {
    const NULL: Arg<'q> = Arg::Whole(None);

    fn arg(self) -> Arg<'q> {
        i64::from(self).arg()
    }
}

impl<'q> Value<'q> for bool {
    const NULL: Arg<'q> = Arg::Whole(None);

    fn arg(self) -> Arg<'q> {
        i64::from(self).arg()
    }
}

impl<'q> Value<'q> for &'q str {
    const NULL: Arg<'q> = Arg::Text(None);

    fn arg(self) -> Arg<'q> {
        Arg::Text(Some(Cow::Borrowed(self)))
    }
}

impl<'q> Value<'q> for &'q String {
    const NULL: Arg<'q> = Arg::Text(None);

    fn arg(self) -> Arg<'q> {
        self.as_str().arg()
    }
}

impl<'q, T> Value<'q> for &'q Option<T>
where
    &'q T: Value<'q>,
{
    const NULL: Arg<'q> = <&'q T>::NULL;

    fn arg(self) -> Arg<'q> {
        self.as_ref().arg()
    }
}

impl<'q> Value<'q> for String {
    const NULL: Arg<'q> = Arg::Text(None);

    fn arg(self) -> Arg<'q> {
        Arg::Text(Some(Cow::Owned(self)))
    }
}

/// A statement with its values.
#[must_use]
pub(super) struct Query<'q> {
    sql: SqlStr,
    args: Vec<Arg<'q>>,
}

/// A statement; its text is ours, never put together from what people wrote.
pub(super) fn query<'q>(sql: impl SqlSafeStr) -> Query<'q> {
    Query {
        sql: sql.into_sql_str(),
        args: Vec::new(),
    }
}

/// The statement as one of the two drivers takes it.
macro_rules! bound {
    ($query:expr) => {{
        let Query { sql, args } = $query;
        let mut query = sqlx::query(sql);
        for arg in args {
            query = match arg {
                Arg::Whole(whole) => query.bind(whole),
                Arg::Text(text) => query.bind(text),
            };
        }
        query
    }};
}

/// PostgreSQL keeps no NUL character, neither as itself nor as it stands in JSON. What people write has
/// none unless it is forged; its place stays, so that entities fit.
fn without_nul(args: &mut [Arg<'_>]) {
    for arg in args {
        if let Arg::Text(Some(text)) = arg
            && (text.contains('\0') || text.contains(NUL_IN_JSON))
        {
            *text = replace_nul(text).into();
        }
    }
}

/// How a NUL character is written in JSON, if no backslash stands before it that belongs to none.
const NUL_IN_JSON: &str = "\\u0000";

fn replace_nul(text: &str) -> String {
    let mut replaced = String::with_capacity(text.len());
    let mut parts = text.split(NUL_IN_JSON);
    replaced.push_str(parts.next().unwrap_or_default());
    for part in parts {
        // After another backslash it is a backslash and the letters u0000.
        let before = replaced.bytes().rev().take_while(|byte| *byte == b'\\');
        replaced.push_str(match before.count() % 2 {
            0 => "\\ufffd",
            _ => NUL_IN_JSON,
        });
        replaced.push_str(part);
    }
    replaced.replace('\0', "\u{fffd}")
}

/// The same for a server.
macro_rules! server_bound {
    ($query:expr) => {{
        let mut query = $query;
        without_nul(&mut query.args);
        bound!(query)
    }};
}

impl<'q> Query<'q> {
    /// Adds the next value.
    pub(super) fn bind(mut self, value: impl Value<'q>) -> Self {
        self.args.push(value.arg());
        self
    }

    /// Runs it; answers how many rows it changed.
    pub(super) async fn execute(self, connection: &mut Connection) -> Result<u64, StoreError> {
        Ok(match connection {
            Connection::Sqlite(tx) => bound!(self).execute(&mut **tx).await?.rows_affected(),
            Connection::Postgres(tx) => server_bound!(self)
                .execute(&mut **tx)
                .await?
                .rows_affected(),
        })
    }

    /// All rows.
    pub(super) async fn fetch_all(
        self,
        connection: &mut Connection,
    ) -> Result<Vec<Row>, StoreError> {
        Ok(match connection {
            Connection::Sqlite(tx) => {
                let rows = bound!(self).fetch_all(&mut **tx).await?;
                rows.into_iter().map(Row::Sqlite).collect()
            }
            Connection::Postgres(tx) => {
                let rows = server_bound!(self).fetch_all(&mut **tx).await?;
                rows.into_iter().map(Row::Postgres).collect()
            }
        })
    }

    /// The row, if there is one.
    pub(super) async fn fetch_optional(
        self,
        connection: &mut Connection,
    ) -> Result<Option<Row>, StoreError> {
        Ok(match connection {
            Connection::Sqlite(tx) => {
                let row = bound!(self).fetch_optional(&mut **tx).await?;
                row.map(Row::Sqlite)
            }
            Connection::Postgres(tx) => {
                let row = server_bound!(self).fetch_optional(&mut **tx).await?;
                row.map(Row::Postgres)
            }
        })
    }

    /// The row.
    pub(super) async fn fetch_one(self, connection: &mut Connection) -> Result<Row, StoreError> {
        let row = self.fetch_optional(connection).await?;
        row.ok_or_else(|| StoreError::Corrupt("a row is missing".to_owned()))
    }
}

/// Several statements, one after the other, that share their values.
#[must_use]
pub(super) struct Script<'q> {
    sql: &'static str,
    args: Vec<Arg<'q>>,
}

/// Several statements, with a semicolon between each two (and none in a text of theirs). SQLite's
/// thread is handed all of them at once: each hand-over costs more than most of them do there.
pub(super) fn script<'q>(sql: &'static str) -> Script<'q> {
    Script {
        sql,
        args: Vec::new(),
    }
}

impl<'q> Script<'q> {
    /// Adds the next value; at most nine.
    pub(super) fn bind(mut self, value: impl Value<'q>) -> Self {
        self.args.push(value.arg());
        self
    }

    /// Runs all of it.
    pub(super) async fn execute(self, connection: &mut Connection) -> Result<(), StoreError> {
        let Self { sql, args } = self;
        if let Connection::Sqlite(_) = connection {
            let sql = sql.into_sql_str();
            Query { sql, args }.execute(connection).await?;
            return Ok(());
        }
        // A server takes them one by one, each with the values that it names.
        for statement in sql.split(';') {
            let named =
                |(at, arg): (usize, &Arg<'q>)| match statement.contains(&format!("${}", at + 1)) {
                    true => arg.clone(),
                    false => Arg::Text(None),
                };
            let args = args.iter().enumerate().map(named).collect();
            let sql = statement.into_sql_str();
            Query { sql, args }.execute(connection).await?;
        }
        Ok(())
    }
}

/// A statement whose rows are one value each.
#[must_use]
pub(super) struct Scalar<'q>(Query<'q>);

/// A statement of which the first column is asked for; see [`query`].
pub(super) fn query_scalar<'q>(sql: impl SqlSafeStr) -> Scalar<'q> {
    Scalar(query(sql))
}

impl<'q> Scalar<'q> {
    /// Adds the next value.
    pub(super) fn bind(self, value: impl Value<'q>) -> Self {
        Self(self.0.bind(value))
    }

    /// Of all rows.
    pub(super) async fn fetch_all<T>(
        self,
        connection: &mut Connection,
    ) -> Result<Vec<T>, StoreError>
    where
        T: for<'r> Get<'r>,
    {
        let rows = self.0.fetch_all(connection).await?;
        rows.iter().map(|row| T::get(row, 0)).collect()
    }

    /// Of the row, if there is one.
    pub(super) async fn fetch_optional<T>(
        self,
        connection: &mut Connection,
    ) -> Result<Option<T>, StoreError>
    where
        T: for<'r> Get<'r>,
    {
        let row = self.0.fetch_optional(connection).await?;
        row.map(|row| T::get(&row, 0)).transpose()
    }

    /// Of the row.
    pub(super) async fn fetch_one<T>(self, connection: &mut Connection) -> Result<T, StoreError>
    where
        T: for<'r> Get<'r>,
    {
        T::get(&self.0.fetch_one(connection).await?, 0)
    }
}

/// A row of either database.
pub(super) enum Row {
    Sqlite(SqliteRow),
    Postgres(PgRow),
}

impl Row {
    /// The value of a column.
    ///
    /// # Errors
    /// `Corrupt`, which names the column, if it holds something else.
    pub(super) fn try_get<'r, T: Get<'r>>(&'r self, column: &'r str) -> Result<T, StoreError> {
        T::get(self, column)
    }

    /// The number in a column. Of flags and counts PostgreSQL makes narrower numbers where no column says how wide.
    pub(super) fn whole<I: Index>(&self, column: I) -> Result<Option<i64>, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => match row.try_column(column)?.type_info().name() {
                "BOOL" => Ok(row.try_get::<Option<bool>, _>(column)?.map(i64::from)),
                "INT4" => Ok(row.try_get::<Option<i32>, _>(column)?.map(i64::from)),
                _ => row.try_get(column),
            },
        }
    }

    fn text<I: Index>(&self, column: I) -> Result<Option<&str>, sqlx::Error> {
        match self {
            Self::Sqlite(row) => row.try_get(column),
            Self::Postgres(row) => row.try_get(column),
        }
    }
}

/// The name or the place of a column.
pub(super) trait Index:
    ColumnIndex<SqliteRow> + ColumnIndex<PgRow> + Copy + Display
{
}

impl<I: ColumnIndex<SqliteRow> + ColumnIndex<PgRow> + Copy + Display> Index for I {}

/// What a column can hold.
pub(super) trait Held<'r>: Sized {
    /// The value, if there is one.
    fn find<I: Index>(row: &'r Row, column: I) -> Result<Option<Self>, StoreError>;
}

/// What can be read from a row.
pub(super) trait Get<'r>: Sized {
    /// The value.
    fn get<I: Index>(row: &'r Row, column: I) -> Result<Self, StoreError>;
}

impl<'r, T: Held<'r>> Get<'r> for T {
    fn get<I: Index>(row: &'r Row, column: I) -> Result<Self, StoreError> {
        T::find(row, column)?.ok_or_else(|| StoreError::Corrupt(format!("column {column}")))
    }
}

impl<'r, T: Held<'r>> Get<'r> for Option<T> {
    fn get<I: Index>(row: &'r Row, column: I) -> Result<Self, StoreError> {
        T::find(row, column)
    }
}

impl<'r> Held<'r> for i64 {
    fn find<I: Index>(row: &'r Row, column: I) -> Result<Option<Self>, StoreError> {
        Ok(row.whole(column)?)
    }
}

impl<'r> Held<'r> for u32 {
    fn find<I: Index>(row: &'r Row, column: I) -> Result<Option<Self>, StoreError> {
        let whole = row.whole(column)?;
        let narrow = whole.map(Self::try_from).transpose();
        narrow.map_err(|_| StoreError::Corrupt(format!("column {column}")))
    }
}

impl<'r> Held<'r> for bool {
    fn find<I: Index>(row: &'r Row, column: I) -> Result<Option<Self>, StoreError> {
        Ok(row.whole(column)?.map(|flag| flag != 0))
    }
}

impl<'r> Held<'r> for &'r str {
    fn find<I: Index>(row: &'r Row, column: I) -> Result<Option<Self>, StoreError> {
        Ok(row.text(column)?)
    }
}

impl<'r> Held<'r> for String {
    fn find<I: Index>(row: &'r Row, column: I) -> Result<Option<Self>, StoreError> {
        Ok(row.text(column)?.map(str::to_owned))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_for_a_nul_is_replaced() {
        for (given, expected) in [
            ("a\0b", "a\u{fffd}b"),
            (r#"["a\u0000"]"#, r#"["a\ufffd"]"#),
            (r#"["a\\u0000"]"#, r#"["a\\u0000"]"#),
            (r#"["a\\\u0000\u0000"]"#, r#"["a\\\ufffd\ufffd"]"#),
            (r#"["\u0001 u0000"]"#, r#"["\u0001 u0000"]"#),
        ] {
            assert_eq!(replace_nul(given), expected);
        }
    }
}
