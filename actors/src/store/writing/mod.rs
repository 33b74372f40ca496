//! What is written: the batch commit, the outbox, and the desk's own state.
//!
//! Many rows go in with one statement, as one JSON array that `json_each` unfolds: the hand-over of
//! a statement to the connection's thread costs more than the rows. Numbers of new rows are read
//! from `sqlite_sequence` beforehand, which is safe because whoever is here holds the write lock;
//! PostgreSQL has a table of that name, and a lock of that kind.

pub(super) mod commit;
pub(super) mod outbox;
pub(super) mod screens;
pub(super) mod search;
pub(super) mod state;
