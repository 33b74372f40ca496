//! The rules of Frontdesk: pure. No I/O, no clock, no lock; the same input gives the same outcome.
//!
//! An update comes in as an [`Input`]; [`needs`] names the facts that [`step()`] will want; it
//! decides and returns an [`Outcome`]: the conversation from now on, the [`Screen`] to show, the
//! changes to tickets and the [notices](notice) to others. Screens and notices are values; they are
//! drawn in the person's language when they are sent.

pub mod words;

pub mod content;
pub mod conversation;
pub mod delivery;
pub mod facts;
pub mod ids;
pub mod input;
pub mod outcome;
pub mod settings;
pub mod step;
pub mod ticket;

pub mod button;
pub mod formatted;
pub mod keyboard;
pub mod notice;
pub mod screen;
pub mod text;

pub use facts::{Facts, Need};
pub use input::Input;
pub use outcome::Outcome;
pub use screen::Screen;
pub use settings::Settings;
pub use step::{needs, step};
