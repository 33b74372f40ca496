//! The files of `texts/`, compiled in and read once.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use super::markup;
use crate::ticket::Lang;

static BUNDLES: LazyLock<Vec<FluentBundle<FluentResource>>> =
    LazyLock::new(|| Lang::ALL.iter().map(|lang| load(*lang)).collect());

/// The file of a language.
const fn source(lang: Lang) -> &'static str {
    match lang {
        Lang::En => include_str!("../../../texts/en.ftl"),
        Lang::Ru => include_str!("../../../texts/ru.ftl"),
    }
}

fn load(lang: Lang) -> FluentBundle<FluentResource> {
    // By its name the language's plural rules are known.
    let id: LanguageIdentifier = lang
        .as_str()
        .parse()
        .expect("each word of Lang is a language tag");
    // What cannot be read is left out, and its key is shown; a test proves that there is nothing.
    let resource =
        FluentResource::try_new(markup::mark(source(lang))).unwrap_or_else(|(read, _)| read);
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    // The marks would stand in the middle of labels and lines; hostile ones are taken out of values.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

/// The words under this key; the key itself where there are none.
pub(super) fn words(lang: Lang, key: &str, arguments: &FluentArgs<'_>) -> String {
    let bundle = &BUNDLES[lang as usize];
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        return key.to_owned();
    };
    let mut errors = Vec::new();
    bundle
        .format_pattern(pattern, Some(arguments), &mut errors)
        .into_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::text::Text;

    /// The keys of a file, each with the values that its words use.
    fn keys(lang: Lang) -> Vec<(String, BTreeSet<String>)> {
        let mut keys: Vec<(String, BTreeSet<String>)> = Vec::new();
        for line in source(lang).lines().filter(|line| !line.starts_with('#')) {
            if let Some((key, _)) = line.split_once(" =")
                && line.starts_with(|c: char| c.is_ascii_lowercase())
            {
                keys.push((key.to_owned(), BTreeSet::new()));
            }
            let values = line.split('$').skip(1).map(|rest| {
                rest.chars()
                    .take_while(char::is_ascii_lowercase)
                    .collect::<String>()
            });
            if let Some((_, used)) = keys.last_mut() {
                used.extend(values);
            }
        }
        keys
    }

    #[test]
    fn every_file_says_what_the_bot_can_say_and_nothing_else() {
        for lang in Lang::ALL {
            let of_texts: Vec<_> = Text::KEYS
                .iter()
                .map(|(key, values)| {
                    let values = values.iter().map(|value| (*value).to_owned()).collect();
                    ((*key).to_owned(), values)
                })
                .collect();
            let (mut here, mut there) = (keys(*lang), of_texts);
            here.sort();
            there.sort();
            assert_eq!(here, there, "texts/{}.ftl against Text", lang.as_str());
        }
    }

    #[test]
    fn every_text_is_worded_without_an_error_in_every_language() {
        for lang in Lang::ALL {
            let read = FluentResource::try_new(markup::mark(source(*lang)));
            assert!(read.is_ok(), "{:?}", read.err().map(|(_, errors)| errors));
            let bundle = load(*lang);
            for (key, values) in Text::KEYS {
                for number in [0, 1, 2, 5, 21] {
                    let arguments: FluentArgs<'_> =
                        values.iter().map(|value| (*value, number)).collect();
                    let pattern = bundle.get_message(key).and_then(|message| message.value());
                    let mut errors = Vec::new();
                    let words = bundle.format_pattern(
                        pattern.unwrap_or_else(|| panic!("{lang:?} has no {key}")),
                        Some(&arguments),
                        &mut errors,
                    );
                    assert!(errors.is_empty(), "{lang:?} {key}: {errors:?}");
                    assert!(!words.trim().is_empty(), "{lang:?} {key}");
                    for mark in ['\u{fdd0}', '\u{fdd1}', '\u{fdd2}'] {
                        let count = words.matches(mark).count();
                        assert!(
                            count.is_multiple_of(2),
                            "{lang:?} {key}: formatting is left open"
                        );
                    }
                }
            }
        }
    }
}
