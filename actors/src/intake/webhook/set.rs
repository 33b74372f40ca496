//! Tells Telegram where to post, watches that it does, and takes a webhook away for polling.

use chrono::TimeDelta;
use reqwest::Url;
use tracing::{error, info, warn};

use crate::intake::IntakeError;
use crate::intake::settling::{Patience, Pauses, Said, Settling, Stopping, Unsettled};
use crate::telegram::client::WebhookInfo;
use crate::telegram::{Failure, Secret};
use crate::tickets::{Recall, Remember, Remembered};

/// How often it is looked whether Telegram still posts here.
const LOOK_EVERY: TimeDelta = TimeDelta::minutes(1);

/// What Telegram is to be told.
pub(super) struct Registration {
    pub(super) url: String,
    pub(super) secret: Secret,
    pub(super) max_connections: usize,
}

/// Sets the webhook, whatever was set before, and never drops what waits for it; then watches it until
/// the program stops. The one that is set stays at a stop: updates wait for the next start.
pub(super) async fn keep_set(
    settling: &Settling,
    registration: &Registration,
) -> Result<(), IntakeError> {
    let mut said = Said::default();
    loop {
        match set(settling, registration, &mut said).await {
            Ok(info) => match watch(settling, registration, info).await {
                Err(Stopping) => return Ok(()),
                Ok(()) => continue,
            },
            Err(Unset::Stopping) => return Ok(()),
            Err(Unset::TokenRefused) => return Err(IntakeError::TokenRefused),
        }
    }
}

/// Why a webhook is not set.
enum Unset {
    Stopping,
    TokenRefused,
}

impl From<Stopping> for Unset {
    fn from(_: Stopping) -> Self {
        Self::Stopping
    }
}

impl From<Unsettled> for Unset {
    /// What is asked for with patience ends only with a stop.
    fn from(_: Unsettled) -> Self {
        Self::Stopping
    }
}

/// Sets the webhook, however long that takes; answers what Telegram said before.
async fn set(
    settling: &Settling,
    registration: &Registration,
    said: &mut Said,
) -> Result<WebhookInfo, Unset> {
    let client = &settling.neighbours.client;
    let mut pauses = Pauses::default();
    loop {
        let before = match client.webhook().await {
            Ok(before) => before,
            Err(failure) => {
                rest(settling, failure, &mut pauses, said).await?;
                continue;
            }
        };
        let theirs = !before.url.is_empty() && before.url != registration.url;
        if theirs && !is_ours(settling, &before.url).await? {
            warn!(
                webhook = origin(&before.url),
                "another program had a webhook for this bot; Telegram posts to this desk from now on"
            );
        }
        // Remembered first: a crash in between leaves nothing that polling would take for another's.
        remember(settling, &registration.url).await?;
        let set = client.set_webhook(
            &registration.url,
            &registration.secret,
            registration.max_connections,
        );
        match set.await {
            Ok(()) => {
                said.nothing();
                let (webhook, waiting) = (origin(&registration.url), before.pending);
                info!(webhook, waiting, "Telegram posts updates to the webhook");
                return Ok(before);
            }
            Err(failure) => rest(settling, failure, &mut pauses, said).await?,
        }
    }
}

/// Says what is wrong, and waits.
async fn rest(
    settling: &Settling,
    failure: Failure,
    pauses: &mut Pauses,
    said: &mut Said,
) -> Result<(), Unset> {
    if failure == Failure::TokenRefused {
        return Err(Unset::TokenRefused);
    }
    let pause = pauses.after_failure(&failure);
    if said.differs(&failure.to_string()) {
        error!(%failure, "the webhook cannot be set; trying again until it is");
    }
    Ok(settling.pause(pause).await?)
}

/// Looks after the webhook until it is gone.
async fn watch(
    settling: &Settling,
    registration: &Registration,
    before: WebhookInfo,
) -> Result<(), Stopping> {
    let mut last_error = before.last_error.map(|(at, _)| at);
    let (mut trouble, mut taken) = (Said::default(), Said::default());
    loop {
        settling.pause(LOOK_EVERY).await?;
        // What keeps Telegram from answering is said by those who send.
        let Ok(info) = settling.neighbours.client.webhook().await else {
            continue;
        };
        if info.url.is_empty() {
            warn!("the webhook was removed by another program; it is set again");
            return Ok(());
        }
        if info.url != registration.url {
            let webhook = origin(&info.url);
            if taken.differs(&webhook) {
                warn!(
                    webhook,
                    "another program has set its webhook for this bot: no updates come here any \
                     more; stop it, and start this desk again"
                );
            }
            continue;
        }
        taken.nothing();
        match info.last_error {
            Some((at, words)) if last_error.is_none_or(|last| last < at) => {
                last_error = Some(at);
                if trouble.differs(&words) {
                    let waiting = info.pending;
                    warn!(
                        words,
                        waiting, "Telegram could not post updates; it tries again"
                    );
                }
            }
            _ => {
                if trouble.nothing() {
                    info!("Telegram posts updates again");
                }
            }
        }
    }
}

/// What became of a webhook that keeps polls from being answered.
pub(in crate::intake) enum Left {
    /// It is removed.
    Removed,
    /// It is another program's, at this address, and stays.
    Theirs(String),
    /// There is none.
    None,
}

/// Removes the webhook for the sake of polling, if this database's desk set it, or if `replace` says
/// so; what waits is never dropped.
///
/// # Errors
/// [`Failure`]; and what cannot be looked up in the database is another's.
pub(in crate::intake) async fn leave(settling: &Settling, replace: bool) -> Result<Left, Failure> {
    let client = &settling.neighbours.client;
    let info = client.webhook().await?;
    if info.url.is_empty() {
        return Ok(Left::None);
    }
    let webhook = origin(&info.url);
    let ours = is_ours(settling, &info.url).await.unwrap_or(false);
    if !ours && !replace {
        return Ok(Left::Theirs(webhook));
    }
    client.delete_webhook().await?;
    let waiting = info.pending;
    info!(
        webhook,
        ours, waiting, "the webhook is removed: updates come by polling"
    );
    Ok(Left::Removed)
}

/// Whether a desk with this database set the webhook last.
async fn is_ours(settling: &Settling, url: &str) -> Result<bool, Unsettled> {
    let what = Remembered::WebhookUrl;
    let ours = settling
        .ask(
            &settling.neighbours.recall,
            &Recall { what },
            Patience::Waits,
        )
        .await?;
    Ok(ours.as_deref() == Some(url))
}

async fn remember(settling: &Settling, url: &str) -> Result<(), Unsettled> {
    let ours = Remember {
        what: Remembered::WebhookUrl,
        value: url.to_owned(),
        replace: true,
    };
    settling
        .ask(&settling.neighbours.remember, &ours, Patience::Waits)
        .await
}

/// The address without its path: that of another program may hold the token.
pub fn origin(url: &str) -> String {
    Url::parse(url).map_or_else(
        |_| "an address that is none".to_owned(),
        |url| url.origin().ascii_serialization(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_address_only_the_server_is_told() {
        let table = [
            ("https://a.example/bot1:secret?x=y", "https://a.example"),
            ("https://me:word@a.example:8443/", "https://a.example:8443"),
            ("secret", "an address that is none"),
        ];
        for (url, told) in table {
            assert_eq!(origin(url), told);
        }
    }
}
