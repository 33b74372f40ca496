//! The database: one file of SQLite, or PostgreSQL, opened for one writer and many readers.
//!
//! Everything is a row: people, tickets, conversations, the outbox, the marks of handled updates.
//! Reads run on their own connections, each in one consistent snapshot; what nearly every update
//! asks for goes through one [reader], which answers all that is waiting from one snapshot. Writes go through one
//! [writer], which commits what is waiting as one transaction and answers all of it
//! afterwards: the batch commit, the outbox and the desk's own state, in `writing/`. Every
//! statement is one text for both databases (see [sql]).
//!
//! To add a table or a column: 1. a new pair of files in `migrations/sqlite` and in
//! `migrations/postgres`, with the same number (one that has landed is never edited); 2. its mapping in `rows.rs`; 3. the write in `writing/`, the read in `facts/`.

pub mod error;
pub mod types;

pub mod backup;
pub mod copy;
pub mod db;
pub mod facts;
pub mod import;
pub mod migrate;
pub mod news;
pub mod notices;
pub mod quarantine;
pub mod reader;
pub mod reads;
pub mod sql;
pub mod survey;
pub mod writer;

mod rows;
mod writing;

#[cfg(test)]
mod tests;

pub use db::{Claim, Db, DbSettings, Risk, Seat, is_postgres};
pub use error::{StoreError, Trouble};
pub use types::{
    Committed, Decision, Delivered, DeliveryResult, DueNotice, Head, Hold, QuarantineId, Queued,
    ScreenEnd, Shown, Started, StoredConversation, UnshownScreen,
};
