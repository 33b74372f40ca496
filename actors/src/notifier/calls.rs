//! Makes the calls, each in a task of its own, and hands back what came of it.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use frontdesk_desk::Settings;
use frontdesk_desk::ids::{ChatId, ChatMessageId};
use frontdesk_desk::keyboard::Keyboard;
use frontdesk_desk::notice::{Call, Sending};
use frontdesk_desk::screen::View;
use frontdesk_desk::ticket::Time;
use futures::FutureExt;
use futures::channel::mpsc::UnboundedSender;

use super::AnswerQuery;
use super::outcome::{next_step, of_notice};
use super::schedule::Pending;
use crate::live::LiveSettings;
use crate::telegram::{Client, Failure, Sent};
use crate::tickets::{DeliveryResult, DueNotice};

/// A call to be made.
pub(super) enum Work {
    /// To show a screen, by editing this message if it is one.
    Screen(Box<Pending>, Option<ChatMessageId>),
    /// To send a notice.
    Notice(Box<DueNotice>),
    /// To take the buttons off a former screen.
    Strip(ChatMessageId),
}

/// What came of a call that the limits count.
pub(super) struct Called {
    /// In which reign it was begun.
    pub(super) reign: u32,
    pub(super) chat: ChatId,
    pub(super) came: Came,
    /// How many requests it took: mending takes more than one.
    pub(super) requests: u32,
}

/// What came of it, by what it was for.
pub(super) enum Came {
    /// The message that holds the screen now.
    Screen(Box<Pending>, Result<ChatMessageId, Failure>),
    /// What becomes of the notice, and how the call failed, if it did.
    Notice(Box<DueNotice>, DeliveryResult, Result<(), Failure>),
    /// The buttons are off, or stay.
    Strip(Result<(), Failure>),
}

/// What a task hands back.
pub(super) enum Event {
    /// A call has ended.
    Called(Box<Called>),
    /// A callback query was answered, or could not be.
    Answered,
}

/// What every call needs.
pub(super) struct Caller {
    pub(super) client: Client,
    pub(super) settings: LiveSettings,
    pub(super) events: UnboundedSender<Event>,
    /// How many times this desk had become the one that sends when it was made.
    pub(super) reign: u32,
}

impl Caller {
    /// Makes a call; it ends with an [`Event::Called`], whatever happens.
    pub(super) fn make(self: &Arc<Self>, chat: ChatId, work: Work, now: Time) {
        let caller = self.clone();
        tokio::spawn(async move {
            let called = match work {
                Work::Screen(screen, edit) => caller.show(chat, screen, edit).await,
                Work::Notice(notice) => caller.send(chat, notice, now).await,
                Work::Strip(message) => caller.strip(chat, message).await,
            };
            caller.hand_back(Event::Called(Box::new(called)));
        });
    }

    /// Answers a callback query; ends with an [`Event::Answered`].
    pub(super) fn answer(self: &Arc<Self>, answer: AnswerQuery) {
        let caller = self.clone();
        tokio::spawn(async move {
            let text = answer.toast.map(|toast| toast.text(answer.lang));
            // The query may be too old, or the press may have been answered before a restart.
            if let Err(failure) = caller
                .client
                .answer_query(&answer.query, text.as_deref())
                .await
            {
                tracing::debug!(%failure, "a callback query was not answered");
            }
            caller.hand_back(Event::Answered);
        });
    }

    fn hand_back(&self, event: Event) {
        // The notifier may have ended; the rows say what is to be done again.
        let _ = self.events.unbounded_send(event);
    }

    async fn show(
        &self,
        chat: ChatId,
        screen: Box<Pending>,
        edit: Option<ChatMessageId>,
    ) -> Called {
        let showing = async {
            let view = screen.show.draw(screen.lang, &self.settings.now());
            Box::pin(put(&self.client, chat, edit, view)).await
        };
        // A panic costs one screen, not the desk.
        let (shown, requests) = match AssertUnwindSafe(showing).catch_unwind().await {
            Ok(Ok((message, requests))) => (Ok(message), requests),
            Ok(Err(failure)) => (Err(failure), 1),
            Err(_panic) => (Err(undrawable()), 0),
        };
        Called {
            reign: self.reign,
            chat,
            came: Came::Screen(screen, shown),
            requests,
        }
    }

    async fn send(&self, chat: ChatId, notice: Box<DueNotice>, now: Time) -> Called {
        let sending = async {
            let Some(call) = drawn(&notice, &self.settings.now(), now) else {
                return (DeliveryResult::Nothing, Ok(()), 0);
            };
            let (call, left) = next_step(&notice, call);
            let outcome = Box::pin(self.client.send(chat, &call)).await;
            let requests = outcome.as_ref().map_or(1, |sent| sent.requests);
            let failure = outcome.as_ref().map(|_| ()).map_err(Failure::clone);
            (of_notice(&notice, &call, left, outcome), failure, requests)
        };
        // A panic costs one notice, not the desk.
        let (result, outcome, requests) = match AssertUnwindSafe(sending).catch_unwind().await {
            Ok(sent) => sent,
            Err(_panic) => {
                let reason = undrawable().to_string();
                (DeliveryResult::Failed { reason }, Ok(()), 0)
            }
        };
        Called {
            reign: self.reign,
            chat,
            came: Came::Notice(notice, result, outcome),
            requests,
        }
    }

    async fn strip(&self, chat: ChatId, message: ChatMessageId) -> Called {
        let call = Call::EditKeyboard {
            message,
            keyboard: Keyboard::NONE,
        };
        let stripped = self.client.send(chat, &call).await;
        Called {
            reign: self.reign,
            chat,
            came: Came::Strip(stripped.map(|_| ())),
            requests: 1,
        }
    }
}

fn undrawable() -> Failure {
    Failure::Permanent("the desk cannot draw it".to_owned())
}

fn drawn(notice: &DueNotice, settings: &Settings, now: Time) -> Option<Call> {
    let sending = Sending {
        chat: notice.chat,
        body: &notice.body,
        to: notice.to.as_ref(),
        ticket: notice.ticket.as_ref(),
        user: notice.user.as_ref(),
        message: notice.message.as_ref(),
        author: notice.author.as_ref(),
        items: &notice.items,
        copies: &notice.copies,
        now,
    };
    sending.draw(settings)
}

/// Shows a screen: by editing the message pressed under, else by a new message. Answers the
/// message, and how many requests it took.
async fn put(
    client: &Client,
    chat: ChatId,
    edit: Option<ChatMessageId>,
    view: View,
) -> Result<(ChatMessageId, u32), Failure> {
    let mut before = 0;
    if let Some(message) = edit {
        let call = Call::EditText {
            message,
            text: view.text.clone(),
            keyboard: view.keyboard.clone(),
        };
        match client.send(chat, &call).await {
            Ok(sent) => return Ok((message, sent.requests)),
            Err(Failure::NotModified) => return Ok((message, 1)),
            // It is gone, or too old, or not what it was.
            Err(Failure::MessageGone | Failure::Permanent(_)) => before = 1,
            Err(failure) => return Err(failure),
        }
    }
    let call = Call::SendMessage {
        text: view.text,
        keyboard: view.keyboard,
        reply_to: None,
    };
    let Sent { messages, requests } = client.send(chat, &call).await?;
    // A message that is sent has an id.
    let message = messages.first().copied().ok_or(Failure::Uncertain)?;
    Ok((message, before + requests))
}
