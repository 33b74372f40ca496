//! What users do: forms, just writing, albums, replies, edits, presses of all kinds, blocks.

use std::collections::BTreeSet;

use frontdesk_sandbox::SeenMessage;

use super::desk::PER_MINUTE;
use super::ledger::{Deed, Fate};
use super::phone::{Phone, Stuck, all_that_carry, carries, number_in};

/// What a modified client could send; a user has none of these buttons.
const FORGED: [&str; 12] = [
    "t:1",
    "close:1:1",
    "s:1:1:closed",
    "answer:1",
    "note:1",
    "join:1:1",
    "rejoin:1:1",
    "mt:1",
    "mclose:1:1",
    "cat:1:general",
    "with:1:1",
    "nonsense",
];

/// What is tapped in a hurry: nothing that throws words away, and no form, in which they are not kept.
const TAPPED: [&str; 11] = [
    "home", "help", "support", "my:", "mt:", "reply:", "draft:", "make:", "join:", "rejoin:",
    "mclose:",
];

const GREETING: &str = "This is support";

/// One of the things that a user does.
pub(crate) async fn journey(phone: &mut Phone) -> Result<(), Stuck> {
    match phone.chance.below(23) {
        0..=3 => form(phone).await,
        4..=8 => just_write(phone).await,
        9..=11 => reply(phone).await,
        12 | 13 => answer_by_button(phone).await,
        14 => close_or_reopen(phone).await,
        15 | 16 => {
            phone.edit_former();
            Ok(())
        }
        17 => press_what_is_over(phone).await,
        18 => block(phone).await,
        19 => be_banned(phone).await,
        20 | 21 => hurry(phone).await,
        _ => menus(phone).await,
    }
}

/// `/start` leaves any form and shows the menu.
pub(crate) async fn start(phone: &mut Phone) -> Result<(), Stuck> {
    phone.is_in_order().await?;
    phone.command("/start");
    phone.sees(&[GREETING]).await?;
    Ok(())
}

async fn form(phone: &mut Phone) -> Result<(), Stuck> {
    phone.command("/new");
    let asked = phone.sees(&["What is it about?", "✉️ "]).await?;
    if is_offer(&asked) {
        return answer_offer(phone, asked, &[]).await;
    }
    match phone.chance.below(10) {
        0 => {
            // A command in a form leaves it.
            phone.command("/help");
            phone.sees(&["How it works"]).await?;
            return Ok(());
        }
        1 => {
            // Words instead of a press.
            phone.look();
            phone.send_piece();
            let offer = phone.sees(&["✉️ "]).await?;
            return answer_offer(phone, offer, &[]).await;
        }
        _ => {}
    }
    let categories = all_that_carry(&asked, "cat:");
    let category = phone.chance.pick(&categories).clone();
    phone.press(asked.id, &category);
    phone.sees(&["in one line"]).await?;
    phone.look();
    if phone.chance.one_in(12) {
        phone.command("/cancel");
        phone.sees(&["Cancelled"]).await?;
        return Ok(());
    }
    let subject = phone.write(Fate::Subject);
    phone.sees(&["Now tell us more"]).await?;
    if phone.chance.one_in(5) {
        phone.look();
        let mark = mark_of_subject(phone, subject);
        phone.edit(subject, &mark);
        phone.sees(&["in other words"]).await?;
    }
    if phone.chance.one_in(12) {
        phone.give_up(&[subject]);
        phone.command("/tickets");
        phone.sees(&["My tickets"]).await?;
        return Ok(());
    }
    phone.look();
    phone.send_piece();
    is_open(phone).await
}

fn mark_of_subject(phone: &Phone, subject: i64) -> String {
    let entries = phone.ledger().entries();
    let mine = entries
        .iter()
        .rfind(|entry| entry.chat == phone.id() && entry.message == subject);
    mine.map(|entry| entry.mark.clone()).unwrap_or_default()
}

/// The number of a new ticket, if the message tells of one. Who presses twice sees its card instead
/// of the first news.
fn opens(message: &SeenMessage, known: &BTreeSet<i64>) -> Option<i64> {
    let number = number_in(&message.text)?;
    let opened = message.text.contains(" is open\n") || message.text.contains("🎫 Ticket #");
    (opened && !known.contains(&number)).then_some(number)
}

/// Waits until a new ticket is there.
async fn is_open(phone: &Phone) -> Result<(), Stuck> {
    let known = known_to(phone);
    let number = phone
        .wait("a new ticket", |news| {
            news.iter().find_map(|message| opens(message, &known))
        })
        .await?;
    phone.ledger().opened(phone.id(), number);
    Ok(())
}

fn known_to(phone: &Phone) -> BTreeSet<i64> {
    let known = phone.ledger().tickets().remove(&phone.id());
    known.unwrap_or_default()
}

/// Words outside any form: one message, several in a row, or an album.
async fn just_write(phone: &mut Phone) -> Result<(), Stuck> {
    phone.look();
    let mut heads = Vec::new();
    if phone.chance.one_in(3) {
        let sent = phone.send_piece();
        heads.push(sent[0]);
        return decide(phone, heads, sent).await;
    }
    for _ in 0..1 + phone.chance.below(3) {
        heads.push(phone.write(Fate::Kept));
    }
    if phone.chance.one_in(4) {
        // A typing error, mended at once.
        let message = heads[phone.chance.below(heads.len())];
        if let Some(mark) = phone.mark_of(message) {
            phone.edit(message, &mark);
        }
    }
    decide(phone, heads.clone(), heads).await
}

/// Waits until each of these is acknowledged or asked about, and answers the question.
async fn decide(phone: &mut Phone, heads: Vec<i64>, all: Vec<i64>) -> Result<(), Stuck> {
    let offer = phone
        .wait("an answer to what was written", |news| {
            placed(phone, news, &heads)
        })
        .await?;
    match offer {
        Some(offer) => answer_offer(phone, offer, &all).await,
        None => {
            phone.saw_no_screen();
            Ok(())
        }
    }
}

/// Whether each of these messages was acknowledged by a reaction, or is counted in the question
/// about them, which is given then.
fn placed(phone: &Phone, news: &[SeenMessage], heads: &[i64]) -> Option<Option<SeenMessage>> {
    let open = heads
        .iter()
        .filter(|message| !phone.acknowledged(**message))
        .count();
    if open == 0 {
        return Some(None);
    }
    let offer = news.iter().find(|message| is_offer(message))?;
    let line = offer.text.lines().next().unwrap_or_default();
    let counted = line
        .rsplit_once('(')
        .and_then(|(_, rest)| rest.strip_suffix(" messages)")?.parse().ok())
        .unwrap_or(1_usize);
    (counted >= open).then(|| Some(offer.clone()))
}

fn is_offer(message: &SeenMessage) -> bool {
    message.text.starts_with("✉️ ")
}

/// Answers the question where words go, until they went there.
async fn answer_offer(phone: &mut Phone, offer: SeenMessage, all: &[i64]) -> Result<(), Stuck> {
    phone.saw(&offer);
    let known = known_to(phone);
    let mut asked = offer;
    for _ in 0..8 {
        let choices = [
            "make:", "make:", "join:", "join:", "rejoin:", "rejoin:", "discard:", "cat:",
        ];
        let mut possible: Vec<String> = choices
            .into_iter()
            .flat_map(|start| all_that_carry(&asked, start))
            .collect();
        if all.is_empty() {
            // Only who knows what waits throws it away.
            possible.retain(|data| !data.starts_with("discard:"));
        }
        if asked.text.contains("What is it about?") {
            possible.retain(|data| data.starts_with("cat:"));
        }
        let choice = phone.chance.pick(&possible).clone();
        if choice.starts_with("discard:") {
            phone.give_up(all);
        }
        phone.press(asked.id, &choice);
        let next = phone
            .sees(&[
                "✉️ ",
                " is open\n",
                "Added to ticket",
                "is open again, and",
                "🎫 Ticket #",
                "Thrown away",
                "out of date",
            ])
            .await?;
        if let Some(number) = opens(&next, &known) {
            phone.ledger().opened(phone.id(), number);
            return Ok(());
        }
        if is_offer(&next) {
            asked = next;
        } else if next.text.contains("out of date") {
            // An older screen that came again, perhaps. What waits can be asked for under it.
            let Some(waits) = carries(&next, "draft:") else {
                return Ok(());
            };
            phone.press(next.id, &waits);
            asked = phone.sees(&["✉️ "]).await?;
        } else {
            return Ok(());
        }
    }
    Err(Stuck(format!("{} is asked the same for ever", phone.id())))
}

/// Telegram's reply to something that the bot wrote about a ticket.
async fn reply(phone: &mut Phone) -> Result<(), Stuck> {
    let about: Vec<i64> = phone
        .chat()
        .iter()
        .filter(|message| message.from_bot)
        .filter(|message| message.text.starts_with("🎧 ") || message.text.contains("icket #"))
        .map(|message| message.id)
        .take(6)
        .collect();
    if about.is_empty() {
        return just_write(phone).await;
    }
    let to = *phone.chance.pick(&about);
    phone.look();
    let message = phone.reply(to);
    decide(phone, vec![message], vec![message]).await
}

/// The button under an answer.
async fn answer_by_button(phone: &mut Phone) -> Result<(), Stuck> {
    let chat = phone.chat();
    let answers: Vec<_> = chat
        .iter()
        .filter(|message| carries(message, "reply:").is_some())
        .take(3)
        .collect();
    if answers.is_empty() {
        return just_write(phone).await;
    }
    let answer = *phone.chance.pick(&answers);
    phone.press_on(answer, "reply:")?;
    let asked = phone.sees(&["Write your message", "✉️ "]).await?;
    if is_offer(&asked) {
        return answer_offer(phone, asked, &[]).await;
    }
    phone.look();
    let message = phone.write(Fate::Kept);
    decide(phone, vec![message], vec![message]).await
}

async fn close_or_reopen(phone: &mut Phone) -> Result<(), Stuck> {
    phone.command("/tickets");
    let list = phone.sees(&["My tickets"]).await?;
    let tickets = all_that_carry(&list, "mt:");
    if tickets.is_empty() {
        return Ok(());
    }
    let ticket = phone.chance.pick(&tickets).clone();
    phone.press(list.id, &ticket);
    let card = phone.sees(&["🎫 Ticket #"]).await?;
    let change = if carries(&card, "mclose:").is_some() {
        "mclose:"
    } else {
        "mopen:"
    };
    phone.press_on(&card, change)?;
    phone.sees(&["🎫 Ticket #"]).await?;
    Ok(())
}

/// Buttons that are over, and ones that never were.
async fn press_what_is_over(phone: &mut Phone) -> Result<(), Stuck> {
    let last = phone
        .chat()
        .iter()
        .find(|seen| seen.from_bot)
        .map(|seen| seen.id);
    phone.press_former();
    if let Some(last) = last {
        let data = *phone.chance.pick(&FORGED);
        phone.press_forged(last, data);
    }
    start(phone).await
}

/// Blocks the bot for a while; what was sent meanwhile comes afterwards.
async fn block(phone: &mut Phone) -> Result<(), Stuck> {
    phone.block(true);
    phone.pause(200).await;
    phone.block(false);
    start(phone).await
}

/// Is banned for a while. Nothing that is written meanwhile is kept, and no edit.
async fn be_banned(phone: &mut Phone) -> Result<(), Stuck> {
    let Some(ticket) = known_to(phone).pop_last() else {
        return just_write(phone).await;
    };
    // A ban throws away what waits for a decision.
    place_what_waits(phone).await?;
    phone.ledger().begins_to_wish();
    let done = write_while_banned(phone, ticket).await;
    phone.ledger().wishes_no_more();
    done
}

async fn write_while_banned(phone: &mut Phone, ticket: i64) -> Result<(), Stuck> {
    phone.is_handled().await?;
    phone.look();
    let words_on_the_way = |phone: &mut Phone| {
        for _ in 0..phone.chance.below(3) {
            phone.write(Fate::GivenUp);
        }
    };
    phone.wishes(ticket, true, words_on_the_way).await?;
    phone.write(Fate::Refused);
    phone.send_piece_of(Fate::Refused);
    phone.edit_former_in_vain();
    phone.press_former();
    phone.sees(&["You cannot write to support"]).await?;
    phone.is_handled().await?;
    phone.look();
    phone.wishes(ticket, false, |_| {}).await?;
    phone.sees(&["You can write to support again"]).await?;
    start(phone).await
}

/// Writes far more at once than is told of one by one, into a ticket of one's own.
pub(crate) async fn flood(phone: &mut Phone) -> Result<(), Stuck> {
    form(phone).await?;
    phone.ledger().did(Deed::Flood);
    phone.look();
    let mut last = 0;
    for _ in 0..PER_MINUTE + 5 + phone.chance.below(60) {
        last = phone.write(Fate::Kept);
    }
    phone.edit_former();
    // Where an outage spreads them over minutes, so that none has too many, they are acknowledged.
    let told = |news: &[SeenMessage]| {
        let lot = news
            .iter()
            .find(|seen| seen.text.contains("That was a lot at once"));
        (lot.is_some() || phone.acknowledged(last)).then_some(())
    };
    phone.wait("that it was a lot", told).await?;
    phone.is_handled().await?;
    place_what_waits(phone).await?;
    // What is too long for a draft becomes a ticket by itself.
    look_up_tickets(phone).await
}

/// The latest of one's own tickets, as the list tells of them.
async fn look_up_tickets(phone: &mut Phone) -> Result<(), Stuck> {
    phone.command("/tickets");
    let list = phone.sees(&["My tickets"]).await?;
    for ticket in all_that_carry(&list, "mt:") {
        if let Ok(number) = ticket.trim_start_matches("mt:").parse() {
            phone.ledger().opened(phone.id(), number);
        }
    }
    Ok(())
}

/// Taps, words and edits all at once, without a look at what comes of them, in whatever order they
/// arrive.
async fn hurry(phone: &mut Phone) -> Result<(), Stuck> {
    phone.is_handled().await?;
    phone.ledger().did(Deed::Hurry);
    let screens = phone.chat();
    let mut buttons = Vec::new();
    for screen in screens.iter().filter(|seen| seen.from_bot).take(4) {
        for start in TAPPED {
            let all = all_that_carry(screen, start).into_iter();
            buttons.extend(all.map(|data| (screen.id, data)));
        }
    }
    for _ in 0..3 + phone.chance.below(4) {
        match phone.chance.below(4) {
            0 | 1 if !buttons.is_empty() => {
                let (message, data) = phone.chance.pick(&buttons).clone();
                phone.press(message, &data);
            }
            2 => phone.edit_former(),
            _ => {
                phone.write(Fate::Kept);
            }
        }
    }
    phone.is_handled().await?;
    place_what_waits(phone).await?;
    look_up_tickets(phone).await
}

/// Answers every question that is open.
async fn place_what_waits(phone: &mut Phone) -> Result<(), Stuck> {
    for _ in 0..8 {
        phone.command("/start");
        let menu = phone.sees(&[GREETING]).await?;
        let Some(waits) = carries(&menu, "draft:") else {
            return Ok(());
        };
        phone.press(menu.id, &waits);
        let offer = phone.sees(&["✉️ "]).await?;
        answer_offer(phone, offer, &[]).await?;
    }
    Err(Stuck(format!("{} is asked for ever", phone.id())))
}

/// Menus, and an edit that comes right after.
async fn menus(phone: &mut Phone) -> Result<(), Stuck> {
    phone.command("/help");
    phone.sees(&["How it works"]).await?;
    phone.edit_former();
    start(phone).await
}
