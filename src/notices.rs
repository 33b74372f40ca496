//! `frontdesk notices`: what has not come through, for the operator, without anybody's words.

use std::fmt::Write as _;
use std::io::Write;

use frontdesk_actors::store::notices::{self, Notice, Redone, Which};
use frontdesk_desk::delivery::Redo;
use frontdesk_desk::ids::NoticeId;
use frontdesk_desk::ticket::Time;

use crate::config::Config;
use crate::operate::{OperateError, open_existing};

/// The most of Telegram's own words in a line, in characters.
const MOST_REASON: usize = 120;

/// `notices list`: one line for each.
///
/// # Errors
/// [`OperateError`].
pub async fn list(config: &Config, which: Which, out: &mut impl Write) -> Result<(), OperateError> {
    let db = open_existing(config).await?;
    let found = notices::list(&db, which).await;
    db.close().await;
    let (found, more) = found?;
    if found.is_empty() {
        writeln!(out, "there are no such notices")?;
    }
    for notice in &found {
        writeln!(out, "{}", summary(notice))?;
    }
    if more {
        writeln!(
            out,
            "… and more: --limit shows more of them, --chat and --state fewer"
        )?;
    }
    Ok(())
}

/// `notices retry` and `notices drop`: for each of these.
///
/// # Errors
/// [`OperateError`]; [`OperateError::NotRedone`] if one of them was left as it is.
pub async fn redo(
    config: &Config,
    ids: &[i64],
    redo: Redo,
    now: Time,
    out: &mut impl Write,
) -> Result<(), OperateError> {
    let db = open_existing(config).await?;
    let mut wanted: Vec<NoticeId> = ids.iter().map(|id| NoticeId(*id)).collect();
    wanted.sort_unstable();
    wanted.dedup();
    let done = notices::redo(&db, &wanted, redo, now).await;
    db.close().await;
    let mut left = 0;
    for (id, redone) in done? {
        let sentence = match (redone, redo) {
            (Redone::Done, Redo::Retry) => {
                "is due now: the running desk sends it within seconds, or its next start does"
            }
            (Redone::Done, Redo::Drop) => "is dropped and will not be sent",
            (Redone::Sent, _) => "was sent already: nothing is done",
            (Redone::Sending, _) => {
                "is being sent just now: nothing is done; look again in a minute"
            }
            (Redone::Missing, _) => "is none: `frontdesk notices list` shows which there are",
        };
        if redone != Redone::Done {
            left += 1;
        }
        writeln!(out, "{id} {sentence}")?;
    }
    match left {
        0 => Ok(()),
        left => Err(OperateError::NotRedone(left)),
    }
}

/// A notice in one line.
fn summary(notice: &Notice) -> String {
    let Notice {
        id,
        chat,
        state,
        kind,
        created,
        ..
    } = notice;
    let mut line = format!("{id}  {:7}  chat {chat}  {kind}", state.as_str());
    let mut add = |part: std::fmt::Arguments<'_>| {
        // Writing to a string does not fail.
        let _ = line.write_fmt(part);
    };
    if let Some(ticket) = notice.ticket {
        add(format_args!(" of #{ticket}"));
    }
    add(format_args!("  since {created:?}"));
    match notice.attempts {
        0 => {}
        1 => add(format_args!(", tried once")),
        tries => add(format_args!(", tried {tries} times")),
    }
    if let Some(ended) = notice.ended {
        add(format_args!(", over at {ended:?}"));
    }
    if notice.doubtful {
        add(format_args!(", may have come twice"));
    }
    if let Some(reason) = &notice.reason {
        let reason: String = reason.chars().take(MOST_REASON).collect();
        add(format_args!(": {}", reason.escape_debug()));
    }
    line
}
