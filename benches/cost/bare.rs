//! What a bare program costs: it reads an update, sends one answer, and stores nothing. The same
//! client, the same Bot API server, the same people.

use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use frontdesk_actors::telegram::{Client, ClientSettings, Read, Token, read};
use frontdesk_desk::formatted::Formatted;
use frontdesk_desk::ids::UpdateId;
use frontdesk_desk::keyboard::Keyboard;
use frontdesk_desk::notice::Call;
use frontdesk_sandbox::Sandbox;
use tokio::sync::Semaphore;

use crate::desk::Desk;

/// The argument that makes this benchmark the bare program.
pub(crate) const ARGUMENT: &str = "the-bare-program";

/// As many calls at once as the desk makes.
const CALLS: usize = 32;

/// Starts it as a process of its own.
pub(crate) fn start(sandbox: &Sandbox) -> Desk {
    Desk::other(
        Command::new(std::env::current_exe().expect("this program"))
            .args([ARGUMENT, &sandbox.api_url(), sandbox.token()])
            .stdin(Stdio::null()),
    )
}

/// Answers every message, until it is killed.
pub(crate) async fn run(api_url: String, token: String) {
    let client = Client::new(&ClientSettings {
        token: token.parse::<Token>().expect("a token"),
        api_url,
        connections: CALLS,
        poll_timeout: Duration::from_secs(50),
    })
    .expect("a client");
    let free = Arc::new(Semaphore::new(CALLS));
    let mut offset = None;
    loop {
        let batch = client.poll(offset, 100).await.expect("updates");
        for raw in &batch {
            let Read::Input(input) = read(raw) else {
                continue;
            };
            offset = Some(UpdateId(input.update.0 + 1));
            let client = client.clone();
            let slot = free.clone().acquire_owned().await.expect("a slot");
            tokio::spawn(async move {
                let call = Call::SendMessage {
                    text: Formatted::from("Thank you"),
                    keyboard: Keyboard::NONE,
                    reply_to: None,
                };
                client
                    .send(input.person.id.chat(), &call)
                    .await
                    .expect("it is sent");
                drop(slot);
            });
        }
    }
}
