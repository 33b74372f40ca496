//! What a campaign prints: one table, and every broken promise.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use super::check::Findings;
use super::ledger::Deed;
use super::trial::Trial;

/// What people did that is worth a row of its own.
const LOAD: [(&str, Deed); 11] = [
    ("albums", Deed::Album),
    ("album items that came late", Deed::LateItem),
    ("edits", Deed::Edit),
    ("Telegram's replies", Deed::Reply),
    ("buttons pressed", Deed::Press),
    ("presses that were forged, or over", Deed::Forged),
    ("taps and words all at once", Deed::Hurry),
    ("times the bot was blocked", Deed::Block),
    ("floods", Deed::Flood),
    ("bans", Deed::Ban),
    ("edits while banned", Deed::RefusedEdit),
];

/// What came of a trial.
pub(crate) struct Report {
    /// How often the desk, or a node of it, was killed or stopped.
    pub(super) ends: u32,
    /// How often the database was killed.
    pub(super) falls: u32,
    /// How often the node that sends stood still.
    pub(super) stood_still: u32,
    /// Updates that people caused.
    pub(super) updates: u64,
    /// Bot API calls, polls left out, and how many of all ran into trouble.
    pub(super) calls: (u64, u64),
    /// How many messages and edits there were in the busiest second.
    pub(super) busiest: usize,
    /// From the loss of each node among others to the next thing that people saw, and whether it was the
    /// one that sends.
    pub(super) gaps: Vec<(bool, Duration)>,
    /// What people did, by kind.
    pub(super) deeds: BTreeMap<Deed, u64>,
    /// What was found and counted.
    pub(super) findings: Findings,
    /// The most deliveries that can have come twice.
    pub(super) bound: u64,
    /// The longest from a start, or from the return of the database, to the first answer.
    pub(super) recovery: Duration,
    /// The longest stop.
    pub(super) stop: Duration,
    /// Where the database and the log are kept, if anything was broken.
    pub(super) kept: Option<PathBuf>,
}

impl Report {
    /// Whether every promise was kept.
    pub(crate) fn is_clean(&self) -> bool {
        self.findings.broken.is_empty()
    }
}

/// The figures of these trials side by side, and below them what was broken.
pub(crate) fn table(reports: &[(Trial, Report)]) -> String {
    let seconds = |time: Duration| format!("{:.2} s", time.as_secs_f64());
    let mut table = format!("{:38}", "");
    for (trial, _) in reports {
        let name = match trial {
            Trial::Kills(_) => "kills",
            Trial::Faults { .. } => "faults",
            Trial::Stops(_) => "stops",
        };
        // Writing to a string cannot fail, here and below.
        let _ = write!(table, "{name:>10}");
    }
    let mut row = |name: &str, value: &dyn Fn(&Report) -> String| {
        let _ = write!(table, "\n{name:38}");
        for (_, report) in reports {
            let _ = write!(table, "{:>10}", value(report));
        }
    };
    row("times killed or stopped", &|report| report.ends.to_string());
    row("times the database was", &|report| report.falls.to_string());
    row("times the sender stood still", &|report| {
        report.stood_still.to_string()
    });
    row("updates", &|report| report.updates.to_string());
    row("calls", &|report| report.calls.0.to_string());
    row("calls and polls in trouble", &|report| {
        report.calls.1.to_string()
    });
    row("messages in the busiest second", &|report| {
        report.busiest.to_string()
    });
    row("tickets", &|report| report.findings.tickets.to_string());
    row("messages stored", &|report| {
        report.findings.messages.to_string()
    });
    row("of them answers", &|report| {
        report.findings.answers.to_string()
    });
    row("tickets answered by several admins", &|report| {
        report.findings.shared.to_string()
    });
    for (name, deed) in LOAD {
        row(name, &|report| {
            let times = report.deeds.get(&deed).copied();
            times.unwrap_or_default().to_string()
        });
    }
    row("messages told of added up", &|report| {
        report.findings.gathered.to_string()
    });
    row("written while banned", &|report| {
        report.findings.refused.to_string()
    });
    row("given up by their writers", &|report| {
        report.findings.given_up.to_string()
    });
    row("lost", &|report| report.findings.lost.to_string());
    row("out of order", &|report| {
        report.findings.out_of_order.to_string()
    });
    row("deliveries that came twice", &|report| {
        report.findings.doubled.to_string()
    });
    row("at most (calls whose end is unknown)", &|report| {
        report.bound.to_string()
    });
    row("marked \"may have come twice\"", &|report| {
        report.findings.doubtful.to_string()
    });
    row("longest from a start to an answer", &|report| {
        seconds(report.recovery)
    });
    for (name, sender) in [("the sender", true), ("another node", false)] {
        row(&format!("times {name} was lost"), &|report| {
            gaps(report, sender).len().to_string()
        });
        row("until the next answer, median", &|report| {
            let gaps = gaps(report, sender);
            seconds(gaps.get(gaps.len() / 2).copied().unwrap_or_default())
        });
        row("until the next answer, longest", &|report| {
            seconds(gaps(report, sender).last().copied().unwrap_or_default())
        });
    }
    row("longest stop", &|report| seconds(report.stop));
    row("broken promises", &|report| {
        report.findings.broken.len().to_string()
    });
    table.push('\n');
    for (trial, report) in reports {
        for broken in &report.findings.broken {
            let _ = writeln!(table, "\n{trial:?}: {broken}");
        }
        if let Some(kept) = &report.kept {
            let kept = kept.display();
            let _ = writeln!(
                table,
                "\nThe database, the log and the chats are in {kept}."
            );
        }
    }
    table
}

/// The gaps after each loss of the sender, or of another node, shortest first.
fn gaps(report: &Report, of_sender: bool) -> Vec<Duration> {
    let gaps = report.gaps.iter();
    let mut gaps: Vec<Duration> = gaps
        .filter(|(sender, _)| *sender == of_sender)
        .map(|(_, gap)| *gap)
        .collect();
    gaps.sort_unstable();
    gaps
}
