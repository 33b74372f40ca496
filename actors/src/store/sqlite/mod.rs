//! What is written for SQLite alone: the batch commit, the outbox, the search for words,
//! and the desk's own state.
//!
//! Many rows go in with one statement, as one JSON array that `json_each` unfolds: the hand-over of
//! a statement to the connection's thread costs more than the rows. Numbers of new rows are read
//! from `sqlite_sequence` beforehand, which is safe because whoever is here holds the write lock.

pub(super) mod commit;
pub(super) mod outbox;
pub(super) mod screens;
pub(super) mod search;
pub(super) mod state;
