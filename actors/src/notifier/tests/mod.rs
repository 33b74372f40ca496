//! The notifier between an outbox of a few lines and a server of a few lines.

mod reign;
mod stories;
mod trouble;

use std::collections::HashSet;
use std::sync::Mutex;

use actix::Addr;
use frontdesk_desk::Settings;
use frontdesk_desk::ids::{ChatId, ChatMessageId, NoticeId};
use frontdesk_desk::notice::{Body, Lane};
use frontdesk_desk::screen::Screen as View;
use frontdesk_desk::ticket::{Category, UserRecord};
use serde_json::{Value, json};
use tokio::sync::Notify;

use super::*;
use crate::store::Trouble;
use crate::telegram::stub::{Answer, Stub, obliged};
use crate::tickets::{Delivered, DeliveryResult, DueNotice, Head, ScreenEnd, Shown};

const ANNA: PersonId = PersonId(101);
const EMMA: PersonId = PersonId(102);

/// What the outbox and the screens of the database hold.
#[derive(Default)]
struct Rows {
    pending: Vec<(DueNotice, Time)>,
    sending: Vec<(DueNotice, Time)>,
    results: Vec<Delivered>,
    unshown: Vec<UnshownScreen>,
    screens: Vec<ScreenEnd>,
    holds: Vec<Hold>,
    /// How many of the next records the database cannot take.
    away: usize,
    /// Notices whose rows cannot be read.
    unreadable: Vec<NoticeId>,
}

impl Rows {
    /// The first notices of the lines that can be taken.
    fn heads(&self) -> Vec<Head> {
        let mut seen: HashSet<ChatId> =
            self.sending.iter().map(|(notice, _)| notice.chat).collect();
        let first = self.pending.iter();
        first
            .filter(|(notice, _)| seen.insert(notice.chat))
            .map(|(notice, due)| Head {
                notice: notice.id,
                chat: notice.chat,
                lane: notice.lane,
                due: *due,
            })
            .collect()
    }
}

struct Tickets(Arc<Mutex<Rows>>);

impl Actor for Tickets {
    type Context = Context<Self>;
}

impl Handler<Heads> for Tickets {
    type Result = Result<Vec<Head>, StoreError>;

    fn handle(&mut self, _: Heads, _: &mut Self::Context) -> Self::Result {
        Ok(self.0.lock().unwrap().heads())
    }
}

impl Handler<TakeDue> for Tickets {
    type Result = Result<Vec<DueNotice>, StoreError>;

    fn handle(&mut self, take: TakeDue, _: &mut Self::Context) -> Self::Result {
        let mut rows = self.0.lock().unwrap();
        let heads = rows.heads();
        let mut taken = Vec::new();
        let unreadable = rows.unreadable.clone();
        let is_unreadable = |notice| unreadable.contains(notice);
        let broken = take.notices.iter().any(is_unreadable);
        for wanted in take.notices {
            // Marked already: it is taken again.
            let marked = rows.sending.iter().find(|(notice, _)| notice.id == wanted);
            if let Some((notice, _)) = marked {
                taken.push(notice.clone());
                continue;
            }
            let Some(_) = heads
                .iter()
                .find(|head| head.notice == wanted && head.due <= take.now)
            else {
                continue;
            };
            let place = rows
                .pending
                .iter()
                .position(|(notice, _)| notice.id == wanted)
                .expect("a head is pending");
            let (notice, due) = rows.pending.remove(place);
            taken.push(notice.clone());
            rows.sending.push((notice, due));
        }
        if broken {
            return Err(StoreError::Corrupt("column body".to_owned()));
        }
        Ok(taken)
    }
}

impl Handler<Record> for Tickets {
    type Result = Result<Vec<Head>, StoreError>;

    fn handle(&mut self, record: Record, _: &mut Self::Context) -> Self::Result {
        let mut rows = self.0.lock().unwrap();
        if rows.away > 0 {
            rows.away -= 1;
            return Err(StoreError::Unavailable(Trouble::Locked));
        }
        let mut changed = HashSet::new();
        for delivered in record.results {
            let place = rows
                .sending
                .iter()
                .position(|(notice, _)| notice.id == delivered.notice)
                .expect("what is recorded was taken");
            let (mut notice, due) = rows.sending.remove(place);
            match &delivered.result {
                DeliveryResult::Again { doubtful, .. } => {
                    notice.attempt += 1;
                    notice.doubtful |= doubtful;
                    rows.pending.insert(0, (notice, due));
                }
                DeliveryResult::Partly { linked, .. } => {
                    notice.one_by_one = true;
                    let there: Vec<_> = linked.iter().filter_map(|(_, item)| *item).collect();
                    notice.items.retain(|item| !there.contains(&item.id));
                    rows.pending.insert(0, (notice, due));
                }
                _ => {}
            }
            changed.insert(delivered.chat);
            rows.results.push(delivered);
        }
        rows.screens.extend(record.screens);
        rows.holds.extend(record.holds);
        let mut heads = rows.heads();
        heads.retain(|head| changed.contains(&head.chat));
        Ok(heads)
    }
}

impl Handler<Screens> for Tickets {
    type Result = Result<Vec<UnshownScreen>, StoreError>;

    fn handle(&mut self, _: Screens, _: &mut Self::Context) -> Self::Result {
        Ok(self.0.lock().unwrap().unshown.clone())
    }
}

impl Handler<IsBeingSent> for Tickets {
    type Result = Result<bool, StoreError>;

    fn handle(&mut self, being_sent: IsBeingSent, _: &mut Self::Context) -> Self::Result {
        let rows = self.0.lock().unwrap();
        let mut sending = rows.sending.iter();
        Ok(sending.any(|(notice, _)| notice.chat == being_sent.chat))
    }
}

impl Handler<Holds> for Tickets {
    type Result = Result<Vec<Hold>, StoreError>;

    fn handle(&mut self, _: Holds, _: &mut Self::Context) -> Self::Result {
        Ok(self.0.lock().unwrap().holds.clone())
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
        let before = Arc::new(Mutex::new(Rows::default()));
        let tickets = Tickets(before.clone()).start();
        let clock = Clock::manual(noon());
        let neighbours = Neighbours {
            heads: tickets.clone().recipient(),
            take: tickets.clone().recipient(),
            record: tickets.clone().recipient(),
            screens: tickets.clone().recipient(),
            holds: tickets.clone().recipient(),
            being_sent: tickets.recipient(),
            client: stub.client.clone(),
            clock: clock.clone(),
            settings: LiveSettings::new(Settings {
                admins: Vec::new(),
                categories: vec![Category("general".to_owned())],
                language: Lang::En,
                timezone: "UTC".parse().unwrap(),
                admin_names: false,
                person_per_minute: 0,
            }),
        };
        let settings = NotifierSettings {
            mailbox: 16,
            calls: 4,
            limits,
            seed: 1,
        };
        let (ended, stopped) = oneshot::channel();
        let desk = Self {
            notifier: Notifier::new(neighbours, settings, ended).start(),
            rows: before,
            stub,
            clock,
            stopped,
        };
        desk.resume().await;
        desk.settle().await;
        *desk.rows.lock().unwrap() = rows;
        desk
    }

    /// It sends from now on, beginning with what the rows say.
    async fn resume(&self) {
        self.notifier.send(Resume).await.unwrap().unwrap();
    }

    async fn obliging(rows: Rows) -> Self {
        Self::start(Stub::obliging().await, rows, UNLIMITED).await
    }

    /// Has a screen shown; `current` is what the database says holds the one before.
    async fn show(
        &self,
        person: PersonId,
        number: i64,
        pressed: Option<i64>,
        current: Option<i64>,
    ) {
        self.deliver(person, number, pressed, current, Queued::default())
            .await;
    }

    /// The same, after all notices that are first in its line and the person's own.
    async fn show_after_notices(&self, person: PersonId, number: i64) {
        let queued = Queued {
            heads: self.rows(Rows::heads),
            own: AFTER_ALL_OWN,
        };
        self.deliver(person, number, None, None, queued).await;
    }

    async fn deliver(
        &self,
        person: PersonId,
        number: i64,
        pressed: Option<i64>,
        current: Option<i64>,
        queued: Queued,
    ) {
        let ready = Ready {
            number,
            show: show(pressed),
            current: current.map(ChatMessageId),
        };
        let deliver = Deliver {
            person,
            screen: Some(ready),
            lang: Lang::En,
            queued,
            urged: false,
            since: None,
            sent: Instant::now(),
        };
        self.notifier.send(deliver).await.unwrap();
    }

    /// The screens that were shown: number and message.
    fn shown(&self) -> Vec<(i64, i64)> {
        self.rows(|rows| {
            let screens = rows.screens.iter();
            screens
                .filter_map(|screen| match screen.end {
                    Shown::In(message) => Some((screen.number, message.0)),
                    _ => None,
                })
                .collect()
        })
    }

    /// Lets time pass in steps, and settles after each.
    async fn pass(&self, seconds: i64) {
        for _ in 0..seconds {
            self.clock.advance(TimeDelta::seconds(1));
            self.settle().await;
        }
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
        waiting: None,
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
            standing: Default::default(),
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
        one_by_one: false,
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
