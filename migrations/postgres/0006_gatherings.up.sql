-- What happens many times at once and is told of in one notice.

-- A row is told of when it is due: it becomes a notice at the end of its chat's line, which it does
-- not hold up before. What comes until then is added to it.
CREATE TABLE gatherings (
    chat_id    BIGINT  NOT NULL,
    kind       TEXT    NOT NULL CHECK (kind IN ('more', 'kept', 'edits')),
    about      BIGINT  NOT NULL,              -- of 'more' the ticket, of 'edits' the message, else 0
    ticket_id  BIGINT  REFERENCES tickets (id),
    message_id BIGINT  REFERENCES ticket_messages (id),
    messages   BIGINT  NOT NULL,              -- how many; an album is one
    due_at     BIGINT  NOT NULL,
    PRIMARY KEY (chat_id, kind, about)
);

CREATE INDEX gatherings_due ON gatherings (due_at);
