//! The moving parts of Frontdesk: four actors that talk through typed messages, and their edges.
//!
//! `Intake → Session → Notifier → Tickets`, and `Session → Tickets`: no cycle, so no two mailboxes
//! ever wait for each other. A message type lives in the file of the actor that receives it.

pub mod clock;
pub mod live;
pub mod measure;
pub mod store;
pub mod telegram;

pub mod intake;
pub mod nodes;
pub mod notifier;
pub mod session;
pub mod tickets;
