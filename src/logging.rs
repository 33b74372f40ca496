//! The log: lines for people or for machines, on stderr.

use std::io::IsTerminal;

use tracing::{Level, Metadata};
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::layer::{Layer, Layered, SubscriberExt};
use tracing_subscriber::registry::Registry;
use tracing_subscriber::reload;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

use crate::config::{Log, LogFormat};

/// What is logged: it can change while the program runs.
pub struct LiveLevel(reload::Handle<EnvFilter, Lines>);

/// The lines, before anything is left out.
type Lines = Layered<Box<dyn Layer<Registry> + Send + Sync>, Registry>;

impl LiveLevel {
    /// From now on this, a level or a filter that was read from the configuration.
    ///
    /// # Errors
    /// If the log has ended.
    pub fn change(&self, level: &str) -> Result<(), reload::Error> {
        self.0.reload(EnvFilter::new(level))
    }
}

/// Starts logging for the whole process.
///
/// # Errors
/// If it was started before.
pub fn start(log: &Log) -> Result<LiveLevel, TryInitError> {
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match log.format {
        LogFormat::Text => lines.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => lines.json().boxed(),
    };
    let (filter, level) = reload::Layer::new(EnvFilter::new(&log.level));
    tracing_subscriber::registry()
        .with(lines)
        .with(filter)
        .with(filter_fn(may_be_written))
        .try_init()?;
    Ok(LiveLevel(level))
}

/// Libraries below us know requests with the token in their address, and messages that people
/// wrote; what they say at debug and trace is left out whatever the level, and so is their chatter
/// at info: what happens to the desk is told by the desk. The HTTP server calls a connection that ended
/// early an error; it is none of ours, and in the demo it is done on purpose.
fn may_be_written(line: &Metadata<'_>) -> bool {
    let target = line.target();
    target.starts_with("frontdesk")
        || (*line.level() <= Level::WARN && !target.starts_with("actix_http"))
}
