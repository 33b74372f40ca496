//! What a person sees, as text: the form that other tests compare with.

use frontdesk_sandbox::Outgoing;
use serde_json::json;

use crate::support::{keyboard, met};

#[actix_web::test]
async fn a_conversation_reads_like_this() {
    let (sandbox, bot) = met().await;
    let anna = sandbox.person(101);
    let menu = bot
        .ask(
            101,
            "Hello!\nWhat is it?",
            &[&["📞 Support=s", "🌐 Language=l"], &["Help=h"]],
        )
        .await;
    let query = anna.press(menu, "s");
    let answer = json!({ "callback_query_id": query, "text": "One moment" });
    bot.call("answerCallbackQuery", answer).await;
    let question = bot.say(101, "Describe it in a few words, please").await;
    let words = anna.reply(question, "It does\nnot work");
    let react = json!({ "chat_id": 101, "message_id": words, "reaction": [{ "type": "emoji", "emoji": "👍" }] });
    bot.call("setMessageReaction", react).await;
    anna.send(Outgoing::photo().caption("look"));
    anna.forward("he said", "Ivan");
    anna.album(vec![
        Outgoing::photo(),
        Outgoing::video().caption("both"),
        Outgoing::photo(),
    ]);
    let edit = json!({
        "chat_id": 101, "message_id": menu, "text": "Thank you", "reply_markup": keyboard(&[&["Back=b"]]),
    });
    bot.call("editMessageText", edit).await;
    let gone = bot.say(101, "gone soon").await;
    bot.call(
        "deleteMessage",
        json!({ "chat_id": 101, "message_id": gone }),
    )
    .await;
    let query = anna.press_forged(menu, "delete-everything");
    let alert = json!({ "callback_query_id": query, "text": "No.", "show_alert": true });
    bot.call("answerCallbackQuery", alert).await;
    bot.call(
        "answerCallbackQuery",
        json!({ "callback_query_id": anna.press(menu, "b") }),
    )
    .await;

    assert_eq!(
        anna.transcript().to_string(),
        "\
> /start
< Thank you
  [Back]
~ pressed: [📞 Support]
* toast: One moment
< Describe it in a few words, please
> (reply to \"Describe it in a few…\") It does
  not work
  (reacted: 👍)
> [photo] look
> (forwarded from Ivan) he said
> [album of 3] both
~ pressed (forged): delete-everything
* alert: No.
~ pressed: [Back]"
    );
    let notices = anna.notices();
    assert_eq!(notices.len(), 2);
    assert_eq!(
        (notices[0].text.as_str(), notices[0].alert),
        ("One moment", false)
    );
    assert_eq!((notices[1].text.as_str(), notices[1].alert), ("No.", true));
    assert_eq!(anna.transcript().after(11).to_string(), "~ pressed: [Back]");
    assert_eq!(
        sandbox.person(102).transcript().to_string(),
        "> /start",
        "others see nothing of it"
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn every_kind_has_its_line() {
    let (sandbox, _bot) = met().await;
    let emma = sandbox.person(102);
    let start = emma.transcript().blocks().len();
    emma.send(Outgoing::video());
    emma.send(Outgoing::document("bill.pdf").caption("the bill"));
    emma.send(Outgoing::voice());
    emma.send(Outgoing::audio());
    emma.send(Outgoing::video_note());
    emma.send(Outgoing::animation());
    emma.send(Outgoing::sticker("😀"));
    emma.send(Outgoing::location(55.75, 37.61));
    emma.send(Outgoing::contact("Ivan", "+79990000000"));
    emma.send(Outgoing::poll("Yes or no?", &["yes", "no"]));
    emma.send(Outgoing::dice(6));
    emma.send(Outgoing::venue("The office", "Main street 1"));
    emma.send(Outgoing::other("story", json!({ "id": 1 })));
    let seen: Vec<String> = emma.transcript().after(start).blocks().to_vec();
    assert_eq!(
        seen,
        [
            "> [video]",
            "> [document] the bill",
            "> [voice]",
            "> [audio]",
            "> [video_note]",
            "> [animation]",
            "> [sticker 😀]",
            "> [location 55.75 37.61]",
            "> [contact Ivan +79990000000]",
            "> [poll Yes or no?]",
            "> [dice 🎲 6]",
            "> [venue The office]",
            "> [story]",
        ]
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_deleted_message_is_gone_from_what_answers_it() {
    let (sandbox, bot) = met().await;
    let anna = sandbox.person(101);
    let asked = bot.say(101, "A question").await;
    anna.reply(asked, "An answer");
    bot.call(
        "deleteMessage",
        json!({ "chat_id": 101, "message_id": asked }),
    )
    .await;
    assert_eq!(
        anna.transcript().to_string(),
        "> /start\n> (reply to \"deleted message\") An answer"
    );
    let answer = anna.messages().pop().expect("a message");
    assert_eq!(answer.reply_to.expect("it still answers").text, "");
    sandbox.stop().await;
}
