//! Two desks on one database: one works, the other stands by and takes over when the first is gone.

use rustix::process::Signal;

use super::{Desk, Place};

/// It waits while another desk works.
const STANDBY: (&str, &str) = ("FRONTDESK_DATABASE__STANDBY", "true");

async fn stands_by(place: &Place) -> Desk {
    let desk = place.open_with(&[STANDBY]);
    desk.says("standing by: another desk has the database")
        .await;
    desk
}

#[actix_rt::test]
async fn a_desk_that_stands_by_takes_over_from_one_that_is_killed_or_stopped() {
    let place = Place::new().await;
    let mut first = place.open_with(&[STANDBY]);
    place.emma().text("/new");
    place.emma_reads("New ticket").await;
    let second = stands_by(&place).await;
    place.emma().press_label("General").expect("a button");
    place.emma_reads("in one line").await;
    assert_eq!(second.count("the desk is open"), 0, "it only waits");

    // Killed with the form open, and with words on their way.
    first.tell(Signal::KILL);
    place.emma().text("A <subject>");
    first.child.wait().await.expect("an end");
    second.says("the desk is open").await;
    place.emma_reads("A <subject>").await;

    // Stopped in order, and a stop of one that stands by is in order, too.
    let third = stands_by(&place).await;
    let fourth = stands_by(&place).await;
    fourth.tell(Signal::TERM);
    let (code, log) = fourth.ends().await;
    assert_eq!(code, Some(0), "{log}");
    second.stops().await;
    place.emma().text("It hums all day long");
    place.emma_reads("#1").await;
    third.stops().await;
}

#[actix_rt::test]
async fn one_that_stands_by_leaves_the_webhooks_address_to_the_one_that_works() {
    let mut place = Place::new().await;
    place.has_a_webhook();
    let mut first = place.open_with(&[STANDBY]);
    first.says("Telegram posts updates to the webhook").await;
    let second = stands_by(&place).await;
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    first.tell(Signal::KILL);
    first.child.wait().await.expect("an end");
    place.emma().text("/help");
    second.says("the desk is open").await;
    place.emma_reads("How it works").await;
    second.stops().await;
}
