//! What is in the database: every message once, every ticket once, every update once.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde_json::Value;

use super::super::ledger::Fate;
use super::{Findings, World};

/// Every message that Telegram got is stored exactly once, in the words that its writer sees.
pub(super) fn messages(world: &World<'_>, findings: &mut Findings) {
    let drafts = drafts(world);
    let mut times: HashMap<(i64, i64), usize> = HashMap::new();
    for row in &world.rows.messages {
        *times.entry((row.chat, row.message)).or_default() += 1;
    }
    for entry in &world.entries {
        let source = (entry.chat, entry.message);
        let row = world.by_source.get(&source);
        let waiting = drafts.get(&source).map_or(&[][..], Vec::as_slice);
        let own = world.words(entry);
        let times = times.get(&source).copied().unwrap_or_default();
        let mut count = times + waiting.len();
        if entry.fate == Fate::Subject && count == 0 {
            count = subjects(world, entry.chat, &entry.mark, own, findings);
        }
        if count > 1 {
            findings.broken("stored twice", format!("{} ({:?})", entry.mark, entry.fate));
        }
        match entry.fate {
            Fate::GivenUp => findings.given_up += 1,
            Fate::Refused => {
                findings.refused += 1;
                if count > 0 {
                    findings.broken("kept, though its writer was banned", &entry.mark);
                }
            }
            Fate::Kept | Fate::Subject | Fate::Note if count == 0 => {
                findings.lost += 1;
                findings.broken(
                    "lost",
                    format!("{} ({:?}): {own:?}", entry.mark, entry.fate),
                );
            }
            Fate::Kept | Fate::Subject | Fate::Note => {}
        }
        for stored in waiting
            .iter()
            .map(String::as_str)
            .chain(row.map(|row| row.text.as_str()))
        {
            if stored != own {
                let what = format!("{}: {stored:?} and not {own:?}", entry.mark);
                findings.broken("an edit that did not arrive in the database", what);
            }
        }
        if let Some(row) = row
            && row.note != (entry.fate == Fate::Note)
        {
            findings.broken("a note that is none, or an answer that is one", &entry.mark);
        }
    }
    for row in &world.rows.messages {
        if !world.entry_of.contains_key(&(row.chat, row.message)) {
            findings.broken(
                "a message that nobody wrote",
                format!("{} {:?}", row.id, row.text),
            );
        }
    }
    findings.messages = world.rows.messages.len();
    let answers = world
        .rows
        .messages
        .iter()
        .filter(|row| row.by_admin && !row.note);
    let mut by_ticket: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for answer in answers {
        findings.answers += 1;
        by_ticket
            .entry(answer.ticket)
            .or_default()
            .insert(answer.chat);
    }
    findings.shared = by_ticket.values().filter(|admins| admins.len() > 1).count();
    for person in &world.rows.quarantine {
        findings.broken("put aside", person);
    }
    if world.rows.integrity != "ok" {
        findings.broken("the database is damaged", &world.rows.integrity);
    }
}

/// Every ban, and the end of each, happened once.
pub(super) fn standings(
    world: &World<'_>,
    expected: &BTreeMap<i64, Vec<bool>>,
    findings: &mut Findings,
) {
    if world.rows.standings != *expected {
        let what = format!("happened: {expected:?}, stored: {:?}", world.rows.standings);
        findings.broken("bans", what);
    }
}

/// The words of the messages that wait in conversations, by where they were written.
fn drafts(world: &World<'_>) -> HashMap<(i64, i64), Vec<String>> {
    let mut drafts: HashMap<(i64, i64), Vec<String>> = HashMap::new();
    for row in &world.rows.conversations {
        let waiting = row.state["waiting"].as_array().into_iter().flatten();
        let pieces = waiting.filter_map(|draft| draft["pieces"].as_array());
        for piece in pieces.flatten() {
            let number = |name: &str| piece["source"][name].as_i64().unwrap_or_default();
            let words = piece["content"]["text"].as_str().unwrap_or_default();
            let source = (number("chat"), number("message"));
            drafts.entry(source).or_default().push(words.to_owned());
        }
    }
    drafts
}

/// In how many subjects of the person's tickets and forms a mark is.
fn subjects(
    world: &World<'_>,
    person: i64,
    mark: &str,
    own: &str,
    findings: &mut Findings,
) -> usize {
    let tickets = world
        .rows
        .tickets
        .iter()
        .filter(|ticket| ticket.user == person);
    let conversations = world.rows.conversations.iter();
    let form = conversations
        .filter(|row| row.person == person)
        .filter_map(|row| row.state["form"]["subject"].as_str());
    let found: Vec<&str> = tickets
        .map(|ticket| ticket.subject.as_str())
        .chain(form)
        .filter(|subject| subject.contains(mark))
        .collect();
    for subject in &found {
        if *subject != own {
            let what = format!("{mark}: {subject:?} and not {own:?}");
            findings.broken("an edit that did not arrive in the database", what);
        }
    }
    found.len()
}

/// Every ticket that its user was told of is there once, and no other.
pub(super) fn tickets(
    world: &World<'_>,
    told: &BTreeMap<i64, BTreeSet<i64>>,
    findings: &mut Findings,
) {
    let mut stored: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
    for ticket in &world.rows.tickets {
        stored.entry(ticket.user).or_default().insert(ticket.id);
        if !world
            .rows
            .messages
            .iter()
            .any(|row| row.ticket == ticket.id)
        {
            findings.broken("a ticket without a message", ticket.id);
        }
    }
    let none = BTreeSet::new();
    let people: BTreeSet<&i64> = told.keys().chain(stored.keys()).collect();
    for person in people {
        let told = told.get(person).unwrap_or(&none);
        let stored = stored.get(person).unwrap_or(&none);
        if told != stored {
            let what = format!("{person} was told of {told:?}, stored are {stored:?}");
            findings.broken("tickets", what);
        }
    }
    findings.tickets = world.rows.tickets.len();
}

/// The audit trail tells each thing once, and nothing that does not follow from what was before.
pub(super) fn trail(world: &World<'_>, findings: &mut Findings) {
    for ticket in &world.rows.tickets {
        let messages = world.rows.messages.iter();
        let messages: Vec<_> = messages.filter(|row| row.ticket == ticket.id).collect();
        let events = world.rows.events.iter();
        let events: Vec<_> = events.filter(|row| row.ticket == ticket.id).collect();
        let of_kind = |kind: &str| events.iter().filter(|event| event.kind == kind).count();
        let written = |by_admin: bool, note: bool| {
            let by = messages.iter();
            by.filter(|row| row.by_admin == by_admin && row.note == note)
                .count()
        };
        let counts = [
            ("opened", 1),
            ("user_wrote", written(false, false)),
            ("answered", written(true, false)),
            ("note_added", written(true, true)),
        ];
        for (kind, expected) in counts {
            let found = of_kind(kind);
            if found != expected {
                let what = format!("#{}: {found} of {kind}, {expected} happened", ticket.id);
                findings.broken("the audit trail", what);
            }
        }
        let mut status = "open";
        let mut version = 0;
        for event in &events {
            if event.version < version || event.version > ticket.version {
                let what = format!("#{}: version {} after {version}", ticket.id, event.version);
                findings.broken("the audit trail", what);
            }
            version = event.version;
            if event.kind == "status_changed" {
                let word = |name: &str| event.what.get(name).and_then(Value::as_str);
                if word("from") != Some(status) {
                    let what = format!("#{}: {} where it was {status}", ticket.id, event.what);
                    findings.broken("the audit trail", what);
                }
                status = word("to").unwrap_or_default();
            }
        }
        if status != ticket.status {
            let what = format!("#{}: ends at {status}, is {}", ticket.id, ticket.status);
            findings.broken("the audit trail", what);
        }
    }
}

/// Every update has its mark, and there are no others.
pub(super) fn updates(world: &World<'_>, caused: u64, findings: &mut Findings) {
    let (count, least, greatest) = world.rows.marks;
    if u64::try_from(count).ok() != Some(caused) || greatest - least + 1 != count {
        let what = format!("{caused} were caused; {count} marks, from {least} to {greatest}");
        findings.broken("updates", what);
    }
}
