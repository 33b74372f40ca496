//! The statements of the batch commit: one string, since the driver hands a string over to SQLite's
//! thread as a whole, and that costs more than most of the statements in it.
//!
//! Each table's rows are one JSON array; those of tables without any are `[]`. `MATERIALIZED` has
//! each row made into text once, and not once for each of its columns.

/// Writes people ($1), tickets ($2), messages ($3), events ($4), conversations ($5) and marks ($6).
/// `WHERE true` keeps SQLite from reading `ON CONFLICT` as a join's `ON`.
pub(super) const WRITE: &str = "
    WITH given (value) AS MATERIALIZED (SELECT value FROM json_each($1))
    INSERT INTO users (id, first_name, last_name, username, language_code, language, reachable,
                       muted, first_seen, last_seen)
    SELECT CAST(value ->> 'id' AS BIGINT), value ->> 'first_name', value ->> 'last_name', value ->> 'username',
           value ->> 'language_code', value ->> 'language', CAST(value ->> 'reachable' AS BIGINT),
           CAST(value ->> 'muted' AS BIGINT), CAST(value ->> 'at' AS BIGINT), CAST(value ->> 'at' AS BIGINT)
    FROM given WHERE true
    ON CONFLICT (id) DO UPDATE SET
        first_name = excluded.first_name, last_name = excluded.last_name,
        username = excluded.username, language_code = excluded.language_code,
        language = coalesce(excluded.language, users.language),
        reachable = excluded.reachable, muted = excluded.muted,
        last_seen = max(users.last_seen, excluded.last_seen);

    WITH given (value) AS MATERIALIZED (SELECT value FROM json_each($2))
    INSERT INTO tickets (id, user_id, subject, subject_folded, description, status, priority,
                         category, assigned_admin_id, created_at, updated_at, closed_at,
                         first_answer_at, waiting_since, unread, version)
    SELECT CAST(value ->> 'id' AS BIGINT), CAST(value ->> 'user' AS BIGINT), value ->> 'subject', value ->> 'folded',
           value ->> 'description', value ->> 'status', value ->> 'priority',
           value ->> 'category', CAST(value ->> 'assignee' AS BIGINT), CAST(value ->> 'created' AS BIGINT), CAST(value ->> 'updated' AS BIGINT),
           CAST(value ->> 'closed' AS BIGINT), CAST(value ->> 'answered' AS BIGINT), CAST(value ->> 'waiting' AS BIGINT), CAST(value ->> 'unread' AS BIGINT),
           CAST(value ->> 'version' AS BIGINT)
    FROM given WHERE true
    ON CONFLICT (id) DO UPDATE SET
        subject = excluded.subject, subject_folded = excluded.subject_folded,
        description = excluded.description, status = excluded.status,
        priority = excluded.priority, category = excluded.category,
        assigned_admin_id = excluded.assigned_admin_id, updated_at = excluded.updated_at,
        closed_at = excluded.closed_at, first_answer_at = excluded.first_answer_at,
        waiting_since = excluded.waiting_since, unread = excluded.unread,
        version = excluded.version;

    WITH given (value) AS MATERIALIZED (SELECT value FROM json_each($3))
    INSERT INTO ticket_messages (id, ticket_id, sender_id, sender_type, note, message_text,
                                 message_type, entities, file_id, file_unique_id, source_chat,
                                 source_message, album, created_at)
    SELECT CAST(value ->> 'id' AS BIGINT), CAST(value ->> 'ticket' AS BIGINT), CAST(value ->> 'sender' AS BIGINT), value ->> 'side',
           CAST(value ->> 'note' AS BIGINT), value ->> 'text', value ->> 'kind', value ->> 'entities',
           value ->> 'file', value ->> 'file_unique', CAST(value ->> 'chat' AS BIGINT), CAST(value ->> 'message' AS BIGINT),
           value ->> 'album', CAST(value ->> 'at' AS BIGINT)
    FROM given;

    INSERT INTO ticket_events (ticket_id, by_id, at, version, kind, what)
    SELECT CAST(value ->> 'ticket' AS BIGINT), CAST(value ->> 'by' AS BIGINT), CAST(value ->> 'at' AS BIGINT), CAST(value ->> 'version' AS BIGINT),
           value ->> 'kind', value ->> 'what'
    FROM json_each($4);

    WITH given (value) AS MATERIALIZED (SELECT value FROM json_each($5))
    INSERT INTO conversations (person_id, state, version, screen, screen_ticket, screen_no)
    SELECT CAST(value ->> 'person' AS BIGINT), value ->> 'state', CAST(value ->> 'version' AS BIGINT), value ->> 'screen',
           CAST(value ->> 'ticket' AS BIGINT), CAST(value ->> 'number' AS BIGINT)
    FROM given WHERE true
    ON CONFLICT (person_id) DO UPDATE SET
        state = excluded.state, version = excluded.version, screen_no = excluded.screen_no,
        screen_ticket = CASE WHEN excluded.screen IS NULL THEN conversations.screen_ticket
                        ELSE excluded.screen_ticket END,
        screen = coalesce(excluded.screen, conversations.screen);

    INSERT INTO handled_updates (bot_id, update_id, at)
    SELECT CAST(value ->> 'bot' AS BIGINT), CAST(value ->> 'update' AS BIGINT), CAST(value ->> 'at' AS BIGINT) FROM json_each($6);

    DELETE FROM attempts WHERE update_id IN (SELECT CAST(value ->> 'update' AS BIGINT) FROM json_each($6))";
