//! Groups: many decisions in one transaction are as good as one after the other.

use super::*;
use futures::future::join_all;
use proptest::prelude::*;

#[tokio::test]
async fn winners_and_losers_of_one_group_are_told_apart() {
    let rig = Rig::new().await;
    rig.done(opening(100, ANNA, 0, "Printer", at(1))).await;
    let stored = ticket(&rig, 1).await;
    // All are waiting before the writer wakes, so they are one group but for the last two, which
    // wait for another of the same ticket and the same person.
    let group = vec![
        opening(200, BORIS, 0, "Router", at(2)),
        decision(100, PersonId(3), 0, at(2)),
        decision(201, PersonId(4), 5, at(2)),
        opening(202, PersonId(5), 0, "Mouse", at(2)),
        answer(203, VERA, 0, &stored, &[Part::Whole], at(2)),
        answer(204, GLEB, 0, &stored, &[Part::Whole], at(2)),
        decision(205, BORIS, 1, at(3)),
    ];
    let answers = join_all(group.into_iter().map(|one| rig.commit(one))).await;
    let kinds: Vec<&str> = answers.iter().map(kind).collect();
    assert_eq!(
        kinds,
        [
            "done 2", "repeat", "conflict", "done 3", "done 1", "conflict", "done"
        ]
    );
    let subjects = |id| {
        let rig = &rig;
        async move { ticket(rig, id).await.subject }
    };
    assert_eq!(
        (subjects(2).await, subjects(3).await),
        ("Router".into(), "Mouse".into())
    );
    assert_eq!(rig.load(BORIS).await.version, Version(2));
    assert!(rig.load(PersonId(3)).await.me.is_none());
}

fn kind(committed: &Committed) -> &'static str {
    match committed {
        Committed::Done { outcome, .. } => match outcome.tickets.first() {
            Some(change) if change.ticket.id == TicketId(1) => "done 1",
            Some(change) if change.ticket.id == TicketId(2) => "done 2",
            Some(_) => "done 3",
            None => "done",
        },
        Committed::Repeat => "repeat",
        Committed::Conflict => "conflict",
    }
}

#[tokio::test]
async fn a_bad_job_fails_alone() {
    let rig = Rig::new().await;
    let mut bad = opening(200, BORIS, 0, "Router", at(2));
    // Nobody with this id is known: a fault of ours, which the foreign key catches.
    bad.outcome.tickets[0].messages[0].sender = PersonId(404);
    let group = vec![
        opening(100, ANNA, 0, "Printer", at(1)),
        bad,
        decision(300, VERA, 0, at(1)),
    ];
    let answers = join_all(group.into_iter().map(|one| rig.try_commit(one))).await;
    assert!(matches!(&answers[0], Ok(Committed::Done { .. })));
    assert!(matches!(&answers[1], Err(StoreError::Rule(text)) if !text.contains("Router")));
    assert!(matches!(&answers[2], Ok(Committed::Done { .. })));
    assert!(rig.load(BORIS).await.me.is_none());
    assert_eq!(ticket(&rig, 1).await.subject, "Printer");
}

/// One decision of a random batch.
#[derive(Clone, Debug)]
struct Plan {
    update: i64,
    stale: bool,
    act: Act,
}

#[derive(Clone, Debug)]
enum Act {
    Nothing,
    Open,
    Change { ticket: i64, stale: bool },
    Block,
}

fn plan() -> impl Strategy<Value = Plan> {
    let act = prop_oneof![
        1 => Just(Act::Nothing),
        3 => Just(Act::Open),
        4 => (1..6_i64, prop::bool::weighted(0.2))
            .prop_map(|(ticket, stale)| Act::Change { ticket, stale }),
        1 => Just(Act::Block),
    ];
    (0..40_i64, prop::bool::weighted(0.1), act).prop_map(|(update, stale, act)| Plan {
        update,
        stale,
        act,
    })
}

/// The decision that a person takes after reading the database, as a session would.
async fn decide(rig: &Rig, who: PersonId, plan: &Plan, now: Time) -> Decision {
    let on = rig.load(who).await.version.0 + i64::from(plan.stale);
    let mut decided = match plan.act {
        Act::Open => opening(plan.update, who, on, "Printer", now),
        _ => decision(plan.update, who, on, now),
    };
    match plan.act {
        Act::Change { ticket, stale } => {
            let facts = rig.facts(who, &[Need::Ticket(TicketId(ticket))]).await;
            if let Some((mut stored, _)) = facts.tickets.into_iter().next() {
                stored.version = Version(stored.version.0 + i64::from(stale));
                decided = answer(plan.update, who, on, &stored, &[Part::Whole], now);
            }
        }
        Act::Block => decided.outcome.person.reachable = Some(false),
        Act::Nothing | Act::Open => {}
    }
    decided
}

fn share_a_ticket(one: &Decision, other: &Decision) -> bool {
    let stored = |decision: &Decision| -> Vec<i64> {
        let changes = decision.outcome.tickets.iter();
        changes
            .map(|change| change.ticket.id.0)
            .filter(|id| *id != 0)
            .collect()
    };
    let others = stored(other);
    stored(one).iter().any(|id| others.contains(id))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_group_is_as_good_as_one_by_one(
        batches in prop::collection::vec(prop::collection::vec(plan(), 1..8), 1..6)
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (together, alone) = (Rig::new().await, Rig::new().await);
            for (round, batch) in (1..).zip(&batches) {
                let now = at(round);
                let mut decisions: Vec<Decision> = Vec::new();
                for (who, plan) in (20..).map(PersonId).zip(batch) {
                    let decided = decide(&together, who, plan, now).await;
                    // A second change of a ticket waits for the next group, so the ids of what is
                    // new would be given in another order.
                    if !decisions.iter().any(|other| share_a_ticket(other, &decided)) {
                        decisions.push(decided);
                    }
                }
                let grouped =
                    join_all(decisions.iter().map(|one| together.commit(one.clone()))).await;
                let mut single = Vec::new();
                for one in decisions {
                    single.push(alone.commit(one).await);
                }
                prop_assert!(grouped == single, "round {round}");
            }
            prop_assert_eq!(together.dump().await, alone.dump().await);
            Ok(())
        })?;
    }
}
