//! Joining, quoting and cutting text with entities: by table and by chance.

use frontdesk_desk::content::{Content, Entity};
use frontdesk_desk::formatted::{Formatted, Style, cut, one_line, utf16_len};
use proptest::prelude::*;

use crate::limits::check_entities;
use crate::samples::entity;

fn of(text: &str, entities: Vec<Entity>) -> Formatted {
    Formatted::of(&Content {
        entities,
        ..Content::plain(text)
    })
}

/// Kinds, offsets and lengths of entities.
type Places = &'static [(&'static str, usize, usize)];

fn places(text: &Formatted) -> Vec<(&'static str, usize, usize)> {
    let kind = |entity: &Entity| match entity.rest["type"].as_str() {
        Some("bold") => "bold",
        Some("italic") => "italic",
        Some("blockquote") => "blockquote",
        Some("text_link") => "text_link",
        _ => "other",
    };
    let entities = text.entities.iter();
    entities
        .map(|entity| (kind(entity), entity.offset, entity.length))
        .collect()
}

#[test]
fn peoples_entities_are_shifted_in_utf16() {
    let text = Formatted::styled("👋 Привет", Style::Bold)
        .line(of("a <b> c", vec![entity("italic", 2, 3)]))
        .paragraph("");
    assert_eq!(text.text, "👋 Привет\na <b> c");
    assert_eq!(places(&text), [("bold", 0, 9), ("italic", 12, 3)]);
}

#[test]
fn entities_that_telegram_refuses_are_left_out() {
    let nameless = Entity {
        offset: 0,
        length: 1,
        rest: serde_json::Map::new(),
    };
    let mut typed = nameless.clone();
    typed.rest.insert("type".into(), 5.into());
    let table: [(Vec<Entity>, Places); 13] = [
        // (of "😀ab cd ")
        (vec![entity("bold", 0, 4)], &[("bold", 0, 4)]),
        (vec![entity("bold", 1, 2)], &[]),
        (vec![entity("bold", 0, 1)], &[]),
        (vec![entity("bold", 2, 0)], &[]),
        (vec![entity("bold", 2, 99)], &[]),
        (vec![entity("bold", 99, 1)], &[]),
        (vec![entity("bold", usize::MAX, usize::MAX)], &[]),
        (vec![nameless, typed], &[]),
        // White space at the end is not styled, and nothing but white space is nothing.
        (vec![entity("bold", 5, 3)], &[("bold", 5, 2)]),
        (vec![entity("bold", 4, 1)], &[]),
        // Nested is fine in whatever order, crossing is not.
        (
            vec![entity("italic", 2, 1), entity("bold", 0, 4)],
            &[("bold", 0, 4), ("italic", 2, 1)],
        ),
        (
            vec![entity("bold", 0, 3), entity("italic", 2, 2)],
            &[("bold", 0, 3)],
        ),
        (
            vec![entity("blockquote", 0, 4), entity("blockquote", 2, 1)],
            &[("blockquote", 0, 4)],
        ),
    ];
    for (entities, left) in table {
        let what = format!("{entities:?}");
        assert_eq!(places(&of("😀ab cd ", entities)), left, "{what}");
    }
}

#[test]
fn what_belongs_to_an_entity_passes_through() {
    let mut newer = entity("of_the_future", 0, 2);
    newer.rest.insert("colour".into(), "green".into());
    assert_eq!(of("ab", vec![newer.clone()]).entities, [newer]);
}

#[test]
fn a_cut_keeps_styles_and_drops_halves() {
    let text = of(
        "one two three",
        vec![
            entity("bold", 0, 7),
            entity("italic", 4, 9),
            entity("url", 8, 5),
        ],
    );
    // The italic crosses the bold, so it is gone already.
    assert_eq!(text.clone().cut(13), text);
    let shorter = text.clone().cut(12);
    assert_eq!(shorter.text, "one two thr…");
    assert_eq!(places(&shorter), [("bold", 0, 7)]);
    let short = text.cut(6);
    assert_eq!(short.text, "one t…");
    assert_eq!(places(&short), [("bold", 0, 5)]);
    let link = of("see here now", vec![entity("text_link", 4, 8)]).cut(9);
    assert_eq!(
        (link.text.as_str(), places(&link)),
        ("see here…", vec![("text_link", 4, 4)])
    );
    let emoji = of("a😀b", vec![entity("custom_emoji", 1, 2)]);
    assert_eq!(emoji.cut(3), Formatted::from("a…"));
}

#[test]
fn characters_as_people_see_them_are_not_cut() {
    let table = [
        ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 13, "👩‍👩‍👧‍👦…"),
        ("👩‍👩‍👧‍👦👩‍👩‍👧‍👦", 11, "…"),
        ("e\u{301}e\u{301}e\u{301}", 4, "e\u{301}…"),
        ("🇷🇺🇬🇧🇷🇺", 8, "🇷🇺…"),
        ("one two", 5, "one…"),
        ("one", 3, "one"),
        ("one", 1, "…"),
        ("one", 0, ""),
        ("", 0, ""),
    ];
    for (text, most, left) in table {
        assert_eq!(cut(text, most), left);
        assert_eq!(Formatted::from(text).cut(most).text, left);
    }
    // What pretends to be one character without end is cut all the same.
    let zalgo = format!("e{}", "\u{301}".repeat(9000));
    assert_eq!(utf16_len(&cut(&zalgo, 4096)), 4096);
}

#[test]
fn a_quotation_holds_no_other() {
    let words = of(
        "one two",
        vec![entity("expandable_blockquote", 0, 7), entity("bold", 0, 3)],
    );
    assert_eq!(
        places(&words.quoted()),
        [("blockquote", 0, 7), ("bold", 0, 3)]
    );
    assert_eq!(Formatted::default().quoted(), Formatted::default());
}

#[test]
fn one_line_is_harmless() {
    let table = [
        (" a\n\tb  c ", "a b c"),
        ("a\u{202e}b\u{2066}c\u{200f}", "abc"),
        ("a\u{0}b\u{85}\u{2028}c", "a b c"),
        ("👩‍👩‍👧‍👦 <b>*x*", "👩‍👩‍👧‍👦 <b>*x*"),
        ("\n", ""),
    ];
    for (words, line) in table {
        assert_eq!(one_line(words), line);
    }
}

/// Text of the pieces that make cutting hard.
fn hard_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,6}",
        Just("😀".to_owned()),
        Just("👩‍👩‍👧‍👦".to_owned()),
        Just("e\u{301}\u{302}".to_owned()),
        Just("🇷🇺".to_owned()),
        Just("\u{200d}".to_owned()),
        Just(" \n".to_owned()),
        Just("\u{301}".repeat(40)),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn any_entities() -> impl Strategy<Value = Vec<Entity>> {
    let kind = prop::sample::select(vec![
        "bold",
        "italic",
        "pre",
        "blockquote",
        "expandable_blockquote",
        "text_link",
        "url",
        "custom_emoji",
        "newer",
    ]);
    let number = || prop_oneof![0..40_usize, any::<usize>()];
    let one = (kind, number(), number());
    prop::collection::vec(
        one.prop_map(|(kind, offset, length)| entity(kind, offset, length)),
        0..8,
    )
}

proptest! {
    #[test]
    fn a_cut_is_a_prefix_within_the_limit(
        text in hard_text(), entities in any_entities(), most in 0..60_usize,
    ) {
        // As nobody should make it: with entities that nobody checked.
        let raw = Formatted { text: text.clone(), entities };
        let cut_text = raw.cut(most);
        prop_assert!(utf16_len(&cut_text.text) <= most);
        check_entities(&cut_text, "a cut");
        if utf16_len(&text) <= most {
            prop_assert_eq!(&cut_text.text, &text);
        } else {
            let kept = cut_text.text.trim_end_matches('…');
            prop_assert!(text.starts_with(kept));
        }
        prop_assert_eq!(cut(&text, most), cut_text.text);
    }

    #[test]
    fn joined_runs_keep_their_entities(
        first in hard_text(), second in hard_text(), a in any_entities(), b in any_entities(),
    ) {
        let (first, second) = (of(&first, a), of(&second, b));
        check_entities(&first, "read");
        let joined = first.clone().then(second.clone());
        check_entities(&joined, "joined");
        prop_assert_eq!(joined.entities.len(), first.entities.len() + second.entities.len());
        for (entity, own) in joined.entities[first.entities.len()..].iter().zip(&second.entities) {
            prop_assert_eq!(entity.offset, own.offset + first.len());
        }
    }

    #[test]
    fn a_quotation_is_valid(text in hard_text(), entities in any_entities()) {
        let quoted = of(&text, entities).quoted();
        check_entities(&quoted, "quoted");
        let quotes = quoted.entities.iter().filter(|entity| {
            entity.rest["type"].as_str().is_some_and(|kind| kind.ends_with("blockquote"))
        });
        prop_assert_eq!(quotes.count(), usize::from(!text.trim_end().is_empty()));
    }

    #[test]
    fn one_line_has_no_breaks_and_no_edges(text in any::<String>()) {
        let line = one_line(&text);
        prop_assert!(!line.contains(char::is_control));
        prop_assert_eq!(line.trim(), &line);
        prop_assert_eq!(one_line(&line), line.clone());
    }
}
