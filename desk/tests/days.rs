//! When the days of the statistics begin: at midnight where the desk is, whatever its clocks do.

use chrono_tz::Tz;
use frontdesk_desk::button::Button;
use frontdesk_desk::conversation::Conversation;
use frontdesk_desk::ids::{ChatMessageId, PersonId, UpdateId};
use frontdesk_desk::input::{Act, Input, Person};
use frontdesk_desk::ticket::{Lang, Time};
use frontdesk_desk::{Need, Settings, needs};

fn moment(text: &str) -> Time {
    text.parse().expect("a moment")
}

/// The beginnings of today and of the week that an admin's press asks for.
fn days(timezone: Tz, now: &str) -> (Time, Time) {
    let admin = PersonId(1);
    let settings = Settings {
        admins: vec![admin],
        categories: Vec::new(),
        language: Lang::En,
        timezone,
        admin_names: false,
        person_per_minute: 0,
    };
    let pressed = Input {
        update: UpdateId(1),
        person: Person {
            id: admin,
            first_name: "Somebody".to_owned(),
            last_name: None,
            username: None,
            language_code: None,
        },
        act: Act::Pressed {
            query: String::new(),
            message: Some(ChatMessageId(1)),
            data: Button::Statistics.encode(),
        },
    };
    let wanted = needs(&Conversation::default(), &pressed, &settings, moment(now));
    let found = wanted.iter().find_map(|need| match need {
        Need::Statistics { today, week } => Some((*today, *week)),
        _ => None,
    });
    found.expect("statistics are asked for")
}

#[test]
fn days_begin_at_midnight_where_the_desk_is() {
    let cases = [
        (
            chrono_tz::UTC,
            "2026-03-10T12:00:00Z",
            ("2026-03-10T00:00:00Z", "2026-03-04T00:00:00Z"),
        ),
        (
            chrono_tz::Europe::Moscow,
            "2026-03-10T22:00:00Z",
            ("2026-03-10T21:00:00Z", "2026-03-04T21:00:00Z"),
        ),
        (
            chrono_tz::Asia::Kathmandu,
            "2026-03-10T12:00:00Z",
            ("2026-03-09T18:15:00Z", "2026-03-03T18:15:00Z"),
        ),
        // Put forward on a Sunday at two in the morning, within these seven days.
        (
            chrono_tz::America::New_York,
            "2026-03-10T12:00:00Z",
            ("2026-03-10T04:00:00Z", "2026-03-04T05:00:00Z"),
        ),
        // Put back at midnight: that day's first hour comes twice, and the day begins with the first.
        (
            chrono_tz::America::Havana,
            "2026-11-01T12:00:00Z",
            ("2026-11-01T04:00:00Z", "2026-10-26T04:00:00Z"),
        ),
        // Put forward at midnight: that day begins at one o'clock.
        (
            chrono_tz::America::Havana,
            "2026-03-08T12:00:00Z",
            ("2026-03-08T05:00:00Z", "2026-03-02T05:00:00Z"),
        ),
        (
            chrono_tz::America::Havana,
            "2026-03-14T12:00:00Z",
            ("2026-03-14T04:00:00Z", "2026-03-08T05:00:00Z"),
        ),
    ];
    for (timezone, now, (today, week)) in cases {
        let told = days(timezone, now);
        assert_eq!(told, (moment(today), moment(week)), "{timezone} {now}");
    }
}
