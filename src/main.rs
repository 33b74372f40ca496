//! The command line of Frontdesk: reads the configuration and does what was asked for.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Parser;
use frontdesk::config::{Config, ConfigError, Setting};
use frontdesk::program::{self, StartError};
use frontdesk::signals::Signals;
use frontdesk::{check, logging, notices, operate};
use frontdesk_actors::clock::Clock;
use frontdesk_actors::store::notices::Which;
use frontdesk_desk::delivery::Redo;
use frontdesk_desk::ids::ChatId;

use crate::cli::{Cli, Command, Migrate, Notices, Quarantine};

mod cli;

/// The exit code where the operator has something to mend: the command line, or a setting.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    match run(Cli::parse()) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("frontdesk: {error:#}");
            let setting = matches!(error.downcast_ref(), Some(StartError::NoToken));
            ExitCode::from(if setting || error.is::<ConfigError>() {
                USAGE
            } else {
                1
            })
        }
    }
}

fn run(cli: Cli) -> Result<ExitCode> {
    let (config, settings) = Config::load(cli.config.as_deref(), std::env::vars_os())?;
    logging::start(&config.log).context("the log does not start")?;
    program::system()
        .context("no threads can be started")?
        .block_on(obey(cli, config, settings))
}

/// Does what was asked for.
async fn obey(cli: Cli, config: Config, settings: Vec<Setting>) -> Result<ExitCode> {
    let clock = Clock::system();
    let mut out = std::io::stdout();
    match cli.command {
        None => serve(config, clock).await?,
        #[cfg(feature = "demo")]
        Some(Command::Demo { port, data }) => {
            let demo = frontdesk::demo::Demo {
                port,
                data,
                config: cli.config,
            };
            demo.run(&mut out).await?;
        }
        Some(Command::Check) => {
            if !check::check(&config, &settings, &mut out).await? {
                return Ok(ExitCode::FAILURE);
            }
        }
        Some(Command::Migrate(Migrate::Up)) => operate::up(&config, &mut out).await?,
        Some(Command::Migrate(Migrate::Down { to, drop_data })) => {
            operate::down(&config, to, drop_data, clock.now(), &mut out).await?;
        }
        Some(Command::Migrate(Migrate::Status)) => operate::status(&config, &mut out).await?,
        Some(Command::Notices(Notices::List { state, chat, limit })) => {
            let which = Which {
                // The command line lets through what the parser knows.
                state: state.and_then(|state| state.parse().ok()),
                chat: chat.map(ChatId),
                limit,
            };
            notices::list(&config, which, &mut out).await?;
        }
        Some(Command::Notices(Notices::Retry { ids })) => {
            notices::redo(&config, &ids, Redo::Retry, clock.now(), &mut out).await?;
        }
        Some(Command::Notices(Notices::Drop { ids })) => {
            notices::redo(&config, &ids, Redo::Drop, clock.now(), &mut out).await?;
        }
        Some(Command::Quarantine(quarantine)) => match quarantine {
            Quarantine::List => operate::list(&config, &mut out).await?,
            Quarantine::Show { id } => operate::show(&config, id, &mut out).await?,
            Quarantine::Retry { id } => operate::retry(&config, id, &mut out).await?,
            Quarantine::Drop { id } => operate::drop(&config, id, &mut out).await?,
        },
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs the desk until a signal comes, or one of its parts dies.
async fn serve(config: Config, clock: Clock) -> Result<()> {
    let signals = Signals::take().context("signals cannot be taken over")?;
    let mut program = program::start(&config, clock).await?;
    let died = tokio::select! {
        () = signals.stop() => None,
        died = program.died() => Some(died),
    };
    let stopped = program.stop().await;
    // A part that died is the reason why a stop is not in order, not the other way round.
    if let Some(died) = died {
        bail!(died);
    }
    Ok(stopped?)
}
