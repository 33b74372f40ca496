//! Polls Telegram for updates, and confirms a batch by asking for the next one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use frontdesk_desk::ids::UpdateId;
use serde_json::Value;
use tokio::sync::watch;
use tracing::{debug, info, warn};

use super::settling::{Patience, Pauses, Settling, Stopping};
use super::webhook::{Left, leave};
use super::{IntakeError, IntakeSettings};
use crate::telegram::Failure;
use crate::telegram::read::update_id;

/// An empty answer that comes sooner is no long poll.
const AT_ONCE: Duration = Duration::from_millis(100);

/// So many answers without progress may follow each other before a pause is made: Telegram answers
/// the same question early when it is asked again at once.
const IDLE_ANSWERS: u32 = 3;

/// The pause that keeps answers without progress from becoming a hot loop.
const IDLE_PAUSE: TimeDelta = TimeDelta::seconds(1);

/// How long a stop waits for the last batch to be confirmed: only a repeat is saved by it.
const CONFIRM_PATIENCE: Duration = Duration::from_secs(2);

/// Polls while this is the desk that does, until told to stop, or until Telegram refuses the token.
pub(super) async fn poll(
    settling: Arc<Settling>,
    settings: IntakeSettings,
    replace_webhook: bool,
    mut sends: watch::Receiver<bool>,
) -> Result<(), IntakeError> {
    let client = &settling.neighbours.client;
    let mut confirmed_below = None;
    let mut one_by_one = settings.unclean;
    let mut connection = Connection::default();
    let mut pauses = Pauses::default();
    let mut idle = 0;
    // Until the first answer, a webhook may be what a desk in the other mode left behind.
    let mut starts = true;
    while !settling.is_stopping() {
        if !*sends.borrow() {
            // What another desk takes in meanwhile is confirmed by that one; and what it did not
            // live to end may be the next.
            (confirmed_below, one_by_one, starts) = (None, true, true);
            tokio::select! {
                () = settling.stopping() => break,
                Ok(_) = sends.wait_for(|sends| *sends) => {}
            }
        }
        let asked = Instant::now();
        let answer = tokio::select! {
            () = settling.stopping() => break,
            Ok(_) = sends.wait_for(|sends| !sends) => continue,
            answer = client.poll(confirmed_below, settings.batch) => answer,
        };
        let paused = match answer {
            Ok(batch) => {
                connection.works();
                starts = false;
                pauses = Pauses::default();
                let settled = if one_by_one {
                    settling.settle_one_by_one(&batch).await
                } else {
                    settling.settle(&batch, Patience::Waits).await
                };
                if settled.is_err() {
                    // Stopped while the database was away: what is not settled stays unconfirmed.
                    return Ok(());
                }
                one_by_one &= batch.is_empty();
                let next = next_offset(&batch);
                let progress = match next {
                    Some(next) => confirmed_below.is_none_or(|before| before < next),
                    None => asked.elapsed() >= AT_ONCE,
                };
                confirmed_below = next;
                idle = if progress { 0 } else { idle + 1 };
                if idle < IDLE_ANSWERS {
                    continue;
                }
                settling.pause(IDLE_PAUSE).await
            }
            Err(Failure::TokenRefused) => return Err(IntakeError::TokenRefused),
            Err(failure) => {
                if failure == Failure::WebhookSet && starts {
                    match leave(&settling, replace_webhook).await {
                        Ok(Left::Removed) => continue,
                        Ok(Left::Theirs(webhook)) => connection.webhook_at = Some(webhook),
                        Ok(Left::None) | Err(_) => {}
                    }
                }
                connection.fails(&failure);
                settling.pause(pauses.after_failure(&failure)).await
            }
        };
        if let Err(Stopping) = paused {
            break;
        }
    }
    if let Some(offset) = confirmed_below {
        // A Telegram that is away must not hold up the stop.
        match tokio::time::timeout(CONFIRM_PATIENCE, client.confirm(offset)).await {
            Ok(Ok(())) => {}
            Ok(Err(failure)) => {
                debug!(%failure, "the last batch was not confirmed; it comes again and is recognised");
            }
            Err(_) => debug!("Telegram was too slow to confirm the last batch; it comes again"),
        }
    }
    Ok(())
}

/// The offset that confirms a batch: after an empty one there is none, since Telegram may begin to
/// number anew.
fn next_offset(batch: &[Value]) -> Option<UpdateId> {
    let last = batch.iter().rev().find_map(update_id)?;
    Some(UpdateId(last.0.saturating_add(1)))
}

/// What was last said about the connection: one line for each change.
#[derive(Default)]
struct Connection {
    said: Option<Away>,
    /// Where another program's webhook is.
    webhook_at: Option<String>,
}

/// Why no updates come, as far as the operator has to know it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Away {
    OtherPoller,
    WebhookSet,
    TooMany,
    /// No connection, no answer, or an error of Telegram's own: an outage shows all of them.
    Outage,
    /// A refusal that no other name fits.
    Refused,
}

impl From<&Failure> for Away {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::OtherPoller => Self::OtherPoller,
            Failure::WebhookSet => Self::WebhookSet,
            Failure::RetryAfter(_) => Self::TooMany,
            Failure::NotSent | Failure::ServerError | Failure::Uncertain => Self::Outage,
            _ => Self::Refused,
        }
    }
}

impl Connection {
    fn works(&mut self) {
        if self.said.take().is_some() {
            info!("Telegram answers again");
        }
    }

    fn fails(&mut self, failure: &Failure) {
        let away = Away::from(failure);
        if self.said.replace(away) == Some(away) {
            return;
        }
        match away {
            Away::OtherPoller => warn!(
                "another program is polling for this bot's updates: stop it, or give each its own \
                 bot; trying again until then"
            ),
            Away::WebhookSet => warn!(
                webhook = self.webhook_at.as_deref().unwrap_or("unknown"),
                "a webhook is set for this bot by another program, so Telegram hands out no updates \
                 here: stop that program and remove its webhook, or let this desk do so by \
                 telegram.replace_webhook; trying again until then"
            ),
            _ => warn!(%failure, "Telegram hands out no updates; trying again until it does"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_next_offset_follows_the_last_update_and_no_other() {
        let batch =
            |ids: &[i64]| -> Vec<Value> { ids.iter().map(|id| json!({"update_id": id})).collect() };
        assert_eq!(next_offset(&batch(&[7, 8, 9])), Some(UpdateId(10)));
        assert_eq!(next_offset(&batch(&[900, 3])), Some(UpdateId(4)));
        assert_eq!(next_offset(&batch(&[])), None);
        assert_eq!(
            next_offset(&[json!({"update_id": 5}), json!({})]),
            Some(UpdateId(6))
        );
    }
}
