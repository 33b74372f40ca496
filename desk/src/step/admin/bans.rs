//! Who may not write: bans, their end, and the list of them.
//!
//! A ban is a decision about a person, on the version of their standing. It closes the door at
//! once: the commit raises the version of their conversation too, so whatever a node still holds of
//! it in memory is read anew. Their tickets stay as they are.

use crate::button::Button;
use crate::ids::TicketId;
use crate::notice::{Body, Lane};
use crate::outcome::{BanChange, Toast};
use crate::screen::{BanNews, PersonCard, Saying, Screen};
use crate::step::turn::Turn;
use crate::ticket::{Ban, Standing, UserRecord};

/// The longest reason, in characters; what is longer is cut.
const REASON: usize = 200;

impl Turn<'_> {
    /// Presses around bans.
    pub(super) fn press_to_ban(&mut self, button: Button) {
        if let Button::Banned(_) = button {
            return self.banned_people();
        }
        let Some(person) = self.facts.person.clone() else {
            self.toast(Toast::NotFound);
            return self.say(Saying::NoSuchPerson);
        };
        match button {
            Button::Person(_, ticket) => self.show_person(person, ticket, None),
            Button::Ban(_, version, ticket) => {
                if person.standing.version == version || person.standing.ban.is_some() {
                    self.ban(person, ticket, None);
                } else {
                    self.changed_meanwhile(person, ticket);
                }
            }
            Button::Unban(_, version, ticket) => {
                if person.standing.version == version || person.standing.ban.is_none() {
                    self.unban(person, ticket);
                } else {
                    self.changed_meanwhile(person, ticket);
                }
            }
            _ => self.out_of_date(),
        }
    }

    /// The list of those who are banned.
    pub(in crate::step) fn banned_people(&mut self) {
        self.show(Screen::Banned(self.facts.people.clone()));
    }

    /// `/ban`: at once, for the command names the person.
    pub(in crate::step) fn ban_typed(&mut self, reason: &str) {
        let reason: String = reason.trim().chars().take(REASON).collect();
        match self.facts.person.clone() {
            Some(person) => {
                let reason = (!reason.is_empty()).then_some(reason);
                self.ban(person, self.facts.persons_ticket, reason);
            }
            None => self.say(Saying::NoSuchPerson),
        }
    }

    /// `/unban`.
    pub(in crate::step) fn unban_typed(&mut self) {
        match self.facts.person.clone() {
            Some(person) => self.unban(person, self.facts.persons_ticket),
            None => self.say(Saying::NoSuchPerson),
        }
    }

    fn ban(&mut self, person: UserRecord, ticket: Option<TicketId>, reason: Option<String>) {
        if self.settings.is_admin(person.id) {
            return self.show_person(person, ticket, Some(BanNews::IsAdmin));
        }
        if person.standing.ban.is_some() {
            self.toast(Toast::Already);
            return self.show_person(person, ticket, Some(BanNews::Already));
        }
        let ban = Ban {
            by: Some(self.me),
            at: self.now,
            reason,
        };
        self.change_standing(person, ticket, Some(ban), BanNews::Banned);
    }

    fn unban(&mut self, person: UserRecord, ticket: Option<TicketId>) {
        let Some(ban) = &person.standing.ban else {
            self.toast(Toast::Already);
            return self.show_person(person, ticket, Some(BanNews::Already));
        };
        // Who did nothing meanwhile never heard of it, and lost nothing.
        if person.last_seen > ban.at {
            self.tell(person.id.chat(), Lane::Other, Body::Unbanned);
        }
        self.change_standing(person, ticket, None, BanNews::Unbanned);
    }

    fn change_standing(
        &mut self,
        person: UserRecord,
        ticket: Option<TicketId>,
        ban: Option<Ban>,
        news: BanNews,
    ) {
        self.out.ban = Some(BanChange {
            person: person.id,
            on: person.standing.version,
            by: self.me,
            at: self.now,
            ban: ban.clone(),
        });
        self.toast(Toast::Done);
        let standing = Standing {
            version: person.standing.version.next(),
            ban,
        };
        let after = UserRecord { standing, ..person };
        self.show_person(after, ticket, Some(news));
    }

    fn changed_meanwhile(&mut self, person: UserRecord, ticket: Option<TicketId>) {
        self.toast(Toast::ChangedMeanwhile);
        self.show_person(person, ticket, Some(BanNews::ChangedMeanwhile));
    }

    fn show_person(&mut self, user: UserRecord, ticket: Option<TicketId>, news: Option<BanNews>) {
        let banned_by = user.standing.ban.as_ref().and_then(|ban| ban.by);
        self.show(Screen::Person(Box::new(PersonCard {
            banned_by: banned_by.map(|by| self.named(by)),
            tickets: self.facts.user_tickets,
            user,
            ticket,
            news,
        })));
    }
}
