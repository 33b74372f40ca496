//! Every notice, in every language: what it calls, and what each side may read.

use frontdesk_desk::Settings;
use frontdesk_desk::button::Button;
use frontdesk_desk::content::{Content, ContentKind};
use frontdesk_desk::formatted::{Formatted, MAX_CAPTION, MAX_TEXT};
use frontdesk_desk::ids::{ChatMessageId, PersonId, TicketId, Version};
use frontdesk_desk::notice::{Body, Call, Copy, Part, Why, parts};
use frontdesk_desk::ticket::{Lang, Ticket, TicketMessage};

use crate::limits::{check_keyboard, check_length, check_message, check_text, check_words};
use crate::sample_notices::{KINDS, PARTS, REASONS, Sample, buttons, place, relay, samples};
use crate::samples::{ADMIN, Taste, USER, at};

pub(crate) fn check_call(call: &Call, taste: Taste, what: &str) {
    let check_ours = |text: &Formatted| {
        if taste == Taste::Plain {
            check_words(&text.text, what);
        }
    };
    match call {
        Call::SendMessage { text, keyboard, .. } | Call::EditText { text, keyboard, .. } => {
            check_message(text, keyboard, what);
            check_ours(text);
        }
        Call::CopyMessage {
            keyboard,
            instead,
            placeholder,
            ..
        } => {
            check_keyboard(keyboard, what);
            check_instead(instead, what);
            check_text(placeholder, MAX_TEXT, what);
            check_ours(placeholder);
        }
        Call::CopyMessages { items, placeholder } => {
            assert!(!items.is_empty());
            for (_, instead) in items {
                check_instead(instead, what);
            }
            check_text(placeholder, MAX_TEXT, what);
        }
        Call::EditCaption {
            caption, keyboard, ..
        }
        | Call::EditMedia {
            caption, keyboard, ..
        } => {
            check_length(caption, MAX_CAPTION, what);
            check_keyboard(keyboard, what);
        }
        Call::EditKeyboard { keyboard, .. } => check_keyboard(keyboard, what),
        Call::DeleteMessages { messages } => assert!(!messages.is_empty()),
        Call::React { .. } | Call::LeaveChat => {}
    }
}

fn check_instead(instead: &Content, what: &str) {
    let caption = Formatted {
        text: instead.text.clone(),
        entities: instead.entities.clone(),
    };
    check_length(&caption, MAX_CAPTION, what);
}

#[test]
fn every_notice_in_every_language_is_within_the_limits() {
    for taste in Taste::ALL {
        for lang in Lang::ALL {
            let mut seen = [false; KINDS];
            for sample in samples(taste) {
                let what = format!("{lang:?} {taste:?} {:?}", sample.body);
                seen[place(&sample.body)] = true;
                let call = Sample {
                    lang: *lang,
                    ..sample.clone()
                }
                .draw();
                match (&call, &sample.body) {
                    (Some(call), _) => check_call(call, taste, &what),
                    (None, Body::EditCopies | Body::DeleteCopies) => {}
                    (None, _) => panic!("nothing to call: {what}"),
                }
            }
            assert_eq!(seen, [true; KINDS], "a kind of notice has no sample");
        }
    }
}

#[test]
fn the_language_is_that_of_the_one_who_gets_it() {
    let sample = Sample::new(Body::Closed, USER, Taste::Plain.answer(Taste::Plain.text()));
    assert!(sample.words().contains("закрыт"));
    let english = Sample {
        lang: Lang::En,
        ..sample
    };
    assert!(english.words().contains("is closed"));
    let greeting = Sample {
        body: Body::GroupGreeting,
        ..english
    };
    assert!(greeting.words().contains("Из этой группы"));
}

#[test]
fn a_user_gets_the_answer_with_its_formatting_and_without_the_admins_name() {
    let message = Taste::Plain.answer(Taste::Plain.text());
    let sample = Sample::new(relay(Part::Whole, Why::Answer), USER, message.clone());
    let words = sample.words();
    assert_eq!(
        words,
        format!(
            "🎧 Поддержка · #12 Не проходит оплата картой\n\n{}",
            message.content.text
        )
    );
    let Some(Call::SendMessage { text, .. }) = sample.draw() else {
        panic!("not a message");
    };
    let bold = text.entities.last().unwrap();
    let units: Vec<u16> = text.text.encode_utf16().collect();
    let shown = String::from_utf16(&units[bold.offset..bold.offset + bold.length]).unwrap();
    let own: Vec<u16> = message.content.text.encode_utf16().collect();
    assert_eq!(shown, String::from_utf16(&own[12..16]).unwrap());
    assert_eq!(
        sample.buttons(),
        [Button::Reply(TicketId(12)), Button::MyTicket(TicketId(12))]
    );
    let named = Sample {
        settings: Settings {
            admin_names: true,
            ..sample.settings.clone()
        },
        ..sample
    };
    assert!(named.words().starts_with("🎧 Борис · #12"));
}

#[test]
fn a_new_ticket_tells_the_staff_all_they_need() {
    let unassigned = Ticket {
        assignee: None,
        ..Taste::Plain.ticket()
    };
    let sample = Sample {
        ticket: unassigned,
        ..Sample::new(
            relay(Part::Whole, Why::NewTicket),
            ADMIN,
            Taste::Plain.message(Taste::Plain.text()),
        )
    };
    assert!(sample.words().starts_with(
        "🆕 Новый тикет #12\nНе проходит оплата картой\n👤 Анна Петрова @anna_petrova · Оплата\n\n"
    ));
    let (ticket, version) = (TicketId(12), Version(12));
    assert_eq!(
        sample.buttons(),
        [
            Button::Answer(ticket),
            Button::Ticket(ticket),
            Button::Assign(ticket, version, Some(ADMIN)),
        ]
    );
}

#[test]
fn no_note_reaches_a_user_whatever_the_notice_says() {
    let note = TicketMessage {
        note: true,
        ..Taste::Plain.answer(Taste::Plain.text())
    };
    for part in PARTS {
        let sample = Sample::new(relay(part, Why::Answer), USER, note.clone());
        assert_eq!(sample.draw(), None, "{part:?}");
    }
    for body in [Body::LateItem, Body::ShowMessage] {
        assert_eq!(Sample::new(body, USER, note.clone()).draw(), None);
    }
    let edit = Sample {
        copies: vec![Copy {
            message: ChatMessageId(1),
            part: Part::Whole,
            why: Why::Answer,
        }],
        ..Sample::new(Body::EditCopies, USER, note.clone())
    };
    assert_eq!(edit.draw(), None);
    let to_staff = Sample::new(Body::ShowMessage, ADMIN, note);
    assert!(to_staff.draw().is_some());
}

#[test]
fn another_persons_message_is_not_shown_to_a_stranger() {
    let message = Taste::Plain.message(Taste::Plain.text());
    let stranger = Sample::new(Body::ShowMessage, PersonId(5), message);
    assert_eq!(stranger.draw(), None);
}

#[test]
fn what_was_taken_back_is_not_sent_any_more() {
    for why in REASONS {
        let recalled = TicketMessage {
            recalled_at: Some(at(1)),
            ..Taste::Plain.answer(Taste::Plain.media(ContentKind::Photo))
        };
        for part in PARTS {
            let sample = Sample::new(relay(part, why), USER, recalled.clone());
            assert_eq!(sample.draw(), None, "{part:?} {why:?}");
        }
        for body in [Body::LateItem, Body::ShowMessage, Body::EditCopies] {
            assert_eq!(Sample::new(body, USER, recalled.clone()).draw(), None);
        }
    }
}

#[test]
fn an_album_goes_as_one_call_and_not_again() {
    let photo = Taste::Plain.message(Taste::Plain.media(ContentKind::Photo));
    let sample = Sample::new(relay(Part::Album, Why::FollowUp), ADMIN, photo.clone());
    let Some(Call::CopyMessages { items, .. }) = sample.draw() else {
        panic!("not copies");
    };
    assert_eq!(items.len(), 2);
    assert_eq!(items[0].0, photo.source);
    let carried = Sample {
        items: Vec::new(),
        ..sample
    };
    assert_eq!(carried.draw(), None);
}

#[test]
fn a_late_item_says_where_it_belongs() {
    let late = |to, message| Sample::new(Body::LateItem, to, message).buttons();
    let photo = Taste::Plain.media(ContentKind::Photo);
    assert_eq!(
        late(ADMIN, Taste::Plain.message(photo.clone())),
        [Button::Ticket(TicketId(12))]
    );
    assert_eq!(
        late(USER, Taste::Plain.answer(photo)),
        [Button::Reply(TicketId(12))]
    );
}

#[test]
fn an_edit_edits_the_copy_that_holds_the_words() {
    let copies = |parts: &[Part]| -> Vec<Copy> {
        let numbered = parts.iter().zip(1..);
        let copy = |(part, number): (&Part, i64)| Copy {
            message: ChatMessageId(number),
            part: *part,
            why: Why::Answer,
        };
        numbered.map(copy).collect()
    };
    let edit = |content: Content, parts: &[Part]| {
        Sample {
            copies: copies(parts),
            ..Sample::new(Body::EditCopies, USER, Taste::Plain.answer(content))
        }
        .draw()
    };
    let split = [Part::Heading, Part::Content];

    let whole = edit(Content::plain("новое"), &[Part::Whole]);
    let Some(Call::EditText {
        message,
        text,
        keyboard,
    }) = whole
    else {
        panic!("{whole:?}");
    };
    assert_eq!(message, ChatMessageId(1));
    assert_eq!(
        text.text,
        "🎧 Поддержка · #12 Не проходит оплата картой\n\nновое"
    );
    assert_eq!(buttons(&keyboard).len(), 2);

    let long = edit(Content::plain("я".repeat(4096)), &split);
    assert!(
        matches!(&long, Some(Call::EditText { message: ChatMessageId(2), text, .. }) if text.len() == 4096),
        "{long:?}"
    );
    let grown = edit(Content::plain("я".repeat(4096)), &[Part::Whole]);
    assert!(matches!(&grown, Some(Call::EditText { text, .. }) if text.text.contains('…')));

    for kind in ContentKind::ALL
        .iter()
        .filter(|kind| **kind != ContentKind::Text)
    {
        let content = Taste::Plain.media(*kind);
        let call = edit(content.clone(), &split);
        match kind {
            ContentKind::Photo
            | ContentKind::Video
            | ContentKind::Document
            | ContentKind::Audio
            | ContentKind::Animation => assert!(
                matches!(&call, Some(Call::EditMedia { message: ChatMessageId(2), kind: new, caption, .. })
                    if new == kind && caption.text == content.text),
                "{call:?}"
            ),
            ContentKind::Voice => {
                assert!(matches!(&call, Some(Call::EditCaption { .. })), "{call:?}");
            }
            _ => assert_eq!(call, None),
        }
    }

    let album = edit(
        Taste::Plain.media(ContentKind::Photo),
        &[Part::Heading, Part::Album, Part::Buttons],
    );
    assert!(
        matches!(&album, Some(Call::EditMedia { message: ChatMessageId(2), keyboard, .. })
            if keyboard.rows.is_empty()),
        "{album:?}"
    );
    assert_eq!(edit(Content::plain("новое"), &[Part::Heading]), None);
    assert_eq!(edit(Content::plain("новое"), &[]), None);
}

#[test]
fn a_recall_deletes_every_copy() {
    let sample = Sample {
        copies: [Part::Heading, Part::Content]
            .into_iter()
            .zip(4..)
            .map(|(part, number)| Copy {
                message: ChatMessageId(number),
                part,
                why: Why::Answer,
            })
            .collect(),
        ..Sample::new(
            Body::DeleteCopies,
            USER,
            Taste::Plain.answer(Taste::Plain.text()),
        )
    };
    assert_eq!(
        sample.draw(),
        Some(Call::DeleteMessages {
            messages: vec![ChatMessageId(4), ChatMessageId(5)]
        })
    );
}

#[test]
fn an_outcome_is_told_under_the_admins_own_message() {
    let answer = ChatMessageId(31);
    let message = Taste::Plain.answer(Taste::Plain.text());
    let (ticket, version) = (TicketId(12), Version(12));
    let delivered = Sample::new(Body::Delivered { answer }, ADMIN, message.clone());
    assert!(matches!(
        delivered.draw(),
        Some(Call::SendMessage {
            reply_to: Some(ChatMessageId(31)),
            ..
        })
    ));
    assert_eq!(
        delivered.buttons(),
        [
            Button::Ticket(ticket),
            Button::Close(ticket, version),
            Button::Recall(ticket, message.id),
        ]
    );
    let blocked = Sample::new(Body::Blocked { answer }, ADMIN, message.clone());
    assert!(blocked.words().contains("заблокирован"));
    let reason = "Bad Request: <b> `x`".to_owned();
    let refused = Sample::new(Body::NotDelivered { answer, reason }, ADMIN, message);
    assert!(refused.words().contains("Bad Request: <b> `x`"));
}

#[test]
fn the_parts_of_a_message_carry_all_of_it() {
    let text = |units| parts(&Content::plain("я".repeat(units)), false);
    assert_eq!(text(3000), [Part::Whole]);
    assert_eq!(text(3001), [Part::Heading, Part::Content]);
    let photo = Taste::Plain.media(ContentKind::Photo);
    assert_eq!(parts(&photo, false), [Part::Heading, Part::Content]);
    assert_eq!(
        parts(&photo, true),
        [Part::Heading, Part::Album, Part::Buttons]
    );
    // Under the longest heading nothing of a whole message is cut.
    for why in REASONS {
        let words = "я".repeat(3000);
        let sample = Sample::of(
            Taste::Hostile,
            relay(Part::Whole, why),
            if why == Why::Answer { USER } else { ADMIN },
            Taste::Hostile.answer(Content::plain(words.clone())),
        );
        assert!(sample.words().ends_with(&words), "{why:?}");
    }
}

#[test]
fn an_admin_taken_off_the_list_gets_nothing_of_the_staffs() {
    for sample in samples(Taste::Plain) {
        let what = format!("{:?}", sample.body);
        let former = Sample {
            settings: Settings {
                admins: vec![],
                ..sample.settings.clone()
            },
            ..sample.clone()
        };
        // What goes to the ticket's user, a reaction, a copy that is taken away, a group.
        let spared = sample.to == USER
            || matches!(
                sample.body,
                Body::DeleteCopies
                    | Body::React { .. }
                    | Body::Trouble
                    | Body::GroupGreeting
                    | Body::LeaveGroup
            );
        let drawn = former.draw();
        if spared {
            assert_eq!(drawn.is_some(), sample.draw().is_some(), "{what}");
        } else {
            assert_eq!(drawn, None, "{what}");
        }
    }
}

#[test]
fn a_group_is_told_and_left() {
    let message = Taste::Plain.message(Taste::Plain.text());
    assert_eq!(
        Sample::new(Body::LeaveGroup, ADMIN, message).draw(),
        Some(Call::LeaveChat)
    );
}
