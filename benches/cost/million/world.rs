//! A desk after three years, written straight into its tables: many tickets, five messages each on
//! average, as unevenly spread as people are.

use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use frontdesk_desk::conversation::Conversation;
use frontdesk_desk::notice::{Body, Part, Why};
use frontdesk_desk::ticket::{Happened, Status};
use rand_core::{Rng, SeedableRng};
use rand_pcg::Pcg64;
use rusqlite::{Connection, OptionalExtension, Statement, params};

/// Says that all of it was written, in `PRAGMA user_version`.
const COMPLETE: i64 = 1;

/// How long the desk has been there.
const AGE: Duration = Duration::from_secs(3 * 365 * 24 * 3600);

/// Tickets that were talked about at the same time: their messages stand mixed in the table.
const TOGETHER: i64 = 1000;

/// The admins, in the order of their ids.
pub(super) const ADMINS: [i64; 5] = [201, 202, 203, 204, 205];

/// The first user.
const USERS: i64 = 1_000_000;

/// The messages of a ticket that became a long story; one in ten thousand did, and the first one.
const LONG: i64 = 2000;

/// How many words subjects and messages are made of. As in any language a few of them are
/// frequent: the first is in one subject of fourteen.
const WORDS: u32 = 40_000;

/// How large a desk is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Size {
    pub(super) tickets: i64,
}

impl Size {
    /// How many people asked: three in ten tickets were somebody's first.
    pub(super) fn users(self) -> i64 {
        (self.tickets * 3 / 10).max(1)
    }
}

/// Random numbers that are the same every time.
pub(super) struct Dice(Pcg64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(Pcg64::seed_from_u64(seed))
    }

    /// From 0, below 1.
    fn share(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// From 0, below this.
    pub(super) fn below(&mut self, end: i64) -> i64 {
        (self.share() * end as f64) as i64
    }

    /// One in so many times.
    fn one_in(&mut self, times: i64) -> bool {
        self.below(times) == 0
    }

    /// Of so many, more often one of the first: of 300,000 people the first turns up two thousand
    /// times in a million, every other one about once.
    fn uneven(&mut self, end: i64) -> i64 {
        let share = self.share();
        (share * share * end as f64) as i64
    }

    /// A word, the frequent ones more often: shares fall with the rank.
    pub(super) fn word(&mut self) -> String {
        // Zipf and Mandelbrot: 1 / (rank + 30).
        let (first, all) = (30.0_f64, f64::from(WORDS) + 30.0);
        let rank = first * (all / first).powf(self.share()) - first;
        word(rank as u32)
    }

    pub(super) fn words(&mut self, least: i64, most: i64) -> String {
        let many = least + self.below(most - least + 1);
        let words: Vec<String> = (0..many).map(|_| self.word()).collect();
        words.join(" ")
    }

    /// Who asks, or asked for this ticket.
    pub(super) fn user(&mut self, size: Size) -> i64 {
        USERS + self.uneven(size.users())
    }
}

/// The word of this rank: two to five syllables, no two alike.
fn word(rank: u32) -> String {
    const SYLLABLES: [&str; 32] = [
        "bo", "ter", "kon", "li", "mo", "pri", "su", "ven", "da", "ro", "ka", "tel", "no", "fi",
        "gra", "je", "lo", "mi", "pa", "rek", "sto", "ta", "ul", "vi", "zo", "er", "bi", "che",
        "do", "fra", "gu", "hal",
    ];
    // So that words of neighbouring ranks share no beginning.
    let mut rest = rank.wrapping_mul(2_654_435_761) >> 12;
    let mut word = String::new();
    for _ in 0..2 + rank % 3 {
        word.push_str(SYLLABLES[(rest % 32) as usize]);
        rest /= 32;
    }
    word.push_str(SYLLABLES[(rank % 32) as usize]);
    word
}

/// Fills the database, unless it is filled already.
pub(super) fn fill(path: &Path, size: Size) -> rusqlite::Result<()> {
    let mut db = Connection::open(path)?;
    if db.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))? == COMPLETE {
        return Ok(());
    }
    db.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA foreign_keys = OFF;
         PRAGMA temp_store = MEMORY;",
    )?;
    let tx = db.transaction()?;
    // Indexes of tables that are there whole are built by sorting, many times faster.
    let aside: Vec<String> = tx
        .prepare(
            "SELECT sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL
             AND tbl_name IN ('tickets', 'ticket_messages', 'ticket_events', 'message_links')",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for index in &aside {
        let name = index.split_whitespace().skip_while(|word| *word != "INDEX");
        let name = name.skip(1).find(|word| *word != "IF").unwrap_or_default();
        tx.execute_batch(&format!("DROP INDEX {name}"))?;
    }
    people(&tx, size)?;
    tickets(&tx, size)?;
    for index in &aside {
        tx.execute_batch(index)?;
    }
    // As the desk itself does it little by little.
    let words: Option<i64> = tx
        .query_row(
            "SELECT 1 FROM sqlite_master WHERE name = 'ticket_subjects'",
            [],
            |row| row.get(0),
        )
        .optional()?;
    if words.is_some() {
        tx.execute_batch("INSERT INTO ticket_subjects (ticket_subjects) VALUES ('rebuild')")?;
    }
    tx.commit()?;
    db.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);")?;
    db.pragma_update(None, "user_version", COMPLETE)
}

fn people(tx: &Connection, size: Size) -> rusqlite::Result<()> {
    let mut dice = Dice::new(1);
    let mut user = tx.prepare(
        "INSERT INTO users (id, first_name, last_name, username, language_code, reachable, muted,
                            first_seen, last_seen, standing, banned_at, banned_by, ban_reason)
         VALUES (?1, ?2, ?3, ?4, 'en', ?5, 0, ?6, ?6, ?7, ?8, 201, ?9)",
    )?;
    let mut event = tx.prepare(
        "INSERT INTO person_events (person_id, by_id, at, kind, what)
         VALUES (?1, 201, ?2, 'user_banned', ?3)",
    )?;
    let mut conversation = tx.prepare(
        "INSERT INTO conversations (person_id, state, version, screen_no, shown_no)
         VALUES (?1, ?2, 5, 5, 5)",
    )?;
    let mut admin = tx.prepare("INSERT INTO admins (person_id) VALUES (?1)")?;
    let state = json(&Conversation::default());
    let banned = json(&Happened::UserBanned {
        reason: Some("spam".to_owned()),
    });
    let now = now();
    for id in ADMINS {
        admin.execute([id])?;
    }
    for id in ADMINS.into_iter().chain(USERS..USERS + size.users()) {
        let is_banned = id >= USERS && dice.one_in(1000);
        let banned_at = is_banned.then(|| now - dice.below(micros(AGE)));
        user.execute(params![
            id,
            dice.word(),
            dice.word(),
            format!("user{id}"),
            !dice.one_in(50),
            now - micros(AGE),
            i64::from(is_banned),
            banned_at,
            is_banned.then_some("spam"),
        ])?;
        conversation.execute(params![id, state])?;
        if let Some(at) = banned_at {
            event.execute(params![id, at, banned])?;
        }
    }
    Ok(())
}

/// What the tables of a ticket are written by.
struct Pens<'a> {
    ticket: Statement<'a>,
    message: Statement<'a>,
    event: Statement<'a>,
    link: Statement<'a>,
    notice: Statement<'a>,
}

/// A ticket while it is told.
struct Story {
    id: i64,
    user: i64,
    status: Status,
    opened: i64,
    messages: i64,
    written: i64,
    version: i64,
    last: i64,
    first_answer: Option<i64>,
    waiting: Option<i64>,
    answered: bool,
    description: String,
}

fn tickets(tx: &Connection, size: Size) -> rusqlite::Result<()> {
    let mut dice = Dice::new(2);
    let mut pens = Pens {
        ticket: tx.prepare(
            "INSERT INTO tickets (id, user_id, subject, subject_folded, description, status,
                 priority, category, assigned_admin_id, created_at, updated_at, closed_at,
                 first_answer_at, waiting_since, unread, version)
             VALUES (?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
        )?,
        message: tx.prepare(
            "INSERT INTO ticket_messages (id, ticket_id, sender_id, sender_type, note,
                 message_text, message_type, file_id, file_unique_id, source_chat, source_message,
                 album, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8, ?3, ?1, ?9, ?10)",
        )?,
        event: tx.prepare(
            "INSERT INTO ticket_events (ticket_id, by_id, at, version, kind, what)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?,
        link: tx.prepare(
            "INSERT INTO message_links (chat_id, message_id, ticket_id, ticket_message_id, part,
                 why, at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?,
        notice: tx.prepare(
            "INSERT INTO notices (chat_id, lane, state, head, due_at, ticket_id, message_id, kind,
                 body, attempts, reason, created_at, ended_at)
             VALUES (?1, 'other', ?2, 0, ?3, ?4, ?5, 'relay', ?6, 1, ?7, ?3, ?3)",
        )?,
    };
    let now = now();
    let step = micros(AGE) / size.tickets;
    let mut last_message = 0;
    for first in (1..=size.tickets).step_by(usize::try_from(TOGETHER).unwrap_or(1)) {
        let ids = first..=(first + TOGETHER - 1).min(size.tickets);
        let mut stories: Vec<Story> = ids
            .map(|id| story(&mut dice, size, id, now - micros(AGE) + id * step))
            .collect();
        let mut open: Vec<usize> = (0..stories.len()).collect();
        while !open.is_empty() {
            let place = usize::try_from(dice.below(open.len() as i64)).unwrap_or(0);
            let story = &mut stories[open[place]];
            tell(&mut pens, &mut dice, story, &mut last_message, now)?;
            if story.written >= story.messages {
                open.swap_remove(place);
            }
        }
        for story in &stories {
            end(&mut pens, &mut dice, story, now)?;
        }
    }
    Ok(())
}

fn story(dice: &mut Dice, size: Size, id: i64, opened: i64) -> Story {
    // Three in a hundred of the older ones were never closed, most of the newest are open.
    let is_new = id > size.tickets - size.tickets / 200;
    let is_open = if is_new {
        !dice.one_in(4)
    } else {
        dice.one_in(33)
    };
    let status = match (is_open, dice.one_in(3)) {
        (true, true) => Status::Open,
        (true, false) => Status::InProgress,
        (false, _) => Status::Closed,
    };
    let messages = match id == 1 || dice.one_in(10_000) {
        true => LONG,
        false => 1 + dice.uneven(12),
    };
    Story {
        id,
        user: dice.user(size),
        status,
        opened,
        messages,
        written: 0,
        version: 1,
        last: opened,
        first_answer: None,
        waiting: Some(opened),
        answered: false,
        description: dice.words(4, 30),
    }
}

/// The next message of a ticket, or its next album of three, and what follows from it.
fn tell(
    pens: &mut Pens<'_>,
    dice: &mut Dice,
    story: &mut Story,
    last_message: &mut i64,
    now: i64,
) -> rusqlite::Result<()> {
    let is_first = story.written == 0;
    let by_user = is_first || dice.one_in(2);
    let is_note = !by_user && dice.one_in(10);
    let admin = ADMINS[usize::try_from((story.id + dice.below(2)) % 5).unwrap_or(0)];
    let sender = if by_user { story.user } else { admin };
    let items = if dice.one_in(60) { 3 } else { 1 };
    story.last = (story.last + dice.below(4 * 3600 * 1_000_000)).min(now);
    let album = (items > 1).then(|| format!("album{last_message}"));
    for _ in 0..items {
        *last_message += 1;
        let message = *last_message;
        let photo = album.as_ref().map(|_| format!("photo{message}"));
        let text = match is_first {
            true => story.description.clone(),
            false => dice.words(2, 30),
        };
        pens.message.execute(params![
            message,
            story.id,
            sender,
            if by_user { "user" } else { "admin" },
            is_note,
            text,
            if photo.is_some() { "photo" } else { "text" },
            photo,
            album,
            story.last,
        ])?;
        story.written += 1;
        if is_note {
            continue;
        }
        // Telegram's number of the copy: never one that is the number of somebody's own message.
        let copy = message + (1 << 32);
        let (part, why) = match by_user {
            true => ("content", if is_first { "new_ticket" } else { "follow_up" }),
            false => ("whole", "answer"),
        };
        let chat = if by_user { admin } else { story.user };
        let never_came = !by_user && items == 1 && dice.one_in(1000);
        if !never_came {
            pens.link.execute(params![
                chat, copy, story.id, message, part, why, story.last
            ])?;
        }
        let is_recent = now - story.last < 3 * 24 * 3600 * 1_000_000;
        if !by_user && (never_came || is_recent) {
            let body = json(&Body::Relay {
                part: Part::Whole,
                why: Why::Answer,
            });
            let state = if never_came { "failed" } else { "sent" };
            let reason = never_came.then_some("Bad Request: chat not found");
            pens.notice.execute(params![
                chat, state, story.last, story.id, message, body, reason
            ])?;
        }
    }
    let what = match (is_first, by_user, is_note) {
        (true, ..) => Happened::Opened,
        (_, true, _) => Happened::UserWrote,
        (.., true) => Happened::NoteAdded,
        _ => Happened::Answered,
    };
    happen(pens, story, sender, &what)?;
    if by_user {
        story.waiting.get_or_insert(story.last);
    } else if !is_note {
        story.waiting = None;
        story.first_answer.get_or_insert(story.last);
    }
    story.answered = !by_user && !is_note;
    Ok(())
}

fn happen(
    pens: &mut Pens<'_>,
    story: &mut Story,
    by: i64,
    what: &Happened,
) -> rusqlite::Result<()> {
    pens.event.execute(params![
        story.id,
        by,
        story.last,
        story.version,
        what.kind(),
        json(what)
    ])?;
    story.version += 1;
    Ok(())
}

/// The ticket as it stands after all of that.
fn end(pens: &mut Pens<'_>, dice: &mut Dice, story: &Story, now: i64) -> rusqlite::Result<()> {
    let closed = (story.status == Status::Closed)
        .then(|| (story.last + dice.below(48 * 3600 * 1_000_000)).min(now));
    let priority = ["normal", "normal", "normal", "low", "high", "urgent"];
    let category = ["general", "general", "payment", "technical"];
    let admin = ADMINS[usize::try_from(story.id % 5).unwrap_or(0)];
    pens.ticket.execute(params![
        story.id,
        story.user,
        dice.words(2, 6),
        story.description,
        story.status.as_str(),
        priority[usize::try_from(dice.below(6)).unwrap_or(0)],
        category[usize::try_from(dice.below(4)).unwrap_or(0)],
        (story.status != Status::Open).then_some(admin),
        story.opened,
        closed.unwrap_or(story.last),
        closed,
        story.first_answer,
        story.waiting,
        story.answered && dice.one_in(2),
        story.version,
    ])?;
    Ok(())
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("it is JSON")
}

pub(super) fn now() -> i64 {
    micros(
        SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("a clock"),
    )
}

pub(super) fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).expect("not that long")
}
