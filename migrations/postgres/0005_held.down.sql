-- Takes back 0005_held.up.sql.
DROP INDEX notices_failed;
DROP INDEX notices_held;
