//! The command line of Frontdesk: reads the configuration and does what was asked for.

use std::io::Write;
use std::process::exit;

use anyhow::{Context, Result, bail};
use clap::Parser;
use frontdesk::config::{Config, ConfigError, Setting};
use frontdesk::import::ImportError;
use frontdesk::logging::{self, LiveLevel};
use frontdesk::operator::{Figures, Pages};
use frontdesk::program::{self, Died, StartError};
use frontdesk::reload::InForce;
use frontdesk::signals::{Reloads, Signals};
use frontdesk::texts::TextsError;
use frontdesk::{check, import, notices, operate};
use frontdesk_actors::clock::Clock;
use frontdesk_actors::intake::{IntakeError, ListenError};
use frontdesk_actors::store::StoreError;
use frontdesk_actors::store::notices::Which;
use frontdesk_desk::delivery::Redo;
use frontdesk_desk::ids::ChatId;
use frontdesk_desk::text;
use tracing::{info, warn};

use crate::cli::{Cli, Command, Import, Migrate, Notices, Quarantine};

mod cli;

/// What an update needs is taken on one thread and given back on another. The C library's allocator
/// takes a fifth more processor time for that, and keeps what conversations used after they are gone.
/// It is built without huge pages (`no_thp`): of those a start alone holds twenty megabytes more.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The exit code where the operator has something to mend: the command line, or a setting, the
/// token among them.
const USAGE: i32 = 2;

/// The exit code of everything else that did not go as it should.
const FAILURE: i32 = 1;

fn main() {
    let cli = Cli::parse();
    let code = match run(cli) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("frontdesk: {error:#}");
            if is_for_the_operator(&error) {
                USAGE
            } else {
                FAILURE
            }
        }
    };
    exit(code);
}

/// Whether a setting, or the command line, is what has to be mended.
fn is_for_the_operator(error: &anyhow::Error) -> bool {
    error.is::<ConfigError>()
        || error.is::<TextsError>()
        || matches!(
            error.downcast_ref(),
            Some(
                StartError::NoToken
                    // An address that is taken can be free in a moment.
                    | StartError::Webhook(ListenError::File { .. })
                    | StartError::Store(
                        StoreError::OtherBot { .. }
                            | StoreError::Newer { .. }
                            | StoreError::Older { .. }
                            | StoreError::Refused(_)
                    )
            )
        )
        || matches!(
            error.downcast_ref(),
            Some(Died::Intake(IntakeError::TokenRefused))
        )
        || matches!(error.downcast_ref::<ImportError>(), Some(wrong) if wrong.is_for_the_operator())
}

fn run(cli: Cli) -> Result<i32> {
    let (config, settings) = Config::load(cli.config.as_deref(), std::env::vars_os())?;
    let level = logging::start(&config.log).context("the log does not start")?;
    let system = program::system().context("no threads can be started")?;
    let done = system.block_on(obey(cli, config, settings, level));
    // Its end would wait for what hangs in the operating system, such as the look-up of a name.
    std::mem::forget(system);
    done
}

/// Does what was asked for.
async fn obey(cli: Cli, config: Config, settings: Vec<Setting>, level: LiveLevel) -> Result<i32> {
    let clock = Clock::system();
    let mut out = std::io::stdout();
    match cli.command {
        None => {
            let in_force = InForce::new(cli.config, config, settings, level)?;
            serve(in_force, clock).await?;
        }
        #[cfg(feature = "demo")]
        Some(Command::Demo {
            port,
            data,
            database,
        }) => {
            let demo = frontdesk::demo::Demo {
                port,
                data,
                database,
                config: cli.config,
            };
            demo.run(&mut out).await?;
        }
        Some(Command::Check) => {
            if !check::check(&config, &settings, &clock, &mut out).await? {
                return Ok(FAILURE);
            }
        }
        Some(Command::Texts { lang }) => out.write_all(text::source(lang).as_bytes())?,
        Some(Command::Migrate(Migrate::Up)) => operate::up(&config, &mut out).await?,
        Some(Command::Migrate(Migrate::Down { to, drop_data })) => {
            operate::down(&config, to, drop_data, clock.now(), &mut out).await?;
        }
        Some(Command::Backup { file, overwrite }) => {
            operate::backup(&config, &file, overwrite, &mut out).await?;
        }
        Some(Command::Restore { file }) => {
            operate::restore(&config, &file, clock.now(), &mut out).await?;
        }
        Some(Command::Copy { from, to }) => {
            operate::copy(&config, &from, to, &mut out).await?;
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
        Some(Command::Import(Import::Nikolayai { list: true, .. })) => {
            import::list(&config, &mut out).await?;
        }
        Some(Command::Import(Import::Nikolayai {
            rollback: Some(which),
            ..
        })) => import::rollback(&config, which, clock.now(), &mut out).await?,
        Some(Command::Import(Import::Nikolayai {
            from,
            timezone,
            dry_run,
            ..
        })) => {
            let wanted = import::Wanted {
                // The command line lets neither be left out here.
                from: import::Origin::of(&from.unwrap_or_default()),
                timezone: timezone.unwrap_or_default(),
                dry_run,
            };
            let signals = Signals::take().context("signals cannot be taken over")?;
            import::nikolayai(&config, &wanted, &clock, signals.stop(), &mut out).await?;
        }
        Some(Command::Quarantine(quarantine)) => match quarantine {
            Quarantine::List => operate::list(&config, &mut out).await?,
            Quarantine::Show { id } => operate::show(&config, id, &mut out).await?,
            Quarantine::Retry { id } => operate::retry(&config, id, &mut out).await?,
            Quarantine::Drop { id } => operate::drop(&config, id, &mut out).await?,
        },
    }
    Ok(0)
}

/// Runs the desk until a signal comes, or one of its parts dies.
async fn serve(mut in_force: InForce, clock: Clock) -> Result<()> {
    let mut reloads = Reloads::take().context("signals cannot be taken over")?;
    let signals = Signals::take().context("signals cannot be taken over")?;
    let mut told = tokio::spawn(signals.stop());
    // Said alone: nobody who only tries it needs to hear of pages.
    if in_force.config().telegram.token.is_none() {
        bail!(StartError::NoToken);
    }
    // What is measured begins with the start.
    let pages = pages(in_force.config());
    let mut program = tokio::select! {
        started = program::start(in_force.config(), clock) => started?,
        _ = &mut told => {
            info!("stopped before the desk was open");
            return Ok(());
        }
    };
    if let Some(pages) = &pages {
        pages.watch(program.sources());
    }
    info!(unclean = program.unclean(), "the desk is open");
    let died = loop {
        tokio::select! {
            _ = &mut told => break None,
            died = program.died() => break Some(died),
            () = reloads.next() => in_force.reload(&program).await,
        }
    };
    // Of a part that died the reason is the last thing that is said.
    if died.is_none() {
        info!("stopping: what is in flight is finished first; a second signal ends at once");
    }
    let stopped = program.stop().await;
    // A part that died is the reason why a stop is not in order, not the other way round.
    if let Some(died) = died {
        bail!(died);
    }
    Ok(stopped?)
}

/// Serves the operator's pages, if they are wanted. That they cannot be served keeps nobody from
/// their answers.
fn pages(config: &Config) -> Option<Pages> {
    let listen = config.operator.listen?;
    let figures = Figures::start()
        .inspect_err(|error| {
            warn!(%error, "no figures can be kept, so there are no pages for the operator");
        })
        .ok()?;
    match Pages::serve(listen, config.operator, figures) {
        Ok(pages) => {
            info!(address = %pages.address, "the operator's pages are served");
            Some(pages)
        }
        Err(error) => {
            warn!(
                %listen, %error,
                "the operator's pages cannot be served there, so the desk runs without them; choose \
                 another address by operator.listen"
            );
            None
        }
    }
}
