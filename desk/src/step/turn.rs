//! One turn of a conversation: what is known, and the outcome as it grows.

use super::intent::{Asked, Intent, wrote_intent};
use crate::button::Button;
use crate::conversation::{Conversation, Form, Undecided, first_of_albums};
use crate::facts::Facts;
use crate::ids::{AlbumId, ChatId, ChatMessageId, MessageRef, PersonId, TicketId, TicketRef};
use crate::input::{Input, Wrote};
use crate::notice::{Body, Lane, NewNotice};
use crate::outcome::{NewEvent, Outcome, TicketChange, Toast};
use crate::screen::{Named, Saying, Screen, Show};
use crate::settings::Settings;
use crate::ticket::{Happened, Lang, Ticket, Time, UserRecord};

/// What is known in this turn, and what comes of it.
pub(super) struct Turn<'a> {
    pub(super) input: &'a Input,
    pub(super) facts: &'a Facts,
    pub(super) settings: &'a Settings,
    pub(super) now: Time,
    /// Who acts.
    pub(super) me: PersonId,
    /// Whether they are an admin now.
    pub(super) admin: bool,
    /// The message under which they pressed.
    pub(super) pressed: Option<ChatMessageId>,
    /// Whether this is beyond what is answered at once.
    pub(super) gathers: bool,
    /// What comes of it; the conversation starts as it was.
    pub(super) out: Outcome,
}

impl<'a> Turn<'a> {
    pub(super) fn new(
        state: &Conversation,
        input: &'a Input,
        facts: &'a Facts,
        settings: &'a Settings,
        now: Time,
    ) -> Self {
        let mut out = Outcome {
            conversation: state.clone(),
            ..Outcome::default()
        };
        // Whoever acts can be reached, whatever Telegram said before.
        out.person.reachable = Some(true);
        let admin = settings.is_admin(input.person.id);
        if !admin {
            // No longer an admin: what was begun as one is over.
            if out.conversation.form.is_staffs() {
                out.conversation.form = Form::None;
            }
            out.conversation.waiting.retain(|draft| !draft.is_staffs());
        }
        Self {
            input,
            facts,
            settings,
            now,
            me: input.person.id,
            admin,
            pressed: None,
            gathers: false,
            out,
        }
    }

    /// The language of the person who acts.
    pub(super) fn lang(&self) -> Lang {
        self.settings.language(
            self.facts.me.as_ref().and_then(|me| me.language),
            self.input.person.language_code.as_deref(),
        )
    }

    /// Shows a screen.
    pub(super) fn show(&mut self, screen: Screen) {
        self.out.conversation.asked = screen.asks_about();
        self.out.show = Some(Show {
            screen,
            pressed: self.pressed,
            waiting: self.waiting(),
        });
    }

    /// Shows one sentence.
    pub(super) fn say(&mut self, saying: Saying) {
        self.show(Screen::Say(saying));
    }

    /// Answers the press with a few words.
    pub(super) fn toast(&mut self, toast: Toast) {
        self.out.toast = Some(toast);
    }

    /// The button belongs to something that is over: says so, and shows a way on.
    pub(super) fn out_of_date(&mut self) {
        self.toast(Toast::OutOfDate);
        self.say(Saying::OutOfDate);
    }

    /// There is no such ticket for this person.
    pub(super) fn no_such_ticket(&mut self) {
        self.toast(Toast::NotFound);
        self.say(Saying::NoSuchTicket);
    }

    /// Tells a chat something that is about no ticket.
    pub(super) fn tell(&mut self, chat: ChatId, lane: Lane, body: Body) {
        self.notice(chat, lane, None, None, None, body);
    }

    /// Tells a chat something about a ticket.
    pub(super) fn tell_about(&mut self, chat: ChatId, lane: Lane, ticket: TicketRef, body: Body) {
        self.notice(chat, lane, Some(ticket), None, None, body);
    }

    /// Adds a notice; an album waits a second for its other items.
    pub(super) fn notice(
        &mut self,
        chat: ChatId,
        lane: Lane,
        ticket: Option<TicketRef>,
        message: Option<MessageRef>,
        album: Option<AlbumId>,
        body: Body,
    ) {
        let due = match album {
            Some(_) => self.now + super::place::ALBUM_SETTLES,
            None => self.now,
        };
        self.out.notices.push(NewNotice {
            chat,
            lane,
            due,
            ticket,
            message,
            album,
            body,
        });
    }

    /// A stored ticket and its user.
    pub(super) fn ticket(&self, id: TicketId) -> Option<&'a (Ticket, UserRecord)> {
        self.facts.ticket(id)
    }

    /// A stored ticket of the person who acts; nobody else's, whatever their client sends.
    pub(super) fn my_ticket(&self, id: TicketId) -> Option<&'a Ticket> {
        self.ticket(id)
            .map(|(ticket, _)| ticket)
            .filter(|ticket| ticket.user == self.me)
    }

    /// Starts a change of a stored ticket: the version is raised, the rest is as it was.
    pub(super) fn change(&self, ticket: &Ticket) -> TicketChange {
        TicketChange {
            ticket: Ticket {
                version: ticket.version.next(),
                updated_at: self.now,
                ..ticket.clone()
            },
            messages: Vec::new(),
            edits: Vec::new(),
            events: Vec::new(),
        }
    }

    /// How many messages this turn adds.
    pub(super) fn new_messages(&self) -> usize {
        let changes = self.out.tickets.iter();
        changes.map(|change| change.messages.len()).sum()
    }

    /// The same as people count, an album as one: a screen shown with it counts them already.
    pub(super) fn new_entries(&self) -> u32 {
        let changes = self.out.tickets.iter();
        let entries = changes.map(|change| {
            let messages = change.messages.iter();
            first_of_albums(messages.map(|message| message.album.as_ref())).count()
        });
        u32::try_from(entries.sum::<usize>()).unwrap_or(u32::MAX)
    }

    /// An event by the person who acts.
    pub(super) fn event(&self, what: Happened) -> NewEvent {
        NewEvent {
            by: Some(self.me),
            at: self.now,
            what,
        }
    }

    /// What a member of the staff is called.
    pub(super) fn named(&self, person: PersonId) -> Named {
        if let Some(record) = self.facts.staff.iter().find(|record| record.id == person) {
            return Named {
                id: person,
                name: record.full_name(),
            };
        }
        Named::of(person, &self.facts.names)
    }

    /// Carries out a command. It leaves a form; drafts wait on.
    pub(super) fn command(&mut self, command: Asked) {
        if !matches!(command, Asked::Cancel | Asked::Unknown) {
            self.leave_form();
        }
        match command {
            Asked::Start => self.show(Screen::Home {
                greeting: true,
                admin: self.admin,
            }),
            Asked::Help => self.show(Screen::Help { admin: self.admin }),
            Asked::New => self.new_ticket(),
            Asked::MyTickets => self.my_tickets(),
            Asked::MyTicket(ticket) => self.open_mine(ticket),
            Asked::Languages => self.show(Screen::Languages),
            Asked::Cancel => self.cancel(),
            Asked::Admin => self.show(Screen::Admin),
            Asked::Dashboard => self.dashboard(),
            Asked::Statistics => self.show(Screen::Statistics(self.facts.statistics.clone())),
            Asked::AskFind => self.ask_find(),
            Asked::Find(query) => self.found(query),
            Asked::Ticket(ticket) => self.open_card(ticket, None),
            Asked::Close(ticket) => self.close_typed(ticket),
            Asked::Banned => self.banned_people(),
            Asked::Ban { reason, .. } => self.ban_typed(&reason),
            Asked::Unban(_) => self.unban_typed(),
            Asked::Unknown => self.say(Saying::UnknownCommand),
        }
    }

    /// Carries out a press.
    pub(super) fn press(&mut self, button: Button) {
        match button {
            Button::Home => {
                self.leave_form();
                self.show(Screen::Home {
                    greeting: false,
                    admin: self.admin,
                });
            }
            Button::Support => {
                self.leave_form();
                self.show(Screen::Support);
            }
            Button::Help => self.show(Screen::Help { admin: self.admin }),
            Button::Languages => self.show(Screen::Languages),
            Button::SetLanguage(lang) => {
                self.out.person.language = Some(lang);
                self.say(Saying::LanguageSet);
            }
            Button::Cancel => self.leave(),
            Button::Continue => self.go_on(),
            Button::NewTicket
            | Button::PickCategory(..)
            | Button::FormBack(_)
            | Button::MakeTicket(_)
            | Button::JoinTicket(..)
            | Button::ReopenAndJoin(..)
            | Button::Discard(_)
            | Button::Draft(_) => self.press_in_form(button),
            Button::MyTickets(_)
            | Button::MyTicket(_)
            | Button::MyConversation(..)
            | Button::Reply(_)
            | Button::CloseMine(..)
            | Button::ReopenMine(..)
            | Button::ShowMessage(..) => self.press_in_my_tickets(button),
            staffs => self.press_as_admin(staffs),
        }
    }

    /// Takes in words or media.
    pub(super) fn words(&mut self, wrote: Wrote) {
        if self.joins_album(&wrote) || self.joins_by_reply(&wrote) {
            return;
        }
        match &self.out.conversation.form {
            Form::None => {}
            Form::NewTicket { .. } | Form::Reply { .. } => return self.words_in_form(wrote),
            Form::Answer { .. } | Form::Note { .. } | Form::Find => {
                return self.words_as_admin(wrote);
            }
        }
        if self.follows_own(&wrote) || self.joins_draft(&wrote) {
            return;
        }
        if self.admin {
            self.keep(wrote.piece, Undecided::Unplaced);
        } else {
            self.loose(wrote);
        }
    }

    /// Takes an edit for a new message, because the original is not known.
    pub(super) fn take_as_new(&mut self, wrote: Wrote) {
        // The message after Answer is a new one: an older one that is mended meanwhile (a command,
        // say) was never meant for the user.
        if wrote.reply_to.is_none()
            && let Form::Answer { .. } | Form::Note { .. } = self.out.conversation.form
        {
            return;
        }
        match wrote_intent(&self.out.conversation, &wrote, self.admin) {
            Intent::Words { wrote } => self.words(wrote),
            // A command that is mended in an edit (`new` into `/new`) would need facts that were
            // not read for it; the menu is the way on.
            _ => self.show(Screen::Home {
                greeting: false,
                admin: self.admin,
            }),
        }
    }

    /// Leaves a form; nothing but a subject can be lost in one. Drafts stay.
    pub(super) fn leave_form(&mut self) {
        self.out.conversation.form = Form::None;
    }

    /// `/cancel`: leaves the form, or throws away the draft whose question is on the screen.
    fn cancel(&mut self) {
        let conversation = &self.out.conversation;
        match (&conversation.form, conversation.asked) {
            (Form::None, Some(asked)) => self.discard(asked),
            _ => self.leave(),
        }
    }

    /// Asks again what was asked last, by the form or about the words that wait.
    fn go_on(&mut self) {
        match (
            &self.out.conversation.form,
            self.out.conversation.waiting.last(),
        ) {
            (Form::NewTicket { .. }, _) => self.ask_next(None),
            (Form::Reply { ticket }, _) => self.ask_reply(*ticket),
            (Form::None, Some(draft)) => self.ask_about(draft.id),
            (Form::None | Form::Answer { .. } | Form::Note { .. } | Form::Find, _) => {
                self.show(Screen::Home {
                    greeting: false,
                    admin: self.admin,
                });
            }
        }
    }

    /// Leaves the form that waits. Without one, what waits for a decision is asked about: nothing is
    /// thrown away that is not on the screen.
    fn leave(&mut self) {
        match std::mem::take(&mut self.out.conversation.form) {
            Form::None => match self.out.conversation.waiting.last() {
                Some(draft) => self.ask_about(draft.id),
                None => self.say(Saying::NothingToCancel),
            },
            Form::Reply { ticket } => self.open_mine(ticket),
            Form::Answer { ticket, .. } | Form::Note { ticket } => self.open_card(ticket, None),
            Form::Find => self.show(Screen::Admin),
            Form::NewTicket { .. } => self.say(Saying::Cancelled),
        }
    }
}
