-- Who has an undecided line of the inbox in hand, and until when.
CREATE TABLE lease (
	fold  TEXT PRIMARY KEY,
	by    TEXT NOT NULL,
	until INTEGER NOT NULL
) STRICT;
CREATE INDEX lease_by ON lease (by);

-- When the passing of time next does something to a case: an overdue answer,
-- a measure after a correction. 0 is never.
ALTER TABLE case_file ADD COLUMN wake INTEGER NOT NULL DEFAULT 0;
UPDATE case_file SET wake = due WHERE kind = 'answer' AND state IN ('open', 'forwarded') AND due > 0;
CREATE INDEX case_wake ON case_file (wake) WHERE wake > 0;

-- The document that the hand-off cites, which need not be the verdict's.
ALTER TABLE case_file ADD COLUMN slip_cites TEXT NOT NULL DEFAULT '';
CREATE INDEX case_slip_cites ON case_file (slip_cites) WHERE slip_cites <> '' AND closed = 0;
