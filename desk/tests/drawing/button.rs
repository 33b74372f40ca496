//! The codec of buttons: all of them fit, all come back, nothing else is one.

use frontdesk_desk::button::{Button, Filter, MAX_DATA};
use frontdesk_desk::ids::{DraftId, MessageId, PersonId, TicketId, Version};
use frontdesk_desk::ticket::{Category, Lang, Priority, Status};
use proptest::prelude::*;

/// Every button with these numbers and this word in it.
fn all(a: i64, b: i64, page: u32, word: &str) -> Vec<Button> {
    let (draft, ticket, version) = (DraftId(a), TicketId(a), Version(b));
    let (person, message) = (PersonId(b), MessageId(b));
    let category = Category(word.to_owned());
    let mut buttons = vec![
        Button::Home,
        Button::Support,
        Button::Help,
        Button::Languages,
        Button::Cancel,
        Button::Continue,
        Button::NewTicket,
        Button::PickCategory(draft, category.clone()),
        Button::FormBack(draft),
        Button::MakeTicket(draft),
        Button::JoinTicket(draft, TicketId(b)),
        Button::ReopenAndJoin(draft, TicketId(b)),
        Button::Discard(draft),
        Button::Draft(draft),
        Button::MyTickets(page),
        Button::MyTicket(ticket),
        Button::MyConversation(ticket, page),
        Button::Reply(ticket),
        Button::CloseMine(ticket, version),
        Button::ReopenMine(ticket, version),
        Button::ShowMessage(ticket, message),
        Button::Admin,
        Button::Dashboard,
        Button::Filters,
        Button::Find,
        Button::Found(page),
        Button::Statistics,
        Button::Mute(true),
        Button::Mute(false),
        Button::Ticket(ticket),
        Button::Conversation(ticket, page),
        Button::History(ticket, page),
        Button::UserTickets(person, page),
        Button::Banned(page),
        Button::Person(person, None),
        Button::Ban(person, Version(a), None),
        Button::Unban(person, Version(a), None),
        Button::Answer(ticket),
        Button::Note(ticket),
        Button::Statuses(ticket),
        Button::Priorities(ticket),
        Button::Categories(ticket),
        Button::SetCategory(ticket, version, category.clone()),
        Button::Assignees(ticket),
        Button::Assign(ticket, version, None),
        Button::Close(ticket, version),
        Button::UndoClose(ticket, version),
        Button::Reopen(ticket, version),
        Button::Recall(ticket, message),
        Button::RetryAnswer(ticket, version, message),
        Button::DropAnswer(ticket, version, message),
        Button::SendAndReopen(draft),
        Button::SendAnyway(draft),
        Button::AnswerWith(draft, TicketId(b)),
        Button::AskAsUser(draft),
        Button::List(Filter::All, page),
        Button::List(Filter::Mine, page),
        Button::List(Filter::Unassigned, page),
        Button::List(Filter::Category(category), page),
    ];
    if a != 0 {
        buttons.push(Button::Person(person, Some(ticket)));
        buttons.push(Button::Ban(person, version, Some(ticket)));
        buttons.push(Button::Unban(person, version, Some(ticket)));
    }
    // Nobody has the id 0: it stands for nobody.
    if b != 0 {
        buttons.push(Button::Assign(ticket, version, Some(person)));
    }
    buttons.extend(Lang::ALL.iter().map(|lang| Button::SetLanguage(*lang)));
    for status in Status::ALL {
        buttons.push(Button::SetStatus(ticket, version, *status));
        buttons.push(Button::List(Filter::Status(*status), page));
    }
    for priority in Priority::ALL {
        buttons.push(Button::SetPriority(ticket, version, *priority));
        buttons.push(Button::List(Filter::Priority(*priority), page));
    }
    buttons
}

fn check(button: &Button) {
    let data = button.encode();
    assert!((1..=MAX_DATA).contains(&data.len()), "{data}");
    assert_eq!(Button::decode(&data).as_ref(), Some(button), "{data}");
}

#[test]
fn the_greatest_values_fit() {
    for (a, b) in [(i64::MIN, i64::MIN), (i64::MAX, i64::MAX), (0, -1)] {
        for word in [
            "",
            "я".repeat(16).as_str(),
            "a:b:c",
            "_".repeat(32).as_str(),
        ] {
            all(a, b, u32::MAX, word).iter().for_each(check);
        }
    }
}

#[test]
fn no_two_buttons_carry_the_same() {
    let buttons = all(1, 2, 3, "general");
    let data: std::collections::HashSet<_> = buttons.iter().map(Button::encode).collect();
    assert_eq!(data.len(), buttons.len());
}

#[test]
fn what_encode_cannot_have_written_is_no_button() {
    let forged = [
        "",
        ":",
        "home:",
        "home:1",
        "t:",
        "t:07",
        "t:+7",
        "t: 7",
        "t:7:8",
        "t:9223372036854775808",
        "my:-1",
        "my:4294967296",
        "mute:2",
        "lang:de",
        "s:1:2:gone",
        "s:1:2:open:3",
        "k:ZZ:1:general",
        "a:1:2",
        "list:0:s:open:x",
        "list:0:mine:x",
        "close:1",
        "close:1:2:3",
        "TICKET",
        "t:１",
    ];
    for data in forged {
        assert_eq!(Button::decode(data), None, "{data}");
    }
    assert_eq!(Button::decode(&format!("cat:1:{}", "x".repeat(64))), None);
}

proptest! {
    #[test]
    fn every_button_comes_back(a: i64, b: i64, page: u32, word in "[^\\p{C}]{0,8}") {
        all(a, b, page, &word).iter().for_each(check);
    }

    #[test]
    fn any_text_is_a_button_or_none(data in "\\PC{0,80}") {
        if let Some(button) = Button::decode(&data) {
            prop_assert_eq!(button.encode(), data);
        }
    }

    #[test]
    fn anything_like_a_button_is_a_button_or_none(data in "[a-z]{1,8}(:[0-9a-z_:+-]{0,12}){0,4}") {
        if let Some(button) = Button::decode(&data) {
            prop_assert_eq!(button.encode(), data);
        }
    }
}
