//! What admins do: look at lists and tickets, change them, and answer.

mod answer;
mod bans;
mod delivery;
mod lists;
mod manage;

use super::turn::Turn;
use crate::button::Button;
use crate::conversation::{Form, Undecided};
use crate::input::Wrote;

impl Turn<'_> {
    /// Presses of the staff's screens; only admins get here.
    pub(super) fn press_as_admin(&mut self, button: Button) {
        match button {
            Button::Admin
            | Button::Dashboard
            | Button::List(..)
            | Button::Filters
            | Button::Find
            | Button::Found(_)
            | Button::Statistics
            | Button::Mute(_)
            | Button::UserTickets(..)
            | Button::Ticket(_)
            | Button::Conversation(..)
            | Button::History(..) => self.press_in_lists(button),
            Button::Answer(_)
            | Button::Note(_)
            | Button::SendAndReopen(_)
            | Button::SendAnyway(_)
            | Button::AnswerWith(..)
            | Button::AskAsUser(_)
            | Button::Recall(..) => self.press_to_answer(button),
            Button::RetryAnswer(..) | Button::DropAnswer(..) => self.press_to_redeliver(button),
            Button::Banned(_) | Button::Person(..) | Button::Ban(..) | Button::Unban(..) => {
                self.press_to_ban(button);
            }
            change => self.press_to_change(change),
        }
    }

    /// Words while an admin's form waits.
    pub(super) fn words_as_admin(&mut self, wrote: Wrote) {
        match self.out.conversation.form.clone() {
            Form::Answer { ticket, .. } => self.answer_typed(ticket, wrote.piece),
            Form::Note { ticket } => self.note_typed(ticket, wrote.piece),
            Form::Find => {
                self.out.conversation.form = Form::None;
                self.out.conversation.answered_album = wrote.piece.album;
                self.found(wrote.piece.content.text);
            }
            _ => self.keep(wrote.piece, Undecided::Unplaced),
        }
    }
}
