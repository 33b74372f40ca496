//! What Telegram refuses, delays, repeats or cuts off, and what is strange but allowed.

use super::*;

#[actix_rt::test]
async fn start_with_anything_behind_it_is_start() {
    let town = Town::new().await;
    let emma = town.person(EMMA);
    for text in [
        "/start abc-DEF_123",
        "/START",
        "/start@nobody_bot x",
        "/start <b>",
    ] {
        emma.writes(text).await;
        assert!(
            emma.last().button("Support").is_some(),
            "{}",
            emma.transcript()
        );
    }
}

#[actix_rt::test]
async fn names_can_be_anything() {
    let town = Town::with(ONE_CATEGORY).await;
    let kate = town.person(KATE);
    let longest = "𝕬😀".repeat(32);
    let ten_thousand = "<я".repeat(5_000);
    let names = [
        longest.as_str(),
        "\u{200b}\u{202e}\u{0}\u{7}\u{feff}",
        "",
        "<b>&amp;{ $x }",
        "a\nb\r\nc",
        ten_thousand.as_str(),
    ];
    for (place, name) in names.into_iter().enumerate() {
        let id = 110 + i64::try_from(place).expect("a small number");
        let newcomer = town.newcomer(id, name, "en");
        newcomer.writes("words from them").await;
        newcomer.presses("Open a ticket").await;
        kate.writes(&format!("/ticket {}", place + 1)).await;
        assert!(
            kate.last().text.contains(&format!("#{}", place + 1)),
            "{name:?}"
        );
        kate.presses("Conversation").await;
        kate.writes("/admin").await;
        kate.presses("Support").await;
        kate.presses("All").await;
        assert!(
            kate.last().button(&format!("#{} ", place + 1)).is_some(),
            "{name:?}"
        );
        kate.writes(&format!("/ticket {}", place + 1)).await;
        kate.presses("Answer").await;
        kate.writes("an answer to them").await;
        newcomer.must_read("an answer to them");
    }
    let refused: Vec<_> = town.sandbox.calls().into_iter().filter(|c| !c.ok).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[actix_rt::test]
async fn sixty_loose_messages_all_arrive_in_order() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    for number in 1..=60 {
        emma.person().text(&format!("message {number}."));
    }
    town.settle().await;
    let said: Vec<_> = kate
        .messages()
        .into_iter()
        .filter(|message| message.from_bot)
        .map(|message| message.text)
        .collect();
    let mut from = 0;
    for number in 1..=60 {
        let found = said[from..]
            .iter()
            .position(|text| text.contains(&format!("message {number}.")));
        from += found.unwrap_or_else(|| panic!("{number} is missing in\n{}", kate.transcript()));
    }
    emma.writes("/tickets").await;
    emma.must_not_read("#2");
}

#[actix_rt::test]
async fn ten_thousand_characters_are_taken_wherever_they_come() {
    let town = Town::with(ONE_CATEGORY).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    let long = format!("{} the end", "я😀< ".repeat(2_000));
    emma.writes("/new").await;
    emma.writes(&long).await;
    emma.writes("/cancel").await;
    emma.writes(&long).await;
    emma.presses("Open a ticket").await;
    kate.must_read("the end");
    kate.writes(&format!("/find {}", "я<".repeat(1_500))).await;
    kate.writes("/find").await;
    kate.writes(&"%_'\"\\; --".repeat(200)).await;
    kate.writes("/ticket 1").await;
    kate.presses("Note").await;
    kate.writes(&"n".repeat(4_096)).await;
    kate.presses("Answer").await;
    kate.writes(&"a".repeat(4_096)).await;
    emma.must_read(&"a".repeat(4_000));
    emma.must_not_read("nnn");
    let refused: Vec<_> = town.sandbox.calls().into_iter().filter(|c| !c.ok).collect();
    assert!(refused.is_empty(), "{refused:?}");
}

#[actix_rt::test]
async fn an_admin_can_be_a_user_too() {
    let town = Town::new().await;
    let (kate, oleg) = (town.person(KATE), town.person(OLEG));
    kate.opens_ticket("My own question", "what do I do").await;
    oleg.must_read("what do I do");
    assert_eq!(times(&kate, "🆕"), 0, "{}", kate.transcript());
    kate.writes("and a follow-up").await;
    oleg.must_read("and a follow-up");
    oleg.replies_to("what do I do", "Вот что").await;
    kate.must_read("Вот что");
    kate.replies_to("Вот что", "Thank you").await;
    oleg.must_read("Thank you");
    kate.presses("Answer").await;
    kate.writes("Thanks again").await;
    oleg.must_read("Thanks again");
    // Alone, an admin can open a ticket and answer it.
    let town = Town::admins_and(&[KATE], ONE_CATEGORY).await;
    let kate = town.person(KATE);
    kate.writes("note to self").await;
    kate.presses("Open a ticket of my own").await;
    kate.presses("Open a ticket").await;
    kate.writes("/ticket 1").await;
    kate.presses("Answer").await;
    kate.writes("answer to self").await;
    kate.must_read("answer to self");
}

#[actix_rt::test]
async fn names_of_admins_are_told_only_where_they_may_be() {
    for (toml, told) in [("", false), ("desk.admin_names = true", true)] {
        let town = Town::with(toml).await;
        let (emma, kate) = (town.person(EMMA), town.person(KATE));
        emma.opens_ticket("A question", "how does it work").await;
        kate.replies_to("how does it work", "Like this").await;
        emma.presses("Open").await;
        emma.presses("Conversation").await;
        emma.writes("/tickets").await;
        emma.presses("#1").await;
        let close = emma.button("Close");
        kate.writes("/close 1").await;
        emma.presses_old(&close).await;
        assert_eq!(emma.reads("Kate"), told, "{}", emma.transcript());
    }
}

#[actix_rt::test]
async fn categories_of_the_longest_cyrillic_words_work_everywhere() {
    let word = "щ".repeat(16);
    let town = Town::with(&format!("desk.categories = [\"general\", \"{word}\"]")).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.writes("/new").await;
    emma.presses(&word).await;
    emma.writes("A subject").await;
    emma.writes("a description").await;
    kate.must_read(&word);
    kate.writes("/ticket 1").await;
    kate.presses("Category").await;
    kate.presses("General").await;
    kate.presses("Category").await;
    kate.presses(&word).await;
    assert!(kate.last().text.contains(&word), "{}", kate.transcript());
    kate.writes("/admin").await;
    kate.presses("Support").await;
    kate.presses("Filters").await;
    kate.presses(&word).await;
    assert!(kate.last().button("#1").is_some(), "{}", kate.transcript());
}

#[actix_rt::test]
async fn a_group_that_invites_it_again_is_told_again_and_nothing_there_counts() {
    let town = Town::new().await;
    let (anna, kate) = (town.person(ANNA), town.person(KATE));
    anna.writes("/start").await;
    let first = town.sandbox.add_to_group(ANNA, "Friends");
    town.settle().await;
    let second = town.sandbox.add_to_group(ANNA, "Friends");
    let kates = kate.transcript();
    town.sandbox.push_raw_update(json!({"message": {
        "message_id": 1, "date": 1, "text": "/new",
        "from": {"id": ANNA, "is_bot": false, "first_name": "Анна"},
        "chat": {"id": second, "type": "supergroup", "title": "Friends"},
    }}));
    town.sandbox.push_raw_update(json!({"callback_query": {
        "id": "77", "data": "new",
        "from": {"id": ANNA, "is_bot": false, "first_name": "Анна"},
        "message": {"message_id": 1, "date": 1, "chat": {"id": second, "type": "group"}},
    }}));
    let shown = anna.messages().len();
    town.settle().await;
    for group in [first, second] {
        let seen = town.sandbox.group(group).expect("the group");
        assert!(!seen.bot_is_member);
        let said = seen.messages.iter().filter(|message| message.from_bot);
        assert_eq!(said.count(), 1);
    }
    assert_eq!(anna.messages().len(), shown);
    assert_eq!(kate.transcript(), kates);
}

#[actix_rt::test]
async fn under_the_limits_of_telegram_everything_comes_as_time_goes_by() {
    let town = Town::with(
        "limits.global_per_second = 30\nlimits.chat_per_second = 1\nlimits.chat_burst = 5",
    )
    .await;
    let (anna, emma, kate) = (town.person(ANNA), town.person(EMMA), town.person(KATE));
    // What the first second allows may have been sent by the program before this one.
    town.later(TimeDelta::seconds(1)).await;
    emma.opens_ticket("A question", "how does it work").await;
    for number in 1..=30 {
        emma.person().text(&format!("word {number}."));
    }
    town.settle().await;
    anna.writes("/start").await;
    anna.must_read("Здравствуйте");
    kate.must_not_read("word 30.");
    for _ in 0..90 {
        town.later(TimeDelta::seconds(1)).await;
    }
    for number in 1..=30 {
        assert_eq!(times(&kate, &format!("word {number}.")), 1, "word {number}");
    }
    emma.writes("/tickets").await;
    emma.must_read("#1");
}

#[actix_rt::test]
async fn what_is_old_repeated_or_too_late_says_so() {
    let town = Town::with(ONE_CATEGORY).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.writes("words for a ticket").await;
    let discard = emma.button("Throw away");
    emma.presses("Open a ticket").await;
    // The button of a draft that was sent shows what became of it.
    emma.presses_old(&discard).await;
    assert!(emma.last().text.contains("#1"), "{}", emma.transcript());
    kate.writes("/close 1").await;
    let undo = kate.button("Undo");
    town.later(TimeDelta::minutes(11)).await;
    kate.presses_old(&undo).await;
    kate.writes("/ticket 1").await;
    assert!(kate.last().text.contains("Closed"), "{}", kate.transcript());
    for text in [
        "/ticket",
        "/ticket x",
        "/ticket 99999999999999999999",
        "/ticket -1",
        "/ticket 0",
        "/close 77",
        "/find #1",
        "/find @",
    ] {
        let before = kate.messages().len();
        kate.writes(text).await;
        assert!(kate.messages().len() > before + 1, "{text} has no answer");
        kate.writes("/cancel").await;
    }
    emma.must_not_read("open again");
}

#[actix_rt::test]
async fn an_edit_while_words_wait_changes_what_is_sent() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    kate.writes("/close 1").await;
    let held = kate.replies_to("how does it work", "wrong words").await;
    kate.edits(held, "right words").await;
    kate.presses_twice("Send and reopen").await;
    assert_eq!(times(&emma, "right words"), 1, "{}", emma.transcript());
    emma.must_not_read("wrong words");
    // And after it was sent, the copy.
    kate.edits(held, "the best words").await;
    emma.must_read("the best words");
    emma.must_not_read("right words");
}

#[actix_rt::test]
async fn a_user_who_is_gone_for_good_and_an_admin_without_a_chat_hold_nobody_up() {
    let town = Town::with(ONE_CATEGORY).await;
    let (anna, emma, kate) = (town.person(ANNA), town.person(EMMA), town.person(KATE));
    emma.writes("words for a ticket").await;
    emma.presses("Open a ticket").await;
    emma.person().deactivate();
    town.person(OLEG).blocks().await;
    kate.replies_to("words for a ticket", "Like this").await;
    kate.must_read("blocked");
    anna.writes("слова Анны").await;
    anna.presses("Создать тикет").await;
    kate.must_read("слова Анны");
}

#[actix_rt::test]
async fn an_answer_typed_in_pieces_and_commands_in_between_goes_nowhere_else() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    kate.writes("/ticket 1").await;
    kate.presses("Answer").await;
    kate.writes("/stats").await;
    kate.writes("words after a command").await;
    emma.must_not_read("words after a command");
    kate.writes("/cancel").await;
    kate.writes("/ticket 1").await;
    kate.presses_twice("Answer").await;
    kate.writes("/etc/passwd is an answer").await;
    emma.must_read("/etc/passwd is an answer");
    kate.writes("and this is none").await;
    emma.must_not_read("and this is none");
}

#[actix_rt::test]
async fn a_closed_ticket_takes_answers_recalls_and_reopenings_only_once() {
    let town = Town::new().await;
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    emma.opens_ticket("A question", "how does it work").await;
    kate.replies_to("how does it work", "Like this").await;
    emma.writes("/tickets").await;
    emma.presses("#1").await;
    let close = emma.button("Close");
    emma.presses_twice("Close").await;
    emma.presses_old(&close).await;
    assert_eq!(
        times(&kate, "closed #1") + times(&kate, "has closed"),
        1,
        "{}",
        kate.transcript()
    );
    let reopen = emma.button("Reopen");
    emma.presses_twice("Reopen").await;
    emma.presses_old(&reopen).await;
    oleg.writes("/close 1").await;
    oleg.writes("/close 1").await;
    assert_eq!(times(&emma, "is closed"), 1, "{}", emma.transcript());
}
