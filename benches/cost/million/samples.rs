//! What screens ask of the database: each kind of need, and some screens whole.

use chrono::{DateTime, Utc};
use frontdesk_desk::button::{Button, Filter};
use frontdesk_desk::content::Source;
use frontdesk_desk::conversation::Conversation;
use frontdesk_desk::facts::Whom;
use frontdesk_desk::ids::{
    AlbumId, ChatId, ChatMessageId, MessageId, PersonId, TicketId, UpdateId, Version,
};
use frontdesk_desk::input::{Act, Input, Person};
use frontdesk_desk::ticket::{Category, Lang, Priority, Status};
use frontdesk_desk::{Need, Settings, needs};
use rusqlite::Connection;

use super::world::{ADMINS, Dice, Size};

/// One thing that is measured.
pub(super) struct Sample {
    pub(super) name: &'static str,
    /// Who asks.
    pub(super) person: PersonId,
    pub(super) needs: Vec<Need>,
}

/// How many kinds of needs there are.
const KINDS: usize = 24;

/// The number of a need's kind. One that is added has to be numbered here, [`KINDS`] raised, and
/// asked for below: [`all`] makes sure of that.
fn kind(need: &Need) -> usize {
    match need {
        Need::Ticket(_) => 0,
        Need::TicketOf(_) => 1,
        Need::Original(_) => 2,
        Need::Album(_) => 3,
        Need::OpenTickets => 4,
        Need::MyTickets { .. } => 5,
        Need::Messages { .. } => 6,
        Need::MessageCount { .. } => 7,
        Need::Message(..) => 8,
        Need::History { .. } => 9,
        Need::EventsSince(..) => 10,
        Need::OthersAnswer(_) => 11,
        Need::OwnAnswer(_) => 12,
        Need::Deliveries(_) => 13,
        Need::DeliveryOf(..) => 14,
        Need::Staff(_) => 15,
        Need::UserTicketCount(_) => 16,
        Need::Counts => 17,
        Need::List { .. } => 18,
        Need::UserTickets { .. } => 19,
        Need::Person(_) => 20,
        Need::Banned { .. } => 21,
        Need::Find { .. } => 22,
        Need::Statistics { .. } => 23,
    }
}

/// A message of the database, by all that names it.
struct Told {
    message: MessageId,
    ticket: TicketId,
    source: Source,
}

/// As many samples of each as are asked for, of tickets, people and words picked at random: those
/// of long stories and of people who ask often turn up as often as such messages are written.
pub(super) fn all(db: &Connection, size: Size, each: usize, now: DateTime<Utc>) -> Vec<Sample> {
    let mut dice = Dice::new(3);
    let settings = Settings {
        admins: ADMINS.map(PersonId).to_vec(),
        categories: ["general", "payment", "technical"]
            .map(|name| Category(name.to_owned()))
            .to_vec(),
        language: Lang::En,
        // Its days begin in the midst of those of UTC, so the statistics have parts of days to count.
        timezone: chrono_tz::America::New_York,
        admin_names: false,
        person_per_minute: 0,
    };
    let mut samples = Vec::new();
    for place in 0..each {
        let mut add = |name, person, needs| {
            samples.push(Sample {
                name,
                person,
                needs,
            });
        };
        let admin = PersonId(ADMINS[place % ADMINS.len()]);
        let user = PersonId(dice.user(size));
        // The first ticket is a long story.
        let told = match place {
            0 => told(db, "ticket_id = 1 ORDER BY id DESC", 0),
            _ => told(db, "id >= ?1 ORDER BY id", dice.below(size.tickets * 9 / 2)),
        };
        let answer = told_or(
            db,
            "id >= ?1 AND sender_type = 'admin' AND note = 0 ORDER BY id",
            &told,
        );
        let item = told_or(db, "id >= ?1 AND album IS NOT NULL ORDER BY id", &told);
        let album: Option<(String, i64)> = db
            .query_row(
                "SELECT album, source_chat FROM ticket_messages WHERE id = ?1 AND album IS NOT NULL",
                [item.message.0],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .ok();
        let ticket = told.ticket;

        for (name, needs) in [
            ("a ticket", vec![Need::Ticket(ticket)]),
            ("the ticket of a message", vec![Need::TicketOf(told.source)]),
            ("a message by its place", vec![Need::Original(told.source)]),
            ("a message", vec![Need::Message(ticket, told.message)]),
            (
                "a user's page of messages",
                vec![messages(ticket, false, place)],
            ),
            (
                "an admin's page of messages",
                vec![messages(ticket, true, place)],
            ),
            (
                "the count of messages",
                vec![Need::MessageCount {
                    ticket,
                    notes: true,
                }],
            ),
            (
                "a page of the history",
                vec![Need::History {
                    ticket,
                    page: if place % 2 == 0 { 0 } else { u32::MAX },
                }],
            ),
            (
                "what happened since",
                vec![Need::EventsSince(ticket, Version(1))],
            ),
            ("another admin's answer", vec![Need::OthersAnswer(ticket)]),
            ("an own answer", vec![Need::OwnAnswer(ticket)]),
            (
                "how far answers have come",
                vec![Need::Deliveries(answer.ticket)],
            ),
            (
                "how far an answer has come",
                vec![Need::DeliveryOf(answer.ticket, answer.message)],
            ),
            (
                "the staff, and who answered",
                vec![Need::Staff(Some(ticket))],
            ),
            (
                "how many tickets a user has",
                vec![Need::UserTicketCount(ticket)],
            ),
            ("the dashboard", vec![Need::Counts]),
            (
                "a user's tickets, for the staff",
                vec![Need::UserTickets {
                    user,
                    page: u32::try_from(place % 2).unwrap_or(0),
                }],
            ),
            ("a person", vec![Need::Person(Whom::Id(user))]),
            (
                "a person by their name",
                vec![Need::Person(Whom::Called(format!("@user{}", user.0)))],
            ),
            (
                "those who are banned",
                vec![Need::Banned {
                    page: u32::try_from(place % 3).unwrap_or(0),
                }],
            ),
            ("find a number", vec![find(ticket.to_string())]),
            ("find a person", vec![find(format!("@user{}", user.0))]),
            ("find a word", vec![find(dice.word())]),
            (
                "find the beginning of a word",
                vec![find(dice.word().chars().take(4).collect())],
            ),
            ("find two words", vec![find(dice.words(2, 2))]),
        ] {
            add(name, admin, needs);
        }
        if let Some((album, chat)) = album {
            let needs = vec![Need::Album(AlbumId(album))];
            add("an album", PersonId(chat), needs);
        }
        add("a user's open tickets", user, vec![Need::OpenTickets]);
        let page = u32::try_from(place % 3).unwrap_or(0);
        add("a user's tickets", user, vec![Need::MyTickets { page }]);
        for (name, filter) in filters() {
            // As far as anybody turns pages.
            let page = match place % 2 {
                0 => 0,
                _ => u32::try_from(dice.below(50)).unwrap_or(0),
            };
            add(name, admin, vec![Need::List { filter, page }]);
        }
        for (name, button) in [
            ("the statistics", Button::Statistics),
            ("the screen of a ticket", Button::Ticket(ticket)),
            (
                "the screen of a conversation",
                Button::Conversation(ticket, u32::MAX),
            ),
            ("the screen before an answer", Button::Answer(ticket)),
        ] {
            let pressed = press(admin, &button);
            let needs = needs(&Conversation::default(), &pressed, &settings, now);
            add(name, admin, needs);
        }
    }
    for number in 0..KINDS {
        let mut asked = samples.iter().flat_map(|sample| &sample.needs);
        assert!(
            asked.any(|need| kind(need) == number),
            "no sample asks for a need of kind {number}"
        );
    }
    samples
}

fn messages(ticket: TicketId, notes: bool, place: usize) -> Need {
    let page = match place % 3 {
        0 => u32::MAX,
        1 => 0,
        _ => 5,
    };
    Need::Messages {
        ticket,
        notes,
        page,
    }
}

fn find(query: String) -> Need {
    Need::Find { query, page: 0 }
}

fn filters() -> [(&'static str, Filter); 6] {
    [
        ("the list of all", Filter::All),
        ("the list of a status", Filter::Status(Status::Closed)),
        (
            "the list of a category",
            Filter::Category(Category("payment".to_owned())),
        ),
        ("the list of a priority", Filter::Priority(Priority::Urgent)),
        ("the list of one's own", Filter::Mine),
        ("the list of what nobody has", Filter::Unassigned),
    ]
}

fn press(person: PersonId, button: &Button) -> Input {
    Input {
        update: UpdateId(1),
        person: Person {
            id: person,
            first_name: "Somebody".to_owned(),
            last_name: None,
            username: None,
            language_code: None,
        },
        act: Act::Pressed {
            query: String::new(),
            message: Some(ChatMessageId(1)),
            data: button.encode(),
        },
    }
}

fn told(db: &Connection, which: &str, from: i64) -> Told {
    let sql = format!(
        "SELECT id, ticket_id, source_chat, source_message FROM ticket_messages
         WHERE {which} LIMIT 1"
    );
    let mut query = db.prepare(&sql).expect("a query");
    let arguments: &[&dyn rusqlite::ToSql] = match which.contains("?1") {
        true => &[&from],
        false => &[],
    };
    query
        .query_row(arguments, |row| {
            Ok(Told {
                message: MessageId(row.get(0)?),
                ticket: TicketId(row.get(1)?),
                source: Source {
                    chat: ChatId(row.get(2)?),
                    message: ChatMessageId(row.get(3)?),
                },
            })
        })
        .expect("there are messages")
}

/// The next such message after another one, or the first of all.
fn told_or(db: &Connection, which: &str, after: &Told) -> Told {
    let there = format!("SELECT EXISTS (SELECT 1 FROM ticket_messages WHERE {which})");
    let there = there.replace(" ORDER BY id", "");
    let found: bool = db
        .query_row(&there, [after.message.0], |row| row.get(0))
        .expect("a query");
    told(db, which, if found { after.message.0 } else { 0 })
}
