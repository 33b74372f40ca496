//! `parse_mode=HTML`: tags become entities, and bad markup is refused.

use serde_json::{Value, json};

/// A tag that is open.
struct Open {
    name: String,
    kind: &'static str,
    extra: Option<(&'static str, String)>,
    start: usize,
}

/// The text without its tags and the entities they stood for, or what is wrong with them.
pub(super) fn parse(source: &str) -> Result<(String, Vec<Value>), String> {
    let mut text = String::with_capacity(source.len());
    let mut length = 0;
    let mut open: Vec<Open> = Vec::new();
    let mut entities = Vec::new();
    let mut at = 0;
    while let Some(char) = source[at..].chars().next() {
        match char {
            '<' => {
                let Some(end) = source[at..].find('>').map(|end| at + end) else {
                    return Err(format!("Unclosed start tag at byte offset {at}"));
                };
                let inside = &source[at + 1..end];
                if let Some(name) = inside.strip_prefix('/') {
                    let name = name.trim().to_ascii_lowercase();
                    let Some(tag) = open.pop() else {
                        return Err(format!("Unexpected end tag at byte offset {at}"));
                    };
                    if !name.is_empty() && name != tag.name {
                        return Err(format!(
                            "Unmatched end tag at byte offset {at}, expected \"</{}>\", found \"</{name}>\"",
                            tag.name
                        ));
                    }
                    close(&tag, length, &mut entities);
                } else {
                    open.push(start_tag(inside, at, length)?);
                }
                at = end + 1;
            }
            '&' => {
                let (char, used) = reference(&source[at..]);
                text.push(char);
                length += char.len_utf16();
                at += used;
            }
            char => {
                text.push(char);
                length += char.len_utf16();
                at += char.len_utf8();
            }
        }
    }
    match open.last() {
        Some(tag) => Err(format!(
            "Can't find end tag corresponding to start tag \"{}\"",
            tag.name
        )),
        None => {
            entities.sort_by_key(|entity: &Value| {
                let (start, end) = crate::text::span(entity).unwrap_or_default();
                (start, usize::MAX - end)
            });
            Ok((text, entities))
        }
    }
}

fn start_tag(inside: &str, at: usize, start: usize) -> Result<Open, String> {
    let (name, attributes) = inside
        .split_once(char::is_whitespace)
        .unwrap_or((inside, ""));
    let name = name.to_ascii_lowercase();
    let attribute = |wanted: &str| {
        let value = attributes.split_once(&format!("{wanted}="))?.1;
        let quote = value
            .chars()
            .next()
            .filter(|quote| matches!(quote, '"' | '\''))?;
        value[1..]
            .split_once(quote)
            .map(|(value, _)| value.to_owned())
    };
    let (kind, extra) = match name.as_str() {
        "b" | "strong" => ("bold", None),
        "i" | "em" => ("italic", None),
        "u" | "ins" => ("underline", None),
        "s" | "strike" | "del" => ("strikethrough", None),
        "tg-spoiler" => ("spoiler", None),
        "span" if attribute("class").as_deref() == Some("tg-spoiler") => ("spoiler", None),
        "code" => ("code", None),
        "pre" => ("pre", None),
        "blockquote" => ("blockquote", None),
        "a" => match attribute("href") {
            Some(url) => ("text_link", Some(("url", url))),
            // A link without an address is no link.
            None => ("", None),
        },
        "tg-emoji" => match attribute("emoji-id") {
            Some(id) => ("custom_emoji", Some(("custom_emoji_id", id))),
            None => ("", None),
        },
        "span" => {
            return Err(format!(
                "Tag \"span\" must have class \"tg-spoiler\" at byte offset {at}"
            ));
        }
        _ => {
            return Err(format!(
                "Unsupported start tag \"{name}\" at byte offset {at}"
            ));
        }
    };
    Ok(Open {
        name,
        kind,
        extra,
        start,
    })
}

fn close(tag: &Open, end: usize, entities: &mut Vec<Value>) {
    if tag.kind.is_empty() || end == tag.start {
        return;
    }
    let mut entity = json!({ "type": tag.kind, "offset": tag.start, "length": end - tag.start });
    if let Some((field, value)) = &tag.extra {
        entity[*field] = Value::from(value.as_str());
    }
    entities.push(entity);
}

/// The character that `&…;` stands for and how many bytes it takes; a lone `&` is itself.
fn reference(source: &str) -> (char, usize) {
    let named = [
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&amp;", '&'),
        ("&quot;", '"'),
    ];
    if let Some((name, char)) = named.iter().find(|(name, _)| source.starts_with(name)) {
        return (*char, name.len());
    }
    let numeric = source.strip_prefix("&#").and_then(|rest| {
        let digits = rest.split_once(';')?.0;
        let code = match digits.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16).ok()?,
            None => digits.parse().ok()?,
        };
        Some((
            char::from_u32(code).filter(|_| code != 0)?,
            digits.len() + 3,
        ))
    });
    numeric.unwrap_or(('&', 1))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::parse;
    use crate::text::{span, utf16_len};

    #[test]
    fn references_are_characters() {
        let table = [
            ("&lt;&gt;&amp;&quot;", "<>&\""),
            ("&#33;&#x21;", "!!"),
            ("a & b &copy; &#0; &#xD800;", "a & b &copy; &#0; &#xD800;"),
        ];
        for (source, text) in table {
            assert_eq!(parse(source), Ok((text.to_owned(), Vec::new())), "{source}");
        }
    }

    proptest! {
        #[test]
        fn anything_is_parsed_or_refused(source in "(<|</|>|b|i|a|code| href=\"x\"|&|lt;|#|👋| |\"){0,30}") {
            if let Ok((text, entities)) = parse(&source) {
                let length = utf16_len(&text);
                for entity in &entities {
                    let (start, end) = span(entity).expect("a place");
                    prop_assert!(start < end && end <= length, "{} in {:?}", entity, text);
                }
            }
        }
    }
}
