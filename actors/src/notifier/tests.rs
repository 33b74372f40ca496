//! The notifier between an outbox of a few lines and a server of a few lines.

use std::sync::Mutex;

use actix::Addr;
use frontdesk_desk::ids::NoticeId;
use frontdesk_desk::notice::{Body, Lane};
use frontdesk_desk::screen::Screen as View;
use frontdesk_desk::ticket::{Category, UserRecord};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::*;
use crate::telegram::Failure;
use crate::telegram::stub::{Answer, Stub, obliged};
use crate::tickets::{Delivered, DeliveryResult, Due, DueNotice, UnshownScreen};

const ANNA: PersonId = PersonId(101);
const EMMA: PersonId = PersonId(102);

/// What the outbox and the screens of the database hold.
#[derive(Default)]
struct Rows {
    pending: Vec<(DueNotice, Time)>,
    sending: Vec<(DueNotice, Time)>,
    results: Vec<Delivered>,
    unshown: Vec<UnshownScreen>,
    current: HashMap<PersonId, ChatMessageId>,
    shown: Vec<ScreenShown>,
    failed: Vec<ScreenFailed>,
    /// How many of the next records the database cannot take.
    away: usize,
}

struct Tickets(Arc<Mutex<Rows>>);

impl Actor for Tickets {
    type Context = Context<Self>;
}

impl Handler<TakeDue> for Tickets {
    type Result = Result<Due, StoreError>;

    fn handle(&mut self, take: TakeDue, _: &mut Self::Context) -> Self::Result {
        let mut rows = self.0.lock().unwrap();
        let mut due = Due::default();
        let mut seen: HashSet<ChatId> = take.busy.into_iter().collect();
        seen.extend(rows.sending.iter().map(|(notice, _)| notice.chat));
        let mut left = Vec::new();
        for (notice, at) in std::mem::take(&mut rows.pending) {
            let head = seen.insert(notice.chat);
            if head && at <= take.now && due.notices.len() < take.most {
                rows.sending.push((notice.clone(), at));
                due.notices.push(notice);
                continue;
            }
            due.more |= head && at <= take.now;
            if head && at > take.now {
                due.next = due.next.map_or(Some(at), |next| Some(next.min(at)));
            }
            left.push((notice, at));
        }
        rows.pending = left;
        Ok(due)
    }
}

impl Handler<Record> for Tickets {
    type Result = Result<(), StoreError>;

    fn handle(&mut self, record: Record, _: &mut Self::Context) -> Self::Result {
        let mut rows = self.0.lock().unwrap();
        if rows.away > 0 {
            rows.away -= 1;
            return Err(StoreError::Unavailable(Trouble::Locked));
        }
        for delivered in record.results {
            let place = rows
                .sending
                .iter()
                .position(|(notice, _)| notice.id == delivered.notice)
                .expect("what is recorded was taken");
            let (mut notice, _) = rows.sending.remove(place);
            if let DeliveryResult::RetryAt { at, doubtful, .. } = delivered.result {
                notice.attempt += 1;
                notice.doubtful = doubtful;
                rows.pending.insert(0, (notice, at));
            }
            rows.results.push(delivered);
        }
        Ok(())
    }
}

impl Handler<Screens> for Tickets {
    type Result = Result<Vec<UnshownScreen>, StoreError>;

    fn handle(&mut self, _: Screens, _: &mut Self::Context) -> Self::Result {
        Ok(self.0.lock().unwrap().unshown.clone())
    }
}

impl Handler<Screen> for Tickets {
    type Result = Result<Option<UnshownScreen>, StoreError>;

    fn handle(&mut self, asked: Screen, _: &mut Self::Context) -> Self::Result {
        let current = self.0.lock().unwrap().current.get(&asked.person).copied();
        Ok(Some(unshown(asked.person, current)))
    }
}

impl Handler<ScreenShown> for Tickets {
    type Result = Result<(), StoreError>;

    fn handle(&mut self, shown: ScreenShown, _: &mut Self::Context) -> Self::Result {
        self.0.lock().unwrap().shown.push(shown);
        Ok(())
    }
}

impl Handler<ScreenFailed> for Tickets {
    type Result = Result<(), StoreError>;

    fn handle(&mut self, failed: ScreenFailed, _: &mut Self::Context) -> Self::Result {
        self.0.lock().unwrap().failed.push(failed);
        Ok(())
    }
}

/// A notifier with all around it.
struct Desk {
    rows: Arc<Mutex<Rows>>,
    notifier: Addr<Notifier>,
    stub: Stub,
    clock: Clock,
    stopped: oneshot::Receiver<()>,
}

const UNLIMITED: LimitSettings = LimitSettings {
    global_per_second: 0,
    chat_per_second: 0,
    chat_burst: 1,
};

impl Desk {
    async fn start(stub: Stub, rows: Rows, limits: LimitSettings) -> Self {
        let rows = Arc::new(Mutex::new(rows));
        let tickets = Tickets(rows.clone()).start();
        let clock = Clock::manual(noon());
        let neighbours = Neighbours {
            take: tickets.clone().recipient(),
            record: tickets.clone().recipient(),
            screens: tickets.clone().recipient(),
            screen: tickets.clone().recipient(),
            shown: tickets.clone().recipient(),
            failed: tickets.recipient(),
            client: stub.client.clone(),
            clock: clock.clone(),
            settings: Arc::new(Settings {
                admins: Vec::new(),
                categories: vec![Category("general".to_owned())],
                language: Lang::En,
                timezone: "UTC".parse().unwrap(),
                admin_names: false,
            }),
        };
        let settings = NotifierSettings {
            mailbox: 16,
            calls: 4,
            limits,
        };
        let (ended, stopped) = oneshot::channel();
        Self {
            notifier: Notifier::new(neighbours, settings, ended).start(),
            rows,
            stub,
            clock,
            stopped,
        }
    }

    async fn obliging(rows: Rows) -> Self {
        Self::start(Stub::obliging().await, rows, UNLIMITED).await
    }

    async fn show(&self, person: PersonId, number: i64, pressed: Option<i64>, notices: bool) {
        let ready = Ready {
            number,
            show: show(pressed),
        };
        let deliver = Deliver {
            person,
            screen: Some(ready),
            lang: Lang::En,
            notices,
        };
        self.notifier.send(deliver).await.unwrap();
    }

    async fn settle(&self) {
        self.notifier.send(Settle).await.unwrap();
    }

    fn rows<T>(&self, look: impl FnOnce(&Rows) -> T) -> T {
        look(&self.rows.lock().unwrap())
    }

    /// The calls so far: method, chat, and the message that it is about, if any.
    fn calls(&self) -> Vec<(String, i64, i64)> {
        let number = |value: &Value| value.as_i64().unwrap_or(0);
        self.stub
            .requests()
            .iter()
            .map(|(method, parameters)| {
                let message = number(&parameters["message_id"]);
                (method.clone(), number(&parameters["chat_id"]), message)
            })
            .collect()
    }
}

fn call(method: &str, chat: i64, message: i64) -> (String, i64, i64) {
    (method.to_owned(), chat, message)
}

fn noon() -> Time {
    "2026-11-24T12:00:00Z".parse().unwrap()
}

fn show(pressed: Option<i64>) -> Show {
    Show {
        screen: View::Support,
        pressed: pressed.map(ChatMessageId),
    }
}

fn unshown(person: PersonId, current: Option<ChatMessageId>) -> UnshownScreen {
    UnshownScreen {
        person,
        number: 1,
        show: show(None),
        me: UserRecord {
            id: person,
            first_name: "Anna".to_owned(),
            last_name: None,
            username: None,
            language_code: Some("ru".to_owned()),
            language: None,
            reachable: true,
            muted: false,
            first_seen: noon(),
            last_seen: noon(),
        },
        current,
    }
}

/// A reaction to the message with the notice's number.
fn notice(id: i64, chat: i64, lane: Lane) -> (DueNotice, Time) {
    let notice = DueNotice {
        id: NoticeId(id),
        chat: ChatId(chat),
        lane,
        attempt: 1,
        doubtful: false,
        body: Body::React {
            message: ChatMessageId(id),
            emoji: "👍".to_owned(),
        },
        to: None,
        ticket: None,
        user: None,
        message: None,
        author: None,
        items: Vec::new(),
        copies: Vec::new(),
    };
    (notice, noon())
}

fn outbox(pending: Vec<(DueNotice, Time)>) -> Rows {
    Rows {
        pending,
        ..Rows::default()
    }
}

fn done() -> DeliveryResult {
    DeliveryResult::Sent {
        messages: Vec::new(),
        linked: Vec::new(),
    }
}

#[actix::test]
async fn notices_go_out_in_order_for_each_chat_and_a_slow_chat_delays_no_other() {
    let slow = Arc::new(Notify::new());
    let said = slow.clone();
    let stub = Stub::start(move |_, parameters| match parameters["chat_id"].as_i64() {
        Some(101) => Answer::OkAfter(said.clone(), json!(true)),
        _ => Answer::Ok(json!(true)),
    })
    .await;
    let pending = vec![
        notice(1, 101, Lane::Other),
        notice(2, 102, Lane::Other),
        notice(3, 102, Lane::Other),
        notice(4, 102, Lane::Other),
        notice(5, 101, Lane::Other),
    ];
    let desk = Desk::start(stub, outbox(pending), UNLIMITED).await;
    desk.notifier.send(Resume).await.unwrap().unwrap();
    desk.stub.asked(4).await;
    let of = |chat: i64| {
        let mut calls = desk.calls();
        calls.retain(|(_, to, _)| *to == chat);
        calls
            .into_iter()
            .map(|(_, _, message)| message)
            .collect::<Vec<_>>()
    };
    assert_eq!((of(101), of(102)), (vec![1], vec![2, 3, 4]));
    slow.notify_one();
    desk.stub.asked(5).await;
    slow.notify_one();
    desk.settle().await;
    assert_eq!(of(101), [1, 5]);
    assert_eq!(desk.rows(|rows| rows.results.len()), 5);
    assert!(desk.rows(|rows| {
        rows.results
            .iter()
            .all(|delivered| delivered.result == done())
    }));
}

#[actix::test]
async fn a_screen_waits_for_the_notices_of_its_own_update_and_for_no_others() {
    let pending = vec![
        notice(1, 101, Lane::Own),
        notice(2, 101, Lane::Own),
        notice(3, 102, Lane::Other),
        notice(4, 102, Lane::Other),
    ];
    let desk = Desk::obliging(outbox(pending)).await;
    desk.show(ANNA, 1, None, true).await;
    desk.show(EMMA, 1, None, false).await;
    desk.settle().await;
    let mut calls = desk.calls();
    calls.retain(|(_, chat, _)| *chat == 101);
    assert_eq!(
        calls,
        [
            call("setmessagereaction", 101, 1),
            call("setmessagereaction", 101, 2),
            call("sendmessage", 101, 0),
        ]
    );
    let mut calls = desk.calls();
    calls.retain(|(_, chat, _)| *chat == 102);
    assert_eq!(calls[0], call("sendmessage", 102, 0));
    assert_eq!(calls.len(), 3);
}

#[actix::test]
async fn a_press_edits_its_screen_and_words_get_a_new_one_below() {
    let rows = Rows {
        current: HashMap::from([(ANNA, ChatMessageId(40))]),
        ..Rows::default()
    };
    let desk = Desk::obliging(rows).await;
    desk.show(ANNA, 2, Some(40), false).await;
    desk.settle().await;
    desk.show(ANNA, 3, None, false).await;
    desk.settle().await;
    desk.show(ANNA, 4, Some(40), false).await;
    desk.settle().await;
    desk.show(ANNA, 5, Some(502), false).await;
    desk.settle().await;
    assert_eq!(
        desk.calls(),
        [
            call("editmessagetext", 101, 40),
            call("sendmessage", 101, 0),
            call("editmessagereplymarkup", 101, 40),
            // Pressed under a message that is not the screen any more.
            call("sendmessage", 101, 0),
            call("editmessagereplymarkup", 101, 501),
            call("editmessagetext", 101, 502),
        ]
    );
    let shown = desk.rows(|rows| {
        let shown = rows.shown.iter();
        shown
            .map(|shown| (shown.number, shown.message.0))
            .collect::<Vec<_>>()
    });
    assert_eq!(shown, [(2, 40), (3, 501), (4, 502), (5, 502)]);
}

#[actix::test]
async fn a_screen_that_cannot_be_edited_is_sent_and_an_unchanged_one_is_shown() {
    let mut last = 500;
    let stub = Stub::start(
        move |method, parameters| match parameters["message_id"].as_i64() {
            Some(40) => Answer::Refused(400, "Bad Request: message can't be edited"),
            Some(501) if method == "editmessagetext" => {
                Answer::Refused(400, "Bad Request: message is not modified: it is the same")
            }
            _ => Answer::Ok(obliged(&mut last, method, parameters)),
        },
    )
    .await;
    let rows = Rows {
        current: HashMap::from([(ANNA, ChatMessageId(40))]),
        ..Rows::default()
    };
    let desk = Desk::start(stub, rows, UNLIMITED).await;
    desk.show(ANNA, 2, Some(40), false).await;
    desk.settle().await;
    desk.show(ANNA, 3, Some(501), false).await;
    desk.settle().await;
    assert_eq!(desk.calls()[1], call("sendmessage", 101, 0));
    assert_eq!(
        desk.calls().last(),
        Some(&call("editmessagetext", 101, 501))
    );
    let shown = desk.rows(|rows| {
        rows.shown
            .iter()
            .map(|shown| shown.message.0)
            .collect::<Vec<_>>()
    });
    assert_eq!(shown, [501, 501]);
    assert!(desk.rows(|rows| rows.failed.is_empty()));
}

#[actix::test]
async fn only_the_newest_screen_is_shown_and_none_twice() {
    let slow = Arc::new(Notify::new());
    let said = slow.clone();
    let mut last = 500;
    let stub = Stub::start(move |method, parameters| {
        let result = obliged(&mut last, method, parameters);
        match method {
            "sendmessage" => Answer::OkAfter(said.clone(), result),
            _ => Answer::Ok(result),
        }
    })
    .await;
    let desk = Desk::start(stub, Rows::default(), UNLIMITED).await;
    desk.show(ANNA, 1, None, false).await;
    desk.stub.asked(1).await;
    // A repeat of the update, and then three more updates.
    for number in [1, 2, 4, 3] {
        desk.show(ANNA, number, None, false).await;
    }
    slow.notify_one();
    desk.stub.asked(2).await;
    slow.notify_one();
    desk.settle().await;
    let numbers = desk.rows(|rows| {
        rows.shown
            .iter()
            .map(|shown| shown.number)
            .collect::<Vec<_>>()
    });
    assert_eq!(numbers, [1, 4]);
}

#[actix::test]
async fn retry_after_holds_that_chat_and_is_stored() {
    let mut refused = false;
    let stub = Stub::start(move |_, parameters| {
        if parameters["chat_id"] == 101 && !std::mem::replace(&mut refused, true) {
            Answer::RetryAfter(17)
        } else {
            Answer::Ok(json!(true))
        }
    })
    .await;
    let pending = vec![
        notice(1, 101, Lane::Other),
        notice(2, 101, Lane::Other),
        notice(3, 102, Lane::Other),
    ];
    let desk = Desk::start(stub, outbox(pending), UNLIMITED).await;
    desk.settle().await;
    desk.clock.advance(TimeDelta::seconds(16));
    desk.settle().await;
    assert_eq!(desk.calls().len(), 2);
    let retry = desk.rows(|rows| {
        rows.results
            .iter()
            .find(|delivered| delivered.notice.0 == 1)
            .cloned()
    });
    assert_eq!(
        retry.unwrap().result,
        DeliveryResult::RetryAt {
            at: noon() + TimeDelta::seconds(17),
            doubtful: false,
            reason: Failure::RetryAfter(17).to_string(),
        }
    );
    desk.clock.advance(TimeDelta::seconds(1));
    desk.settle().await;
    let messages: Vec<i64> = desk
        .calls()
        .into_iter()
        .map(|(_, _, message)| message)
        .collect();
    assert_eq!(messages[2..], [1, 2]);
}

#[actix::test]
async fn the_chat_limit_makes_the_rest_wait_and_settling_does_not() {
    let pending = (1..=4).map(|id| notice(id, 101, Lane::Other)).collect();
    let limits = LimitSettings {
        global_per_second: 0,
        chat_per_second: 1,
        chat_burst: 2,
    };
    let desk = Desk::start(Stub::obliging().await, outbox(pending), limits).await;
    for sent in [2, 3, 4, 4] {
        desk.settle().await;
        assert_eq!(desk.calls().len(), sent);
        desk.clock.advance(TimeDelta::seconds(1));
    }
    assert!(desk.rows(|rows| {
        rows.results
            .iter()
            .all(|delivered| delivered.result == done())
    }));
}

#[actix::test]
async fn the_limit_over_all_chats_takes_no_more_than_it_lets_through() {
    let pending = (1..=6)
        .map(|id| notice(id, 100 + id, Lane::Other))
        .collect();
    let limits = LimitSettings {
        global_per_second: 2,
        chat_per_second: 0,
        chat_burst: 1,
    };
    let desk = Desk::start(Stub::obliging().await, outbox(pending), limits).await;
    for sent in [2, 4, 6] {
        desk.settle().await;
        assert_eq!(desk.calls().len(), sent);
        assert!(desk.rows(|rows| rows.sending.is_empty()));
        desk.clock.advance(TimeDelta::seconds(1));
    }
}

#[actix::test]
async fn who_cannot_be_reached_is_stored_as_such() {
    let stub =
        Stub::start(|_, _| Answer::Refused(403, "Forbidden: bot was blocked by the user")).await;
    let desk = Desk::start(stub, outbox(vec![notice(1, 102, Lane::Other)]), UNLIMITED).await;
    desk.show(ANNA, 1, None, false).await;
    desk.settle().await;
    let (results, failed) = desk.rows(|rows| (rows.results.clone(), rows.failed.clone()));
    assert_eq!(results[0].result, DeliveryResult::Unreachable);
    assert!(failed[0].unreachable && failed[0].number == 1);
}

#[actix::test]
async fn a_start_shows_what_was_not_shown() {
    let rows = Rows {
        unshown: vec![unshown(ANNA, Some(ChatMessageId(40)))],
        ..outbox(vec![notice(1, 101, Lane::Own)])
    };
    let desk = Desk::obliging(rows).await;
    desk.notifier.send(Resume).await.unwrap().unwrap();
    desk.settle().await;
    assert_eq!(
        desk.calls(),
        [
            call("setmessagereaction", 101, 1),
            call("sendmessage", 101, 0),
            call("editmessagereplymarkup", 101, 40),
        ]
    );
    let text = desk.stub.requests()[1].1["text"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(text.chars().any(|c| ('а'..='я').contains(&c)), "{text}");
}

#[actix::test]
async fn an_outcome_waits_for_the_database() {
    let rows = Rows {
        away: 2,
        ..outbox(vec![notice(1, 101, Lane::Other)])
    };
    let desk = Desk::obliging(rows).await;
    let settled = desk.notifier.send(Settle);
    let moved = async {
        while desk.rows(|rows| rows.results.is_empty()) {
            desk.clock.advance(TimeDelta::seconds(1));
            tokio::task::yield_now().await;
        }
    };
    let (settled, ()) = futures::join!(settled, moved);
    settled.unwrap();
    assert_eq!(desk.rows(|rows| (rows.results.len(), rows.away)), (1, 0));
    assert_eq!(desk.calls().len(), 1);
}

#[actix::test]
async fn a_stop_lets_calls_end_and_stores_them_and_takes_no_more() {
    let slow = Arc::new(Notify::new());
    let said = slow.clone();
    let stub = Stub::start(move |_, _| Answer::OkAfter(said.clone(), json!(true))).await;
    let pending = vec![notice(1, 101, Lane::Other), notice(2, 101, Lane::Other)];
    let desk = Desk::start(stub, outbox(pending), UNLIMITED).await;
    desk.notifier.send(Resume).await.unwrap().unwrap();
    desk.stub.asked(1).await;
    let stopped = desk.notifier.send(Stop);
    slow.notify_one();
    stopped.await.unwrap();
    desk.stopped.await.expect("it stopped in order");
    let rows = desk.rows.lock().unwrap();
    assert_eq!(rows.results.len(), 1);
    assert_eq!(rows.pending.len(), 1);
    assert!(rows.sending.is_empty());
}

#[actix::test]
async fn a_press_is_answered_outside_the_limits() {
    let limits = LimitSettings {
        global_per_second: 1,
        chat_per_second: 1,
        chat_burst: 1,
    };
    let desk = Desk::start(Stub::obliging().await, Rows::default(), limits).await;
    for toast in [None, Some(Toast::Done), None] {
        let answer = AnswerQuery {
            query: "q".to_owned(),
            toast,
            lang: Lang::En,
        };
        desk.notifier.send(answer).await.unwrap();
    }
    desk.settle().await;
    let requests = desk.stub.requests();
    assert_eq!(requests.len(), 3);
    let texts = requests
        .iter()
        .filter(|(_, parameters)| parameters.get("text").is_some());
    assert_eq!(texts.count(), 1);
}
