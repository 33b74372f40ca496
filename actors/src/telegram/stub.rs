//! A Bot API server of a few lines for the tests of this crate: it answers as it is told to and
//! remembers what was asked. The strict one is the sandbox.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};

use super::{Client, ClientSettings};

/// What the stub answers to one request.
pub(crate) enum Answer {
    /// `ok`, with this result.
    Ok(Value),
    /// An error with this code and description.
    Refused(u16, &'static str),
    /// 429, with so many seconds to wait.
    RetryAfter(u32),
    /// The connection is cut after the request was read.
    Cut,
    /// This body, whatever it is.
    Body(&'static str),
    /// `ok`, with this result, once the test says so.
    OkAfter(Arc<Notify>, Value),
}

type Script = dyn FnMut(&str, &Value) -> Answer + Send;

/// The server; its connections end with the test's runtime.
pub(crate) struct Stub {
    pub(crate) client: Client,
    requests: Arc<watch::Sender<Vec<(String, Value)>>>,
}

impl Stub {
    /// Starts a server that answers each method with its parameters as the script says.
    pub(crate) async fn start(script: impl FnMut(&str, &Value) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = Client::new(&ClientSettings {
            token: "1000001:SECRET".parse().unwrap(),
            api_url: format!("http://{}", listener.local_addr().unwrap()),
            connections: 4,
            poll_timeout: Duration::from_secs(30),
        })
        .unwrap();
        let script: Arc<Mutex<Script>> = Arc::new(Mutex::new(script));
        let requests = Arc::new(watch::Sender::new(Vec::new()));
        let kept = requests.clone();
        tokio::spawn(async move {
            loop {
                let (connection, _) = listener.accept().await.unwrap();
                tokio::spawn(serve(connection, script.clone(), kept.clone()));
            }
        });
        Self { client, requests }
    }

    /// A server that does what every call asks for, numbering messages from 501.
    pub(crate) async fn obliging() -> Self {
        let mut last = 500;
        Self::start(move |method, parameters| Answer::Ok(obliged(&mut last, method, parameters)))
            .await
    }

    /// The requests so far: methods in lower case, with their parameters.
    pub(crate) fn requests(&self) -> Vec<(String, Value)> {
        self.requests.borrow().clone()
    }

    /// The methods asked for so far.
    pub(crate) fn methods(&self) -> Vec<String> {
        self.requests()
            .into_iter()
            .map(|(method, _)| method)
            .collect()
    }

    /// Waits until so many requests have come.
    pub(crate) async fn asked(&self, times: usize) {
        let mut requests = self.requests.subscribe();
        requests
            .wait_for(|requests| requests.len() >= times)
            .await
            .unwrap();
    }
}

/// What a method is answered with when all is well.
pub(crate) fn obliged(last: &mut i64, method: &str, parameters: &Value) -> Value {
    let mut next = || {
        *last += 1;
        json!({"message_id": *last})
    };
    match method {
        "copymessages" => {
            let count = parameters["message_ids"].as_array().map_or(0, Vec::len);
            (0..count).map(|_| next()).collect()
        }
        "copymessage" => next(),
        "getupdates" => json!([]),
        method if method.starts_with("send") => next(),
        _ => json!(true),
    }
}

async fn serve(
    mut connection: TcpStream,
    script: Arc<Mutex<Script>>,
    requests: Arc<watch::Sender<Vec<(String, Value)>>>,
) {
    let mut received = Vec::new();
    loop {
        let Some((method, parameters, rest)) = request(&mut connection, received).await else {
            return;
        };
        received = rest;
        let answer = (script.lock().unwrap())(&method, &parameters);
        requests.send_modify(|requests| requests.push((method, parameters)));
        let (status, body) = match answer {
            Answer::Ok(result) => (200, json!({"ok": true, "result": result}).to_string()),
            Answer::Refused(code, words) => {
                let body = json!({"ok": false, "error_code": code, "description": words});
                (code, body.to_string())
            }
            Answer::RetryAfter(seconds) => {
                let body = json!({
                    "ok": false, "error_code": 429,
                    "description": format!("Too Many Requests: retry after {seconds}"),
                    "parameters": {"retry_after": seconds},
                });
                (429, body.to_string())
            }
            Answer::Body(body) => (200, body.to_owned()),
            Answer::Cut => return,
            Answer::OkAfter(said, result) => {
                said.notified().await;
                (200, json!({"ok": true, "result": result}).to_string())
            }
        };
        let head = format!(
            "HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        if connection
            .write_all(format!("{head}{body}").as_bytes())
            .await
            .is_err()
        {
            return;
        }
    }
}

/// Reads one request; answers the method, the parameters, and what was read beyond it.
async fn request(
    connection: &mut TcpStream,
    mut received: Vec<u8>,
) -> Option<(String, Value, Vec<u8>)> {
    loop {
        if let Some(end) = received.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&received[..end]).to_lowercase();
            let length = head
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.split("\r\n").next()?.parse().ok())
                .unwrap_or(0);
            let body = end + 4;
            if received.len() >= body + length {
                let path = head.split(' ').nth(1)?;
                let method = path.rsplit('/').next()?.to_owned();
                let parameters =
                    serde_json::from_slice(&received[body..body + length]).unwrap_or_default();
                return Some((method, parameters, received.split_off(body + length)));
            }
        }
        let mut more = [0; 4096];
        let read = connection
            .read(&mut more)
            .await
            .ok()
            .filter(|read| *read > 0)?;
        received.extend_from_slice(&more[..read]);
    }
}
