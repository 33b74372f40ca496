//! What people do and see, as JSON: the interface of the page and of tests in other languages.

use actix_web::{
    HttpResponse, ResponseError,
    http::StatusCode,
    web::{self, Bytes, Data, Path, Query, ServiceConfig},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use thiserror::Error;
use tokio::time::timeout;

use super::{Context, events, failure, page};
use crate::{
    ActError, Outgoing,
    program::{Order, PATIENCE},
    seen,
    state::{Chat, Sender, State},
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/state", web::get().to(state))
        .route("/chats/{person}", web::get().to(chat))
        .route("/chats/{person}/transcript", web::get().to(transcript))
        .route("/people/{id}/send", web::post().to(send))
        .route("/people/{id}/press", web::post().to(press))
        .route("/people/{id}/edit", web::post().to(edit))
        .route("/people/{id}/block", web::post().to(block))
        .route("/people/{id}/unblock", web::post().to(unblock))
        .route("/people/{id}/deactivate", web::post().to(deactivate))
        .route("/people/{id}/late_sibling", web::post().to(late_sibling))
        .route("/calls", web::get().to(calls))
        .route("/events", web::get().to(events::follow))
        .route("/program/{order}", web::post().to(program))
        .route("/files/{file_id}", web::get().to(page::file));
}

/// Why a request of a person is refused.
#[derive(Debug, Error)]
pub(super) enum Refusal {
    #[error("{0}")]
    Act(#[from] ActError),
    /// With what is wrong.
    #[error("the body is not what is asked for: {0}")]
    Body(#[from] serde_json::Error),
    #[error("the program can be told start, stop or kill")]
    UnknownOrder,
    #[error("there is no rule {0}")]
    UnknownRule(u64),
    #[error("{0}")]
    Program(String),
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        match self {
            Refusal::Act(
                ActError::UnknownPerson(_)
                | ActError::UnknownMessage(_)
                | ActError::UnknownGroup(_),
            )
            | Refusal::UnknownOrder
            | Refusal::UnknownRule(_) => StatusCode::NOT_FOUND,
            Refusal::Program(_) => StatusCode::CONFLICT,
            Refusal::Act(_) | Refusal::Body(_) => StatusCode::BAD_REQUEST,
        }
    }

    fn error_response(&self) -> HttpResponse {
        failure(self.status_code(), &self.to_string())
    }
}

pub(super) type Answer = Result<HttpResponse, Refusal>;

pub(super) fn ok(value: &Value) -> Answer {
    Ok(HttpResponse::Ok().json(value))
}

/// The body; an empty one is an empty object.
pub(super) fn body<T: DeserializeOwned>(bytes: &Bytes) -> Result<T, Refusal> {
    Ok(match bytes.is_empty() {
        true => serde_json::from_slice(b"{}")?,
        false => serde_json::from_slice(bytes)?,
    })
}

async fn state(context: Data<Context>) -> Answer {
    let program = context.program.state();
    let state = context.shared.read(|state| {
        let mut people: Vec<_> = state.world.people.values().collect();
        people.sort_by_key(|account| (account.spec.role, account.spec.id));
        let people: Vec<Value> = people
            .into_iter()
            .map(|account| {
                let chat = state.world.chats.get(&account.spec.id);
                let last = chat.and_then(|chat| chat.messages.values().next_back());
                let mut person = json!(account.spec);
                person["blocked"] = json!(account.blocked);
                person["deactivated"] = json!(account.deactivated);
                person["unread"] = json!(chat.map_or(0, |chat| chat.unread));
                person["last"] = json!(last.map(|message| json!({
                    "text": seen::short(message),
                    "at": message.date.timestamp(),
                    "from_bot": message.from == Sender::Bot,
                })));
                person
            })
            .collect();
        let bot = &state.world.bot;
        json!({
            "bot": { "id": bot.id, "username": bot.username, "name": bot.name() },
            "people": people,
            "program": program,
            "revision": state.revision,
        })
    });
    ok(&state)
}

/// The private chat of a person.
fn find(state: &State, person: i64) -> Result<&Chat, ActError> {
    let known = state.world.people.contains_key(&person);
    let chat = state.world.chats.get(&person).filter(|_| known);
    chat.ok_or(ActError::UnknownPerson(person))
}

#[derive(Deserialize)]
struct Reading {
    /// Not 0: the person looks at the chat, so nothing in it is unread.
    #[serde(default)]
    read: u8,
}

async fn chat(id: Path<i64>, reading: Query<Reading>, context: Data<Context>) -> Answer {
    let id = *id;
    if reading.read != 0 {
        context.shared.write(|state| {
            let chat = state
                .world
                .chats
                .get_mut(&id)
                .filter(|chat| chat.unread > 0);
            if let Some(chat) = chat {
                chat.unread = 0;
                state.touch_chat(id);
            }
        });
    }
    let chat = context.shared.read(|state| {
        let chat = find(state, id)?;
        let account = &state.world.people[&id];
        let language = account.spec.language_code.as_deref();
        let now = state.now();
        Ok::<_, ActError>(json!({
            "person": id,
            "messages": seen::messages_of(chat),
            "typing": chat.typing_until.is_some_and(|until| now < until),
            "blocked": account.blocked,
            "deactivated": account.deactivated,
            "commands": state.world.commands.shown_to(id, language),
            "toasts": seen::notices_of(chat),
            "revision": state.revision,
        }))
    })?;
    ok(&chat)
}

async fn transcript(id: Path<i64>, context: Data<Context>) -> Answer {
    let text = context
        .shared
        .read(|state| find(state, *id).map(|chat| seen::transcript_of(chat).to_string()))?;
    Ok(HttpResponse::Ok()
        .content_type("text/plain; charset=utf-8")
        .body(text))
}

/// A message, or an album when it has one.
#[derive(Deserialize)]
struct Sending {
    #[serde(default)]
    album: Vec<Outgoing>,
    #[serde(flatten)]
    message: Outgoing,
}

async fn send(id: Path<i64>, bytes: Bytes, context: Data<Context>) -> Answer {
    let sending: Sending = body(&bytes)?;
    let ids = context
        .shared
        .write(|state| match sending.album.as_slice() {
            [] => state.send(*id, &sending.message),
            items => state.send_album(*id, items),
        })?;
    ok(&json!({ "message_ids": ids }))
}

async fn press(id: Path<i64>, bytes: Bytes, context: Data<Context>) -> Answer {
    #[derive(Deserialize)]
    struct Press {
        message_id: i64,
        data: String,
    }
    let press: Press = body(&bytes)?;
    let query = context
        .shared
        .write(|state| state.press(*id, press.message_id, &press.data))?;
    ok(&json!({ "query_id": query }))
}

async fn edit(id: Path<i64>, bytes: Bytes, context: Data<Context>) -> Answer {
    #[derive(Deserialize)]
    struct Edit {
        message_id: i64,
        text: String,
        #[serde(default)]
        entities: Vec<Value>,
    }
    let edit: Edit = body(&bytes)?;
    context
        .shared
        .write(|state| state.edit(*id, edit.message_id, &edit.text, &edit.entities))?;
    ok(&json!({}))
}

async fn block(id: Path<i64>, context: Data<Context>) -> Answer {
    context.shared.write(|state| state.set_blocked(*id, true))?;
    ok(&json!({}))
}

async fn unblock(id: Path<i64>, context: Data<Context>) -> Answer {
    context
        .shared
        .write(|state| state.set_blocked(*id, false))?;
    ok(&json!({}))
}

async fn deactivate(id: Path<i64>, context: Data<Context>) -> Answer {
    context.shared.write(|state| state.deactivate(*id))?;
    ok(&json!({}))
}

async fn late_sibling(id: Path<i64>, bytes: Bytes, context: Data<Context>) -> Answer {
    #[derive(Deserialize)]
    struct Sibling {
        message_id: i64,
        #[serde(flatten)]
        item: Outgoing,
    }
    let sibling: Sibling = body(&bytes)?;
    let sent = context
        .shared
        .write(|state| state.send_late_sibling(*id, sibling.message_id, &sibling.item))?;
    ok(&json!({ "message_ids": [sent] }))
}

async fn calls(query: Query<After>, context: Data<Context>) -> Answer {
    let (calls, last) = context
        .shared
        .read(|state| (state.log.after(query.after), state.log.last()));
    ok(&json!({ "calls": calls, "last": last }))
}

#[derive(Deserialize)]
struct After {
    #[serde(default)]
    after: u64,
}

async fn program(order: Path<String>, context: Data<Context>) -> Answer {
    let order = match order.as_str() {
        "start" => Order::Start,
        "stop" => Order::Stop,
        "kill" => Order::Kill,
        _ => return Err(Refusal::UnknownOrder),
    };
    let state = match timeout(PATIENCE, context.program.order(order)).await {
        Ok(state) => state.map_err(Refusal::Program)?,
        // It was told; that it still runs is what the page is to show.
        Err(_) => context.program.state(),
    };
    ok(&json!(state))
}
