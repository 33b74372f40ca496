//! Several desks on one PostgreSQL server: what one, two and three of them carry together, and what
//! limits them.

use std::net::SocketAddr;

use frontdesk_sandbox::Sandbox;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use crate::cluster::{Cluster, run_all, texts};
use crate::crowd::JOURNEY;
use crate::desk::{Cpu, Desk};
use crate::journeys::{NO_LIMITS, free_address, options, walk};
use crate::table::{Row, folder};

/// So many people act at once.
const PEOPLE: usize = 128;

/// With one, two and three desks, on a server of this process that waits for its disk.
pub(crate) async fn nodes() -> Vec<Row> {
    let Some(server) = Cluster::start().await.expect("a server") else {
        println!("(nodes: skipped, since there is no PostgreSQL on this machine)");
        return Vec::new();
    };
    let url = format!("{}postgres", server.base());
    let flushes = ["ALTER SYSTEM SET fsync = on", "SELECT pg_reload_conf()"].map(str::to_owned);
    run_all(&url, &flushes).await.expect("it may do so");
    while texts(&url, "SHOW fsync").await.expect("an answer") != ["on"] {
        tokio::task::yield_now().await;
    }
    let mut rows = Vec::new();
    for desks in 1..=3 {
        let make = format!("CREATE DATABASE desks_{desks}");
        run_all(&url, &[make]).await.expect("it may do so");
        rows.push(measured(&format!("{}desks_{desks}", server.base()), desks).await);
    }
    rows
}

async fn measured(database: &str, desks: usize) -> Row {
    let sandbox = Sandbox::start(options()).await.expect("a sandbox");
    let folder = folder();
    let listeners: Vec<SocketAddr> = (0..desks).map(|_| free_address()).collect();
    let url = format!("http://{}/", balance(listeners.clone()).await);
    let started: Vec<Desk> = listeners
        .iter()
        .map(|listen| {
            let listen = listen.to_string();
            let webhook = [
                ("DATABASE__URL", database),
                ("TELEGRAM__MODE", "webhook"),
                ("TELEGRAM__WEBHOOK__URL", &url),
                ("TELEGRAM__WEBHOOK__LISTEN", &listen),
                ("TELEGRAM__WEBHOOK__MAX_CONNECTIONS", "100"),
                ("OPERATOR__LISTEN", ""),
            ];
            let settings = [&NO_LIMITS[..], &webhook[..]].concat();
            Desk::start(&sandbox, folder.path(), &settings)
        })
        .collect();
    let what =
        format!("PostgreSQL, {desks} desks, {PEOPLE} people at once: durable updates a second");
    // The server's processes are counted as the desks' threads are.
    let cpu = || {
        let desks = started.iter().map(Desk::cpu);
        desks.chain([Cpu::named("postgres")]).sum()
    };
    let row = walk(&sandbox, cpu, &JOURNEY, PEOPLE, what, "for comparison").await;
    started.into_iter().for_each(Desk::stop);
    sandbox.stop().await;
    row
}

/// Hands each connection to the next of these; where it listens.
async fn balance(desks: Vec<SocketAddr>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        let mut turn = 0;
        while let Ok((mut from, _)) = listener.accept().await {
            let desk = desks[turn % desks.len()];
            turn += 1;
            tokio::spawn(async move {
                // A desk that does not listen yet is tried again by whoever asked.
                if let Ok(mut to) = TcpStream::connect(desk).await {
                    let _ = to.set_nodelay(true);
                    let _ = copy_bidirectional(&mut from, &mut to).await;
                }
            });
        }
    });
    address
}
