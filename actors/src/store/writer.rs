//! The one task that writes: takes what is waiting, commits it as one transaction, answers all.
//!
//! A group commit costs one flush of the disk for many updates. Within a group a person and a
//! ticket occur once; what comes second waits for the next group and finds the first one stored.
//! A group that fails is rolled back and its jobs are run one by one, so that one bad job fails
//! alone; but when the database is away all are told so at once.

use std::collections::{HashSet, VecDeque};
use std::time::{Duration, Instant};

use frontdesk_desk::ids::{BotId, NoticeId, PersonId, TicketId, UpdateId};
use frontdesk_desk::ticket::Time;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;
use tracing::warn;

use super::db::Db;
use super::error::StoreError;
use super::news::{self, News};
use super::types::{Committed, Decision, Head, ScreenEnd, Started};
use super::writing;
use crate::measure::{self, Mailbox, Waiting};
use crate::tickets::{
    Admins, Attempt, PutAside, Record, Remember, RetryFailed, Start, Stop, TakeOver,
};

/// How long what became of calls waits for company, so that it needs no flush of its own: shorter
/// than a commit takes on most disks.
const COMPANY: Duration = Duration::from_millis(3);

/// One thing to write.
#[derive(Debug)]
pub enum Work {
    /// See [`Start`].
    Start(Start),
    /// See [`TakeOver`].
    TakeOver(TakeOver),
    /// See [`Admins`].
    Admins(Admins),
    /// See [`crate::tickets::Commit`].
    Commit(Box<Decision>),
    /// Marks these notices as being sent, those of them that still can be.
    Take {
        /// Which.
        notices: Vec<NoticeId>,
        /// Now.
        now: Time,
    },
    /// Puts what was gathered and is due into the lines of its chats.
    TellGathered {
        /// Now.
        now: Time,
    },
    /// Gives up what was held for too long.
    GiveUp {
        /// Now.
        now: Time,
    },
    /// Counts more of what an admin missed who cannot be reached, and passes it on.
    FoldOn {
        /// Now.
        now: Time,
    },
    /// See [`Record`].
    Record(Record),
    /// Gives up screens that cannot be read.
    GiveUpScreens(Vec<ScreenEnd>),
    /// See [`PutAside`].
    PutAside(PutAside),
    /// See [`RetryFailed`].
    RetryFailed(RetryFailed),
    /// See [`Attempt`].
    Attempt(Attempt),
    /// See [`Remember`].
    Remember(Remember),
    /// See [`Stop`].
    Stop(Stop),
}

impl Work {
    /// Whether only the desk that sends may do it, of several on one database.
    fn is_of_the_sender(&self) -> bool {
        matches!(
            self,
            Self::TakeOver(_) | Self::Take { .. } | Self::Record(_) | Self::GiveUpScreens(_)
        )
    }
}

/// What came of a [`Work`], once it is on disk.
#[derive(Debug)]
pub enum Done {
    /// Of [`Work::Start`].
    Started(Started),
    /// Of [`Work::Commit`].
    Committed(Committed),
    /// Of [`Work::Take`]: those that were marked.
    Taken(Vec<NoticeId>),
    /// Of [`Work::Record`].
    Heads(Vec<Head>),
    /// Of [`Work::Attempt`].
    Attempts(Vec<(UpdateId, u32)>),
    /// Of all others.
    Nothing,
}

impl Done {
    /// What a start found.
    pub fn started(self) -> Option<Started> {
        match self {
            Self::Started(started) => Some(started),
            _ => None,
        }
    }

    /// What became of a decision.
    pub fn committed(self) -> Option<Committed> {
        match self {
            Self::Committed(committed) => Some(committed),
            _ => None,
        }
    }

    /// Which notices were taken.
    pub fn taken(self) -> Option<Vec<NoticeId>> {
        match self {
            Self::Taken(taken) => Some(taken),
            _ => None,
        }
    }

    /// Which notices stand first in their lines.
    pub fn heads(self) -> Option<Vec<Head>> {
        match self {
            Self::Heads(heads) => Some(heads),
            _ => None,
        }
    }

    /// How many attempts there were.
    pub fn attempts(self) -> Option<Vec<(UpdateId, u32)>> {
        match self {
            Self::Attempts(attempts) => Some(attempts),
            _ => None,
        }
    }

    /// That it was done.
    pub fn nothing(self) -> Option<()> {
        match self {
            Self::Nothing => Some(()),
            _ => None,
        }
    }
}

/// The way to the writer. It ends when the last clone is gone and all is written.
#[derive(Clone, Debug)]
pub struct Writer {
    jobs: mpsc::Sender<Job>,
    trouble: watch::Receiver<Option<StoreError>>,
}

/// Work, and where its answer goes.
#[derive(Debug)]
struct Job {
    work: Work,
    answer: oneshot::Sender<Result<Done, StoreError>>,
    since: Instant,
}

impl Job {
    /// Whether nobody waits for it: what became of calls is best stored along with what people do.
    fn can_wait(&self) -> bool {
        matches!(self.work, Work::Record(_))
    }
}

impl Writer {
    /// Starts the task. A group has at most `batch` jobs, and as many can wait.
    pub fn start(db: Db, batch: usize) -> (Self, JoinHandle<()>) {
        let batch = batch.max(1);
        let (jobs, inbox) = mpsc::channel(batch);
        let (troubled, trouble) = watch::channel(None);
        let task = tokio::spawn(run(db, inbox, batch, troubled));
        (Self { jobs, trouble }, task)
    }

    /// Why the last write was not taken, if the database is away.
    pub fn trouble(&self) -> Option<StoreError> {
        self.trouble.borrow().clone()
    }

    /// Writes, and answers when it is on disk. Who stops waiting does not stop the write.
    ///
    /// # Errors
    /// As the write failed; `Unavailable(Closed)` when the writer has ended.
    pub async fn run<T>(&self, work: Work, pick: fn(Done) -> Option<T>) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let _waiting = Waiting::new(Mailbox::Writer);
        let since = Instant::now();
        self.jobs
            .send(Job {
                work,
                answer,
                since,
            })
            .await
            .map_err(|_| StoreError::CLOSED)?;
        let done = answered.await.map_err(|_| StoreError::CLOSED)??;
        pick(done).ok_or_else(|| StoreError::Rule("a write got the answer of another".to_owned()))
    }
}

async fn run(
    db: Db,
    mut inbox: mpsc::Receiver<Job>,
    batch: usize,
    troubled: watch::Sender<Option<StoreError>>,
) {
    let mut waiting = VecDeque::new();
    let mut memory = Memory::default();
    loop {
        if waiting.is_empty() {
            match inbox.recv().await {
                Some(job) => waiting.push_back(job),
                None => return,
            }
        }
        take_waiting(&mut inbox, &mut waiting, batch);
        if waiting.iter().all(Job::can_wait)
            && let Ok(Some(job)) = timeout(COMPANY, inbox.recv()).await
        {
            waiting.push_back(job);
            take_waiting(&mut inbox, &mut waiting, batch);
        }
        let trouble = settle(&db, &mut memory, next_group(&mut waiting)).await;
        if trouble.is_some() || troubled.borrow().is_some() {
            troubled.send_replace(trouble);
        }
    }
}

/// Takes what has come, up to a batch.
fn take_waiting(inbox: &mut mpsc::Receiver<Job>, waiting: &mut VecDeque<Job>, batch: usize) {
    while waiting.len() < batch
        && let Ok(job) = inbox.try_recv()
    {
        waiting.push_back(job);
    }
}

/// The jobs that can be committed together, in order; the others stay.
fn next_group(waiting: &mut VecDeque<Job>) -> Vec<Job> {
    let mut people: HashSet<PersonId> = HashSet::new();
    let mut tickets: HashSet<TicketId> = HashSet::new();
    let mut group = Vec::new();
    let mut later = VecDeque::new();
    for job in waiting.drain(..) {
        let mut free = true;
        if let Work::Commit(decision) = &job.work {
            free &= people.insert(decision.person.id);
            if let Some(ban) = &decision.outcome.ban {
                free &= people.insert(ban.person);
            }
            for change in &decision.outcome.tickets {
                // All that is being opened has id 0: no two of them are the same ticket.
                free &= change.ticket.id.0 == 0 || tickets.insert(change.ticket.id);
            }
        }
        if free {
            group.push(job);
        } else {
            later.push_back(job);
        }
    }
    *waiting = later;
    group
}

/// Writes a group and answers it; gives back why the database took none of it, if it is away.
async fn settle(db: &Db, memory: &mut Memory, group: Vec<Job>) -> Option<StoreError> {
    for job in &group {
        measure::begun(Mailbox::Writer, job.since);
    }
    let works: Vec<&Work> = group.iter().map(|job| &job.work).collect();
    match apply(db, memory, &works).await {
        Ok(answers) => {
            for (job, done) in group.into_iter().zip(answers) {
                answer(job, Ok(done));
            }
        }
        Err(error) if error.is_unavailable() || group.len() == 1 => {
            for job in group {
                answer(job, Err(error.clone()));
            }
            return Some(error).filter(StoreError::is_unavailable);
        }
        Err(error) => {
            if error != StoreError::Superseded {
                warn!(jobs = group.len(), %error, "a group commit failed; its jobs are run one by one");
            }
            for job in group {
                let alone = apply(db, memory, &[&job.work]).await;
                let done = alone.and_then(|mut answers| {
                    answers
                        .pop()
                        .ok_or_else(|| StoreError::Rule("a write has no answer".to_owned()))
                });
                answer(job, done);
            }
        }
    }
    None
}

fn answer(job: Job, done: Result<Done, StoreError>) {
    // Who asked may have gone; what was written stays.
    let _ = job.answer.send(done);
}

/// What the writer knows beside the database.
#[derive(Clone, Copy, Debug, Default)]
struct Memory {
    /// Whose database it is, once it was started.
    bot: Option<BotId>,
    /// Which run of a desk it is.
    run: i64,
    /// When old marks were last pruned.
    pruned: Option<Time>,
    /// How far old notices are forgotten.
    sweep: writing::outbox::sweep::Sweep,
}

/// Writes these jobs as one transaction; all or nothing.
///
/// What was delivered comes first, so that its chat is free; then what people did; and the taking
/// of notices last, so that it finds all of them.
async fn apply(db: &Db, memory: &mut Memory, works: &[&Work]) -> Result<Vec<Done>, StoreError> {
    let since = Instant::now();
    let mut learned = *memory;
    let mut tx = db.write().await?;
    if !tx.sends && works.iter().any(|work| work.is_of_the_sender()) {
        return Err(StoreError::Superseded);
    }

    let mut recorded = Vec::new();
    for work in works {
        if let Work::Record(record) = work {
            recorded.push(writing::outbox::record(&mut tx, record).await?);
            writing::screens::ended(&mut tx, &record.screens, record.at).await?;
            writing::state::hold(&mut tx, &record.holds, record.at).await?;
        }
    }
    let mut recorded = recorded.into_iter();

    let decisions: Vec<&Decision> = works
        .iter()
        .filter_map(|work| match work {
            Work::Commit(decision) => Some(decision.as_ref()),
            _ => None,
        })
        .collect();
    let committed = match learned.bot {
        _ if decisions.is_empty() => Vec::new(),
        Some(bot) => writing::commit::commit(&mut tx, bot, &decisions).await?,
        None => return Err(StoreError::Rule("the desk was not started".to_owned())),
    };
    if let Some(bot) = learned.bot
        && let Some(at) = decisions.iter().map(|decision| decision.at).max()
        && learned
            .pruned
            .is_none_or(|last| at - last > writing::state::PRUNE_EVERY)
    {
        writing::state::prune(&mut tx, bot, at).await?;
        learned.sweep = learned.sweep.go_on(&mut tx, at).await?;
        writing::search::take_in(&mut tx).await?;
        learned.pruned = Some(at);
    }

    let mut committed = committed.into_iter();
    let mut answers = Vec::with_capacity(works.len());
    for work in works {
        answers.push(match work {
            Work::Commit(_) => match committed.next() {
                Some(committed) => Done::Committed(committed),
                None => return Err(StoreError::Rule("a decision has no answer".to_owned())),
            },
            Work::Record(_) => Done::Heads(recorded.next().unwrap_or_default()),
            // Below.
            Work::Take { .. } => Done::Taken(Vec::new()),
            Work::Start(start) => {
                let (run, started) = writing::state::start(&mut tx, start).await?;
                db.begin_run(&mut tx, run).await?;
                learned.bot = Some(start.bot);
                learned.run = run;
                Done::Started(started)
            }
            Work::TakeOver(take_over) => {
                writing::state::take_over(&mut tx, learned.run, take_over).await?;
                news::taken_over(&mut tx).await?;
                Done::Nothing
            }
            Work::Admins(admins) => {
                writing::state::admins(&mut tx, &admins.admins, admins.at).await?;
                Done::Nothing
            }
            Work::TellGathered { now } => {
                writing::outbox::tell(&mut tx, *now, 0).await?;
                Done::Nothing
            }
            Work::GiveUp { now } => {
                writing::outbox::give_up(&mut tx, *now).await?;
                Done::Nothing
            }
            Work::FoldOn { now } => {
                writing::outbox::fold_on(&mut tx, *now).await?;
                Done::Nothing
            }
            Work::GiveUpScreens(screens) => {
                for screen in screens {
                    writing::screens::give_up(&mut tx, screen).await?;
                }
                Done::Nothing
            }
            Work::PutAside(aside) => {
                let bot = learned
                    .bot
                    .ok_or_else(|| StoreError::Rule("the desk was not started".to_owned()))?;
                writing::state::put_aside(&mut tx, bot, aside).await?;
                Done::Nothing
            }
            Work::RetryFailed(failed) => {
                writing::state::retry_failed(&mut tx, failed).await?;
                Done::Nothing
            }
            Work::Attempt(attempt) => {
                let bot = learned
                    .bot
                    .ok_or_else(|| StoreError::Rule("the desk was not started".to_owned()))?;
                Done::Attempts(writing::state::attempt(&mut tx, bot, attempt).await?)
            }
            Work::Remember(remember) => {
                writing::state::remember(&mut tx, remember).await?;
                Done::Nothing
            }
            Work::Stop(_) => {
                writing::state::stopped(&mut tx, learned.run).await?;
                if tx.sends {
                    db.send_no_more(&mut tx).await?;
                    news::vacant(&mut tx).await?;
                }
                Done::Nothing
            }
        });
    }
    for (work, answer) in works.iter().zip(&mut answers) {
        if let Work::Take { notices, now } = work {
            *answer = Done::Taken(writing::outbox::take(&mut tx, notices, *now).await?);
        }
    }

    if !tx.sends {
        let told = News::of(works.iter().copied(), &answers);
        news::tell(&mut tx, &told).await?;
    }

    tx.commit().await?;
    measure::commit(works.len(), since.elapsed());
    *memory = learned;
    Ok(answers)
}
