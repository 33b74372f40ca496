//! Reads that are answered together: each as if it were alone.

use futures::future::join_all;

use super::*;
use crate::store::reader::Reader;

#[tokio::test]
async fn what_is_read_together_is_what_each_would_read_alone() {
    let rig = Rig::new().await;
    rig.done(decision(1, VERA, 0, at(1))).await;
    for (place, user) in [ANNA, BORIS].into_iter().enumerate() {
        for ticket in 0..10 {
            let update = 100 + 20 * i64::try_from(place).unwrap() + ticket;
            let mut opening = opening(update, user, ticket, "Printer", at(update));
            for change in &mut opening.outcome.tickets {
                change.ticket.assignee = (ticket == 0).then_some(VERA);
            }
            rig.done(opening).await;
        }
    }
    let common = [Need::OpenTickets, Need::Staff(None)];
    let asked: Vec<(PersonId, Vec<Need>)> = vec![
        (ANNA, common.to_vec()),
        (BORIS, vec![Need::OpenTickets, Need::Ticket(TicketId(3))]),
        (
            VERA,
            vec![Need::Ticket(TicketId(1)), Need::Ticket(TicketId(999))],
        ),
        (GLEB, common.to_vec()),
        (ANNA, vec![Need::Ticket(TicketId(11))]),
        (BORIS, vec![Need::Staff(None)]),
    ];
    let reader = Reader::start(rig.db.clone());
    let together = asked.iter().map(|(person, needs)| {
        assert!(Reader::takes(needs));
        reader.facts(*person, needs.clone())
    });
    let people = [ANNA, GLEB, VERA, ANNA];
    let conversations = people.map(|person| reader.conversation(person));
    let (together, conversations) = futures::join!(join_all(together), join_all(conversations));
    for ((person, needs), found) in asked.iter().zip(together) {
        assert_eq!(found.unwrap(), rig.facts(*person, needs).await, "{person}");
    }
    for (person, found) in people.into_iter().zip(conversations) {
        assert_eq!(found.unwrap(), rig.load(person).await, "{person}");
    }
    assert!(!Reader::takes(&[
        Need::OpenTickets,
        Need::Find {
            query: "a".to_owned(),
            page: 0
        }
    ]));
}

#[tokio::test]
async fn a_row_that_cannot_be_read_keeps_nobody_else_from_an_answer() {
    let rig = Rig::new().await;
    rig.done(decision(1, ANNA, 0, at(1))).await;
    rig.done(decision(2, BORIS, 0, at(2))).await;
    rig.execute("UPDATE conversations SET state = 'no JSON' WHERE person_id = 1")
        .await;
    let reader = Reader::start(rig.db.clone());
    let people = [BORIS, ANNA, GLEB, BORIS].map(|person| reader.conversation(person));
    let found = join_all(people).await;
    assert!(matches!(found[1], Err(StoreError::Corrupt(_))));
    for place in [0, 2, 3] {
        assert!(found[place].is_ok());
    }
}
