//! Intake between a server of a few lines and a database of a few lines, with real sessions.

mod stories;

use std::collections::{HashMap, HashSet};
use std::sync::Mutex;
use std::time::Duration;

use actix::Addr;
use chrono::TimeDelta;
use frontdesk_desk::conversation::Conversation;
use frontdesk_desk::ids::{PersonId, UpdateId, Version};
use frontdesk_desk::ticket::{Category, Lang, Time};
use frontdesk_desk::{Facts, Settings};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::*;
use crate::notifier::{AnswerQuery, AwaitRecord, Deliver};
use crate::session::{self, Sizes};
use crate::store::quarantine::Quarantined;
use crate::store::{StoreError, Trouble};
use crate::telegram::stub::{Answer, Stub};
use crate::tickets::{
    Commit, Committed, Load, QuarantineId, Queued, Read, Screen, StoredConversation, UnshownScreen,
};

/// What the database holds.
#[derive(Default)]
struct Rows {
    /// Committed updates with their persons, in order.
    committed: Vec<(UpdateId, PersonId)>,
    aside: Vec<PutAside>,
    attempts: HashMap<UpdateId, u32>,
    retries: Vec<Quarantined>,
    retried: Vec<QuarantineId>,
    failed: Vec<RetryFailed>,
    remembered: HashMap<&'static str, String>,
    /// How many of the next commits the database cannot take.
    away: usize,
    /// Updates whose decision breaks a rule of the database.
    poison: HashSet<UpdateId>,
}

struct Tickets(Arc<Mutex<Rows>>);

impl Actor for Tickets {
    type Context = Context<Self>;
}

impl Handler<Load> for Tickets {
    type Result = Result<StoredConversation, StoreError>;

    fn handle(&mut self, _: Load, _: &mut Self::Context) -> Self::Result {
        Ok(StoredConversation {
            state: Conversation::default(),
            version: Version(0),
            me: None,
        })
    }
}

impl Handler<Read> for Tickets {
    type Result = Result<Box<Facts>, StoreError>;

    fn handle(&mut self, _: Read, _: &mut Self::Context) -> Self::Result {
        Ok(Box::default())
    }
}

impl Handler<Commit> for Tickets {
    type Result = Result<Committed, StoreError>;

    fn handle(&mut self, commit: Commit, _: &mut Self::Context) -> Self::Result {
        let mut rows = self.0.lock().unwrap();
        let decision = commit.decision;
        if rows.away > 0 {
            rows.away -= 1;
            return Err(StoreError::Unavailable(Trouble::Locked));
        }
        if rows.poison.contains(&decision.update) {
            return Err(StoreError::Rule("a constraint".to_owned()));
        }
        rows.retried.extend(decision.retry_of);
        rows.committed.push((decision.update, decision.person.id));
        Ok(Committed::Done {
            version: decision.on.next(),
            number: None,
            outcome: Box::new(decision.outcome),
            current: None,
            queued: Queued::default(),
        })
    }
}

impl Handler<Screen> for Tickets {
    type Result = Result<Option<UnshownScreen>, StoreError>;

    fn handle(&mut self, _: Screen, _: &mut Self::Context) -> Self::Result {
        Ok(None)
    }
}

impl Handler<Deliver> for Tickets {
    type Result = ();

    fn handle(&mut self, _: Deliver, _: &mut Self::Context) {}
}

impl Handler<AnswerQuery> for Tickets {
    type Result = ();

    fn handle(&mut self, _: AnswerQuery, _: &mut Self::Context) {}
}

impl Handler<AwaitRecord> for Tickets {
    type Result = ();

    fn handle(&mut self, _: AwaitRecord, _: &mut Self::Context) {}
}

impl Handler<PutAside> for Tickets {
    type Result = Result<(), StoreError>;

    fn handle(&mut self, aside: PutAside, _: &mut Self::Context) -> Self::Result {
        self.0.lock().unwrap().aside.push(aside);
        Ok(())
    }
}

impl Handler<Attempt> for Tickets {
    type Result = Result<Vec<(UpdateId, u32)>, StoreError>;

    fn handle(&mut self, attempt: Attempt, _: &mut Self::Context) -> Self::Result {
        let mut rows = self.0.lock().unwrap();
        let mut counted = Vec::new();
        for update in attempt.updates {
            let attempts = rows.attempts.entry(update).or_default();
            *attempts += 1;
            counted.push((update, *attempts));
        }
        Ok(counted)
    }
}

impl Handler<Retries> for Tickets {
    type Result = Result<Vec<Quarantined>, StoreError>;

    fn handle(&mut self, _: Retries, _: &mut Self::Context) -> Self::Result {
        Ok(std::mem::take(&mut self.0.lock().unwrap().retries))
    }
}

impl Handler<RetryFailed> for Tickets {
    type Result = Result<(), StoreError>;

    fn handle(&mut self, failed: RetryFailed, _: &mut Self::Context) -> Self::Result {
        self.0.lock().unwrap().failed.push(failed);
        Ok(())
    }
}

impl Handler<Recall> for Tickets {
    type Result = Result<Option<String>, StoreError>;

    fn handle(&mut self, recall: Recall, _: &mut Self::Context) -> Self::Result {
        let rows = self.0.lock().unwrap();
        Ok(rows.remembered.get(recall.what.as_str()).cloned())
    }
}

impl Handler<Remember> for Tickets {
    type Result = Result<(), StoreError>;

    fn handle(&mut self, remember: Remember, _: &mut Self::Context) -> Self::Result {
        let mut rows = self.0.lock().unwrap();
        let (what, value) = (remember.what.as_str(), remember.value);
        rows.remembered.insert(what, value);
        Ok(())
    }
}

/// An intake with all around it.
struct Desk {
    rows: Arc<Mutex<Rows>>,
    intake: Addr<Intake>,
    stub: Stub,
    clock: Clock,
    ended: oneshot::Receiver<Result<(), IntakeError>>,
    /// Whether it is the desk that polls.
    sends: watch::Sender<bool>,
}

impl Desk {
    /// Starts an intake whose polls are answered in turn; after the last one Telegram is silent.
    /// Other methods are done.
    async fn start(answers: Vec<Answer>, rows: Rows, unclean: bool) -> Self {
        let mut answers = answers.into_iter();
        let never = Arc::new(Notify::new());
        let stub = Stub::start(move |method, parameters| match method {
            "getupdates" if parameters["timeout"] != 0 => answers
                .next()
                .unwrap_or_else(|| Answer::OkAfter(never.clone(), json!([]))),
            "getupdates" => Answer::Ok(json!([])),
            "setmycommands" if parameters["scope"]["chat_id"] == 202 => {
                Answer::Refused(400, "Bad Request: chat not found")
            }
            _ => Answer::Ok(json!(true)),
        })
        .await;
        let rows = Arc::new(Mutex::new(rows));
        let tickets = Tickets(rows.clone()).start();
        let clock = Clock::manual(noon());
        let settings = LiveSettings::new(Settings {
            admins: vec![PersonId(201), PersonId(202)],
            categories: vec![Category("general".to_owned())],
            language: Lang::En,
            timezone: "UTC".parse().unwrap(),
            admin_names: false,
            person_per_minute: 0,
        });
        let around = session::Neighbours {
            load: tickets.clone().recipient(),
            read: tickets.clone().recipient(),
            commit: tickets.clone().recipient(),
            screen: tickets.clone().recipient(),
            deliver: tickets.clone().recipient(),
            answer: tickets.clone().recipient(),
            recorded: tickets.clone().recipient(),
            clock: clock.clone(),
            settings: settings.clone(),
        };
        let sizes = Sizes {
            most_alive: 10,
            idle_after: Duration::from_secs(60),
            mailbox: 16,
        };
        let arbiters = vec![actix_rt::Arbiter::current()];
        let neighbours = Neighbours {
            client: stub.client.clone(),
            sessions: Sessions::new(arbiters, around, sizes),
            put_aside: tickets.clone().recipient(),
            attempt: tickets.clone().recipient(),
            retries: tickets.clone().recipient(),
            retry_failed: tickets.clone().recipient(),
            recall: tickets.clone().recipient(),
            remember: tickets.recipient(),
            clock: clock.clone(),
            settings,
        };
        let settings = IntakeSettings {
            batch: 100,
            unclean,
        };
        let sends = watch::Sender::new(true);
        let mode = Mode::Polling {
            replace_webhook: false,
            sends: sends.subscribe(),
        };
        let (told, ended) = oneshot::channel();
        Self {
            intake: Intake::new(neighbours, settings, mode, told).start(),
            rows,
            stub,
            clock,
            ended,
            sends,
        }
    }

    /// Waits until Telegram was polled so often.
    async fn polled(&self, times: usize) {
        let mut seen = 0;
        while self.polls().len() < times {
            seen = self.stub.requests().len().max(seen) + 1;
            self.stub.asked(seen).await;
        }
    }

    /// The offsets of the long polls.
    fn polls(&self) -> Vec<Option<i64>> {
        let requests = self.stub.requests();
        let polls = requests
            .iter()
            .filter(|(method, parameters)| method == "getupdates" && parameters["timeout"] != 0);
        polls
            .map(|(_, parameters)| parameters["offset"].as_i64())
            .collect()
    }

    fn rows<T>(&self, look: impl FnOnce(&Rows) -> T) -> T {
        look(&self.rows.lock().unwrap())
    }

    fn committed(&self) -> Vec<i64> {
        self.rows(|rows| rows.committed.iter().map(|(update, _)| update.0).collect())
    }

    /// Moves the clock until something is so.
    async fn advance_until(&self, is_so: impl Fn(&Self) -> bool) {
        while !is_so(self) {
            self.clock.advance(TimeDelta::seconds(1));
            tokio::task::yield_now().await;
        }
    }
}

fn noon() -> Time {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

fn text(update: i64, person: i64) -> Value {
    json!({"update_id": update, "message": {
        "message_id": update, "date": 1,
        "chat": {"id": person, "type": "private"},
        "from": {"id": person, "first_name": "Anna", "language_code": "en"},
        "text": "/start",
    }})
}

fn batch(updates: &[Value]) -> Answer {
    Answer::Ok(json!(updates))
}
