//! Statistics: what is kept day by day says what the rows say, whatever happened to them.

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};

use super::*;

const SECOND: i64 = 1_000_000;
const DAY: i64 = 24 * 3600 * SECOND;

/// The times of a ticket that the statistics know: they are the model.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Times {
    opened: i64,
    answered: Option<i64>,
    closed: Option<i64>,
}

impl Times {
    /// Answered and closed or not, within moments or weeks, and even before it was opened, as an older
    /// bot may tell it.
    fn random(dice: &mut StdRng, begin: i64) -> Self {
        let opened = begin + dice.random_range(0..12 * DAY);
        let after = |dice: &mut StdRng| {
            let most = [10 * SECOND, 3600 * SECOND, DAY, 9 * DAY][dice.random_range(0..4)];
            dice.random_bool(0.7)
                .then(|| opened + dice.random_range(-SECOND..most))
        };
        let (answered, closed) = (after(dice), after(dice));
        Self {
            opened,
            answered,
            closed,
        }
    }
}

/// In seconds.
fn median(times: impl Iterator<Item = i64>) -> Option<u64> {
    let mut times: Vec<i64> = times.collect();
    times.sort_unstable();
    let last = times.len().checked_sub(1)?;
    let middle = i64::midpoint(times[last / 2], times[last.div_ceil(2)]);
    Some(u64::try_from(middle / SECOND).unwrap_or(0))
}

async fn agree(rig: &Rig, model: &[Option<Times>], today: i64, week: i64) {
    let time = |micros| DateTime::from_timestamp_micros(micros).unwrap();
    let need = Need::Statistics {
        today: time(today),
        week: time(week),
    };
    let told = rig.facts(VERA, &[need]).await.statistics;
    let all = || model.iter().flatten();
    let opened = |since| all().filter(|ticket| ticket.opened >= since).count() as u64;
    let closed = |since| all().filter(|t| t.closed >= Some(since)).count() as u64;
    assert_eq!(
        (told.opened_today, told.opened_week),
        (opened(today), opened(week))
    );
    assert_eq!(
        (told.closed_today, told.closed_week),
        (closed(today), closed(week))
    );
    let answer = all()
        .filter(|ticket| ticket.opened >= week)
        .filter_map(|ticket| Some(ticket.answered? - ticket.opened));
    let closing = all()
        .filter(|ticket| ticket.closed >= Some(week))
        .filter_map(|ticket| Some(ticket.closed? - ticket.opened));
    assert_eq!(told.median_first_answer, median(answer), "{week}");
    assert_eq!(told.median_closing, median(closing), "{week}");
}

async fn write(rig: &Rig, id: usize, times: Option<Times>, is_there: bool) {
    let mut tx = rig.db.write().await.unwrap();
    let query = match (times, is_there) {
        (None, _) => sql::query("DELETE FROM tickets WHERE id = $1"),
        (Some(_), true) => sql::query(
            "UPDATE tickets SET created_at = $2, first_answer_at = $3, closed_at = $4 WHERE id = $1",
        ),
        (Some(_), false) => sql::query(
            "INSERT INTO tickets (id, user_id, subject, subject_folded, description, status,
                 priority, category, created_at, updated_at, first_answer_at, closed_at, unread,
                 version)
             VALUES ($1, 11, 'A', 'a', 'b', 'open', 'normal', 'general', $2, $2, $3, $4, 0, 1)",
        ),
    };
    let mut query = query.bind(i64::try_from(id).unwrap());
    if let Some(times) = times {
        query = query
            .bind(times.opened)
            .bind(times.answered)
            .bind(times.closed);
    }
    query.execute(&mut tx).await.unwrap();
    tx.commit().await.unwrap();
}

/// What is kept, day by day.
async fn kept(rig: &Rig) -> Vec<(String, i64, i64, i64)> {
    let mut tx = rig.db.read().await.unwrap();
    let rows = sql::query("SELECT * FROM ticket_days WHERE tickets > 0 ORDER BY what, day, step")
        .fetch_all(&mut tx)
        .await
        .unwrap();
    rows.iter()
        .map(|row| {
            (
                row.try_get("what").unwrap(),
                row.try_get("day").unwrap(),
                row.try_get("step").unwrap(),
                row.try_get("tickets").unwrap(),
            )
        })
        .collect()
}

#[tokio::test]
async fn what_is_kept_says_what_the_rows_say() {
    let rig = Rig::new().await;
    rig.done(decision(1, VERA, 0, at(0))).await;
    let begin = at(0).timestamp_micros();
    let mut dice = StdRng::seed_from_u64(7);
    let mut model: Vec<Option<Times>> = vec![None; 40];
    agree(&rig, &model, begin, begin).await;
    for turn in 0..400 {
        let place = dice.random_range(0..model.len());
        let is_there = model[place].is_some();
        let times = match (model[place], dice.random_range(0..6)) {
            (Some(_), 0) => None,
            // Reopened.
            (Some(before), 1) => Some(Times {
                closed: None,
                ..before
            }),
            _ => Some(Times::random(&mut dice, begin)),
        };
        write(&rig, 1 + place, times, is_there).await;
        model[place] = times;
        if turn % 4 == 0 {
            // Midnight of UTC, or any other moment.
            let week = match turn % 3 {
                0 => begin - begin % DAY + dice.random_range(0..14) * DAY,
                _ => begin + dice.random_range(0..14 * DAY),
            };
            agree(&rig, &model, week + 6 * DAY, week).await;
        }
    }

    // A database that is there is brought up to the same.
    let (whole, to) = (kept(&rig).await, 8);
    assert!(whole.len() > 20);
    migrate::down(&rig.db, to, true, at(1)).await.unwrap();
    migrate::up(&rig.db).await.unwrap();
    assert_eq!(kept(&rig).await, whole);
    agree(&rig, &model, begin + 9 * DAY, begin + 2 * DAY + 1).await;
}

#[tokio::test]
async fn steps_grow_with_what_they_stand_for() {
    let rig = Rig::new().await;
    rig.done(decision(1, VERA, 0, at(0))).await;
    // The model of a step is what `ticket_days` has when such a ticket is alone on its day.
    let begin = at(0).timestamp_micros();
    let mut seconds: Vec<i64> = (-1..130).collect();
    seconds.extend((1..600).map(|place| place * place * 7 + 130));
    seconds.sort_unstable();
    for (id, (day, second)) in (1..).zip((0..).zip(&seconds)) {
        let opened = begin + day * DAY;
        let times = Times {
            opened,
            answered: Some(opened + second * SECOND),
            closed: None,
        };
        write(&rig, id, Some(times), false).await;
    }
    let steps: Vec<i64> = kept(&rig)
        .await
        .iter()
        .map(|(_, _, step, _)| *step)
        .collect();
    assert_eq!(steps.len(), seconds.len());
    assert!(steps.is_sorted(), "{steps:?}");
    let mut first = (steps[0], seconds[0]);
    for (step, second) in steps.into_iter().zip(seconds) {
        if step > first.0 {
            first = (step, second);
        }
        let is_close = second < 10 || second * 5 < first.1 * 6;
        assert!(is_close, "{second} in one step with {}", first.1);
    }
}
