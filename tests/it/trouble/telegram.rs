//! Telegram away, and tokens and pollers that are in each other's way.

use frontdesk_sandbox::{Fault, Outage, Sandbox};

use super::{Desk, Place};

/// How many polls were made so far.
fn polls(sandbox: &Sandbox) -> usize {
    let calls = sandbox.calls();
    let polls = calls.iter().filter(|call| call.method == "getUpdates");
    polls.count()
}

/// Lets trouble begin, waits until the desk has said so and has tried again, ends it, and expects
/// that the desk goes on by itself, with one line for each change.
async fn comes_and_goes(place: &Place, desk: &Desk, kind: Outage, says: &str) {
    let before = (desk.count(says), desk.count("Telegram answers again"));
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    let tried = polls(&place.sandbox);
    place.sandbox.begin_outage(kind, None);
    place.emma().text("/help");
    place
        .until("another try", |sandbox| polls(sandbox) >= tried + 3)
        .await;
    desk.says(says).await;
    assert!(place.sandbox.pending_updates() > 0, "nothing is lost");
    place.sandbox.end_outage();
    place.emma_reads("/cancel").await;
    let after = (desk.count(says), desk.count("Telegram answers again"));
    assert_eq!(after, (before.0 + 1, before.1 + 1));
}

#[actix_rt::test]
async fn telegram_goes_away_and_comes_back() {
    let place = Place::new().await;
    let desk = place.open();
    let says = "Telegram hands out no updates; trying again until it does";
    comes_and_goes(&place, &desk, Outage::Cut, says).await;
    comes_and_goes(&place, &desk, Outage::BadGateway, says).await;
    desk.stops().await;
}

#[actix_rt::test]
async fn another_poller_is_named_and_waited_out() {
    let place = Place::new().await;
    let desk = place.open();
    let says = "another program is polling for this bot's updates";
    comes_and_goes(&place, &desk, Outage::OtherPoller, says).await;
    desk.stops().await;
}

#[actix_rt::test]
async fn a_webhook_is_named_and_waited_out() {
    let place = Place::new().await;
    let conflict = Fault::Refuse {
        code: 409,
        description: "Conflict: can't use getUpdates method while webhook is active; use \
                      deleteWebhook to delete the webhook first"
            .to_owned(),
    };
    place.sandbox.fail_next("getUpdates", None, conflict, 2);
    let desk = place.open();
    desk.says("a webhook is set for this bot").await;
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    assert_eq!(desk.count("a webhook is set"), 1);
    desk.stops().await;
}

#[actix_rt::test]
async fn a_token_that_is_revoked_ends_the_desk_with_a_sentence() {
    let place = Place::new().await;
    let desk = place.open();
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    place.sandbox.begin_outage(Outage::WrongToken, None);
    // Wakes the poll that is open.
    place.emma().text("/help");
    let (code, log) = desk.ends().await;
    assert_eq!(code, Some(2), "{log}");
    let last = log.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("frontdesk: Telegram refuses the token"),
        "{log}"
    );
    let secret = place.sandbox.token().split_once(':').expect("a token").1;
    assert!(!log.contains(secret), "{log}");

    // With one that is valid it goes on where it was.
    place.sandbox.end_outage();
    let desk = place.open();
    place.emma_reads("/cancel").await;
    desk.stops().await;
}

#[actix_rt::test]
async fn a_mistyped_token_does_not_claim_the_database() {
    let place = Place::new().await;
    let typo = place.open_with(&[("FRONTDESK_TELEGRAM__TOKEN", "77:secret")]);
    let (code, log) = typo.ends().await;
    assert_eq!(code, Some(2), "{log}");
    assert!(!log.contains("secret"), "{log}");
    let desk = place.open();
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    desk.stops().await;

    // Now somebody's words are in it.
    let other = place.open_with(&[("FRONTDESK_TELEGRAM__TOKEN", "77:secret")]);
    let (code, log) = other.ends().await;
    assert_eq!(code, Some(2), "{log}");
    assert!(log.contains("the database belongs to bot"), "{log}");
    let mut check = place.command(env!("CARGO_BIN_EXE_frontdesk"), &["check"]);
    let output = check.env("FRONTDESK_TELEGRAM__TOKEN", "77:secret").output();
    let told = String::from_utf8(output.expect("it runs").stdout).expect("text");
    assert!(
        told.contains("error    database.url: the database belongs to bot"),
        "{told}"
    );
    assert!(
        told.contains("error    telegram.token: Telegram refuses the token"),
        "{told}"
    );
}
