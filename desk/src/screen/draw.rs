//! Drawing: from a screen to words and buttons, in one language. Here are everybody's menus.

use super::{
    Saying, Screen, Show, draw_answer, draw_card, draw_choices, draw_conversation, draw_form,
    draw_history, draw_lists, draw_mine, draw_person, draw_staff,
};
use crate::button::Button;
use crate::formatted::{Formatted, MAX_TEXT};
use crate::ids::{TicketId, TicketRef};
use crate::keyboard::{Key, Keyboard};
use crate::settings::Settings;
use crate::text::{Pen, Text};
use crate::ticket::{Category, Lang, SenderType};

/// A screen as Telegram shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// The words: 1 to 4,096 UTF-16 units.
    pub text: Formatted,
    /// The buttons: 1 to 100.
    pub keyboard: Keyboard,
}

/// How many categories, or admins, a keyboard offers: there is room left for the way back.
pub(super) const MOST_CHOICES: usize = 90;

impl Show {
    /// What is shown, in this language: the screen, and the way to what waits beside it.
    pub fn draw(&self, lang: Lang, settings: &Settings) -> View {
        let view = self.screen.draw(lang, settings);
        let pen = Pen { lang, settings };
        let waiting = self.waiting.map(|waiting| {
            let n = waiting.n;
            pen.key(Text::KeyWaiting { n }, Button::Draft(waiting.next))
        });
        View {
            keyboard: view.keyboard.row(waiting),
            ..view
        }
    }
}

impl Screen {
    /// The screen in this language.
    pub fn draw(&self, lang: Lang, settings: &Settings) -> View {
        let pen = Pen { lang, settings };
        let view = match self {
            Self::Home { greeting, admin } => home(pen, *greeting, *admin),
            Self::Support => support(pen),
            Self::Help { admin } => help(pen, *admin),
            Self::Languages => languages(pen),
            Self::Say(saying) => say(pen, *saying),

            Self::AskCategory { draft, categories } => {
                draw_form::ask_category(pen, *draft, categories)
            }
            Self::AskSubject {
                draft,
                category,
                back,
                problem,
            } => draw_form::ask_subject(pen, *draft, category, *back, *problem),
            Self::AskDescription {
                draft,
                subject,
                problem,
            } => draw_form::ask_description(pen, *draft, subject, *problem),
            Self::TicketOpened {
                ticket,
                subject,
                status,
            } => draw_form::ticket_opened(pen, *ticket, subject, *status),
            Self::Offer {
                draft,
                subject,
                pieces,
                choice,
            } => {
                let view = draw_form::offer(pen, *draft, choice);
                draw_form::below_the_words(pen, subject.as_deref(), *pieces, view)
            }
            Self::Joined {
                ticket,
                subject,
                reopened,
            } => draw_form::joined(pen, *ticket, subject, *reopened),

            Self::MyTickets(list) => draw_lists::mine(pen, list),
            Self::MyTicket {
                ticket,
                messages,
                news,
            } => draw_mine::ticket(pen, ticket, *messages, news.as_ref()),
            Self::MyConversation(page) => draw_conversation::draw(pen, page, SenderType::User),
            Self::AskReply { ticket, subject } => draw_mine::ask_reply(pen, *ticket, subject),

            Self::Admin => draw_staff::admin(pen),
            Self::Dashboard(counts) => draw_staff::dashboard(pen, counts),
            Self::Tickets { of, list } => draw_lists::staffs(pen, of, list),
            Self::Filters { categories } => draw_staff::filters(pen, categories),
            Self::AskFind => draw_staff::ask_find(pen),
            Self::Statistics(statistics) => draw_staff::statistics(pen, statistics),
            Self::Ticket(card) => draw_card::draw(pen, card),
            Self::Person(card) => draw_person::person(pen, card),
            Self::Banned(people) => draw_person::banned(pen, people),
            Self::Conversation(page) => draw_conversation::draw(pen, page, SenderType::Admin),
            Self::History {
                ticket,
                events,
                people,
                page,
                pages,
            } => draw_history::draw(pen, *ticket, events, people, *page, *pages),
            Self::Statuses { ticket } => draw_choices::statuses(pen, ticket),
            Self::Priorities { ticket } => draw_choices::priorities(pen, ticket),
            Self::Categories { ticket, categories } => {
                draw_choices::categories(pen, ticket, categories)
            }
            Self::Assignees { ticket, admins } => draw_choices::assignees(pen, ticket, admins),
            Self::AskAnswer {
                ticket,
                subject,
                user,
            } => draw_answer::ask_answer(pen, *ticket, subject, user),
            Self::AskNote { ticket, subject } => draw_answer::ask_note(pen, *ticket, subject),
            Self::HeldAnswer {
                draft,
                ticket,
                why,
                by,
                asked_at,
                pieces,
                words,
            } => {
                let view = draw_answer::held(pen, *draft, *ticket, why, by.as_ref(), *asked_at);
                draw_form::below_the_words(pen, words.as_deref(), *pieces, view)
            }
            Self::Unplaced {
                draft,
                pieces,
                viewed,
                words,
            } => {
                let view = draw_answer::unplaced(pen, *draft, viewed.as_ref());
                draw_form::below_the_words(pen, words.as_deref(), *pieces, view)
            }
        };
        View {
            // Everything is kept short where it is drawn; this is the promise.
            text: view.text.cut(MAX_TEXT),
            ..view
        }
    }
}

fn home(pen: Pen<'_>, greeting: bool, admin: bool) -> View {
    let text = if greeting { Text::Greeting } else { Text::Home };
    let keyboard = Keyboard::NONE
        .row([pen.key(Text::KeySupport, Button::Support)])
        .row([
            pen.key(Text::KeyLanguage, Button::Languages),
            pen.key(Text::KeyHelp, Button::Help),
        ])
        .row(admin.then(|| pen.key(Text::KeyAdmin, Button::Admin)));
    View {
        text: pen.say(text),
        keyboard,
    }
}

fn support(pen: Pen<'_>) -> View {
    View {
        text: pen.say(Text::Support),
        keyboard: Keyboard::NONE
            .row([pen.key(Text::KeyNewTicket, Button::NewTicket)])
            .row([pen.key(Text::KeyMyTickets, Button::MyTickets(0))])
            .row([pen.key(Text::KeyBack, Button::Home)]),
    }
}

fn help(pen: Pen<'_>, admin: bool) -> View {
    let text = pen.say(Text::Help);
    let text = if admin {
        text.paragraph(pen.say(Text::HelpAdmin))
    } else {
        text
    };
    View {
        text,
        keyboard: Keyboard::NONE
            .row([pen.key(Text::KeySupport, Button::Support)])
            .row([pen.key(Text::KeyHome, Button::Home)]),
    }
}

fn languages(pen: Pen<'_>) -> View {
    let keys = Lang::ALL.iter().map(|lang| {
        let name = Text::LanguageName.plain(*lang);
        chosen(name, *lang == pen.lang, Button::SetLanguage(*lang))
    });
    View {
        text: pen.say(Text::Languages),
        keyboard: Keyboard::NONE
            .grid(keys, 2)
            .row([pen.key(Text::KeyHome, Button::Home)]),
    }
}

fn say(pen: Pen<'_>, saying: Saying) -> View {
    let home = Keyboard::NONE.row([pen.key(Text::KeyHome, Button::Home)]);
    let (text, keyboard) = match saying {
        Saying::Cancelled => (Text::Cancelled, home),
        Saying::NothingToCancel => (Text::NothingToCancel, home),
        Saying::NoSuchTicket => (Text::NoSuchTicket, home),
        Saying::OutOfDate => (Text::OutOfDate, home),
        Saying::UnknownCommand => (
            Text::UnknownCommand,
            Keyboard::NONE.row([
                pen.key(Text::KeyHelp, Button::Help),
                pen.key(Text::KeyHome, Button::Home),
            ]),
        ),
        Saying::LanguageSet => (Text::LanguageSet, home),
        Saying::Discarded => (Text::Discarded, home),
        Saying::TooManyWaiting => (Text::TooManyWaiting, home),
        Saying::NoSuchPerson => (
            Text::NoSuchPerson,
            Keyboard::NONE.row([pen.key(Text::KeyToDashboard, Button::Dashboard)]),
        ),
        Saying::NothingFound => (
            Text::NothingFound,
            Keyboard::NONE
                .row([pen.key(Text::KeyFindAgain, Button::Find)])
                .row([pen.key(Text::KeyToDashboard, Button::Dashboard)]),
        ),
    };
    View {
        text: pen.say(text),
        keyboard,
    }
}

/// A button for one of several; the one that holds now is ticked.
pub(super) fn chosen(label: String, now: bool, button: Button) -> Key {
    Key::new(if now { format!("✓ {label}") } else { label }, button)
}

/// The buttons of the categories.
pub(super) fn categories(
    pen: Pen<'_>,
    categories: &[Category],
    button: impl Fn(Category) -> Button,
) -> Vec<Key> {
    categories
        .iter()
        .take(MOST_CHOICES)
        .map(|category| Key::new(pen.category(category), button(category.clone())))
        .collect()
}

/// The row that turns pages, where there are several: `◀ 2/5 ▶`.
pub(super) fn pager(page: u32, pages: u32, button: impl Fn(u32) -> Button) -> Vec<Key> {
    if pages <= 1 {
        return Vec::new();
    }
    let before = page
        .checked_sub(1)
        .map(|before| Key::new("◀", button(before)));
    let here = Key::new(format!("{}/{pages}", u64::from(page) + 1), button(page));
    let after = (page < pages - 1).then(|| Key::new("▶", button(page + 1)));
    before.into_iter().chain([here]).chain(after).collect()
}

/// The number of a ticket that was stored: screens are drawn after the commit has put it in.
pub(super) fn number(ticket: TicketRef) -> TicketId {
    ticket.id().unwrap_or(TicketId(0))
}
