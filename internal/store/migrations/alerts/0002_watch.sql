-- Urgent groups that nobody has decided, one row for each group.
CREATE TABLE watch (
	grp     TEXT PRIMARY KEY,
	alert   TEXT NOT NULL REFERENCES alert (id),
	level   INTEGER NOT NULL,
	opened  INTEGER NOT NULL,
	next    INTEGER NOT NULL, -- when people are told again, 0 is never
	step    INTEGER NOT NULL,
	by      TEXT NOT NULL,
	done    INTEGER NOT NULL
) STRICT;
CREATE INDEX watch_next ON watch (next) WHERE done = 0 AND next > 0;

-- Addresses of people, and whether their owners have confirmed them.
CREATE TABLE address (
	recipient TEXT NOT NULL,
	channel   TEXT NOT NULL,
	hash      TEXT NOT NULL,
	code      TEXT NOT NULL,
	asked     INTEGER NOT NULL,
	confirmed INTEGER NOT NULL,
	PRIMARY KEY (recipient, channel)
) STRICT;
CREATE INDEX delivery_muted ON delivery (done) WHERE state = 'muted';
