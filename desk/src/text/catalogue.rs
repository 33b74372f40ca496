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
    let id: LanguageIdentifier = lang.as_str().parse().expect("each word of Lang is a language tag");
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
