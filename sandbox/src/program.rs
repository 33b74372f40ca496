//! The program under test as a child process: started, asked to end, killed.

use std::{io, process::ExitStatus, time::Duration};

use serde::Serialize;
use tokio::{
    process::{Child, Command},
    sync::{mpsc, oneshot, watch},
    time::timeout,
};
use tracing::{info, warn};

use crate::Program;

/// How long a program may take to end once it was asked to.
pub(crate) const PATIENCE: Duration = Duration::from_secs(15);

/// How the program is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ProgramState {
    /// Whether the sandbox was given a program at all.
    pub available: bool,
    /// Whether it runs.
    pub running: bool,
    /// Its process id.
    pub pid: Option<u32>,
}

/// What can be asked of the task that owns the child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Start,
    /// Ends it by SIGTERM and waits.
    Stop,
    /// Ends it by SIGKILL and waits.
    Kill,
    /// Ends it, and the task with it: the sandbox stops.
    Retire,
}

type Reply = oneshot::Sender<Result<ProgramState, String>>;

/// How others reach the task.
#[derive(Clone)]
pub(crate) struct ProgramHandle {
    orders: mpsc::Sender<(Order, Reply)>,
    state: watch::Receiver<ProgramState>,
}

impl ProgramHandle {
    /// Gives an order and waits until it is done.
    pub(crate) async fn order(&self, order: Order) -> Result<ProgramState, String> {
        let gone = || "the sandbox is stopping".to_owned();
        let (reply, answer) = oneshot::channel();
        self.orders.send((order, reply)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    pub(crate) fn state(&self) -> ProgramState {
        *self.state.borrow()
    }

    /// Follows the program.
    pub(crate) fn states(&self) -> watch::Receiver<ProgramState> {
        self.state.clone()
    }
}

/// Makes the handle and the task, which ends, and the child with it, by [`Order::Retire`].
pub(crate) fn keeper(
    program: Option<Program>,
) -> (ProgramHandle, impl Future<Output = ()> + Send + 'static) {
    let (orders, inbox) = mpsc::channel(8);
    let (publish, state) = watch::channel(ProgramState {
        available: program.is_some(),
        ..ProgramState::default()
    });
    let keeper = Keeper {
        program,
        child: None,
        inbox,
        waiting: Vec::new(),
        publish,
    };
    (ProgramHandle { orders, state }, keeper.run())
}

/// Owns the child, so that no signal can reach a process that took over its number.
struct Keeper {
    program: Option<Program>,
    child: Option<Child>,
    inbox: mpsc::Receiver<(Order, Reply)>,
    /// Those who want to hear when the child has ended.
    waiting: Vec<Reply>,
    publish: watch::Sender<ProgramState>,
}

impl Keeper {
    async fn run(mut self) {
        loop {
            let order = match &mut self.child {
                None => self.inbox.recv().await,
                Some(child) => tokio::select! {
                    order = self.inbox.recv() => order,
                    status = child.wait() => {
                        self.ended(status);
                        continue;
                    }
                },
            };
            match order {
                Some((Order::Retire, reply)) => {
                    self.last_end().await;
                    drop(reply.send(Ok(self.state())));
                    return;
                }
                Some((order, reply)) => self.obey(order, reply),
                None => return self.last_end().await,
            }
        }
    }

    fn obey(&mut self, order: Order, reply: Reply) {
        let done = match (order, &mut self.child) {
            (Order::Start, Some(_)) | (Order::Stop | Order::Kill | Order::Retire, None) => Ok(()),
            (Order::Start, None) => self.start(),
            (Order::Stop, Some(child)) => terminate(child).map_err(unsignalled),
            (Order::Kill | Order::Retire, Some(child)) => child.start_kill().map_err(unsignalled),
        };
        match (done, order) {
            (Ok(()), Order::Stop | Order::Kill) if self.child.is_some() => self.waiting.push(reply),
            // Whoever asked may have gone away.
            (done, _) => drop(reply.send(done.map(|()| self.state()))),
        }
    }

    fn start(&mut self) -> Result<(), String> {
        let Some(program) = &self.program else {
            return Err("the sandbox was started without a program".to_owned());
        };
        let (name, arguments) = program
            .argv
            .split_first()
            .ok_or_else(|| "the program has no name".to_owned())?;
        let child = Command::new(name)
            .args(arguments)
            .envs(program.env.iter().map(|(name, value)| (name, value)))
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| format!("the program does not start: {error}"))?;
        info!(pid = child.id(), "program started");
        self.child = Some(child);
        self.publish.send_replace(self.state());
        Ok(())
    }

    fn ended(&mut self, status: io::Result<ExitStatus>) {
        match status {
            Ok(status) => info!(%status, "program ended"),
            Err(error) => warn!(%error, "the end of the program was missed"),
        }
        self.child = None;
        let state = self.state();
        self.publish.send_replace(state);
        for reply in self.waiting.drain(..) {
            drop(reply.send(Ok(state)));
        }
    }

    /// Ends the child together with the sandbox.
    async fn last_end(&mut self) {
        let Some(child) = &mut self.child else {
            return;
        };
        let asked = terminate(child);
        let status = match timeout(PATIENCE, child.wait()).await {
            Ok(status) if asked.is_ok() => status,
            _ => match child.kill().await {
                Ok(()) => child.wait().await,
                Err(error) => Err(error),
            },
        };
        self.ended(status);
    }

    fn state(&self) -> ProgramState {
        ProgramState {
            available: self.program.is_some(),
            running: self.child.is_some(),
            pid: self.child.as_ref().and_then(Child::id),
        }
    }
}

fn unsignalled(error: io::Error) -> String {
    format!("the program cannot be signalled: {error}")
}

/// Sends SIGTERM.
#[cfg(unix)]
fn terminate(child: &mut Child) -> io::Result<()> {
    use rustix::process::{Pid, Signal, kill_process};

    let pid = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(Pid::from_raw);
    match pid {
        Some(pid) => Ok(kill_process(pid, Signal::TERM)?),
        None => Ok(()),
    }
}

/// Elsewhere there is no such request.
#[cfg(not(unix))]
fn terminate(child: &mut Child) -> io::Result<()> {
    child.start_kill()
}
