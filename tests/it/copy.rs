//! Moving from a file to a server: people go on where they were, and an operator's mistakes cost nothing.

use chrono::TimeDelta;
use frontdesk::operate::copy;
use frontdesk_sandbox::Outgoing;

use crate::postgres::server::{Server, dump, texts};
use crate::town::{EMMA, KATE, Town};

/// Moves the town's database; what the operator reads.
async fn moves(town: &Town, to: &str) -> Result<String, String> {
    let mut out = Vec::new();
    let from = town.config().database.url.clone();
    let done = copy(town.config(), &from, Some(to.to_owned()), &mut out).await;
    match done {
        Ok(()) => Ok(String::from_utf8(out).expect("words")),
        Err(error) => Err(error.to_string()),
    }
}

#[actix_rt::test]
async fn everybody_goes_on_where_they_were_on_a_server() {
    let Some(server) = Server::own().await else {
        return;
    };
    let url = server.url("postgres");
    let mut town = Town::new().await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    emma.opens_ticket("A <printer> 😢", "it \"hums\"\nand smokes \\u0000 \\")
        .await;
    emma.sends(Outgoing::photo().caption("look")).await;
    kate.writes("/ticket 1").await;
    kate.presses("Answer").await;
    kate.writes("is it on?").await;
    emma.blocks().await;
    kate.replies_to("look", "held until she is back").await;
    // Words that wait for a decision.
    kate.writes("a draft").await;
    emma.unblocks().await;
    emma.opens_ticket("Another", "one more thing").await;
    let said = town.rows("SELECT message_text FROM ticket_messages ORDER BY id");

    let refused = moves(&town, &url).await.expect_err("the desk is running");
    assert!(refused.contains("another desk is running"), "{refused}");
    town.close().await;
    let told = moves(&town, &url).await.expect("it is moved");
    assert!(
        told.contains("         2  tickets\n"),
        "{told}{}",
        town.story()
    );
    assert!(told.contains("set database.url to it"), "{told}");
    let there = dump(&url, &[]);
    let again = moves(&town, &url).await.expect_err("it is not empty");
    assert!(again.contains("the target holds data already"), "{again}");
    assert_eq!(dump(&url, &[]), there, "nothing was changed");

    town.config.database.url = url.clone();
    town.open().await;
    assert_eq!(
        texts(&url, "SELECT message_text FROM ticket_messages ORDER BY id"),
        said
    );
    town.later(TimeDelta::minutes(1)).await;
    let (emma, kate) = (town.person(EMMA), town.person(KATE));
    // The draft, a button from before, and numbers that go on.
    kate.presses("Answer #1").await;
    emma.must_read("a draft");
    emma.opens_ticket("A third", "one more thing").await;
    emma.must_read("#3");
    kate.writes("/find smo").await;
    kate.writes("/find another").await;
    kate.must_read("#2");
    town.close().await;
}
