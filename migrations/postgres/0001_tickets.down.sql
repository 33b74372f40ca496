-- Takes back 0001_tickets.up.sql.
DROP TABLE ticket_events;
DROP TABLE ticket_messages;
DROP TABLE tickets;
DROP TABLE ticket_counts;
DROP TABLE users;
DROP FUNCTION count_tickets;
DROP FUNCTION note_numbers;
DROP FUNCTION next_number;
DROP TABLE sqlite_sequence;
DROP FUNCTION min(bigint, bigint);
DROP FUNCTION max(bigint, bigint);
DROP OPERATOR ->> (text, text);
DROP FUNCTION value_in_json(text, text);
DROP FUNCTION json_each(text);
