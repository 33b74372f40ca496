//! One request: judged by its head, then by its body, its update settled, and only then answered.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use actix_web::http::header::{
    ALLOW, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER,
};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use frontdesk_desk::ids::UpdateId;
use frontdesk_desk::ticket::Time;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::refusals::{Refusal, Refusals};
use crate::intake::settling::{Patience, Settling, Unsettled};
use crate::measure;
use crate::telegram::read::update_id;
use crate::telegram::{Secret, posted};

/// The header with the secret.
const SECRET: HeaderName = HeaderName::from_static("x-telegram-bot-api-secret-token");

/// The largest body, in bytes: many times what an update can have.
const LARGEST: usize = 1 << 20;

/// How long a body may take to come.
const BODY_PATIENCE: Duration = Duration::from_secs(10);

/// At most so many updates are in hand at once; further requests wait, and with them Telegram.
const UNCONFIRMED: u32 = 100;

/// What stands between Telegram's requests and the sessions.
pub(super) struct Door {
    settling: Arc<Settling>,
    path: String,
    secret: Secret,
    refusals: Refusals,
    in_hand: Semaphore,
    /// Until when updates are handled one at a time.
    one_by_one_until: Option<Time>,
    /// The updates whose attempt was counted and that are not settled yet.
    attempted: tokio::sync::Mutex<HashSet<UpdateId>>,
}

/// What a request is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Settled,
    /// Telegram is to come again: the database is away, or the desk stops.
    Later,
    Refused(Refusal),
}

/// Takes one request.
pub(super) async fn take(request: HttpRequest, body: Payload, door: Data<Door>) -> HttpResponse {
    let judged = judge(
        request.method(),
        request.uri().path(),
        request.headers(),
        &door.path,
        &door.secret,
    );
    let verdict = match judged {
        Ok(()) => door.take(body).await,
        Err(refusal) => Verdict::Refused(refusal),
    };
    if let Verdict::Refused(refusal) = verdict {
        let now = door.settling.neighbours.clock.now();
        door.refusals.count(refusal, now);
    }
    measure::webhook(match verdict {
        Verdict::Settled => "settled",
        Verdict::Later => "later",
        Verdict::Refused(refusal) => refusal.as_str(),
    });
    answer(verdict)
}

/// Whether a request looks like one of Telegram's. Nothing of its body is read for this.
fn judge(
    method: &Method,
    path: &str,
    headers: &HeaderMap,
    our_path: &str,
    secret: &Secret,
) -> Result<(), Refusal> {
    if path != our_path {
        return Err(Refusal::Path);
    }
    if method != Method::POST {
        return Err(Refusal::Method);
    }
    if !headers
        .get(SECRET)
        .is_some_and(|given| secret.is(given.as_bytes()))
    {
        return Err(Refusal::Secret);
    }
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next());
    if !kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
        return Err(Refusal::Type);
    }
    let length = headers.get(CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > LARGEST as u64) {
        return Err(Refusal::TooLarge);
    }
    Ok(())
}

fn answer(verdict: Verdict) -> HttpResponse {
    let refusal = match verdict {
        Verdict::Settled => return HttpResponse::Ok().finish(),
        Verdict::Later => {
            return HttpResponse::ServiceUnavailable()
                .insert_header((RETRY_AFTER, "1"))
                .finish();
        }
        Verdict::Refused(refusal) => refusal,
    };
    let mut answer = HttpResponse::build(match refusal {
        Refusal::Path => StatusCode::NOT_FOUND,
        Refusal::Method => StatusCode::METHOD_NOT_ALLOWED,
        Refusal::Secret => StatusCode::UNAUTHORIZED,
        Refusal::Type => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Refusal::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::Incomplete => StatusCode::REQUEST_TIMEOUT,
        Refusal::NotAnUpdate => StatusCode::BAD_REQUEST,
    });
    if refusal == Refusal::Method {
        answer.insert_header((ALLOW, "POST"));
    }
    // What a stranger goes on to send is not read.
    answer.force_close().finish()
}

impl Door {
    pub(super) fn new(
        settling: Arc<Settling>,
        path: String,
        secret: Secret,
        one_by_one_until: Option<Time>,
    ) -> Arc<Self> {
        Arc::new(Self {
            settling,
            path,
            secret,
            refusals: Refusals::default(),
            in_hand: Semaphore::new(UNCONFIRMED as usize),
            one_by_one_until,
            attempted: tokio::sync::Mutex::default(),
        })
    }

    /// Waits until every update in hand is answered; those that come meanwhile are told to come again.
    pub(super) async fn emptied(&self) {
        // An error means that it was closed, which nobody does.
        let _ = self.in_hand.acquire_many(UNCONFIRMED).await;
    }

    /// Settles what a request of Telegram's brings.
    async fn take(&self, body: Payload) -> Verdict {
        if self.settling.is_stopping() {
            return Verdict::Later;
        }
        let Ok(_in_hand) = self.in_hand.acquire().await else {
            return Verdict::Later;
        };
        let body = body.to_bytes_limited(LARGEST);
        let body = match tokio::time::timeout(BODY_PATIENCE, body).await {
            Ok(Ok(Ok(body))) => body,
            Ok(Err(_)) => return Verdict::Refused(Refusal::TooLarge),
            Ok(Ok(Err(_))) | Err(_) => return Verdict::Refused(Refusal::Incomplete),
        };
        let raw = posted(&body);
        let Some(update) = update_id(&raw) else {
            return Verdict::Refused(Refusal::NotAnUpdate);
        };
        let now = self.settling.neighbours.clock.now();
        let settled = match self.one_by_one_until.is_some_and(|until| now < until) {
            true => self.settle_alone(update, &raw).await,
            false => {
                let batch = std::slice::from_ref(&raw);
                self.settling.settle(batch, Patience::None).await
            }
        };
        match settled {
            Ok(()) => Verdict::Settled,
            Err(Unsettled::Stopping | Unsettled::Away) => Verdict::Later,
        }
    }

    /// Settles an update while no other is being settled. Its attempt is counted once in the life of
    /// this program, however often it comes: only what ends the program is put aside.
    async fn settle_alone(&self, update: UpdateId, raw: &Value) -> Result<(), Unsettled> {
        let mut attempted = self.attempted.lock().await;
        let batch = std::slice::from_ref(raw);
        if attempted.contains(&update) {
            self.settling.settle(batch, Patience::None).await?;
        } else {
            let counted = self.settling.attempt(update, Patience::None).await?;
            attempted.insert(update);
            self.settling
                .settle_attempt(raw, counted, Patience::None)
                .await?;
        }
        attempted.remove(&update);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    /// The head of a request of Telegram's.
    fn theirs() -> TestRequest {
        TestRequest::post()
            .uri("/telegram")
            .insert_header((SECRET, "s3cret"))
            .insert_header((CONTENT_TYPE, "application/json"))
            .insert_header((CONTENT_LENGTH, "300"))
    }

    #[test]
    fn a_request_is_judged_by_its_head() {
        use Refusal::{Method, Path, Secret, TooLarge, Type};
        let kind = |kind| theirs().insert_header((CONTENT_TYPE, kind));
        let with = |secret| theirs().insert_header((SECRET, secret));
        let table = [
            (theirs(), Ok(())),
            (theirs().uri("/telegram?a=b"), Ok(())),
            (kind("application/json; charset=utf-8"), Ok(())),
            (kind("Application/JSON"), Ok(())),
            (theirs().insert_header((CONTENT_LENGTH, "1048576")), Ok(())),
            (theirs().uri("/"), Err(Path)),
            (theirs().uri("/telegram/"), Err(Path)),
            (theirs().uri("/%74elegram"), Err(Path)),
            (theirs().method(actix_web::http::Method::GET), Err(Method)),
            (theirs().method(actix_web::http::Method::PUT), Err(Method)),
            (with(""), Err(Secret)),
            (with("S3cret"), Err(Secret)),
            (with("s3cret2"), Err(Secret)),
            (TestRequest::post().uri("/telegram"), Err(Secret)),
            (kind("text/plain"), Err(Type)),
            (kind("application/x-www-form-urlencoded"), Err(Type)),
            (
                theirs().insert_header((CONTENT_LENGTH, "1048577")),
                Err(TooLarge),
            ),
        ];
        let secret: crate::telegram::Secret = "s3cret".parse().unwrap();
        for (request, judged) in table {
            let request = request.to_http_request();
            let told = judge(
                request.method(),
                request.uri().path(),
                request.headers(),
                "/telegram",
                &secret,
            );
            assert_eq!(told, judged, "{request:?}");
        }
    }

    #[test]
    fn who_is_to_come_again_is_told_when() {
        let later = answer(Verdict::Later);
        assert_eq!(later.status(), 503);
        assert_eq!(later.headers().get(RETRY_AFTER).unwrap(), "1");
        let method = answer(Verdict::Refused(Refusal::Method));
        assert_eq!(method.headers().get(ALLOW).unwrap(), "POST");
        assert_eq!(answer(Verdict::Settled).status(), 200);
    }
}
