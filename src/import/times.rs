//! The older bot's times: local ones without a zone, as moments.

use chrono::offset::LocalResult;
use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use frontdesk_desk::ticket::Time;

/// How a time was understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clock {
    /// There is one such moment.
    Plain,
    /// The clocks were put back, and there are two: the first one is meant.
    Twice,
    /// The clocks were put forward over it: it is counted on as if they had not been.
    Never,
}

/// How far before a change of the clocks another one is not to be expected.
const BEFORE: TimeDelta = TimeDelta::hours(26);

/// Reads `YYYY-MM-DD HH:MM:SS[.ffffff]`, also with a `T`, or a date alone; a time that names its
/// distance from UTC needs no zone. `None` if it is nothing of that.
pub(super) fn read(text: &str, zone: Tz) -> Option<(Time, Clock)> {
    let text = text.trim();
    for format in ["%Y-%m-%d %H:%M:%S%.f%#z", "%Y-%m-%dT%H:%M:%S%.f%#z"] {
        if let Ok(time) = DateTime::parse_from_str(text, format) {
            return Some((time.to_utc(), Clock::Plain));
        }
    }
    let formats = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"];
    let naive = formats
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .or_else(|| {
            let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
            Some(day.and_time(NaiveTime::MIN))
        })?;
    local(naive, zone)
}

fn local(naive: NaiveDateTime, zone: Tz) -> Option<(Time, Clock)> {
    match zone.from_local_datetime(&naive) {
        LocalResult::Single(time) => Some((time.to_utc(), Clock::Plain)),
        LocalResult::Ambiguous(first, _) => Some((first.to_utc(), Clock::Twice)),
        LocalResult::None => {
            let before = naive.checked_sub_signed(BEFORE)?;
            let offset = zone.offset_from_utc_datetime(&before).fix();
            let utc = naive.checked_sub_offset(offset)?;
            Some((Utc.from_utc_datetime(&utc), Clock::Never))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_their_zone_and_what_a_change_of_clocks_does_to_them_is_told() {
        use Clock::{Never, Plain, Twice};
        let moscow = Tz::Europe__Moscow;
        let berlin = Tz::Europe__Berlin;
        let cases = [
            // Moscow was four hours ahead from 2011 to October 2014, three before and after.
            (
                "2024-03-01 12:00:00",
                moscow,
                "2024-03-01T09:00:00+00:00",
                Plain,
            ),
            (
                "2014-03-01 12:00:00",
                moscow,
                "2014-03-01T08:00:00+00:00",
                Plain,
            ),
            (
                "2024-03-01 12:00:00.123456",
                moscow,
                "2024-03-01T09:00:00.123456+00:00",
                Plain,
            ),
            (
                " 2024-03-01T12:00:00 ",
                moscow,
                "2024-03-01T09:00:00+00:00",
                Plain,
            ),
            ("2024-03-01", moscow, "2024-02-29T21:00:00+00:00", Plain),
            // PostgreSQL's `timestamptz`, and ISO 8601.
            (
                "2024-03-01 12:00:00+05",
                moscow,
                "2024-03-01T07:00:00+00:00",
                Plain,
            ),
            (
                "2024-03-01 12:00:00.5+05:30",
                moscow,
                "2024-03-01T06:30:00.500+00:00",
                Plain,
            ),
            (
                "2024-03-01T12:00:00Z",
                moscow,
                "2024-03-01T12:00:00+00:00",
                Plain,
            ),
            // The hour that there was twice, and the one that there was not.
            (
                "2014-10-26 01:30:00",
                moscow,
                "2014-10-25T21:30:00+00:00",
                Twice,
            ),
            (
                "2011-03-27 02:30:00",
                moscow,
                "2011-03-26T23:30:00+00:00",
                Never,
            ),
            (
                "2024-10-27 02:30:00",
                berlin,
                "2024-10-27T00:30:00+00:00",
                Twice,
            ),
            (
                "2024-03-31 02:30:00",
                berlin,
                "2024-03-31T01:30:00+00:00",
                Never,
            ),
        ];
        for (text, zone, wanted, clock) in cases {
            let (time, how) = read(text, zone).expect(text);
            assert_eq!((time.to_rfc3339().as_str(), how), (wanted, clock), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in [
            "",
            " ",
            "None",
            "yesterday",
            "2024-02-30 12:00:00",
            "2024-03-01 25:00:00",
            "1709283600",
            "01.03.2024 12:00",
            "2024-03-01 12:00:00 Europe/Moscow",
            "9".repeat(400).as_str(),
        ] {
            assert_eq!(read(text, Tz::Europe__Moscow), None, "{text}");
        }
    }
}
