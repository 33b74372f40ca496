//! How an admin's words reach a user: by Telegram's reply to a message of the ticket, or after
//! Answer; never on their own.

use chrono::TimeDelta;

use super::lists::RECALLABLE;
use crate::button::Button;
use crate::content::Piece;
use crate::conversation::{Conversation, Form, Why};
use crate::facts::Linked;
use crate::ids::{DraftId, MessageRef, TicketId, TicketRef};
use crate::input::Wrote;
use crate::notice::{self, Body, Lane};
use crate::outcome::{MessageEdit, Toast};
use crate::screen::{Named, News, Saying, Screen};
use crate::step::place::{Role, first_of_albums};
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
        if self.draft_waits() {
            return self.show_waiting_draft();
        }
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
        if self.draft_waits() {
            return self.show_waiting_draft();
        }
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
            Some(why) => self.hold(ticket, vec![piece], why),
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
            Some(why) if !self.draft_waits() => self.hold(ticket, vec![piece], why),
            Some(_) => match self.out.conversation.form {
                Form::Held { ticket: held, .. } if held == ticket.id => self.add_to_draft(piece),
                // What waits is for somebody else: it is decided first, and never mixed with this.
                _ => self.show_waiting_draft(),
            },
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

    fn hold(&mut self, ticket: &Ticket, pieces: Vec<Piece>, why: Why) {
        let draft = self.out.conversation.next_draft();
        self.out.conversation.viewed = Some(ticket.id);
        self.out.conversation.form = Form::Held {
            draft,
            ticket: ticket.id,
            pieces,
            why,
        };
        self.show_waiting_draft();
    }

    /// The question about a draft that waits for a decision.
    pub(in crate::step) fn show_waiting_draft(&mut self) {
        match self.out.conversation.form.clone() {
            Form::Held {
                draft, ticket, why, ..
            } => {
                let by = match &why {
                    Why::Answered { by, .. } => Some(self.named(*by)),
                    Why::Closed => None,
                };
                self.show(Screen::HeldAnswer {
                    draft,
                    ticket,
                    why,
                    by,
                    asked_at: self.now,
                });
            }
            Form::Unplaced {
                draft,
                pieces,
                viewed,
            } => {
                let viewed = viewed
                    .and_then(|id| self.ticket(id))
                    .map(|(ticket, _)| (ticket.id, ticket.subject.clone()));
                self.show(Screen::Unplaced {
                    draft,
                    pieces: pieces.len(),
                    viewed,
                });
            }
            _ => self.offer(),
        }
    }

    /// More words while a draft waits: they stay together, up to fifty.
    pub(in crate::step) fn add_to_draft(&mut self, piece: Piece) {
        if let Form::Held { pieces, .. }
        | Form::Unplaced { pieces, .. }
        | Form::Loose { pieces, .. } = &mut self.out.conversation.form
        {
            pieces.push(piece);
            // Beyond that the oldest stays in Telegram only: these are the admin's own words,
            // unsent, and the screen says how many are kept.
            let excess = pieces.len().saturating_sub(Conversation::MOST_PIECES);
            pieces.drain(..excess);
        }
        self.show_waiting_draft();
    }

    /// Words of an admin without a ticket: never sent on their own.
    pub(in crate::step) fn unplaced(&mut self, wrote: Wrote) {
        let draft = self.out.conversation.next_draft();
        let viewed = self.out.conversation.viewed.filter(|id| {
            self.ticket(*id)
                .is_some_and(|(ticket, _)| ticket.user != self.me)
        });
        self.out.conversation.form = Form::Unplaced {
            draft,
            pieces: vec![wrote.piece],
            viewed,
        };
        self.show_waiting_draft();
    }

    fn send_held(&mut self, sent: DraftId, closed: Closed) {
        let Form::Held {
            draft,
            ticket,
            pieces,
            ..
        } = self.out.conversation.form.clone()
        else {
            return self.show_answered(sent);
        };
        if draft != sent {
            return self.show_answered(sent);
        }
        let Some((ticket, _)) = self.ticket(ticket) else {
            return self.no_such_ticket();
        };
        self.out.conversation.form = Form::None;
        self.out
            .conversation
            .remember(draft, TicketRef::Id(ticket.id));
        let after = self.send(ticket, pieces, closed);
        self.toast(Toast::Done);
        self.show_card(&after, Some(News::AnswerTaken));
    }

    fn answer_with(&mut self, used: DraftId, id: TicketId) {
        let Form::Unplaced { draft, pieces, .. } = self.out.conversation.form.clone() else {
            return self.show_answered(used);
        };
        if draft != used {
            return self.show_answered(used);
        }
        let Some((ticket, _)) = self.ticket(id) else {
            return self.no_such_ticket();
        };
        // The offer named the ticket, but not its state: a closed one asks first.
        if ticket.status == Status::Closed {
            return self.hold(ticket, pieces, Why::Closed);
        }
        self.out.conversation.form = Form::None;
        self.out.conversation.remember(draft, TicketRef::Id(id));
        let after = self.send(ticket, pieces, Closed::Leave);
        self.toast(Toast::Done);
        self.show_card(&after, Some(News::AnswerTaken));
    }

    /// An admin is a user too: the words become an offer as anybody's do.
    fn ask_as_user(&mut self, used: DraftId) {
        match self.out.conversation.form.clone() {
            Form::Unplaced { draft, pieces, .. } if draft == used => self.keep_loose(pieces, None),
            _ => self.show_answered(used),
        }
    }

    /// A press of a draft that is over shows what became of it.
    fn show_answered(&mut self, draft: DraftId) {
        match self.out.conversation.sent_as(draft).and_then(TicketRef::id) {
            Some(ticket) => {
                self.toast(Toast::Already);
                self.open_card(ticket, None);
            }
            None => self.out_of_date(),
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
        let others = self.others_who_care(&change.ticket);
        let heads: Vec<usize> = first_of_albums(&pieces).collect();
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
        if reopens {
            self.tell_about(
                ticket.user.chat(),
                Lane::Other,
                TicketRef::Id(ticket.id),
                Body::Reopened,
            );
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
            return self.say(Saying::TooOldToRecall);
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
        self.out.tickets.push(change);
        self.toast(Toast::Done);
        self.say(Saying::Recalled);
    }
}
