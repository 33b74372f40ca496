//! Where a message goes: into which ticket, to whom it is passed on, and what it changes there.

use chrono::TimeDelta;

use super::turn::Turn;
use crate::content::Piece;
use crate::conversation::{Conversation, Form, Placed, first_of_albums};
use crate::facts::AlbumPlace;
use crate::ids::{AlbumId, MessageRef, PersonId, TicketRef};
use crate::input::Wrote;
use crate::notice::{self, Body, Gathering, Lane, Why};
use crate::outcome::{MessageEdit, NewMessage, TicketChange};
use crate::ticket::{Happened, SenderType, Status, Ticket};

/// How long an album waits for its next item before it is passed on.
pub(super) const ALBUM_SETTLES: TimeDelta = TimeDelta::seconds(1);

/// How a message of the user is acknowledged.
const SEEN: &str = "👌";

/// A message on its way into a ticket: who writes, and in which role.
#[derive(Clone, Copy)]
pub(super) struct Role {
    pub(super) sender_type: SenderType,
    pub(super) note: bool,
}

impl Role {
    pub(super) const USER: Self = Self {
        sender_type: SenderType::User,
        note: false,
    };
    pub(super) const ANSWER: Self = Self {
        sender_type: SenderType::Admin,
        note: false,
    };
    pub(super) const NOTE: Self = Self {
        sender_type: SenderType::Admin,
        note: true,
    };
}

impl Turn<'_> {
    /// An item of an album whose other items have a place joins them there, before anything else is
    /// asked, and gets no answer of its own.
    pub(super) fn joins_album(&mut self, wrote: &Wrote) -> bool {
        let Some(album) = wrote.piece.album.clone() else {
            return false;
        };
        if let Some(place) = &self.facts.album
            && place.first.sender == self.me
            && self.may_write_as(place.first.sender_type)
        {
            self.add_late_item(place, wrote.piece.clone());
            return true;
        }
        let conversation = &mut self.out.conversation;
        let mut waiting = conversation.waiting.iter_mut();
        if let Some(draft) = waiting.find(|draft| draft.has_items_of(&album)) {
            draft.pieces.push(wrote.piece.clone());
            return true;
        }
        conversation.answered_album.as_ref() == Some(&album)
    }

    fn add_late_item(&mut self, place: &AlbumPlace, piece: Piece) {
        let Some((ticket, _)) = self.ticket(place.ticket) else {
            return;
        };
        let role = Role {
            sender_type: place.first.sender_type,
            note: place.first.note,
        };
        let album = piece.album.clone();
        let mut change = self.change(ticket);
        let message = self.add_message(&mut change, piece, role);
        self.out.tickets.push(change);
        for recipient in self.still_told(ticket, &place.recipients) {
            self.notice(
                recipient.chat(),
                Lane::Other,
                Some(TicketRef::Id(ticket.id)),
                Some(message),
                album.clone(),
                Body::LateItem,
            );
        }
    }

    /// Whether the person may (still) write on this side of a ticket.
    fn may_write_as(&self, side: SenderType) -> bool {
        self.admin || side == SenderType::User
    }

    /// Those of the recipients who may (still) read the ticket: an admin taken off the list hears
    /// no more of it.
    fn still_told(&self, ticket: &Ticket, recipients: &[PersonId]) -> Vec<PersonId> {
        recipients
            .iter()
            .copied()
            .filter(|to| *to == ticket.user || self.settings.is_admin(*to))
            .collect()
    }

    /// Telegram's reply to any message about a ticket goes to that ticket.
    pub(super) fn joins_by_reply(&mut self, wrote: &Wrote) -> bool {
        let Some(linked) = &self.facts.linked else {
            return false;
        };
        let Some((ticket, _)) = self.ticket(linked.ticket) else {
            return false;
        };
        if ticket.user == self.me {
            self.join_own(ticket, wrote.piece.clone());
            return true;
        }
        if !self.admin {
            return false;
        }
        if let Form::Note { ticket: noted } = self.out.conversation.form
            && noted == ticket.id
        {
            self.keep_note(ticket, wrote.piece.clone());
        } else {
            self.answer_by_reply(ticket, linked, wrote.piece.clone());
        }
        true
    }

    /// Within ten minutes of a message that was placed in an own ticket, the next one follows it.
    pub(super) fn follows_own(&mut self, wrote: &Wrote) -> bool {
        let Some(Placed { ticket, at }) = &self.out.conversation.placed else {
            return false;
        };
        if self.now - *at > Conversation::FOLLOWS_FOR {
            return false;
        }
        let Some(ticket) = ticket.id().and_then(|id| self.my_ticket(id)) else {
            return false;
        };
        self.join_own(ticket, wrote.piece.clone());
        true
    }

    /// A message for an own ticket joins it; for a closed one it is asked first.
    pub(super) fn join_own(&mut self, ticket: &Ticket, piece: Piece) {
        if ticket.status == Status::Closed {
            self.offer_closed(ticket, piece);
        } else {
            self.join(ticket, piece);
        }
    }

    /// Adds a user's message to an own ticket, tells the staff, and acknowledges by a reaction.
    pub(super) fn join(&mut self, ticket: &Ticket, piece: Piece) {
        if !self.gathers {
            self.tell(
                self.me.chat(),
                Lane::Own,
                Body::React {
                    message: piece.source.message,
                    emoji: SEEN.to_owned(),
                },
            );
        }
        let mut change = self.change(ticket);
        self.add_users(&mut change, vec![piece], Why::FollowUp, Why::FollowUp);
        self.out.tickets.push(change);
        self.placed(TicketRef::Id(ticket.id));
    }

    /// Remembers where the latest message went.
    pub(super) fn placed(&mut self, ticket: TicketRef) {
        self.out.conversation.placed = Some(Placed {
            ticket,
            at: self.now,
        });
    }

    /// Adds a user's messages to a change: the user waits from now on, and has read everything.
    /// The staff are told; the first message is `first` to them, the others are `rest`.
    pub(super) fn add_users(
        &mut self,
        change: &mut TicketChange,
        pieces: Vec<Piece>,
        first: Why,
        rest: Why,
    ) {
        let ticket = self.reference(&change.ticket);
        change.ticket.waiting_since.get_or_insert(self.now);
        change.ticket.unread = false;
        let recipients = self.staff_for(&change.ticket);
        let heads: Vec<usize> =
            first_of_albums(pieces.iter().map(|piece| piece.album.as_ref())).collect();
        for (place, piece) in pieces.into_iter().enumerate() {
            let parts = notice::parts(&piece.content, piece.album.is_some());
            let album = piece.album.clone();
            let message = self.add_message(change, piece, Role::USER);
            if !heads.contains(&place) {
                continue;
            }
            let why = if place == 0 { first } else { rest };
            // That there is a new ticket is always told by itself.
            let by_itself = self.tells_one_by_one() || why == Why::NewTicket;
            for recipient in &recipients {
                if by_itself {
                    self.relay(*recipient, Lane::Other, ticket, message, &album, parts, why);
                } else {
                    self.gather(recipient.chat(), Gathering::More, Some(ticket), None, 1);
                }
            }
        }
    }

    /// Passes a message on to somebody, in its parts.
    #[expect(clippy::too_many_arguments, reason = "each is a column of the notice")]
    pub(super) fn relay(
        &mut self,
        to: PersonId,
        lane: Lane,
        ticket: TicketRef,
        message: MessageRef,
        album: &Option<AlbumId>,
        parts: &[notice::Part],
        why: Why,
    ) {
        for part in parts {
            self.notice(
                to.chat(),
                lane,
                Some(ticket),
                Some(message),
                album.clone(),
                Body::Relay { part: *part, why },
            );
        }
    }

    /// Adds one message, with its event, and gives the handle by which notices name it.
    pub(super) fn add_message(
        &self,
        change: &mut TicketChange,
        piece: Piece,
        role: Role,
    ) -> MessageRef {
        let place = self.new_messages() + change.messages.len();
        change.messages.push(NewMessage {
            sender: self.me,
            sender_type: role.sender_type,
            note: role.note,
            content: piece.content,
            source: piece.source,
            album: piece.album,
            at: self.now,
        });
        change.events.push(self.event(match role.sender_type {
            SenderType::User => Happened::UserWrote,
            SenderType::Admin if role.note => Happened::NoteAdded,
            SenderType::Admin => Happened::Answered,
        }));
        // A draft is at most fifty messages, so the number fits.
        MessageRef::New(u16::try_from(place).unwrap_or(u16::MAX))
    }

    /// The handle of a ticket that a change is about; call it before the change is pushed.
    pub(super) fn reference(&self, ticket: &Ticket) -> TicketRef {
        if ticket.id.0 == 0 {
            TicketRef::New(u8::try_from(self.out.tickets.len()).unwrap_or(u8::MAX))
        } else {
            TicketRef::Id(ticket.id)
        }
    }

    /// Who of the staff is told about a ticket: its assignee, or all where there is none or the
    /// assignee cannot be reached; those who mute are told of their own tickets only.
    pub(super) fn staff_for(&self, ticket: &Ticket) -> Vec<PersonId> {
        let record = |admin: PersonId| self.facts.staff.iter().find(|record| record.id == admin);
        if let Some(assignee) = ticket.assignee
            && self.settings.is_admin(assignee)
            // Who never wrote to the bot cannot be written to.
            && record(assignee).is_some_and(|record| record.reachable)
        {
            return if assignee == self.me {
                vec![]
            } else {
                vec![assignee]
            };
        }
        self.settings
            .admins
            .iter()
            .copied()
            .filter(|admin| *admin != self.me)
            .filter(|admin| record(*admin).is_none_or(|record| !record.muted))
            .collect()
    }

    /// An edit changes the stored message and its copies, or the draft it is part of; one whose
    /// original is unknown is taken as the message.
    pub(super) fn edit(&mut self, wrote: Wrote) {
        if let Some(original) = &self.facts.original
            && original.message.source == wrote.piece.source
            && original.message.sender == self.me
        {
            let message = &original.message;
            let Some((ticket, _)) = self.ticket(original.ticket) else {
                return;
            };
            // What somebody wrote as an admin is no longer theirs to change.
            if !self.may_write_as(message.sender_type) {
                return;
            }
            // `edit_date` alone does not mean that anything changed (a live location, a preview).
            if message.content == wrote.piece.content {
                return;
            }
            let mut change = self.change(ticket);
            change.edits.push(MessageEdit::Content {
                message: message.id,
                content: wrote.piece.content,
                at: self.now,
            });
            change.events.push(self.event(Happened::MessageEdited {
                message: message.id,
                former: message.content.text.clone(),
            }));
            self.out.tickets.push(change);
            for recipient in self.still_told(ticket, &original.recipients) {
                let about = Some(TicketRef::Id(original.ticket));
                let message = Some(MessageRef::Id(message.id));
                if self.gathers {
                    self.gather(recipient.chat(), Gathering::Edits, about, message, 0);
                } else {
                    self.notice(
                        recipient.chat(),
                        Lane::Other,
                        about,
                        message,
                        None,
                        Body::EditCopies,
                    );
                }
            }
            return;
        }
        if !self.edits_draft(&wrote) && !self.edits_form(&wrote) {
            self.take_as_new(wrote);
        }
    }

    fn edits_form(&mut self, wrote: &Wrote) -> bool {
        match self.out.conversation.form {
            Form::NewTicket {
                subject_from: Some(message),
                ..
            } if message == wrote.piece.source.message => {
                self.edit_subject(wrote);
                true
            }
            _ => false,
        }
    }
}
