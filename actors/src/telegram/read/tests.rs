//! Updates as Telegram sends them, as it may send them one day, and as it never would.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn in_message(fields: Value) -> Value {
    let mut message = json!({
        "message_id": 7,
        "date": 1_790_000_000,
        "chat": {"id": 101, "type": "private", "first_name": "Anna"},
        "from": {"id": 101, "is_bot": false, "first_name": "Anna", "last_name": "S",
                 "username": "anna", "language_code": "ru"},
    });
    message
        .as_object_mut()
        .unwrap()
        .extend(fields.as_object().unwrap().clone());
    message
}

fn wrote(fields: Value) -> Wrote {
    match read(&json!({"update_id": 5, "message": in_message(fields)})) {
        Read::Input(input) => match input.act {
            Act::Wrote(wrote) => wrote,
            act => panic!("{act:?}"),
        },
        read => panic!("{read:?}"),
    }
}

fn ignored(raw: Value) -> String {
    match read(&raw) {
        Read::Ignored { kind } => kind,
        read => panic!("{read:?}"),
    }
}

fn act(raw: Value) -> Act {
    match read(&raw) {
        Read::Input(input) => input.act,
        read => panic!("{read:?}"),
    }
}

#[test]
fn what_cannot_be_parsed_is_kept_for_the_operator() {
    let read = read(&json!({"update_id": 5, UNREADABLE: "{..."}));
    assert!(matches!(read, Read::Undecodable { person: None, .. }));
}

#[test]
fn a_text_is_read_whole() {
    let raw = json!({"update_id": 5, "message": in_message(json!({
        "text": "hello there",
        "entities": [
            {"type": "bold", "offset": 0, "length": 5},
            {"type": "date_time", "offset": 6, "length": 5, "unix_time": 3},
            {"type": "lost"},
        ],
        "reply_to_message": {"message_id": 3, "chat": {"id": 101}},
        "something_new": {"a": [1]},
    }))});
    let Read::Input(input) = read(&raw) else {
        panic!("{raw}")
    };
    assert_eq!(input.update, UpdateId(5));
    assert_eq!(input.person.id, PersonId(101));
    assert_eq!(input.person.last_name.as_deref(), Some("S"));
    assert_eq!(input.person.language_code.as_deref(), Some("ru"));
    let Act::Wrote(wrote) = input.act else {
        panic!("{:?}", input.act)
    };
    assert_eq!(wrote.reply_to, Some(ChatMessageId(3)));
    assert_eq!(
        wrote.piece.source,
        Source {
            chat: ChatId(101),
            message: ChatMessageId(7)
        }
    );
    assert_eq!(wrote.piece.content.text, "hello there");
    let entities = &wrote.piece.content.entities;
    assert_eq!(entities.len(), 2);
    assert_eq!(
        serde_json::to_value(&entities[1]).unwrap(),
        json!({"type": "date_time", "offset": 6, "length": 5, "unix_time": 3})
    );
}

#[test]
fn every_kind_has_its_content() {
    let media = json!({"file_id": "F", "file_unique_id": "U"});
    let table = [
        (
            json!({"animation": media, "document": media}),
            ContentKind::Animation,
            "",
            true,
        ),
        (
            json!({"video": media, "caption": "c"}),
            ContentKind::Video,
            "c",
            true,
        ),
        (json!({"audio": media}), ContentKind::Audio, "", true),
        (json!({"voice": media}), ContentKind::Voice, "", true),
        (
            json!({"video_note": media}),
            ContentKind::VideoNote,
            "",
            true,
        ),
        (
            json!({"document": media, "caption": "d"}),
            ContentKind::Document,
            "d",
            true,
        ),
        (
            json!({"sticker": {"file_id": "F", "file_unique_id": "U", "emoji": "😀"}}),
            ContentKind::Sticker,
            "😀",
            true,
        ),
        (
            json!({"location": {"latitude": 55.75, "longitude": 37.61}}),
            ContentKind::Location,
            "55.75, 37.61",
            false,
        ),
        (
            json!({"location": {"latitude": 1, "longitude": 2},
                   "venue": {"title": "Cafe", "address": "Street 1",
                             "location": {"latitude": 1.5, "longitude": 2}}}),
            ContentKind::Location,
            "Cafe, Street 1, 1.5, 2",
            false,
        ),
        (
            json!({"contact": {"phone_number": "+7 900", "first_name": "Ann"}}),
            ContentKind::Contact,
            "+7 900 Ann",
            false,
        ),
        (
            json!({"poll": {"question": "why?"}}),
            ContentKind::Poll,
            "why?",
            false,
        ),
        (
            json!({"dice": {"emoji": "🎲", "value": 4}}),
            ContentKind::Dice,
            "🎲 4",
            false,
        ),
        (json!({"story": {"id": 1}}), ContentKind::Other, "", false),
        (
            json!({"paid_media": {}, "caption": "p"}),
            ContentKind::Other,
            "p",
            false,
        ),
        (json!({"hologram": {"x": 1}}), ContentKind::Other, "", false),
        (json!({}), ContentKind::Other, "", false),
    ];
    for (fields, kind, text, has_file) in table {
        let content = wrote(fields.clone()).piece.content;
        assert_eq!(content.kind, kind, "{fields}");
        assert_eq!(content.text, text, "{fields}");
        assert_eq!(content.file.is_some(), has_file, "{fields}");
    }
}

#[test]
fn the_largest_photo_counts_and_albums_are_known() {
    let wrote = wrote(json!({
        "photo": [
            {"file_id": "small", "file_unique_id": "1", "width": 90, "height": 60},
            {"file_id": "large", "file_unique_id": "2", "width": 900, "height": 600},
            {"file_id": "medium", "file_unique_id": "3", "width": 300, "height": 200},
        ],
        "caption": "look",
        "caption_entities": [{"type": "italic", "offset": 0, "length": 4}],
        "media_group_id": "12345",
    }));
    let content = wrote.piece.content;
    assert_eq!(content.file.unwrap().file_id, "large");
    assert_eq!(content.entities.len(), 1);
    assert_eq!(wrote.piece.album, Some(AlbumId("12345".to_owned())));
}

#[test]
fn an_edit_is_an_edit_but_a_moving_place_is_not() {
    let raw = json!({"update_id": 1, "edited_message": in_message(json!({"text": "b"}))});
    assert!(matches!(act(raw), Act::Edited(_)));
    let place = json!({"location": {"latitude": 1, "longitude": 2, "live_period": 60}});
    let raw = json!({"update_id": 1, "edited_message": in_message(place)});
    assert_eq!(ignored(raw), "live_location");
}

#[test]
fn a_press_is_read_with_or_without_its_message() {
    let press = |extra: Value| {
        let mut query =
            json!({"id": "q1", "from": {"id": 101, "first_name": "Anna"}, "data": "home"});
        query
            .as_object_mut()
            .unwrap()
            .extend(extra.as_object().unwrap().clone());
        json!({"update_id": 1, "callback_query": query})
    };
    let pressed = |message| Act::Pressed {
        query: "q1".to_owned(),
        message,
        data: "home".to_owned(),
    };
    assert_eq!(act(press(json!({}))), pressed(None));
    let inaccessible = json!({"message": {"chat": {"id": 101, "type": "private"},
                                          "message_id": 9, "date": 0}});
    assert_eq!(act(press(inaccessible)), pressed(Some(ChatMessageId(9))));
    let group = json!({"message": {"chat": {"id": -5, "type": "group"}, "message_id": 9}});
    assert_eq!(ignored(press(group)), "group_callback_query");
}

#[test]
fn blocks_and_groups_are_told() {
    let member = |kind: &str, old: Value, new: Value| {
        json!({"update_id": 1, "my_chat_member": {
            "chat": {"id": if kind == "private" { 101 } else { -7 }, "type": kind},
            "from": {"id": 101, "first_name": "Anna"}, "date": 1,
            "old_chat_member": old, "new_chat_member": new,
        }})
    };
    let is = |status: &str| json!({"status": status, "user": {"id": 1}});
    let blocked = member("private", is("member"), is("kicked"));
    assert_eq!(act(blocked), Act::Blocked);
    let unblocked = member("private", is("kicked"), is("member"));
    assert_eq!(act(unblocked), Act::Unblocked);
    let added = Act::AddedToGroup { chat: ChatId(-7) };
    for kind in ["group", "supergroup", "channel"] {
        assert_eq!(act(member(kind, is("left"), is("member"))), added);
        assert_eq!(act(member(kind, is("left"), is("administrator"))), added);
        let promoted = member(kind, is("member"), is("administrator"));
        assert_eq!(ignored(promoted), "group_rights");
        let left = member(kind, is("member"), is("left"));
        assert_eq!(ignored(left), "group_rights");
    }
}

#[test]
fn what_is_not_for_the_desk_is_ignored_by_name() {
    let mut group = in_message(json!({"text": "hi"}));
    group["chat"] = json!({"id": -5, "type": "supergroup"});
    let mut nobody = in_message(json!({"text": "hi"}));
    nobody.as_object_mut().unwrap().remove("from");
    let mut bot = in_message(json!({"text": "hi"}));
    bot["from"]["is_bot"] = json!(true);
    let table = [
        (json!({"update_id": 1, "message": group}), "group_message"),
        (
            json!({"update_id": 1, "message": nobody}),
            "message_from_nobody",
        ),
        (json!({"update_id": 1, "message": bot}), "message_from_bot"),
        (
            json!({"update_id": 1, "message": in_message(json!({"pinned_message": {}}))}),
            "pinned_message",
        ),
        (json!({"update_id": 1, "poll_answer": {}}), "poll_answer"),
        (json!({"update_id": 1}), "nothing"),
        (json!([1, 2]), "nothing"),
    ];
    for (raw, kind) in table {
        assert_eq!(ignored(raw), kind);
    }
}

#[test]
fn what_is_malformed_is_undecodable_and_quotes_nobody() {
    let with = |key: &str, value: Value| in_message(json!({key: value}));
    let table = [
        (with("message_id", json!("secret")), "message: `message_id`"),
        (with("message_id", Value::Null), "message: `message_id`"),
        (with("chat", json!("secret")), "message: `chat`"),
        (
            with("chat", json!({"type": "private"})),
            "message: `chat.id`",
        ),
        (
            with("from", json!({"first_name": "secret"})),
            "message: `from.id`",
        ),
        (with("text", json!(["secret"])), "message: `text`"),
        (with("photo", json!([])), "message: `photo`"),
        (with("video", json!({"width": 1})), "message: `video`"),
        (
            with("location", json!({"latitude": "secret"})),
            "message: `latitude`",
        ),
        (json!("secret"), "message: `chat`"),
    ];
    for (message, start) in table {
        match read(&json!({"update_id": 1, "message": message})) {
            Read::Undecodable { reason, .. } => {
                assert!(reason.starts_with(start), "{reason} for {start}");
                assert!(!reason.contains("secret"));
            }
            read => panic!("{read:?}"),
        }
    }
    let raw = json!({"update_id": 1, "message": with("text", json!(1))});
    assert!(matches!(
        read(&raw),
        Read::Undecodable {
            person: Some(PersonId(101)),
            ..
        }
    ));
    assert!(matches!(
        read(&json!({"message": in_message(json!({"text": "a"}))})),
        Read::Undecodable { .. }
    ));
}

/// The keys that the reader looks at, so that random JSON gets past its first look.
const KEYS: &[&str] = &[
    "update_id",
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "message_id",
    "chat",
    "from",
    "id",
    "type",
    "text",
    "entities",
    "photo",
    "file_id",
    "offset",
    "length",
    "location",
    "venue",
    "latitude",
    "longitude",
    "contact",
    "poll",
    "dice",
    "value",
    "data",
    "new_chat_member",
    "old_chat_member",
    "status",
    "reply_to_message",
    "caption",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop_oneof![
            Just("private".to_owned()),
            Just("member".to_owned()),
            ".{0,8}"
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 96, 8, |inner| {
        let key = prop_oneof![
            8 => prop::sample::select(KEYS).prop_map(str::to_owned),
            1 => ".{0,6}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::hash_map(key, inner, 0..8)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_panics(raw in any_json()) {
        let _ = read(&raw);
    }

    #[test]
    fn nothing_panics_inside_a_known_kind(
        kind in prop::sample::select(&KINDS[..]),
        body in any_json(),
        fields in prop::collection::hash_map(prop::sample::select(KEYS), any_json(), 0..10),
    ) {
        let _ = read(&json!({"update_id": 1, kind: body}));
        let fields: Map<String, Value> =
            fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect();
        let _ = read(&json!({"update_id": 1, kind: in_message(Value::Object(fields))}));
    }
}
