//! The store against real databases: what the tests share.

mod bans;
mod cluster;
mod commit;
mod conversation;
mod facts;
mod former;
mod gather;
mod group;
mod held;
mod outbox;
mod postgres;
mod reader;
mod redeliver;
mod schema;
mod search;
mod sending;
mod server;
mod state;
mod statistics;

use chrono::{DateTime, TimeDelta};
use frontdesk_desk::Outcome;
use frontdesk_desk::content::{Content, Source};
use frontdesk_desk::ids::{
    BotId, ChatId, ChatMessageId, MessageRef, NoticeId, PersonId, TicketId, TicketRef, UpdateId,
    Version,
};
use frontdesk_desk::input::Person;
use frontdesk_desk::notice::{Body, Lane, NewNotice, Part, Why};
use frontdesk_desk::outcome::{NewEvent, NewMessage, TicketChange};
use frontdesk_desk::screen::{Screen, Show};
use frontdesk_desk::ticket::{Category, Happened, Priority, SenderType, Status, Ticket, Time};
use frontdesk_desk::{Facts, Need};
use sqlx::AssertSqlSafe;
use tempfile::TempDir;

use super::types::{
    Committed, Decision, Delivered, DeliveryResult, DueNotice, Head, Hold, Queued, ScreenEnd,
    Shown, StoredConversation,
};
use super::writer::{Done, Work, Writer};
use super::{Db, DbSettings, StoreError, facts as store_facts, migrate, reads};
use crate::store::sql;
use crate::tickets::{Record, Start, TakeOver};

/// The bot of all tests.
const BOT: BotId = BotId(7000);
/// A user.
const ANNA: PersonId = PersonId(1);
/// Another user.
const BORIS: PersonId = PersonId(2);
/// An admin.
const VERA: PersonId = PersonId(11);
/// Another admin.
const GLEB: PersonId = PersonId(12);

/// A moment, so many seconds after a fixed one.
fn at(seconds: i64) -> Time {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
}

/// The notices that were due and taken, and when the next one is due.
struct Due {
    notices: Vec<DueNotice>,
    next: Option<Time>,
}

/// A fresh database in a folder of its own, with a started writer.
struct Rig {
    folder: TempDir,
    db: Db,
    writer: Writer,
}

/// A file in the folder, or the folder's database of the server that all tests run on this time.
fn settings(folder: &TempDir) -> DbSettings {
    let url = match server::of_this_run(folder.path()) {
        Some(url) => url,
        None => format!("sqlite:{}", folder.path().join("desk.db").display()),
    };
    DbSettings { url, readers: 2 }
}

impl Rig {
    async fn new() -> Self {
        let rig = Self::in_folder(TempDir::new().unwrap()).await;
        rig.start(&[VERA, GLEB], at(0)).await.unwrap();
        rig
    }

    async fn in_folder(folder: TempDir) -> Self {
        let db = Db::open(&settings(&folder)).await.unwrap();
        migrate::up(&db).await.unwrap();
        let (writer, _) = Writer::start(db.clone(), 64);
        Self { folder, db, writer }
    }

    async fn start(&self, admins: &[PersonId], at: Time) -> Result<bool, StoreError> {
        let start = Start {
            bot: BOT,
            admins: admins.to_vec(),
            at,
        };
        let started = self.writer.run(Work::Start(start), Done::started).await?;
        assert!(self.db.try_to_send().await?);
        let take_over = Work::TakeOver(TakeOver { at });
        self.writer.run(take_over, Done::nothing).await?;
        Ok(started.unclean)
    }

    async fn commit(&self, decision: Decision) -> Committed {
        self.try_commit(decision).await.unwrap()
    }

    async fn try_commit(&self, decision: Decision) -> Result<Committed, StoreError> {
        self.writer
            .run(Work::Commit(Box::new(decision)), Done::committed)
            .await
    }

    /// Commits, and expects it to be stored.
    async fn done(&self, decision: Decision) -> Outcome {
        match self.commit(decision).await {
            Committed::Done { outcome, .. } => *outcome,
            other => panic!("not stored: {other:?}"),
        }
    }

    async fn load(&self, person: PersonId) -> StoredConversation {
        reads::conversation(&self.db, person).await.unwrap()
    }

    async fn facts(&self, person: PersonId, needs: &[Need]) -> Facts {
        store_facts::read(&self.db, person, needs).await.unwrap()
    }

    /// Looks for due notices and takes them, first lanes first.
    async fn take(&self, now: Time) -> Due {
        let heads = reads::heads(&self.db, None, 100).await.unwrap();
        let (mut due, later): (Vec<Head>, Vec<Head>) =
            heads.into_iter().partition(|head| head.due <= now);
        due.sort_by_key(|head| (head.lane, head.notice));
        let notices: Vec<NoticeId> = due.iter().map(|head| head.notice).collect();
        let mut taken = self.take_these(&notices, now).await;
        taken.sort_by_key(|taken| notices.iter().position(|id| *id == taken.id));
        Due {
            notices: taken,
            next: later.iter().map(|head| head.due).min(),
        }
    }

    /// Takes these notices, as the actor does.
    async fn take_these(&self, notices: &[NoticeId], now: Time) -> Vec<DueNotice> {
        let take = Work::Take {
            notices: notices.to_vec(),
            now,
        };
        let taken = self.writer.run(take, Done::taken).await.unwrap();
        reads::taken(&self.db, &taken).await.unwrap()
    }

    async fn record(&self, at: Time, results: Vec<Delivered>) -> Vec<Head> {
        let record = Record {
            at,
            results,
            screens: Vec::new(),
            holds: Vec::new(),
        };
        self.writer
            .run(Work::Record(record), Done::heads)
            .await
            .unwrap()
    }

    async fn shown(&self, person: PersonId, number: i64, message: i64, at: Time) {
        let end = Shown::In(ChatMessageId(message));
        self.ended(person, number, end, at).await;
    }

    async fn ended(&self, person: PersonId, number: i64, end: Shown, at: Time) {
        let screen = ScreenEnd {
            person,
            number,
            end,
        };
        let record = Record {
            at,
            results: Vec::new(),
            screens: vec![screen],
            holds: Vec::new(),
        };
        let heads = self.writer.run(Work::Record(record), Done::heads).await;
        assert_eq!(heads.unwrap(), []);
    }

    /// Whether the database is a file.
    fn of_file(&self) -> bool {
        matches!(self.db, Db::Sqlite(_))
    }

    /// Every row of every table, as text.
    async fn dump(&self) -> Vec<String> {
        if !self.of_file() {
            return server::dump(&settings(&self.folder).url, &["_sqlx_migrations"]);
        }
        let mut tx = self.db.read().await.unwrap();
        let tables = sql::query(
            "SELECT m.name, group_concat(c.name) AS columns
             FROM sqlite_master AS m, pragma_table_info(m.name) AS c
             WHERE m.type = 'table' AND m.name NOT LIKE '\\_sqlx%' ESCAPE '\\'
               AND m.name NOT LIKE 'ticket\\_subjects%' ESCAPE '\\'
             GROUP BY m.name ORDER BY m.name",
        )
        .fetch_all(&mut tx)
        .await
        .unwrap();
        let mut all = Vec::new();
        for table in &tables {
            let name: String = table.try_get("name").unwrap();
            let columns: String = table.try_get("columns").unwrap();
            let query = format!("SELECT json_array({columns}) AS row FROM {name} ORDER BY 1");
            let rows: Vec<String> = sql::query_scalar(AssertSqlSafe(query))
                .fetch_all(&mut tx)
                .await
                .unwrap();
            all.extend(rows.iter().map(|row| format!("{name} {row}")));
        }
        all
    }

    /// What no work of the desk would write.
    async fn execute(&self, query: &'static str) {
        let mut tx = self.db.write().await.unwrap();
        sql::query(query).execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
    }

    async fn count(&self, query: &'static str) -> i64 {
        let mut tx = self.db.read().await.unwrap();
        sql::query_scalar(query).fetch_one(&mut tx).await.unwrap()
    }
}

fn person(id: PersonId) -> Person {
    Person {
        id,
        first_name: format!("Name{id}"),
        last_name: None,
        username: Some(format!("User{id}")),
        language_code: Some("ru".to_owned()),
    }
}

/// A decision that changes nothing but the conversation's version.
fn decision(update: i64, who: PersonId, on: i64, at: Time) -> Decision {
    let mut outcome = Outcome::default();
    outcome.person.reachable = Some(true);
    Decision {
        update: UpdateId(update),
        person: person(who),
        at,
        on: Version(on),
        outcome,
        retry_of: None,
    }
}

fn source(chat: PersonId, message: i64) -> Source {
    Source {
        chat: chat.chat(),
        message: ChatMessageId(message),
    }
}

fn message(
    sender: PersonId,
    sender_type: SenderType,
    number: i64,
    text: &str,
    at: Time,
) -> NewMessage {
    NewMessage {
        sender,
        sender_type,
        note: false,
        content: Content::plain(text),
        source: source(sender, number),
        album: None,
        at,
    }
}

fn new_ticket(user: PersonId, subject: &str, at: Time) -> Ticket {
    Ticket {
        id: TicketId(0),
        user,
        subject: subject.to_owned(),
        description: "what happened".to_owned(),
        status: Status::Open,
        priority: Priority::Normal,
        category: Category("general".to_owned()),
        assignee: None,
        created_at: at,
        updated_at: at,
        closed_at: None,
        first_answer_at: None,
        waiting_since: Some(at),
        unread: false,
        former_number: None,
        version: Version(1),
    }
}

fn event(by: PersonId, at: Time, what: Happened) -> NewEvent {
    NewEvent {
        by: Some(by),
        at,
        what,
    }
}

/// Opens a ticket with one message, tells an admin, and shows the confirmation.
fn opening(update: i64, user: PersonId, on: i64, subject: &str, at: Time) -> Decision {
    let mut decision = decision(update, user, on, at);
    decision.outcome.tickets.push(TicketChange {
        ticket: new_ticket(user, subject, at),
        messages: vec![message(user, SenderType::User, update, "what happened", at)],
        edits: Vec::new(),
        events: vec![event(user, at, Happened::Opened)],
    });
    decision.outcome.notices.push(NewNotice {
        message: Some(MessageRef::New(0)),
        ..relay(
            VERA.chat(),
            TicketRef::New(0),
            Part::Whole,
            Why::NewTicket,
            at,
        )
    });
    decision.outcome.show = Some(Show {
        screen: Screen::TicketOpened {
            ticket: TicketRef::New(0),
            subject: subject.to_owned(),
            status: Status::Open,
        },
        pressed: None,
        waiting: None,
    });
    decision
}

/// A change of a stored ticket.
fn change(ticket: &Ticket, at: Time, alter: impl FnOnce(&mut Ticket)) -> TicketChange {
    let mut ticket = ticket.clone();
    ticket.version = ticket.version.next();
    ticket.updated_at = at;
    alter(&mut ticket);
    TicketChange {
        ticket,
        messages: Vec::new(),
        edits: Vec::new(),
        events: Vec::new(),
    }
}

/// An admin's answer, passed on to the user in these parts.
fn answer(
    update: i64,
    admin: PersonId,
    on: i64,
    ticket: &Ticket,
    parts: &[Part],
    at: Time,
) -> Decision {
    let mut decision = decision(update, admin, on, at);
    let mut change = change(ticket, at, |ticket| {
        ticket.status = Status::InProgress;
        ticket.assignee = Some(admin);
        ticket.waiting_since = None;
        ticket.first_answer_at.get_or_insert(at);
        ticket.unread = true;
    });
    change
        .messages
        .push(message(admin, SenderType::Admin, update, "do this", at));
    change.events.push(event(admin, at, Happened::Answered));
    decision.outcome.tickets.push(change);
    for part in parts {
        decision.outcome.notices.push(NewNotice {
            message: Some(MessageRef::New(0)),
            ..relay(
                ticket.user.chat(),
                TicketRef::Id(ticket.id),
                *part,
                Why::Answer,
                at,
            )
        });
    }
    decision
}

fn relay(chat: ChatId, ticket: TicketRef, part: Part, why: Why, at: Time) -> NewNotice {
    NewNotice {
        chat,
        lane: Lane::Other,
        due: at,
        ticket: Some(ticket),
        message: None,
        album: None,
        body: Body::Relay { part, why },
    }
}

/// A notice that is about no ticket.
fn plain(chat: ChatId, lane: Lane, due: Time, emoji: &str) -> NewNotice {
    NewNotice {
        chat,
        lane,
        due,
        ticket: None,
        message: None,
        album: None,
        body: Body::React {
            message: ChatMessageId(1),
            emoji: emoji.to_owned(),
        },
    }
}

/// What `plain` notices say, in order.
fn emojis(due: &Due) -> Vec<&str> {
    due.notices
        .iter()
        .map(|notice| match &notice.body {
            Body::React { emoji, .. } => emoji.as_str(),
            _ => "other",
        })
        .collect()
}

/// These notices were sent, each as one message with this number.
fn sent(due: &Due, message: i64) -> Vec<Delivered> {
    results(due, || DeliveryResult::Sent {
        messages: vec![ChatMessageId(message)],
        linked: Vec::new(),
    })
}

fn results(due: &Due, result: impl Fn() -> DeliveryResult) -> Vec<Delivered> {
    due.notices
        .iter()
        .map(|notice| Delivered {
            notice: notice.id,
            chat: notice.chat,
            result: result(),
        })
        .collect()
}

/// The stored ticket.
async fn ticket(rig: &Rig, id: i64) -> Ticket {
    let facts = rig.facts(ANNA, &[Need::Ticket(TicketId(id))]).await;
    facts.tickets.into_iter().next().unwrap().0
}
