-- Takes back 0003_intake.up.sql.
DROP TABLE desk_state;
DROP TABLE admins;
DROP TABLE quarantine;
DROP TABLE attempts;
DROP TABLE handled_updates;
