-- The statistics of a week cost nearly the same, however many tickets a week has.

-- How many tickets were opened and closed on each day of UTC, by how long the first answer or the
-- closing took; kept by the triggers below. Here the steps of the medians are found, and only tickets of
-- these are looked at one by one.
--
-- A step is the number of digits of the seconds it took (50 each), and half of the first two. What took
-- longer is never in a lower step; from ten seconds on, the longest of a step took at most a fifth more
-- than the shortest.
CREATE TABLE ticket_days (
    what    TEXT    NOT NULL CHECK (what IN ('opened', 'closed')),
    day     INTEGER NOT NULL,                 -- its start
    step    INTEGER NOT NULL,                 -- -1: not answered yet
    tickets INTEGER NOT NULL,
    PRIMARY KEY (what, day, step)
) STRICT, WITHOUT ROWID;

-- What is written here is added there: so many `more` of what was done `at` a time and `took` so long.
CREATE VIEW ticket_days_added AS
SELECT what, day AS at, 0 AS took, tickets AS more FROM ticket_days;

CREATE TRIGGER ticket_days_adding INSTEAD OF INSERT ON ticket_days_added WHEN NEW.at IS NOT NULL BEGIN
    INSERT INTO ticket_days (what, day, step, tickets)
    VALUES (
        NEW.what,
        NEW.at - NEW.at % 86400000000,
        coalesce(length(CAST(max(NEW.took, 0) / 1000000 AS TEXT)) * 50
            + CAST(substr(CAST(max(NEW.took, 0) / 1000000 AS TEXT), 1, 2) AS BIGINT) / 2, -1),
        NEW.more)
    ON CONFLICT DO UPDATE SET tickets = tickets + NEW.more;
END;

INSERT INTO ticket_days_added
SELECT 'opened', created_at, first_answer_at - created_at, 1 FROM tickets
UNION ALL
SELECT 'closed', closed_at, closed_at - created_at, 1 FROM tickets WHERE closed_at IS NOT NULL;

CREATE TRIGGER ticket_days_in AFTER INSERT ON tickets BEGIN
    INSERT INTO ticket_days_added VALUES
        ('opened', NEW.created_at, NEW.first_answer_at - NEW.created_at, 1),
        ('closed', NEW.closed_at, NEW.closed_at - NEW.created_at, 1);
END;

CREATE TRIGGER ticket_days_out AFTER DELETE ON tickets BEGIN
    INSERT INTO ticket_days_added VALUES
        ('opened', OLD.created_at, OLD.first_answer_at - OLD.created_at, -1),
        ('closed', OLD.closed_at, OLD.closed_at - OLD.created_at, -1);
END;

CREATE TRIGGER ticket_days_over
AFTER UPDATE OF created_at, first_answer_at, closed_at ON tickets
WHEN OLD.created_at <> NEW.created_at OR OLD.first_answer_at IS NOT NEW.first_answer_at
    OR OLD.closed_at IS NOT NEW.closed_at
BEGIN
    INSERT INTO ticket_days_added VALUES
        ('opened', OLD.created_at, OLD.first_answer_at - OLD.created_at, -1),
        ('closed', OLD.closed_at, OLD.closed_at - OLD.created_at, -1),
        ('opened', NEW.created_at, NEW.first_answer_at - NEW.created_at, 1),
        ('closed', NEW.closed_at, NEW.closed_at - NEW.created_at, 1);
END;

-- The statistics read these indexes alone: the tickets of a part of a day, and those of a step. The
-- queries have the steps in the same words.
DROP INDEX tickets_by_opening;
CREATE INDEX tickets_by_opening ON tickets (
    created_at,
    (length(CAST(max(first_answer_at - created_at, 0) / 1000000 AS TEXT)) * 50
    + CAST(substr(CAST(max(first_answer_at - created_at, 0) / 1000000 AS TEXT), 1, 2) AS BIGINT) / 2),
    first_answer_at
);
DROP INDEX tickets_by_closing;
CREATE INDEX tickets_by_closing ON tickets (
    closed_at,
    (length(CAST(max(closed_at - created_at, 0) / 1000000 AS TEXT)) * 50
    + CAST(substr(CAST(max(closed_at - created_at, 0) / 1000000 AS TEXT), 1, 2) AS BIGINT) / 2),
    created_at
) WHERE closed_at IS NOT NULL;
CREATE INDEX tickets_by_answered_step ON tickets (
    (length(CAST(max(first_answer_at - created_at, 0) / 1000000 AS TEXT)) * 50
    + CAST(substr(CAST(max(first_answer_at - created_at, 0) / 1000000 AS TEXT), 1, 2) AS BIGINT) / 2),
    created_at, first_answer_at
) WHERE first_answer_at IS NOT NULL;
CREATE INDEX tickets_by_closed_step ON tickets (
    (length(CAST(max(closed_at - created_at, 0) / 1000000 AS TEXT)) * 50
    + CAST(substr(CAST(max(closed_at - created_at, 0) / 1000000 AS TEXT), 1, 2) AS BIGINT) / 2),
    closed_at, created_at
) WHERE closed_at IS NOT NULL;
