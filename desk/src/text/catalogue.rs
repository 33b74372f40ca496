//! The files of `texts/`, compiled in, and words of the operator's own in the place of some.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, PoisonError, RwLock};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentError, FluentResource};
use unic_langid::LanguageIdentifier;

use super::markup;
use crate::formatted::utf16_len;
use crate::text::Text;
use crate::ticket::Lang;

/// Numbers that are counted differently, in one language or another.
const PLURALS: [u32; 5] = [0, 1, 2, 5, 21];

/// The longest text in UTF-16 units, where Telegram has no lower limit: what is put together of some
/// of these, and of what people wrote, still fits into a message.
const LONGEST: usize = 1000;

/// The longest answer to a press in UTF-16 units (Bot API, `answerCallbackQuery`).
const LONGEST_TOAST: usize = 200;

/// The longest description of a command in UTF-16 units (Bot API, `BotCommand`).
const LONGEST_COMMAND: usize = 256;

type Bundle = FluentBundle<FluentResource>;

/// What is said now, for the whole process.
static IN_USE: LazyLock<RwLock<Arc<Wording>>> =
    LazyLock::new(|| RwLock::new(Arc::new(Wording::ours())));

/// How every text is worded in each language.
pub struct Wording(Vec<Bundle>);

/// What is wrong with words of the operator's own.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct WordingError {
    /// In the words of which language.
    pub lang: Lang,
    /// Where, from 1.
    pub line: usize,
    /// What is wrong there.
    pub problem: String,
}

impl Wording {
    /// The words that are compiled in.
    pub fn ours() -> Self {
        Self(Lang::ALL.iter().map(|lang| bundle(*lang)).collect())
    }

    /// Ours, but for these: for a language the text of a file as they lie in `texts/`, which may have
    /// terms of its own beside texts that are ours.
    ///
    /// # Errors
    /// [`WordingError`] for the first of them that could not be said.
    pub fn with(own: &[(Lang, String)]) -> Result<Self, WordingError> {
        let mut wording = Self::ours();
        for (lang, source) in own {
            let wrong = |line, problem| WordingError {
                lang: *lang,
                line,
                problem,
            };
            let marked = markup::mark(source);
            let resource = FluentResource::try_new(marked).map_err(|(read, errors)| {
                let first = errors.first();
                let at = first.map_or(0, |error| error.pos.start);
                let before = read.source().bytes().take(at);
                let line = before.filter(|byte| *byte == b'\n').count() + 1;
                let problem = first.map_or_else(String::new, |error| error.kind.to_string());
                wrong(line, format!("this cannot be read: {problem}"))
            })?;
            let bundle = &mut wording.0[*lang as usize];
            bundle.add_resource_overriding(resource);
            let mut given = HashMap::new();
            for (line, key) in keys(source) {
                if let Some(before) = given.insert(key, line) {
                    let problem = format!("{key} has its words in line {before} already");
                    return Err(wrong(line, problem));
                }
                let Some((_, values)) = Text::KEYS.iter().find(|(known, _)| *known == key) else {
                    return Err(wrong(line, format!("there is no text {key}")));
                };
                if let Some(problem) = fault(bundle, key, values) {
                    return Err(wrong(line, format!("{key} {problem}")));
                }
            }
        }
        Ok(wording)
    }

    /// Has the whole process speak so from now on.
    pub fn put_to_use(self) {
        *IN_USE.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(self);
    }
}

/// The lines of a file in which the words of a text begin, from 1, each with its key.
fn keys(source: &str) -> impl Iterator<Item = (usize, &str)> {
    source.lines().zip(1..).filter_map(|(line, number)| {
        let in_key = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let (key, rest) = line.split_at(line.find(|c| !in_key(c))?);
        (key.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.trim_start().starts_with('='))
            .then_some((number, key))
    })
}

/// The file of a language.
pub(super) const fn source(lang: Lang) -> &'static str {
    match lang {
        Lang::En => include_str!("../../../texts/en.ftl"),
        Lang::Ru => include_str!("../../../texts/ru.ftl"),
    }
}

/// The texts of a language as they are compiled in.
fn bundle(lang: Lang) -> Bundle {
    bundle_of(lang, markup::mark(source(lang)))
}

fn bundle_of(lang: Lang, text: String) -> Bundle {
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
    let wording = IN_USE
        .read()
        .unwrap_or_else(PoisonError::into_inner)
        .clone();
    let bundle = &wording.0[lang as usize];
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        return key.to_owned();
    };
    let mut errors = Vec::new();
    bundle
        .format_pattern(pattern, Some(arguments), &mut errors)
        .into_owned()
}

/// The keys of texts that cannot be worded in this language as they are compiled in: missing, empty,
/// with a value that they are not given, with formatting that is left open, or too long.
pub(super) fn faults(lang: Lang) -> Vec<&'static str> {
    let bundle = bundle(lang);
    let faulty = Text::KEYS
        .iter()
        .filter(|(key, values)| fault(&bundle, key, values).is_some());
    faulty.map(|(key, _)| *key).collect()
}

/// What is wrong with a text when it is worded with its values, as often as it makes a difference.
fn fault(bundle: &Bundle, key: &str, values: &[&'static str]) -> Option<String> {
    let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
        return Some("has no words".to_owned());
    };
    let most = match key.split('-').next() {
        Some("toast") => LONGEST_TOAST,
        Some("command") => LONGEST_COMMAND,
        _ => LONGEST,
    };
    PLURALS.iter().find_map(|number| {
        let arguments: FluentArgs<'_> = values.iter().map(|value| (*value, *number)).collect();
        let mut errors = Vec::new();
        let words = bundle.format_pattern(pattern, Some(&arguments), &mut errors);
        if let Some(error) = errors.first() {
            let why = match error {
                FluentError::ResolverError(why) => why.to_string(),
                error => error.to_string(),
            };
            return Some(format!("cannot be put into words: {why}"));
        }
        if words.trim().is_empty() {
            return Some("has no words".to_owned());
        }
        if !markup::is_closed(&words) {
            return Some("begins *bold*, _italic_ or `code` and does not end it".to_owned());
        }
        let long = utf16_len(&words);
        (long > most).then(|| format!("is {long} units long; at most {most} can be shown"))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// The keys of a file, each with the values that its words use.
    fn keys_and_values(lang: Lang) -> Vec<(String, BTreeSet<String>)> {
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
            let (mut here, mut there) = (keys_and_values(*lang), of_texts);
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
        let text = "a = x\nb = { $n }\nc = *open\nd = { \"\" }\n";
        let bundle = bundle_of(Lang::En, markup::mark(text));
        let is_good = |key: &str| fault(&bundle, key, &[]).is_none();
        assert!(is_good("a") && fault(&bundle, "b", &["n"]).is_none());
        assert!(!is_good("b") && !is_good("c") && !is_good("d") && !is_good("e"));
    }

    /// The words of a text that has no values.
    fn said(wording: &Wording, lang: Lang, key: &str) -> String {
        let bundle = &wording.0[lang as usize];
        let pattern = bundle.get_message(key).and_then(|message| message.value());
        let mut errors = Vec::new();
        let words = bundle.format_pattern(pattern.expect("words"), None, &mut errors);
        assert!(errors.is_empty(), "{errors:?}");
        words.into_owned()
    }

    #[test]
    fn words_of_ones_own_stand_in_the_place_of_ours_in_their_language() {
        let own = "-shop = The Shop\n# Ours says \"Support\".\nsupport-name = Team of { -shop }\n";
        let wording = Wording::with(&[(Lang::En, own.to_owned())]).unwrap();
        assert_eq!(said(&wording, Lang::En, "support-name"), "Team of The Shop");
        assert_eq!(said(&wording, Lang::En, "you"), "You");
        let ours = Wording::ours();
        let russian = said(&ours, Lang::Ru, "support-name");
        assert_eq!(said(&wording, Lang::Ru, "support-name"), russian);
        assert_eq!(said(&ours, Lang::En, "support-name"), "Support");
    }

    #[test]
    fn whatever_is_wrong_with_them_is_named_with_its_line() {
        let long = format!("you = You\ntoast-done = {}\n", "x".repeat(201));
        let table = [
            (
                "you = You\n\nno-such-text = x\n",
                3,
                "there is no text no-such-text",
            ),
            (
                "you = { $name }\n",
                1,
                "you cannot be put into words: Unknown variable: $name",
            ),
            (
                "you = { -nobody }\n",
                1,
                "you cannot be put into words: Unknown term: -nobody",
            ),
            (
                "# x\nyou = *You\n",
                2,
                "you begins *bold*, _italic_ or `code` and does not end it",
            ),
            ("you = { \"\" }\n", 1, "you has no words"),
            ("you =\n    .label = You\n", 1, "you has no words"),
            (
                "you = You\nyou = You\n",
                2,
                "you has its words in line 1 already",
            ),
            (
                &long,
                2,
                "toast-done is 201 units long; at most 200 can be shown",
            ),
            ("you = You\n\nnobody = { $x\n", 4, "this cannot be read: "),
            ("you = You\n<html>\n", 2, "this cannot be read: "),
        ];
        for (own, line, problem) in table {
            let own = [(Lang::Ru, own.to_owned())];
            let error = Wording::with(&own).map(drop).expect_err(problem);
            assert!(error.problem.starts_with(problem), "{own:?}: {error}");
            assert_eq!((error.lang, error.line), (Lang::Ru, line), "{error}");
        }
    }
}
