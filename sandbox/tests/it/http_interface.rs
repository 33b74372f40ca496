//! The interface for people over HTTP and JSON, the page, and who may use them.

use frontdesk_sandbox::{Options, Program, Sandbox};
use futures::StreamExt;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::support::{Bot, LIMIT, fresh, met};

/// A client of the interface.
struct Client {
    http: reqwest::Client,
    base: String,
}

impl Client {
    fn of(sandbox: &Sandbox) -> Client {
        Client {
            http: reqwest::Client::new(),
            base: sandbox.api_url(),
        }
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        let response = self
            .http
            .get(format!("{}{path}", self.base))
            .send()
            .await
            .expect("an answer");
        (
            response.status().as_u16(),
            response.json().await.expect("JSON"),
        )
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        let request = self.http.post(format!("{}{path}", self.base)).json(&body);
        let response = request.send().await.expect("an answer");
        (
            response.status().as_u16(),
            response.json().await.expect("JSON"),
        )
    }
}

#[actix_web::test]
async fn people_act_and_see() {
    let (sandbox, bot) = fresh().await;
    let client = Client::of(&sandbox);
    let (_, sent) = client
        .post(
            "/sandbox/people/101/send",
            json!({ "kind": "text", "text": "/start" }),
        )
        .await;
    let start = sent["message_ids"][0].as_i64().expect("an id");
    let menu = bot.ask(101, "Menu", &[&["One=1", "Two=2"]]).await;
    let (_, pressed) = client
        .post(
            "/sandbox/people/101/press",
            json!({ "message_id": menu, "data": "1" }),
        )
        .await;
    let answer =
        json!({ "callback_query_id": pressed["query_id"], "text": "Done", "show_alert": true });
    bot.call("answerCallbackQuery", answer).await;
    let reply = json!({ "kind": "photo", "text": "look", "reply_to": menu });
    client.post("/sandbox/people/101/send", reply).await;
    let album = json!({ "album": [{ "kind": "photo" }, { "kind": "photo", "text": "two" }] });
    let (_, sent) = client.post("/sandbox/people/101/send", album).await;
    let first = sent["message_ids"][0].clone();
    let (_, late) = client
        .post(
            "/sandbox/people/101/late_sibling",
            json!({ "message_id": first, "kind": "photo" }),
        )
        .await;
    assert!(late["message_ids"][0].is_i64(), "{late}");
    let edit = json!({ "message_id": start, "text": "bold", "entities": [{ "type": "bold", "offset": 0, "length": 4 }] });
    assert_eq!(
        client.post("/sandbox/people/101/edit", edit).await,
        (200, json!({}))
    );

    let (_, chat) = client.get("/sandbox/chats/101").await;
    assert_eq!(
        (&chat["person"], &chat["typing"], &chat["blocked"]),
        (&json!(101), &json!(false), &json!(false))
    );
    let messages = chat["messages"].as_array().expect("an array");
    assert_eq!(messages[0]["from"], "person");
    assert_eq!(messages[0]["entities"][0]["type"], "bold");
    assert!(messages[0]["edit_date"].is_i64());
    assert_eq!(
        (
            &messages[1]["from"],
            &messages[1]["kind"],
            &messages[1]["text"]
        ),
        (&json!("bot"), &json!("text"), &json!("Menu"))
    );
    assert_eq!(
        messages[1]["buttons"],
        json!([[{ "text": "One", "data": "1" }, { "text": "Two", "data": "2" }]])
    );
    assert_eq!(messages[1]["pressed"], "1");
    assert_eq!(
        messages[2]["reply_to"],
        json!({ "id": menu, "text": "Menu" })
    );
    assert_eq!(
        (&messages[2]["kind"], &messages[2]["text"]),
        (&json!("photo"), &json!("look"))
    );
    assert_eq!(messages[3]["album"], messages[5]["album"]);
    assert_eq!(chat["toasts"][0]["text"], "Done");
    assert_eq!(chat["toasts"][0]["alert"], true);

    let url = messages[2]["media"]["url"].as_str().expect("an address");
    let picture = reqwest::get(format!("{}{url}", sandbox.api_url()))
        .await
        .expect("an answer");
    assert_eq!(picture.headers()["content-type"], "image/svg+xml");
    assert!(
        picture
            .text()
            .await
            .expect("text")
            .contains(">photo</text>")
    );

    let text = reqwest::get(format!(
        "{}/sandbox/chats/101/transcript",
        sandbox.api_url()
    ))
    .await
    .expect("an answer");
    assert_eq!(
        text.text().await.expect("text"),
        sandbox.person(101).transcript().to_string()
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn the_state_lists_people_and_what_they_have_not_read() {
    let (sandbox, bot) = met().await;
    let client = Client::of(&sandbox);
    bot.say(102, "unread").await;
    client.post("/sandbox/people/101/block", json!({})).await;
    let (_, state) = client.get("/sandbox/state").await;
    assert_eq!(state["bot"]["username"], "frontdesk_demo_bot");
    let people = state["people"].as_array().expect("an array");
    let ids: Vec<i64> = people
        .iter()
        .map(|person| person["id"].as_i64().expect("an id"))
        .collect();
    assert_eq!(ids, [101, 102, 201, 202]);
    assert_eq!(
        (&people[0]["blocked"], &people[0]["role"]),
        (&json!(true), &json!("user"))
    );
    assert_eq!(
        (&people[1]["unread"], &people[3]["role"]),
        (&json!(1), &json!("admin"))
    );
    assert_eq!(
        (&people[1]["last"]["text"], &people[1]["last"]["from_bot"]),
        (&json!("unread"), &json!(true))
    );
    assert_eq!(people[2]["last"], Value::Null);
    assert_eq!(
        state["program"],
        json!({ "available": false, "running": false, "pid": null })
    );

    let unread = || async { client.get("/sandbox/state").await.1["people"][1]["unread"].clone() };
    client.get("/sandbox/chats/102").await;
    assert_eq!(unread().await, 1, "looking on is not reading");
    let before = sandbox.revision();
    client.get("/sandbox/chats/102?read=1").await;
    assert_eq!(unread().await, 0);
    assert!(sandbox.revision() > before);
    client.post("/sandbox/people/101/unblock", json!({})).await;
    assert_eq!(
        client.get("/sandbox/state").await.1["people"][0]["blocked"],
        false
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn what_cannot_be_done_is_an_error_in_words() {
    let (sandbox, _bot) = met().await;
    let client = Client::of(&sandbox);
    let table = [
        (
            "/sandbox/people/7/send",
            json!({ "text": "x" }),
            404,
            "there is no person 7",
        ),
        (
            "/sandbox/people/101/send",
            json!({ "text": "" }),
            400,
            "there is nothing to send",
        ),
        (
            "/sandbox/people/101/press",
            json!({ "message_id": 99, "data": "x" }),
            404,
            "there is no message 99 in the chat",
        ),
        (
            "/sandbox/people/101/send",
            json!({ "album": [{ "kind": "photo" }] }),
            400,
            "an album has 2 to 10 photos, videos, documents or pieces of music",
        ),
        (
            "/sandbox/program/dance",
            json!({}),
            404,
            "the program can be told start, stop or kill",
        ),
        (
            "/sandbox/program/start",
            json!({}),
            409,
            "the sandbox was started without a program",
        ),
    ];
    for (path, body, status, words) in table {
        assert_eq!(
            client.post(path, body).await,
            (status, json!({ "error": words })),
            "{path}"
        );
    }
    let (status, answer) = client
        .post("/sandbox/people/101/send", json!({ "kind": "smell" }))
        .await;
    assert_eq!(status, 400);
    assert!(
        answer["error"]
            .as_str()
            .expect("words")
            .contains("unknown variant"),
        "{answer}"
    );
    assert_eq!(client.get("/sandbox/chats/7").await.0, 404);
    assert_eq!(client.get("/nowhere").await.0, 404);
    sandbox.stop().await;
}

#[actix_web::test]
async fn calls_and_faults() {
    let (sandbox, bot) = met().await;
    let client = Client::of(&sandbox);
    let plan = json!({ "method": "sendMessage", "chat": 101, "fault": { "too_many_requests": { "retry_after": 3 } }, "times": 1 });
    assert_eq!(client.post("/sandbox/faults", plan).await.0, 200);
    for fault in ["cut_before", "cut_after", "hang"] {
        let plan = json!({ "method": "leaveChat", "fault": fault });
        assert_eq!(client.post("/sandbox/faults", plan).await.0, 200, "{fault}");
    }
    assert_eq!(
        bot.refused("sendMessage", json!({ "chat_id": 101, "text": "x" }))
            .await
            .0,
        429
    );
    bot.say(101, "said").await;
    let (_, log) = client.get("/sandbox/calls").await;
    assert_eq!(log["last"], 2);
    assert_eq!(log["calls"][0]["status"], 429);
    let (_, log) = client.get("/sandbox/calls?after=1").await;
    assert_eq!(log["calls"].as_array().expect("an array").len(), 1);
    let call = &log["calls"][0];
    assert_eq!(
        (&call["method"], &call["params"]["text"]),
        (&json!("sendMessage"), &json!("said"))
    );
    assert_eq!(
        (&call["ok"], &call["answer"]["result"]["text"]),
        (&json!(true), &json!("said"))
    );
    sandbox.stop().await;
}

/// Reads a stream of events until one changes what `wanted` asks for.
async fn event(
    stream: &mut (impl futures::Stream<Item = reqwest::Result<impl AsRef<[u8]>>> + Unpin),
    mut wanted: impl FnMut(&Value) -> bool,
) -> Value {
    let reading = async {
        loop {
            let chunk = stream
                .next()
                .await
                .expect("the stream goes on")
                .expect("a chunk");
            let text = String::from_utf8(chunk.as_ref().to_vec()).expect("text");
            for data in text.lines().filter_map(|line| line.strip_prefix("data: ")) {
                let change: Value = serde_json::from_str(data).expect("JSON");
                if wanted(&change) {
                    return change;
                }
            }
        }
    };
    timeout(LIMIT, reading).await.expect("in time")
}

#[actix_web::test]
async fn events_tell_what_changed() {
    let options = Options {
        program: Some(Program {
            argv: vec!["sleep".into(), "600".into()],
            env: Vec::new(),
        }),
        ..Options::default()
    };
    let sandbox = Sandbox::start(options).await.expect("a sandbox");
    let bot = Bot::of(&sandbox);
    let response = reqwest::get(format!("{}/sandbox/events", sandbox.api_url()))
        .await
        .expect("an answer");
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let mut stream = response.bytes_stream();
    let first = event(&mut stream, |_| true).await;
    assert_eq!(
        first["chats"].as_array().expect("an array").len(),
        4,
        "at first everything is new"
    );
    assert_eq!(first["revision"], sandbox.revision());

    sandbox.person(101).text("hello");
    let heard = event(&mut stream, |change| change["chats"] == json!([101])).await;
    assert!(heard["revision"].as_u64() > first["revision"].as_u64());
    bot.say(101, "hello").await;
    event(&mut stream, |change| change["calls"] == 1).await;
    Client::of(&sandbox)
        .post("/sandbox/program/start", json!({}))
        .await;
    let running = event(&mut stream, |change| change["program"]["running"] == true).await;
    assert_eq!(running["program"]["pid"], json!(sandbox.program().pid));
    sandbox.stop().await;
}

#[actix_web::test]
async fn the_page_and_its_parts_are_served() {
    let (sandbox, _bot) = fresh().await;
    let page = reqwest::get(sandbox.page_url()).await.expect("an answer");
    assert_eq!(
        page.headers()["content-security-policy"],
        "default-src 'self'; img-src 'self' data:"
    );
    assert_eq!(page.headers()["content-type"], "text/html; charset=utf-8");
    let page = page.text().await.expect("text");
    assert!(page.contains("/app.js"));
    for (part, kind) in [
        ("app.js", "text/javascript; charset=utf-8"),
        ("style.css", "text/css; charset=utf-8"),
    ] {
        let answer = reqwest::get(format!("{}{part}", sandbox.page_url()))
            .await
            .expect("an answer");
        assert_eq!(answer.headers()["content-type"], kind, "{part}");
    }
    sandbox.stop().await;
}

#[actix_web::test]
async fn every_script_that_the_page_imports_is_served() {
    let (sandbox, _bot) = fresh().await;
    let mut wanted = vec!["app.js".to_owned()];
    let mut seen = Vec::new();
    while let Some(name) = wanted.pop() {
        let answer = reqwest::get(format!("{}{name}", sandbox.page_url()))
            .await
            .expect("an answer");
        assert_eq!(answer.status(), 200, "{name}");
        let script = answer.text().await.expect("text");
        let imports = script
            .split("from \"./")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        for import in imports.map(str::to_owned) {
            if !seen.contains(&import) {
                seen.push(import.clone());
                wanted.push(import);
            }
        }
    }
    sandbox.stop().await;
}

#[actix_web::test]
async fn another_web_site_may_not_act_for_people() {
    let (sandbox, _bot) = met().await;
    let client = reqwest::Client::new();
    let address = format!("{}/sandbox/people/101/block", sandbox.api_url());
    let own = sandbox.api_url();
    let table = [
        ("origin", "https://evil.example", 403),
        ("origin", "null", 403),
        ("host", "evil.example", 403),
        ("origin", own.as_str(), 200),
    ];
    for (header, value, status) in table {
        let response = client
            .post(&address)
            .header(header, value)
            .send()
            .await
            .expect("an answer");
        assert_eq!(response.status(), status, "{header}: {value}");
    }
    sandbox.stop().await;
}

#[actix_web::test]
async fn parameters_come_in_every_form() {
    let (sandbox, bot) = met().await;
    let address = format!("{}/sendmessage", bot.base);
    let markup = r#"{"inline_keyboard":[[{"text":"A","callback_data":"a"}]]}"#;
    let query = [
        ("chat_id", "101"),
        ("text", "by query + &"),
        ("reply_markup", markup),
    ];
    bot.http
        .get(&address)
        .query(&query)
        .send()
        .await
        .expect("an answer");
    let form = [
        ("chat_id", "101"),
        ("text", "by form + &"),
        ("reply_markup", markup),
    ];
    bot.http
        .post(&address)
        .form(&form)
        .send()
        .await
        .expect("an answer");
    let parts = reqwest::multipart::Form::new()
        .text("chat_id", "101")
        .text("text", "by parts + &")
        .text("reply_markup", markup);
    bot.http
        .post(&address)
        .multipart(parts)
        .send()
        .await
        .expect("an answer");
    let mixed = bot
        .http
        .post(&address)
        .query(&[("chat_id", "101")])
        .json(&json!({ "text": "by both" }));
    mixed.send().await.expect("an answer");
    assert_eq!(
        sandbox.person(101).transcript().after(1).to_string(),
        "< by query + &\n  [A]\n< by form + &\n  [A]\n< by parts + &\n  [A]\n< by both"
    );
    let broken = bot
        .http
        .post(&address)
        .header("content-type", "application/json")
        .body("{");
    assert_eq!(broken.send().await.expect("an answer").status(), 400);
    sandbox.stop().await;
}
