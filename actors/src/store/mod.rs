//! The database: one file of SQLite, opened for one writer and many readers.
//!
//! Everything is a row: people, tickets, conversations, the outbox, the marks of handled updates.
//! Reads run on their own connections, each in one consistent snapshot; what nearly every update
//! asks for goes through one [reader], which answers all that is waiting from one snapshot. Writes go through one
//! [writer], which commits what is waiting as one transaction and answers all of it
//! afterwards. The two places that are written for SQLite alone, because another database does
//! them in another way, are in `sqlite/`: the batch commit, and the outbox. All other queries use
//! `$1` and plain SQL.
//!
//! To add a table or a column: 1. a new pair of files in `migrations/sqlite` (one that has landed
//! is never edited); 2. its mapping in `rows.rs`; 3. the write in `sqlite/`, the read in `facts/`.

pub mod error;
pub mod types;

pub mod backup;
pub mod db;
pub mod facts;
pub mod import;
pub mod migrate;
pub mod notices;
pub mod quarantine;
pub mod reader;
pub mod reads;
pub mod survey;
pub mod writer;

mod rows;
mod sqlite;

#[cfg(test)]
mod tests;

pub use db::{Claim, Db, DbSettings};
pub use error::{StoreError, Trouble};
pub use types::{
    Committed, Decision, Delivered, DeliveryResult, DueNotice, Head, Hold, QuarantineId, Queued,
    ScreenEnd, Shown, Started, StoredConversation, UnshownScreen,
};
