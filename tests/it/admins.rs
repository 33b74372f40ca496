//! What admins do: lists, changes, answers, notes, two of them at once.

use chrono::TimeDelta;
use expect_test::expect_file;
use frontdesk_sandbox::Outgoing;

use crate::town::{ANNA, EMMA, KATE, OLEG, Town};

#[actix_rt::test]
async fn a_day_of_an_admin() {
    let town = Town::admins_and(&[KATE], "").await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    kate.writes("/admin").await;
    kate.presses("Support").await;
    kate.presses("Open").await;
    kate.presses("#1").await;
    kate.presses("Priority").await;
    kate.presses("Urgent").await;
    kate.presses("Category").await;
    kate.presses("Payment").await;
    kate.presses("Note").await;
    kate.writes("she asked this before").await;
    emma.must_not_read("asked this before");
    kate.presses("Answer").await;
    kate.writes("Like this.").await;
    kate.presses("Conversation").await;
    kate.presses("Back").await;
    kate.presses("History").await;
    kate.presses("Back").await;
    kate.presses("Close").await;
    kate.presses("Undo").await;
    kate.writes("/close 1").await;
    kate.writes("/find question").await;
    kate.writes("/find @emma").await;
    kate.writes("/find nothing like it").await;
    kate.writes("/admin").await;
    kate.presses("Support").await;
    kate.presses("Statistics").await;
    expect_file!["transcripts/admin_day.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn a_reply_to_any_message_of_a_ticket_is_an_answer() {
    let town = Town::new().await;
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    emma.opens_ticket("Where is it", "I cannot find it").await;
    emma.sends(Outgoing::photo().caption("here it was")).await;
    kate.replies_to("here it was", "Behind the door.").await;
    emma.must_read("Behind the door.");
    // The first answer assigns it, so the next words of the user go to Kate alone.
    emma.writes("found it, thanks").await;
    kate.must_read("found it, thanks");
    oleg.must_not_read("found it, thanks");
    expect_file!["transcripts/answer_by_reply.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn an_admins_words_are_never_sent_on_their_own() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    kate.writes("/ticket 1").await;
    kate.writes("oops, wrong window").await;
    emma.must_not_read("oops");
    kate.presses("#1").await;
    emma.must_read("oops, wrong window");
    kate.writes("and this is nothing").await;
    kate.presses("Throw away").await;
    emma.must_not_read("and this is nothing");
    expect_file!["transcripts/unplaced.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn two_admins_at_once_are_told_and_nothing_is_done_twice() {
    let town = Town::new().await;
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    emma.opens_ticket("A question", "how does it work").await;
    kate.writes("/ticket 1").await;
    kate.presses("Answer").await;
    oleg.replies_to("how does it work", "Вот так").await;
    town.later(TimeDelta::minutes(1)).await;
    kate.writes("Like this").await;
    emma.must_not_read("Like this");
    kate.must_read("Олег Петров");
    let send = kate.button("Send");
    kate.presses("Send").await;
    emma.must_read("Like this");
    kate.presses_old(&send).await;
    let sent = emma
        .messages()
        .iter()
        .filter(|message| message.text.contains("Like this"))
        .count();
    assert_eq!(sent, 1, "{}", emma.transcript());
    // A change on a version that is gone is told who did what.
    oleg.writes("/ticket 1").await;
    oleg.presses("Приоритет").await;
    let high = oleg.button("Высокий");
    kate.writes("/ticket 1").await;
    kate.presses("Priority").await;
    kate.presses("Urgent").await;
    oleg.presses_old(&high).await;
    oleg.must_read("Kate Miller");
    expect_file!["transcripts/two_admins.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn who_answered_before_hears_of_a_colleagues_reply() {
    let town = Town::new().await;
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    emma.opens_ticket("A question", "how does it work").await;
    kate.replies_to("how does it work", "Like this").await;
    kate.writes("/ticket 1").await;
    kate.presses("Assign…").await;
    kate.presses("Олег Петров").await;
    town.later(TimeDelta::minutes(11)).await;
    // Neither the assignee nor the one whose ticket it was is left out.
    oleg.replies_to("#1", "И вот так").await;
    kate.must_read("И вот так");
    // A reply to a message from before a colleague's answer waits, as an answer by the button does.
    town.later(TimeDelta::minutes(1)).await;
    kate.replies_to("how does it work", "Or like that").await;
    emma.must_not_read("Or like that");
    kate.must_read("Олег Петров has answered #1 meanwhile (1 min ago)");
}

#[actix_rt::test]
async fn an_answer_to_a_closed_ticket_asks() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    kate.writes("/close 1").await;
    kate.replies_to("how does it work", "One more thing").await;
    emma.must_not_read("One more thing");
    kate.presses("reopen").await;
    emma.must_read("One more thing");
    expect_file!["transcripts/answer_to_closed.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn an_answer_can_be_recalled_for_two_days() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    kate.replies_to("how does it work", "A wrong answer").await;
    emma.must_read("A wrong answer");
    kate.presses("Take back").await;
    emma.must_not_read("A wrong answer");
    kate.replies_to("how does it work", "A late answer").await;
    let recall = kate.button("Take back");
    town.later(TimeDelta::hours(49)).await;
    kate.presses_old(&recall).await;
    emma.must_read("A late answer");
}

#[actix_rt::test]
async fn assignment_tells_the_assignee_and_muting_keeps_quiet() {
    let town = Town::new().await;
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    oleg.writes("/admin").await;
    oleg.presses("Поддержка").await;
    oleg.presses("🔕").await;
    emma.opens_ticket("A question", "how does it work").await;
    oleg.must_not_read("how does it work");
    kate.writes("/ticket 1").await;
    kate.presses("Assign…").await;
    kate.presses("Олег Петров").await;
    oleg.must_read("#1");
    emma.writes("still there?").await;
    oleg.must_read("still there?");
    kate.must_not_read("still there?");
}

#[actix_rt::test]
async fn who_is_taken_off_the_list_loses_access_at_once() {
    let mut town = Town::new().await;
    town.person(EMMA)
        .opens_ticket("A question", "how does it work")
        .await;
    town.person(KATE)
        .replies_to("how does it work", "Like this")
        .await;
    let card = {
        let kate = town.person(KATE);
        kate.writes("/ticket 1").await;
        kate.button("Close")
    };
    town.restart_with_admins(&[OLEG]).await;
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    kate.presses_old(&card).await;
    kate.writes("/admin").await;
    emma.writes("one more question").await;
    kate.must_not_read("one more question");
    oleg.must_read("one more question");
    oleg.writes("/ticket 1").await;
    oleg.presses("История").await;
    expect_file!["transcripts/former_admin.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn an_album_is_an_answer_as_a_whole() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    kate.writes("/ticket 1").await;
    kate.presses("Answer").await;
    kate.sends_album(vec![
        Outgoing::photo().caption("step one"),
        Outgoing::photo().caption("step two"),
    ])
    .await;
    kate.writes("and these are words for nobody").await;
    emma.must_not_read("words for nobody");
    let pictures = emma
        .messages()
        .iter()
        .filter(|m| m.from_bot && m.media.is_some())
        .count();
    assert_eq!(pictures, 2, "{}", emma.transcript());
    expect_file!["transcripts/album_answer.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn a_group_is_told_once_and_left() {
    let town = Town::new().await;
    let group = town.sandbox.add_to_group(ANNA, "Friends");
    town.settle().await;
    let seen = town.sandbox.group(group).expect("the group");
    assert!(!seen.bot_is_member);
    let said = seen
        .messages
        .iter()
        .filter(|message| message.from_bot)
        .count();
    assert_eq!(said, 1);
}
