//! The registry of sessions: finds the one of a person, makes it on demand, and lets it go.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix::prelude::{Actor, Addr};
use dashmap::DashMap;
use dashmap::mapref::entry::Entry;
use frontdesk_desk::ids::PersonId;

use crate::measure::{Mailbox, Waiting};

use super::{Neighbours, Receive, ReceiveError, Session};

/// The sizes of the pool of sessions.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// How many sessions may stay alive; beyond that one stops as soon as its message is done.
    pub most_alive: usize,
    /// A session without a message for this long stops.
    pub idle_after: Duration,
    /// How many messages may wait for one person.
    pub mailbox: usize,
}

/// The way to sessions: finds or makes the one of a person.
#[derive(Clone)]
pub struct Sessions(Arc<Registry>);

struct Registry {
    alive: DashMap<PersonId, Alive>,
    arbiters: Vec<actix_rt::ArbiterHandle>,
    neighbours: Neighbours,
    sizes: Sizes,
}

struct Alive {
    session: Addr<Session>,
    /// Messages that are on their way to it or in it; it stops only at none.
    pending: Arc<AtomicUsize>,
}

/// Lowers the count of pending messages, however the wait for the answer ends.
struct Pending(Arc<AtomicUsize>);

impl Drop for Pending {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Sessions {
    /// A registry whose sessions run on these arbiters (at least one), each person always on the
    /// same.
    pub fn new(
        arbiters: Vec<actix_rt::ArbiterHandle>,
        neighbours: Neighbours,
        sizes: Sizes,
    ) -> Self {
        Self(Arc::new(Registry {
            alive: DashMap::new(),
            arbiters,
            neighbours,
            sizes,
        }))
    }

    /// Hands an update to its person's session and waits until all that it caused is committed.
    ///
    /// # Errors
    /// [`ReceiveError`]; nothing of the update is stored then.
    pub async fn receive(&self, receive: Receive) -> Result<(), ReceiveError> {
        let _waiting = Waiting::new(Mailbox::Sessions);
        let (session, _pending) = self.route(receive.input.person.id);
        session
            .send(receive)
            .await
            .map_err(|_| ReceiveError::Stopping)?
    }

    /// How many sessions are alive.
    pub fn alive(&self) -> usize {
        self.0.alive.len()
    }

    /// What sessions are made of.
    pub(super) fn neighbours(&self) -> &Neighbours {
        &self.0.neighbours
    }

    /// The sizes of the pool.
    pub(super) fn sizes(&self) -> Sizes {
        self.0.sizes
    }

    /// The person's session. The count is raised while the entry is held, so a session that is
    /// about to stop sees it; no guard outlives this function.
    fn route(&self, person: PersonId) -> (Addr<Session>, Pending) {
        let entry = match self.0.alive.entry(person) {
            Entry::Occupied(entry) if entry.get().session.connected() => entry.into_ref(),
            Entry::Occupied(mut entry) => {
                // Its arbiter died under it; the row in the database is all that counts.
                entry.insert(self.spawn(person));
                entry.into_ref()
            }
            Entry::Vacant(entry) => entry.insert(self.spawn(person)),
        };
        entry.pending.fetch_add(1, Ordering::AcqRel);
        (entry.session.clone(), Pending(entry.pending.clone()))
    }

    fn spawn(&self, person: PersonId) -> Alive {
        let place = usize::try_from(person.0.unsigned_abs()).unwrap_or(0) % self.0.arbiters.len();
        let registry = self.clone();
        let mailbox = self.0.sizes.mailbox;
        let session = Session::start_in_arbiter(&self.0.arbiters[place], move |context| {
            context.set_mailbox_capacity(mailbox);
            Session::new(person, registry)
        });
        Alive {
            session,
            pending: Arc::new(AtomicUsize::new(0)),
        }
    }

    /// Takes a session off the registry if nothing is on its way to it.
    pub(super) fn retire(&self, person: PersonId, session: &Addr<Session>) -> bool {
        self.0
            .alive
            .remove_if(&person, |_, alive| {
                alive.session == *session && alive.pending.load(Ordering::Acquire) == 0
            })
            .is_some()
    }
}
