//! Just writing: words outside any form look for a ticket, and nothing is ever typed twice.

use crate::content::Piece;
use crate::conversation::{Conversation, Form};
use crate::formatted::{cut, one_line};
use crate::ids::{DraftId, TicketId, TicketRef};
use crate::input::Wrote;
use crate::notice::{Body, Lane, Why};
use crate::outcome::Toast;
use crate::screen::{Brief, Choice, Screen};
use crate::step::turn::Turn;
use crate::ticket::{Category, Happened, Lang, Status, Ticket};

/// The longest subject that is made of a first line, in UTF-16 units.
const SUBJECT: usize = 60;

impl Turn<'_> {
    /// Words without a place: with one open ticket they join it, else the person chooses.
    pub(in crate::step) fn loose(&mut self, wrote: Wrote) {
        if let [only] = self.facts.open.as_slice()
            && let Some(ticket) = self.my_ticket(only.id)
        {
            return self.join(ticket, wrote.piece);
        }
        self.keep_loose(vec![wrote.piece], None);
    }

    /// Words to a closed ticket are kept: reopen it, or a new one?
    pub(in crate::step) fn offer_closed(&mut self, ticket: &Ticket, piece: Piece) {
        match &mut self.out.conversation.form {
            Form::Loose { closed, .. } => {
                *closed = Some(ticket.id);
                self.add_loose(piece);
            }
            Form::Unplaced { .. } => self.add_to_draft(piece),
            // An answer to somebody waits already: it is decided first, and never mixed with this.
            Form::Held { .. } => self.show_waiting_draft(),
            _ => self.keep_loose(vec![piece], Some(ticket.id)),
        }
    }

    /// Keeps words as a draft and asks where they go.
    pub(in crate::step) fn keep_loose(&mut self, pieces: Vec<Piece>, closed: Option<TicketId>) {
        let draft = self.out.conversation.next_draft();
        self.out.conversation.form = Form::Loose {
            draft,
            pieces,
            closed,
            choosing_category: false,
        };
        self.offer();
    }

    /// More words while the others wait: they stay together. A draft that is full becomes a ticket
    /// by itself.
    pub(super) fn add_loose(&mut self, piece: Piece) {
        let Form::Loose { pieces, .. } = &mut self.out.conversation.form else {
            return;
        };
        pieces.push(piece);
        if pieces.len() >= Conversation::MOST_PIECES
            && let Some(category) = self.settings.categories.first().cloned()
        {
            return self.ticket_of_loose(category);
        }
        self.offer();
    }

    /// Asks where the words go.
    pub(in crate::step) fn offer(&mut self) {
        let Form::Loose {
            draft,
            pieces,
            closed,
            choosing_category,
        } = &self.out.conversation.form
        else {
            return self.out_of_date();
        };
        let (draft, closed) = (*draft, *closed);
        let choice = if *choosing_category {
            Choice::Category {
                categories: self.settings.categories.clone(),
            }
        } else if let Some(ticket) = closed
            .and_then(|id| self.my_ticket(id))
            .filter(|ticket| ticket.status == Status::Closed)
        {
            Choice::Closed {
                ticket: brief(ticket),
            }
        } else {
            match self.facts.open.as_slice() {
                [] => Choice::New,
                open => Choice::Several {
                    open: open.to_vec(),
                },
            }
        };
        let screen = Screen::Offer {
            draft,
            subject: first_line(pieces),
            pieces: pieces.len(),
            choice,
        };
        self.show(screen);
    }

    /// "Make a ticket": at once where there is one category, else the category is asked for.
    pub(super) fn make_ticket(&mut self, made: DraftId) {
        match &mut self.out.conversation.form {
            Form::Loose {
                draft,
                choosing_category,
                ..
            } if *draft == made => match self.settings.categories.as_slice() {
                [only] => self.ticket_of_loose(only.clone()),
                _ => {
                    *choosing_category = true;
                    self.offer();
                }
            },
            _ => self.show_sent(made),
        }
    }

    /// Makes a ticket of the loose words.
    pub(super) fn ticket_of_loose(&mut self, category: Category) {
        let Form::Loose { draft, pieces, .. } = std::mem::take(&mut self.out.conversation.form)
        else {
            return self.out_of_date();
        };
        let subject = first_line(&pieces).unwrap_or_else(|| wordless(self.lang()));
        self.open_ticket(draft, category, subject, pieces);
    }

    /// Adds the loose words to a ticket, reopening it where that was chosen.
    pub(super) fn join_ticket(&mut self, joined: DraftId, ticket: TicketId, reopen: bool) {
        match &self.out.conversation.form {
            Form::Loose { draft, .. } if *draft == joined => {}
            _ => return self.show_sent(joined),
        }
        let Some(ticket) = self.my_ticket(ticket) else {
            return self.no_such_ticket();
        };
        let closed = ticket.status == Status::Closed;
        if closed && !reopen {
            // It was closed meanwhile: the words stay, and the question is another.
            if let Form::Loose { closed, .. } = &mut self.out.conversation.form {
                *closed = Some(ticket.id);
            }
            self.toast(Toast::ChangedMeanwhile);
            return self.offer();
        }
        let Form::Loose { draft, pieces, .. } = std::mem::take(&mut self.out.conversation.form)
        else {
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
        self.out
            .conversation
            .remember(draft, TicketRef::Id(ticket.id));
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

/// The first line of the first message that has words, cut.
fn first_line(pieces: &[Piece]) -> Option<String> {
    pieces
        .iter()
        .flat_map(|piece| piece.content.text.lines())
        .map(one_line)
        .find(|line| !line.is_empty())
        .map(|line| cut(&line, SUBJECT).into_owned())
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
    }
}
