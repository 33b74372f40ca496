//! The stories: the whole desk against the sandbox, what people type in, the transcript out.

mod postgres;
mod town;

mod admins;
mod attacks;
mod bans;
mod browser;
mod campaign;
mod cli;
mod copy;
mod crash;
mod deliveries;
mod delivery;
mod drafts;
mod floods;
mod import;
mod older_bot;
mod replies;
mod trouble;
mod unreachable;
mod users;
mod webhook;
