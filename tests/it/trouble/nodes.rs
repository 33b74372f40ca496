//! Several desks on one PostgreSQL server: people do not see which of them takes what they write, and
//! when the one is gone that sends, another takes up what it left.

use std::net::SocketAddr;
use std::time::Duration;

use frontdesk_sandbox::{Delivery, Fault, Options, Outgoing, Person};
use rustix::process::Signal;

use super::{Desk, Place, SECRET};
use crate::postgres::server::{Server, texts};
use crate::town::{EMMA, KATE, free_port};

/// What a desk says that does not send.
const WAITS: &str = "another desk sends; this one takes its place when it is gone";

/// What a desk says that has taken the place of another.
const SENDS: &str = "this desk sends now";

/// How many desks there are.
const DESKS: usize = 3;

/// Some desks, and the server. Each update is posted to two of the desks at the same moment.
struct Street {
    place: Place,
    server: Server,
    addresses: Vec<SocketAddr>,
    desks: Vec<Option<Desk>>,
}

impl Street {
    /// The first one sends. `None` where there is no server on this machine.
    async fn open() -> Option<Self> {
        let server = Server::own().await?;
        let soon = Options {
            webhook_pause: Duration::from_millis(20),
            ..Options::default()
        };
        let mut place = Place::of(soon).await;
        let addresses: Vec<SocketAddr> = (0..DESKS)
            .map(|_| SocketAddr::from(([127, 0, 0, 1], free_port())))
            .collect();
        place.settings = vec![
            ("FRONTDESK_DATABASE__URL", server.url("postgres")),
            ("FRONTDESK_TELEGRAM__MODE", "webhook".to_owned()),
            ("FRONTDESK_TELEGRAM__WEBHOOK__URL", url(addresses[0])),
            ("FRONTDESK_TELEGRAM__WEBHOOK__SECRET", SECRET.to_owned()),
        ];
        let mut street = Self {
            place,
            server,
            addresses,
            desks: Vec::new(),
        };
        street.post_to(&street.addresses);
        for number in 0..DESKS {
            let desk = street.start(number);
            desk.says("Telegram posts updates to the webhook").await;
            if number > 0 {
                desk.says(WAITS).await;
            }
            street.desks.push(Some(desk));
        }
        Some(street)
    }

    fn start(&self, number: usize) -> Desk {
        let listen = self.addresses[number].to_string();
        let listen = ("FRONTDESK_TELEGRAM__WEBHOOK__LISTEN", listen.as_str());
        self.place.open_with(&[listen])
    }

    fn desk(&self, number: usize) -> &Desk {
        self.desks[number].as_ref().expect("it runs")
    }

    /// Telegram's posts reach these only.
    fn post_to(&self, addresses: &[SocketAddr]) {
        self.place.sandbox.set_delivery(Delivery {
            addresses: addresses.iter().copied().map(url).collect(),
            twice: 1.0,
            ..Delivery::default()
        });
    }

    /// It is killed; posts go where somebody listens.
    async fn kill(&mut self, number: usize) {
        let mut desk = self.desks[number].take().expect("it runs");
        desk.tell(Signal::KILL);
        desk.child.wait().await.expect("an end");
    }

    async fn reads(&self, person: i64, words: &str) {
        self.place
            .until(words, |sandbox| {
                let last = sandbox.person(person).last_from_bot();
                sandbox.pending_updates() == 0
                    && last.is_some_and(|last| {
                        last.text.contains(words) || last.button(words).is_some()
                    })
            })
            .await;
    }

    /// A person does something, and reads what comes of it.
    async fn step(&self, person: i64, does: impl FnOnce(&Person), reads: &str) {
        does(&self.place.sandbox.person(person));
        self.reads(person, reads).await;
    }

    /// One number from the database.
    fn count(&self, query: &str) -> String {
        texts(&self.server.url("postgres"), query).concat()
    }
}

/// Where a desk is posted to.
fn url(address: SocketAddr) -> String {
    format!("http://{address}/telegram")
}

fn press(label: &'static str) -> impl FnOnce(&Person) {
    move |person| {
        if let Err(error) = person.press_label(label) {
            panic!("{error}: no button {label:?} in\n{}", person.transcript());
        }
    }
}

fn text(words: &'static str) -> impl FnOnce(&Person) {
    move |person| {
        person.text(words);
    }
}

#[actix_rt::test]
async fn nobody_sees_which_desk_takes_what_they_write() {
    let Some(street) = Street::open().await else {
        return;
    };
    street.step(KATE, text("/start"), "Admin menu").await;
    street.step(EMMA, text("/start"), "Support").await;
    street.step(EMMA, press("Support"), "New ticket").await;
    street.step(EMMA, press("New ticket"), "General").await;
    street.step(EMMA, press("General"), "one line").await;
    street.step(EMMA, text("A <subject>"), "A <subject>").await;
    let photo = |emma: &Person| {
        emma.send(Outgoing::photo().caption("the picture"));
    };
    street.step(EMMA, photo, "#1").await;
    street.step(KATE, text("/ticket 1"), "Emma Brown").await;
    street
        .step(KATE, press("Answer"), "Your next message")
        .await;
    street.step(KATE, text("like this"), "Delivered").await;
    street.reads(EMMA, "like this").await;
    // Written at once, and answered by a reply to what has come this moment.
    let emma = street.place.sandbox.person(EMMA);
    let answer = emma.last_from_bot().expect("an answer").id;
    for words in ["first", "second", "third"] {
        emma.send(Outgoing::text(words).reply_to(answer));
    }
    street.reads(KATE, "third").await;
    street.step(KATE, text("/ticket 1"), "Emma Brown").await;
    street.step(KATE, text("/close 1"), "Closed").await;
    street.reads(EMMA, "is closed").await;
    assert_eq!(
        street.count("SELECT CAST(count(*) AS TEXT) FROM tickets"),
        "1"
    );
    let words = "SELECT string_agg(message_text, ', ' ORDER BY message_text COLLATE \"C\")
                 FROM ticket_messages WHERE sender_type = 'user'";
    assert_eq!(street.count(words), "first, second, the picture, third");
    let table = [
        (EMMA, "like this"),
        (KATE, "first"),
        (KATE, "second"),
        (KATE, "third"),
    ];
    for (reader, words) in table {
        let read = street.place.sandbox.person(reader).transcript().to_string();
        let lines = read.lines().filter(|line| line.contains(words));
        assert_eq!(lines.count(), 1, "{words} in\n{read}");
    }
    for desk in street.desks.into_iter().flatten() {
        desk.stops().await;
    }
}

#[actix_rt::test]
async fn when_the_desk_is_killed_that_sends_another_takes_up_what_it_left() {
    let Some(mut street) = Street::open().await else {
        return;
    };
    street.step(EMMA, text("/new"), "General").await;
    street.step(EMMA, press("General"), "one line").await;
    // Nothing goes out for a while: what is committed waits.
    let sandbox = &street.place.sandbox;
    sandbox.fail_next("sendMessage", None, Fault::ServerError(502), u32::MAX);
    street.place.sandbox.person(EMMA).text("A <subject>");
    street
        .place
        .until("it is taken in", |sandbox| sandbox.pending_updates() == 0)
        .await;
    street.kill(0).await;
    street.place.sandbox.clear_faults();
    street.reads(EMMA, "A <subject>").await;
    let said = |desk: &Desk| desk.count(SENDS);
    let heirs: Vec<usize> = (1..DESKS)
        .filter(|at| said(street.desk(*at)) == 1)
        .collect();
    assert_eq!(heirs.len(), 1, "one of them sends");

    // The next is stopped in order, and hands over.
    let heir = heirs[0];
    let last = if heir == 1 { 2 } else { 1 };
    let desk = street.desks[heir].take().expect("it runs");
    street.post_to(&[street.addresses[last]]);
    desk.stops().await;
    street.desk(last).says(SENDS).await;
    street.step(EMMA, text("It hums"), "#1").await;

    // And the first one comes back beside it.
    let first = street.start(0);
    first.says(WAITS).await;
    street.post_to(&[street.addresses[0]]);
    street.step(EMMA, text("/tickets"), "#1").await;
    first.stops().await;
}

#[actix_rt::test]
async fn a_desk_that_was_cut_off_finds_out_that_another_sends_and_works_beside_it() {
    let Some(street) = Street::open().await else {
        return;
    };
    street.step(EMMA, text("/new"), "General").await;
    // The machine stands still, and the server gives up its sessions.
    street.desk(0).tell(Signal::STOP);
    street.post_to(&street.addresses[1..]);
    texts(
        &street.server.url("postgres"),
        "SELECT CAST(pg_terminate_backend(pid, 10000) AS TEXT) FROM pg_locks
         WHERE locktype = 'advisory' AND classid = 1718579046 AND objid = 2",
    );
    street.step(EMMA, press("General"), "one line").await;
    street.desk(0).tell(Signal::CONT);
    street.desk(0).says("another desk sends now").await;
    street.post_to(&[street.addresses[0]]);
    street.step(EMMA, text("A <subject>"), "A <subject>").await;
    street.step(EMMA, text("It hums"), "#1").await;
    assert_eq!(street.desk(0).count(SENDS), 0);
    for desk in street.desks.into_iter().flatten() {
        desk.stops().await;
    }
}

#[actix_rt::test]
async fn of_desks_that_poll_one_does_and_another_takes_its_place() {
    let Some(server) = Server::own().await else {
        return;
    };
    let mut place = Place::new().await;
    place.settings = vec![("FRONTDESK_DATABASE__URL", server.url("postgres"))];
    let mut first = place.open();
    first.says("the desk is open").await;
    let second = place.open();
    second.says(WAITS).await;
    place.emma().text("/new");
    place.emma_reads("New ticket").await;
    assert_eq!(second.count("another program is polling"), 0);

    first.tell(Signal::KILL);
    place.emma().press_label("General").expect("a button");
    first.child.wait().await.expect("an end");
    second.says(SENDS).await;
    place.emma_reads("in one line").await;

    let third = place.open();
    third.says(WAITS).await;
    second.stops().await;
    place.emma().text("A <subject>");
    place.emma_reads("A <subject>").await;
    third.stops().await;
}
