//! What the operator set and the rules depend on.

use chrono_tz::Tz;

use crate::ids::PersonId;
use crate::ticket::{Category, Lang};

/// The part of the configuration that `step` and the renderers read, at every update anew.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who is an admin, in the configured order.
    pub admins: Vec<PersonId>,
    /// What a ticket can be about; at least one.
    pub categories: Vec<Category>,
    /// For people whose language the desk lacks.
    pub language: Lang,
    /// In which days and dates are told.
    pub timezone: Tz,
    /// Whether users read the admin's name instead of "Support".
    pub admin_names: bool,
    /// How many messages a user can write in a minute, and how often press, before what they cause
    /// is gathered; 0 is without a limit, and so are admins.
    pub person_per_minute: u32,
}

impl Settings {
    /// Whether this person is an admin now.
    pub fn is_admin(&self, person: PersonId) -> bool {
        self.admins.contains(&person)
    }

    /// The language to speak: the chosen one, else the client's, else the configured one.
    pub fn language(&self, chosen: Option<Lang>, client: Option<&str>) -> Lang {
        let primary = client.and_then(|code| code.split(['-', '_']).next());
        chosen
            .or_else(|| primary.and_then(|code| code.to_ascii_lowercase().parse().ok()))
            .unwrap_or(self.language)
    }
}
