//! What was written and waits for a decision: several at once, each with its own question.

use chrono::TimeDelta;
use expect_test::expect_file;
use frontdesk_sandbox::Outgoing;

use crate::town::{ANNA, EMMA, KATE, OLEG, Town};

const ONE_CATEGORY: &str = "desk.categories = [\"general\"]";

#[actix_rt::test]
async fn several_answers_wait_each_with_its_own_question() {
    let mut town = Town::with(ONE_CATEGORY).await;
    {
        let (anna, emma, kate) = (town.person(ANNA), town.person(EMMA), town.person(KATE));
        emma.writes("the words of Emma").await;
        emma.presses("Open a ticket").await;
        anna.writes("слова Анны").await;
        anna.presses("Создать тикет").await;
        kate.writes("/close 1").await;
        kate.writes("/close 2").await;
        kate.replies_to("the words of Emma", "one more thing for Emma")
            .await;
        kate.replies_to("слова Анны", "one more thing for Anna")
            .await;
        kate.replies_to("the words of Emma", "and another for Emma")
            .await;
    }
    town.restart().await;
    let (anna, emma, kate) = (town.person(ANNA), town.person(EMMA), town.person(KATE));
    // The answer to Emma is asked about, with both messages; the other one is a press away.
    kate.must_read("(2 messages)");
    kate.presses("Send and reopen").await;
    emma.must_read("one more thing for Emma");
    emma.must_read("and another for Emma");
    anna.must_not_read("one more thing");
    kate.presses("Waiting for your decision").await;
    kate.presses("leave closed").await;
    anna.must_read("one more thing for Anna");
    emma.must_not_read("for Anna");
    assert!(
        kate.last().button("Waiting").is_none(),
        "{}",
        kate.transcript()
    );
    expect_file!["transcripts/several_answers_wait.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn loose_words_never_join_an_answer_that_waits() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    kate.writes("/close 1").await;
    let to = kate.message_that_says("how does it work").id;
    kate.sends_album(vec![
        Outgoing::photo().caption("see here").reply_to(to),
        Outgoing::photo(),
    ])
    .await;
    kate.must_read("Your answer has not been sent");
    kate.must_not_read("(2 messages)");
    kate.writes("lunch?").await;
    kate.must_read("Who is this for?");
    kate.presses("Waiting for your decision").await;
    kate.presses("Send and reopen").await;
    town.later(TimeDelta::seconds(4)).await;
    emma.must_read("see here");
    emma.must_not_read("lunch?");
    kate.presses("Waiting for your decision").await;
    kate.presses("Throw away").await;
    emma.must_not_read("lunch?");
    expect_file!["transcripts/loose_words_beside_an_answer.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn the_buttons_of_tickets_work_while_words_wait() {
    let town = Town::with(ONE_CATEGORY).await;
    let (anna, emma, kate) = (town.person(ANNA), town.person(EMMA), town.person(KATE));
    emma.writes("the words of Emma").await;
    emma.presses("Open a ticket").await;
    anna.writes("слова Анны").await;
    anna.presses("Создать тикет").await;
    kate.writes("/ticket 1").await;
    kate.writes("words that wait").await;
    kate.writes("/ticket 2").await;
    kate.presses("Note").await;
    kate.writes("a note about Anna").await;
    kate.presses("Answer").await;
    kate.writes("an answer to Anna").await;
    anna.must_read("an answer to Anna");
    anna.must_not_read("a note");
    kate.writes("/find").await;
    kate.writes("words of Emma").await;
    assert!(kate.last().button("#1").is_some(), "{}", kate.transcript());
    // Nothing of it touched what waits, and the offer names the ticket looked at since.
    kate.presses("Waiting for your decision").await;
    kate.must_read("words that wait");
    kate.presses("Answer #2").await;
    anna.must_read("words that wait");
    emma.must_not_read("words that wait");
}

#[actix_rt::test]
async fn the_question_shows_the_words_as_they_are_now() {
    let town = Town::with(ONE_CATEGORY).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    let typed = emma.writes("my old printer is broken").await;
    emma.edits(typed, "my printer is broken").await;
    assert!(
        emma.last().text.contains("my printer is broken"),
        "{}",
        emma.transcript()
    );
    emma.presses("Open a ticket").await;
    kate.must_read("my printer is broken");
    kate.must_not_read("old printer");
    let typed = kate.writes("this one?").await;
    kate.edits(typed, "which one?").await;
    assert!(
        kate.last().text.contains("which one?"),
        "{}",
        kate.transcript()
    );
    // What is edited while another screen is there is shown when its question comes back.
    kate.writes("/desk").await;
    kate.edits(typed, "which of them?").await;
    assert!(
        kate.last().button("Unassigned").is_some(),
        "{}",
        kate.transcript()
    );
    kate.presses("Waiting for your decision").await;
    kate.must_read("which of them?");
}

#[actix_rt::test]
async fn of_very_many_words_of_an_admin_none_is_lost() {
    let town = Town::with(ONE_CATEGORY).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.writes("the words of Emma").await;
    emma.presses("Open a ticket").await;
    kate.writes("/ticket 1").await;
    for n in 1..=51 {
        kate.person().text(&format!("word {n} of many"));
    }
    town.settle().await;
    // Fifty are one answer, the next begins another.
    kate.presses("Answer #1").await;
    kate.presses("Waiting for your decision").await;
    kate.must_read("(50 messages)");
    kate.presses("Answer #1").await;
    for n in 1..=51 {
        emma.must_read(&format!("word {n} of many"));
    }
}

#[actix_rt::test]
async fn cancel_throws_away_what_is_on_the_screen_and_nothing_else() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    kate.writes("/close 1").await;
    kate.replies_to("how does it work", "an answer that waits")
        .await;
    kate.writes("words that wait").await;
    kate.writes("/find").await;
    kate.presses_twice("Cancel").await;
    // The form is left, and the second tap asks what waits; now it is on the screen.
    kate.must_read("words that wait");
    kate.writes("/cancel").await;
    kate.must_read("Thrown away");
    kate.writes("/cancel").await;
    kate.must_read("an answer that waits");
    kate.presses("leave closed").await;
    emma.must_read("an answer that waits");
    emma.must_not_read("words that wait");
    kate.writes("/cancel").await;
    kate.must_read("nothing to cancel");
}

#[actix_rt::test]
async fn an_answer_to_a_ticket_that_was_closed_meanwhile_asks_again() {
    let town = Town::new().await;
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    emma.opens_ticket("A question", "how does it work").await;
    town.later(TimeDelta::minutes(1)).await;
    oleg.replies_to("how does it work", "Вот так").await;
    kate.replies_to("how does it work", "Like this").await;
    kate.must_read("Олег Петров");
    oleg.writes("/close 1").await;
    kate.presses_twice("Send anyway").await;
    emma.must_not_read("Like this");
    kate.presses("Waiting for your decision").await;
    kate.must_read("is closed.");
    kate.presses("Send and reopen").await;
    emma.must_read("Like this");
}

#[actix_rt::test]
async fn words_to_two_closed_tickets_are_never_mixed() {
    let town = Town::with(ONE_CATEGORY).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    for words in ["the first trouble", "the second trouble"] {
        emma.writes(words).await;
        emma.presses("Open a ticket").await;
        kate.writes("/ticket 1").await;
        kate.writes("/close 1").await;
        kate.writes("/close 2").await;
        town.later(TimeDelta::minutes(11)).await;
    }
    emma.replies_to("#1 is open", "again the first").await;
    emma.replies_to("#2 is open", "again the second").await;
    emma.presses("Reopen #2").await;
    emma.presses("Waiting for your decision").await;
    emma.presses("Reopen #1").await;
    assert!(
        kate.message_that_says("again the first")
            .text
            .contains("#1"),
        "{}",
        kate.transcript()
    );
    assert!(
        kate.message_that_says("again the second")
            .text
            .contains("#2"),
        "{}",
        kate.transcript()
    );
}

#[actix_rt::test]
async fn what_is_found_is_turned_page_by_page() {
    let town = Town::with(ONE_CATEGORY).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    for n in 1..=9 {
        emma.writes("/new").await;
        emma.writes(&format!("Printer {n}")).await;
        emma.writes("it does not print").await;
    }
    kate.writes("/find printer").await;
    assert!(kate.last().text.contains("· 9"), "{}", kate.transcript());
    assert!(kate.last().button("Printer 9").is_some());
    assert!(kate.last().button("Printer 1").is_none());
    kate.presses("▶").await;
    assert!(
        kate.last().button("Printer 1").is_some(),
        "{}",
        kate.transcript()
    );
    kate.presses("#1 ").await;
    kate.must_read("it does not print");
}

#[actix_rt::test]
async fn words_offered_to_a_ticket_that_a_colleague_answered_lately_ask_first() {
    let town = Town::new().await;
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    emma.opens_ticket("A question", "how does it work").await;
    kate.writes("/ticket 1").await;
    kate.writes("Like this").await;
    town.later(TimeDelta::minutes(1)).await;
    oleg.replies_to("how does it work", "Вот так").await;
    // Pressed twice at once: the question, and no answer to it.
    kate.presses_twice("Answer #1").await;
    emma.must_not_read("Like this");
    kate.must_read("has answered #1 meanwhile");
    kate.presses("Send anyway").await;
    emma.must_read("Like this");
    // Their own answer, and one of long ago, hold nothing up.
    kate.writes("And this").await;
    town.later(TimeDelta::minutes(11)).await;
    kate.presses("Answer #1").await;
    emma.must_read("And this");
}

#[actix_rt::test]
async fn beyond_five_hundred_that_wait_a_message_is_refused_in_words_and_nothing_is_lost() {
    let town = Town::with(ONE_CATEGORY).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.writes("the words of Emma").await;
    emma.presses("Open a ticket").await;
    kate.writes("/ticket 1").await;
    for n in 1..=500 {
        kate.person().text(&format!("word {n} of very many"));
    }
    town.settle().await;
    kate.must_not_read("was not taken");
    kate.writes("one too many").await;
    kate.must_read("This message was not taken");
    // An album is refused once; an answer by reply is refused too, for it would wait.
    kate.sends_album(vec![Outgoing::photo(), Outgoing::photo()])
        .await;
    kate.writes("/close 1").await;
    kate.replies_to("the words of Emma", "an answer too many")
        .await;
    emma.must_not_read("too many");
    kate.writes("/ticket 1").await;
    kate.presses("Reopen").await;
    // There is a way on from the refusal: ten answers of fifty each.
    kate.writes("one too many again").await;
    for _ in 0..10 {
        kate.presses("Waiting for your decision").await;
        kate.presses("Answer #1").await;
    }
    for n in [1, 50, 51, 499, 500] {
        emma.must_read(&format!("word {n} of very many"));
    }
    emma.must_not_read("too many");
    kate.writes("there is room again").await;
    kate.must_read("there is room again");
}
