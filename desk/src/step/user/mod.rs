//! What users do: their tickets, the form of a new one, and words that look for a place.

mod form;
mod loose;
mod tickets;

pub(super) use loose::{brief, reopen_in};
