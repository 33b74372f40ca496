//! What people do and what the bot hears of it.

use chrono::DateTime;
use frontdesk_sandbox::{ActError, Outgoing, PersonSpec};
use serde_json::{Value, json};

use crate::support::{fresh, id_of, met};

#[actix_web::test]
async fn a_message_is_what_telegram_would_send() {
    let (sandbox, bot) = fresh().await;
    sandbox.set_clock(|| DateTime::from_timestamp(1_800_000_000, 0).expect("a date"));
    let anna = sandbox.person(101);
    let id = anna.text("/start now, @anna  ");
    let updates = bot.drain().await;
    assert_eq!(
        updates[0]["message"],
        json!({
            "message_id": id,
            "from": {
                "id": 101, "is_bot": false, "first_name": "Анна", "last_name": "Смирнова",
                "username": "anna", "language_code": "ru",
            },
            "chat": {
                "id": 101, "type": "private", "first_name": "Анна", "last_name": "Смирнова",
                "username": "anna",
            },
            "date": 1_800_000_000,
            "text": "/start now, @anna",
            "entities": [
                { "type": "bot_command", "offset": 0, "length": 6 },
                { "type": "mention", "offset": 12, "length": 5 },
            ],
        })
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn message_ids_grow_over_all_chats() {
    let (sandbox, bot) = met().await;
    let first = sandbox.person(101).text("one");
    let second = bot.say(102, "two").await;
    let third = sandbox.person(101).text("three");
    assert!(first < second && second < third, "{first} {second} {third}");
    sandbox.stop().await;
}

#[actix_web::test]
async fn formatting_counts_in_utf16() {
    let (sandbox, bot) = fresh().await;
    let bold = json!([
        { "type": "bold", "offset": 3, "length": 4 },
        { "type": "bold", "offset": 90, "length": 4 },
    ]);
    sandbox
        .person(101)
        .text_with_entities("👋 bold https://example.org/a.", bold);
    let updates = bot.drain().await;
    assert_eq!(
        updates[0]["message"]["entities"],
        json!([
            { "type": "bold", "offset": 3, "length": 4 },
            { "type": "url", "offset": 8, "length": 21 },
        ]),
        "what lies outside the text is left out"
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_long_text_goes_in_pieces() {
    let (sandbox, bot) = fresh().await;
    let text = "👋я".repeat(1_500);
    let last = sandbox.person(101).text(&text);
    let updates = bot.drain().await;
    let pieces: Vec<&str> = updates
        .iter()
        .map(|update| update["message"]["text"].as_str().expect("text"))
        .collect();
    assert_eq!(pieces.concat(), text);
    assert_eq!(pieces.len(), 2);
    assert_eq!(
        pieces[0].encode_utf16().count(),
        4_096 - 1,
        "no character is cut in two"
    );
    assert_eq!(updates[1]["message"]["message_id"], last);
    sandbox.stop().await;
}

#[actix_web::test]
async fn replies_forwards_and_edits() {
    let (sandbox, bot) = met().await;
    let anna = sandbox.person(101);
    let asked = bot.say(101, "Which order?").await;
    let answer = anna.reply(asked, "12");
    anna.forward("from him", "Ivan");
    anna.edit(answer, "13 #late");
    let updates = bot.drain().await;
    assert_eq!(
        updates[0]["message"]["reply_to_message"]["message_id"],
        asked
    );
    assert_eq!(
        updates[0]["message"]["reply_to_message"]["from"]["is_bot"],
        true
    );
    let origin = &updates[1]["message"]["forward_origin"];
    assert_eq!(
        (&origin["type"], &origin["sender_user_name"]),
        (&json!("hidden_user"), &json!("Ivan"))
    );
    let edited = &updates[2]["edited_message"];
    assert_eq!(
        (id_of(edited), &edited["text"]),
        (answer, &json!("13 #late"))
    );
    assert!(edited["edit_date"].is_i64());
    assert_eq!(edited["entities"][0]["type"], "hashtag");
    assert_eq!(edited["reply_to_message"]["message_id"], asked);
    assert_eq!(
        anna.try_edit(asked, "mine"),
        Err(ActError::NotTheirs(asked))
    );
    assert_eq!(anna.try_edit(answer, " "), Err(ActError::Empty));
    assert_eq!(
        anna.try_edit(9_999, "none"),
        Err(ActError::UnknownMessage(9_999))
    );
    assert_eq!(anna.try_send(&Outgoing::text("\n ")), Err(ActError::Empty));
    assert!(bot.drain().await.is_empty());
    sandbox.stop().await;
}

#[actix_web::test]
async fn an_album_is_several_messages_and_may_get_a_late_sibling() {
    let (sandbox, bot) = met().await;
    let anna = sandbox.person(101);
    let ids = anna.album(vec![Outgoing::photo(), Outgoing::video().caption("two")]);
    let text = anna.text("meanwhile");
    let late = anna.late_sibling(ids[0], Outgoing::photo());
    let updates = bot.drain().await;
    let groups: Vec<&Value> = updates
        .iter()
        .map(|update| &update["message"]["media_group_id"])
        .collect();
    assert!(groups[0].is_string());
    assert_eq!((groups[0], groups[0]), (groups[1], groups[3]));
    assert_eq!(groups[2], &Value::Null);
    assert_eq!(updates[1]["message"]["caption"], "two");
    assert_eq!(updates[3]["message"]["message_id"], late);
    assert_eq!(
        anna.transcript().after(1).to_string(),
        "> [album of 2] two\n> meanwhile\n> [photo]"
    );
    assert_eq!(
        anna.try_late_sibling(text, &Outgoing::photo()),
        Err(ActError::NoAlbum(text))
    );
    assert_eq!(
        anna.try_album(&[Outgoing::photo()]),
        Err(ActError::BadAlbum)
    );
    assert_eq!(
        anna.try_album(&[Outgoing::photo(), Outgoing::voice()]),
        Err(ActError::BadAlbum)
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn presses_are_answered_once_also_when_doubled_or_forged() {
    let (sandbox, bot) = met().await;
    let anna = sandbox.person(101);
    let menu = bot.ask(101, "Menu", &[&["Open=open", "Close=close"]]).await;
    let first = anna.press(menu, "open");
    let second = anna.press_label("Ope").expect("there is such a button");
    let forged = anna.press_forged(menu, "drop table");
    assert_ne!(first, second);
    assert_eq!(
        anna.press_label("Nothing of that"),
        Err(ActError::NoSuchButton)
    );
    let updates = bot.drain().await;
    let query = &updates[0]["callback_query"];
    assert_eq!(query["id"], first.as_str());
    assert_eq!(query["from"]["id"], 101);
    assert_eq!(query["data"], "open");
    assert_eq!(query["message"]["message_id"], menu);
    assert_eq!(
        query["message"]["reply_markup"]["inline_keyboard"][0][1]["text"],
        "Close"
    );
    assert_eq!(
        query["chat_instance"],
        updates[1]["callback_query"]["chat_instance"]
    );
    assert_eq!(updates[2]["callback_query"]["data"], "drop table");
    for id in [&first, &second, &forged] {
        bot.call("answerCallbackQuery", json!({ "callback_query_id": id }))
            .await;
        let again = bot
            .refused("answerCallbackQuery", json!({ "callback_query_id": id }))
            .await;
        assert_eq!(again.1, TOO_OLD);
    }
    assert_eq!(
        anna.messages().last().expect("the menu").pressed.as_deref(),
        Some("drop table")
    );

    bot.call(
        "deleteMessage",
        json!({ "chat_id": 101, "message_id": menu }),
    )
    .await;
    anna.press_forged(menu, "open");
    let late = bot.drain().await;
    assert_eq!(
        late[0]["callback_query"]["message"],
        json!({ "chat": query["message"]["chat"], "message_id": menu, "date": 0 }),
        "what is deleted cannot be accessed"
    );
    assert_eq!(
        anna.try_press(9_999, "x"),
        Err(ActError::UnknownMessage(9_999))
    );
    sandbox.stop().await;
}

const TOO_OLD: &str =
    "Bad Request: query is too old and response timeout expired or query ID is invalid";

#[actix_web::test]
async fn blocking_is_heard_and_writing_lifts_it() {
    let (sandbox, bot) = met().await;
    let anna = sandbox.person(101);
    anna.block();
    anna.block();
    assert_eq!(
        bot.refused("sendMessage", json!({ "chat_id": 101, "text": "hello?" }))
            .await,
        (403, "Forbidden: bot was blocked by the user".to_owned())
    );
    anna.unblock();
    bot.say(101, "hello again").await;
    anna.block();
    anna.text("I need you after all");
    bot.say(101, "of course").await;
    let updates = bot.drain().await;
    let heard: Vec<String> = updates
        .iter()
        .map(|update| match &update["my_chat_member"] {
            Value::Null => update["message"]["text"].as_str().expect("text").to_owned(),
            member => format!(
                "{} -> {}",
                member["old_chat_member"]["status"]
                    .as_str()
                    .expect("a status"),
                member["new_chat_member"]["status"]
                    .as_str()
                    .expect("a status"),
            ),
        })
        .collect();
    assert_eq!(
        heard,
        [
            "member -> kicked",
            "kicked -> member",
            "member -> kicked",
            "kicked -> member",
            "I need you after all",
        ]
    );
    assert_eq!(updates[0]["my_chat_member"]["from"]["id"], 101);
    assert_eq!(
        updates[0]["my_chat_member"]["new_chat_member"]["user"]["id"],
        1_000_001
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn commands_are_shown_by_scope_and_language() {
    let (sandbox, bot) = met().await;
    let set = |scope: Value, language: &str, name: &str| {
        json!({
            "commands": [{ "command": name, "description": "What it does" }],
            "scope": scope,
            "language_code": language,
        })
    };
    let shown = |person: i64| {
        let commands = sandbox.person(person).commands();
        commands
            .into_iter()
            .map(|(name, _)| name)
            .collect::<Vec<_>>()
    };
    assert!(shown(101).is_empty());
    bot.call("setMyCommands", set(json!(null), "", "everyone"))
        .await;
    bot.call(
        "setMyCommands",
        set(json!({ "type": "all_private_chats" }), "ru", "private_ru"),
    )
    .await;
    bot.call(
        "setMyCommands",
        set(json!({ "type": "chat", "chat_id": 102 }), "", "emma"),
    )
    .await;
    assert_eq!(shown(101), ["private_ru"]);
    assert_eq!(shown(102), ["emma"]);
    assert_eq!(shown(202), ["everyone"]);
    let list = bot
        .call(
            "getMyCommands",
            json!({ "scope": { "type": "all_private_chats" }, "language_code": "ru" }),
        )
        .await;
    assert_eq!(
        list,
        json!([{ "command": "private_ru", "description": "What it does" }])
    );
    bot.call(
        "deleteMyCommands",
        json!({ "scope": { "type": "all_private_chats" }, "language_code": "ru" }),
    )
    .await;
    assert_eq!(shown(101), ["everyone"]);
    sandbox.stop().await;
}

#[actix_web::test]
async fn typing_is_seen_until_something_comes() {
    let (sandbox, bot) = met().await;
    let at = |seconds: i64| DateTime::from_timestamp(1_800_000_000 + seconds, 0).expect("a date");
    sandbox.set_clock(move || at(0));
    let anna = sandbox.person(101);
    assert!(!anna.typing());
    bot.call(
        "sendChatAction",
        json!({ "chat_id": 101, "action": "typing" }),
    )
    .await;
    assert!(anna.typing());
    bot.say(101, "there").await;
    assert!(!anna.typing());
    bot.call(
        "sendChatAction",
        json!({ "chat_id": 101, "action": "typing" }),
    )
    .await;
    sandbox.set_clock(move || at(4));
    assert!(anna.typing());
    sandbox.set_clock(move || at(5));
    assert!(!anna.typing());
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_group_is_entered_and_left() {
    let (sandbox, bot) = met().await;
    let group = sandbox.add_to_group(102, "The team");
    let emma = sandbox.person(102);
    emma.text_in_group(group, "the bot does not hear this");
    emma.text_in_group(group, "/but this");
    let updates = bot.drain().await;
    assert_eq!(updates.len(), 3, "{updates:?}");
    let added = &updates[0]["my_chat_member"];
    assert_eq!(
        (&added["chat"]["id"], &added["chat"]["type"]),
        (&json!(group), &json!("group"))
    );
    assert_eq!(added["new_chat_member"]["status"], "member");
    assert_eq!(
        updates[1]["message"]["new_chat_members"][0]["id"],
        1_000_001
    );
    assert_eq!(updates[2]["message"]["text"], "/but this");

    assert_eq!(
        bot.call("getChat", json!({ "chat_id": group })).await["title"],
        "The team"
    );
    bot.say(group, "I work in private chats").await;
    bot.call("leaveChat", json!({ "chat_id": group })).await;
    assert_eq!(
        bot.refused("sendMessage", json!({ "chat_id": group, "text": "?" }))
            .await,
        (
            403,
            "Forbidden: bot is not a member of the group chat".to_owned()
        )
    );
    let left = bot.drain().await;
    assert_eq!(
        left[0]["my_chat_member"]["new_chat_member"]["status"],
        "left"
    );
    let view = sandbox.group(group).expect("the group");
    assert!(!view.bot_is_member);
    assert_eq!(
        view.messages.last().expect("a message").text,
        "I work in private chats"
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn people_can_be_added_and_waited_for() {
    let (sandbox, bot) = fresh().await;
    let new = sandbox.add_person(PersonSpec::new(5_000_000_000, "Zoë").language("fr"));
    let id = new.text("bonjour");
    assert_eq!(
        bot.drain().await[0]["message"]["chat"]["id"],
        5_000_000_000_i64
    );
    let answered = sandbox.wait_until(crate::support::LIMIT, |sandbox| {
        sandbox.person(5_000_000_000).last_from_bot().is_some()
    });
    let (answered, _) = futures::join!(answered, bot.say(5_000_000_000, "salut"));
    answered.expect("in time");
    assert!(new.last_from_bot().expect("the answer").id > id);
    let never = std::time::Duration::from_millis(10);
    assert!(sandbox.wait_until(never, |_| false).await.is_err());
    sandbox.stop().await;
}

#[actix_web::test]
async fn whoever_deleted_the_account_does_nothing_any_more() {
    let (sandbox, bot) = met().await;
    let menu = bot.ask(101, "Menu", &[&["One=1"]]).await;
    let anna = sandbox.person(101);
    let old = anna.text("before");
    bot.drain().await;
    anna.deactivate();
    let gone = ActError::Deactivated(101);
    assert_eq!(anna.try_send(&Outgoing::text("x")), Err(gone.clone()));
    assert_eq!(anna.try_edit(old, "x"), Err(gone.clone()));
    assert_eq!(anna.try_press(menu, "1"), Err(gone.clone()));
    let album = [Outgoing::photo(), Outgoing::photo()];
    assert_eq!(anna.try_album(&album), Err(gone));
    assert!(bot.drain().await.is_empty(), "the bot hears nothing of it");
    sandbox.stop().await;
}
