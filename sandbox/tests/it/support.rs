//! A bot that calls the Bot API by hand, and a sandbox with people who have met it.

use std::time::Duration;

use frontdesk_sandbox::{Options, Sandbox};
use serde_json::{Value, json};

/// Nothing that is waited for takes this long unless it never comes.
pub(crate) const LIMIT: Duration = Duration::from_secs(20);

/// A bot with its address and token.
#[derive(Clone)]
pub(crate) struct Bot {
    pub(crate) http: reqwest::Client,
    pub(crate) base: String,
}

impl Bot {
    pub(crate) fn of(sandbox: &Sandbox) -> Bot {
        Bot {
            http: reqwest::Client::new(),
            base: format!("{}/bot{}", sandbox.api_url(), sandbox.token()),
        }
    }

    /// Calls a method with JSON; the HTTP status and the whole answer.
    pub(crate) async fn try_call(
        &self,
        method: &str,
        params: Value,
    ) -> reqwest::Result<(u16, Value)> {
        let request = self
            .http
            .post(format!("{}/{method}", self.base))
            .json(&params);
        let response = request.send().await?;
        Ok((response.status().as_u16(), response.json().await?))
    }

    /// Calls a method that succeeds and returns its result.
    pub(crate) async fn call(&self, method: &str, params: Value) -> Value {
        let (status, mut answer) = self.try_call(method, params).await.expect("an answer");
        assert_eq!(
            (status, &answer["ok"]),
            (200, &json!(true)),
            "{method}: {answer}"
        );
        answer["result"].take()
    }

    /// Calls a method that is refused: the code and the words.
    pub(crate) async fn refused(&self, method: &str, params: Value) -> (u16, String) {
        let (status, answer) = self.try_call(method, params).await.expect("an answer");
        assert_eq!(answer["ok"], false, "{method} was not refused: {answer}");
        assert_eq!(answer["error_code"], status, "{answer}");
        let words = answer["description"].as_str().expect("a description");
        (status, words.to_owned())
    }

    /// Sends words to a chat and returns the message id.
    pub(crate) async fn say(&self, chat: i64, text: &str) -> i64 {
        id_of(
            &self
                .call("sendMessage", json!({ "chat_id": chat, "text": text }))
                .await,
        )
    }

    /// Sends words with rows of buttons, each `text=data`.
    pub(crate) async fn ask(&self, chat: i64, text: &str, rows: &[&[&str]]) -> i64 {
        let params = json!({ "chat_id": chat, "text": text, "reply_markup": keyboard(rows) });
        id_of(&self.call("sendMessage", params).await)
    }

    /// Updates from `offset` on, without waiting.
    pub(crate) async fn updates(&self, offset: i64) -> Vec<Value> {
        let updates = self.call("getUpdates", json!({ "offset": offset })).await;
        updates.as_array().expect("an array").clone()
    }

    /// Takes all updates and confirms them.
    pub(crate) async fn drain(&self) -> Vec<Value> {
        let updates = self.updates(0).await;
        if let Some(last) = updates.last() {
            let offset = last["update_id"].as_i64().expect("an id") + 1;
            assert_eq!(self.updates(offset).await, Vec::<Value>::new());
        }
        updates
    }
}

/// An inline keyboard of rows of `text=data`.
pub(crate) fn keyboard(rows: &[&[&str]]) -> Value {
    let rows: Vec<Vec<Value>> = rows
        .iter()
        .map(|row| {
            row.iter()
                .map(|button| {
                    let (text, data) = button.split_once('=').expect("text=data");
                    json!({ "text": text, "callback_data": data })
                })
                .collect()
        })
        .collect();
    json!({ "inline_keyboard": rows })
}

pub(crate) fn id_of(message: &Value) -> i64 {
    message["message_id"]
        .as_i64()
        .unwrap_or_else(|| panic!("no message: {message}"))
}

/// A sandbox and its bot; nobody has written yet.
pub(crate) async fn fresh() -> (Sandbox, Bot) {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let bot = Bot::of(&sandbox);
    (sandbox, bot)
}

/// A sandbox where Anna (101) and Emma (102) have pressed Start and the bot has heard of it.
pub(crate) async fn met() -> (Sandbox, Bot) {
    let (sandbox, bot) = fresh().await;
    sandbox.person(101).text("/start");
    sandbox.person(102).text("/start");
    assert_eq!(bot.drain().await.len(), 2);
    (sandbox, bot)
}
