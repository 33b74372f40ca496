//! Trouble on purpose over HTTP and JSON: faults by rule, outages, limits.
//!
//! | request | body | answer |
//! |---|---|---|
//! | `GET /sandbox/trouble` | | `faults`: the rules in force, each with `id`, `seen` and `hits`; `outage`: `kind` and `until`, or null; `limits`, or null; `earned`: `total`, `global`, `chats`; `delivery`; `now` |
//! | `POST /sandbox/faults` | a [`FaultRule`]: `method` or `methods`, `fault`, and where wanted `chat`, `share`, `seed`, `times` | its `id` |
//! | `DELETE /sandbox/faults/{id}`, `DELETE /sandbox/faults` | | |
//! | `POST /sandbox/outage` | `kind`: `cut`, `bad_gateway`, `wrong_token` or `other_poller`; `seconds`, where it is to end by itself | |
//! | `DELETE /sandbox/outage` | | |
//! | `POST /sandbox/limits` | [`Limits`], in which everything may be left out | |
//! | `DELETE /sandbox/limits` | | |
//! | `POST /sandbox/delivery` | a [`Delivery`], in which everything may be left out: how updates are posted to the webhook | |
//!
//! Times are in thousandths of a second since 1970, by the clock of the sandbox.

use std::time::Duration;

use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use serde::Deserialize;
use serde_json::json;

use super::{
    Context,
    people::{Answer, Refusal, body, ok},
};
use crate::{Delivery, FaultRule, Limits, Outage};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/trouble", web::get().to(trouble))
        .route("/faults", web::post().to(add_fault))
        .route("/faults", web::delete().to(clear_faults))
        .route("/faults/{id}", web::delete().to(remove_fault))
        .route("/outage", web::post().to(begin_outage))
        .route("/outage", web::delete().to(end_outage))
        .route("/limits", web::post().to(set_limits))
        .route("/limits", web::delete().to(clear_limits))
        .route("/delivery", web::post().to(set_delivery));
}

async fn trouble(context: Data<Context>) -> Answer {
    let all = context.shared.read(|state| {
        let now = state.now();
        json!({
            "faults": state.trouble.rules.list(),
            "outage": state.trouble.outage(now),
            "limits": state.trouble.throttle.limits,
            "earned": state.trouble.throttle.earned,
            "delivery": state.delivery(),
            "now": now.timestamp_millis(),
        })
    });
    ok(&all)
}

async fn add_fault(bytes: Bytes, context: Data<Context>) -> Answer {
    let rule: FaultRule = body(&bytes)?;
    let id = context
        .shared
        .change_trouble(|trouble| trouble.rules.add(rule));
    ok(&json!({ "id": id }))
}

async fn remove_fault(id: Path<u64>, context: Data<Context>) -> Answer {
    let removed = context
        .shared
        .change_trouble(|trouble| trouble.rules.remove(*id));
    match removed {
        true => ok(&json!({})),
        false => Err(Refusal::UnknownRule(*id)),
    }
}

async fn clear_faults(context: Data<Context>) -> Answer {
    context
        .shared
        .change_trouble(|trouble| trouble.rules.clear());
    ok(&json!({}))
}

async fn begin_outage(bytes: Bytes, context: Data<Context>) -> Answer {
    #[derive(Deserialize)]
    struct Begin {
        kind: Outage,
        seconds: Option<u64>,
    }
    let begin: Begin = body(&bytes)?;
    let time = begin.seconds.map(Duration::from_secs);
    context.shared.begin_outage(begin.kind, time);
    ok(&json!({}))
}

async fn end_outage(context: Data<Context>) -> Answer {
    context
        .shared
        .change_trouble(|trouble| trouble.end_outage());
    ok(&json!({}))
}

async fn set_limits(bytes: Bytes, context: Data<Context>) -> Answer {
    let limits: Limits = body(&bytes)?;
    context
        .shared
        .change_trouble(|trouble| trouble.throttle.set(Some(limits)));
    ok(&json!({}))
}

async fn clear_limits(context: Data<Context>) -> Answer {
    context
        .shared
        .change_trouble(|trouble| trouble.throttle.set(None));
    ok(&json!({}))
}

async fn set_delivery(bytes: Bytes, context: Data<Context>) -> Answer {
    let delivery: Delivery = body(&bytes)?;
    context.shared.write(|state| state.set_delivery(delivery));
    ok(&json!({}))
}
