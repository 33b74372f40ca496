//! SIGHUP: the configuration is read again, and what can change while the desk runs does.

use std::collections::BTreeSet;
use std::path::PathBuf;

use tracing::{info, warn};

use crate::config::{self, Config, ConfigError, Setting};
use crate::logging::LiveLevel;
use crate::program::Program;
use crate::texts::{OwnTexts, TextsError};

/// Sections and keys that a running desk takes over; all others need another start.
const LIVE: [&str; 3] = ["desk.", "limits.", "log.level"];

/// The one key of those sections that does not: Telegram was told it at the start.
const NOT_LIVE: &str = "desk.language";

/// What is in force, and where it came from.
pub struct InForce {
    /// The file that was read at the start, if there was one: should it be gone, nothing changes.
    file: Option<PathBuf>,
    config: Config,
    /// The same as a list.
    settings: Vec<Setting>,
    texts: OwnTexts,
    level: LiveLevel,
}

impl InForce {
    /// What holds at the start: the configuration of this file, or of the one in the working
    /// directory, and the operator's words, which are put to use.
    ///
    /// # Errors
    /// If those words cannot be used.
    pub fn new(
        file: Option<PathBuf>,
        config: Config,
        settings: Vec<Setting>,
        level: LiveLevel,
    ) -> Result<Self, TextsError> {
        let texts = OwnTexts::read(config.desk.texts.as_deref())?;
        texts.wording()?.put_to_use();
        let default = || Some(PathBuf::from(config::FILE)).filter(|file| file.exists());
        Ok(Self {
            file: file.or_else(default),
            config,
            settings,
            texts,
            level,
        })
    }

    /// The configuration.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Reads all of it again. What is wrong changes nothing, and the log says where it is wrong.
    pub async fn reload(&mut self, program: &Program) {
        match self.take_in() {
            Ok(News { live, fixed }) => {
                if let Err(error) = self.level.change(&self.config.log.level) {
                    warn!(%error, "log.level stays as it was");
                }
                if let Err(error) = program.change(&self.config).await {
                    warn!(%error, "tickets of former admins stay theirs until the next start");
                }
                match live.is_empty() {
                    true => info!("settings were read again; nothing that can change now is new"),
                    false => info!("settings were read again; new: {}", live.join(", ")),
                }
                if !fixed.is_empty() {
                    warn!("these need another start of the desk: {}", fixed.join(", "));
                }
            }
            Err(error) => warn!("settings stay as they were: {error}"),
        }
    }

    /// Reads all of it, and puts what can change in the place of what was.
    fn take_in(&mut self) -> Result<News, Wrong> {
        let (config, settings) = Config::load(self.file.as_deref(), std::env::vars_os())?;
        let texts = OwnTexts::read(config.desk.texts.as_deref())?;
        let wording = texts.wording()?;

        let mut changed = changed(&self.settings, &settings);
        // The list does not show what is secret, nor what is in another file.
        let (now, before) = (&config.telegram, &self.config.telegram);
        if now.token != before.token {
            changed.insert("telegram.token".to_owned());
        }
        if now.webhook.secret != before.webhook.secret {
            changed.insert("telegram.webhook.secret".to_owned());
        }
        if texts != self.texts {
            changed.insert("desk.texts".to_owned());
            wording.put_to_use();
            self.texts = texts;
        }
        let (live, fixed) = changed.into_iter().partition(|key| is_live(key));

        let language = self.config.desk.language;
        self.config.desk = config.desk;
        self.config.desk.language = language;
        self.config.limits = config.limits;
        self.config.log.level = config.log.level;
        for setting in settings.into_iter().filter(|new| is_live(&new.key)) {
            let former = self.settings.iter_mut().find(|old| old.key == setting.key);
            if let Some(former) = former {
                *former = setting;
            }
        }
        Ok(News { live, fixed })
    }
}

/// The keys that have other values now.
struct News {
    live: Vec<String>,
    fixed: Vec<String>,
}

/// Why nothing is taken in.
#[derive(Debug, thiserror::Error)]
enum Wrong {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Texts(#[from] TextsError),
}

fn is_live(key: &str) -> bool {
    key != NOT_LIVE && LIVE.iter().any(|live| key.starts_with(live))
}

/// The keys whose values are others now.
fn changed(before: &[Setting], now: &[Setting]) -> BTreeSet<String> {
    let was = |setting: &Setting| {
        let former = before.iter().find(|former| former.key == setting.key);
        former.is_some_and(|former| former.value == setting.value)
    };
    let others = now.iter().filter(|setting| !was(setting));
    others.map(|setting| setting.key.clone()).collect()
}
