-- What became of updates, and what the desk remembers about itself.

-- The mark of every update that was committed or put aside, for three days: a repeat finds it.
CREATE TABLE handled_updates (
    bot_id    INTEGER NOT NULL,
    update_id INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    PRIMARY KEY (bot_id, update_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX handled_updates_by_age ON handled_updates (at);

-- How often an update was begun after an unclean stop, until it has its mark: one that kills the
-- program cannot do it for ever.
CREATE TABLE attempts (
    update_id INTEGER NOT NULL PRIMARY KEY,
    attempts  INTEGER NOT NULL,
    at        INTEGER NOT NULL
) STRICT;

-- Updates that failed by a fault of ours, kept whole for the operator.
CREATE TABLE quarantine (
    id        INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    update_id INTEGER NOT NULL,
    person_id INTEGER,                        -- where it could be read
    raw       TEXT    NOT NULL,               -- JSON, as Telegram sent it
    reason    TEXT    NOT NULL,               -- what went wrong; never what people wrote
    state     TEXT    NOT NULL CHECK (state IN ('waiting', 'retry')),
    failures  INTEGER NOT NULL DEFAULT 1,     -- how often it failed, retries included
    at        INTEGER NOT NULL,               -- when it was put aside
    failed_at INTEGER NOT NULL                -- when it failed last
) STRICT;

CREATE INDEX quarantine_to_retry ON quarantine (id) WHERE state = 'retry';

-- Who the configuration names as admins, as the program last read it.
CREATE TABLE admins (
    person_id INTEGER NOT NULL PRIMARY KEY
) STRICT;

-- Single values: bot_id, running, commands.
CREATE TABLE desk_state (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
