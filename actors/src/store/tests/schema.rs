//! The schema: up, down and up again, and what is refused in words.

use super::migrate::{Down, StepState};
use super::*;
use crate::store::sql;

async fn fresh() -> (TempDir, Db) {
    let folder = TempDir::new().unwrap();
    let db = Db::open(&settings(&folder)).await.unwrap();
    (folder, db)
}

async fn applied(db: &Db) -> Vec<bool> {
    let steps = migrate::status(db).await.unwrap();
    steps
        .into_iter()
        .map(|step| step.state == StepState::Applied)
        .collect()
}

async fn objects(db: &Db) -> Vec<String> {
    let mut tx = db.read().await.unwrap();
    sql::query_scalar(match db {
        Db::Sqlite(_) => "SELECT coalesce(sql, name) FROM sqlite_master ORDER BY type, name",
        Db::Postgres(_) => {
            "SELECT CAST(c.relname AS TEXT) || ' ' || coalesce(pg_get_indexdef(i.indexrelid), (
                 SELECT string_agg(a.attname || ' ' || CAST(a.atttypid AS TEXT), ', '
                                   ORDER BY a.attnum)
                 FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0), '')
             FROM pg_class AS c LEFT JOIN pg_index AS i ON i.indexrelid = c.oid
             WHERE c.relnamespace = CAST('public' AS regnamespace) AND c.relkind <> 't'
             UNION ALL
             SELECT CAST(oid AS regprocedure) || ' ' || prosrc FROM pg_proc
             WHERE pronamespace = CAST('public' AS regnamespace)
             UNION ALL
             SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
             ORDER BY 1"
        }
    })
    .fetch_all(&mut tx)
    .await
    .unwrap()
}

#[tokio::test]
async fn up_and_down_and_up_again_gives_the_same_schema() {
    let (_folder, db) = fresh().await;
    assert!(applied(&db).await.iter().all(|applied| !applied));
    let steps = migrate::up(&db).await.unwrap();
    assert_eq!(steps, applied(&db).await.len());
    assert_eq!(migrate::up(&db).await.unwrap(), 0);
    let whole = objects(&db).await;
    let down = migrate::down(&db, 1, false, at(0)).await.unwrap();
    assert!(matches!(down, Down::Done(_)));
    assert_eq!(applied(&db).await[..2], [true, false]);
    migrate::down(&db, 0, false, at(1)).await.unwrap();
    let down = migrate::down(&db, 0, false, at(2)).await.unwrap();
    assert_eq!(down, Down::Nothing);
    let left = objects(&db).await;
    assert!(
        left.iter()
            .all(|object| object.contains("sqlite_") || object.contains("_sqlx_"))
    );
    migrate::up(&db).await.unwrap();
    assert_eq!(objects(&db).await, whole);
}

#[tokio::test]
async fn down_keeps_data_unless_told_and_copies_it_first() {
    let rig = Rig::new().await;
    rig.done(opening(1, ANNA, 0, "Printer", at(1))).await;
    let refused = migrate::down(&rig.db, 0, false, at(2)).await;
    assert!(matches!(refused, Err(StoreError::Refused(text)) if text.contains("--drop-data")));
    assert_eq!(ticket(&rig, 1).await.subject, "Printer");
    let unknown = migrate::down(&rig.db, 99, true, at(2)).await;
    assert!(matches!(unknown, Err(StoreError::Refused(_))));

    let down = migrate::down(&rig.db, 0, true, at(2)).await.unwrap();
    let Down::Done(Some(copy)) = down else {
        panic!("no copy: {down:?}");
    };
    assert_eq!(copy.parent(), Some(rig.folder.path()));
    let url = format!("sqlite:{}", copy.display());
    let kept = Db::open(&DbSettings { url, readers: 1 }).await.unwrap();
    let facts = store_facts::read(&kept, ANNA, &[Need::Ticket(TicketId(1))])
        .await
        .unwrap();
    assert_eq!(facts.tickets[0].0.subject, "Printer");
}

#[tokio::test]
async fn what_is_there_is_read_after_a_migration() {
    let rig = Rig::new().await;
    rig.done(opening(1, ANNA, 0, "Printer", at(1))).await;
    migrate::down(&rig.db, 8, true, at(2)).await.unwrap();
    assert!(migrate::up(&rig.db).await.unwrap() > 0);
    for _ in 0..3 {
        assert_eq!(ticket(&rig, 1).await.subject, "Printer");
    }
}

#[tokio::test]
async fn other_schemas_are_refused_in_words() {
    let (_folder, db) = fresh().await;
    let older = migrate::ready(&db, false).await;
    assert_eq!(older, Err(StoreError::Older { missing: 1 }));
    assert!(migrate::ready(&db, true).await.unwrap() > 0);
    assert_eq!(migrate::ready(&db, false).await, Ok(0));
    let mut tx = db.write().await.unwrap();
    sql::query(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (900, 'of a later day', true, 'x', 0)",
    )
    .execute(&mut tx)
    .await
    .unwrap();
    tx.commit().await.unwrap();
    for refused in [
        migrate::ready(&db, true).await.map(|_| ()),
        migrate::ready(&db, false).await.map(|_| ()),
        migrate::down(&db, 0, true, at(0)).await.map(|_| ()),
    ] {
        assert!(matches!(
            refused,
            Err(StoreError::Newer { theirs: 900, .. })
        ));
    }
    let steps = migrate::status(&db).await.unwrap();
    let last = steps.last().unwrap();
    assert_eq!((last.version, last.state), (900, StepState::Unknown));
    assert_eq!(last.name, "of a later day");
}

#[tokio::test]
async fn a_migration_that_is_missing_in_the_middle_is_missing() {
    let (_folder, db) = fresh().await;
    migrate::up(&db).await.unwrap();
    let mut tx = db.write().await.unwrap();
    sql::query("DELETE FROM _sqlx_migrations WHERE version = 2")
        .execute(&mut tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let states = applied(&db).await;
    assert_eq!(states[..3], [true, false, true]);
    let older = migrate::ready(&db, false).await;
    assert_eq!(older, Err(StoreError::Older { missing: 2 }));
    let newest = migrate::status(&db)
        .await
        .map(|steps| migrate::schema(&steps));
    assert!(newest.unwrap().unwrap() > 2);
}

#[tokio::test]
async fn only_the_two_kinds_of_database_are_opened() {
    for url in [
        "postgres://u:secret@[h/d",
        "mysql://u:secret@h/d",
        "sqlite::memory:",
        "desk.db",
    ] {
        let settings = DbSettings {
            url: url.to_owned(),
            readers: 1,
        };
        let error = Db::open(&settings).await.unwrap_err();
        assert!(matches!(error, StoreError::Refused(_)));
        assert!(!error.to_string().contains("secret"));
    }
    let settings = DbSettings {
        url: "sqlite:/nowhere/at/all/desk.db".to_owned(),
        readers: 1,
    };
    assert!(Db::open(&settings).await.unwrap_err().is_unavailable());
}

#[tokio::test]
async fn lists_and_the_outbox_are_read_by_their_indexes() {
    let (_folder, db) = fresh().await;
    migrate::up(&db).await.unwrap();
    let rank = "waiting_rank, id";
    let staffs = |filter: &str| format!("SELECT * FROM tickets {filter} ORDER BY {rank} LIMIT 8");
    let plans = [
        ("tickets_all", staffs("")),
        ("tickets_by_status", staffs("WHERE status = 'open'")),
        (
            "tickets_by_category",
            staffs("WHERE category = 'x' AND status <> 'closed'"),
        ),
        (
            "tickets_by_priority",
            staffs("WHERE priority = 'low' AND status <> 'closed'"),
        ),
        (
            "tickets_by_assignee",
            staffs("WHERE assigned_admin_id = 1 AND status <> 'closed'"),
        ),
        (
            "tickets_by_assignee",
            staffs("WHERE assigned_admin_id IS NULL AND status <> 'closed'"),
        ),
        (
            "tickets_by_user",
            "SELECT * FROM tickets WHERE user_id = 1
             ORDER BY (status = 'closed'), updated_at DESC, id DESC LIMIT 8"
                .to_owned(),
        ),
        (
            "tickets_by_user",
            "SELECT * FROM tickets WHERE user_id = 1 AND (status = 'closed') = false
             ORDER BY updated_at DESC, id DESC LIMIT 8"
                .to_owned(),
        ),
        (
            "notices_by_chat",
            "SELECT state FROM notices WHERE chat_id = 1 AND state NOT IN ('sent', 'failed')
             ORDER BY id LIMIT 1"
                .to_owned(),
        ),
        (
            "notices_due",
            "SELECT min(due_at) FROM notices WHERE head = 1 AND state = 'pending' AND due_at > 1"
                .to_owned(),
        ),
    ];
    let mut tx = db.read().await.unwrap();
    for (index, query) in plans {
        let plan = sql::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {query}")))
            .fetch_all(&mut tx)
            .await
            .unwrap();
        let plan: Vec<String> = plan
            .iter()
            .map(|row| row.try_get("detail").unwrap())
            .collect();
        let plan = plan.join("; ");
        assert!(
            plan.contains(index) && !plan.contains("TEMP B-TREE"),
            "{query}: {plan}"
        );
    }
}
