-- People, tickets, their messages and their audit trail.
--
-- All times are whole microseconds since 1970-01-01 UTC, as integers: they sort, subtract and
-- compare the same way on every database. Enums are stored as the words that the code knows
-- them by, flags as 0 and 1, and a Telegram id is a 64-bit number.

-- What SQLite has and the statements use, which are the same for both databases.

-- The elements of a JSON array, each with its place.
CREATE FUNCTION json_each(list text) RETURNS TABLE (key bigint, value jsonb)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 20 AS $$
    SELECT place - 1, item
    FROM jsonb_array_elements(list::jsonb) WITH ORDINALITY AS items (item, place)
$$;

-- A value in a JSON object that is kept as text.
CREATE FUNCTION value_in_json(json text, key text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT json::jsonb ->> key
$$;
CREATE OPERATOR ->> (LEFTARG = text, RIGHTARG = text, FUNCTION = value_in_json);

-- The greater and the smaller of two numbers.
CREATE FUNCTION max(one bigint, other bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN one IS NULL OR other IS NULL THEN NULL ELSE greatest(one, other) END
$$;

CREATE FUNCTION min(one bigint, other bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN one IS NULL OR other IS NULL THEN NULL ELSE least(one, other) END
$$;

-- The last number that was given in each table whose rows the code numbers beforehand. A sequence
-- would not do: its numbers become visible in another order, and a rollback leaves gaps.
CREATE TABLE sqlite_sequence (
    name TEXT   NOT NULL PRIMARY KEY,
    seq  BIGINT NOT NULL
);
INSERT INTO sqlite_sequence (name, seq) VALUES ('tickets', 0), ('ticket_messages', 0);

CREATE FUNCTION next_number(of_table text) RETURNS bigint LANGUAGE sql AS $$
    UPDATE sqlite_sequence SET seq = seq + 1 WHERE name = of_table RETURNING seq
$$;

CREATE FUNCTION note_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE sqlite_sequence SET seq = greatest(seq, (SELECT max(id) FROM added))
    WHERE name = TG_TABLE_NAME;
    RETURN NULL;
END $$;

-- Everybody who ever wrote to the bot. The id is Telegram's.
CREATE TABLE users (
    id            BIGINT  NOT NULL PRIMARY KEY,
    first_name    TEXT    NOT NULL,
    last_name     TEXT,
    username      TEXT,                       -- without the @
    language_code TEXT,                       -- what their client says
    language      TEXT CHECK (language IN ('en', 'ru')),  -- what they chose
    reachable     BIGINT  NOT NULL DEFAULT 1 CHECK (reachable IN (0, 1)),
    muted         BIGINT  NOT NULL DEFAULT 0 CHECK (muted IN (0, 1)),
    first_seen    BIGINT  NOT NULL,
    last_seen     BIGINT  NOT NULL
);

-- "/find @username"; a username is ASCII, so the database can fold its case.
CREATE INDEX users_by_username ON users (lower(username)) WHERE username IS NOT NULL;

-- A ticket. People see its id, so a number is never given twice.
CREATE TABLE tickets (
    id                BIGINT NOT NULL PRIMARY KEY DEFAULT next_number('tickets'),
    user_id           BIGINT  NOT NULL REFERENCES users (id),
    subject           TEXT    NOT NULL,
    subject_folded    TEXT    NOT NULL,       -- in lower case, by Unicode: what "/find" looks in
    description       TEXT    NOT NULL,
    status            TEXT    NOT NULL CHECK (status IN ('open', 'in_progress', 'closed')),
    priority          TEXT    NOT NULL CHECK (priority IN ('low', 'normal', 'high', 'urgent')),
    category          TEXT    NOT NULL,
    assigned_admin_id BIGINT,                -- may be an admin who never wrote to the bot
    created_at        BIGINT  NOT NULL,
    updated_at        BIGINT  NOT NULL,
    closed_at         BIGINT,
    first_answer_at   BIGINT,
    waiting_since     BIGINT,                -- an answer clears it
    unread            BIGINT  NOT NULL CHECK (unread IN (0, 1)),
    version           BIGINT  NOT NULL CHECK (version >= 1),
    -- The staff's lists put who waits longest first, and then the latest activity. Both are one
    -- number: the start of the wait, or (always greater) how far before the end of time the ticket
    -- last changed. Nobody waits for a closed ticket, though it keeps the start of the wait for the
    -- case that it is reopened.
    waiting_rank      BIGINT  NOT NULL GENERATED ALWAYS AS (
        coalesce(CASE WHEN status = 'closed' THEN NULL ELSE waiting_since END,
                 9223372036854775807 - updated_at)
    ) STORED
);

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
    assignee BIGINT  NOT NULL,                -- 0 is nobody
    tickets  BIGINT  NOT NULL CHECK (tickets >= 0),
    PRIMARY KEY (status, priority, category, assignee)
);

CREATE FUNCTION count_tickets() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        UPDATE ticket_counts SET tickets = tickets - 1
        WHERE status = OLD.status AND priority = OLD.priority AND category = OLD.category
          AND assignee = coalesce(OLD.assigned_admin_id, 0);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO ticket_counts AS c (status, priority, category, assignee, tickets)
        VALUES (NEW.status, NEW.priority, NEW.category, coalesce(NEW.assigned_admin_id, 0), 1)
        ON CONFLICT (status, priority, category, assignee) DO UPDATE SET tickets = c.tickets + 1;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER tickets_counted AFTER INSERT OR DELETE ON tickets
FOR EACH ROW EXECUTE FUNCTION count_tickets();

CREATE TRIGGER tickets_counted_over
AFTER UPDATE OF status, priority, category, assigned_admin_id ON tickets FOR EACH ROW
WHEN (OLD.status <> NEW.status OR OLD.priority <> NEW.priority OR OLD.category <> NEW.category
    OR OLD.assigned_admin_id IS DISTINCT FROM NEW.assigned_admin_id)
EXECUTE FUNCTION count_tickets();

-- What was written in a ticket, by its user or by the staff.
CREATE TABLE ticket_messages (
    id             BIGINT NOT NULL PRIMARY KEY DEFAULT next_number('ticket_messages'),
    ticket_id      BIGINT  NOT NULL REFERENCES tickets (id),
    sender_id      BIGINT  NOT NULL REFERENCES users (id),
    sender_type    TEXT    NOT NULL CHECK (sender_type IN ('user', 'admin')),
    note           BIGINT  NOT NULL CHECK (note IN (0, 1)),  -- internal: never reaches the user
    message_text   TEXT    NOT NULL,
    message_type   TEXT    NOT NULL,          -- as Telegram names it; unknown kinds are 'other'
    entities       TEXT,                      -- JSON, as Telegram sent them
    file_id        TEXT,                      -- sends the file again, by this bot only
    file_unique_id TEXT,
    source_chat    BIGINT  NOT NULL,          -- where it was written
    source_message BIGINT  NOT NULL,
    album          TEXT,                      -- Telegram's media_group_id
    created_at     BIGINT  NOT NULL,
    edited_at      BIGINT,
    recalled_at    BIGINT,
    CHECK (note = 0 OR sender_type = 'admin')
);

CREATE INDEX ticket_messages_by_ticket ON ticket_messages (ticket_id, id, note);
-- A message of a chat is stored once.
CREATE UNIQUE INDEX ticket_messages_by_source ON ticket_messages (source_chat, source_message);
CREATE INDEX ticket_messages_by_album ON ticket_messages (album, source_chat)
    WHERE album IS NOT NULL;

-- The audit trail: every change of a ticket, and what a message said before it was edited.
CREATE TABLE ticket_events (
    id        BIGINT NOT NULL PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
    ticket_id BIGINT  NOT NULL REFERENCES tickets (id),
    by_id     BIGINT  REFERENCES users (id),  -- NULL is the desk itself
    at        BIGINT  NOT NULL,
    version   BIGINT  NOT NULL,               -- of the ticket, after it
    kind      TEXT    NOT NULL,               -- opened, user_wrote, status_changed, ...
    what      TEXT    NOT NULL                -- JSON: the kind with its from and to
);

CREATE INDEX ticket_events_by_ticket ON ticket_events (ticket_id, id);

CREATE TRIGGER tickets_numbered AFTER INSERT ON tickets
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_numbers();

CREATE TRIGGER ticket_messages_numbered AFTER INSERT ON ticket_messages
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION note_numbers();
