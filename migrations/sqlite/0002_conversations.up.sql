-- What a person's next message means, what they should see, and what is on its way to them.

-- One row a person. `version` is raised by every committed update of theirs.
CREATE TABLE conversations (
    person_id      INTEGER NOT NULL PRIMARY KEY REFERENCES users (id),
    state          TEXT    NOT NULL,          -- JSON
    version        INTEGER NOT NULL CHECK (version >= 1),
    screen         TEXT,                      -- JSON: what they should see, and under which
                                              -- message they pressed to get there
    screen_ticket  INTEGER REFERENCES tickets (id),  -- which ticket that screen is about
    screen_no      INTEGER NOT NULL DEFAULT 0,  -- raised with every screen
    shown_no       INTEGER NOT NULL DEFAULT 0,  -- the last one that was shown, or given up
    screen_message INTEGER                    -- the message that holds the shown screen
) STRICT;

-- What a start must show again.
CREATE INDEX conversations_unshown ON conversations (person_id) WHERE shown_no < screen_no;

-- The outbox: each row is one Bot API call. A chat's notices go out in the order of their ids.
CREATE TABLE notices (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    chat_id    INTEGER NOT NULL,
    lane       TEXT    NOT NULL CHECK (lane IN ('own', 'other', 'bulk')),
    state      TEXT    NOT NULL CHECK (state IN ('pending', 'sending', 'sent', 'failed', 'held')),
    head       INTEGER NOT NULL CHECK (head IN (0, 1)),  -- the first of its chat that is not
                                              -- over (pending, sending or held): the only one
                                              -- that can be taken
    due_at     INTEGER NOT NULL,
    ticket_id  INTEGER REFERENCES tickets (id),
    message_id INTEGER REFERENCES ticket_messages (id),
    album      TEXT,
    kind       TEXT    NOT NULL,              -- relay, late_item, closed, ...
    body       TEXT    NOT NULL,              -- JSON: the kind with what belongs to it
    attempts   INTEGER NOT NULL DEFAULT 0,
    doubtful   INTEGER NOT NULL DEFAULT 0 CHECK (doubtful IN (0, 1)),  -- may have come twice
    reason     TEXT,                          -- why it failed, or waits
    messages   TEXT,                          -- JSON: the messages of the chat that it became
    created_at INTEGER NOT NULL,
    ended_at   INTEGER                        -- when it was sent or failed
) STRICT;

-- The order within a chat, and the heads that can be taken.
CREATE INDEX notices_by_chat ON notices (chat_id, id) WHERE state NOT IN ('sent', 'failed');
CREATE INDEX notices_due ON notices (due_at) WHERE head = 1 AND state = 'pending';
-- What a stop left in the middle of a call.
CREATE INDEX notices_sending ON notices (id) WHERE state = 'sending';
-- Who is sent a message, and which notices of an album wait for its next item.
CREATE INDEX notices_by_message ON notices (message_id) WHERE message_id IS NOT NULL;
CREATE INDEX notices_by_album ON notices (album, chat_id) WHERE album IS NOT NULL;

-- Which message of a chat is about which ticket, and of which ticket message it is a copy. `part`
-- and `why` are NULL where the message is not kept true to its original: a screen, a status
-- notice, an original that was asked for.
CREATE TABLE message_links (
    chat_id           INTEGER NOT NULL,
    message_id        INTEGER NOT NULL,
    ticket_id         INTEGER NOT NULL REFERENCES tickets (id),
    ticket_message_id INTEGER REFERENCES ticket_messages (id),
    part              TEXT CHECK (part IN ('whole', 'heading', 'content', 'album', 'buttons')),
    why               TEXT CHECK (why IN ('new_ticket', 'follow_up', 'answer', 'others_answer')),
    at                INTEGER NOT NULL,
    PRIMARY KEY (chat_id, message_id),
    CHECK ((part IS NULL) = (why IS NULL)),
    CHECK (part IS NULL OR ticket_message_id IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE INDEX message_links_by_message ON message_links (ticket_message_id, chat_id)
    WHERE ticket_message_id IS NOT NULL;
