//! Stops while much goes on, and while what has to be waited for does not come.

use frontdesk_sandbox::{Fault, Outage};
use rustix::process::Signal;

use super::Place;
use crate::town::{ANNA, EMMA, KATE, OLEG};

#[actix_rt::test]
async fn told_to_stop_under_load_it_leaves_nothing_unknown() {
    let place = Place::new().await;
    let mut written = 0;
    for signal in [Signal::TERM, Signal::INT, Signal::TERM] {
        let desk = place.open();
        let before = place.sandbox.calls().len();
        for _ in 0..10 {
            for person in [ANNA, EMMA, KATE, OLEG] {
                written += 1;
                place
                    .sandbox
                    .person(person)
                    .text(&format!("words {written}"));
            }
        }
        // In the middle of it.
        place
            .until("an answer", |sandbox| {
                let calls = sandbox.calls_after(u64::try_from(before).unwrap_or(0));
                calls.iter().any(|call| call.method == "sendMessage")
            })
            .await;
        desk.tell(signal);
        let (code, log) = desk.ends().await;
        assert_eq!(code, Some(0), "{log}");
        assert!(
            log.contains("stopping: what is in flight is finished first"),
            "{log}"
        );
        assert_eq!(log.matches("the desk is closed").count(), 1, "{log}");
        assert!(!log.contains("unclean=true"), "{log}");
    }
    let desk = place.open();
    place
        .until("all is confirmed", |sandbox| sandbox.pending_updates() == 0)
        .await;
    let log = desk.stops().await;
    assert!(!log.contains("unclean=true"), "{log}");
}

#[actix_rt::test]
async fn a_stop_does_not_wait_for_a_telegram_that_is_away_or_silent() {
    let place = Place::new().await;
    let desk = place.open();
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    place.sandbox.begin_outage(Outage::Cut, None);
    place.emma().text("/help");
    desk.says("Telegram hands out no updates").await;
    desk.stops().await;

    // The poll that would confirm the last batch hangs.
    place.sandbox.end_outage();
    let desk = place.open();
    place.emma_reads("/cancel").await;
    place.sandbox.fail_next("getUpdates", None, Fault::Hang, 2);
    desk.stops().await;
}

#[actix_rt::test]
async fn a_stop_while_the_database_is_locked_ends_with_the_grace() {
    let place = Place::new().await;
    let desk = place.open_with(&[("FRONTDESK_ACTORS__SHUTDOWN_GRACE", "1")]);
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    let other = place.database().await;
    let lock = other.write().await.expect("the lock");
    place.emma().text("/help");
    desk.tell(Signal::TERM);
    let (code, log) = desk.ends().await;
    assert_eq!(code, Some(1), "{log}");
    assert!(
        log.contains("frontdesk: the stop took longer than"),
        "{log}"
    );
    drop(lock);
    other.close().await;

    let desk = place.open();
    desk.says("unclean=true").await;
    place.emma_reads("/cancel").await;
    desk.stops().await;
}

#[actix_rt::test]
async fn a_call_that_hangs_leaves_the_database_closed_in_order() {
    let place = Place::new().await;
    let desk = place.open_with(&[("FRONTDESK_ACTORS__SHUTDOWN_GRACE", "2")]);
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    place
        .sandbox
        .fail_next("sendMessage", Some(EMMA), Fault::Hang, 1);
    place.emma().text("/help");
    place
        .until("a call that hangs", |sandbox| {
            sandbox.pending_updates() == 0 && sandbox.faults().is_empty()
        })
        .await;
    desk.tell(Signal::TERM);
    let (code, log) = desk.ends().await;
    assert_eq!(code, Some(1), "{log}");

    let desk = place.open();
    place.emma_reads("/cancel").await;
    let log = desk.stops().await;
    assert!(log.contains("unclean=false"), "{log}");
}
