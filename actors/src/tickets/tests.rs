//! The actor as its neighbours meet it.

use actix::Addr;
use chrono::DateTime;
use frontdesk_desk::Outcome;
use frontdesk_desk::ids::{BotId, ChatId, ChatMessageId, PersonId, Version};
use frontdesk_desk::input::Person;
use frontdesk_desk::notice::{Body, Lane, NewNotice};
use frontdesk_desk::screen::{Screen as View, Show};
use frontdesk_desk::ticket::Time;
use tempfile::TempDir;

use super::*;
use crate::store::{DbSettings, migrate};

const ANNA: PersonId = PersonId(1);

fn now() -> Time {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

async fn open(folder: &TempDir) -> Db {
    let url = format!("sqlite:{}", folder.path().join("desk.db").display());
    let db = Db::open(&DbSettings { url, readers: 2 }).await.unwrap();
    migrate::ready(&db, true).await.unwrap();
    db
}

fn actor(db: Db) -> (Addr<Tickets>, Closed) {
    let tickets = Tickets::new(
        db,
        TicketsSettings {
            mailbox: 16,
            batch: 16,
        },
    );
    let closed = tickets.closed();
    (tickets.start(), closed)
}

fn start() -> Start {
    Start {
        bot: BotId(7),
        admins: vec![],
        at: now(),
    }
}

fn decision(update: i64, on: i64) -> Box<Decision> {
    let mut outcome = Outcome {
        show: Some(Show {
            screen: View::Support,
            pressed: None,
            waiting: None,
        }),
        ..Outcome::default()
    };
    outcome.notices.push(NewNotice {
        chat: ChatId(9),
        lane: Lane::Own,
        due: now(),
        ticket: None,
        message: None,
        album: None,
        body: Body::GroupGreeting,
    });
    Box::new(Decision {
        update: UpdateId(update),
        person: Person {
            id: ANNA,
            first_name: "Anna".to_owned(),
            last_name: None,
            username: None,
            language_code: None,
        },
        at: now(),
        on: Version(on),
        outcome,
        retry_of: None,
    })
}

#[actix::test]
async fn what_was_answered_is_there_after_a_stop() {
    let folder = TempDir::new().unwrap();
    let (tickets, closed) = actor(open(&folder).await);
    assert!(!tickets.send(start()).await.unwrap().unwrap().unclean);
    let fresh = tickets.send(Load { person: ANNA }).await.unwrap().unwrap();
    assert_eq!((fresh.version, fresh.me), (Version(0), None));
    let committed = tickets
        .send(Commit {
            decision: decision(1, 0),
        })
        .await
        .unwrap();
    assert!(matches!(
        committed,
        Ok(Committed::Done {
            number: Some(1),
            ..
        })
    ));

    let look = || Heads {
        after: None,
        most: 5,
        see_to: None,
    };
    let heads = tickets.send(look()).await.unwrap().unwrap();
    assert_eq!(heads.len(), 1);
    let take = || TakeDue {
        now: now(),
        notices: vec![heads[0].notice],
    };
    let due = tickets.send(take()).await.unwrap().unwrap();
    assert_eq!((due.len(), due[0].attempt), (1, 1));
    assert_eq!(tickets.send(look()).await.unwrap().unwrap(), []);
    let until = now() + chrono::TimeDelta::seconds(9);
    let hold = Hold { chat: None, until };
    let record = Record {
        at: now(),
        results: vec![Delivered {
            notice: due[0].id,
            chat: ChatId(9),
            result: DeliveryResult::Nothing,
        }],
        screens: Vec::new(),
        holds: vec![hold],
    };
    assert_eq!(tickets.send(record).await.unwrap().unwrap(), []);
    // It is over: nothing takes it any more.
    assert_eq!(tickets.send(take()).await.unwrap().unwrap(), []);
    let holds = async |now| tickets.send(Holds { now }).await.unwrap().unwrap();
    assert_eq!(holds(now()).await, [hold]);
    assert_eq!(holds(until).await, []);

    // The stop is asked for while a commit is under way: both are answered.
    let commit = tickets.send(Commit {
        decision: decision(2, 1),
    });
    let (commit, stop) = futures::join!(commit, tickets.send(Stop { at: now() }));
    assert!(matches!(
        commit.unwrap(),
        Ok(Committed::Done {
            number: Some(2),
            ..
        })
    ));
    assert_eq!(stop.unwrap(), Ok(()));
    assert!(closed.wait().await);
    assert!(tickets.send(Load { person: ANNA }).await.is_err());

    let (tickets, _) = actor(open(&folder).await);
    assert!(!tickets.send(start()).await.unwrap().unwrap().unclean);
    let screens = tickets.send(Screens).await.unwrap().unwrap();
    assert_eq!(screens.len(), 1);
    assert_eq!(screens[0].number, 2);
    let one = tickets
        .send(Screen { person: ANNA })
        .await
        .unwrap()
        .unwrap();
    assert_eq!(one.as_ref(), screens.first());
    let shown = Record {
        at: now(),
        results: Vec::new(),
        screens: vec![ScreenEnd {
            person: ANNA,
            number: 2,
            end: Shown::In(ChatMessageId(5)),
        }],
        holds: Vec::new(),
    };
    tickets.send(shown).await.unwrap().unwrap();
    assert_eq!(
        tickets
            .send(Screen { person: ANNA })
            .await
            .unwrap()
            .unwrap(),
        None
    );
    let load = tickets.send(Load { person: ANNA }).await.unwrap().unwrap();
    assert_eq!(load.version, Version(2));
    let repeat = tickets
        .send(Commit {
            decision: decision(2, 2),
        })
        .await
        .unwrap();
    assert_eq!(repeat, Ok(Committed::Repeat));
}

#[actix::test]
async fn many_commits_at_once_are_all_answered() {
    let folder = TempDir::new().unwrap();
    let (tickets, _) = actor(open(&folder).await);
    tickets.send(start()).await.unwrap().unwrap();
    // More than the mailbox and a group can hold.
    let commits = (1..=200).map(|number| {
        let mut decision = decision(number, 0);
        decision.person.id = PersonId(number);
        tickets.send(Commit { decision })
    });
    for committed in futures::future::join_all(commits).await {
        assert!(matches!(committed.unwrap(), Ok(Committed::Done { .. })));
    }
    assert_eq!(tickets.send(Screens).await.unwrap().unwrap().len(), 200);
}

#[actix::test]
async fn the_death_of_the_writer_is_noticed() {
    let closed = Closed::of(tokio::spawn(async { panic!("a fault of ours") }));
    assert!(!closed.clone().wait().await);
    assert!(!closed.wait().await);
}

#[actix::test]
async fn a_file_that_is_damaged_while_it_is_open_is_told_to_who_watches() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("desk.db");
    open(&folder).await.close().await;
    let db = open(&folder).await;
    let tickets = Tickets::new(
        db,
        TicketsSettings {
            mailbox: 16,
            batch: 16,
        },
    );
    let mut damage = tickets.damage();
    let tickets = tickets.start();
    tickets.send(start()).await.unwrap().unwrap();
    assert_eq!(*damage.borrow_and_update(), None);

    // All but the first page, which every connection has read already.
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..].fill(0xaa);
    std::fs::write(&path, bytes).unwrap();
    let read = tickets.send(Load { person: ANNA }).await.unwrap();
    let damaged = read.unwrap_err();
    assert!(damaged.is_final() && damaged.is_unavailable(), "{damaged}");
    assert!(damage.has_changed().unwrap());
    assert_eq!(damage.borrow_and_update().as_ref(), Some(&damaged));

    // The first one is kept, and told once.
    let again = tickets.send(Load { person: ANNA }).await.unwrap();
    assert!(again.is_err());
    assert!(!damage.has_changed().unwrap());
}
