//! The state file: what survives a stop, and what is refused.

use frontdesk_sandbox::{Options, Outgoing, Sandbox, StartError};
use serde_json::json;

use crate::support::Bot;

#[actix_web::test]
async fn everything_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let options = || Options {
        state_file: Some(folder.path().join("sandbox.json")),
        ..Options::default()
    };
    let sandbox = Sandbox::start(options()).await.expect("a sandbox");
    let bot = Bot::of(&sandbox);
    let anna = sandbox.person(101);
    anna.text("/start");
    bot.drain().await;
    let menu = bot.ask(101, "Menu", &[&["One=1"]]).await;
    anna.send(Outgoing::document("a.bin").file("application/octet-stream", vec![0, 159, 146, 150]));
    let file = anna
        .messages()
        .pop()
        .expect("it")
        .file_id()
        .expect("its file")
        .to_owned();
    let query = anna.press(menu, "1");
    sandbox.person(102).block();
    let command = json!([{ "command": "help", "description": "Help" }]);
    bot.call(
        "setMyCommands",
        json!({ "commands": command, "language_code": "ru" }),
    )
    .await;
    let seen = (anna.transcript(), anna.messages());
    let waiting = bot.updates(0).await;
    sandbox.stop().await;

    let sandbox = Sandbox::start(options()).await.expect("a sandbox");
    let bot = Bot::of(&sandbox);
    let anna = sandbox.person(101);
    assert_eq!((anna.transcript(), anna.messages()), seen);
    assert_eq!(bot.updates(0).await, waiting);
    assert_eq!(sandbox.undelivered_updates(), 0);
    assert_eq!(anna.commands(), [("help".to_owned(), "Help".to_owned())]);
    bot.call("answerCallbackQuery", json!({ "callback_query_id": query }))
        .await;
    let refused = bot
        .refused("sendMessage", json!({ "chat_id": 102, "text": "?" }))
        .await;
    assert_eq!(refused.1, "Forbidden: bot was blocked by the user");
    let found = bot.call("getFile", json!({ "file_id": file })).await;
    assert_eq!(found["file_size"], 4);
    assert!(anna.text("later") > menu, "ids go on");
    assert_eq!(bot.drain().await.len(), waiting.len() + 1);
    sandbox.stop().await;
}

#[actix_web::test]
async fn changes_are_written_while_it_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sandbox.json");
    let options = Options {
        state_file: Some(file.clone()),
        ..Options::default()
    };
    let sandbox = Sandbox::start(options).await.expect("a sandbox");
    sandbox.person(101).text("written soon");
    let written = async {
        loop {
            let text = std::fs::read_to_string(&file).unwrap_or_default();
            if text.contains("written soon") {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(crate::support::LIMIT, written)
        .await
        .expect("in time");
    sandbox.stop().await;
}

#[actix_web::test]
async fn nonsense_in_the_file_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("sandbox.json");
    std::fs::write(&file, "{\"secret words\": 1}").expect("written");
    let options = Options {
        state_file: Some(file.clone()),
        ..Options::default()
    };
    let Err(error) = Sandbox::start(options).await else {
        panic!("it started");
    };
    assert!(
        matches!(&error, StartError::StateFile { path, .. } if *path == file),
        "{error}"
    );
    assert!(!error.to_string().contains("secret words"), "{error}");
    assert_eq!(
        std::fs::read_to_string(&file).expect("still there"),
        "{\"secret words\": 1}"
    );
}

#[actix_web::test]
async fn a_taken_port_is_named() {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let port = sandbox
        .api_url()
        .rsplit(':')
        .next()
        .expect("a port")
        .parse()
        .expect("a number");
    let Err(error) = Sandbox::start(Options {
        port,
        ..Options::default()
    })
    .await
    else {
        panic!("it started");
    };
    assert!(
        matches!(error, StartError::PortInUse { port: named } if named == port),
        "{error}"
    );
    assert_eq!(error.to_string(), format!("port {port} is in use"));
    sandbox.stop().await;
    // Once stopped, the port is free again.
    Sandbox::start(Options {
        port,
        ..Options::default()
    })
    .await
    .expect("a sandbox")
    .stop()
    .await;
}

#[actix_web::test]
async fn a_token_must_name_the_bot() {
    let options = Options {
        token: "no-token".to_owned(),
        ..Options::default()
    };
    assert!(!format!("{options:?}").contains("no-token"));
    assert!(matches!(
        Sandbox::start(options).await,
        Err(StartError::Token)
    ));
}

#[tokio::test]
async fn it_starts_without_actix_around_it() {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    assert_eq!(
        Bot::of(&sandbox).call("getMe", json!({})).await["id"],
        1_000_001
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn dropping_it_stops_it() {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let bot = Bot::of(&sandbox);
    bot.call("getMe", json!({})).await;
    drop(sandbox);
    let gone = async {
        while bot.try_call("getMe", json!({})).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(crate::support::LIMIT, gone)
        .await
        .expect("it stops soon");
}
