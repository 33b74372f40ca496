//! What every screen asks of the database, with a million tickets and five million messages, next to
//! the same with a thousand.
//!
//! Each is asked through the actor that owns the database, one after the other, as many times as
//! [`EACH`] says, about tickets and people picked at random, of both in turns. Making the large
//! database takes a minute or two and about three gigabytes; in a folder that is named it stays for the
//! next time.

mod samples;
mod world;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use actix::{Actor, Addr};
use chrono::{DateTime, Utc};
use frontdesk_actors::store::{Db, DbSettings, migrate};
use frontdesk_actors::tickets::{Read, Tickets, TicketsSettings};
use rusqlite::Connection;

use crate::crowd::percentile;
use crate::table::{Row, folder};

/// How often each is asked.
const EACH: usize = 1000;

/// How long things took, in milliseconds, shortest first, by what was asked.
type Times = BTreeMap<&'static str, Vec<f64>>;

/// Measures both, and prints a row for each thing that is asked. With `kept` the databases stay in
/// that folder, and are taken from there if they are there.
pub(crate) fn million(kept: Option<&Path>) -> Vec<Row> {
    let temporary = folder();
    let folder = kept.unwrap_or(temporary.path()).to_owned();
    std::fs::create_dir_all(&folder).expect("a folder");
    // The actors live in a system of their own, as they do in the desk.
    let measured = std::thread::spawn(move || {
        actix_rt::System::new().block_on(async {
            let few = Asked::new(&folder, world::Size { tickets: 1000 }).await;
            let many = Asked::new(&folder, world::Size { tickets: 1_000_000 }).await;
            compare(few, many).await
        })
    });
    let (few, many) = measured.join().expect("it is measured");

    let mut rows = Vec::new();
    let mut all = Vec::new();
    let mut slowest: f64 = 0.0;
    for (name, times) in &many {
        let few = few.get(name).map_or(&[][..], Vec::as_slice);
        let (p50, p99) = (percentile(times, 0.5), percentile(times, 0.99));
        let (few50, few99) = (percentile(few, 0.5), percentile(few, 0.99));
        slowest = slowest.max(p99);
        all.extend(times);
        rows.push(Row {
            what: format!("1,000,000 tickets: {name}"),
            target: "p99 ≤ 10 ms, ≤ twice that with 1,000",
            figure: format!("p50 {p50:.2} ms, p99 {p99:.2} ms"),
            limit: format!(
                "with 1,000 tickets p50 {few50:.2} ms, p99 {few99:.2} ms: {:.1} times",
                p99 / few99
            ),
        });
    }
    all.sort_by(f64::total_cmp);
    rows.push(Row {
        what: "1,000,000 tickets, 5,000,000 messages: the slowest of these".to_owned(),
        target: "p99 ≤ 10 ms",
        figure: format!("p99 {slowest:.2} ms"),
        limit: format!("p99 of all of them {:.2} ms", percentile(&all, 0.99)),
    });
    rows
}

/// A database, and what is asked of it.
struct Asked {
    tickets: Addr<Tickets>,
    samples: Vec<samples::Sample>,
    times: Times,
}

impl Asked {
    async fn new(folder: &Path, size: world::Size) -> Self {
        let path = folder.join(format!("desk-{}.db", size.tickets));
        let settings = DbSettings {
            url: format!("sqlite:{}", path.display()),
            readers: 4,
        };
        let db = Db::open(&settings).await.expect("a database");
        // A kept one is brought up to date, as every start does it.
        let begin = Instant::now();
        migrate::ready(&db, true).await.expect("the schema");
        let migrated = begin.elapsed();
        let begin = Instant::now();
        world::fill(&path, size).expect("it is filled");
        eprintln!(
            "{} tickets: schema {migrated:.1?}, filled {:.1?}, {} MB",
            size.tickets,
            begin.elapsed(),
            std::fs::metadata(&path).map_or(0, |file| file.len() / 1_000_000)
        );
        let now = DateTime::<Utc>::from_timestamp_micros(world::now()).expect("a moment");
        let direct = Connection::open(&path).expect("a connection");
        let samples = samples::all(&direct, size, EACH, now);
        let settings = TicketsSettings {
            mailbox: 64,
            batch: 64,
        };
        Self {
            tickets: Tickets::new(db, settings).start(),
            samples,
            times: Times::new(),
        }
    }

    /// Asks the sample of this place, and notes how long that took once all is warm.
    async fn ask(&mut self, place: usize, warm: bool) {
        let sample = &self.samples[place];
        let read = Read {
            person: sample.person,
            needs: sample.needs.clone(),
        };
        let begin = Instant::now();
        self.tickets
            .send(read)
            .await
            .expect("the actor is there")
            .expect("it is read");
        if warm {
            let took = begin.elapsed().as_secs_f64() * 1e3;
            self.times.entry(sample.name).or_default().push(took);
        }
    }

    fn times(mut self) -> Times {
        for times in self.times.values_mut() {
            times.sort_by(f64::total_cmp);
        }
        self.times
    }
}

/// Asks both in turns, so that whatever else the machine does meanwhile delays both alike.
async fn compare(mut few: Asked, mut many: Asked) -> (Times, Times) {
    let places = few.samples.len().min(many.samples.len());
    // The first round opens the connections, prepares the statements, and has the system fetch what
    // it does not have of the files.
    for warm in [false, true] {
        for place in 0..places {
            few.ask(place, warm).await;
            many.ask(place, warm).await;
        }
    }
    (few.times(), many.times())
}
