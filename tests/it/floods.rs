//! Floods: one person writes, edits or presses far more than anybody can answer; nothing is lost,
//! nobody else notices, and what would come many times comes once.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use expect_test::expect_file;
use frontdesk_actors::store::facts;
use frontdesk_desk::Need;
use frontdesk_desk::ids::{PersonId, TicketId};
use frontdesk_sandbox::Outgoing;

use crate::town::{ANNA, EMMA, KATE, OLEG, Resident, Town};

/// After this what was gathered is told.
const PAUSE: TimeDelta = TimeDelta::seconds(5);

const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// Everything that is stored in a ticket, in order.
async fn texts(town: &Town, ticket: i64) -> Vec<String> {
    let db = town.database().await;
    let mut all = Vec::new();
    for page in 0.. {
        let need = Need::Messages {
            ticket: TicketId(ticket),
            notes: true,
            page,
        };
        let found = facts::read(&db, PersonId(KATE), &[need]).await;
        let messages = found.expect("a page").messages;
        all.extend(
            messages
                .rows
                .into_iter()
                .map(|message| message.content.text),
        );
        if page + 1 >= messages.pages {
            return all;
        }
    }
    all
}

/// How many messages the notices to somebody of the staff tell of: those passed on, and those
/// added up.
fn told(staff: &Resident<'_>, passed_on: &str) -> (usize, usize) {
    let messages = staff.messages();
    let bots = messages.iter().filter(|message| message.from_bot);
    let mut one_by_one = 0;
    let mut added_up = 0;
    for message in bots {
        if let Some((before, _)) = message.text.split_once(" more message") {
            let number = before.rsplit(' ').next().unwrap_or_default();
            added_up += number.parse::<usize>().expect("a number");
        } else if message.text.contains(passed_on) {
            one_by_one += 1;
        }
    }
    (one_by_one, added_up)
}

fn times(person: &Resident<'_>, says: &str) -> usize {
    let messages = person.messages();
    let said = messages
        .iter()
        .filter(|message| message.from_bot && message.text.contains(says));
    said.count()
}

fn forward(person: &Resident<'_>, count: usize) -> Vec<String> {
    let lines: Vec<String> = (1..=count).map(|n| format!("line {n} of a chat")).collect();
    for line in &lines {
        person.person().forward(line, "Somebody");
    }
    lines
}

#[actix_rt::test]
async fn a_flood_in_a_ticket_is_kept_and_told_of_once_in_both_languages() {
    let town = Town::with("limits.person_per_minute = 4").await;
    let (anna, emma) = (town.person(ANNA), town.person(EMMA));
    emma.opens_ticket("No sound", "the film is silent").await;
    for words in ["hello?", "is there anybody?"] {
        emma.writes(words).await;
    }
    // From here on it is too much.
    for words in ["why", "does", "nobody", "answer"] {
        emma.writes(words).await;
    }
    // Others notice nothing.
    anna.writes("Не приходит письмо").await;
    anna.presses("Создать тикет").await;
    anna.presses("Общие").await;
    town.later(PAUSE).await;
    for words in ["и", "ещё", "вот", "что", "самое", "важное"] {
        anna.writes(words).await;
    }
    town.later(MINUTE).await;
    emma.writes("I am calm now").await;
    anna.writes("И я").await;
    expect_file!["transcripts/flood.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn a_long_chat_forwarded_without_a_ticket_is_kept_whole() {
    let town = Town::with("limits.person_per_minute = 30").await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    let lines = forward(&emma, 100);
    town.settle().await;
    town.later(PAUSE).await;
    // A draft is full with fifty, and becomes a ticket; the rest follows.
    assert_eq!(texts(&town, 1).await, lines);
    assert_eq!(told(&kate, "of a chat"), (30, 70), "{}", kate.transcript());
    assert_eq!(times(&kate, "New ticket"), 1);
    assert_eq!(times(&emma, "are kept"), 1, "{}", emma.transcript());
    emma.must_read("70 more messages are kept");
    emma.presses("Open #1").await;
    emma.must_read("line 1 of a chat");
    kate.presses("Answer").await;
    kate.writes("I have read all of it").await;
    emma.must_read("I have read all of it");
}

#[actix_rt::test]
async fn a_draft_that_grew_fast_is_asked_about_once_more_below_it() {
    let town = Town::with("limits.person_per_minute = 10").await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    let lines = forward(&emma, 25);
    town.settle().await;
    town.later(PAUSE).await;
    emma.must_read("15 more messages are kept");
    assert_eq!(emma.last().button("Continue"), Some("continue"));
    emma.presses("Continue").await;
    assert!(
        emma.last().text.contains("25 messages"),
        "{}",
        emma.transcript()
    );
    // The rules of a form hold on: the question is the same one, and one tap answers it.
    emma.presses("Open a ticket").await;
    emma.presses("General").await;
    assert_eq!(texts(&town, 1).await, lines);
    town.later(PAUSE).await;
    town.later(MINUTE).await;
    assert_eq!(told(&kate, "of a chat"), (10, 15), "{}", kate.transcript());
    // What was the question is over.
    emma.presses("Continue").await;
    assert!(emma.last().text.contains("Menu") || emma.last().text.contains("menu"));
}

#[actix_rt::test]
async fn a_stop_in_the_middle_of_a_flood_loses_and_doubles_nothing() {
    let mut town = Town::with("limits.person_per_minute = 5").await;
    {
        let emma = town.person(EMMA);
        emma.opens_ticket("A question", "the first words").await;
        forward(&emma, 12);
        town.settle().await;
    }
    town.restart().await;
    {
        let (emma, kate) = (town.person(EMMA), town.person(KATE));
        kate.must_not_read("more message");
        // It is still the same minute.
        emma.writes("one more line of a chat").await;
    }
    town.close().await;
    town.clock.advance(PAUSE);
    town.open().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    assert_eq!(texts(&town, 1).await.len(), 14);
    assert_eq!(told(&kate, "of a chat"), (4, 9), "{}", kate.transcript());
    assert_eq!(times(&kate, "more messages"), 1);
    assert_eq!(times(&emma, "are kept"), 1, "{}", emma.transcript());
    town.later(MINUTE).await;
    assert_eq!(told(&kate, "of a chat"), (4, 9));
}

#[actix_rt::test]
async fn a_flood_that_goes_on_is_told_of_twice_a_minute_at_most() {
    let town = Town::with("limits.person_per_minute = 5").await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "the first words").await;
    town.later(MINUTE).await;
    let mut written = 0;
    for second in 0..180 {
        emma.person().text(&format!("line {second} of a chat"));
        written += 1;
        town.settle().await;
        town.clock.advance(TimeDelta::seconds(1));
        if second % 20 == 0 {
            town.later(TimeDelta::seconds(6)).await;
        }
    }
    town.later(MINUTE).await;
    let (one_by_one, added_up) = told(&kate, "of a chat");
    assert_eq!(one_by_one + added_up, written, "{}", kate.transcript());
    let notices = times(&kate, "more message");
    // Three minutes of words and one of pauses.
    assert!(notices <= 8, "{notices}\n{}", kate.transcript());
    assert!(times(&emma, "kept") <= 8);
    let stored: BTreeSet<String> = texts(&town, 1).await.into_iter().collect();
    assert_eq!(stored.len(), written + 1);
    // What is told stands where it belongs: nothing of the next minute before it.
    let messages = kate.messages();
    let order: Vec<&str> = messages
        .iter()
        .filter(|message| message.from_bot)
        .filter_map(|message| match &message.text {
            text if text.contains("more message") => Some("more"),
            text if text.contains("of a chat") => Some("one"),
            _ => None,
        })
        .collect();
    assert_eq!(order[..6], ["one", "one", "one", "one", "one", "more"]);
}

#[actix_rt::test]
async fn presses_and_commands_beyond_the_limit_are_left_out_and_say_so() {
    let town = Town::with("limits.person_per_minute = 3").await;
    let emma = town.person(EMMA);
    emma.writes("/start").await;
    emma.presses("Language").await;
    let (message, data) = emma.button("Русский");
    emma.presses("English").await;
    for _ in 0..20 {
        emma.person().press_forged(message, &data);
    }
    town.settle().await;
    assert!(emma.reads("We'll speak English"), "{}", emma.transcript());
    emma.must_not_read("русски");
    let notices = emma.person().notices();
    let slow = notices
        .iter()
        .filter(|notice| notice.text.contains("Not so fast"));
    assert_eq!(slow.count(), 20, "every press stops spinning");
    for _ in 0..20 {
        emma.person().text("/new");
    }
    town.settle().await;
    emma.must_not_read("What is it about");
    town.later(PAUSE).await;
    assert_eq!(times(&emma, "too fast"), 1, "{}", emma.transcript());
    emma.must_not_read("What is it about");
    town.later(MINUTE).await;
    emma.writes("/new").await;
    emma.must_read("What is it about");
}

#[actix_rt::test]
async fn a_storm_of_edits_is_kept_and_ends_in_one_edit() {
    let town = Town::with("limits.person_per_minute = 6").await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "the first words").await;
    let message = emma.writes("version 0").await;
    for n in 1..=30 {
        emma.person().edit(message, &format!("version {n}"));
    }
    town.settle().await;
    kate.must_not_read("version 30");
    town.later(PAUSE).await;
    kate.must_read("version 30");
    assert_eq!(times(&kate, "version"), 1, "{}", kate.transcript());
    let edits = town.sandbox.calls();
    let edits = edits
        .iter()
        .filter(|call| call.method.eq_ignore_ascii_case("editMessageText"));
    assert!(edits.count() <= 12);
    // An edit is no message: nobody is told that it is kept.
    emma.must_not_read("kept");
    kate.writes("/ticket 1").await;
    kate.presses("History").await;
    kate.must_read("version 29");
}

#[actix_rt::test]
async fn an_album_is_one_message_of_a_flood() {
    let town = Town::with("limits.person_per_minute = 3").await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "the first words").await;
    let photos = |count: usize| (0..count).map(|_| Outgoing::photo()).collect::<Vec<_>>();
    emma.sends_album(photos(5)).await;
    let media = kate
        .messages()
        .iter()
        .filter(|m| m.from_bot && m.media.is_some())
        .count();
    assert_eq!(
        media, 5,
        "the third message of the minute is passed on whole"
    );
    emma.sends_album(photos(4)).await;
    emma.sends_album(photos(3)).await;
    emma.writes("and so on").await;
    town.later(MINUTE).await;
    let media = kate
        .messages()
        .iter()
        .filter(|m| m.from_bot && m.media.is_some())
        .count();
    assert_eq!(media, 9, "{}", kate.transcript());
    assert_eq!(told(&kate, "no such words").1, 2, "{}", kate.transcript());
    emma.must_read("3 more messages are kept");
    assert_eq!(texts(&town, 1).await.len(), 1 + 5 + 4 + 3 + 1);
}

#[actix_rt::test]
async fn admins_have_no_limit() {
    let town = Town::with("limits.person_per_minute = 2").await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "the first words").await;
    for n in 1..=40 {
        let message = kate.message_that_says("the first words").id;
        kate.person().reply(message, &format!("answer {n}."));
    }
    town.settle().await;
    for n in 1..=40 {
        assert_eq!(times(&emma, &format!("answer {n}.")), 1, "{n}");
    }
    assert_eq!(times(&kate, "Delivered"), 40);
    // Neither in their commands, nor as users of their own tickets.
    for _ in 1..=10 {
        kate.person().text("/ticket 1");
    }
    kate.writes("/new").await;
    kate.presses("General").await;
    kate.writes("My own question").await;
    for n in 1..=10 {
        kate.writes(&format!("my words {n}.")).await;
    }
    kate.must_not_read("too fast");
    let oleg = town.person(OLEG);
    assert_eq!(times(&oleg, "my words"), 10, "{}", oleg.transcript());
}

#[actix_rt::test]
async fn what_an_admin_who_is_gone_missed_of_a_flood_is_told_to_the_others() {
    let town = Town::with("limits.person_per_minute = 4").await;
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    emma.opens_ticket("A question", "the first words").await;
    kate.replies_to("the first words", "I look after it").await;
    town.later(MINUTE).await;
    forward(&emma, 10);
    town.settle().await;
    oleg.must_not_read("of a chat");
    kate.blocks().await;
    town.later(PAUSE).await;
    // The ticket is Kate's, but she cannot be told.
    oleg.must_read("ещё 6 сообщений");
    kate.unblocks().await;
    kate.must_read("While you were away");
    kate.must_read("6");
    kate.must_not_read("6 more messages");
}

#[actix_rt::test]
async fn groups_beyond_the_limit_are_left_without_a_word() {
    let town = Town::with("limits.person_per_minute = 4").await;
    let groups: Vec<i64> = (1..=6)
        .map(|n| town.sandbox.add_to_group(ANNA, &format!("Friends {n}")))
        .collect();
    town.settle().await;
    let seen = groups.iter().map(|group| town.sandbox.group(*group));
    let seen: Vec<_> = seen.map(|group| group.expect("the group")).collect();
    assert!(seen.iter().all(|group| !group.bot_is_member));
    let greeted = seen
        .iter()
        .flat_map(|group| &group.messages)
        .filter(|message| message.from_bot);
    assert_eq!(greeted.count(), 4);
    // In private they are as welcome as before, a minute later.
    town.later(MINUTE).await;
    let anna = town.person(ANNA);
    anna.writes("/start").await;
    anna.must_read("Это поддержка");
}
