//! Attacks: everything repeated, reordered, forged, overlong, edited, sent from where it must not
//! come, or cut off by Telegram in the middle.

mod cut_off;
mod forged;
mod placed;

use chrono::TimeDelta;
use frontdesk_sandbox::{Fault, Outgoing};
use serde_json::{Value, json};

use crate::town::{ANNA, EMMA, KATE, OLEG, PATIENCE, Resident, Town};

const ONE_CATEGORY: &str = "desk.categories = [\"general\"]";

/// What a modified client can send: every kind of button, with ids that exist.
fn every_button() -> Vec<String> {
    let mut all: Vec<String> = [
        "home",
        "support",
        "help",
        "langs",
        "cancel",
        "continue",
        "new",
        "admin",
        "desk",
        "filters",
        "find",
        "stats",
        "mute:1",
        "mute:0",
        "my:0",
        "my:4294967295",
        "list:0:all",
        "list:0:mine",
        "list:0:free",
        "of:102:0",
        "of:101:0",
        "banned:0",
        "person:102:1",
        "person:101:0",
        "ban:2u:0:1",
        "ban:2t:0:0",
        "ban:5l:0:1",
        "unban:2u:0:1",
        "unban:2u:1:1",
        "",
        ":",
        "::::",
        "t:",
        "t:x",
        "t:-1",
        "s:1",
        "t:9223372036854775807",
        "a:1:1:",
        "lang:xx",
        "cat:1:nothing_like_it",
        "k:1:1:technical",
    ]
    .map(str::to_owned)
    .to_vec();
    for verb in ["mt", "reply", "t", "answer", "note", "ss", "ps", "cs", "as"] {
        all.push(format!("{verb}:1"));
    }
    for verb in ["mc", "c", "h"] {
        all.push(format!("{verb}:1:0"));
    }
    for draft in 1..=2 {
        for verb in ["back", "make", "discard", "sendopen", "send", "ask"] {
            all.push(format!("{verb}:{draft}"));
        }
        for verb in ["join", "rejoin", "with"] {
            all.push(format!("{verb}:{draft}:1"));
        }
        all.push(format!("cat:{draft}:general"));
    }
    for number in 1..=5 {
        for verb in ["mclose", "mopen", "show", "close", "undo", "open", "recall"] {
            all.push(format!("{verb}:1:{number}"));
        }
        for status in ["open", "in_progress", "closed"] {
            all.push(format!("s:1:{number}:{status}"));
        }
        for priority in ["low", "high", "urgent"] {
            all.push(format!("p:1:{number}:{priority}"));
        }
        all.push(format!("k:1:{number}:payment"));
        for admin in [0, ANNA, KATE, OLEG] {
            all.push(format!("a:1:{number}:{admin}"));
        }
    }
    all
}

/// Everything that can be read about ticket 1 by the staff.
async fn about_ticket_1(oleg: &Resident<'_>) -> Vec<String> {
    let mut pages = Vec::new();
    oleg.writes("/ticket 1").await;
    pages.push(oleg.last().text);
    oleg.presses("История").await;
    pages.push(oleg.last().text);
    oleg.writes("/ticket 1").await;
    oleg.presses("Переписка").await;
    pages.push(oleg.last().text);
    pages
}

fn message(from: i64, id: Value, more: Value) -> Value {
    let mut message = json!({
        "message_id": id,
        "date": 1,
        "from": {"id": from, "is_bot": false, "first_name": "Emma"},
        "chat": {"id": from, "type": "private", "first_name": "Emma"},
    });
    if let (Some(message), Some(more)) = (message.as_object_mut(), more.as_object()) {
        message.extend(more.clone());
    }
    message
}

fn times(person: &Resident<'_>, says: &str) -> usize {
    let messages = person.messages();
    let said = messages
        .iter()
        .filter(|message| message.from_bot && message.text.contains(says));
    said.count()
}

fn media(person: &Resident<'_>) -> usize {
    let messages = person.messages();
    let files = messages
        .iter()
        .filter(|message| message.from_bot && message.media.is_some());
    files.count()
}

fn photos(count: usize) -> Vec<Outgoing> {
    (0..count).map(|_| Outgoing::photo()).collect()
}

impl Resident<'_> {
    /// Opens two tickets by the form, where there is one category.
    pub(crate) async fn opens_two(&self) {
        for words in ["The first", "The second"] {
            self.writes("/new").await;
            self.writes(words).await;
            self.writes("a description").await;
        }
    }
}
