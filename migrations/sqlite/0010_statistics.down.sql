-- Takes back 0010_statistics.up.sql.
DROP INDEX tickets_by_closed_step;
DROP INDEX tickets_by_answered_step;
DROP INDEX tickets_by_closing;
CREATE INDEX tickets_by_closing ON tickets (closed_at, created_at) WHERE closed_at IS NOT NULL;
DROP INDEX tickets_by_opening;
CREATE INDEX tickets_by_opening ON tickets (created_at, first_answer_at);
DROP TRIGGER ticket_days_over;
DROP TRIGGER ticket_days_out;
DROP TRIGGER ticket_days_in;
DROP VIEW ticket_days_added;
DROP TABLE ticket_days;
