//! The campaign in short: the real desk is killed, let down by Telegram and stopped while many people
//! write, and nothing is lost or done twice. `examples/campaign` is the long form.

#[path = "../../examples/campaign/run/mod.rs"]
mod run;

use std::time::Duration;

use self::run::{Plan, Trial};

async fn hold(seed: u64, trial: Trial, posted: bool) {
    let plan = Plan {
        program: env!("CARGO_BIN_EXE_frontdesk").into(),
        seed,
        users: 6,
        posted,
    };
    let report = run::run(&plan, trial, |_how_far| {})
        .await
        .expect("the machine takes part");
    let kept = report.is_clean();
    assert!(kept, "seed {seed}\n{}", run::table(&[(trial, report)]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_at_any_moment_it_loses_nothing_and_does_nothing_twice() {
    hold(1, Trial::Kills(8), false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn let_down_by_telegram_it_loses_nothing_and_does_nothing_twice() {
    let time = Duration::from_secs(6);
    let outage = Duration::from_secs(2);
    hold(2, Trial::Faults { time, outage }, false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_under_load_it_leaves_nothing_unknown() {
    hold(3, Trial::Stops(5), false).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_updates_are_posted_it_loses_nothing_and_does_nothing_twice() {
    hold(4, Trial::Kills(8), true).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn stopped_while_updates_are_posted_it_leaves_nothing_unknown() {
    hold(5, Trial::Stops(5), true).await;
}
