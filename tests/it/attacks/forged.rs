//! Forged, former and foreign: what somebody may not do, they cannot.

use super::*;

#[actix_rt::test]
async fn forged_buttons_of_every_kind_by_a_user_change_nothing() {
    let town = Town::new().await;
    let (anna, emma, oleg) = (town.person(ANNA), town.person(EMMA), town.person(OLEG));
    emma.opens_ticket("Private matters", "nobody else may read this")
        .await;
    oleg.replies_to("nobody else", "A private answer").await;
    let before = about_ticket_1(&oleg).await;
    let (emmas, olegs) = (emma.transcript(), oleg.transcript());
    anna.writes("/start").await;
    let under = anna.last().id;
    for data in every_button() {
        anna.person().press_forged(under, &data);
    }
    town.settle().await;
    for secret in ["Private matters", "nobody else", "private answer", "Олег"] {
        anna.must_not_read(secret);
    }
    assert_eq!(emma.transcript(), emmas);
    assert_eq!(oleg.transcript(), olegs);
    assert_eq!(about_ticket_1(&oleg).await, before);
}

#[actix_rt::test]
async fn forged_buttons_of_every_kind_by_a_former_admin_change_nothing() {
    let mut town = Town::new().await;
    town.person(EMMA)
        .opens_ticket("Private matters", "nobody else may read this")
        .await;
    town.person(OLEG)
        .replies_to("nobody else", "Первый ответ")
        .await;
    {
        // She leaves with an answer that waits for a decision.
        let kate = town.person(KATE);
        kate.writes("/close 1").await;
        kate.replies_to("nobody else", "never to be sent").await;
    }
    town.restart_with_admins(&[OLEG]).await;
    let (emma, oleg, kate) = (town.person(EMMA), town.person(OLEG), town.person(KATE));
    let before = about_ticket_1(&oleg).await;
    let (emmas, olegs) = (emma.transcript(), oleg.transcript());
    let shown = kate.messages().len();
    let under = kate.last().id;
    for data in every_button() {
        kate.person().press_forged(under, &data);
        town.settle().await;
    }
    for message in kate.messages().split_off(shown) {
        assert!(!message.text.contains("Private"), "{}", message.text);
        assert!(!message.text.contains("#1"), "{}", message.text);
    }
    assert_eq!(emma.transcript(), emmas);
    assert_eq!(oleg.transcript(), olegs);
    assert_eq!(about_ticket_1(&oleg).await, before);
}

#[actix_rt::test]
async fn a_former_admin_is_not_asked_about_an_answer_that_waits() {
    let mut town = Town::new().await;
    town.person(EMMA)
        .opens_ticket("A question", "how does it work")
        .await;
    town.person(KATE).writes("/close 1").await;
    town.person(KATE)
        .replies_to("how does it work", "held words")
        .await;
    town.restart_with_admins(&[OLEG]).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    kate.writes("/new").await;
    assert!(
        kate.last().button("General").is_some(),
        "{}",
        kate.transcript()
    );
    emma.must_not_read("held words");
}

#[actix_rt::test]
async fn what_a_former_admin_wrote_is_no_longer_theirs_to_change() {
    let mut town = Town::new().await;
    town.person(EMMA)
        .opens_ticket("A question", "how does it work")
        .await;
    let follow_up = town.person(EMMA).writes("before the change").await;
    let answer = town
        .person(KATE)
        .replies_to("how does it work", "An honest answer")
        .await;
    let album = {
        let kate = town.person(KATE);
        kate.writes("/ticket 1").await;
        kate.presses("Answer").await;
        kate.sends_album(photos(2)).await
    };
    town.restart_with_admins(&[OLEG]).await;
    let (emma, oleg, kate) = (town.person(EMMA), town.person(OLEG), town.person(KATE));
    let pictures = media(&emma);
    kate.edits(answer, "A false answer").await;
    kate.person()
        .late_sibling(album[0], Outgoing::photo().caption("false picture"));
    town.settle().await;
    town.later(TimeDelta::seconds(4)).await;
    emma.must_read("An honest answer");
    emma.must_not_read("false");
    assert_eq!(media(&emma), pictures);
    // Nor does she hear what is changed from now on.
    emma.edits(follow_up, "after the change").await;
    oleg.must_read("after the change");
    kate.must_not_read("after the change");
}

#[actix_rt::test]
async fn what_waits_for_a_former_admin_is_not_delivered() {
    let mut town = Town::new().await;
    town.person(EMMA)
        .opens_ticket("A question", "how does it work")
        .await;
    let full = || Fault::TooManyRequests { retry_after: 600 };
    town.sandbox.fail_next("sendMessage", Some(KATE), full(), 1);
    town.person(EMMA).writes("one more word").await;
    town.person(KATE).writes("/ticket 1").await;
    // One who blocked the bot has them held.
    town.person(OLEG).blocks().await;
    town.person(EMMA).writes("and another word").await;
    town.restart_with_admins(&[ANNA]).await;
    let (kate, oleg) = (town.person(KATE), town.person(OLEG));
    let shown = kate.messages().len();
    town.later(TimeDelta::minutes(11)).await;
    oleg.unblocks().await;
    town.later(TimeDelta::minutes(11)).await;
    for former in [&kate, &oleg] {
        former.must_not_read("another word");
    }
    kate.must_not_read("one more word");
    for message in kate.messages().split_off(shown) {
        assert!(!message.text.contains("#1"), "{}", message.text);
    }
}

#[actix_rt::test]
async fn a_press_with_somebody_elses_draft_or_ticket_moves_nothing() {
    let town = Town::with(ONE_CATEGORY).await;
    let (anna, emma, oleg) = (town.person(ANNA), town.person(EMMA), town.person(OLEG));
    emma.writes("the words of Emma").await;
    emma.presses("Open a ticket").await;
    anna.writes("слова Анны").await;
    let under = anna.last().id;
    for data in ["join:1:1", "rejoin:1:1", "with:1:1", "join:7:1", "make:7"] {
        anna.presses_old(&(under, data.to_owned())).await;
        oleg.must_not_read("слова Анны");
        anna.must_not_read("the words of Emma");
    }
    // They are still there.
    anna.presses_old(&(under, "make:1".to_owned())).await;
    oleg.must_read("слова Анны");
    anna.must_read("#2");
}

#[actix_rt::test]
async fn an_album_is_whole_wherever_it_comes() {
    let town = Town::with(ONE_CATEGORY).await;
    let (oleg, kate) = (town.person(OLEG), town.person(KATE));
    // The very first message.
    let newcomer = town.newcomer(103, "Zoe", "en");
    let album = newcomer.sends_album(photos(3)).await;
    assert_eq!(newcomer.messages().len(), 4, "{}", newcomer.transcript());
    newcomer.presses("Open a ticket").await;
    town.later(TimeDelta::seconds(4)).await;
    assert_eq!(media(&kate), 3, "{}", kate.transcript());
    // An answer by Telegram's reply.
    let to = kate.message_that_says("#1").id;
    let reply = |item: Outgoing| item.reply_to(to);
    kate.sends_album(vec![reply(Outgoing::photo()), reply(Outgoing::video())])
        .await;
    assert_eq!(media(&newcomer), 2, "{}", newcomer.transcript());
    assert_eq!(times(&kate, "Delivered"), 1, "{}", kate.transcript());
    // A note, with a late item.
    kate.writes("/ticket 1").await;
    kate.presses("Note").await;
    let note = kate.sends_album(photos(2)).await;
    kate.person().late_sibling(note[0], Outgoing::photo());
    town.settle().await;
    town.later(TimeDelta::seconds(4)).await;
    assert_eq!(media(&newcomer), 2, "{}", newcomer.transcript());
    // A late item after the ticket is closed is passed on, and reopens nothing.
    kate.writes("/close 1").await;
    newcomer
        .person()
        .late_sibling(album[0], Outgoing::photo().caption("very late"));
    town.settle().await;
    town.later(TimeDelta::seconds(4)).await;
    kate.must_read("very late");
    kate.writes("/ticket 1").await;
    assert!(kate.last().text.contains("Closed"), "{}", kate.last().text);
    assert_eq!(media(&oleg), 4, "{}", oleg.transcript());
}

#[actix_rt::test]
async fn an_album_instead_of_a_subject_or_a_search_is_one_mistake() {
    let town = Town::with(ONE_CATEGORY).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.writes("/new").await;
    let before = emma.messages().len();
    emma.sends_album(photos(4)).await;
    assert_eq!(emma.messages().len(), before + 5, "{}", emma.transcript());
    emma.writes("A good subject").await;
    emma.writes("a good description").await;
    emma.must_read("#1");
    kate.writes("/find").await;
    kate.sends_album(photos(3)).await;
    assert_eq!(times(&kate, "Who "), 0, "{}", kate.transcript());
    assert_eq!(media(&emma), 0);
}

#[actix_rt::test]
async fn an_album_to_a_closed_ticket_is_kept_whole() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    kate.writes("/close 1").await;
    emma.sends_album(photos(3)).await;
    assert_eq!(media(&kate), 0);
    emma.presses_twice("Reopen").await;
    town.later(TimeDelta::seconds(4)).await;
    assert_eq!(media(&kate), 3, "{}", kate.transcript());
}

#[actix_rt::test]
async fn an_edit_of_the_subject_while_the_form_waits_edits_the_draft() {
    let town = Town::with(ONE_CATEGORY).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.writes("/new").await;
    let subject = emma.writes("The wrong subject").await;
    emma.edits(subject, "The right subject").await;
    assert!(
        emma.last().text.contains("The right subject"),
        "{}",
        emma.transcript()
    );
    // One that is none is asked for again, and can be mended in the same way.
    emma.edits(subject, "no").await;
    emma.edits(subject, "The best subject").await;
    emma.writes("a description").await;
    kate.must_read("The best subject");
    kate.must_not_read("The right subject");
    kate.must_not_read("The wrong subject");
}

#[actix_rt::test]
async fn an_edit_of_the_subject_after_back_is_answered() {
    let town = Town::with(ONE_CATEGORY).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.writes("/new").await;
    let subject = emma.writes("The wrong subject").await;
    emma.presses("Back").await;
    emma.edits(subject, "The right subject").await;
    // The question is the next one now, and the form goes on from there.
    assert!(
        emma.last().text.contains("The right subject"),
        "{}",
        emma.transcript()
    );
    emma.writes("a description").await;
    kate.must_read("The right subject");
    kate.must_read("a description");
}

#[actix_rt::test]
async fn edits_reach_every_copy_and_a_note_reaches_nobody() {
    let town = Town::new().await;
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    emma.opens_ticket("A question", "how does it work").await;
    let words = emma.writes("words to be edited").await;
    oleg.replies_to("how does it work", "Сначала так").await;
    town.later(TimeDelta::minutes(11)).await;
    let answer = kate.replies_to("how does it work", "An answer").await;
    oleg.must_read("An answer");
    kate.edits(answer, "A better answer <b>").await;
    for person in [&emma, &oleg] {
        person.must_read("A better answer <b>");
        person.must_not_read("An answer");
    }
    kate.writes("/ticket 1").await;
    kate.presses("Note").await;
    let note = kate.writes("a secret note").await;
    kate.edits(note, "a secret note, edited").await;
    emma.must_not_read("secret");
    kate.writes("/close 1").await;
    emma.edits(words, "edited after the closing").await;
    kate.must_read("edited after the closing");
    kate.writes("/ticket 1").await;
    assert!(kate.last().text.contains("Closed"), "{}", kate.last().text);
    emma.must_not_read("secret");
}

#[actix_rt::test]
async fn an_edit_of_what_was_taken_back_brings_nothing_back() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    let answer = kate.replies_to("how does it work", "A wrong answer").await;
    kate.presses_twice("Take back").await;
    kate.edits(answer, "A wrong answer, edited").await;
    emma.must_not_read("A wrong answer");
}

#[actix_rt::test]
async fn an_answer_taken_back_before_its_delivery_is_never_delivered() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    emma.blocks().await;
    kate.replies_to("how does it work", "A wrong answer").await;
    kate.must_read("blocked");
    kate.writes("/ticket 1").await;
    kate.presses("Take my latest answer back").await;
    emma.unblocks().await;
    emma.must_not_read("A wrong answer");
    kate.must_not_read("✅ Delivered");
}

#[actix_rt::test]
async fn a_reply_to_a_screen_means_the_ticket_that_it_shows_now() {
    let town = Town::with(ONE_CATEGORY).await;
    let (anna, emma, kate) = (town.person(ANNA), town.person(EMMA), town.person(KATE));
    emma.writes("the words of Emma").await;
    emma.presses("Open a ticket").await;
    anna.writes("слова Анны").await;
    anna.presses("Создать тикет").await;
    kate.writes("/ticket 1").await;
    let screen = kate.last().id;
    kate.presses("Back to support").await;
    kate.presses("Open").await;
    kate.presses("#2").await;
    assert_eq!(kate.last().id, screen, "{}", kate.transcript());
    kate.person().reply(screen, "this is for Anna");
    town.settle().await;
    anna.must_read("this is for Anna");
    emma.must_not_read("this is for Anna");
}

#[actix_rt::test]
async fn a_reply_to_a_screen_without_a_ticket_is_sent_to_nobody() {
    let town = Town::with(ONE_CATEGORY).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.writes("the words of Emma").await;
    emma.presses("Open a ticket").await;
    kate.writes("/ticket 1").await;
    let screen = kate.last().id;
    kate.presses("Back to support").await;
    kate.person().reply(screen, "this is for nobody");
    town.settle().await;
    emma.must_not_read("this is for nobody");
}

#[actix_rt::test]
async fn a_reply_to_an_own_message_a_notice_or_one_that_is_gone_finds_its_place() {
    let town = Town::with(ONE_CATEGORY).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_two().await;
    let own = emma.replies_to("#1", "a word about the first").await;
    town.later(TimeDelta::minutes(11)).await;
    emma.person().reply(own, "and another word");
    town.settle().await;
    assert!(
        kate.message_that_says("and another word")
            .text
            .contains("#1"),
        "{}",
        kate.transcript()
    );
    town.later(TimeDelta::minutes(11)).await;
    // A reply to a message that was deleted is an ordinary message.
    let gone = json!({"text": "to what is gone", "reply_to_message": {"message_id": 987_654}});
    town.sandbox
        .push_raw_update(json!({"message": message(EMMA, json!(800_001), gone)}));
    town.settle().await;
    kate.must_not_read("to what is gone");
    assert!(emma.last().button("#2").is_some(), "{}", emma.transcript());
}
