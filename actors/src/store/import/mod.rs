//! Taking over the tickets of an older bot: reading its database, and writing what is taken.
//!
//! [`Former`] reads the older database, [`take`] writes one ticket in one transaction, [`rollback`]
//! undoes an import. What is made of the older bot's rows is decided elsewhere: here are only rows.
//! Nothing here puts a notice into the outbox, so nobody is told of anything.

mod former;
mod rollback;
mod take;
mod types;
mod write;

pub use self::former::{Former, FormerError, Origin};
pub use self::rollback::{Left, LeftBecause, RolledBack, list, rollback};
pub use self::take::{Opening, finish, plan, take};
pub use self::types::{
    FormerKey, FormerMessage, FormerTable, FormerTicket, FormerUser, Import, ImportId, Taken,
    TakenMessage, Took,
};
