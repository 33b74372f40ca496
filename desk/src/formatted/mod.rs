//! Text with entities: joined, quoted and cut by UTF-16 units, never inside a character or an entity.
//!
//! `parse_mode` is never used. Our runs bring the formatting of our texts, people's runs bring
//! *their* entities, and joining them only shifts offsets: nothing needs escaping, so a `<` or a
//! `*` in somebody's words is just that.

mod entities;
mod measure;

use serde_json::{Map, Value};

use self::measure::cut_at;
pub use self::measure::{cut, one_line, utf16_len};
use crate::content::{Content, Entity};

/// The longest text of a message, in UTF-16 units (Bot API, `sendMessage`).
pub const MAX_TEXT: usize = 4096;

/// The longest caption, in UTF-16 units (Bot API, `sendPhoto` and its like).
pub const MAX_CAPTION: usize = 1024;

/// A text and its formatting, ready to be sent without `parse_mode`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Formatted {
    /// The words.
    pub text: String,
    /// Their formatting, in UTF-16 units.
    pub entities: Vec<Entity>,
}

/// How a run of ours can look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Bold.
    Bold,
    /// Italic.
    Italic,
    /// Monospaced; a tap copies it.
    Code,
    /// Set off as somebody's words.
    Quote,
}

impl Style {
    /// The `type` of its entity.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bold => "bold",
            Self::Italic => "italic",
            Self::Code => "code",
            Self::Quote => "blockquote",
        }
    }

    /// Its entity over this place, in UTF-16 units.
    pub fn over(self, offset: usize, length: usize) -> Entity {
        let mut rest = Map::new();
        rest.insert("type".to_owned(), Value::from(self.as_str()));
        Entity {
            offset,
            length,
            rest,
        }
    }
}

impl Formatted {
    /// A person's words with their own formatting. Entities that Telegram would refuse (outside the
    /// text, inside a character, empty, without a type, sticking out of another) are left out.
    pub fn of(content: &Content) -> Self {
        Self {
            entities: entities::clean(&content.text, content.entities.clone()),
            text: content.text.clone(),
        }
    }

    /// A run in one style.
    pub fn styled(text: impl Into<String>, style: Style) -> Self {
        let text = text.into();
        let entities = entities::clean(&text, vec![style.over(0, utf16_len(&text))]);
        Self { text, entities }
    }

    /// The length in UTF-16 units.
    pub fn len(&self) -> usize {
        utf16_len(&self.text)
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Adds more at the end; its entities are shifted with it.
    pub fn push(&mut self, more: impl Into<Self>) {
        let more = more.into();
        let before = self.len();
        self.text.push_str(&more.text);
        self.entities
            .extend(more.entities.into_iter().map(|entity| Entity {
                offset: entity.offset.saturating_add(before),
                ..entity
            }));
    }

    /// With more at the end.
    #[must_use]
    pub fn then(mut self, more: impl Into<Self>) -> Self {
        self.push(more);
        self
    }

    /// With more on a line of its own; an empty text leaves no empty line.
    #[must_use]
    pub fn line(self, more: impl Into<Self>) -> Self {
        self.after("\n", more.into())
    }

    /// With more below an empty line.
    #[must_use]
    pub fn paragraph(self, more: impl Into<Self>) -> Self {
        self.after("\n\n", more.into())
    }

    fn after(mut self, gap: &str, more: Self) -> Self {
        if more.is_empty() {
            return self;
        }
        if !self.is_empty() {
            self.text.push_str(gap);
        }
        self.push(more);
        self
    }

    /// The whole as a quotation. Quotations do not nest, so those inside lose their mark.
    #[must_use]
    pub fn quoted(mut self) -> Self {
        self.entities.retain(|entity| !entities::is_quote(entity));
        self.entities.insert(0, Style::Quote.over(0, self.len()));
        self.entities = entities::clean(&self.text, self.entities);
        self
    }

    /// Cut to at most `most` UTF-16 units, with `…` at the end where something was cut. What was
    /// styled stays styled up to the cut; a link, mention or custom emoji that would lose a part of
    /// itself is shown as plain words.
    #[must_use]
    pub fn cut(mut self, most: usize) -> Self {
        let kept = cut_at(&self.text, most);
        if let Some(bytes) = kept {
            self.text.truncate(bytes);
            let end = self.len();
            self.entities = entities::cut(self.entities, end);
            if most > 0 {
                self.text.push('…');
            }
        }
        self.entities = entities::clean(&self.text, self.entities);
        self
    }
}

impl From<&str> for Formatted {
    fn from(text: &str) -> Self {
        Self::from(text.to_owned())
    }
}

impl From<String> for Formatted {
    fn from(text: String) -> Self {
        Self {
            text,
            entities: Vec::new(),
        }
    }
}
