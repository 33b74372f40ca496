//! `GET /sandbox/events`: tells a page that something changed, not more often than it can follow.

use std::time::Duration;

use actix_web::{
    Error, HttpResponse,
    http::header,
    web::{Bytes, Data},
};
use chrono::{DateTime, Utc};
use futures::stream;
use serde_json::json;
use tokio::{sync::watch, time::sleep};

use super::Context;
use crate::{program::ProgramState, state::Chat};

/// Changes within this time are told as one.
const COALESCED: Duration = Duration::from_millis(50);
/// A comment this often shows that the connection is alive.
const SILENCE: Duration = Duration::from_secs(15);

pub(super) async fn follow(context: Data<Context>) -> HttpResponse {
    let follower = Follower {
        revisions: context.shared.revisions(),
        program: context.program.states(),
        context,
        told: None,
    };
    HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(stream::unfold(follower, |mut follower| async move {
            let event = follower.next().await;
            Some((Ok::<_, Error>(Bytes::from(event)), follower))
        }))
}

/// One page and what it was told last.
struct Follower {
    context: Data<Context>,
    revisions: watch::Receiver<u64>,
    program: watch::Receiver<ProgramState>,
    /// The revision and the time of the last event.
    told: Option<(u64, DateTime<Utc>)>,
}

impl Follower {
    /// The next event; the first comes at once and names every chat.
    async fn next(&mut self) -> String {
        if self.told.is_some() {
            let typing_ends = self.typing_ends();
            // A sender that is gone means that the server stops, and this stream with it.
            let changed = tokio::select! {
                changed = self.revisions.changed() => changed.is_ok(),
                changed = self.program.changed() => changed.is_ok(),
                () = sleep(typing_ends.unwrap_or(SILENCE).min(SILENCE)) => typing_ends.is_some(),
            };
            if !changed {
                return ": nothing new\n\n".to_owned();
            }
            sleep(COALESCED).await;
        }
        self.revisions.mark_unchanged();
        let program = *self.program.borrow_and_update();
        let told = self.told;
        let (change, now_told) = self.context.shared.read(|state| {
            let now = state.now();
            let news = |chat: &&Chat| match (told, chat.typing_until) {
                (None, _) => true,
                // The end of typing is seen, though nothing happens then.
                (Some((_, at)), Some(until)) if at < until && until <= now => true,
                (Some((revision, _)), _) => chat.revision > revision,
            };
            let people = state
                .world
                .chats
                .values()
                .filter(|chat| chat.group.is_none());
            let chats: Vec<i64> = people.filter(news).map(|chat| chat.id).collect();
            let change = json!({
                "revision": state.revision,
                "chats": chats,
                "calls": state.log.last(),
                "trouble": state.trouble.changes,
                "program": program,
            });
            (change, (state.revision, now))
        });
        self.told = Some(now_told);
        format!("event: change\ndata: {change}\n\n")
    }

    /// How long until the bot seems to stop typing in some chat.
    fn typing_ends(&self) -> Option<Duration> {
        self.context.shared.read(|state| {
            let now = state.now();
            let ends = state
                .world
                .chats
                .values()
                .filter_map(|chat| chat.typing_until);
            ends.filter(|until| *until > now)
                .min()
                .and_then(|until| (until - now).to_std().ok())
        })
    }
}
