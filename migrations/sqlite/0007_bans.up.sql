-- Who may not write to the desk, and the audit trail of that.

-- The ban in force; all NULL where there is none. `standing` is raised by every ban and by its end.
ALTER TABLE users ADD COLUMN standing   INTEGER NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN banned_at  INTEGER;
ALTER TABLE users ADD COLUMN banned_by  INTEGER;      -- NULL is the desk itself
ALTER TABLE users ADD COLUMN ban_reason TEXT;

-- The list of them, the latest first.
CREATE INDEX users_banned ON users (banned_at DESC, id) WHERE banned_at IS NOT NULL;

-- What was decided about a person: who, when and why. Kept for ever.
CREATE TABLE person_events (
    id        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    person_id INTEGER NOT NULL REFERENCES users (id),
    by_id     INTEGER,                                -- NULL is the desk itself
    at        INTEGER NOT NULL,
    kind      TEXT    NOT NULL,                       -- user_banned, user_unbanned
    what      TEXT    NOT NULL                        -- JSON: the kind with its reason
) STRICT;

CREATE INDEX person_events_by_person ON person_events (person_id, id);
