//! The trials: kills, faults and stops; what happens to the desk while people go on.

mod ends;
mod faults;

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use frontdesk_sandbox::{Delivery, Limits, Options, Sandbox};
use tokio::time::{Instant, sleep, timeout};

use super::PATIENCE;
use super::calls::{Calls, is_answer};
use super::chance::Chance;
use super::check::{Unknowns, check};
use super::database::Storage;
use super::desk::Desk;
use super::ledger::Ledger;
use super::load::Load;
use super::report::Report;
use super::rows::{Rows, in_flight, unfinished};

/// The longest that nothing at all happens between two kills.
const QUIET: Duration = Duration::from_secs(2);

/// The first pause before an update is posted again. With Telegram it is a second, which would be most
/// of a trial with many kills.
const POSTED_AGAIN: Duration = Duration::from_millis(50);

/// The share of posted updates that the desk takes without being heard: they are posted again.
const UNHEARD: f64 = 0.05;

/// What happens to the desk.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trial {
    /// It is killed so many times at random moments; on a server that is killed, too.
    Kills(u32),
    /// Telegram fails at a share of the calls for so long, and is away for a while in the middle.
    Faults {
        /// How long.
        time: Duration,
        /// How long Telegram is away.
        outage: Duration,
    },
    /// It is stopped in order so many times.
    Stops(u32),
}

/// What a trial is run with.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    /// The binary of the desk.
    pub(crate) program: PathBuf,
    /// Where all chance begins.
    pub(crate) seed: u64,
    /// How many users there are at a time.
    pub(crate) users: usize,
    /// Whether updates are posted.
    pub(crate) posted: bool,
    /// The share of posted updates that are posted twice at the same time, from 0 to 1.
    pub(crate) twice: f64,
    /// How many nodes the desk has.
    pub(crate) nodes: usize,
    /// Whether Telegram's limit on all chats together holds, on both sides.
    pub(crate) limited: bool,
}

/// Runs a trial; `progress` hears now and then how far it is.
///
/// # Errors
/// If the machine fails: the desk cannot be started, a file cannot be read.
pub(crate) async fn run(
    plan: &Plan,
    storage: &mut Storage,
    trial: Trial,
    progress: impl Fn(&str),
) -> io::Result<Report> {
    let sandbox = Sandbox::start(Options {
        people: Vec::new(),
        webhook_pause: POSTED_AGAIN,
        ..Options::default()
    })
    .await
    .map_err(io::Error::other)?;
    let desk = Desk::new(plan, storage, &sandbox).await?;
    sandbox.set_limits(plan.limited.then(|| Limits {
        // That of each chat would make people wait who have much to say.
        chat_per_second: 0.0,
        ..Limits::default()
    }));
    if plan.posted {
        sandbox.set_delivery(Delivery {
            addresses: desk.addresses(),
            twice: plan.twice,
            unheard: UNHEARD,
            seed: plan.seed,
            ..Delivery::default()
        });
    }
    let sandbox = Arc::new(sandbox);
    let ledger = Arc::new(Ledger::default());
    let mut field = Field {
        desk,
        storage,
        chance: Chance::new(plan.seed, 0),
        sandbox: sandbox.clone(),
        ledger: ledger.clone(),
        calls: Calls::default(),
        in_flight: HashMap::new(),
        broken: Vec::new(),
        recovery: Duration::ZERO,
        stop: Duration::ZERO,
        ends: 0,
        falls: 0,
        fell: None,
        stood_still: 0,
        first: (0, 0),
        // The limit leaves less time for things to happen in.
        pace: if plan.limited { 4 } else { 1 },
    };
    let load = Load::begin(&sandbox, &ledger, plan.users, plan.seed);
    let all: Vec<usize> = (0..plan.nodes).collect();
    field.start(&all).await?;
    match trial {
        Trial::Kills(count) => field.kills(count, &progress).await?,
        Trial::Faults { time, outage } => {
            field.faults(plan.seed, time, outage, &progress).await?;
        }
        Trial::Stops(count) => field.stops(count, &progress).await?,
    }
    progress("everybody finishes");
    field.listen_until(load.end()).await;
    progress("the desk settles");
    field.settle().await?;
    field.look_after()?;
    for node in field.desk.running() {
        field.stop(node).await?;
    }
    progress("checking");
    let report = field.report(trial).await?;
    if let Some(sandbox) = Arc::into_inner(sandbox) {
        sandbox.stop().await;
    }
    Ok(report)
}

/// Where it happens.
struct Field<'a> {
    desk: Desk,
    storage: &'a mut Storage,
    chance: Chance,
    sandbox: Arc<Sandbox>,
    ledger: Arc<Ledger>,
    calls: Calls,
    in_flight: HashMap<i64, u64>,
    broken: Vec<String>,
    recovery: Duration,
    stop: Duration,
    /// How often a node was killed or stopped.
    ends: u32,
    /// How often the database was.
    falls: u32,
    /// When it was last.
    fell: Option<std::time::Instant>,
    /// How often the node that sends stood still.
    stood_still: u32,
    /// The first update that was not confirmed at the last kill, and at how many kills in a row it was.
    first: (i64, u32),
    /// How much faster than things happen everything comes to an end.
    pace: usize,
}

impl Field<'_> {
    /// Starts these nodes and waits for an answer.
    async fn start(&mut self, nodes: &[usize]) -> io::Result<()> {
        let alone = self.desk.running().is_empty();
        let begin = Instant::now();
        let answer = self.next_answer();
        for node in nodes {
            self.desk.start(*node)?;
        }
        if self.answered(answer, "a start").await && alone {
            self.recovery = self.recovery.max(begin.elapsed());
        }
        Ok(())
    }

    /// From which call on an answer is new.
    fn next_answer(&mut self) -> u64 {
        self.calls.listen(&self.sandbox);
        self.calls.last
    }

    /// Waits for an answer after that call, and tells whether one came.
    async fn answered(&mut self, known: u64, after: &str) -> bool {
        let answered = |sandbox: &Sandbox| {
            let calls = sandbox.calls_after(known);
            calls.iter().any(|call| is_answer(&call.method))
        };
        let came = self.sandbox.wait_until(PATIENCE, answered).await.is_ok();
        if !came {
            self.broken.push(format!("no answer after {after}"));
        }
        came
    }

    /// Lets a random number of things happen, and a bit of time pass.
    async fn moment(&mut self, most: usize) {
        let happens = self.chance.below(most / self.pace);
        for _ in 0..happens {
            let revision = self.sandbox.revision();
            if timeout(QUIET, self.sandbox.changed(revision))
                .await
                .is_err()
            {
                break;
            }
        }
        self.calls.listen(&self.sandbox);
        // The moment is to have nothing to do with what the sandbox does.
        sleep(self.chance.within(Duration::from_millis(30))).await;
    }

    /// Listens to the calls until something is over: the sandbox remembers the newest only.
    async fn listen_until(&mut self, over: impl Future<Output = ()>) {
        let mut over = std::pin::pin!(over);
        loop {
            let revision = self.sandbox.revision();
            let changed = async {
                let _ = timeout(QUIET, self.sandbox.changed(revision)).await;
            };
            tokio::select! {
                () = &mut over => break,
                () = changed => {}
            }
            self.calls.listen(&self.sandbox);
        }
    }

    /// Notes what is being sent, which nobody will know the end of.
    async fn note_in_flight(&mut self) -> io::Result<()> {
        if let Some(reader) = self.desk.database().open_at_rest()? {
            for notice in in_flight(&reader).await? {
                *self.in_flight.entry(notice).or_default() += 1;
            }
        }
        Ok(())
    }

    /// Waits until nothing is on its way.
    async fn settle(&mut self) -> io::Result<()> {
        let end = Instant::now() + PATIENCE;
        let reader = self.desk.database().open()?;
        loop {
            self.calls.listen(&self.sandbox);
            let updates = self.sandbox.pending_updates();
            let rows = unfinished(&reader).await?;
            if updates == 0 && rows == (0, 0) {
                return Ok(());
            }
            if Instant::now() >= end {
                let what = format!("{updates} updates, (notices, screens): {rows:?}");
                self.broken.push(format!("it does not settle: {what}"));
                return Ok(());
            }
            // Another process writes there, and tells nobody.
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn report(mut self, trial: Trial) -> io::Result<Report> {
        let reader = self.desk.database().open_at_rest()?;
        let reader = reader.ok_or_else(|| io::Error::other("the database is gone"))?;
        let rows = Rows::read(&reader).await?;
        let unknowns = Unknowns {
            in_flight: self.in_flight,
            unanswered: self.calls.unanswered,
        };
        let mut findings = check(&self.sandbox, &self.ledger, &rows, &unknowns);
        findings.broken.append(&mut self.broken);
        if matches!(trial, Trial::Stops(_)) && findings.doubtful > 0 {
            let what = format!("stops left {} notices doubtful", findings.doubtful);
            findings.broken.push(what);
        }
        let refused = self.sandbox.earned().total;
        if refused > 0 {
            let what = format!("{refused} calls came faster than the limits allow");
            findings.broken.push(what);
        }
        if !findings.broken.is_empty() {
            for row in &rows.conversations {
                let chat = self.sandbox.person(row.person).transcript();
                let name = format!("{}.txt", row.person);
                self.desk.add_file(&name, &chat.to_string())?;
            }
            for (name, rows) in reader.dump().await? {
                self.desk.add_file(&format!("{name}.jsonl"), &rows)?;
            }
        }
        self.storage.drop(self.desk.database()).await?;
        let kept = (!findings.broken.is_empty()).then(|| self.desk.keep());
        Ok(Report {
            ends: self.ends,
            falls: self.falls,
            stood_still: self.stood_still,
            updates: self.ledger.update_count(),
            deeds: self.ledger.deeds(),
            calls: (self.calls.last, self.calls.troubled),
            busiest: self.calls.busiest,
            gaps: self.calls.gaps,
            bound: unknowns.bound(),
            findings,
            recovery: self.recovery,
            stop: self.stop,
            kept,
        })
    }

    fn figures(&self) -> String {
        let (updates, tickets) = (self.ledger.update_count(), self.ledger.ticket_count());
        let stuck = match self.ledger.waits().len() {
            0 => String::new(),
            stuck => format!(", {stuck} people wait in vain"),
        };
        format!("{updates} updates, {tickets} tickets{stuck}")
    }
}
