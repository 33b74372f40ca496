//! What a person means by an update, given what their conversation waits for; nothing is decided
//! and nothing is looked up here.

use crate::button::Button;
use crate::content::Source;
use crate::conversation::{Conversation, Form};
use crate::facts::Whom;
use crate::ids::{ChatId, ChatMessageId, TicketId};
use crate::input::{Act, Input, Wrote};
use crate::settings::Settings;

/// What is meant.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Intent {
    /// A command of ours.
    Command(Asked),
    /// A button of ours.
    Press {
        button: Button,
        pressed: Option<ChatMessageId>,
    },
    /// A button that we never made, or make no more, or that is not for them.
    Nonsense {
        pressed: Option<ChatMessageId>,
    },
    /// Words or media.
    Words {
        wrote: Wrote,
    },
    /// An edit of an earlier message.
    Edit {
        wrote: Wrote,
    },
    Blocked,
    Unblocked,
    /// The bot was put into a group.
    Group {
        chat: ChatId,
    },
}

/// A command, read whole.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Asked {
    Start,
    Help,
    New,
    MyTickets,
    MyTicket(TicketId),
    Languages,
    Cancel,
    Admin,
    Dashboard,
    Statistics,
    AskFind,
    Find(String),
    Ticket(TicketId),
    Close(TicketId),
    Banned,
    Ban { whom: Whom, reason: String },
    Unban(Whom),
    Unknown,
}

/// Reads what is meant.
pub(super) fn read(state: &Conversation, input: &Input, settings: &Settings) -> Intent {
    let admin = settings.is_admin(input.person.id);
    match &input.act {
        Act::Wrote(wrote) => wrote_intent(state, wrote, admin),
        Act::Edited(wrote) => Intent::Edit {
            wrote: wrote.clone(),
        },
        Act::Pressed { message, data, .. } => match Button::decode(data) {
            Some(button) if admin || !is_staffs(&button) => Intent::Press {
                button,
                pressed: *message,
            },
            _ => Intent::Nonsense { pressed: *message },
        },
        Act::Blocked => Intent::Blocked,
        Act::Unblocked => Intent::Unblocked,
        Act::AddedToGroup { chat } => Intent::Group { chat: *chat },
    }
}

/// What a message means, were it new.
pub(super) fn wrote_intent(state: &Conversation, wrote: &Wrote, admin: bool) -> Intent {
    let in_form = !matches!(state.form, Form::None);
    match wrote
        .command()
        .map(|command| command_of(&command.name, command.args, wrote, admin))
    {
        // In a form, a slash that is no command of ours starts an ordinary text ("/etc is gone").
        Some(Asked::Unknown) if in_form || wrote.reply_to.is_some() => {}
        Some(command) => return Intent::Command(command),
        None => {}
    }
    Intent::Words {
        wrote: wrote.clone(),
    }
}

fn command_of(name: &str, args: &str, wrote: &Wrote, admin: bool) -> Asked {
    let ticket = || args.trim_start_matches('#').parse().ok().map(TicketId);
    match name {
        "start" | "menu" => Asked::Start,
        "help" => Asked::Help,
        "new" => Asked::New,
        "tickets" => Asked::MyTickets,
        "language" | "lang" => Asked::Languages,
        "cancel" => Asked::Cancel,
        "admin" if admin => Asked::Admin,
        "desk" if admin => Asked::Dashboard,
        "stats" if admin => Asked::Statistics,
        "find" if admin && args.is_empty() => Asked::AskFind,
        "find" if admin => Asked::Find(args.to_owned()),
        "ticket" if admin => ticket().map_or(Asked::AskFind, Asked::Ticket),
        "close" if admin => ticket().map_or(Asked::AskFind, Asked::Close),
        "ban" | "unban" if admin => {
            let unban = name == "unban";
            match whom(args, wrote) {
                None => Asked::Banned,
                Some((whom, _)) if unban => Asked::Unban(whom),
                Some((whom, reason)) => Asked::Ban {
                    whom,
                    reason: reason.to_owned(),
                },
            }
        }
        "ticket" => ticket().map_or(Asked::MyTickets, Asked::MyTicket),
        _ => Asked::Unknown,
    }
}

/// Whom a ban is about, and what follows: by Telegram's reply, or by the first word.
fn whom<'a>(args: &'a str, wrote: &Wrote) -> Option<(Whom, &'a str)> {
    if let Some(message) = wrote.reply_to {
        let chat = wrote.piece.source.chat;
        return Some((Whom::Of(Source { chat, message }), args));
    }
    let (called, reason) = args.split_once(char::is_whitespace).unwrap_or((args, ""));
    (!called.is_empty()).then(|| (Whom::Called(called.to_owned()), reason))
}

/// Whether only the staff may press it.
fn is_staffs(button: &Button) -> bool {
    match button {
        Button::Home
        | Button::Support
        | Button::Help
        | Button::Languages
        | Button::SetLanguage(_)
        | Button::Cancel
        | Button::Continue
        | Button::NewTicket
        | Button::PickCategory(..)
        | Button::FormBack(_)
        | Button::MakeTicket(_)
        | Button::JoinTicket(..)
        | Button::ReopenAndJoin(..)
        | Button::Discard(_)
        | Button::Draft(_)
        | Button::MyTickets(_)
        | Button::MyTicket(_)
        | Button::MyConversation(..)
        | Button::Reply(_)
        | Button::CloseMine(..)
        | Button::ReopenMine(..)
        | Button::ShowMessage(..) => false,
        Button::Admin
        | Button::Dashboard
        | Button::List(..)
        | Button::Filters
        | Button::Find
        | Button::Found(_)
        | Button::Statistics
        | Button::Mute(_)
        | Button::Ticket(_)
        | Button::Conversation(..)
        | Button::History(..)
        | Button::UserTickets(..)
        | Button::Banned(_)
        | Button::Person(..)
        | Button::Ban(..)
        | Button::Unban(..)
        | Button::Answer(_)
        | Button::Note(_)
        | Button::Statuses(_)
        | Button::SetStatus(..)
        | Button::Priorities(_)
        | Button::SetPriority(..)
        | Button::Categories(_)
        | Button::SetCategory(..)
        | Button::Assignees(_)
        | Button::Assign(..)
        | Button::Close(..)
        | Button::UndoClose(..)
        | Button::Reopen(..)
        | Button::Recall(..)
        | Button::RetryAnswer(..)
        | Button::DropAnswer(..)
        | Button::SendAndReopen(_)
        | Button::SendAnyway(_)
        | Button::AnswerWith(..)
        | Button::AskAsUser(_) => true,
    }
}
