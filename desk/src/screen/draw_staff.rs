//! Drawing the staff's menus: counts, filters, search, statistics.

use super::draw::{View, categories};
use super::{Counts, Statistics};
use crate::button::{Button, Filter};
use crate::keyboard::{Key, Keyboard};
use crate::text::{Pen, Text};
use crate::ticket::{Category, Priority, Status};

pub(super) fn admin(pen: Pen<'_>) -> View {
    View {
        text: pen.say(Text::Admin),
        keyboard: Keyboard::NONE
            .row([pen.key(Text::KeyDashboard, Button::Dashboard)])
            .row([
                pen.key(Text::KeyFind, Button::Find),
                pen.key(Text::KeyStatistics, Button::Statistics),
            ])
            .row([pen.key(Text::KeyBannedPeople, Button::Banned(0))])
            .row([pen.key(Text::KeyHome, Button::Home)]),
    }
}

pub(super) fn dashboard(pen: Pen<'_>, counts: &Counts) -> View {
    let mut text = pen.say(Text::Dashboard {
        open: counts.open,
        progress: counts.in_progress,
        closed: counts.closed,
        unassigned: counts.unassigned,
        mine: counts.mine,
    });
    let longest = counts.longest_waiting.zip(counts.at);
    if let Some(((number, since), now)) = longest {
        text = text.paragraph(pen.say(Text::LongestWaiting {
            number,
            age: &pen.age(since, now),
        }));
    }
    if counts.muted {
        text = text.paragraph(pen.say(Text::MutedLine));
    }
    let status = |status: Status, n: u64| {
        Key::new(
            format!("{} · {n}", pen.status(status)),
            Button::List(Filter::Status(status), 0),
        )
    };
    let mute = if counts.muted {
        pen.key(Text::KeyUnmute, Button::Mute(false))
    } else {
        pen.key(Text::KeyMute, Button::Mute(true))
    };
    let keyboard = Keyboard::NONE
        .row(longest.map(|((number, _), _)| {
            pen.key(Text::KeyLongestWaiting { number }, Button::Ticket(number))
        }))
        .row([
            status(Status::Open, counts.open),
            status(Status::InProgress, counts.in_progress),
        ])
        .row([
            status(Status::Closed, counts.closed),
            pen.key(Text::KeyAll, Button::List(Filter::All, 0)),
        ])
        .row([
            pen.key(
                Text::KeyMine { n: counts.mine },
                Button::List(Filter::Mine, 0),
            ),
            pen.key(
                Text::KeyUnassigned {
                    n: counts.unassigned,
                },
                Button::List(Filter::Unassigned, 0),
            ),
        ])
        .row([
            pen.key(Text::KeyFilters, Button::Filters),
            pen.key(Text::KeyFind, Button::Find),
        ])
        .row([pen.key(Text::KeyStatistics, Button::Statistics), mute])
        .row([pen.key(Text::KeyBack, Button::Admin)]);
    View { text, keyboard }
}

pub(super) fn filters(pen: Pen<'_>, known: &[Category]) -> View {
    let priorities = Priority::ALL.iter().rev().map(|priority| {
        Key::new(
            pen.priority(*priority),
            Button::List(Filter::Priority(*priority), 0),
        )
    });
    View {
        text: pen.say(Text::Filters),
        keyboard: Keyboard::NONE
            .grid(priorities, 2)
            .grid(
                categories(pen, known, |category| {
                    Button::List(Filter::Category(category), 0)
                }),
                2,
            )
            .row([pen.key(Text::KeyToDashboard, Button::Dashboard)]),
    }
}

pub(super) fn ask_find(pen: Pen<'_>) -> View {
    View {
        text: pen.say(Text::AskFind),
        keyboard: Keyboard::NONE.row([pen.key(Text::KeyCancel, Button::Cancel)]),
    }
}

pub(super) fn statistics(pen: Pen<'_>, statistics: &Statistics) -> View {
    let median = |seconds: Option<u64>| match seconds {
        None => pen.plain(Text::NoData),
        Some(seconds) => pen.duration(seconds),
    };
    let text = pen
        .say(Text::StatisticsNow {
            open: statistics.open,
            progress: statistics.in_progress,
            closed: statistics.closed,
        })
        .paragraph(pen.say(Text::StatisticsDays {
            opened: statistics.opened_today,
            closed: statistics.closed_today,
            openedweek: statistics.opened_week,
            closedweek: statistics.closed_week,
        }))
        .paragraph(pen.say(Text::StatisticsMedians {
            answer: &median(statistics.median_first_answer),
            closing: &median(statistics.median_closing),
        }));
    View {
        text,
        keyboard: Keyboard::NONE
            .row([pen.key(Text::KeyRefresh, Button::Statistics)])
            .row([pen.key(Text::KeyToDashboard, Button::Dashboard)]),
    }
}
