//! The markup of our own texts: `*bold*`, `_italic_`, `` `code` ``.
//!
//! It is turned into marks once, when a file of texts is loaded. A mark is a code point that is
//! never a character (Unicode keeps U+FDD0 to U+FDEF for a program's own use), and values are
//! cleaned of those before they are put in; so no value can open or close anything.

use crate::formatted::{Formatted, Style, utf16_len};

const MARKS: [(char, char, Style); 3] = [
    ('*', '\u{fdd0}', Style::Bold),
    ('_', '\u{fdd1}', Style::Italic),
    ('`', '\u{fdd2}', Style::Code),
];

/// Puts the marks into the source of a file of texts. Comments, and the keys of variants (which
/// stand in brackets, a `*` before the default one), are left alone.
pub(super) fn mark(source: &str) -> String {
    source.split_inclusive('\n').map(mark_line).collect()
}

fn mark_line(line: &str) -> String {
    if line.starts_with('#') {
        return line.to_owned();
    }
    let mut in_key = false;
    let mut chars = line.chars().peekable();
    let mut marked = String::with_capacity(line.len());
    while let Some(c) = chars.next() {
        in_key = match c {
            '[' => true,
            ']' => false,
            _ => in_key,
        };
        let before_key = chars.peek() == Some(&'[');
        let mark = MARKS
            .iter()
            .find(|(sign, ..)| *sign == c && !in_key && !before_key);
        marked.push(mark.map_or(c, |(_, mark, _)| *mark));
    }
    marked
}

/// Reads words with marks: each runs from one mark to the next of its kind.
pub(super) fn read(marked: &str) -> Formatted {
    let mut text = Formatted {
        text: String::with_capacity(marked.len()),
        entities: Vec::new(),
    };
    let mut units = 0;
    let mut open: [Option<usize>; MARKS.len()] = [None; MARKS.len()];
    for c in marked.chars() {
        let Some(kind) = MARKS.iter().position(|(_, mark, _)| *mark == c) else {
            text.text.push(c);
            units += c.len_utf16();
            continue;
        };
        match open[kind].take() {
            None => open[kind] = Some(units),
            Some(start) if start < units => {
                text.entities.push(MARKS[kind].2.over(start, units - start));
            }
            Some(_) => {}
        }
    }
    debug_assert_eq!(units, utf16_len(&text.text));
    text.entities.sort_by_key(|entity| entity.offset);
    text
}

/// Whether every mark in the words has its second.
pub(super) fn is_closed(marked: &str) -> bool {
    let twice = |mark: char| marked.matches(mark).count().is_multiple_of(2);
    MARKS.iter().all(|(_, mark, _)| twice(*mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_source(source: &str) -> Vec<(String, usize, usize)> {
        let read = read(&mark(source));
        let kind =
            |entity: &crate::content::Entity| entity.rest["type"].as_str().map(str::to_owned);
        read.entities
            .iter()
            .map(|entity| (kind(entity).unwrap(), entity.offset, entity.length))
            .collect()
    }

    #[test]
    fn signs_become_entities_counted_in_utf16() {
        assert_eq!(
            read_source("👋 *Hi* _there_ `x`"),
            [
                ("bold".into(), 3, 2),
                ("italic".into(), 6, 5),
                ("code".into(), 12, 1)
            ]
        );
        assert_eq!(read(&mark("👋 *Hi* `x`")).text, "👋 Hi x");
    }

    #[test]
    fn comments_and_keys_of_variants_keep_their_signs() {
        assert_eq!(mark("# a *comment*\n"), "# a *comment*\n");
        assert_eq!(
            mark("    [in_progress] yes\n   *[a_b] no\n"),
            "    [in_progress] yes\n   *[a_b] no\n"
        );
    }

    #[test]
    fn a_value_opens_nothing() {
        let words = read(&format!("\u{fdd0}{}\u{fdd0}", "a *b* _c_ `d`"));
        assert_eq!(words.text, "a *b* _c_ `d`");
        assert_eq!(words.entities, [Style::Bold.over(0, 13)]);
    }

    #[test]
    fn an_empty_or_open_run_is_plain() {
        assert!(read(&mark("** *open")).entities.is_empty());
    }
}
