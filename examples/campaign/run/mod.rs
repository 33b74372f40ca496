//! A campaign: the real desk under a load of mixed journeys, killed, stopped or let down by Telegram
//! all the time; and what must hold afterwards.

mod admin;
mod calls;
mod chance;
mod check;
mod database;
mod desk;
mod ledger;
mod load;
mod phone;
mod report;
mod rows;
mod trial;
mod user;

use std::time::Duration;

pub(crate) use self::database::Storage;
pub(crate) use self::report::table;
pub(crate) use self::trial::{Plan, Trial, run};

/// Who answers.
pub(crate) const ADMINS: [i64; 3] = [201, 202, 203];

/// Longer than anything takes, an outage of a minute and the pauses after it included.
pub(crate) const PATIENCE: Duration = Duration::from_secs(240);
