//! `getUpdates` with its long poll, and the webhook in its place.

use std::{net::IpAddr, pin::pin, time::Duration};

use reqwest::Url;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};

use super::{Reply, error::ApiError, in_outage, request::Params};
use crate::state::{Shared, State, Webhook};

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
        if state.world.webhook.is_some() {
            return Err(ApiError::new(
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook \
                 to delete the webhook first",
            ));
        }
        state.poll += 1;
        if let Some(Value::Array(kinds)) = allowed {
            let kinds = kinds.iter().filter_map(Value::as_str).map(str::to_owned);
            state.world.updates.allow(kinds.collect());
        }
        Ok(state.poll)
    });
    let poll = match poll {
        Ok(poll) => poll,
        Err(refused) => return Reply::Answer(refused.code, refused.body()),
    };
    loop {
        let mut woken = pin!(shared.poll.notified());
        // Counted as waiting from here on, so that nothing between the look and the wait is missed.
        woken.as_mut().enable();
        let reply = shared.write(|state| {
            if state.poll != poll {
                let refused = match state.world.webhook {
                    Some(_) => ApiError::new(409, "Conflict: terminated by setWebhook request"),
                    None => conflict(),
                };
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

/// The ports that Telegram posts to.
const PORTS: [u16; 4] = [80, 88, 443, 8443];

/// Telegram's own number where none is given.
const CONNECTIONS: usize = 40;

/// Sets the webhook. Telegram wants HTTPS on one of four ports of an address that is reachable for
/// it; for tests on one machine, this one also posts to any port of the loopback interface, without
/// TLS too. Names are not looked up before there is something to post, and certificates of one's own
/// are not taken.
pub(super) fn set_webhook(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    let url = params.text("url");
    if url.is_empty() {
        return delete_webhook(state, params);
    }
    if params.uploads.contains_key("certificate") || params.get("certificate").is_some() {
        return Err(bad_webhook("the sandbox takes no certificates"));
    }
    check(&url)?;
    let secret = params.text("secret_token");
    if secret.len() > 256 {
        return Err(ApiError::bad_request("secret token is too long"));
    }
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    if !secret.chars().all(fits) {
        return Err(ApiError::bad_request(
            "secret token contains unallowed characters",
        ));
    }
    if let Some(Value::Array(kinds)) = params.structure("allowed_updates", "")? {
        let kinds = kinds.iter().filter_map(Value::as_str).map(str::to_owned);
        state.world.updates.allow(kinds.collect());
    }
    if params.flag("drop_pending_updates") {
        state.world.updates.clear();
    }
    let connections = params.integer("max_connections").unwrap_or_default();
    let connections = usize::try_from(connections).unwrap_or(0);
    let webhook = Webhook {
        url,
        secret: Some(secret).filter(|secret| !secret.is_empty()),
        max_connections: match connections {
            0 => CONNECTIONS,
            many => many.min(100),
        },
        last_error: None,
    };
    let same = |set: &Webhook| {
        let last_error = set.last_error.clone();
        *set == Webhook {
            last_error,
            ..webhook.clone()
        }
    };
    // The same once more changes nothing: what is being posted goes on.
    if !state.world.webhook.as_ref().is_some_and(same) {
        state.set_webhook(Some(webhook));
        // A poll that waits ends with a conflict.
        state.poll += 1;
    }
    Ok(json!(true))
}

/// Whether Telegram would post there, or this is the same machine.
fn check(url: &str) -> Result<(), ApiError> {
    let url =
        Url::parse(url).map_err(|_| ApiError::bad_request("invalid webhook URL specified"))?;
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>().ok();
    if host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
        return match url.scheme() {
            "http" | "https" => Ok(()),
            _ => Err(bad_webhook("An HTTPS URL must be provided for webhook")),
        };
    }
    if url.scheme() != "https" {
        return Err(bad_webhook("An HTTPS URL must be provided for webhook"));
    }
    if !url
        .port_or_known_default()
        .is_some_and(|port| PORTS.contains(&port))
    {
        return Err(bad_webhook(
            "Webhook can be set up only on ports 80, 88, 443 or 8443",
        ));
    }
    let reserved = match address {
        Some(IpAddr::V4(address)) => {
            address.is_private() || address.is_link_local() || address.is_unspecified()
        }
        Some(IpAddr::V6(address)) => address.is_unspecified() || address.is_unique_local(),
        None => false,
    };
    match reserved {
        true => Err(bad_webhook(&format!("IP address {host} is reserved"))),
        false => Ok(()),
    }
}

fn bad_webhook(words: &str) -> ApiError {
    ApiError::bad_request(&format!("bad webhook: {words}"))
}

pub(super) fn delete_webhook(state: &mut State, params: &Params) -> Result<Value, ApiError> {
    if params.flag("drop_pending_updates") {
        state.world.updates.clear();
        state.touch();
    }
    if state.world.webhook.is_some() {
        state.set_webhook(None);
    }
    Ok(json!(true))
}

pub(super) fn get_webhook_info(state: &mut State, _: &Params) -> Result<Value, ApiError> {
    Ok(state.webhook_info())
}
