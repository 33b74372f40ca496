//! A synthetic database of the older bot: made by SQL, with the tables and the habits of the real
//! one, and nobody's real words.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::town::{ANNA, EMMA, KATE, OLEG};

/// A user whom the older bot has no row for.
pub(super) const STRANGER: i64 = 5_000_000_103;

/// The tables. Installations differ in the order of the columns.
const ORDERS: [&str; 3] = [
    "CREATE TABLE user (id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER NOT NULL UNIQUE,
         date_registered DATETIME NOT NULL, username VARCHAR(255), full_name VARCHAR(255) NOT NULL,
         phone VARCHAR(255), lang VARCHAR(255) NOT NULL);
     CREATE TABLE supportticket (id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER NOT NULL,
         subject TEXT NOT NULL, description TEXT NOT NULL, status VARCHAR(20) NOT NULL,
         priority VARCHAR(10) NOT NULL, category VARCHAR(50) NOT NULL, assigned_admin_id INTEGER,
         created_at DATETIME NOT NULL, updated_at DATETIME NOT NULL, closed_at DATETIME);
     CREATE TABLE ticketmessage (id INTEGER NOT NULL PRIMARY KEY, ticket_id INTEGER NOT NULL,
         sender_id INTEGER NOT NULL, sender_type VARCHAR(10) NOT NULL, message_text TEXT NOT NULL,
         message_type VARCHAR(20) NOT NULL, file_id TEXT, created_at DATETIME NOT NULL,
         FOREIGN KEY (ticket_id) REFERENCES supportticket (id));
     CREATE TABLE support (id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER NOT NULL,
         subject TEXT NOT NULL, description TEXT NOT NULL, status TEXT NOT NULL,
         admin_response TEXT, created_at DATETIME NOT NULL);",
    "CREATE TABLE user (lang TEXT, full_name TEXT, balance INTEGER DEFAULT 0, id INTEGER PRIMARY KEY,
         username TEXT, user_id INTEGER UNIQUE, date_registered DATETIME, phone TEXT);
     CREATE TABLE supportticket (closed_at DATETIME, status TEXT, id INTEGER PRIMARY KEY,
         category TEXT, subject TEXT, user_id INTEGER, created_at DATETIME, description TEXT,
         priority TEXT, updated_at DATETIME, assigned_admin_id INTEGER);
     CREATE TABLE ticketmessage (file_id TEXT, created_at DATETIME, message_text TEXT,
         sender_type TEXT, id INTEGER PRIMARY KEY, message_type TEXT, sender_id INTEGER,
         ticket_id INTEGER);
     CREATE TABLE support (created_at DATETIME, admin_response TEXT, status TEXT, description TEXT,
         subject TEXT, user_id INTEGER, id INTEGER PRIMARY KEY);",
    "CREATE TABLE user (user_id INTEGER UNIQUE, id INTEGER PRIMARY KEY, full_name TEXT, lang TEXT,
         date_registered DATETIME, username TEXT);
     CREATE TABLE supportticket (id INTEGER PRIMARY KEY, created_at DATETIME, updated_at DATETIME,
         closed_at DATETIME, assigned_admin_id INTEGER, category TEXT, priority TEXT, status TEXT,
         description TEXT, subject TEXT, user_id INTEGER, rating INTEGER);
     CREATE TABLE ticketmessage (ticket_id INTEGER, id INTEGER PRIMARY KEY, sender_type TEXT,
         sender_id INTEGER, message_type TEXT, message_text TEXT, created_at DATETIME, file_id TEXT);
     CREATE TABLE support (subject TEXT, id INTEGER PRIMARY KEY, user_id INTEGER, status TEXT,
         admin_response TEXT, description TEXT, created_at DATETIME);",
];

/// The older bot's database.
pub(super) struct Older {
    pub(super) path: PathBuf,
    file: Connection,
}

/// A row of `supportticket`: number, user, subject, description, status, and the days of November
/// 2024 on which it was opened and last changed.
pub(super) type Row<'a> = (i64, i64, &'a str, &'a str, &'a str, i64, i64);

impl Older {
    /// One with no rows.
    pub(super) fn empty(folder: &Path, order: usize) -> Self {
        let path = folder.join("shop_bot.db");
        let file = Connection::open(&path).expect("a file");
        file.pragma_update(None, "journal_mode", "wal")
            .expect("WAL");
        // The older bot's library leaves them off, and so there are orphans.
        file.pragma_update(None, "foreign_keys", "off")
            .expect("no keys");
        file.execute_batch(ORDERS[order]).expect("tables");
        Self { path, file }
    }

    /// Four tickets such as there are many; `photo` is a file that the bot's token opens.
    pub(super) fn usual(folder: &Path, order: usize, photo: &str) -> Self {
        let older = Self::empty(folder, order);
        older.user(ANNA, "anna", "Анна Петрова");
        older.user(EMMA, "emma", "Emma <b>Smith");
        older.user(OLEG, "oleg", "Олег Иванов");
        let order = "Здравствуйте! Заказ №4512 не пришёл 😢";
        older.ticket((3, ANNA, "Не пришёл заказ", order, "closed", 3, 7));
        older.set(3, "closed_at", "2024-11-07 18:30:00.250000");
        older.set(3, "assigned_admin_id", &OLEG.to_string());
        older.message((7, 3, ANNA, "user", order, "text"), None, 3);
        older.message(
            (
                8,
                3,
                OLEG,
                "admin",
                "Отправили ещё раз, ждите завтра",
                "text",
            ),
            None,
            4,
        );
        older.message((9, 3, ANNA, "user", "Пришёл, спасибо!", "text"), None, 7);
        let words = "Why does it say 1 < 2 && <b>bold? 🤔";
        older.ticket((4, EMMA, "a <b and an &amp;", words, "in_progress", 5, 6));
        older.set(4, "priority", "high");
        older.set(4, "category", "technical");
        older.message((10, 4, EMMA, "user", words, "text"), None, 5);
        older.message(
            (11, 4, EMMA, "user", "Прикреплено изображение", "photo"),
            Some(photo),
            5,
        );
        older.message(
            (
                12,
                4,
                KATE,
                "admin",
                "Here is how <i>it</i> works",
                "document",
            ),
            Some("DOC"),
            6,
        );
        older.message(
            (
                13,
                4,
                EMMA,
                "user",
                "Прикреплен документ: отчёт.pdf",
                "document",
            ),
            Some("PDF"),
            6,
        );
        // No messages at all, and more than Telegram carries in one.
        let long = format!(
            "Начало. {}Конец.",
            "Очень длинный рассказ о беде. ".repeat(170)
        );
        older.ticket((5, ANNA, "Длинная история", &long, "open", 8, 8));
        older.ticket((
            17,
            STRANGER,
            "Верните деньги",
            "Списали дважды",
            "open",
            9,
            9,
        ));
        older.set(17, "priority", "urgent");
        older.set(17, "category", "payment");
        older.message(
            (20, 17, STRANGER, "user", "Списали дважды", "text"),
            None,
            9,
        );
        older.message(
            (21, 17, STRANGER, "user", "Вот чек", "photo"),
            Some("CHECK"),
            9,
        );
        older
    }

    /// Rows that no bot should have made, beside the usual ones.
    pub(super) fn add_oddities(&self) {
        self.sql(
            "INSERT INTO supportticket (id, user_id, subject, description, status, priority, category,
                                        assigned_admin_id, created_at, updated_at, closed_at) VALUES
             (30, 101, '', 'Без темы', 'waiting', 'asap', 'refund', 999,
              '2011-03-27 02:30:00', '2014-10-30 10:00:00', NULL),
             (31, 0, 'Ничей', 'Ничей', 'open', 'low', 'general', NULL, '2024-11-01 10:00:00',
              '2024-11-01 10:00:00', NULL),
             (32, 102, 'В будущем', 'Привет из будущего', 'closed', 'low', 'general', NULL,
              '2099-01-01 00:00:00', 'never', NULL);
             INSERT INTO ticketmessage (id, ticket_id, sender_id, sender_type, message_text,
                                        message_type, file_id, created_at) VALUES
             (40, 30, 101, 'user', 'Без темы', 'text', NULL, '2014-10-26 01:30:00'),
             (41, 30, 202, 'robot', 'Кто я?', 'hologram', NULL, '2014-10-27 10:00:00'),
             (42, 30, 0, 'admin', 'Ответ неизвестно чей', 'text', NULL, 'вчера'),
             (43, 30, 101, 'user', '', 'text', NULL, '2014-10-28 10:00:00'),
             (44, 30, 101, 'user', 'Прикреплено видео', 'video', '', '2014-10-29 10:00:00'),
             (45, 99, 101, 'user', 'Сирота', 'text', NULL, '2024-11-01 10:00:00'),
             (46, 98, 101, 'user', 'Сирота', 'text', NULL, '2024-11-01 10:00:00');
             INSERT INTO support (id, user_id, subject, description, status, admin_response,
                                  created_at) VALUES
             (3, 102, 'Older still', 'Is anybody there?', 'closed', 'Yes!', '2023-05-01 12:00:00');",
        );
        let subject = "Тема длиной в роман ".repeat(15);
        self.ticket((33, EMMA, &subject, "Описание", "open", 10, 10));
        let caption = "слово ".repeat(300);
        self.message((47, 33, EMMA, "user", "Описание", "text"), None, 10);
        self.message((48, 33, EMMA, "user", &caption, "photo"), Some("LONG"), 10);
    }

    pub(super) fn user(&self, id: i64, username: &str, name: &str) {
        self.file
            .execute(
                "INSERT INTO user (user_id, username, full_name, lang, date_registered)
                 VALUES (?1, ?2, ?3, 'ru', '2024-01-15 10:00:00')",
                (id, username, name),
            )
            .expect("a row");
    }

    pub(super) fn ticket(&self, (id, user, subject, text, status, opened, changed): Row<'_>) {
        self.file
            .execute(
                "INSERT INTO supportticket (id, user_id, subject, description, status, priority,
                                            category, created_at, updated_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, 'normal', 'general', ?6, ?7)",
                (id, user, subject, text, status, day(opened), day(changed)),
            )
            .expect("a row");
    }

    /// A row of `ticketmessage`: number, ticket, sender, side, words and kind.
    pub(super) fn message(
        &self,
        (id, ticket, sender, side, text, kind): (i64, i64, i64, &str, &str, &str),
        file: Option<&str>,
        on: i64,
    ) {
        self.file
            .execute(
                "INSERT INTO ticketmessage (id, ticket_id, sender_id, sender_type, message_text,
                                            message_type, file_id, created_at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                (id, ticket, sender, side, text, kind, file, day(on)),
            )
            .expect("a row");
    }

    pub(super) fn set(&self, ticket: i64, column: &str, value: &str) {
        let sql = format!("UPDATE supportticket SET {column} = ?2 WHERE id = ?1");
        self.file.execute(&sql, (ticket, value)).expect("a row");
    }

    pub(super) fn sql(&self, statements: &str) {
        self.file.execute_batch(statements).expect("SQL");
    }

    /// All rows, to be compared.
    pub(super) fn rows(&self) -> Vec<String> {
        dump(&self.file, &[])
    }
}

/// A local time on a day of November 2024.
fn day(day: i64) -> String {
    format!("2024-11-{day:02} 12:00:00.123456")
}

/// A value as it is compared.
fn told(value: ValueRef<'_>) -> String {
    match value {
        ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
        other => format!("{other:?}"),
    }
}

/// All rows of all tables but these, a line each.
pub(super) fn dump(file: &Connection, but: &[&str]) -> Vec<String> {
    let mut names = file
        // The index of subjects follows from the tickets; how it is laid out is SQLite's affair.
        .prepare(
            "SELECT name FROM sqlite_master
             WHERE type = 'table' AND name NOT LIKE 'ticket_subjects%' ORDER BY name",
        )
        .expect("a query");
    let names: Vec<String> = names
        .query_map((), |row| row.get(0))
        .expect("names")
        .collect::<Result<_, _>>()
        .expect("names");
    let mut all = Vec::new();
    for name in names.iter().filter(|name| !but.contains(&name.as_str())) {
        let mut rows = file
            .prepare(&format!("SELECT * FROM \"{name}\""))
            .expect("a query");
        let columns = rows.column_count();
        let lines: Vec<String> = rows
            .query_map((), |row| {
                (0..columns)
                    .map(|column| row.get_ref(column).map(told))
                    .collect::<Result<Vec<_>, _>>()
                    .map(|values| values.join("|"))
            })
            .expect("rows")
            .collect::<Result<_, _>>()
            .expect("rows");
        all.extend(lines.into_iter().map(|line| format!("{name}: {line}")));
    }
    all.sort();
    all
}
