//! `frontdesk notices` and what `check` says of admins: with the real binary, beside a running desk
//! and without one.

use std::path::Path;

use frontdesk_sandbox::{Options, Sandbox};
use rustix::process::Signal;

use super::{Desk, PATIENCE, err, folder, frontdesk, out, run, until};
use crate::town::{EMMA, KATE};

/// The numbers of the notices that are so.
fn listed(folder: &Path, state: &str) -> Vec<String> {
    let list = out(&run(folder, &["notices", "list", "--state", state]));
    list.lines()
        .filter_map(|line| line.split_whitespace().next())
        .filter(|word| word.parse::<i64>().is_ok())
        .map(str::to_owned)
        .collect()
}

/// A desk, and two answers that Emma, who has blocked the bot, did not get.
async fn two_held_answers(sandbox: &Sandbox, folder: &Path) -> Desk {
    let desk = Desk::start(folder, sandbox);
    let (emma, kate) = (sandbox.person(EMMA), sandbox.person(KATE));
    kate.text("/start");
    until(sandbox, |_| kate.last_from_bot().is_some()).await;
    emma.text("words of Emma");
    until(sandbox, |_| {
        emma.last_from_bot()
            .is_some_and(|offer| offer.button("Open a ticket").is_some())
    })
    .await;
    emma.press_label("Open a ticket").expect("a button");
    let general = |sandbox: &Sandbox| {
        sandbox
            .person(EMMA)
            .last_from_bot()
            .is_some_and(|offer| offer.button("General").is_some())
    };
    until(sandbox, general).await;
    emma.press_label("General").expect("a button");
    let reads = |who: i64, says: &'static str| {
        move |sandbox: &Sandbox| {
            let messages = sandbox.person(who).messages();
            messages.iter().any(|message| message.text.contains(says))
        }
    };
    until(sandbox, reads(KATE, "words of Emma")).await;
    emma.block();
    for (answer, told) in [("first answer", 1), ("second answer", 2)] {
        kate.press_label("Answer").expect("a button");
        let asked = move |sandbox: &Sandbox| {
            let messages = sandbox.person(KATE).messages();
            let asked = messages
                .iter()
                .filter(|message| message.text.contains("Your next message"));
            asked.count() == told
        };
        until(sandbox, asked).await;
        kate.text(answer);
        let blocked = move |sandbox: &Sandbox| {
            let messages = sandbox.person(KATE).messages();
            let blocked = messages
                .iter()
                .filter(|message| message.text.contains("has blocked the bot"));
            blocked.count() == told
        };
        if sandbox.wait_until(PATIENCE, blocked).await.is_err() {
            panic!("{answer}: Kate is not told\n{}", kate.transcript());
        }
    }
    desk
}

#[actix_rt::test]
async fn held_notices_are_listed_without_words_and_retried_and_dropped_while_the_desk_runs() {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let folder = folder();
    let desk = two_held_answers(&sandbox, folder.path()).await;
    let list = out(&run(folder.path(), &["notices", "list"]));
    assert!(
        !list.contains("answer\"") && !list.contains("first"),
        "{list}"
    );
    assert!(
        list.contains("unreachable") && list.contains("of #1"),
        "{list}"
    );
    let held = listed(folder.path(), "held");
    assert_eq!(held.len(), 2, "{list}");
    let chat = EMMA.to_string();
    let one = out(&run(
        folder.path(),
        &[
            "notices", "list", "--chat", &chat, "--state", "held", "--limit", "1",
        ],
    ));
    assert_eq!(one.lines().count(), 2, "{one}");
    assert!(one.contains("and more"), "{one}");

    // The first is dropped, and the other is tried: Emma is back, though Telegram did not say so.
    let dropped = run(folder.path(), &["notices", "drop", &held[0]]);
    assert_eq!(dropped.status.code(), Some(0), "{}", err(&dropped));
    let again = run(folder.path(), &["notices", "drop", "999"]);
    assert_eq!(again.status.code(), Some(1));
    assert!(out(&again).contains("999 is none"), "{}", out(&again));
    let (code, log) = desk.signal(Signal::TERM).await;
    assert_eq!(code, Some(0), "{log}");
    sandbox.person(EMMA).unblock();
    let retried = run(folder.path(), &["notices", "retry", &held[1]]);
    assert_eq!(retried.status.code(), Some(0), "{}", err(&retried));
    let desk = Desk::start(folder.path(), &sandbox);
    let came = |sandbox: &Sandbox| {
        let messages = sandbox.person(EMMA).messages();
        messages
            .iter()
            .any(|message| message.text.contains("second answer"))
    };
    until(&sandbox, came).await;
    let (code, log) = desk.signal(Signal::TERM).await;
    assert_eq!(code, Some(0), "{log}");
    let emma = sandbox.person(EMMA).transcript().to_string();
    assert!(!emma.contains("first answer"), "{emma}");
    // What is over stays over.
    let sent = run(folder.path(), &["notices", "drop", &held[1]]);
    assert_eq!(sent.status.code(), Some(1));
    assert!(out(&sent).contains("was sent already"), "{}", out(&sent));
    assert_eq!(listed(folder.path(), "held"), [""; 0]);
}

#[actix_rt::test]
async fn a_running_desk_takes_up_what_is_retried() {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let folder = folder();
    let desk = two_held_answers(&sandbox, folder.path()).await;
    let held = listed(folder.path(), "held");
    let told = |sandbox: &Sandbox| {
        let messages = sandbox.person(KATE).messages();
        let blocked = messages
            .iter()
            .filter(|message| message.text.contains("has blocked the bot"));
        blocked.count()
    };
    assert_eq!(told(&sandbox), 2);
    // Emma is still gone: the answer is tried, held again, and Kate hears of it.
    let retried = run(folder.path(), &["notices", "retry", &held[0]]);
    assert_eq!(retried.status.code(), Some(0), "{}", err(&retried));
    until(&sandbox, |sandbox| told(sandbox) == 3).await;
    let (code, log) = desk.signal(Signal::TERM).await;
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("first answer"), "{log}");
}

#[actix_rt::test]
async fn check_names_the_admins_who_cannot_be_reached() {
    let sandbox = Sandbox::start(Options::default()).await.expect("a sandbox");
    let folder = folder();
    let desk = Desk::start(folder.path(), &sandbox);
    let kate = sandbox.person(KATE);
    kate.text("/start");
    until(&sandbox, |_| kate.last_from_bot().is_some()).await;
    kate.block();
    until(&sandbox, |sandbox| sandbox.pending_updates() == 0).await;
    let (code, log) = desk.signal(Signal::TERM).await;
    assert_eq!(code, Some(0), "{log}");
    let mut check = frontdesk(folder.path(), &["check"]);
    check
        .env("FRONTDESK_TELEGRAM__TOKEN", sandbox.token())
        .env("FRONTDESK_TELEGRAM__API_URL", sandbox.api_url())
        .env("FRONTDESK_DESK__ADMINS", format!("[{KATE}, 777]"));
    let output = tokio::process::Command::from(check).output().await;
    let text = out(&output.expect("it runs"));
    let wanted = [
        format!("warning  desk.admins: {KATE} has blocked @frontdesk_demo_bot"),
        "warning  desk.admins: 777 has never written to @frontdesk_demo_bot".to_owned(),
    ];
    for line in wanted {
        assert!(text.contains(&line), "{line} is not in\n{text}");
    }
}
