//! What rows of every kind become, and that no row at all can lose words or stop an import.

use chrono::{TimeZone, Utc};
use frontdesk_actors::store::import::FormerTable;
use frontdesk_desk::formatted::utf16_len;
use proptest::prelude::*;

use super::*;

fn rules() -> Rules {
    Rules {
        zone: Tz::Europe__Moscow,
        categories: vec![Category("general".into()), Category("payment".into())],
        admins: vec![PersonId(201)],
        staff: "Поддержка".into(),
        now: Utc
            .with_ymd_and_hms(2026, 11, 25, 9, 0, 0)
            .single()
            .expect("a date"),
    }
}

fn day(day: u32) -> Option<String> {
    Some(format!("2024-11-{day:02} 12:00:00"))
}

fn former() -> FormerTicket {
    FormerTicket {
        table: FormerTable::SupportTicket,
        id: 17,
        user: Some(101),
        subject: Some("Заказ".into()),
        description: Some("Не пришёл".into()),
        status: Some("open".into()),
        priority: Some("high".into()),
        category: Some("payment".into()),
        assignee: Some(201),
        created: day(3),
        updated: day(3),
        closed: None,
        messages: Vec::new(),
    }
}

fn message(id: i64, side: &str, text: &str, on: u32) -> FormerMessage {
    FormerMessage {
        id,
        sender: Some(if side == "admin" { 201 } else { 101 }),
        sender_type: Some(side.into()),
        text: Some(text.into()),
        kind: Some("text".into()),
        file_id: None,
        created: day(on),
    }
}

fn photo(id: i64, text: &str) -> FormerMessage {
    FormerMessage {
        kind: Some("photo".into()),
        file_id: Some("FILE".into()),
        ..message(id, "user", text, 3)
    }
}

fn converted(former: &FormerTicket) -> Taken {
    ticket(&rules(), former, &mut Report::default()).expect("somebody's")
}

fn texts(former: &FormerTicket) -> Vec<String> {
    let taken = converted(former);
    taken
        .messages
        .into_iter()
        .map(|message| message.content.text)
        .collect()
}

fn with(messages: Vec<FormerMessage>) -> FormerTicket {
    FormerTicket {
        messages,
        ..former()
    }
}

#[test]
fn the_description_is_there_once() {
    assert_eq!(texts(&former()), ["Не пришёл"]);
    let repeated = with(vec![
        message(1, "user", " Не пришёл\n", 3),
        message(2, "user", "Ау", 4),
    ]);
    assert_eq!(texts(&repeated), ["Не пришёл", "Ау"]);
    // An answer is no repetition, whatever it says.
    let answered = with(vec![message(1, "admin", "Не пришёл", 3)]);
    assert_eq!(texts(&answered), ["Не пришёл", "Не пришёл"]);
    assert_eq!(converted(&answered).messages[0].sender, PersonId(101));
    let other = with(vec![message(1, "user", "Ау", 4)]);
    assert_eq!(texts(&other), ["Не пришёл", "Ау"]);
    let none = FormerTicket {
        description: None,
        ..former()
    };
    assert_eq!(texts(&none), [""; 0]);
}

#[test]
fn placeholders_of_media_are_no_words_and_captions_are() {
    let placeholders = [
        "Прикреплено изображение",
        "Прикреплено видео",
        "Прикреплен документ: отчёт за 2024.pdf",
    ];
    for placeholder in placeholders {
        let former = FormerTicket {
            description: Some(placeholder.into()),
            ..with(vec![photo(1, placeholder)])
        };
        assert_eq!(texts(&former), [""]);
        assert_eq!(converted(&former).ticket.description, "");
        // Somebody can write that, too.
        let words = with(vec![message(1, "user", placeholder, 3)]);
        assert_eq!(texts(&words), ["Не пришёл", placeholder]);
        // Where the file is missing it is all that is left.
        let lost = FormerMessage {
            file_id: Some(" ".into()),
            ..photo(1, placeholder)
        };
        assert_eq!(texts(&with(vec![lost])), ["Не пришёл", placeholder]);
    }
    let caption = texts(&with(vec![photo(1, "Прикреплено изображение чека")]));
    assert_eq!(caption[1], "Прикреплено изображение чека");
}

#[test]
fn who_waits_and_since_when() {
    let at = |day| {
        let time = Utc.with_ymd_and_hms(2024, 11, day, 9, 0, 0);
        time.single()
    };
    let cases = [
        (vec![("user", 3)], at(3), None),
        (vec![("user", 3), ("user", 4)], at(3), None),
        (vec![("user", 3), ("admin", 4)], None, at(4)),
        (
            vec![("user", 3), ("admin", 4), ("user", 5), ("user", 6)],
            at(5),
            at(4),
        ),
        (
            vec![("user", 3), ("admin", 4), ("user", 5), ("admin", 6)],
            None,
            at(4),
        ),
    ];
    for (sides, waiting, answered) in cases {
        let messages = sides.iter().zip(1..).map(|((side, day), id)| {
            let text = if id == 1 { "Не пришёл" } else { "Ау" };
            message(id, side, text, *day)
        });
        // By time and number, however they stand in the table.
        let mut messages: Vec<_> = messages.collect();
        messages.reverse();
        let ticket = converted(&with(messages)).ticket;
        assert_eq!(ticket.waiting_since, waiting, "{sides:?}");
        assert_eq!(ticket.first_answer_at, answered, "{sides:?}");
        assert!(!ticket.unread);
    }
}

#[test]
fn a_closed_ticket_has_an_end_and_an_open_one_has_none() {
    let closed = FormerTicket {
        status: Some("closed".into()),
        updated: day(9),
        ..former()
    };
    let ticket = converted(&closed).ticket;
    assert_eq!(
        (ticket.status, ticket.closed_at),
        (Status::Closed, Some(ticket.updated_at))
    );
    let reopened = FormerTicket {
        closed: day(8),
        ..former()
    };
    let ticket = converted(&reopened).ticket;
    assert_eq!((ticket.status, ticket.closed_at), (Status::Open, None));
    let unknown = FormerTicket {
        status: Some("done".into()),
        closed: day(8),
        ..former()
    };
    assert_eq!(converted(&unknown).ticket.status, Status::Closed);
}

#[test]
fn long_texts_are_split_at_words_and_nothing_is_lost() {
    for (text, most, first, rest) in [
        ("", 5, "", ""),
        ("hello", 5, "hello", ""),
        ("hello world", 8, "hello", "world"),
        ("one two\nthree", 10, "one two", "three"),
        ("x".repeat(7).as_str(), 5, "xxxxx", "xx"),
        // A space too early leaves too little.
        ("a bcdefghij", 8, "a bcdefg", "hij"),
        // Two UTF-16 units are one character.
        ("😀😀😀", 5, "😀😀", "😀"),
    ] {
        assert_eq!(split(text, most), (first, rest), "{text}");
    }
}

fn solid(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace() && *c != '\0')
        .collect()
}

fn any_text() -> impl Strategy<Value = Option<String>> {
    let usual = prop_oneof![
        "\\PC{0,40}",
        "[ а-я\n😀<&\u{0}]{0,60}",
        "([а-я]{1,30}[ \n]){0,400}",
        "x{0,9000}",
        Just("Прикреплено видео".to_owned()),
    ];
    proptest::option::weighted(0.9, usual)
}

fn any_time() -> impl Strategy<Value = Option<String>> {
    let usual = prop_oneof![
        "20[0-9]{2}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,6})?",
        "\\PC{0,12}",
    ];
    proptest::option::weighted(0.9, usual)
}

fn any_word(words: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    let known = proptest::sample::select(words).prop_map(str::to_owned);
    proptest::option::weighted(0.9, prop_oneof![8 => known, 1 => "\\PC{0,80}"])
}

prop_compose! {
    fn any_message()(
        id in 1..i64::MAX,
        sender in proptest::option::of(prop_oneof![Just(101), Just(201), any::<i64>()]),
        sender_type in any_word(&["user", "admin"]),
        text in any_text(),
        kind in any_word(&["text", "photo", "video", "document", "voice"]),
        file_id in proptest::option::of("[A-Z]{0,3}"),
        created in any_time(),
    ) -> FormerMessage {
        FormerMessage { id, sender, sender_type, text, kind, file_id, created }
    }
}

prop_compose! {
    fn any_ticket()(
        user in proptest::option::weighted(0.9, prop_oneof![Just(101), any::<i64>()]),
        subject in any_text(),
        description in any_text(),
        status in any_word(&["open", "in_progress", "closed"]),
        priority in any_word(&["low", "normal", "high", "urgent"]),
        category in any_word(&["general", "payment", "technical"]),
        assignee in proptest::option::of(any::<i64>()),
        created in any_time(),
        updated in any_time(),
        closed in any_time(),
        messages in proptest::collection::vec(any_message(), 0..5),
    ) -> FormerTicket {
        FormerTicket {
            table: FormerTable::SupportTicket, id: 17, user, subject, description, status, priority,
            category, assignee, created, updated, closed, messages,
        }
    }
}

proptest! {
    #[test]
    fn whatever_stands_there_fits_here_and_no_words_are_lost(former in any_ticket()) {
        let rules = rules();
        let Some(taken) = ticket(&rules, &former, &mut Report::default()) else {
            prop_assert!(former.user.is_none_or(|user| user <= 0));
            return Ok(());
        };
        let row = &taken.ticket;
        prop_assert!(!row.subject.is_empty() && row.subject.chars().count() <= MAX_SUBJECT);
        prop_assert!(row.category.0.len() <= MAX_CATEGORY);
        prop_assert!(row.created_at <= row.updated_at && row.updated_at <= rules.now);
        prop_assert_eq!(row.closed_at.is_some(), row.status == Status::Closed);
        let mut places: Vec<_> = taken.messages.iter().map(|part| (part.former, part.part)).collect();
        for part in &taken.messages {
            let most = if part.content.is_text() { MAX_TEXT } else { MAX_CAPTION };
            prop_assert!(utf16_len(&part.content.text) <= most);
            prop_assert!(part.content.kind != ContentKind::Text || !part.content.text.is_empty());
            prop_assert!(part.at <= rules.now);
            prop_assert!(part.sender.0 >= 0);
        }
        let all: String = taken.messages.iter().map(|part| solid(&part.content.text)).collect();
        for message in &former.messages {
            let words = words(message.text.as_deref());
            if !is_placeholder(&words, message) {
                prop_assert!(all.contains(&solid(&words)));
            }
        }
        // Each part has a place of its own, unless two messages had one number.
        let numbers: Vec<_> = former.messages.iter().map(|message| message.id).collect();
        let mut distinct = numbers.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let count = places.len();
        places.sort_unstable();
        places.dedup();
        prop_assert!(places.len() == count || distinct.len() < numbers.len());
    }
}
