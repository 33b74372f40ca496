//! A campaign against the desk: the real binary, an SQLite file on disk or a PostgreSQL, one node or
//! several, people of all kinds, and everything that can go wrong.
//!
//! `cargo run --release --example campaign -- --kills 200 --seed 7`. Without a number of anything it
//! runs 200 kills, two minutes of faults with an outage of one minute, and 50 stops. It exits with 1
//! if a promise was broken, and says which.
//!
//! From the seed follow what each person does, step after step, when the desk is killed or stopped
//! (counted in things that happen, and a random moment more), and which calls of a chat meet which
//! fault. How the steps of different people, and of the desk, fall among each other does not follow
//! from it: they are processes and threads. So a seed replays the same load, not the same history.

mod postgres;
mod run;

use std::env;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, ensure};
use clap::Parser;
use url::Url;

use crate::postgres::cluster::Cluster;
use crate::run::{Plan, Storage, Trial};

/// Kills, stops and lets down the desk under load, and checks that nothing was lost or done twice.
#[derive(Debug, Parser)]
struct Cli {
    /// Kill the desk N times at random moments, a node of it, or the database's server.
    #[arg(long, value_name = "N")]
    kills: Option<u32>,
    /// Let a share of the calls to Telegram fail for SECONDS.
    #[arg(long, value_name = "SECONDS")]
    faults: Option<u64>,
    /// Let Telegram be away for SECONDS in the middle of the faults.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    outage: u64,
    /// Stop the desk in order N times.
    #[arg(long, value_name = "N")]
    stops: Option<u32>,
    /// "postgres" starts a server of its own, which is killed as well; a URL names one that runs: in it a
    /// database is made and dropped, and in place of a kill its sessions are cut. Left out, it is a file.
    #[arg(long, value_name = "POSTGRES")]
    database: Option<String>,
    /// How many nodes the desk has. Where there are several, updates are posted to any of them by lot.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = 1..=10)]
    nodes: i64,
    /// Have updates posted to the desk, though it has one node only.
    #[arg(long)]
    webhook: bool,
    /// Have updates asked for by the desk, though it has several nodes.
    #[arg(long, conflicts_with = "webhook")]
    polling: bool,
    /// The share of posted updates that come twice at the same time, to two nodes if there are several.
    #[arg(long, value_name = "SHARE", default_value_t = 0.1)]
    twice: f64,
    /// Have Telegram's limit of 30 messages a second hold, on both sides.
    #[arg(long)]
    limited: bool,
    /// How many users there are at a time, beside three admins.
    #[arg(long, value_name = "N", default_value_t = 12)]
    users: usize,
    /// Where all chance begins; drawn anew where it is left out.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// The binary to test. Left out, it is built first, with the profile of this program.
    #[arg(long, value_name = "FILE")]
    desk: Option<PathBuf>,
}

impl Cli {
    fn trials(&self) -> Vec<Trial> {
        let all = self.kills.is_none() && self.faults.is_none() && self.stops.is_none();
        let or = |given: Option<u32>, default| given.or(all.then_some(default));
        let faults = self
            .faults
            .or(all.then_some(120))
            .map(|seconds| Trial::Faults {
                time: Duration::from_secs(seconds),
                outage: Duration::from_secs(self.outage),
            });
        let kills = or(self.kills, 200).map(Trial::Kills);
        let stops = or(self.stops, 50).map(Trial::Stops);
        [kills, faults, stops].into_iter().flatten().collect()
    }
}

fn main() -> Result<ExitCode> {
    let cli = Cli::parse();
    let program = match &cli.desk {
        Some(program) => program.canonicalize().context("there is no such binary")?,
        None => build()?,
    };
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?;
    let seed = cli.seed.unwrap_or_else(|| u64::from(now.subsec_nanos()));
    println!("seed {seed}");
    let plan = Plan {
        program,
        seed,
        users: cli.users,
        posted: cli.webhook || (cli.nodes > 1 && !cli.polling),
        twice: cli.twice,
        nodes: usize::try_from(cli.nodes)?,
        limited: cli.limited,
    };
    ensure!(
        plan.nodes == 1 || cli.database.is_some(),
        "several nodes need a PostgreSQL: add --database postgres"
    );
    let trials = cli.trials();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let mut storage = runtime.block_on(storage(cli.database.as_deref()))?;
    let mut reports = Vec::new();
    for trial in trials {
        let report = runtime.block_on(run::run(&plan, &mut storage, trial, progress))?;
        if std::io::stderr().is_terminal() {
            eprint!("\r\x1b[K");
        }
        reports.push((trial, report));
    }
    print!("{}", run::table(&reports));
    let kept = reports.iter().all(|(_, report)| report.is_clean());
    Ok(if kept {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Where the desk is to keep everything.
async fn storage(database: Option<&str>) -> Result<Storage> {
    Ok(match database {
        None => Storage::Files,
        Some("postgres") => Storage::Own(Cluster::start().await?.context(
            "there is no initdb on this machine; name a server by --database postgres://…",
        )?),
        // The URL may hold a password, so it is not repeated.
        Some(url) => Storage::Given(Url::parse(url).context("--database: this is no URL")?),
    })
}

/// Builds the desk with the profile that this program was built with, and says where it is.
fn build() -> Result<PathBuf> {
    let here = env::current_exe()?;
    let folder = here
        .parent()
        .and_then(Path::parent)
        .context("an unusual target directory")?;
    let profile = folder
        .file_name()
        .and_then(|name| name.to_str())
        .unwrap_or_default();
    let profile = if profile == "debug" { "dev" } else { profile };
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args([
            "build",
            "--quiet",
            "--bin",
            "frontdesk",
            "--profile",
            profile,
        ])
        .arg("--manifest-path")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"))
        .status()
        .context("cargo cannot be run; name the binary by --desk")?;
    ensure!(built.success(), "the desk cannot be built");
    let program = folder.join(format!("frontdesk{}", env::consts::EXE_SUFFIX));
    ensure!(
        program.exists(),
        "{} is not there; name the binary by --desk",
        program.display()
    );
    Ok(program)
}

/// One line that is written over, where somebody looks.
fn progress(how_far: &str) {
    let mut line = std::io::stderr();
    if line.is_terminal() {
        // Nobody is hurt by a progress line that cannot be written.
        let _ = write!(line, "\r\x1b[K{how_far}");
    }
}
