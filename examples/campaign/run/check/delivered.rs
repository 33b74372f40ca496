//! What reached whom: every message at least once, in order, in its newest words; doubled ones are
//! counted, and each of them was one whose sending nobody could know the end of.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::super::ADMINS;
use super::super::ledger::{Entry, Fate};
use super::super::rows::MessageRow;
use super::{Findings, Unknowns, World};

/// The copies of a message in a chat: their ids and texts, oldest first.
type Copies<'a> = HashMap<(i64, &'a str), Vec<(i64, &'a str)>>;

/// How a message of the bot begins that passes words on, under their heading.
const HEADINGS: [&str; 4] = ["🎧 ", "🆕 ", "💬 ", "↩️ "];

/// The mark of the message that a message of the bot passes on. The words stand below a heading and
/// an empty line, or alone.
fn carried(text: &str) -> Option<&str> {
    let words = if text.starts_with('«') {
        text
    } else if HEADINGS.iter().any(|heading| text.starts_with(heading)) {
        let at = text.find("\n\n«")?;
        &text[at + 2..]
    } else {
        return None;
    };
    let end = words.find('»')?;
    Some(&words[..end + '»'.len_utf8()])
}

/// Nothing waits, nothing was given up.
pub(super) fn notices(world: &World<'_>, findings: &mut Findings) {
    for notice in &world.rows.notices {
        findings.doubtful += usize::from(notice.doubtful);
        if notice.state != "sent" {
            let reason = notice.reason.as_deref().unwrap_or("no reason");
            let what = format!(
                "{} of {} to {} is {}: {reason}",
                notice.id, notice.kind, notice.chat, notice.state
            );
            findings.broken("a notice", what);
        }
    }
}

/// Compares what people read with what was written to them.
pub(super) fn copies(world: &World<'_>, unknowns: &Unknowns, findings: &mut Findings) {
    let copies = all_copies(world);
    arrived(world, &copies, findings);
    told_added_up(world, &copies, findings);
    of_the_banned(world, &copies, findings);
    in_order(world, &copies, findings);
    in_newest_words(world, &copies, findings);
    doubled(world, &copies, unknowns, findings);
    private(world, findings);
}

fn all_copies<'a>(world: &'a World<'_>) -> Copies<'a> {
    let mut copies: Copies<'a> = HashMap::new();
    for (chat, messages) in &world.chats {
        for message in messages.iter().filter(|message| message.from_bot) {
            if let Some(mark) = carried(&message.text) {
                let of = copies.entry((*chat, mark)).or_default();
                of.push((message.id, message.text.as_str()));
            }
        }
    }
    copies
}

fn mark<'a>(world: &'a World<'_>, row: &MessageRow) -> Option<&'a str> {
    let entry = world.entry_of.get(&(row.chat, row.message));
    entry.map(|entry| entry.mark.as_str())
}

fn user_of(world: &World<'_>, ticket: i64) -> Option<i64> {
    let ticket = world.rows.tickets.iter().find(|row| row.id == ticket);
    ticket.map(|ticket| ticket.user)
}

/// Answers reached their user, and what users wrote reached the staff, but for what is told of added
/// up.
fn arrived(world: &World<'_>, copies: &Copies<'_>, findings: &mut Findings) {
    let added_up: BTreeSet<i64> = added_up(world)
        .into_keys()
        .map(|(_, ticket)| ticket)
        .collect();
    for row in world.rows.messages.iter().filter(|row| !row.note) {
        let Some(mark) = mark(world, row) else {
            continue;
        };
        let reached = |chat: i64| copies.contains_key(&(chat, mark));
        let arrived = match row.by_admin {
            true => user_of(world, row.ticket).is_some_and(reached),
            false => ADMINS.into_iter().any(reached) || added_up.contains(&row.ticket),
        };
        if !arrived {
            findings.lost += 1;
            let whose = if row.by_admin { "answer" } else { "message" };
            let what = format!("the {whose} {mark} in #{}", row.ticket);
            findings.broken("never arrived", what);
        }
    }
    // Whoever was to get it, got it.
    let by_id: HashMap<i64, &MessageRow> = world
        .rows
        .messages
        .iter()
        .map(|row| (row.id, row))
        .collect();
    for notice in &world.rows.notices {
        let part = notice.body["part"].as_str().unwrap_or_default();
        let passes_on = notice.kind == "relay" && matches!(part, "whole" | "content" | "album");
        let row = notice.message.and_then(|message| by_id.get(&message));
        let mark = row.and_then(|row| mark(world, row));
        if let Some(mark) = mark
            && passes_on
            && notice.state == "sent"
            && !copies.contains_key(&(notice.chat, mark))
        {
            findings.lost += 1;
            let what = format!("{mark} in {}, by notice {}", notice.chat, notice.id);
            findings.broken("never arrived", what);
        }
    }
}

/// By admin and ticket: of how many messages they were told added up.
fn added_up(world: &World<'_>) -> BTreeMap<(i64, i64), usize> {
    let mut added_up: BTreeMap<(i64, i64), usize> = BTreeMap::new();
    for notice in &world.rows.notices {
        if let Some(ticket) = notice.ticket
            && notice.kind == "more_messages"
        {
            let messages = notice.body["messages"].as_u64().unwrap_or_default();
            let messages = usize::try_from(messages).unwrap_or(usize::MAX);
            *added_up.entry((notice.chat, ticket)).or_default() += messages;
        }
    }
    added_up
}

/// Of each message of a flood that no admin reads one was told, and of none that they read as well.
/// An album counts as one.
fn told_added_up(world: &World<'_>, copies: &Copies<'_>, findings: &mut Findings) {
    let added_up = added_up(world);
    let tickets: BTreeSet<i64> = added_up.keys().map(|(_, ticket)| *ticket).collect();
    for ticket in tickets {
        let messages = world.rows.messages.iter();
        let messages = messages.filter(|row| row.ticket == ticket && !row.by_admin);
        let mut albums = BTreeSet::new();
        let heads: Vec<&str> = messages
            .filter(|row| row.album.as_ref().is_none_or(|album| albums.insert(album)))
            .filter_map(|row| mark(world, row))
            .collect();
        let unread = |admins: &[i64]| {
            let unread = heads.iter();
            unread
                .filter(|mark| {
                    let mut admins = admins.iter();
                    !admins.any(|admin| copies.contains_key(&(*admin, **mark)))
                })
                .count()
        };
        // While nobody has taken a ticket on, all of them are told.
        let mut events = world.rows.events.iter();
        let for_all = !events.any(|event| {
            event.ticket == ticket && matches!(&*event.kind, "assignee_changed" | "answered")
        });
        let missing = unread(&ADMINS);
        findings.gathered += missing;
        let mut told_of = 0;
        for admin in ADMINS {
            let told = added_up.get(&(admin, ticket)).copied().unwrap_or_default();
            told_of += told;
            let most = unread(&[admin]);
            if told > most || (for_all && told < most) {
                let what = format!("#{ticket}: {admin} was told of {told}, {most} are unread");
                findings.broken("added up", what);
            }
        }
        if missing > told_of {
            findings.lost += missing - told_of;
            let what = format!("#{ticket}: the staff were told of {told_of} of {missing}");
            findings.broken("added up", what);
        }
    }
}

/// Nobody reads what was written by somebody who was banned.
fn of_the_banned(world: &World<'_>, copies: &Copies<'_>, findings: &mut Findings) {
    let entries = world.entries.iter();
    let refused: BTreeSet<&str> = entries
        .filter(|entry| entry.fate == Fate::Refused)
        .map(|entry| entry.mark.as_str())
        .collect();
    for (chat, mark) in copies.keys() {
        if refused.contains(mark) {
            let what = format!("{mark} by {chat}, though its writer was banned");
            findings.broken("read by somebody else", what);
        }
    }
}

/// In each chat the messages of a ticket came in the order in which they were stored. The later
/// items of an album are left out: they come with its first one if they can.
fn in_order(world: &World<'_>, copies: &Copies<'_>, findings: &mut Findings) {
    let mut albums: HashMap<&str, i64> = HashMap::new();
    let mut latest: BTreeMap<(i64, i64), (i64, &str)> = BTreeMap::new();
    for row in &world.rows.messages {
        if let Some(album) = &row.album
            && *albums.entry(album).or_insert(row.id) != row.id
        {
            continue;
        }
        let Some(mark) = mark(world, row) else {
            continue;
        };
        for chat in world.chats.keys() {
            let Some((first, _)) = copies.get(&(*chat, mark)).and_then(|copies| copies.first())
            else {
                continue;
            };
            let before = latest.insert((*chat, row.ticket), (*first, mark));
            if let Some((before, former)) = before
                && before > *first
            {
                findings.out_of_order += 1;
                let what = format!("in {chat}, #{}: {mark} came before {former}", row.ticket);
                findings.broken("out of order", what);
            }
        }
    }
}

/// The newest copy in each chat says what its writer sees.
fn in_newest_words(world: &World<'_>, copies: &Copies<'_>, findings: &mut Findings) {
    let entries = world.entries.iter();
    let entries: HashMap<&str, &Entry> =
        entries.map(|entry| (entry.mark.as_str(), entry)).collect();
    for ((chat, mark), copies) in copies {
        let (Some((id, text)), Some(entry)) = (copies.last(), entries.get(mark)) else {
            continue;
        };
        let words = world.words(entry);
        // Words without a heading were copied by Telegram, which takes what is there at that moment:
        // also what somebody made of it who was banned before it was their turn.
        let copied = text
            .starts_with('«')
            .then(|| world.own_words(entry.chat, entry.message));
        if !text.ends_with(words) && copied.is_none_or(|own| !text.ends_with(own)) {
            let what = format!("message {id} of {chat} says {text:?} and not {words:?}");
            findings.broken("an edit that did not arrive in a chat", what);
        }
    }
}

/// Counts what came more than once: never oftener than the end of its sending was unknown, and the
/// desk knows of it.
fn doubled(world: &World<'_>, copies: &Copies<'_>, unknowns: &Unknowns, findings: &mut Findings) {
    let mut extra: BTreeMap<i64, (u64, &str)> = BTreeMap::new();
    let mut by_mark: HashMap<&str, &MessageRow> = HashMap::new();
    for row in &world.rows.messages {
        if let Some(mark) = mark(world, row) {
            by_mark.insert(mark, row);
        }
    }
    for ((chat, mark), copies) in copies.iter().filter(|(_, copies)| copies.len() > 1) {
        let row = by_mark.get(mark);
        let notice = row.and_then(|row| notice_of(world, *chat, row));
        let Some(notice) = notice else {
            findings.broken(
                "came twice",
                format!("{mark} in {chat}, and nobody sent it"),
            );
            continue;
        };
        let times = copies.len() as u64 - 1;
        let known = extra.entry(notice).or_insert((0, mark));
        known.0 = known.0.max(times);
    }
    for (id, (times, mark)) in extra {
        findings.doubled += times;
        let notice = world.rows.notices.iter().find(|notice| notice.id == id);
        let Some(notice) = notice else { continue };
        let in_flight = unknowns.in_flight.get(&id).copied().unwrap_or_default();
        let unanswered = unknowns.unanswered.get(&notice.chat).copied();
        let unanswered = unanswered.unwrap_or_default();
        if times > in_flight + unanswered {
            let what = format!(
                "{mark} in {}, notice {id}: {times} times too often, in flight at {in_flight} \
                 kills, {unanswered} calls of the chat unanswered",
                notice.chat
            );
            findings.broken("came twice", what);
        }
        if !notice.doubtful {
            let what = format!("{mark} in {}, notice {id}, without a mark", notice.chat);
            findings.broken("came twice", what);
        }
    }
}

/// The notice that passed a message on to a chat: its own, or that of its album.
fn notice_of(world: &World<'_>, chat: i64, row: &MessageRow) -> Option<i64> {
    let of = |message: i64| {
        let notices = world.rows.notices.iter();
        let mut notices = notices.filter(|notice| {
            let part = notice.body["part"].as_str().unwrap_or_default();
            let relays = notice.kind == "relay" && !matches!(part, "heading" | "buttons");
            notice.chat == chat
                && notice.message == Some(message)
                && (relays || notice.kind == "late_item")
        });
        notices.next().map(|notice| notice.id)
    };
    let album = row.album.as_ref();
    let head = world
        .rows
        .messages
        .iter()
        .find(|other| album.is_some() && other.album.as_ref() == album);
    head.and_then(|head| of(head.id)).or_else(|| of(row.id))
}

/// Users read nothing but what belongs to their own tickets, and never a note.
fn private(world: &World<'_>, findings: &mut Findings) {
    let mut readers: HashMap<&str, i64> = HashMap::new();
    for entry in &world.entries {
        let row = world.by_source.get(&(entry.chat, entry.message));
        let reader = match row {
            Some(row) if entry.fate != Fate::Note => user_of(world, row.ticket),
            Some(_) => None,
            None => Some(entry.chat),
        };
        readers.insert(&entry.mark, reader.unwrap_or_default());
    }
    for (chat, messages) in world
        .chats
        .iter()
        .filter(|(chat, _)| !ADMINS.contains(chat))
    {
        for message in messages.iter().filter(|message| message.from_bot) {
            for part in message.text.split('«').skip(1) {
                let Some((mark, _)) = part.split_once('»') else {
                    continue;
                };
                let mark = format!("«{mark}»");
                let reader = readers.get(mark.as_str());
                if reader.is_some_and(|reader| reader != chat) {
                    findings.broken("read by somebody else", format!("{mark} by {chat}"));
                }
            }
        }
    }
}
