//! Drawing ticket messages that are passed on: in parts, with edits and recalls following them.

use super::draw::{answer, hidden_from_user, instead, message_itself, open, open_mine, told};
use super::{Call, Part, Sending, Why};
use crate::button::Button;
use crate::content::ContentKind;
use crate::formatted::{Formatted, MAX_CAPTION, MAX_TEXT, one_line};
use crate::keyboard::{Key, Keyboard};
use crate::text::{Pen, Text, full_name, priority_mark};
use crate::ticket::{SenderType, Ticket, TicketMessage};

/// One part of a message for the one who gets it. What was taken back before it was sent is not
/// sent any more.
pub(super) fn part(sending: &Sending<'_>, pen: Pen<'_>, part: Part, why: Why) -> Option<Call> {
    let ticket = sending.ticket?;
    if part == Part::Album {
        return album(sending, pen, why);
    }
    let message = sending.message?;
    if !may_get(message, why) {
        return None;
    }
    let heading = || heading(sending, pen, ticket, why);
    let keyboard = || keyboard(sending, pen, ticket, why);
    Some(match part {
        Part::Whole => told(whole(heading(), pen, message), keyboard(), None),
        Part::Heading => told(heading(), Keyboard::NONE, None),
        Part::Content => message_itself(pen, message, keyboard()),
        Part::Buttons => told(
            pen.say(Text::AlbumAbove { number: ticket.id }),
            keyboard(),
            None,
        ),
        Part::Album => return None,
    })
}

fn album(sending: &Sending<'_>, pen: Pen<'_>, why: Why) -> Option<Call> {
    let items: Vec<_> = sending
        .items
        .iter()
        .filter(|item| may_get(item, why))
        .map(|item| (item.source, instead(&item.content)))
        .collect();
    (!items.is_empty()).then(|| Call::CopyMessages {
        items,
        placeholder: pen.say(Text::NotCopied {
            kind: &pen.kind(ContentKind::Other),
        }),
    })
}

/// A later item of an album; its button says where it belongs.
pub(super) fn late_item(sending: &Sending<'_>, pen: Pen<'_>) -> Option<Call> {
    let ticket = sending.ticket?;
    let message = sending.message?;
    if message.recalled_at.is_some() || message.note {
        return None;
    }
    // It came in time for the album to carry it along.
    if sending.copies.iter().any(|copy| copy.part == Part::Album) {
        return None;
    }
    let to_user = message.sender_type == SenderType::Admin && sending.chat == ticket.user.chat();
    let number = ticket.id;
    let key = if to_user {
        pen.key(Text::KeyBelongsTo { number }, Button::Reply(number))
    } else {
        pen.key(Text::KeyBelongsTo { number }, Button::Ticket(number))
    };
    Some(message_itself(pen, message, Keyboard::NONE.row([key])))
}

/// Brings the newest copy in this chat up to the words (and the file) as they are now. What
/// Telegram cannot edit (a sticker, a place, a poll) stays as it was.
pub(super) fn edit_copies(sending: &Sending<'_>, pen: Pen<'_>) -> Option<Call> {
    let ticket = sending.ticket?;
    let message = sending.message?;
    let copy = sending
        .copies
        .iter()
        .rfind(|copy| matches!(copy.part, Part::Whole | Part::Content | Part::Album))?;
    if !may_get(message, copy.why) {
        return None;
    }
    // Messages of an album have no buttons.
    let keyboard = match copy.part {
        Part::Album => Keyboard::NONE,
        _ => keyboard(sending, pen, ticket, copy.why),
    };
    let content = &message.content;
    let words = Formatted::of(content);
    if copy.part == Part::Whole {
        return Some(Call::EditText {
            message: copy.message,
            text: fit(
                whole(heading(sending, pen, ticket, copy.why), pen, message),
                MAX_TEXT,
                pen,
                ticket,
            ),
            keyboard,
        });
    }
    match (content.kind, &content.file) {
        (ContentKind::Text, _) => Some(Call::EditText {
            message: copy.message,
            text: words.cut(MAX_TEXT),
            keyboard,
        }),
        // Whether the file is another one is not known here, and the same one does no harm.
        (
            kind @ (ContentKind::Photo
            | ContentKind::Video
            | ContentKind::Document
            | ContentKind::Audio
            | ContentKind::Animation),
            Some(file),
        ) => Some(Call::EditMedia {
            message: copy.message,
            kind,
            file: file.clone(),
            caption: fit(words, MAX_CAPTION, pen, ticket),
            keyboard,
        }),
        (ContentKind::Voice, _) => Some(Call::EditCaption {
            message: copy.message,
            caption: fit(words, MAX_CAPTION, pen, ticket),
            keyboard,
        }),
        _ => None,
    }
}

/// Words that an edit made too long for their copy are cut, and say where the rest is.
fn fit(words: Formatted, most: usize, pen: Pen<'_>, ticket: &Ticket) -> Formatted {
    if words.len() <= most {
        return words;
    }
    /// The empty line between them, and the mark of the cut.
    const GAP: usize = 3;
    let rest = pen.say(Text::GoesOn { number: ticket.id });
    let room = most.saturating_sub(rest.len() + GAP);
    words.cut(room).paragraph(rest)
}

/// Takes all copies in this chat away.
pub(super) fn delete_copies(sending: &Sending<'_>) -> Option<Call> {
    let messages: Vec<_> = sending.copies.iter().map(|copy| copy.message).collect();
    (!messages.is_empty()).then_some(Call::DeleteMessages { messages })
}

/// Whether the message may go to the one it is meant for: nobody gets what was taken back, and a
/// note reaches no user, whatever the notice says.
fn may_get(message: &TicketMessage, why: Why) -> bool {
    match why {
        Why::Answer => !hidden_from_user(message),
        Why::NewTicket | Why::FollowUp | Why::OthersAnswer => message.recalled_at.is_none(),
    }
}

/// Whose message it is, and about which ticket: at most 600 UTF-16 units or so, for a subject has
/// at most 200 characters and names are cut.
fn heading(sending: &Sending<'_>, pen: Pen<'_>, ticket: &Ticket, why: Why) -> Formatted {
    let (number, subject) = (ticket.id, ticket.subject.as_str());
    let author = sending.author.map(full_name);
    match why {
        Why::NewTicket => {
            let title = pen.say(Text::HeadingNewTicket { number });
            let below = sending.message.map(|message| message.content.text.as_str());
            // A ticket made by just writing has its first words for a subject: they stand below.
            let title = if below.is_some_and(|words| first_line_is(words, subject)) {
                title
            } else {
                title.line(one_line(subject))
            };
            title.line(pen.say(Text::HeadingUser {
                user: &user(sending, ticket),
                category: &pen.category(&ticket.category),
            }))
        }
        Why::FollowUp => pen.say(Text::HeadingFollowUp {
            number,
            subject: &format!("{} {subject}", priority_mark(ticket.priority)),
            user: &user(sending, ticket),
        }),
        Why::Answer => {
            let name = author.filter(|_| pen.settings.admin_names);
            pen.say(Text::HeadingAnswer {
                number,
                subject,
                name: &name.unwrap_or_else(|| pen.plain(Text::SupportName)),
            })
        }
        Why::OthersAnswer => pen.say(Text::HeadingOthersAnswer {
            number,
            subject,
            name: &author.unwrap_or_else(|| pen.plain(Text::SupportName)),
        }),
    }
}

/// The heading, the kind where there is more than words (an edit can make it so), and the words.
fn whole(heading: Formatted, pen: Pen<'_>, message: &TicketMessage) -> Formatted {
    let content = &message.content;
    let heading = if content.is_text() {
        heading
    } else {
        heading.paragraph(pen.kind(content.kind))
    };
    heading.paragraph(Formatted::of(content))
}

fn keyboard(sending: &Sending<'_>, pen: Pen<'_>, ticket: &Ticket, why: Why) -> Keyboard {
    match why {
        Why::NewTicket => Keyboard::NONE
            .row([answer(pen, ticket), open(pen, ticket.id)])
            .row(assign_to_me(sending, pen, ticket)),
        Why::FollowUp => Keyboard::NONE.row([answer(pen, ticket), open(pen, ticket.id)]),
        Why::OthersAnswer => Keyboard::NONE.row([open(pen, ticket.id)]),
        Why::Answer => Keyboard::NONE.row([
            pen.key(Text::KeyReply, Button::Reply(ticket.id)),
            open_mine(pen, ticket),
        ]),
    }
}

fn assign_to_me(sending: &Sending<'_>, pen: Pen<'_>, ticket: &Ticket) -> Option<Key> {
    let me = sending.to?.id;
    ticket.assignee.is_none().then(|| {
        pen.key(
            Text::KeyAssignToMe,
            Button::Assign(ticket.id, ticket.version, Some(me)),
        )
    })
}

/// Whether a subject is the first line of these words, whole or cut.
fn first_line_is(words: &str, subject: &str) -> bool {
    let first = words.lines().map(one_line).find(|line| !line.is_empty());
    let start = subject.strip_suffix('…').unwrap_or(subject);
    first.is_some_and(|first| first == subject || start != subject && first.starts_with(start))
}

/// `Name @username`, as the staff read it.
pub(super) fn user(sending: &Sending<'_>, ticket: &Ticket) -> String {
    let name = sending.user_name(ticket);
    match sending.user.and_then(|user| user.username.as_deref()) {
        Some(username) => format!("{name} @{username}"),
        None => name,
    }
}
