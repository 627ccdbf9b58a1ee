-- What the rhythm of a source follows, and where the listing of a site was found.
ALTER TABLE visit ADD COLUMN rate REAL NOT NULL DEFAULT 0 CHECK (rate >= 0);
ALTER TABLE visit ADD COLUMN listed INTEGER NOT NULL DEFAULT 0 CHECK (listed >= 0);
ALTER TABLE visit ADD COLUMN found TEXT NOT NULL DEFAULT '';
CREATE INDEX seen_checked ON seen (checked) WHERE erased = 0;
