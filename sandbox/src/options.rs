//! What a sandbox is started with.

use std::{ffi::OsString, fmt, path::PathBuf, time::Duration};

use serde::{Deserialize, Serialize};

/// What [`Sandbox::start`](crate::Sandbox::start) needs to know.
#[derive(Clone)]
pub struct Options {
    /// The port on the loopback interface; 0 takes any free one.
    pub port: u16,
    /// The token of the bot. The digits before its colon are the bot's id.
    pub token: String,
    /// The username of the bot, without `@`.
    pub bot_username: String,
    /// The people of the sandbox. Each has a private chat with the bot, under the person's id.
    pub people: Vec<PersonSpec>,
    /// Where chats, waiting updates and files are kept: read at the start if it exists, written in
    /// the background after changes and at the end.
    pub state_file: Option<PathBuf>,
    /// The program that the page may start, stop and kill.
    pub program: Option<Program>,
    /// The pause before an update is posted again to a webhook that did not take it, 1 s with
    /// Telegram; each further one is twice as long, up to 64 times the first.
    pub webhook_pause: Duration,
    /// How many Bot API calls are remembered.
    pub kept_calls: usize,
    /// How many messages of each chat are remembered, the newest; older ones are as if they had been
    /// deleted. Without a number all are, which a million calls turn into a gigabyte or two. Files
    /// that people send are kept in any case.
    pub kept_messages: Option<usize>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            port: 0,
            token: DEFAULT_TOKEN.to_owned(),
            bot_username: "frontdesk_demo_bot".to_owned(),
            people: PersonSpec::defaults(),
            state_file: None,
            program: None,
            webhook_pause: Duration::from_secs(1),
            kept_calls: 10_000,
            kept_messages: None,
        }
    }
}

/// The token of the default [`Options`]. It is worth nothing anywhere else.
pub const DEFAULT_TOKEN: &str = "1000001:sandbox-token-for-trying-out";

/// `Debug` leaves the token out.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("port", &self.port)
            .field("bot_username", &self.bot_username)
            .field("people", &self.people.len())
            .field("state_file", &self.state_file)
            .finish_non_exhaustive()
    }
}

/// Whom a person plays. It orders and labels people on the page and means nothing to the bot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Someone who asks.
    #[default]
    User,
    /// Someone who answers.
    Admin,
}

/// A person of the sandbox.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonSpec {
    /// The Telegram id; the private chat with the bot has the same one.
    pub id: i64,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: Option<String>,
    /// The username, without `@`.
    pub username: Option<String>,
    /// The IETF language tag of the person's client.
    pub language_code: Option<String>,
    /// Whom the person plays.
    #[serde(default)]
    pub role: Role,
}

impl PersonSpec {
    /// A user with an id and a first name, and nothing more.
    pub fn new(id: i64, first_name: impl Into<String>) -> PersonSpec {
        PersonSpec {
            id,
            first_name: first_name.into(),
            last_name: None,
            username: None,
            language_code: None,
            role: Role::User,
        }
    }

    /// Sets the language of the person's client.
    pub fn language(self, code: impl Into<String>) -> PersonSpec {
        PersonSpec {
            language_code: Some(code.into()),
            ..self
        }
    }

    /// Makes the person an admin.
    pub fn admin(self) -> PersonSpec {
        PersonSpec {
            role: Role::Admin,
            ..self
        }
    }

    /// The people of the default [`Options`]: a Russian and an English user, and two such admins.
    pub fn defaults() -> Vec<PersonSpec> {
        let person = |id, first: &str, last: &str, username: &str, language: &str| PersonSpec {
            last_name: Some(last.to_owned()),
            username: Some(username.to_owned()),
            ..PersonSpec::new(id, first).language(language)
        };
        vec![
            person(101, "Анна", "Смирнова", "anna", "ru"),
            person(102, "Emma", "Brown", "emma", "en"),
            person(201, "Олег", "Петров", "oleg", "ru").admin(),
            person(202, "Kate", "Miller", "kate", "en").admin(),
        ]
    }

    /// First and last name.
    pub fn full_name(&self) -> String {
        match &self.last_name {
            Some(last) => format!("{} {last}", self.first_name),
            None => self.first_name.clone(),
        }
    }
}

/// A program that runs as a child of the sandbox: the bot under test.
///
/// In arguments and values `{api_url}` and `{token}` stand for the address of the Bot API server
/// and the token of the bot.
#[derive(Clone, Default)]
pub struct Program {
    /// The program and its arguments.
    pub argv: Vec<OsString>,
    /// What is added to its environment.
    pub env: Vec<(String, String)>,
}

/// `Debug` leaves out the environment, which may hold secrets.
impl fmt::Debug for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Program")
            .field("argv", &self.argv)
            .finish_non_exhaustive()
    }
}
