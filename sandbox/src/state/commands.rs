//! The commands of the bot, per scope and language.

use serde::{Deserialize, Serialize};

/// One command as a client lists it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct BotCommand {
    /// Without the slash.
    pub(crate) command: String,
    /// What it does.
    pub(crate) description: String,
}

/// For whom a list of commands is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Scope {
    Default,
    AllPrivateChats,
    AllGroupChats,
    AllChatAdministrators,
    Chat(i64),
    ChatAdministrators(i64),
    ChatMember(i64, i64),
}

/// All lists; a list of a language is used before the one without.
#[derive(Clone, Default, Serialize, Deserialize)]
pub(crate) struct CommandSets {
    /// Pairs and not a map, as JSON has no such keys.
    sets: Vec<((Scope, String), Vec<BotCommand>)>,
}

impl CommandSets {
    pub(crate) fn set(&mut self, scope: Scope, language: &str, commands: Vec<BotCommand>) {
        self.delete(scope, language);
        if !commands.is_empty() {
            self.sets.push(((scope, language.to_owned()), commands));
        }
    }

    pub(crate) fn delete(&mut self, scope: Scope, language: &str) {
        self.sets
            .retain(|((known, of), _)| *known != scope || of != language);
    }

    pub(crate) fn get(&self, scope: Scope, language: &str) -> &[BotCommand] {
        self.sets
            .iter()
            .find(|((known, of), _)| *known == scope && of == language)
            .map_or(&[], |(_, commands)| commands)
    }

    /// The list that the client of a person shows in the private chat.
    pub(crate) fn shown_to(&self, person: i64, language: Option<&str>) -> Vec<BotCommand> {
        let language = language.unwrap_or_default();
        // A client sends a tag such as `en-GB`; lists know two letters.
        let short = language.split('-').next().unwrap_or_default();
        for scope in [Scope::Chat(person), Scope::AllPrivateChats, Scope::Default] {
            for language in [short, ""] {
                let commands = self.get(scope, language);
                if !commands.is_empty() {
                    return commands.to_vec();
                }
            }
        }
        Vec::new()
    }
}
