//! Everything that the bot can show is drawn here, in every language, and measured against what
//! Telegram takes.

mod samples;
mod limits;

mod screens;
mod notices;
mod texts;

mod button;
mod formatted;
