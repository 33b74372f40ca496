//! A sample of every notice.

use frontdesk_desk::Settings;
use frontdesk_desk::button::Button;
use frontdesk_desk::content::ContentKind;
use frontdesk_desk::ids::{ChatMessageId, PersonId, TicketId};
use frontdesk_desk::keyboard::Keyboard;
use frontdesk_desk::notice::{Away, Body, Call, Copy, Part, Sending, Why};
use frontdesk_desk::ticket::{Lang, SenderType, Status, Ticket, TicketMessage, UserRecord};

use crate::samples::{ADMIN, OTHER_ADMIN, Taste, USER, at, group};

/// What a notice is drawn from, owned.
#[derive(Clone)]
pub(crate) struct Sample {
    pub(crate) body: Body,
    pub(crate) to: PersonId,
    pub(crate) ticket: Ticket,
    pub(crate) user: UserRecord,
    pub(crate) admin: UserRecord,
    pub(crate) message: TicketMessage,
    pub(crate) items: Vec<TicketMessage>,
    pub(crate) copies: Vec<Copy>,
    pub(crate) lang: Lang,
    pub(crate) settings: Settings,
}

impl Sample {
    pub(crate) fn new(body: Body, to: PersonId, message: TicketMessage) -> Self {
        Self::of(Taste::Plain, body, to, message)
    }

    pub(crate) fn of(taste: Taste, body: Body, to: PersonId, message: TicketMessage) -> Self {
        Self {
            body,
            to,
            ticket: taste.ticket(),
            user: taste.user(),
            admin: taste.admin(),
            items: vec![message.clone(), message.clone()],
            copies: Vec::new(),
            message,
            lang: Lang::Ru,
            settings: taste.settings(),
        }
    }

    pub(crate) fn draw(&self) -> Option<Call> {
        let chosen = |record: &UserRecord| UserRecord {
            language: Some(self.lang),
            ..record.clone()
        };
        let (user, admin) = (chosen(&self.user), chosen(&self.admin));
        let is_group = matches!(self.body, Body::GroupGreeting | Body::LeaveGroup);
        let to = if self.to == USER { &user } else { &admin };
        let author = match self.message.sender_type {
            SenderType::User => &user,
            SenderType::Admin => &admin,
        };
        let sending = Sending {
            chat: if is_group { group() } else { self.to.chat() },
            body: &self.body,
            to: (!is_group).then_some(to),
            ticket: Some(&self.ticket),
            user: Some(&user),
            message: Some(&self.message),
            author: Some(author),
            items: &self.items,
            copies: &self.copies,
            now: at(100),
        };
        sending.draw(&self.settings)
    }

    /// The words of the call, whatever it is.
    pub(crate) fn words(&self) -> String {
        match self.draw() {
            Some(
                Call::SendMessage { text, .. }
                | Call::EditText { text, .. }
                | Call::EditCaption { caption: text, .. }
                | Call::EditMedia { caption: text, .. },
            ) => text.text,
            other => panic!("no words: {other:?}"),
        }
    }

    pub(crate) fn buttons(&self) -> Vec<Button> {
        match self.draw() {
            Some(
                Call::SendMessage { keyboard, .. }
                | Call::CopyMessage { keyboard, .. }
                | Call::EditText { keyboard, .. }
                | Call::EditCaption { keyboard, .. }
                | Call::EditMedia { keyboard, .. },
            ) => buttons(&keyboard),
            other => panic!("no keyboard: {other:?}"),
        }
    }
}

pub(crate) fn buttons(keyboard: &Keyboard) -> Vec<Button> {
    let keys = keyboard.rows.iter().flatten();
    keys.map(|key| key.button.clone()).collect()
}

pub(crate) const PARTS: [Part; 5] = [
    Part::Whole,
    Part::Heading,
    Part::Content,
    Part::Album,
    Part::Buttons,
];
pub(crate) const REASONS: [Why; 4] = [
    Why::NewTicket,
    Why::FollowUp,
    Why::Answer,
    Why::OthersAnswer,
];

/// The place of each kind of notice: without a wildcard, so that a new one is not forgotten.
pub(crate) fn place(body: &Body) -> usize {
    match body {
        Body::Relay { .. } => 0,
        Body::LateItem => 1,
        Body::EditCopies => 2,
        Body::DeleteCopies => 3,
        Body::ShowMessage => 4,
        Body::StatusChanged { .. } => 5,
        Body::Closed => 6,
        Body::Reopened => 7,
        Body::ClosedByUser => 8,
        Body::ReopenedByUser => 9,
        Body::AssignedToYou { .. } => 10,
        Body::Delivered { .. } => 11,
        Body::Blocked { .. } => 12,
        Body::NotDelivered { .. } => 13,
        Body::React { .. } => 14,
        Body::GroupGreeting => 15,
        Body::LeaveGroup => 16,
        Body::Trouble => 17,
        Body::GivenUp { .. } => 18,
        Body::WhileAway(_) => 19,
        Body::MoreMessages { .. } => 20,
        Body::AllKept { .. } => 21,
        Body::Banned => 22,
        Body::Unbanned => 23,
    }
}

pub(crate) const KINDS: usize = 24;

pub(crate) fn relay(part: Part, why: Why) -> Body {
    Body::Relay { part, why }
}

/// Every notice with every kind of message.
pub(crate) fn samples(taste: Taste) -> Vec<Sample> {
    let answer = ChatMessageId(9);
    let mut samples = Vec::new();
    for kind in ContentKind::ALL {
        let content = match kind {
            ContentKind::Text => taste.text(),
            other => taste.media(*other),
        };
        for why in REASONS {
            let (to, message) = match why {
                Why::NewTicket | Why::FollowUp => (ADMIN, taste.message(content.clone())),
                Why::Answer => (USER, taste.answer(content.clone())),
                Why::OthersAnswer => (ADMIN, taste.answer(content.clone())),
            };
            for part in PARTS {
                samples.push(Sample::of(taste, relay(part, why), to, message.clone()));
                samples.push(Sample {
                    copies: vec![Copy {
                        message: ChatMessageId(3),
                        part,
                        why,
                    }],
                    ..Sample::of(taste, Body::EditCopies, to, message.clone())
                });
            }
            for body in [Body::LateItem, Body::ShowMessage, Body::DeleteCopies] {
                samples.push(Sample::of(taste, body, to, message.clone()));
            }
        }
    }
    let rest = [
        (Body::StatusChanged { to: Status::Open }, USER),
        (Body::Closed, USER),
        (Body::Reopened, USER),
        (Body::ClosedByUser, ADMIN),
        (Body::ReopenedByUser, ADMIN),
        (Body::AssignedToYou { by: ADMIN }, ADMIN),
        (Body::AssignedToYou { by: OTHER_ADMIN }, ADMIN),
        (Body::Delivered { answer }, ADMIN),
        (Body::Blocked { answer }, ADMIN),
        (
            Body::NotDelivered {
                answer,
                reason: "Bad Request: message is too long".repeat(20),
            },
            ADMIN,
        ),
        (Body::GivenUp { answer }, ADMIN),
        (
            Body::WhileAway(Away {
                tickets: 1,
                messages: 22,
                assigned: 3,
                others: u32::MAX,
                undelivered: (1..=8).map(TicketId).collect(),
            }),
            ADMIN,
        ),
        (
            Body::React {
                message: answer,
                emoji: "👌".into(),
            },
            USER,
        ),
        (Body::GroupGreeting, ADMIN),
        (Body::Trouble, USER),
        (Body::Banned, USER),
        (Body::Unbanned, USER),
        (Body::MoreMessages { messages: u32::MAX }, ADMIN),
        (Body::AllKept { messages: 0 }, USER),
        (Body::AllKept { messages: u32::MAX }, USER),
        (Body::LeaveGroup, ADMIN),
    ];
    let message = taste.answer(taste.text());
    samples.extend(rest.map(|(body, to)| Sample::of(taste, body, to, message.clone())));
    samples
}
