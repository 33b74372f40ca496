//! A PostgreSQL server that goes away under a running desk: nothing is confirmed meanwhile, nothing
//! is lost or done twice, and the desk goes on by itself.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::{Desk, Place};
use crate::postgres::cluster::run_all;
use crate::postgres::server::{Server, texts};

/// How many people write at the same time, each so many messages in an hour of trouble.
const PEOPLE: i64 = 12;
const EACH: usize = 40;

/// The first of them.
const FIRST: i64 = 5_000;

/// What each of them writes first, into the form.
const FIRST_WORDS: &str = "word-00";

/// What they write as their message of this number.
fn words(number: usize) -> String {
    format!("word-{number:02}")
}

/// A desk's place with a server of its own; `None` where there is none on this machine.
async fn place() -> Option<(Place, Server)> {
    let server = Server::own().await?;
    let mut place = Place::new().await;
    let url = server.url("postgres");
    place.settings = vec![
        ("FRONTDESK_DATABASE__URL", url),
        ("FRONTDESK_LIMITS__PERSON_PER_MINUTE", "0".to_owned()),
        ("FRONTDESK_LIMITS__GLOBAL_PER_SECOND", "0".to_owned()),
        ("FRONTDESK_LIMITS__CHAT_PER_SECOND", "0".to_owned()),
    ];
    Some((place, server))
}

/// Its host and port.
fn address(server: &Server) -> String {
    let url = server.url("");
    let (_, address) = url.rsplit_once('@').expect("a user and an address");
    address.trim_end_matches('/').to_owned()
}

/// Everybody opens a ticket, and it is confirmed.
async fn tickets(place: &Place) {
    for id in FIRST..FIRST + PEOPLE {
        let name = format!("Person{id}");
        let spec = frontdesk_sandbox::PersonSpec::new(id, &name).language("en");
        place.sandbox.add_person(spec);
    }
    for words in ["/new", "General", "A subject", FIRST_WORDS] {
        for id in FIRST..FIRST + PEOPLE {
            let person = place.sandbox.person(id);
            match words {
                "General" => drop(person.press_label(words).expect("a button")),
                words => drop(person.text(words)),
            }
        }
        let settled = |sandbox: &frontdesk_sandbox::Sandbox| {
            let answered = (FIRST..FIRST + PEOPLE).all(|id| {
                let last = sandbox.person(id).last_from_bot();
                last.is_some_and(|last| match words {
                    "/new" => last.button("General").is_some(),
                    "General" => last.text.contains("one line"),
                    "A subject" => last.text.contains("A subject"),
                    _ => last.text.contains('#'),
                })
            });
            answered && sandbox.pending_updates() == 0
        };
        place.until(words, settled).await;
    }
}

/// What is stored of each of them, in order, as one text.
fn stored(server: &Server) -> Vec<String> {
    texts(
        &server.url("postgres"),
        "SELECT string_agg(message_text, ' ' ORDER BY id) FROM ticket_messages
         GROUP BY sender_id ORDER BY sender_id",
    )
}

fn all_of_it() -> Vec<String> {
    let one: Vec<String> = (0..=EACH).map(words).collect();
    vec![one.join(" "); usize::try_from(PEOPLE).expect("a number")]
}

/// Waits until everything is confirmed, and compares.
async fn nothing_is_lost(place: &Place, server: &Server) {
    place
        .until("everything is confirmed", |sandbox| {
            sandbox.pending_updates() == 0
        })
        .await;
    assert_eq!(stored(server), all_of_it());
}

#[actix_rt::test]
async fn a_server_that_falls_again_and_again_under_load_loses_and_doubles_nothing() {
    let Some((place, mut server)) = place().await else {
        return;
    };
    let desk = place.open();
    tickets(&place).await;
    for number in 1..=EACH {
        for id in FIRST..FIRST + PEOPLE {
            place.sandbox.person(id).text(&words(number));
        }
        match number {
            // As `pg_ctl stop -m immediate` does, and as the system does for want of memory.
            10 | 25 => {
                server.fall();
                let waits = "updates wait for the database";
                let so_far = desk.count(waits);
                desk.says_times(waits, so_far + 1).await;
                desk.says("the server cannot be reached").await;
                assert!(place.sandbox.pending_updates() > 0, "it stays at Telegram");
                server.rise().await;
                desk.says_times("updates are taken in again", so_far + 1)
                    .await;
            }
            // As an administrator does, or a proxy that is tired of a connection.
            5 | 15 | 20 | 30 | 35 => {
                texts(
                    &server.url("postgres"),
                    "SELECT CAST(pg_terminate_backend(pid) AS TEXT) FROM pg_stat_activity
                     WHERE application_name = 'frontdesk'",
                );
            }
            _ => {}
        }
    }
    nothing_is_lost(&place, &server).await;
    assert_eq!(
        desk.count("updates wait for the database"),
        desk.count("updates are taken in again"),
        "one line at each change"
    );
    desk.stops().await;
}

/// Passes bytes on between the desk and its server. Once it is told to, it lets the next COMMIT through
/// and cuts the connection before the answer; or cuts all of them and lets no more through.
struct Between {
    address: String,
    cuts: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
    open: watch::Sender<bool>,
}

impl Between {
    async fn start(server: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address").to_string();
        let (cuts, done) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let (open, is_open) = watch::channel(true);
        let between = Self {
            address,
            cuts: Arc::clone(&cuts),
            done: Arc::clone(&done),
            open,
        };
        tokio::spawn(async move {
            while let Ok((desk, _)) = listener.accept().await {
                if !*is_open.borrow() {
                    continue;
                }
                let server = TcpStream::connect(&server).await.expect("the server");
                let passing = pass(desk, server, Arc::clone(&cuts), Arc::clone(&done));
                let mut is_open = is_open.clone();
                tokio::spawn(async move {
                    tokio::select! {
                        () = passing => {}
                        _ = is_open.wait_for(|open| !open) => {}
                    }
                });
            }
        });
        between
    }
}

async fn pass(
    mut desk: TcpStream,
    mut server: TcpStream,
    cuts: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
) {
    let (mut up, mut down) = (vec![0; 65_536], vec![0; 65_536]);
    let mut commits = false;
    loop {
        tokio::select! {
            read = desk.read(&mut up) => match read {
                Ok(0) | Err(_) => return,
                Ok(bytes) => {
                    let sent = &up[..bytes];
                    commits |= sent.windows(7).any(|part| part == b"COMMIT\0")
                        && cuts.swap(false, Ordering::SeqCst);
                    if server.write_all(sent).await.is_err() {
                        return;
                    }
                }
            },
            read = server.read(&mut down) => match read {
                Ok(0) | Err(_) => return,
                // The server has committed, and nobody hears of it.
                Ok(_) if commits => {
                    done.fetch_add(1, Ordering::SeqCst);
                    return;
                }
                Ok(bytes) => {
                    if desk.write_all(&down[..bytes]).await.is_err() {
                        return;
                    }
                }
            },
        }
    }
}

#[actix_rt::test]
async fn a_commit_whose_answer_is_lost_is_done_once() {
    let Some((mut place, server)) = place().await else {
        return;
    };
    let between = Between::start(address(&server)).await;
    let url = format!("postgres://desk@{}/postgres", between.address);
    place.settings[0].1 = url;
    let desk = place.open();
    tickets(&place).await;
    for number in 1..=EACH {
        between.cuts.store(number % 8 == 0, Ordering::SeqCst);
        for id in FIRST..FIRST + PEOPLE {
            place.sandbox.person(id).text(&words(number));
        }
        if number % 8 == 0 {
            place
                .until("a commit is cut off", |_| {
                    !between.cuts.load(Ordering::SeqCst)
                })
                .await;
        }
    }
    nothing_is_lost(&place, &server).await;
    assert_eq!(between.done.load(Ordering::SeqCst), EACH / 8);
    desk.stops().await;
}

#[actix_rt::test]
async fn a_desk_that_is_cut_off_from_its_server_gives_way_to_another_and_works_beside_it() {
    let Some((mut place, server)) = place().await else {
        return;
    };
    let near = place.settings[0].1.clone();
    let between = Between::start(address(&server)).await;
    place.settings[0].1 = format!("postgres://desk@{}/postgres", between.address);
    let cut_off = place.open();
    tickets(&place).await;
    place.settings[0].1 = near;
    let other = place.open();
    other
        .says("another desk sends; this one takes its place")
        .await;
    for number in 1..=EACH {
        for id in FIRST..FIRST + PEOPLE {
            place.sandbox.person(id).text(&words(number));
        }
        if number == EACH / 2 {
            between.open.send_replace(false);
            cut_off.says("updates wait for the database").await;
            other.says("this desk sends now").await;
        }
    }
    nothing_is_lost(&place, &server).await;
    // It is there again, and finds that another one sends.
    between.open.send_replace(true);
    cut_off.says("another desk sends now").await;
    place.emma().text("/help");
    place.emma_reads("How it works").await;
    let log = other.stops().await;
    assert!(!log.contains("another desk sends now"), "{log}");
    cut_off.says("this desk sends now").await;
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    cut_off.stops().await;
}

#[actix_rt::test]
async fn tls_is_used_and_a_certificate_that_is_not_trusted_is_refused() {
    let Some((mut place, server)) = place().await else {
        return;
    };
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]);
    let rcgen::CertifiedKey { cert, signing_key } = made.expect("a certificate");
    let (certificate, key) = (place.file("server.crt"), place.file("server.key"));
    fs::write(&certificate, cert.pem()).expect("a file");
    fs::write(&key, signing_key.serialize_pem()).expect("a file");
    fs::set_permissions(&key, Permissions::from_mode(0o600)).expect("a mode");
    fs::set_permissions(place.folder.path(), Permissions::from_mode(0o755)).expect("a mode");
    if rustix::process::geteuid().is_root() {
        // The server runs as nobody, and reads no key of another.
        chown(&key, Some(65_534), None).expect("an owner");
    }
    let base = server.url("postgres");
    for (name, value) in [
        ("ssl_cert_file", certificate.display().to_string()),
        ("ssl_key_file", key.display().to_string()),
        ("ssl", "on".to_owned()),
    ] {
        let set = format!("ALTER SYSTEM SET {name} = '{value}'");
        run_all(&base, &[set]).await.expect("it is set");
    }
    texts(&base, "SELECT CAST(pg_reload_conf() AS TEXT)");
    let port = address(&server).replace("127.0.0.1", "localhost");
    let url = format!("postgres://desk@{port}/postgres?sslmode=verify-full");

    place.settings[0].1 = url.clone();
    let (code, log) = place.open().ends().await;
    assert_eq!(code, Some(1), "{log}");
    assert!(log.contains("TLS to the server failed"), "{log}");

    place.settings[0].1 = format!("{url}&sslrootcert={}", certificate.display());
    let desk = place.open();
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    let sessions = texts(
        &base,
        "SELECT CAST(s.ssl AS TEXT) FROM pg_stat_ssl AS s JOIN pg_stat_activity AS a USING (pid)
         WHERE a.application_name = 'frontdesk'",
    );
    assert!(!sessions.is_empty() && sessions.iter().all(|ssl| ssl == "true"));
    desk.stops().await;
}

#[actix_rt::test]
async fn a_server_that_refuses_is_named_with_the_reason_and_never_the_password() {
    let Some((mut place, mut server)) = place().await else {
        return;
    };
    let address = address(&server);
    let open = async |place: &Place| -> String {
        let (code, log) = place.open().ends().await;
        assert_eq!(code, Some(1), "{log}");
        let (code, told) = place.operator(&["check"]);
        assert_eq!(code, Some(1), "{told}");
        for text in [&log, &told] {
            assert!(!text.contains("a-secret"), "{text}");
        }
        log
    };
    for (url, reason) in [
        (
            format!("postgres://nobody:a-secret@{address}/postgres"),
            "the server refuses the user or the password",
        ),
        (
            format!("postgres://desk:a-secret@{address}/nowhere"),
            "the server has no such database",
        ),
        (
            format!("postgres://desk:a-secret@{address}/postgres?sslmode=require"),
            "TLS to the server failed",
        ),
    ] {
        place.settings[0].1 = url;
        let log = open(&place).await;
        assert!(log.contains(reason), "{reason}: {log}");
    }
    server.fall();
    place.settings[0].1 = format!("postgres://desk:a-secret@{address}/postgres");
    let log = open(&place).await;
    assert!(log.contains("the server cannot be reached"), "{log}");
}

impl Desk {
    /// Waits until the log says this so many times.
    async fn says_times(&self, words: &str, times: usize) {
        let mut log = self.log.clone();
        let said = log.wait_for(|log| log.matches(words).count() >= times);
        if tokio::time::timeout(Duration::from_secs(90), said)
            .await
            .is_err()
        {
            panic!(
                "{words:?} is not {times} times in\n{}",
                self.log.borrow().as_str()
            );
        }
    }
}
