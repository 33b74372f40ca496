//! The task that reads what nearly every update asks for: takes what is waiting, answers all of it
//! from one snapshot, with one statement for each table.
//!
//! Handing a statement to a connection costs more than these look-ups themselves, so the more
//! people write at once, the less each of them costs. Whatever may take longer is read on a
//! connection of its own and delays nobody here.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::time::Instant;

use frontdesk_desk::ids::PersonId;
use frontdesk_desk::{Facts, Need};
use futures::FutureExt;
use tokio::sync::{mpsc, oneshot};
use tracing::error;

use crate::measure::{self, Mailbox, Waiting};

use super::db::Db;
use super::error::StoreError;
use super::types::StoredConversation;
use super::{facts, reads};

/// So many people are answered at once at most, and as many can wait.
const TOGETHER: usize = 256;

/// One thing to look up, and where its answer goes.
#[derive(Debug)]
enum Job {
    Conversation(
        PersonId,
        oneshot::Sender<Result<StoredConversation, StoreError>>,
    ),
    Facts(
        PersonId,
        Vec<Need>,
        oneshot::Sender<Result<Facts, StoreError>>,
    ),
}

impl Job {
    fn fail(self, error: StoreError) {
        // Who asked may have gone.
        match self {
            Self::Conversation(_, to) => drop(to.send(Err(error))),
            Self::Facts(_, _, to) => drop(to.send(Err(error))),
        }
    }
}

/// The way to the reader. It ends when the last clone is gone.
#[derive(Clone, Debug)]
pub struct Reader {
    jobs: mpsc::Sender<(Instant, Job)>,
}

impl Reader {
    /// Starts the task.
    pub fn start(db: Db) -> Self {
        let (jobs, inbox) = mpsc::channel(TOGETHER);
        tokio::spawn(run(db, inbox));
        Self { jobs }
    }

    /// Whether these needs can be answered here.
    pub fn takes(needs: &[Need]) -> bool {
        facts::are_common(needs)
    }

    /// A person's conversation; a fresh one if nothing is stored.
    ///
    /// # Errors
    /// As the read failed; `Unavailable(Closed)` when the reader has ended.
    pub async fn conversation(&self, person: PersonId) -> Result<StoredConversation, StoreError> {
        let (answer, answered) = oneshot::channel();
        let _waiting = Waiting::new(Mailbox::Reader);
        self.ask(Job::Conversation(person, answer)).await?;
        answered.await.map_err(|_| StoreError::CLOSED)?
    }

    /// What needs that it [takes](Self::takes) ask for.
    ///
    /// # Errors
    /// As [`conversation`](Self::conversation).
    pub async fn facts(&self, person: PersonId, needs: Vec<Need>) -> Result<Facts, StoreError> {
        let (answer, answered) = oneshot::channel();
        let _waiting = Waiting::new(Mailbox::Reader);
        self.ask(Job::Facts(person, needs, answer)).await?;
        answered.await.map_err(|_| StoreError::CLOSED)?
    }

    async fn ask(&self, job: Job) -> Result<(), StoreError> {
        let sent = (Instant::now(), job);
        self.jobs.send(sent).await.map_err(|_| StoreError::CLOSED)
    }
}

async fn run(db: Db, mut inbox: mpsc::Receiver<(Instant, Job)>) {
    let mut jobs = Vec::with_capacity(TOGETHER);
    while inbox.recv_many(&mut jobs, TOGETHER).await > 0 {
        let begun = jobs.drain(..).map(|(since, job)| {
            measure::begun(Mailbox::Reader, since);
            job
        });
        // A panic costs these jobs, whose askers see it and try again, and no later one.
        let answered = AssertUnwindSafe(settle(&db, begun.collect()))
            .catch_unwind()
            .await;
        if answered.is_err() {
            error!("a read of the database panicked");
        }
    }
}

async fn settle(db: &Db, jobs: Vec<Job>) {
    let Err((error, jobs)) = answer(db, jobs).await else {
        return;
    };
    let alone = jobs.len() == 1 || error.is_unavailable();
    for job in jobs {
        // A row that cannot be read must not keep the others from their answers.
        let failed = match alone {
            true => Err((error.clone(), vec![job])),
            false => answer(db, vec![job]).await,
        };
        if let Err((error, jobs)) = failed {
            for job in jobs {
                job.fail(error.clone());
            }
        }
    }
}

/// Answers all of these, or gives them back.
async fn answer(db: &Db, jobs: Vec<Job>) -> Result<(), (StoreError, Vec<Job>)> {
    let mut people = Vec::new();
    let mut asked = Vec::new();
    for job in &jobs {
        match job {
            Job::Conversation(person, _) => people.push(*person),
            Job::Facts(person, needs, _) => asked.push((*person, needs.as_slice())),
        }
    }
    let (conversations, facts) = match read(db, &people, &asked).await {
        Ok(found) => found,
        Err(error) => return Err((error, jobs)),
    };
    let mut facts = facts.into_iter();
    for job in jobs {
        // Who asked may have gone.
        match job {
            Job::Conversation(person, to) => {
                let stored = conversations.get(&person).cloned();
                let _ = to.send(Ok(stored.unwrap_or_else(reads::fresh)));
            }
            Job::Facts(_, _, to) => {
                let found = facts.next();
                let none = || StoreError::Rule("a read has no answer".to_owned());
                let _ = to.send(found.ok_or_else(none));
            }
        }
    }
    Ok(())
}

async fn read(
    db: &Db,
    people: &[PersonId],
    asked: &[(PersonId, &[Need])],
) -> Result<(HashMap<PersonId, StoredConversation>, Vec<Facts>), StoreError> {
    let mut tx = db.read().await?;
    let conversations = match people.is_empty() {
        true => HashMap::new(),
        false => reads::conversations(&mut tx, people.iter().copied()).await?,
    };
    let facts = match asked.is_empty() {
        true => Vec::new(),
        false => facts::read_together(&mut tx, asked).await?,
    };
    Ok((conversations, facts))
}
