//! Whose turn it is: by examples, and by chance.

use frontdesk_desk::screen::Screen;
use proptest::prelude::*;

use super::*;

const ANNA: ChatId = ChatId(101);
const EMMA: ChatId = ChatId(102);

fn at(seconds: i64) -> Time {
    let noon: Time = "2026-11-24T12:00:00Z".parse().unwrap();
    noon + TimeDelta::seconds(seconds)
}

fn head(notice: i64, chat: ChatId, lane: Lane, due: i64) -> Head {
    Head {
        notice: NoticeId(notice),
        chat,
        lane,
        due: at(due),
    }
}

fn screen(number: i64, after: Option<i64>) -> Box<Pending> {
    Box::new(Pending {
        number,
        show: Show {
            screen: Screen::Support,
            pressed: None,
            waiting: None,
        },
        lang: Lang::En,
        after: after.map(NoticeId),
        since: None,
    })
}

/// Begins whatever may begin, and answers it in words.
fn begin(schedule: &mut Schedule, now: Time) -> Vec<String> {
    let mut begun = Vec::new();
    while let Some(chat) = schedule.next() {
        let job = schedule.start(chat, now, None).expect("it has its turn");
        schedule.call(chat, now);
        begun.push(match job {
            Job::Screen(screen) => format!("{chat} screen {}", screen.number),
            Job::Notice(head) => format!("{chat} notice {}", head.notice),
            Job::Strip(message) => format!("{chat} strip {message}"),
        });
    }
    begun
}

fn finish(schedule: &mut Schedule, chat: ChatId, now: Time) {
    let took = schedule.end(chat, now);
    schedule.answered(chat, took);
    schedule.stored(chat, now);
}

#[test]
fn a_screen_comes_after_its_own_notices_and_before_those_of_others() {
    let mut schedule = Schedule::new(8);
    schedule.set_head(head(7, ANNA, Lane::Own, 0), at(0));
    schedule.want_screen(ANNA, screen(1, Some(8)), at(0));
    assert_eq!(begin(&mut schedule, at(0)), ["101 notice 7"]);
    schedule.end(ANNA, at(0));
    // What became of it is not stored yet: its next one may be an own one, too.
    assert_eq!(begin(&mut schedule, at(0)), [""; 0]);
    schedule.set_head(head(8, ANNA, Lane::Own, 0), at(0));
    schedule.stored(ANNA, at(0));
    assert_eq!(begin(&mut schedule, at(0)), ["101 notice 8"]);
    schedule.set_head(head(9, ANNA, Lane::Other, 0), at(0));
    finish(&mut schedule, ANNA, at(0));
    assert_eq!(begin(&mut schedule, at(0)), ["101 screen 1"]);
    finish(&mut schedule, ANNA, at(0));
    assert_eq!(begin(&mut schedule, at(0)), ["101 notice 9"]);
}

#[test]
fn an_own_notice_of_a_later_update_comes_after_the_screen() {
    let mut schedule = Schedule::new(8);
    schedule.want_screen(ANNA, screen(1, Some(7)), at(0));
    schedule.set_head(head(8, ANNA, Lane::Own, 0), at(0));
    assert_eq!(begin(&mut schedule, at(0)), ["101 screen 1"]);
}

#[test]
fn what_an_earlier_update_released_comes_before_the_screen_of_the_next() {
    let mut schedule = Schedule::new(8);
    schedule.set_head(head(7, ANNA, Lane::Own, 0), at(0));
    schedule.expect_own(ANNA, Some(NoticeId(8)));
    schedule.want_screen(ANNA, screen(1, None), at(0));
    assert_eq!(begin(&mut schedule, at(0)), ["101 notice 7"]);
    schedule.set_head(head(8, ANNA, Lane::Own, 0), at(0));
    finish(&mut schedule, ANNA, at(0));
    assert_eq!(begin(&mut schedule, at(0)), ["101 notice 8"]);
    finish(&mut schedule, ANNA, at(0));
    assert_eq!(begin(&mut schedule, at(0)), ["101 screen 1"]);
}

#[test]
fn only_the_newest_screen_counts() {
    let mut schedule = Schedule::new(8);
    for number in [1, 3, 2] {
        schedule.want_screen(ANNA, screen(number, None), at(0));
    }
    assert_eq!(begin(&mut schedule, at(0)), ["101 screen 3"]);
    // It is being shown: a repeat of it is not wanted, a newer one is.
    schedule.want_screen(ANNA, screen(3, None), at(0));
    finish(&mut schedule, ANNA, at(0));
    assert_eq!(begin(&mut schedule, at(0)), [""; 0]);
    assert!(schedule.chats.is_empty());
}

#[test]
fn a_notice_waits_until_it_is_due() {
    let mut schedule = Schedule::new(8);
    schedule.set_head(head(1, ANNA, Lane::Other, 3), at(0));
    assert_eq!(schedule.next_time(), Some(at(3)));
    assert_eq!(begin(&mut schedule, at(2)), [""; 0]);
    // A further item puts its album off.
    schedule.set_head(head(1, ANNA, Lane::Other, 4), at(2));
    schedule.time_passed(at(3));
    assert_eq!(begin(&mut schedule, at(3)), [""; 0]);
    schedule.time_passed(at(4));
    assert_eq!(begin(&mut schedule, at(4)), ["101 notice 1"]);
}

#[test]
fn a_chat_that_waits_delays_no_other() {
    let mut schedule = Schedule::new(8);
    schedule.want_screen(ANNA, screen(1, None), at(0));
    schedule.want_screen(EMMA, screen(1, None), at(0));
    schedule.hold(ANNA, at(17), Why::Limit, at(0));
    assert_eq!(begin(&mut schedule, at(0)), ["102 screen 1"]);
    schedule.time_passed(at(17));
    assert_eq!(begin(&mut schedule, at(17)), ["101 screen 1"]);
}

#[test]
fn what_failed_for_all_goes_on_for_all_and_limits_stay() {
    let mut schedule = Schedule::new(8);
    for (chat, why) in [(ANNA, Why::Failure), (EMMA, Why::Limit)] {
        schedule.want_screen(chat, screen(1, None), at(0));
        schedule.failed(chat);
        schedule.hold(chat, at(60), why, at(0));
    }
    assert_eq!(begin(&mut schedule, at(1)), [""; 0]);
    schedule.forgive_all(at(1));
    assert_eq!(begin(&mut schedule, at(1)), ["101 screen 1"]);
}

#[test]
fn each_lane_has_its_share_and_none_waits_for_ever() {
    let mut schedule = Schedule::new(1);
    for chat in 0..1000 {
        let lane = Lane::ALL[usize::try_from(chat).unwrap() % 3];
        schedule.set_head(head(chat, ChatId(chat), lane, 0), at(0));
    }
    let mut begun = [0; 3];
    for _ in 0..160 {
        let chat = schedule.next().unwrap();
        schedule.start(chat, at(0), None).unwrap();
        begun[usize::try_from(chat.0).unwrap() % 3] += 1;
        finish(&mut schedule, chat, at(0));
    }
    // The turns of screens and of slow chats go to the first lane.
    assert_eq!(begun, [110, 40, 10]);
}

#[test]
fn whoever_waits_at_a_screen_is_behind_two_others_at_most() {
    let mut schedule = Schedule::new(1);
    for chat in 0..1000 {
        let lane = Lane::ALL[usize::try_from(chat).unwrap() % 3];
        schedule.set_head(head(chat, ChatId(chat), lane, 0), at(0));
    }
    let mut most = 0;
    for visitor in (1..=64).map(|visitor| ChatId(1_000 + visitor)) {
        schedule.want_screen(visitor, screen(1, None), at(0));
        let mut before = 0;
        while let chat = schedule.next().unwrap()
            && chat != visitor
        {
            schedule.start(chat, at(0), None).unwrap();
            finish(&mut schedule, chat, at(0));
            before += 1;
        }
        schedule.start(visitor, at(0), None).unwrap();
        finish(&mut schedule, visitor, at(0));
        most = most.max(before);
    }
    assert_eq!(most, 2);
}

#[test]
fn hanging_chats_leave_room_for_others_and_known_ones_take_none() {
    let mut schedule = Schedule::new(4);
    for chat in 1..=12 {
        schedule.want_screen(ChatId(chat), screen(1, None), at(0));
    }
    // Four at once, and from two seconds on a call is slow and makes room.
    for (seconds, in_flight) in [(0, 4), (1, 4), (2, 8), (4, 12)] {
        schedule.time_passed(at(seconds));
        begin(&mut schedule, at(seconds));
        assert_eq!(schedule.in_flight(), in_flight, "after {seconds} s");
    }
    schedule.want_screen(ANNA, screen(1, None), at(5));
    schedule.time_passed(at(6));
    assert_eq!(begin(&mut schedule, at(6)), [""; 0]);
    // They time out, and are known from now on: they never take all slots again.
    for chat in (1..=12).map(ChatId) {
        schedule.end(chat, at(20));
        schedule.failed(chat);
        schedule.want_screen(chat, screen(2, None), at(20));
        schedule.go_on(chat, at(20));
    }
    let begun = begin(&mut schedule, at(20));
    assert_eq!(begun.len(), 9);
    assert!(begun.contains(&"101 screen 1".to_owned()));
}

#[test]
fn former_screens_lose_their_buttons_when_nobody_waits() {
    let mut schedule = Schedule::new(1);
    for message in 1..=6 {
        schedule.want_stripped(ANNA, ChatMessageId(message), at(0));
    }
    schedule.want_screen(EMMA, screen(1, None), at(0));
    assert_eq!(begin(&mut schedule, at(0)), ["102 screen 1"]);
    finish(&mut schedule, EMMA, at(0));
    assert!(
        schedule
            .next()
            .is_some_and(|chat| schedule.is_chore(chat, at(0)))
    );
    schedule.spare(ANNA, at(1), at(0));
    assert_eq!(begin(&mut schedule, at(0)), [""; 0]);
    schedule.time_passed(at(1));
    // The oldest two were given up.
    assert_eq!(begin(&mut schedule, at(1)), ["101 strip 3"]);
}

#[test]
fn a_look_tells_nothing_newer_than_what_is_known() {
    let mut schedule = Schedule::new(8);
    schedule.set_head(head(6, ANNA, Lane::Other, 0), at(0));
    schedule.find_head(head(5, ANNA, Lane::Other, 0), at(0));
    assert_eq!(begin(&mut schedule, at(0)), ["101 notice 6"]);
    schedule.find_head(head(6, ANNA, Lane::Other, 0), at(0));
    finish(&mut schedule, ANNA, at(0));
    assert_eq!(begin(&mut schedule, at(0)), [""; 0]);
    schedule.find_head(head(7, ANNA, Lane::Other, 0), at(0));
    assert_eq!(begin(&mut schedule, at(0)), ["101 notice 7"]);
}

#[test]
fn beyond_what_has_room_notices_stay_in_the_database() {
    let mut schedule = Schedule::new(1);
    for chat in 0..i64::try_from(MOST_CHATS).unwrap() {
        schedule.set_head(head(chat, ChatId(chat), Lane::Bulk, 0), at(0));
    }
    assert!(!schedule.has_room());
    schedule.set_head(head(-1, ChatId(-1), Lane::Bulk, 0), at(0));
    schedule.set_head(head(-2, ChatId(-2), Lane::Own, 0), at(0));
    assert_eq!(schedule.chats.len(), MOST_CHATS + 1);
    assert_eq!(schedule.next(), Some(ChatId(-2)));
    schedule.put_back(ChatId(-2), at(0));
    while schedule.chats.len() >= MOST_CHATS / 2 {
        assert!(!schedule.has_room_again());
        let chat = schedule.next().unwrap();
        schedule.start(chat, at(0), None).unwrap();
        finish(&mut schedule, chat, at(0));
    }
    assert!(schedule.has_room_again() && !schedule.has_room_again());
}

/// What can happen to a schedule of a few chats.
#[derive(Clone, Debug)]
enum Event {
    Screen(i64),
    Head(i64, Lane),
    Fails(i64),
    Ends(i64),
    Hold(i64, i64),
    Pass(i64),
    Forgive,
    LimitReached,
}

fn event() -> impl Strategy<Value = Event> {
    let chat = 1..9_i64;
    let lane = prop_oneof![Just(Lane::Own), Just(Lane::Other), Just(Lane::Bulk)];
    prop_oneof![
        chat.clone().prop_map(Event::Screen),
        (chat.clone(), lane).prop_map(|(chat, lane)| Event::Head(chat, lane)),
        chat.clone().prop_map(Event::Fails),
        chat.clone().prop_map(Event::Ends),
        (chat, 1..5_i64).prop_map(|(chat, seconds)| Event::Hold(chat, seconds)),
        (0..3_i64).prop_map(Event::Pass),
        Just(Event::Forgive),
        Just(Event::LimitReached),
    ]
}

proptest! {
    /// Whatever happens: one call to a chat at a time, never more than there are slots, notices in
    /// order; and in the end everything went out.
    #[test]
    fn everything_goes_out_once_and_in_order(events in proptest::collection::vec(event(), 0..200)) {
        let mut schedule = Schedule::new(2);
        let mut now = at(0);
        let mut flying: HashMap<ChatId, Job> = HashMap::new();
        let mut lines: HashMap<ChatId, VecDeque<Head>> = HashMap::new();
        let mut newest: HashMap<ChatId, i64> = HashMap::new();
        let mut shown: HashMap<ChatId, i64> = HashMap::new();
        let mut last: HashMap<ChatId, NoticeId> = HashMap::new();
        let mut count = 0;

        let mut end = |schedule: &mut Schedule,
                       flying: &mut HashMap<ChatId, Job>,
                       lines: &mut HashMap<ChatId, VecDeque<Head>>,
                       chat: ChatId,
                       fails: bool,
                       now: Time| {
            let Some(job) = flying.remove(&chat) else { return };
            let took = schedule.end(chat, now);
            if fails {
                schedule.failed(chat);
                schedule.hold(chat, now + TimeDelta::seconds(2), Why::Failure, now);
            } else {
                schedule.answered(chat, took);
            }
            match job {
                Job::Screen(screen) if fails => schedule.want_screen(chat, screen, now),
                Job::Screen(screen) => { shown.insert(chat, screen.number); }
                Job::Notice(head) => {
                    let line = lines.entry(chat).or_default();
                    if !fails {
                        line.pop_front();
                        assert!(last.insert(chat, head.notice) < Some(head.notice));
                    }
                    if let Some(next) = line.front() {
                        schedule.set_head(*next, now);
                    }
                    schedule.stored(chat, now);
                }
                Job::Strip(_) => {}
            }
            schedule.go_on(chat, now);
        };

        let all_end = || (1..9).map(Event::Ends).chain([Event::Pass(5)]);
        let settle = (0..200).flat_map(|_| all_end());
        for event in events.into_iter().chain(settle) {
            match event {
                Event::Screen(chat) => {
                    count += 1;
                    newest.insert(ChatId(chat), count);
                    let line = lines.get(&ChatId(chat)).and_then(|line| line.back());
                    let after = line.map(|head| head.notice.0);
                    schedule.want_screen(ChatId(chat), screen(count, after), now);
                }
                Event::Head(chat, lane) => {
                    count += 1;
                    let new = Head { due: now, ..head(count, ChatId(chat), lane, 0) };
                    let line = lines.entry(ChatId(chat)).or_default();
                    line.push_back(new);
                    if line.len() == 1 {
                        schedule.set_head(new, now);
                    }
                }
                Event::Fails(chat) => end(&mut schedule, &mut flying, &mut lines, ChatId(chat), true, now),
                Event::Ends(chat) => end(&mut schedule, &mut flying, &mut lines, ChatId(chat), false, now),
                Event::Hold(chat, seconds) => {
                    let until = now + TimeDelta::seconds(seconds);
                    schedule.hold(ChatId(chat), until, Why::Limit, now);
                }
                Event::Pass(seconds) => now += TimeDelta::seconds(seconds),
                Event::Forgive => schedule.forgive_all(now),
                Event::LimitReached => {
                    if let Some(chat) = schedule.next() {
                        schedule.put_back(chat, now);
                    }
                }
            }
            schedule.time_passed(now);
            while let Some(chat) = schedule.next() {
                let job = schedule.start(chat, now, None);
                prop_assert!(job.is_some());
                schedule.call(chat, now);
                prop_assert!(flying.insert(chat, job.unwrap()).is_none());
            }
            // Two slots, and four for slow ones.
            prop_assert!(schedule.in_flight() <= 6);
            prop_assert_eq!(schedule.in_flight(), flying.len());
        }
        prop_assert!(lines.values().all(VecDeque::is_empty));
        prop_assert_eq!(shown, newest);
        prop_assert!(schedule.chats.is_empty() && schedule.is_quiet());
    }
}
