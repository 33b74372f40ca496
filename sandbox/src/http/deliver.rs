//! Posts updates to the webhook, and again until they are taken.

use std::{error::Error as _, pin::pin, sync::Arc, time::Duration};

use actix_web::rt;
use futures::future::join_all;
use reqwest::{Client, header, redirect};
use serde_json::Value;
use tokio::time::{sleep, timeout};
use tracing::warn;

use crate::{
    POSTED,
    calls::Logged,
    state::{Parcel, Shared},
};

/// How long the bot may take to answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// What Telegram says of an answer that does not come.
const LATE: &str = "Read timeout expired";

/// The pause doubles so often.
const DOUBLED: u32 = 6;

/// Posts whatever comes, for ever.
pub(super) async fn deliver(shared: Arc<Shared>, pause: Duration) {
    let client = Client::builder()
        .no_proxy()
        .redirect(redirect::Policy::none())
        .timeout(PATIENCE)
        .build();
    let client = match client {
        Ok(client) => client,
        Err(error) => {
            warn!(%error, "nothing can be posted to a webhook");
            return;
        }
    };
    loop {
        let mut woken = pin!(shared.poll.notified());
        // Counted as waiting from here on, so that nothing between the look and the wait is missed.
        woken.as_mut().enable();
        while let Some(parcel) = shared.write(|state| state.next_parcel()) {
            rt::spawn(post(shared.clone(), client.clone(), parcel, pause));
        }
        let rest = shared.read(|state| {
            let now = state.now();
            let until = state.trouble.outage(now)?.until?;
            (until - now).to_std().ok()
        });
        match rest {
            // An outage that ends by itself tells nobody.
            Some(rest) => drop(timeout(rest, woken).await),
            None => woken.await,
        }
    }
}

/// Posts one update, and sees to it that it is posted again unless one request succeeds. What the
/// answer says is of no concern, neither a method in it nor a time to wait.
async fn post(shared: Arc<Shared>, client: Client, parcel: Parcel, pause: Duration) {
    let requests = parcel.routes.iter();
    let requests = requests.map(|route| request(&client, route, &parcel));
    let answers = join_all(requests).await;
    let failures = shared.write(|state| {
        if state.log.keeps() {
            for answer in &answers {
                let at = state.now();
                let (status, words) = match answer {
                    Ok((status, body)) => (*status, body),
                    Err(words) => (0, words),
                };
                let params = match serde_json::from_str(&parcel.body) {
                    Ok(Value::Object(update)) => update,
                    _ => serde_json::Map::new(),
                };
                state.log.add(Logged {
                    no: 0,
                    at,
                    method: POSTED.to_owned(),
                    params,
                    status,
                    answer: Value::from(words.as_str()).to_string(),
                    trouble: None,
                    delay: Duration::ZERO,
                });
            }
        }
        state.posted(&parcel, failure_of(&answers, parcel.unheard))
    });
    if let Some(failures) = failures {
        sleep(pause * 2_u32.pow(failures.saturating_sub(1).min(DOUBLED))).await;
        shared.write(|state| state.post_again(parcel));
    }
}

/// In Telegram's words what the last failure was, if no request succeeded, or none is heard of.
fn failure_of(answers: &[Result<(u16, String), String>], unheard: bool) -> Option<String> {
    let succeeded = |answer: &Result<(u16, String), String>| {
        answer
            .as_ref()
            .is_ok_and(|(status, _)| (200..300).contains(status))
    };
    if answers.iter().any(succeeded) {
        return unheard.then(|| LATE.to_owned());
    }
    answers.last().map(|answer| match answer {
        Ok((status, _)) => {
            let status = reqwest::StatusCode::from_u16(*status).unwrap_or_default();
            format!("Wrong response from the webhook: {status}")
        }
        Err(words) => words.clone(),
    })
}

/// The status and the body of the answer, or why there is none.
async fn request(
    client: &Client,
    route: &[String],
    parcel: &Parcel,
) -> Result<(u16, String), String> {
    let mut failure = String::new();
    for url in route {
        let mut request = client
            .post(url)
            .header(header::CONTENT_TYPE, "application/json")
            .body(parcel.body.clone());
        if let Some(secret) = &parcel.secret {
            request = request.header("X-Telegram-Bot-Api-Secret-Token", secret);
        }
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => {
                failure = in_words(&error);
                if error.is_connect() {
                    continue;
                }
                break;
            }
        };
        let status = answer.status().as_u16();
        let body = answer.text().await.map_err(|error| in_words(&error))?;
        return Ok((status, body));
    }
    Err(failure)
}

fn in_words(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return LATE.to_owned();
    }
    if !error.is_connect() {
        return "Connection reset by peer".to_owned();
    }
    let mut cause = error.source();
    while let Some(deeper) = cause.and_then(|cause| cause.source()) {
        cause = Some(deeper);
    }
    let words = cause.map_or(String::new(), ToString::to_string);
    match words.contains("refused") {
        true => "Connection refused".to_owned(),
        false => format!("Can't connect to the webhook: {words}"),
    }
}
