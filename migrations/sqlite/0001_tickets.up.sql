-- People, tickets, their messages and their audit trail.
--
-- All times are whole microseconds since 1970-01-01 UTC, as integers: they sort, subtract and
-- compare the same way on every database. Enums are stored as the words that the code knows
-- them by, flags as 0 and 1, and a Telegram id is a 64-bit number.

-- Everybody who ever wrote to the bot. The id is Telegram's.
CREATE TABLE users (
    id            INTEGER NOT NULL PRIMARY KEY,
    first_name    TEXT    NOT NULL,
    last_name     TEXT,
    username      TEXT,                       -- without the @
    language_code TEXT,                       -- what their client says
    language      TEXT CHECK (language IN ('en', 'ru')),  -- what they chose
    reachable     INTEGER NOT NULL DEFAULT 1 CHECK (reachable IN (0, 1)),
    muted         INTEGER NOT NULL DEFAULT 0 CHECK (muted IN (0, 1)),
    first_seen    INTEGER NOT NULL,
    last_seen     INTEGER NOT NULL
) STRICT;

-- "/find @username"; a username is ASCII, so the database can fold its case.
CREATE INDEX users_by_username ON users (lower(username)) WHERE username IS NOT NULL;

-- A ticket. People see its id, so a number is never given twice.
CREATE TABLE tickets (
    id                INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    user_id           INTEGER NOT NULL REFERENCES users (id),
    subject           TEXT    NOT NULL,
    subject_folded    TEXT    NOT NULL,       -- in lower case, by Unicode: what "/find" looks in
    description       TEXT    NOT NULL,
    status            TEXT    NOT NULL CHECK (status IN ('open', 'in_progress', 'closed')),
    priority          TEXT    NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    category          TEXT    NOT NULL,
    assigned_admin_id INTEGER,                -- may be an admin who never wrote to the bot
    created_at        INTEGER NOT NULL,
    updated_at        INTEGER NOT NULL,
    closed_at         INTEGER,
    first_answer_at   INTEGER,
    waiting_since     INTEGER,                -- an answer clears it
    unread            INTEGER NOT NULL CHECK (unread IN (0, 1)),
    version           INTEGER NOT NULL CHECK (version >= 1),
    -- The staff's lists put who waits longest first, and then the latest activity. Both are one
    -- number: the start of the wait, or (always greater) how far before the end of time the ticket
    -- last changed. Nobody waits for a closed ticket, though it keeps the start of the wait for the
    -- case that it is reopened.
    waiting_rank      INTEGER NOT NULL GENERATED ALWAYS AS (
        coalesce(CASE WHEN status = 'closed' THEN NULL ELSE waiting_since END,
                 9223372036854775807 - updated_at)
    ) STORED
) STRICT;

-- While somebody waits, a change of the ticket leaves these indexes alone.
CREATE INDEX tickets_all ON tickets
    (waiting_rank, id);
CREATE INDEX tickets_by_status ON tickets
    (status, waiting_rank, id);
CREATE INDEX tickets_by_category ON tickets
    (category, waiting_rank, id)
    WHERE status <> 'closed';
CREATE INDEX tickets_by_priority ON tickets
    (priority, waiting_rank, id)
    WHERE status <> 'closed';
CREATE INDEX tickets_by_assignee ON tickets
    (assigned_admin_id, waiting_rank, id)
    WHERE status <> 'closed';
-- A user's own list: open first, latest activity first.
CREATE INDEX tickets_by_user ON tickets (user_id, (status = 'closed'), updated_at DESC, id DESC);
-- The statistics look at the last days only.
CREATE INDEX tickets_by_opening ON tickets (created_at);
CREATE INDEX tickets_by_closing ON tickets (closed_at) WHERE closed_at IS NOT NULL;

-- How many tickets there are of each kind, kept by the triggers below: the dashboard and the
-- page numbers of lists add up a few rows of this table, however many tickets there are.
CREATE TABLE ticket_counts (
    status   TEXT    NOT NULL,
    priority TEXT    NOT NULL,
    category TEXT    NOT NULL,
    assignee INTEGER NOT NULL,                -- 0 is nobody
    tickets  INTEGER NOT NULL CHECK (tickets >= 0),
    PRIMARY KEY (status, priority, category, assignee)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER tickets_counted_in AFTER INSERT ON tickets BEGIN
    INSERT INTO ticket_counts (status, priority, category, assignee, tickets)
    VALUES (NEW.status, NEW.priority, NEW.category, coalesce(NEW.assigned_admin_id, 0), 1)
    ON CONFLICT DO UPDATE SET tickets = tickets + 1;
END;

CREATE TRIGGER tickets_counted_out AFTER DELETE ON tickets BEGIN
    UPDATE ticket_counts SET tickets = tickets - 1
    WHERE status = OLD.status AND priority = OLD.priority AND category = OLD.category
      AND assignee = coalesce(OLD.assigned_admin_id, 0);
END;

CREATE TRIGGER tickets_counted_over
AFTER UPDATE OF status, priority, category, assigned_admin_id ON tickets
WHEN OLD.status <> NEW.status OR OLD.priority <> NEW.priority OR OLD.category <> NEW.category
    OR OLD.assigned_admin_id IS NOT NEW.assigned_admin_id
BEGIN
    UPDATE ticket_counts SET tickets = tickets - 1
    WHERE status = OLD.status AND priority = OLD.priority AND category = OLD.category
      AND assignee = coalesce(OLD.assigned_admin_id, 0);
    INSERT INTO ticket_counts (status, priority, category, assignee, tickets)
    VALUES (NEW.status, NEW.priority, NEW.category, coalesce(NEW.assigned_admin_id, 0), 1)
    ON CONFLICT DO UPDATE SET tickets = tickets + 1;
END;

-- What was written in a ticket, by its user or by the staff.
CREATE TABLE ticket_messages (
    id             INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    ticket_id      INTEGER NOT NULL REFERENCES tickets (id),
    sender_id      INTEGER NOT NULL REFERENCES users (id),
    sender_type    TEXT    NOT NULL CHECK (sender_type IN ('user', 'admin')),
    note           INTEGER NOT NULL CHECK (note IN (0, 1)),  -- internal: never reaches the user
    message_text   TEXT    NOT NULL,
    message_type   TEXT    NOT NULL,          -- as Telegram names it; unknown kinds are 'other'
    entities       TEXT,                      -- JSON, as Telegram sent them
    file_id        TEXT,                      -- sends the file again, by this bot only
    file_unique_id TEXT,
    source_chat    INTEGER NOT NULL,          -- where it was written
    source_message INTEGER NOT NULL,
    album          TEXT,                      -- Telegram's media_group_id
    created_at     INTEGER NOT NULL,
    edited_at      INTEGER,
    recalled_at    INTEGER,
    CHECK (note = 0 OR sender_type = 'admin')
) STRICT;

CREATE INDEX ticket_messages_by_ticket ON ticket_messages (ticket_id, id, note);
-- A message of a chat is stored once.
CREATE UNIQUE INDEX ticket_messages_by_source ON ticket_messages (source_chat, source_message);
CREATE INDEX ticket_messages_by_album ON ticket_messages (album, source_chat)
    WHERE album IS NOT NULL;

-- The audit trail: every change of a ticket, and what a message said before it was edited.
CREATE TABLE ticket_events (
    id        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    by_id     INTEGER REFERENCES users (id),  -- NULL is the desk itself
    at        INTEGER NOT NULL,
    version   INTEGER NOT NULL,               -- of the ticket, after it
    kind      TEXT    NOT NULL,               -- opened, user_wrote, status_changed, ...
    what      TEXT    NOT NULL                -- JSON: the kind with its from and to
) STRICT;

CREATE INDEX ticket_events_by_ticket ON ticket_events (ticket_id, id);
