-- What is held for too long is given up: found by its age.
CREATE INDEX notices_held ON notices (created_at) WHERE state = 'held' AND kind <> 'while_away';
-- The answers of a ticket that were not delivered.
CREATE INDEX notices_failed ON notices (ticket_id) WHERE state = 'failed';
