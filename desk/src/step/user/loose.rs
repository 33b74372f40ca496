//! Just writing: words outside any form look for a ticket, and nothing is ever typed twice.

use crate::content::Piece;
use crate::conversation::{Conversation, Draft, Undecided};
use crate::ids::{DraftId, TicketId, TicketRef};
use crate::input::Wrote;
use crate::notice::{Body, Lane, Why};
use crate::outcome::Toast;
use crate::screen::{Brief, Screen};
use crate::step::draft::first_line;
use crate::step::turn::Turn;
use crate::ticket::{Category, Happened, Lang, Status, Ticket};

impl Turn<'_> {
    /// Words without a place: with one open ticket they join it, else the person chooses.
    pub(in crate::step) fn loose(&mut self, wrote: Wrote) {
        if let [only] = self.facts.open.as_slice()
            && let Some(ticket) = self.my_ticket(only.id)
        {
            return self.join(ticket, wrote.piece);
        }
        self.keep(
            wrote.piece,
            Undecided::Loose {
                closed: None,
                choosing_category: false,
            },
        );
    }

    /// Words to a closed ticket are kept: reopen it, or a new one?
    pub(in crate::step) fn offer_closed(&mut self, ticket: &Ticket, piece: Piece) {
        let closed = Some(ticket.id);
        let same = self.out.conversation.waiting.iter().rfind(
            |draft| matches!(draft.what, Undecided::Loose { closed: to, .. } if to == closed),
        );
        match same {
            Some(draft) => self.add_loose(draft.id, piece),
            None => self.keep(
                piece,
                Undecided::Loose {
                    closed,
                    choosing_category: false,
                },
            ),
        }
    }

    /// More words while the others wait: they stay together. A draft that is full becomes a ticket
    /// by itself.
    pub(in crate::step) fn add_loose(&mut self, id: DraftId, piece: Piece) {
        let full = self
            .draft_mut(id)
            .is_some_and(|draft| draft.pieces.len() + 1 >= Conversation::MOST_PIECES);
        match self.settings.categories.first().cloned() {
            Some(category) if full => {
                if let Some(draft) = self.draft_mut(id) {
                    draft.pieces.push(piece);
                }
                self.ticket_of_loose(id, category);
            }
            _ => self.add_to_draft(id, piece),
        }
    }

    /// The loose words with this number, if they still wait.
    fn is_loose(&self, id: DraftId) -> bool {
        let draft = self.out.conversation.draft(id);
        draft.is_some_and(|draft| matches!(draft.what, Undecided::Loose { .. }))
    }

    /// "Make a ticket": at once where there is one category, else the category is asked for.
    pub(super) fn make_ticket(&mut self, id: DraftId) {
        if !self.is_loose(id) {
            return self.show_sent(id);
        }
        match self.settings.categories.as_slice() {
            [only] => self.ticket_of_loose(id, only.clone()),
            _ => self.choose_category(id, true),
        }
    }

    /// Whether the category is asked for, or still where the words go.
    pub(super) fn choose_category(&mut self, id: DraftId, choosing: bool) {
        if let Some(Draft {
            what: Undecided::Loose {
                choosing_category, ..
            },
            ..
        }) = self.draft_mut(id)
        {
            *choosing_category = choosing;
        }
        self.ask_about(id);
    }

    /// Makes a ticket of the loose words.
    pub(super) fn ticket_of_loose(&mut self, id: DraftId, category: Category) {
        if !self.is_loose(id) {
            return self.show_sent(id);
        }
        let Some(Draft { pieces, .. }) = self.out.conversation.take_draft(id) else {
            return self.out_of_date();
        };
        let subject = first_line(&pieces).unwrap_or_else(|| wordless(self.lang()));
        self.open_ticket(id, category, subject, pieces);
    }

    /// Adds the loose words to a ticket, reopening it where that was chosen.
    pub(super) fn join_ticket(&mut self, id: DraftId, ticket: TicketId, reopen: bool) {
        if !self.is_loose(id) {
            return self.show_sent(id);
        }
        let Some(ticket) = self.my_ticket(ticket) else {
            return self.no_such_ticket();
        };
        let closed = ticket.status == Status::Closed;
        if closed && !reopen {
            // It was closed meanwhile: the words stay, and the question is another.
            self.toast(Toast::ChangedMeanwhile);
            let closed = Some(ticket.id);
            return self.ask_another(
                id,
                Undecided::Loose {
                    closed,
                    choosing_category: false,
                },
            );
        }
        let Some(Draft { pieces, .. }) = self.out.conversation.take_draft(id) else {
            return self.out_of_date();
        };
        let mut change = self.change(ticket);
        if closed {
            reopen_in(&mut change.ticket);
            change.events.push(self.event(Happened::StatusChanged {
                from: Status::Closed,
                to: change.ticket.status,
            }));
            for admin in self.staff_for(ticket) {
                self.tell_about(
                    admin.chat(),
                    Lane::Other,
                    TicketRef::Id(ticket.id),
                    Body::ReopenedByUser,
                );
            }
        }
        self.add_users(&mut change, pieces, Why::FollowUp, Why::FollowUp);
        self.out.tickets.push(change);
        self.placed(TicketRef::Id(ticket.id));
        self.out.conversation.remember(id, TicketRef::Id(ticket.id));
        self.show(Screen::Joined {
            ticket: TicketRef::Id(ticket.id),
            subject: ticket.subject.clone(),
            reopened: closed,
        });
    }
}

/// Reopens a ticket: in progress where somebody takes care of it, else open.
pub(in crate::step) fn reopen_in(ticket: &mut Ticket) {
    ticket.status = if ticket.assignee.is_some() {
        Status::InProgress
    } else {
        Status::Open
    };
    ticket.closed_at = None;
}

/// The subject of a ticket that starts without words.
fn wordless(lang: Lang) -> String {
    crate::text::Text::Wordless.plain(lang)
}

/// A ticket as a row.
pub(in crate::step) fn brief(ticket: &Ticket) -> Brief {
    Brief {
        id: ticket.id,
        subject: ticket.subject.clone(),
        status: ticket.status,
        priority: ticket.priority,
        unread: ticket.unread,
        waiting_since: ticket.waiting_since,
        updated_at: ticket.updated_at,
        user_name: None,
        banned: false,
    }
}
