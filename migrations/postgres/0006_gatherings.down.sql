-- Takes back 0006_gatherings.up.sql.
DROP TABLE gatherings;
