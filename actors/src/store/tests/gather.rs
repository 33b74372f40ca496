//! What is gathered: added up beside the line, and told in its place.

use frontdesk_desk::notice::Gathering;
use frontdesk_desk::outcome::Gathered;

use super::*;

/// Adds so many messages of ticket 1 to what an admin is told of later.
fn more(decision: &mut Decision, messages: u32, due: Time) {
    decision.outcome.gathered.push(Gathered {
        chat: VERA.chat(),
        what: Gathering::More,
        ticket: Some(TicketRef::Id(TicketId(1))),
        message: None,
        messages,
        due,
    });
}

fn tell(decision: &mut Decision, body: Body) {
    decision.outcome.notices.push(NewNotice {
        chat: VERA.chat(),
        lane: Lane::Other,
        due: decision.at,
        ticket: Some(TicketRef::Id(TicketId(1))),
        message: None,
        album: None,
        body,
    });
}

impl Rig {
    /// Takes all that is due, one after the other, as the actor does.
    async fn bodies(&self, now: Time) -> Vec<Body> {
        let mut bodies = Vec::new();
        loop {
            self.writer
                .run(Work::TellGathered { now }, Done::nothing)
                .await
                .unwrap();
            let due = self.take(now).await;
            if due.notices.is_empty() {
                return bodies;
            }
            let results = due.notices.iter().map(|notice| Delivered {
                notice: notice.id,
                chat: notice.chat,
                result: DeliveryResult::Nothing,
            });
            self.record(now, results.collect()).await;
            bodies.extend(due.notices.into_iter().map(|notice| notice.body));
        }
    }

    async fn with_ticket() -> Self {
        let rig = Self::new().await;
        rig.done(opening(1, ANNA, 0, "Printer", at(0))).await;
        rig.bodies(at(0)).await;
        rig
    }
}

#[tokio::test]
async fn it_adds_up_and_is_told_once_when_it_is_due() {
    let rig = Rig::with_ticket().await;
    for (number, messages) in (1..).zip([1, 1, 5]) {
        let mut decision = decision(1 + number, ANNA, number, at(number));
        more(&mut decision, messages, at(number + 5));
        rig.done(decision).await;
    }
    // It holds nothing else up meanwhile.
    let mut other = decision(10, ANNA, 4, at(4));
    tell(&mut other, Body::ClosedByUser);
    rig.done(other).await;
    assert_eq!(rig.bodies(at(7)).await, [Body::ClosedByUser]);
    assert!(!reads::gathered(&rig.db, at(7)).await.unwrap());
    assert!(reads::gathered(&rig.db, at(8)).await.unwrap());
    assert_eq!(
        rig.bodies(at(8)).await,
        [Body::MoreMessages { messages: 7 }]
    );
    assert!(rig.bodies(at(100)).await.is_empty());
    assert_eq!(rig.count("SELECT count(*) FROM gatherings").await, 0);
}

#[tokio::test]
async fn what_is_due_goes_before_what_is_committed_then() {
    let rig = Rig::with_ticket().await;
    let mut flood = decision(2, ANNA, 1, at(1));
    more(&mut flood, 3, at(60));
    rig.done(flood).await;
    let mut later = decision(3, ANNA, 2, at(60));
    tell(&mut later, Body::ClosedByUser);
    more(&mut later, 2, at(65));
    rig.done(later).await;
    assert_eq!(
        rig.bodies(at(61)).await,
        [Body::MoreMessages { messages: 3 }, Body::ClosedByUser]
    );
    assert_eq!(
        rig.bodies(at(65)).await,
        [Body::MoreMessages { messages: 2 }]
    );
}

#[tokio::test]
async fn a_conflict_or_a_repeat_adds_nothing_and_a_kill_loses_nothing() {
    let rig = Rig::with_ticket().await;
    let flood = || {
        let mut flood = decision(2, ANNA, 1, at(1));
        more(&mut flood, 3, at(60));
        flood
    };
    rig.done(flood()).await;
    assert_eq!(rig.commit(flood()).await, Committed::Repeat);
    let mut stale = decision(3, ANNA, 1, at(2));
    more(&mut stale, 3, at(60));
    assert_eq!(rig.commit(stale).await, Committed::Conflict);
    // Nobody stopped the desk: the rows are all there is.
    rig.db.close().await;
    let again = Rig::in_folder(rig.folder).await;
    assert!(again.start(&[VERA, GLEB], at(61)).await.unwrap());
    assert_eq!(
        again.bodies(at(61)).await,
        [Body::MoreMessages { messages: 3 }]
    );
}

#[tokio::test]
async fn each_ticket_message_and_person_has_its_own() {
    let rig = Rig::with_ticket().await;
    rig.done(opening(2, ANNA, 1, "Scanner", at(1))).await;
    rig.bodies(at(1)).await;
    let mut flood = decision(3, ANNA, 2, at(2));
    let gathered = |what, ticket, message: Option<i64>, messages| Gathered {
        chat: VERA.chat(),
        what,
        ticket: Some(TicketRef::Id(TicketId(ticket))),
        message: message.map(|id| MessageRef::Id(frontdesk_desk::ids::MessageId(id))),
        messages,
        due: at(5),
    };
    flood.outcome.gathered = vec![
        gathered(Gathering::Edits, 1, Some(1), 0),
        gathered(Gathering::Edits, 1, Some(1), 0),
        gathered(Gathering::Edits, 2, Some(2), 0),
        gathered(Gathering::More, 2, None, 4),
        gathered(Gathering::More, 1, None, 3),
        gathered(Gathering::Kept, 2, None, 2),
        gathered(Gathering::Kept, 1, None, 1),
    ];
    rig.done(flood).await;
    let mut bodies = rig.bodies(at(5)).await;
    bodies.sort_by_key(|body| format!("{body:?}"));
    assert_eq!(
        bodies,
        [
            Body::AllKept { messages: 3 },
            Body::EditCopies,
            Body::EditCopies,
            Body::MoreMessages { messages: 3 },
            Body::MoreMessages { messages: 4 },
        ]
    );
}
