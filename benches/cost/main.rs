//! What the desk costs: speed, latency, memory, printed as one table.
//!
//! `cargo bench --bench cost` measures everything, `cargo bench --bench cost -- closed open-500`
//! only what is named (`-- list` says what there is). The desk is the real binary in a process of
//! its own, with SQLite on disk and `synchronous=FULL`; the Bot API server and the people are in
//! this process, on the same machine. It reads `/proc`, so it runs on Linux.

use std::future::Future;
use std::pin::Pin;

use crate::table::Row;

mod bare;
mod crowd;
mod desk;
mod journeys;
mod rest;
mod table;

/// The desk's own, so that the bare program differs from it in what it does alone.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A measurement by its name.
type Measure = (
    &'static str,
    fn() -> Pin<Box<dyn Future<Output = Vec<Row>>>>,
);

/// All there are, in the order of the table.
const ALL: &[Measure] = &[
    ("bare", || {
        Box::pin(async { vec![journeys::bare(128).await] })
    }),
    ("closed", || {
        Box::pin(async { vec![journeys::closed(128).await] })
    }),
    ("open-7000", || {
        Box::pin(async { vec![journeys::open(7000, "all carried, p99 ≤ 30 ms").await] })
    }),
    ("open-500", || {
        Box::pin(async { vec![journeys::open(500, "p50 ≤ 3 ms, p99 ≤ 15 ms").await] })
    }),
    ("start", || Box::pin(async { vec![rest::start().await] })),
    ("memory", || Box::pin(rest::memory())),
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
        for (name, _) in ALL {
            println!("{name}");
        }
        return;
    }
    if let Some(unknown) = wanted
        .iter()
        .find(|wanted| !ALL.iter().any(|(name, _)| name == wanted))
    {
        eprintln!("there is no measurement {unknown}; `-- list` says what there is");
        std::process::exit(2);
    }
    table::head();
    for (name, measure) in ALL {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            for row in runtime.block_on(measure()) {
                row.print();
            }
        }
    }
}
