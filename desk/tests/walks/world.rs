//! The rows of a walk, and what people do to them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use frontdesk_desk::button::Button;
use frontdesk_desk::content::{Piece, Source};
use frontdesk_desk::conversation::Conversation;
use frontdesk_desk::facts::Linked;
use frontdesk_desk::ids::{
    AlbumId, ChatId, ChatMessageId, MessageId, PersonId, TicketId, TicketRef, UpdateId,
};
use frontdesk_desk::input::{Act, Input, Person, Wrote};
use frontdesk_desk::notice::{Body, Why};
use frontdesk_desk::outcome::{Gathered, MessageEdit, Outcome, Toast};
use frontdesk_desk::screen::View;
use frontdesk_desk::ticket::{
    Category, Lang, Standing, Ticket, TicketEvent, TicketMessage, Time, UserRecord,
};
use frontdesk_desk::{Settings, needs, step};

use crate::delivering::Carried;
use crate::moves::{COMMANDS, Move, What};

/// Two users, two admins.
pub(crate) const PEOPLE: [PersonId; 4] =
    [PersonId(101), PersonId(102), PersonId(201), PersonId(202)];

/// A message of the bot in somebody's chat.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) message: ChatMessageId,
    pub(crate) buttons: Vec<Button>,
}

/// Everything that is stored, and everything that was shown.
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) now: Time,
    pub(crate) users: BTreeMap<PersonId, UserRecord>,
    pub(crate) conversations: BTreeMap<PersonId, Conversation>,
    pub(crate) tickets: Vec<Ticket>,
    pub(crate) messages: Vec<(TicketId, TicketMessage)>,
    pub(crate) events: Vec<(TicketId, TicketEvent)>,
    /// Which message was passed on to which chat.
    pub(crate) told: BTreeSet<(MessageId, ChatId)>,
    /// What carries answers to their users, and how far it has come.
    pub(crate) legs: Vec<Carried>,
    /// Who has blocked the bot, whatever the desk knows of it.
    pub(crate) gone: BTreeSet<PersonId>,
    /// Whose next answer Telegram refuses.
    pub(crate) refused: BTreeSet<PersonId>,
    /// What is told later, with its references.
    pub(crate) gathered: Vec<Gathered>,
    /// Which message of a chat is about which ticket.
    pub(crate) links: BTreeMap<(ChatId, ChatMessageId), Linked>,
    /// Screens and notices with buttons, in order.
    pub(crate) shown: BTreeMap<PersonId, Vec<Seen>>,
    /// What was pressed last.
    last_press: BTreeMap<PersonId, (ChatMessageId, String)>,
    /// What people wrote, for edits.
    written: BTreeMap<PersonId, Vec<(ChatMessageId, Option<AlbumId>)>>,
    counter: i64,
}

impl World {
    /// With so many things a person may do in a minute; 0 is without a limit.
    pub(crate) fn new(person_per_minute: u32) -> Self {
        Self {
            settings: Settings {
                admins: vec![PEOPLE[2], PEOPLE[3]],
                categories: ["general", "payment"]
                    .map(|word| Category(word.into()))
                    .to_vec(),
                language: Lang::Ru,
                timezone: chrono_tz::Europe::Moscow,
                admin_names: true,
                person_per_minute,
            },
            now: "2026-11-24T12:00:00Z".parse().expect("a time"),
            users: BTreeMap::new(),
            conversations: BTreeMap::new(),
            tickets: Vec::new(),
            messages: Vec::new(),
            events: Vec::new(),
            told: BTreeSet::new(),
            legs: Vec::new(),
            gone: BTreeSet::new(),
            refused: BTreeSet::new(),
            gathered: Vec::new(),
            links: BTreeMap::new(),
            shown: BTreeMap::new(),
            last_press: BTreeMap::new(),
            written: BTreeMap::new(),
            counter: 1000,
        }
    }

    pub(crate) fn ticket(&self, id: TicketId) -> Option<&Ticket> {
        self.tickets.iter().find(|ticket| ticket.id == id)
    }

    pub(crate) fn linked(&self, chat: ChatId, message: ChatMessageId) -> Option<Linked> {
        let source = Source { chat, message };
        let own = self
            .messages
            .iter()
            .find(|(_, message)| message.source == source);
        match own {
            Some((ticket, message)) => Some(Linked {
                ticket: *ticket,
                at: message.created_at,
                message: Some(message.id),
            }),
            None => self.links.get(&(chat, message)).cloned(),
        }
    }

    pub(crate) fn count(&mut self) -> i64 {
        self.counter += 1;
        self.counter
    }

    /// Somebody does something: it is decided, checked and stored.
    pub(crate) fn take(&mut self, step: &Move) {
        self.now += TimeDelta::seconds(step.later);
        self.tell_gathered();
        let me = PEOPLE[step.who % PEOPLE.len()];
        let Some(act) = self.act(me, &step.what) else {
            return;
        };
        let again = matches!(step.what, What::PressAgain);
        if !matches!(act, Act::Pressed { .. }) {
            // Another press later is no second tap.
            self.last_press.remove(&me);
        }
        self.run(me, act, again);
    }

    /// The move, read against what is there; `None` where it means nothing yet.
    fn act(&mut self, me: PersonId, what: &What) -> Option<Act> {
        let pressed = |message, data: String| Act::Pressed {
            query: "query".into(),
            message: Some(message),
            data,
        };
        Some(match what {
            What::Write {
                words,
                reply_to,
                album,
            } => {
                let message = ChatMessageId(self.count());
                let theirs = self.written.entry(me).or_default();
                let album = album.map(|album| AlbumId(format!("{me}-{album}")));
                let targets: Vec<ChatMessageId> = theirs
                    .iter()
                    .map(|(message, _)| *message)
                    .chain(
                        self.links
                            .keys()
                            .filter(|(chat, _)| *chat == me.chat())
                            .map(|(_, message)| *message),
                    )
                    .collect();
                let reply_to = reply_to
                    .filter(|_| !targets.is_empty())
                    .map(|place| targets[place % targets.len()]);
                theirs.push((message, album.clone()));
                Act::Wrote(Wrote {
                    piece: self.piece(me, message, album, words.content(&mark(me, message))),
                    reply_to,
                })
            }
            What::Edit { which, words } => {
                let theirs = self.written.get(&me).filter(|theirs| !theirs.is_empty())?;
                let (message, album) = theirs[which % theirs.len()].clone();
                Act::Edited(Wrote {
                    piece: self.piece(me, message, album, words.content(&mark(me, message))),
                    reply_to: None,
                })
            }
            What::Command { which, number } => {
                let command = COMMANDS[which % COMMANDS.len()];
                let text = match number {
                    0 => format!("/{command}"),
                    number => format!("/{command} {number}"),
                };
                let message = ChatMessageId(self.count());
                let content = frontdesk_desk::content::Content::plain(text);
                Act::Wrote(Wrote {
                    piece: self.piece(me, message, None, content),
                    reply_to: None,
                })
            }
            What::Press(place) => {
                let seen = self
                    .shown
                    .get(&me)?
                    .iter()
                    .rfind(|seen| !seen.buttons.is_empty())?;
                let button = &seen.buttons[place % seen.buttons.len()];
                let press = (seen.message, button.encode());
                self.last_press.insert(me, press.clone());
                pressed(press.0, press.1)
            }
            What::PressOld(place) => {
                let all: Vec<(ChatMessageId, &Button)> = self
                    .shown
                    .values()
                    .flatten()
                    .flat_map(|seen| seen.buttons.iter().map(|button| (seen.message, button)))
                    .collect();
                if all.is_empty() {
                    return None;
                }
                let (message, button) = all[place % all.len()];
                let press = (message, button.encode());
                self.last_press.insert(me, press.clone());
                pressed(press.0, press.1)
            }
            What::PressAgain => {
                let (message, data) = self.last_press.get(&me)?.clone();
                pressed(message, data)
            }
            What::Forge(data) => pressed(ChatMessageId(1), data.clone()),
            What::Block => {
                self.gone.insert(me);
                Act::Blocked
            }
            What::Unblock => Act::Unblocked,
            What::Refuse => {
                self.refused.insert(me);
                return None;
            }
            What::AddToGroup => Act::AddedToGroup { chat: ChatId(-5) },
            What::ChangeStaff => {
                let before = self.settings.admins.len();
                self.settings.admins.retain(|admin| *admin != me);
                if self.settings.admins.len() == before && me.0 > 200 {
                    self.settings.admins.push(me);
                }
                return None;
            }
        })
    }

    fn piece(
        &self,
        me: PersonId,
        message: ChatMessageId,
        album: Option<AlbumId>,
        content: frontdesk_desk::content::Content,
    ) -> Piece {
        Piece {
            content,
            source: Source {
                chat: me.chat(),
                message,
            },
            album,
        }
    }

    fn run(&mut self, me: PersonId, act: Act, again: bool) {
        let input = Input {
            update: UpdateId(self.count()),
            person: Person {
                id: me,
                first_name: format!("P{me}"),
                last_name: None,
                username: None,
                language_code: Some(if me.0 % 2 == 0 { "en" } else { "ru" }.into()),
            },
            act,
        };
        let before = self.conversations.get(&me).cloned().unwrap_or_default();
        let wanted = needs(&before, &input, &self.settings, self.now);
        let facts = self.facts(me, &wanted);
        let outcome = step(&before, &input, &facts, &self.settings, self.now);
        self.check_outcome(me, &before, &input, &outcome, again);
        if outcome.toast == Some(Toast::TooFast) {
            // This one was left out, so the next tap is the first that does anything.
            self.last_press.remove(&me);
        }
        self.store(me, &input, outcome);
        self.check_kept(me, &before, &input);
    }

    fn store(&mut self, me: PersonId, input: &Input, mut outcome: Outcome) {
        self.store_person(me, input, &outcome);
        let mut tickets = Vec::new();
        let mut messages = Vec::new();
        for change in &outcome.tickets {
            let mut ticket = change.ticket.clone();
            if ticket.id.0 == 0 {
                ticket.id = TicketId(self.tickets.len() as i64 + 1);
                self.tickets.push(ticket.clone());
            } else if let Some(stored) = self
                .tickets
                .iter_mut()
                .find(|stored| stored.id == ticket.id)
            {
                *stored = ticket.clone();
            }
            tickets.push(ticket.id);
            for new in &change.messages {
                let id = MessageId(self.messages.len() as i64 + 1);
                messages.push(id);
                self.messages.push((
                    ticket.id,
                    TicketMessage {
                        id,
                        sender: new.sender,
                        sender_type: new.sender_type,
                        note: new.note,
                        content: new.content.clone(),
                        source: new.source,
                        album: new.album.clone(),
                        created_at: new.at,
                        edited_at: None,
                        recalled_at: None,
                    },
                ));
            }
            for edit in &change.edits {
                let (MessageEdit::Content { message, .. } | MessageEdit::Recall { message, .. }) =
                    edit;
                let Some((_, stored)) = self
                    .messages
                    .iter_mut()
                    .find(|(_, stored)| stored.id == *message)
                else {
                    continue;
                };
                match edit {
                    MessageEdit::Content { content, at, .. } => {
                        stored.content = content.clone();
                        stored.edited_at = Some(*at);
                    }
                    MessageEdit::Recall { at, .. } => stored.recalled_at = Some(*at),
                }
            }
            for event in &change.events {
                self.events.push((
                    ticket.id,
                    TicketEvent {
                        by: event.by,
                        at: event.at,
                        version: ticket.version,
                        what: event.what.clone(),
                    },
                ));
            }
        }
        outcome.resolve(&tickets, &messages);
        self.conversations.insert(me, outcome.conversation.clone());
        if !matches!(input.act, Act::Blocked) && self.gone.remove(&me) {
            self.release(me);
        }
        for redelivery in &outcome.redeliveries {
            self.redeliver(redelivery);
        }
        for notice in &outcome.notices {
            self.deliver(notice.clone());
        }
        self.gathered.extend(outcome.gathered.iter().cloned());
        if let Some(show) = &outcome.show {
            let ticket = show.screen.ticket();
            let lang = self.language(me);
            let view = show.draw(lang, &self.settings);
            self.see(me, &view, ticket);
        }
    }

    fn store_person(&mut self, me: PersonId, input: &Input, outcome: &Outcome) {
        let now = self.now;
        let user = self.users.entry(me).or_insert_with(|| UserRecord {
            id: me,
            first_name: input.person.first_name.clone(),
            last_name: None,
            username: None,
            language_code: input.person.language_code.clone(),
            language: None,
            reachable: true,
            muted: false,
            standing: Default::default(),
            first_seen: now,
            last_seen: now,
        });
        user.language = outcome.person.language.or(user.language);
        user.reachable = outcome.person.reachable.unwrap_or(user.reachable);
        user.muted = outcome.person.muted.unwrap_or(user.muted);
        user.last_seen = now;
        if let Some(change) = &outcome.ban {
            let whose = self
                .users
                .get_mut(&change.person)
                .expect("somebody who wrote");
            assert_eq!(whose.standing.version, change.on, "decided on what is");
            whose.standing = Standing {
                version: change.on.next(),
                ban: change.ban.clone(),
            };
        }
    }

    /// Whether nothing that this person does may come to anything.
    pub(crate) fn is_banned(&self, person: PersonId) -> bool {
        let user = self.users.get(&person);
        !self.settings.is_admin(person) && user.is_some_and(|user| user.standing.ban.is_some())
    }

    pub(crate) fn language(&self, person: PersonId) -> Lang {
        let user = self.users.get(&person);
        self.settings.language(
            user.and_then(|user| user.language),
            user.and_then(|user| user.language_code.as_deref()),
        )
    }

    fn see(&mut self, me: PersonId, view: &View, ticket: Option<TicketRef>) {
        let at = ChatMessageId(self.count());
        let keys = view.keyboard.rows.iter().flatten();
        let buttons = keys.map(|key| key.button.clone()).collect();
        self.shown.entry(me).or_default().push(Seen {
            message: at,
            buttons,
        });
        if let Some(ticket) = ticket.and_then(TicketRef::id) {
            let linked = Linked {
                ticket,
                at: self.now,
                message: None,
            };
            self.links.insert((me.chat(), at), linked);
        }
    }
}

/// What is found again of a message, whoever shows it: whose it is and which.
pub(crate) fn mark(me: PersonId, message: ChatMessageId) -> String {
    format!("⟦{me}-{message}⟧")
}

/// Why an answer may reach its user; for the checks.
pub(crate) fn is_answer(body: &Body) -> bool {
    matches!(
        body,
        Body::Relay {
            why: Why::Answer,
            ..
        }
    )
}
