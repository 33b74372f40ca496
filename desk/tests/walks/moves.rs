//! What people can do in a walk, as numbers that are read against what is there by then.

use frontdesk_desk::content::{Content, ContentKind, Entity, File};
use proptest::prelude::*;
use serde_json::json;

/// One thing that somebody does. Places are taken modulo what there is.
#[derive(Clone, Debug)]
pub(crate) struct Move {
    pub(crate) who: usize,
    pub(crate) what: What,
    /// How many seconds later.
    pub(crate) later: i64,
}

/// What somebody does.
#[derive(Clone, Debug)]
pub(crate) enum What {
    Write {
        words: Words,
        reply_to: Option<usize>,
        album: Option<u8>,
    },
    Edit {
        which: usize,
        words: Words,
    },
    Command {
        which: usize,
        number: i64,
    },
    /// A button of the newest screen.
    Press(usize),
    /// A button that somebody, perhaps another, was shown at some time.
    PressOld(usize),
    /// The same once more.
    PressAgain,
    /// What no desk made.
    Forge(String),
    Block,
    Unblock,
    /// Telegram will refuse the next answer to them.
    Refuse,
    AddToGroup,
    /// Is taken off the list of admins, or put on it again.
    ChangeStaff,
}

/// What is written; the walk adds a mark by which it is found again.
#[derive(Clone, Debug)]
pub(crate) struct Words {
    kind: ContentKind,
    text: String,
    entities: Vec<(usize, usize)>,
}

impl Words {
    /// The content, with a mark at its end.
    pub(crate) fn content(&self, mark: &str) -> Content {
        let file = (!matches!(self.kind, ContentKind::Text | ContentKind::Other)).then(|| File {
            file_id: "file".into(),
            file_unique_id: "unique".into(),
        });
        let entities = self.entities.iter().map(|(offset, length)| Entity {
            offset: *offset,
            length: *length,
            rest: json!({"type": "bold"})
                .as_object()
                .cloned()
                .unwrap_or_default(),
        });
        Content {
            kind: self.kind,
            text: format!("{}{mark}", self.text),
            entities: entities.collect(),
            file,
        }
    }
}

pub(crate) const COMMANDS: [&str; 18] = [
    "start", "help", "new", "tickets", "language", "cancel", "admin", "desk", "stats", "find",
    "ticket", "close", "unknown", "find", "ticket", "ban", "unban", "unban",
];

fn any_words() -> impl Strategy<Value = Words> {
    let text = prop_oneof![
        6 => "[a-zа-я<>&{} ]{0,40}",
        2 => "\\PC{0,30}",
        1 => (0..5_000_usize).prop_map(|length| "ы".repeat(length)),
        1 => (0..2_040_usize).prop_map(|length| "😀".repeat(length)),
        1 => Just("/etc is gone".to_owned()),
    ];
    let kind = prop_oneof![
        5 => Just(ContentKind::Text),
        2 => prop::sample::select(ContentKind::ALL),
    ];
    let entities = prop::collection::vec((0..60_usize, 0..60_usize), 0..3);
    (kind, text, entities).prop_map(|(kind, text, entities)| Words {
        kind,
        text,
        entities,
    })
}

fn any_what() -> impl Strategy<Value = What> {
    prop_oneof![
        10 => (any_words(), prop::option::weighted(0.3, any::<usize>()), prop::option::weighted(0.2, 0..3_u8))
            .prop_map(|(words, reply_to, album)| What::Write { words, reply_to, album }),
        3 => (any::<usize>(), any_words()).prop_map(|(which, words)| What::Edit { which, words }),
        4 => (any::<usize>(), 0..6_i64).prop_map(|(which, number)| What::Command { which, number }),
        14 => any::<usize>().prop_map(What::Press),
        5 => any::<usize>().prop_map(What::PressOld),
        3 => Just(What::PressAgain),
        1 => "[a-z]{1,8}(:[0-9a-z_:+-]{0,12}){0,4}".prop_map(What::Forge),
        1 => Just(What::Block),
        1 => Just(What::Unblock),
        1 => Just(What::Refuse),
        1 => Just(What::AddToGroup),
        1 => Just(What::ChangeStaff),
    ]
}

/// Anything.
pub(crate) fn any_move() -> impl Strategy<Value = Move> {
    let later = prop_oneof![6 => 0..5_i64, 2 => 0..900_i64, 1 => 0..300_000_i64];
    (0..4_usize, any_what(), later).prop_map(|(who, what, later)| Move { who, what, later })
}
