//! Drafts: what was written and waits for a decision. Several can wait at once; each has its number,
//! its question and its buttons, and a row under every other screen leads back to them.

use super::turn::Turn;
use crate::content::Piece;
use crate::conversation::{Conversation, Draft, Form, Undecided, Why};
use crate::formatted::{cut, one_line};
use crate::ids::{DraftId, TicketId, TicketRef};
use crate::input::Wrote;
use crate::outcome::Toast;
use crate::screen::{Choice, News, Saying, Screen, Waiting};
use crate::step::user::brief;
use crate::ticket::Status;

/// The longest first line that stands for a draft, and becomes a subject, in UTF-16 units.
const FIRST_LINE: usize = 60;

impl Turn<'_> {
    /// Keeps what was written, and asks what shall become of it.
    pub(super) fn keep(&mut self, piece: Piece, what: Undecided) {
        if self.out.conversation.is_full() {
            return self.refuse(piece);
        }
        let id = self.out.conversation.next_draft();
        self.out.conversation.waiting.push(Draft {
            id,
            pieces: vec![piece],
            what,
        });
        // The latest message is here now: the next one does not follow an earlier one elsewhere.
        self.out.conversation.placed = None;
        self.ask_about(id);
    }

    /// Adds what was written to a draft that takes more, and asks again.
    pub(super) fn add_to_draft(&mut self, id: DraftId, piece: Piece) {
        if self.out.conversation.is_full() {
            return self.refuse(piece);
        }
        if let Some(draft) = self.draft_mut(id) {
            draft.pieces.push(piece);
        }
        self.ask_about(id);
    }

    /// More waits than a conversation holds: says so, for the message stays in Telegram only.
    fn refuse(&mut self, piece: Piece) {
        self.out.conversation.answered_album = piece.album;
        self.say(Saying::TooManyWaiting);
    }

    /// Makes another question of a draft, and asks it.
    pub(super) fn ask_another(&mut self, id: DraftId, what: Undecided) {
        if let Some(draft) = self.draft_mut(id) {
            draft.what = what;
        }
        self.ask_about(id);
    }

    pub(super) fn draft_mut(&mut self, id: DraftId) -> Option<&mut Draft> {
        let mut waiting = self.out.conversation.waiting.iter_mut();
        waiting.find(|draft| draft.id == id)
    }

    /// Asks what shall become of a draft. A form that waited is left: the next words belong to what
    /// is on the screen.
    pub(super) fn ask_about(&mut self, id: DraftId) {
        let Some(draft) = self.out.conversation.draft(id) else {
            return self.out_of_date();
        };
        let question = self.question(draft);
        self.out.conversation.form = Form::None;
        self.show(question);
    }

    fn question(&self, draft: &Draft) -> Screen {
        let (id, pieces) = (draft.id, draft.count());
        let words = first_line(&draft.pieces);
        match &draft.what {
            Undecided::Loose {
                closed,
                choosing_category,
            } => Screen::Offer {
                draft: id,
                subject: words,
                pieces,
                choice: self.choice(*closed, *choosing_category),
            },
            Undecided::Held { ticket, why } => Screen::HeldAnswer {
                draft: id,
                ticket: *ticket,
                by: match why {
                    Why::Answered { by, .. } => Some(self.named(*by)),
                    Why::Closed => None,
                },
                why: why.clone(),
                asked_at: self.now,
                pieces,
                words,
            },
            // Whatever the admin looked at last, also since this was written.
            Undecided::Unplaced => Screen::Unplaced {
                draft: id,
                pieces,
                viewed: self
                    .out
                    .conversation
                    .viewed
                    .and_then(|id| self.ticket(id))
                    .filter(|(ticket, _)| ticket.user != self.me)
                    .map(|(ticket, _)| (ticket.id, ticket.subject.clone())),
                words,
            },
        }
    }

    /// Where loose words can go.
    fn choice(&self, closed: Option<TicketId>, choosing_category: bool) -> Choice {
        if choosing_category {
            return Choice::Category {
                categories: self.settings.categories.clone(),
            };
        }
        let closed = closed
            .and_then(|id| self.my_ticket(id))
            .filter(|ticket| ticket.status == Status::Closed);
        match (closed, self.facts.open.as_slice()) {
            (Some(ticket), _) => Choice::Closed {
                ticket: brief(ticket),
            },
            (None, []) => Choice::New,
            (None, open) => Choice::Several {
                open: open.to_vec(),
            },
        }
    }

    /// A press that leads back to a draft.
    pub(super) fn come_back_to(&mut self, id: DraftId) {
        if self.out.conversation.draft(id).is_some() {
            self.ask_about(id);
        } else if self.admin {
            self.show_answered(id);
        } else {
            self.show_sent(id);
        }
    }

    /// Loose words join those whose question is on the screen, and a user's always those that wait:
    /// people write in pieces. Never an answer: that may go to somebody else.
    pub(super) fn joins_draft(&mut self, wrote: &Wrote) -> bool {
        let conversation = &self.out.conversation;
        let asked = conversation.asked;
        let Some(draft) = conversation.waiting.iter().rfind(|draft| match draft.what {
            Undecided::Loose { .. } => !self.admin || asked == Some(draft.id),
            Undecided::Unplaced => asked == Some(draft.id),
            Undecided::Held { .. } => false,
        }) else {
            return false;
        };
        let id = draft.id;
        match draft.what {
            Undecided::Loose { .. } => self.add_loose(id, wrote.piece.clone()),
            _ if draft.pieces.len() >= Conversation::MOST_PIECES => return false,
            _ => self.add_to_draft(id, wrote.piece.clone()),
        }
        true
    }

    /// An edit of a message that waits. If its question is on the screen, it shows the words as they
    /// are now.
    pub(super) fn edits_draft(&mut self, wrote: &Wrote) -> bool {
        let source = wrote.piece.source;
        let mut waiting = self.out.conversation.waiting.iter_mut();
        let Some((draft, place)) = waiting.find_map(|draft| {
            let mut pieces = draft.pieces.iter();
            let place = pieces.position(|piece| piece.source == source)?;
            Some((draft, place))
        }) else {
            return false;
        };
        let id = draft.id;
        let before = first_line(&draft.pieces);
        draft.pieces[place].content = wrote.piece.content.clone();
        let changed = first_line(&draft.pieces) != before;
        if changed && self.out.conversation.asked == Some(id) {
            self.ask_about(id);
        }
        true
    }

    /// Throws a draft away: the person said so.
    pub(super) fn discard(&mut self, thrown: DraftId) {
        if let Form::NewTicket { draft, .. } = self.out.conversation.form
            && draft == thrown
        {
            self.out.conversation.form = Form::None;
            return self.say(Saying::Discarded);
        }
        match self.out.conversation.take_draft(thrown) {
            Some(Draft {
                what: Undecided::Held { ticket, .. },
                ..
            }) if self.ticket(ticket).is_some() => self.open_card(ticket, Some(News::Discarded)),
            Some(_) => self.say(Saying::Discarded),
            None => self.show_sent(thrown),
        }
    }

    /// A press of a draft that is over shows what became of it: to its user.
    pub(super) fn show_sent(&mut self, draft: DraftId) {
        match self.out.conversation.sent_as(draft).and_then(TicketRef::id) {
            Some(ticket) if self.my_ticket(ticket).is_some() => {
                self.toast(Toast::Already);
                self.open_mine(ticket);
            }
            _ => self.out_of_date(),
        }
    }

    /// The same, to an admin.
    pub(super) fn show_answered(&mut self, draft: DraftId) {
        match self.out.conversation.sent_as(draft).and_then(TicketRef::id) {
            Some(ticket) => {
                self.toast(Toast::Already);
                self.open_card(ticket, None);
            }
            None => self.out_of_date(),
        }
    }

    /// What waits beside what is on the screen: how many, and which is the next to be asked about.
    pub(super) fn waiting(&self) -> Option<Waiting> {
        let conversation = &self.out.conversation;
        let waiting = &conversation.waiting;
        let on_screen = conversation
            .asked
            .and_then(|asked| waiting.iter().position(|draft| draft.id == asked));
        let (n, next) = match on_screen {
            Some(place) => (waiting.len() - 1, (place + 1) % waiting.len()),
            None => (waiting.len(), waiting.len().checked_sub(1)?),
        };
        (n > 0).then(|| Waiting {
            n,
            next: waiting[next].id,
        })
    }
}

/// The first line of the first message that has words, cut.
pub(super) fn first_line(pieces: &[Piece]) -> Option<String> {
    pieces
        .iter()
        .flat_map(|piece| piece.content.text.lines())
        .map(one_line)
        .find(|line| !line.is_empty())
        .map(|line| cut(&line, FIRST_LINE).into_owned())
}
