//! The edge to Telegram: reads updates into what the desk knows, and makes the calls that it wants.
//!
//! What comes in stays raw JSON until [`read`](mod@read) has looked at it, so a field newer than this program
//! never empties a message. What goes out are [`Call`](frontdesk_desk::notice::Call)s, without
//! `parse_mode`; whatever Telegram answers is told apart in one place, [`classify`].

pub mod client;
pub mod read;
pub mod secret;
pub mod token;

pub mod classify;
mod methods;
mod send;

pub use classify::Failure;
pub use client::{Client, ClientError, ClientSettings};
pub(crate) use methods::posted;
pub use read::{Read, read};
pub use secret::{BadSecret, Secret};
pub use send::Sent;
pub use token::{BadToken, Token};

#[cfg(test)]
pub(crate) mod stub;
