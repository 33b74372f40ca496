//! The operator's pages, on a listener of their own: whether the desk is well, and its figures.
//!
//! | page | answer |
//! |---|---|
//! | `/healthz` | 200 `alive`: the program runs |
//! | `/readyz` | 200 `ready`, or 503 with a line for each reason why it is not |
//! | `/metrics` | the figures of [`measure`], for Prometheus |
//!
//! They hold neither the token nor anything that people wrote.

use std::io;
use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use actix::Recipient;
use actix_web::http::header::ContentType;
use actix_web::web::{self, Data};
use actix_web::{App, HttpResponse, HttpServer};
use frontdesk_actors::clock::Clock;
use frontdesk_actors::measure;
use frontdesk_actors::session::Sessions;
use frontdesk_actors::store::survey::Survey;
use frontdesk_actors::telegram::Client;
use frontdesk_actors::tickets::Count;
use frontdesk_desk::delivery::NoticeState;
use frontdesk_desk::ticket::{Status, Time};
use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;
use tokio::sync::{Mutex, watch};
use tracing::warn;

use crate::config::Operator;

/// The rows are counted at most once in this time, however often somebody looks.
const COUNT_AGAIN: Duration = Duration::from_secs(1);

/// How long the rows may take to be counted before the database counts as away.
const COUNTING: Duration = Duration::from_secs(5);

/// How long Telegram may take to answer when it is asked whether it is there.
const ASKING: Duration = Duration::from_secs(5);

/// Why a desk is not ready that is not open.
const CLOSED: &str = "the desk is not open: it is starting, or another one has the database";

/// How often the figures are put in order, whether or not anybody looks at them.
const UPKEEP: Duration = Duration::from_secs(5);

/// The bounds of what is measured in seconds: from a call within the machine to a patient one.
const SECONDS: [f64; 14] = [
    0.000_1, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

/// The bounds of group sizes, up to the largest group that can be configured by default.
const GROUPS: [f64; 9] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0];

/// What the pages look at.
pub struct Sources {
    /// The database, by way of its actor.
    pub count: Recipient<Count>,
    /// The conversations.
    pub sessions: Sessions,
    /// Telegram.
    pub client: Client,
    /// Whether this is the desk that sends, of several on one database.
    pub sends: watch::Receiver<bool>,
    /// The one clock.
    pub clock: Clock,
}

/// Where figures are kept from now on.
#[derive(Clone)]
pub struct Figures {
    handle: PrometheusHandle,
    /// The process's own: memory, processor time, open files.
    process: Collector,
}

impl Figures {
    /// Starts to keep figures, for the whole process: before what is to be measured.
    ///
    /// # Errors
    /// If that was done before.
    pub fn start() -> Result<Self, BuildError> {
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)?
            .set_buckets_for_metric(Matcher::Suffix("_jobs".to_owned()), &GROUPS)?
            .install_recorder()?;
        measure::start();
        let process = Collector::default();
        process.describe();
        Ok(Self { handle, process })
    }
}

/// The pages. They are served until the process ends, whatever becomes of the desk: the last that can
/// be seen of a stop is that it is one, and a thread that ends together with the process can abort it.
pub struct Pages {
    watched: Data<Watched>,
    /// Where.
    pub address: SocketAddr,
}

impl Pages {
    /// Serves the pages, also while there is no desk yet. To be called inside an actix system.
    ///
    /// # Errors
    /// If nobody can listen at that address.
    pub fn serve(listen: SocketAddr, settings: Operator, figures: Figures) -> io::Result<Self> {
        let upkeep = figures.clone();
        actix_rt::spawn(async move {
            let mut ticks = tokio::time::interval(UPKEEP);
            loop {
                ticks.tick().await;
                upkeep.handle.run_upkeep();
            }
        });
        let watched = Data::new(Watched {
            settings,
            figures,
            desk: OnceLock::new(),
            counted: Mutex::new(None),
        });
        let data = watched.clone();
        let app = move || {
            App::new()
                .app_data(data.clone())
                .route("/healthz", web::get().to(async || "alive\n"))
                .route("/readyz", web::get().to(ready))
                .route("/metrics", web::get().to(metrics))
        };
        let server = HttpServer::new(app)
            .workers(1)
            .disable_signals()
            .bind(listen)?;
        let address = server.addrs().first().copied().unwrap_or(listen);
        actix_rt::spawn(server.run());
        Ok(Self { watched, address })
    }

    /// The desk is open: from now on the pages tell of it.
    pub fn watch(&self, desk: Sources) {
        // There is one desk for each process.
        let _ = self.watched.desk.set(desk);
    }
}

struct Watched {
    settings: Operator,
    figures: Figures,
    /// Once it is open.
    desk: OnceLock<Sources>,
    counted: Mutex<Option<(Instant, Survey)>>,
}

impl Watched {
    /// The counts of the rows, or why there are none.
    async fn survey(&self, desk: &Sources) -> Result<Survey, String> {
        // Whoever looks meanwhile waits for the same count.
        let mut counted = self.counted.lock().await;
        if let Some((at, survey)) = &*counted
            && at.elapsed() < COUNT_AGAIN
            // That it is well again is worth a look.
            && survey.trouble.is_none()
        {
            return Ok(survey.clone());
        }
        let counting = tokio::time::timeout(COUNTING, desk.count.send(Count)).await;
        let survey = match counting {
            Ok(Ok(Ok(survey))) => survey,
            Ok(Ok(Err(error))) => return Err(error.to_string()),
            Ok(Err(_)) => return Err("the desk is stopping".to_owned()),
            Err(_) => return Err("the database does not answer in time".to_owned()),
        };
        *counted = Some((Instant::now(), survey.clone()));
        Ok(survey)
    }
}

/// Why the desk is not ready; nothing if it is.
fn reasons(
    settings: Operator,
    survey: &Result<Survey, String>,
    telegram_away: Option<Duration>,
    overdue: Option<Duration>,
) -> Vec<String> {
    let mut reasons = Vec::new();
    let trouble = match survey {
        Err(why) => Some(why.clone()),
        Ok(survey) => survey.trouble.as_ref().map(ToString::to_string),
    };
    reasons.extend(trouble);
    if let Some(away) = telegram_away.filter(|away| *away > settings.patience) {
        reasons.push(format!(
            "Telegram has answered no call for {} s",
            away.as_secs()
        ));
    }
    if let Some(overdue) = overdue.filter(|overdue| *overdue > settings.longest_queue) {
        reasons.push(format!(
            "a notice that is due has waited for {} s",
            overdue.as_secs()
        ));
    }
    reasons
}

/// For how long Telegram has been away. A desk that has nothing to say hears nothing, so it asks
/// before it complains.
async fn telegram_away(client: &Client, patience: Duration) -> Option<Duration> {
    let away = || client.away_since().map(|since| since.elapsed());
    if away()? > patience {
        // Whatever is answered was noted.
        let _ = tokio::time::timeout(ASKING, client.me()).await;
    }
    away()
}

/// Looks whether the desk is ready: the rows, and the reasons why it is not.
async fn look(watched: &Watched, desk: &Sources) -> (Result<Survey, String>, Vec<String>) {
    let survey = watched.survey(desk).await;
    // A desk that does not send can do its part whatever becomes of the one that does.
    let survey_due = survey.as_ref().ok().and_then(|survey| survey.due_since);
    let overdue = survey_due.filter(|_| *desk.sends.borrow());
    let reasons = reasons(
        watched.settings,
        &survey,
        telegram_away(&desk.client, watched.settings.patience).await,
        overdue.and_then(|due| (desk.clock.now() - due).to_std().ok()),
    );
    (survey, reasons)
}

async fn ready(watched: Data<Watched>) -> HttpResponse {
    let reasons = match watched.desk.get() {
        Some(desk) => look(&watched, desk).await.1,
        None => vec![CLOSED.to_owned()],
    };
    if reasons.is_empty() {
        return HttpResponse::Ok().body("ready\n");
    }
    let lines: String = reasons
        .iter()
        .map(|reason| format!("not ready: {reason}\n"))
        .collect();
    HttpResponse::ServiceUnavailable().body(lines)
}

async fn metrics(watched: Data<Watched>) -> HttpResponse {
    watched.figures.process.collect();
    match watched.desk.get() {
        Some(desk) => {
            let (survey, reasons) = look(&watched, desk).await;
            measure::ready(reasons.is_empty(), *desk.sends.borrow());
            measure::sessions(desk.sessions.alive());
            match survey {
                Ok(survey) => count(&survey, desk.clock.now()),
                // The other figures are worth having all the same; these stay as they were.
                Err(why) => warn!(why, "the rows cannot be counted for the figures"),
            }
        }
        None => measure::ready(false, false),
    }
    HttpResponse::Ok()
        .content_type(ContentType::plaintext())
        .body(watched.figures.handle.render())
}

/// Takes the figures of the rows.
fn count(survey: &Survey, now: Time) {
    for state in NoticeState::ALL
        .iter()
        .filter(|state| **state != NoticeState::Sent)
    {
        let found = survey.notices.iter().find(|(of, ..)| of == state);
        let (count, age) = found.map_or((0, Duration::ZERO), |(_, count, since)| {
            (*count, (now - *since).to_std().unwrap_or_default())
        });
        measure::notices(state.as_str(), count, age);
    }
    for status in Status::ALL {
        let found = survey.tickets.iter().find(|(of, _)| of == status);
        measure::tickets(status.as_str(), found.map_or(0, |(_, count)| *count));
    }
    measure::quarantined(survey.quarantined);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desk_is_ready_unless_something_is_away_or_overdue() {
        let settings = Operator {
            listen: None,
            patience: Duration::from_secs(120),
            longest_queue: Duration::from_secs(900),
        };
        let well = Ok(Survey::default());
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        let cases = [
            (&well, None, None, vec![]),
            (&well, seconds(120), seconds(900), vec![]),
            (
                &well,
                seconds(121),
                seconds(901),
                vec![
                    "Telegram has answered no call for 121 s",
                    "a notice that is due has waited for 901 s",
                ],
            ),
            (
                &Err("the database is locked".to_owned()),
                None,
                None,
                vec!["the database is locked"],
            ),
        ];
        for (survey, away, overdue, expected) in cases {
            assert_eq!(reasons(settings, survey, away, overdue), expected);
        }
    }
}
