//! Drawing notices: from a notice, and what it is about at the moment of sending, to one call.
//!
//! To add a notice: 1. a variant of [`Body`]; 2. its arm in [`Sending::draw`]; 3. its words in
//! `texts/*.ftl` and `Text`; 4. a sample of it in the drawing tests, which render it in every
//! language; 5. the arm of `step` that sends it.

use super::draw_relay;
use super::{Body, Call, Sending, Why};
use crate::button::Button;
use crate::content::Content;
use crate::formatted::{Formatted, MAX_CAPTION, MAX_TEXT};
use crate::ids::{ChatMessageId, PersonId, TicketId};
use crate::keyboard::{Key, Keyboard};
use crate::settings::Settings;
use crate::text::{Pen, Text, full_name, name_of};
use crate::ticket::{Status, Ticket, TicketMessage};

/// The most of Telegram's own words about a refusal, in UTF-16 units.
const MOST_REASON: usize = 200;

impl Sending<'_> {
    /// The one call that carries out the notice; `None` if by now there is nothing to do: the
    /// message was taken back, there is no copy to edit, the album's items have gone already, the
    /// admin it was meant for is none any more.
    pub fn draw(&self, settings: &Settings) -> Option<Call> {
        let lang = match self.to {
            Some(to) => settings.language(to.language, to.language_code.as_deref()),
            None => settings.language,
        };
        let pen = Pen { lang, settings };
        if self.is_no_longer_theirs(settings) {
            return None;
        }
        match self.body {
            Body::Relay { part, why } => draw_relay::part(self, pen, *part, *why),
            Body::LateItem => draw_relay::late_item(self, pen),
            Body::EditCopies => draw_relay::edit_copies(self, pen),
            Body::DeleteCopies => draw_relay::delete_copies(self),
            Body::ShowMessage => self.show_message(pen),
            Body::Banned => Some(told(pen.say(Text::Banned), Keyboard::NONE, None)),
            Body::Unbanned => {
                let keyboard = Keyboard::NONE.row([pen.key(Text::KeyHome, Button::Home)]);
                Some(told(pen.say(Text::Unbanned), keyboard, None))
            }
            Body::AllKept { messages } => {
                let key = match self.ticket {
                    Some(ticket) => open_mine(pen, ticket),
                    None => pen.key(Text::KeyContinue, Button::Continue),
                };
                let text = pen.say(Text::AllKept { n: *messages });
                Some(told(text, Keyboard::NONE.row([key]), None))
            }
            Body::MoreMessages { .. }
            | Body::StatusChanged { .. }
            | Body::Closed
            | Body::Reopened
            | Body::ClosedByUser
            | Body::ReopenedByUser
            | Body::AssignedToYou { .. } => self.about_ticket(pen),
            Body::Delivered { answer } => {
                let ticket = self.ticket?;
                let message = self.message?;
                let close = (ticket.status != Status::Closed)
                    .then(|| pen.key(Text::KeyClose, Button::Close(ticket.id, ticket.version)));
                let keyboard =
                    Keyboard::NONE
                        .row([open(pen, ticket.id)].into_iter().chain(close))
                        .row(message.recalled_at.is_none().then(|| {
                            pen.key(Text::KeyRecall, Button::Recall(ticket.id, message.id))
                        }));
                let text = Text::Delivered { number: ticket.id };
                Some(told(pen.say(text), keyboard, Some(*answer)))
            }
            Body::Blocked { answer } => {
                let ticket = self.ticket?;
                let text = Text::Blocked {
                    number: ticket.id,
                    name: &self.user_name(ticket),
                };
                let keyboard = self.redelivery_keys(pen, ticket, false);
                Some(told(pen.say(text), keyboard, Some(*answer)))
            }
            Body::NotDelivered { answer, reason } => {
                let ticket = self.ticket?;
                let text = Text::NotDelivered {
                    number: ticket.id,
                    reason: &crate::formatted::cut(reason, MOST_REASON),
                };
                let keyboard = self.redelivery_keys(pen, ticket, true);
                Some(told(pen.say(text), keyboard, Some(*answer)))
            }
            Body::GivenUp { answer } => {
                let ticket = self.ticket?;
                let text = Text::GivenUp {
                    number: ticket.id,
                    name: &self.user_name(ticket),
                };
                let keyboard = self.redelivery_keys(pen, ticket, true);
                Some(told(pen.say(text), keyboard, Some(*answer)))
            }
            Body::WhileAway(away) => away.draw(pen),
            Body::React { message, emoji } => Some(Call::React {
                message: *message,
                emoji: emoji.clone(),
            }),
            Body::GroupGreeting => Some(told(pen.say(Text::GroupGreeting), Keyboard::NONE, None)),
            Body::Trouble => Some(told(pen.say(Text::Trouble), Keyboard::NONE, None)),
            Body::LeaveGroup => Some(Call::LeaveChat),
        }
    }

    /// Whether it was meant for an admin who has been taken off the list since.
    fn is_no_longer_theirs(&self, settings: &Settings) -> bool {
        let to_staff = match self.body {
            Body::Relay { why, .. } => *why != Why::Answer,
            Body::MoreMessages { .. }
            | Body::ClosedByUser
            | Body::ReopenedByUser
            | Body::AssignedToYou { .. }
            | Body::Delivered { .. }
            | Body::Blocked { .. }
            | Body::NotDelivered { .. }
            | Body::GivenUp { .. }
            | Body::WhileAway(_) => true,
            // These go to both sides.
            Body::LateItem | Body::EditCopies | Body::ShowMessage => self
                .ticket
                .is_none_or(|ticket| ticket.user.chat() != self.chat),
            Body::DeleteCopies
            | Body::StatusChanged { .. }
            | Body::Closed
            | Body::Reopened
            | Body::React { .. }
            | Body::AllKept { .. }
            | Body::Banned
            | Body::Unbanned
            | Body::Trouble
            | Body::GroupGreeting
            | Body::LeaveGroup => false,
        };
        to_staff && !settings.is_admin(PersonId(self.chat.0))
    }

    /// What can be done about an answer that has not come through: whoever is held returns by
    /// themselves, so there nothing but giving it up is offered.
    fn redelivery_keys(&self, pen: Pen<'_>, ticket: &Ticket, retry: bool) -> Keyboard {
        let (id, version) = (ticket.id, ticket.version);
        let open = Keyboard::NONE.row([open(pen, id)]);
        let Some(answer) = self.message.filter(|answer| answer.recalled_at.is_none()) else {
            return open;
        };
        let again = Button::RetryAnswer(id, version, answer.id);
        let drop = Button::DropAnswer(id, version, answer.id);
        open.row(
            retry
                .then(|| pen.key(Text::KeyRetryAnswer, again))
                .into_iter()
                .chain([pen.key(Text::KeyDropAnswer, drop)]),
        )
    }

    /// What happened to a ticket, in words.
    fn about_ticket(&self, pen: Pen<'_>) -> Option<Call> {
        let ticket = self.ticket?;
        let (number, subject) = (ticket.id, ticket.subject.as_str());
        let (text, keyboard) = match self.body {
            Body::MoreMessages { messages } => (
                Text::MoreMessages {
                    number,
                    subject,
                    user: &draw_relay::user(self, ticket),
                    n: *messages,
                },
                Keyboard::NONE.row([answer(pen, ticket), open(pen, number)]),
            ),
            Body::StatusChanged { to } => (
                Text::StatusChanged {
                    number,
                    subject,
                    status: &pen.status(*to),
                },
                Keyboard::NONE.row([open_mine(pen, ticket)]),
            ),
            Body::Closed => (
                Text::ClosedByStaff { number, subject },
                Keyboard::NONE.row([
                    pen.key(Text::KeyReopen, Button::ReopenMine(number, ticket.version)),
                    pen.key(Text::KeyAsNewTicket, Button::NewTicket),
                ]),
            ),
            Body::Reopened => (
                Text::ReopenedByStaff { number, subject },
                Keyboard::NONE.row([
                    pen.key(Text::KeyReply, Button::Reply(number)),
                    open_mine(pen, ticket),
                ]),
            ),
            Body::ClosedByUser => (
                Text::ClosedByUser {
                    number,
                    subject,
                    name: &self.user_name(ticket),
                },
                Keyboard::NONE.row([open(pen, ticket.id)]),
            ),
            Body::ReopenedByUser => (
                Text::ReopenedByUser {
                    number,
                    subject,
                    name: &self.user_name(ticket),
                },
                Keyboard::NONE.row([answer(pen, ticket), open(pen, ticket.id)]),
            ),
            Body::AssignedToYou { by } => (
                Text::AssignedToYou {
                    number,
                    subject,
                    name: &self.deed_by(*by),
                },
                Keyboard::NONE.row([answer(pen, ticket), open(pen, ticket.id)]),
            ),
            _ => return None,
        };
        Some(told(pen.say(text), keyboard, None))
    }

    /// The original of a message, to the person who asked for it: users see no notes, and nothing
    /// that was taken back.
    fn show_message(&self, pen: Pen<'_>) -> Option<Call> {
        let ticket = self.ticket?;
        let message = self.message?;
        let staff = pen.settings.is_admin(PersonId(self.chat.0));
        if !staff && (self.chat != ticket.user.chat() || hidden_from_user(message)) {
            return None;
        }
        let back = if self.chat == ticket.user.chat() {
            Button::MyTicket(ticket.id)
        } else {
            Button::Ticket(ticket.id)
        };
        let keyboard = Keyboard::NONE.row([pen.key(Text::KeyToTicket { number: ticket.id }, back)]);
        Some(message_itself(pen, message, keyboard))
    }

    /// What the ticket's user is called, to the staff.
    pub(super) fn user_name(&self, ticket: &Ticket) -> String {
        self.user.map_or_else(|| ticket.user.to_string(), full_name)
    }

    fn deed_by(&self, by: PersonId) -> String {
        match self.author {
            Some(author) if author.id == by => full_name(author),
            _ => name_of(&crate::screen::Named::of(by, &[])),
        }
    }
}

/// The message itself, below nothing: words as words, anything else as a copy.
pub(super) fn message_itself(pen: Pen<'_>, message: &TicketMessage, keyboard: Keyboard) -> Call {
    if message.content.is_text() {
        return told(Formatted::of(&message.content), keyboard, None);
    }
    Call::CopyMessage {
        from: message.source,
        keyboard,
        instead: instead(&message.content),
        placeholder: placeholder(pen, &message.content),
    }
}

/// What is sent if the original can no longer be copied: the words fit a caption, and all entities
/// lie inside.
pub(super) fn instead(content: &Content) -> Content {
    let caption = Formatted::of(content).cut(MAX_CAPTION);
    Content {
        text: caption.text,
        entities: caption.entities,
        ..content.clone()
    }
}

/// What stands for a message that can be neither copied nor sent: its kind, and its words.
fn placeholder(pen: Pen<'_>, content: &Content) -> Formatted {
    pen.say(Text::NotCopied {
        kind: &pen.kind(content.kind),
    })
    .paragraph(Formatted::of(content))
    .cut(MAX_TEXT)
}

/// Words of the desk.
pub(super) fn told(text: Formatted, keyboard: Keyboard, reply_to: Option<ChatMessageId>) -> Call {
    Call::SendMessage {
        text: text.cut(MAX_TEXT),
        keyboard,
        reply_to,
    }
}

/// Whether a user must not see it.
pub(super) fn hidden_from_user(message: &TicketMessage) -> bool {
    message.note || message.recalled_at.is_some()
}

/// For the staff: the ticket.
pub(super) fn open(pen: Pen<'_>, number: TicketId) -> Key {
    pen.key(Text::KeyOpenTicket { number }, Button::Ticket(number))
}

/// For the staff: answer it.
pub(super) fn answer(pen: Pen<'_>, ticket: &Ticket) -> Key {
    pen.key(Text::KeyAnswer, Button::Answer(ticket.id))
}

/// For the user: the ticket.
pub(super) fn open_mine(pen: Pen<'_>, ticket: &Ticket) -> Key {
    pen.key(
        Text::KeyOpenTicket { number: ticket.id },
        Button::MyTicket(ticket.id),
    )
}
