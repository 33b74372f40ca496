//! What the desk costs: speed, latency, memory, printed as one table.
//!
//! `cargo bench --bench cost` measures everything, `cargo bench --bench cost -- closed open-500`
//! only what is named (`-- list` says what there is). Some take a value: `-- notices=5000`. The desk is the real binary in a process of
//! its own, with SQLite on disk and `synchronous=FULL`; the Bot API server and the people are in
//! this process, on the same machine. It reads `/proc`, so it runs on Linux.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

use crate::table::Row;

mod bare;
#[path = "../../actors/src/store/tests/cluster.rs"]
mod cluster;
mod crowd;
mod desk;
mod journeys;
mod million;
mod nodes;
mod notices;
mod rest;
mod table;

/// The desk's own, so that the bare program differs from it in what it does alone.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A measurement by its name, and what else is to be said of its value. It is told that value, if
/// one was given.
type Measure = (
    &'static str,
    &'static str,
    fn(Option<&str>) -> Pin<Box<dyn Future<Output = Vec<Row>>>>,
);

/// All there are, in the order of the table.
const ALL: &[Measure] = &[
    ("bare", "", |_| {
        Box::pin(async { vec![journeys::bare(128).await] })
    }),
    ("closed", "", |_| {
        Box::pin(async { vec![journeys::closed(128).await] })
    }),
    ("webhook", "", |_| {
        Box::pin(async { vec![journeys::posted(128).await] })
    }),
    ("nodes", "", |_| Box::pin(nodes::nodes())),
    ("open-7000", "", |_| {
        Box::pin(async { vec![journeys::open(7000, "all carried, p99 ≤ 30 ms").await] })
    }),
    ("open-500", "", |_| {
        Box::pin(async { vec![journeys::open(500, "p50 ≤ 3 ms, p99 ≤ 15 ms").await] })
    }),
    ("start", "", |_| {
        Box::pin(async { vec![rest::start().await] })
    }),
    ("memory", "", |_| Box::pin(rest::memory())),
    (
        "notices",
        "=HOW MANY: 10,000 if nothing is said, which lasts six minutes",
        |how_many| {
            let how_many = how_many.map(|many| many.parse().expect("notices=A NUMBER"));
            Box::pin(notices::notices(how_many))
        },
    ),
    (
        "million",
        "=FOLDER: where the databases, 3 GB, are kept for the next time",
        |folder| {
            let folder = folder.map(PathBuf::from);
            Box::pin(async move { million::million(folder.as_deref()) })
        },
    ),
];

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    if let [_, argument, api_url, token] = &*std::env::args().collect::<Vec<_>>()
        && argument == bare::ARGUMENT
    {
        runtime.block_on(bare::run(api_url.clone(), token.clone()));
    }
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        // Cargo's own.
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    if wanted.iter().any(|name| name == "list") {
        for (name, value, _) in ALL {
            println!("{name}{value}");
        }
        return;
    }
    let wanted: Vec<(&str, Option<&str>)> = wanted
        .iter()
        .map(|wanted| match wanted.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (wanted.as_str(), None),
        })
        .collect();
    if let Some((unknown, _)) = wanted
        .iter()
        .find(|(wanted, _)| !ALL.iter().any(|(name, ..)| name == wanted))
    {
        eprintln!("there is no measurement {unknown}; `-- list` says what there is");
        std::process::exit(2);
    }
    table::head();
    for (name, _, measure) in ALL {
        let asked = wanted.iter().find(|(wanted, _)| wanted == name);
        if wanted.is_empty() || asked.is_some() {
            let value = asked.and_then(|(_, value)| *value);
            for row in runtime.block_on(measure(value)) {
                row.print();
            }
        }
    }
}
