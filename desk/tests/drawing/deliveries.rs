//! How far an answer has come, what can be done about it, and how that is shown.

use frontdesk_desk::Screen;
use frontdesk_desk::button::Button;
use frontdesk_desk::delivery::{
    Delivery, Leg, Mark, NoticeState, Redelivery, Redo, Refusal, Stage,
};
use frontdesk_desk::ids::{MessageId, NoticeId, TicketId, Version};
use frontdesk_desk::notice::Part;
use frontdesk_desk::screen::{Card, Deliveries, Page};
use frontdesk_desk::ticket::Lang;

use crate::sample_notices::buttons;
use crate::samples::Taste;

use NoticeState::{Failed, Held, Pending, Sending, Sent};

const ANSWER: MessageId = MessageId(7);

/// An answer in these parts, never tried before.
fn delivery(legs: &[(Part, NoticeState)]) -> Delivery {
    Delivery {
        message: ANSWER,
        legs: legs
            .iter()
            .zip(1..)
            .map(|((part, state), notice)| Leg {
                notice: NoticeId(notice),
                part: Some(*part),
                state: *state,
                attempts: 0,
                doubtful: false,
                reason: (*state == Failed).then(no),
            })
            .collect(),
        copied: false,
    }
}

fn no() -> Refusal {
    Refusal::Telegram("no".to_owned())
}

/// The parts, the stage, and the notices that can be tried again or dropped.
type Row<'a> = (&'a [(Part, NoticeState)], Stage, &'a [i64], &'a [i64]);

#[test]
fn the_parts_of_an_answer_make_one_mark_and_say_what_can_be_done() {
    let (heading, content, album, keys) =
        (Part::Heading, Part::Content, Part::Album, Part::Buttons);
    let table: &[Row<'_>] = &[
        (&[(Part::Whole, Pending)], Stage::Waiting, &[], &[1]),
        (&[(Part::Whole, Sending)], Stage::Waiting, &[], &[]),
        (&[(Part::Whole, Sent)], Stage::Delivered, &[], &[]),
        (&[(Part::Whole, Held)], Stage::Held, &[1], &[1]),
        (&[(Part::Whole, Failed)], Stage::Failed(no()), &[1], &[1]),
        (
            &[(heading, Sent), (content, Pending)],
            Stage::Waiting,
            &[],
            &[2],
        ),
        (
            &[(heading, Sent), (content, Sending)],
            Stage::Waiting,
            &[],
            &[],
        ),
        (&[(heading, Sent), (content, Held)], Stage::Held, &[2], &[2]),
        (
            &[(heading, Failed), (content, Held)],
            Stage::Held,
            &[1, 2],
            &[1, 2],
        ),
        (
            &[(heading, Sent), (content, Failed)],
            Stage::Failed(no()),
            &[2],
            &[2],
        ),
        // What came through is never taken for what can be dropped.
        (
            &[(heading, Failed), (content, Sent)],
            Stage::Partly(no()),
            &[1],
            &[],
        ),
        (
            &[(heading, Sent), (album, Sent), (keys, Failed)],
            Stage::Partly(no()),
            &[3],
            &[],
        ),
        (
            &[(heading, Sent), (album, Sent), (keys, Held)],
            Stage::Held,
            &[3],
            &[3],
        ),
        (
            &[(heading, Sent), (album, Held), (keys, Held)],
            Stage::Held,
            &[2, 3],
            &[2, 3],
        ),
    ];
    for (legs, stage, retry, drop) in table {
        let delivery = delivery(legs);
        let mark = delivery.mark().unwrap();
        let can = |redo| -> Vec<i64> {
            let legs = delivery.legs_to(redo);
            legs.into_iter().map(|notice| notice.0).collect()
        };
        assert_eq!(mark.stage, *stage, "{legs:?}");
        assert_eq!(
            (can(Redo::Retry), can(Redo::Drop)),
            (retry.to_vec(), drop.to_vec()),
            "{legs:?}"
        );
        assert_eq!(
            (mark.retry, mark.drop),
            (!retry.is_empty(), !drop.is_empty())
        );
    }
}

#[test]
fn a_decision_is_made_once() {
    for state in [Pending, Held, Failed] {
        let mut before = delivery(&[(Part::Heading, state), (Part::Content, state)]);
        before.legs[0].attempts = 3;
        before.legs[1].attempts = 3;
        for redo in [Redo::Retry, Redo::Drop] {
            let done = Redelivery {
                notices: before.legs_to(redo),
                redo,
            };
            let after = before.clone().after(&done);
            assert_eq!(after.legs_to(redo), [], "{state:?} {redo:?}");
            let stage = after.mark().unwrap().stage;
            match redo {
                Redo::Retry => assert_eq!(stage, Stage::Waiting),
                Redo::Drop => assert_eq!(stage, Stage::Failed(Refusal::Dropped)),
            }
        }
    }
}

#[test]
fn doubt_stays_and_what_is_forgotten_is_no_mark() {
    let mut sent = delivery(&[(Part::Whole, Sent)]);
    sent.legs[0].doubtful = true;
    assert!(sent.mark().unwrap().twice);
    let forgotten = delivery(&[]);
    assert_eq!(forgotten.mark(), None);
    let copied = Delivery {
        copied: true,
        ..forgotten
    };
    assert_eq!(copied.mark().unwrap().stage, Stage::Delivered);
}

fn mark(stage: Stage, retry: bool, drop: bool) -> Mark {
    Mark {
        stage,
        twice: false,
        retry,
        drop,
    }
}

#[test]
fn the_staff_see_how_far_an_answer_has_come_and_the_user_does_not() {
    let page = |mark| {
        let sample = Taste::Plain.page();
        let answer = Taste::Plain.answer(Taste::Plain.text());
        Page {
            deliveries: Some(Deliveries {
                version: Version(3),
                marks: vec![(answer.id, mark)],
            }),
            messages: vec![answer],
            ..sample
        }
    };
    let (ticket, answer) = (TicketId(12), Taste::Plain.answer(Taste::Plain.text()).id);
    let retry = Button::RetryAnswer(ticket, Version(3), answer);
    let drop = Button::DropAnswer(ticket, Version(3), answer);
    let draw = |screen: Screen| screen.draw(Lang::Ru, &Taste::Plain.settings());
    let held = page(mark(Stage::Held, true, true));
    let view = draw(Screen::Conversation(held.clone()));
    assert!(
        view.text.text.contains("заблокировал бота"),
        "{}",
        view.text.text
    );
    assert!(buttons(&view.keyboard).contains(&retry) && buttons(&view.keyboard).contains(&drop));

    let delivered = page(mark(Stage::Delivered, false, false));
    let view = draw(Screen::Conversation(delivered));
    assert!(view.text.text.contains("доставлено"), "{}", view.text.text);
    assert!(!buttons(&view.keyboard).contains(&retry) && !buttons(&view.keyboard).contains(&drop));

    let users = Page {
        deliveries: None,
        ..held
    };
    let view = draw(Screen::MyConversation(users));
    assert!(
        !view.text.text.contains("заблокировал"),
        "{}",
        view.text.text
    );
}

#[test]
fn a_card_offers_what_can_be_done_about_the_one_answer_it_tells_of() {
    let card = |answers| {
        let card = Card {
            answers,
            ..Taste::Plain.card()
        };
        Screen::Ticket(Box::new(card)).draw(Lang::En, &Taste::Plain.settings())
    };
    let failed = || mark(Stage::Failed(no()), true, true);
    let delivered = || mark(Stage::Delivered, false, false);
    let drop = |answer| Button::DropAnswer(TicketId(12), Version(12), MessageId(answer));

    let view = card(vec![(MessageId(5), failed()), (MessageId(8), delivered())]);
    assert!(
        view.text.text.contains("An earlier answer"),
        "{}",
        view.text.text
    );
    assert!(buttons(&view.keyboard).contains(&drop(5)));
    let view = card(vec![(MessageId(8), failed())]);
    assert!(
        view.text.text.contains("Last answer: ❌ not delivered: no"),
        "{}",
        view.text.text
    );
    assert!(buttons(&view.keyboard).contains(&drop(8)));
    let view = card(vec![(MessageId(5), failed()), (MessageId(8), failed())]);
    assert!(
        view.text.text.contains("not delivered: 2"),
        "{}",
        view.text.text
    );
    let offered = buttons(&view.keyboard);
    assert!(!offered.contains(&drop(5)) && !offered.contains(&drop(8)));
}
