//! The settings as they are now: an operator can change them while the desk runs.

use std::sync::{Arc, PoisonError, RwLock};

use frontdesk_desk::Settings;

/// What the rules depend on. Clones see the same, and each update asks anew.
#[derive(Clone, Debug)]
pub struct LiveSettings(Arc<RwLock<Arc<Settings>>>);

impl LiveSettings {
    /// These, until they change.
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(settings))))
    }

    /// The settings now. One decision uses one answer.
    pub fn now(&self) -> Arc<Settings> {
        // What is kept is whole, whoever panicked beside it.
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// From now on these.
    pub fn change(&self, settings: Settings) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }
}
