//! Drawing a page of a conversation: who wrote what, and a button for each original that is worth it.

use super::draw::{View, pager};
use super::{Named, Page, draw_delivery};
use crate::button::Button;
use crate::delivery::{Mark, Refusal, Stage};
use crate::formatted::{Formatted, MAX_TEXT, cut};
use crate::ids::MessageId;
use crate::keyboard::{Key, Keyboard};
use crate::text::{Pen, Text, kind_mark, name_of};
use crate::ticket::{SenderType, TicketMessage};

/// The most of one message that a page shows, in UTF-16 units; where the messages of a page are
/// many, each gets its equal share.
const MOST_WORDS: usize = 600;

/// The most of a subject in a page's title, in UTF-16 units.
const MOST_SUBJECT: usize = 120;

/// How many originals have buttons: there is room left for the way back.
const MOST_ORIGINALS: usize = 90;

/// How many attachments have their buttons in one row.
const ORIGINALS_IN_A_ROW: usize = 4;

pub(super) fn draw(pen: Pen<'_>, page: &Page, reader: SenderType) -> View {
    let entries = entries(pen, page, reader);
    let title = pen.say(Text::TicketTitle {
        number: page.ticket,
        subject: &cut(&page.subject, MOST_SUBJECT),
    });
    let mut text = if page.pages > 1 {
        title.line(pen.say(Text::PageLine {
            page: u64::from(page.page) + 1,
            pages: page.pages,
        }))
    } else {
        title
    };
    if entries.is_empty() {
        text = text.paragraph(pen.say(Text::NoMessages));
    }

    let heads: usize = entries.iter().map(Entry::room).sum();
    let room = MAX_TEXT.saturating_sub(text.len() + heads);
    let share = MOST_WORDS.min(room / entries.len().max(1));
    let mut originals = Vec::new();
    let mut redeliveries = Vec::new();
    let mut numbered = 0;
    for entry in entries {
        let first = numbered + 1;
        let is_cut = entry.words.len() > share;
        let mut head = entry.head;
        if entry.attached || is_cut {
            numbered += entry.messages.len();
            originals.extend(entry.messages.iter().zip(first..).map(|(message, n)| {
                let mark = kind_mark(message.content.kind);
                let button = Button::ShowMessage(page.ticket, message.id);
                Key::new(format!("{mark} {n}"), button)
            }));
            let mark = entry.messages.first().map(|message| message.content.kind);
            let mark = mark.map_or("", kind_mark);
            head.push(if numbered > first {
                format!(" · {mark} {first}–{numbered}")
            } else {
                format!(" · {mark} {first}")
            });
        }
        let keys = redelivery_keys(pen, page, &entry.mark, first);
        if !(keys.is_empty() || entry.attached || is_cut) {
            numbered = first;
            head.push(format!(" · {first}"));
        }
        redeliveries.push(keys);
        text = text
            .paragraph(head)
            .line(entry.kind)
            .line(entry.words.cut(share).quoted());
    }
    // The rest of an endless album is seen by its neighbours in Telegram.
    originals.truncate(MOST_ORIGINALS);

    let (turn, back, write): (fn(_, _) -> Button, _, _) = match reader {
        SenderType::User => (
            Button::MyConversation,
            Button::MyTicket(page.ticket),
            pen.key(Text::KeyReply, Button::Reply(page.ticket)),
        ),
        SenderType::Admin => (
            Button::Conversation,
            Button::Ticket(page.ticket),
            pen.key(Text::KeyAnswer, Button::Answer(page.ticket)),
        ),
    };
    let keyboard = redeliveries
        .into_iter()
        .fold(Keyboard::NONE, Keyboard::row)
        .grid(originals, ORIGINALS_IN_A_ROW)
        .row(pager(page.page, page.pages, |to| turn(page.ticket, to)))
        .row([
            pen.key(
                Text::KeyToTicket {
                    number: page.ticket,
                },
                back,
            ),
            write,
        ]);
    View { text, keyboard }
}

/// One message of a page, or an album, before the words are cut to the room there is.
struct Entry<'a> {
    /// The message, or the items of the album.
    messages: Vec<&'a TicketMessage>,
    /// Who and when.
    head: Formatted,
    /// `📷 Photo`, or nothing for words.
    kind: Formatted,
    /// The words, whole; none of what was taken back, to its user.
    words: Formatted,
    /// Whether there is more than words to show.
    attached: bool,
    /// How far an answer has come.
    mark: Option<&'a (MessageId, Mark)>,
}

impl Entry<'_> {
    /// What it takes beside the words: with the gaps, and the mark of its buttons.
    fn room(&self) -> usize {
        const GAPS: usize = 4;
        const MARK: usize = 12;
        self.head.len() + self.kind.len() + GAPS + MARK
    }
}

/// What the reader sees of each message: users see no notes, and nothing of what was taken back.
fn entries<'a>(pen: Pen<'_>, page: &'a Page, reader: SenderType) -> Vec<Entry<'a>> {
    let staff = reader == SenderType::Admin;
    let mut together: Vec<Vec<&TicketMessage>> = Vec::new();
    for message in page
        .messages
        .iter()
        .filter(|message| staff || !message.note)
    {
        let album = together
            .iter_mut()
            .find(|items| message.album.is_some() && items[0].album == message.album);
        match album {
            Some(items) => items.push(message),
            None => together.push(vec![message]),
        }
    }
    together
        .into_iter()
        .filter_map(|messages| {
            let first = *messages.first()?;
            let readable = staff || first.recalled_at.is_none();
            let attached = readable && messages.iter().any(|item| !item.content.is_text());
            let kind = match messages.len() {
                _ if !attached => Formatted::default(),
                1 => Formatted::from(pen.kind(first.content.kind)),
                n => pen.say(Text::AlbumOf { n }),
            };
            let words = if readable {
                let items = messages.iter().map(|item| Formatted::of(&item.content));
                items.fold(Formatted::default(), Formatted::line)
            } else {
                Formatted::default()
            };
            let mark = mark_of(page, first);
            let head = head(pen, page, first, reader);
            Some(Entry {
                messages,
                head: match mark {
                    Some((_, mark)) => head.then(" · ").then(draw_delivery::mark(pen, mark)),
                    None => head,
                },
                kind,
                words,
                attached,
                mark,
            })
        })
        .collect()
}

/// How far an answer of the page has come, as the staff see it: of an album the first item, which
/// tells it for all; and of what was taken back only that it was never sent.
fn mark_of<'a>(page: &'a Page, message: &TicketMessage) -> Option<&'a (MessageId, Mark)> {
    let deliveries = page.deliveries.as_ref()?;
    let mut marks = deliveries.marks.iter();
    let found = marks.find(|(answer, _)| *answer == message.id)?;
    let dropped = found.1.stage == Stage::Failed(Refusal::Dropped);
    (message.recalled_at.is_none() || dropped).then_some(found)
}

/// What can be done about an answer that has not come through.
fn redelivery_keys(
    pen: Pen<'_>,
    page: &Page,
    mark: &Option<&(MessageId, Mark)>,
    place: usize,
) -> Vec<Key> {
    match (&page.deliveries, mark) {
        (Some(deliveries), Some(answer)) => {
            draw_delivery::keys(pen, page.ticket, deliveries.version, answer, Some(place))
        }
        _ => Vec::new(),
    }
}

/// `👤 Name · 24.11.2026 14:05 · edited`
fn head(pen: Pen<'_>, page: &Page, message: &TicketMessage, reader: SenderType) -> Formatted {
    let author = || name_of(&Named::of(message.sender, &page.people));
    let date = &pen.date(message.created_at);
    let text = match (reader, message.sender_type) {
        (SenderType::User, SenderType::User) => pen.say(Text::HeadYou { date }),
        (SenderType::User, SenderType::Admin) if pen.settings.admin_names => {
            pen.say(Text::HeadStaff {
                name: &author(),
                date,
            })
        }
        (SenderType::User, SenderType::Admin) => pen.say(Text::HeadStaff {
            name: &pen.plain(Text::SupportName),
            date,
        }),
        (SenderType::Admin, SenderType::User) => pen.say(Text::HeadUser {
            name: &name_of(&page.user),
            date,
        }),
        (SenderType::Admin, SenderType::Admin) if message.note => pen.say(Text::HeadNote {
            name: &author(),
            date,
        }),
        (SenderType::Admin, SenderType::Admin) => pen.say(Text::HeadStaff {
            name: &author(),
            date,
        }),
    };
    let text = if message.edited_at.is_some() {
        text.then(" · ").then(pen.say(Text::MarkEdited))
    } else {
        text
    };
    // What was dropped before it was sent says so itself.
    if message.recalled_at.is_some() && mark_of(page, message).is_none() {
        text.then(" · ").then(pen.say(Text::MarkRecalled))
    } else {
        text
    }
}
