//! What is said once, and what is said truly: subjects, cuts, answers that wait.

use frontdesk_desk::Screen;
use frontdesk_desk::content::{Content, ContentKind};
use frontdesk_desk::formatted::{MAX_CAPTION, MAX_TEXT};
use frontdesk_desk::ids::ChatMessageId;
use frontdesk_desk::notice::{Body, Copy, Part, Why};
use frontdesk_desk::screen::{Card, News};
use frontdesk_desk::ticket::{Lang, Ticket, UserRecord};

use crate::sample_notices::{Sample, relay};
use crate::samples::{ADMIN, Taste, USER};

fn words_of(card: Card) -> String {
    let screen = Screen::Ticket(Box::new(card));
    screen.draw(Lang::Ru, &Taste::Plain.settings()).text.text
}

#[test]
fn a_subject_made_of_the_first_line_is_not_said_twice() {
    let card = |subject: &str, description: &str| {
        let card = Card {
            ticket: Ticket {
                subject: subject.to_owned(),
                description: description.to_owned(),
                ..Taste::Plain.ticket()
            },
            ..Taste::Plain.card()
        };
        words_of(card)
    };
    let text = card("Принтер сгорел", " Принтер  сгорел\n\nИ дымится");
    assert_eq!(text.matches("сгорел").count(), 1, "{text}");
    assert!(text.contains("Принтер сгорел\nИ дымится\n\n"), "{text}");
    let text = card("Принтер", "Он сгорел");
    assert!(text.contains("Принтер\nОн сгорел\n\n"), "{text}");
}

#[test]
fn an_answer_to_somebody_who_blocked_the_bot_is_not_on_its_way() {
    let card = |reachable| {
        let card = Card {
            news: Some(News::AnswerTaken),
            ..Taste::Plain.card()
        };
        let user = UserRecord {
            reachable,
            ..card.user.clone()
        };
        words_of(Card { user, ..card })
    };
    assert!(card(true).contains("уже в пути"));
    assert!(!card(false).contains("уже в пути"));
    assert!(card(false).contains("Ответ сохранён"));
}

#[test]
fn a_subject_that_is_the_first_line_is_not_said_twice() {
    let draw = |subject: &str, words: &str| {
        Sample {
            ticket: Ticket {
                subject: subject.to_owned(),
                ..Taste::Plain.ticket()
            },
            ..Sample::new(
                relay(Part::Whole, Why::NewTicket),
                ADMIN,
                Taste::Plain.message(Content::plain(words)),
            )
        }
        .words()
    };
    let text = draw("Принтер сгорел", "Принтер сгорел\nи дымится");
    assert_eq!(text.matches("Принтер сгорел").count(), 1, "{text}");
    let text = draw("Принтер сго…", "Принтер сгорел вчера вечером");
    assert_eq!(text.matches("Принтер сго").count(), 1, "{text}");
    let text = draw("Принтер", "сгорел");
    assert!(text.contains("\nПринтер\n"), "{text}");
}

#[test]
fn words_that_an_edit_made_too_long_say_where_the_rest_is() {
    let message = Taste::Plain.answer(Content::plain("я".repeat(4096)));
    let copy = |part| Copy {
        message: ChatMessageId(5),
        part,
        why: Why::Answer,
    };
    let whole = Sample {
        copies: vec![copy(Part::Whole)],
        ..Sample::new(Body::EditCopies, USER, message)
    };
    let text = whole.words();
    assert!(
        text.ends_with("я…\n\n✂️ Это не всё: целиком сообщение – в тикете #12."),
        "{text}"
    );
    assert!(text.encode_utf16().count() <= MAX_TEXT);
    let photo = Content {
        text: "я".repeat(2048),
        entities: Vec::new(),
        ..Taste::Plain.media(ContentKind::Photo)
    };
    let caption = Sample {
        copies: vec![copy(Part::Content)],
        ..Sample::new(Body::EditCopies, USER, Taste::Plain.answer(photo))
    };
    let text = caption.words();
    assert!(text.ends_with("в тикете #12."), "{text}");
    assert!(text.encode_utf16().count() <= MAX_CAPTION);
}
