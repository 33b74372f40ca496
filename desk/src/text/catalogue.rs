//! The files of `texts/`, compiled in and read once.

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use super::markup;
use crate::text::Text;
use crate::ticket::Lang;

/// Numbers that are counted differently, in one language or another.
const PLURALS: [u32; 5] = [0, 1, 2, 5, 21];

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
    bundle(lang, markup::mark(source(lang)))
}

fn bundle(lang: Lang, text: String) -> FluentBundle<FluentResource> {
    // By its name the language's plural rules are known.
    let id: LanguageIdentifier = lang
        .as_str()
        .parse()
        .expect("each word of Lang is a language tag");
    // What cannot be read is left out, and its key is shown; a test proves that there is nothing.
    let resource = FluentResource::try_new(text).unwrap_or_else(|(read, _)| read);
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

/// The keys of texts that cannot be worded in this language: missing, empty, with a value that they
/// are not given, or with formatting that is left open.
pub(super) fn faults(lang: Lang) -> Vec<&'static str> {
    let bundle = &BUNDLES[lang as usize];
    let faulty = Text::KEYS
        .iter()
        .filter(|(key, values)| !is_worded(bundle, key, values));
    faulty.map(|(key, _)| *key).collect()
}

/// Whether a text can be worded with its values, as often as it makes a difference.
fn is_worded(bundle: &FluentBundle<FluentResource>, key: &str, values: &[&'static str]) -> bool {
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        return false;
    };
    PLURALS.iter().all(|number| {
        let arguments: FluentArgs<'_> = values.iter().map(|value| (*value, *number)).collect();
        let mut errors = Vec::new();
        let words = bundle.format_pattern(pattern, Some(&arguments), &mut errors);
        errors.is_empty() && !words.trim().is_empty() && markup::is_closed(&words)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

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
            assert_eq!(faults(*lang), [""; 0], "{lang:?}");
        }
    }

    #[test]
    fn a_text_that_is_missing_empty_or_left_open_is_a_fault() {
        let bundle = bundle(
            Lang::En,
            markup::mark("a = x\nb = { $n }\nc = *open\nd = { \"\" }\n"),
        );
        let is_good = |key: &str| is_worded(&bundle, key, &[]);
        assert!(is_good("a") && is_worded(&bundle, "b", &["n"]));
        assert!(!is_good("b") && !is_good("c") && !is_good("d") && !is_good("e"));
    }
}
