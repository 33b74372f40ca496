//! How updates are posted to the webhook: as Telegram does, or worse.

use serde::{Deserialize, Serialize};

/// The habits of whoever posts updates. The default is Telegram's: one request for each update, to the
/// address that was set; those of a chat one after the other, as are a person's presses, everything
/// else at the same time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Delivery {
    /// Where to, in place of the address that was set: each request goes to one of these, drawn by
    /// lot, as a load balancer sends it to one of several nodes. Where nobody listens, it goes to the
    /// next one.
    pub addresses: Vec<String>,
    /// The share of updates that are posted twice at the same time, from 0 to 1, to two addresses if
    /// there are several. One success confirms them.
    pub twice: f64,
    /// The share of successes that are not heard, from 0 to 1: such an update is posted again later, as
    /// after any failure.
    pub unheard: f64,
    /// Whether nothing waits for anything, and what waits is posted in any order.
    pub shuffled: bool,
    /// What lots are drawn by.
    pub seed: u64,
}
