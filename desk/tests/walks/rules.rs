//! What must hold after anything that anybody does.

use std::collections::{BTreeMap, HashSet};

use frontdesk_desk::button::Button;
use frontdesk_desk::conversation::{Conversation, Form, first_of_albums};
use frontdesk_desk::formatted::{MAX_CAPTION, MAX_TEXT};
use frontdesk_desk::ids::{ChatId, ChatMessageId, PersonId};
use frontdesk_desk::input::{Act, Input};
use frontdesk_desk::notice::{Body, Call, Gathering, NewNotice, Why};
use frontdesk_desk::outcome::Outcome;
use frontdesk_desk::screen::Show;
use frontdesk_desk::ticket::{Lang, SenderType, Ticket, TicketMessage};

use crate::limits::{check_keyboard, check_length, check_message};
use crate::world::{PEOPLE, World, is_answer};

impl World {
    /// Judges what was decided, before it is stored.
    pub(crate) fn check_outcome(
        &self,
        me: PersonId,
        before: &Conversation,
        input: &Input,
        outcome: &Outcome,
        again: bool,
    ) {
        let admin = self.settings.is_admin(me);
        let what = || format!("{me} (admin: {admin}) in {before:?} did {:?}", input.act);
        if self.is_banned(me) {
            assert!(outcome.tickets.is_empty(), "banned: {}", what());
            assert!(
                outcome.conversation.waiting.is_empty(),
                "banned: {}",
                what()
            );
            assert!(outcome.show.is_none(), "banned: {}", what());
            let mut notices = outcome.notices.iter();
            let group = matches!(input.act, Act::AddedToGroup { .. });
            assert!(
                group || notices.all(|notice| notice.chat == me.chat()),
                "banned: {}",
                what()
            );
        }
        if let Some(change) = &outcome.ban {
            assert!(admin, "no admin bans: {}", what());
            let to_admin = self.settings.is_admin(change.person);
            assert!(change.ban.is_none() || !to_admin, "{}", what());
        }
        let mut changed = HashSet::new();
        for change in &outcome.tickets {
            let after = &change.ticket;
            match self.ticket(after.id) {
                Some(stored) => {
                    assert_eq!(after.version, stored.version.next(), "{}", what());
                    assert_eq!(after.user, stored.user, "{}", what());
                    assert!(changed.insert(after.id), "one change a ticket: {}", what());
                }
                None => {
                    assert_eq!((after.id.0, after.version.0), (0, 1), "{}", what());
                    assert_eq!(after.user, me, "{}", what());
                }
            }
            assert!(admin || after.user == me, "not theirs: {}", what());
            // To read is no change that anybody else has to know of.
            let only_read = self.ticket(after.id).is_some_and(|stored| {
                let read = Ticket {
                    unread: false,
                    version: after.version,
                    updated_at: after.updated_at,
                    ..stored.clone()
                };
                read == *after
            });
            assert!(
                only_read || !change.events.is_empty(),
                "no trace: {}",
                what()
            );
            for message in &change.messages {
                let twice = self
                    .messages
                    .iter()
                    .any(|(_, stored)| stored.source == message.source);
                assert!(!twice, "stored twice: {}", what());
                assert_eq!(message.source.chat, me.chat(), "{}", what());
            }
        }
        if let Act::Pressed { .. } = &input.act
            && again
        {
            let written = outcome.tickets.iter().flat_map(|change| &change.messages);
            assert_eq!(written.count(), 0, "a second press writes: {}", what());
            assert_eq!(outcome.redeliveries, [], "a second press: {}", what());
        }
        for notice in &outcome.notices {
            if is_answer(&notice.body) {
                self.check_answer_was_meant(me, before, input, &what());
            }
        }
        if !outcome.redeliveries.is_empty() {
            assert!(admin, "no admin decides about answers: {}", what());
            assert_eq!(outcome.tickets.len(), 1, "{}", what());
        }
        self.check_told_of(me, outcome, &what());
        for lang in Lang::ALL {
            let Some(show) = &outcome.show else { continue };
            let view = show.draw(*lang, &self.settings);
            check_message(&view.text, &view.keyboard, &what());
            assert!(!view.keyboard.rows.is_empty(), "no way on: {}", what());
            if !admin {
                self.check_theirs(me, &view.text.text, &what());
            }
        }
        let stored = serde_json::to_string(&outcome.conversation).expect("a conversation is JSON");
        let read: Conversation = serde_json::from_str(&stored).expect("JSON is a conversation");
        assert_eq!(read, outcome.conversation);
        if let Some(show) = &outcome.show {
            let stored = serde_json::to_string(show).expect("a screen is JSON");
            let read: Show = serde_json::from_str(&stored).expect("JSON is a screen");
            assert_eq!(&read, show);
        }
    }

    /// Whoever of the staff hears of a user's messages hears of all of them, one by one or added up.
    fn check_told_of(&self, me: PersonId, outcome: &Outcome, what: &str) {
        for gathered in &outcome.gathered {
            let to = PersonId(gathered.chat.0);
            assert!(
                to == me || self.settings.is_admin(to),
                "{gathered:?}: {what}"
            );
            assert!(gathered.due >= self.now, "{gathered:?}: {what}");
            let limit = self.settings.person_per_minute;
            assert!(limit > 0 && !self.settings.is_admin(me), "{what}");
        }
        let mut written = 0;
        for change in &outcome.tickets {
            let users = change.messages.iter().filter(|message| {
                let late = message.album.is_some()
                    && self.messages.iter().any(|(_, stored)| {
                        stored.album == message.album
                            && stored.source.chat == me.chat()
                            && stored.sender_type == SenderType::User
                    });
                message.sender_type == SenderType::User && !late
            });
            written += first_of_albums(users.map(|message| message.album.as_ref())).count();
        }
        let mut told: BTreeMap<ChatId, u32> = BTreeMap::new();
        let mut seen = HashSet::new();
        for notice in &outcome.notices {
            if let Body::Relay {
                why: Why::NewTicket | Why::FollowUp,
                ..
            } = notice.body
                && seen.insert((notice.chat, notice.message))
            {
                *told.entry(notice.chat).or_default() += 1;
            }
        }
        for gathered in &outcome.gathered {
            if gathered.what == Gathering::More {
                *told.entry(gathered.chat).or_default() += gathered.messages;
            }
        }
        for (chat, told) in told {
            assert_eq!(told as usize, written, "{chat} hears of so many: {what}");
        }
    }

    /// An answer goes out only by Telegram's reply, after Answer, or by a button that sends it.
    fn check_answer_was_meant(
        &self,
        me: PersonId,
        before: &Conversation,
        input: &Input,
        what: &str,
    ) {
        assert!(self.settings.is_admin(me), "not an admin: {what}");
        let meant = match &input.act {
            Act::Wrote(wrote) => {
                wrote.reply_to.is_some() || matches!(before.form, Form::Answer { .. })
            }
            Act::Pressed { data, .. } => matches!(
                Button::decode(data),
                Some(Button::SendAnyway(_) | Button::SendAndReopen(_) | Button::AnswerWith(..))
            ),
            _ => false,
        };
        assert!(meant, "an answer that nobody sent: {what}");
    }

    /// A user reads no word of another user.
    fn check_theirs(&self, me: PersonId, text: &str, what: &str) {
        for other in PEOPLE.iter().filter(|other| **other != me && other.0 < 200) {
            assert!(
                !text.contains(&format!("⟦{other}-")),
                "{me} reads {other}: {what}"
            );
        }
    }

    /// Judges a notice as it is sent.
    pub(crate) fn check_notice(
        &self,
        notice: &NewNotice,
        ticket: Option<&Ticket>,
        message: Option<&TicketMessage>,
        call: Option<&Call>,
    ) {
        let what = format!("{notice:?}");
        let to = PersonId(notice.chat.0);
        let to_staff = self.settings.is_admin(to);
        if let Some(ticket) = ticket {
            assert!(
                to_staff || to == ticket.user || call.is_none(),
                "to a stranger: {what}"
            );
        }
        if let Some(message) = message
            && message.note
            && call.is_some()
        {
            assert!(to_staff, "a note leaves the house: {what}");
        }
        match call {
            Some(
                Call::SendMessage { text, keyboard, .. } | Call::EditText { text, keyboard, .. },
            ) => {
                check_message(text, keyboard, &what);
                if !to_staff {
                    self.check_theirs(to, &text.text, &what);
                }
            }
            Some(
                Call::EditCaption {
                    caption, keyboard, ..
                }
                | Call::EditMedia {
                    caption, keyboard, ..
                },
            ) => {
                check_length(caption, MAX_CAPTION, &what);
                check_keyboard(keyboard, &what);
            }
            Some(Call::CopyMessage {
                keyboard,
                placeholder,
                ..
            }) => {
                check_keyboard(keyboard, &what);
                check_length(placeholder, MAX_TEXT, &what);
            }
            Some(Call::CopyMessages { items, .. }) => assert!(!items.is_empty(), "{what}"),
            _ => {}
        }
    }

    /// Nothing that somebody wrote is gone, unless they said so.
    pub(crate) fn check_kept(&self, me: PersonId, before: &Conversation, input: &Input) {
        let after = self.conversations.get(&me).cloned().unwrap_or_default();
        // A ban, and its end, end what was begun before.
        if self.is_banned(me) || before.standing != after.standing {
            return;
        }
        let waiting = pieces(&after);
        let stored = |message: ChatMessageId| {
            let mut messages = self.messages.iter();
            messages
                .any(|(_, kept)| kept.source.chat == me.chat() && kept.source.message == message)
        };
        // One draft, that was named: by its button, or by being on the screen.
        let threw_away = match &input.act {
            Act::Pressed { data, .. } => match Button::decode(data) {
                Some(Button::Discard(draft)) => Some(draft),
                _ => None,
            },
            Act::Wrote(wrote) => wrote
                .command()
                .filter(|command| command.name == "cancel")
                .and(before.asked),
            _ => None,
        };
        for draft in &before.waiting {
            // Somebody taken off the list loses what they began as one of the staff.
            let former = draft.is_staffs() && !self.settings.is_admin(me);
            if former || threw_away == Some(draft.id) {
                continue;
            }
            for piece in &draft.pieces {
                let message = piece.source.message;
                assert!(
                    waiting.contains(&message) || stored(message),
                    "{message} of {me} is gone: {before:?} {:?} {after:?}",
                    input.act
                );
            }
        }
        let Act::Wrote(wrote) = &input.act else {
            return;
        };
        if wrote.command().is_some() {
            return;
        }
        // A subject and a query are words of a form, and what a form refuses it says.
        let asked = matches!(before.form, Form::NewTicket { .. } | Form::Find);
        let album = wrote.piece.album.is_some() && before.answered_album == wrote.piece.album;
        let message = wrote.piece.source.message;
        assert!(
            waiting.contains(&message) || stored(message) || asked || album,
            "{me} wrote into nothing: {before:?} {:?} {after:?}",
            input.act
        );
    }
}

/// The messages that wait in a conversation.
fn pieces(conversation: &Conversation) -> HashSet<ChatMessageId> {
    let drafts = conversation.waiting.iter();
    drafts
        .flat_map(|draft| &draft.pieces)
        .map(|piece| piece.source.message)
        .collect()
}
