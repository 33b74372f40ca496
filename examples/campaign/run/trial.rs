//! The trials: kills, faults and stops; what happens to the desk while people go on.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use frontdesk_sandbox::{Delivery, Fault, FaultRule, Garbage, Options, Outage, Sandbox, Trouble};
use tokio::time::{Instant, sleep, timeout};

use super::PATIENCE;
use super::chance::Chance;
use super::check::{Unknowns, check};
use super::desk::{Desk, GRACE};
use super::ledger::Ledger;
use super::load::Load;
use super::report::Report;
use super::rows::{Rows, in_flight, unfinished};

/// The longest that nothing at all happens between two kills.
const QUIET: Duration = Duration::from_secs(2);

/// The first pause before an update is posted again. With Telegram it is a second, which would be most
/// of a trial with many kills.
const POSTED_AGAIN: Duration = Duration::from_millis(50);

/// What happens to the desk.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trial {
    /// It is killed so many times at random moments.
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
}

/// Runs a trial; `progress` hears now and then how far it is.
///
/// # Errors
/// If the machine fails: the desk cannot be started, a file cannot be read.
pub(crate) async fn run(plan: &Plan, trial: Trial, progress: impl Fn(&str)) -> io::Result<Report> {
    let sandbox = Sandbox::start(Options {
        people: Vec::new(),
        webhook_pause: POSTED_AGAIN,
        ..Options::default()
    })
    .await
    .map_err(io::Error::other)?;
    if plan.posted {
        sandbox.set_delivery(Delivery {
            twice: 0.1,
            seed: plan.seed,
            ..Delivery::default()
        });
    }
    let sandbox = Arc::new(sandbox);
    let ledger = Arc::new(Ledger::default());
    let mut field = Field {
        desk: Desk::new(&plan.program, &sandbox, plan.posted)?,
        chance: Chance::new(plan.seed, 0),
        sandbox: sandbox.clone(),
        ledger: ledger.clone(),
        calls: Calls::default(),
        in_flight: HashMap::new(),
        broken: Vec::new(),
        recovery: Duration::ZERO,
        stop: Duration::ZERO,
        ends: 0,
        first: (0, 0),
    };
    let load = Load::begin(&sandbox, &ledger, plan.users, plan.seed);
    field.start().await?;
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
    field.stop().await?;
    progress("checking");
    let report = field.report()?;
    if let Some(sandbox) = Arc::into_inner(sandbox) {
        sandbox.stop().await;
    }
    Ok(report)
}

/// Where it happens.
struct Field {
    desk: Desk,
    chance: Chance,
    sandbox: Arc<Sandbox>,
    ledger: Arc<Ledger>,
    calls: Calls,
    in_flight: HashMap<i64, u64>,
    broken: Vec<String>,
    recovery: Duration,
    stop: Duration,
    ends: u32,
    /// The first update that was not confirmed at the last kill, and at how many kills in a row it was.
    first: (i64, u32),
}

impl Field {
    /// Starts the desk and waits for its first answer.
    async fn start(&mut self) -> io::Result<()> {
        self.calls.listen(&self.sandbox);
        let known = self.calls.last;
        let begin = Instant::now();
        self.desk.start()?;
        let answered = |sandbox: &Sandbox| {
            let calls = sandbox.calls_after(known);
            calls.iter().any(|call| is_answer(&call.method))
        };
        if self.sandbox.wait_until(PATIENCE, answered).await.is_err() {
            self.broken.push("no answer after a start".to_owned());
        }
        self.recovery = self.recovery.max(begin.elapsed());
        Ok(())
    }

    /// Lets a random number of things happen, and a bit of time pass.
    async fn moment(&mut self, most: usize) {
        let happens = self.chance.below(most);
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

    async fn kills(&mut self, count: u32, progress: &impl Fn(&str)) -> io::Result<()> {
        for kill in 1..=count {
            self.moment(400).await;
            self.kill().await?;
            if self.chance.one_in(6) {
                // In the middle of a start.
                self.desk.start()?;
                sleep(self.chance.within(Duration::from_millis(150))).await;
                self.kill().await?;
            }
            if self.chance.one_in(5) {
                let waiting = 1 + self.chance.below(8);
                let full = |sandbox: &Sandbox| sandbox.pending_updates() >= waiting;
                // People who wait for an answer write no more.
                let _ = self.sandbox.wait_until(QUIET, full).await;
            }
            self.start().await?;
            progress(&format!("kill {kill} of {count}, {}", self.figures()));
        }
        Ok(())
    }

    async fn kill(&mut self) -> io::Result<()> {
        self.let_live().await;
        if let Some(status) = self.desk.kill().await? {
            self.broken
                .push(format!("the desk ended by itself: {status}"));
        }
        self.ends += 1;
        let (_copy, file) = self.desk.copy()?;
        if file.exists() {
            for notice in in_flight(&file).map_err(io::Error::other)? {
                *self.in_flight.entry(notice).or_default() += 1;
            }
        }
        Ok(())
    }

    /// An update that three processes in a row begin and do not live to end is put aside, as it should
    /// be; so after two kills the next waits until the first update is through.
    async fn let_live(&mut self) {
        let first = |sandbox: &Sandbox| sandbox.unconfirmed_updates().start;
        let (id, kills) = self.first;
        if kills >= 2 {
            let through = |sandbox: &Sandbox| first(sandbox) > id || sandbox.pending_updates() == 0;
            let _ = self.sandbox.wait_until(QUIET, through).await;
        }
        let now = first(&self.sandbox);
        let kills = if now == id { kills + 1 } else { 1 };
        self.first = (now, kills);
    }

    async fn stops(&mut self, count: u32, progress: &impl Fn(&str)) -> io::Result<()> {
        for stop in 1..=count {
            self.moment(300).await;
            self.stop().await?;
            self.ends += 1;
            self.start().await?;
            progress(&format!("stop {stop} of {count}, {}", self.figures()));
        }
        Ok(())
    }

    /// SIGTERM: the end comes within the grace, is a success, and leaves nothing unknown.
    async fn stop(&mut self) -> io::Result<()> {
        let begin = Instant::now();
        let status = self.desk.stop().await?;
        let took = begin.elapsed();
        self.stop = self.stop.max(took);
        if !status.success() {
            self.broken.push(format!("a stop ended with {status}"));
        }
        // The process has to end as well, after the desk has.
        if took > Duration::from_secs(GRACE + 2) {
            self.broken.push(format!("a stop took {took:?}"));
        }
        let (_copy, file) = self.desk.copy()?;
        let unknown = in_flight(&file).map_err(io::Error::other)?;
        if !unknown.is_empty() {
            self.broken
                .push(format!("a stop left {unknown:?} being sent"));
        }
        Ok(())
    }

    async fn faults(
        &mut self,
        seed: u64,
        time: Duration,
        outage: Duration,
        progress: &impl Fn(&str),
    ) -> io::Result<()> {
        let faults = [
            Fault::TooManyRequests { retry_after: 1 },
            Fault::ServerError(500),
            Fault::CutBefore,
            Fault::CutAfter,
            Fault::HangFor { millis: 700 },
            Fault::HangAfterFor { millis: 700 },
            Fault::Garbage(Garbage::NotJson),
            Fault::Garbage(Garbage::Truncated),
            Fault::Garbage(Garbage::Html),
        ];
        for fault in faults {
            let rule = FaultRule::on_each(["*", "getUpdates"], fault);
            self.sandbox.add_fault(rule.share(0.015).seed(seed));
        }
        let end = Instant::now() + time;
        let away = Instant::now() + time / 2;
        let mut outages = vec![Outage::BadGateway, Outage::Cut];
        while Instant::now() < end {
            let revision = self.sandbox.revision();
            let _ = timeout(QUIET, self.sandbox.changed(revision)).await;
            self.calls.listen(&self.sandbox);
            let left = end.saturating_duration_since(Instant::now());
            progress(&format!("{} s left, {}", left.as_secs(), self.figures()));
            if Instant::now() >= away
                && let Some(kind) = outages.pop()
            {
                progress(&format!(
                    "Telegram is away for {} s",
                    (outage / 2).as_secs()
                ));
                self.sandbox.begin_outage(kind, None);
                self.listen_until(sleep(outage / 2)).await;
                self.sandbox.end_outage();
            }
        }
        self.sandbox.clear_faults();
        Ok(())
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

    /// Waits until nothing is on its way.
    async fn settle(&mut self) -> io::Result<()> {
        let end = Instant::now() + PATIENCE;
        loop {
            self.calls.listen(&self.sandbox);
            let updates = self.sandbox.pending_updates();
            let rows = unfinished(&self.desk.file()).map_err(io::Error::other)?;
            if updates == 0 && rows == (0, 0) {
                return Ok(());
            }
            if Instant::now() >= end {
                let what = format!("{updates} updates, (notices, screens): {rows:?}");
                self.broken.push(format!("it does not settle: {what}"));
                return Ok(());
            }
            // Another process writes that file, and tells nobody.
            sleep(Duration::from_millis(20)).await;
        }
    }

    fn report(mut self) -> io::Result<Report> {
        let (_copy, file) = self.desk.copy()?;
        let rows = Rows::read(&file).map_err(io::Error::other)?;
        let unknowns = Unknowns {
            in_flight: self.in_flight,
            unanswered: self.calls.unanswered,
        };
        let mut findings = check(&self.sandbox, &self.ledger, &rows, &unknowns);
        findings.broken.append(&mut self.broken);
        if !findings.broken.is_empty() {
            for row in &rows.conversations {
                let chat = self.sandbox.person(row.person).transcript();
                let name = format!("{}.txt", row.person);
                self.desk.add_file(&name, &chat.to_string())?;
            }
        }
        let kept = (!findings.broken.is_empty()).then(|| self.desk.keep());
        Ok(Report {
            ends: self.ends,
            updates: self.ledger.update_count(),
            deeds: self.ledger.deeds(),
            calls: (self.calls.last, self.calls.troubled),
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

/// What is counted of the calls.
#[derive(Default)]
struct Calls {
    last: u64,
    troubled: u64,
    /// By chat: calls that put a message there, and were not answered.
    unanswered: HashMap<i64, u64>,
}

impl Calls {
    fn listen(&mut self, sandbox: &Sandbox) {
        for call in sandbox.calls_after(self.last) {
            self.last = call.no;
            self.troubled += u64::from(call.trouble.is_some());
            let unanswered = matches!(
                call.trouble,
                Some(Trouble::Fault(
                    Fault::CutAfter | Fault::HangAfterFor { .. } | Fault::Garbage(_)
                ))
            );
            let sends = call.method.starts_with("send") || call.method.starts_with("copy");
            let chat = &call.params["chat_id"];
            let chat = chat.as_i64().or_else(|| chat.as_str()?.parse().ok());
            if let Some(chat) = chat.filter(|_| unanswered && sends) {
                *self.unanswered.entry(chat).or_default() += 1;
            }
        }
    }
}

/// Whether a person sees anything of a call.
fn is_answer(method: &str) -> bool {
    ["send", "edit", "copy", "answer", "setMessageReaction"]
        .iter()
        .any(|start| method.starts_with(start))
}
