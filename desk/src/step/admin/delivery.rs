//! What admins decide about answers that have not come through: send again, or drop.

use crate::button::Button;
use crate::delivery::{Delivery, Mark, Redelivery, Redo, Refusal, Stage};
use crate::ids::{MessageId, MessageRef, TicketId, TicketRef};
use crate::notice::{Body, Lane};
use crate::outcome::{MessageEdit, Toast};
use crate::screen::News;
use crate::step::turn::Turn;
use crate::ticket::Happened;

/// Where an answer stands that somebody dropped.
const DROPPED: Stage = Stage::Failed(Refusal::Dropped);

impl Turn<'_> {
    /// Presses below an answer that has not come through.
    pub(super) fn press_to_redeliver(&mut self, button: Button) {
        match button {
            Button::RetryAnswer(ticket, _, message) => {
                self.redeliver(ticket, message, Redo::Retry);
            }
            Button::DropAnswer(ticket, _, message) => {
                self.redeliver(ticket, message, Redo::Drop);
            }
            _ => self.out_of_date(),
        }
    }

    fn redeliver(&mut self, id: TicketId, answer: MessageId, redo: Redo) {
        let facts = self.facts;
        let Some((ticket, _)) = self.ticket(id) else {
            return self.no_such_ticket();
        };
        let Some(delivery) = facts.deliveries.iter().find(|one| one.message == answer) else {
            return self.out_of_date();
        };
        let taken_back = facts
            .original
            .as_ref()
            .is_some_and(|original| original.message.recalled_at.is_some());
        let notices = if taken_back {
            Vec::new()
        } else {
            delivery.legs_to(redo)
        };
        let (what, news) = match redo {
            Redo::Retry => (
                Happened::DeliveryRetried { message: answer },
                News::AnswerRetried,
            ),
            Redo::Drop => (
                Happened::AnswerDropped { message: answer },
                News::AnswerDropped,
            ),
        };
        // Whoever decided about this answer since the button was drawn was first.
        let mut since = facts.since.iter().rev();
        let decided = since.find(|event| is_about(&event.what, answer));
        if notices.is_empty() || decided.is_some() {
            let mine = decided.is_none_or(|event| event.by == Some(self.me));
            self.toast(if mine {
                Toast::Already
            } else {
                Toast::ChangedMeanwhile
            });
            let mark = delivery.mark();
            // Pressed twice: what the first press came to, while it is still so.
            let again = mine && decided.is_some_and(|event| event.what == what);
            let stays = mark.as_ref().is_some_and(|mark| match redo {
                Redo::Retry => mark.stage == Stage::Waiting,
                Redo::Drop => mark.stage == DROPPED,
            });
            // Of what was taken back it is told only that it was never sent.
            let stands = mark.filter(|mark| !taken_back || mark.stage == DROPPED);
            let stands = stands.map_or(News::Already, News::AnswerStands);
            return self.show_card(ticket, Some(if again && stays { news } else { stands }));
        }
        let mut change = self.change(ticket);
        change.events.push(self.event(what));
        if redo == Redo::Drop && !delivery.has_some() {
            change.edits = self.take_away(delivery);
        }
        self.out.redeliveries.push(Redelivery { notices, redo });
        let after = change.ticket.clone();
        self.out.tickets.push(change);
        self.toast(Toast::Done);
        self.show_card(&after, Some(news));
    }

    /// How far the answers of the ticket that is looked at have come, after this turn.
    pub(in crate::step) fn marks(&self) -> Vec<(MessageId, Mark)> {
        let redone = |delivery: &Delivery| {
            let redone = self.out.redeliveries.iter();
            redone.fold(delivery.clone(), |delivery, one| delivery.after(one))
        };
        let deliveries = self.facts.deliveries.iter();
        deliveries
            .filter_map(|delivery| Some((delivery.message, redone(delivery).mark()?)))
            .collect()
    }

    /// An answer of which its user has nothing is taken back as if it had never been sent: the
    /// copies of colleagues go, and a heading that came through alone.
    fn take_away(&mut self, delivery: &Delivery) -> Vec<MessageEdit> {
        let facts = self.facts;
        let Some(original) = &facts.original else {
            return Vec::new();
        };
        let user = self.ticket(original.ticket).map(|(ticket, _)| ticket.user);
        for sibling in &original.siblings {
            for recipient in &original.recipients {
                if Some(*recipient) == user && !delivery.is_begun() {
                    continue;
                }
                self.notice(
                    recipient.chat(),
                    Lane::Other,
                    Some(TicketRef::Id(original.ticket)),
                    Some(MessageRef::Id(*sibling)),
                    None,
                    Body::DeleteCopies,
                );
            }
        }
        let recalled = |sibling: &MessageId| MessageEdit::Recall {
            message: *sibling,
            at: self.now,
        };
        original.siblings.iter().map(recalled).collect()
    }
}

fn is_about(what: &Happened, answer: MessageId) -> bool {
    matches!(
        what,
        Happened::DeliveryRetried { message } | Happened::AnswerDropped { message }
            if *message == answer
    )
}
