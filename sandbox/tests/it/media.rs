//! Files, every kind of message in both directions, copies, forwards and edits of media.

use frontdesk_sandbox::{Kind, Outgoing};
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::support::{id_of, met};

#[actix_web::test]
async fn every_kind_reaches_the_bot_and_can_be_copied() {
    let (sandbox, bot) = met().await;
    let anna = sandbox.person(101);
    let all = [
        Outgoing::text("words"),
        Outgoing::photo().caption("a caption"),
        Outgoing::video().caption("a caption"),
        Outgoing::document("bill.pdf").caption("a caption"),
        Outgoing::voice().caption("a caption"),
        Outgoing::audio().caption("a caption"),
        Outgoing::animation().caption("a caption"),
        Outgoing::video_note(),
        Outgoing::sticker("😀"),
        Outgoing::location(55.75, 37.61),
        Outgoing::contact("Ivan", "+79990000000"),
        Outgoing::poll("Yes?", &["yes", "no"]),
        Outgoing::dice(6),
        Outgoing::venue("The office", "Main street 1"),
    ];
    for outgoing in all {
        let id = anna.send(outgoing.clone());
        let heard = bot.drain().await;
        let message = &heard[0]["message"];
        let field = outgoing.kind.as_str();
        assert!(!message[field].is_null(), "{field}: {message}");
        if outgoing.kind.has_caption() {
            assert_eq!(message["caption"], "a caption", "{field}");
            assert_eq!(message["text"], Value::Null);
        }
        let copy = json!({ "chat_id": 102, "from_chat_id": 101, "message_id": id });
        let copy = id_of(&bot.call("copyMessage", copy).await);
        let seen = sandbox.person(102).last_from_bot().expect("the copy");
        assert_eq!(
            (seen.id, seen.kind, &seen.text),
            (copy, outgoing.kind, &outgoing.text)
        );
        assert_eq!(seen.forwarded_from, None, "a copy does not name its author");
        let forward = json!({ "chat_id": 102, "from_chat_id": 101, "message_id": id });
        let forward = bot.call("forwardMessage", forward).await;
        assert_eq!(forward["forward_origin"]["sender_user"]["id"], 101);
        let seen = sandbox.person(102).last_from_bot().expect("the forward");
        assert_eq!(seen.forwarded_from.as_deref(), Some("Анна Смирнова"));
    }
    sandbox.stop().await;
}

#[actix_web::test]
async fn every_file_can_be_sent_again_by_its_id() {
    let (sandbox, bot) = met().await;
    let anna = sandbox.person(101);
    let files = [
        (Outgoing::photo(), "sendPhoto"),
        (Outgoing::video(), "sendVideo"),
        (Outgoing::document("bill.pdf"), "sendDocument"),
        (Outgoing::voice(), "sendVoice"),
        (Outgoing::audio(), "sendAudio"),
        (Outgoing::video_note(), "sendVideoNote"),
        (Outgoing::animation(), "sendAnimation"),
        (Outgoing::sticker("😀"), "sendSticker"),
    ];
    for (outgoing, method) in files {
        let kind = outgoing.kind;
        anna.send(outgoing);
        let heard = bot.drain().await;
        let media = &heard[0]["message"][kind.as_str()];
        // Any size of a picture will do.
        let file = if kind == Kind::Photo {
            &media[0]
        } else {
            media
        };
        let params = json!({ "chat_id": 101, kind.as_str(): file["file_id"], "caption": "again" });
        let sent = bot.call(method, params).await;
        assert_eq!(&sent[kind.as_str()], media, "{method}");
        let caption = if kind.has_caption() {
            json!("again")
        } else {
            Value::Null
        };
        assert_eq!(sent["caption"], caption, "{method}");
        let found = bot
            .call("getFile", json!({ "file_id": file["file_id"] }))
            .await;
        let path = found["file_path"].as_str().expect("a path");
        let address = format!("{}/file/bot{}/{path}", sandbox.api_url(), sandbox.token());
        let bytes = reqwest::get(address)
            .await
            .expect("an answer")
            .bytes()
            .await
            .expect("a body");
        assert_eq!(found["file_size"], bytes.len(), "{method}");
    }
    sandbox.stop().await;
}

#[actix_web::test]
async fn an_upload_is_kept_byte_by_byte() {
    let (sandbox, bot) = met().await;
    let bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    // As the field itself, and as an attached part that the field names.
    for field in ["document", "the_part"] {
        let part = Part::bytes(bytes.clone())
            .file_name("отчёт.csv")
            .mime_str("text/csv")
            .expect("a type");
        let mut form = Form::new()
            .text("chat_id", "101")
            .text("caption", "the report")
            .part(field, part);
        if field != "document" {
            form = form.text("document", format!("attach://{field}"));
        }
        let request = bot
            .http
            .post(format!("{}/SENDDOCUMENT", bot.base))
            .multipart(form);
        let answer: Value = request
            .send()
            .await
            .expect("an answer")
            .json()
            .await
            .expect("JSON");
        let document = &answer["result"]["document"];
        assert_eq!(document["file_name"], "отчёт.csv", "{answer}");
        assert_eq!(document["mime_type"], "text/csv");
        assert_eq!(document["file_size"], bytes.len());
        let found = bot
            .call("getFile", json!({ "file_id": document["file_id"] }))
            .await;
        let path = found["file_path"].as_str().expect("a path");
        assert!(path.ends_with(".csv"), "{path}");
        let address = format!("{}/file/bot{}/{path}", sandbox.api_url(), sandbox.token());
        let got = reqwest::get(address)
            .await
            .expect("an answer")
            .bytes()
            .await
            .expect("a body");
        assert!(got == bytes, "other bytes came back");
    }
    let call = &sandbox.calls()[0];
    assert_eq!(
        call.method, "sendDocument",
        "the log has the name as documented"
    );
    assert_eq!(call.params["document"], "(отчёт.csv, 100000 bytes)");
    sandbox.stop().await;
}

#[actix_web::test]
async fn an_album_is_sent_and_copied_together() {
    let (sandbox, bot) = met().await;
    let anna = sandbox.person(101);
    let ids = anna.album(vec![Outgoing::photo().caption("first"), Outgoing::video()]);
    let story = anna.send(Outgoing::other("story", json!({})));
    let alone = anna.text("alone");
    let album: Vec<Value> = anna.messages()[1..3]
        .iter()
        .map(|message| json!({ "type": message.kind.as_str(), "media": message.file_id() }))
        .collect();
    let sent = bot
        .call(
            "sendMediaGroup",
            json!({ "chat_id": 102, "media": Value::from(album).to_string() }),
        )
        .await;
    let sent = sent.as_array().expect("an array");
    assert_eq!(sent.len(), 2);
    assert!(sent[0]["media_group_id"].is_string());
    assert_eq!(sent[0]["media_group_id"], sent[1]["media_group_id"]);

    // What cannot be copied and what is not there is skipped in silence.
    let copy = json!({
        "chat_id": 102, "from_chat_id": 101, "message_ids": [ids[0], ids[1], story, alone, 9_999],
        "remove_caption": true,
    });
    let copies = bot.call("copyMessages", copy).await;
    assert_eq!(copies.as_array().expect("an array").len(), 3);
    let seen = sandbox.person(102).transcript();
    assert_eq!(
        seen.after(1).to_string(),
        "< [album of 2]\n< [album of 2]\n< alone"
    );
    let forward = json!({ "chat_id": 102, "from_chat_id": 101, "message_ids": ids });
    bot.call("forwardMessages", forward).await;
    let seen = sandbox.person(102).transcript();
    assert_eq!(
        seen.after(4).to_string(),
        "< (forwarded from Анна Смирнова) [album of 2] first"
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn a_copy_can_have_another_caption_an_answer_and_buttons() {
    let (sandbox, bot) = met().await;
    let anna = sandbox.person(101);
    let bold = json!([{ "type": "bold", "offset": 0, "length": 3 }]);
    let photo = anna.send(
        Outgoing::photo()
            .caption("old words")
            .entities(bold.clone()),
    );
    let start = sandbox.person(102).messages()[0].id;
    let plain = json!({ "chat_id": 102, "from_chat_id": 101, "message_id": photo });
    bot.call("copyMessage", plain).await;
    let seen = sandbox.person(102).last_from_bot().expect("the copy");
    assert_eq!(
        (seen.text.as_str(), &json!(seen.entities)),
        ("old words", &bold)
    );
    let other = json!({
        "chat_id": 102, "from_chat_id": 101, "message_id": photo, "caption": "new",
        "reply_parameters": { "message_id": start },
        "reply_markup": { "inline_keyboard": [[{ "text": "Answer", "callback_data": "a" }]] },
    });
    bot.call("copyMessage", other).await;
    assert_eq!(
        sandbox.person(102).transcript().after(2).to_string(),
        "< (reply to \"/start\") [photo] new\n  [Answer]"
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn media_and_captions_are_edited_in_place() {
    let (sandbox, bot) = met().await;
    let anna = sandbox.person(101);
    anna.send(Outgoing::photo());
    anna.send(Outgoing::document("bill.pdf"));
    let files: Vec<String> = anna.messages()[1..]
        .iter()
        .map(|message| message.file_id().expect("a file").to_owned())
        .collect();
    let sent = bot
        .call(
            "sendPhoto",
            json!({ "chat_id": 101, "photo": files[0], "caption": "one" }),
        )
        .await;
    let id = id_of(&sent);
    let caption = json!({ "chat_id": 101, "message_id": id, "caption": "two" });
    assert_eq!(
        bot.call("editMessageCaption", caption).await["caption"],
        "two"
    );
    let media = json!({
        "chat_id": 101, "message_id": id,
        "media": { "type": "document", "media": files[1], "caption": "three" },
    });
    bot.call("editMessageMedia", media).await;
    assert_eq!(anna.transcript().after(3).to_string(), "< [document] three");
    // A text can become media, too.
    let text = bot.say(101, "words").await;
    let media = json!({ "chat_id": 101, "message_id": text, "media": { "type": "photo", "media": files[0] } });
    bot.call("editMessageMedia", media).await;
    let seen = anna.last_from_bot().expect("it");
    assert_eq!(
        (seen.id, seen.kind, seen.edited()),
        (text, Kind::Photo, true)
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn the_bot_sends_what_has_no_file() {
    let (sandbox, bot) = met().await;
    let calls = [
        (
            "sendLocation",
            json!({ "latitude": 1.5, "longitude": "2.5" }),
        ),
        (
            "sendVenue",
            json!({ "latitude": 1.5, "longitude": 2.5, "title": "Home", "address": "Here" }),
        ),
        (
            "sendContact",
            json!({ "phone_number": "+1", "first_name": "A", "last_name": "B" }),
        ),
        (
            "sendPoll",
            json!({ "question": "Yes?", "options": ["yes", { "text": "no" }] }),
        ),
    ];
    for (method, mut params) in calls {
        params["chat_id"] = json!(101);
        bot.call(method, params).await;
    }
    assert_eq!(
        sandbox.person(101).transcript().after(1).to_string(),
        "< [location 1.5 2.5]\n< [venue Home]\n< [contact A B +1]\n< [poll Yes?]"
    );
    let dice = bot
        .call("sendDice", json!({ "chat_id": 101, "emoji": "🏀" }))
        .await;
    assert!((1..=5).contains(&dice["dice"]["value"].as_i64().expect("a value")));
    sandbox.stop().await;
}

#[actix_web::test]
async fn html_becomes_entities() {
    let (sandbox, bot) = met().await;
    let html = "👋 <b>a <i>&lt;b&gt;</i></b> <a href=\"https://example.org/\">link</a> &amp; <code>c</code>";
    let sent = bot
        .call(
            "sendMessage",
            json!({ "chat_id": 101, "text": html, "parse_mode": "html" }),
        )
        .await;
    assert_eq!(sent["text"], "👋 a <b> link & c");
    assert_eq!(
        sent["entities"],
        json!([
            { "type": "bold", "offset": 3, "length": 5 },
            { "type": "italic", "offset": 5, "length": 3 },
            { "type": "text_link", "offset": 9, "length": 4, "url": "https://example.org/" },
            { "type": "code", "offset": 16, "length": 1 },
        ])
    );
    sandbox.stop().await;
}

#[actix_web::test]
async fn the_name_of_a_document_tells_its_type() {
    let (sandbox, bot) = met().await;
    let anna = sandbox.person(101);
    for (document, mime) in [
        (Outgoing::document("Bill.PDF"), "application/pdf"),
        (
            Outgoing::document("bill.pdf").file("application/octet-stream", b"%PDF".to_vec()),
            "application/pdf",
        ),
        (Outgoing::document("notes.txt"), "text/plain"),
        (
            Outgoing::document("notes.txt").file("text/markdown", b"# Notes".to_vec()),
            "text/markdown",
        ),
        (Outgoing::document("nameless"), "application/octet-stream"),
        (
            Outgoing::document("strange.zzzz"),
            "application/octet-stream",
        ),
    ] {
        anna.send(document);
        let updates = bot.drain().await;
        assert_eq!(updates[0]["message"]["document"]["mime_type"], mime);
    }
    sandbox.stop().await;
}
