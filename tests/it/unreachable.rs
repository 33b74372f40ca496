//! People who cannot be reached, and their return: nothing is lost, nothing is piled up, and the
//! staff know.

use chrono::TimeDelta;
use expect_test::expect_file;
use frontdesk_sandbox::Outgoing;

use crate::town::{ANNA, EMMA, KATE, OLEG, Resident, Town};

/// The words of the bot's messages, in order.
fn told(reader: &Resident<'_>) -> Vec<String> {
    reader
        .messages()
        .into_iter()
        .filter(|message| message.from_bot)
        .map(|message| message.text)
        .collect()
}

/// How many of the bot's messages say this.
fn times(reader: &Resident<'_>, says: &str) -> usize {
    told(reader)
        .iter()
        .filter(|text| text.contains(says))
        .count()
}

/// The places of messages that say these, which must all be there, in this order.
fn in_order(reader: &Resident<'_>, wanted: &[&str]) {
    let told = told(reader);
    let places: Vec<_> = wanted
        .iter()
        .map(|says| {
            told.iter()
                .rposition(|text| text.contains(says))
                .unwrap_or_else(|| panic!("nothing says {says:?} in\n{}", reader.transcript()))
        })
        .collect();
    assert!(places.is_sorted(), "{places:?} in\n{}", reader.transcript());
}

#[actix_rt::test]
async fn answers_to_somebody_who_blocked_the_bot_come_in_order_when_they_return() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    emma.blocks().await;
    kate.replies_to("how does it work", "First answer").await;
    kate.sends(
        Outgoing::photo()
            .caption("Second answer")
            .reply_to(kate.message_that_says("how does it work").id),
    )
    .await;
    kate.replies_to("how does it work", "Third answer").await;
    emma.must_not_read("First answer");
    emma.must_not_read("Third answer");
    emma.unblocks().await;
    in_order(&emma, &["First answer", "Second answer", "Third answer"]);
    assert_eq!(times(&kate, "✅ Delivered"), 3, "{}", kate.transcript());
    expect_file!["transcripts/blocked_and_back.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn who_writes_while_answers_are_held_reads_them_before_the_next_screen() {
    let town = Town::new().await;
    let (anna, oleg) = (town.person(ANNA), town.person(OLEG));
    anna.opens_ticket_ru("Вопрос", "как это работает").await;
    anna.blocks().await;
    oleg.replies_to("как это работает", "Первый ответ").await;
    oleg.replies_to("как это работает", "Второй ответ").await;
    // Telegram may keep its word of the unblocking to itself; writing says enough.
    anna.writes("/tickets").await;
    in_order(&anna, &["Первый ответ", "Второй ответ", "Мои тикеты"]);
    assert_eq!(
        times(&anna, "🎧 Поддержка · #1"),
        2,
        "{}",
        anna.transcript()
    );
    expect_file!["transcripts/blocked_and_back_ru.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn of_the_status_notices_the_latest_for_each_ticket_is_kept() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    emma.opens_ticket("Another one", "and how does that work")
        .await;
    emma.blocks().await;
    kate.writes("/close 1").await;
    kate.presses("Reopen").await;
    kate.writes("/close 2").await;
    kate.writes("/close 1").await;
    kate.replies_to("and how does that work", "Like that").await;
    kate.presses("reopen").await;
    let before = told(&emma).len();
    emma.unblocks().await;
    let new = told(&emma).split_off(before);
    let about = |says: &str| new.iter().filter(|text| text.contains(says)).count();
    assert_eq!(about("Ticket #1 is closed"), 1, "{new:#?}");
    assert_eq!(about("Ticket #2 is open again"), 1, "{new:#?}");
    assert_eq!(about("Like that"), 1, "{new:#?}");
    assert_eq!(new.len(), 3, "{new:#?}");
}

#[actix_rt::test]
async fn an_admin_who_returns_reads_one_count_and_others_were_told_meanwhile() {
    let town = Town::new().await;
    let (anna, emma) = (town.person(ANNA), town.person(EMMA));
    let (kate, oleg) = (town.person(KATE), town.person(OLEG));
    emma.opens_ticket("A question", "how does it work").await;
    kate.replies_to("how does it work", "Like this").await;
    // The ticket is Kate's: what follows would be told to nobody else.
    kate.blocks().await;
    emma.writes("it does not").await;
    emma.writes("not at all").await;
    oleg.must_read("it does not");
    oleg.must_read("not at all");
    anna.opens_ticket_ru("Вопрос", "а это как").await;
    anna.writes("и ещё вот это").await;
    oleg.writes("/ticket 2").await;
    oleg.presses("Назначить").await;
    oleg.presses("Kate").await;
    let before = told(&kate).len();
    kate.unblocks().await;
    let new = told(&kate).split_off(before);
    assert_eq!(new.len(), 1, "{new:#?}");
    for part in ["1 new ticket", "3 messages of users", "1 ticket assigned"] {
        assert!(new[0].contains(part), "{part} is not in {new:#?}");
    }
    kate.must_not_read("not at all");
    kate.presses("Mine").await;
    kate.presses("#2").await;
    kate.must_read("Вопрос");
    // From now on everything is as before.
    emma.writes("are you there").await;
    kate.must_read("are you there");
    oleg.must_not_read("are you there");
    expect_file!["transcripts/admin_away.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn an_admin_who_returns_reads_the_count_in_russian_and_after_a_restart() {
    let mut town = Town::new().await;
    town.person(OLEG).blocks().await;
    let emma = town.person(EMMA);
    emma.opens_ticket("A question", "how does it work").await;
    emma.writes("and why").await;
    emma.writes("and when").await;
    town.restart().await;
    let oleg = town.person(OLEG);
    town.person(EMMA).writes("and where").await;
    oleg.writes("/start").await;
    in_order(&oleg, &["Пока вас не было", "Здравствуйте"]);
    oleg.must_read("1 новый тикет");
    oleg.must_read("3 сообщения пользователей");
    oleg.must_not_read("and why");
}

#[actix_rt::test]
async fn what_nobody_could_be_told_is_counted_for_everybody() {
    let town = Town::new().await;
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    kate.blocks().await;
    oleg.blocks().await;
    emma.opens_ticket("A question", "how does it work").await;
    emma.must_read("#1");
    kate.unblocks().await;
    oleg.unblocks().await;
    kate.must_read("1 new ticket");
    oleg.must_read("1 новый тикет");
}

#[actix_rt::test]
async fn after_thirty_days_an_answer_is_given_up_and_its_author_is_told() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    emma.blocks().await;
    kate.replies_to("how does it work", "Like this").await;
    town.later(TimeDelta::days(29)).await;
    kate.must_not_read("30 days");
    town.later(TimeDelta::days(2)).await;
    assert_eq!(times(&kate, "30 days"), 1, "{}", kate.transcript());
    emma.unblocks().await;
    emma.must_not_read("Like this");
    kate.must_not_read("✅ Delivered");
    kate.writes("/ticket 1").await;
    kate.must_read("❌ not delivered: the user was not reachable for 30 days");
    // Emma is back after all.
    kate.presses("Send again").await;
    emma.must_read("Like this");
    kate.must_read("✅ Delivered");
}

#[actix_rt::test]
async fn an_admin_who_never_pressed_start_holds_nothing_up() {
    let mut town = Town::admins_and(&[KATE], "").await;
    town.restart_with_admins(&[KATE, 777]).await;
    town.newcomer(777, "Nils", "en");
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    kate.writes("/ticket 1").await;
    kate.presses("Assign").await;
    kate.presses("777").await;
    // Nobody can write to 777: their ticket is everybody's.
    emma.writes("is anybody there").await;
    kate.must_read("is anybody there");
}
