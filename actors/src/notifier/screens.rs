//! Screens: shows the newest one of each person, where they look.

use std::panic::{AssertUnwindSafe, catch_unwind};

use actix::{ActorFutureExt, AsyncContext, Context, Message, Recipient, WrapFuture};
use frontdesk_desk::ids::{ChatId, ChatMessageId, PersonId};
use frontdesk_desk::keyboard::Keyboard;
use frontdesk_desk::notice::Call;
use frontdesk_desk::screen::{Show, View};
use frontdesk_desk::ticket::{Lang, Time};
use tracing::{debug, error, info, warn};

use super::outcome::retry_at;
use super::pump::Full;
use super::{Notifier, STORE_PAUSE};
use crate::clock::Clock;
use crate::store::Trouble;
use crate::telegram::{Client, Failure};
use crate::tickets::{Screen, ScreenFailed, ScreenShown, StoreError, UnshownScreen};

/// From so many remembered people on, their current messages are forgotten and looked up again.
const REMEMBERED: usize = 50_000;

/// So many former screens can wait to lose their buttons; older ones keep them, and the buttons
/// still work.
const MOST_FORMER: usize = 1_000;

/// A screen to be shown.
#[derive(Clone)]
pub(super) struct Pending {
    number: i64,
    show: Show,
    lang: Lang,
    /// The look at the outbox that must have found nothing to send before it.
    pub(super) waits_for: Option<u64>,
    attempt: u32,
}

impl Notifier {
    /// Notes a screen, unless a newer one is known or it is being shown.
    pub(super) fn want_screen(
        &mut self,
        person: PersonId,
        number: i64,
        show: Show,
        lang: Lang,
        waits_for: Option<u64>,
    ) {
        let known = self.screens.get(&person).map(|screen| screen.number);
        let newest = known.max(self.showing.get(&person).copied());
        if self.stopping || newest.is_some_and(|newest| newest >= number) {
            return;
        }
        let former = self.screens.insert(
            person,
            Pending {
                number,
                show,
                lang,
                waits_for,
                attempt: 1,
            },
        );
        if former.is_none() {
            self.queue.push_back(person);
        }
    }

    /// Notes a screen that was not shown before the last stop.
    pub(super) fn take_up(&mut self, unshown: UnshownScreen) {
        let me = &unshown.me;
        let settings = &self.neighbours.settings;
        let lang = settings.language(me.language, me.language_code.as_deref());
        let show = unshown.show.seen_by(settings.is_admin(unshown.person));
        self.remember(unshown.person, unshown.current);
        // Notices of the same update may be in the outbox still.
        let look = Some(self.outbox.next_look());
        self.want_screen(unshown.person, unshown.number, show, lang, look);
    }

    /// Starts the screens whose turn it is.
    pub(super) fn show_screens(&mut self, context: &mut Context<Self>, now: Time) {
        for _ in 0..self.queue.len() {
            let Some(person) = self.queue.pop_front() else {
                return;
            };
            let ready = self
                .screens
                .get(&person)
                .is_some_and(|screen| screen.waits_for.is_none());
            let Some(current) = self.current.get(&person).copied() else {
                self.queue.push_back(person);
                self.look_up_current(context, person);
                continue;
            };
            if !ready {
                self.queue.push_back(person);
                continue;
            }
            match self.admit(person.chat(), now) {
                Ok(()) => {
                    if let Some(screen) = self.screens.remove(&person) {
                        self.show(context, person, screen, current);
                    }
                }
                Err(Full::Chat) => self.queue.push_back(person),
                Err(Full::All) => {
                    self.queue.push_front(person);
                    return;
                }
            }
        }
    }

    fn show(
        &mut self,
        context: &mut Context<Self>,
        person: PersonId,
        screen: Pending,
        current: Option<ChatMessageId>,
    ) {
        self.showing.insert(person, screen.number);
        let edit = screen
            .show
            .pressed
            .filter(|pressed| current == Some(*pressed));
        let settings = &self.neighbours.settings;
        // A panic costs one screen, not the desk.
        let view = catch_unwind(AssertUnwindSafe(|| {
            screen.show.screen.draw(screen.lang, settings)
        }));
        let client = self.neighbours.client.clone();
        let shown = async move {
            match view {
                Ok(view) => Box::pin(put(&client, person.chat(), edit, view)).await,
                Err(_panic) => Err(Failure::Permanent("the desk cannot draw it".to_owned())),
            }
        };
        context.spawn(shown.into_actor(self).map(move |shown, notifier, context| {
            notifier.free(person.chat());
            notifier.showing.remove(&person);
            match shown {
                Ok(message) => notifier.shown(context, person, screen.number, message, current),
                Err(failure) => notifier.not_shown(context, person, screen, &failure),
            }
            notifier.pump(context);
        }));
    }

    fn shown(
        &mut self,
        context: &mut Context<Self>,
        person: PersonId,
        number: i64,
        message: ChatMessageId,
        former: Option<ChatMessageId>,
    ) {
        self.remember(person, Some(message));
        if let Some(former) = former.filter(|former| *former != message) {
            if self.former.len() >= MOST_FORMER {
                self.former.pop_front();
            }
            self.former.push_back((person.chat(), former));
        }
        let shown = ScreenShown {
            person,
            number,
            message,
            at: self.neighbours.clock.now(),
        };
        let clock = self.neighbours.clock.clone();
        let tickets = self.neighbours.shown.clone();
        self.errand(context, store(tickets, shown, clock, person));
    }

    fn not_shown(
        &mut self,
        context: &mut Context<Self>,
        person: PersonId,
        screen: Pending,
        failure: &Failure,
    ) {
        let now = self.neighbours.clock.now();
        let number = screen.number;
        if let Some(at) = retry_at(failure, screen.attempt, now) {
            warn!(%person, screen = number, attempt = screen.attempt, until = %at, %failure, "a screen waits");
            self.wait(person.chat(), at);
            let attempt = screen.attempt.saturating_add(1);
            // A newer one may be there by now.
            self.want_screen(person, number, screen.show, screen.lang, None);
            let again = self.screens.get_mut(&person);
            if let Some(again) = again.filter(|screen| screen.number == number) {
                again.attempt = attempt;
            }
            return;
        }
        let unreachable = *failure == Failure::Unreachable;
        if unreachable {
            info!(%person, screen = number, "the person cannot be reached");
        } else {
            error!(%person, screen = number, %failure, "a screen is given up");
        }
        let failed = ScreenFailed {
            person,
            number,
            unreachable,
        };
        let clock = self.neighbours.clock.clone();
        let tickets = self.neighbours.failed.clone();
        self.errand(context, store(tickets, failed, clock, person));
    }

    /// Asks which message holds the person's screen, once after a start.
    fn look_up_current(&mut self, context: &mut Context<Self>, person: PersonId) {
        if self.waiting.contains_key(&person.chat()) || !self.asking.insert(person) {
            return;
        }
        let asking = self
            .neighbours
            .screen
            .send(Screen { person })
            .into_actor(self);
        context.spawn(asking.map(move |found, notifier, context| {
            notifier.asking.remove(&person);
            match found.unwrap_or(Err(StoreError::Unavailable(Trouble::Closed))) {
                Ok(Some(unshown)) => notifier.remember(person, unshown.current),
                Ok(None) => {
                    // It was shown before a restart; the message is known at the next one.
                    notifier.screens.remove(&person);
                    notifier.queue.retain(|queued| *queued != person);
                    notifier.free(person.chat());
                }
                Err(error) => {
                    warn!(%person, %error, "a screen waits for the database");
                    let until = notifier.neighbours.clock.now() + STORE_PAUSE;
                    notifier.wait(person.chat(), until);
                }
            }
            notifier.pump(context);
        }));
    }

    fn remember(&mut self, person: PersonId, message: Option<ChatMessageId>) {
        if self.current.len() >= REMEMBERED {
            self.current.clear();
        }
        self.current.insert(person, message);
    }

    /// Takes the buttons off former screens, of chats that have nothing else to do.
    pub(super) fn strip_former(&mut self, context: &mut Context<Self>, now: Time) {
        if self.outbox.look || !self.outbox.is_idle() {
            return;
        }
        for _ in 0..self.former.len() {
            let Some((chat, message)) = self.former.pop_front() else {
                return;
            };
            // A private chat has its person's number.
            let wanted = self.screens.contains_key(&PersonId(chat.0));
            let spare = !wanted && self.limits.can_spare(chat, now).is_ok();
            match spare.then(|| self.admit(chat, now)) {
                Some(Ok(())) => self.strip(context, chat, message),
                Some(Err(Full::All)) => {
                    self.former.push_front((chat, message));
                    return;
                }
                Some(Err(Full::Chat)) | None => self.former.push_back((chat, message)),
            }
        }
    }

    fn strip(&mut self, context: &mut Context<Self>, chat: ChatId, message: ChatMessageId) {
        let client = self.neighbours.client.clone();
        let stripped = async move {
            let call = Call::EditKeyboard {
                message,
                keyboard: Keyboard::NONE,
            };
            client.send(chat, &call).await
        };
        context.spawn(
            stripped
                .into_actor(self)
                .map(move |stripped, notifier, context| {
                    notifier.free(chat);
                    if let Err(failure) = stripped {
                        debug!(%chat, %failure, "a former screen keeps its buttons");
                        let now = notifier.neighbours.clock.now();
                        if let Some(at) = retry_at(&failure, 1, now) {
                            notifier.wait(chat, at);
                        }
                    }
                    notifier.pump(context);
                }),
        );
    }
}

/// Shows a screen: by editing the message pressed under, else by a new message.
async fn put(
    client: &Client,
    chat: ChatId,
    edit: Option<ChatMessageId>,
    view: View,
) -> Result<ChatMessageId, Failure> {
    if let Some(message) = edit {
        let call = Call::EditText {
            message,
            text: view.text.clone(),
            keyboard: view.keyboard.clone(),
        };
        match client.send(chat, &call).await {
            Ok(_) | Err(Failure::NotModified) => return Ok(message),
            // It is gone, or too old, or not what it was.
            Err(Failure::MessageGone | Failure::Permanent(_)) => {}
            Err(failure) => return Err(failure),
        }
    }
    let call = Call::SendMessage {
        text: view.text,
        keyboard: view.keyboard,
        reply_to: None,
    };
    let sent = client.send(chat, &call).await?;
    // A message that is sent has an id.
    sent.messages.first().copied().ok_or(Failure::Uncertain)
}

/// Stores what became of a screen; waits while the database cannot.
async fn store<M>(tickets: Recipient<M>, outcome: M, clock: Clock, person: PersonId)
where
    M: Message<Result = Result<(), StoreError>> + Clone + Send + 'static,
{
    let mut told = false;
    while let Ok(Err(error)) = tickets.send(outcome.clone()).await {
        if !error.is_unavailable() {
            error!(%person, %error, "what became of a screen cannot be stored");
            return;
        }
        if !std::mem::replace(&mut told, true) {
            warn!(%person, %error, "what became of a screen waits for the database");
        }
        clock.sleep(STORE_PAUSE).await;
    }
}
