//! The statements of the batch commit, one for each table; each takes the rows as one JSON array.

/// People, new and known. `WHERE true` keeps SQLite from reading `ON CONFLICT` as a join's `ON`.
pub(super) const INSERT_USERS: &str = "
    INSERT INTO users (id, first_name, last_name, username, language_code, language, reachable,
                       muted, first_seen, last_seen)
    SELECT value ->> 'id', value ->> 'first_name', value ->> 'last_name', value ->> 'username',
           value ->> 'language_code', value ->> 'language', value ->> 'reachable',
           value ->> 'muted', value ->> 'at', value ->> 'at'
    FROM json_each($1) WHERE true
    ON CONFLICT (id) DO UPDATE SET
        first_name = excluded.first_name, last_name = excluded.last_name,
        username = excluded.username, language_code = excluded.language_code,
        language = coalesce(excluded.language, language),
        reachable = excluded.reachable, muted = excluded.muted,
        last_seen = max(last_seen, excluded.last_seen)";

pub(super) const UPSERT_CONVERSATIONS: &str = "
    INSERT INTO conversations (person_id, state, version, screen, screen_ticket, screen_no)
    SELECT value ->> 'person', value ->> 'state', value ->> 'version', value ->> 'screen',
           value ->> 'ticket', value ->> 'number'
    FROM json_each($1) WHERE true
    ON CONFLICT (person_id) DO UPDATE SET
        state = excluded.state, version = excluded.version, screen_no = excluded.screen_no,
        screen_ticket = CASE WHEN excluded.screen IS NULL THEN screen_ticket
                        ELSE excluded.screen_ticket END,
        screen = coalesce(excluded.screen, screen)";

pub(super) const UPSERT_TICKETS: &str = "
    INSERT INTO tickets (id, user_id, subject, subject_folded, description, status, priority,
                         category, assigned_admin_id, created_at, updated_at, closed_at,
                         first_answer_at, waiting_since, unread, version)
    SELECT value ->> 'id', value ->> 'user', value ->> 'subject', value ->> 'folded',
           value ->> 'description', value ->> 'status', value ->> 'priority',
           value ->> 'category', value ->> 'assignee', value ->> 'created', value ->> 'updated',
           value ->> 'closed', value ->> 'answered', value ->> 'waiting', value ->> 'unread',
           value ->> 'version'
    FROM json_each($1) WHERE true
    ON CONFLICT (id) DO UPDATE SET
        subject = excluded.subject, subject_folded = excluded.subject_folded,
        description = excluded.description, status = excluded.status,
        priority = excluded.priority, category = excluded.category,
        assigned_admin_id = excluded.assigned_admin_id, updated_at = excluded.updated_at,
        closed_at = excluded.closed_at, first_answer_at = excluded.first_answer_at,
        waiting_since = excluded.waiting_since, unread = excluded.unread,
        version = excluded.version";

pub(super) const INSERT_MESSAGES: &str = "
    INSERT INTO ticket_messages (id, ticket_id, sender_id, sender_type, note, message_text,
                                 message_type, entities, file_id, file_unique_id, source_chat,
                                 source_message, album, created_at)
    SELECT value ->> 'id', value ->> 'ticket', value ->> 'sender', value ->> 'side',
           value ->> 'note', value ->> 'text', value ->> 'kind', value ->> 'entities',
           value ->> 'file', value ->> 'file_unique', value ->> 'chat', value ->> 'message',
           value ->> 'album', value ->> 'at'
    FROM json_each($1)";

pub(super) const INSERT_EVENTS: &str = "
    INSERT INTO ticket_events (ticket_id, by_id, at, version, kind, what)
    SELECT value ->> 'ticket', value ->> 'by', value ->> 'at', value ->> 'version',
           value ->> 'kind', value ->> 'what'
    FROM json_each($1)";

pub(super) const INSERT_MARKS: &str = "
    INSERT INTO handled_updates (bot_id, update_id, at)
    SELECT value ->> 'bot', value ->> 'update', value ->> 'at' FROM json_each($1)";
