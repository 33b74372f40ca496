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
    day     BIGINT  NOT NULL,                 -- its start
    step    BIGINT  NOT NULL,                 -- -1: not answered yet
    tickets BIGINT  NOT NULL,
    PRIMARY KEY (what, day, step)
);

-- Adds so many `more` of what was done `at` a time and `took` so long.
CREATE FUNCTION add_to_ticket_days(what text, at bigint, took bigint, more bigint) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO ticket_days AS d (what, day, step, tickets)
    SELECT $1, $2 - $2 % 86400000000,
           coalesce(length(CAST(max($3, 0) / 1000000 AS TEXT)) * 50
                    + CAST(substr(CAST(max($3, 0) / 1000000 AS TEXT), 1, 2) AS BIGINT) / 2, -1),
           $4
    WHERE $2 IS NOT NULL
    ON CONFLICT (what, day, step) DO UPDATE SET tickets = d.tickets + $4
$$;

CREATE FUNCTION count_ticket_days() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        PERFORM add_to_ticket_days('opened', OLD.created_at, OLD.first_answer_at - OLD.created_at, -1);
        PERFORM add_to_ticket_days('closed', OLD.closed_at, OLD.closed_at - OLD.created_at, -1);
    END IF;
    IF TG_OP <> 'DELETE' THEN
        PERFORM add_to_ticket_days('opened', NEW.created_at, NEW.first_answer_at - NEW.created_at, 1);
        PERFORM add_to_ticket_days('closed', NEW.closed_at, NEW.closed_at - NEW.created_at, 1);
    END IF;
    RETURN NULL;
END $$;

DO $$
BEGIN
    PERFORM add_to_ticket_days('opened', created_at, first_answer_at - created_at, 1),
            add_to_ticket_days('closed', closed_at, closed_at - created_at, 1)
    FROM tickets;
END $$;

CREATE TRIGGER ticket_days_counted AFTER INSERT OR DELETE ON tickets
FOR EACH ROW EXECUTE FUNCTION count_ticket_days();

CREATE TRIGGER ticket_days_over
AFTER UPDATE OF created_at, first_answer_at, closed_at ON tickets FOR EACH ROW
WHEN (OLD.created_at <> NEW.created_at OR OLD.first_answer_at IS DISTINCT FROM NEW.first_answer_at
    OR OLD.closed_at IS DISTINCT FROM NEW.closed_at)
EXECUTE FUNCTION count_ticket_days();

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
