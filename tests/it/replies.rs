//! Telegram's reply to a message that has come this moment, before it is stored which ticket that is
//! about.

use std::time::Duration;

use chrono::TimeDelta;
use frontdesk_sandbox::{Fault, Sandbox};

use crate::town::{ANNA, EMMA, KATE, PATIENCE, Town};

/// Waits until somebody sees this.
async fn until_seen(town: &Town, reader: i64, says: &str) {
    let seen = |sandbox: &Sandbox| {
        let messages = sandbox.person(reader).messages();
        messages.iter().any(|message| message.text.contains(says))
    };
    let waited = town.sandbox.wait_until(PATIENCE, seen).await;
    waited.expect("it is seen");
}

#[actix_rt::test]
async fn a_reply_to_what_has_come_this_moment_finds_its_ticket() {
    let town = Town::new().await;
    let (anna, emma, kate) = (town.person(ANNA), town.person(EMMA), town.person(KATE));
    anna.opens_ticket_ru("Вопрос", "не работает").await;
    // She looked at another ticket last.
    kate.writes("/ticket 1").await;
    // The message is there before Telegram's answer is.
    let delay = Fault::Delay {
        millis: 3_000,
        jitter_millis: 0,
    };
    town.sandbox
        .fail_next("sendMessage", Some(KATE), delay.clone(), 1);
    emma.writes("/new").await;
    emma.presses("General").await;
    emma.writes("A question").await;
    emma.person().text("how does it work");
    until_seen(&town, KATE, "how does it work").await;
    let to = kate.message_that_says("how does it work").id;
    kate.person().reply(to, "Like this");
    town.settle().await;
    emma.must_read("Like this");
    kate.must_not_read("Who is this for?");
    // A user is as quick, and so is a ban.
    town.sandbox
        .fail_next("sendMessage", Some(EMMA), delay.clone(), 1);
    kate.person().reply(to, "Or like that");
    until_seen(&town, EMMA, "Or like that").await;
    let to = emma.message_that_says("Or like that").id;
    emma.person().reply(to, "neither works");
    town.settle().await;
    kate.must_read("neither works");
    emma.must_not_read("Shall I open a ticket");
    town.sandbox.fail_next("sendMessage", Some(KATE), delay, 1);
    emma.person().text("at all");
    until_seen(&town, KATE, "at all").await;
    let to = kate.message_that_says("at all").id;
    kate.person().reply(to, "/ban impatient");
    town.settle().await;
    kate.must_read("impatient");
}

#[actix_rt::test]
async fn a_reply_to_what_telegram_is_silent_about_waits_for_nothing_long() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    let hang = Fault::HangAfterFor { millis: 2_000 };
    town.sandbox.fail_next("sendMessage", Some(KATE), hang, 1);
    emma.person().text("it does not");
    until_seen(&town, KATE, "it does not").await;
    let to = kate.message_that_says("it does not").id;
    kate.person().reply(to, "Now it does");
    // Which ticket it was about nobody knows yet: the words are kept, and go nowhere by themselves.
    let asked = |sandbox: &Sandbox| {
        let last = sandbox.person(KATE).last_from_bot();
        last.is_some_and(|last| last.text.contains("Who is this for?"))
    };
    // Her chat is held by the call that hangs, then by the pause after it.
    for _ in 0..500 {
        let moment = Duration::from_millis(20);
        if town.sandbox.wait_until(moment, asked).await.is_ok() {
            break;
        }
        town.clock.advance(TimeDelta::milliseconds(500));
    }
    town.settle().await;
    kate.must_read("Who is this for?");
    emma.must_not_read("Now it does");
}
