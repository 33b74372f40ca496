//! What Telegram takes: lengths, entities, keyboards.

use frontdesk_desk::button::{Button, MAX_DATA};
use frontdesk_desk::formatted::{Formatted, MAX_TEXT, utf16_len};
use frontdesk_desk::keyboard::{Keyboard, MAX_KEYS, MAX_LABEL};

/// Asserts that a text can be sent: not empty, not too long, its entities in order.
pub(crate) fn check_text(text: &Formatted, most: usize, what: &str) {
    assert!(!text.text.trim().is_empty(), "no words: {what}");
    check_length(text, most, what);
    let is_mark = |c| matches!(c, '\u{fdd0}'..='\u{fdef}');
    assert!(
        !text.text.contains(is_mark),
        "a mark of formatting is left: {what}"
    );
}

/// The same for a text that may be empty, as captions may.
pub(crate) fn check_length(text: &Formatted, most: usize, what: &str) {
    let length = utf16_len(&text.text);
    assert!(length <= most, "{length} units of {most}: {what}");
    check_entities(text, what);
}

/// Asserts that every entity lies inside, between characters, and beside or inside the others.
pub(crate) fn check_entities(text: &Formatted, what: &str) {
    let units: Vec<u16> = text.text.encode_utf16().collect();
    let between = |at: usize| at <= units.len() && !units.get(at).is_some_and(is_second_half);
    let mut before: Vec<(usize, usize)> = Vec::new();
    for entity in &text.entities {
        let end = entity.offset.checked_add(entity.length).expect("an end");
        assert!(entity.length > 0, "empty entity: {what}");
        assert!(
            between(entity.offset) && between(end),
            "inside a character: {what}"
        );
        assert!(entity.rest["type"].is_string(), "no type: {what}");
        let last = String::from_utf16_lossy(&units[entity.offset..end]);
        assert!(
            !last.ends_with(char::is_whitespace),
            "ends in space: {what}"
        );
        for (from, to) in &before {
            let apart = *to <= entity.offset || end <= *from;
            let inside = *from <= entity.offset && end <= *to;
            assert!(apart || inside, "entities cross: {what}");
        }
        before.push((entity.offset, end));
    }
}

fn is_second_half(unit: &u16) -> bool {
    (0xdc00..0xe000).contains(unit)
}

/// Asserts that a keyboard can be sent, and that its buttons come back as they were.
pub(crate) fn check_keyboard(keyboard: &Keyboard, what: &str) {
    let keys: Vec<_> = keyboard.rows.iter().flatten().collect();
    assert!(keys.len() <= MAX_KEYS, "{} keys: {what}", keys.len());
    for key in keys {
        assert!(!key.label.trim().is_empty(), "no label: {what}");
        assert!(utf16_len(&key.label) <= MAX_LABEL, "long label: {what}");
        assert!(
            !key.label.contains(char::is_control),
            "control character on a key: {what}"
        );
        let data = key.button.encode();
        assert!((1..=MAX_DATA).contains(&data.len()), "{data}: {what}");
        assert_eq!(Button::decode(&data).as_ref(), Some(&key.button), "{what}");
    }
    assert!(
        keyboard.rows.iter().all(|row| !row.is_empty()),
        "empty row: {what}"
    );
}

/// Asserts that a plain sample leaves nothing of our own words open: no brace, no key.
pub(crate) fn check_words(text: &str, what: &str) {
    assert!(
        !text.contains(['{', '}']),
        "a value is missing: {what}: {text}"
    );
    let is_key = frontdesk_desk::text::Text::KEYS
        .iter()
        .any(|(key, _)| key.contains('-') && text.split_whitespace().any(|word| word == *key));
    assert!(!is_key, "a key has no words: {what}: {text}");
    assert_eq!(text.trim_end(), text, "ends in space: {what}");
}

/// The longest text, for what is sent as a message.
pub(crate) fn check_message(text: &Formatted, keyboard: &Keyboard, what: &str) {
    check_text(text, MAX_TEXT, what);
    check_keyboard(keyboard, what);
}
