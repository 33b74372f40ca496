//! Buttons: what a press can mean, coded into at most 64 bytes and decoded with no trust.
//!
//! To add a button: 1. a variant of [`Button`]; 2. its line in `encode` and in `decode`;
//! 3. its label in the screen that shows it; 4. its arm in `step`.

use crate::ids::{DraftId, MessageId, PersonId, TicketId, Version};
use crate::ticket::{Category, Lang, Priority, Status};

/// A button of a user's or an admin's screen. Whoever presses it is judged by the database, never
/// by the button: a modified client can send any of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Button {
    // Everybody's menus.
    /// The main menu.
    Home,
    /// The support menu: new ticket, my tickets.
    Support,
    /// How to use the bot.
    Help,
    /// The choice of a language.
    Languages,
    /// This language.
    SetLanguage(Lang),
    /// Leave the form, keep nothing.
    Cancel,
    /// On with what waits: the question about a draft, the form, or the menu.
    Continue,

    // A new ticket.
    /// Start the form.
    NewTicket,
    /// This category, for the form or the loose words with this draft.
    PickCategory(DraftId, Category),
    /// One step back in the form.
    FormBack(DraftId),
    /// Make a ticket of the loose words.
    MakeTicket(DraftId),
    /// Add the loose words to this ticket.
    JoinTicket(DraftId, TicketId),
    /// Reopen this ticket and add the loose words.
    ReopenAndJoin(DraftId, TicketId),
    /// Throw the draft away.
    Discard(DraftId),
    /// What shall become of this draft?
    Draft(DraftId),

    // A user's tickets.
    /// The list; pages count from 0.
    MyTickets(u32),
    /// One ticket.
    MyTicket(TicketId),
    /// A page of its conversation; `u32::MAX` is the last one.
    MyConversation(TicketId, u32),
    /// Write to it.
    Reply(TicketId),
    /// Close it.
    CloseMine(TicketId, Version),
    /// Reopen it.
    ReopenMine(TicketId, Version),
    /// Show the original of a message (an attachment, or words too long for the page).
    ShowMessage(TicketId, MessageId),

    // The staff's screens.
    /// The admin menu: `🎫 Support` and the way to the user's menu.
    Admin,
    /// Counts, and the way to the lists.
    Dashboard,
    /// A page of a list.
    List(Filter, u32),
    /// Choose a category or a priority to filter by.
    Filters,
    /// Ask what to find.
    Find,
    /// A page of what was found last.
    Found(u32),
    /// The statistics.
    Statistics,
    /// Mute (true) or unmute one's own notices.
    Mute(bool),
    /// One ticket.
    Ticket(TicketId),
    /// A page of its conversation; `u32::MAX` is the last one.
    Conversation(TicketId, u32),
    /// A page of its audit trail.
    History(TicketId, u32),
    /// A page of the tickets of a ticket's user.
    UserTickets(PersonId, u32),
    /// A page of those who are banned.
    Banned(u32),
    /// One person, and whether to ban them; back leads to the ticket.
    Person(PersonId, Option<TicketId>),
    /// Ban them, on this version of their standing.
    Ban(PersonId, Version, Option<TicketId>),
    /// End their ban.
    Unban(PersonId, Version, Option<TicketId>),
    /// Answer it.
    Answer(TicketId),
    /// Leave an internal note.
    Note(TicketId),
    /// Choose a status.
    Statuses(TicketId),
    /// This status.
    SetStatus(TicketId, Version, Status),
    /// Choose a priority.
    Priorities(TicketId),
    /// This priority.
    SetPriority(TicketId, Version, Priority),
    /// Choose a category.
    Categories(TicketId),
    /// This category.
    SetCategory(TicketId, Version, Category),
    /// Choose an assignee.
    Assignees(TicketId),
    /// This assignee; `None` is nobody.
    Assign(TicketId, Version, Option<PersonId>),
    /// Close it.
    Close(TicketId, Version),
    /// Undo a closing of the last ten minutes.
    UndoClose(TicketId, Version),
    /// Reopen it.
    Reopen(TicketId, Version),
    /// Take an answer back.
    Recall(TicketId, MessageId),
    /// Send an answer again that has not come through.
    RetryAnswer(TicketId, Version, MessageId),
    /// Give an answer up that has not come through.
    DropAnswer(TicketId, Version, MessageId),
    /// Send the held answer and reopen the ticket.
    SendAndReopen(DraftId),
    /// Send the held answer; a closed ticket stays closed.
    SendAnyway(DraftId),
    /// Send the unplaced words as an answer to this ticket.
    AnswerWith(DraftId, TicketId),
    /// Open a ticket as a user with the unplaced words.
    AskAsUser(DraftId),
}

/// Which tickets an admin's list shows.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// All of them.
    All,
    /// With this status.
    Status(Status),
    /// In this category, not closed.
    Category(Category),
    /// With this priority, not closed.
    Priority(Priority),
    /// Assigned to the admin who looks, not closed.
    Mine,
    /// Assigned to nobody, not closed.
    Unassigned,
}

/// The greatest length of what a button carries, in bytes (Bot API, `callback_data`).
pub const MAX_DATA: usize = 64;

impl Button {
    /// The text that the button carries: at most [`MAX_DATA`] bytes, since a category has at most
    /// 32 and a number at most 20.
    pub fn encode(&self) -> String {
        match self {
            Self::Home => "home".into(),
            Self::Support => "support".into(),
            Self::Help => "help".into(),
            Self::Languages => "langs".into(),
            Self::SetLanguage(lang) => format!("lang:{}", lang.as_str()),
            Self::Cancel => "cancel".into(),
            Self::Continue => "continue".into(),
            Self::NewTicket => "new".into(),
            Self::PickCategory(draft, category) => format!("cat:{draft}:{}", category.0),
            Self::FormBack(draft) => format!("back:{draft}"),
            Self::MakeTicket(draft) => format!("make:{draft}"),
            Self::JoinTicket(draft, ticket) => format!("join:{draft}:{ticket}"),
            Self::ReopenAndJoin(draft, ticket) => format!("rejoin:{draft}:{ticket}"),
            Self::Discard(draft) => format!("discard:{draft}"),
            Self::Draft(draft) => format!("draft:{draft}"),
            Self::MyTickets(page) => format!("my:{page}"),
            Self::MyTicket(ticket) => format!("mt:{ticket}"),
            Self::MyConversation(ticket, page) => format!("mc:{ticket}:{page}"),
            Self::Reply(ticket) => format!("reply:{ticket}"),
            Self::CloseMine(ticket, version) => format!("mclose:{ticket}:{version}"),
            Self::ReopenMine(ticket, version) => format!("mopen:{ticket}:{version}"),
            Self::ShowMessage(ticket, message) => format!("show:{ticket}:{message}"),
            Self::Admin => "admin".into(),
            Self::Dashboard => "desk".into(),
            Self::List(filter, page) => format!("list:{page}:{}", filter.encode()),
            Self::Filters => "filters".into(),
            Self::Find => "find".into(),
            Self::Found(page) => format!("found:{page}"),
            Self::Statistics => "stats".into(),
            Self::Mute(on) => format!("mute:{}", u8::from(*on)),
            Self::Ticket(ticket) => format!("t:{ticket}"),
            Self::Conversation(ticket, page) => format!("c:{ticket}:{page}"),
            Self::History(ticket, page) => format!("h:{ticket}:{page}"),
            Self::UserTickets(person, page) => format!("of:{person}:{page}"),
            Self::Banned(page) => format!("banned:{page}"),
            Self::Person(person, ticket) => format!("person:{person}:{}", or_none(*ticket)),
            Self::Ban(person, version, ticket) => {
                format!("ban:{}", standing(*person, *version, *ticket))
            }
            Self::Unban(person, version, ticket) => {
                format!("unban:{}", standing(*person, *version, *ticket))
            }
            Self::Answer(ticket) => format!("answer:{ticket}"),
            Self::Note(ticket) => format!("note:{ticket}"),
            Self::Statuses(ticket) => format!("ss:{ticket}"),
            Self::SetStatus(ticket, version, status) => {
                format!("s:{ticket}:{version}:{}", status.as_str())
            }
            Self::Priorities(ticket) => format!("ps:{ticket}"),
            Self::SetPriority(ticket, version, priority) => {
                format!("p:{ticket}:{version}:{}", priority.as_str())
            }
            Self::Categories(ticket) => format!("cs:{ticket}"),
            Self::SetCategory(ticket, version, category) => {
                format!(
                    "k:{}:{}:{}",
                    base36(ticket.0),
                    base36(version.0),
                    category.0
                )
            }
            Self::Assignees(ticket) => format!("as:{ticket}"),
            Self::Assign(ticket, version, admin) => {
                format!("a:{ticket}:{version}:{}", admin.map_or(0, |admin| admin.0))
            }
            Self::Close(ticket, version) => format!("close:{ticket}:{version}"),
            Self::UndoClose(ticket, version) => format!("undo:{ticket}:{version}"),
            Self::Reopen(ticket, version) => format!("open:{ticket}:{version}"),
            Self::Recall(ticket, message) => format!("recall:{ticket}:{message}"),
            Self::RetryAnswer(ticket, version, message) => {
                let (ticket, version) = (base36(ticket.0), base36(version.0));
                format!("re:{ticket}:{version}:{}", base36(message.0))
            }
            Self::DropAnswer(ticket, version, message) => {
                let (ticket, version) = (base36(ticket.0), base36(version.0));
                format!("dr:{ticket}:{version}:{}", base36(message.0))
            }
            Self::SendAndReopen(draft) => format!("sendopen:{draft}"),
            Self::SendAnyway(draft) => format!("send:{draft}"),
            Self::AnswerWith(draft, ticket) => format!("with:{draft}:{ticket}"),
            Self::AskAsUser(draft) => format!("ask:{draft}"),
        }
    }

    /// What the text of a button means; `None` for anything that [`Button::encode`] cannot have
    /// written.
    pub fn decode(data: &str) -> Option<Self> {
        if data.len() > MAX_DATA {
            return None;
        }
        let (verb, args) = data.split_once(':').unwrap_or((data, ""));
        let button = match verb {
            "home" => Self::Home,
            "support" => Self::Support,
            "help" => Self::Help,
            "langs" => Self::Languages,
            "lang" => Self::SetLanguage(args.parse().ok()?),
            "cancel" => Self::Cancel,
            "continue" => Self::Continue,
            "new" => Self::NewTicket,
            "cat" => {
                let (draft, category) = args.split_once(':')?;
                Self::PickCategory(DraftId(number(draft)?), Category(category.to_owned()))
            }
            "back" => Self::FormBack(DraftId(number(args)?)),
            "make" => Self::MakeTicket(DraftId(number(args)?)),
            "join" => {
                let [draft, ticket] = numbers(args)?;
                Self::JoinTicket(DraftId(draft), TicketId(ticket))
            }
            "rejoin" => {
                let [draft, ticket] = numbers(args)?;
                Self::ReopenAndJoin(DraftId(draft), TicketId(ticket))
            }
            "discard" => Self::Discard(DraftId(number(args)?)),
            "draft" => Self::Draft(DraftId(number(args)?)),
            "my" => Self::MyTickets(args.parse().ok()?),
            "mt" => Self::MyTicket(TicketId(number(args)?)),
            "mc" => {
                let (ticket, page) = args.split_once(':')?;
                Self::MyConversation(TicketId(number(ticket)?), page.parse().ok()?)
            }
            "reply" => Self::Reply(TicketId(number(args)?)),
            "mclose" => {
                let [ticket, version] = numbers(args)?;
                Self::CloseMine(TicketId(ticket), Version(version))
            }
            "mopen" => {
                let [ticket, version] = numbers(args)?;
                Self::ReopenMine(TicketId(ticket), Version(version))
            }
            "show" => {
                let [ticket, message] = numbers(args)?;
                Self::ShowMessage(TicketId(ticket), MessageId(message))
            }
            "admin" => Self::Admin,
            "desk" => Self::Dashboard,
            "list" => {
                let (page, filter) = args.split_once(':')?;
                Self::List(Filter::decode(filter)?, page.parse().ok()?)
            }
            "filters" => Self::Filters,
            "find" => Self::Find,
            "found" => Self::Found(args.parse().ok()?),
            "stats" => Self::Statistics,
            "mute" => Self::Mute(number(args)? == 1),
            "t" => Self::Ticket(TicketId(number(args)?)),
            "c" => {
                let (ticket, page) = args.split_once(':')?;
                Self::Conversation(TicketId(number(ticket)?), page.parse().ok()?)
            }
            "h" => {
                let (ticket, page) = args.split_once(':')?;
                Self::History(TicketId(number(ticket)?), page.parse().ok()?)
            }
            "of" => {
                let (person, page) = args.split_once(':')?;
                Self::UserTickets(PersonId(number(person)?), page.parse().ok()?)
            }
            "banned" => Self::Banned(args.parse().ok()?),
            "person" => {
                let [person, ticket] = numbers(args)?;
                Self::Person(PersonId(person), ticket_or_none(ticket))
            }
            "ban" => {
                let (person, version, ticket) = read_standing(args)?;
                Self::Ban(person, version, ticket)
            }
            "unban" => {
                let (person, version, ticket) = read_standing(args)?;
                Self::Unban(person, version, ticket)
            }
            "answer" => Self::Answer(TicketId(number(args)?)),
            "note" => Self::Note(TicketId(number(args)?)),
            "ss" => Self::Statuses(TicketId(number(args)?)),
            "s" => {
                let (ticket, version, word) = versioned(args)?;
                Self::SetStatus(ticket, version, word.parse().ok()?)
            }
            "ps" => Self::Priorities(TicketId(number(args)?)),
            "p" => {
                let (ticket, version, word) = versioned(args)?;
                Self::SetPriority(ticket, version, word.parse().ok()?)
            }
            "cs" => Self::Categories(TicketId(number(args)?)),
            "k" => {
                let mut parts = args.splitn(3, ':');
                let ticket = i64::from_str_radix(parts.next()?, 36).ok()?;
                let version = i64::from_str_radix(parts.next()?, 36).ok()?;
                Self::SetCategory(
                    TicketId(ticket),
                    Version(version),
                    Category(parts.next()?.to_owned()),
                )
            }
            "as" => Self::Assignees(TicketId(number(args)?)),
            "a" => {
                let (ticket, version, admin) = versioned(args)?;
                let admin = number(admin)?;
                Self::Assign(ticket, version, (admin != 0).then_some(PersonId(admin)))
            }
            "close" => {
                let [ticket, version] = numbers(args)?;
                Self::Close(TicketId(ticket), Version(version))
            }
            "undo" => {
                let [ticket, version] = numbers(args)?;
                Self::UndoClose(TicketId(ticket), Version(version))
            }
            "open" => {
                let [ticket, version] = numbers(args)?;
                Self::Reopen(TicketId(ticket), Version(version))
            }
            "recall" => {
                let [ticket, message] = numbers(args)?;
                Self::Recall(TicketId(ticket), MessageId(message))
            }
            "re" => {
                let [ticket, version, message] = numbers_in(args, 36)?;
                Self::RetryAnswer(TicketId(ticket), Version(version), MessageId(message))
            }
            "dr" => {
                let [ticket, version, message] = numbers_in(args, 36)?;
                Self::DropAnswer(TicketId(ticket), Version(version), MessageId(message))
            }
            "sendopen" => Self::SendAndReopen(DraftId(number(args)?)),
            "send" => Self::SendAnyway(DraftId(number(args)?)),
            "with" => {
                let [draft, ticket] = numbers(args)?;
                Self::AnswerWith(DraftId(draft), TicketId(ticket))
            }
            "ask" => Self::AskAsUser(DraftId(number(args)?)),
            _ => return None,
        };
        // Only what `encode` writes is a button: `07`, `+7` or trailing words are not.
        (button.encode() == data).then_some(button)
    }
}

impl Filter {
    fn encode(&self) -> String {
        match self {
            Self::All => "all".into(),
            Self::Status(status) => format!("s:{}", status.as_str()),
            Self::Category(category) => format!("c:{}", category.0),
            Self::Priority(priority) => format!("p:{}", priority.as_str()),
            Self::Mine => "mine".into(),
            Self::Unassigned => "free".into(),
        }
    }

    fn decode(data: &str) -> Option<Self> {
        let (verb, word) = data.split_once(':').unwrap_or((data, ""));
        Some(match verb {
            "all" => Self::All,
            "s" => Self::Status(word.parse().ok()?),
            "c" => Self::Category(Category(word.to_owned())),
            "p" => Self::Priority(word.parse().ok()?),
            "mine" => Self::Mine,
            "free" => Self::Unassigned,
            _ => return None,
        })
    }
}

fn number(text: &str) -> Option<i64> {
    text.parse().ok()
}

fn numbers<const N: usize>(args: &str) -> Option<[i64; N]> {
    numbers_in(args, 10)
}

fn numbers_in<const N: usize>(args: &str, radix: u32) -> Option<[i64; N]> {
    let mut parts = args.split(':');
    let mut found = [0; N];
    for slot in &mut found {
        *slot = i64::from_str_radix(parts.next()?, radix).ok()?;
    }
    parts.next().is_none().then_some(found)
}

fn versioned(args: &str) -> Option<(TicketId, Version, &str)> {
    let mut parts = args.splitn(3, ':');
    let ticket = number(parts.next()?)?;
    let version = number(parts.next()?)?;
    Some((TicketId(ticket), Version(version), parts.next()?))
}

/// No ticket has the number 0: it stands for none.
fn or_none(ticket: Option<TicketId>) -> i64 {
    ticket.map_or(0, |ticket| ticket.0)
}

fn ticket_or_none(number: i64) -> Option<TicketId> {
    (number != 0).then_some(TicketId(number))
}

/// Three numbers, which would be too long in decimal digits.
fn standing(person: PersonId, version: Version, ticket: Option<TicketId>) -> String {
    let numbers = [person.0, version.0, or_none(ticket)];
    numbers.map(base36).join(":")
}

fn read_standing(args: &str) -> Option<(PersonId, Version, Option<TicketId>)> {
    let mut parts = args
        .split(':')
        .map(|part| i64::from_str_radix(part, 36).ok());
    let (person, version, ticket) = (parts.next()??, parts.next()??, parts.next()??);
    (parts.next().is_none()).then_some((PersonId(person), Version(version), ticket_or_none(ticket)))
}

/// A number in fewer characters: two 19-digit numbers beside a 32-byte category, or three of them,
/// must fit.
fn base36(number: i64) -> String {
    let negative = number < 0;
    let mut rest = number.unsigned_abs();
    let mut digits = Vec::new();
    loop {
        let digit = u32::try_from(rest % 36).unwrap_or(0);
        digits.push(char::from_digit(digit, 36).unwrap_or('0'));
        rest /= 36;
        if rest == 0 {
            break;
        }
    }
    if negative {
        digits.push('-');
    }
    digits.iter().rev().collect()
}
