//! The stories: the whole desk against the sandbox, what people type in, the transcript out.

mod town;

mod users;
mod admins;
mod older_bot;
mod crash;
mod browser;
mod cli;
