-- Whether a line still holds words of its item; they go when their time has
-- come.
ALTER TABLE entry ADD COLUMN words INTEGER NOT NULL DEFAULT 1 CHECK (words IN (0, 1));
CREATE INDEX entry_words ON entry (received) WHERE words = 1;
