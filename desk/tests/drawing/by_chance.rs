//! Every screen and every notice again, with values by chance in place of those of the samples.

use std::sync::LazyLock;

use frontdesk_desk::Screen;
use frontdesk_desk::formatted::cut;
use frontdesk_desk::screen::View;
use frontdesk_desk::ticket::Lang;
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::limits::check_message;
use crate::notices::check_call;
use crate::sample_notices::{Sample, samples};
use crate::samples::Taste;

/// What is put in place of a leaf: by the leaf's own type.
#[derive(Clone, Debug)]
struct Change {
    place: usize,
    text: String,
    number: i64,
    flag: bool,
}

fn any_change() -> impl Strategy<Value = Change> {
    let text = prop_oneof![
        4 => "\\PC{0,40}",
        2 => any::<String>(),
        1 => (0..5_000_usize).prop_map(|length| "ы".repeat(length)),
        1 => (0..3_000_usize).prop_map(|length| "👩‍👩‍👧‍👦".repeat(length / 4)),
        1 => (0..3_000_usize).prop_map(|length| format!("e{}", "\u{301}".repeat(length))),
        1 => Just("<b>*_`{$x}\u{202e}\u{fdd0}".to_owned()),
        1 => (1..60_usize).prop_map(|lines| "a\n".repeat(lines)),
    ];
    // Nobody and nothing has the number 0.
    let number = prop_oneof![1..100_i64, any::<i64>(), (1..i64::from(u32::MAX))]
        .prop_filter("a number", |number| *number != 0);
    (any::<usize>(), text, number, any::<bool>()).prop_map(|(place, text, number, flag)| Change {
        place,
        text,
        number,
        flag,
    })
}

/// The JSON pointers of all leaves.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                leaves(
                    value,
                    &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")),
                    found,
                );
            }
        }
        Value::Array(values) => {
            for (place, value) in values.iter().enumerate() {
                leaves(value, &format!("{at}/{place}"), found);
            }
        }
        _ => found.push(at.to_owned()),
    }
}

/// The value with other leaves; a leaf whose change makes no such value stays as it was.
fn changed<T: Serialize + DeserializeOwned>(value: &T, changes: &[Change]) -> T {
    let mut json = serde_json::to_value(value).expect("it is JSON");
    let mut places = Vec::new();
    leaves(&json, "", &mut places);
    for change in changes.iter().filter(|_| !places.is_empty()) {
        let place = &places[change.place % places.len()];
        let Some(leaf) = json.pointer_mut(place) else {
            continue;
        };
        let new = match leaf {
            // A category is a word of the configuration: at most 32 bytes, and not empty.
            Value::String(_) if place.contains("category") || place.contains("categories") => {
                let word: String = change
                    .text
                    .chars()
                    .filter(|c| c.is_alphanumeric())
                    .take(8)
                    .collect();
                format!("c{word}").into()
            }
            // A subject is cut before it is stored.
            Value::String(_) if place.ends_with("/subject") => {
                cut(&change.text, 400).into_owned().into()
            }
            // What people write passes through as it is, our marks of formatting too.
            Value::String(_)
                if ["/text", "/description"]
                    .iter()
                    .any(|end| place.ends_with(end)) =>
            {
                let is_mark = |c: char| matches!(c, '\u{fdd0}'..='\u{fdef}');
                let words = change.text.replace(is_mark, "");
                // Telegram knows no message without words.
                if words.trim().is_empty() {
                    "x".into()
                } else {
                    words.into()
                }
            }
            Value::String(_) => change.text.clone().into(),
            Value::Number(_) => change.number.into(),
            Value::Bool(_) => change.flag.into(),
            _ => continue,
        };
        let before = std::mem::replace(leaf, new);
        if serde_json::from_value::<T>(json.clone()).is_err()
            && let Some(leaf) = json.pointer_mut(place)
        {
            *leaf = before;
        }
    }
    serde_json::from_value(json).expect("every change was tried")
}

fn any_lang() -> impl Strategy<Value = Lang> {
    prop::sample::select(Lang::ALL)
}

/// The samples are made once: they are larger than what is done with them.
static SCREENS: LazyLock<[Vec<Screen>; 2]> = LazyLock::new(|| Taste::ALL.map(Taste::screens));
static NOTICES: LazyLock<[Vec<Sample>; 2]> = LazyLock::new(|| Taste::ALL.map(samples));

proptest! {
    #[test]
    fn every_screen_is_within_the_limits(
        taste in 0..2_usize, lang in any_lang(), place: usize,
        changes in prop::collection::vec(any_change(), 1..12),
    ) {
        let screens = &SCREENS[taste];
        let screen: Screen = changed(&screens[place % screens.len()], &changes);
        let View { text, keyboard } = screen.draw(lang, &Taste::ALL[taste].settings());
        check_message(&text, &keyboard, &format!("{screen:?}"));
    }

    #[test]
    fn every_notice_is_within_the_limits(
        taste in 0..2_usize, lang in any_lang(), place: usize,
        changes in prop::collection::vec(any_change(), 1..12),
    ) {
        let samples = &NOTICES[taste];
        let sample = &samples[place % samples.len()];
        let message = changed(&sample.message, &changes);
        let sample = Sample {
            body: changed(&sample.body, &changes),
            ticket: changed(&sample.ticket, &changes),
            user: changed(&sample.user, &changes),
            admin: changed(&sample.admin, &changes),
            items: vec![message.clone(), sample.message.clone()],
            message,
            lang,
            ..sample.clone()
        };
        if let Some(call) = sample.draw() {
            check_call(&call, Taste::Hostile, &format!("{:?}", sample.body));
        }
    }
}
