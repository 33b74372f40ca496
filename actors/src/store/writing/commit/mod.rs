//! The batch commit: many decisions in a few wide statements.
//!
//! Preconditions are tested first, and losers are answered with nothing written. The ids of what is
//! new are known before anything is written, so every reference of an outcome is resolved in memory
//! and each table takes one statement.

mod ban;
mod batch;
mod statements;

use std::collections::{HashMap, HashSet};

use frontdesk_desk::ids::BotId;
use frontdesk_desk::notice::Lane;

pub(in crate::store::writing) use self::ban::lift;
use self::batch::Batch;
use crate::store::error::StoreError;
use crate::store::rows::{ids, to_json};
use crate::store::sql::{self, Connection};
use crate::store::types::{Committed, Decision};

/// Commits decisions, in which no person and no stored ticket occurs twice. Answers in order.
pub(in crate::store) async fn commit(
    connection: &mut Connection,
    bot: BotId,
    decisions: &[&Decision],
) -> Result<Vec<Committed>, StoreError> {
    let mut known = Known::read(connection, bot, decisions).await?;
    let mut batch = Batch::default();
    let mut answers = Vec::with_capacity(decisions.len());
    for (place, decision) in decisions.iter().enumerate() {
        answers.push(match known.verdict(decision) {
            Verdict::Repeat => Committed::Repeat,
            Verdict::Conflict => Committed::Conflict,
            Verdict::Go => batch.add(&mut known, bot, decision, place)?,
        });
    }
    for put in batch.write(connection).await? {
        if let Some(Committed::Done { queued, .. }) = answers.get_mut(put.of) {
            if put.first {
                queued.heads.push(put.head);
            }
            let person = decisions[put.of].person.id;
            if put.head.lane == Lane::Own && put.head.chat == person.chat() {
                queued.own = queued.own.max(Some(put.head.notice));
            }
        }
    }
    Ok(answers)
}

/// What the preconditions of a batch are tested on.
#[derive(Default)]
struct Known {
    marks: HashSet<i64>,
    people: HashMap<i64, KnownPerson>,
    tickets: HashMap<i64, i64>,
    messages: HashSet<(i64, i64)>,
    /// The standings of those whose ban is decided about.
    standings: HashMap<i64, i64>,
    quarantined: HashSet<i64>,
    /// The notices that are decided about and have neither come through nor are being sent.
    undelivered: HashSet<i64>,
    /// When the first of what is gathered is due.
    gathered_due: Option<i64>,
    last_ticket: i64,
    last_message: i64,
}

/// What the preconditions of decisions are tested on, one row each.
macro_rules! known {
    () => {
        "SELECT 'mark' AS what, update_id AS a, 0 AS b, 0 AS c, 0 AS d, NULL AS e
        FROM handled_updates
        WHERE bot_id = $1 AND update_id IN (SELECT CAST(value AS BIGINT) FROM json_each($2))
        UNION ALL
        SELECT 'person', u.id, coalesce(v.version, 0), coalesce(v.screen_no, 0),
               u.reachable * 2 + u.muted, v.screen_message
        FROM users AS u LEFT JOIN conversations AS v ON v.person_id = u.id
        WHERE u.id IN (SELECT CAST(value AS BIGINT) FROM json_each($3))
        UNION ALL
        SELECT 'ticket', id, version, 0, 0, NULL FROM tickets
        WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($4))
        UNION ALL
        SELECT 'message', m.source_chat, m.source_message, 0, 0, NULL
        FROM json_each($5) AS j JOIN ticket_messages AS m
          ON m.source_chat = CAST(j.value ->> 0 AS BIGINT)
         AND m.source_message = CAST(j.value ->> 1 AS BIGINT)
        UNION ALL
        SELECT 'quarantine', id, 0, 0, 0, NULL FROM quarantine
        WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($6))
        UNION ALL
        SELECT 'notice', id, 0, 0, 0, NULL FROM notices
        WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($7)) AND state IN ('pending', 'held', 'failed')
        UNION ALL
        SELECT 'standing', id, standing, 0, 0, NULL FROM users
        WHERE id IN (SELECT CAST(value AS BIGINT) FROM json_each($8))
        UNION ALL
        SELECT 'gathered', min(due_at), 0, 0, 0, NULL FROM gatherings
        HAVING min(due_at) IS NOT NULL
        UNION ALL
        SELECT name, seq, 0, 0, 0, NULL FROM sqlite_sequence
        WHERE name IN ('tickets', 'ticket_messages')"
    };
}

#[derive(Clone, Copy)]
struct KnownPerson {
    version: i64,
    screen_no: i64,
    reachable: bool,
    muted: bool,
    /// The message that holds their screen.
    screen_message: Option<i64>,
}

/// What a row tells of, and its columns `a` to `e`.
type KnownRow<'a> = (&'a str, i64, i64, i64, i64, Option<i64>);

enum Verdict {
    Go,
    Repeat,
    Conflict,
}

impl Known {
    async fn read(
        connection: &mut Connection,
        bot: BotId,
        decisions: &[&Decision],
    ) -> Result<Self, StoreError> {
        let changes = || decisions.iter().flat_map(|one| &one.outcome.tickets);
        let sources: Vec<[i64; 2]> = changes()
            .flat_map(|change| &change.messages)
            .map(|message| [message.source.chat.0, message.source.message.0])
            .collect();
        // One row: the driver takes rows apart at a price.
        let rows: String = sql::query_scalar(connection.pick(
            concat!(
                "SELECT json_group_array(json_array(what, a, b, c, d, e)) FROM (",
                known!(),
                ")"
            ),
            concat!(
                "SELECT CAST(jsonb_agg(jsonb_build_array(what, a, b, c, d, e)) AS TEXT) FROM (",
                known!(),
                ") AS known"
            ),
        ))
        .bind(bot.0)
        .bind(ids(decisions.iter().map(|one| one.update.0)))
        .bind(ids(decisions.iter().map(|one| one.person.id.0)))
        .bind(ids(changes().map(|change| change.ticket.id.0)))
        .bind(to_json(&sources)?)
        .bind(ids(decisions
            .iter()
            .filter_map(|one| one.retry_of)
            .map(|id| id.0)))
        .bind(ids(decisions
            .iter()
            .flat_map(|one| &one.outcome.redeliveries)
            .flat_map(|redelivery| &redelivery.notices)
            .map(|notice| notice.0)))
        .bind(ids(decisions
            .iter()
            .filter_map(|one| one.outcome.ban.as_ref())
            .map(|ban| ban.person.0)))
        .fetch_one(connection)
        .await?;
        let rows: Vec<KnownRow<'_>> = serde_json::from_str(&rows)
            .map_err(|_| StoreError::Rule("what was read is no list of rows".to_owned()))?;
        let mut known = Self::default();
        for (what, a, b, c, d, e) in rows {
            match what {
                "mark" => {
                    known.marks.insert(a);
                }
                "person" => {
                    known.people.insert(
                        a,
                        KnownPerson {
                            version: b,
                            screen_no: c,
                            reachable: d & 2 != 0,
                            muted: d & 1 != 0,
                            screen_message: e,
                        },
                    );
                }
                "ticket" => {
                    known.tickets.insert(a, b);
                }
                "message" => {
                    known.messages.insert((a, b));
                }
                "standing" => {
                    known.standings.insert(a, b);
                }
                "quarantine" => {
                    known.quarantined.insert(a);
                }
                "notice" => {
                    known.undelivered.insert(a);
                }
                "gathered" => known.gathered_due = Some(a),
                "tickets" => known.last_ticket = a,
                _ => known.last_message = a,
            }
        }
        Ok(known)
    }

    fn verdict(&self, decision: &Decision) -> Verdict {
        let repeat = match decision.retry_of {
            // The mark was set when the update was put aside; the row goes when a try succeeds.
            Some(id) => !self.quarantined.contains(&id.0),
            None => self.marks.contains(&decision.update.0),
        };
        if repeat {
            return Verdict::Repeat;
        }
        let version = self
            .people
            .get(&decision.person.id.0)
            .map_or(0, |person| person.version);
        let tickets_fit = decision.outcome.tickets.iter().all(|change| {
            let ticket = &change.ticket;
            ticket.id.0 == 0 || self.tickets.get(&ticket.id.0) == Some(&(ticket.version.0 - 1))
        });
        let messages_fit = decision
            .outcome
            .tickets
            .iter()
            .flat_map(|change| &change.messages)
            .all(|message| {
                let source = message.source;
                !self.messages.contains(&(source.chat.0, source.message.0))
            });
        let notices_fit = decision
            .outcome
            .redeliveries
            .iter()
            .flat_map(|redelivery| &redelivery.notices)
            .all(|notice| self.undelivered.contains(&notice.0));
        let ban = decision.outcome.ban.as_ref();
        let ban_fits = ban.is_none_or(|ban| self.standings.get(&ban.person.0) == Some(&ban.on.0));
        let fits = tickets_fit && messages_fit && notices_fit && ban_fits;
        if version == decision.on.0 && fits {
            Verdict::Go
        } else {
            Verdict::Conflict
        }
    }
}
