//! Lengths and cuts of plain text, by UTF-16 units and whole characters as people see them.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;

/// The longest sequence that is taken for one character as people see it, in UTF-16 units: a family
/// of four with skin tones has 19. What is longer was made to be, and is cut between code points.
const LONGEST_CHARACTER: usize = 32;

/// The length in UTF-16 units, by which Telegram counts.
pub fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Cuts plain text to at most `most` UTF-16 units, with `…` at the end where something was cut.
pub fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match cut_at(text, most) {
        None => Cow::Borrowed(text),
        Some(_) if most == 0 => Cow::Borrowed(""),
        Some(bytes) => Cow::Owned(format!("{}…", &text[..bytes])),
    }
}

/// Makes words harmless where there is room for one line only: a name or a subject inside a
/// sentence or on a button. White space and control characters become single spaces; marks that
/// turn the direction of writing go, for they would turn what stands beside the words too.
pub fn one_line(text: &str) -> String {
    let harmless: String = text
        .chars()
        .filter(|c| !turns_direction(*c) && !is_noncharacter(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    harmless.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How many bytes are kept when a text is cut to `most` UTF-16 units, the room for `…` left free
/// and white space before it dropped; `None` where nothing has to be cut.
pub(super) fn cut_at(text: &str, most: usize) -> Option<usize> {
    if utf16_len(text) <= most {
        return None;
    }
    let mut room = most.saturating_sub(1);
    let mut end = 0;
    for (at, character) in text.grapheme_indices(true) {
        let length = utf16_len(character);
        if length <= room {
            room -= length;
            end = at + character.len();
            continue;
        }
        if length > LONGEST_CHARACTER {
            for c in character.chars().take_while(|c| {
                let fits = c.len_utf16() <= room;
                room -= if fits { c.len_utf16() } else { 0 };
                fits
            }) {
                end += c.len_utf8();
            }
        }
        break;
    }
    Some(text[..end].trim_end().len())
}

fn turns_direction(c: char) -> bool {
    matches!(c, '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Code points that are never characters; the texts use them to mark formatting.
fn is_noncharacter(c: char) -> bool {
    matches!(c, '\u{fdd0}'..='\u{fdef}')
}
