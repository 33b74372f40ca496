//! A sample of every screen.

use frontdesk_desk::Screen;
use frontdesk_desk::button::Filter;
use frontdesk_desk::conversation::Why;
use frontdesk_desk::ids::{DraftId, MessageId, TicketId, TicketRef, Version};
use frontdesk_desk::screen::{
    BanNews, Card, Choice, Counts, Deliveries, List, ListOf, News, Page, People, PersonCard,
    Problem, Saying, Statistics,
};
use frontdesk_desk::ticket::{Priority, Status, UserRecord};

use crate::samples::{OTHER_ADMIN, Taste, at};

impl Taste {
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
                pieces: 1,
                words: None,
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
                pieces: 5,
                words: Some(subject.clone()),
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
                words: flag.then(|| subject.clone()),
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
        for mark in self.marks() {
            screens.push(Screen::Ticket(Box::new(Card {
                answers: vec![(MessageId(1), mark.clone()), (MessageId(2), mark.clone())],
                ..self.card()
            })));
            screens.push(Screen::Conversation(Page {
                deliveries: Some(Deliveries {
                    version: Version(12),
                    marks: vec![(MessageId(self.number()), mark)],
                }),
                ..self.page()
            }));
        }
        for reason in [false, true] {
            let banned_by = reason.then(|| self.named());
            screens.push(Screen::Ticket(Box::new(Card {
                user: self.banned(reason),
                banned_by: banned_by.clone(),
                ..self.card()
            })));
            let all_news = [
                None,
                Some(BanNews::Banned),
                Some(BanNews::Unbanned),
                Some(BanNews::Already),
                Some(BanNews::ChangedMeanwhile),
                Some(BanNews::IsAdmin),
            ];
            for news in all_news {
                for user in [self.user(), self.admin(), self.banned(reason)] {
                    screens.push(Screen::Person(Box::new(PersonCard {
                        user,
                        banned_by: banned_by.clone(),
                        tickets: self.count(),
                        ticket: reason.then_some(ticket),
                        news,
                    })));
                }
            }
            screens.push(Screen::Banned(People {
                rows: (0..8).map(|n| self.banned(n % 2 == 0)).collect(),
                page,
                pages,
                total: self.count(),
            }));
        }
        screens.push(Screen::Banned(People {
            pages: 1,
            ..People::default()
        }));
        screens
    }
}

const SAYINGS: [Saying; 10] = [
    Saying::Cancelled,
    Saying::NothingToCancel,
    Saying::NoSuchTicket,
    Saying::OutOfDate,
    Saying::UnknownCommand,
    Saying::LanguageSet,
    Saying::Discarded,
    Saying::TooManyWaiting,
    Saying::NothingFound,
    Saying::NoSuchPerson,
];
