//! A person at their phone: what they do is written down, and they wait for what they need to see.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use frontdesk_sandbox::{Outgoing, Person, Sandbox, SeenMessage};
use tokio::time::{Instant, timeout, timeout_at};

use super::PATIENCE;
use super::chance::Chance;
use super::ledger::{Deed, Entry, Fate, Ledger, Wish};

/// How much of the chat a person looks at.
const IN_VIEW: usize = 200;
/// How many former buttons, and own messages, a person remembers.
const REMEMBERED: usize = 12;

/// So long without anything happening is quiet.
const QUIET: Duration = Duration::from_millis(300);

/// Nothing came of what was waited for.
#[derive(Debug)]
pub(crate) struct Stuck(pub(crate) String);

/// One person.
pub(crate) struct Phone {
    pub(crate) sandbox: Arc<Sandbox>,
    pub(crate) chance: Chance,
    ledger: Arc<Ledger>,
    person: Person,
    marks: u64,
    /// What was in view at the last act.
    before: HashMap<i64, String>,
    /// What the screen said before the last press, or before the last words: after a kill it can
    /// come again, and is no news.
    former: Option<String>,
    /// The message pressed under last: it may be out of view by now.
    under: Option<i64>,
    /// Buttons pressed before.
    pressed: VecDeque<(i64, String)>,
    /// Own messages that can be edited, each with its mark.
    written: VecDeque<(i64, String)>,
}

impl Phone {
    pub(crate) fn new(
        sandbox: Arc<Sandbox>,
        ledger: Arc<Ledger>,
        person: Person,
        seed: u64,
    ) -> Self {
        Self {
            chance: Chance::new(seed, person.id().unsigned_abs()),
            sandbox,
            ledger,
            person,
            marks: 0,
            before: HashMap::new(),
            former: None,
            under: None,
            pressed: VecDeque::new(),
            written: VecDeque::new(),
        }
    }

    pub(crate) fn id(&self) -> i64 {
        self.person.id()
    }

    pub(crate) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The chat, newest first.
    pub(crate) fn chat(&self) -> Vec<SeenMessage> {
        let mut messages = self.person.newest(IN_VIEW);
        messages.reverse();
        messages
    }

    /// A new mark, and words that begin with it.
    fn words(&mut self) -> (String, String) {
        const WORDS: [&str; 8] = [
            "it does not work",
            "a < b & c > d, \"quoted\"",
            "*not bold* and _not italic_ and `no code`",
            "and again\non a second line\n\nand a third",
            "это по-русски, с «кавычками»",
            "with an emoji 👩‍👩‍👧 or two 🇬🇧",
            "see https://example.org/?a=1&b=2",
            "short",
        ];
        self.marks += 1;
        let mark = format!("«{}.{}»", self.id(), self.marks);
        let text = if self.chance.one_in(20) {
            // Past what goes under a heading.
            format!("{mark} {}", "long words ".repeat(300).trim_end())
        } else {
            format!("{mark} {}", self.chance.pick(&WORDS))
        };
        (mark, text)
    }

    /// Something to send: mostly words, also a picture or another kind, or an album.
    fn piece(&mut self) -> (Vec<String>, Vec<Outgoing>) {
        let (mark, text) = self.words();
        let caption = text.chars().take(200).collect::<String>();
        let piece = match self.chance.below(10) {
            0 => Outgoing::photo().caption(caption),
            1 => Outgoing::document("report.pdf").caption(caption),
            2 => Outgoing::voice().caption(caption),
            3 | 4 => return self.album(mark, caption),
            _ => Outgoing::text(text),
        };
        (vec![mark], vec![piece])
    }

    fn album(&mut self, mark: String, caption: String) -> (Vec<String>, Vec<Outgoing>) {
        let mut marks = vec![mark];
        let mut items = vec![Outgoing::photo().caption(caption)];
        for _ in 0..1 + self.chance.below(3) {
            self.marks += 1;
            let mark = format!("«{}.{}»", self.id(), self.marks);
            items.push(Outgoing::photo().caption(format!("{mark} one more")));
            marks.push(mark);
        }
        (marks, items)
    }

    /// Remembers what is in view: what comes after it is new.
    pub(crate) fn look(&mut self) {
        let seen = self.person.newest(IN_VIEW);
        self.before = seen
            .into_iter()
            .chain(self.under.and_then(|id| self.person.message(id)))
            .map(|message| (message.id, message.text))
            .collect();
    }

    /// Sends a piece, and gives the ids of its messages.
    fn send(&mut self, marks: Vec<String>, pieces: Vec<Outgoing>, fate: Fate) -> Vec<i64> {
        let ids = match <[Outgoing; 1]>::try_from(pieces) {
            Ok([single]) => vec![self.person.send(single)],
            Err(album) => {
                self.ledger.did(Deed::Album);
                self.person.album(album)
            }
        };
        self.ledger.updates(ids.len());
        for (message, mark) in ids.iter().zip(marks) {
            if matches!(fate, Fate::Kept | Fate::Note) {
                self.written.push_back((*message, mark.clone()));
            }
            self.note(*message, mark, fate);
        }
        while self.written.len() > REMEMBERED {
            self.written.pop_front();
        }
        ids
    }

    /// Sends words.
    pub(crate) fn write(&mut self, fate: Fate) -> i64 {
        let (mark, text) = self.words();
        let text = match fate {
            Fate::Subject => text
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .take(80)
                .collect(),
            _ => text,
        };
        self.send(vec![mark], vec![Outgoing::text(text)], fate)[0]
    }

    /// Answers a message by Telegram's reply.
    pub(crate) fn reply(&mut self, to: i64) -> i64 {
        let (mark, text) = self.words();
        let outgoing = Outgoing::text(text).reply_to(to);
        self.ledger.did(Deed::Reply);
        self.send(vec![mark], vec![outgoing], Fate::Kept)[0]
    }

    /// Sends a piece of any kind; an album now and then with one more item that comes a bit later.
    /// Gives the ids of all its messages.
    pub(crate) fn send_piece(&mut self) -> Vec<i64> {
        self.send_piece_of(Fate::Kept)
    }

    /// Sends a piece like that, of which this must become.
    pub(crate) fn send_piece_of(&mut self, fate: Fate) -> Vec<i64> {
        let (marks, pieces) = self.piece();
        let mut sent = self.send(marks, pieces, fate);
        if sent.len() > 1 && self.chance.one_in(2) {
            sent.push(self.late_sibling(sent[0], fate));
        }
        sent
    }

    /// Says that these messages are given up: they may be stored, or not.
    pub(crate) fn give_up(&mut self, messages: &[i64]) {
        for message in messages {
            self.ledger.gave_up(self.id(), *message);
        }
        self.written.retain(|(id, _)| !messages.contains(id));
    }

    fn late_sibling(&mut self, of: i64, fate: Fate) -> i64 {
        self.ledger.did(Deed::LateItem);
        self.marks += 1;
        let mark = format!("«{}.{}»", self.id(), self.marks);
        let item = Outgoing::photo().caption(format!("{mark} comes late"));
        let message = self.person.late_sibling(of, item);
        self.ledger.updates(1);
        self.note(message, mark, fate);
        message
    }

    fn note(&self, message: i64, mark: String, fate: Fate) {
        self.ledger.sent(Entry {
            chat: self.id(),
            message,
            mark,
            fate,
            stands: None,
        });
    }

    /// Sends a command, which is stored nowhere.
    pub(crate) fn command(&mut self, command: &str) {
        self.look();
        // A command can ask for the same once more.
        self.former = None;
        self.person.text(command);
        self.ledger.updates(1);
    }

    /// Edits an own message.
    pub(crate) fn edit(&mut self, message: i64, mark: &str) {
        self.marks += 1;
        let text = format!("{mark} in other words, {}", self.marks);
        self.person.edit(message, &text);
        self.ledger.updates(1);
        self.ledger.did(Deed::Edit);
        self.ledger.stands(self.id(), message, None);
    }

    /// Edits one of the latest own messages while banned: to others it stays what it was.
    pub(crate) fn edit_former_in_vain(&mut self) {
        if self.written.is_empty() {
            return;
        }
        let at = self.chance.below(self.written.len());
        let (message, mark) = self.written[at].clone();
        let stands = self.ledger.words_that_stand(self.id(), message);
        let before = self.person.message(message).map(|before| before.text);
        self.edit(message, &mark);
        self.ledger.did(Deed::RefusedEdit);
        self.ledger.stands(self.id(), message, stands.or(before));
    }

    /// Edits one of the latest own messages.
    pub(crate) fn edit_former(&mut self) {
        if self.written.is_empty() {
            return;
        }
        let at = self.chance.below(self.written.len());
        let (message, mark) = self.written[at].clone();
        self.edit(message, &mark);
    }

    /// The mark of an own message.
    pub(crate) fn mark_of(&self, message: i64) -> Option<String> {
        let found = self.written.iter().find(|(id, _)| *id == message);
        found.map(|(_, mark)| mark.clone())
    }

    /// Presses a button that is (or was) in view; now and then twice.
    pub(crate) fn press(&mut self, message: i64, data: &str) {
        self.under = Some(message);
        self.look();
        let times = if self.chance.one_in(8) { 2 } else { 1 };
        self.ledger.did(Deed::Press);
        for _ in 0..times {
            if self.person.try_press(message, data).is_ok() {
                self.ledger.updates(1);
            }
        }
        self.pressed.push_back((message, data.to_owned()));
        while self.pressed.len() > REMEMBERED {
            self.pressed.pop_front();
        }
    }

    /// Presses the button of a message that begins with `start` in what it carries.
    pub(crate) fn press_on(&mut self, on: &SeenMessage, start: &str) -> Result<(), Stuck> {
        match carries(on, start) {
            Some(data) => {
                self.press(on.id, &data);
                Ok(())
            }
            None => Err(self.stuck(&format!("a button {start:?} on {:?}", on.text))),
        }
    }

    /// Presses a button of some time ago once more.
    pub(crate) fn press_former(&mut self) {
        if self.pressed.is_empty() {
            return;
        }
        let at = self.chance.below(self.pressed.len());
        let (message, data) = self.pressed[at].clone();
        self.press_forged(message, &data);
    }

    /// Presses what no button carries.
    pub(crate) fn press_forged(&mut self, message: i64, data: &str) {
        if self.person.try_press(message, data).is_ok() {
            self.ledger.updates(1);
            self.ledger.did(Deed::Forged);
        }
    }

    /// Blocks the bot, or lifts the block.
    pub(crate) fn block(&self, blocked: bool) {
        match blocked {
            true => {
                self.ledger.did(Deed::Block);
                self.person.block();
            }
            false => self.person.unblock(),
        }
        self.ledger.updates(1);
    }

    /// Lets others do something: waits until so many things at most have happened in the sandbox. If
    /// nobody does anything, there is nothing to wait for.
    pub(crate) async fn pause(&mut self, most: usize) {
        let until = self.sandbox.revision() + self.chance.below(most) as u64;
        while self.sandbox.revision() < until {
            let now = self.sandbox.revision();
            if timeout(QUIET, self.sandbox.changed(now)).await.is_err() {
                return;
            }
        }
    }

    /// Waits until all that was done before is stored: the bot has confirmed it to Telegram.
    pub(crate) async fn is_handled(&self) -> Result<(), Stuck> {
        let until = self.sandbox.unconfirmed_updates().end;
        let confirmed = |sandbox: &Sandbox| sandbox.unconfirmed_updates().start >= until;
        let waited = self.sandbox.wait_until(PATIENCE, confirmed).await;
        waited.map_err(|_| self.stuck("its updates to be confirmed"))
    }

    /// Where updates are posted, one whose post failed comes after those that were done later: people
    /// wait for all of theirs. What they do at once, a second tap say, comes in any order all the same.
    pub(crate) async fn is_in_order(&self) -> Result<(), Stuck> {
        if self.sandbox.webhook_info()["url"] == "" {
            return Ok(());
        }
        self.is_handled().await
    }

    /// Wishes something of the staff, and gets it. What `meanwhile` does is on its way with it.
    pub(crate) async fn wishes(
        &mut self,
        ticket: i64,
        banned: bool,
        meanwhile: impl FnOnce(&mut Self),
    ) -> Result<(), Stuck> {
        let person = self.id();
        let granted = |ledger: &Ledger| {
            ledger
                .standings()
                .remove(&person)
                .map_or(0, |all| all.len())
        };
        let before = granted(&self.ledger);
        let mut grants = self.ledger.grants();
        self.ledger.wish(Wish {
            person,
            ticket,
            banned,
        });
        meanwhile(self);
        let ledger = self.ledger.clone();
        let is_granted = grants.wait_for(|_| granted(&ledger) > before);
        match timeout(PATIENCE, is_granted).await {
            Ok(Ok(_)) => Ok(()),
            _ => Err(self.stuck("a ban, or its end")),
        }
    }

    /// Waits until `found` finds what it looks for in what is new since the last act, newest first.
    pub(crate) async fn wait<T>(
        &self,
        what: &str,
        mut found: impl FnMut(&[SeenMessage]) -> Option<T>,
    ) -> Result<T, Stuck> {
        let end = Instant::now() + PATIENCE;
        let mut looked_at = 0;
        loop {
            let all = self.sandbox.revision();
            let mine = self.person.revision();
            if mine != looked_at {
                looked_at = mine;
                if let Some(found) = found(&self.news()) {
                    self.is_in_order().await?;
                    return Ok(found);
                }
            }
            if timeout_at(end, self.sandbox.changed(all)).await.is_err() {
                return Err(self.stuck(what));
            }
        }
    }

    /// Waits for a new or changed message of the bot that says one of these.
    pub(crate) async fn sees(&mut self, says: &[&str]) -> Result<SeenMessage, Stuck> {
        let says_one = |message: &&SeenMessage| says.iter().any(|says| message.text.contains(says));
        let seen = self
            .wait(&format!("{says:?}"), |news| {
                news.iter().find(says_one).cloned()
            })
            .await?;
        self.saw(&seen);
        Ok(seen)
    }

    /// Remembers what the screen says.
    pub(crate) fn saw(&mut self, screen: &SeenMessage) {
        self.former = Some(screen.text.clone());
    }

    /// Remembers that the last thing was answered without a screen.
    pub(crate) fn saw_no_screen(&mut self) {
        self.former = None;
    }

    /// Whether the bot acknowledged an own message.
    pub(crate) fn acknowledged(&self, message: i64) -> bool {
        let own = self.person.message(message);
        own.is_some_and(|own| !own.reactions.is_empty())
    }

    /// What the bot wrote or changed since the last act, newest first.
    fn news(&self) -> Vec<SeenMessage> {
        let mut news = self.chat();
        let under = self
            .under
            .filter(|id| news.iter().all(|seen| seen.id != *id));
        news.extend(under.and_then(|id| self.person.message(id)));
        news.retain(|message| {
            message.from_bot
                && self.before.get(&message.id) != Some(&message.text)
                && self.former.as_ref() != Some(&message.text)
        });
        news
    }

    fn stuck(&self, what: &str) -> Stuck {
        Stuck(format!(
            "{} waits in vain for {what}; {} updates wait",
            self.id(),
            self.sandbox.pending_updates(),
        ))
    }
}

/// What the first button carries that begins with this.
pub(crate) fn carries(message: &SeenMessage, start: &str) -> Option<String> {
    let data = message
        .buttons
        .iter()
        .flatten()
        .filter_map(|button| button.data.as_deref());
    data.into_iter()
        .find(|data| data.starts_with(start))
        .map(str::to_owned)
}

/// Everything that the buttons carry that begins with this.
pub(crate) fn all_that_carry(message: &SeenMessage, start: &str) -> Vec<String> {
    let buttons = message.buttons.iter().flatten();
    buttons
        .filter_map(|button| button.data.clone())
        .filter(|data| data.starts_with(start))
        .collect()
}

/// The first `#12` of a text.
pub(crate) fn number_in(text: &str) -> Option<i64> {
    let (_, rest) = text.split_once('#')?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}
