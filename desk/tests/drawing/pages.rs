//! Albums on the pages of a conversation, and the row that leads to what waits.

use frontdesk_desk::Screen;
use frontdesk_desk::button::Button;
use frontdesk_desk::content::{Content, ContentKind};
use frontdesk_desk::ids::{AlbumId, DraftId, MessageId};
use frontdesk_desk::keyboard::MAX_KEYS;
use frontdesk_desk::screen::{Page, Show, Waiting};
use frontdesk_desk::ticket::{Lang, TicketMessage};

use crate::samples::Taste;

fn message(id: i64, content: Content) -> TicketMessage {
    TicketMessage {
        id: MessageId(id),
        ..Taste::Plain.message(content)
    }
}

#[test]
fn an_album_is_one_entry_with_a_button_for_each_item() {
    let item = |id, kind, words: &str| TicketMessage {
        album: Some(AlbumId("album".into())),
        ..message(
            id,
            Content {
                text: words.to_owned(),
                entities: Vec::new(),
                ..Taste::Plain.media(kind)
            },
        )
    };
    let page = Screen::MyConversation(Page {
        page: 0,
        pages: 1,
        messages: vec![
            item(1, ContentKind::Photo, "сверху"),
            message(2, Content::plain("между ними")),
            item(3, ContentKind::Video, ""),
            item(4, ContentKind::Photo, "снизу"),
            message(5, Taste::Plain.media(ContentKind::Voice)),
        ],
        ..Taste::Plain.page()
    });
    let view = page.draw(Lang::Ru, &Taste::Plain.settings());
    let text = &view.text.text;
    assert!(
        text.contains("📷 1–3\n🖼 Альбом из 3\nсверху\nснизу\n\n"),
        "{text}"
    );
    assert_eq!(text.matches("👤 Вы").count(), 3, "{text}");
    let labels: Vec<_> = view
        .keyboard
        .rows
        .iter()
        .flatten()
        .filter(|key| matches!(key.button, Button::ShowMessage(..)))
        .map(|key| key.label.as_str())
        .collect();
    assert_eq!(labels, ["📷 1", "🎬 2", "📷 3", "🎤 4"]);
}

#[test]
fn screens_stored_before_drafts_were_many_are_still_shown() {
    for stored in [
        r#"{"screen":{"screen":"say","recalled":null},"pressed":null}"#,
        r#"{"screen":{"screen":"held_answer","draft":3,"ticket":1,"why":{"why":"closed"},
            "by":null,"asked_at":"2026-11-24T09:00:00Z"},"pressed":5}"#,
        r#"{"screen":{"screen":"unplaced","draft":2,"pieces":2,"viewed":[1,"Printer"]},
            "pressed":null}"#,
    ] {
        let show: Show = serde_json::from_str(stored).expect(stored);
        let view = show.draw(Lang::En, &Taste::Plain.settings());
        assert!(!view.keyboard.rows.is_empty(), "{stored}");
    }
}

#[test]
fn what_waits_is_a_row_away_under_every_screen() {
    for screen in Taste::Plain.screens() {
        let show = Show {
            screen: screen.clone(),
            pressed: None,
            waiting: Some(Waiting {
                n: 2,
                next: DraftId(7),
            }),
        };
        let view = show.draw(Lang::En, &Taste::Plain.settings());
        let last = view.keyboard.rows.last().expect("rows");
        assert_eq!(last.len(), 1, "{screen:?}");
        assert_eq!(last[0].label, "✋ Waiting for your decision · 2");
        assert_eq!(last[0].button, Button::Draft(DraftId(7)));
        assert!(view.keyboard.rows.iter().flatten().count() <= MAX_KEYS);
    }
}
