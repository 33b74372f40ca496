//! Words that stand alone: commands, toasts, numbers in Russian, dates and spans of time.

use std::collections::HashSet;

use chrono::TimeDelta;
use frontdesk_desk::content::ContentKind;
use frontdesk_desk::formatted::utf16_len;
use frontdesk_desk::ids::TicketId;
use frontdesk_desk::outcome::Toast;
use frontdesk_desk::text::{Pen, Text, commands};
use frontdesk_desk::ticket::{Category, Lang, Priority, Status};

use crate::samples::{Taste, at};

#[test]
fn commands_are_as_telegram_takes_them() {
    for lang in Lang::ALL {
        let names = |admin| {
            let commands = commands(*lang, admin);
            for (name, does) in &commands {
                assert!(name.bytes().all(|b| b.is_ascii_lowercase()) && name.len() <= 32);
                assert!((1..=256).contains(&utf16_len(does)), "{name}");
            }
            commands
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        };
        let everybodys = ["start", "help", "new", "tickets", "language", "cancel"];
        assert_eq!(names(false), everybodys);
        assert_eq!(names(true)[..6], everybodys);
        assert_eq!(
            names(true)[6..],
            ["admin", "find", "ticket", "close", "ban", "unban"]
        );
    }
}

#[test]
fn toasts_fit_the_answer_to_a_press() {
    let all = [
        Toast::OutOfDate,
        Toast::Done,
        Toast::Already,
        Toast::ChangedMeanwhile,
        Toast::NotFound,
        Toast::SentBelow,
        Toast::TooFast,
        Toast::Banned,
    ];
    for lang in Lang::ALL {
        for toast in all {
            assert!(
                (1..=200).contains(&utf16_len(&toast.text(*lang))),
                "{toast:?}"
            );
        }
    }
}

#[test]
fn russian_counts_as_russians_do() {
    let words = |pieces| {
        let subject = "Тема";
        Text::WaitingWords {
            words: subject,
            pieces,
        }
        .plain(Lang::Ru)
    };
    assert_eq!(words(1), "✉️ Тема");
    assert_eq!(words(2), "✉️ Тема (2 сообщения)");
    assert_eq!(words(5), "✉️ Тема (5 сообщений)");
    assert_eq!(words(11), "✉️ Тема (11 сообщений)");
    assert_eq!(words(21), "✉️ Тема (21 сообщение)");
    let least = |least| Text::SubjectTooShort { least }.plain(Lang::Ru);
    assert!(least(3).ends_with("3 символа."));
    assert!(least(5).ends_with("5 символов."));
    let more = |n| {
        let (number, subject, user) = (TicketId(1), "Тема", "Анна");
        let more = Text::MoreMessages {
            number,
            subject,
            user,
            n,
        };
        more.plain(Lang::Ru)
    };
    assert!(more(1).ends_with("Анна: ещё 1 сообщение"));
    assert!(more(3).ends_with("ещё 3 сообщения"));
    assert!(more(57).ends_with("ещё 57 сообщений"));
    let kept = |n| Text::AllKept { n }.plain(Lang::Ru);
    assert!(kept(1).ends_with("сохранено ещё 1 сообщение."));
    assert!(kept(2).ends_with("сохранено ещё 2 сообщения."));
    assert!(kept(70).ends_with("сохранено ещё 70 сообщений."));
    let tickets = |n| Text::MyTickets { n }.plain(Lang::Ru);
    assert_eq!(tickets(1), "📋 Мои тикеты: 1 тикет");
    assert_eq!(tickets(2), "📋 Мои тикеты: 2 тикета");
    assert_eq!(tickets(5), "📋 Мои тикеты: 5 тикетов");
    assert_eq!(tickets(112), "📋 Мои тикеты: 112 тикетов");
}

#[test]
fn dates_are_told_in_the_time_zone_of_the_desk() {
    let settings = Taste::Plain.settings();
    let date = |lang| {
        let pen = Pen {
            lang,
            settings: &settings,
        };
        (pen.date(at(5)), pen.clock(at(5)))
    };
    assert_eq!(date(Lang::Ru), ("24.11.2026 14:05".into(), "14:05".into()));
    assert_eq!(
        date(Lang::En),
        ("24 Nov 2026, 14:05".into(), "14:05".into())
    );
}

#[test]
fn ages_are_told_in_one_unit_and_spans_in_two() {
    let settings = Taste::Plain.settings();
    let pen = |lang| Pen {
        lang,
        settings: &settings,
    };
    let ages = [
        (-5, "меньше минуты", "less than a minute"),
        (59, "меньше минуты", "less than a minute"),
        (180, "3 мин", "3 min"),
        (2 * 3600 + 3599, "2 ч", "2 h"),
        (86_400, "1 дн.", "1 day"),
        (5 * 86_400, "5 дн.", "5 days"),
    ];
    for (seconds, ru, en) in ages {
        let age = |lang| pen(lang).age(at(0), at(0) + TimeDelta::seconds(seconds));
        assert_eq!((age(Lang::Ru).as_str(), age(Lang::En).as_str()), (ru, en));
    }
    let spans = [
        (0, "меньше минуты"),
        (60, "1 мин"),
        (3600, "1 ч"),
        (3660, "1 ч 1 мин"),
        (86_400 + 61, "1 дн."),
        (2 * 86_400 + 5 * 3600 + 59, "2 дн. 5 ч"),
    ];
    for (seconds, span) in spans {
        assert_eq!(pen(Lang::Ru).duration(seconds), span);
    }
    assert!(!pen(Lang::En).duration(u64::MAX).is_empty());
}

#[test]
fn each_status_priority_and_kind_has_a_name_of_its_own() {
    let settings = Taste::Plain.settings();
    for lang in Lang::ALL {
        let pen = Pen {
            lang: *lang,
            settings: &settings,
        };
        let statuses = Status::ALL.iter().map(|status| pen.status(*status));
        let priorities = Priority::ALL.iter().map(|priority| pen.priority(*priority));
        // Without the marks, which would tell them apart by themselves.
        let kinds = ContentKind::ALL
            .iter()
            .map(|kind| Text::Kind { kind: *kind }.plain(*lang));
        let names: Vec<_> = statuses.chain(priorities).chain(kinds).collect();
        let different: HashSet<_> = names.iter().collect();
        assert_eq!(different.len(), names.len(), "{names:?}");
    }
}

#[test]
fn only_the_usual_categories_are_translated() {
    let settings = Taste::Plain.settings();
    let pen = Pen {
        lang: Lang::Ru,
        settings: &settings,
    };
    let name = |word: &str| pen.category(&Category(word.into()));
    assert_eq!(name("payment"), "Оплата");
    assert_eq!(name("Возвраты"), "Возвраты");
}
