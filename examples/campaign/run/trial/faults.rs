//! Faults: Telegram fails at a share of the calls, and is away for a while.

use std::io;
use std::time::Duration;

use frontdesk_sandbox::{Fault, FaultRule, Garbage, Outage};
use tokio::time::{Instant, sleep, timeout};

use super::{Field, QUIET};

impl Field<'_> {
    /// A share of the calls fails for so long, and all of them in the middle.
    pub(super) async fn faults(
        &mut self,
        seed: u64,
        time: Duration,
        outage: Duration,
        progress: &impl Fn(&str),
    ) -> io::Result<()> {
        let faults = [
            Fault::TooManyRequests { retry_after: 1 },
            Fault::ServerError(500),
            Fault::CutBefore,
            Fault::CutAfter,
            Fault::HangFor { millis: 700 },
            Fault::HangAfterFor { millis: 700 },
            Fault::Garbage(Garbage::NotJson),
            Fault::Garbage(Garbage::Truncated),
            Fault::Garbage(Garbage::Html),
        ];
        for fault in faults {
            let rule = FaultRule::on_each(["*", "getUpdates"], fault);
            self.sandbox.add_fault(rule.share(0.015).seed(seed));
        }
        let end = Instant::now() + time;
        let away = Instant::now() + time / 2;
        let mut outages = vec![Outage::BadGateway, Outage::Cut];
        while Instant::now() < end {
            let revision = self.sandbox.revision();
            let _ = timeout(QUIET, self.sandbox.changed(revision)).await;
            self.calls.listen(&self.sandbox);
            let left = end.saturating_duration_since(Instant::now());
            progress(&format!("{} s left, {}", left.as_secs(), self.figures()));
            if Instant::now() >= away
                && let Some(kind) = outages.pop()
            {
                progress(&format!(
                    "Telegram is away for {} s",
                    (outage / 2).as_secs()
                ));
                self.sandbox.begin_outage(kind, None);
                self.listen_until(sleep(outage / 2)).await;
                self.sandbox.end_outage();
            }
        }
        self.sandbox.clear_faults();
        Ok(())
    }
}
