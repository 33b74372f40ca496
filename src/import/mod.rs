//! `frontdesk import`: takes the tickets of an older bot over, and undoes that.
//!
//! The older database is read in one snapshot, `convert.rs` decides what its rows become, and each
//! ticket is written in one transaction. A desk may be running meanwhile: between two tickets it
//! always gets its turn. Nobody is told of anything. Undoing an import takes whole tickets away, so
//! there the desk has to stand still.

mod convert;
mod report;
mod times;

use std::collections::{HashMap, HashSet};
use std::io::Write;
use std::time::Instant;

use chrono_tz::{TZ_VARIANTS, Tz};
use frontdesk_actors::clock::Clock;
pub use frontdesk_actors::store::import::Origin;
use frontdesk_actors::store::import::{
    self as store, Former, FormerError, FormerTable, Import, ImportId, LeftBecause, Opening, Taken,
};
use frontdesk_actors::store::{Db, StoreError, migrate};
use frontdesk_desk::ids::PersonId;
use frontdesk_desk::text::Text;
use frontdesk_desk::ticket::{Time, UserRecord};
use indicatif::ProgressBar;

use self::convert::{Rules, UNKNOWN_ADMIN};
use self::report::{About, Remark, Report, count};
use crate::config::Config;
use crate::operate::{OperateError, counted, open_existing};

/// The older bot that is known.
const NIKOLAYAI: &str = "nikolayai";

/// How many tickets are read at once.
const PAGE: i64 = 200;

/// What is taken over, and how.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The older bot's database.
    pub from: Origin,
    /// The name of the zone in which the older bot's machine told the time.
    pub timezone: String,
    /// Nothing is written.
    pub dry_run: bool,
}

/// Why an import was not done; a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// There is no such time zone.
    #[error("there is no time zone \"{name}\"{}", hint(.like))]
    NoZone {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        like: Vec<&'static str>,
    },
    /// The older database.
    #[error(transparent)]
    Former(#[from] FormerError),
    /// The command was told to stop in the middle.
    #[error(
        "stopped in the middle; what was taken over is complete, ticket by ticket: run the same \
         command again to go on, or --rollback to undo it"
    )]
    Interrupted,
    /// There is nothing to undo.
    #[error("there is no import to undo; --list shows all")]
    NothingToUndo,
    /// There is no such import, or it is undone.
    #[error("import {0} is not there or is undone already; --list shows all")]
    NoSuchImport(i64),
    /// Something of an import stays.
    #[error("of import {import}, {left} left as they are")]
    Left {
        /// Which.
        import: i64,
        /// `2 tickets were`
        left: String,
    },
    /// The desk's own database.
    #[error(transparent)]
    Operate(#[from] OperateError),
}

impl ImportError {
    /// Whether the command line is what has to be mended.
    pub fn is_for_the_operator(&self) -> bool {
        use FormerError::{NoFile, NotAFile, NotAUrl, Ours};
        matches!(
            self,
            Self::NoZone { .. } | Self::Former(NoFile(_) | NotAFile(_) | NotAUrl | Ours(_))
        )
    }
}

impl From<StoreError> for ImportError {
    fn from(error: StoreError) -> Self {
        Self::Operate(error.into())
    }
}

impl From<std::io::Error> for ImportError {
    fn from(error: std::io::Error) -> Self {
        Self::Operate(error.into())
    }
}

/// `; did you mean Europe/Moscow?`
fn hint(like: &[&str]) -> String {
    match like {
        [] => "; write an IANA name such as Europe/Moscow".to_owned(),
        some => format!("; did you mean {}?", some.join(" or ")),
    }
}

/// The zone of that name.
fn zone(name: &str) -> Result<Tz, ImportError> {
    let plain = |text: &str| {
        let letters = text.chars().filter(|c| c.is_alphanumeric());
        letters.collect::<String>().to_lowercase()
    };
    name.trim().parse().map_err(|_| {
        let wanted = plain(name);
        let like = TZ_VARIANTS.iter().map(|zone| zone.name()).filter(|zone| {
            let city = zone.rsplit('/').next().unwrap_or_default();
            !wanted.is_empty() && (plain(zone) == wanted || wanted.ends_with(&plain(city)))
        });
        let mut like: Vec<_> = like.collect();
        // An exact name in other letters says more than a city, and a city more than an old alias.
        like.sort_by_key(|zone| (plain(zone) != wanted, !zone.contains('/'), *zone));
        like.truncate(2);
        ImportError::NoZone {
            name: name.to_owned(),
            like,
        }
    })
}

/// Takes the tickets of NikolayAIBot over, until it is done or `stop` is; prints a report.
///
/// # Errors
/// [`ImportError`].
pub async fn nikolayai(
    config: &Config,
    wanted: &Wanted,
    clock: &Clock,
    stop: impl Future<Output = ()>,
    out: &mut impl Write,
) -> Result<(), ImportError> {
    let zone = zone(&wanted.timezone)?;
    let db = open_ready(config).await?;
    let rules = Rules {
        zone,
        categories: config.desk.categories.clone(),
        admins: config.desk.admins.clone(),
        staff: Text::SupportName.plain(config.desk.language),
        now: clock.now(),
    };
    let mut report = Report::default();
    let done = async {
        let label = wanted.from.label();
        let mut former = Former::open(wanted.from.clone(), &db).await?;
        let opening = Opening::resume(&db, NIKOLAYAI, label, zone.name().to_owned()).await?;
        let taking = Taking {
            db: &db,
            rules: &rules,
            clock,
            opening: (!wanted.dry_run).then_some(opening),
        };
        let done = taking.all(&mut former, stop, &mut report).await;
        former.close().await;
        done
    };
    // Its state is large, and it is made once.
    let done = Box::pin(done).await;
    db.close().await;
    match done {
        Ok(()) | Err(ImportError::Interrupted) => report.print(wanted.dry_run, out)?,
        Err(error) => {
            if report.tickets + report.added_to > 0 {
                report.print(wanted.dry_run, out)?;
            }
            return Err(error);
        }
    }
    done
}

/// Opens the desk's database, with the schema that this program needs.
async fn open_ready(config: &Config) -> Result<Db, ImportError> {
    let db = open_existing(config).await?;
    if let Err(error) = migrate::ready(&db, false).await {
        db.close().await;
        return Err(error.into());
    }
    Ok(db)
}

/// An import under way.
struct Taking<'a> {
    db: &'a Db,
    rules: &'a Rules,
    clock: &'a Clock,
    /// `None` in a dry run.
    opening: Option<Opening>,
}

impl Taking<'_> {
    async fn all(
        mut self,
        former: &mut Former,
        stop: impl Future<Output = ()>,
        report: &mut Report,
    ) -> Result<(), ImportError> {
        let bar = counted(ProgressBar::new(former.count().await?), "tickets");
        for message in former.orphans().await? {
            report.note(Remark::Orphan, About::Message(message));
        }
        let mut stop = std::pin::pin!(stop);
        for table in [FormerTable::SupportTicket, FormerTable::Support] {
            let mut after = i64::MIN;
            loop {
                let page = former.tickets(table, after, PAGE).await?;
                let Some(last) = page.last() else { break };
                after = last.id;
                let mut of_page = Vec::new();
                for ticket in &page {
                    let mut remarks = Report::default();
                    match convert::ticket(self.rules, ticket, &mut remarks) {
                        Some(taken) => of_page.push((taken, remarks)),
                        None => {
                            report.merge(remarks);
                            bar.inc(1);
                        }
                    }
                }
                let known = former.people(&named(&of_page)).await?;
                for (taken, mut remarks) in of_page {
                    let people: HashMap<PersonId, UserRecord> = people_of(&taken)
                        .map(|id| {
                            let first_seen = taken.ticket.created_at;
                            let known = known.get(&id.0);
                            let person =
                                convert::person(self.rules, id, known, first_seen, &mut remarks);
                            (id, person)
                        })
                        .collect();
                    tokio::select! {
                        biased;
                        () = &mut stop => {
                            bar.abandon();
                            return Err(ImportError::Interrupted);
                        }
                        took = self.one(&taken, &people) => report.add(took?, remarks),
                    }
                    bar.inc(1);
                }
            }
        }
        bar.finish_and_clear();
        match &self.opening {
            Some(opening) => Ok(store::finish(self.db, opening, self.clock.now()).await?),
            None => Ok(()),
        }
    }

    /// One ticket; afterwards the database is left alone for as long as that took, so that a running
    /// desk gets its turn.
    async fn one(
        &mut self,
        taken: &Taken,
        people: &HashMap<PersonId, UserRecord>,
    ) -> Result<store::Took, StoreError> {
        let Some(opening) = &mut self.opening else {
            return store::plan(self.db, taken, people).await;
        };
        let begun = Instant::now();
        let took = store::take(self.db, opening, taken, people, self.clock.now()).await?;
        if took != store::Took::Nothing {
            tokio::time::sleep(begun.elapsed()).await;
        }
        Ok(took)
    }
}

/// Whom a ticket names: its user, and who wrote in it.
fn people_of(taken: &Taken) -> impl Iterator<Item = PersonId> {
    let senders = taken.messages.iter().map(|message| message.sender);
    let people: HashSet<PersonId> = senders.chain([taken.ticket.user]).collect();
    people.into_iter()
}

fn named(page: &[(Taken, Report)]) -> HashSet<i64> {
    let people = page.iter().flat_map(|(taken, _)| people_of(taken));
    people
        .filter(|id| *id != UNKNOWN_ADMIN)
        .map(|id| id.0)
        .collect()
}

/// `--list`: one line for each import.
///
/// # Errors
/// [`ImportError`].
pub async fn list(config: &Config, out: &mut impl Write) -> Result<(), ImportError> {
    let db = open_ready(config).await?;
    let found = store::list(&db).await;
    db.close().await;
    let found = found?;
    if found.is_empty() {
        writeln!(out, "nothing was imported")?;
    }
    for import in &found {
        writeln!(out, "{}", summary(import))?;
    }
    Ok(())
}

fn summary(import: &Import) -> String {
    let date = |time: Time| time.format("%Y-%m-%d %H:%M UTC").to_string();
    let state = match (import.rolled_back, import.ended) {
        (Some(at), _) => format!("undone at {}", date(at)),
        (None, Some(at)) => format!("finished at {}", date(at)),
        (None, None) => "stopped in the middle: the same command again goes on with it".to_owned(),
    };
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    format!(
        "{}  {} from {:?}, times of {}, begun at {}, {state}: {}, {}, {}",
        import.id.0,
        import.bot,
        import.source,
        import.timezone,
        date(import.started),
        count(number(import.tickets), "ticket", "tickets"),
        count(number(import.messages), "message", "messages"),
        count(number(import.people), "person", "people"),
    )
}

/// `--rollback`: undoes one import, the latest if none is named. The desk has to stand still.
///
/// # Errors
/// [`ImportError`]; [`ImportError::Left`] if something of it stays, which the answer names.
pub async fn rollback(
    config: &Config,
    import: Option<i64>,
    now: Time,
    out: &mut impl Write,
) -> Result<(), ImportError> {
    let db = open_ready(config).await?;
    let done = async {
        let _claim = db.claim().await?;
        let there = store::list(&db).await?;
        let there: Vec<_> = there
            .into_iter()
            .filter(|import| import.rolled_back.is_none())
            .map(|import| import.id)
            .collect();
        let which = match import {
            None => there.last().copied().ok_or(ImportError::NothingToUndo)?,
            Some(id) if there.contains(&ImportId(id)) => ImportId(id),
            Some(id) => return Err(ImportError::NoSuchImport(id)),
        };
        Ok((which, store::rollback(&db, which, now).await?))
    };
    let done: Result<_, ImportError> = done.await;
    db.close().await;
    let (which, undone) = done?;
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    writeln!(
        out,
        "undone of import {}: {}, {}, {}",
        which.0,
        count(number(undone.tickets), "ticket", "tickets"),
        count(number(undone.messages), "message", "messages"),
        count(number(undone.people), "person", "people"),
    )?;
    if undone.restored > 0 {
        writeln!(
            out,
            "as before again: {}",
            count(number(undone.restored), "ticket", "tickets")
        )?;
    }
    if undone.left.is_empty() {
        return Ok(());
    }
    for left in &undone.left {
        let because = match left.because {
            LeftBecause::WorkedOn => "it was worked on here since",
            LeftBecause::LaterImport => "a later import added to it: undo that one first",
            LeftBecause::WrittenTo => {
                "somebody has begun to write to it: undo it once they are done"
            }
            LeftBecause::OnItsWay => "something about it is on its way to somebody",
        };
        writeln!(out, "#{} is left as it is: {because}", left.ticket)?;
    }
    Err(ImportError::Left {
        import: which.0,
        left: match undone.left.len() {
            1 => "1 ticket was".to_owned(),
            many => format!("{many} tickets were"),
        },
    })
}
