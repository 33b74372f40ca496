//! Keeps the commands in Telegram's menus, and sets them only when they changed: setting them at
//! every start can earn a very long wait.

use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::TimeDelta;
use frontdesk_desk::ids::PersonId;
use frontdesk_desk::text::commands;
use frontdesk_desk::ticket::Lang;
use tokio::sync::mpsc;
use tracing::{info, warn};

use super::Neighbours;
use crate::telegram::Failure;
use crate::telegram::client::CommandScope;
use crate::tickets::{Recall, Remember, Remembered};

/// What Telegram was told last: a fingerprint of the commands, and the admins who have theirs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Told {
    commands: String,
    admins: Vec<PersonId>,
}

/// Sets the commands that changed, and remembers what was set: those of everybody at once, those of
/// an admin when they write (`wrote`), for Telegram refuses them for somebody who never pressed
/// Start. A pause that Telegram asks for is kept, and delays nothing but the commands; what fails
/// otherwise is tried again at the next start.
pub(super) async fn keep_current(neighbours: Neighbours, mut wrote: mpsc::Receiver<PersonId>) {
    let what = Remembered::Commands;
    let mut told = match neighbours.recall.send(Recall { what }).await {
        Ok(Ok(stored)) => stored.map_or_else(Told::default, |stored| Told::read(&stored)),
        Ok(Err(error)) => {
            warn!(%error, "it is not known which commands are set; they are left as they are");
            return;
        }
        Err(_) => return,
    };
    let mut present = Present::default();
    loop {
        let (now, pause) = set(&neighbours, &told, &mut present).await;
        if now != told {
            let told = Remember {
                what,
                value: now.write(),
                replace: true,
            };
            if let Ok(Err(error)) = neighbours.remember.send(told).await {
                warn!(%error, "the commands are set but not remembered");
            }
        }
        told = now;
        if let Some(seconds) = pause {
            let pause = TimeDelta::seconds(i64::from(seconds.max(1)));
            neighbours.clock.sleep(pause).await;
            continue;
        }
        loop {
            match wrote.recv().await {
                Some(admin) if told.admins.contains(&admin) || present.failed.contains(&admin) => {}
                Some(admin) => break present.wrote.push(admin),
                None => return,
            }
        }
    }
}

/// The admins who wrote since the start.
#[derive(Default)]
struct Present {
    /// Whose commands are to be set.
    wrote: Vec<PersonId>,
    /// Whose commands cannot be set.
    failed: Vec<PersonId>,
}

/// Sets what differs from before; answers what is set then, and for how many seconds Telegram wants
/// to hear nothing of the rest.
async fn set(neighbours: &Neighbours, before: &Told, present: &mut Present) -> (Told, Option<u32>) {
    let settings = neighbours.settings.now();
    let mut pause = None;
    let wanted = fingerprint(settings.language);
    let mut now = before.clone();
    if before.commands != wanted {
        // Nobody has the new ones yet.
        now = Told::default();
        match set_for(neighbours, CommandScope::Everybody, false).await {
            Ok(()) => {}
            Err(Failure::RetryAfter(seconds)) => {
                info!(seconds, "Telegram asks for a pause before commands are set");
                return (before.clone(), Some(seconds));
            }
            Err(failure) => {
                warn!(%failure, "the commands cannot be set; they are tried again at the next start");
                return (before.clone(), None);
            }
        }
        now.commands = wanted;
    }
    for admin in std::mem::take(&mut present.wrote) {
        match set_for(neighbours, CommandScope::Person(admin), true).await {
            Ok(()) => now.admins.push(admin),
            Err(Failure::RetryAfter(seconds)) => {
                pause = pause.max(Some(seconds));
                present.wrote.push(admin);
            }
            Err(failure) => {
                info!(%admin, %failure, "an admin's commands cannot be set now");
                present.failed.push(admin);
            }
        }
    }
    let former = before.admins.iter();
    for former in former.filter(|admin| !settings.is_admin(**admin)) {
        match take_from(neighbours, *former).await {
            Ok(()) | Err(Failure::Unreachable) => now.admins.retain(|admin| admin != former),
            Err(failure) => {
                if let Failure::RetryAfter(seconds) = failure {
                    pause = pause.max(Some(seconds));
                } else {
                    info!(admin = %former, %failure, "a former admin's commands cannot be taken away now");
                }
                if !now.admins.contains(former) {
                    now.admins.push(*former);
                }
            }
        }
    }
    (now, pause)
}

/// One list for each language, and one for all others.
fn languages() -> impl Iterator<Item = Option<Lang>> {
    let each = Lang::ALL.iter().copied().map(Some);
    std::iter::once(None).chain(each)
}

async fn set_for(neighbours: &Neighbours, scope: CommandScope, admin: bool) -> Result<(), Failure> {
    for language in languages() {
        let list = commands(
            language.unwrap_or(neighbours.settings.now().language),
            admin,
        );
        neighbours
            .client
            .set_commands(scope, language, &list)
            .await?;
    }
    Ok(())
}

async fn take_from(neighbours: &Neighbours, former: PersonId) -> Result<(), Failure> {
    for language in languages() {
        let scope = CommandScope::Person(former);
        neighbours.client.delete_commands(scope, language).await?;
    }
    Ok(())
}

/// Stands for all commands in all languages. Another version of Rust may hash otherwise; then they
/// are set once more.
fn fingerprint(language: Lang) -> String {
    let mut hasher = DefaultHasher::new();
    language.as_str().hash(&mut hasher);
    for lang in Lang::ALL {
        for admin in [false, true] {
            commands(*lang, admin).hash(&mut hasher);
        }
    }
    format!("{:016x}", hasher.finish())
}

impl Told {
    /// `FINGERPRINT ID ID …`
    fn write(&self) -> String {
        let admins = self.admins.iter().map(|admin| format!(" {admin}"));
        std::iter::once(self.commands.clone())
            .chain(admins)
            .collect()
    }

    fn read(stored: &str) -> Self {
        let mut words = stored.split(' ');
        Self {
            commands: words.next().unwrap_or_default().to_owned(),
            admins: words
                .filter_map(|id| id.parse().ok())
                .map(PersonId)
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_is_read_back() {
        for admins in [vec![], vec![PersonId(201), PersonId(202)]] {
            let told = Told {
                commands: fingerprint(Lang::Ru),
                admins,
            };
            assert_eq!(Told::read(&told.write()), told);
        }
        assert_eq!(Told::read(""), Told::default());
    }

    #[test]
    fn the_fingerprint_depends_on_the_language_of_the_rest() {
        assert_eq!(fingerprint(Lang::Ru), fingerprint(Lang::Ru));
        assert_ne!(fingerprint(Lang::Ru), fingerprint(Lang::En));
    }
}
