//! The decision about one update, in three steps: read what is meant, name what must be known,
//! decide.
//!
//! To add something that a person can do: 1. a variant of `Intent`, read in
//! `intent.rs`; 2. the facts it needs, in [`needs`]; 3. its arm in [`step`], in `user/` or
//! `admin/`; 4. a conversation in `tests/it` that does it, does it twice, and does it from a
//! button that is out of date.

mod admin;
mod banned;
mod draft;
mod intent;
mod pace;
mod place;
mod turn;
mod user;

use chrono::{Days, NaiveTime, TimeDelta, TimeZone};

use self::intent::{Asked, Intent};
use self::pace::Tempo;
use self::turn::Turn;
use crate::button::Button;
use crate::conversation::{Conversation, Draft, Form, Undecided};
use crate::facts::{Facts, Need, Whom};
use crate::ids::{DraftId, PersonId, TicketId, TicketRef};
use crate::input::Input;
use crate::notice::{Body, Lane};
use crate::outcome::Outcome;
use crate::settings::Settings;
use crate::ticket::Time;

/// What [`step`] will want to know about this input. Pure, and complete: `step` never finds out
/// later that something is missing.
pub fn needs(state: &Conversation, input: &Input, settings: &Settings, now: Time) -> Vec<Need> {
    let intent = intent::read(state, input, settings);
    let (_, tempo) = pace::count(state, &intent, input.person.id, settings, now);
    if tempo == Tempo::Refused {
        return Vec::new();
    }
    match intent {
        Intent::Command(Asked::Cancel) => {
            let mut needs = leave_needs(state);
            needs.extend(
                state
                    .asked
                    .into_iter()
                    .flat_map(|draft| discard_needs(state, draft)),
            );
            needs
        }
        Intent::Command(command) => command_needs(state, &command, settings, now),
        Intent::Press { button, .. } => press_needs(state, &button, input.person.id, settings, now),
        Intent::Words { wrote } => words_needs(state, &wrote, input, settings),
        Intent::Edit { wrote } => {
            let mut needs = vec![Need::Original(wrote.piece.source), Need::Staff(None)];
            // Should the original be unknown, the edit is taken as the message.
            needs.extend(words_needs(state, &wrote, input, settings));
            let source = wrote.piece.source;
            let edited = state.waiting.iter().find(|draft| {
                let mut pieces = draft.pieces.iter();
                pieces.any(|piece| piece.source == source)
            });
            needs.extend(
                edited
                    .into_iter()
                    .flat_map(|draft| question_needs(state, draft)),
            );
            needs
        }
        Intent::Nonsense { .. } | Intent::Blocked | Intent::Unblocked | Intent::Group { .. } => {
            Vec::new()
        }
    }
}

/// Decides what one update changes, shows and causes. `facts` are those that [`needs`] named.
pub fn step(
    state: &Conversation,
    input: &Input,
    facts: &Facts,
    settings: &Settings,
    now: Time,
) -> Outcome {
    let mut turn = Turn::new(state, input, facts, settings, now);
    let intent = intent::read(state, input, settings);
    turn.take_in_standing();
    if turn.my_ban().is_some() && !matches!(intent, Intent::Blocked | Intent::Group { .. }) {
        turn.turn_away(&intent);
        return turn.out;
    }
    let (pace, tempo) = pace::count(state, &intent, turn.me, settings, now);
    turn.out.conversation.pace = pace;
    turn.gathers = tempo == Tempo::Gathers;
    if tempo == Tempo::Refused {
        turn.leave_out(&intent);
        return turn.out;
    }
    match intent {
        Intent::Command(command) => turn.command(command),
        Intent::Press { button, pressed } => {
            turn.pressed = pressed;
            turn.press(button);
        }
        Intent::Nonsense { pressed } => {
            turn.pressed = pressed;
            turn.out_of_date();
        }
        Intent::Words { wrote } => turn.words(wrote),
        Intent::Edit { wrote } => turn.edit(wrote),
        Intent::Blocked => turn.out.person.reachable = Some(false),
        Intent::Unblocked => {}
        Intent::Group { chat } => {
            if !turn.gathers {
                turn.tell(chat, Lane::Bulk, Body::GroupGreeting);
            }
            turn.tell(chat, Lane::Bulk, Body::LeaveGroup);
            // Nothing was said in private: they are as reachable as before.
            turn.out.person.reachable = None;
        }
    }
    if turn.gathers {
        turn.answer_later(state);
    }
    turn.out
}

fn command_needs(
    state: &Conversation,
    command: &Asked,
    settings: &Settings,
    now: Time,
) -> Vec<Need> {
    match command {
        Asked::Start | Asked::Help | Asked::Languages | Asked::Cancel | Asked::Unknown => vec![],
        Asked::Admin => vec![],
        Asked::New => loose_needs(state),
        Asked::AskFind => vec![],
        Asked::MyTickets => vec![Need::MyTickets { page: 0 }],
        Asked::MyTicket(ticket) => my_ticket_needs(*ticket),
        Asked::Find(query) => vec![Need::Find {
            query: query.clone(),
            page: 0,
        }],
        Asked::Ticket(ticket) => card_needs(*ticket),
        Asked::Close(ticket) => card_needs(*ticket),
        Asked::Dashboard => vec![Need::Counts],
        Asked::Banned => vec![Need::Banned { page: 0 }],
        Asked::Ban { whom, .. } | Asked::Unban(whom) => person_needs(whom.clone()),
        Asked::Statistics => vec![statistics_need(settings, now)],
    }
}

fn press_needs(
    state: &Conversation,
    button: &Button,
    person: PersonId,
    settings: &Settings,
    now: Time,
) -> Vec<Need> {
    match button {
        Button::MyTickets(page) => vec![Need::MyTickets { page: *page }],
        Button::MyTicket(ticket)
        | Button::Reply(ticket)
        | Button::ShowMessage(ticket, _)
        | Button::MyConversation(ticket, _)
        | Button::CloseMine(ticket, _)
        | Button::ReopenMine(ticket, _) => {
            let mut needs = my_ticket_needs(*ticket);
            match button {
                Button::MyConversation(_, page) => needs.push(Need::Messages {
                    ticket: *ticket,
                    notes: false,
                    page: *page,
                }),
                Button::ShowMessage(_, message) => needs.push(Need::Message(*ticket, *message)),
                Button::CloseMine(_, version) | Button::ReopenMine(_, version) => {
                    needs.push(Need::EventsSince(*ticket, *version));
                    needs.push(Need::Staff(Some(*ticket)));
                }
                _ => {}
            }
            needs
        }
        Button::JoinTicket(draft, ticket) | Button::ReopenAndJoin(draft, ticket) => {
            let mut needs = my_ticket_needs(*ticket);
            needs.push(Need::Staff(Some(*ticket)));
            needs.extend(draft_needs(state, *draft, false));
            needs
        }
        Button::MakeTicket(draft) | Button::PickCategory(draft, _) => {
            let mut needs = vec![Need::Staff(None)];
            needs.extend(draft_needs(state, *draft, false));
            needs
        }
        Button::NewTicket => loose_needs(state),
        Button::Find => vec![],
        Button::Found(page) => state
            .query
            .iter()
            .map(|query| Need::Find {
                query: query.clone(),
                page: *page,
            })
            .collect(),
        Button::FormBack(draft) => draft_needs(state, *draft, false),
        Button::Discard(draft) => discard_needs(state, *draft),
        Button::Draft(draft) => draft_needs(state, *draft, settings.is_admin(person)),
        Button::AskAsUser(draft) => {
            let mut needs = vec![Need::OpenTickets];
            needs.extend(draft_needs(state, *draft, true));
            needs
        }
        Button::Dashboard | Button::Mute(_) => vec![Need::Counts],
        Button::Statistics => vec![statistics_need(settings, now)],
        Button::List(filter, page) => vec![Need::List {
            filter: filter.clone(),
            page: *page,
        }],
        Button::UserTickets(user, page) => vec![Need::UserTickets {
            user: *user,
            page: *page,
        }],
        Button::Banned(page) => vec![Need::Banned { page: *page }],
        Button::Person(person, _) | Button::Ban(person, ..) | Button::Unban(person, ..) => {
            person_needs(Whom::Id(*person))
        }
        Button::Conversation(ticket, page) => vec![
            Need::Ticket(*ticket),
            Need::Messages {
                ticket: *ticket,
                notes: true,
                page: *page,
            },
        ],
        Button::History(ticket, page) => vec![
            Need::Ticket(*ticket),
            Need::History {
                ticket: *ticket,
                page: *page,
            },
        ],
        Button::Recall(ticket, message) => {
            let mut needs = card_needs(*ticket);
            needs.push(Need::Message(*ticket, *message));
            needs
        }
        Button::RetryAnswer(ticket, version, message)
        | Button::DropAnswer(ticket, version, message) => {
            let mut needs = card_needs(*ticket);
            needs.push(Need::DeliveryOf(*ticket, *message));
            needs.push(Need::Message(*ticket, *message));
            needs.push(Need::EventsSince(*ticket, *version));
            needs
        }
        Button::SetStatus(ticket, version, _)
        | Button::SetPriority(ticket, version, _)
        | Button::SetCategory(ticket, version, _)
        | Button::Assign(ticket, version, _)
        | Button::Close(ticket, version)
        | Button::UndoClose(ticket, version)
        | Button::Reopen(ticket, version) => {
            let mut needs = card_needs(*ticket);
            needs.push(Need::EventsSince(*ticket, *version));
            needs
        }
        Button::Answer(ticket)
        | Button::Note(ticket)
        | Button::Ticket(ticket)
        | Button::Statuses(ticket)
        | Button::Priorities(ticket)
        | Button::Categories(ticket)
        | Button::Assignees(ticket) => card_needs(*ticket),
        Button::AnswerWith(draft, ticket) => {
            let mut needs = draft_needs(state, *draft, true);
            needs.extend(answer_needs(*ticket));
            needs
        }
        Button::SendAndReopen(draft) | Button::SendAnyway(draft) => {
            let mut needs = draft_needs(state, *draft, true);
            if let Some(Undecided::Held { ticket, .. }) =
                state.draft(*draft).map(|draft| &draft.what)
            {
                needs.extend(answer_needs(*ticket));
            }
            needs
        }
        Button::Home
        | Button::Support
        | Button::Help
        | Button::Languages
        | Button::SetLanguage(_)
        | Button::Admin
        | Button::Filters => vec![],
        Button::Cancel | Button::Continue => leave_needs(state),
    }
}

fn words_needs(
    state: &Conversation,
    wrote: &crate::input::Wrote,
    input: &Input,
    settings: &Settings,
) -> Vec<Need> {
    let mut needs = vec![Need::OpenTickets];
    needs.extend(loose_needs(state));
    let asked = state.asked.and_then(|draft| state.draft(draft));
    needs.extend(
        asked
            .into_iter()
            .flat_map(|draft| question_needs(state, draft)),
    );
    let mut staff_of = None;
    if let Some(album) = &wrote.piece.album {
        needs.push(Need::Album(album.clone()));
    }
    if let Some(placed) = &state.placed
        && let Some(ticket) = placed.ticket.id()
    {
        needs.push(Need::Ticket(ticket));
    }
    match &state.form {
        Form::Reply { ticket } => {
            needs.push(Need::Ticket(*ticket));
            staff_of = Some(*ticket);
        }
        Form::Answer { ticket, seen } => {
            needs.extend(answer_needs(*ticket));
            needs.push(Need::EventsSince(*ticket, *seen));
            staff_of = Some(*ticket);
        }
        Form::Note { ticket } => {
            needs.extend(answer_needs(*ticket));
            staff_of = Some(*ticket);
        }
        Form::Find => needs.push(Need::Find {
            query: wrote.piece.content.text.clone(),
            page: 0,
        }),
        Form::None | Form::NewTicket { .. } => {}
    }
    if settings.is_admin(input.person.id)
        && let Some(viewed) = state.viewed
    {
        needs.push(Need::Ticket(viewed));
    }
    needs.push(Need::Staff(staff_of));
    // Last: what it finds out about its ticket goes before what a form's ticket said.
    if let Some(message) = wrote.reply_to {
        needs.push(Need::TicketOf(crate::content::Source {
            chat: input.person.id.chat(),
            message,
        }));
    }
    needs
}

/// What the question about a draft is drawn from.
fn question_needs(state: &Conversation, draft: &Draft) -> Vec<Need> {
    match &draft.what {
        Undecided::Loose { closed, .. } => [Need::OpenTickets]
            .into_iter()
            .chain(closed.map(Need::Ticket))
            .collect(),
        Undecided::Held { .. } => vec![Need::Staff(None)],
        Undecided::Unplaced => state.viewed.map(Need::Ticket).into_iter().collect(),
    }
}

/// Loose words that wait come before a new ticket, and take further ones.
fn loose_needs(state: &Conversation) -> Vec<Need> {
    let mut waiting = state.waiting.iter();
    let loose = waiting.rfind(|draft| !draft.is_staffs());
    loose.map_or_else(Vec::new, |draft| question_needs(state, draft))
}

/// A draft that waits is asked about; one that was sent shows what became of it.
fn draft_needs(state: &Conversation, draft: DraftId, staff: bool) -> Vec<Need> {
    let sent = state.sent_as(draft).and_then(TicketRef::id);
    match (state.draft(draft), sent) {
        (Some(draft), _) => question_needs(state, draft),
        (None, Some(ticket)) if staff => card_needs(ticket),
        (None, Some(ticket)) => my_ticket_needs(ticket),
        (None, None) => vec![],
    }
}

/// Throwing an answer away shows the ticket it was for.
fn discard_needs(state: &Conversation, draft: DraftId) -> Vec<Need> {
    match state.draft(draft).map(|draft| &draft.what) {
        Some(Undecided::Held { ticket, .. }) => card_needs(*ticket),
        _ => draft_needs(state, draft, false),
    }
}

/// Leaving a form that belongs to a ticket shows that ticket; without a form, what waits is asked
/// about.
fn leave_needs(state: &Conversation) -> Vec<Need> {
    match &state.form {
        Form::Reply { ticket } => my_ticket_needs(*ticket),
        Form::Answer { ticket, .. } | Form::Note { ticket } => card_needs(*ticket),
        Form::None | Form::NewTicket { .. } | Form::Find => {
            let last = state.waiting.last();
            last.map_or_else(Vec::new, |draft| question_needs(state, draft))
        }
    }
}

fn my_ticket_needs(ticket: TicketId) -> Vec<Need> {
    vec![
        Need::Ticket(ticket),
        Need::MessageCount {
            ticket,
            notes: false,
        },
    ]
}

fn card_needs(ticket: TicketId) -> Vec<Need> {
    vec![
        Need::Ticket(ticket),
        Need::UserTicketCount(ticket),
        Need::MessageCount {
            ticket,
            notes: true,
        },
        Need::OwnAnswer(ticket),
        Need::Deliveries(ticket),
        Need::Staff(Some(ticket)),
    ]
}

fn person_needs(whom: Whom) -> Vec<Need> {
    vec![Need::Person(whom), Need::Staff(None)]
}

fn answer_needs(ticket: TicketId) -> Vec<Need> {
    let mut needs = card_needs(ticket);
    needs.push(Need::OthersAnswer(ticket));
    needs
}

fn statistics_need(settings: &Settings, now: Time) -> Need {
    let today = now.with_timezone(&settings.timezone).date_naive();
    // Where clocks are put forward at midnight, the day begins with the first quarter that there is.
    let start = |date: chrono::NaiveDate| {
        (0..=96)
            .find_map(|quarter| {
                let clock = date.and_time(NaiveTime::MIN) + TimeDelta::minutes(15 * quarter);
                settings.timezone.from_local_datetime(&clock).earliest()
            })
            .map_or(now, |start| start.to_utc())
    };
    Need::Statistics {
        today: start(today),
        week: start(today.checked_sub_days(Days::new(6)).unwrap_or(today)),
    }
}
