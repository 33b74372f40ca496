//! What the bot before this one did wrong, one story for each; the numbers are those of
//! ARCHITECTURE.md, "What must never come back".

use chrono::TimeDelta;
use frontdesk_sandbox::{Fault, Outgoing};

use crate::town::{ANNA, EMMA, KATE, OLEG, Town};

#[actix_rt::test]
async fn n01_an_admins_media_and_words_reach_the_user() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    kate.writes("/ticket 1").await;
    kate.presses("Answer").await;
    kate.sends(Outgoing::document("manual.pdf").caption("Page 12"))
        .await;
    let file = emma
        .messages()
        .into_iter()
        .find(|m| m.from_bot && m.media.is_some());
    assert_eq!(file.expect("the manual").text, "Page 12");
    kate.replies_to("how does it work", "And read it twice.")
        .await;
    emma.must_read("And read it twice.");
}

#[actix_rt::test]
async fn n02_a_follow_up_is_noticed_and_hides_nothing() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    emma.writes("please hurry").await;
    kate.must_read("please hurry");
    kate.writes("/admin").await;
    kate.presses("Support").await;
    kate.presses("Open").await;
    assert!(kate.last().button("#1").is_some(), "{}", kate.transcript());
}

#[actix_rt::test]
async fn n03_a_subject_with_markup_is_a_subject() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    for (number, subject) in [
        "a <b",
        "<b>bold</b> & more",
        "*star* _under_ `tick` [x](y)",
        "{ $number } { -term }",
        "backwards",
        "🧑‍🧑‍🧒‍🧒 family",
    ]
    .into_iter()
    .enumerate()
    {
        let number = number + 1;
        emma.opens_ticket(subject, "a description <i>").await;
        emma.must_read(&format!("#{number}"));
        kate.must_read(&format!("#{number}"));
        kate.writes(&format!("/ticket {number}")).await;
        assert!(kate.last().text.contains(subject), "{}", kate.transcript());
        kate.presses("Conversation").await;
        assert!(
            kate.last().text.contains("a description <i>"),
            "{}",
            kate.transcript()
        );
        emma.writes("/cancel").await;
    }
}

#[actix_rt::test]
async fn n04_the_longest_words_are_stored_shown_and_paged() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    let long = format!("{}the end", "я😀 ".repeat(1022));
    assert!(long.encode_utf16().count() <= 4096);
    emma.opens_ticket(&"ы".repeat(200), &long).await;
    kate.must_read("the end");
    for _ in 0..20 {
        emma.writes(&long).await;
    }
    emma.writes("/tickets").await;
    emma.presses("#1").await;
    emma.presses("Conversation").await;
    assert!(emma.last().button("◀").is_some(), "{}", emma.transcript());
    kate.writes("/ticket 1").await;
    kate.presses("Answer").await;
    kate.writes(&long).await;
    emma.must_read("the end");
    let refused: Vec<_> = town
        .sandbox
        .calls()
        .into_iter()
        .filter(|call| !call.ok)
        .collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[actix_rt::test]
async fn n05_the_staffs_lists_have_pages() {
    let town = Town::with("desk.categories = [\"general\"]").await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    for number in 1..=110 {
        emma.person().text("/new");
        emma.person().text(&format!("Subject {number}"));
        emma.person().text("a description");
    }
    town.settle().await;
    kate.writes("/admin").await;
    kate.presses("Support").await;
    kate.presses("All").await;
    assert!(kate.last().button("#1 ").is_some(), "{}", kate.last().text);
    kate.presses("▶").await;
    assert!(
        kate.last().button("#9 ").is_some(),
        "{:?}",
        kate.last().buttons
    );
}

#[actix_rt::test]
async fn n06_a_restart_in_the_middle_forgets_nothing() {
    let mut town = Town::new().await;
    town.person(EMMA).writes("/new").await;
    town.restart().await;
    town.person(EMMA).presses("General").await;
    town.restart().await;
    town.person(EMMA).writes("A subject").await;
    town.close().await;
    // Written while the desk is away.
    town.person(EMMA).person().text("a description");
    town.person(EMMA).person().text("and one thing more");
    town.open().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.must_read("#1");
    kate.must_read("a description");
    kate.must_read("and one thing more");
}

#[actix_rt::test]
async fn n07_commands_are_commands_and_words_get_an_answer() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    let before = emma.messages().len();
    emma.writes("hello?").await;
    assert!(emma.messages().len() > before + 1, "{}", emma.transcript());
    emma.presses("Throw away").await;
    emma.writes("/new").await;
    emma.presses("General").await;
    emma.writes("/start").await;
    emma.writes("/tickets").await;
    kate.writes("/find /start").await;
    emma.must_not_read("#1");
    kate.must_not_read("#1");
}

#[actix_rt::test]
async fn n08_no_item_of_an_album_is_lost_and_no_kind_refused() {
    let town = Town::with("desk.categories = [\"general\"]").await;
    let (anna, oleg) = (town.person(ANNA), town.person(OLEG));
    anna.sends_album((0..10).map(|_| Outgoing::photo()).collect())
        .await;
    anna.presses("Создать тикет").await;
    town.later(TimeDelta::seconds(4)).await;
    let pictures = oleg
        .messages()
        .iter()
        .filter(|m| m.from_bot && m.media.is_some())
        .count();
    assert_eq!(pictures, 10, "{}", oleg.transcript());
    anna.sends(Outgoing::voice()).await;
    anna.sends(Outgoing::sticker("🙂")).await;
    let pictures = oleg
        .messages()
        .iter()
        .filter(|m| m.from_bot && m.media.is_some())
        .count();
    assert_eq!(pictures, 12, "{}", oleg.transcript());
}

#[actix_rt::test]
async fn n09_status_priority_category_and_assignee_can_be_set() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    kate.writes("/ticket 1").await;
    for (menu, choice) in [
        ("Status", "In progress"),
        ("Priority", "High"),
        ("Category", "Technical"),
        ("Assign to me", ""),
        ("Status", "Closed"),
        ("Reopen", ""),
    ] {
        kate.presses(menu).await;
        if !choice.is_empty() {
            kate.presses(choice).await;
        }
    }
    let card = kate.last().text;
    for part in ["High", "Technical", "Kate Miller", "In progress"] {
        assert!(card.contains(part), "{part} in {card}");
    }
}

#[actix_rt::test]
async fn n10_a_notice_has_number_and_buttons_and_a_block_is_told() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    let notice = kate.message_that_says("how does it work");
    assert!(
        notice.text.contains("#1") && notice.button("Answer").is_some(),
        "{notice:?}"
    );
    emma.blocks().await;
    kate.replies_to("how does it work", "Like this").await;
    kate.must_read("blocked");
    kate.must_not_read("✅ Delivered");
    emma.unblocks().await;
    emma.must_read("Like this");
    kate.must_read("✅ Delivered");
}

#[actix_rt::test]
async fn n11_a_stale_answer_is_stored_and_told_or_it_asks() {
    let town = Town::new().await;
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    emma.opens_ticket("A question", "how does it work").await;
    let answer = kate.button("Answer");
    oleg.writes("/close 1").await;
    kate.presses_old(&answer).await;
    kate.writes("Like this").await;
    emma.must_not_read("Like this");
    kate.presses("Throw away").await;
    emma.must_not_read("Like this");
}

#[actix_rt::test]
async fn n12_a_conversation_says_who_wrote_and_back_leads_back() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    kate.writes("/ticket 1").await;
    kate.presses("Conversation").await;
    let page = kate.last().text;
    assert!(
        page.contains("Emma Brown") && !page.contains("You"),
        "{page}"
    );
    kate.presses("Back").await;
    assert!(
        kate.last().button("Priority").is_some(),
        "{}",
        kate.transcript()
    );
}

#[actix_rt::test]
async fn n13_statistics_are_numbers_in_words() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    town.later(TimeDelta::minutes(30)).await;
    kate.replies_to("how does it work", "Like this").await;
    kate.writes("/close 1").await;
    kate.writes("/admin").await;
    kate.presses("Support").await;
    kate.presses("Statistics").await;
    let page = kate.last().text;
    assert!(page.contains("30 min"), "{page}");
    assert!(!page.contains('<') && !page.contains('*'), "{page}");
}

#[actix_rt::test]
async fn n14_a_fresh_installation_creates_its_tables() {
    // Every town starts without a database file; that its tables are there is seen by their use.
    // That taking them away asks first and keeps a copy is told in `cli.rs`.
    let town = Town::new().await;
    town.person(EMMA)
        .opens_ticket("A question", "how does it work")
        .await;
    town.person(EMMA).must_read("#1");
}

#[actix_rt::test]
async fn n15_no_error_shows_the_token() {
    let town = Town::new().await;
    let emma = town.person(EMMA);
    let token = town.sandbox.token().to_owned();
    town.sandbox.fail_next(
        "sendMessage",
        None,
        Fault::Refuse {
            code: 400,
            description: format!("Bad Request: something about /bot{token}/ that nobody knows"),
        },
        1,
    );
    emma.writes("/start").await;
    emma.writes("/help").await;
    for id in [EMMA, KATE, OLEG] {
        assert!(!town.person(id).transcript().contains(&token));
    }
}
