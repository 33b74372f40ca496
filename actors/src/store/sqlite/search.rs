//! Words of subjects: which tickets have them, newest first, by SQLite's full-text index.
//!
//! Writing a few words into that index costs more than all else that a new ticket writes, many at
//! once cost little. So new tickets are [taken in](take_in) a little later, and a search looks
//! through those that are not there yet one by one.

use sqlx::SqliteConnection;
use sqlx::sqlite::SqliteRow;

use crate::store::error::StoreError;
use crate::store::rows::to_json;

/// How many tickets are taken in at once, so that the writer is never held up for long. At once in
/// ten seconds that is two million tickets a day.
const TAKEN_IN: i64 = 250;

/// How many words are looked for; a subject of 200 characters has hardly more.
const MOST_WORDS: usize = 16;

/// What is looked for: tickets that have all of it in their subject.
pub(in crate::store) struct Words {
    /// For the index: a word there begins with each of these.
    expression: String,
    /// For what is not in the index yet: patterns, a JSON list.
    patterns: String,
}

impl Words {
    /// The words that somebody wrote; `None` if there are none. Signs that stand alone, which the
    /// index does not know, are none.
    pub(in crate::store) fn of(written: &str) -> Result<Option<Self>, StoreError> {
        let written = written.to_lowercase();
        // A control character would end the expression.
        let written = written.replace(char::is_control, " ");
        let words: Vec<&str> = written
            .split_whitespace()
            .filter(|word| !word.chars().all(|char| char.is_ascii_punctuation()))
            .take(MOST_WORDS)
            .collect();
        if words.is_empty() {
            return Ok(None);
        }
        let quoted: Vec<String> = words.iter().map(|word| quote(word)).collect();
        let patterns: Vec<String> = words.iter().map(|word| pattern(word)).collect();
        Ok(Some(Self {
            expression: quoted.join(" "),
            patterns: to_json(&patterns)?,
        }))
    }

    /// How many tickets there are; at most so many are counted.
    pub(in crate::store) async fn count(
        &self,
        tx: &mut SqliteConnection,
        most: i64,
    ) -> Result<i64, StoreError> {
        let count: i64 = sqlx::query_scalar(
            r"SELECT count(*) FROM (
                  SELECT * FROM (
                      SELECT 1 FROM tickets
                      WHERE id > (SELECT coalesce(max(id), 0) FROM ticket_subjects_docsize)
                        AND NOT EXISTS (SELECT 1 FROM json_each($2)
                                        WHERE subject_folded NOT LIKE value ESCAPE '\')
                      LIMIT $3)
                  UNION ALL
                  SELECT * FROM (
                      SELECT 1 FROM ticket_subjects WHERE ticket_subjects MATCH $1 LIMIT $3))",
        )
        .bind(&self.expression)
        .bind(&self.patterns)
        .bind(most)
        .fetch_one(tx)
        .await?;
        Ok(count.min(most))
    }

    /// Rows of `tickets`, newest first.
    pub(in crate::store) async fn page(
        &self,
        tx: &mut SqliteConnection,
        size: u32,
        skip: i64,
    ) -> Result<Vec<SqliteRow>, StoreError> {
        Ok(sqlx::query(
            r"SELECT * FROM tickets WHERE id IN (
                  SELECT id FROM (
                      SELECT * FROM (
                          SELECT id FROM tickets
                          WHERE id > (SELECT coalesce(max(id), 0) FROM ticket_subjects_docsize)
                            AND NOT EXISTS (SELECT 1 FROM json_each($2)
                                            WHERE subject_folded NOT LIKE value ESCAPE '\')
                          ORDER BY id DESC LIMIT $3 + $4)
                      UNION ALL
                      SELECT * FROM (
                          SELECT rowid FROM ticket_subjects WHERE ticket_subjects MATCH $1
                          ORDER BY rowid DESC LIMIT $3 + $4))
                  ORDER BY id DESC LIMIT $3 OFFSET $4)
              ORDER BY id DESC",
        )
        .bind(&self.expression)
        .bind(&self.patterns)
        .bind(size)
        .bind(skip)
        .fetch_all(tx)
        .await?)
    }
}

/// A word as the index is asked for it: by its beginning, but a single letter as a whole word, since
/// too much begins with it. What is no letter, digit or symbol separates words there as here.
fn quote(word: &str) -> String {
    let quoted = word.replace('"', "\"\"");
    match word.chars().nth(1) {
        Some(_) => format!("\"{quoted}\"*"),
        None => format!("\"{quoted}\""),
    }
}

/// A word as a pattern of `LIKE`, found anywhere.
fn pattern(word: &str) -> String {
    let word = word
        .replace('\\', r"\\")
        .replace('%', r"\%")
        .replace('_', r"\_");
    format!("%{word}%")
}

/// Takes the oldest tickets that are not in the index into it, a few at a time.
pub(in crate::store) async fn take_in(connection: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO ticket_subjects (rowid, subject_folded)
         SELECT id, subject_folded FROM tickets
         WHERE id > (SELECT coalesce(max(id), 0) FROM ticket_subjects_docsize)
         ORDER BY id LIMIT $1",
    )
    .bind(TAKEN_IN)
    .execute(connection)
    .await?;
    Ok(())
}
