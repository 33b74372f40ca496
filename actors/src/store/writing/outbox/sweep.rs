//! Forgets notices that are over, once nobody asks about them any more.
//!
//! What was sent is forgotten after three days: its links stay, and by them edits and replies find
//! it. What may have come twice, or failed, is shown to the staff for thirty days. An answer or a
//! message that failed is kept for good: as long as its row is there, it is shown as failed and can
//! be sent again.

use chrono::TimeDelta;
use frontdesk_desk::ticket::Time;

use crate::store::error::StoreError;
use crate::store::rows::micros;
use crate::store::sql::{self, Connection};

/// For how long a notice is kept that was sent.
const SENT_KEPT: TimeDelta = TimeDelta::days(3);

/// For how long a notice is kept that may have come twice, or that failed.
const DOUBTS_KEPT: TimeDelta = TimeDelta::days(30);

/// How many rows one sweep looks at, so that it never holds up the writer. At one sweep in ten
/// seconds that is 200 a second, more than Telegram lets anybody send.
const LOOKED_AT: i64 = 2_000;

/// How long the sweep rests when it has come to what is too young.
const REST: TimeDelta = TimeDelta::minutes(10);

/// How far the sweep has come.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::store) struct Sweep {
    /// The last row looked at.
    after: i64,
    /// Not before this time.
    rests_until: Option<Time>,
}

impl Sweep {
    /// Looks at the next rows, oldest first, and forgets those whose time is over.
    pub(in crate::store) async fn go_on(
        self,
        connection: &mut Connection,
        now: Time,
    ) -> Result<Self, StoreError> {
        if self.rests_until.is_some_and(|until| until > now) {
            return Ok(self);
        }
        let old = micros(now - SENT_KEPT);
        let part = sql::query(
            "SELECT max(id) AS last, max(created_at) >= $2 AS young FROM (
                 SELECT id, created_at FROM notices WHERE id > $1 ORDER BY id LIMIT $3) AS next",
        )
        .bind(self.after)
        .bind(old)
        .bind(LOOKED_AT)
        .fetch_one(&mut *connection)
        .await?;
        let last: Option<i64> = part.try_get("last")?;
        if let Some(last) = last {
            sql::query(
                "DELETE FROM notices
                 WHERE id > $1 AND id <= $2
                   AND (state = 'sent' AND doubtful = 0 AND ended_at < $3
                        OR state = 'sent' AND ended_at < $4
                        OR state = 'failed' AND kind NOT IN ('relay', 'late_item')
                           AND ended_at < $4)",
            )
            .bind(self.after)
            .bind(last)
            .bind(old)
            .bind(micros(now - DOUBTS_KEPT))
            .execute(connection)
            .await?;
        }
        let young = part.try_get::<Option<bool>>("young")?.unwrap_or(true);
        Ok(match last {
            Some(last) if !young => Self {
                after: last,
                rests_until: None,
            },
            // All that is old enough was looked at: from the beginning, later.
            _ => Self {
                after: 0,
                rests_until: Some(now + REST),
            },
        })
    }
}
