//! All that the bot can say: values of one enum, worded in `texts/*.ftl`.
//!
//! To add a text: 1. a variant of [`Text`] with its values; 2. its message in every file of
//! `texts/`; a test says what is missing. `*bold*`, `_italic_` and `` `code` `` work there. To add
//! a language: 1. a variant of [`Lang`]; 2. its file; 3. its line in `source` and in
//! [`Pen::date`].
//!
//! An operator can word texts otherwise, also while the desk runs ([`Wording`]). No decision depends on
//! how anything is worded.

mod texts;

mod pen;

mod catalogue;
mod declare;
mod markup;

pub use self::catalogue::{Wording, WordingError};
pub use self::pen::{Pen, full_name, kind_mark, name_of, priority_mark, status_mark};
pub use self::texts::Text;
use crate::formatted::Formatted;
use crate::outcome::Toast;
use crate::ticket::Lang;

impl Text<'_> {
    /// The words in this language, with their formatting. Values are put in as they are: whatever
    /// they hold is never read as formatting.
    pub fn render(self, lang: Lang) -> Formatted {
        markup::read(&catalogue::words(lang, self.key(), &self.arguments()))
    }

    /// The words in this language without formatting, for a button or a toast.
    pub fn plain(self, lang: Lang) -> String {
        self.render(lang).text
    }
}

impl Toast {
    /// The words; at most 200 UTF-16 units (Bot API, `answerCallbackQuery`).
    pub fn text(self, lang: Lang) -> String {
        let text = match self {
            Self::OutOfDate => Text::ToastOutOfDate,
            Self::Done => Text::ToastDone,
            Self::Already => Text::ToastAlready,
            Self::ChangedMeanwhile => Text::ToastChangedMeanwhile,
            Self::NotFound => Text::ToastNotFound,
            Self::SentBelow => Text::ToastSentBelow,
            Self::TooFast => Text::ToastTooFast,
            Self::Banned => Text::ToastBanned,
        };
        text.plain(lang)
    }
}

/// The words that are compiled in, as the file of a language.
pub fn source(lang: Lang) -> &'static str {
    catalogue::source(lang)
}

/// The keys of the texts that cannot be worded in this language; a complete one has none.
pub fn faults(lang: Lang) -> Vec<&'static str> {
    catalogue::faults(lang)
}

/// The commands for Telegram's menu, each with what it does; admins have more.
pub fn commands(lang: Lang, admin: bool) -> Vec<(String, String)> {
    let everybodys = [
        ("start", Text::CommandStart),
        ("help", Text::CommandHelp),
        ("new", Text::CommandNew),
        ("tickets", Text::CommandTickets),
        ("language", Text::CommandLanguage),
        ("cancel", Text::CommandCancel),
    ];
    let admins = [
        ("admin", Text::CommandAdmin),
        ("find", Text::CommandFind),
        ("ticket", Text::CommandTicket),
        ("close", Text::CommandClose),
        ("ban", Text::CommandBan),
        ("unban", Text::CommandUnban),
    ];
    everybodys
        .into_iter()
        .chain(admins.into_iter().filter(|_| admin))
        .map(|(name, does)| (name.to_owned(), does.plain(lang)))
        .collect()
}
