//! The sandbox over real HTTP: a bot on one side, people on the other.

mod http_interface;
mod load;
mod media;
mod people;
mod program;
mod refusals;
mod state_file;
mod support;
mod transcripts;
mod trouble;
mod updates;
mod webhook;
