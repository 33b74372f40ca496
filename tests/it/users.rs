//! What users do: the form, just writing, edits, albums, their tickets.

use chrono::TimeDelta;
use expect_test::expect_file;
use frontdesk_sandbox::{Outgoing, Sandbox};
use serde_json::json;

use crate::town::{ANNA, EMMA, KATE, OLEG, PATIENCE, Town};

#[actix_rt::test]
async fn a_ticket_from_the_first_word_to_closing_in_russian() {
    let town = Town::admins_and(&[OLEG], "").await;
    let (anna, oleg) = (town.person(ANNA), town.person(OLEG));
    anna.writes("/start").await;
    anna.presses("Поддержка").await;
    anna.presses("Создать тикет").await;
    anna.presses("Оплата").await;
    anna.writes("Не прошла оплата").await;
    anna.writes("Карта <Мир>, сумма 500 ₽ & ничего").await;
    oleg.must_read("Карта <Мир>, сумма 500 ₽ & ничего");
    oleg.presses("Ответить").await;
    oleg.writes("Здравствуйте! Уже смотрим.").await;
    anna.must_read("Здравствуйте! Уже смотрим.");
    anna.presses("Ответить").await;
    anna.writes("Спасибо!").await;
    oleg.writes("/close 1").await;
    anna.presses("Открыть снова").await;
    anna.writes("/tickets").await;
    expect_file!["transcripts/journey_ru.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn a_ticket_from_the_first_word_to_closing_in_english() {
    let town = Town::admins_and(&[KATE], "").await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.writes("/start").await;
    emma.presses("Support").await;
    emma.presses("New ticket").await;
    emma.presses("Technical").await;
    emma.writes("No sound").await;
    emma.sends(Outgoing::video().caption("It is <silent>"))
        .await;
    kate.presses("Answer").await;
    kate.sends(Outgoing::photo().caption("Press this *button*"))
        .await;
    emma.writes("/tickets").await;
    emma.presses("#1").await;
    emma.presses("Conversation").await;
    kate.writes("/ticket 1").await;
    kate.presses("Close").await;
    expect_file!["transcripts/journey_en.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn the_form_says_what_is_wrong_and_keeps_the_draft() {
    let town = Town::new().await;
    let emma = town.person(EMMA);
    emma.writes("/new").await;
    emma.presses("General").await;
    emma.writes("ab").await;
    emma.writes(&"x".repeat(201)).await;
    emma.sends(Outgoing::photo()).await;
    emma.writes("A good subject").await;
    emma.writes("1234").await;
    emma.writes("12345").await;
    assert!(emma.last().text.contains("#1"), "{}", emma.transcript());
    expect_file!["transcripts/form_mistakes.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn a_command_in_a_form_is_a_command() {
    let town = Town::new().await;
    let emma = town.person(EMMA);
    emma.writes("/new").await;
    emma.presses("General").await;
    emma.writes("/help").await;
    emma.writes("/new").await;
    emma.presses("Payment").await;
    emma.writes("Paid twice").await;
    emma.writes("/cancel").await;
    emma.writes("/tickets").await;
    emma.must_not_read("#1");
    expect_file!["transcripts/commands_in_a_form.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn back_and_cancel_lead_out_of_every_step() {
    let town = Town::new().await;
    let emma = town.person(EMMA);
    emma.writes("/new").await;
    emma.presses("General").await;
    emma.writes("A subject").await;
    emma.presses("Back").await;
    emma.presses("Back").await;
    emma.presses("Payment").await;
    emma.presses("Cancel").await;
    expect_file!["transcripts/back_and_cancel.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn just_writing_makes_a_ticket_with_one_tap() {
    let town = Town::with("desk.categories = [\"general\"]").await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    let first = emma
        .writes("My parcel did not come\nIt was due on Monday")
        .await;
    emma.writes("and nobody answers the phone").await;
    emma.presses("Open a ticket").await;
    emma.must_read("My parcel did not come");
    kate.must_read("It was due on Monday");
    kate.must_read("and nobody answers the phone");
    // What follows joins it without a question, and is acknowledged by a reaction.
    let more = emma.writes("the number is 77").await;
    kate.must_read("the number is 77");
    let reacted = |id| {
        let messages = emma.messages();
        let message = messages.iter().find(|message| message.id == id);
        message.is_some_and(|message| !message.reactions.is_empty())
    };
    assert!(reacted(more) && !reacted(first));
    expect_file!["transcripts/just_writing.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn with_one_open_ticket_words_join_it_and_with_several_there_is_a_choice() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("The first", "first description").await;
    town.later(TimeDelta::minutes(11)).await;
    emma.writes("this joins the first").await;
    kate.must_read("this joins the first");
    emma.opens_ticket("The second", "second description").await;
    town.later(TimeDelta::minutes(11)).await;
    emma.writes("where does this go").await;
    kate.must_not_read("where does this go");
    emma.presses("#1").await;
    kate.must_read("where does this go");
    expect_file!["transcripts/several_open.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn words_to_a_closed_ticket_are_kept() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("It broke", "it broke yesterday").await;
    kate.writes("/close 1").await;
    emma.replies_to("closed", "it broke again").await;
    kate.must_not_read("it broke again");
    emma.presses("Reopen").await;
    kate.must_read("it broke again");
    expect_file!["transcripts/closed_and_reopened.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn every_kind_is_taken_and_passed_on() {
    let town = Town::new().await;
    let emma = town.person(EMMA);
    emma.opens_ticket("All kinds", "here they come").await;
    for outgoing in [
        Outgoing::photo().caption("a photo"),
        Outgoing::video(),
        Outgoing::document("bill.pdf"),
        Outgoing::voice(),
        Outgoing::audio(),
        Outgoing::video_note(),
        Outgoing::animation(),
        Outgoing::sticker("😀"),
        Outgoing::location(55.75, 37.61),
        Outgoing::contact("Ann", "+100"),
        Outgoing::poll("Which?", &["one", "two"]),
        Outgoing::dice(4),
        Outgoing::venue("Shop", "Main Street 1"),
        Outgoing::other("a_kind_of_tomorrow", json!({"x": 1})),
    ] {
        emma.sends(outgoing).await;
    }
    expect_file!["transcripts/all_kinds.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn an_album_is_one_message_and_a_late_sibling_follows() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.writes("/new").await;
    emma.presses("General").await;
    emma.writes("Three pictures").await;
    let album = emma
        .sends_album(vec![
            Outgoing::photo().caption("look"),
            Outgoing::photo(),
            Outgoing::video(),
        ])
        .await;
    emma.person()
        .late_sibling(album[0], Outgoing::photo().caption("late"));
    town.settle().await;
    town.later(TimeDelta::seconds(4)).await;
    let photos = kate
        .messages()
        .iter()
        .filter(|message| message.from_bot && message.media.is_some())
        .count();
    assert_eq!(photos, 4, "{}", kate.transcript());
    expect_file!["transcripts/album.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn an_edit_changes_the_message_and_its_copies() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A number", "the first words").await;
    let message = emma.writes("my number is 17").await;
    emma.edits(message, "my number is 71").await;
    kate.must_read("my number is 71");
    kate.must_not_read("my number is 17");
    kate.writes("/ticket 1").await;
    kate.presses("History").await;
    expect_file!["transcripts/edits.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn an_edit_in_a_draft_edits_the_draft() {
    let town = Town::with("desk.categories = [\"general\"]").await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    let message = emma.writes("the wrong words").await;
    emma.edits(message, "the right words").await;
    emma.presses("Open a ticket").await;
    kate.must_read("the right words");
    kate.must_not_read("the wrong words");
}

#[actix_rt::test]
async fn pressed_twice_it_happens_once() {
    let town = Town::with("desk.categories = [\"general\"]").await;
    let emma = town.person(EMMA);
    emma.writes("words for a ticket").await;
    let make = emma.button("Open a ticket");
    emma.presses_twice("Open a ticket").await;
    emma.presses_old(&make).await;
    emma.writes("/tickets").await;
    emma.must_read("#1");
    emma.must_not_read("#2");
}

#[actix_rt::test]
async fn a_user_sees_only_their_own_tickets() {
    let town = Town::new().await;
    let (anna, emma) = (town.person(ANNA), town.person(EMMA));
    emma.opens_ticket("Private matters", "nobody else may read this")
        .await;
    anna.writes("/start").await;
    let (message, _) = anna.button("Поддержка");
    for data in [
        "mt:1",
        "mc:1:0",
        "reply:1",
        "mclose:1:1",
        "show:1:1",
        "t:1",
        "c:1:0",
        "h:1:0",
        "desk",
        "answer:1",
        "close:1:1",
        "s:1:1:closed",
        "of:102:0",
        "list:0:all",
        "join:1:1",
    ] {
        anna.presses_old(&(message, data.to_owned())).await;
        anna.must_not_read("Private matters");
        anna.must_not_read("nobody else");
    }
    anna.writes("/ticket 1").await;
    anna.writes("/find Private").await;
    anna.must_not_read("Private matters");
    emma.writes("/tickets").await;
    emma.presses("#1").await;
    emma.must_read("Private matters");
}

#[actix_rt::test]
async fn the_language_can_be_changed() {
    let town = Town::new().await;
    let newcomer = town.newcomer(103, "Jürgen", "de");
    newcomer.writes("/start").await;
    newcomer.writes("/language").await;
    newcomer.presses("English").await;
    newcomer.writes("/help").await;
    expect_file!["transcripts/language.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn a_hundred_and_twenty_tickets_have_pages() {
    let town = Town::with("desk.categories = [\"general\"]").await;
    let emma = town.person(EMMA);
    for number in 1..=120 {
        emma.person().text("/new");
        emma.person().text(&format!("Subject {number}"));
        emma.person().text("a description");
    }
    town.settle().await;
    emma.writes("/tickets").await;
    emma.must_read("120");
    emma.presses("▶").await;
    let labels: Vec<_> = emma.last().buttons.into_iter().flatten().collect();
    assert!(labels.len() < 20, "{labels:?}");
    assert!(
        labels.iter().any(|button| button.text.contains("#112")),
        "{labels:?}"
    );
}

#[actix_rt::test]
async fn an_old_button_still_works() {
    let town = Town::new().await;
    let emma = town.person(EMMA);
    emma.writes("/start").await;
    let old = emma.button("Support");
    emma.writes("/help").await;
    emma.presses_old(&old).await;
    assert!(
        emma.last().button("New ticket").is_some(),
        "{}",
        emma.transcript()
    );
    emma.presses_old(&(old.0, "no such button".to_owned()))
        .await;
    expect_file!["transcripts/old_buttons.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn the_commands_stand_in_the_menu_of_each_in_their_language() {
    let town = Town::new().await;
    let names = |id| -> Vec<String> {
        let commands = town.person(id).person().commands();
        commands.into_iter().map(|(name, _)| name).collect()
    };
    let said = |id| town.person(id).person().commands().remove(2).1;
    town.sandbox
        .wait_until(PATIENCE, |sandbox| {
            sandbox.person(KATE).commands().len() > sandbox.person(EMMA).commands().len()
                && !sandbox.person(ANNA).commands().is_empty()
        })
        .await
        .expect("the commands are set");
    let users = ["start", "help", "new", "tickets", "language", "cancel"];
    assert_eq!(names(EMMA), users);
    assert_eq!(names(ANNA), users);
    assert_eq!(said(EMMA), "New ticket");
    assert_eq!(said(ANNA), "Создать тикет");
    assert!(names(KATE).contains(&"admin".to_owned()));
    assert!(!names(EMMA).contains(&"admin".to_owned()));
}

#[actix_rt::test]
async fn commands_are_set_only_when_they_changed() {
    let mut town = Town::new().await;
    // For everybody and for each of the two admins: in both languages, and for all others.
    let all = 9;
    let set = |sandbox: &Sandbox| {
        let calls = sandbox.calls();
        let set = calls.iter().filter(|call| call.method == "setMyCommands");
        set.count()
    };
    town.sandbox
        .wait_until(PATIENCE, |sandbox| set(sandbox) == all)
        .await
        .expect("the commands are set");
    // Answered after the last of them, so they are remembered by now.
    town.person(EMMA).writes("/start").await;
    town.restart().await;
    town.person(EMMA).writes("/start").await;
    town.person(KATE).writes("/start").await;
    assert_eq!(set(&town.sandbox), all);
    // An admin who never pressed Start is left alone until they do, and needs no restart then.
    town.restart_with_admins(&[OLEG, KATE, ANNA]).await;
    town.person(KATE).writes("/start").await;
    assert_eq!(set(&town.sandbox), all);
    town.person(ANNA).writes("/start").await;
    town.sandbox
        .wait_until(PATIENCE, |sandbox| set(sandbox) == all + 3)
        .await
        .expect("her commands are set");
    let calls = town.sandbox.calls();
    assert!(calls.iter().all(|call| call.ok), "a refused call");
}

#[actix_rt::test]
async fn what_fails_by_a_fault_of_ours_is_kept_and_told() {
    let town = Town::new().await;
    let (anna, emma) = (town.person(ANNA), town.person(EMMA));
    emma.writes("/start").await;
    town.sandbox.push_raw_update(json!({"message": {
        "message_id": "seven",
        "date": 1,
        "from": {"id": EMMA, "is_bot": false, "first_name": "Emma"},
        "chat": {"id": EMMA, "type": "private", "first_name": "Emma"},
        "text": "hello"
    }}));
    town.settle().await;
    emma.must_read("Something went wrong on our side");
    anna.writes("/start").await;
    anna.must_read("Здравствуйте");
}
