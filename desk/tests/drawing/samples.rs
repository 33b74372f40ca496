//! Sample values for all screens and notices: plain ones, and the worst that people can write.

use chrono::TimeDelta;
use frontdesk_desk::button::Filter;
use frontdesk_desk::content::{Content, ContentKind, Entity, File, Source};
use frontdesk_desk::conversation::Why;
use frontdesk_desk::ids::{
    AlbumId, ChatId, ChatMessageId, DraftId, MessageId, PersonId, TicketId, TicketRef, Version,
};
use frontdesk_desk::screen::{
    Brief, Card, Choice, Counts, List, ListOf, Named, News, Page, Problem, Saying, Statistics,
};
use frontdesk_desk::ticket::{
    Category, Happened, Lang, Priority, SenderType, Status, Ticket, TicketEvent, TicketMessage,
    Time, UserRecord,
};
use frontdesk_desk::{Screen, Settings};

pub(crate) const USER: PersonId = PersonId(7_000_000_001);
pub(crate) const ADMIN: PersonId = PersonId(7_000_000_002);
pub(crate) const OTHER_ADMIN: PersonId = PersonId(7_000_000_003);

/// How the people of a sample write.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Taste {
    /// As most do.
    Plain,
    /// As long and as strange as Telegram lets them.
    Hostile,
}

impl Taste {
    pub(crate) const ALL: [Self; 2] = [Self::Plain, Self::Hostile];

    pub(crate) fn name(self) -> String {
        match self {
            Self::Plain => "Анна".into(),
            Self::Hostile => format!("<b>*_`{{$x}}\u{202e}\n\u{fdd0}{}", "👩‍👩‍👧‍👦".repeat(9)),
        }
    }

    pub(crate) fn subject(self) -> String {
        match self {
            Self::Plain => "Не проходит оплата картой".into(),
            Self::Hostile => "😀".repeat(200),
        }
    }

    pub(crate) fn text(self) -> Content {
        match self {
            Self::Plain => Content {
                entities: vec![entity("bold", 12, 4)],
                ..Content::plain("Здравствуйте, уже третий день не могу оплатить заказ.")
            },
            Self::Hostile => Content {
                entities: vec![
                    entity("bold", 0, 4096),
                    entity("text_link", 594, 100),
                    entity("custom_emoji", 598, 2),
                    entity("italic", 4000, 5000),
                    entity("blockquote", 0, 700),
                    entity("underline", 1, usize::MAX),
                    entity("spoiler", 3, 4),
                    Entity {
                        offset: 0,
                        length: 3,
                        rest: serde_json::Map::new(),
                    },
                ],
                ..Content::plain("😀".repeat(2048))
            },
        }
    }

    pub(crate) fn media(self, kind: ContentKind) -> Content {
        let words = self.text();
        Content {
            kind,
            file: Some(File {
                file_id: "file".into(),
                file_unique_id: "unique".into(),
            }),
            ..words
        }
    }

    pub(crate) fn categories(self) -> Vec<Category> {
        let usual = ["general", "payment", "technical"].map(|word| Category(word.into()));
        match self {
            Self::Plain => usual.to_vec(),
            Self::Hostile => (0..300)
                .map(|n| Category(format!("{n:_>32}")))
                .chain(usual)
                .collect(),
        }
    }

    pub(crate) fn settings(self) -> Settings {
        Settings {
            admins: vec![ADMIN, OTHER_ADMIN],
            categories: self.categories(),
            language: Lang::Ru,
            timezone: chrono_tz::Europe::Moscow,
            admin_names: false,
        }
    }

    fn number(self) -> i64 {
        match self {
            Self::Plain => 12,
            Self::Hostile => i64::MAX,
        }
    }

    fn count(self) -> u64 {
        match self {
            Self::Plain => 3,
            Self::Hostile => u64::MAX,
        }
    }

    fn pages(self) -> (u32, u32) {
        match self {
            Self::Plain => (1, 5),
            Self::Hostile => (u32::MAX - 1, u32::MAX),
        }
    }

    pub(crate) fn ticket(self) -> Ticket {
        let words = self.text().text;
        Ticket {
            id: TicketId(self.number()),
            user: USER,
            subject: self.subject(),
            description: words,
            status: Status::InProgress,
            priority: Priority::Urgent,
            category: Category("payment".into()),
            assignee: Some(OTHER_ADMIN),
            created_at: at(0),
            updated_at: at(60),
            closed_at: None,
            first_answer_at: Some(at(20)),
            waiting_since: Some(at(30)),
            unread: true,
            version: Version(self.number()),
        }
    }

    fn closed(self) -> Ticket {
        Ticket {
            status: Status::Closed,
            closed_at: Some(at(90)),
            waiting_since: None,
            assignee: None,
            ..self.ticket()
        }
    }

    pub(crate) fn user(self) -> UserRecord {
        UserRecord {
            id: USER,
            first_name: self.name(),
            last_name: Some("Петрова".into()),
            username: Some("anna_petrova".into()),
            language_code: Some("ru".into()),
            language: None,
            reachable: true,
            muted: false,
            first_seen: at(-90_000),
            last_seen: at(0),
        }
    }

    pub(crate) fn admin(self) -> UserRecord {
        UserRecord {
            id: ADMIN,
            first_name: "Борис".into(),
            last_name: None,
            username: None,
            ..self.user()
        }
    }

    fn named(self) -> Named {
        Named {
            id: USER,
            name: self.user().full_name(),
        }
    }

    pub(crate) fn staff(self) -> Vec<Named> {
        vec![
            Named {
                id: ADMIN,
                name: "Борис".into(),
            },
            Named {
                id: OTHER_ADMIN,
                name: self.name(),
            },
        ]
    }

    pub(crate) fn message(self, content: Content) -> TicketMessage {
        TicketMessage {
            id: MessageId(self.number()),
            sender: USER,
            sender_type: SenderType::User,
            note: false,
            content,
            source: Source {
                chat: USER.chat(),
                message: ChatMessageId(55),
            },
            album: None,
            created_at: at(5),
            edited_at: None,
            recalled_at: None,
        }
    }

    pub(crate) fn answer(self, content: Content) -> TicketMessage {
        TicketMessage {
            sender: ADMIN,
            sender_type: SenderType::Admin,
            source: Source {
                chat: ADMIN.chat(),
                message: ChatMessageId(77),
            },
            ..self.message(content)
        }
    }

    pub(crate) fn page(self) -> Page {
        let (page, pages) = self.pages();
        let edited = TicketMessage {
            edited_at: Some(at(7)),
            ..self.message(self.media(ContentKind::Photo))
        };
        let note = TicketMessage {
            note: true,
            ..self.answer(Content::plain("Платёж завис у банка, проверить завтра"))
        };
        let recalled = TicketMessage {
            recalled_at: Some(at(9)),
            ..self.answer(Content::plain("Ой, это не вам"))
        };
        let album = TicketMessage {
            album: Some(AlbumId("album".into())),
            ..self.message(Content {
                text: String::new(),
                entities: Vec::new(),
                ..self.media(ContentKind::Video)
            })
        };
        Page {
            ticket: TicketId(self.number()),
            subject: self.subject(),
            user: self.named(),
            messages: vec![
                self.message(self.text()),
                edited,
                note,
                self.answer(self.text()),
                recalled,
                album,
            ],
            people: self.staff(),
            page,
            pages,
        }
    }

    fn brief(self, status: Status) -> Brief {
        Brief {
            id: TicketId(self.number()),
            subject: self.subject(),
            status,
            priority: Priority::High,
            unread: status == Status::Open,
            waiting_since: (status != Status::Closed).then(|| at(0)),
            updated_at: at(30),
            user_name: None,
        }
    }

    fn list(self, staff: bool) -> List {
        let (page, pages) = self.pages();
        let rows = Status::ALL.iter().map(|status| Brief {
            user_name: staff.then(|| self.name()),
            ..self.brief(*status)
        });
        List {
            rows: rows.collect(),
            page,
            pages,
            total: self.count(),
        }
    }

    fn events(self) -> Vec<TicketEvent> {
        let happened = [
            Happened::Opened,
            Happened::UserWrote,
            Happened::Answered,
            Happened::NoteAdded,
            Happened::StatusChanged {
                from: Status::Open,
                to: Status::Closed,
            },
            Happened::PriorityChanged {
                from: Priority::Normal,
                to: Priority::Urgent,
            },
            Happened::CategoryChanged {
                from: Category("general".into()),
                to: Category("_".repeat(32)),
            },
            Happened::AssigneeChanged {
                from: None,
                to: Some(OTHER_ADMIN),
            },
            Happened::AssigneeChanged {
                from: Some(ADMIN),
                to: None,
            },
            Happened::MessageEdited {
                message: MessageId(1),
                former: self.text().text,
            },
            Happened::MessageEdited {
                message: MessageId(1),
                former: String::new(),
            },
            Happened::AnswerRecalled {
                message: MessageId(1),
            },
        ];
        let actors = [Some(USER), Some(ADMIN), Some(OTHER_ADMIN), None];
        happened
            .into_iter()
            .zip(actors.into_iter().cycle())
            .zip(1..)
            .map(|((what, by), n)| TicketEvent {
                by,
                at: at(n),
                version: Version(n),
                what,
            })
            .collect()
    }

    pub(crate) fn card(self) -> Card {
        Card {
            ticket: self.ticket(),
            user: self.user(),
            user_tickets: self.count(),
            assignee: self.staff().pop(),
            messages: 7,
            me: ADMIN,
            at: at(200),
            recallable: Some(MessageId(self.number())),
            news: None,
        }
    }

    fn news(self) -> Vec<News> {
        vec![
            News::Done,
            News::Already,
            News::Closed { until: at(100) },
            News::Reopened,
            News::NoteKept,
            News::AnswerTaken,
            News::ChangedMeanwhile {
                events: self.events().into_iter().skip(4).take(5).collect(),
                people: self.staff(),
            },
            News::TooLateToUndo,
            News::NotAnAdmin,
        ]
    }

    /// Every screen, each variant of what it can hold among them.
    pub(crate) fn screens(self) -> Vec<Screen> {
        let (draft, ticket) = (DraftId(self.number()), TicketId(self.number()));
        let (subject, categories) = (self.subject(), self.categories());
        let (page, pages) = self.pages();
        let mut screens = vec![
            Screen::Support,
            Screen::Languages,
            Screen::AskCategory {
                draft,
                categories: categories.clone(),
            },
            Screen::TicketOpened {
                ticket: TicketRef::Id(ticket),
                subject: subject.clone(),
                status: Status::Open,
            },
            Screen::MyTickets(self.list(false)),
            Screen::MyTickets(List {
                pages: 1,
                ..List::default()
            }),
            Screen::MyConversation(self.page()),
            Screen::MyConversation(Page {
                messages: Vec::new(),
                page: 0,
                pages: 1,
                ..self.page()
            }),
            Screen::AskReply {
                ticket,
                subject: subject.clone(),
            },
            Screen::Admin,
            Screen::Dashboard(Counts::default()),
            Screen::Dashboard(Counts {
                open: self.count(),
                in_progress: self.count(),
                closed: self.count(),
                unassigned: self.count(),
                mine: self.count(),
                longest_waiting: Some((ticket, at(0))),
                at: Some(at(300)),
                muted: true,
            }),
            Screen::Filters {
                categories: categories.clone(),
            },
            Screen::AskFind,
            Screen::Statistics(Statistics::default()),
            Screen::Statistics(Statistics {
                open: self.count(),
                in_progress: self.count(),
                closed: self.count(),
                opened_today: self.count(),
                closed_today: self.count(),
                opened_week: self.count(),
                closed_week: self.count(),
                median_first_answer: Some(754),
                median_closing: Some(self.count().max(187_000)),
            }),
            Screen::Conversation(self.page()),
            Screen::History {
                ticket,
                events: self.events(),
                people: self.staff(),
                page,
                pages,
            },
            Screen::Statuses {
                ticket: self.ticket(),
            },
            Screen::Priorities {
                ticket: self.ticket(),
            },
            Screen::Categories {
                ticket: self.ticket(),
                categories: categories.clone(),
            },
            Screen::Assignees {
                ticket: self.ticket(),
                admins: std::iter::repeat_n(self.staff(), 60).flatten().collect(),
            },
            Screen::AskAnswer {
                ticket,
                subject: subject.clone(),
                user: self.named(),
            },
            Screen::AskNote {
                ticket,
                subject: subject.clone(),
            },
            Screen::HeldAnswer {
                draft,
                ticket,
                why: Why::Closed,
                by: None,
                asked_at: at(9),
            },
            Screen::HeldAnswer {
                draft,
                ticket,
                why: Why::Answered {
                    by: OTHER_ADMIN,
                    at: at(6),
                },
                by: self.staff().pop(),
                asked_at: at(9),
            },
        ];
        for flag in [false, true] {
            screens.push(Screen::Home {
                greeting: flag,
                admin: flag,
            });
            screens.push(Screen::Help { admin: flag });
            screens.push(Screen::Joined {
                ticket: TicketRef::Id(ticket),
                subject: subject.clone(),
                reopened: flag,
            });
            screens.push(Screen::Unplaced {
                draft,
                pieces: if flag { 1 } else { 3 },
                viewed: flag.then(|| (ticket, subject.clone())),
            });
        }
        screens.extend(SAYINGS.map(Screen::Say));
        let problems = [
            None,
            Some(Problem::TooShort { least: 3 }),
            Some(Problem::TooLong {
                most: 200,
                had: 4096,
            }),
            Some(Problem::NotText),
        ];
        for problem in problems {
            screens.push(Screen::AskSubject {
                draft,
                category: categories[0].clone(),
                back: problem.is_some(),
                problem,
            });
            screens.push(Screen::AskDescription {
                draft,
                subject: subject.clone(),
                problem,
            });
        }
        let choices = [
            Choice::New,
            Choice::Category {
                categories: categories.clone(),
            },
            Choice::Several {
                open: vec![self.brief(Status::Open), self.brief(Status::InProgress)],
            },
            Choice::Closed {
                ticket: self.brief(Status::Closed),
            },
        ];
        for (choice, pieces) in choices.into_iter().zip(1..) {
            screens.push(Screen::Offer {
                draft,
                subject: (pieces != 2).then(|| subject.clone()),
                pieces,
                choice,
            });
        }
        let filters = [
            Filter::All,
            Filter::Status(Status::Open),
            Filter::Category(categories[0].clone()),
            Filter::Priority(Priority::Low),
            Filter::Mine,
            Filter::Unassigned,
        ];
        let lists = filters
            .into_iter()
            .map(ListOf::Filter)
            .chain([ListOf::User(self.named()), ListOf::Found(subject.clone())]);
        for of in lists {
            screens.push(Screen::Tickets {
                of: of.clone(),
                list: self.list(true),
            });
            screens.push(Screen::Tickets {
                of,
                list: List {
                    pages: 1,
                    ..List::default()
                },
            });
        }
        let all_news = self.news().into_iter().map(Some).chain([None]);
        for news in all_news {
            let closed = matches!(news, Some(News::Closed { .. } | News::TooLateToUndo));
            let ticket = if closed { self.closed() } else { self.ticket() };
            screens.push(Screen::MyTicket {
                ticket: ticket.clone(),
                messages: 5,
                news: news.clone(),
            });
            screens.push(Screen::Ticket(Box::new(Card {
                ticket,
                news,
                ..self.card()
            })));
        }
        screens.push(Screen::Ticket(Box::new(Card {
            user: UserRecord {
                username: None,
                language: None,
                language_code: None,
                reachable: false,
                ..self.user()
            },
            assignee: None,
            recallable: None,
            ..self.card()
        })));
        screens
    }
}

const SAYINGS: [Saying; 13] = [
    Saying::Cancelled,
    Saying::NothingToCancel,
    Saying::NoSuchTicket,
    Saying::OutOfDate,
    Saying::UnknownCommand,
    Saying::LanguageSet,
    Saying::Discarded,
    Saying::Trouble,
    Saying::Recalled,
    Saying::TooOldToRecall,
    Saying::NothingFound,
    Saying::Muted,
    Saying::Unmuted,
];

/// A moment: minutes after 24 November 2026, 11:00 UTC.
pub(crate) fn at(minutes: i64) -> Time {
    let start: Time = "2026-11-24T11:00:00Z".parse().unwrap();
    start + TimeDelta::minutes(minutes)
}

pub(crate) fn entity(kind: &str, offset: usize, length: usize) -> Entity {
    let mut rest = serde_json::Map::new();
    rest.insert("type".into(), kind.into());
    if kind == "text_link" {
        rest.insert("url".into(), "https://example.org".into());
    }
    Entity {
        offset,
        length,
        rest,
    }
}

pub(crate) fn group() -> ChatId {
    ChatId(-1_000_000_000_001)
}
