-- Takes back 0007_bans.up.sql.
DROP TABLE person_events;
DROP INDEX users_banned;
ALTER TABLE users DROP COLUMN ban_reason;
ALTER TABLE users DROP COLUMN banned_by;
ALTER TABLE users DROP COLUMN banned_at;
ALTER TABLE users DROP COLUMN standing;
