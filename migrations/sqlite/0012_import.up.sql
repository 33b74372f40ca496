-- Tickets that were taken over from an older bot, and what each such import did.

-- The number under which people knew the ticket before.
ALTER TABLE tickets ADD COLUMN former_number INTEGER;

-- "/find 17"
CREATE INDEX tickets_by_former_number ON tickets (former_number) WHERE former_number IS NOT NULL;

-- One row for each import that wrote something.
CREATE TABLE imports (
    id             INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    bot            TEXT    NOT NULL,          -- which older bot: nikolayai
    source         TEXT    NOT NULL,          -- its file, or host and database; no password
    timezone       TEXT    NOT NULL,          -- in which its times were read
    started_at     INTEGER NOT NULL,
    ended_at       INTEGER,                   -- NULL: it was cut off; the next one goes on with it
    rolled_back_at INTEGER
) STRICT;

-- Which ticket here is which there: the same one is not taken over twice. A number alone does not
-- name it, since there may be several older bots.
CREATE TABLE imported_tickets (
    former_table   TEXT    NOT NULL,          -- supportticket, support
    former_id      INTEGER NOT NULL,
    former_user    INTEGER NOT NULL,
    former_created TEXT    NOT NULL,          -- as it stood there
    ticket_id      INTEGER NOT NULL UNIQUE REFERENCES tickets (id),
    PRIMARY KEY (former_table, former_id, former_user, former_created)
) STRICT, WITHOUT ROWID;

-- What an import did to a ticket, and the version it left it at: another one says that people have
-- worked on it since.
CREATE TABLE import_changes (
    import_id INTEGER NOT NULL REFERENCES imports (id),
    ticket_id INTEGER NOT NULL REFERENCES tickets (id),
    version   INTEGER NOT NULL,
    before    TEXT,                           -- JSON: how the ticket stood; NULL: there was none
    PRIMARY KEY (import_id, ticket_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX import_changes_by_ticket ON import_changes (ticket_id, import_id);

-- Which message here is which there.
CREATE TABLE imported_messages (
    ticket_id  INTEGER NOT NULL REFERENCES tickets (id),
    former_id  INTEGER NOT NULL,              -- 0: the description; -1: the answer of a support row
    part       INTEGER NOT NULL,              -- from 0; what is too long for one message is several
    message_id INTEGER NOT NULL UNIQUE REFERENCES ticket_messages (id),
    import_id  INTEGER NOT NULL REFERENCES imports (id),
    PRIMARY KEY (ticket_id, former_id, part)
) STRICT, WITHOUT ROWID;

-- Who became known by an import.
CREATE TABLE imported_users (
    person_id INTEGER NOT NULL PRIMARY KEY REFERENCES users (id),
    import_id INTEGER NOT NULL REFERENCES imports (id)
) STRICT;
