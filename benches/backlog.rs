//! What a durable update costs: people wrote while the desk was away, and it catches up.
//!
//! Each person opens a ticket by the form (three messages). Printed are the updates a second that
//! are confirmed to Telegram (everything they caused is committed, `synchronous=FULL`), and that
//! are carried through (every answer and every notice is delivered too). Load generator, Bot API
//! server and desk share this process and this machine. Run it by `cargo bench --bench backlog`.

use std::time::{Duration, Instant};

use frontdesk::config::Config;
use frontdesk::program;
use frontdesk_actors::clock::Clock;
use frontdesk_sandbox::{Options, PersonSpec, Sandbox};

/// How many people wrote.
const PEOPLE: i64 = 2000;

/// What each of them wrote.
const WORDS: [&str; 3] = ["/new", "A subject", "A description of what happened"];

/// Longer than it takes anywhere.
const PATIENCE: Duration = Duration::from_secs(600);

fn main() {
    let runtime = || {
        tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .build()
            .expect("a runtime")
    };
    actix_rt::System::with_tokio_rt(runtime).block_on(catch_up());
}

async fn catch_up() {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    for id in 1000..1000 + PEOPLE {
        let person = sandbox.add_person(PersonSpec::new(id, "Somebody").language("en"));
        for words in WORDS {
            person.text(words);
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    let config = Config::from_toml(&format!(
        "telegram.token = {:?}\n\
         telegram.api_url = {:?}\n\
         database.url = \"sqlite:{}\"\n\
         desk.categories = [\"general\"]\n\
         limits.global_per_second = 0\n\
         limits.chat_per_second = 0\n\
         limits.person_per_minute = 0\n",
        sandbox.token(),
        sandbox.api_url(),
        folder.path().join("desk.db").display(),
    ))
    .expect("a configuration");

    let begin = Instant::now();
    let desk = program::start(&config, Clock::system())
        .await
        .expect("the desk starts");
    sandbox
        .wait_until(PATIENCE, |sandbox| sandbox.pending_updates() == 0)
        .await
        .expect("everything is confirmed");
    let confirmed = begin.elapsed();
    desk.settled().await;
    let carried = begin.elapsed();

    let updates = PEOPLE * i64::try_from(WORDS.len()).unwrap_or(0);
    let rate = |time: Duration| updates as f64 / time.as_secs_f64();
    println!("updates    {updates}");
    println!("confirmed  {:>8.0} a second", rate(confirmed));
    println!("carried    {:>8.0} a second", rate(carried));
    desk.stop().await.expect("a clean stop");
    sandbox.stop().await;
}
