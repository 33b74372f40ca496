//! Text as Telegram measures and keeps it: UTF-16 lengths, trimming, entities found by themselves.

use serde_json::{Value, json};

/// The longest text, in UTF-16 units.
pub(crate) const TEXT_LIMIT: usize = 4096;
/// The longest caption, in UTF-16 units.
pub(crate) const CAPTION_LIMIT: usize = 1024;

/// The length in UTF-16 units, in which Telegram counts.
pub(crate) fn utf16_len(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// Where an entity begins and ends, in UTF-16 units; nothing if it says so in no usable way.
pub(crate) fn span(entity: &Value) -> Option<(usize, usize)> {
    let offset = usize::try_from(entity["offset"].as_i64()?).ok()?;
    let length = usize::try_from(entity["length"].as_i64()?).ok()?;
    Some((offset, offset.checked_add(length)?))
}

/// The text cut as a client cuts what is over the limit.
pub(crate) fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut length = 0;
    for (place, char) in text.char_indices() {
        if length + char.len_utf16() > TEXT_LIMIT {
            pieces.push(&text[start..place]);
            start = place;
            length = 0;
        }
        length += char.len_utf16();
    }
    pieces.push(&text[start..]);
    pieces
}

/// A person's text as the bot receives it. Entities that do not fit the text are left out, as no
/// client makes such.
pub(crate) fn received(text: &str, entities: &[Value]) -> (String, Vec<Value>) {
    let length = utf16_len(text);
    let fitting = entities
        .iter()
        .filter(|entity| span(entity).is_some_and(|(start, end)| start < end && end <= length))
        .cloned()
        .collect();
    finish(text, fitting)
}

/// Trims the text, shifts and cuts the (valid) entities with it and adds those that Telegram finds
/// by itself.
pub(crate) fn finish(text: &str, entities: Vec<Value>) -> (String, Vec<Value>) {
    let (text, mut entities) = trimmed(text, entities);
    add_found(&text, &mut entities);
    (text, entities)
}

fn trimmed(text: &str, mut entities: Vec<Value>) -> (String, Vec<Value>) {
    let first_entity = entities
        .iter()
        .filter_map(span)
        .map(|(start, _)| start)
        .min();
    let text = text.trim_end();
    let spaces = text
        .bytes()
        .take_while(|byte| matches!(byte, b' ' | b'\n'))
        .count();
    let cut = spaces.min(first_entity.unwrap_or(spaces));
    let end = utf16_len(text);
    let text = &text[cut..];
    if !entities.is_empty() {
        entities.retain_mut(|entity| {
            let Some((from, to)) = span(entity) else {
                return false;
            };
            let to = to.min(end);
            if from >= to {
                return false;
            }
            entity["offset"] = Value::from(from - cut);
            entity["length"] = Value::from(to - from);
            true
        });
    }
    (text.to_owned(), entities)
}

/// Adds commands, mentions, hashtags and links where no entity forbids it.
fn add_found(text: &str, entities: &mut Vec<Value>) {
    if !text.contains(['/', '@', '#']) {
        return;
    }
    let closed: Vec<(usize, usize)> = entities
        .iter()
        .filter(|entity| {
            matches!(
                entity["type"].as_str(),
                Some("code" | "pre" | "text_link" | "text_mention" | "custom_emoji")
            )
        })
        .filter_map(span)
        .collect();
    let mut found = false;
    let mut offset = 0;
    for word in text.split_inclusive(char::is_whitespace) {
        let start = offset;
        offset += utf16_len(word);
        let Some((kind, token)) = recognise(word.trim_end()) else {
            continue;
        };
        let length = utf16_len(token);
        if closed
            .iter()
            .all(|&(from, to)| start + length <= from || to <= start)
        {
            entities.push(json!({ "type": kind, "offset": start, "length": length }));
            found = true;
        }
    }
    if found {
        entities.sort_by_key(|entity| {
            let (start, end) = span(entity).unwrap_or_default();
            (start, usize::MAX - end)
        });
    }
}

/// What the beginning of a word is, and how much of the word.
fn recognise(word: &str) -> Option<(&'static str, &str)> {
    let name_len = |text: &str| {
        text.bytes()
            .take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
            .count()
    };
    if let Some(rest) = word.strip_prefix('/') {
        let mut length = name_len(rest);
        if !(1..=32).contains(&length) {
            return None;
        }
        if let Some(bot) = rest[length..].strip_prefix('@') {
            let bot = name_len(bot);
            if bot >= 4 {
                length += 1 + bot;
            }
        }
        let ends = !rest[length..].starts_with(['/', '@']);
        return ends.then(|| ("bot_command", &word[..1 + length]));
    }
    if let Some(rest) = word.strip_prefix('@') {
        let length = name_len(rest);
        return (4..=32)
            .contains(&length)
            .then(|| ("mention", &word[..1 + length]));
    }
    if let Some(rest) = word.strip_prefix('#') {
        let length: usize = rest
            .chars()
            .take_while(|char| char.is_alphanumeric() || *char == '_')
            .map(char::len_utf8)
            .sum();
        let has_letter = rest[..length].chars().any(|char| !char.is_ascii_digit());
        return (length > 0 && has_letter).then(|| ("hashtag", &word[..1 + length]));
    }
    let rest = word
        .strip_prefix("https://")
        .or_else(|| word.strip_prefix("http://"))?;
    let url = word.trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '"', '\'', '»']);
    (rest.contains('.') && url.len() > word.len() - rest.len()).then_some(("url", url))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::{finish, pieces, received, recognise, span, utf16_len};

    #[test]
    fn recognises_what_telegram_does() {
        let table = [
            ("/start", Some(("bot_command", "/start"))),
            ("/start@some_bot,", Some(("bot_command", "/start@some_bot"))),
            ("/start/now", None),
            ("/", None),
            ("/пуск", None),
            ("@anna", Some(("mention", "@anna"))),
            ("@abc", None),
            ("#ошибка!", Some(("hashtag", "#ошибка"))),
            ("#12", None),
            (
                "https://example.org/a?b=c).",
                Some(("url", "https://example.org/a?b=c")),
            ),
            ("https://", None),
            ("http://localhost", None),
            ("word", None),
        ];
        for (word, found) in table {
            assert_eq!(recognise(word), found, "{word}");
        }
    }

    #[test]
    fn trims_and_shifts() {
        let bold = |offset, length| json!({ "type": "bold", "offset": offset, "length": length });
        let table = [
            ("  words \n", vec![bold(2, 6)], "words", vec![bold(0, 5)]),
            // What is formatted is not cut off in front.
            ("  words", vec![bold(1, 4)], " words", vec![bold(0, 4)]),
            ("👋 ", vec![bold(0, 2), bold(2, 1)], "👋", vec![bold(0, 2)]),
            ("\tx", vec![], "\tx", vec![]),
            ("   ", vec![bold(0, 3)], "", vec![]),
        ];
        for (text, entities, trimmed, shifted) in table {
            assert_eq!(
                finish(text, entities),
                (trimmed.to_owned(), shifted),
                "{text:?}"
            );
        }
    }

    #[test]
    fn finds_nothing_inside_code() {
        let code = json!({ "type": "code", "offset": 0, "length": 6 });
        assert_eq!(
            finish("/start /stop", vec![code.clone()]).1,
            [
                code,
                json!({ "type": "bot_command", "offset": 7, "length": 5 }),
            ]
        );
    }

    proptest! {
        #[test]
        fn pieces_lose_nothing_and_fit(text in "[a👋я\n]{0,9000}") {
            let pieces = pieces(&text);
            prop_assert_eq!(pieces.concat(), text.as_str());
            prop_assert!(pieces.iter().all(|piece| utf16_len(piece) <= super::TEXT_LIMIT));
        }

        #[test]
        fn entities_stay_inside_the_text(
            text in "[ \n👋a/#@:.]{0,40}",
            places in proptest::collection::vec((-5_i64..50, -5_i64..50), 0..5),
        ) {
            let entities: Vec<Value> = places
                .iter()
                .map(|(offset, length)| json!({ "type": "bold", "offset": offset, "length": length }))
                .collect();
            let (text, entities) = received(&text, &entities);
            let length = utf16_len(&text);
            for entity in &entities {
                let (start, end) = span(entity).expect("a place");
                prop_assert!(start < end && end <= length, "{} in {:?}", entity, text);
            }
        }
    }
}
