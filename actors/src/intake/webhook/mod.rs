//! Updates that Telegram posts: the webhook is set and watched, each request is judged, and its update
//! settled before it is answered.
//!
//! In reading order: `listener` is where requests come in, `request` judges them and settles what they
//! bring, `refusals` tells the operator of those that were turned away, `set` tells Telegram where to
//! post, and polling that it posts no more.

mod listener;
mod refusals;
mod request;
mod set;

use std::sync::Arc;

use chrono::TimeDelta;
use tracing::info;

pub use self::listener::{ListenError, Listener, Tls};
use self::request::Door;
pub use self::set::origin;
pub(super) use self::set::{Left, leave};
use super::settling::{Patience, Settling, Unsettled};
use super::{IntakeError, IntakeSettings};
use crate::telegram::Secret;
use crate::tickets::{Recall, Remember, Remembered};

/// After an unclean stop, so long updates are handled one at a time, with their attempts counted. What
/// was not taken comes again after a pause that grows to two minutes with Telegram.
const ONE_BY_ONE: TimeDelta = TimeDelta::minutes(3);

/// How updates are posted.
#[derive(Debug)]
pub struct Webhook {
    /// Where requests come in.
    pub listener: Listener,
    /// The path that they have here; a proxy may have changed it.
    pub path: String,
    /// The address that Telegram is told.
    pub url: String,
    /// What proves that a request is Telegram's; without one the database keeps one for all nodes.
    pub secret: Option<Secret>,
    /// How many requests Telegram makes at once: 1 to 100.
    pub max_connections: usize,
}

/// Takes in what is posted, until told to stop or until Telegram refuses the token.
pub(super) async fn serve(
    settling: Arc<Settling>,
    settings: IntakeSettings,
    webhook: Webhook,
) -> Result<(), IntakeError> {
    let Webhook {
        listener,
        path,
        url,
        secret,
        max_connections,
    } = webhook;
    let secret = match secret {
        Some(secret) => secret,
        None => match kept_secret(&settling).await {
            Ok(secret) => secret,
            Err(_) => return Ok(()),
        },
    };
    let one_by_one_until = settings
        .unclean
        .then(|| settling.neighbours.clock.now() + ONE_BY_ONE);
    let door = Door::new(settling.clone(), path, secret.clone(), one_by_one_until);
    let address = listener.address();
    let mut serving = listener.serve(door.clone());
    info!(%address, "updates are taken in where Telegram posts them");
    let registration = set::Registration {
        url,
        secret,
        max_connections,
    };
    let how = tokio::select! {
        how = set::keep_set(&settling, &registration) => how,
        // It ends by itself only if it is broken, and whoever runs the desk is told.
        () = serving.ended() => return Ok(()),
    };
    serving.pause().await;
    door.emptied().await;
    serving.stop().await;
    how
}

/// The secret that the database keeps; made by the node that asks first.
async fn kept_secret(settling: &Settling) -> Result<Secret, Unsettled> {
    let what = Remembered::WebhookSecret;
    loop {
        let kept = settling
            .ask(
                &settling.neighbours.recall,
                &Recall { what },
                Patience::Waits,
            )
            .await?;
        if let Some(secret) = kept.and_then(|kept| kept.parse().ok()) {
            return Ok(secret);
        }
        // Another node may be first: what is kept then is read.
        let made = Remember {
            what,
            value: Secret::random().expose().to_owned(),
            replace: false,
        };
        settling
            .ask(&settling.neighbours.remember, &made, Patience::Waits)
            .await?;
    }
}
