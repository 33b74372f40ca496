//! The town of the stories: people with Telegram, the sandbox between them, and the whole desk in
//! process, on port 0, with a clock that the story moves.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::net::TcpListener;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use chrono::{TimeDelta, TimeZone, Utc};
use frontdesk::config::Config;
use frontdesk::program::{self, Program};
use frontdesk_actors::clock::Clock;
use frontdesk_actors::store::{Db, DbSettings, is_postgres};
use frontdesk_sandbox::{Options, Outgoing, Person, PersonSpec, Sandbox, SeenMessage};
use tempfile::TempDir;

use crate::postgres::{self, server};

/// Longer than anything takes; only a desk that hangs comes to it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// Анна, a Russian user.
pub(crate) const ANNA: i64 = 101;
/// Emma, an English user.
pub(crate) const EMMA: i64 = 102;
/// Олег, a Russian admin.
pub(crate) const OLEG: i64 = 201;
/// Kate, an English admin.
pub(crate) const KATE: i64 = 202;

/// Everything a story needs.
pub(crate) struct Town {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Clock,
    pub(crate) config: Config,
    desk: Option<Program>,
    folder: TempDir,
    film: RefCell<Film>,
    people: RefCell<Vec<i64>>,
}

/// What everybody did and saw, in order: each new or changed message of the bot, when it came.
#[derive(Default)]
struct Film {
    told: String,
    seen: HashMap<(i64, i64), String>,
    toasts: HashMap<i64, usize>,
}

/// One of its people, at their telephone.
pub(crate) struct Resident<'a> {
    town: &'a Town,
    person: Person,
}

impl Town {
    /// A town with both admins, three categories, and no limits but those that are set.
    pub(crate) async fn new() -> Self {
        Self::with("").await
    }

    /// The same, with more lines of configuration.
    pub(crate) async fn with(toml: &str) -> Self {
        Self::admins_and(&[OLEG, KATE], toml).await
    }

    /// With these admins.
    pub(crate) async fn admins_and(admins: &[i64], toml: &str) -> Self {
        let clock = Clock::manual(
            Utc.with_ymd_and_hms(2026, 11, 24, 9, 0, 0)
                .single()
                .expect("a date"),
        );
        let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
        let shown = clock.clone();
        sandbox.set_clock(move || shown.now());
        let folder = tempfile::tempdir().expect("a folder");
        let config = config(&sandbox, &folder, admins, toml);
        let mut town = Self {
            sandbox,
            clock,
            config,
            desk: None,
            folder,
            film: RefCell::default(),
            people: RefCell::new(vec![ANNA, EMMA, OLEG, KATE]),
        };
        // Admins of a real desk have pressed Start long ago.
        for admin in admins {
            town.sandbox.person(*admin).text("/start");
        }
        town.open().await;
        town.film.borrow_mut().told.clear();
        town
    }

    /// Starts the desk.
    pub(crate) async fn open(&mut self) {
        let desk = program::start(&self.config, self.clock.clone())
            .await
            .expect("the desk starts");
        self.desk = Some(desk);
        self.settle().await;
    }

    /// Stops the desk as an operator does.
    pub(crate) async fn close(&mut self) {
        if let Some(desk) = self.desk.take() {
            desk.stop().await.expect("a clean stop");
        }
    }

    /// Stops and starts the desk.
    pub(crate) async fn restart(&mut self) {
        self.close().await;
        self.open().await;
    }

    /// Starts it again with other admins.
    pub(crate) async fn restart_with_admins(&mut self, admins: &[i64]) {
        self.close().await;
        self.config = config(&self.sandbox, &self.folder, admins, "");
        self.open().await;
    }

    /// Starts it again with other lines of configuration.
    pub(crate) async fn restart_with(&mut self, toml: &str) {
        self.close().await;
        self.config = config(&self.sandbox, &self.folder, &[OLEG, KATE], toml);
        self.open().await;
    }

    /// Waits until every update is confirmed and everything due is delivered.
    pub(crate) async fn settle(&self) {
        let desk = self.desk.as_ref().expect("the desk is open");
        self.sandbox
            .wait_until(PATIENCE, |sandbox| sandbox.pending_updates() == 0)
            .await
            .expect("every update is confirmed");
        tokio::time::timeout(PATIENCE, desk.settled())
            .await
            .expect("everything due is delivered");
        self.watch();
    }

    /// Lets time pass.
    pub(crate) async fn later(&self, by: TimeDelta) {
        let _ = writeln!(
            self.film.borrow_mut().told,
            "\n({} s later)",
            by.num_seconds()
        );
        self.clock.advance(by);
        self.settle().await;
    }

    /// Its settings.
    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// The desk's database.
    pub(crate) async fn database(&self) -> Db {
        let url = self.config.database.url.clone();
        let settings = DbSettings { url, readers: 1 };
        Db::open(&settings).await.expect("the database")
    }

    /// The texts that a query finds in the desk's database.
    pub(crate) fn rows(&self, query: &str) -> Vec<String> {
        if is_postgres(&self.config.database.url) {
            return server::texts(&self.config.database.url, query);
        }
        let file = self.folder.path().join("desk.db");
        let file = rusqlite::Connection::open(file).expect("the database");
        let mut query = file.prepare(query).expect("a query");
        let rows = query.query_map((), |row| row.get(0)).expect("rows");
        rows.collect::<Result<_, _>>().expect("texts")
    }

    /// One of its people.
    pub(crate) fn person(&self, id: i64) -> Resident<'_> {
        Resident {
            town: self,
            person: self.sandbox.person(id),
        }
    }

    /// A newcomer.
    pub(crate) fn newcomer(&self, id: i64, name: &str, language: &str) -> Resident<'_> {
        self.people.borrow_mut().push(id);
        Resident {
            town: self,
            person: self
                .sandbox
                .add_person(PersonSpec::new(id, name).language(language)),
        }
    }

    /// All that was done and seen, in order: what a story compares with its file.
    pub(crate) fn story(&self) -> String {
        self.film.borrow().told.clone()
    }

    /// Writes down what somebody does.
    fn note(&self, person: &Person, does: &str) {
        let name = self.name(person.id());
        let _ = writeln!(self.film.borrow_mut().told, "\n{name} {does}");
    }

    /// Writes down what everybody sees that they did not see before.
    fn watch(&self) {
        let mut film = self.film.borrow_mut();
        for id in self.people.borrow().iter().copied() {
            let person = self.sandbox.person(id);
            let name = self.name(id);
            let notices = person.notices();
            let shown = film.toasts.insert(id, notices.len()).unwrap_or_default();
            for notice in notices.iter().skip(shown) {
                let _ = writeln!(film.told, "  {name} * {}", notice.text);
            }
            let messages = person.messages();
            let there: Vec<i64> = messages.iter().map(|message| message.id).collect();
            let gone: Vec<_> = film
                .seen
                .keys()
                .filter(|(chat, message)| *chat == id && !there.contains(message))
                .copied()
                .collect();
            for key in gone {
                let text = film.seen.remove(&key).unwrap_or_default();
                let first = text.lines().next().unwrap_or_default().to_owned();
                let _ = writeln!(film.told, "  {name} no longer sees: {first}");
            }
            for message in messages {
                let looks = look(&message);
                let before = film.seen.insert((id, message.id), looks.clone());
                if before.as_ref() == Some(&looks) || looks.is_empty() {
                    continue;
                }
                // The buttons that a former screen loses say nothing new.
                if before.is_some_and(|before| before.starts_with(&looks)) {
                    continue;
                }
                let mut lines = looks.lines();
                let first = lines.next().unwrap_or_default();
                let _ = writeln!(film.told, "  {name} < {first}");
                for line in lines {
                    let _ = writeln!(film.told, "{}", format!("      {line}").trim_end());
                }
            }
        }
    }

    fn name(&self, id: i64) -> &'static str {
        match id {
            ANNA => "Анна",
            EMMA => "Emma",
            OLEG => "Олег",
            KATE => "Kate",
            _ => "Newcomer",
        }
    }
}

/// A port that nobody uses, below those that the system gives away by itself: so no other test gets it
/// before the desk listens there.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    // Another process runs the same tests in a range of its own.
    let range = 20_000 + u16::try_from(std::process::id() % 120).unwrap_or(0) * 100;
    loop {
        let port = range + NEXT.fetch_add(1, Ordering::Relaxed) % 100;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// The lines of configuration for updates that are posted.
pub(crate) fn webhook(port: u16) -> String {
    format!(
        "telegram.mode = \"webhook\"\n\
         telegram.webhook.url = \"http://127.0.0.1:{port}/telegram\"\n\
         telegram.webhook.listen = \"127.0.0.1:{port}\""
    )
}

/// A message as its reader sees it: of their own ones only the reactions.
fn look(message: &SeenMessage) -> String {
    if !message.from_bot {
        let reactions = message.reactions.join(" ");
        return match reactions.is_empty() {
            true => String::new(),
            false => format!("{reactions} (on: {})", message.text),
        };
    }
    let mut looks = String::new();
    if message.media.is_some() {
        let _ = write!(looks, "[{}] ", message.kind);
    }
    looks.push_str(&message.text);
    for row in &message.buttons {
        let row: Vec<_> = row.iter().map(|button| button.text.as_str()).collect();
        let _ = write!(looks, "\n[{}]", row.join(" | "));
    }
    looks
}

fn config(sandbox: &Sandbox, folder: &TempDir, admins: &[i64], more: &str) -> Config {
    let database = postgres::url(folder.path());
    // The clock stands still in a story: without this, all of it would be one minute.
    let pace = match more.contains("limits.person_per_minute") {
        true => "",
        false => "limits.person_per_minute = 0",
    };
    let limits = match more.contains("limits.global_per_second") {
        true => "",
        false => "limits.global_per_second = 0\nlimits.chat_per_second = 0",
    };
    let toml = format!(
        "telegram.token = {token:?}\n\
         telegram.api_url = {url:?}\n\
         database.url = {database:?}\n\
         desk.admins = {admins:?}\n\
         {limits}\n\
         {pace}\n\
         {more}\n",
        token = sandbox.token(),
        url = sandbox.api_url(),
    );
    Config::from_toml(&toml).expect("a configuration")
}

impl Resident<'_> {
    /// Writes, and waits for the answer.
    pub(crate) async fn writes(&self, text: &str) -> i64 {
        self.town.note(&self.person, &format!("writes: {text}"));
        let message = self.person.text(text);
        self.town.settle().await;
        message
    }

    /// Sends anything, and waits for the answer.
    pub(crate) async fn sends(&self, outgoing: Outgoing) -> i64 {
        self.town.note(&self.person, "sends something else");
        let message = self.person.send(outgoing);
        self.town.settle().await;
        message
    }

    /// Sends an album; what it causes waits for its items to be together.
    pub(crate) async fn sends_album(&self, items: Vec<Outgoing>) -> Vec<i64> {
        self.town.note(&self.person, "sends an album");
        let messages = self.person.album(items);
        self.town.settle().await;
        self.town.later(TimeDelta::seconds(4)).await;
        messages
    }

    /// Telegram's reply to the newest message of the bot that says this.
    pub(crate) async fn replies_to(&self, says: &str, text: &str) -> i64 {
        let to = self.message_that_says(says).id;
        self.town
            .note(&self.person, &format!("replies to \"{says}\": {text}"));
        let message = self.person.reply(to, text);
        self.town.settle().await;
        message
    }

    /// Edits a message.
    pub(crate) async fn edits(&self, message: i64, text: &str) {
        self.town
            .note(&self.person, &format!("edits a message: {text}"));
        self.person.edit(message, text);
        self.town.settle().await;
    }

    /// Presses the newest button with this label.
    pub(crate) async fn presses(&self, label: &str) {
        self.town.note(&self.person, &format!("presses [{label}]"));
        if let Err(error) = self.person.press_label(label) {
            panic!("{error}: no button {label:?} in\n{}", self.transcript());
        }
        self.town.settle().await;
    }

    /// Presses a button twice before the first press is answered.
    pub(crate) async fn presses_twice(&self, label: &str) {
        self.town
            .note(&self.person, &format!("presses [{label}] twice"));
        let (message, data) = self.button(label);
        self.person.press(message, &data);
        self.person.press(message, &data);
        self.town.settle().await;
    }

    /// The message and the data of the newest button with this label.
    pub(crate) fn button(&self, label: &str) -> (i64, String) {
        self.person
            .messages()
            .iter()
            .rev()
            .find_map(|message| Some((message.id, message.button(label)?.to_owned())))
            .unwrap_or_else(|| panic!("no button {label:?} in\n{}", self.transcript()))
    }

    /// Presses a button as it was, wherever it is now.
    pub(crate) async fn presses_old(&self, (message, data): &(i64, String)) {
        self.town
            .note(&self.person, &format!("presses what carries {data:?}"));
        self.person.press_forged(*message, data);
        self.town.settle().await;
    }

    /// Blocks the bot.
    pub(crate) async fn blocks(&self) {
        self.town.note(&self.person, "blocks the bot");
        self.person.block();
        self.town.settle().await;
    }

    /// Lifts the block.
    pub(crate) async fn unblocks(&self) {
        self.town.note(&self.person, "lifts the block");
        self.person.unblock();
        self.town.settle().await;
    }

    /// The chat as they see it.
    pub(crate) fn transcript(&self) -> String {
        self.person.transcript().to_string()
    }

    /// What they see now.
    pub(crate) fn messages(&self) -> Vec<SeenMessage> {
        self.person.messages()
    }

    /// The newest message of the bot.
    pub(crate) fn last(&self) -> SeenMessage {
        self.person.last_from_bot().unwrap_or_else(|| {
            panic!("the bot wrote nothing to {}", self.person.id());
        })
    }

    /// The newest message of the bot that says this.
    pub(crate) fn message_that_says(&self, says: &str) -> SeenMessage {
        self.messages()
            .into_iter()
            .rev()
            .find(|message| message.from_bot && message.text.contains(says))
            .unwrap_or_else(|| panic!("nothing says {says:?} in\n{}", self.transcript()))
    }

    /// Whether anything in the chat says this.
    pub(crate) fn reads(&self, says: &str) -> bool {
        self.messages()
            .iter()
            .any(|message| message.from_bot && message.text.contains(says))
    }

    /// Fails unless something in the chat says this.
    pub(crate) fn must_read(&self, says: &str) {
        assert!(
            self.reads(says),
            "{says:?} is not in\n{}",
            self.transcript()
        );
    }

    /// Fails if anything in the chat says this.
    pub(crate) fn must_not_read(&self, says: &str) {
        assert!(!self.reads(says), "{says:?} is in\n{}", self.transcript());
    }

    /// The sandbox's handle, for what stories do seldom.
    pub(crate) fn person(&self) -> &Person {
        &self.person
    }

    /// Opens a ticket by the form, in English.
    pub(crate) async fn opens_ticket(&self, subject: &str, description: &str) {
        self.writes("/new").await;
        self.presses("General").await;
        self.writes(subject).await;
        self.writes(description).await;
    }

    /// Opens a ticket by the form, in Russian.
    pub(crate) async fn opens_ticket_ru(&self, subject: &str, description: &str) {
        self.writes("/new").await;
        self.presses("Общие").await;
        self.writes(subject).await;
        self.writes(description).await;
    }
}
