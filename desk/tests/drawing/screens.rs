//! Every screen, in every language, and what each side may see.

use frontdesk_desk::Screen;
use frontdesk_desk::button::Button;
use frontdesk_desk::content::{Content, ContentKind};
use frontdesk_desk::formatted::{Style, utf16_len};
use frontdesk_desk::ids::{PersonId, TicketId, Version};
use frontdesk_desk::screen::{Card, List, Named, News, Page, View};
use frontdesk_desk::ticket::{Happened, Lang, Status, Ticket, TicketEvent, TicketMessage};

use crate::limits::{check_message, check_words};
use crate::samples::{ADMIN, OTHER_ADMIN, Taste, USER, at};

/// The place of each kind of screen: without a wildcard, so that a new one is not forgotten.
fn place(screen: &Screen) -> usize {
    match screen {
        Screen::Home { .. } => 0,
        Screen::Support => 1,
        Screen::Help { .. } => 2,
        Screen::Languages => 3,
        Screen::Say(_) => 4,
        Screen::AskCategory { .. } => 5,
        Screen::AskSubject { .. } => 6,
        Screen::AskDescription { .. } => 7,
        Screen::TicketOpened { .. } => 8,
        Screen::Offer { .. } => 9,
        Screen::Joined { .. } => 10,
        Screen::MyTickets(_) => 11,
        Screen::MyTicket { .. } => 12,
        Screen::MyConversation(_) => 13,
        Screen::AskReply { .. } => 14,
        Screen::Admin => 15,
        Screen::Dashboard(_) => 16,
        Screen::Tickets { .. } => 17,
        Screen::Filters { .. } => 18,
        Screen::AskFind => 19,
        Screen::Statistics(_) => 20,
        Screen::Ticket(_) => 21,
        Screen::Conversation(_) => 22,
        Screen::History { .. } => 23,
        Screen::Statuses { .. } => 24,
        Screen::Priorities { .. } => 25,
        Screen::Categories { .. } => 26,
        Screen::Assignees { .. } => 27,
        Screen::AskAnswer { .. } => 28,
        Screen::AskNote { .. } => 29,
        Screen::HeldAnswer { .. } => 30,
        Screen::Unplaced { .. } => 31,
        Screen::Person(_) => 32,
        Screen::Banned(_) => 33,
    }
}

const KINDS: usize = 34;

#[test]
fn every_screen_in_every_language_is_within_the_limits() {
    for taste in Taste::ALL {
        for lang in Lang::ALL {
            let settings = taste.settings();
            let mut seen = [false; KINDS];
            for screen in taste.screens() {
                seen[place(&screen)] = true;
                let what = format!("{lang:?} {taste:?} screen {}", place(&screen));
                let View { text, keyboard } = screen.draw(*lang, &settings);
                check_message(&text, &keyboard, &what);
                assert!(!keyboard.rows.is_empty(), "no buttons: {what}");
                if taste == Taste::Plain {
                    check_words(&text.text, &what);
                    for key in keyboard.rows.iter().flatten() {
                        check_words(&key.label, &what);
                    }
                }
            }
            assert_eq!(seen, [true; KINDS], "a kind of screen has no sample");
        }
    }
}

#[test]
fn every_screen_has_a_way_back() {
    let ways = |button: &Button| {
        matches!(
            button,
            Button::Home
                | Button::Support
                | Button::Cancel
                | Button::Discard(_)
                | Button::MyTickets(0)
                | Button::MyTicket(_)
                | Button::Admin
                | Button::Dashboard
                | Button::Ticket(_)
        )
    };
    for screen in Taste::Plain.screens() {
        let view = screen.draw(Lang::En, &Taste::Plain.settings());
        assert!(
            matches!(screen, Screen::Home { .. }) || buttons(&view).iter().any(ways),
            "{screen:?}"
        );
    }
}

#[test]
fn a_step_of_a_form_can_be_cancelled() {
    for screen in Taste::Plain.screens() {
        let leaves: fn(&Button) -> bool = match screen {
            Screen::AskCategory { .. }
            | Screen::AskSubject { .. }
            | Screen::AskDescription { .. }
            | Screen::AskReply { .. }
            | Screen::AskFind
            | Screen::AskAnswer { .. }
            | Screen::AskNote { .. } => |button| *button == Button::Cancel,
            Screen::Offer { .. } | Screen::HeldAnswer { .. } | Screen::Unplaced { .. } => {
                |button| matches!(button, Button::Discard(_))
            }
            _ => continue,
        };
        let view = screen.draw(Lang::Ru, &Taste::Plain.settings());
        assert!(buttons(&view).iter().any(leaves), "{screen:?}");
    }
}

#[test]
fn a_user_sees_no_notes_no_admins_and_nothing_taken_back() {
    let page = Taste::Plain.page();
    let mine = draw(&Screen::MyConversation(page.clone()));
    let staffs = draw(&Screen::Conversation(page));
    for hidden in ["Платёж завис", "Ой, это не вам", "Борис", "7000000002"]
    {
        assert!(!mine.text.text.contains(hidden), "{hidden}");
    }
    for seen in [
        "Платёж завис",
        "Ой, это не вам",
        "Борис",
        "Внутренняя заметка",
    ] {
        assert!(staffs.text.text.contains(seen), "{seen}");
    }
    assert!(mine.text.text.contains("Вы ·") && mine.text.text.contains("Поддержка ·"));
    assert!(mine.text.text.contains("отозвано") && mine.text.text.contains("изменено"));
    assert!(!staffs.text.text.contains("Вы ·"));
    assert!(staffs.text.text.contains("Анна Петрова"));
}

#[test]
fn a_user_reads_the_admins_name_where_names_are_on() {
    let settings = frontdesk_desk::Settings {
        admin_names: true,
        ..Taste::Plain.settings()
    };
    let view = Screen::MyConversation(Taste::Plain.page()).draw(Lang::Ru, &settings);
    assert!(view.text.text.contains("Борис ·") && !view.text.text.contains("Поддержка"));
}

#[test]
fn what_others_did_meanwhile_names_no_admin_to_the_user() {
    let events = [USER, ADMIN].map(|by| TicketEvent {
        by: Some(by),
        at: at(3),
        version: Version(4),
        what: Happened::Answered,
    });
    let screen = Screen::MyTicket {
        ticket: Taste::Plain.ticket(),
        messages: 1,
        news: Some(News::ChangedMeanwhile {
            events: events.to_vec(),
            people: Vec::new(),
        }),
    };
    let text = draw(&screen).text.text;
    assert!(text.contains("14:03 Вы: ответ") && text.contains("14:03 Поддержка: ответ"));
    assert!(!text.contains(&ADMIN.to_string()));
}

#[test]
fn long_words_are_cut_with_their_formatting_and_shown_by_a_button() {
    let words = Content {
        entities: vec![crate::samples::entity("bold", 0, 1000)],
        ..Content::plain("я".repeat(1000))
    };
    let view = draw(&conversation(vec![
        message(1, words),
        message(2, Content::plain("коротко")),
        message(3, Taste::Plain.media(ContentKind::Photo)),
    ]));
    let shown: Vec<_> = view
        .keyboard
        .rows
        .iter()
        .flatten()
        .filter_map(|key| match key.button {
            Button::ShowMessage(_, message) => Some((key.label.as_str(), message.0)),
            _ => None,
        })
        .collect();
    assert_eq!(shown, [("📄 1", 1), ("📷 2", 3)]);
    let cut = format!("{}…", "я".repeat(599));
    assert!(view.text.text.contains(&format!("📄 1\n{cut}\n\n")));
    assert!(view.text.text.contains("📷 2\n📷 Фото\nЗдравствуйте"));
    let bold = view
        .text
        .entities
        .iter()
        .find(|entity| entity.rest["type"] == Style::Bold.as_str() && entity.length == 599);
    assert!(bold.is_some(), "{:?}", view.text.entities);
}

#[test]
fn a_page_of_any_size_fits() {
    for count in [1, 6, 20, 60] {
        let screen = Screen::Conversation(Page {
            messages: (0..count)
                .map(|id| message(id, Taste::Hostile.text()))
                .collect(),
            ..Taste::Hostile.page()
        });
        let view = screen.draw(Lang::En, &Taste::Hostile.settings());
        check_message(&view.text, &view.keyboard, &format!("{count} messages"));
    }
}

#[test]
fn what_changes_a_ticket_carries_its_version() {
    for screen in Taste::Plain.screens() {
        let version = Version(12);
        for button in buttons(&draw(&screen)) {
            match button {
                Button::CloseMine(_, of)
                | Button::ReopenMine(_, of)
                | Button::SetStatus(_, of, _)
                | Button::SetPriority(_, of, _)
                | Button::SetCategory(_, of, _)
                | Button::Assign(_, of, _)
                | Button::Close(_, of)
                | Button::UndoClose(_, of)
                | Button::RetryAnswer(_, of, _)
                | Button::DropAnswer(_, of, _)
                | Button::Reopen(_, of) => assert_eq!(of, version),
                _ => {}
            }
        }
    }
}

#[test]
fn a_card_offers_what_fits_the_ticket() {
    let card = |status, news, assignee| {
        let ticket = Ticket {
            status,
            assignee,
            ..Taste::Plain.ticket()
        };
        draw(&Screen::Ticket(Box::new(Card {
            ticket,
            news,
            recallable: None,
            ..Taste::Plain.card()
        })))
    };
    let (id, version) = (TicketId(12), Version(12));
    let close = Button::Close(id, version);
    let reopen = Button::Reopen(id, version);
    let undo = Button::UndoClose(id, version);
    let take = Button::Assign(id, version, Some(ADMIN));

    let open = buttons(&card(Status::Open, None, None));
    assert!(open.contains(&close) && open.contains(&take));
    assert!(!open.contains(&reopen) && !open.contains(&undo));
    assert!(
        !open
            .iter()
            .any(|button| matches!(button, Button::Recall(..)))
    );

    let mine = buttons(&card(Status::InProgress, None, Some(ADMIN)));
    assert!(!mine.contains(&take));

    let closed = buttons(&card(Status::Closed, None, Some(OTHER_ADMIN)));
    assert!(closed.contains(&reopen) && closed.contains(&take));
    assert!(!closed.contains(&close) && !closed.contains(&undo));

    let just_closed = card(Status::Closed, Some(News::Closed { until: at(10) }), None);
    assert!(buttons(&just_closed).contains(&undo));
    assert!(just_closed.text.text.contains("до 14:10"));
}

#[test]
fn a_card_tells_the_staff_all_about_the_user() {
    let text = draw(&Screen::Ticket(Box::new(Taste::Plain.card())))
        .text
        .text;
    for told in [
        "Анна Петрова",
        "@anna_petrova",
        "7000000001",
        "язык: ru",
        "Впервые здесь: 23.09.2026 02:00",
        "🟡 В работе",
        "🔥 Срочный",
        "Оплата",
        "Ответственный: Анна",
        "Создан: 24.11.2026 14:00",
        "Ждёт ответа 2 ч",
    ] {
        assert!(text.contains(told), "{told} in {text}");
    }
}

#[test]
fn pages_are_turned_where_there_are_several() {
    let labels = |page, pages| {
        let view = draw(&Screen::MyTickets(List {
            page,
            pages,
            ..List::default()
        }));
        let row = view.keyboard.rows.first().cloned().unwrap_or_default();
        row.iter().map(|key| key.label.clone()).collect::<Vec<_>>()
    };
    assert_eq!(labels(0, 2), ["1/2", "▶"]);
    assert_eq!(labels(1, 3), ["◀", "2/3", "▶"]);
    assert_eq!(labels(2, 3), ["◀", "3/3"]);
    assert_eq!(labels(0, 1), ["← Назад", "🎫 Создать тикет"]);
}

#[test]
fn rows_show_marks_and_stay_on_one_line() {
    let rows = |screen: &Screen| {
        let view = draw(screen);
        view.keyboard
            .rows
            .iter()
            .flatten()
            .filter(|key| matches!(key.button, Button::MyTicket(_) | Button::Ticket(_)))
            .map(|key| key.label.clone())
            .collect::<Vec<_>>()
    };
    let screens = Taste::Plain.screens();
    let mine = screens
        .iter()
        .find(|screen| matches!(screen, Screen::MyTickets(_)))
        .unwrap();
    assert_eq!(
        rows(mine),
        [
            "✉️ 🟢 #12 Не проходит оплата картой",
            "🟡 #12 Не проходит оплата картой",
            "🔴 #12 Не проходит оплата картой",
        ]
    );
    let staffs = screens
        .iter()
        .find(|screen| matches!(screen, Screen::Tickets { .. }))
        .unwrap();
    assert_eq!(
        rows(staffs)[0],
        "🟢🔼⏳ #12 Анна: Не проходит оплата картой"
    );
}

#[test]
fn a_name_that_shows_nothing_gives_way_to_the_id() {
    for name in ["", " \u{2066}\u{200b}", "\u{3164}"] {
        let screen = Screen::AskAnswer {
            ticket: TicketId(1),
            subject: "a <b".into(),
            user: Named {
                id: PersonId(99),
                name: name.into(),
            },
        };
        let text = draw(&screen).text.text;
        assert!(text.contains("· 99\n") && text.contains("a <b"), "{text}");
    }
}

#[test]
fn people_cannot_open_formatting_of_ours() {
    let subject = "*a* _b_ `c` <b>d</b> { $number }";
    let view = draw(&Screen::AskReply {
        ticket: TicketId(5),
        subject: subject.into(),
    });
    assert!(view.text.text.contains(subject));
    let title = utf16_len("✍️ ");
    assert_eq!(
        view.text.entities,
        [Style::Bold.over(title, utf16_len("Тикет #5"))]
    );
}

fn conversation(messages: Vec<TicketMessage>) -> Screen {
    Screen::MyConversation(Page {
        messages,
        page: 0,
        pages: 1,
        ..Taste::Plain.page()
    })
}

fn message(id: i64, content: Content) -> TicketMessage {
    TicketMessage {
        id: frontdesk_desk::ids::MessageId(id),
        ..Taste::Plain.message(content)
    }
}

fn draw(screen: &Screen) -> View {
    screen.draw(Lang::Ru, &Taste::Plain.settings())
}

fn buttons(view: &View) -> Vec<Button> {
    let keys = view.keyboard.rows.iter().flatten();
    keys.map(|key| key.button.clone()).collect()
}
