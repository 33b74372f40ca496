//! What intake does with what Telegram and the database answer.

use super::*;

#[actix::test]
async fn a_batch_is_settled_before_the_next_poll_confirms_it() {
    let answers = vec![
        batch(&[text(7, 101), text(8, 102), text(9, 101)]),
        Answer::Ok(json!([])),
        batch(&[text(3, 101)]),
    ];
    let desk = Desk::start(answers, Rows::default(), false).await;
    desk.polled(4).await;
    // After an empty answer the numbers may begin anew.
    assert_eq!(desk.polls(), [None, Some(10), None, Some(4)]);
    let of_anna = desk.rows(|rows| {
        let mut committed = rows.committed.clone();
        committed.retain(|(_, person)| *person == PersonId(101));
        committed
            .into_iter()
            .map(|(update, _)| update.0)
            .collect::<Vec<_>>()
    });
    assert_eq!(of_anna, [7, 9, 3]);
    let poll = &desk
        .stub
        .requests()
        .into_iter()
        .find(|(method, _)| method == "getupdates");
    let allowed = poll
        .as_ref()
        .map(|(_, parameters)| parameters["allowed_updates"].clone());
    assert_eq!(
        allowed.unwrap(),
        json!([
            "message",
            "edited_message",
            "callback_query",
            "my_chat_member"
        ])
    );
}

#[actix::test]
async fn only_our_own_failures_lead_to_quarantine() {
    let undecodable = json!({"update_id": 2, "message": {"from": {"id": 102}, "chat": "secret"}});
    let unknown = json!({"update_id": 4, "telepathy": {}});
    let answers = vec![batch(&[
        text(1, 101),
        undecodable.clone(),
        text(3, 101),
        unknown,
    ])];
    let rows = Rows {
        poison: HashSet::from([UpdateId(3)]),
        ..Rows::default()
    };
    let desk = Desk::start(answers, rows, false).await;
    desk.polled(2).await;
    assert_eq!(desk.polls()[1], Some(5));
    assert_eq!(desk.committed(), [1]);
    let mut aside = desk.rows(|rows| rows.aside.clone());
    aside.sort_by_key(|aside| aside.update);
    assert_eq!(aside.len(), 2);
    assert_eq!(aside[0].person, Some(PersonId(102)));
    assert_eq!(
        serde_json::from_str::<Value>(&aside[0].raw).unwrap(),
        undecodable
    );
    assert!(aside.iter().all(|aside| !aside.reason.contains("secret")));
    assert_eq!(aside[1].update, UpdateId(3));
}

#[actix::test]
async fn a_database_that_is_away_is_waited_for() {
    let answers = vec![batch(&[text(1, 101), text(2, 101)])];
    let rows = Rows {
        away: 3,
        ..Rows::default()
    };
    let desk = Desk::start(answers, rows, false).await;
    desk.advance_until(|desk| desk.polls().len() == 2).await;
    assert_eq!(desk.committed(), [1, 2]);
    assert!(desk.rows(|rows| rows.aside.is_empty()));
}

#[actix::test]
async fn after_an_unclean_stop_each_update_of_the_first_batch_is_an_attempt() {
    let answers = vec![
        batch(&[text(1, 101), text(2, 102), text(3, 101)]),
        batch(&[text(4, 101)]),
    ];
    let rows = Rows {
        attempts: HashMap::from([(UpdateId(2), 3), (UpdateId(3), 2)]),
        ..Rows::default()
    };
    let desk = Desk::start(answers, rows, true).await;
    desk.polled(3).await;
    assert_eq!(desk.committed(), [1, 3, 4]);
    desk.rows(|rows| {
        assert_eq!(rows.aside[0].update, UpdateId(2));
        assert_eq!(rows.attempts[&UpdateId(1)], 1);
        assert!(!rows.attempts.contains_key(&UpdateId(4)));
    });
}

#[actix::test]
async fn trouble_with_telegram_is_waited_out() {
    let answers = vec![
        Answer::Refused(409, "Conflict: terminated by other getUpdates request"),
        Answer::RetryAfter(5),
        Answer::Cut,
        batch(&[text(1, 101)]),
    ];
    let desk = Desk::start(answers, Rows::default(), false).await;
    desk.advance_until(|desk| desk.polls().len() == 5).await;
    assert_eq!(desk.committed(), [1]);
    assert_eq!(desk.polls()[4], Some(2));
}

#[actix::test]
async fn a_refused_token_ends_it_in_words() {
    let answers = vec![Answer::Refused(401, "Unauthorized")];
    let desk = Desk::start(answers, Rows::default(), false).await;
    assert_eq!(desk.ended.await.unwrap(), Err(IntakeError::TokenRefused));
}

#[actix::test]
async fn answers_without_progress_are_no_hot_loop() {
    let answers = (0..50).map(|_| Answer::Ok(json!([]))).collect();
    let desk = Desk::start(answers, Rows::default(), false).await;
    desk.polled(3).await;
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
    assert_eq!(desk.polls().len(), 3);
    desk.advance_until(|desk| desk.polls().len() > 3).await;
}

#[actix::test]
async fn a_stop_confirms_what_is_settled() {
    let desk = Desk::start(vec![batch(&[text(1, 101)])], Rows::default(), false).await;
    desk.polled(2).await;
    desk.intake.send(Stop).await.unwrap();
    assert_eq!(desk.ended.await.unwrap(), Ok(()));
    let requests = desk.stub.requests();
    let confirms = requests
        .iter()
        .filter(|(_, parameters)| parameters["timeout"] == 0);
    let offsets: Vec<_> = confirms
        .map(|(_, parameters)| (&parameters["offset"], &parameters["limit"]))
        .collect();
    assert_eq!(offsets, [(&json!(2), &json!(1))]);
}

#[actix::test]
async fn a_stop_does_not_wait_for_a_database_that_is_away() {
    let rows = Rows {
        away: usize::MAX,
        ..Rows::default()
    };
    let desk = Desk::start(vec![batch(&[text(1, 101)])], rows, false).await;
    desk.advance_until(|desk| desk.rows(|rows| rows.away < usize::MAX - 1))
        .await;
    desk.intake.send(Stop).await.unwrap();
    let confirmed = desk
        .stub
        .requests()
        .into_iter()
        .any(|(_, parameters)| parameters["timeout"] == 0);
    assert!(!confirmed && desk.committed().is_empty());
}

#[actix::test]
async fn the_operator_can_have_an_update_tried_again() {
    let row = |id, raw: Value| Quarantined {
        id: QuarantineId(id),
        update: UpdateId(id),
        person: None,
        raw: raw.to_string(),
        reason: String::new(),
        retry: true,
        failures: 1,
        failed_at: noon(),
        at: noon(),
    };
    let rows = Rows {
        retries: vec![
            row(1, text(1, 101)),
            row(2, json!({"message": 1})),
            row(3, text(3, 101)),
        ],
        poison: HashSet::from([UpdateId(3)]),
        ..Rows::default()
    };
    let desk = Desk::start(Vec::new(), rows, false).await;
    desk.advance_until(|desk| desk.rows(|rows| rows.failed.len() == 2))
        .await;
    desk.rows(|rows| {
        assert_eq!(rows.retried, [QuarantineId(1)]);
        let failed: Vec<i64> = rows.failed.iter().map(|failed| failed.id.0).collect();
        assert_eq!(failed, [2, 3]);
    });
}

#[actix::test]
async fn commands_are_set_when_they_changed_and_only_then() {
    let sets = |desk: &Desk| {
        let requests = desk.stub.requests();
        let sets = requests
            .iter()
            .filter(|(method, _)| method == "setmycommands");
        sets.map(|(_, parameters)| parameters["scope"]["chat_id"].as_i64())
            .collect::<Vec<_>>()
    };
    // One admin writes, then one for whom Telegram refuses them; both write once more.
    let batches = || {
        [101, 201, 202, 201, 202]
            .into_iter()
            .zip(1..)
            .map(|(person, update)| batch(&[text(update, person)]))
            .collect::<Vec<_>>()
    };
    let desk = Desk::start(batches(), Rows::default(), false).await;
    desk.polled(6).await;
    desk.advance_until(|desk| sets(desk).len() == 7).await;
    // Everybody and the one admin, in every language and in none; the other until it was refused.
    assert_eq!(
        sets(&desk),
        [None, None, None, Some(201), Some(201), Some(201), Some(202)]
    );
    let rows = Rows {
        remembered: desk.rows(|rows| rows.remembered.clone()),
        ..Rows::default()
    };
    let again = Desk::start(batches(), rows, false).await;
    again.polled(6).await;
    again.advance_until(|desk| !sets(desk).is_empty()).await;
    assert_eq!(sets(&again), [Some(202)]);
}

#[actix::test]
async fn of_several_desks_one_polls_and_begins_anew_when_it_is_its_turn_again() {
    let answers = vec![
        batch(&[text(7, 101)]),
        Answer::OkAfter(Arc::new(Notify::new()), json!([])),
        batch(&[text(7, 101), text(9, 101)]),
    ];
    let desk = Desk::start(answers, Rows::default(), false).await;
    desk.polled(2).await;
    assert_eq!(desk.polls(), [None, Some(8)]);
    desk.sends.send_replace(false);
    for _ in 0..10 {
        tokio::task::yield_now().await;
    }
    assert_eq!(desk.polls().len(), 2, "another desk polls");
    desk.sends.send_replace(true);
    desk.polled(4).await;
    // Nothing is confirmed that another may have taken in; each is an attempt after its sudden end.
    assert_eq!(desk.polls()[2..4], [None, Some(10)]);
    assert_eq!(desk.committed(), [7, 7, 9]);
    assert!(desk.rows(|rows| rows.attempts[&UpdateId(9)] == 1));
}
