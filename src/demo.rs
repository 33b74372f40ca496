//! `frontdesk demo`: the desk as a child process, against a Bot API server with a chat page.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use frontdesk_sandbox::{Options, PersonSpec, Role, Sandbox, StartError};

use crate::operate::shown;
use crate::signals::{Reloads, Signals};

/// The port of the page where none is chosen.
pub const PORT: u16 = 8088;

/// A demo that was asked for.
#[derive(Debug)]
pub struct Demo {
    /// The port of the page; 0 takes any free one.
    pub port: u16,
    /// Where chats and database are kept; without one they go with the end.
    pub data: Option<PathBuf>,
    /// The database, if not a file in that folder. It belongs to the chats that are kept.
    pub database: Option<String>,
    /// The file with settings that the desk was told to use. The demo sets the token, the
    /// addresses and the admins; the rest is as the operator has it.
    pub config: Option<PathBuf>,
}

/// Why a demo does not run; a sentence for the person who wants to try it.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// Somebody listens there.
    #[error(
        "port {0} is in use; choose another one with `frontdesk demo --port N`, or any free one \
         with `--port 0`"
    )]
    PortInUse(u16),
    /// The folder cannot be used.
    #[error("the folder {} cannot be used: {problem}", path.display())]
    Folder {
        /// Which folder.
        path: PathBuf,
        /// What is wrong.
        problem: io::Error,
    },
    /// Another demo keeps its chats there.
    #[error("another demo runs in {}: stop that one first, or choose another folder", .0.display())]
    FolderInUse(PathBuf),
    /// The sandbox does not start.
    #[error("{0}")]
    Sandbox(StartError),
    /// The desk does not start.
    #[error("the desk does not start: {0}")]
    Desk(String),
    /// The operating system refuses something else.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl Demo {
    /// Runs until Ctrl-C or SIGTERM, and then stops all of it.
    ///
    /// # Errors
    /// [`DemoError`] if it does not start.
    pub async fn run(self, out: &mut impl Write) -> Result<(), DemoError> {
        let signals = Signals::take()?;
        let mut terminal = Reloads::take()?;
        let (folder, _removes_itself) = match &self.data {
            Some(data) => (made(data)?, None),
            None => {
                let temporary = tempfile::Builder::new()
                    .prefix("frontdesk-demo-")
                    .tempdir()?;
                (temporary.path().to_owned(), Some(temporary))
            }
        };
        let _its_own = taken(&folder)?;
        let database = match &self.database {
            Some(database) => database.clone(),
            None => format!("sqlite:{}", folder.join("desk.db").display()),
        };
        let people = PersonSpec::defaults();
        let options = Options {
            port: self.port,
            state_file: self.data.is_some().then(|| folder.join("sandbox.json")),
            program: Some(desk(&database, &people, self.config.as_deref())?),
            people,
            ..Options::default()
        };
        let sandbox = Sandbox::start(options).await.map_err(|error| match error {
            StartError::PortInUse { port } => DemoError::PortInUse(port),
            other => DemoError::Sandbox(other),
        })?;
        let started = sandbox.start_program().await;
        let told = match started {
            Ok(_) => tell(out, &sandbox.page_url(), &self.data(&folder)),
            Err(_) => Ok(()),
        };
        if started.is_ok() && told.is_ok() {
            // The terminal's end is the demo's: the desk itself would take it for a wish to reload.
            tokio::select! {
                () = signals.stop() => {}
                () = terminal.next() => {}
            }
        }
        sandbox.stop().await;
        started.map_err(DemoError::Desk)?;
        Ok(told?)
    }
}

impl Demo {
    /// Where everything is, and for how long.
    fn data(&self, folder: &Path) -> String {
        let folder = folder.display();
        match (&self.data, &self.database) {
            (Some(_), Some(database)) => format!(
                "The chats are in {folder}, the database is {}; both stay there.",
                shown(database)
            ),
            (Some(_), None) => {
                format!("The chats and the database are in {folder} and stay there.")
            }
            (None, _) => format!(
                "The database is in {folder} and goes with the demo;\n`frontdesk demo --data DIR` \
                 keeps chats and database for the next time."
            ),
        }
    }
}

/// The folder, made if it is not there, as an absolute path: the desk is another process.
fn made(folder: &Path) -> Result<PathBuf, DemoError> {
    std::fs::create_dir_all(folder)
        .and_then(|()| folder.canonicalize())
        .map_err(|problem| DemoError::Folder {
            path: folder.to_owned(),
            problem,
        })
}

/// Makes sure that no other demo keeps its chats in the folder, until this is dropped.
fn taken(folder: &Path) -> Result<File, DemoError> {
    let lock = File::create(folder.join("demo.lock"))?;
    match lock.try_lock() {
        Err(TryLockError::WouldBlock) => Err(DemoError::FolderInUse(folder.to_owned())),
        // A file system without locks has none to respect.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(lock),
    }
}

/// The desk as the sandbox starts it.
fn desk(
    database: &str,
    people: &[PersonSpec],
    config: Option<&Path>,
) -> io::Result<frontdesk_sandbox::Program> {
    let mut argv = vec![OsString::from(std::env::current_exe()?)];
    if let Some(config) = config {
        argv.extend(["--config".into(), config.into()]);
    }
    let admins = people.iter().filter(|person| person.role == Role::Admin);
    let admins: Vec<String> = admins.map(|admin| admin.id.to_string()).collect();
    Ok(frontdesk_sandbox::Program {
        argv,
        env: [
            ("FRONTDESK_TELEGRAM__TOKEN", "{token}"),
            ("FRONTDESK_TELEGRAM__API_URL", "{api_url}"),
            ("FRONTDESK_DATABASE__URL", database),
            ("FRONTDESK_DATABASE__MIGRATE", "true"),
            ("FRONTDESK_DESK__ADMINS", admins.join(",").as_str()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
    })
}

/// Says where the page is, what to try there, and how to go on from here.
fn tell(out: &mut impl Write, page: &str, data: &str) -> io::Result<()> {
    writeln!(
        out,
        "
Frontdesk runs in a sandbox: no bot token, and nothing leaves this machine.

    Open  {page}

What to try there:
  1. As Emma (or Анна, in Russian), a user: just write what is wrong, open a ticket with it,
     add a photo.
  2. As Kate (or Олег), an admin: press Start, as Telegram asks of everybody first, then
     Answer under the notice, and write.
  3. As Emma again: read the answer, write more, press buttons twice.
  4. Stop the desk, or kill it, in the middle of anything; start it again: nothing is lost.

{data}

With a bot of your own: take a token from @BotFather, and with your Telegram id run
    FRONTDESK_TELEGRAM__TOKEN=TOKEN FRONTDESK_DESK__ADMINS=ID frontdesk
From a clone, `cargo run --release` takes the place of `frontdesk`.

Ctrl-C ends the demo.
"
    )?;
    out.flush()
}
