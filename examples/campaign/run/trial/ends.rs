//! Kills and stops: of the desk's only node, of one of several, of all, and of the database.

use std::io;
use std::process::ExitStatus;
use std::time::{Duration, SystemTime};

use frontdesk_sandbox::Sandbox;
use tokio::time::{Instant, sleep};

use super::super::calls::Loss;
use super::super::desk::GRACE;
use super::super::rows::in_flight;
use super::{Field, QUIET};

/// The longest that a node among others, or the database, stays away.
const AWAY: Duration = Duration::from_millis(1500);

/// Longer than a start takes on a busy machine.
const START: Duration = Duration::from_secs(5);

impl Field<'_> {
    /// Kills it so many times.
    pub(super) async fn kills(&mut self, count: u32, progress: &impl Fn(&str)) -> io::Result<()> {
        for kill in 1..=count {
            self.moment(400).await;
            for node in self.look_after()? {
                self.desk.start(node)?;
            }
            if self.storage.is_server() && self.chance.one_in(6) {
                self.lose_database().await?;
            } else if self.desk.nodes() > 1 && self.chance.one_in(8) {
                self.stand_still().await?;
            } else {
                self.lose_nodes().await?;
            }
            progress(&format!("kill {kill} of {count}, {}", self.figures()));
        }
        Ok(())
    }

    /// Nodes are killed and started again.
    async fn lose_nodes(&mut self) -> io::Result<()> {
        let nodes = self.some_nodes();
        for node in &nodes {
            self.kill(*node).await?;
        }
        if self.chance.one_in(6) {
            // In the middle of a start.
            self.desk.start(nodes[0])?;
            sleep(self.chance.within(Duration::from_millis(150))).await;
            self.kill(nodes[0]).await?;
        }
        if self.desk.nodes() > 1 {
            let away = self.chance.within(AWAY);
            self.listen_until(sleep(away)).await;
        } else if self.chance.one_in(5) {
            let waiting = 1 + self.chance.below(8);
            let full = |sandbox: &Sandbox| sandbox.pending_updates() >= waiting;
            // People who wait for an answer write no more.
            let _ = self.sandbox.wait_until(QUIET, full).await;
        }
        self.start(&nodes).await
    }

    /// One of them; of several now and then another one as well, or all.
    fn some_nodes(&mut self) -> Vec<usize> {
        let mut nodes: Vec<usize> = (0..self.desk.nodes()).collect();
        if nodes.len() > 1 {
            let first = self.chance.below(nodes.len());
            nodes.rotate_left(first);
            let many = match self.chance.below(12) {
                0 => nodes.len(),
                1 | 2 => 2,
                _ => 1,
            };
            nodes.truncate(many);
        }
        nodes
    }

    async fn kill(&mut self, node: usize) -> io::Result<()> {
        self.let_live().await;
        let sender = self.desk.sender().await == Some(node);
        let loss = Loss {
            at: SystemTime::now(),
            sender,
        };
        self.kill_at_once(node).await?;
        // None of the others takes over before it is seen what this one leaves.
        self.desk.hold_still()?;
        self.note_in_flight().await?;
        self.calls.listen(&self.sandbox);
        let goes_on = !self.desk.running().is_empty();
        self.calls.lose(goes_on.then_some(loss));
        self.desk.go_on(&self.desk.running())
    }

    /// The machine of the node that sends stands still for a while, and the server gives it up.
    async fn stand_still(&mut self) -> io::Result<()> {
        let sender = self.desk.sender().await;
        self.desk.hold_still()?;
        let loss = Loss {
            at: SystemTime::now(),
            sender: sender.is_some(),
        };
        self.storage.cut_sender(self.desk.database()).await?;
        self.note_in_flight().await?;
        self.stood_still += 1;
        self.calls.listen(&self.sandbox);
        self.calls.lose(Some(loss));
        let mut others = self.desk.running();
        others.retain(|node| Some(*node) != sender);
        self.desk.go_on(&others)?;
        let away = self.chance.within(AWAY);
        self.listen_until(sleep(away)).await;
        self.desk.go_on(&self.desk.running())
    }

    async fn kill_at_once(&mut self, node: usize) -> io::Result<()> {
        if let Some(status) = self.desk.kill(node).await? {
            self.ended(node, status);
        }
        self.ends += 1;
        Ok(())
    }

    /// Those that ended by themselves since.
    pub(super) fn look_after(&mut self) -> io::Result<Vec<usize>> {
        let ended = self.desk.ended()?;
        for (node, status) in &ended {
            self.ended(*node, *status);
        }
        Ok(ended.into_iter().map(|(node, _)| node).collect())
    }

    /// A node ended by itself. Only one that finds no database while it starts may do that.
    fn ended(&mut self, node: usize, status: ExitStatus) {
        let both = self.desk.started(node).zip(self.fell);
        let in_a_start = both.is_some_and(|(start, fell)| start <= fell && fell <= start + START);
        if status.code() != Some(1) || !in_a_start {
            let what = format!("the desk ended by itself: {status}");
            self.broken.push(what);
        }
    }

    /// The database is killed and started again, some of the nodes perhaps meanwhile.
    async fn lose_database(&mut self) -> io::Result<()> {
        self.storage.fall(self.desk.database()).await?;
        self.falls += 1;
        self.fell = Some(Instant::now().into_std());
        let nodes = match self.chance.one_in(3) {
            true => self.some_nodes(),
            false => Vec::new(),
        };
        for node in &nodes {
            self.let_live().await;
            self.kill_at_once(*node).await?;
        }
        let away = self.chance.within(AWAY);
        self.listen_until(sleep(away)).await;
        let answer = self.next_answer();
        // A single desk that lives on knows what it was sending. Of several another one may go on.
        let is_unknown = self.desk.nodes() > 1 || !nodes.is_empty();
        if is_unknown {
            self.desk.hold_still()?;
        }
        let begin = Instant::now();
        self.storage.rise().await?;
        if is_unknown {
            self.note_in_flight().await?;
            self.desk.go_on(&self.desk.running())?;
        }
        if nodes.is_empty() {
            if self.answered(answer, "the database came back").await {
                self.recovery = self.recovery.max(begin.elapsed());
            }
            return Ok(());
        }
        self.start(&nodes).await
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

    /// Stops it, or one node of it, so many times.
    pub(super) async fn stops(&mut self, count: u32, progress: &impl Fn(&str)) -> io::Result<()> {
        for stop in 1..=count {
            self.moment(300).await;
            let node = match self.desk.nodes() {
                1 => 0,
                several => self.chance.below(several),
            };
            let sender = self.desk.sender().await == Some(node);
            self.stop(node).await?;
            self.ends += 1;
            self.calls.listen(&self.sandbox);
            let goes_on = !self.desk.running().is_empty();
            let at = SystemTime::now();
            self.calls.lose(goes_on.then_some(Loss { at, sender }));
            self.start(&[node]).await?;
            progress(&format!("stop {stop} of {count}, {}", self.figures()));
        }
        Ok(())
    }

    /// SIGTERM: the end comes within the grace, is a success, and leaves nothing unknown.
    pub(super) async fn stop(&mut self, node: usize) -> io::Result<()> {
        let begin = Instant::now();
        let status = self.desk.stop(node).await?;
        let took = begin.elapsed();
        self.stop = self.stop.max(took);
        if !status.success() {
            self.broken.push(format!("a stop ended with {status}"));
        }
        // The process has to end as well, after the desk has.
        if took > Duration::from_secs(GRACE + 2) {
            self.broken.push(format!("a stop took {took:?}"));
        }
        if !self.desk.running().is_empty() {
            // What is being sent is another one's.
            return Ok(());
        }
        if let Some(reader) = self.desk.database().open_at_rest()? {
            let unknown = in_flight(&reader).await?;
            if !unknown.is_empty() {
                self.broken
                    .push(format!("a stop left {unknown:?} being sent"));
            }
        }
        Ok(())
    }
}
