//! The notifier between an outbox of a few lines and a server of a few lines.

mod stories;

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
