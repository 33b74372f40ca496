//! The command line.

use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Parser, Subcommand};
#[cfg(feature = "demo")]
use frontdesk::demo;
use frontdesk_desk::ticket::Lang;

/// A support desk that lives inside Telegram. Without a command it runs the desk.
#[derive(Debug, Parser)]
#[command(version, disable_help_subcommand = true)]
pub(crate) struct Cli {
    /// Read settings from FILE instead of `config.toml` in the working directory.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// What to do instead of running the desk.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Try the desk in a browser: no bot token, nothing leaves this machine.
    #[cfg(feature = "demo")]
    Demo {
        /// The port of the page on this machine; 0 takes any free one.
        #[arg(long, value_name = "N", default_value_t = demo::PORT)]
        port: u16,
        /// Keep the chats and the database in DIR for the next time.
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// Keep the database there instead, such as `postgres://…`; only beside the chats it
        /// belongs to.
        #[arg(long, value_name = "URL", requires = "data")]
        database: Option<String>,
    },
    /// Print every setting with its source, and check whether the desk could work.
    ///
    /// Each line is ok, a warning, or an error, with what to do. The exit code is 0 without an error,
    /// 1 with one, 2 if a setting cannot be read at all.
    Check,
    /// Print all texts of the desk, as a file for the folder `desk.texts`.
    Texts {
        /// Their language.
        #[arg(value_parser = languages(), value_name = "LANGUAGE")]
        lang: Lang,
    },
    /// Write a copy of the database to FILE; the desk may be running.
    Backup {
        /// The file to make.
        file: PathBuf,
        /// Replace FILE if it is there.
        #[arg(long)]
        overwrite: bool,
    },
    /// Put a backup in the place of the database. No desk may be running; the database from before
    /// is kept.
    Restore {
        /// The backup; it stays as it is.
        file: PathBuf,
    },
    /// Move everything from a file of SQLite into an empty database of PostgreSQL.
    ///
    /// No desk may be running with either. All of it is there afterwards, compared, or nothing.
    Copy {
        /// `sqlite:` and the path of the file; it stays as it is.
        #[arg(long, value_name = "URL")]
        from: String,
        /// `postgres://…`. Without it, database.url: a password here can be seen by everybody on the
        /// machine.
        #[arg(long, value_name = "URL")]
        to: Option<String>,
    },
    /// Change or show the schema of the database.
    #[command(subcommand)]
    Migrate(Migrate),
    /// What is on its way to people, held or given up.
    #[command(subcommand)]
    Notices(Notices),
    /// Take over the tickets of an older bot.
    #[command(subcommand)]
    Import(Import),
    /// Updates that were put aside because the desk failed at them.
    #[command(subcommand)]
    Quarantine(Quarantine),
}

fn languages() -> impl TypedValueParser<Value = Lang> {
    let words = Lang::ALL.iter().map(|lang| lang.as_str());
    PossibleValuesParser::new(words).try_map(|word| word.parse::<Lang>())
}

/// What to do with the schema.
#[derive(Debug, Subcommand)]
pub(crate) enum Migrate {
    /// Bring the schema up to date.
    Up,
    /// Take the newest migration back. No desk may be running.
    Down {
        /// Go down to this schema; 0 takes everything back.
        #[arg(long, value_name = "SCHEMA")]
        to: Option<i64>,
        /// Do it even if tables hold data. A copy of the file is made first.
        #[arg(long, alias = "lose-data")]
        drop_data: bool,
    },
    /// Show which migrations the database has.
    Status,
}

/// What to do with notices: what the desk sends to people of itself.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Notices {
    /// List them, oldest first, without anybody's words.
    List {
        /// Only those that are so; without it all but those that were sent.
        #[arg(long, value_parser = ["pending", "sending", "held", "failed", "sent"])]
        state: Option<String>,
        /// Only those to this chat (a person's id).
        #[arg(long, value_name = "ID", allow_negative_numbers = true)]
        chat: Option<i64>,
        /// At most so many.
        #[arg(long, value_name = "N", default_value_t = 100,
              value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
    },
    /// Send some again, now; the running desk takes them up within seconds.
    Retry {
        /// Their numbers in the list.
        #[arg(required = true)]
        ids: Vec<i64>,
    },
    /// Give some up for good. What was sent already stays.
    Drop {
        /// Their numbers in the list.
        #[arg(required = true)]
        ids: Vec<i64>,
    },
}

/// Whose tickets to take over.
#[derive(Clone, Debug, Subcommand)]
pub(crate) enum Import {
    /// Those of NikolayAIBot. The desk may be running; nobody is told of anything, and what is here
    /// already is not taken over twice.
    Nikolayai {
        /// Its database: shop_bot.db, or postgres://USER@HOST/DATABASE. It is only read.
        #[arg(long, value_name = "FILE|URL", required_unless_present_any = ["list", "rollback"])]
        from: Option<String>,
        /// In which zone its machine told the time, e.g. Europe/Moscow.
        #[arg(long, value_name = "ZONE", required_unless_present_any = ["list", "rollback"])]
        timezone: Option<String>,
        /// Write nothing, and print the same report.
        #[arg(long)]
        dry_run: bool,
        /// List the imports that were done.
        #[arg(long, conflicts_with_all = ["from", "timezone", "dry_run", "rollback"])]
        list: bool,
        /// Undo one import, the latest if no number is given. No desk may be running. What was
        /// worked on here since stays, and is named.
        #[arg(long, value_name = "NUMBER", num_args = 0..=1,
              conflicts_with_all = ["from", "timezone", "dry_run"])]
        rollback: Option<Option<i64>>,
    },
}

/// What to do with updates that were put aside.
#[derive(Clone, Copy, Debug, Subcommand)]
pub(crate) enum Quarantine {
    /// List them.
    List,
    /// Show one in full: what its person wrote, too.
    Show {
        /// Its number in the list.
        id: i64,
    },
    /// Mark one to be tried again; the running desk takes it up.
    Retry {
        /// Its number in the list.
        id: i64,
    },
    /// Throw one away for good.
    Drop {
        /// Its number in the list.
        id: i64,
    },
}
