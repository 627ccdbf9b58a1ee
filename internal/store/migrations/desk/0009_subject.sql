-- Whom an entry criticises, so that what accuses those who lead the ward is
-- neither listed nor counted for them.
ALTER TABLE entry ADD COLUMN subject TEXT NOT NULL DEFAULT '';
UPDATE entry SET subject = coalesce(json_extract(body, '$.subject'), '');
CREATE INDEX entry_subject ON entry (subject, received) WHERE subject <> '';
DROP INDEX entry_open;
CREATE INDEX entry_open ON entry (open, fold, level, received, id, topic, subject) WHERE open = 1; -- covers the inbox
