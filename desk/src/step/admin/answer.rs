//! How an admin's words reach a user: by Telegram's reply to a message of the ticket, or after
//! Answer; never on their own.

use chrono::TimeDelta;

use super::lists::RECALLABLE;
use crate::button::Button;
use crate::content::Piece;
use crate::conversation::{Conversation, Draft, Form, Undecided, Why, first_of_albums};
use crate::facts::Linked;
use crate::ids::{DraftId, MessageRef, TicketId, TicketRef};
use crate::notice::{self, Body, Lane};
use crate::outcome::{MessageEdit, Toast};
use crate::screen::{Named, News, Screen};
use crate::step::place::Role;
use crate::step::turn::Turn;
use crate::ticket::{Happened, SenderType, Status, Ticket, Time};

/// For how long another admin's answer holds one that was written without knowing of it.
const MEANWHILE: TimeDelta = TimeDelta::minutes(10);

/// How an answer by Telegram's reply is acknowledged, before Telegram has delivered it.
const TAKEN: &str = "✍";

/// What the admin decided about a closed ticket.
#[derive(Clone, Copy, PartialEq)]
enum Closed {
    Reopen,
    Leave,
}

impl Turn<'_> {
    /// Presses around answers and notes.
    pub(super) fn press_to_answer(&mut self, button: Button) {
        match button {
            Button::Answer(id) => self.ask_answer(id),
            Button::Note(id) => self.ask_note(id),
            Button::SendAndReopen(draft) => self.send_held(draft, Closed::Reopen),
            Button::SendAnyway(draft) => self.send_held(draft, Closed::Leave),
            Button::AnswerWith(draft, id) => self.answer_with(draft, id),
            Button::AskAsUser(draft) => self.ask_as_user(draft),
            Button::Recall(id, _) => self.recall(id),
            _ => self.out_of_date(),
        }
    }

    fn ask_answer(&mut self, id: TicketId) {
        let Some((ticket, user)) = self.ticket(id) else {
            return self.no_such_ticket();
        };
        self.out.conversation.viewed = Some(id);
        self.out.conversation.form = Form::Answer {
            ticket: id,
            seen: ticket.version,
        };
        self.show(Screen::AskAnswer {
            ticket: id,
            subject: ticket.subject.clone(),
            user: Named {
                id: user.id,
                name: user.full_name(),
            },
        });
    }

    fn ask_note(&mut self, id: TicketId) {
        let Some((ticket, _)) = self.ticket(id) else {
            return self.no_such_ticket();
        };
        self.out.conversation.viewed = Some(id);
        self.out.conversation.form = Form::Note { ticket: id };
        self.show(Screen::AskNote {
            ticket: id,
            subject: ticket.subject.clone(),
        });
    }

    /// The message after Answer.
    pub(super) fn answer_typed(&mut self, id: TicketId, piece: Piece) {
        self.out.conversation.form = Form::None;
        let Some((ticket, _)) = self.ticket(id) else {
            return self.no_such_ticket();
        };
        // What the admin saw when pressing Answer was taken into account.
        let meanwhile = self.facts.last_answer.filter(|_| {
            self.facts
                .since
                .iter()
                .any(|event| event.what == Happened::Answered && event.by != Some(self.me))
        });
        match self.holds(ticket, meanwhile) {
            Some(why) => self.hold(ticket, piece, why),
            None => {
                let after = self.send(ticket, vec![piece], Closed::Leave);
                self.show_card(&after, Some(News::AnswerTaken));
            }
        }
    }

    /// Telegram's reply to a message of a ticket.
    pub(in crate::step) fn answer_by_reply(
        &mut self,
        ticket: &Ticket,
        linked: &Linked,
        piece: Piece,
    ) {
        if let Form::Answer { ticket: asked, .. } = self.out.conversation.form
            && asked == ticket.id
        {
            self.out.conversation.form = Form::None;
        }
        // The message replied to is what the admin had read.
        let meanwhile = self
            .facts
            .last_answer
            .filter(|(_, at)| *at > linked.at && self.now - *at < MEANWHILE);
        match self.holds(ticket, meanwhile) {
            Some(why) => self.hold_reply(ticket, piece, why),
            None => {
                self.tell(
                    self.me.chat(),
                    Lane::Own,
                    Body::React {
                        message: piece.source.message,
                        emoji: TAKEN.to_owned(),
                    },
                );
                self.out.conversation.viewed = Some(ticket.id);
                self.send(ticket, vec![piece], Closed::Leave);
            }
        }
    }

    fn holds(
        &self,
        ticket: &Ticket,
        meanwhile: Option<(crate::ids::PersonId, Time)>,
    ) -> Option<Why> {
        if ticket.status == Status::Closed {
            return Some(Why::Closed);
        }
        meanwhile
            .filter(|(by, _)| *by != self.me)
            .map(|(by, at)| Why::Answered { by, at })
    }

    /// Keeps an answer until the admin has decided about it.
    fn hold(&mut self, ticket: &Ticket, piece: Piece, why: Why) {
        let ticket = ticket.id;
        self.out.conversation.viewed = Some(ticket);
        self.keep(piece, Undecided::Held { ticket, why });
    }

    /// A further reply to the same ticket joins the answer that waits there.
    fn hold_reply(&mut self, ticket: &Ticket, piece: Piece, why: Why) {
        let mut waiting = self.out.conversation.waiting.iter_mut();
        let held = waiting.rfind(|draft| {
            draft.pieces.len() < Conversation::MOST_PIECES
                && matches!(draft.what, Undecided::Held { ticket: to, .. } if to == ticket.id)
        });
        let Some(draft) = held else {
            return self.hold(ticket, piece, why);
        };
        let id = draft.id;
        draft.what = Undecided::Held {
            ticket: ticket.id,
            why,
        };
        self.out.conversation.viewed = Some(ticket.id);
        self.add_to_draft(id, piece);
    }

    fn send_held(&mut self, sent: DraftId, closed: Closed) {
        let Some(Draft {
            what: Undecided::Held { ticket, why },
            ..
        }) = self.out.conversation.draft(sent).cloned()
        else {
            return self.show_answered(sent);
        };
        let Some((ticket, _)) = self.ticket(ticket) else {
            return self.no_such_ticket();
        };
        if ticket.status == Status::Closed && why != Why::Closed {
            // It was closed since this was asked: that is another question, with another number, so
            // that a second tap of the same button does not answer it.
            self.toast(Toast::ChangedMeanwhile);
            let (ticket, why) = (ticket.id, Why::Closed);
            let asked = self.out.conversation.renumber(sent);
            return self.ask_another(asked, Undecided::Held { ticket, why });
        }
        self.send_draft(sent, ticket, closed);
    }

    fn answer_with(&mut self, used: DraftId, id: TicketId) {
        let draft = self.out.conversation.draft(used);
        match draft.map(|draft| &draft.what) {
            Some(Undecided::Unplaced) => {}
            // Pressed twice: the question that the first press led to.
            Some(Undecided::Held { .. }) => return self.ask_about(used),
            _ => return self.show_answered(used),
        }
        let Some((ticket, _)) = self.ticket(id) else {
            return self.no_such_ticket();
        };
        // The offer named the ticket, but neither its state nor what others answered there lately.
        let last = self.facts.last_answer;
        let lately = last.filter(|(_, at)| self.now - *at < MEANWHILE);
        match self.holds(ticket, lately) {
            Some(why) => {
                let ticket = ticket.id;
                self.ask_another(used, Undecided::Held { ticket, why });
            }
            None => self.send_draft(used, ticket, Closed::Leave),
        }
    }

    /// Sends a draft, and shows the ticket.
    fn send_draft(&mut self, id: DraftId, ticket: &Ticket, closed: Closed) {
        let Some(Draft { pieces, .. }) = self.out.conversation.take_draft(id) else {
            return self.show_answered(id);
        };
        self.out.conversation.remember(id, TicketRef::Id(ticket.id));
        let after = self.send(ticket, pieces, closed);
        self.toast(Toast::Done);
        self.show_card(&after, Some(News::AnswerTaken));
    }

    /// An admin is a user too: the words become an offer as anybody's do.
    fn ask_as_user(&mut self, used: DraftId) {
        let draft = self.out.conversation.draft(used);
        match draft.map(|draft| &draft.what) {
            Some(Undecided::Unplaced) => self.ask_another(
                used,
                Undecided::Loose {
                    closed: None,
                    choosing_category: false,
                },
            ),
            Some(Undecided::Loose { .. }) => self.ask_about(used),
            _ => self.show_answered(used),
        }
    }

    /// Answers: the first answer takes the ticket up and assigns it; the user no longer waits.
    fn send(&mut self, ticket: &Ticket, pieces: Vec<Piece>, closed: Closed) -> Ticket {
        let reopens = ticket.status == Status::Closed && closed == Closed::Reopen;
        let mut change = self.change(ticket);
        let after = &mut change.ticket;
        after.first_answer_at.get_or_insert(self.now);
        after.waiting_since = None;
        after.unread = true;
        if after.assignee.is_none() {
            after.assignee = Some(self.me);
            change.events.push(self.event(Happened::AssigneeChanged {
                from: None,
                to: Some(self.me),
            }));
        }
        if ticket.status == Status::Open || reopens {
            after.status = Status::InProgress;
            after.closed_at = None;
            change.events.push(self.event(Happened::StatusChanged {
                from: ticket.status,
                to: Status::InProgress,
            }));
        }
        if reopens {
            self.tell_about(
                ticket.user.chat(),
                Lane::Other,
                TicketRef::Id(ticket.id),
                Body::Reopened,
            );
        }
        let others = self.others_who_care(&change.ticket);
        let heads: Vec<usize> =
            first_of_albums(pieces.iter().map(|piece| piece.album.as_ref())).collect();
        for (place, piece) in pieces.into_iter().enumerate() {
            let parts = notice::parts(&piece.content, piece.album.is_some());
            let album = piece.album.clone();
            let message = self.add_message(&mut change, piece, Role::ANSWER);
            if !heads.contains(&place) {
                continue;
            }
            let reference = TicketRef::Id(ticket.id);
            let to_user = ticket.user;
            self.relay(
                to_user,
                Lane::Other,
                reference,
                message,
                &album,
                parts,
                notice::Why::Answer,
            );
            for other in &others {
                self.relay(
                    *other,
                    Lane::Bulk,
                    reference,
                    message,
                    &album,
                    parts,
                    notice::Why::OthersAnswer,
                );
            }
        }
        let after = change.ticket.clone();
        self.out.tickets.push(change);
        after
    }

    /// The assignee and those who answered before.
    fn others_who_care(&self, ticket: &Ticket) -> Vec<crate::ids::PersonId> {
        let mut others: Vec<_> = self
            .facts
            .answered_by
            .iter()
            .copied()
            .chain(ticket.assignee)
            .filter(|admin| *admin != self.me && self.settings.is_admin(*admin))
            .collect();
        others.sort_unstable();
        others.dedup();
        others
    }

    pub(super) fn note_typed(&mut self, id: TicketId, piece: Piece) {
        match self.ticket(id) {
            Some((ticket, _)) => self.keep_note(ticket, piece),
            None => {
                self.out.conversation.form = Form::None;
                self.no_such_ticket();
            }
        }
    }

    /// Keeps an internal note: nobody but the staff ever sees it, and nobody's waiting ends.
    pub(in crate::step) fn keep_note(&mut self, ticket: &Ticket, piece: Piece) {
        self.out.conversation.form = Form::None;
        let mut change = self.change(ticket);
        self.add_message(&mut change, piece, Role::NOTE);
        let after = change.ticket.clone();
        self.out.tickets.push(change);
        self.show_card(&after, Some(News::NoteKept));
    }

    /// Takes an answer back, where Telegram still allows it; an album as a whole.
    fn recall(&mut self, id: TicketId) {
        let Some((ticket, _)) = self.ticket(id) else {
            return self.no_such_ticket();
        };
        let Some(original) = self.facts.original.as_ref().filter(|original| {
            original.ticket == id
                && original.message.sender_type == SenderType::Admin
                && !original.message.note
        }) else {
            return self.out_of_date();
        };
        let message = &original.message;
        if message.recalled_at.is_some() {
            self.toast(Toast::Already);
            return self.show_card(ticket, Some(News::Already));
        }
        if self.now - message.created_at >= RECALLABLE {
            self.toast(Toast::OutOfDate);
            return self.show_card(ticket, Some(News::TooOldToRecall));
        }
        let mut change = self.change(ticket);
        for sibling in &original.siblings {
            change.edits.push(MessageEdit::Recall {
                message: *sibling,
                at: self.now,
            });
            change
                .events
                .push(self.event(Happened::AnswerRecalled { message: *sibling }));
            for recipient in &original.recipients {
                self.notice(
                    recipient.chat(),
                    Lane::Other,
                    Some(TicketRef::Id(id)),
                    Some(MessageRef::Id(*sibling)),
                    None,
                    Body::DeleteCopies,
                );
            }
        }
        let after = change.ticket.clone();
        self.out.tickets.push(change);
        self.toast(Toast::Done);
        self.show_card(&after, Some(News::Recalled));
    }
}
