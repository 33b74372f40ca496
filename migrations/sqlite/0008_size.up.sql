-- What a screen asks for costs the same, however many tickets there are and however long they are.

-- The words of subjects, for "/find": a word is found by its beginning. Symbols count as letters, so
-- that an emoji can be looked for too. New tickets are taken in a little later, many at once, by the
-- code; those behind the last one here are looked through one by one.
CREATE VIRTUAL TABLE ticket_subjects USING fts5 (
    subject_folded,
    content = 'tickets', content_rowid = 'id',
    tokenize = "unicode61 categories 'L* N* Co S*'",
    prefix = '2 3 4 5 6'
);
INSERT INTO ticket_subjects (ticket_subjects) VALUES ('rebuild');

CREATE TRIGGER ticket_subjects_out AFTER DELETE ON tickets
WHEN EXISTS (SELECT 1 FROM ticket_subjects_docsize WHERE id = OLD.id) BEGIN
    INSERT INTO ticket_subjects (ticket_subjects, rowid, subject_folded)
    VALUES ('delete', OLD.id, OLD.subject_folded);
END;

CREATE TRIGGER ticket_subjects_over AFTER UPDATE OF subject_folded ON tickets
WHEN OLD.subject_folded <> NEW.subject_folded
    AND EXISTS (SELECT 1 FROM ticket_subjects_docsize WHERE id = OLD.id) BEGIN
    INSERT INTO ticket_subjects (ticket_subjects, rowid, subject_folded)
    VALUES ('delete', OLD.id, OLD.subject_folded);
    INSERT INTO ticket_subjects (rowid, subject_folded) VALUES (NEW.id, NEW.subject_folded);
END;

-- Who of the staff has answered, and their last answers, without a look at what the user wrote.
CREATE INDEX ticket_messages_answers ON ticket_messages (ticket_id, sender_id, id)
    WHERE sender_type = 'admin' AND note = 0;
-- The albums of a ticket, which count as one message each.
CREATE INDEX ticket_messages_albums ON ticket_messages (ticket_id, album, id, note)
    WHERE album IS NOT NULL;

-- The statistics read these indexes alone.
DROP INDEX tickets_by_opening;
CREATE INDEX tickets_by_opening ON tickets (created_at, first_answer_at);
DROP INDEX tickets_by_closing;
CREATE INDEX tickets_by_closing ON tickets (closed_at, created_at) WHERE closed_at IS NOT NULL;
