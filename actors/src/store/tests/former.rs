//! The older bot's database on PostgreSQL: the same rows are read as on SQLite.

use std::collections::HashSet;

use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};

use super::cluster;
use super::server::Server;
use super::*;
use crate::store::import::{Former, FormerError, FormerTable, Origin};

/// The database of this test: dropped and made anew on whatever server it is.
const NAME: &str = "frontdesk_test_former";

/// As the older bot's library makes them on PostgreSQL; SQLite takes the same words.
const TABLES: &[&str] = &[
    "CREATE TABLE \"user\" (id INTEGER NOT NULL PRIMARY KEY, full_name VARCHAR(255),
         user_id BIGINT NOT NULL UNIQUE, username VARCHAR(255), lang VARCHAR(10),
         date_registered TIMESTAMP NOT NULL)",
    "CREATE TABLE supportticket (id INTEGER NOT NULL PRIMARY KEY, user_id BIGINT NOT NULL,
         subject TEXT NOT NULL, description TEXT NOT NULL, status VARCHAR(20) NOT NULL,
         priority VARCHAR(10) NOT NULL, category VARCHAR(50) NOT NULL, assigned_admin_id BIGINT,
         created_at TIMESTAMP NOT NULL, updated_at TIMESTAMP NOT NULL, closed_at TIMESTAMP)",
    "CREATE TABLE ticketmessage (id INTEGER NOT NULL PRIMARY KEY, ticket_id INTEGER NOT NULL,
         sender_id BIGINT NOT NULL, sender_type VARCHAR(10) NOT NULL, message_text TEXT NOT NULL,
         message_type VARCHAR(20) NOT NULL, file_id TEXT, created_at TIMESTAMP NOT NULL)",
    "CREATE TABLE support (id INTEGER NOT NULL PRIMARY KEY, user_id BIGINT NOT NULL,
         subject TEXT NOT NULL, description TEXT NOT NULL, status VARCHAR(20) NOT NULL,
         admin_response TEXT, created_at TIMESTAMP NOT NULL)",
];

const ROWS: &[&str] = &[
    "INSERT INTO \"user\" VALUES (1, 'Анна <b', 101, 'anna', 'ru', '2024-01-15 10:00:00')",
    "INSERT INTO \"user\" VALUES (2, 'Стёпа', 5000000103, NULL, NULL, '2024-01-16 10:00:00')",
    "INSERT INTO supportticket VALUES (3, 101, 'Заказ', 'Не пришёл 😢', 'closed', 'high', 'payment',
         201, '2024-11-03 12:00:00.123456', '2024-11-04 12:00:00', '2024-11-04 12:00:00')",
    "INSERT INTO supportticket VALUES (4, 5000000103, 'a <b', 'c', 'open', 'normal', 'general',
         NULL, '2024-11-05 12:00:00', '2024-11-05 12:00:00', NULL)",
    "INSERT INTO ticketmessage VALUES (7, 3, 101, 'user', 'Не пришёл 😢', 'photo', 'FILE',
         '2024-11-03 12:00:00.123456')",
    "INSERT INTO ticketmessage VALUES (8, 3, 201, 'admin', 'Ждите', 'text', NULL,
         '2024-11-04 12:00:00')",
    "INSERT INTO ticketmessage VALUES (9, 99, 101, 'user', 'Сирота', 'text', NULL,
         '2024-11-04 12:00:00')",
    "INSERT INTO support VALUES (1, 101, 'Давно', 'Есть кто?', 'closed', 'Да', '2023-05-01 12:00:00')",
];

async fn everything(mut former: Former) -> String {
    let people = HashSet::from([101, 5_000_000_103, 7]);
    let mut known: Vec<_> = former.people(&people).await.unwrap().into_iter().collect();
    known.sort_by_key(|(id, _)| *id);
    let all = format!(
        "{:#?} {known:#?} {:?} {:#?} {:#?} {:#?}",
        former.count().await.unwrap(),
        former.orphans().await.unwrap(),
        former
            .tickets(FormerTable::SupportTicket, i64::MIN, 1)
            .await
            .unwrap(),
        former
            .tickets(FormerTable::SupportTicket, 3, 10)
            .await
            .unwrap(),
        former
            .tickets(FormerTable::Support, i64::MIN, 10)
            .await
            .unwrap(),
    );
    former.close().await;
    all
}

#[tokio::test]
async fn the_same_rows_are_read_from_both_databases() {
    let Some(server) = Server::start().await else {
        return;
    };
    let rig = Rig::new().await;
    let path = rig.folder.path().join("shop_bot.db");
    std::fs::File::create(&path).unwrap();
    let mut file = SqliteConnection::connect(&format!("sqlite:{}", path.display()))
        .await
        .unwrap();
    let anew = ["DROP DATABASE IF EXISTS", "CREATE DATABASE"].map(|what| format!("{what} {NAME}"));
    cluster::run_all(&server.url("postgres"), &anew)
        .await
        .unwrap();
    let mut base = PgConnection::connect(&server.url(NAME)).await.unwrap();
    for statement in TABLES.iter().chain(ROWS) {
        sqlx::query(AssertSqlSafe(*statement))
            .execute(&mut file)
            .await
            .unwrap();
        sqlx::query(AssertSqlSafe(*statement))
            .execute(&mut base)
            .await
            .unwrap();
    }
    // Whatever the installation sets, times are read in one form.
    sqlx::query("ALTER DATABASE frontdesk_test_former SET datestyle TO 'SQL, DMY'")
        .execute(&mut base)
        .await
        .unwrap();
    let open = async |text: String| Former::open(Origin::of(&text), &rig.db).await;
    let of_file = everything(open(path.display().to_string()).await.unwrap()).await;
    let of_base = everything(open(server.url(NAME)).await.unwrap()).await;
    assert!(
        of_file.contains("Не пришёл 😢") && of_file.contains("[9]"),
        "{of_file}"
    );
    assert_eq!(of_base, of_file);

    let host = |database: &str| Origin::of(&server.url(database));
    let nowhere = open(server.url("frontdesk_test_nowhere")).await;
    assert!(
        matches!(nowhere, Err(FormerError::Refused(at)) if at == host("frontdesk_test_nowhere"))
    );
    let other = open(server.url("postgres")).await;
    assert!(matches!(
        other,
        Err(FormerError::NoTable {
            table: "supportticket",
            ..
        })
    ));
    let secret = Origin::of("postgres://me:secret@db.example/shop");
    assert_eq!(
        format!("{secret} {secret:?}"),
        "db.example/shop db.example/shop"
    );
}
