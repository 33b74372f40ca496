//! Sample values for all screens and notices: plain ones, and the worst that people can write.

use chrono::TimeDelta;
use frontdesk_desk::Settings;
use frontdesk_desk::content::{Content, ContentKind, Entity, File, Source};
use frontdesk_desk::delivery::{Mark, Refusal, Stage};
use frontdesk_desk::ids::{AlbumId, ChatId, ChatMessageId, MessageId, PersonId, TicketId, Version};
use frontdesk_desk::screen::{Brief, Card, Deliveries, List, Named, News, Page};
use frontdesk_desk::ticket::{
    Ban, Category, Happened, Lang, Priority, SenderType, Standing, Status, Ticket, TicketEvent,
    TicketMessage, Time, UserRecord,
};

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
            person_per_minute: 30,
        }
    }

    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Plain => 12,
            Self::Hostile => i64::MAX,
        }
    }

    pub(crate) fn count(self) -> u64 {
        match self {
            Self::Plain => 3,
            Self::Hostile => u64::MAX,
        }
    }

    pub(crate) fn pages(self) -> (u32, u32) {
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
            former_number: Some(self.number()),
            version: Version(self.number()),
        }
    }

    pub(crate) fn closed(self) -> Ticket {
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
            standing: Standing::default(),
            first_seen: at(-90_000),
            last_seen: at(0),
        }
    }

    pub(crate) fn banned(self, reason: bool) -> UserRecord {
        UserRecord {
            standing: Standing {
                version: Version(self.number()),
                ban: Some(Ban {
                    by: reason.then_some(ADMIN),
                    at: at(40),
                    reason: reason.then(|| self.subject()),
                }),
            },
            ..self.user()
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

    pub(crate) fn named(self) -> Named {
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
            deliveries: Some(Deliveries {
                version: Version(12),
                marks: vec![(MessageId(self.number()), self.marks().remove(0))],
            }),
            people: self.staff(),
            page,
            pages,
        }
    }

    pub(crate) fn brief(self, status: Status) -> Brief {
        Brief {
            id: TicketId(self.number()),
            subject: self.subject(),
            status,
            priority: Priority::High,
            unread: status == Status::Open,
            waiting_since: (status != Status::Closed).then(|| at(0)),
            updated_at: at(30),
            user_name: None,
            banned: status == Status::Closed,
        }
    }

    pub(crate) fn list(self, staff: bool) -> List {
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

    pub(crate) fn events(self) -> Vec<TicketEvent> {
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
            Happened::DeliveryRetried {
                message: MessageId(self.number()),
            },
            Happened::AnswerDropped {
                message: MessageId(self.number()),
            },
            Happened::UserBanned { reason: None },
            Happened::UserBanned {
                reason: Some(self.subject()),
            },
            Happened::UserUnbanned,
            Happened::TakenOver {
                number: self.number(),
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
            banned_by: None,
            user_tickets: self.count(),
            assignee: self.staff().pop(),
            messages: 7,
            me: ADMIN,
            at: at(200),
            recallable: Some(MessageId(self.number())),
            answers: vec![(MessageId(self.number()), self.marks().remove(0))],
            news: None,
        }
    }

    /// Every stage that an answer can be in.
    pub(crate) fn marks(self) -> Vec<Mark> {
        let telegram = || Refusal::Telegram(self.text().text);
        let mark = |stage| Mark {
            stage,
            twice: true,
            retry: true,
            drop: true,
        };
        [
            Stage::Held,
            Stage::Waiting,
            Stage::Delivered,
            Stage::Partly(Refusal::Dropped),
            Stage::Partly(telegram()),
            Stage::Failed(Refusal::Dropped),
            Stage::Failed(Refusal::Expired),
            Stage::Failed(telegram()),
            Stage::Failed(Refusal::Telegram(String::new())),
        ]
        .map(mark)
        .to_vec()
    }

    pub(crate) fn news(self) -> Vec<News> {
        let stands = self.marks().into_iter().map(News::AnswerStands);
        stands
            .chain([News::AnswerRetried, News::AnswerDropped])
            .chain(self.other_news())
            .collect()
    }

    fn other_news(self) -> Vec<News> {
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
            News::Recalled,
            News::TooOldToRecall,
            News::Discarded,
        ]
    }
}

/// A moment: minutes after 24 November 2026, 11:00 UTC.
pub(crate) fn at(minutes: i64) -> Time {
    let start: Time = "2026-11-24T11:00:00Z".parse().expect("a date");
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
