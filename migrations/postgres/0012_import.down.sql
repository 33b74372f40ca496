-- Takes back 0012_import.up.sql.
DROP TABLE imported_users;
DROP TABLE imported_messages;
DROP TABLE import_changes;
DROP TABLE imported_tickets;
DROP TABLE imports;
DROP INDEX tickets_by_former_number;
ALTER TABLE tickets DROP COLUMN former_number;
