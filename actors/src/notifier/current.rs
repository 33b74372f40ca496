//! Which message holds each person's screen. The database knows it too, a moment later.

use std::collections::HashMap;

use frontdesk_desk::ids::{ChatId, ChatMessageId};

/// So many people are remembered for certain; half of those before them may be, too.
const REMEMBERED: usize = 25_000;

/// A screen that was shown.
#[derive(Clone, Copy, Debug)]
struct Current {
    /// The number of the last one.
    number: i64,
    message: Option<ChatMessageId>,
}

/// The screens that were shown last. What is not remembered any more is in the database by then,
/// and comes with the next commit.
#[derive(Default)]
pub(super) struct CurrentScreens {
    young: HashMap<ChatId, Current>,
    old: HashMap<ChatId, Current>,
}

impl CurrentScreens {
    fn get(&self, chat: ChatId) -> Option<Current> {
        let known = self.young.get(&chat).or_else(|| self.old.get(&chat));
        known.copied()
    }

    fn put(&mut self, chat: ChatId, current: Current) {
        if self.young.len() >= REMEMBERED && !self.young.contains_key(&chat) {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(chat, current);
    }

    /// The message that holds the chat's screen.
    pub(super) fn message(&self, chat: ChatId) -> Option<ChatMessageId> {
        self.get(chat).and_then(|current| current.message)
    }

    /// Whether this screen, or a newer one, was shown or given up.
    pub(super) fn is_over(&self, chat: ChatId, number: i64) -> bool {
        self.get(chat)
            .is_some_and(|current| current.number >= number)
    }

    /// What the database says; what is remembered is as new at least.
    pub(super) fn learn(&mut self, chat: ChatId, message: Option<ChatMessageId>) {
        if self.get(chat).is_none() {
            self.put(chat, Current { number: 0, message });
        }
    }

    /// A screen was shown; answers the message that held the one before.
    pub(super) fn shown(
        &mut self,
        chat: ChatId,
        number: i64,
        message: ChatMessageId,
    ) -> Option<ChatMessageId> {
        let before = self.message(chat);
        let message = Some(message);
        self.put(chat, Current { number, message });
        before
    }

    /// A screen was given up: the one before it is still there.
    pub(super) fn given_up(&mut self, chat: ChatId, number: i64) {
        let message = self.message(chat);
        self.put(chat, Current { number, message });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_shown_is_newer_than_what_the_database_says() {
        let mut screens = CurrentScreens::default();
        let chat = ChatId(101);
        screens.learn(chat, Some(ChatMessageId(40)));
        assert_eq!(screens.message(chat), Some(ChatMessageId(40)));
        assert!(!screens.is_over(chat, 1));
        let before = screens.shown(chat, 2, ChatMessageId(41));
        assert_eq!(before, Some(ChatMessageId(40)));
        screens.learn(chat, Some(ChatMessageId(40)));
        assert_eq!(screens.message(chat), Some(ChatMessageId(41)));
        screens.given_up(chat, 3);
        assert_eq!(screens.message(chat), Some(ChatMessageId(41)));
        assert!(screens.is_over(chat, 3) && !screens.is_over(chat, 4));
    }

    #[test]
    fn those_of_long_ago_are_forgotten() {
        let mut screens = CurrentScreens::default();
        let people = i64::try_from(REMEMBERED).unwrap() * 3;
        for person in 0..people {
            screens.shown(ChatId(person), 1, ChatMessageId(person));
        }
        assert_eq!(screens.message(ChatId(0)), None);
        assert!(screens.message(ChatId(people - 1)).is_some());
        assert!(screens.young.len() + screens.old.len() <= 2 * REMEMBERED);
    }
}
