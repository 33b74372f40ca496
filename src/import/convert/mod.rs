//! What the older bot's rows become: pure rules, and a remark wherever something is not as it was.

#[cfg(test)]
mod tests;

use std::cmp::min;

use chrono_tz::Tz;
use frontdesk_actors::store::import::{
    FormerKey, FormerMessage, FormerTicket, FormerUser, Taken, TakenMessage,
};
use frontdesk_desk::content::{Content, ContentKind, File};
use frontdesk_desk::formatted::{MAX_CAPTION, MAX_TEXT, cut, one_line};
use frontdesk_desk::ids::{PersonId, TicketId, Version};
use frontdesk_desk::ticket::{
    Category, Priority, SenderType, Standing, Status, Ticket, Time, UserRecord,
};

use super::report::{About, Remark, Report};
use super::times::{self, Clock};

/// Who stands for the staff where the older bot does not say who answered. Nobody in Telegram has
/// this id.
pub(super) const UNKNOWN_ADMIN: PersonId = PersonId(0);

/// The longest subject, in characters: as the desk's own form has it.
const MAX_SUBJECT: usize = 200;

/// The longest category, in bytes: a button has to carry it.
const MAX_CATEGORY: usize = 32;

/// What the older bot stored where media had no caption.
const PLACEHOLDERS: [&str; 2] = ["Прикреплено изображение", "Прикреплено видео"];

/// Likewise, with the name of the file behind it.
const DOCUMENT_PLACEHOLDER: &str = "Прикреплен документ: ";

/// What the rules depend on.
#[derive(Clone, Debug)]
pub(super) struct Rules {
    /// In which zone the older bot's machine told the time.
    pub(super) zone: Tz,
    /// `desk.categories`.
    pub(super) categories: Vec<Category>,
    /// `desk.admins`.
    pub(super) admins: Vec<PersonId>,
    /// What the staff are called where nobody knows who it was.
    pub(super) staff: String,
    /// Nothing can have happened later.
    pub(super) now: Time,
}

/// The moment that a text names, with remarks; `instead` where it names none.
fn moment(
    rules: &Rules,
    text: Option<&str>,
    instead: Time,
    about: About,
    out: &mut Report,
) -> Time {
    let Some(text) = text else {
        out.note(Remark::NoTime, about);
        return instead;
    };
    let Some((time, clock)) = times::read(text, rules.zone) else {
        out.note(Remark::NoTime, about);
        return instead;
    };
    match clock {
        Clock::Plain => {}
        Clock::Twice => out.note(Remark::HourTwice, about),
        Clock::Never => out.note(Remark::HourSkipped, about),
    }
    if time > rules.now {
        out.note(Remark::Future, about);
    }
    min(time, rules.now)
}

/// A ticket as it is taken over; `None`, with a remark, where it is nobody's.
pub(super) fn ticket(rules: &Rules, former: &FormerTicket, out: &mut Report) -> Option<Taken> {
    let about = About::Ticket(former.table, former.id);
    let Some(user) = former.user.filter(|id| *id > 0).map(PersonId) else {
        out.note(Remark::NoUser, about);
        return None;
    };
    // A ticket without a date is as old as the oldest that is known of it.
    let opened = former.messages.iter().map(|message| &message.created);
    let opened = opened.chain([&former.updated, &former.closed]).flatten();
    let oldest = opened
        .filter_map(|text| times::read(text, rules.zone))
        .min_by_key(|(time, _)| *time);
    let oldest = oldest.map_or(rules.now, |(time, _)| min(time, rules.now));
    let created_at = moment(rules, former.created.as_deref(), oldest, about, out);

    let mut messages = messages(rules, former, user, created_at, out);
    let description = words(former.description.as_deref());
    let first = first_of(former);
    let is_repeated = first.is_some_and(|first| words(first.text.as_deref()) == description);
    let shown = if first.is_some_and(|first| is_placeholder(&description, first)) {
        ""
    } else {
        &description
    };
    let subject = subject(former, shown, about, out);
    let mut lead = Vec::new();
    if let Some(whole) = &subject.whole {
        lead.push(whole.as_str());
    }
    if !is_repeated && !shown.is_empty() {
        lead.push(shown);
    }
    if !lead.is_empty() {
        let content = Content::plain(lead.join("\n\n"));
        let opening = (
            FormerMessage::DESCRIPTION,
            user,
            SenderType::User,
            created_at,
        );
        messages.splice(0..0, parts(opening, content, about, out));
    }

    let latest = messages.iter().map(|message| message.at).max();
    let latest = latest.unwrap_or(created_at).max(created_at);
    let updated = former
        .updated
        .as_deref()
        .and_then(|text| times::read(text, rules.zone));
    let updated_at = updated.map_or(latest, |(time, _)| min(time, rules.now).max(latest));
    let closed = former
        .closed
        .as_deref()
        .and_then(|text| times::read(text, rules.zone));
    let closed = closed.map(|(time, _)| min(time, rules.now).max(created_at));
    let status = status(former, closed.is_some(), about, out);
    let answers = |message: &&TakenMessage| message.sender_type == SenderType::Admin;
    let ticket = Ticket {
        id: TicketId(0),
        user,
        subject: subject.cut,
        description: shown.to_owned(),
        status,
        priority: priority(former, about, out),
        category: category(rules, former, about, out),
        assignee: assignee(rules, former, about, out),
        created_at,
        updated_at,
        closed_at: (status == Status::Closed).then(|| closed.unwrap_or(updated_at)),
        first_answer_at: messages.iter().find(answers).map(|answer| answer.at),
        waiting_since: waiting_since(&messages),
        unread: false,
        former_number: Some(former.id),
        version: Version(0),
    };
    Some(Taken {
        key: FormerKey {
            table: former.table,
            id: former.id,
            user,
            created: former.created.clone().unwrap_or_default(),
        },
        ticket,
        messages,
    })
}

/// When the user wrote first after the last answer.
fn waiting_since(messages: &[TakenMessage]) -> Option<Time> {
    let answered = messages
        .iter()
        .rposition(|message| message.sender_type == SenderType::Admin);
    let after = answered.map_or(0, |place| place + 1);
    messages.get(after).map(|message| message.at)
}

/// The messages in their order: by time, and then by number.
fn ordered(former: &FormerTicket) -> Vec<&FormerMessage> {
    let mut messages: Vec<_> = former.messages.iter().collect();
    messages.sort_by(|a, b| (&a.created, a.id).cmp(&(&b.created, b.id)));
    messages
}

/// The user's first message: it says what the description says.
fn first_of(former: &FormerTicket) -> Option<&FormerMessage> {
    let messages = ordered(former);
    let mut messages = messages.into_iter();
    messages.find(|message| message.sender_type.as_deref() != Some(SenderType::Admin.as_str()))
}

fn messages(
    rules: &Rules,
    former: &FormerTicket,
    user: PersonId,
    created_at: Time,
    out: &mut Report,
) -> Vec<TakenMessage> {
    let mut taken = Vec::new();
    let mut before = created_at;
    for message in ordered(former) {
        let about = match message.id {
            FormerMessage::RESPONSE => About::Ticket(former.table, former.id),
            id => About::Message(id),
        };
        let side = side(message, user, about, out);
        let sender = match (side, message.sender.filter(|id| *id > 0)) {
            (SenderType::User, _) => user,
            (SenderType::Admin, Some(admin)) => PersonId(admin),
            (SenderType::Admin, None) => {
                out.note(Remark::NoSender, about);
                UNKNOWN_ADMIN
            }
        };
        let Some(content) = content(message, about, out) else {
            continue;
        };
        let at = moment(rules, message.created.as_deref(), before, about, out);
        before = before.max(at);
        taken.extend(parts((message.id, sender, side, at), content, about, out));
    }
    taken
}

fn side(message: &FormerMessage, user: PersonId, about: About, out: &mut Report) -> SenderType {
    let known = message.sender_type.as_deref().map(str::trim);
    known.and_then(|word| word.parse().ok()).unwrap_or_else(|| {
        out.note(Remark::UnknownSide, about);
        match message.sender {
            Some(sender) if sender != user.0 && sender > 0 => SenderType::Admin,
            _ => SenderType::User,
        }
    })
}

/// What was written; `None`, with a remark, where it is nothing.
fn content(message: &FormerMessage, about: About, out: &mut Report) -> Option<Content> {
    let text = words(message.text.as_deref());
    let file_id = message.file_id.as_deref().map(str::trim);
    let file = file_id.filter(|id| !id.is_empty()).map(|id| File {
        file_id: id.to_owned(),
        // Nobody asked Telegram for it.
        file_unique_id: String::new(),
    });
    let named = message.kind.as_deref().map(str::trim).unwrap_or_default();
    let kind = named.parse().unwrap_or_else(|_| {
        out.note(Remark::UnknownKind, about);
        match file {
            Some(_) => ContentKind::Document,
            None => ContentKind::Text,
        }
    });
    let (kind, file) = match (kind, file) {
        // Whatever it is, there is a file with it.
        (ContentKind::Text, Some(file)) => (ContentKind::Document, Some(file)),
        (ContentKind::Text, None) => (ContentKind::Text, None),
        (kind, Some(file)) => (kind, Some(file)),
        (kind, None) => {
            out.note(Remark::NoFile, about);
            (kind, None)
        }
    };
    let text = match file.is_some() && is_placeholder(&text, message) {
        true => String::new(),
        false => text,
    };
    if kind == ContentKind::Text && text.is_empty() {
        out.note(Remark::Empty, about);
        return None;
    }
    if file.is_some() {
        out.attachments += 1;
    }
    Some(Content {
        kind,
        text,
        entities: Vec::new(),
        file,
    })
}

/// Whether these words only stand for media without a caption.
fn is_placeholder(text: &str, message: &FormerMessage) -> bool {
    let is_media = message.kind.as_deref().is_some_and(|kind| kind != "text");
    is_media && (PLACEHOLDERS.contains(&text) || text.starts_with(DOCUMENT_PLACEHOLDER))
}

/// A message in parts that Telegram can carry: a caption is shorter than a text.
fn parts(
    (former, sender, sender_type, at): (i64, PersonId, SenderType, Time),
    content: Content,
    about: About,
    out: &mut Report,
) -> Vec<TakenMessage> {
    let most = match content.is_text() {
        true => MAX_TEXT,
        false => MAX_CAPTION,
    };
    let (first, mut rest) = split(&content.text, most);
    let first = Content {
        text: first.to_owned(),
        ..content.clone()
    };
    let mut contents = vec![first];
    if !rest.is_empty() {
        out.note(Remark::TooLong, about);
    }
    while !rest.is_empty() {
        let (next, later) = split(rest, MAX_TEXT);
        contents.push(Content::plain(next));
        rest = later;
    }
    contents
        .into_iter()
        .zip(0..)
        .map(|(content, part)| TakenMessage {
            former,
            part,
            sender,
            sender_type,
            content,
            at,
        })
        .collect()
}

/// The longest beginning that fits, to the end of a line or of a word where there is one, and what
/// comes after it.
fn split(text: &str, most: usize) -> (&str, &str) {
    let mut units = 0;
    let fits = text
        .char_indices()
        .find(|(_, c)| {
            units += c.len_utf16();
            units > most
        })
        .map_or(text.len(), |(at, _)| at);
    let (fitting, rest) = text.split_at(fits);
    if rest.is_empty() {
        return (fitting, rest);
    }
    let end = fitting
        .rfind('\n')
        .or_else(|| fitting.rfind(' '))
        .filter(|at| *at > fits / 2);
    match end {
        Some(at) => (&text[..at], &text[at + 1..]),
        None => (fitting, rest),
    }
}

struct Subject {
    /// At most [`MAX_SUBJECT`] characters, on one line.
    cut: String,
    /// All of it, where that is more.
    whole: Option<String>,
}

fn subject(former: &FormerTicket, description: &str, about: About, out: &mut Report) -> Subject {
    let whole = words(former.subject.as_deref());
    let mut line = one_line(&whole);
    if line.is_empty() {
        out.note(Remark::NoSubject, about);
        line = one_line(description);
        if line.is_empty() {
            line = format!("№{}", former.id);
        }
        return Subject {
            cut: cut(&line, MAX_SUBJECT).into_owned(),
            whole: None,
        };
    }
    if line.chars().count() <= MAX_SUBJECT {
        return Subject {
            cut: line,
            whole: None,
        };
    }
    out.note(Remark::LongSubject, about);
    Subject {
        cut: cut(&line, MAX_SUBJECT).into_owned(),
        whole: Some(whole),
    }
}

fn status(former: &FormerTicket, has_end: bool, about: About, out: &mut Report) -> Status {
    let known = former.status.as_deref().map(str::trim);
    known.and_then(|word| word.parse().ok()).unwrap_or_else(|| {
        out.note(Remark::UnknownStatus, about);
        match has_end {
            true => Status::Closed,
            false => Status::Open,
        }
    })
}

fn priority(former: &FormerTicket, about: About, out: &mut Report) -> Priority {
    let Some(word) = given(former.priority.as_deref()) else {
        return Priority::Normal;
    };
    word.parse().unwrap_or_else(|_| {
        out.note(Remark::UnknownPriority, about);
        Priority::Normal
    })
}

fn category(rules: &Rules, former: &FormerTicket, about: About, out: &mut Report) -> Category {
    let usual = || {
        let first = rules.categories.first().cloned();
        first.unwrap_or_else(|| Category("general".to_owned()))
    };
    let Some(word) = given(former.category.as_deref()) else {
        return usual();
    };
    if let Some(known) = rules.categories.iter().find(|known| known.0 == word) {
        return known.clone();
    }
    if word.len() > MAX_CATEGORY {
        out.note(Remark::LongCategory, about);
        return usual();
    }
    out.note(Remark::UnknownCategory, about);
    Category(word.to_owned())
}

fn assignee(
    rules: &Rules,
    former: &FormerTicket,
    about: About,
    out: &mut Report,
) -> Option<PersonId> {
    let admin = PersonId(former.assignee?);
    if rules.admins.contains(&admin) {
        return Some(admin);
    }
    out.note(Remark::NoAdmin, about);
    None
}

/// A person as they would be stored if they are not known here; `former` is what the older bot
/// knows.
pub(super) fn person(
    rules: &Rules,
    id: PersonId,
    former: Option<&FormerUser>,
    first_seen: Time,
    out: &mut Report,
) -> UserRecord {
    let name = former.and_then(|user| given(user.full_name.as_deref()));
    let registered = former.and_then(|user| user.registered.as_deref());
    let registered = registered.and_then(|text| times::read(text, rules.zone));
    let username = former.and_then(|user| given(user.username.as_deref()));
    let username = username.map(|name| name.trim_start_matches('@').to_owned());
    if former.is_none() && id != UNKNOWN_ADMIN {
        out.note(Remark::NoName, About::Person(id));
    }
    UserRecord {
        id,
        first_name: match (id, name) {
            (UNKNOWN_ADMIN, _) => rules.staff.clone(),
            (_, name) => name.map_or_else(|| id.to_string(), one_line),
        },
        last_name: None,
        username: username.filter(|name| !name.is_empty()),
        language_code: former.and_then(|user| given(user.lang.as_deref()).map(str::to_owned)),
        language: None,
        reachable: true,
        muted: false,
        standing: Standing::default(),
        first_seen: registered.map_or(first_seen, |(time, _)| min(time, first_seen)),
        last_seen: first_seen,
    }
}

/// The words, without what surrounds them and without what no database takes.
fn words(text: Option<&str>) -> String {
    text.unwrap_or_default().replace('\0', "").trim().to_owned()
}

/// A word that is there.
fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}
