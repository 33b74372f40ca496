//! Ctrl-C and SIGTERM: the first asks for an orderly stop, a second of the same kind ends at once.
//! SIGHUP asks to read the configuration again.

use std::io;
use std::process::exit;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The exit code of a process that was told twice.
const IMPATIENT: i32 = 130;

/// The signals that ask the program to stop. From when this is made they no longer kill it.
pub struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    /// Takes the signals over.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn take() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for the first signal. From then on a second of the same kind ends the process at
    /// once. One of the other kind does not: a terminal's Ctrl-C reaches parent and child, and the
    /// parent then sends SIGTERM to the child as well.
    pub async fn stop(mut self) {
        let interrupted = tokio::select! {
            _ = self.interrupt.recv() => true,
            _ = self.terminate.recv() => false,
        };
        let mut again = if interrupted {
            self.interrupt
        } else {
            self.terminate
        };
        tokio::spawn(async move {
            if again.recv().await.is_some() {
                exit(IMPATIENT);
            }
        });
    }
}

/// The signal that asks to read the configuration again. From when this is made it no longer kills
/// the program.
pub struct Reloads(Signal);

impl Reloads {
    /// Takes the signal over.
    ///
    /// # Errors
    /// If the operating system refuses.
    pub fn take() -> io::Result<Self> {
        Ok(Self(signal(SignalKind::hangup())?))
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }
}
