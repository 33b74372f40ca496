//! Several desks on one database: which of them sends, and what it hears of the others.
//!
//! Every desk takes updates in and commits what they cause. One of them sends: it shows the screens,
//! makes the calls for notices and, where updates are not posted, polls. So the order of each chat, the
//! limits and the pauses that Telegram asks for are its own business, and nobody shares them. The
//! others tell it what they committed; and since words between desks can be lost, it also looks for
//! itself. When it is gone, another takes its place and takes up what it left.

use actix::{Message, Recipient};
use chrono::TimeDelta;
use frontdesk_desk::ticket::Time;
use tokio::sync::{mpsc, watch};
use tracing::{info, warn};

use crate::clock::Clock;
use crate::notifier::{LookAround, Resume, StandBack, TakeUp};
use crate::store::news::{Heard, News};
use crate::store::{Db, Seat, StoreError};
use crate::tickets::{LookUp, TakeOver, ask};

/// How often a desk looks whether it can be the one that sends.
const TRY_EVERY: TimeDelta = TimeDelta::milliseconds(500);

/// How often the one that sends makes sure that it still is, and looks for what it was not told.
const LOOK_EVERY: TimeDelta = TimeDelta::seconds(1);

/// For how long the one that sends may be without its place: if its session was cut off, or the server
/// started anew, it has it again sooner, and knows what became of its calls.
const RETURNS: TimeDelta = TimeDelta::seconds(2);

/// What finds out which desk sends, and whom it tells.
#[derive(Clone)]
pub struct Node {
    /// The database.
    pub db: Db,
    /// Tickets: this desk sends from now on.
    pub take_over: Recipient<TakeOver>,
    /// Tickets: what is new.
    pub look_up: Recipient<LookUp>,
    /// Notifier: it sends.
    pub resume: Recipient<Resume>,
    /// Notifier: what another desk committed.
    pub take_up: Recipient<TakeUp>,
    /// Notifier: there may be more than it was told.
    pub look_around: Recipient<LookAround>,
    /// Notifier: it does not send any more.
    pub stand_back: Recipient<StandBack>,
    /// The one clock.
    pub clock: Clock,
}

impl Node {
    /// Becomes the desk that sends, if no other is; answers whether it is. The only desk of a file
    /// always is.
    ///
    /// # Errors
    /// If the database cannot tell.
    pub async fn try_to_send(&self) -> Result<bool, StoreError> {
        if !self.db.try_to_send().await? {
            return Ok(false);
        }
        let at = self.clock.now();
        let begun = async {
            ask(&self.take_over, TakeOver { at }).await?;
            ask(&self.resume, Resume).await
        };
        let Err(error) = begun.await else {
            return Ok(true);
        };
        // What it noted for a reign that has not begun may be another's by the next try.
        tell(&self.stand_back, StandBack).await;
        match error {
            // Another one was faster after all.
            StoreError::Superseded => Ok(false),
            error => Err(error),
        }
    }

    /// Keeps to it for as long as the program runs, beginning as the desk that sends or not. With a
    /// file there is nothing to find out.
    pub async fn keep(self, mut sends: bool) {
        let Some(mut heard) = self.db.listen() else {
            return;
        };
        let mut sender = self.db.sends();
        loop {
            if sends {
                self.send(&mut heard, &mut sender).await;
                warn!("another desk sends now");
                tell(&self.stand_back, StandBack).await;
            } else {
                info!("another desk sends; this one takes its place when it is gone");
            }
            sends = self.wait(&mut heard).await;
            if !sends {
                return;
            }
            info!("this desk sends now");
        }
    }

    /// Waits until this is the desk that sends: true; or until the program stops.
    async fn wait(&self, heard: &mut mpsc::Receiver<Heard>) -> bool {
        let mut next = self.clock.now() + TRY_EVERY;
        let (mut lost_since, mut away_since) = (None, None);
        let has_passed = |since: Time, now: Time| since + RETURNS <= now;
        loop {
            let given_up = tokio::select! {
                word = heard.recv() => match word {
                    Some(Heard::Vacant) => true,
                    // It is for the one that sends.
                    Some(_) => continue,
                    None => return false,
                },
                () = self.clock.sleep_until(next) => false,
            };
            let seat = self.db.seat().await;
            let now = self.clock.now();
            next = now + TRY_EVERY;
            let free = match seat {
                Ok(Seat::Taken) => {
                    lost_since = None;
                    false
                }
                Ok(Seat::Lost) => given_up || has_passed(*lost_since.get_or_insert(now), now),
                Ok(Seat::Left) => given_up || away_since.is_none_or(|since| has_passed(since, now)),
                // While the database is away, nobody sends, and the one that did comes back with it.
                Err(_) => {
                    away_since = Some(now);
                    false
                }
            };
            if free && let Ok(true) = self.try_to_send().await {
                return true;
            }
        }
    }

    /// Hands on what the others tell, until another desk sends.
    async fn send(&self, heard: &mut mpsc::Receiver<Heard>, sender: &mut watch::Receiver<bool>) {
        let mut next = self.clock.now() + LOOK_EVERY;
        loop {
            let word = tokio::select! {
                Ok(_) = sender.wait_for(|sends| !sends) => return,
                Some(word) = heard.recv() => word,
                () = self.clock.sleep_until(next) => Heard::Much,
            };
            if let Some(news) = gather(word, heard) {
                self.look_up(news).await;
                continue;
            }
            // Whoever was cut off for a while has to ask first whether it is still its turn.
            // If it is not, that is told above.
            if let Ok(true) = self.db.still_sends().await {
                tell(&self.look_around, LookAround).await;
            }
            next = self.clock.now() + LOOK_EVERY;
        }
    }

    /// Reads what the others committed, and hands it to the notifier.
    async fn look_up(&self, news: News) {
        let urged = news.urged.iter().copied().collect();
        match ask(&self.look_up, LookUp { news }).await {
            Ok(found) => tell(&self.take_up, TakeUp { found, urged }).await,
            // It is found by looking around.
            Err(error) => warn!(%error, "what other desks committed waits for the database"),
        }
    }
}

/// This word and all that wait behind it; `None` if there may be more than was told.
fn gather(first: Heard, heard: &mut mpsc::Receiver<Heard>) -> Option<News> {
    let mut all = News::default();
    let mut word = Some(first);
    while let Some(heard_of) = word {
        match heard_of {
            Heard::News(news) => all.merge(news),
            Heard::Much | Heard::Vacant => return None,
        }
        word = heard.try_recv().ok();
    }
    Some(all)
}

/// Tells the notifier, which may have stopped.
async fn tell<M>(notifier: &Recipient<M>, message: M)
where
    M: Message<Result = ()> + Send + 'static,
{
    let _ = notifier.send(message).await;
}
