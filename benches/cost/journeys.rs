//! Durable updates a second: journeys from `/start` to the confirmation, closed and open loop.

use std::net::{SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use frontdesk_sandbox::{Options, Sandbox};

use crate::bare;
use crate::crowd::{Act, Crowd, JOURNEY, WORDS};
use crate::desk::{Cpu, Desk};
use crate::table::{Row, folder};

/// No limits: what the desk can do, not what Telegram allows.
pub(crate) const NO_LIMITS: [(&str, &str); 3] = [
    ("LIMITS__GLOBAL_PER_SECOND", "0"),
    ("LIMITS__CHAT_PER_SECOND", "0"),
    ("LIMITS__PERSON_PER_MINUTE", "0"),
];

/// Until everything is warm.
const WARM_UP: Duration = Duration::from_secs(2);

/// For how long is measured.
const MEASURED: Duration = Duration::from_secs(8);

/// People look at their telephones so often: to wake for each answer by itself would cost more than
/// the answer.
const GLANCE: Duration = Duration::from_micros(300);

/// An open loop that is so far behind is given up: it never carries what is offered.
const HOPELESS: usize = 20_000;

/// A Bot API server that remembers little, so that it costs the same all the time.
pub(crate) fn options() -> Options {
    Options {
        kept_calls: 0,
        kept_messages: Some(20),
        ..Options::default()
    }
}

/// Everybody acts again as soon as they were answered.
pub(crate) async fn closed(people: usize) -> Row {
    let sandbox = Sandbox::start(options()).await.expect("a sandbox");
    let folder = folder();
    let desk = Desk::start(&sandbox, folder.path(), &NO_LIMITS);
    let what = format!("closed loop, {people} people at once: durable updates a second");
    let row = walk(&sandbox, || desk.cpu(), &JOURNEY, people, what, "10,000").await;
    desk.stop();
    sandbox.stop().await;
    row
}

/// The same with updates that are posted, 40 at once at most.
pub(crate) async fn posted(people: usize) -> Row {
    let sandbox = Sandbox::start(options()).await.expect("a sandbox");
    let folder = folder();
    let address = free_address().to_string();
    let url = format!("http://{address}/");
    let webhook = [
        ("TELEGRAM__MODE", "webhook"),
        ("TELEGRAM__WEBHOOK__URL", &url),
        ("TELEGRAM__WEBHOOK__LISTEN", &address),
    ];
    let settings = [&NO_LIMITS[..], &webhook[..]].concat();
    let desk = Desk::start(&sandbox, folder.path(), &settings);
    let what = format!("webhook, {people} people at once: durable updates a second");
    let row = walk(
        &sandbox,
        || desk.cpu(),
        &JOURNEY,
        people,
        what,
        "for comparison",
    )
    .await;
    desk.stop();
    sandbox.stop().await;
    row
}

/// Where nobody listens.
pub(crate) fn free_address() -> SocketAddr {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    port.expect("a free port")
}

/// The same with the bare program.
pub(crate) async fn bare(people: usize) -> Row {
    let sandbox = Sandbox::start(options()).await.expect("a sandbox");
    let program = bare::start(&sandbox);
    let what = format!("a bare program, {people} people at once: updates a second, none stored");
    let row = walk(
        &sandbox,
        || program.cpu(),
        &WORDS,
        people,
        what,
        "for comparison",
    )
    .await;
    drop(program);
    sandbox.stop().await;
    row
}

/// Lets people walk, and counts what is answered; `cpu` is what those took that answer.
pub(crate) async fn walk(
    sandbox: &Sandbox,
    cpu: impl Fn() -> Cpu,
    journey: &'static [Act],
    people: usize,
    what: String,
    target: &'static str,
) -> Row {
    let mut crowd = Crowd::new(sandbox, journey);
    crowd.act(std::iter::repeat_n(Instant::now(), people));
    let begin = Instant::now();
    let mut window: Option<(Instant, Cpu, Cpu)> = None;
    loop {
        crowd.answers().await;
        glance();
        crowd.take_in();
        let now = Instant::now();
        match &window {
            None if now - begin > WARM_UP => {
                crowd.measure_anew();
                window = Some((now, cpu(), Cpu::own()));
            }
            Some((since, ..)) if now - *since > MEASURED => break,
            _ => {}
        }
        crowd.act(std::iter::repeat_n(now, people - crowd.waiting()));
    }
    let (since, desk_before, own_before) = window.expect("it was measured");
    let seconds = since.elapsed().as_secs_f64();
    measured(
        what,
        target,
        format!("{:.0}", crowd.answered as f64 / seconds),
        seconds,
        crowd.answered,
        &cpu().since(&desk_before),
        &Cpu::own().since(&own_before),
    )
}

#[expect(
    clippy::disallowed_methods,
    reason = "the timers of the runtime are no finer than a millisecond, and this thread does nothing else"
)]
fn glance() {
    std::thread::sleep(GLANCE);
}

/// So many updates a second are offered, whether or not those before are answered.
pub(crate) async fn open(rate: u32, target: &'static str) -> Row {
    let sandbox = Sandbox::start(options()).await.expect("a sandbox");
    let folder = folder();
    let desk = Desk::start(&sandbox, folder.path(), &NO_LIMITS);
    let mut crowd = Crowd::new(&sandbox, &JOURNEY);
    // The first answer says that the desk is up.
    crowd.act([Instant::now()]);
    crowd.answers().await;
    let begin = Instant::now();
    let due = |acts: u64| begin + Duration::from_secs(1).mul_f64(acts as f64 / f64::from(rate));
    let mut acts: u64 = 0;
    let mut window: Option<(Instant, Cpu, Cpu)> = None;
    let mut late = false;
    loop {
        tokio::select! {
            () = crowd.answers() => {}
            () = tokio::time::sleep_until(due(acts).into()) => {}
        }
        let now = Instant::now();
        match &window {
            None if now - begin > WARM_UP => {
                crowd.measure_anew();
                window = Some((now, desk.cpu(), Cpu::own()));
            }
            Some((since, ..)) if now - *since > MEASURED => break,
            _ => {}
        }
        let mut moments = Vec::new();
        while due(acts) <= now {
            moments.push(due(acts));
            acts += 1;
        }
        crowd.act(moments);
        if crowd.waiting() > HOPELESS {
            late = true;
            break;
        }
    }
    let (since, desk_before, own_before) =
        window.unwrap_or_else(|| (begin, Cpu::default(), Cpu::default()));
    let seconds = since.elapsed().as_secs_f64();
    let (p50, p99) = crowd.percentiles();
    let carried = match late {
        true => format!(
            "NOT carried: {:.0} a second",
            crowd.answered as f64 / seconds
        ),
        false => format!("p50 {p50:.1} ms, p99 {p99:.1} ms"),
    };
    let row = measured(
        format!("open loop, {rate} updates a second offered"),
        target,
        carried,
        seconds,
        crowd.answered,
        &desk.cpu().since(&desk_before),
        &Cpu::own().since(&own_before),
    );
    desk.stop();
    sandbox.stop().await;
    row
}

fn measured(
    what: String,
    target: &'static str,
    figure: String,
    seconds: f64,
    updates: u64,
    desk: &Cpu,
    own: &Cpu,
) -> Row {
    let cores = (desk.total() + own.total()) / seconds;
    Row {
        what,
        target,
        figure,
        limit: format!(
            "an update costs the desk {}, sandbox and load {}; {cores:.2} cores busy",
            desk.each(updates),
            own.each(updates),
        ),
    }
}
