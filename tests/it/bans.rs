//! Bans: who is banned reaches nobody and is told so, once; the staff see it everywhere; and when it
//! is over, all is as before.

use chrono::TimeDelta;
use expect_test::expect_file;
use frontdesk_sandbox::Outgoing;

use crate::town::{ANNA, EMMA, KATE, OLEG, Resident, Town};

fn times(person: &Resident<'_>, says: &str) -> usize {
    let messages = person.messages();
    let said = messages
        .iter()
        .filter(|message| message.from_bot && message.text.contains(says));
    said.count()
}

#[actix_rt::test]
async fn a_ban_from_the_ticket_with_its_question_its_undo_and_its_traces_in_both_languages() {
    let town = Town::new().await;
    let (anna, kate, oleg) = (town.person(ANNA), town.person(KATE), town.person(OLEG));
    anna.writes("Купите слона!").await;
    anna.presses("Создать тикет").await;
    anna.presses("Общие").await;
    oleg.writes("/ticket 1").await;
    oleg.presses("Запретить писать").await;
    oleg.presses("Запретить писать").await;
    town.later(TimeDelta::minutes(1)).await;
    anna.writes("Все говорят «купите», а вы купите слона").await;
    anna.presses("Мои тикеты").await;
    town.later(TimeDelta::minutes(1)).await;
    kate.writes("/ticket 1").await;
    kate.presses("History").await;
    kate.writes("/ban").await;
    kate.presses("Анна").await;
    kate.presses("Lift the ban").await;
    // The undo of a colleague comes too late, and is told so.
    oleg.presses("Отменить").await;
    anna.writes("Я больше не буду").await;
    expect_file!["transcripts/ban.txt"].assert_eq(&town.story());
}

#[actix_rt::test]
async fn by_number_by_name_by_id_and_by_reply_with_a_reason() {
    let town = Town::new().await;
    let (anna, emma, kate) = (town.person(ANNA), town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    let ways = [
        "/ban 1 buys elephants".to_owned(),
        "/ban #1 buys elephants".to_owned(),
        "/ban @EMMA buys elephants".to_owned(),
        format!("/ban {EMMA} buys elephants"),
    ];
    for way in ways {
        kate.writes(&way).await;
        let card = kate.last().text;
        assert!(
            card.contains("Banned.") && card.contains("buys elephants"),
            "{card}"
        );
        emma.writes("hello?").await;
        kate.presses("Undo").await;
        assert!(kate.last().text.contains("The ban is lifted"));
    }
    kate.replies_to("how does it work", "/ban 12 elephants")
        .await;
    assert!(
        kate.last().text.contains("“12 elephants”"),
        "{}",
        kate.last().text
    );
    kate.writes("/ban 1 again").await;
    assert!(kate.last().text.contains("That was done already"));
    assert!(!kate.last().text.contains("again”"));
    kate.replies_to("how does it work", "/unban").await;
    assert!(kate.last().text.contains("The ban is lifted"));
    kate.writes("/unban 1").await;
    assert!(kate.last().text.contains("That was done already"));
    // Who is nobody, and who is an admin.
    for nobody in [
        "/ban 77",
        "/ban @nobody",
        "/ban elephants",
        "/unban #2",
        "/ban -5",
    ] {
        kate.writes(nobody).await;
        assert!(kate.last().text.contains("don't know"), "{nobody}");
    }
    kate.writes(&format!("/ban {OLEG}")).await;
    assert!(kate.last().text.contains("an admin cannot be banned"));
    assert!(
        kate.last()
            .button("Ban")
            .is_none_or(|data| data.starts_with("banned"))
    );
    // A reason of any length, and what is no command to others.
    kate.writes(&format!("/ban 1 {}", "😀".repeat(1500))).await;
    assert!(kate.last().text.contains("😀😀😀"));
    anna.writes("/ban 1").await;
    anna.must_not_read("Ban");
    town.person(OLEG).writes("/ban").await;
    town.person(OLEG).must_read("Кому запрещено писать: 1");
}

#[actix_rt::test]
async fn nothing_of_what_a_banned_person_does_reaches_anybody() {
    let town = Town::new().await;
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    emma.opens_ticket("A question", "how does it work").await;
    let first = emma.writes("the first words").await;
    emma.writes("/tickets").await;
    let old = emma.button("#1");
    kate.writes("/ban 1").await;
    town.later(TimeDelta::minutes(1)).await;
    let (before, oleg_before) = (kate.transcript(), oleg.transcript());
    emma.writes("more words").await;
    emma.writes("/new").await;
    emma.edits(first, "other words").await;
    emma.sends(Outgoing::photo().caption("a picture")).await;
    emma.sends_album((0..4).map(|_| Outgoing::photo()).collect())
        .await;
    emma.replies_to("My tickets", "a reply").await;
    emma.presses_old(&old).await;
    for forged in [
        "new",
        "t:1",
        "mt:1",
        "reply:1",
        "unban:2u:1:1",
        "mclose:1:1",
        "xyz",
    ] {
        emma.person().press_forged(old.0, forged);
    }
    town.settle().await;
    emma.blocks().await;
    emma.unblocks().await;
    assert_eq!(kate.transcript(), before);
    assert_eq!(oleg.transcript(), oleg_before);
    // One sentence for all of it, and each press has its answer.
    assert_eq!(
        times(&emma, "cannot write to support"),
        1,
        "{}",
        emma.transcript()
    );
    let notices = emma.person().notices();
    let told = notices
        .iter()
        .filter(|notice| notice.text.contains("cannot write"));
    assert_eq!(told.count(), 8);
    kate.writes("/ticket 1").await;
    kate.presses("Conversation").await;
    kate.must_read("the first words");
    for never in ["more words", "other words", "a picture", "a reply"] {
        kate.must_not_read(never);
    }
    // After an hour it is said once more; a stop in between changes nothing.
    town.later(TimeDelta::minutes(61)).await;
    emma.writes("still there").await;
    assert_eq!(times(&emma, "cannot write to support"), 2);
    // Answers still come.
    kate.replies_to("how does it work", "Like this").await;
    emma.must_read("Like this");
    kate.must_read("Delivered");
}

#[actix_rt::test]
async fn a_ban_ends_forms_and_drafts_and_holds_through_a_restart() {
    let mut town = Town::new().await;
    {
        let (anna, emma, kate) = (town.person(ANNA), town.person(EMMA), town.person(KATE));
        emma.opens_ticket("A question", "how does it work").await;
        town.later(TimeDelta::minutes(11)).await;
        // Emma is in the middle of a form, Анна has words that wait for a place.
        emma.writes("/new").await;
        emma.presses("General").await;
        anna.writes("Слова без тикета").await;
        kate.writes("/ban 1 spam").await;
        kate.writes(&format!("/ban {ANNA}")).await;
    }
    town.restart().await;
    {
        let (anna, emma) = (town.person(ANNA), town.person(EMMA));
        emma.writes("A subject").await;
        emma.must_read("cannot write to support");
        let offer = anna.button("Создать тикет");
        anna.presses_old(&offer).await;
        let kate = town.person(KATE);
        kate.writes("/unban 1").await;
        kate.writes(&format!("/unban {ANNA}")).await;
        town.later(TimeDelta::minutes(1)).await;
    }
    town.restart().await;
    let (anna, emma, kate) = (town.person(ANNA), town.person(EMMA), town.person(KATE));
    // The form is over: these are words like any, and Emma has one open ticket.
    emma.writes("A description of it").await;
    kate.must_read("A description of it");
    assert!(!emma.reads("Ticket #2"), "{}", emma.transcript());
    let offer = anna.button("Создать тикет");
    anna.presses_old(&offer).await;
    anna.must_read("устарела");
    kate.must_not_read("Слова без тикета");
    anna.writes("Новые слова").await;
    anna.presses("Создать тикет").await;
    anna.presses("Общие").await;
    kate.must_read("Новые слова");
}

#[actix_rt::test]
async fn two_admins_ban_and_lift_at_once_and_one_is_told() {
    let town = Town::new().await;
    let (emma, kate, oleg) = (town.person(EMMA), town.person(KATE), town.person(OLEG));
    emma.opens_ticket("A question", "how does it work").await;
    kate.person().text("/ban 1 by Kate");
    oleg.person().text("/ban 1 by Oleg");
    town.settle().await;
    let already = [&kate, &oleg]
        .iter()
        .filter(|admin| admin.reads("done already") || admin.reads("уже сделано"))
        .count();
    assert_eq!(already, 1, "{}\n{}", kate.transcript(), oleg.transcript());
    // The button of a ban that is over does not end the next one.
    kate.writes("/ban").await;
    kate.presses("Emma").await;
    let old = kate.button("Lift the ban");
    oleg.writes("/unban 1").await;
    oleg.writes("/ban 1 опять").await;
    kate.presses_old(&old).await;
    kate.must_read("somebody was faster");
    kate.must_read("опять");
    kate.presses_twice("Lift the ban").await;
    assert!(
        kate.last().text.contains("done already"),
        "{}",
        kate.last().text
    );
    emma.writes("here I am").await;
    kate.must_read("here I am");
}

#[actix_rt::test]
async fn who_becomes_an_admin_is_banned_no_longer() {
    let mut town = Town::admins_and(&[KATE], "").await;
    {
        let (oleg, kate) = (town.person(OLEG), town.person(KATE));
        oleg.writes("Слова Олега").await;
        oleg.presses("Создать тикет").await;
        oleg.presses("Общие").await;
        kate.writes("/ban 1").await;
        oleg.writes("Меня слышно?").await;
        oleg.must_read("не можете писать");
    }
    town.restart_with_admins(&[KATE, OLEG]).await;
    {
        let (emma, oleg, kate) = (town.person(EMMA), town.person(OLEG), town.person(KATE));
        emma.opens_ticket("A question", "how does it work").await;
        oleg.must_read("how does it work");
        oleg.writes("/ticket 2").await;
        oleg.must_read("A question");
        kate.writes("/ticket 1").await;
        kate.presses("History").await;
        kate.must_read("lifted the user's ban");
        kate.must_read("Automatic");
        // A former admin can be banned like anybody.
        kate.writes(&format!("/ban {OLEG}")).await;
        kate.must_read("an admin cannot be banned");
    }
    town.restart_with_admins(&[KATE]).await;
    let (oleg, kate) = (town.person(OLEG), town.person(KATE));
    oleg.writes("Снова пользователь").await;
    kate.must_read("Снова пользователь");
    kate.writes(&format!("/ban {OLEG}")).await;
    town.later(TimeDelta::minutes(1)).await;
    oleg.writes("/unban 1").await;
    oleg.writes("И всё?").await;
    kate.must_not_read("И всё?");
}

#[actix_rt::test]
async fn an_album_that_is_on_its_way_ends_where_the_ban_begins() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    let items = emma
        .person()
        .album(vec![Outgoing::photo(), Outgoing::photo()]);
    town.settle().await;
    kate.writes("/ban 1").await;
    emma.person().late_sibling(items[0], Outgoing::photo());
    town.settle().await;
    town.later(TimeDelta::seconds(4)).await;
    let photos = kate
        .messages()
        .iter()
        .filter(|message| message.from_bot && message.media.is_some())
        .count();
    assert_eq!(photos, 2, "{}", kate.transcript());
}

#[actix_rt::test]
async fn who_banned_somebody_keeps_their_name_when_they_are_no_admin_any_more() {
    let mut town = Town::new().await;
    town.person(EMMA)
        .opens_ticket("A question", "how does it work")
        .await;
    town.person(OLEG).writes("/ban 1 buys elephants").await;
    town.restart_with_admins(&[KATE]).await;
    let kate = town.person(KATE);
    kate.writes("/ticket 1").await;
    kate.must_read("Banned by Олег Петров");
    kate.presses("Banned").await;
    let card = kate.last().text;
    assert!(card.contains("Banned by Олег Петров"), "{card}");
}
