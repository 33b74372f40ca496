//! A pen writes for one person: in their language, with the desk's dates and names.

use chrono::TimeDelta;

use super::Text;
use crate::button::Button;
use crate::content::ContentKind;
use crate::formatted::{Formatted, one_line};
use crate::keyboard::Key;
use crate::screen::Named;
use crate::settings::Settings;
use crate::ticket::{Category, Lang, Priority, Status, Time, UserRecord};

/// Writes in one language, for one person.
#[derive(Clone, Copy)]
pub struct Pen<'a> {
    /// The language.
    pub lang: Lang,
    /// The time zone, and whether users read names.
    pub settings: &'a Settings,
}

impl Pen<'_> {
    /// A text, with its formatting.
    pub fn say(self, text: Text<'_>) -> Formatted {
        text.render(self.lang)
    }

    /// A text without formatting, to be put into another or on a button.
    pub fn plain(self, text: Text<'_>) -> String {
        text.plain(self.lang)
    }

    /// A button.
    pub fn key(self, label: Text<'_>, button: Button) -> Key {
        Key::new(self.plain(label), button)
    }

    /// A moment in the desk's time zone: `24.11.2026 14:05`, `24 Nov 2026, 14:05`.
    pub fn date(self, at: Time) -> String {
        let format = match self.lang {
            Lang::En => "%-d %b %Y, %H:%M",
            Lang::Ru => "%d.%m.%Y %H:%M",
        };
        at.with_timezone(&self.settings.timezone)
            .format(format)
            .to_string()
    }

    /// The time of day in the desk's time zone: `14:05`.
    pub fn clock(self, at: Time) -> String {
        at.with_timezone(&self.settings.timezone)
            .format("%H:%M")
            .to_string()
    }

    /// How long ago something was, in its greatest unit; what lies ahead was just now.
    pub fn age(self, since: Time, now: Time) -> String {
        let age = (now - since).max(TimeDelta::zero());
        match (age.num_days(), age.num_hours(), age.num_minutes()) {
            (0, 0, 0) => self.plain(Text::UnderAMinute),
            (0, 0, minutes) => self.plain(Text::Minutes { n: minutes }),
            (0, hours, _) => self.plain(Text::Hours { n: hours }),
            (days, ..) => self.plain(Text::Days { n: days }),
        }
    }

    /// How long ago something was.
    pub fn ago(self, then: Time, now: Time) -> String {
        if now - then < chrono::TimeDelta::minutes(1) {
            return self.plain(Text::JustNow);
        }
        let age = self.age(then, now);
        self.plain(Text::Ago { age: &age })
    }

    /// How long something took, in its two greatest units.
    pub fn duration(self, seconds: u64) -> String {
        let minutes = i64::try_from(seconds / 60).unwrap_or(i64::MAX);
        let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
        let parts = [
            (days, Text::Days { n: days }),
            (hours, Text::Hours { n: hours }),
            (minutes, Text::Minutes { n: minutes }),
        ];
        let words: Vec<String> = parts
            .into_iter()
            .skip_while(|(n, _)| *n == 0)
            .take(2)
            .filter(|(n, _)| *n > 0)
            .map(|(_, text)| self.plain(text))
            .collect();
        if words.is_empty() {
            self.plain(Text::UnderAMinute)
        } else {
            words.join(" ")
        }
    }

    /// A category: named where it is one of the usual three, else as the operator wrote it.
    pub fn category(self, category: &Category) -> String {
        match category.0.as_str() {
            "general" => self.plain(Text::CategoryGeneral),
            "payment" => self.plain(Text::CategoryPayment),
            "technical" => self.plain(Text::CategoryTechnical),
            other => one_line(other),
        }
    }

    /// A status with its mark: `🟢 Open`.
    pub fn status(self, status: Status) -> String {
        let name = self.plain(Text::Status { status });
        format!("{} {name}", status_mark(status))
    }

    /// A priority with its mark, if it has one: `🔥 Urgent`.
    pub fn priority(self, priority: Priority) -> String {
        let name = self.plain(Text::Priority { priority });
        match priority_mark(priority) {
            "" => name,
            mark => format!("{mark} {name}"),
        }
    }

    /// The kind of an attachment with its mark: `📷 Photo`.
    pub fn kind(self, kind: ContentKind) -> String {
        let name = self.plain(Text::Kind { kind });
        format!("{} {name}", kind_mark(kind))
    }
}

/// The mark of a status in lists.
pub const fn status_mark(status: Status) -> &'static str {
    match status {
        Status::Open => "🟢",
        Status::InProgress => "🟡",
        Status::Closed => "🔴",
    }
}

/// The mark of a priority in lists; the usual one has none.
pub const fn priority_mark(priority: Priority) -> &'static str {
    match priority {
        Priority::Low => "🔽",
        Priority::Normal => "",
        Priority::High => "🔼",
        Priority::Urgent => "🔥",
    }
}

/// The mark of a kind of content.
pub const fn kind_mark(kind: ContentKind) -> &'static str {
    match kind {
        ContentKind::Text => "📄",
        ContentKind::Photo => "📷",
        ContentKind::Video => "🎬",
        ContentKind::Document => "📎",
        ContentKind::Voice => "🎤",
        ContentKind::Audio => "🎵",
        ContentKind::VideoNote => "📹",
        ContentKind::Animation => "🎞",
        ContentKind::Sticker => "🏷",
        ContentKind::Location => "📍",
        ContentKind::Contact => "👤",
        ContentKind::Poll => "📊",
        ContentKind::Dice => "🎲",
        ContentKind::Other => "📦",
    }
}

/// What a person is called, on one line; the id in digits for somebody without a visible name.
pub fn name_of(named: &Named) -> String {
    called(&named.name, named.id.0)
}

/// What a user is called, on one line.
pub fn full_name(user: &UserRecord) -> String {
    called(&user.full_name(), user.id.0)
}

/// The longest name, in UTF-16 units: Telegram allows two of 64 characters.
const MAX_NAME: usize = 48;

fn called(name: &str, id: i64) -> String {
    let name = one_line(name);
    // Letters that show nothing make no name (a Hangul filler, say).
    if name.chars().all(|c| c.is_whitespace() || is_invisible(c)) {
        return id.to_string();
    }
    crate::formatted::cut(&name, MAX_NAME).into_owned()
}

fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2064}'
            | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}'
    )
}
