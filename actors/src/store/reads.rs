//! What the actors read beside facts: a conversation, screens not shown yet, notices to send.

use std::collections::{HashMap, HashSet};

use frontdesk_desk::ids::{
    AlbumId, BotId, ChatId, ChatMessageId, MessageId, NoticeId, PersonId, TicketId, Version,
};
use frontdesk_desk::notice::{Body, Copy, Lane, Part};
use frontdesk_desk::ticket::{Ticket, TicketMessage, Time, UserRecord};

use super::db::Db;
use super::error::StoreError;
use super::rows::{self, get_json, get_word, ids, micros};
use super::sql::{self, Connection, Row};
use super::types::{DueNotice, Head, Hold, ScreenEnd, Shown, StoredConversation, UnshownScreen};
use super::writing::outbox;
use super::writing::state::{self, EVERYBODY};
use crate::tickets::Remembered;

/// A person's conversation; a fresh one if nothing is stored.
///
/// # Errors
/// As the read failed.
pub async fn conversation(db: &Db, person: PersonId) -> Result<StoredConversation, StoreError> {
    let mut tx = db.read().await?;
    let mut found = conversations(&mut tx, [person]).await?;
    Ok(found.remove(&person).unwrap_or_else(fresh))
}

/// The conversations of people who are known; the others' are [`fresh`].
pub(super) async fn conversations(
    tx: &mut Connection,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<HashMap<PersonId, StoredConversation>, StoreError> {
    let rows = sql::query(
        "SELECT u.*, c.state, c.version FROM users AS u
         LEFT JOIN conversations AS c ON c.person_id = u.id
         WHERE u.id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
    )
    .bind(ids(people.into_iter().map(|person| person.0)))
    .fetch_all(tx)
    .await?;
    let mut found = HashMap::with_capacity(rows.len());
    for row in &rows {
        let me = rows::user(row)?;
        let mut stored = fresh();
        if let Some(version) = row.try_get("version")? {
            stored.version = Version(version);
            stored.state = get_json(row, "state")?;
        }
        let person = me.id;
        stored.me = Some(me);
        found.insert(person, stored);
    }
    Ok(found)
}

/// The conversation of somebody who never wrote.
pub(super) fn fresh() -> StoredConversation {
    StoredConversation {
        state: Default::default(),
        version: Version(0),
        me: None,
    }
}

/// What is committed and has not reached anybody yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unfinished {
    /// Notices that are waiting or being sent.
    pub notices: i64,
    /// Notices held for people who cannot be reached.
    pub held: i64,
    /// Screens that were not shown.
    pub screens: i64,
}

/// Counts what is committed and has not reached anybody yet.
///
/// # Errors
/// As the read failed.
pub async fn unfinished(db: &Db) -> Result<Unfinished, StoreError> {
    let mut tx = db.read().await?;
    let row = sql::query(
        "SELECT count(*) FILTER (WHERE state <> 'held') AS notices,
                count(*) FILTER (WHERE state = 'held') AS held,
                (SELECT count(*) FROM conversations WHERE shown_no < screen_no) AS screens
         FROM notices WHERE state NOT IN ('sent', 'failed')",
    )
    .fetch_one(&mut tx)
    .await?;
    Ok(Unfinished {
        notices: row.try_get("notices")?,
        held: row.try_get("held")?,
        screens: row.try_get("screens")?,
    })
}

/// Whether the desk can write to these people; `None` for who never wrote to the bot. In the order
/// asked for.
///
/// # Errors
/// As the read failed.
pub async fn reachable(
    db: &Db,
    people: &[PersonId],
) -> Result<Vec<(PersonId, Option<bool>)>, StoreError> {
    let mut tx = db.read().await?;
    let known = rows::users(&mut tx, people.iter().copied()).await?;
    let reachable = |id: &PersonId| known.get(id).map(|user| user.reachable);
    Ok(people.iter().map(|id| (*id, reachable(id))).collect())
}

/// Whose database it is; `None` of one that no desk has used.
///
/// # Errors
/// As the read failed.
pub async fn owner(db: &Db) -> Result<Option<BotId>, StoreError> {
    let mut tx = db.read().await?;
    let bot = state::get(&mut tx, "bot_id").await?;
    Ok(bot.and_then(|bot| bot.parse().ok()).map(BotId))
}

/// What the desk remembers about what Telegram was told.
///
/// # Errors
/// As the read failed.
pub async fn remembered(db: &Db, what: Remembered) -> Result<Option<String>, StoreError> {
    let mut tx = db.read().await?;
    state::get(&mut tx, what.as_str()).await
}

/// Screens that were committed and not shown.
macro_rules! unshown {
    () => {
        "SELECT u.*, c.screen_no, c.screen, c.screen_message
         FROM conversations AS c JOIN users AS u ON u.id = c.person_id
         WHERE c.shown_no < c.screen_no"
    };
}

/// All screens that were committed and not shown, and those among them that cannot be read: a later
/// version may have stored them. They keep no other from being shown.
pub(crate) async fn unshown(db: &Db) -> Result<(Vec<UnshownScreen>, Vec<ScreenEnd>), StoreError> {
    let mut tx = db.read().await?;
    let found = sql::query(unshown!()).fetch_all(&mut tx).await?;
    let (mut screens, mut unreadable) = (Vec::with_capacity(found.len()), Vec::new());
    for row in &found {
        match screen(row) {
            Ok(screen) => screens.push(screen),
            Err(_) => unreadable.push(ScreenEnd {
                person: PersonId(row.try_get("id")?),
                number: row.try_get("screen_no")?,
                end: Shown::Failed,
            }),
        }
    }
    Ok((screens, unreadable))
}

/// Those of these people.
pub(crate) async fn unshown_to(
    db: &Db,
    people: impl IntoIterator<Item = PersonId>,
) -> Result<Vec<UnshownScreen>, StoreError> {
    let mut tx = db.read().await?;
    let found = sql::query(concat!(
        unshown!(),
        " AND c.person_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))"
    ))
    .bind(ids(people.into_iter().map(|person| person.0)))
    .fetch_all(&mut tx)
    .await?;
    found.iter().map(screen).collect()
}

fn screen(row: &Row) -> Result<UnshownScreen, StoreError> {
    let me = rows::user(row)?;
    Ok(UnshownScreen {
        person: me.id,
        number: row.try_get("screen_no")?,
        show: get_json(row, "screen")?,
        me,
        current: row
            .try_get::<Option<i64>>("screen_message")?
            .map(ChatMessageId),
    })
}

/// Whether something was held for too long, and is to be given up.
pub(crate) async fn overdue(db: &Db, now: Time) -> Result<bool, StoreError> {
    let mut tx = db.read().await?;
    sql::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM notices
                        WHERE state = 'held' AND kind <> 'while_away' AND created_at <= $1)",
    )
    .bind(outbox::held_too_long(now))
    .fetch_one(&mut tx)
    .await
}

/// Whether something was gathered that is to be told.
pub(crate) async fn gathered(db: &Db, now: Time) -> Result<bool, StoreError> {
    let mut tx = db.read().await?;
    sql::query_scalar("SELECT EXISTS (SELECT 1 FROM gatherings WHERE due_at <= $1)")
        .bind(micros(now))
        .fetch_one(&mut tx)
        .await
}

/// Whether an admin missed so much that there is more of it to be counted.
pub(crate) async fn half_folded(db: &Db) -> Result<bool, StoreError> {
    let mut tx = db.read().await?;
    Ok(outbox::half_folded(&mut tx).await?.is_some())
}

/// The first notices of the chats' lines, by when they are due.
pub(crate) async fn heads(
    db: &Db,
    after: Option<(Time, NoticeId)>,
    most: usize,
) -> Result<Vec<Head>, StoreError> {
    let mut tx = db.read().await?;
    let (due, id) = after.map_or((i64::MIN, i64::MIN), |(due, id)| (micros(due), id.0));
    let found = sql::query(
        "SELECT id, chat_id, lane, due_at FROM notices
         WHERE head = 1 AND state = 'pending' AND due_at >= $1 AND (due_at, id) > ($1, $2)
         ORDER BY due_at, id LIMIT $3",
    )
    .bind(due)
    .bind(id)
    .bind(i64::try_from(most).unwrap_or(i64::MAX))
    .fetch_all(&mut tx)
    .await?;
    found.iter().map(head).collect()
}

/// The first notices of these chats' lines.
pub(crate) async fn heads_of(
    db: &Db,
    chats: impl IntoIterator<Item = ChatId>,
) -> Result<Vec<Head>, StoreError> {
    let mut tx = db.read().await?;
    let found = sql::query(
        "SELECT id, chat_id, lane, due_at FROM notices
         WHERE head = 1 AND state = 'pending'
           AND chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
    )
    .bind(ids(chats.into_iter().map(|chat| chat.0)))
    .fetch_all(&mut tx)
    .await?;
    found.iter().map(head).collect()
}

fn head(row: &Row) -> Result<Head, StoreError> {
    Ok(Head {
        notice: NoticeId(row.try_get("id")?),
        chat: ChatId(row.try_get("chat_id")?),
        lane: get_word(row, "lane")?,
        due: rows::get_time(row, "due_at")?,
    })
}

/// Whether a notice is on its way to a chat, or was just sent and is not recorded.
pub(crate) async fn is_being_sent(db: &Db, chat: ChatId) -> Result<bool, StoreError> {
    let mut tx = db.read().await?;
    sql::query_scalar(
        "SELECT EXISTS (SELECT 1 FROM notices WHERE chat_id = $1 AND state = 'sending')",
    )
    .bind(chat.0)
    .fetch_one(&mut tx)
    .await
}

/// The pauses that Telegram asked for and that are not over.
pub(crate) async fn holds(db: &Db, now: Time) -> Result<Vec<Hold>, StoreError> {
    let mut tx = db.read().await?;
    let found = sql::query("SELECT chat_id, until FROM holds WHERE until > $1")
        .bind(micros(now))
        .fetch_all(&mut tx)
        .await?;
    found
        .iter()
        .map(|row| {
            let chat: i64 = row.try_get("chat_id")?;
            Ok(Hold {
                chat: (chat != EVERYBODY).then_some(ChatId(chat)),
                until: rows::get_time(row, "until")?,
            })
        })
        .collect()
}

/// Notices that were taken, with all that drawing them needs.
pub(crate) async fn taken(db: &Db, notices: &[NoticeId]) -> Result<Vec<DueNotice>, StoreError> {
    let mut tx = db.read().await?;
    let heads = sql::query(
        "SELECT * FROM notices WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1)) ORDER BY id",
    )
    .bind(ids(notices.iter().map(|id| id.0)))
    .fetch_all(&mut tx)
    .await?;
    let around = Around::of(&mut tx, &heads).await?;
    heads.iter().map(|head| around.notice(head)).collect()
}

/// What the notices that are taken together are about, each read once.
#[derive(Default)]
struct Around {
    people: HashMap<PersonId, UserRecord>,
    tickets: HashMap<TicketId, Ticket>,
    messages: HashMap<MessageId, TicketMessage>,
    albums: HashMap<(TicketId, AlbumId), Vec<TicketMessage>>,
    copies: HashMap<(MessageId, ChatId), Vec<Copy>>,
}

impl Around {
    async fn of(tx: &mut Connection, heads: &[Row]) -> Result<Self, StoreError> {
        let mut around = Self::default();
        if heads.is_empty() {
            return Ok(around);
        }
        let mut tickets = HashSet::new();
        let mut messages = HashSet::new();
        let mut albums = HashSet::new();
        let mut chats = HashSet::new();
        let mut doers = HashSet::new();
        for head in heads {
            if let Body::AssignedToYou { by } = get_json(head, "body")? {
                doers.insert(by);
            }
            chats.insert(head.try_get::<i64>("chat_id")?);
            let ticket = head.try_get::<Option<i64>>("ticket_id")?;
            tickets.extend(ticket.map(TicketId));
            messages.extend(head.try_get::<Option<i64>>("message_id")?);
            albums.extend(ticket.zip(head.try_get::<Option<String>>("album")?));
        }
        around.tickets = rows::tickets(tx, tickets).await?;
        around.read_messages(tx, &messages).await?;
        for (ticket, album) in albums {
            around
                .read_album(tx, TicketId(ticket), AlbumId(album))
                .await?;
        }
        around.read_copies(tx, &chats).await?;
        let people: HashSet<PersonId> = chats
            .into_iter()
            .map(PersonId)
            .chain(around.tickets.values().map(|ticket| ticket.user))
            .chain(around.messages.values().map(|message| message.sender))
            .chain(doers)
            .collect();
        around.people = rows::users(tx, people).await?;
        Ok(around)
    }

    async fn read_messages(
        &mut self,
        tx: &mut Connection,
        wanted: &HashSet<i64>,
    ) -> Result<(), StoreError> {
        if wanted.is_empty() {
            return Ok(());
        }
        let found = sql::query(
            "SELECT * FROM ticket_messages WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))",
        )
        .bind(ids(wanted.iter().copied()))
        .fetch_all(tx)
        .await?;
        for row in &found {
            let message = rows::message(row)?;
            self.messages.insert(message.id, message);
        }
        Ok(())
    }

    async fn read_album(
        &mut self,
        tx: &mut Connection,
        ticket: TicketId,
        album: AlbumId,
    ) -> Result<(), StoreError> {
        let items = sql::query(
            "SELECT * FROM ticket_messages WHERE album = $1 AND ticket_id = $2 ORDER BY id",
        )
        .bind(&album.0)
        .bind(ticket.0)
        .fetch_all(tx)
        .await?;
        let items = items.iter().map(rows::message).collect::<Result<_, _>>()?;
        self.albums.insert((ticket, album), items);
        Ok(())
    }

    /// The copies of all messages read so far in these chats.
    async fn read_copies(
        &mut self,
        tx: &mut Connection,
        chats: &HashSet<i64>,
    ) -> Result<(), StoreError> {
        let originals: HashSet<i64> = self
            .messages
            .keys()
            .map(|id| id.0)
            .chain(self.albums.values().flatten().map(|item| item.id.0))
            .collect();
        if originals.is_empty() {
            return Ok(());
        }
        let found = sql::query(
            "SELECT chat_id, message_id, ticket_message_id, part, why FROM message_links
             WHERE ticket_message_id IN (SELECT CAST(value AS BIGINT) FROM json_each($1))
               AND chat_id IN (SELECT CAST(value AS BIGINT) FROM json_each($2)) AND part IS NOT NULL
             ORDER BY message_id",
        )
        .bind(ids(originals))
        .bind(ids(chats.iter().copied()))
        .fetch_all(tx)
        .await?;
        for row in &found {
            let original = MessageId(row.try_get("ticket_message_id")?);
            let chat = ChatId(row.try_get("chat_id")?);
            self.copies.entry((original, chat)).or_default().push(Copy {
                message: ChatMessageId(row.try_get("message_id")?),
                part: rows::get_unit(row, "part")?,
                why: rows::get_unit(row, "why")?,
            });
        }
        Ok(())
    }

    fn notice(&self, head: &Row) -> Result<DueNotice, StoreError> {
        let chat = ChatId(head.try_get("chat_id")?);
        let ticket = head
            .try_get::<Option<i64>>("ticket_id")?
            .and_then(|id| self.tickets.get(&TicketId(id)));
        let message = head
            .try_get::<Option<i64>>("message_id")?
            .and_then(|id| self.messages.get(&MessageId(id)));
        let album = head.try_get::<Option<String>>("album")?.map(AlbumId);
        let items = ticket
            .zip(album)
            .and_then(|(ticket, album)| self.albums.get(&(ticket.id, album)))
            .into_iter()
            .flatten()
            .filter(|item| !self.is_passed_on(item.id, chat))
            .cloned()
            .collect();
        let lane: Lane = get_word(head, "lane")?;
        let body: Body = get_json(head, "body")?;
        let author = match &body {
            Body::AssignedToYou { by } => Some(*by),
            _ => message.map(|message| message.sender),
        };
        Ok(DueNotice {
            id: NoticeId(head.try_get("id")?),
            chat,
            lane,
            attempt: head.try_get("attempts")?,
            doubtful: head.try_get("doubtful")?,
            body,
            to: self.people.get(&PersonId(chat.0)).cloned(),
            ticket: ticket.cloned(),
            user: ticket
                .and_then(|ticket| self.people.get(&ticket.user))
                .cloned(),
            message: message.cloned(),
            author: author.and_then(|author| self.people.get(&author)).cloned(),
            items,
            copies: message
                .and_then(|message| self.copies.get(&(message.id, chat)))
                .cloned()
                .unwrap_or_default(),
            one_by_one: head.try_get("one_by_one")?,
        })
    }

    /// Whether the chat has the item itself, not only the heading above its album.
    fn is_passed_on(&self, item: MessageId, chat: ChatId) -> bool {
        self.copies.get(&(item, chat)).is_some_and(|copies| {
            copies
                .iter()
                .any(|copy| matches!(copy.part, Part::Album | Part::Content | Part::Whole))
        })
    }
}
