//! Trouble with updates that are posted: forged requests, a database that is away, stops, certificates,
//! and other programs that want the same bot's updates.

use std::time::Duration;

use frontdesk_sandbox::Options;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use rustix::process::Signal;
use serde_json::{Value, json};

use super::{Desk, Place, SECRET};
use crate::town::EMMA;

const HEADER: &str = "X-Telegram-Bot-Api-Secret-Token";

/// A place whose sandbox posts again soon, and where its desk's webhook is.
async fn place() -> (Place, String) {
    let soon = Options {
        webhook_pause: Duration::from_millis(20),
        ..Options::default()
    };
    let mut place = Place::of(soon).await;
    let url = place.has_a_webhook();
    (place, url)
}

/// Waits until the desk is open and Telegram knows where to post.
async fn is_set(desk: &Desk) {
    desk.says("the desk is open").await;
    desk.says("Telegram posts updates to the webhook").await;
}

fn words(update: i64, text: &str) -> Value {
    json!({"update_id": update, "message": {
        "message_id": update,
        "date": 1_790_000_000,
        "chat": {"id": EMMA, "type": "private", "first_name": "Emma"},
        "from": {"id": EMMA, "is_bot": false, "first_name": "Emma", "language_code": "en"},
        "text": text,
    }})
}

/// A request like Telegram's.
fn theirs(client: &Client, url: &str, update: &Value) -> RequestBuilder {
    client.post(url).header(HEADER, SECRET).json(update)
}

async fn status(request: RequestBuilder) -> StatusCode {
    request.send().await.expect("an answer").status()
}

#[actix_rt::test]
async fn what_is_not_telegrams_is_refused_and_told_once() {
    let (place, url) = place().await;
    let desk = place.open();
    is_set(&desk).await;
    let client = Client::new();
    let update = words(900_000_001, "forged");
    let plain = |method: Method, url: &str| client.request(method, url).header(HEADER, SECRET);
    let json = |request: RequestBuilder, body: Vec<u8>| {
        request
            .header("Content-Type", "application/json")
            .body(body)
    };
    let post = || plain(Method::POST, &url);
    let text = update.to_string();
    let table = [
        (client.post(&url).json(&update), 401),
        (
            client.post(&url).header(HEADER, "another").json(&update),
            401,
        ),
        (client.post(&url).header(HEADER, "").json(&update), 401),
        (theirs(&client, &format!("{url}/"), &update), 404),
        (
            theirs(&client, &url.replace("/telegram", "/"), &update),
            404,
        ),
        (plain(Method::GET, &url), 405),
        (plain(Method::PUT, &url).json(&update), 405),
        (post().body(text.clone()), 415),
        (post().header("Content-Type", "text/plain").body(text), 415),
        (json(post(), vec![b' '; (1 << 20) + 1]), 413),
        (json(post(), b"{\"update_id\":".to_vec()), 400),
        (json(post(), b"[]".to_vec()), 400),
        (json(post(), b"{\"message\":{}}".to_vec()), 400),
        (json(post(), vec![0xff; 100]), 400),
    ];
    for (place, (request, refusal)) in table.into_iter().enumerate() {
        assert_eq!(status(request).await.as_u16(), refusal, "row {place}");
    }
    // A body without a length is cut where it becomes too long.
    let endless =
        futures::stream::iter((0..40).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1 << 16])));
    let endless = post()
        .header("Content-Type", "application/json")
        .body(reqwest::Body::wrap_stream(endless));
    // The desk does not read to the end, so its answer may be lost on the way.
    if let Ok(answer) = endless.send().await {
        assert_eq!(answer.status(), 413);
    }
    assert_eq!(place.sandbox.person(EMMA).messages().len(), 0);
    // What is Telegram's is taken, as often as it comes.
    for _ in 0..3 {
        let update = words(900_000_002, "/start");
        assert_eq!(status(theirs(&client, &url, &update)).await, 200);
    }
    let unknown = json!({"update_id": 900_000_003, "tomorrow_kind": {}});
    assert_eq!(status(theirs(&client, &url, &unknown)).await, 200);
    let broken = "{\"update_id\":900000004,\"message\":{\"text\":\"\\ud83d\"}}";
    assert_eq!(status(json(post(), broken.as_bytes().to_vec())).await, 200);
    let log = desk.stops().await;
    assert_eq!(
        log.matches("requests to the webhook were refused").count(),
        1,
        "{log}"
    );
    assert!(!log.contains(SECRET), "{log}");
    let (_, list) = place.operator(&["quarantine", "list"]);
    assert!(list.contains("900000004"), "{list}");
}

#[actix_rt::test]
async fn while_the_database_is_away_telegram_is_told_to_come_again() {
    let (place, url) = place().await;
    let desk = place.open();
    is_set(&desk).await;
    let client = Client::new();
    let away = place.database().await;
    let held = away.write().await.expect("the lock");
    let update = words(900_000_001, "/start");
    let answer = theirs(&client, &url, &update)
        .send()
        .await
        .expect("an answer");
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["Retry-After"], "1");
    place.emma().text("/help");
    drop(held);
    away.close().await;
    place
        .until("everything is confirmed", |sandbox| {
            sandbox.pending_updates() == 0
        })
        .await;
    assert_eq!(status(theirs(&client, &url, &update)).await, 200);
    desk.stops().await;
}

#[actix_rt::test]
async fn a_stop_leaves_the_webhook_and_the_next_start_gets_what_came_meanwhile() {
    let (place, url) = place().await;
    let desk = place.open();
    is_set(&desk).await;
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    desk.stops().await;
    place.emma().text("/help");
    assert_eq!(place.sandbox.webhook_info()["url"], url);
    let desk = place.open();
    place.emma_reads("/new").await;
    // A kill at any moment loses nothing either.
    desk.tell(Signal::KILL);
    place.emma().text("/language");
    desk.ends().await;
    let desk = place.open();
    place.emma_reads("language").await;
    desk.stops().await;
}

#[actix_rt::test]
async fn the_webhook_of_another_program_is_named_and_removed_only_on_demand() {
    let mut place = Place::new().await;
    let bot = format!("{}/bot{}", place.sandbox.api_url(), place.sandbox.token());
    let theirs = json!({"url": "https://other.example/bot1:secret-path"});
    let set = async || {
        let request = Client::new()
            .post(format!("{bot}/setWebhook"))
            .json(&theirs);
        assert_eq!(status(request).await, 200);
    };
    set().await;
    place.emma().text("/start");
    let desk = place.open();
    desk.says("https://other.example").await;
    assert_eq!(place.sandbox.webhook_info()["url"], theirs["url"]);
    let (code, told) = place.operator(&["check"]);
    assert_eq!(code, Some(1), "{told}");
    assert!(
        told.contains("another program has set a webhook at https://other.example:"),
        "{told}"
    );
    assert!(!told.contains("secret-path"), "{told}");
    let log = desk.stops().await;
    assert!(!log.contains("secret-path"), "{log}");
    assert_eq!(
        log.matches("a webhook is set for this bot").count(),
        1,
        "{log}"
    );
    assert_eq!(place.sandbox.pending_updates(), 1);

    place.settings = vec![("FRONTDESK_TELEGRAM__REPLACE_WEBHOOK", "true".to_owned())];
    let desk = place.open();
    desk.says("the webhook is removed").await;
    place.emma_reads("This is support").await;
    desk.stops().await;

    // A desk in webhook mode says whose place it takes.
    set().await;
    let url = place.has_a_webhook();
    let (_, told) = place.operator(&["check"]);
    assert!(
        told.contains(&format!(
            "the next start sets the webhook {url}; now it is https://other.example;"
        )),
        "{told}"
    );
    let desk = place.open();
    desk.says("another program had a webhook for this bot")
        .await;
    is_set(&desk).await;
    let (_, told) = place.operator(&["check"]);
    assert!(
        told.contains(&format!("the webhook {url} is set; 0 updates wait")),
        "{told}"
    );
    assert!(!told.contains(SECRET), "{told}");
    let log = desk.stops().await;
    assert!(!log.contains("secret-path"), "{log}");
}

#[actix_rt::test]
async fn a_secret_that_is_not_set_is_made_once_and_kept() {
    let (mut place, url) = place().await;
    place.settings.retain(|(name, _)| !name.ends_with("SECRET"));
    let mut kept = Vec::new();
    for _ in 0..2 {
        let desk = place.open();
        is_set(&desk).await;
        let client = Client::new();
        assert_eq!(
            status(theirs(&client, &url, &words(1, "forged"))).await,
            401
        );
        let log = desk.stops().await;
        let secret = place
            .sandbox
            .calls()
            .iter()
            .rev()
            .find_map(|call| call.params["secret_token"].as_str().map(str::to_owned));
        let secret = secret.expect("a secret");
        assert!(secret.len() >= 32 && !log.contains(&secret));
        kept.push(secret);
    }
    assert_eq!(kept[0], kept[1]);
}

#[actix_rt::test]
async fn with_a_certificate_the_desk_does_tls_itself() {
    let (mut place, url) = place().await;
    let issued =
        rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let pem = issued.cert.pem();
    std::fs::write(place.file("cert.pem"), &pem).expect("a file");
    std::fs::write(place.file("key.pem"), issued.signing_key.serialize_pem()).expect("a file");
    let set = |place: &mut Place, certificate: &str, key: &str| {
        let name = "FRONTDESK_TELEGRAM__WEBHOOK__CERTIFICATE";
        place
            .settings
            .retain(|(set, _)| *set != name && !set.ends_with("__KEY"));
        place.settings.push((name, certificate.to_owned()));
        place
            .settings
            .push(("FRONTDESK_TELEGRAM__WEBHOOK__KEY", key.to_owned()));
    };
    for (certificate, key) in [
        ("none.pem", "key.pem"),
        ("key.pem", "key.pem"),
        ("cert.pem", "cert.pem"),
    ] {
        set(&mut place, certificate, key);
        let (code, told) = place.operator(&[]);
        assert_eq!(code, Some(2), "{told}");
        assert!(
            told.contains("telegram.webhook") && told.contains("cannot be used"),
            "{told}"
        );
    }
    set(&mut place, "cert.pem", "key.pem");
    let desk = place.open();
    is_set(&desk).await;
    let root = reqwest::Certificate::from_pem(pem.as_bytes()).expect("a certificate");
    let client = Client::builder()
        .add_root_certificate(root)
        .build()
        .expect("a client");
    let url = url.replace("http://127.0.0.1", "https://localhost");
    assert_eq!(
        status(theirs(&client, &url, &words(1, "/start"))).await,
        200
    );
    assert_eq!(
        status(client.post(&url).json(&words(2, "/start"))).await,
        401
    );
    desk.stops().await;
}

#[actix_rt::test]
async fn an_address_that_is_taken_is_told_and_can_be_tried_again() {
    let (place, _) = place().await;
    let desk = place.open();
    is_set(&desk).await;
    let mut other = place.command(env!("CARGO_BIN_EXE_frontdesk"), &[]);
    other.env("FRONTDESK_DATABASE__URL", "sqlite:other.db");
    let output = other.output().expect("it runs");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.contains("telegram.webhook: nobody can listen at 127.0.0.1:"),
        "{told}"
    );
    desk.stops().await;
}
