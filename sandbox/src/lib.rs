//! A strict Bot API server for tests and for trying a bot out, with people who talk to it.
//!
//! The sandbox takes the place of Telegram: a bot under test is pointed at its address, and people
//! write, press buttons and block the bot through [`Person`], through HTTP and JSON, or on a page in
//! a browser. It refuses what Telegram refuses, with Telegram's codes and words, and confirms updates
//! exactly. It knows nothing of the bot.
//!
//! ```no_run
//! use frontdesk_sandbox::{Options, Sandbox};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let sandbox = Sandbox::start(Options::default()).await?;
//! let anna = sandbox.person(101);
//! anna.text("/start");
//! // … a bot that polls `sandbox.api_url()` with `sandbox.token()` answers …
//! println!("{}", anna.transcript());
//! sandbox.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! Where things are: `state` holds the world and what people do in it; `bot_api` is the side the bot
//! sees, a file for each family of methods; `http` serves both, and the page; `seen` is what a person
//! sees of a chat.

pub use self::{
    at_once::AtOnce,
    calls::{CallRecord, POSTED},
    delivery::Delivery,
    kinds::Kind,
    listening::{Deed, Heard, Listener},
    options::{DEFAULT_TOKEN, Options, PersonSpec, Program, Role},
    outgoing::Outgoing,
    person::Person,
    program::ProgramState,
    sandbox::{Sandbox, StartError, TimedOut},
    seen::{Answered, Button, GroupView, Notice, SeenMessage, Transcript},
    state::ActError,
    trouble::{
        ActiveOutage, ActiveRule, Earned, Fault, FaultRule, Garbage, Limits, Outage, Trouble,
    },
};

mod sandbox;

mod at_once;
mod listening;
mod options;
mod person;

mod kinds;
mod outgoing;
mod seen;

mod calls;
mod delivery;
mod program;
mod trouble;

mod bot_api;
mod http;
mod state;
mod text;
