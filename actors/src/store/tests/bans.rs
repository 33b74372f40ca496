//! Bans as rows: on the version of a standing, in the audit trail, and the end of what a node still
//! holds in memory.

use frontdesk_desk::facts::Whom;
use frontdesk_desk::outcome::BanChange;
use frontdesk_desk::ticket::Ban;

use super::*;

fn ban(update: i64, by: PersonId, on: i64, standing: i64, reason: Option<&str>) -> Decision {
    let at = at(update);
    let mut decision = decision(update, by, on, at);
    decision.outcome.ban = Some(BanChange {
        person: ANNA,
        on: Version(standing),
        by,
        at,
        ban: reason.map(|reason| Ban {
            by: Some(by),
            at,
            reason: Some(reason.to_owned()),
        }),
    });
    decision
}

async fn history(rig: &Rig, ticket: i64) -> Vec<Happened> {
    let need = Need::History {
        ticket: TicketId(ticket),
        page: 0,
    };
    let facts = rig.facts(VERA, &[need]).await;
    let events = facts.history.rows.into_iter();
    events.map(|event| event.what).collect()
}

#[tokio::test]
async fn a_ban_is_decided_once_and_ends_what_is_held_of_the_conversation() {
    let rig = Rig::new().await;
    rig.done(opening(1, ANNA, 0, "Printer", at(1))).await;
    rig.done(ban(2, VERA, 0, 0, Some("spam"))).await;
    // Another admin, who knew nothing of it.
    assert_eq!(
        rig.commit(ban(3, GLEB, 0, 0, Some("also"))).await,
        Committed::Conflict
    );
    // Whoever still holds Anna's conversation decides nothing on it.
    assert_eq!(
        rig.commit(decision(4, ANNA, 1, at(4))).await,
        Committed::Conflict
    );
    let anna = rig.load(ANNA).await;
    assert_eq!(anna.version, Version(2));
    let standing = anna.me.unwrap().standing;
    assert_eq!(standing.version, Version(1));
    let in_force = standing.ban.unwrap();
    assert_eq!(in_force.reason.as_deref(), Some("spam"));
    assert_eq!((in_force.by, in_force.at), (Some(VERA), at(2)));
    // Her own updates leave it alone.
    rig.done(decision(5, ANNA, 2, at(5))).await;
    assert!(rig.load(ANNA).await.me.unwrap().standing.ban.is_some());

    rig.done(ban(6, GLEB, 0, 1, None)).await;
    let anna = rig.load(ANNA).await;
    assert_eq!(anna.version, Version(4));
    let standing = anna.me.unwrap().standing;
    assert_eq!((standing.version, standing.ban), (Version(2), None));
    assert_eq!(
        history(&rig, 1).await,
        [
            Happened::UserUnbanned,
            Happened::UserBanned {
                reason: Some("spam".to_owned())
            },
            Happened::Opened,
        ]
    );
}

#[tokio::test]
async fn a_ban_and_an_update_of_the_same_person_are_never_in_one_group() {
    let rig = Rig::new().await;
    rig.done(opening(1, ANNA, 0, "Printer", at(1))).await;
    let (banned, wrote) = futures::join!(
        rig.commit(ban(2, VERA, 0, 0, Some("spam"))),
        rig.commit(decision(3, ANNA, 1, at(3)))
    );
    assert!(matches!(banned, Committed::Done { .. }));
    assert_eq!(wrote, Committed::Conflict, "it was decided before the ban");
    let (wrote, lifted) = futures::join!(
        rig.commit(decision(4, ANNA, 2, at(4))),
        rig.commit(ban(5, VERA, 1, 1, None))
    );
    assert!(matches!(wrote, Committed::Done { .. }));
    assert!(matches!(lifted, Committed::Done { .. }));
    assert_eq!(rig.load(ANNA).await.version, Version(4));
}

#[tokio::test]
async fn whoever_is_put_on_the_list_of_admins_is_banned_no_longer() {
    let rig = Rig::new().await;
    rig.done(opening(1, ANNA, 0, "Printer", at(1))).await;
    rig.done(ban(2, VERA, 0, 0, Some("spam"))).await;
    rig.start(&[VERA, ANNA], at(3)).await.unwrap();
    let standing = rig.load(ANNA).await.me.unwrap().standing;
    assert_eq!((standing.version, standing.ban), (Version(2), None));
    rig.start(&[VERA, ANNA], at(4)).await.unwrap();
    assert_eq!(history(&rig, 1).await.len(), 3);
}

#[tokio::test]
async fn people_are_found_by_whatever_they_are_called_and_listed_while_they_are_banned() {
    let rig = Rig::new().await;
    rig.done(opening(1, ANNA, 0, "Printer", at(1))).await;
    rig.done(opening(2, BORIS, 0, "Scanner", at(2))).await;
    let ways = [
        (Whom::Id(BORIS), Some((BORIS, None))),
        (Whom::Id(PersonId(99)), None),
        (Whom::Called("2".into()), Some((BORIS, Some(TicketId(2))))),
        (Whom::Called("#1".into()), Some((ANNA, Some(TicketId(1))))),
        (Whom::Called("@user2".into()), Some((BORIS, None))),
        (Whom::Called("@nobody".into()), None),
        (Whom::Called("3".into()), None),
        (Whom::Called("#3".into()), None),
        (Whom::Called("spam".into()), None),
        (Whom::Of(source(BORIS, 2)), Some((BORIS, Some(TicketId(2))))),
        (Whom::Of(source(VERA, 2)), None),
    ];
    for (whom, found) in ways {
        let facts = rig.facts(VERA, &[Need::Person(whom.clone())]).await;
        let person = facts.person.map(|person| (person.id, facts.persons_ticket));
        assert_eq!(person, found, "{whom:?}");
    }
    let banned = async || {
        let page = Need::Banned { page: 0 };
        let people = rig.facts(VERA, &[page]).await.people;
        let rows = people.rows.into_iter().map(|person| person.id);
        (people.total, rows.collect::<Vec<_>>())
    };
    assert_eq!(banned().await, (0, vec![]));
    rig.done(ban(3, VERA, 0, 0, Some("spam"))).await;
    assert_eq!(banned().await, (1, vec![ANNA]));
    rig.done(ban(4, VERA, 1, 1, None)).await;
    assert_eq!(banned().await, (0, vec![]));
}
