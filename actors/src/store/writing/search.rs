//! Words of subjects: which tickets have them, newest first, by a full-text index.
//!
//! Writing a few words into SQLite's index costs more than all else that a new ticket writes, many
//! at once cost little. So new tickets are [taken in](take_in) a little later, and a search looks
//! through those that are not there yet one by one. PostgreSQL puts new words off by itself.

use crate::store::error::StoreError;
use crate::store::rows::{get_json, to_json};
use crate::store::sql::{self, Connection};

/// How many tickets are taken in at once, so that the writer is never held up for long. At once in
/// ten seconds that is two million tickets a day.
const TAKEN_IN: i64 = 250;

/// How many words are looked for; a subject of 200 characters has hardly more.
const MOST_WORDS: usize = 16;

/// What is looked for: tickets that have all of it in their subject.
pub(in crate::store) struct Words {
    /// For PostgreSQL's index: the words, a JSON list.
    words: String,
    /// For SQLite's: a word there begins with each of these.
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
            words: to_json(&words)?,
            expression: quoted.join(" "),
            patterns: to_json(&patterns)?,
        }))
    }

    /// The newest tickets, at most so many, newest first. Both the page and its place among all come
    /// from these: what costs is to go through the index, and not to name what was found.
    pub(in crate::store) async fn newest(
        &self,
        tx: &mut Connection,
        most: i64,
    ) -> Result<Vec<i64>, StoreError> {
        let found = sql::query(tx.pick(
            r"SELECT json_group_array(id ORDER BY id DESC) AS ids FROM (
                  SELECT id FROM (
                      SELECT * FROM (
                          SELECT id FROM tickets
                          WHERE id > (SELECT coalesce(max(id), 0) FROM ticket_subjects_docsize)
                            AND NOT EXISTS (SELECT 1 FROM json_each($2)
                                            WHERE subject_folded NOT LIKE value ESCAPE '\')
                          ORDER BY id DESC LIMIT $3)
                      UNION ALL
                      SELECT * FROM (
                          SELECT rowid FROM ticket_subjects WHERE ticket_subjects MATCH $1
                          ORDER BY rowid DESC LIMIT $3))
                  ORDER BY id DESC LIMIT $3)",
            "SELECT CAST(coalesce(json_agg(id ORDER BY id DESC), '[]') AS TEXT) AS ids FROM (
                 SELECT id FROM tickets
                 WHERE array_to_tsvector(words_of(subject_folded)) @@ words_query($1)
                 ORDER BY id DESC LIMIT $3) AS found",
        ))
        .bind(self.for_index(tx))
        .bind(&self.patterns)
        .bind(most)
        .fetch_one(tx)
        .await?;
        get_json(&found, "ids")
    }

    fn for_index(&self, tx: &Connection) -> &str {
        match tx {
            Connection::Sqlite(_) => &self.expression,
            Connection::Postgres(_) => &self.words,
        }
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
pub(in crate::store) async fn take_in(connection: &mut Connection) -> Result<(), StoreError> {
    if let Connection::Postgres(_) = connection {
        return Ok(());
    }
    sql::query(
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
