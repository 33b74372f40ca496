-- What the desk has to know of its own sending across a restart.

-- How long Telegram asked it to wait: before it writes to one chat, or (chat 0) to anybody.
CREATE TABLE holds (
    chat_id BIGINT  NOT NULL PRIMARY KEY,
    until   BIGINT  NOT NULL
);

-- An album that Telegram copied in part was taken back; its items go out one by one from then on.
ALTER TABLE notices ADD COLUMN one_by_one BIGINT  NOT NULL DEFAULT 0
    CHECK (one_by_one IN (0, 1));
