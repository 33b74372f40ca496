//! How far an answer has come is seen by the staff, and what has not come through is sent again or
//! dropped, once.

use chrono::TimeDelta;
use expect_test::expect_file;
use frontdesk_sandbox::{Fault, Outgoing};

use crate::town::{ANNA, EMMA, KATE, OLEG, Resident, Town};

/// How many of the bot's messages say this.
fn times(reader: &Resident<'_>, says: &str) -> usize {
    reader
        .messages()
        .iter()
        .filter(|message| message.from_bot && message.text.contains(says))
        .count()
}

/// A refusal for good.
fn refusal() -> Fault {
    Fault::Refuse {
        code: 400,
        description: "Bad Request: not today".to_owned(),
    }
}

#[actix_rt::test]
async fn an_answer_shows_how_far_it_has_come_at_every_step() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    let slow = Fault::TooManyRequests { retry_after: 30 };
    town.sandbox.fail_next("sendMessage", Some(EMMA), slow, 1);
    kate.replies_to("how does it work", "First answer").await;
    kate.writes("/ticket 1").await;
    kate.must_read("Last answer: ⏳ on its way");
    town.later(TimeDelta::seconds(31)).await;
    kate.presses("Conversation").await;
    kate.must_read("✅ delivered");

    town.sandbox
        .fail_next("sendMessage", Some(EMMA), refusal(), 1);
    kate.replies_to("how does it work", "Second answer").await;
    kate.must_read("Telegram does not take this answer");
    emma.blocks().await;
    kate.replies_to("how does it work", "Third answer").await;
    kate.writes("/ticket 1").await;
    kate.must_read("Answers not delivered: 2");
    kate.presses("Conversation").await;
    for part in [
        "✅ delivered",
        "❌ not delivered: refused: Bad Request: not today",
        "⛔️ held",
    ] {
        assert!(
            kate.last().text.contains(part),
            "{part} in {}",
            kate.last().text
        );
    }
    // The failed one is sent again, and waits with the other for Emma's return.
    kate.presses("Send again · 1").await;
    emma.must_not_read("Second answer");
    emma.unblocks().await;
    emma.must_read("Second answer");
    emma.must_read("Third answer");
    kate.writes("/ticket 1").await;
    kate.must_read("Last answer: ✅ delivered");
    kate.presses("History").await;
    kate.must_read("had an answer sent again");
    expect_file!["transcripts/deliveries.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn an_answer_that_may_have_come_twice_says_so() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    town.sandbox
        .fail_next("sendMessage", Some(EMMA), Fault::CutAfter, 1);
    kate.replies_to("how does it work", "Like this").await;
    town.later(TimeDelta::seconds(40)).await;
    kate.writes("/ticket 1").await;
    kate.must_read("✅ delivered · may have come twice");
}

#[actix_rt::test]
async fn a_held_answer_that_is_dropped_never_comes_and_is_dropped_once() {
    let town = Town::new().await;
    let (anna, oleg, kate) = (town.person(ANNA), town.person(OLEG), town.person(KATE));
    anna.opens_ticket_ru("Вопрос", "как это работает").await;
    anna.blocks().await;
    oleg.replies_to("как это работает", "Неверный ответ").await;
    oleg.replies_to("как это работает", "Верный ответ").await;
    oleg.writes("/ticket 1").await;
    oleg.presses("Переписка").await;
    let drop = oleg.button("Не отправлять · 1");
    let retry = oleg.button("Отправить снова · 1");
    oleg.presses_twice("Не отправлять · 1").await;
    // Too late, for himself and for a colleague who has the same button.
    oleg.presses_old(&retry).await;
    kate.presses_old(&(kate.last().id, drop.1)).await;
    anna.unblocks().await;
    anna.must_not_read("Неверный");
    anna.must_read("Верный ответ");
    oleg.writes("/ticket 1").await;
    oleg.presses("История").await;
    let history = oleg.last().text;
    assert_eq!(history.matches("отменена").count(), 1, "{history}");
    anna.writes("/tickets").await;
    anna.presses("#1").await;
    anna.presses("Переписка").await;
    anna.must_not_read("Неверный");
    expect_file!["transcripts/dropped_ru.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn what_was_delivered_meanwhile_is_not_dropped() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    emma.blocks().await;
    kate.replies_to("how does it work", "Like this").await;
    let drop = kate.button("Don’t send");
    emma.unblocks().await;
    emma.must_read("Like this");
    kate.presses_old(&drop).await;
    emma.must_read("Like this");
    kate.must_read("Nothing was changed. The answer: ✅ delivered");
}

#[actix_rt::test]
async fn a_heading_without_its_answer_goes_with_it() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    let to = kate.message_that_says("how does it work").id;
    // The heading comes through; the picture has to wait, and Emma goes meanwhile.
    let slow = Fault::TooManyRequests { retry_after: 30 };
    town.sandbox.fail_next("copyMessage", Some(EMMA), slow, 1);
    kate.sends(Outgoing::photo().caption("a picture").reply_to(to))
        .await;
    emma.must_read("🎧 Support · #1");
    emma.blocks().await;
    town.later(TimeDelta::seconds(31)).await;
    kate.must_read("has blocked the bot");
    kate.presses("Don’t send").await;
    emma.unblocks().await;
    emma.must_not_read("a picture");
    emma.must_not_read("🎧 Support · #1");
}

#[actix_rt::test]
async fn retry_and_drop_are_for_admins_and_for_answers_of_that_ticket() {
    let mut town = Town::new().await;
    town.person(EMMA)
        .opens_ticket("A question", "how does it work")
        .await;
    town.person(EMMA).blocks().await;
    town.person(KATE)
        .replies_to("how does it work", "Like this")
        .await;
    let drop = town.person(KATE).button("Don’t send");
    // Forged: another message of that ticket, a ticket that is none, a user who presses.
    let oleg = town.person(OLEG);
    for forged in ["dr:1:1:1", "dr:1:rr:rr", "re:9:1:2"] {
        oleg.presses_old(&(oleg.last().id, forged.to_owned())).await;
    }
    let sam = town.newcomer(300, "Sam", "en");
    sam.writes("/start").await;
    sam.presses_old(&(sam.last().id, drop.1.clone())).await;
    // A former admin.
    town.restart_with_admins(&[OLEG]).await;
    town.person(KATE).presses_old(&drop).await;
    town.person(EMMA).unblocks().await;
    assert_eq!(times(&town.person(EMMA), "Like this"), 1);
}

#[actix_rt::test]
async fn a_held_answer_that_is_taken_back_never_comes_and_cannot_be_sent_again() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    emma.blocks().await;
    kate.replies_to("how does it work", "A wrong answer").await;
    kate.writes("/ticket 1").await;
    let retry = kate.button("Send again");
    kate.presses("Take my latest answer back").await;
    kate.presses_old(&retry).await;
    assert_eq!(times(&kate, "being sent again"), 0, "{}", kate.transcript());
    kate.writes("/ticket 1").await;
    assert!(kate.last().button("Send again").is_none());
    emma.unblocks().await;
    emma.must_not_read("A wrong answer");
}

#[actix_rt::test]
async fn an_album_that_is_held_is_dropped_whole_or_sent_whole() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    emma.blocks().await;
    let to = kate.message_that_says("how does it work").id;
    let album = |name: &str| {
        vec![
            Outgoing::photo()
                .caption(format!("{name} one"))
                .reply_to(to),
            Outgoing::photo()
                .caption(format!("{name} two"))
                .reply_to(to),
        ]
    };
    kate.sends_album(album("first")).await;
    kate.sends_album(album("second")).await;
    kate.writes("/ticket 1").await;
    kate.presses("Conversation").await;
    kate.presses("Don’t send · 1").await;
    emma.unblocks().await;
    emma.must_not_read("first");
    assert_eq!(times(&emma, "second one"), 1, "{}", emma.transcript());
    assert_eq!(times(&emma, "second two"), 1, "{}", emma.transcript());
}

#[actix_rt::test]
async fn a_retry_of_somebody_who_is_still_gone_is_held_again_and_its_author_told() {
    let mut town = Town::new().await;
    town.person(EMMA)
        .opens_ticket("A question", "how does it work")
        .await;
    town.person(EMMA).blocks().await;
    town.person(KATE)
        .replies_to("how does it work", "Like this")
        .await;
    town.person(OLEG)
        .replies_to("how does it work", "And this")
        .await;
    let told = times(&town.person(OLEG), "заблокирован");
    town.restart().await;
    let kate = town.person(KATE);
    kate.writes("/ticket 1").await;
    kate.presses("Conversation").await;
    kate.presses("Send again · 1").await;
    assert_eq!(times(&kate, "has blocked the bot. The answer is kept"), 2);
    // The other author knew already.
    assert_eq!(times(&town.person(OLEG), "заблокирован"), told);
    // Telegram did not say that Emma is back; the next try finds out.
    town.person(EMMA).unblocks().await;
    town.person(EMMA).must_read("Like this");
    town.person(EMMA).must_read("And this");
}

#[actix_rt::test]
async fn a_second_tap_shows_what_the_first_one_came_to() {
    let town = Town::new().await;
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    emma.opens_ticket("A question", "how does it work").await;
    town.sandbox
        .fail_next("sendMessage", Some(EMMA), refusal(), 1);
    kate.replies_to("how does it work", "Like this").await;
    kate.writes("/ticket 1").await;
    let again = kate.button("Send again");
    let slow = Fault::TooManyRequests { retry_after: 30 };
    town.sandbox.fail_next("sendMessage", Some(EMMA), slow, 1);
    kate.presses_twice("Send again").await;
    assert!(
        kate.last().text.contains("is being sent again"),
        "{}",
        kate.transcript()
    );
    // A colleague with the same button was not first, and is told so.
    oleg.presses_old(&(oleg.last().id, again.1.clone())).await;
    let toast = oleg.person().notices().pop().expect("a toast");
    assert!(toast.text.contains("Кто-то успел раньше"), "{toast:?}");
    // Telegram has put the answer off: a card that is drawn now offers to drop it.
    kate.writes("/ticket 1").await;
    kate.presses_twice("Don’t send").await;
    assert!(
        kate.last().text.contains("will not be sent"),
        "{}",
        kate.transcript()
    );
    // The tap before that one was hers too, but it is not what holds now.
    kate.presses_old(&again).await;
    assert!(
        kate.last().text.contains("not sent: dropped"),
        "{}",
        kate.transcript()
    );
    let toasts = kate.person().notices();
    assert!(
        toasts.iter().all(|toast| !toast.text.contains("faster")),
        "{toasts:?}"
    );
    town.later(TimeDelta::seconds(31)).await;
    emma.must_not_read("Like this");
}

#[actix_rt::test]
async fn what_is_sent_again_does_not_wait_for_the_end_of_a_pause() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    // Each failure makes the pause longer.
    for _ in 0..6 {
        town.sandbox
            .fail_next("sendMessage", Some(EMMA), Fault::ServerError(502), 1);
    }
    kate.replies_to("how does it work", "Like this").await;
    for _ in 0..5 {
        town.later(TimeDelta::seconds(40)).await;
    }
    emma.must_not_read("Like this");
    kate.writes("/ticket 1").await;
    kate.presses("Send again").await;
    emma.must_read("Like this");
}

#[actix_rt::test]
async fn a_dropped_answer_leaves_no_trace_in_the_pages_of_its_user() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    kate.replies_to("how does it work", "A first answer").await;
    emma.blocks().await;
    let to = kate.message_that_says("how does it work").id;
    kate.sends_album(vec![
        Outgoing::photo().caption("wrong one").reply_to(to),
        Outgoing::photo().caption("wrong two").reply_to(to),
    ])
    .await;
    kate.presses("Don’t send").await;
    emma.unblocks().await;
    emma.writes("/tickets").await;
    emma.presses("#1").await;
    assert!(emma.last().button("Conversation · 2").is_some());
    emma.presses("Conversation").await;
    emma.must_not_read("taken back");
    emma.presses("Back to #1").await;
    // What had come and was taken back is said to be.
    kate.writes("/ticket 1").await;
    kate.presses("Conversation · 3").await;
    kate.must_read("not sent: dropped");
    kate.presses("Back to #1").await;
    kate.presses("Take my latest answer back").await;
    emma.presses("Conversation · 2").await;
    emma.must_read("taken back");
    emma.must_not_read("A first answer");
}
