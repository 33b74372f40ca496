//! Delivery in trouble: limits, pauses, cuts, outages, albums in part. Nobody loses a word, and
//! nobody pays for another's trouble.

use chrono::TimeDelta;
use frontdesk_sandbox::{CallRecord, Fault, FaultRule, Garbage, Limits, Outgoing, Sandbox};

use crate::town::{ANNA, EMMA, KATE, OLEG, PATIENCE, Resident, Town};

/// How many messages of the bot say this.
fn times(resident: &Resident<'_>, says: &str) -> usize {
    let messages = resident.messages();
    let from_bot = messages.iter().filter(|message| message.from_bot);
    from_bot
        .filter(|message| message.text.contains(says))
        .count()
}

/// How many media the bot has passed on.
fn media(resident: &Resident<'_>) -> usize {
    let messages = resident.messages();
    let from_bot = messages.iter().filter(|message| message.from_bot);
    from_bot.filter(|message| message.media.is_some()).count()
}

/// The calls to a chat since then.
fn calls(town: &Town, chat: i64, after: u64) -> Vec<CallRecord> {
    let mut calls = town.sandbox.calls_after(after);
    calls.retain(|call| call.params["chat_id"] == chat);
    calls
}

fn last_call(town: &Town) -> u64 {
    town.sandbox.calls().last().map_or(0, |call| call.no)
}

#[actix_rt::test]
async fn a_crowd_is_served_without_earning_one_429() {
    let limits = "limits.global_per_second = 30\nlimits.chat_per_second = 1\nlimits.chat_burst = 5";
    let town = Town::with(limits).await;
    town.sandbox.set_limits(Some(Limits::default()));
    let crowd: Vec<_> = (0..40)
        .map(|id| town.newcomer(1000 + id, "Newcomer", "en"))
        .collect();
    for step in ["/start", "/new", "General", "A subject", "what happened"] {
        for person in &crowd {
            match step {
                "General" => assert!(person.person().press_label(step).is_ok()),
                words => drop(person.person().text(words)),
            }
        }
        for _ in 0..4 {
            town.later(TimeDelta::seconds(1)).await;
        }
    }
    for person in &crowd {
        assert_eq!(times(person, "is open"), 1, "{}", person.transcript());
    }
    // Each admin reads of forty tickets, one a second, and answers a person meanwhile.
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.writes("/help").await;
    emma.must_read("/new");
    for _ in 0..60 {
        town.later(TimeDelta::seconds(1)).await;
    }
    for admin in [&kate, &town.person(OLEG)] {
        assert_eq!(times(admin, "👤 Newcomer"), 40, "{}", admin.transcript());
    }
    assert_eq!(
        town.sandbox.earned().total,
        0,
        "{:?}",
        town.sandbox.earned()
    );
}

#[actix_rt::test]
async fn a_pause_that_telegram_asked_for_outlives_a_restart() {
    let mut town = Town::new().await;
    town.person(EMMA)
        .opens_ticket("A question", "how does it work")
        .await;
    let pause = Fault::TooManyRequests { retry_after: 60 };
    town.sandbox.fail_next("sendMessage", Some(EMMA), pause, 1);
    town.person(KATE)
        .replies_to("how does it work", "Like this")
        .await;
    let after = last_call(&town);
    town.restart().await;
    town.later(TimeDelta::seconds(50)).await;
    assert!(calls(&town, EMMA, after).is_empty());
    town.person(ANNA).writes("/start").await;
    town.person(ANNA).must_read("Здравствуйте");
    town.later(TimeDelta::seconds(11)).await;
    assert_eq!(times(&town.person(EMMA), "Like this"), 1);
}

#[actix_rt::test]
async fn a_flood_of_the_bot_holds_all_and_then_all_go_on() {
    let town = Town::new().await;
    let (anna, emma) = (town.person(ANNA), town.person(EMMA));
    let flood = Fault::BotFlood { retry_after: 30 };
    town.sandbox
        .add_fault(FaultRule::on("sendMessage", flood).times(1));
    anna.writes("/start").await;
    emma.writes("/start").await;
    let after = last_call(&town);
    for _ in 0..29 {
        town.later(TimeDelta::seconds(1)).await;
    }
    // Two chats have earned a 429: nobody earns another.
    let earned = town.sandbox.earned().total;
    assert!(earned <= 1, "{earned}");
    assert!(calls(&town, ANNA, after).is_empty() && calls(&town, EMMA, after).is_empty());
    town.later(TimeDelta::seconds(2)).await;
    anna.must_read("Здравствуйте");
    emma.must_read("Hello");
}

#[actix_rt::test]
async fn whatever_happens_to_a_call_its_words_come_and_only_doubtful_ones_twice() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    let done = [
        Fault::CutAfter,
        Fault::HangAfterFor { millis: 20 },
        Fault::Garbage(Garbage::NotJson),
        Fault::Garbage(Garbage::Truncated),
        Fault::Garbage(Garbage::Html),
    ];
    let not_done = [
        Fault::ServerError(500),
        Fault::ServerError(503),
        Fault::CutBefore,
        Fault::HangFor { millis: 20 },
        Fault::TooManyRequests { retry_after: 3 },
        Fault::ChatFlood { retry_after: 3 },
    ];
    let table = done.map(|fault| (fault, 2));
    for (number, (fault, most)) in table
        .into_iter()
        .chain(not_done.map(|fault| (fault, 1)))
        .enumerate()
    {
        let what = format!("{fault:?}");
        town.sandbox.fail_next("sendMessage", Some(EMMA), fault, 1);
        let words = format!("answer <{number}>");
        kate.replies_to("how does it work", &words).await;
        for _ in 0..5 {
            town.later(TimeDelta::seconds(1)).await;
        }
        let came = times(&emma, &words);
        assert!(came >= 1 && came <= most, "{what}: {}", emma.transcript());
    }
    let said: Vec<String> = emma
        .messages()
        .into_iter()
        .map(|message| message.text)
        .collect();
    let first = |number: usize| {
        let words = format!("answer <{number}>");
        said.iter().position(|text| text.contains(&words))
    };
    assert!(
        (1..11).all(|number| first(number - 1) < first(number)),
        "{}",
        emma.transcript()
    );
}

#[actix_rt::test]
async fn while_telegram_takes_no_calls_it_is_asked_seldom_and_then_all_is_delivered() {
    let town = Town::new().await;
    let rule = town.sandbox.add_fault(FaultRule::on("*", Fault::CutBefore));
    let crowd: Vec<_> = (0..40)
        .map(|id| town.newcomer(1000 + id, "Newcomer", "en"))
        .collect();
    for person in &crowd {
        person.person().text("/start");
    }
    town.settle().await;
    let before = town.sandbox.calls().len();
    for _ in 0..120 {
        town.later(TimeDelta::seconds(1)).await;
    }
    let probes = town.sandbox.calls().len() - before;
    assert!((2..=20).contains(&probes), "{probes} calls in two minutes");
    town.sandbox.remove_fault(rule);
    // A person writes, so Telegram is there: everybody is served at once.
    town.later(TimeDelta::seconds(1)).await;
    town.person(EMMA).writes("/start").await;
    town.settle().await;
    for person in &crowd {
        assert!(person.reads("Hello"), "{}", person.transcript());
    }
}

#[actix_rt::test]
async fn hanging_chats_delay_nobody_even_when_they_are_more_than_the_slots() {
    let town = Town::with("actors.notifier.concurrent = 2").await;
    for id in 1000..1005 {
        let newcomer = town.newcomer(id, "Newcomer", "en");
        town.sandbox
            .add_fault(FaultRule::on("sendMessage", Fault::Hang).chat(id));
        newcomer.person().text("/start");
    }
    let wait_until = async |what: &str, holds: &dyn Fn(&Sandbox) -> bool| {
        let waited = town.sandbox.wait_until(PATIENCE, holds).await;
        waited.unwrap_or_else(|error| panic!("{what}: {error}"));
    };
    let hang = |sandbox: &Sandbox| {
        let faults = sandbox.faults();
        faults.iter().filter(|rule| rule.hits > 0).count()
    };
    wait_until("both slots hang", &|sandbox| hang(sandbox) == 2).await;
    town.person(EMMA).person().text("/start");
    wait_until("all is stored", &|sandbox| sandbox.pending_updates() == 0).await;
    // From two seconds on a call counts as slow, and makes room.
    town.clock.advance(TimeDelta::seconds(2));
    wait_until("two more hang", &|sandbox| hang(sandbox) == 4).await;
    town.clock.advance(TimeDelta::seconds(2));
    wait_until("Emma is served", &|sandbox| {
        sandbox.person(EMMA).last_from_bot().is_some()
    })
    .await;
}

#[actix_rt::test]
async fn an_album_that_telegram_copies_in_part_comes_whole_and_once() {
    let mut town = Town::new().await;
    town.person(EMMA)
        .opens_ticket("A question", "how does it work")
        .await;
    let skipped = Fault::SkipMessages { messages: vec![] };
    town.sandbox
        .add_fault(FaultRule::on("copyMessages", skipped).chat(KATE).times(1));
    // The second item of the mending is put off, and there is a restart in its middle.
    let gone = Fault::Refuse {
        code: 400,
        description: "Bad Request: message to copy not found".to_owned(),
    };
    town.sandbox
        .add_fault(FaultRule::on("copyMessage", gone).chat(KATE).times(1));
    let pause = Fault::TooManyRequests { retry_after: 30 };
    town.sandbox
        .add_fault(FaultRule::on("copyMessage", pause).chat(KATE).times(1));
    let photos = (1..=4).map(|place| Outgoing::photo().caption(format!("photo {place}")));
    town.person(EMMA).sends_album(photos.collect()).await;
    assert_eq!(
        media(&town.person(KATE)),
        1,
        "{}",
        town.person(KATE).transcript()
    );
    town.restart().await;
    town.person(EMMA).writes("after the album").await;
    town.later(TimeDelta::seconds(31)).await;
    for admin in [town.person(KATE), town.person(OLEG)] {
        assert_eq!(media(&admin), 4, "{}", admin.transcript());
        let said: Vec<String> = admin
            .messages()
            .into_iter()
            .map(|message| message.text)
            .collect();
        let place = |words: &str| said.iter().rposition(|text| text.contains(words));
        let photos = [
            "photo 1",
            "photo 2",
            "photo 3",
            "photo 4",
            "after the album",
        ]
        .map(place);
        assert!(
            photos.is_sorted() && photos[0].is_some(),
            "{}",
            admin.transcript()
        );
    }
}

#[actix_rt::test]
async fn edits_of_a_message_that_waits_cost_no_call_and_show_the_last_words() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    let pause = || Fault::TooManyRequests { retry_after: 30 };
    // The words are not there yet: they come as they are by then.
    town.sandbox.fail_next("*", Some(KATE), pause(), 1);
    emma.writes("something before").await;
    let message = emma.writes("one").await;
    for words in ["two", "three", "four"] {
        emma.edits(message, words).await;
    }
    let after = last_call(&town);
    town.later(TimeDelta::seconds(31)).await;
    let edits = |after| {
        let mut calls = calls(&town, KATE, after);
        calls.retain(|call| call.method.starts_with("edit"));
        calls.len()
    };
    assert_eq!(edits(after), 0);
    assert_eq!((times(&kate, "four"), times(&kate, "three")), (1, 0));
    // They are there: one call brings them up to date.
    town.sandbox.fail_next("*", Some(KATE), pause(), 1);
    emma.writes("something more").await;
    for words in ["five", "six", "seven"] {
        emma.edits(message, words).await;
    }
    let after = last_call(&town);
    town.later(TimeDelta::seconds(31)).await;
    assert_eq!(edits(after), 1);
    assert_eq!((times(&kate, "seven"), times(&kate, "four")), (1, 0));
}

#[actix_rt::test]
async fn a_pause_before_commands_are_set_delays_nothing_else() {
    let mut town = Town::new().await;
    town.person(EMMA).writes("/start").await;
    let pause = Fault::TooManyRequests { retry_after: 600 };
    town.sandbox.fail_next("setMyCommands", None, pause, 1);
    town.restart_with_admins(&[OLEG, KATE, EMMA]).await;
    town.person(EMMA).writes("/start").await;
    let has_theirs = |town: &Town| {
        let commands = town.sandbox.person(EMMA).commands();
        commands.iter().any(|(name, _)| name == "admin")
    };
    town.sandbox
        .wait_until(PATIENCE, |sandbox| {
            let calls = sandbox.calls();
            calls
                .iter()
                .any(|call| call.method == "setMyCommands" && call.status == 429)
        })
        .await
        .expect("the commands are put off");
    town.person(ANNA).writes("/start").await;
    town.person(ANNA).must_read("Здравствуйте");
    assert!(!has_theirs(&town));
    tokio::time::timeout(PATIENCE, async {
        while !has_theirs(&town) {
            town.later(TimeDelta::minutes(10)).await;
        }
    })
    .await
    .expect("the commands are set");
}

#[actix_rt::test]
async fn by_chance_everything_comes_and_in_order() {
    for seed in 1..=6 {
        let mut town = Town::new().await;
        town.person(EMMA)
            .opens_ticket("A question", "how does it work")
            .await;
        let faults = [
            Fault::TooManyRequests { retry_after: 3 },
            Fault::BotFlood { retry_after: 2 },
            Fault::ServerError(500),
            Fault::CutBefore,
            Fault::CutAfter,
            Fault::Garbage(Garbage::Truncated),
            Fault::HangAfterFor { millis: 5 },
        ];
        for fault in faults {
            let rule = FaultRule::on_each(["send*", "copy*", "edit*", "delete*"], fault);
            town.sandbox.add_fault(rule.share(0.08).seed(seed));
        }
        let skipped = Fault::SkipMessages { messages: vec![] };
        town.sandbox
            .add_fault(FaultRule::on("copyMessages", skipped).share(0.5).seed(seed));
        for turn in 0..8 {
            let (emma, kate) = (town.person(EMMA), town.person(KATE));
            emma.writes(&format!("question <{turn}>")).await;
            let answer = format!("answer <{turn}>");
            kate.replies_to("how does it work", &answer).await;
            if turn % 3 == 1 {
                let photos = ["a", "b"]
                    .map(|place| Outgoing::photo().caption(format!("question <{turn}{place}>")));
                emma.person().album(photos.to_vec());
            }
            town.later(TimeDelta::seconds(turn)).await;
            if turn == 5 {
                town.restart().await;
            }
        }
        town.sandbox.clear_faults();
        // The longest pauses are over by then.
        for _ in 0..4 {
            town.later(TimeDelta::seconds(60)).await;
        }
        let all = |reader: i64, what: &str, items: &[String]| {
            let person = town.person(reader);
            let said: Vec<String> = person.messages().into_iter().map(|m| m.text).collect();
            let first: Vec<Option<usize>> = items
                .iter()
                .map(|item| said.iter().position(|text| text.contains(item)))
                .collect();
            assert!(
                first.iter().all(Option::is_some) && first.is_sorted(),
                "seed {seed}, {what}: {first:?}\n{}",
                person.transcript()
            );
        };
        let turns = |what: &str| {
            (0..8)
                .map(|turn| format!("{what} <{turn}>"))
                .collect::<Vec<_>>()
        };
        all(EMMA, "the answers", &turns("answer"));
        // Her first answer made the ticket hers.
        all(KATE, "the questions", &turns("question"));
        for turn in [1, 4, 7] {
            let album = ["a", "b"].map(|place| format!("question <{turn}{place}>"));
            all(KATE, "an album", &album);
        }
    }
}

#[actix_rt::test]
async fn an_edit_of_any_item_of_an_album_that_still_waits_costs_no_call() {
    let town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A question", "how does it work").await;
    let items = ["one", "two"].map(|caption| Outgoing::photo().caption(caption));
    let sent = emma.person().album(items.to_vec());
    town.settle().await;
    let after = town.sandbox.calls().last().map_or(0, |call| call.no);
    emma.edits(sent[1], "two, mended").await;
    town.later(TimeDelta::seconds(4)).await;
    kate.must_read("two, mended");
    let edits = |call: &CallRecord| call.method.starts_with("edit");
    let calls = calls(&town, KATE, after);
    assert!(!calls.iter().any(edits), "{calls:?}");
    // Once it is there, it is edited.
    emma.edits(sent[1], "two, mended twice").await;
    kate.must_read("two, mended twice");
}
