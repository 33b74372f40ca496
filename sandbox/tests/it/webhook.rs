//! Updates that are posted to the bot: how a webhook is set, what comes, and what comes again.

use std::{sync::Mutex, time::Duration};

use actix_web::{App, HttpRequest, HttpResponse, HttpServer, dev::ServerHandle, web};
use frontdesk_sandbox::{Delivery, Options, Outage, POSTED, Sandbox};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::support::{Bot, LIMIT, fresh};

/// A bot that waits for what is posted to it.
struct Hook {
    url: String,
    server: ServerHandle,
    came: watch::Receiver<Vec<Request>>,
}

#[derive(Clone, Debug)]
struct Request {
    secret: Option<String>,
    update: Value,
}

/// The status of the answer; none if it is not to be answered before the hook is told.
type Script = dyn FnMut(&Value) -> Option<u16> + Send;

struct Inside {
    script: Mutex<Box<Script>>,
    came: watch::Sender<Vec<Request>>,
    let_go: watch::Receiver<bool>,
}

impl Hook {
    async fn start(script: impl FnMut(&Value) -> Option<u16> + Send + 'static) -> Hook {
        let (_, let_go) = watch::channel(true);
        Hook::start_held(script, let_go).await
    }

    async fn start_held(
        script: impl FnMut(&Value) -> Option<u16> + Send + 'static,
        let_go: watch::Receiver<bool>,
    ) -> Hook {
        let (sender, came) = watch::channel(Vec::new());
        let inside = web::Data::new(Inside {
            script: Mutex::new(Box::new(script)),
            came: sender,
            let_go,
        });
        let server = HttpServer::new(move || {
            App::new()
                .app_data(inside.clone())
                .default_service(web::to(take))
        })
        .workers(1)
        .disable_signals()
        .bind(("127.0.0.1", 0))
        .expect("a port");
        let url = format!("http://{}/hook", server.addrs()[0]);
        let server = server.run();
        let handle = server.handle();
        actix_web::rt::spawn(server);
        Hook {
            url,
            server: handle,
            came,
        }
    }

    /// Waits until so many requests came.
    async fn came(&self, count: usize) -> Vec<Request> {
        let mut came = self.came.clone();
        let reached = came.wait_for(|came| came.len() >= count);
        let reached = tokio::time::timeout(LIMIT, reached).await;
        reached.expect("in time").expect("it runs").clone()
    }

    async fn stop(self) {
        self.server.stop(false).await;
    }
}

async fn take(
    request: HttpRequest,
    update: web::Json<Value>,
    inside: web::Data<Inside>,
) -> HttpResponse {
    let secret = request.headers().get("X-Telegram-Bot-Api-Secret-Token");
    let secret = secret.map(|secret| secret.to_str().expect("ASCII").to_owned());
    let status = (inside.script.lock().expect("unpoisoned"))(&update);
    inside.came.send_modify(|came| {
        came.push(Request {
            secret,
            update: update.0,
        });
    });
    if status.is_none() {
        let mut let_go = inside.let_go.clone();
        let _ = let_go.wait_for(|let_go| *let_go).await;
    }
    let status = actix_web::http::StatusCode::from_u16(status.unwrap_or(200)).expect("a status");
    HttpResponse::build(status).body("thanks")
}

fn text(request: &Request) -> &str {
    request.update["message"]["text"].as_str().unwrap_or("")
}

/// A sandbox that posts again soon.
async fn soon() -> (Sandbox, Bot) {
    let options = Options {
        webhook_pause: Duration::from_millis(5),
        ..Options::default()
    };
    let sandbox = Sandbox::start(options).await.expect("a sandbox");
    let bot = Bot::of(&sandbox);
    (sandbox, bot)
}

async fn all_confirmed(sandbox: &Sandbox) {
    let none = sandbox.wait_until(LIMIT, |sandbox| sandbox.pending_updates() == 0);
    none.await.expect("all is confirmed");
}

#[actix_web::test]
async fn what_telegram_would_not_post_to_is_refused() {
    let (sandbox, bot) = fresh().await;
    let long = "a".repeat(257);
    let https = "Bad Request: bad webhook: An HTTPS URL must be provided for webhook";
    let table = [
        (json!({ "url": "http://desk.example/hook" }), https),
        (json!({ "url": "ftp://127.0.0.1/hook" }), https),
        (
            json!({ "url": "https://desk.example:8444/hook" }),
            "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        (
            json!({ "url": "https://10.0.0.1/hook" }),
            "Bad Request: bad webhook: IP address 10.0.0.1 is reserved",
        ),
        (
            json!({ "url": "desk" }),
            "Bad Request: invalid webhook URL specified",
        ),
        (
            json!({ "url": "https://desk.example/", "secret_token": "a b" }),
            "Bad Request: secret token contains unallowed characters",
        ),
        (
            json!({ "url": "https://desk.example/", "secret_token": long }),
            "Bad Request: secret token is too long",
        ),
    ];
    for (params, words) in table {
        let refused = bot.refused("setWebhook", params.clone()).await;
        assert_eq!(refused, (400, words.to_owned()), "{params}");
    }
    assert_eq!(bot.call("getWebhookInfo", json!({})).await["url"], "");
    for url in [
        "https://desk.example/hook",
        "https://desk.example:8443/",
        "http://localhost:1/",
    ] {
        bot.call("setWebhook", json!({ "url": url })).await;
        let info = bot.call("getWebhookInfo", json!({})).await;
        assert_eq!(
            (&info["url"], &info["max_connections"]),
            (&json!(url), &json!(40))
        );
    }
    bot.call("setWebhook", json!({ "url": "" })).await;
    assert_eq!(bot.call("getWebhookInfo", json!({})).await["url"], "");
    sandbox.stop().await;
}

#[actix_web::test]
async fn polls_and_a_webhook_exclude_each_other() {
    let (sandbox, bot) = fresh().await;
    let poller = bot.clone();
    let poll =
        tokio::spawn(async move { poller.refused("getUpdates", json!({ "timeout": 50 })).await });
    // The poll may come before or after the webhook; both are conflicts.
    bot.call("setWebhook", json!({ "url": "http://127.0.0.1:9/" }))
        .await;
    let (code, words) = poll.await.expect("an end");
    assert_eq!(code, 409);
    assert!(words.starts_with("Conflict: "), "{words}");
    assert_eq!(
        bot.refused("getUpdates", json!({})).await,
        (
            409,
            "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to \
             delete the webhook first"
                .to_owned()
        )
    );
    sandbox.person(101).text("kept");
    bot.call("deleteWebhook", json!({})).await;
    assert_eq!(bot.updates(0).await.len(), 1);
    sandbox.stop().await;
}

#[actix_web::test]
async fn updates_come_with_the_secret_in_order_in_each_chat() {
    let (sandbox, bot) = soon().await;
    sandbox.person(101).text("before it was set");
    let hook = Hook::start(|_| Some(200)).await;
    bot.call(
        "setWebhook",
        json!({ "url": hook.url, "secret_token": "s3cret_-", "max_connections": 3 }),
    )
    .await;
    for number in 1..20 {
        sandbox.person(101).text(&number.to_string());
        sandbox.person(102).text(&number.to_string());
    }
    all_confirmed(&sandbox).await;
    let came = hook.came(39).await;
    assert_eq!(came.len(), 39);
    assert!(
        came.iter()
            .all(|request| request.secret.as_deref() == Some("s3cret_-"))
    );
    for (person, first) in [
        (101, vec!["before it was set".to_owned()]),
        (102, Vec::new()),
    ] {
        let theirs = came
            .iter()
            .filter(|request| request.update["message"]["chat"]["id"] == person);
        let numbers = (1..20).map(|number: i32| number.to_string());
        let expected: Vec<String> = first.into_iter().chain(numbers).collect();
        assert_eq!(theirs.map(text).collect::<Vec<_>>(), expected);
    }
    let calls = sandbox.calls();
    let posted = calls
        .iter()
        .find(|call| call.method == POSTED)
        .expect("a record");
    assert_eq!((posted.ok, &posted.answer), (true, &json!("thanks")));
    assert_eq!(posted.params["message"]["text"], "before it was set");
    hook.stop().await;
    sandbox.stop().await;
}

#[actix_web::test]
async fn what_waited_for_the_end_of_an_outage_is_posted_then() {
    let (sandbox, bot) = soon().await;
    let hook = Hook::start(|_| Some(200)).await;
    bot.call("setWebhook", json!({"url": hook.url})).await;
    for (outage, updates) in [(None, 1), (Some(Duration::from_millis(50)), 2)] {
        sandbox.begin_outage(Outage::Cut, outage);
        sandbox.person(101).text("Is anybody there?");
        if outage.is_none() {
            assert_eq!(sandbox.undelivered_updates(), 1);
            sandbox.end_outage();
        }
        hook.came(updates).await;
        all_confirmed(&sandbox).await;
    }
    hook.stop().await;
}

#[actix_web::test]
async fn a_press_overtakes_the_words_before_it_and_connections_are_bounded() {
    let (sandbox, bot) = soon().await;
    let (go, let_go) = watch::channel(false);
    let hook = Hook::start_held(|_| None, let_go).await;
    let (code, _) = bot
        .try_call(
            "setWebhook",
            json!({ "url": hook.url, "max_connections": 2 }),
        )
        .await
        .expect("an answer");
    assert_eq!(code, 200);
    let anna = sandbox.person(101);
    anna.text("/start");
    let menu = bot.ask(101, "Menu", &[&["One=1"]]).await;
    anna.text("behind the first");
    anna.press(menu, "1");
    sandbox.person(102).text("beyond the bound");
    let came = hook.came(2).await;
    assert_eq!(text(&came[0]), "/start");
    assert_eq!(came[1].update["callback_query"]["data"], "1");
    assert_eq!(sandbox.pending_updates(), 4);
    go.send_replace(true);
    all_confirmed(&sandbox).await;
    assert_eq!(hook.came(4).await.len(), 4);
    hook.stop().await;
    sandbox.stop().await;
}

#[actix_web::test]
async fn what_is_not_taken_comes_again_and_the_failure_is_told() {
    let (sandbox, bot) = soon().await;
    bot.call("setWebhook", json!({ "url": "http://127.0.0.1:9/" }))
        .await;
    sandbox.person(101).text("nobody is there");
    let failed = |words: &'static str| {
        move |sandbox: &Sandbox| sandbox.webhook_info()["last_error_message"] == words
    };
    sandbox
        .wait_until(LIMIT, failed("Connection refused"))
        .await
        .expect("refused");
    assert!(sandbox.webhook_info()["last_error_date"].is_i64());
    let mut left = 3;
    let hook = Hook::start(move |_| {
        left -= i32::from(left > 0);
        Some(if left > 0 { 503 } else { 200 })
    })
    .await;
    bot.call("setWebhook", json!({ "url": hook.url })).await;
    all_confirmed(&sandbox).await;
    assert_eq!(hook.came(3).await.len(), 3);
    assert!(failed(
        "Wrong response from the webhook: 503 Service Unavailable"
    )(&sandbox));
    hook.stop().await;
    sandbox.stop().await;
}

#[actix_web::test]
async fn updates_can_come_twice_to_any_of_several_nodes_in_any_order() {
    let (sandbox, bot) = soon().await;
    let nodes = [
        Hook::start(|_| Some(200)).await,
        Hook::start(|_| Some(200)).await,
    ];
    sandbox.set_delivery(Delivery {
        addresses: nodes.iter().map(|node| node.url.clone()).collect(),
        twice: 1.0,
        shuffled: true,
        seed: 7,
        ..Delivery::default()
    });
    sandbox.at_once(|town| {
        for number in 0..30 {
            town.text(101, &number.to_string()).expect("a person");
        }
    });
    bot.call(
        "setWebhook",
        json!({ "url": "https://desk.example/", "max_connections": 1 }),
    )
    .await;
    all_confirmed(&sandbox).await;
    let came: Vec<Vec<Request>> = [nodes[0].came(1).await, nodes[1].came(1).await].into();
    assert_eq!(came[0].len() + came[1].len(), 60);
    assert!(
        came.iter().all(|came| came.len() == 30),
        "each of two comes to another node"
    );
    let numbers: Vec<i32> = came[0]
        .iter()
        .map(|request| text(request).parse().expect("a number"))
        .collect();
    assert!(!numbers.is_sorted(), "{numbers:?}");
    for node in nodes {
        node.stop().await;
    }
    sandbox.stop().await;
}

#[actix_web::test]
async fn where_nobody_listens_the_next_node_gets_it_and_what_is_not_heard_of_comes_again() {
    let (sandbox, bot) = soon().await;
    let node = Hook::start(|_| Some(200)).await;
    let gone = Hook::start(|_| Some(200)).await;
    let addresses = vec![gone.url.clone(), node.url.clone()];
    gone.stop().await;
    sandbox.set_delivery(Delivery {
        addresses,
        unheard: 0.5,
        seed: 7,
        ..Delivery::default()
    });
    sandbox.at_once(|town| {
        for number in 0..30 {
            town.text(101, &number.to_string()).expect("a person");
        }
    });
    bot.call("setWebhook", json!({ "url": "https://desk.example/" }))
        .await;
    all_confirmed(&sandbox).await;
    assert_eq!(
        sandbox.webhook_info()["last_error_message"],
        "Read timeout expired"
    );
    let came = node.came(30).await;
    assert!(came.len() > 35, "{} came", came.len());
    let numbers: Vec<i32> = came
        .iter()
        .map(|request| text(request).parse().expect("a number"))
        .collect();
    assert!(numbers.is_sorted(), "{numbers:?}");
    node.stop().await;
    sandbox.stop().await;
}
