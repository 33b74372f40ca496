//! An update that kills the desk: what it writes is more than the process may write, and the system
//! ends it at once. Everybody else is served, and the operator can have it tried again.

use std::fs;
use std::time::Duration;

use frontdesk_sandbox::Options;

use super::Place;
use crate::town::{ANNA, EMMA};

/// The text of the update, in bytes.
const LARGE: usize = 1_000_000;

/// So far beyond the database's files the process may write: much more than a start needs.
const ROOM: u64 = 500_000;

#[actix_rt::test]
async fn an_update_that_kills_the_desk_is_put_aside_and_can_be_tried_again() {
    put_aside_and_tried_again(Place::new().await).await;
}

#[actix_rt::test]
async fn posted_it_is_put_aside_too() {
    let soon = Options {
        webhook_pause: Duration::from_millis(20),
        ..Options::default()
    };
    let mut place = Place::of(soon).await;
    place.has_a_webhook();
    put_aside_and_tried_again(place).await;
}

async fn put_aside_and_tried_again(place: Place) {
    let desk = place.open();
    place.emma().text("/start");
    place.emma_reads("This is support").await;
    desk.stops().await;

    let raw = serde_json::json!({"message": {
        "message_id": 900_001,
        "date": 1_790_000_000,
        "chat": {"id": EMMA, "type": "private", "first_name": "Emma"},
        "from": {"id": EMMA, "is_bot": false, "first_name": "Emma", "language_code": "en"},
        "text": "A".repeat(LARGE),
    }});
    place.sandbox.push_raw_update(raw);
    place.sandbox.person(ANNA).text("/start");

    let size = |name| fs::metadata(place.file(name)).map_or(0, |file| file.len());
    let room = size("desk.db").max(size("desk.db-wal")) + ROOM;
    // It is killed at the first try, and at the three that are counted.
    for _ in 0..4 {
        let desk = place.open_after(&format!("ulimit -f {}", room / 512));
        let (code, log) = desk.ends().await;
        assert_eq!(code, None, "the system kills it: {log}");
    }

    let desk = place.open();
    desk.says("an update is put aside").await;
    place
        .until("Anna is answered", |sandbox| {
            sandbox.pending_updates() == 0 && sandbox.person(ANNA).last_from_bot().is_some()
        })
        .await;
    let (code, list) = place.operator(&["quarantine", "list"]);
    assert_eq!(code, Some(0), "{list}");
    assert!(
        list.contains("the program ended 3 times while handling it"),
        "{list}"
    );
    let id = list.split_whitespace().next().expect("a number").to_owned();
    let (_, shown) = place.operator(&["quarantine", "show", &id]);
    assert!(shown.len() > LARGE, "it is kept whole");

    // This desk may write it.
    let (code, told) = place.operator(&["quarantine", "retry", &id]);
    assert_eq!(code, Some(0), "{told}");
    desk.says("a quarantined update is handled").await;
    let (_, list) = place.operator(&["quarantine", "list"]);
    assert_eq!(list, "nothing was put aside\n");
    desk.stops().await;
}
