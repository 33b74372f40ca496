//! What an admin missed while they could not be reached: counted, never sent again one by one.

use serde::{Deserialize, Serialize};

use super::draw::{open, told};
use super::{Body, Call, Part, Why};
use crate::button::{Button, Filter};
use crate::ids::TicketId;
use crate::keyboard::{Key, Keyboard};
use crate::text::{Pen, Text};

/// The counts of the one notice that stands for all that could not be delivered to an admin.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Away {
    /// New tickets.
    #[serde(default)]
    pub tickets: u32,
    /// Further messages of users; an album is one.
    #[serde(default)]
    pub messages: u32,
    /// Tickets that were assigned to the admin.
    #[serde(default)]
    pub assigned: u32,
    /// Answers of colleagues, and tickets that users closed or reopened.
    #[serde(default)]
    pub others: u32,
    /// Tickets with answers of the admin that did not come through: the oldest, each once, at most
    /// [`Away::MOST_NAMED`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undelivered: Vec<TicketId>,
}

impl Away {
    /// How many tickets with undelivered answers are named.
    pub const MOST_NAMED: usize = 8;

    /// Counts a notice that its reader, an admin, did not get. False if it is none that can be
    /// counted: it is part of the admin's own ticket (`own`), or changes what is in the chat
    /// already, and waits in its place.
    pub fn count(&mut self, body: &Body, ticket: Option<TicketId>, own: bool) -> bool {
        match body {
            Body::Relay {
                why: Why::Answer, ..
            } => return false,
            Body::Relay { part, why } => {
                // The last part stands for the message.
                if matches!(part, Part::Whole | Part::Content | Part::Buttons) {
                    match why {
                        Why::NewTicket => self.tickets = self.tickets.saturating_add(1),
                        Why::FollowUp => self.messages = self.messages.saturating_add(1),
                        Why::OthersAnswer | Why::Answer => {
                            self.others = self.others.saturating_add(1);
                        }
                    }
                }
            }
            Body::MoreMessages { messages } => {
                self.messages = self.messages.saturating_add(*messages);
            }
            // It belongs to an album that is counted.
            Body::LateItem => return !own,
            Body::ClosedByUser | Body::ReopenedByUser => {
                self.others = self.others.saturating_add(1);
            }
            Body::AssignedToYou { .. } => self.assigned = self.assigned.saturating_add(1),
            Body::Delivered { .. } => {}
            Body::Blocked { .. } | Body::NotDelivered { .. } | Body::GivenUp { .. } => {
                self.name(ticket);
            }
            Body::WhileAway(earlier) => {
                self.tickets = self.tickets.saturating_add(earlier.tickets);
                self.messages = self.messages.saturating_add(earlier.messages);
                self.assigned = self.assigned.saturating_add(earlier.assigned);
                self.others = self.others.saturating_add(earlier.others);
                for ticket in &earlier.undelivered {
                    self.name(Some(*ticket));
                }
            }
            Body::EditCopies
            | Body::DeleteCopies
            | Body::ShowMessage
            | Body::StatusChanged { .. }
            | Body::Closed
            | Body::Reopened
            | Body::React { .. }
            | Body::AllKept { .. }
            | Body::Banned
            | Body::Unbanned
            | Body::Trouble
            | Body::GroupGreeting
            | Body::LeaveGroup => return false,
        }
        true
    }

    fn name(&mut self, ticket: Option<TicketId>) {
        if let Some(ticket) = ticket
            && !self.undelivered.contains(&ticket)
            && self.undelivered.len() < Self::MOST_NAMED
        {
            self.undelivered.push(ticket);
        }
    }

    /// The notice, with the ways to the lists; nothing if nothing was missed.
    pub(super) fn draw(&self, pen: Pen<'_>) -> Option<Call> {
        if *self == Self::default() {
            return None;
        }
        let lines = [
            (self.tickets, Text::AwayTickets { n: self.tickets }),
            (self.messages, Text::AwayMessages { n: self.messages }),
            (self.assigned, Text::AwayAssigned { n: self.assigned }),
            (self.others, Text::AwayOthers { n: self.others }),
        ];
        let mut text = pen.say(Text::WhileAway);
        for (n, line) in lines {
            if n > 0 {
                text = text.line(pen.say(line));
            }
        }
        if !self.undelivered.is_empty() {
            text = text.line(pen.say(Text::AwayUndelivered));
        }
        let named = self.undelivered.iter().map(|ticket| open(pen, *ticket));
        let list = |text, filter| pen.key(text, Button::List(filter, 0));
        let keyboard = Keyboard::NONE
            .grid(named.collect::<Vec<Key>>(), 2)
            .row([
                list(Text::KeyAllMine, Filter::Mine),
                list(Text::KeyAllUnassigned, Filter::Unassigned),
            ])
            .row([pen.key(Text::KeyDashboard, Button::Dashboard)]);
        Some(told(text, keyboard, None))
    }
}
