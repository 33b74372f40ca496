//! What becomes of notices in a walk: answers to somebody who is gone are held until they return,
//! some are refused, and all else is delivered at once, as Telegram would.

use frontdesk_desk::delivery::{Delivery, Leg, NoticeState, Redelivery, Redo, Refusal};
use frontdesk_desk::facts::Linked;
use frontdesk_desk::ids::{
    ChatMessageId, MessageId, MessageRef, NoticeId, PersonId, TicketId, TicketRef,
};
use frontdesk_desk::notice::{Body, Call, Lane, NewNotice, Part, Sending, Why};
use frontdesk_desk::ticket::{SenderType, TicketMessage};

use crate::world::{Seen, World};

/// A notice that carries an answer to its user.
#[derive(Clone, Debug)]
pub(crate) struct Carried {
    pub(crate) notice: NewNotice,
    pub(crate) leg: Leg,
}

impl Carried {
    pub(crate) fn message(&self) -> Option<MessageId> {
        self.notice.message.and_then(MessageRef::id)
    }
}

impl World {
    /// A notice is sent; one that carries an answer may be held, or refused.
    pub(crate) fn deliver(&mut self, notice: NewNotice) {
        let Some(part) = self.answers(&notice) else {
            return self.send(&notice);
        };
        self.legs.push(Carried {
            notice,
            leg: Leg {
                notice: NoticeId(self.legs.len() as i64 + 1),
                part,
                state: NoticeState::Pending,
                attempts: 0,
                doubtful: false,
                reason: None,
            },
        });
        self.try_leg(self.legs.len() - 1);
    }

    /// Which part of an answer it carries to its user, if it does.
    fn answers(&self, notice: &NewNotice) -> Option<Option<Part>> {
        let message = self.stored(notice);
        match notice.body {
            Body::Relay {
                part,
                why: Why::Answer,
            } => Some(Some(part)),
            Body::LateItem => {
                let ticket = notice.ticket.and_then(TicketRef::id)?;
                let to_user = self.ticket(ticket)?.user.chat() == notice.chat;
                (to_user && message?.sender_type == SenderType::Admin).then_some(None)
            }
            _ => None,
        }
    }

    fn try_leg(&mut self, place: usize) {
        let Carried { notice, leg } = self.legs[place].clone();
        let person = PersonId(notice.chat.0);
        let answer = self.stored(&notice).map(|message| message.source);
        let (state, reason, told) = if self.gone.contains(&person) {
            let told = answer.map(|source| {
                (
                    source.chat,
                    Body::Blocked {
                        answer: source.message,
                    },
                )
            });
            (NoticeState::Held, None, told)
        } else if self.refused.remove(&person) {
            let reason = "no".to_owned();
            let told = answer.map(|source| {
                let answer = source.message;
                let reason = reason.clone();
                (source.chat, Body::NotDelivered { answer, reason })
            });
            (NoticeState::Failed, Some(Refusal::Telegram(reason)), told)
        } else {
            self.check_not_dropped(&notice);
            self.send(&notice);
            (NoticeState::Sent, None, None)
        };
        self.legs[place].leg = Leg {
            state,
            reason,
            attempts: leg.attempts + 1,
            ..leg
        };
        if let Some((chat, body)) = told {
            self.send(&NewNotice {
                chat,
                lane: Lane::Own,
                album: None,
                body,
                ..notice
            });
        }
    }

    /// They are back: what was held goes out, in order.
    pub(crate) fn release(&mut self, person: PersonId) {
        for place in 0..self.legs.len() {
            let Carried { notice, leg } = &self.legs[place];
            if notice.chat == person.chat() && leg.state == NoticeState::Held {
                self.try_leg(place);
            }
        }
    }

    /// Carries out a decision. It names only what has neither come through nor is gone.
    pub(crate) fn redeliver(&mut self, redelivery: &Redelivery) {
        for notice in &redelivery.notices {
            let place = self.legs.iter().position(|one| one.leg.notice == *notice);
            let place = place.expect("a notice that is there");
            let leg = &mut self.legs[place].leg;
            assert!(
                matches!(leg.state, NoticeState::Held | NoticeState::Failed),
                "{leg:?} is over"
            );
            assert_ne!(leg.reason, Some(Refusal::Dropped), "{leg:?} was dropped");
            match redelivery.redo {
                Redo::Retry => self.try_leg(place),
                Redo::Drop => {
                    leg.state = NoticeState::Failed;
                    leg.reason = Some(Refusal::Dropped);
                }
            }
        }
    }

    /// Nothing of an answer that somebody dropped whole comes through later.
    fn check_not_dropped(&self, notice: &NewNotice) {
        let message = self.stored(notice);
        let Some(message) = message.filter(|message| message.recalled_at.is_some()) else {
            return;
        };
        let call = self.drawn(notice);
        assert!(
            call.is_none(),
            "{message:?} was dropped, and comes: {call:?}"
        );
    }

    /// How far the answers to a ticket have come; of an album its first item stands for all.
    pub(crate) fn deliveries(&self, ticket: TicketId) -> Vec<Delivery> {
        let mut all: Vec<Delivery> = Vec::new();
        for one in &self.legs {
            let of = one.notice.ticket.and_then(TicketRef::id);
            let Some(message) = one.message().filter(|_| of == Some(ticket)) else {
                continue;
            };
            let album = |id: MessageId| {
                let mut messages = self.messages.iter();
                let found = messages.find(|(_, message)| message.id == id);
                found.and_then(|(_, message)| message.album.clone())
            };
            let mine = album(message);
            let same = |other: &&mut Delivery| {
                other.message == message || (mine.is_some() && album(other.message) == mine)
            };
            let copied = self.told.contains(&(message, one.notice.chat));
            match all.iter_mut().find(same) {
                Some(delivery) => {
                    delivery.legs.push(one.leg.clone());
                    delivery.copied |= copied;
                }
                None => all.push(Delivery {
                    message,
                    legs: vec![one.leg.clone()],
                    copied,
                }),
            }
        }
        all
    }

    /// What was gathered and is due becomes notices.
    pub(crate) fn tell_gathered(&mut self) {
        let now = self.now;
        let all = std::mem::take(&mut self.gathered);
        let (due, later) = all.into_iter().partition(|one| one.due <= now);
        self.gathered = later;
        let due: Vec<frontdesk_desk::outcome::Gathered> = due;
        for one in due {
            self.deliver(NewNotice {
                chat: one.chat,
                lane: one.what.lane(),
                due: one.due,
                ticket: one.ticket,
                message: one.message,
                album: None,
                body: one.what.body(one.messages),
            });
        }
    }

    fn stored(&self, notice: &NewNotice) -> Option<&TicketMessage> {
        let id = notice.message.and_then(MessageRef::id)?;
        let mut messages = self.messages.iter();
        let found = messages.find(|(_, message)| message.id == id);
        found.map(|(_, message)| message)
    }

    /// What is sent for it.
    fn drawn(&self, notice: &NewNotice) -> Option<Call> {
        let stored = self.stored(notice);
        let items: Vec<TicketMessage> = match (stored, &notice.body) {
            (
                Some(message),
                Body::Relay {
                    part: Part::Album, ..
                },
            ) => {
                let items = self.messages.iter().filter(|(_, other)| {
                    other.album == message.album && other.source.chat == message.source.chat
                });
                items.map(|(_, item)| item.clone()).collect()
            }
            _ => Vec::new(),
        };
        let about = notice.ticket.and_then(TicketRef::id);
        let about = about.and_then(|id| self.ticket(id));
        let sending = Sending {
            chat: notice.chat,
            body: &notice.body,
            to: self.users.get(&PersonId(notice.chat.0)),
            ticket: about,
            user: about.and_then(|ticket| self.users.get(&ticket.user)),
            message: stored,
            author: stored.and_then(|message| self.users.get(&message.sender)),
            items: &items,
            copies: &[],
            now: self.now,
        };
        sending.draw(&self.settings)
    }

    /// Telegram takes it.
    fn send(&mut self, notice: &NewNotice) {
        let call = self.drawn(notice);
        let ticket = notice.ticket.and_then(TicketRef::id);
        let message = notice.message.and_then(MessageRef::id);
        let about = ticket.and_then(|id| self.ticket(id));
        self.check_notice(notice, about, self.stored(notice), call.as_ref());
        if let (Some(id), Body::Relay { part, .. }) = (message, &notice.body)
            && !matches!(part, Part::Heading | Part::Buttons)
            && call.is_some()
        {
            self.told.insert((id, notice.chat));
        }
        if let (Some(id), Body::LateItem) = (message, &notice.body) {
            self.told.insert((id, notice.chat));
        }
        let keyboard = match call {
            Some(Call::SendMessage { keyboard, .. } | Call::CopyMessage { keyboard, .. }) => {
                keyboard
            }
            _ => return,
        };
        let keys = keyboard.rows.into_iter().flatten();
        let buttons = keys.map(|key| key.button).collect();
        let at = ChatMessageId(self.count());
        let person = PersonId(notice.chat.0);
        self.shown.entry(person).or_default().push(Seen {
            message: at,
            buttons,
        });
        if let Some(ticket) = ticket {
            let linked = Linked {
                ticket,
                at: self.now,
                message,
            };
            self.links.insert((notice.chat, at), linked);
        }
    }
}
