//! What load generators use: being told of deeds, many acts in one go, and a memory with an end.

use frontdesk_sandbox::{ActError, Deed, Heard, Options, Outgoing, Sandbox};
use serde_json::json;
use tokio::time::timeout;

use crate::support::{Bot, LIMIT, met};

/// The next deed, in a few words.
async fn next(listener: &mut frontdesk_sandbox::Listener) -> (i64, String) {
    let heard = timeout(LIMIT, listener.next()).await.expect("in time");
    let heard: Heard = heard.expect("the sandbox runs");
    let words = match &heard.deed {
        Deed::Sent(message) => format!("sent {} {}", message.kind, message.text),
        Deed::Edited(message) => format!("edited {}", message.text),
        Deed::Deleted(id) => format!("deleted {id}"),
        Deed::Answered { query_id, text } => format!("answered {query_id} {text}"),
    };
    (heard.chat, words)
}

#[actix_web::test]
async fn those_who_listen_are_told_of_every_deed_in_order() {
    let (sandbox, bot) = met().await;
    let (anna, emma) = (sandbox.person(101), sandbox.person(102));
    let mut all = sandbox.listen();
    let mut annas = anna.listen();
    let menu = bot.ask(101, "Menu", &[&["One=1"]]).await;
    let heard = timeout(LIMIT, annas.next()).await.expect("in time");
    let heard = heard.expect("the sandbox runs");
    let message = heard.message().expect("it was sent");
    assert_eq!((message.id, message.button("One")), (menu, Some("1")));

    let query = anna.press(menu, "1");
    let answer = json!({ "callback_query_id": query, "text": "Done" });
    bot.call("answerCallbackQuery", answer).await;
    let edit = json!({ "chat_id": 101, "message_id": menu, "text": "Pressed" });
    bot.call("editMessageText", edit.clone()).await;
    bot.refused("editMessageText", edit).await;
    bot.call(
        "deleteMessages",
        json!({ "chat_id": 101, "message_ids": [menu, menu + 1] }),
    )
    .await;
    let album = emma.album(vec![Outgoing::photo(), Outgoing::photo().caption("two")]);
    let copy = json!({ "chat_id": 101, "from_chat_id": 102, "message_ids": album });
    bot.call("copyMessages", copy).await;
    bot.say(102, "for Emma").await;

    let in_chat = [
        format!("answered {query} Done"),
        "edited Pressed".to_owned(),
        format!("deleted {menu}"),
        "sent photo ".to_owned(),
        "sent photo two".to_owned(),
    ];
    for words in &in_chat {
        assert_eq!(next(&mut annas).await, (101, words.clone()));
    }
    assert!(annas.try_next().is_none(), "Emma's is not told here");
    assert_eq!(next(&mut all).await, (101, "sent text Menu".to_owned()));
    for words in in_chat {
        assert_eq!(next(&mut all).await, (101, words));
    }
    assert_eq!(next(&mut all).await, (102, "sent text for Emma".to_owned()));
    drop(annas);
    bot.say(101, "to whom it may concern").await;
    sandbox.stop().await;
    assert!(next(&mut all).await.1.ends_with("concern"));
    drop(anna);
    drop(emma);
    assert!(all.next().await.is_none(), "the sandbox is gone");
}

#[actix_web::test]
async fn many_acts_in_one_go_are_as_good_as_one_by_one() {
    let (sandbox, bot) = met().await;
    let menu = bot.ask(101, "Menu", &[&["One=1"]]).await;
    let sent = sandbox.at_once(|acts| {
        let first = acts.text(101, "one")?;
        acts.edit(101, first, "one, changed")?;
        acts.press(101, menu, "1")?;
        acts.album(102, &[Outgoing::photo(), Outgoing::photo()])?;
        assert_eq!(acts.text(999, "nobody"), Err(ActError::UnknownPerson(999)));
        acts.send(102, &Outgoing::voice())
    });
    assert_eq!(sent.expect("they can do all that").len(), 1);
    let updates = bot.drain().await;
    let kinds: Vec<&str> = updates
        .iter()
        .filter_map(|update| update.as_object()?.keys().find(|name| *name != "update_id"))
        .map(String::as_str)
        .collect();
    assert_eq!(
        kinds,
        [
            "message",
            "edited_message",
            "callback_query",
            "message",
            "message",
            "message"
        ]
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn only_so_many_messages_and_calls_are_kept() {
    let sandbox = Sandbox::start(Options {
        kept_calls: 3,
        kept_messages: Some(4),
        ..Options::default()
    })
    .await
    .expect("a sandbox");
    let bot = Bot::of(&sandbox);
    let anna = sandbox.person(101);
    let start = anna.text("/start");
    let menu = bot.ask(101, "Menu", &[&["One=1"]]).await;
    for _ in 0..40 {
        anna.press(menu, "1");
    }
    let query = anna.press(menu, "1");
    let answer = json!({ "callback_query_id": query, "text": "Done" });
    bot.call("answerCallbackQuery", answer).await;
    assert_eq!(anna.notices().len(), 1);
    assert!(anna.transcript().blocks().len() <= 18, "presses end, too");
    assert_eq!(anna.messages().len(), 2);
    let edit = json!({ "chat_id": 101, "message_id": menu, "text": "Still there" });
    bot.call("editMessageText", edit.clone()).await;

    let late = anna.press_forged(menu, "1");
    for number in 0..4 {
        bot.say(101, &format!("message {number}")).await;
    }
    let texts: Vec<String> = anna
        .messages()
        .into_iter()
        .map(|message| message.text)
        .collect();
    assert_eq!(texts, ["message 0", "message 1", "message 2", "message 3"]);
    assert_eq!(anna.transcript().blocks().len(), 4);
    assert_eq!(
        bot.refused("editMessageText", edit).await.1,
        "Bad Request: message to edit not found"
    );
    let answer = json!({ "callback_query_id": late, "text": "Too late to be seen" });
    bot.call("answerCallbackQuery", answer).await;
    assert_eq!(anna.notices(), []);
    assert_eq!(
        anna.try_press(start, "x"),
        Err(ActError::UnknownMessage(start))
    );
    assert_eq!(sandbox.calls().len(), 3);
    assert_eq!(sandbox.calls()[2].no, 9);
    sandbox.stop().await;
}
