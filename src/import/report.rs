//! What an import comes to, for the operator: counts, and each thing that is not as it was with its
//! number in the older bot. Nothing that anybody wrote.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use frontdesk_actors::store::import::{FormerTable, Took};
use frontdesk_desk::ids::{PersonId, TicketId};

/// What a remark is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum About {
    /// A ticket there.
    Ticket(FormerTable, i64),
    /// A message there.
    Message(i64),
    /// A person.
    Person(PersonId),
    /// A ticket here.
    Here(TicketId),
}

/// What is left out, or not as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Remark {
    NoUser,
    Orphan,
    Empty,
    UnknownStatus,
    UnknownPriority,
    UnknownCategory,
    LongCategory,
    NoAdmin,
    UnknownSide,
    NoSender,
    UnknownKind,
    NoFile,
    NoTime,
    Future,
    HourTwice,
    HourSkipped,
    NoSubject,
    LongSubject,
    TooLong,
    NoName,
    WorkedOn,
}

impl Remark {
    /// Whether something is left out by it.
    fn leaves_out(self) -> bool {
        matches!(self, Self::NoUser | Self::Orphan | Self::Empty)
    }

    const fn words(self) -> &'static str {
        match self {
            Self::NoUser => "it is nobody's: its user_id is empty",
            Self::Orphan => "its ticket is not there",
            Self::Empty => "neither words nor a file are in it",
            Self::UnknownStatus => {
                "unknown status: taken as open, or as closed if there is a date of closing"
            }
            Self::UnknownPriority => "unknown priority: taken as normal",
            Self::UnknownCategory => {
                "a category that desk.categories lacks: kept; add it there to filter by it"
            }
            Self::LongCategory => {
                "a category of more than 32 bytes: taken as the first of desk.categories"
            }
            Self::NoAdmin => "assigned to somebody who is not in desk.admins: taken as unassigned",
            Self::UnknownSide => {
                "unknown sender_type: taken as the user's if the ticket is theirs, else as the staff's"
            }
            Self::NoSender => "nobody knows which admin wrote it",
            Self::UnknownKind => {
                "unknown message_type: taken as a document if there is a file, else as text"
            }
            Self::NoFile => "media without a file_id: it cannot be shown",
            Self::NoTime => "no time that can be read: taken as that of what stands before it",
            Self::Future => "a time in the future: taken as now (see whether --timezone is right)",
            Self::HourTwice => "in an hour that the clocks showed twice: taken as the first time",
            Self::HourSkipped => {
                "in an hour that the clocks skipped: taken as if they had not been put forward yet"
            }
            Self::NoSubject => "no subject: the description stands for it",
            Self::LongSubject => {
                "a subject of more than 200 characters: cut, and kept whole in the first message"
            }
            Self::TooLong => "longer than a message of Telegram: kept whole, in several messages",
            Self::NoName => {
                "new here and not in the table user: called by their id until they write"
            }
            Self::WorkedOn => {
                "worked on here since: the new messages were added, the rest stays as it is here"
            }
        }
    }
}

/// What an import comes to.
#[derive(Clone, Debug, Default)]
pub(super) struct Report {
    pub(super) tickets: usize,
    pub(super) messages: usize,
    /// Who is new here.
    people: BTreeSet<PersonId>,
    /// Tickets that were here already, and of those the ones that something was added to.
    pub(super) known: usize,
    pub(super) added_to: usize,
    /// How many of the messages that were read have a file.
    pub(super) attachments: usize,
    remarks: BTreeMap<Remark, BTreeSet<About>>,
}

impl Report {
    pub(super) fn note(&mut self, remark: Remark, about: About) {
        self.remarks.entry(remark).or_default().insert(about);
    }

    /// Adds what came of one ticket, with the remarks about it if anything of it is new.
    pub(super) fn add(&mut self, took: Took, mut of_ticket: Report) {
        let new = match took {
            Took::Nothing => {
                self.known += 1;
                return;
            }
            Took::New { messages, people } => {
                self.tickets += 1;
                self.messages += messages;
                people
            }
            Took::More {
                ticket,
                messages,
                people,
                worked_on,
            } => {
                self.known += 1;
                self.added_to += 1;
                self.messages += messages;
                if worked_on {
                    self.note(Remark::WorkedOn, About::Here(ticket));
                }
                people
            }
        };
        // Who is known here has a name.
        if let Some(nameless) = of_ticket.remarks.get_mut(&Remark::NoName) {
            nameless.retain(|about| new.iter().any(|id| *about == About::Person(*id)));
        }
        of_ticket.remarks.retain(|_, about| !about.is_empty());
        self.people.extend(new);
        self.attachments += of_ticket.attachments;
        self.merge(of_ticket);
    }

    /// Adds remarks alone.
    pub(super) fn merge(&mut self, other: Report) {
        for (remark, about) in other.remarks {
            self.remarks.entry(remark).or_default().extend(about);
        }
    }

    /// Prints it; `dry` says that nothing was written.
    pub(super) fn print(&self, dry: bool, out: &mut impl Write) -> io::Result<()> {
        let verb = if dry {
            "would be taken over"
        } else {
            "taken over"
        };
        writeln!(
            out,
            "{verb}: {}, {}, {}",
            count(self.tickets, "ticket", "tickets"),
            count(self.messages, "message", "messages"),
            count(self.people.len(), "new person", "new people"),
        )?;
        if self.known > 0 {
            writeln!(
                out,
                "here already: {}; something new in {}",
                count(self.known, "ticket", "tickets"),
                self.added_to
            )?;
        }
        if self.attachments > 0 {
            writeln!(
                out,
                "with a file: {}; Telegram opens those for the older bot's own token only",
                count(self.attachments, "message", "messages"),
            )?;
        }
        for (title, left_out) in [("left out", true), ("not as it was", false)] {
            let of_it = |(remark, _): &(&Remark, &BTreeSet<About>)| remark.leaves_out() == left_out;
            let mut lines = self.remarks.iter().filter(of_it).peekable();
            if lines.peek().is_some() {
                writeln!(out, "{title}:")?;
            }
            for (remark, about) in lines {
                writeln!(
                    out,
                    "  {} ({}): {}",
                    remark.words(),
                    about.len(),
                    named(about)
                )?;
            }
        }
        Ok(())
    }
}

/// `1 ticket`, `2 tickets`
pub(super) fn count(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// `tickets 3, 17; messages 5`
fn named(about: &BTreeSet<About>) -> String {
    let mut groups: Vec<(&str, Vec<String>)> = Vec::new();
    for one in about {
        let (kind, id) = match one {
            About::Ticket(FormerTable::SupportTicket, id) => ("tickets there", id.to_string()),
            About::Ticket(FormerTable::Support, id) => ("rows of support", id.to_string()),
            About::Message(id) => ("messages there", id.to_string()),
            About::Person(id) => ("people", id.to_string()),
            About::Here(id) => ("tickets here", format!("#{id}")),
        };
        match groups.last_mut() {
            Some((last, ids)) if *last == kind => ids.push(id),
            _ => groups.push((kind, vec![id])),
        }
    }
    let groups: Vec<_> = groups
        .iter()
        .map(|(kind, ids)| format!("{kind} {}", ids.join(", ")))
        .collect();
    groups.join("; ")
}
