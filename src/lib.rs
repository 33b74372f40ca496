//! The program: its configuration, its log, and the start and stop of the actors.
//!
//! The command line is in `main.rs`; everything it does is a function here, so that tests run the
//! very program in process ([`program::Program`]).

pub mod config;
pub mod logging;

pub mod program;
pub mod signals;

pub mod check;
#[cfg(feature = "demo")]
pub mod demo;
pub mod import;
pub mod notices;
pub mod operate;
pub mod operator;
pub mod reload;
pub mod texts;
