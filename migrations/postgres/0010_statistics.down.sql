-- Takes back 0010_statistics.up.sql.
DROP INDEX tickets_by_closed_step;
DROP INDEX tickets_by_answered_step;
DROP INDEX tickets_by_closing;
CREATE INDEX tickets_by_closing ON tickets (closed_at, created_at) WHERE closed_at IS NOT NULL;
DROP INDEX tickets_by_opening;
CREATE INDEX tickets_by_opening ON tickets (created_at, first_answer_at);
DROP TRIGGER ticket_days_over ON tickets;
DROP TRIGGER ticket_days_counted ON tickets;
DROP FUNCTION count_ticket_days();
DROP FUNCTION add_to_ticket_days(text, bigint, bigint, bigint);
DROP TABLE ticket_days;
