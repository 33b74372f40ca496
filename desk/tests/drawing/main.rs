//! Everything that the bot can show is drawn here, in every language, and measured against what
//! Telegram takes.

mod sample_notices;
mod sample_screens;
mod samples;

mod limits;

mod screens;

mod notices;
mod pages;

mod texts;
mod wording;

mod button;
mod by_chance;
mod deliveries;
mod formatted;
