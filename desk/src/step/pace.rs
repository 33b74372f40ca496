//! How much one person may cause in a minute, and how what goes beyond is gathered.
//!
//! Nothing that a person writes is ever refused or lost: beyond the limit it is stored like the
//! rest, but it is not answered by itself, and the staff are told of it in one notice for each
//! ticket. Presses and commands beyond the limit, which can be repeated, are left out. Admins have
//! no limit: an answer always goes out whole, however many they give. All of this is state of the
//! conversation, so it holds on every node and through a restart.

use chrono::TimeDelta;

use super::intent::Intent;
use super::turn::Turn;
use crate::conversation::{Conversation, Form, Pace};
use crate::ids::{ChatId, MessageRef, PersonId, TicketRef};
use crate::input::Act;
use crate::notice::Gathering;
use crate::outcome::{Gathered, Toast};
use crate::settings::Settings;
use crate::ticket::Time;

/// For how long is counted.
const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// After this long without a message what was gathered is told, once before the minute is over.
const PAUSE: TimeDelta = TimeDelta::seconds(5);

/// What is done about one thing that a person did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tempo {
    /// As ever.
    Usual,
    /// It is stored, and told of later.
    Gathers,
    /// It is left out.
    Refused,
}

/// Counts what a person means to do, and says what is done about it.
pub(super) fn count(
    state: &Conversation,
    intent: &Intent,
    me: PersonId,
    settings: &Settings,
    now: Time,
) -> (Option<Pace>, Tempo) {
    let limit = settings.person_per_minute;
    if limit == 0 || settings.is_admin(me) {
        return (None, Tempo::Usual);
    }
    let current = state.pace.clone().filter(|pace| pace.covers(now));
    let mut pace = current.unwrap_or_else(|| Pace::beginning(now));
    let tempo = match intent {
        Intent::Words { wrote } => {
            if !pace.counted(wrote.piece.album.as_ref()) {
                pace.wrote = pace.wrote.saturating_add(1);
                pace.album = wrote.piece.album.clone();
            }
            pace.beyond(pace.wrote, limit, Tempo::Gathers)
        }
        Intent::Edit { .. } => {
            pace.wrote = pace.wrote.saturating_add(1);
            pace.beyond(pace.wrote, limit, Tempo::Gathers)
        }
        Intent::Command(_) | Intent::Press { .. } | Intent::Nonsense { .. } => {
            pace.asked = pace.asked.saturating_add(1);
            pace.beyond(pace.asked, limit, Tempo::Refused)
        }
        // The group is left all the same, without a word.
        Intent::Group { .. } => {
            pace.asked = pace.asked.saturating_add(1);
            pace.beyond(pace.asked, limit, Tempo::Gathers)
        }
        Intent::Blocked | Intent::Unblocked => {
            return (state.pace.clone(), Tempo::Usual);
        }
    };
    (Some(pace), tempo)
}

impl Pace {
    fn beginning(now: Time) -> Self {
        Self {
            since: now,
            wrote: 0,
            asked: 0,
            told: 0,
            album: None,
            due: None,
        }
    }

    /// Whether the minute is not over; one that begins in the future is, for the clock was set.
    fn covers(&self, now: Time) -> bool {
        self.since <= now && now < self.end()
    }

    fn end(&self) -> Time {
        self.since + MINUTE
    }

    fn counted(&self, album: Option<&crate::ids::AlbumId>) -> bool {
        album.is_some() && self.album.as_ref() == album
    }

    fn beyond(&self, count: u32, limit: u32, then: Tempo) -> Tempo {
        if count > limit { then } else { Tempo::Usual }
    }

    /// When what is gathered now is told: after a pause, but only once before the minute is over.
    fn next_due(&mut self, now: Time) -> Time {
        let end = self.end();
        let due = match self.due {
            Some(due) if due <= now || due == end => end,
            _ => (now + PAUSE).min(end),
        };
        self.due = Some(due);
        due
    }
}

impl Turn<'_> {
    /// Leaves something out that can be repeated, and says so.
    pub(super) fn leave_out(&mut self, intent: &Intent) {
        match intent {
            Intent::Command(_) => {
                self.gather(self.me.chat(), Gathering::Kept, None, None, 0);
            }
            _ => self.toast(Toast::TooFast),
        }
    }

    /// Whether the staff are told of the next message by itself; counts it.
    pub(super) fn tells_one_by_one(&mut self) -> bool {
        let limit = self.settings.person_per_minute;
        let Some(pace) = &mut self.out.conversation.pace else {
            return true;
        };
        if pace.told >= limit {
            return false;
        }
        pace.told += 1;
        true
    }

    /// Tells a chat later, together with what comes until then.
    pub(super) fn gather(
        &mut self,
        chat: ChatId,
        what: Gathering,
        ticket: Option<TicketRef>,
        message: Option<MessageRef>,
        messages: u32,
    ) {
        let now = self.now;
        let pace = self.out.conversation.pace.as_mut();
        let due = pace.map_or(now, |pace| pace.next_due(now));
        let same = |gathered: &&mut Gathered| {
            (gathered.chat, gathered.what, gathered.message) == (chat, what, message)
                && (what == Gathering::Kept || gathered.ticket == ticket)
        };
        if let Some(gathered) = self.out.gathered.iter_mut().find(same) {
            gathered.messages = gathered.messages.saturating_add(messages);
            gathered.ticket = ticket;
            return;
        }
        self.out.gathered.push(Gathered {
            chat,
            what,
            ticket,
            message,
            messages,
            due,
        });
    }

    /// After a message beyond the limit: no screen, unless the conversation went on by it, and the
    /// person is told later that it is kept.
    pub(super) fn answer_later(&mut self, before: &Conversation) {
        let after = &self.out.conversation;
        // A draft that is one more than before is a new question.
        let same_question = before.waiting.len() >= after.waiting.len();
        if step_of(&before.form) == step_of(&after.form) && same_question {
            self.out.show = None;
        }
        let Act::Wrote(wrote) = &self.input.act else {
            return;
        };
        let album = wrote.piece.album.as_ref();
        let same_album = before.pace.as_ref().is_some_and(|pace| pace.counted(album));
        let kept = self.new_messages() > 0 || waiting(after) > waiting(before);
        let ticket = self.out.tickets.last().map(|change| {
            let place = self.out.tickets.len() - 1;
            match change.ticket.id.0 {
                0 => TicketRef::New(u8::try_from(place).unwrap_or(u8::MAX)),
                _ => TicketRef::Id(change.ticket.id),
            }
        });
        let messages = u32::from(kept && !same_album);
        self.gather(self.me.chat(), Gathering::Kept, ticket, None, messages);
    }
}

/// How far a conversation has come: while this is the same, nothing new is asked of the person.
fn step_of(form: &Form) -> (std::mem::Discriminant<Form>, bool) {
    let has_subject = matches!(
        form,
        Form::NewTicket {
            subject: Some(_),
            ..
        }
    );
    (std::mem::discriminant(form), has_subject)
}

/// How many messages wait for a place.
fn waiting(conversation: &Conversation) -> usize {
    let drafts = conversation.waiting.iter();
    drafts.map(|draft| draft.pieces.len()).sum()
}
