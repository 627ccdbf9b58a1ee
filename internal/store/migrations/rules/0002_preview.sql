-- preview: what previews said of rules, by what the rules mean. A rule may
-- notify only when there is one.
CREATE TABLE preview (
	hash     TEXT    PRIMARY KEY,
	at       INTEGER NOT NULL,
	per_week REAL    NOT NULL,
	decided  INTEGER NOT NULL,
	useful   INTEGER NOT NULL
) STRICT;

-- filled: whether history has been evaluated with the version. Those from
-- before this file count as done.
ALTER TABLE rule_version ADD COLUMN filled INTEGER NOT NULL DEFAULT 1 CHECK (filled IN (0, 1));
