//! What a call costs the sandbox: processor time of its own threads, HTTP included.
//!
//! `cargo bench -p frontdesk-sandbox` prints it for each kind of call, next to the calls a second of
//! the run. The load comes from blocking threads of this process, which share the machine but not the
//! count. Linux only: the figures come from `/proc/self/task`.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    sync::atomic::{AtomicI64, Ordering},
    thread,
    time::{Duration, Instant},
};

use frontdesk_sandbox::{Options, PersonSpec, Sandbox};

/// Connections that call one after the other.
const CONNECTIONS: i64 = 32;
/// People who are written to, in turn.
const PEOPLE: i64 = 1_000;
const CALLS: i64 = 100_000;

#[actix_web::main]
async fn main() -> io::Result<()> {
    println!(
        "{:<24}{:>12}{:>14}{:>14}",
        "", "calls/s", "µs CPU a call", "MB resident"
    );
    let sandbox = Sandbox::start(Options {
        kept_calls: 1_000,
        kept_messages: Some(20),
        ..Options::default()
    })
    .await
    .map_err(io::Error::other)?;
    for id in 1..=PEOPLE {
        sandbox.add_person(PersonSpec::new(id, "Somebody").language("en"));
    }
    let people = || 1..=PEOPLE;
    let start = |sandbox: &Sandbox| {
        sandbox.at_once(|acts| people().for_each(|id| drop(acts.text(id, "/start"))));
    };
    start(&sandbox);
    let screen = |number: i64| {
        format!(
            "{{\"chat_id\":{},\"text\":\"Ticket {number}: what is the matter? Write it in one or \
             several messages.\",\"entities\":[{{\"type\":\"bold\",\"offset\":0,\"length\":6}}],\
             \"reply_markup\":{{\"inline_keyboard\":[[{{\"text\":\"Cancel\",\"callback_data\":\"c:{number}\"}},\
             {{\"text\":\"Menu\",\"callback_data\":\"m:{number}\"}}]]}}}}",
            number % PEOPLE + 1,
        )
    };
    run("sendMessage", &sandbox, CALLS, |connection, number| {
        connection.call("sendMessage", &screen(number))
    });
    let last: Vec<i64> = people()
        .map(|id| {
            sandbox
                .person(id)
                .last_from_bot()
                .map_or(0, |message| message.id)
        })
        .collect();
    run("editMessageText", &sandbox, CALLS, |connection, number| {
        let of = usize::try_from(number % PEOPLE).unwrap_or_default();
        let edit = screen(number).replacen('{', &format!("{{\"message_id\":{},", last[of]), 1);
        connection.call("editMessageText", &edit)
    });
    let listener = sandbox.listen();
    run(
        "sendMessage, heard",
        &sandbox,
        CALLS,
        |connection, number| connection.call("sendMessage", &screen(number)),
    );
    drop(listener);

    let before = (spent()?, Instant::now());
    for _ in 0..CALLS / PEOPLE {
        start(&sandbox);
    }
    let handing_in = before.1.elapsed();
    println!(
        "{:<24}{:>12.0}{:>14.2}",
        "update, handed in",
        per_second(CALLS, handing_in),
        handing_in.as_secs_f64() * 1e6 / CALLS as f64,
    );
    let offset = AtomicI64::new(0);
    let polls = CALLS / 100;
    let mut connection = Connection::to(&sandbox)?;
    let before = (spent()?, Instant::now());
    for _ in 0..polls {
        let poll = format!(
            "{{\"offset\":{},\"limit\":100}}",
            offset.load(Ordering::Relaxed)
        );
        let answer = connection.call("getUpdates", &poll)?;
        let last = answer.rfind("\"update_id\":").map(|at| &answer[at + 12..]);
        let last = last.and_then(|rest| rest.split(',').next()?.parse::<i64>().ok());
        offset.store(last.unwrap_or_default() + 1, Ordering::Relaxed);
    }
    print_row("update, by 100", CALLS, before)?;
    sandbox.stop().await;
    Ok(())
}

/// Makes `calls` calls on all connections and prints what they cost.
fn run(
    name: &str,
    sandbox: &Sandbox,
    calls: i64,
    call: impl Fn(&mut Connection, i64) -> io::Result<String> + Sync,
) {
    let next = AtomicI64::new(0);
    let before = (spent().unwrap_or_default(), Instant::now());
    thread::scope(|scope| {
        for _ in 0..CONNECTIONS {
            scope.spawn(|| {
                let mut connection = Connection::to(sandbox).expect("a connection");
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= calls {
                        return;
                    }
                    let answer = call(&mut connection, number).expect("an answer");
                    assert!(answer.starts_with("{\"ok\":true"), "{answer}");
                }
            });
        }
    });
    print_row(name, calls, before).expect("figures of this process");
}

fn print_row(name: &str, count: i64, (spent_before, began): (Duration, Instant)) -> io::Result<()> {
    let took = began.elapsed();
    let cost = spent()?.saturating_sub(spent_before).as_secs_f64() * 1e6 / count as f64;
    println!(
        "{name:<24}{:>12.0}{cost:>14.2}{:>14.1}",
        per_second(count, took),
        resident()?
    );
    Ok(())
}

fn per_second(count: i64, took: Duration) -> f64 {
    count as f64 / took.as_secs_f64()
}

/// Processor time of the sandbox's threads so far.
fn spent() -> io::Result<Duration> {
    let mut nanos = 0;
    for task in fs::read_dir("/proc/self/task")? {
        let task = task?.path();
        // A thread of the load may end between the listing and the look.
        let Ok(name) = fs::read_to_string(task.join("comm")) else {
            continue;
        };
        if name.starts_with("sandbox") || name.starts_with("actix-") {
            let stat = fs::read_to_string(task.join("schedstat"))?;
            let first = stat.split(' ').next().unwrap_or_default();
            nanos += first.parse::<u64>().map_err(io::Error::other)?;
        }
    }
    Ok(Duration::from_nanos(nanos))
}

/// Resident memory of the process in megabytes.
fn resident() -> io::Result<f64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok());
    Ok(kilobytes.unwrap_or_default() / 1024.0)
}

/// A connection that is kept alive.
struct Connection {
    stream: BufReader<TcpStream>,
    path: String,
    body: Vec<u8>,
}

impl Connection {
    fn to(sandbox: &Sandbox) -> io::Result<Connection> {
        let address = sandbox.api_url();
        let stream = TcpStream::connect(address.trim_start_matches("http://"))?;
        stream.set_nodelay(true)?;
        Ok(Connection {
            stream: BufReader::new(stream),
            path: format!("/bot{}", sandbox.token()),
            body: Vec::new(),
        })
    }

    fn call(&mut self, method: &str, body: &str) -> io::Result<String> {
        let request = format!(
            "POST {}/{method} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
             accept: */*\r\ncontent-length: {}\r\n\r\n{body}",
            self.path,
            body.len(),
        );
        self.stream.get_mut().write_all(request.as_bytes())?;
        let mut length = 0;
        loop {
            let mut line = String::new();
            self.stream.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            let line = line.to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length:") {
                length = value.trim().parse().map_err(io::Error::other)?;
            }
        }
        self.body.resize(length, 0);
        self.stream.read_exact(&mut self.body)?;
        String::from_utf8(self.body.clone()).map_err(io::Error::other)
    }
}
