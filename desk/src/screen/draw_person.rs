//! Drawing one person for the staff, with the question whether to ban them; and who is banned.

use super::draw::{View, pager};
use super::draw_card::user_lines;
use super::{BanNews, Named, People, PersonCard};
use crate::button::Button;
use crate::formatted::{Formatted, one_line};
use crate::keyboard::{Key, Keyboard};
use crate::text::{Pen, Text, full_name, name_of};
use crate::ticket::{Ban, UserRecord};

pub(super) fn person(pen: Pen<'_>, card: &PersonCard) -> View {
    let user = &card.user;
    let text = news_of(pen, card.news).paragraph(user_lines(pen, user, card.banned_by.as_ref()));
    let admin = pen.settings.is_admin(user.id);
    let asks = user.standing.ban.is_none()
        && !admin
        && matches!(card.news, None | Some(BanNews::ChangedMeanwhile));
    let text = if asks {
        text.paragraph(pen.say(Text::AskBan))
    } else {
        text
    };
    let (version, ticket) = (user.standing.version, card.ticket);
    let change = match (&user.standing.ban, card.news) {
        (Some(_), Some(BanNews::Banned)) => {
            Some(pen.key(Text::KeyUndoBan, Button::Unban(user.id, version, ticket)))
        }
        (Some(_), _) => Some(pen.key(Text::KeyUnban, Button::Unban(user.id, version, ticket))),
        (None, _) if admin => None,
        (None, _) => Some(pen.key(Text::KeyBan, Button::Ban(user.id, version, ticket))),
    };
    let back = match ticket {
        Some(number) => pen.key(Text::KeyToTicket { number }, Button::Ticket(number)),
        None => pen.key(Text::KeyToDashboard, Button::Dashboard),
    };
    let keyboard = Keyboard::NONE
        .row(change)
        .row([pen.key(
            Text::KeyUserTickets { n: card.tickets },
            Button::UserTickets(user.id, 0),
        )])
        .row([back, pen.key(Text::KeyBannedPeople, Button::Banned(0))]);
    View { text, keyboard }
}

fn news_of(pen: Pen<'_>, news: Option<BanNews>) -> Formatted {
    let text = match news {
        None => return Formatted::default(),
        Some(BanNews::Banned) => Text::NewsBanned,
        Some(BanNews::Unbanned) => Text::NewsUnbanned,
        Some(BanNews::Already) => Text::NewsAlready,
        Some(BanNews::ChangedMeanwhile) => Text::NewsStandingChanged,
        Some(BanNews::IsAdmin) => Text::NewsAdminsAreNotBanned,
    };
    pen.say(text)
}

/// The ban in force, in words.
pub(super) fn ban_lines(pen: Pen<'_>, ban: &Ban, by: Option<&Named>) -> Formatted {
    let name = by.map_or_else(|| pen.plain(Text::TheDesk), name_of);
    let date = &pen.date(ban.at);
    let line = match &ban.reason {
        None => pen.say(Text::BannedLine { name: &name, date }),
        Some(reason) => pen.say(Text::BannedForLine {
            name: &name,
            date,
            reason,
        }),
    };
    line.line(pen.say(Text::BannedHint))
}

/// Who is banned: one button for each.
pub(super) fn banned(pen: Pen<'_>, people: &People) -> View {
    let title = pen.say(Text::BannedPeople { n: people.total });
    let text = if people.rows.is_empty() {
        title.paragraph(pen.say(Text::NobodyIsBanned))
    } else {
        title
    };
    let label = |user: &UserRecord| {
        let reason = user
            .standing
            .ban
            .as_ref()
            .and_then(|ban| ban.reason.as_ref());
        match reason {
            Some(reason) => format!("🚫 {} · {}", full_name(user), one_line(reason)),
            None => format!("🚫 {}", full_name(user)),
        }
    };
    let rows = people
        .rows
        .iter()
        .map(|user| Key::new(label(user), Button::Person(user.id, None)));
    View {
        text: text.paragraph(pen.say(Text::HowToBan)),
        keyboard: Keyboard::NONE
            .grid(rows, 1)
            .row(pager(people.page, people.pages, Button::Banned))
            .row([pen.key(Text::KeyAdmin, Button::Admin)]),
    }
}
