//! What desks on one server tell each other: the one that sends hears of what the others committed.

use std::collections::BTreeSet;

use frontdesk_desk::ids::{ChatId, PersonId};
use serde::{Deserialize, Serialize};

use super::error::StoreError;
use super::rows::to_json;
use super::sql::{self, Connection};
use super::types::{Committed, Decision};
use super::writer::{Done, Work};

/// The channel of the server on which it is told.
pub(super) const CHANNEL: &str = "frontdesk";

/// A server takes payloads of less than 8,000 bytes:
/// <https://www.postgresql.org/docs/15/sql-notify.html>.
const LONGEST: usize = 7_999;

/// That nobody sends now.
const VACANT: &str = "vacant";

/// That there is more than can be told, or that another desk sends now.
const MUCH: &str = "much";

/// What was committed that somebody has to send.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// The people to whom a screen is to be shown.
    #[serde(rename = "s", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub screens: BTreeSet<PersonId>,
    /// The chats in whose lines another notice may be the first now.
    #[serde(rename = "l", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub lines: BTreeSet<ChatId>,
    /// Those among them for which somebody decided that it is sent now.
    #[serde(rename = "u", default, skip_serializing_if = "BTreeSet::is_empty")]
    pub urged: BTreeSet<ChatId>,
}

/// What another desk said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// What it committed.
    News(News),
    /// There may be much that is new.
    Much,
    /// Nobody sends now.
    Vacant,
}

impl News {
    /// What came of these writes.
    pub(super) fn of<'a>(works: impl Iterator<Item = &'a Work>, answers: &[Done]) -> Self {
        let mut news = Self::default();
        for pair in works.zip(answers) {
            match pair {
                (Work::Commit(decision), Done::Committed(committed)) => {
                    news.add(decision, committed);
                }
                (Work::PutAside(aside), _) => {
                    news.lines.extend(aside.person.map(|person| person.chat()));
                }
                _ => {}
            }
        }
        news
    }

    /// What a decision brought about.
    fn add(&mut self, decision: &Decision, committed: &Committed) {
        let person = decision.person.id;
        match committed {
            Committed::Done { number, queued, .. } => {
                self.screens.extend(number.map(|_| person));
                let chats = || queued.heads.iter().map(|head| head.chat);
                self.lines.extend(chats());
                if !decision.outcome.redeliveries.is_empty() {
                    self.urged.extend(chats());
                }
            }
            // The first one may have been cut off before its screen was shown.
            Committed::Repeat => drop(self.screens.insert(person)),
            Committed::Conflict => {}
        }
    }

    /// Takes in more of it.
    pub fn merge(&mut self, more: Self) {
        self.screens.extend(more.screens);
        self.lines.extend(more.lines);
        self.urged.extend(more.urged);
    }

    fn is_empty(&self) -> bool {
        self.screens.is_empty() && self.lines.is_empty()
    }
}

impl Heard {
    /// What stands in a payload; whatever else there may be is taken for much.
    pub(super) fn read(payload: &str) -> Self {
        if payload == VACANT {
            return Self::Vacant;
        }
        serde_json::from_str(payload).map_or(Self::Much, Self::News)
    }
}

/// Tells the desk that sends, with the commit.
pub(super) async fn tell(connection: &mut Connection, news: &News) -> Result<(), StoreError> {
    if news.is_empty() {
        return Ok(());
    }
    let payload = to_json(news)?;
    match payload.len() {
        ..=LONGEST => say(connection, &payload).await,
        _ => say(connection, MUCH).await,
    }
}

/// Tells all desks, with the commit, that this one sends now.
pub(super) async fn taken_over(connection: &mut Connection) -> Result<(), StoreError> {
    say(connection, MUCH).await
}

/// Tells all desks, with the commit, that nobody sends any more.
pub(super) async fn vacant(connection: &mut Connection) -> Result<(), StoreError> {
    say(connection, VACANT).await
}

async fn say(connection: &mut Connection, payload: &str) -> Result<(), StoreError> {
    if let Connection::Postgres(_) = connection {
        sql::query("SELECT CAST(pg_notify($1, $2) AS TEXT)")
            .bind(CHANNEL)
            .bind(payload)
            .execute(connection)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_understood() {
        let news = News {
            screens: [PersonId(1), PersonId(2)].into(),
            lines: [ChatId(-1_001_234_567_890)].into(),
            urged: BTreeSet::new(),
        };
        let told = to_json(&news).unwrap();
        assert_eq!(Heard::read(&told), Heard::News(news));
        assert_eq!(Heard::read(VACANT), Heard::Vacant);
        for much in [MUCH, "", "{\"s\":1}", "of a later version"] {
            assert_eq!(Heard::read(much), Heard::Much, "{much}");
        }
    }
}
