//! Takes up the quarantined updates that the operator wants to be tried again.

use std::sync::Arc;
use std::time::Instant;

use chrono::TimeDelta;
use tracing::{info, warn};

use super::settling::Settling;
use crate::session::{Receive, ReceiveError};
use crate::store::quarantine::Quarantined;
use crate::telegram::read::{Read, read};
use crate::tickets::{Retries, RetryFailed};

/// How often the operator's wishes are looked up.
const LOOK_UP: TimeDelta = TimeDelta::seconds(5);

/// Looks up, and tries again, until the program stops. A database that is away is asked again next
/// time: polling says so already.
pub(super) async fn keep_retrying(settling: Arc<Settling>) {
    while settling.pause(LOOK_UP).await.is_ok() {
        let Ok(Ok(wanted)) = settling.neighbours.retries.send(Retries).await else {
            continue;
        };
        for row in wanted {
            retry(&settling, row).await;
        }
    }
}

/// Hands the update to its person's session once more.
async fn retry(settling: &Settling, row: Quarantined) {
    let (id, update) = (row.id, row.update);
    let read = serde_json::from_str(&row.raw).map(|raw| read(&raw));
    let reason = match read {
        Ok(Read::Input(input)) => {
            let receive = Receive {
                input: *input,
                retry_of: Some(id),
                // A press that was put aside is too old to be answered.
                first: false,
                since: Instant::now(),
            };
            match settling.neighbours.sessions.receive(receive).await {
                Ok(()) => {
                    info!(%update, row = %id, "a quarantined update is handled");
                    return;
                }
                Err(ReceiveError::Rule(reason)) => reason.to_owned(),
                // The row stays marked.
                Err(ReceiveError::Store(_) | ReceiveError::Stopping) => return,
            }
        }
        Ok(Read::Undecodable { reason, .. }) => reason,
        Ok(Read::Ignored { .. }) => "it is of a kind that is of no concern to the desk".to_owned(),
        Err(_) => "it is not JSON any more".to_owned(),
    };
    warn!(%update, row = %id, reason, "a quarantined update failed again");
    let failed = RetryFailed {
        id,
        reason,
        at: settling.neighbours.clock.now(),
    };
    // If this cannot be stored the row stays marked, and is tried again.
    if let Ok(Err(error)) = settling.neighbours.retry_failed.send(failed).await {
        warn!(row = %id, %error, "a failed retry cannot be stored");
    }
}
