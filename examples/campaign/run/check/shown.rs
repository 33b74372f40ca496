//! Screens: what a person should see is what their chat shows.

use frontdesk::config::Config;
use frontdesk_desk::Settings;
use frontdesk_desk::screen::Show;
use frontdesk_desk::ticket::Lang;

use super::super::ADMINS;
use super::super::desk::PER_MINUTE;
use super::super::rows::ConversationRow;
use super::{Findings, World};

/// Every newest screen is shown, in its message, as it is drawn, with its buttons.
pub(super) fn screens(world: &World<'_>, findings: &mut Findings) {
    let config = Config::from_toml(&format!(
        "desk.admins = {ADMINS:?}\ndesk.language = \"en\"\nlimits.person_per_minute = {PER_MINUTE}"
    ));
    let settings = match config {
        Ok(config) => config.settings(),
        Err(error) => return findings.broken("the settings", error),
    };
    for row in &world.rows.conversations {
        if let Some(wrong) = wrong(world, row, &settings) {
            findings.broken("a screen", format!("of {}: {wrong}", row.person));
        }
    }
}

fn wrong(world: &World<'_>, row: &ConversationRow, settings: &Settings) -> Option<String> {
    if !row.reachable {
        return Some("cannot be reached".to_owned());
    }
    if row.screen.is_null() {
        return None;
    }
    if row.shown_no != row.screen_no {
        return Some(format!(
            "{} is shown, {} is the newest",
            row.shown_no, row.screen_no
        ));
    }
    let Ok(show) = serde_json::from_value::<Show>(row.screen.clone()) else {
        return Some(format!("cannot be read: {}", row.screen));
    };
    let chat = world.chats.get(&row.person)?;
    let Some(message) = chat.iter().find(|seen| Some(seen.id) == row.screen_message) else {
        return Some(format!(
            "message {:?} is not in the chat",
            row.screen_message
        ));
    };
    let view = show.draw(Lang::En, settings);
    if message.text.trim() != view.text.text.trim() {
        return Some(format!(
            "{:?} is shown, and not {:?}",
            message.text, view.text.text
        ));
    }
    let shown: Vec<_> = message
        .buttons
        .iter()
        .flatten()
        .map(|button| (button.text.clone(), button.data.clone().unwrap_or_default()))
        .collect();
    let drawn = view.keyboard.rows.iter().flatten();
    let drawn: Vec<_> = drawn
        .map(|key| (key.label.clone(), key.button.encode()))
        .collect();
    (shown != drawn).then(|| format!("{shown:?} are its buttons, and not {drawn:?}"))
}
