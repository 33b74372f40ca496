//! Many acts of many people in one go: the cheap way to hand in updates.

use crate::{ActError, Outgoing, state::State};

/// What people can do while nobody else gets in between. Made by
/// [`Sandbox::at_once`](crate::Sandbox::at_once).
pub struct AtOnce<'a> {
    pub(crate) state: &'a mut State,
}

impl AtOnce<'_> {
    /// Sends words and returns the id of the message, or of the last one for a long text.
    ///
    /// # Errors
    /// If nobody has this id, or there is nothing to send.
    pub fn text(&mut self, person: i64, text: &str) -> Result<i64, ActError> {
        let sent = self.send(person, &Outgoing::text(text))?;
        sent.last().copied().ok_or(ActError::Empty)
    }

    /// Sends a message of any kind and returns its ids.
    ///
    /// # Errors
    /// If nobody has this id, the message is empty, or it answers one that is not there.
    pub fn send(&mut self, person: i64, outgoing: &Outgoing) -> Result<Vec<i64>, ActError> {
        self.state.send(person, outgoing)
    }

    /// Sends an album and returns the ids of its messages.
    ///
    /// # Errors
    /// If nobody has this id, or it is no album.
    pub fn album(&mut self, person: i64, items: &[Outgoing]) -> Result<Vec<i64>, ActError> {
        self.state.send_album(person, items)
    }

    /// Presses a button that sends `data` and returns the id of the callback query.
    ///
    /// # Errors
    /// If nobody has this id, or there never was such a message.
    pub fn press(&mut self, person: i64, message_id: i64, data: &str) -> Result<String, ActError> {
        self.state.press(person, message_id, data)
    }

    /// Changes the text, or the caption, of an own message.
    ///
    /// # Errors
    /// If the message is not there, not theirs, or would be empty.
    pub fn edit(&mut self, person: i64, message_id: i64, text: &str) -> Result<(), ActError> {
        self.state.edit(person, message_id, text, &[])
    }
}
