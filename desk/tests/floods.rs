//! Floods, by chance: whatever a person does and however fast, every message is in the ticket once,
//! and what the staff are told adds up.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use frontdesk_desk::content::{Content, Piece, Source};
use frontdesk_desk::conversation::Conversation;
use frontdesk_desk::facts::{AlbumPlace, Original};
use frontdesk_desk::ids::{
    AlbumId, ChatMessageId, MessageId, PersonId, TicketId, UpdateId, Version,
};
use frontdesk_desk::input::{Act, Person, Wrote};
use frontdesk_desk::notice::{Body, Gathering, Part};
use frontdesk_desk::outcome::{MessageEdit, Toast};
use frontdesk_desk::screen::Brief;
use frontdesk_desk::ticket::{
    Category, Lang, Priority, SenderType, Standing, Status, Ticket, TicketMessage, Time, UserRecord,
};
use frontdesk_desk::{Facts, Input, Outcome, Settings, needs, step};
use proptest::prelude::*;

const EMMA: PersonId = PersonId(1);
const ADMINS: [PersonId; 2] = [PersonId(11), PersonId(12)];
const LIMIT: u32 = 5;
const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// What a person does.
#[derive(Clone, Debug)]
enum Move {
    Write,
    /// Another item of this album.
    Album(u8),
    /// Edits one of the messages before.
    Edit(usize),
    Press,
    Command,
    Wait(i64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let one = prop_oneof![
        6 => Just(Move::Write),
        3 => (0..4_u8).prop_map(Move::Album),
        2 => (0..40_usize).prop_map(Move::Edit),
        1 => Just(Move::Press),
        1 => Just(Move::Command),
        3 => (0..70_i64).prop_map(Move::Wait),
    ];
    prop::collection::vec(one, 0..120)
}

/// One ticket of one person, and what came of what they did.
struct Desk {
    settings: Settings,
    conversation: Conversation,
    ticket: Ticket,
    messages: Vec<TicketMessage>,
    now: Time,
    acts: i64,
    /// For each chat: messages passed on by themselves, with the minute they were in.
    passed_on: BTreeMap<PersonId, Vec<Time>>,
    /// What is gathered: how many, and when it is told.
    gathered: BTreeMap<(PersonId, Gathering, i64), (u32, Time)>,
    /// What was told of together, added up.
    told: BTreeMap<(PersonId, Gathering), u32>,
    /// How often that was.
    notices: BTreeMap<(PersonId, Gathering), Vec<Time>>,
    reactions: Vec<Time>,
}

fn record(id: PersonId) -> UserRecord {
    UserRecord {
        id,
        first_name: "Emma".into(),
        last_name: None,
        username: None,
        language_code: Some("en".into()),
        language: None,
        reachable: true,
        muted: false,
        standing: Standing::default(),
        first_seen: start(),
        last_seen: start(),
    }
}

fn start() -> Time {
    "2026-11-24T11:00:00Z".parse().expect("a date")
}

impl Desk {
    fn new(limit: u32) -> Self {
        Self {
            settings: Settings {
                admins: ADMINS.to_vec(),
                categories: vec![Category("general".into())],
                language: Lang::En,
                timezone: chrono_tz::UTC,
                admin_names: false,
                person_per_minute: limit,
            },
            conversation: Conversation::default(),
            ticket: Ticket {
                id: TicketId(1),
                user: EMMA,
                subject: "No sound".into(),
                description: String::new(),
                status: Status::Open,
                priority: Priority::Normal,
                category: Category("general".into()),
                assignee: None,
                created_at: start(),
                updated_at: start(),
                closed_at: None,
                first_answer_at: None,
                waiting_since: None,
                unread: false,
                former_number: None,
                version: Version(1),
            },
            messages: Vec::new(),
            now: start(),
            acts: 0,
            passed_on: BTreeMap::new(),
            gathered: BTreeMap::new(),
            told: BTreeMap::new(),
            notices: BTreeMap::new(),
            reactions: Vec::new(),
        }
    }

    fn wait(&mut self, seconds: i64) {
        self.now += TimeDelta::seconds(seconds);
        self.tell();
    }

    /// What is due becomes a notice.
    fn tell(&mut self) {
        let now = self.now;
        let due: Vec<_> = self
            .gathered
            .iter()
            .filter(|(_, (_, due))| *due <= now)
            .map(|(key, (messages, due))| (*key, *messages, *due))
            .collect();
        for (key, messages, due) in due {
            self.gathered.remove(&key);
            let (chat, what, _) = key;
            *self.told.entry((chat, what)).or_default() += messages;
            if what != Gathering::Edits {
                self.notices.entry((chat, what)).or_default().push(due);
            }
        }
    }

    fn facts(&self, act: &Act) -> Facts {
        let mut facts = Facts {
            me: Some(record(EMMA)),
            tickets: vec![(self.ticket.clone(), record(EMMA))],
            open: vec![Brief {
                id: self.ticket.id,
                subject: self.ticket.subject.clone(),
                status: self.ticket.status,
                priority: self.ticket.priority,
                unread: false,
                waiting_since: None,
                updated_at: self.now,
                user_name: None,
                banned: false,
            }],
            staff: ADMINS.map(record).to_vec(),
            ..Facts::default()
        };
        let (Act::Wrote(wrote) | Act::Edited(wrote)) = act else {
            return facts;
        };
        let recipients = |message: &TicketMessage| match message.content.text.as_str() {
            text if text.starts_with("passed") => ADMINS.to_vec(),
            _ => vec![],
        };
        facts.album = self
            .messages
            .iter()
            .find(|message| wrote.piece.album.is_some() && message.album == wrote.piece.album)
            .map(|first| AlbumPlace {
                ticket: self.ticket.id,
                first: first.clone(),
                recipients: recipients(first),
            });
        facts.original = self
            .messages
            .iter()
            .find(|message| message.source == wrote.piece.source)
            .map(|message| Original {
                ticket: self.ticket.id,
                message: message.clone(),
                recipients: ADMINS.to_vec(),
                siblings: vec![message.id],
            });
        facts
    }

    fn act(&mut self, act: Act) -> Outcome {
        self.acts += 1;
        let input = Input {
            update: UpdateId(self.acts),
            person: Person {
                id: EMMA,
                first_name: "Emma".into(),
                last_name: None,
                username: None,
                language_code: Some("en".into()),
            },
            act,
        };
        // What is needed never depends on what is only known afterwards.
        let _ = needs(&self.conversation, &input, &self.settings, self.now);
        let facts = self.facts(&input.act);
        let outcome = step(&self.conversation, &input, &facts, &self.settings, self.now);
        self.tell();
        self.take_in(&outcome);
        outcome
    }

    fn take_in(&mut self, outcome: &Outcome) {
        self.conversation = outcome.conversation.clone();
        for change in &outcome.tickets {
            self.ticket = change.ticket.clone();
            for edit in &change.edits {
                if let MessageEdit::Content {
                    message, content, ..
                } = edit
                {
                    let place = usize::try_from(message.0 - 1).expect("a place");
                    self.messages[place].content = content.clone();
                }
            }
            for message in &change.messages {
                let id = MessageId(i64::try_from(self.messages.len()).expect("few") + 1);
                self.messages.push(TicketMessage {
                    id,
                    sender: message.sender,
                    sender_type: SenderType::User,
                    note: false,
                    content: message.content.clone(),
                    source: message.source,
                    album: message.album.clone(),
                    created_at: message.at,
                    edited_at: None,
                    recalled_at: None,
                });
            }
        }
        for notice in &outcome.notices {
            match &notice.body {
                Body::Relay {
                    part: Part::Whole | Part::Heading,
                    ..
                } => {
                    let chat = self.passed_on.entry(PersonId(notice.chat.0)).or_default();
                    chat.push(self.now);
                }
                Body::React { .. } => self.reactions.push(self.now),
                _ => {}
            }
        }
        for gathered in &outcome.gathered {
            let about = gathered.message.and_then(|message| message.id());
            let key = (
                PersonId(gathered.chat.0),
                gathered.what,
                about.map_or(0, |id| id.0),
            );
            assert!(gathered.due > self.now && gathered.due <= self.now + MINUTE);
            let (messages, due) = self.gathered.entry(key).or_insert((0, gathered.due));
            *messages += gathered.messages;
            *due = gathered.due.max(*due);
        }
    }

    fn make(&mut self, made: &Move) {
        let number = self.acts + 1;
        match made {
            Move::Write => {
                self.act(wrote(number, None));
            }
            Move::Album(album) => {
                // Telegram never lets an album go on for long.
                let name = format!("{album} of {}", self.now.timestamp());
                self.act(wrote(number, Some(AlbumId(name))));
            }
            Move::Edit(place) => {
                let Some(message) = self.messages.get(*place).cloned() else {
                    return;
                };
                let content = Content::plain(format!("{}, edited", message.content.text));
                let piece = Piece {
                    content,
                    source: message.source,
                    album: message.album,
                };
                self.act(Act::Edited(Wrote {
                    piece,
                    reply_to: None,
                }));
            }
            Move::Press => {
                let asked = self.conversation.pace.as_ref().map_or(0, |pace| pace.asked);
                let outcome = self.act(Act::Pressed {
                    query: "query".into(),
                    message: None,
                    data: "home".into(),
                });
                assert!(outcome.show.is_some() != (outcome.toast == Some(Toast::TooFast)));
                assert!(outcome.show.is_some() || asked >= LIMIT);
            }
            Move::Command => {
                let content = Content::plain("/start");
                let piece = Piece {
                    content,
                    source: source(number),
                    album: None,
                };
                let outcome = self.act(Act::Wrote(Wrote {
                    piece,
                    reply_to: None,
                }));
                assert_eq!(outcome.show.is_some(), outcome.gathered.is_empty());
            }
            Move::Wait(seconds) => self.wait(*seconds),
        }
    }
}

fn source(number: i64) -> Source {
    Source {
        chat: EMMA.chat(),
        message: ChatMessageId(number),
    }
}

fn wrote(number: i64, album: Option<AlbumId>) -> Act {
    Act::Wrote(Wrote {
        piece: Piece {
            content: Content::plain(format!("message {number}")),
            source: source(number),
            album,
        },
        reply_to: None,
    })
}

/// The most of these moments that lie within one minute, the last of which is not in it.
fn most_in_a_minute(moments: &[Time]) -> usize {
    let within = |from: Time| {
        moments
            .iter()
            .filter(|at| from <= **at && **at < from + MINUTE)
            .count()
    };
    moments.iter().map(|at| within(*at)).max().unwrap_or(0)
}

fn check(limit: u32, made: &[Move]) {
    let mut desk = Desk::new(limit);
    let mut written = 0;
    let mut heads = 0;
    let mut albums = BTreeSet::new();
    for one in made {
        let before = desk.messages.len();
        desk.make(one);
        if let Move::Write | Move::Album(_) = one {
            written += 1;
            assert_eq!(desk.messages.len(), before + 1, "it is stored at once");
            let last = desk.messages.last().expect("a message");
            if last.album.is_none() || albums.insert(last.album.clone().map(|album| album.0)) {
                heads += 1;
            }
        }
    }
    desk.wait(120);
    assert!(desk.gathered.is_empty(), "all of it is told in the end");
    let sources: BTreeSet<i64> = desk
        .messages
        .iter()
        .map(|one| one.source.message.0)
        .collect();
    assert_eq!(sources.len(), written, "each is there once");
    for admin in ADMINS {
        let passed_on = desk.passed_on.get(&admin).map_or(0, Vec::len);
        let told = desk.told.get(&(admin, Gathering::More)).copied();
        let told = usize::try_from(told.unwrap_or(0)).expect("few");
        assert_eq!(passed_on + told, heads, "what {admin} is told adds up");
        if limit == 0 {
            assert_eq!(told, 0);
            continue;
        }
        // Two minutes of the desk can lie in one of the clock's.
        let limit = usize::try_from(limit).expect("few");
        if let Some(passed_on) = desk.passed_on.get(&admin) {
            assert!(most_in_a_minute(passed_on) <= 2 * limit);
        }
        if let Some(notices) = desk.notices.get(&(admin, Gathering::More)) {
            assert!(most_in_a_minute(notices) <= 4, "{notices:?}");
        }
        assert!(most_in_a_minute(&desk.reactions) <= 2 * limit);
    }
}

proptest! {
    #[test]
    fn nothing_is_lost_and_the_counts_add_up(made in moves()) {
        check(LIMIT, &made);
        check(0, &made);
    }
}

#[test]
fn the_minute_begins_with_the_first_message_and_the_next_one_when_it_is_over() {
    let mut desk = Desk::new(LIMIT);
    for _ in 0..LIMIT {
        desk.make(&Move::Write);
        desk.wait(11);
    }
    // 55 seconds after the first.
    desk.make(&Move::Write);
    assert_eq!(desk.passed_on[&ADMINS[0]].len(), 5);
    desk.wait(5);
    desk.make(&Move::Write);
    assert_eq!(desk.passed_on[&ADMINS[0]].len(), 6);
    assert_eq!(desk.told[&(ADMINS[0], Gathering::More)], 1);
}

#[test]
fn a_clock_that_is_set_back_begins_a_new_minute() {
    let mut desk = Desk::new(LIMIT);
    for _ in 0..20 {
        desk.make(&Move::Write);
    }
    desk.now -= TimeDelta::hours(5);
    desk.make(&Move::Write);
    assert_eq!(desk.passed_on[&ADMINS[0]].len(), 6);
}
