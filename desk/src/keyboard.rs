//! An inline keyboard as data: rows of labels and what they carry.

use crate::button::Button;

/// Rows of buttons under a message; no rows, no keyboard.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keyboard {
    /// The rows, top to bottom.
    pub rows: Vec<Vec<Key>>,
}

/// One button.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// What is written on it.
    pub label: String,
    /// What it means.
    pub button: Button,
}

/// The greatest number of buttons of a keyboard (Bot API, observed: a larger one is refused).
pub const MAX_KEYS: usize = 100;

/// The greatest length of a label in UTF-16 units; Telegram's clients cut about here.
pub const MAX_LABEL: usize = 64;

impl Keyboard {
    /// No buttons.
    pub const NONE: Self = Self { rows: Vec::new() };

    /// With one more row below.
    #[must_use]
    pub fn row(mut self, keys: impl IntoIterator<Item = Key>) -> Self {
        let row: Vec<Key> = keys.into_iter().collect();
        if !row.is_empty() {
            self.rows.push(row);
        }
        self
    }

    /// With these below, as many in a row as told.
    #[must_use]
    pub fn grid(mut self, keys: impl IntoIterator<Item = Key>, in_a_row: usize) -> Self {
        let mut keys = keys.into_iter().peekable();
        while keys.peek().is_some() {
            self = self.row(keys.by_ref().take(in_a_row.max(1)));
        }
        self
    }
}

impl Key {
    /// A button with this label, cut to [`MAX_LABEL`].
    pub fn new(label: impl Into<String>, button: Button) -> Self {
        Self {
            label: crate::formatted::cut(&label.into(), MAX_LABEL).into_owned(),
            button,
        }
    }
}
