//! Updates that Telegram posts: the same stories, whatever comes twice, late, or out of order.

use chrono::TimeDelta;
use frontdesk_sandbox::{Delivery, Outgoing};

use crate::town::{ANNA, EMMA, KATE, OLEG, Town, free_port, webhook};

/// A ticket from its first word to the last, with most of what people can do on the way.
async fn life_of_a_ticket(town: &Town) -> String {
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    emma.writes("/start").await;
    emma.opens_ticket("The <printer>", "It *hums* &amp; hums")
        .await;
    emma.sends(Outgoing::photo().caption("how it looks")).await;
    emma.sends_album(vec![
        Outgoing::photo().caption("one"),
        Outgoing::video(),
        Outgoing::photo(),
    ])
    .await;
    let words = emma.writes("and it smells").await;
    emma.edits(words, "and it smells of smoke").await;
    kate.writes("/ticket 1").await;
    kate.presses("Answer").await;
    kate.writes("Pull the plug, please").await;
    emma.replies_to("Pull the plug", "done").await;
    emma.blocks().await;
    oleg.writes("/ticket 1").await;
    oleg.presses("Ответить").await;
    oleg.writes("И что теперь?").await;
    emma.unblocks().await;
    emma.writes("Loose words").await;
    kate.writes("/close 1").await;
    kate.presses_twice("Undo").await;
    kate.writes("/close 1").await;
    town.later(TimeDelta::hours(1)).await;
    emma.writes("but it still hums").await;
    emma.presses("Reopen").await;
    town.person(ANNA)
        .opens_ticket_ru("Вопрос", "Где мой заказ?")
        .await;
    town.story()
}

#[actix_rt::test]
async fn people_do_not_see_how_updates_come_in() {
    let asked_for = life_of_a_ticket(&Town::new().await).await;
    let posted = Town::with(&webhook(free_port())).await;
    assert_eq!(life_of_a_ticket(&posted).await, asked_for);
    assert!(asked_for.contains("is open again"), "{asked_for}");
}

#[actix_rt::test]
async fn what_is_posted_twice_at_the_same_time_happens_once_and_in_order() {
    let town = Town::with(&webhook(free_port())).await;
    town.sandbox.set_delivery(Delivery {
        twice: 1.0,
        seed: 7,
        ..Delivery::default()
    });
    let emma = town.person(EMMA);
    emma.opens_ticket("Count", "with me").await;
    let words: Vec<String> = (1..=40).map(|number| format!("number {number}")).collect();
    town.sandbox.at_once(|town| {
        for text in &words {
            town.text(EMMA, text).expect("a person");
        }
    });
    town.settle().await;
    assert_eq!(stored(&town), words);
}

#[actix_rt::test]
async fn what_is_posted_in_any_order_is_neither_lost_nor_doubled() {
    let town = Town::with(&webhook(free_port())).await;
    town.person(EMMA).opens_ticket("Count", "with me").await;
    town.sandbox.set_delivery(Delivery {
        twice: 0.5,
        shuffled: true,
        seed: 3,
        ..Delivery::default()
    });
    let mut words: Vec<String> = (100..160)
        .map(|number| format!("number {number}"))
        .collect();
    town.sandbox.at_once(|town| {
        for text in &words {
            town.text(EMMA, text).expect("a person");
        }
    });
    town.settle().await;
    let mut stored = stored(&town);
    assert_ne!(stored, words, "they came in another order");
    stored.sort();
    words.sort();
    assert_eq!(stored, words);
}

/// What Emma wrote after her description, in the order of the rows.
fn stored(town: &Town) -> Vec<String> {
    town.rows(
        "SELECT message_text FROM ticket_messages WHERE message_text LIKE 'number %' ORDER BY id",
    )
}

#[actix_rt::test]
async fn the_mode_can_be_changed_and_nothing_that_waits_is_lost() {
    let mut town = Town::new().await;
    let emma = |town: &Town| town.sandbox.person(EMMA);
    town.person(EMMA)
        .opens_ticket("Modes", "of operation")
        .await;
    let posted = webhook(free_port());
    let elsewhere = webhook(free_port());
    for (number, mode) in [&posted, "", &posted, &elsewhere, ""]
        .into_iter()
        .enumerate()
    {
        town.close().await;
        emma(&town).text(&format!("number {number}"));
        town.restart_with(mode).await;
        emma(&town).text(&format!("number {number} and a half"));
        town.settle().await;
        let url = town.sandbox.webhook_info()["url"].clone();
        let url = url.as_str().expect("text");
        match mode {
            "" => assert_eq!(url, ""),
            mode => assert!(!url.is_empty() && mode.contains(url), "{mode}\n{url}"),
        }
    }
    let words: Vec<String> = (0..5)
        .flat_map(|number| {
            [
                format!("number {number}"),
                format!("number {number} and a half"),
            ]
        })
        .collect();
    assert_eq!(stored(&town), words);
    let drops =
        |call: &frontdesk_sandbox::CallRecord| !call.params["drop_pending_updates"].is_null();
    assert!(!town.sandbox.calls().iter().any(drops));
}
