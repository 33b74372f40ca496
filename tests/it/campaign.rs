//! The campaign in short: the real desk is killed, let down by Telegram and stopped while many people
//! write, and nothing is lost or done twice. `examples/campaign` is the long form.

#[path = "../../examples/campaign/run/mod.rs"]
mod run;

use std::time::Duration;

use self::run::{Plan, Storage, Trial};
use crate::postgres::server::Server;

fn plan(seed: u64) -> Plan {
    Plan {
        program: env!("CARGO_BIN_EXE_frontdesk").into(),
        seed,
        users: 6,
        posted: false,
        twice: 0.1,
        nodes: 1,
        limited: false,
    }
}

fn posted(seed: u64) -> Plan {
    Plan {
        posted: true,
        ..plan(seed)
    }
}

/// A PostgreSQL, where there is one.
async fn server() -> Option<Storage> {
    Some(match Server::start().await? {
        Server::Own(cluster) => Storage::Own(cluster),
        server @ Server::Given(_) => Storage::Given(server.url("postgres").parse().expect("a URL")),
    })
}

async fn hold(plan: Plan, mut storage: Storage, trial: Trial) {
    let report = run::run(&plan, &mut storage, trial, |_how_far| {})
        .await
        .expect("the machine takes part");
    let kept = report.is_clean();
    let seed = plan.seed;
    assert!(kept, "seed {seed}\n{}", run::table(&[(trial, report)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_loses_nothing_and_does_nothing_twice() {
    hold(plan(1), Storage::Files, Trial::Kills(8)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn let_down_by_telegram_it_loses_nothing_and_does_nothing_twice() {
    let time = Duration::from_secs(6);
    let outage = Duration::from_secs(2);
    hold(plan(2), Storage::Files, Trial::Faults { time, outage }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_under_load_it_leaves_nothing_unknown() {
    hold(plan(3), Storage::Files, Trial::Stops(5)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_updates_are_posted_it_loses_nothing_and_does_nothing_twice() {
    hold(posted(4), Storage::Files, Trial::Kills(8)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_while_updates_are_posted_it_leaves_nothing_unknown() {
    hold(posted(5), Storage::Files, Trial::Stops(5)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_with_its_server_it_loses_nothing_and_does_nothing_twice() {
    if let Some(storage) = server().await {
        hold(posted(6), storage, Trial::Kills(8)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_killed_with_their_server_lose_nothing_and_do_nothing_twice() {
    if let Some(storage) = server().await {
        let plan = Plan {
            nodes: 3,
            twice: 0.5,
            ..posted(7)
        };
        hold(plan, storage, Trial::Kills(8)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_nodes_keep_to_one_limit_whichever_sends() {
    if let Some(storage) = server().await {
        let plan = Plan {
            nodes: 3,
            limited: true,
            ..posted(8)
        };
        hold(plan, storage, Trial::Kills(5)).await;
    }
}
