//! Outages: everything is away, the token is wrong, or another program polls.

use std::time::Duration;

use frontdesk_sandbox::{Outage, Trouble};
use serde_json::json;
use tokio::time::timeout;

use super::Clock;
use crate::support::{LIMIT, fresh, met};

#[actix_web::test]
async fn everything_is_cut_also_a_poll_that_waits() {
    let (sandbox, bot) = met().await;
    let poll = actix_web::rt::spawn({
        let bot = bot.clone();
        async move { bot.try_call("getUpdates", json!({ "timeout": 50 })).await }
    });
    // The poll may not have arrived yet; either way it meets the outage.
    sandbox.begin_outage(Outage::Cut, None);
    let cut = timeout(LIMIT, poll).await.expect("in time");
    assert!(cut.expect("no panic").is_err());
    let params = json!({ "chat_id": 101, "text": "lost" });
    for method in ["getMe", "getUpdates", "sendMessage"] {
        let outcome = bot.try_call(method, params.clone()).await;
        assert_eq!(outcome.expect_err("no answer").status(), None, "{method}");
    }
    sandbox.person(101).text("written meanwhile");
    sandbox.end_outage();
    assert_eq!(sandbox.outage(), None);
    assert_eq!(bot.drain().await[0]["message"]["text"], "written meanwhile");
    assert_eq!(sandbox.person(101).messages().len(), 2, "nothing was sent");
    let calls = sandbox.calls();
    let send = calls.iter().find(|call| call.method == "sendMessage");
    let send = send.expect("it is recorded");
    assert_eq!(
        (send.ok, send.status, &send.trouble),
        (false, 0, &Some(Trouble::Outage(Outage::Cut)))
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn each_kind_answers_in_its_way() {
    let (sandbox, bot) = met().await;
    let conflict = "Conflict: terminated by other getUpdates request; make sure that only one bot \
                    instance is running";
    for (kind, poll, call) in [
        (
            Outage::BadGateway,
            (502, "Bad Gateway"),
            Some((502, "Bad Gateway")),
        ),
        (
            Outage::WrongToken,
            (401, "Unauthorized"),
            Some((401, "Unauthorized")),
        ),
        (Outage::OtherPoller, (409, conflict), None),
    ] {
        sandbox.begin_outage(kind, None);
        let refused = bot.refused("getUpdates", json!({ "timeout": 50 })).await;
        assert_eq!((refused.0, refused.1.as_str()), poll);
        match call {
            Some(call) => {
                let refused = bot.refused("getMe", json!({})).await;
                assert_eq!((refused.0, refused.1.as_str()), call);
            }
            None => drop(bot.call("getMe", json!({})).await),
        }
        sandbox.end_outage();
        bot.call("getMe", json!({})).await;
        bot.updates(0).await;
    }
    sandbox.stop().await;
}

#[actix_web::test]
async fn files_are_away_too() {
    let (sandbox, bot) = met().await;
    sandbox
        .person(101)
        .send(frontdesk_sandbox::Outgoing::photo().file("image/png", vec![1, 2, 3]));
    let photo = &bot.drain().await[0]["message"]["photo"][0]["file_id"];
    let file = bot.call("getFile", json!({ "file_id": photo })).await;
    let path = file["file_path"].as_str().expect("a path");
    let base = bot.base.replacen("/bot", "/file/bot", 1);
    let fetch = || bot.http.get(format!("{base}/{path}")).send();
    sandbox.begin_outage(Outage::Cut, None);
    assert!(fetch().await.is_err());
    sandbox.begin_outage(Outage::BadGateway, None);
    assert_eq!(fetch().await.expect("an answer").status().as_u16(), 502);
    sandbox.begin_outage(Outage::OtherPoller, None);
    assert_eq!(fetch().await.expect("an answer").status().as_u16(), 200);
    sandbox.stop().await;
}

#[actix_web::test]
async fn an_outage_ends_by_itself_when_its_time_is_over() {
    let (sandbox, bot) = fresh().await;
    let clock = Clock::of(&sandbox);
    sandbox.begin_outage(Outage::BadGateway, Some(Duration::from_secs(60)));
    clock.forward(59_999);
    bot.refused("getMe", json!({})).await;
    assert_eq!(
        sandbox.outage().map(|outage| outage.kind),
        Some(Outage::BadGateway)
    );
    clock.forward(1);
    assert_eq!(sandbox.outage(), None);
    bot.call("getMe", json!({})).await;
    sandbox.stop().await;
}
