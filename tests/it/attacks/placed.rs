//! Words, edits and answers in unexpected places and orders.

use super::*;

#[actix_rt::test]
async fn words_for_one_user_never_join_an_answer_for_another() {
    let town = Town::with(ONE_CATEGORY).await;
    let (anna, emma, kate) = (town.person(ANNA), town.person(EMMA), town.person(KATE));
    emma.writes("the words of Emma").await;
    emma.presses("Open a ticket").await;
    anna.writes("слова Анны").await;
    anna.presses("Создать тикет").await;
    kate.writes("/close 1").await;
    kate.writes("/close 2").await;
    kate.replies_to("the words of Emma", "only for Emma").await;
    kate.replies_to("слова Анны", "only for Anna").await;
    kate.presses("reopen").await;
    anna.must_read("only for Anna");
    anna.must_not_read("only for Emma");
    emma.must_not_read("only for");
    kate.presses("Waiting for your decision").await;
    kate.presses("reopen").await;
    emma.must_read("only for Emma");
    emma.must_not_read("only for Anna");
    anna.must_not_read("only for Emma");
}

#[actix_rt::test]
async fn an_answer_after_another_admins_waits_however_long_ago_that_was() {
    let town = Town::new().await;
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    emma.opens_ticket("A question", "how does it work").await;
    kate.writes("/ticket 1").await;
    kate.presses("Answer").await;
    oleg.replies_to("how does it work", "Вот так").await;
    town.later(TimeDelta::minutes(25)).await;
    kate.writes("Like this").await;
    emma.must_not_read("Like this");
    // What was seen when Answer was pressed holds nothing up.
    kate.presses("Send").await;
    kate.writes("/ticket 1").await;
    oleg.replies_to("how does it work", "И ещё").await;
    kate.writes("/ticket 1").await;
    kate.presses("Answer").await;
    emma.writes("thanks").await;
    kate.writes("You are welcome").await;
    emma.must_read("You are welcome");
}

#[actix_rt::test]
async fn the_question_about_waiting_words_is_whole_wherever_it_is_asked_again() {
    let town = Town::with(ONE_CATEGORY).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_two().await;
    town.later(TimeDelta::minutes(11)).await;
    emma.writes("where does this go").await;
    kate.replies_to("The first", "An answer").await;
    // Answer under the notice does what it says, and the words wait: the whole question comes again.
    emma.presses("Answer").await;
    emma.writes("thank you").await;
    kate.must_read("thank you");
    kate.must_not_read("where does this go");
    emma.writes("/tickets").await;
    emma.presses("Waiting for your decision").await;
    assert!(emma.last().button("#2").is_some(), "{}", emma.transcript());
    // What waits may be what the new ticket is for.
    emma.writes("/new").await;
    assert!(emma.last().button("#2").is_some(), "{}", emma.transcript());
    // The words of an admin wait beside a ticket of their own.
    kate.writes("/ticket 1").await;
    kate.writes("oops").await;
    kate.writes("/new").await;
    kate.presses("Waiting for your decision").await;
    assert!(kate.last().button("#1").is_some(), "{}", kate.transcript());
}

#[actix_rt::test]
async fn blocked_between_the_answer_and_its_delivery_it_comes_with_their_next_words() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    let slow = Fault::TooManyRequests { retry_after: 30 };
    town.sandbox.fail_next("sendMessage", Some(EMMA), slow, 1);
    kate.replies_to("how does it work", "Like this").await;
    emma.blocks().await;
    town.later(TimeDelta::seconds(31)).await;
    kate.must_read("blocked");
    emma.must_not_read("Like this");
    emma.writes("I am back").await;
    emma.must_read("Like this");
    kate.must_read("I am back");
    assert_eq!(times(&kate, "✅ Delivered"), 1, "{}", kate.transcript());
}

#[actix_rt::test]
async fn a_429_anywhere_delays_and_loses_nothing() {
    let town = Town::new().await;
    let (anna, emma, kate) = (town.person(ANNA), town.person(EMMA), town.person(KATE));
    let full = || Fault::TooManyRequests { retry_after: 17 };
    // A screen.
    town.sandbox.fail_next("sendMessage", Some(EMMA), full(), 1);
    emma.writes("/new").await;
    assert!(emma.person().last_from_bot().is_none());
    anna.writes("/start").await;
    anna.must_read("Здравствуйте");
    town.later(TimeDelta::seconds(18)).await;
    emma.presses("General").await;
    emma.writes("A subject").await;
    // A notice.
    town.sandbox.fail_next("sendMessage", Some(KATE), full(), 2);
    emma.writes("a description").await;
    kate.must_not_read("a description");
    town.later(TimeDelta::seconds(18)).await;
    town.later(TimeDelta::seconds(18)).await;
    assert_eq!(times(&kate, "a description"), 1, "{}", kate.transcript());
    // The copy of an album: it is whole, and in its place.
    town.sandbox
        .fail_next("copyMessages", Some(KATE), full(), 1);
    emma.sends_album(photos(3)).await;
    emma.writes("after the album").await;
    kate.must_not_read("after the album");
    town.later(TimeDelta::seconds(18)).await;
    assert_eq!(media(&kate), 3, "{}", kate.transcript());
    let messages = kate.messages();
    let place = |found: &dyn Fn(&frontdesk_sandbox::SeenMessage) -> bool| {
        messages.iter().rposition(found).expect("it is there")
    };
    assert!(
        place(&|message| message.from_bot && message.media.is_some())
            < place(&|message| message.text.contains("after the album"))
    );
}

#[actix_rt::test]
async fn errors_and_cuts_lose_nothing_and_keep_the_order() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    for fault in [
        Fault::ServerError(500),
        Fault::ServerError(502),
        Fault::CutBefore,
        Fault::CutAfter,
    ] {
        let cut = fault == Fault::CutAfter;
        town.sandbox.fail_next("sendMessage", Some(KATE), fault, 1);
        let word = format!("word {}", kate.messages().len());
        emma.writes(&word).await;
        emma.writes(&format!("after {word}")).await;
        town.later(TimeDelta::seconds(40)).await;
        let came = times(&kate, &word) - times(&kate, &format!("after {word}"));
        assert!(came == 1 || cut && came == 2, "{}", kate.transcript());
        assert_eq!(times(&kate, &format!("after {word}")), 1);
        let said: Vec<_> = kate.messages().into_iter().map(|m| m.text).collect();
        let first = said.iter().position(|text| text.contains(&word));
        let then = said
            .iter()
            .position(|text| text.contains(&format!("after {word}")));
        assert!(first < then, "{}", kate.transcript());
    }
    // The same for a screen.
    for fault in [Fault::ServerError(500), Fault::CutBefore, Fault::CutAfter] {
        town.sandbox.fail_next("*", Some(EMMA), fault, 1);
        emma.writes("/help").await;
        town.later(TimeDelta::seconds(40)).await;
        emma.presses("Menu").await;
        town.later(TimeDelta::seconds(40)).await;
        assert!(
            emma.last().button("Support").is_some(),
            "{}",
            emma.transcript()
        );
    }
}

#[actix_rt::test]
async fn a_chat_that_hangs_delays_no_other() {
    let town = Town::new().await;
    town.sandbox
        .fail_next("sendMessage", Some(EMMA), Fault::Hang, 1);
    town.person(EMMA).person().text("/start");
    town.person(ANNA).person().text("/start");
    town.sandbox
        .wait_until(PATIENCE, |sandbox| {
            sandbox.person(ANNA).last_from_bot().is_some() && sandbox.pending_updates() == 0
        })
        .await
        .expect("Anna is served");
    assert!(town.sandbox.person(EMMA).last_from_bot().is_none());
}

#[actix_rt::test]
async fn formatting_that_is_refused_keeps_no_words_back() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    let refused = Fault::Refuse {
        code: 400,
        description: "Bad Request: can't parse entities".to_owned(),
    };
    town.sandbox
        .fail_next("sendMessage", Some(KATE), refused, 1);
    let bold = json!([{"type": "bold", "offset": 0, "length": 4}]);
    emma.sends(Outgoing::text("bold words").entities(bold))
        .await;
    assert_eq!(times(&kate, "bold words"), 1, "{}", kate.transcript());
}

#[actix_rt::test]
async fn between_the_batch_and_its_delivery_a_restart_loses_nothing() {
    let mut town = Town::new().await;
    town.person(EMMA)
        .opens_ticket("A question", "how does it work")
        .await;
    for (chat, call) in [(EMMA, "sendMessage"), (KATE, "sendMessage")] {
        let full = Fault::TooManyRequests { retry_after: 600 };
        town.sandbox.fail_next(call, Some(chat), full, 1);
    }
    town.person(EMMA).writes("one more word").await;
    town.person(KATE)
        .replies_to("how does it work", "Like this")
        .await;
    town.restart().await;
    town.later(TimeDelta::minutes(11)).await;
    town.restart().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    assert_eq!(times(&emma, "Like this"), 1, "{}", emma.transcript());
    assert_eq!(times(&kate, "one more word"), 1, "{}", kate.transcript());
}

#[actix_rt::test]
async fn whatever_telegram_sends_everybody_else_is_served() {
    let town = Town::new().await;
    let (anna, emma) = (town.person(ANNA), town.person(EMMA));
    emma.writes("/start").await;
    let huge = json!(18_446_744_073_709_551_615_u64);
    let text = |text: &str| json!({"text": text});
    let entity = |entity: Value| json!({"text": "hello 😀", "entities": [entity]});
    let from_emma = json!({"id": EMMA, "is_bot": false, "first_name": "Emma"});
    for update in [
        json!({}),
        json!({"message": null}),
        json!({"message": []}),
        json!({"message": {}}),
        json!({"message": "text"}),
        json!({"a_kind_of_tomorrow": {"x": [1, 2, {"y": null}]}}),
        json!({"poll": {"id": "1"}, "message": null}),
        json!({"message": message(EMMA, huge.clone(), text("one"))}),
        json!({"message": message(EMMA, json!(-1), text("two"))}),
        json!({"message": message(EMMA, json!(1.5), text("three"))}),
        json!({"message": message(EMMA, json!(900_001), json!({"text": 7}))}),
        json!({"message": message(EMMA, json!(900_002), json!({"text": ""}))}),
        json!({"message": message(EMMA, json!(900_003), text("\u{0}\u{1}\u{202e}\u{feff}"))}),
        json!({"message": message(EMMA, json!(900_004), text(&"я😀".repeat(5_000)))}),
        json!({"message": message(EMMA, json!(900_005), json!({"photo": []}))}),
        json!({"message": message(EMMA, json!(900_006), json!({"photo": {}}))}),
        json!({"message": message(EMMA, json!(900_007), json!({"document": {"file_id": null}}))}),
        json!({"message": message(EMMA, json!(900_008), json!({"location": {"latitude": "x"}}))}),
        json!({"message": message(EMMA, json!(900_009), json!({"contact": {}, "from": {"id": "x"}}))}),
        json!({"message": message(EMMA, json!(900_010), json!({"from": null, "text": "nobody"}))}),
        json!({"message": message(EMMA, json!(900_011), json!({"chat": null, "text": "nowhere"}))}),
        json!({"message": message(EMMA, json!(900_012), entity(json!({"type": "of_tomorrow", "offset": 0, "length": 5})))}),
        json!({"message": message(EMMA, json!(900_013), entity(json!({"type": "bold", "offset": huge, "length": huge})))}),
        json!({"message": message(EMMA, json!(900_014), entity(json!({"type": "bold", "offset": -1, "length": -1})))}),
        json!({"message": message(EMMA, json!(900_015), entity(json!({"type": "bold", "offset": 7, "length": 9_000})))}),
        json!({"message": message(EMMA, json!(900_016), entity(json!(["bold"])))}),
        json!({"message": message(EMMA, json!(900_017), json!({"text": "x", "entities": {}}))}),
        json!({"message": message(0, json!(900_018), text("nobody's number"))}),
        json!({"message": message(i64::MAX, json!(900_019), text("the last number"))}),
        json!({"message": message(-5, json!(900_020), text("a negative number"))}),
        json!({"message": message(EMMA, json!(i64::MAX), text("the last message"))}),
        json!({"edited_message": message(EMMA, json!(900_021), text("an edit of nothing"))}),
        json!({"edited_message": message(EMMA, json!(900_022), text("/new"))}),
        json!({"callback_query": {"id": "1", "from": from_emma}}),
        json!({"callback_query": {"id": 1, "from": from_emma, "data": "home"}}),
        json!({"callback_query": {"id": "2", "from": from_emma, "data": "home", "message": {"message_id": -1}}}),
        json!({"callback_query": {"id": "3", "from": from_emma, "data": "x".repeat(10_000)}}),
        json!({"my_chat_member": {}}),
        json!({"my_chat_member": {"chat": {"id": EMMA, "type": "private"}, "from": from_emma, "new_chat_member": {"status": "of_tomorrow"}}}),
    ] {
        town.sandbox.push_raw_update(update);
    }
    town.settle().await;
    anna.writes("/start").await;
    anna.must_read("Здравствуйте");
    emma.writes("/cancel").await;
    emma.writes("/start").await;
    assert!(
        emma.last().button("Support").is_some(),
        "{}",
        emma.transcript()
    );
    assert!(!town.desk_failed_at(&[EMMA, ANNA, KATE, OLEG]));
}

impl Town {
    /// Whether Telegram refused any call for one of these people as wrong.
    fn desk_failed_at(&self, people: &[i64]) -> bool {
        let calls = self.sandbox.calls();
        calls.iter().any(|call| {
            let wrong = !call.ok && call.method.starts_with("send");
            let chat = call.params["chat_id"].as_i64();
            wrong && people.iter().any(|id| chat == Some(*id))
        })
    }
}

#[actix_rt::test]
async fn the_same_update_again_changes_nothing() {
    let mut town = Town::new().await;
    town.person(EMMA)
        .opens_ticket("A question", "how does it work")
        .await;
    // A message, confirmed, and given out again under its number.
    let number = town.sandbox.push_raw_update(
        json!({"message": message(EMMA, json!(700_001), json!({"text": "said once"}))}),
    );
    town.settle().await;
    town.close().await;
    town.sandbox.restart_update_ids(number);
    let again = town.sandbox.push_raw_update(
        json!({"message": message(EMMA, json!(700_001), json!({"text": "said once"}))}),
    );
    assert_eq!(number, again);
    town.open().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    assert_eq!(times(&kate, "said once"), 1, "{}", kate.transcript());
    // Another update that brings a message whose number was there before is kept, or put aside,
    // and holds nobody up.
    town.sandbox.push_raw_update(
        json!({"message": message(EMMA, json!(700_001), json!({"text": "the number again"}))}),
    );
    town.settle().await;
    emma.writes("and so it goes on").await;
    kate.must_read("and so it goes on");
    kate.must_read("said once");
}

#[actix_rt::test]
async fn different_buttons_at_once_are_taken_one_after_the_other() {
    let town = Town::with(ONE_CATEGORY).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.writes("words for a ticket").await;
    let (under, make) = emma.button("Open a ticket");
    let (_, discard) = emma.button("Throw away");
    emma.person().press(under, &make);
    emma.person().press(under, &discard);
    town.settle().await;
    assert_eq!(times(&kate, "words for a ticket"), 1);
    emma.must_read("#1");
    kate.writes("/ticket 1").await;
    let (under, close) = kate.button("Close");
    let (_, answer) = kate.button("Answer");
    kate.person().press(under, &close);
    kate.person().press(under, &answer);
    kate.person().press(under, &close);
    town.settle().await;
    kate.writes("is it closed?").await;
    emma.must_not_read("is it closed?");
    assert_eq!(times(&emma, "closed"), 1, "{}", emma.transcript());
}

#[actix_rt::test]
async fn an_edit_of_a_command_after_answer_is_no_answer() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    let typed = kate.writes("/ticket 1").await;
    kate.presses("Answer").await;
    kate.edits(typed, "ticket 1").await;
    emma.must_not_read("ticket 1");
    // The form still waits for its message.
    kate.writes("the true answer").await;
    emma.must_read("the true answer");
}
