//! The desk that sends loses its place without being killed: its session is cut, its server restarts,
//! it stands still. Nothing stays behind, nothing comes twice, and somebody always sends.

use frontdesk_sandbox::{Fault, Sandbox};
use rustix::process::Signal;

use super::{Desk, Place};
use crate::postgres::server::{Server, texts};
use crate::town::{EMMA, KATE};

const WAITS: &str = "another desk sends; this one takes its place when it is gone";
const SENDS: &str = "this desk sends now";

/// A server and a place whose desks poll; the first one sends.
struct Town {
    server: Server,
    place: Place,
}

impl Town {
    async fn open() -> Option<(Self, Desk)> {
        let server = Server::own().await?;
        let mut place = Place::new().await;
        place.settings = vec![("FRONTDESK_DATABASE__URL", server.url("postgres"))];
        let desk = place.open();
        desk.says("the desk is open").await;
        Some((Self { server, place }, desk))
    }

    /// One that does not send.
    async fn another(&self) -> Desk {
        let desk = self.place.open();
        desk.says(WAITS).await;
        desk
    }

    /// Emma has a ticket that Kate has read of.
    async fn ticket(&self) {
        self.place.sandbox.person(KATE).text("/start");
        self.reads(KATE, "Admin menu").await;
        let emma = self.place.emma();
        emma.text("/new");
        self.place
            .until("the form", |sandbox| {
                let last = sandbox.person(EMMA).last_from_bot();
                last.is_some_and(|last| last.button("General").is_some())
            })
            .await;
        emma.press_label("General").expect("a button");
        self.reads(EMMA, "one line").await;
        emma.text("A subject");
        self.reads(EMMA, "A subject").await;
        emma.text("It hums");
        self.reads(EMMA, "#1").await;
        self.reads(KATE, "It hums").await;
        self.all_sent().await;
    }

    async fn reads(&self, person: i64, words: &str) {
        self.place
            .until(words, |sandbox| {
                let read = sandbox.person(person).transcript().to_string();
                sandbox.pending_updates() == 0 && read.contains(words)
            })
            .await;
    }

    /// Emma writes it, and the call that tells Kate is on its way.
    async fn on_its_way(&self, words: &str) {
        self.place.emma().text(words);
        self.until_count(
            "SELECT CAST(count(*) AS TEXT) FROM notices WHERE state = 'sending'",
            "1",
        )
        .await;
        let confirmed = |sandbox: &Sandbox| sandbox.pending_updates() == 0;
        self.place.until("it is confirmed", confirmed).await;
    }

    async fn all_sent(&self) {
        let waiting = "SELECT CAST(count(*) AS TEXT) FROM notices
                       WHERE state NOT IN ('sent', 'failed')";
        self.until_count(waiting, "0").await;
    }

    async fn until_count(&self, query: &str, count: &str) {
        let url = self.server.url("postgres");
        let reached = async {
            while texts(&url, query).concat() != count {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        };
        if tokio::time::timeout(super::PATIENCE, reached)
            .await
            .is_err()
        {
            panic!("{query} is not {count}");
        }
    }

    /// The server ends the session of the desk that sends.
    fn cut(&self) {
        texts(
            &self.server.url("postgres"),
            "SELECT CAST(pg_terminate_backend(pid, 10000) AS TEXT) FROM pg_locks
             WHERE locktype = 'advisory' AND classid = 1718579046 AND objid = 2",
        );
    }

    fn times(&self, person: i64, words: &str) -> usize {
        let read = self.place.sandbox.person(person).transcript().to_string();
        assert!(!read.contains("twice"), "{read}");
        read.lines().filter(|line| line.contains(words)).count()
    }
}

async fn kill(mut desk: Desk) {
    desk.tell(Signal::KILL);
    desk.child.wait().await.expect("an end");
}

#[actix_rt::test]
async fn a_desk_that_slept_through_the_reign_of_another_takes_up_what_that_one_left() {
    let Some((town, first)) = Town::open().await else {
        return;
    };
    town.ticket().await;
    let second = town.another().await;
    first.tell(Signal::STOP);
    town.cut();
    second.says(SENDS).await;
    town.place
        .sandbox
        .fail_next("*", Some(KATE), Fault::Hang, u32::MAX);
    town.on_its_way("still there").await;
    kill(second).await;
    town.place.sandbox.clear_faults();
    first.tell(Signal::CONT);
    first.says(SENDS).await;
    town.reads(KATE, "still there").await;
    town.all_sent().await;
    first.stops().await;
}

#[actix_rt::test]
async fn a_session_that_is_cut_makes_nothing_come_twice() {
    let Some((town, first)) = Town::open().await else {
        return;
    };
    town.ticket().await;
    let second = town.another().await;
    let slow = Fault::Delay {
        millis: 4_000,
        jitter_millis: 0,
    };
    for words in ["first words", "second words"] {
        town.place
            .sandbox
            .fail_next("*", Some(KATE), slow.clone(), 1);
        town.on_its_way(words).await;
        town.cut();
        town.all_sent().await;
        assert_eq!(town.times(KATE, words), 1);
    }
    assert_eq!(second.count(SENDS), 0);
    second.stops().await;
    first.stops().await;
}

#[actix_rt::test]
async fn a_server_that_restarts_makes_nothing_come_twice() {
    let Some((mut town, first)) = Town::open().await else {
        return;
    };
    town.ticket().await;
    let second = town.another().await;
    let slow = Fault::Delay {
        millis: 6_000,
        jitter_millis: 0,
    };
    town.place.sandbox.fail_next("*", Some(KATE), slow, 1);
    town.on_its_way("still there").await;
    town.server.fall();
    town.server.rise().await;
    town.all_sent().await;
    assert_eq!(town.times(KATE, "still there"), 1);
    second.stops().await;
    first.stops().await;
}

#[actix_rt::test]
async fn a_desk_that_stands_still_gives_way() {
    let Some((town, first)) = Town::open().await else {
        return;
    };
    town.ticket().await;
    let second = town.another().await;
    first.tell(Signal::STOP);
    second.says(SENDS).await;
    town.place.emma().text("still there");
    town.reads(KATE, "still there").await;
    first.tell(Signal::CONT);
    first.says("another desk sends now").await;
    first.stops().await;
    second.stops().await;
}

#[actix_rt::test]
async fn desks_that_start_at_once_on_an_empty_database_all_open() {
    let Some(server) = Server::own().await else {
        return;
    };
    let mut place = Place::new().await;
    place.settings = vec![("FRONTDESK_DATABASE__URL", server.url("postgres"))];
    let desks: Vec<Desk> = (0..4).map(|_| place.open()).collect();
    for desk in &desks {
        desk.says("the desk is open").await;
    }
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    let waiting = desks.iter().filter(|desk| desk.count(WAITS) == 1);
    assert_eq!(waiting.count(), 3);
    for desk in desks {
        desk.stops().await;
    }
}

#[actix_rt::test]
async fn a_screen_that_cannot_be_read_keeps_nobody_else_waiting() {
    let Some((town, first)) = Town::open().await else {
        return;
    };
    town.ticket().await;
    let url = town.server.url("postgres");
    let spoil = format!(
        "UPDATE conversations SET screen = '{{\"of\": \"a later version\"}}', screen_no = screen_no + 1
         WHERE person_id = {KATE} RETURNING CAST(person_id AS TEXT)"
    );
    let second = town.another().await;
    assert_eq!(texts(&url, &spoil).len(), 1);
    let words = "a screen cannot be read, and is given up";
    first.says(words).await;
    assert_eq!(texts(&url, &spoil).len(), 1);
    kill(first).await;
    second.says(SENDS).await;
    town.place.emma().text("still there");
    town.reads(KATE, "still there").await;
    assert_eq!(second.count(words), 1);
    second.stops().await;
}
