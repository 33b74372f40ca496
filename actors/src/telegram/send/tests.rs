//! Calls against a server of a few lines: what goes over the wire, and what is mended.

use frontdesk_desk::button::Button;
use frontdesk_desk::keyboard::Key;

use super::*;
use crate::telegram::stub::{Answer, Stub, obliged};

const CHAT: ChatId = ChatId(101);

fn words(text: &str) -> Formatted {
    Formatted {
        text: text.to_owned(),
        entities: vec![
            serde_json::from_value(json!({"type": "bold", "offset": 0, "length": 1})).unwrap(),
        ],
    }
}

fn home() -> Keyboard {
    Keyboard::NONE.row([Key::new("Home", Button::Home)])
}

fn photo(message: i64) -> (Source, Content) {
    let from = Source {
        chat: ChatId(201),
        message: ChatMessageId(message),
    };
    let content = Content {
        kind: ContentKind::Photo,
        text: "look".to_owned(),
        entities: Vec::new(),
        file: Some(File {
            file_id: format!("F{message}"),
            file_unique_id: "U".to_owned(),
        }),
    };
    (from, content)
}

fn copy(content: Content) -> Call {
    Call::CopyMessage {
        from: photo(7).0,
        keyboard: home(),
        instead: content,
        placeholder: words("(lost)"),
    }
}

fn say() -> Call {
    Call::SendMessage {
        text: words("hello"),
        keyboard: home(),
        reply_to: Some(ChatMessageId(3)),
    }
}

#[tokio::test]
async fn a_message_is_sent_with_its_entities_and_buttons_and_without_parse_mode() {
    let stub = Stub::obliging().await;
    let sent = stub.client.send(CHAT, &say()).await.unwrap();
    assert_eq!(sent.messages, [ChatMessageId(501)]);
    let (method, parameters) = stub.requests().remove(0);
    assert_eq!(method, "sendmessage");
    assert_eq!(
        parameters,
        json!({
            "chat_id": 101,
            "text": "hello",
            "entities": [{"type": "bold", "offset": 0, "length": 1}],
            "link_preview_options": {"is_disabled": true},
            "reply_markup": {"inline_keyboard": [[{"text": "Home", "callback_data": "home"}]]},
            "reply_parameters": {"message_id": 3, "allow_sending_without_reply": true},
        })
    );
}

#[tokio::test]
async fn refused_formatting_does_not_keep_the_words_back() {
    let stub = Stub::start(|_, parameters| match parameters.get("entities") {
        Some(_) => Answer::Refused(400, "Bad Request: ENTITY_BOUNDS_INVALID"),
        None => Answer::Ok(json!({"message_id": 1})),
    })
    .await;
    let sent = stub.client.send(CHAT, &say()).await.unwrap();
    assert_eq!(sent.messages, [ChatMessageId(1)]);
    assert_eq!(stub.requests()[1].1["text"], "hello");
}

#[tokio::test]
async fn what_stands_nowhere_in_telegram_is_sent_by_its_kind_at_once() {
    let stub = Stub::obliging().await;
    let from = Source {
        chat: Source::NO_CHAT,
        message: ChatMessageId(-7),
    };
    let call = Call::CopyMessage {
        from,
        keyboard: home(),
        instead: photo(7).1,
        placeholder: words("(lost)"),
    };
    stub.client.send(CHAT, &call).await.unwrap();
    assert_eq!(stub.methods(), ["sendphoto"]);
}

#[tokio::test]
async fn a_gone_original_is_sent_by_its_kind_else_its_placeholder_stands_for_it() {
    let gone = |refuse: &'static [&'static str]| {
        Stub::start(move |method, parameters| {
            if refuse.contains(&method) {
                Answer::Refused(400, "Bad Request: message to copy not found")
            } else {
                Answer::Ok(obliged(&mut 0, method, parameters))
            }
        })
    };
    let stub = gone(&["copymessage"]).await;
    stub.client.send(CHAT, &copy(photo(7).1)).await.unwrap();
    stub.client
        .send(CHAT, &copy(Content::plain("words")))
        .await
        .unwrap();
    let requests = stub.requests();
    assert_eq!(
        stub.methods(),
        ["copymessage", "sendphoto", "copymessage", "sendmessage"]
    );
    assert_eq!(requests[1].1["photo"], "F7");
    assert_eq!(requests[1].1["caption"], "look");
    assert!(requests[1].1["reply_markup"].is_object());
    assert_eq!(requests[3].1["text"], "words");

    let stub = gone(&["copymessage", "sendphoto"]).await;
    stub.client.send(CHAT, &copy(photo(7).1)).await.unwrap();
    stub.client
        .send(CHAT, &copy(Content::plain("")))
        .await
        .unwrap();
    assert_eq!(
        stub.methods(),
        [
            "copymessage",
            "sendphoto",
            "sendmessage",
            "copymessage",
            "sendmessage"
        ]
    );
    assert_eq!(stub.requests()[2].1["text"], "(lost)");
    assert!(stub.requests()[4].1["reply_markup"].is_object());
}

fn album() -> Call {
    Call::CopyMessages {
        items: vec![photo(7), photo(8), photo(9)],
        placeholder: words("(lost)"),
    }
}

#[tokio::test]
async fn an_album_goes_in_one_call() {
    let stub = Stub::obliging().await;
    let sent = stub.client.send(CHAT, &album()).await.unwrap();
    assert_eq!(sent.messages, [501, 502, 503].map(ChatMessageId));
    assert_eq!(
        stub.requests(),
        [(
            "copymessages".to_owned(),
            json!({"chat_id": 101, "from_chat_id": 201, "message_ids": [7, 8, 9]})
        )]
    );
}

#[tokio::test]
async fn an_album_that_came_incomplete_is_taken_back() {
    let stub = Stub::start(move |method, parameters| match method {
        "copymessages" => Answer::Ok(json!([{"message_id": 91}, {"message_id": 92}])),
        _ => Answer::Ok(obliged(&mut 0, method, parameters)),
    })
    .await;
    let failure = stub.client.send(CHAT, &album()).await.unwrap_err();
    assert_eq!(failure, Failure::AlbumIncomplete { taken_back: true });
    assert_eq!(stub.methods(), ["copymessages", "deletemessages"]);
    assert_eq!(stub.requests()[1].1["message_ids"], json!([91, 92]));
}

#[tokio::test]
async fn an_album_that_cannot_be_taken_back_says_so() {
    let stub = Stub::start(move |method, _| match method {
        "copymessages" => Answer::Ok(json!([{"message_id": 91}])),
        _ => Answer::RetryAfter(9),
    })
    .await;
    let failure = stub.client.send(CHAT, &album()).await.unwrap_err();
    assert_eq!(failure, Failure::AlbumIncomplete { taken_back: false });
}

#[tokio::test]
async fn an_album_of_which_nothing_can_be_copied_came_incomplete() {
    let stub =
        Stub::start(move |_, _| Answer::Refused(400, "Bad Request: there are no messages to copy"))
            .await;
    let failure = stub.client.send(CHAT, &album()).await.unwrap_err();
    assert_eq!(failure, Failure::AlbumIncomplete { taken_back: true });
    // There is nothing to take back.
    assert_eq!(stub.methods(), ["copymessages"]);
}

#[tokio::test]
async fn mending_is_counted() {
    let stub = Stub::start(|method, parameters| match method {
        "copymessage" | "sendphoto" => {
            Answer::Refused(400, "Bad Request: message to copy not found")
        }
        _ => Answer::Ok(obliged(&mut 0, method, parameters)),
    })
    .await;
    let sent = stub.client.send(CHAT, &copy(photo(7).1)).await.unwrap();
    assert_eq!(sent.requests, 3);
}

#[tokio::test]
async fn edits_and_the_like_make_no_messages() {
    let stub = Stub::obliging().await;
    let message = ChatMessageId(5);
    let calls = [
        Call::EditText {
            message,
            text: words("a"),
            keyboard: Keyboard::NONE,
        },
        Call::EditCaption {
            message,
            caption: words("a"),
            keyboard: home(),
        },
        Call::EditMedia {
            message,
            kind: ContentKind::Photo,
            file: photo(7).1.file.unwrap(),
            caption: words("a"),
            keyboard: Keyboard::NONE,
        },
        Call::EditKeyboard {
            message,
            keyboard: Keyboard::NONE,
        },
        Call::DeleteMessages {
            messages: vec![message],
        },
        Call::React {
            message,
            emoji: "👍".to_owned(),
        },
        Call::LeaveChat,
    ];
    for call in calls {
        let sent = Sent {
            messages: Vec::new(),
            requests: 1,
        };
        assert_eq!(stub.client.send(CHAT, &call).await, Ok(sent), "{call:?}");
    }
    let requests = stub.requests();
    assert_eq!(
        requests[2].1,
        json!({
            "chat_id": 101, "message_id": 5,
            "media": {"type": "photo", "media": "F7", "caption": "a",
                      "caption_entities": [{"type": "bold", "offset": 0, "length": 1}]},
        })
    );
    assert_eq!(requests[3].1, json!({"chat_id": 101, "message_id": 5}));
    assert_eq!(
        requests[5].1["reaction"],
        json!([{"type": "emoji", "emoji": "👍"}])
    );
}

#[tokio::test]
async fn outcomes_on_the_wire_are_told_apart_and_never_name_the_token() {
    let table: [(fn() -> Answer, Failure); 7] = [
        (|| Answer::Cut, Failure::Uncertain),
        (|| Answer::Body("<html>"), Failure::Uncertain),
        (|| Answer::RetryAfter(31), Failure::RetryAfter(31)),
        (
            || Answer::Refused(500, "Internal Server Error"),
            Failure::ServerError,
        ),
        (
            || Answer::Refused(504, "Gateway Timeout"),
            Failure::Uncertain,
        ),
        (
            || Answer::Refused(401, "Unauthorized"),
            Failure::TokenRefused,
        ),
        (
            || Answer::Refused(403, "Forbidden: bot was blocked by the user"),
            Failure::Unreachable,
        ),
    ];
    for (answer, expected) in table {
        let stub = Stub::start(move |_, _| answer()).await;
        let failure = stub.client.send(CHAT, &say()).await.unwrap_err();
        assert_eq!(failure, expected);
        let shown = format!("{failure} {failure:?} {:?}", stub.client);
        assert!(!shown.contains("SECRET"), "{shown}");
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_was_certainly_not_reached() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let settings = crate::telegram::ClientSettings {
        token: "1000001:SECRET".parse().unwrap(),
        api_url: format!("http://{}", listener.local_addr().unwrap()),
        connections: 1,
        poll_timeout: std::time::Duration::from_secs(1),
    };
    drop(listener);
    let client = Client::new(&settings).unwrap();
    assert_eq!(client.send(CHAT, &say()).await, Err(Failure::NotSent));
}
