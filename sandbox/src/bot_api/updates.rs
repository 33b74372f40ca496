//! `getUpdates` with its long poll, and the two webhook methods that a poller needs.

use std::{pin::pin, time::Duration};

use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::{Reply, error::ApiError, in_outage, request::Params};
use crate::state::{Shared, State};

/// A longer wait is cut to this one.
const LONGEST_POLL: i64 = 50;

/// Confirms by `offset`, then waits for updates until `timeout`. A newer call ends this one with a
/// conflict.
///
/// One habit of Telegram is left out: asking again at once with the same offset is answered short or
/// late there.
pub(super) async fn get_updates(shared: &Shared, params: &Params) -> Reply {
    let offset = params.integer("offset").unwrap_or_default();
    let limit = params.integer("limit").unwrap_or(100).clamp(1, 100);
    let limit = usize::try_from(limit).unwrap_or(100);
    let seconds = params
        .integer("timeout")
        .unwrap_or_default()
        .clamp(0, LONGEST_POLL);
    let deadline = Instant::now() + Duration::from_secs(seconds.unsigned_abs());
    let allowed = params.structure("allowed_updates", "").unwrap_or_default();
    let poll = shared.write(|state| {
        state.poll += 1;
        if let Some(Value::Array(kinds)) = allowed {
            let kinds = kinds.iter().filter_map(Value::as_str).map(str::to_owned);
            state.world.updates.allow(kinds.collect());
        }
        state.poll
    });
    loop {
        let mut woken = pin!(shared.poll.notified());
        // Counted as waiting from here on, so that nothing between the look and the wait is missed.
        woken.as_mut().enable();
        let reply = shared.write(|state| {
            if state.poll != poll {
                let refused = conflict();
                return Some(Reply::Answer(refused.code, refused.body()));
            }
            let now = state.now();
            if let Some(outage) = state.trouble.outage(now) {
                return Some(in_outage(outage.kind));
            }
            let (updates, changed) = state.world.updates.take(offset, limit, now);
            let reply = (!updates.is_empty()).then(|| answer(&updates));
            if changed {
                state.touch();
            }
            reply
        });
        if let Some(reply) = reply {
            return reply;
        }
        if seconds == 0 {
            return answer(&[]);
        }
        if timeout_at(deadline, woken).await.is_err() {
            return answer(&[]);
        }
    }
}

fn answer(updates: &[&str]) -> Reply {
    Reply::Answer(
        200,
        format!("{{\"ok\":true,\"result\":[{}]}}", updates.join(",")),
    )
}

/// The refusal of a poll while another one goes on.
pub(super) fn conflict() -> ApiError {
    ApiError::new(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance \
         is running",
    )
}

pub(super) fn delete_webhook(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    if params.flag("drop_pending_updates") {
        state.world.updates.clear();
        state.touch();
    }
    Ok(json!(true))
}

pub(super) fn get_webhook_info(state: &mut State, _: &Params) -> Result<Value, ApiError> {
    let mut info = json!({
        "url": "",
        "has_custom_certificate": false,
        "pending_update_count": state.world.updates.pending(),
    });
    if !state.world.updates.allowed().is_empty() {
        info["allowed_updates"] = json!(state.world.updates.allowed());
    }
    Ok(info)
}
