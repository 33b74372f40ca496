//! What a banned person does: nothing comes of it, and once in a while they are told why.

use chrono::TimeDelta;

use super::intent::Intent;
use super::turn::Turn;
use crate::conversation::Form;
use crate::notice::{Body, Lane};
use crate::outcome::Toast;
use crate::ticket::Ban;

/// For how long one sentence is enough.
const TOLD_FOR: TimeDelta = TimeDelta::hours(1);

impl Turn<'_> {
    /// The ban that holds for who acts. An admin has none, whatever the database says: whoever is
    /// put on the list is trusted from then on.
    pub(super) fn my_ban(&self) -> Option<Ban> {
        let me = self.facts.me.as_ref().filter(|_| !self.admin)?;
        me.standing.ban.clone()
    }

    /// A ban, and its end, end whatever was begun before: a form, and the words that wait.
    pub(super) fn take_in_standing(&mut self) {
        let me = self.facts.me.as_ref();
        let standing = me.map_or_else(Default::default, |me| me.standing.version);
        let conversation = &mut self.out.conversation;
        if conversation.standing != standing {
            conversation.standing = standing;
            conversation.told_of_ban = None;
            conversation.form = Form::None;
            conversation.waiting.clear();
            conversation.asked = None;
            conversation.placed = None;
            conversation.answered_album = None;
        }
    }

    /// Does nothing of what a banned person means to do. That they block the bot, or return, is
    /// true of them all the same.
    pub(super) fn turn_away(&mut self, intent: &Intent) {
        match intent {
            Intent::Press { .. } | Intent::Nonsense { .. } => self.toast(Toast::Banned),
            Intent::Command(_) | Intent::Words { .. } | Intent::Edit { .. } => {
                let told = self.out.conversation.told_of_ban;
                let lately = told.is_some_and(|at| at <= self.now && self.now - at < TOLD_FOR);
                if !lately {
                    self.out.conversation.told_of_ban = Some(self.now);
                    self.tell(self.me.chat(), Lane::Own, Body::Banned);
                }
            }
            Intent::Blocked | Intent::Unblocked | Intent::Group { .. } => {}
        }
    }
}
