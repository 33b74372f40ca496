-- Takes back 0008_size.up.sql.
DROP INDEX tickets_by_closing;
CREATE INDEX tickets_by_closing ON tickets (closed_at) WHERE closed_at IS NOT NULL;
DROP INDEX tickets_by_opening;
CREATE INDEX tickets_by_opening ON tickets (created_at);
DROP INDEX ticket_messages_albums;
DROP INDEX ticket_messages_answers;
DROP INDEX tickets_by_words;
DROP FUNCTION words_query(text);
DROP FUNCTION words_of(text);
