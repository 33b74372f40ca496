-- Takes back 0001_tickets.up.sql.
DROP TABLE ticket_events;
DROP TABLE ticket_messages;
DROP TABLE tickets;
DROP TABLE ticket_counts;
DROP TABLE users;
