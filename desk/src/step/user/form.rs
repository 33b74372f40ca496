//! The form of a new ticket: category, subject, description.

use crate::button::Button;
use crate::content::{Content, Piece};
use crate::conversation::{Form, Undecided};
use crate::formatted::one_line;
use crate::ids::{DraftId, TicketId};
use crate::input::Wrote;
use crate::notice::Why;
use crate::outcome::TicketChange;
use crate::screen::{FIRST_VERSION, Problem, Screen};
use crate::step::turn::Turn;
use crate::ticket::{Category, Happened, Priority, Status, Ticket};

/// The bounds of a subject, in characters.
const SUBJECT: std::ops::RangeInclusive<usize> = 3..=200;
/// The fewest characters of a description in words.
const DESCRIPTION: usize = 5;

/// Reads a subject: one line of words.
fn read_subject(content: &Content) -> Result<String, Problem> {
    if !content.is_text() {
        return Err(Problem::NotText);
    }
    let subject = one_line(&content.text);
    match subject.chars().count() {
        had if had < *SUBJECT.start() => Err(Problem::TooShort {
            least: *SUBJECT.start(),
        }),
        had if had > *SUBJECT.end() => Err(Problem::TooLong {
            most: *SUBJECT.end(),
            had,
        }),
        _ => Ok(subject),
    }
}

fn read_description(content: &Content) -> Result<(), Problem> {
    if content.is_text() && content.text.trim().chars().count() < DESCRIPTION {
        return Err(Problem::TooShort { least: DESCRIPTION });
    }
    Ok(())
}

impl Turn<'_> {
    /// Starts the form; words that wait for a place come first.
    pub(in crate::step) fn new_ticket(&mut self) {
        let mut waiting = self.out.conversation.waiting.iter();
        if let Some(loose) = waiting.rfind(|draft| !draft.is_staffs()) {
            return self.ask_about(loose.id);
        }
        let draft = self.out.conversation.next_draft();
        let category = match self.settings.categories.as_slice() {
            [only] => Some(only.clone()),
            _ => None,
        };
        self.out.conversation.form = Form::NewTicket {
            draft,
            category,
            subject: None,
            subject_from: None,
        };
        self.ask_next(None);
    }

    /// Asks for what the form lacks.
    pub(in crate::step) fn ask_next(&mut self, problem: Option<Problem>) {
        let Form::NewTicket {
            draft,
            category,
            subject,
            ..
        } = self.out.conversation.form.clone()
        else {
            return self.out_of_date();
        };
        self.show(match (category, subject) {
            (None, _) => Screen::AskCategory {
                draft,
                categories: self.settings.categories.clone(),
            },
            (Some(category), None) => Screen::AskSubject {
                draft,
                category,
                back: self.settings.categories.len() > 1,
                problem,
            },
            (Some(_), Some(subject)) => Screen::AskDescription {
                draft,
                subject,
                problem,
            },
        });
    }

    /// Presses of the form and of the offer.
    pub(in crate::step) fn press_in_form(&mut self, button: Button) {
        match button {
            Button::NewTicket => self.new_ticket(),
            Button::PickCategory(draft, category) => self.pick_category(draft, category),
            Button::FormBack(draft) => self.form_back(draft),
            Button::MakeTicket(draft) => self.make_ticket(draft),
            Button::JoinTicket(draft, ticket) => self.join_ticket(draft, ticket, false),
            Button::ReopenAndJoin(draft, ticket) => self.join_ticket(draft, ticket, true),
            Button::Discard(draft) => self.discard(draft),
            Button::Draft(draft) => self.come_back_to(draft),
            _ => self.out_of_date(),
        }
    }

    fn pick_category(&mut self, draft: DraftId, picked: Category) {
        if !self.settings.categories.contains(&picked) {
            return self.out_of_date();
        }
        match &mut self.out.conversation.form {
            Form::NewTicket {
                draft: current,
                category,
                ..
            } if *current == draft => {
                *category = Some(picked);
                self.ask_next(None);
            }
            _ => self.ticket_of_loose(draft, picked),
        }
    }

    fn form_back(&mut self, back_in: DraftId) {
        let many = self.settings.categories.len() > 1;
        let waits = self.out.conversation.draft(back_in).is_some();
        match &mut self.out.conversation.form {
            Form::NewTicket {
                draft,
                category,
                subject,
                subject_from,
            } if *draft == back_in => {
                // An edit of the former subject is another answer to the question now.
                *subject_from = None;
                if subject.take().is_some() {
                    return self.ask_next(None);
                }
                if many && category.take().is_some() {
                    return self.ask_next(None);
                }
                self.out.conversation.form = Form::None;
                self.show(Screen::Support);
            }
            _ if waits => self.choose_category(back_in, false),
            _ => self.show_sent(back_in),
        }
    }

    /// Words while a user's form waits.
    pub(in crate::step) fn words_in_form(&mut self, wrote: Wrote) {
        let piece = wrote.piece;
        match self.out.conversation.form.clone() {
            Form::NewTicket { category: None, .. } => {
                // Words instead of a press: they are kept, and the category is all that lacks.
                self.keep(
                    piece,
                    Undecided::Loose {
                        closed: None,
                        choosing_category: true,
                    },
                );
            }
            Form::NewTicket {
                draft,
                category: Some(category),
                subject: None,
                ..
            } => match read_subject(&piece.content) {
                Ok(subject) => {
                    self.out.conversation.form = Form::NewTicket {
                        draft,
                        category: Some(category),
                        subject: Some(subject),
                        subject_from: Some(piece.source.message),
                    };
                    self.ask_next(None);
                }
                Err(problem) => {
                    self.out.conversation.answered_album = piece.album;
                    self.ask_next(Some(problem));
                }
            },
            Form::NewTicket {
                draft,
                category: Some(category),
                subject: Some(subject),
                ..
            } => match read_description(&piece.content) {
                Ok(()) => self.open_ticket(draft, category, subject, vec![piece]),
                Err(problem) => self.ask_next(Some(problem)),
            },
            Form::Reply { ticket } => self.reply_typed(ticket, piece),
            _ => self.out_of_date(),
        }
    }

    /// An edit of the message that gave the subject: the form shows the new one, or asks again.
    pub(in crate::step) fn edit_subject(&mut self, wrote: &Wrote) {
        let Form::NewTicket {
            subject,
            subject_from,
            ..
        } = &mut self.out.conversation.form
        else {
            return;
        };
        match read_subject(&wrote.piece.content) {
            Ok(better) if subject.as_ref() == Some(&better) => {}
            Ok(better) => {
                *subject = Some(better);
                self.ask_next(None);
            }
            Err(problem) => {
                *subject = None;
                *subject_from = None;
                self.ask_next(Some(problem));
            }
        }
    }

    fn reply_typed(&mut self, ticket: TicketId, piece: Piece) {
        self.out.conversation.form = Form::None;
        match self.my_ticket(ticket) {
            Some(ticket) => self.join_own(ticket, piece),
            None => self.no_such_ticket(),
        }
    }

    /// Opens a ticket from a draft, tells the staff, and shows number, subject and status.
    pub(in crate::step) fn open_ticket(
        &mut self,
        draft: DraftId,
        category: Category,
        subject: String,
        pieces: Vec<Piece>,
    ) {
        let description = pieces
            .iter()
            .map(|piece| piece.content.text.as_str())
            .find(|text| !text.is_empty())
            .unwrap_or_default()
            .to_owned();
        let mut change = TicketChange {
            ticket: Ticket {
                id: TicketId(0),
                user: self.me,
                subject: subject.clone(),
                description,
                status: Status::Open,
                priority: Priority::Normal,
                category,
                assignee: None,
                created_at: self.now,
                updated_at: self.now,
                closed_at: None,
                first_answer_at: None,
                waiting_since: None,
                unread: false,
                former_number: None,
                version: FIRST_VERSION,
            },
            messages: Vec::new(),
            edits: Vec::new(),
            events: vec![self.event(Happened::Opened)],
        };
        let ticket = self.reference(&change.ticket);
        self.add_users(&mut change, pieces, Why::NewTicket, Why::FollowUp);
        self.out.tickets.push(change);
        self.out.conversation.form = Form::None;
        self.out.conversation.remember(draft, ticket);
        self.placed(ticket);
        self.show(Screen::TicketOpened {
            ticket,
            subject,
            status: Status::Open,
        });
    }
}
