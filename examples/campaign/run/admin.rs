//! What admins do: answer by Telegram's reply and by the button, note, manage, close; often two of
//! them at the same ticket.

use frontdesk_sandbox::SeenMessage;

use super::ledger::{Deed, Fate, Wish};
use super::phone::{Phone, Stuck, all_that_carry, carries};
use super::user::start;

/// What a modified client could send.
const FORGED: [&str; 8] = [
    "with:9999:1",
    "send:9999",
    "sendopen:9999",
    "t:99999",
    "s:1:1:closed",
    "p:1:1:urgent",
    "close:1:1",
    "nonsense",
];

const HELD: &str = "Your answer has not been sent";
const UNPLACED: &str = "Nothing has been sent";
const CARD: &str = "🎫 Ticket #";

/// One thing that an admin does.
pub(crate) async fn work(phone: &mut Phone) -> Result<(), Stuck> {
    if let Some(wish) = phone.ledger().next_wish() {
        return ban_or_unban(phone, wish).await;
    }
    let chat = phone.chat();
    // The latest few tickets: another admin is likely to be at the same ones.
    let tickets: Vec<SeenMessage> = chat
        .into_iter()
        .filter(|message| message.from_bot && carries(message, "answer:").is_some())
        .take(5)
        .collect();
    if tickets.is_empty() {
        phone.command("/admin");
        phone.sees(&["Admin menu"]).await?;
        phone.pause(2).await;
        return Ok(());
    }
    let ticket = phone.chance.pick(&tickets).clone();
    match phone.chance.below(20) {
        0..=6 => reply(phone, &ticket).await,
        7..=11 => answer(phone, &ticket).await,
        12 => note(phone, &ticket).await,
        13..=15 => manage(phone, &ticket).await,
        16 => close(phone, &ticket).await,
        17 | 18 => {
            phone.edit_former();
            Ok(())
        }
        _ => press_what_is_over(phone, &ticket).await,
    }
}

/// Telegram's reply to a message of the ticket.
async fn reply(phone: &mut Phone, to: &SeenMessage) -> Result<(), Stuck> {
    phone.look();
    let message = phone.reply(to.id);
    let asked = phone
        .wait("an answer to a reply", |news| {
            if phone.acknowledged(message) {
                return Some(None);
            }
            find(news, &[HELD, UNPLACED]).map(Some)
        })
        .await?;
    match asked {
        Some(asked) => decide(phone, asked, vec![message]).await,
        None => {
            phone.saw_no_screen();
            Ok(())
        }
    }
}

/// The message after Answer.
async fn answer(phone: &mut Phone, ticket: &SeenMessage) -> Result<(), Stuck> {
    phone.press_on(ticket, "answer:")?;
    phone.sees(&["Your next message"]).await?;
    phone.look();
    let sent = phone.send_piece();
    // Taken, or kept since the user has blocked the bot, or held.
    let next = phone.sees(&[CARD, HELD]).await?;
    decide(phone, next, sent).await
}

/// An answer that waits for a decision gets one.
async fn decide(phone: &mut Phone, asked: SeenMessage, written: Vec<i64>) -> Result<(), Stuck> {
    phone.saw(&asked);
    let mut asked = asked;
    for _ in 0..8 {
        if !asked.text.contains(HELD) && !asked.text.contains(UNPLACED) {
            return Ok(());
        }
        let choices = [
            "sendopen:",
            "send:",
            "send:",
            "with:",
            "with:",
            "with:",
            "discard:",
        ];
        let possible: Vec<&str> = choices
            .into_iter()
            .filter(|start| carries(&asked, start).is_some())
            .collect();
        let choice = *phone.chance.pick(&possible);
        if choice == "discard:" {
            phone.give_up(&written);
        }
        phone.press_on(&asked, choice)?;
        asked = phone
            .sees(&[CARD, HELD, "Thrown away", "out of date"])
            .await?;
    }
    Err(Stuck(format!("{} is asked the same for ever", phone.id())))
}

async fn open(phone: &mut Phone, ticket: &SeenMessage) -> Result<SeenMessage, Stuck> {
    let number = carries(ticket, "answer:").unwrap_or_default();
    let number = number.trim_start_matches("answer:");
    phone.command(&format!("/ticket {number}"));
    let card = format!("{CARD}{number}");
    phone.sees(&[&card]).await
}

async fn note(phone: &mut Phone, ticket: &SeenMessage) -> Result<(), Stuck> {
    let card = open(phone, ticket).await?;
    phone.press_on(&card, "note:")?;
    phone.sees(&["internal note"]).await?;
    phone.look();
    phone.write(Fate::Note);
    phone.sees(&["note is kept"]).await?;
    Ok(())
}

/// Status, priority, category or assignee.
async fn manage(phone: &mut Phone, ticket: &SeenMessage) -> Result<(), Stuck> {
    let card = open(phone, ticket).await?;
    let (menu, choice, asks) = *phone.chance.pick(&[
        ("ss:", "s:", "Status of"),
        ("ps:", "p:", "Priority of"),
        ("cs:", "k:", "Category of"),
        ("as:", "a:", "Who takes care"),
    ]);
    phone.press_on(&card, menu)?;
    let asked = phone.sees(&[asks]).await?;
    let choices = all_that_carry(&asked, choice);
    if choices.is_empty() {
        return phone.press_on(&asked, choice);
    }
    let chosen = phone.chance.pick(&choices).clone();
    phone.press(asked.id, &chosen);
    phone.sees(&[CARD]).await?;
    Ok(())
}

async fn close(phone: &mut Phone, ticket: &SeenMessage) -> Result<(), Stuck> {
    let number = carries(ticket, "answer:").unwrap_or_default();
    let number = number.trim_start_matches("answer:");
    phone.command(&format!("/close {number}"));
    let card = phone.sees(&[CARD]).await?;
    if phone.chance.one_in(2) {
        let undo = ["undo:", "open:"];
        let possible = undo
            .into_iter()
            .find(|start| carries(&card, start).is_some());
        if let Some(start) = possible {
            phone.press_on(&card, start)?;
            phone.sees(&[CARD]).await?;
        }
    }
    Ok(())
}

/// The user of a ticket is banned, or may write again.
async fn ban_or_unban(phone: &mut Phone, wish: Wish) -> Result<(), Stuck> {
    if wish.banned {
        phone.command(&format!("/ban {} it is wished", wish.ticket));
        phone.sees(&["What they write now reaches nobody"]).await?;
        phone.ledger().did(Deed::Ban);
    } else {
        phone.command(&format!("/unban {}", wish.ticket));
        phone.sees(&["The ban is lifted"]).await?;
    }
    phone.ledger().grant(wish);
    Ok(())
}

/// Buttons that are over, and ones that never were.
async fn press_what_is_over(phone: &mut Phone, ticket: &SeenMessage) -> Result<(), Stuck> {
    phone.press_former();
    let data = *phone.chance.pick(&FORGED);
    phone.press_forged(ticket.id, data);
    start(phone).await
}

fn find(news: &[SeenMessage], says: &[&str]) -> Option<SeenMessage> {
    let says = |message: &&SeenMessage| says.iter().any(|says| message.text.contains(says));
    news.iter().find(says).cloned()
}
