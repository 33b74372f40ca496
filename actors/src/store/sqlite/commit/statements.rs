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
    SELECT value ->> 'id', value ->> 'first_name', value ->> 'last_name', value ->> 'username',
           value ->> 'language_code', value ->> 'language', value ->> 'reachable',
           value ->> 'muted', value ->> 'at', value ->> 'at'
    FROM given WHERE true
    ON CONFLICT (id) DO UPDATE SET
        first_name = excluded.first_name, last_name = excluded.last_name,
        username = excluded.username, language_code = excluded.language_code,
        language = coalesce(excluded.language, language),
        reachable = excluded.reachable, muted = excluded.muted,
        last_seen = max(last_seen, excluded.last_seen);

    WITH given (value) AS MATERIALIZED (SELECT value FROM json_each($2))
    INSERT INTO tickets (id, user_id, subject, subject_folded, description, status, priority,
                         category, assigned_admin_id, created_at, updated_at, closed_at,
                         first_answer_at, waiting_since, unread, version)
    SELECT value ->> 'id', value ->> 'user', value ->> 'subject', value ->> 'folded',
           value ->> 'description', value ->> 'status', value ->> 'priority',
           value ->> 'category', value ->> 'assignee', value ->> 'created', value ->> 'updated',
           value ->> 'closed', value ->> 'answered', value ->> 'waiting', value ->> 'unread',
           value ->> 'version'
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
    SELECT value ->> 'id', value ->> 'ticket', value ->> 'sender', value ->> 'side',
           value ->> 'note', value ->> 'text', value ->> 'kind', value ->> 'entities',
           value ->> 'file', value ->> 'file_unique', value ->> 'chat', value ->> 'message',
           value ->> 'album', value ->> 'at'
    FROM given;

    INSERT INTO ticket_events (ticket_id, by_id, at, version, kind, what)
    SELECT value ->> 'ticket', value ->> 'by', value ->> 'at', value ->> 'version',
           value ->> 'kind', value ->> 'what'
    FROM json_each($4);

    WITH given (value) AS MATERIALIZED (SELECT value FROM json_each($5))
    INSERT INTO conversations (person_id, state, version, screen, screen_ticket, screen_no)
    SELECT value ->> 'person', value ->> 'state', value ->> 'version', value ->> 'screen',
           value ->> 'ticket', value ->> 'number'
    FROM given WHERE true
    ON CONFLICT (person_id) DO UPDATE SET
        state = excluded.state, version = excluded.version, screen_no = excluded.screen_no,
        screen_ticket = CASE WHEN excluded.screen IS NULL THEN screen_ticket
                        ELSE excluded.screen_ticket END,
        screen = coalesce(excluded.screen, screen);

    INSERT INTO handled_updates (bot_id, update_id, at)
    SELECT value ->> 'bot', value ->> 'update', value ->> 'at' FROM json_each($6);

    DELETE FROM attempts WHERE update_id IN (SELECT value ->> 'update' FROM json_each($6))";
