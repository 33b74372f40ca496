//! The connection to the Bot API server: one client for calls, one with more patience for polling.
//!
//! Requests are made here and not by the library: it sleeps ten seconds inside a call on an error
//! of the server, drops the error's code, and cannot tell whether a request was written.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::DateTime;
use frontdesk_desk::ids::{BotId, PersonId, UpdateId};
use frontdesk_desk::ticket::{Lang, Time};
use reqwest::header::{CONTENT_TYPE, DATE, HeaderValue};
use reqwest::{Response, Url, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use teloxide_core::Bot;
use teloxide_core::requests::Payload;

use crate::measure::InFlight;

use super::classify::{Failure, of_answer, of_connection};
use super::methods::{
    self, AnswerCallbackQuery, DeleteMyCommands, DeleteWebhook, GetMe, GetUpdates, GetWebhookInfo,
    SetMyCommands, SetWebhook,
};
use super::read::KINDS;
use super::secret::Secret;
use super::token::Token;

/// How long a connection may take to be made.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a call may take in all.
const CALL_TIMEOUT: Duration = Duration::from_secs(20);

/// How long an idle connection is kept: servers and the boxes in between close theirs after a
/// minute, and a request on a connection that is being closed has an uncertain outcome.
const IDLE_TIMEOUT: Duration = Duration::from_secs(50);

/// How often a silent connection is asked whether the other side is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(20);

/// How much longer than the server a poll waits for its answer.
const POLL_GRACE: Duration = Duration::from_secs(15);

/// What a client is made of.
#[derive(Clone, Debug)]
pub struct ClientSettings {
    /// The bot.
    pub token: Token,
    /// The server: `https://api.telegram.org`, one's own, or the sandbox.
    pub api_url: String,
    /// How many idle connections are kept open: as many as calls run at once. About 32 are best.
    pub connections: usize,
    /// How long the server may hold a poll open while there is nothing to tell.
    pub poll_timeout: Duration,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server's address is none.
    #[error("the Bot API server's address should look like `https://api.telegram.org`")]
    ApiUrl,
    /// The HTTP client cannot be made, for want of its TLS certificates, say.
    #[error("the HTTP client cannot be made")]
    Http(#[source] reqwest::Error),
}

/// Makes calls. Clones share their connections.
#[derive(Clone)]
pub struct Client {
    calls: Line,
    polls: Line,
    bot: BotId,
    poll_timeout: Duration,
}

/// A bot at its server, over one pool of connections.
#[derive(Clone)]
struct Line {
    bot: Bot,
    /// Where its methods are: the address holds the token.
    methods: Url,
    reach: Reach,
}

/// Whether Telegram answers at all; clones share what was heard.
#[derive(Clone, Debug, Default)]
struct Reach(Arc<Mutex<Option<Instant>>>);

impl Reach {
    /// Anything that Telegram says, a refusal too, shows that it is there.
    fn heard<T>(&self, answer: &Result<T, Failure>) {
        let mut away_since = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match answer {
            Err(Failure::NotSent | Failure::Uncertain | Failure::ServerError) => {
                away_since.get_or_insert_with(Instant::now);
            }
            _ => *away_since = None,
        }
    }
}

/// What Telegram says about the bot itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Me {
    /// Its id.
    pub id: BotId,
    /// Its name, without the `@`.
    pub username: String,
}

impl Me {
    fn of(me: methods::Me) -> Self {
        Self {
            id: BotId(me.id),
            username: me.username,
        }
    }
}

/// What Telegram says about the webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookInfo {
    /// Where updates are posted; empty if they are not. It may hold another program's secrets.
    pub url: String,
    /// How many updates wait.
    pub pending: u64,
    /// When posting failed last, and why.
    pub last_error: Option<(Time, String)>,
}

/// Whom a list of commands is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommandScope {
    /// Everybody without a list of their own.
    Everybody,
    /// One person.
    Person(PersonId),
}

impl Client {
    /// A client; connections are made when they are needed.
    ///
    /// # Errors
    /// [`ClientError`] for an address that is none, or without TLS certificates.
    pub fn new(settings: &ClientSettings) -> Result<Self, ClientError> {
        let url = Url::parse(&settings.api_url).map_err(|_| ClientError::ApiUrl)?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(ClientError::ApiUrl);
        }
        let reach = Reach::default();
        let line = |timeout, idle| Line::new(&settings.token, &url, timeout, idle, reach.clone());
        Ok(Self {
            calls: line(CALL_TIMEOUT, settings.connections)?,
            polls: line(settings.poll_timeout + POLL_GRACE, 1)?,
            bot: settings.token.bot_id(),
            poll_timeout: settings.poll_timeout,
        })
    }

    /// The bot of the token.
    pub fn bot_id(&self) -> BotId {
        self.bot
    }

    /// Since when no call has been answered; `None` while Telegram answers.
    pub fn away_since(&self) -> Option<Instant> {
        let away_since = self.calls.reach.0.lock();
        *away_since.unwrap_or_else(PoisonError::into_inner)
    }

    /// Asks Telegram who the bot is.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::TokenRefused`] if Telegram does not know the token.
    pub async fn me(&self) -> Result<Me, Failure> {
        Ok(Me::of(self.call(GetMe(json!({}))).await?))
    }

    /// The same, and what the time is at Telegram, to the second, if its answer says so.
    ///
    /// # Errors
    /// As [`me`](Self::me).
    pub async fn me_and_time(&self) -> Result<(Me, Option<Time>), Failure> {
        let answer = self.calls.post(&GetMe(json!({}))).await?;
        let date = answer.headers().get(DATE);
        let date = date.and_then(|date| date.to_str().ok());
        let time = date
            .and_then(|date| DateTime::parse_from_rfc2822(date).ok())
            .map(|date| date.to_utc());
        let me = read::<GetMe>(answer).await?;
        Ok((Me::of(me), time))
    }

    /// Asks for updates, raw, at most `limit` (1 to 100), and waits for the first. Confirms all
    /// those below `offset`.
    ///
    /// # Errors
    /// [`Failure`]; nothing is confirmed for certain then.
    pub async fn poll(
        &self,
        offset: Option<UpdateId>,
        limit: usize,
    ) -> Result<Vec<Value>, Failure> {
        let poll = get_updates(offset, limit, self.poll_timeout);
        self.polls.ask(poll).await.map(|updates| updates.0)
    }

    /// Confirms all updates below `offset`, without waiting. What comes back is left unconfirmed.
    ///
    /// # Errors
    /// [`Failure`]; what is not confirmed comes again.
    pub async fn confirm(&self, offset: UpdateId) -> Result<(), Failure> {
        let poll = get_updates(Some(offset), 1, Duration::ZERO);
        self.calls.ask(poll).await.map(drop)
    }

    /// Answers a callback query, so that its button stops spinning. A text has at most 200 UTF-16
    /// units.
    ///
    /// # Errors
    /// [`Failure`]; a query that is too old, or was answered, is an ordinary one.
    pub async fn answer_query(&self, query: &str, text: Option<&str>) -> Result<(), Failure> {
        let mut parameters = json!({"callback_query_id": query});
        if let Some(text) = text {
            parameters["text"] = text.into();
        }
        self.call(AnswerCallbackQuery(parameters)).await.map(drop)
    }

    /// What Telegram knows about the webhook.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn webhook(&self) -> Result<WebhookInfo, Failure> {
        let info = self.call(GetWebhookInfo(json!({}))).await?;
        Ok(WebhookInfo {
            url: info.url,
            pending: info.pending_update_count,
            last_error: info
                .last_error_date
                .and_then(|at| DateTime::from_timestamp(at, 0))
                .map(|at| (at, info.last_error_message.unwrap_or_default())),
        })
    }

    /// Has updates posted to this address, with the secret, so many at once (1 to 100). What waits is
    /// posted there too.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::Permanent`] for an address that Telegram does not like.
    pub async fn set_webhook(
        &self,
        url: &str,
        secret: &Secret,
        max_connections: usize,
    ) -> Result<(), Failure> {
        let parameters = json!({
            "url": url,
            "secret_token": secret.expose(),
            "max_connections": max_connections,
            "allowed_updates": KINDS,
        });
        self.call(SetWebhook(parameters)).await.map(drop)
    }

    /// Has updates posted no more. What waits is kept for polling.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn delete_webhook(&self) -> Result<(), Failure> {
        self.call(DeleteWebhook(json!({}))).await.map(drop)
    }

    /// Sets the commands of a menu; without a language for those whose language has none.
    ///
    /// # Errors
    /// [`Failure`]; [`Failure::Unreachable`] for a person who never started the bot.
    pub async fn set_commands(
        &self,
        scope: CommandScope,
        language: Option<Lang>,
        commands: &[(String, String)],
    ) -> Result<(), Failure> {
        let mut parameters = of_scope(scope, language);
        let commands: Vec<Value> = commands
            .iter()
            .map(|(name, does)| json!({"command": name, "description": does}))
            .collect();
        parameters.insert("commands".to_owned(), commands.into());
        self.call(SetMyCommands(parameters.into())).await.map(drop)
    }

    /// Takes the commands of a menu away; the wider scope counts again.
    ///
    /// # Errors
    /// [`Failure`].
    pub async fn delete_commands(
        &self,
        scope: CommandScope,
        language: Option<Lang>,
    ) -> Result<(), Failure> {
        let parameters = of_scope(scope, language);
        self.call(DeleteMyCommands(parameters.into()))
            .await
            .map(drop)
    }

    pub(super) async fn call<P>(&self, payload: P) -> Result<P::Output, Failure>
    where
        P: Payload + Serialize,
        P::Output: DeserializeOwned,
    {
        self.calls.ask(payload).await
    }
}

impl Line {
    fn new(
        token: &Token,
        server: &Url,
        timeout: Duration,
        idle: usize,
        reach: Reach,
    ) -> Result<Self, ClientError> {
        let mut http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .timeout(timeout)
            .tcp_nodelay(true)
            .tcp_keepalive(KEEP_ALIVE)
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(idle)
            // A call that is led elsewhere would arrive there without its parameters.
            .redirect(redirect::Policy::none());
        // The machine's proxy is for the way out, not for a server on this machine.
        if is_loopback(server) {
            http = http.no_proxy();
        }
        let http = http.build().map_err(ClientError::Http)?;
        let bot = Bot::with_client(token.expose(), http).set_api_url(server.clone());
        let mut methods = bot.api_url();
        methods
            .path_segments_mut()
            .map_err(|()| ClientError::ApiUrl)?
            .pop_if_empty()
            .push(&format!("bot{}", bot.token()))
            .push("");
        Ok(Self {
            bot,
            methods,
            reach,
        })
    }

    /// Makes one request and reads its answer.
    async fn ask<P>(&self, payload: P) -> Result<P::Output, Failure>
    where
        P: Payload + Serialize,
        P::Output: DeserializeOwned,
    {
        let in_flight = InFlight::new(P::NAME, P::NAME == GetUpdates::NAME);
        let answer = self.exchange(&payload).await;
        in_flight.ended(answer.as_ref().map_or_else(Failure::label, |_| "ok"));
        self.reach.heard(&answer);
        answer
    }

    async fn exchange<P>(&self, payload: &P) -> Result<P::Output, Failure>
    where
        P: Payload + Serialize,
        P::Output: DeserializeOwned,
    {
        read::<P>(self.post(payload).await?).await
    }

    async fn post<P: Payload + Serialize>(&self, payload: &P) -> Result<Response, Failure> {
        let unwritable = || Failure::Permanent("the call cannot be written".to_owned());
        let body = serde_json::to_vec(payload).map_err(|_| unwritable())?;
        let method = self.methods.join(P::NAME).map_err(|_| unwritable())?;
        let call = self
            .bot
            .client()
            .post(method)
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .body(body);
        call.send().await.map_err(|error| of_connection(&error))
    }
}

/// Reads the answer to a call.
async fn read<P>(answer: Response) -> Result<P::Output, Failure>
where
    P: Payload,
    P::Output: DeserializeOwned,
{
    let status = answer.status().as_u16();
    let body = answer.bytes().await.map_err(|_| Failure::Uncertain)?;
    of_answer(status, &body)
}

impl fmt::Debug for Client {
    /// The library's own prints the token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client(bot {})", self.bot)
    }
}

fn get_updates(offset: Option<UpdateId>, limit: usize, timeout: Duration) -> GetUpdates {
    let mut parameters = json!({
        "limit": limit,
        "timeout": timeout.as_secs(),
        "allowed_updates": KINDS,
    });
    if let Some(offset) = offset {
        parameters["offset"] = offset.0.into();
    }
    GetUpdates(parameters)
}

fn of_scope(scope: CommandScope, language: Option<Lang>) -> Map<String, Value> {
    let mut parameters = Map::new();
    if let CommandScope::Person(person) = scope {
        let scope = json!({"type": "chat", "chat_id": person.0});
        parameters.insert("scope".to_owned(), scope);
    }
    if let Some(language) = language {
        parameters.insert("language_code".to_owned(), language.as_str().into());
    }
    parameters
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || address
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::sync::Notify;

    use super::*;
    use crate::telegram::stub::{Answer, Stub};

    #[tokio::test]
    async fn an_answer_that_does_not_come_in_time_is_uncertain() {
        let never = Arc::new(Notify::new());
        let stub = Stub::start(move |_, _| Answer::OkAfter(never.clone(), json!({}))).await;
        let mut client = stub.client.clone();
        let token = "1000001:SECRET".parse().unwrap();
        let server = client.calls.bot.api_url();
        client.calls = Line::new(
            &token,
            &server,
            Duration::from_millis(50),
            1,
            Reach::default(),
        )
        .unwrap();
        assert_eq!(client.me().await, Err(Failure::Uncertain));
        assert_eq!(stub.methods(), ["getme"]);
    }

    #[tokio::test]
    async fn methods_stand_behind_the_servers_path() {
        let token = "1000001:SECRET".parse().unwrap();
        for server in [
            "http://localhost:1/deep/down/",
            "http://localhost:1/deep/down",
        ] {
            let server = Url::parse(server).unwrap();
            let line = Line::new(&token, &server, CALL_TIMEOUT, 1, Reach::default()).unwrap();
            let method = line.methods.join("getMe").unwrap();
            assert_eq!(method.path(), "/deep/down/bot1000001:SECRET/getMe");
        }
    }
}
