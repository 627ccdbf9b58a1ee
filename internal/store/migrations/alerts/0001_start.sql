-- The alerts role's state. A released file is never edited.
-- Times are milliseconds since 1970 in UTC; 0 is none.

-- One row per alert that was taken. Its words are removed when it is old or
-- its item is erased; the row stays, so that a repeat changes nothing.
CREATE TABLE alert (
	id       TEXT PRIMARY KEY CHECK (id <> ''),
	kind     TEXT NOT NULL,
	level    INTEGER NOT NULL,
	topic    TEXT NOT NULL,
	grp      TEXT NOT NULL,
	withdraw TEXT NOT NULL, -- id of the alert that this one takes back
	taken    INTEGER NOT NULL,
	body     TEXT NOT NULL, -- JSON of the whole
	blank    INTEGER NOT NULL DEFAULT 0 CHECK (blank IN (0, 1))
) STRICT;
CREATE INDEX alert_withdraw ON alert (withdraw) WHERE withdraw <> '';
CREATE INDEX alert_group ON alert (grp) WHERE grp <> '';
CREATE INDEX alert_words ON alert (taken) WHERE blank = 0;

-- The ids that an alert names: an item among them can be erased from it.
CREATE TABLE alert_ref (
	ref   TEXT NOT NULL,
	alert TEXT NOT NULL REFERENCES alert (id),
	PRIMARY KEY (ref, alert)
) STRICT, WITHOUT ROWID;

-- The outbox and the delivery log: one row per alert, recipient and channel.
CREATE TABLE delivery (
	seq       INTEGER PRIMARY KEY, -- order in which they were written
	alert     TEXT NOT NULL REFERENCES alert (id),
	recipient TEXT NOT NULL, -- '' when there was nobody to tell
	channel   TEXT NOT NULL,
	role      TEXT NOT NULL,
	level     INTEGER NOT NULL,
	fold      TEXT NOT NULL, -- rows with the same one may share a message
	state     TEXT NOT NULL CHECK (state IN ('waiting', 'failed', 'sent', 'muted', 'dead')),
	why       TEXT NOT NULL,
	tries     INTEGER NOT NULL,
	due       INTEGER NOT NULL, -- on the ward's clock
	retry     INTEGER NOT NULL, -- on the machine's clock
	message   TEXT NOT NULL, -- identity, written before the first try
	dropped   TEXT NOT NULL, -- why not to try again after the try in hand
	error     TEXT NOT NULL,
	created   INTEGER NOT NULL,
	done      INTEGER NOT NULL,
	UNIQUE (alert, recipient, channel)
) STRICT;
CREATE INDEX delivery_live ON delivery (due) WHERE state IN ('waiting', 'failed');
CREATE INDEX delivery_fold ON delivery (recipient, fold, seq) WHERE state = 'waiting' AND tries = 0;
CREATE INDEX delivery_message ON delivery (message) WHERE message <> '';
CREATE INDEX delivery_state ON delivery (state, seq);

-- The quiet time after a message, by recipient and fold.
CREATE TABLE quiet_window (
	recipient TEXT NOT NULL,
	fold      TEXT NOT NULL,
	until     INTEGER NOT NULL,
	level     INTEGER NOT NULL,
	PRIMARY KEY (recipient, fold)
) STRICT, WITHOUT ROWID;

-- What people have muted, with owner, reason and end. Ended ones are kept.
CREATE TABLE silence (
	id      TEXT PRIMARY KEY,
	topic   TEXT NOT NULL,
	grp     TEXT NOT NULL,
	owner   TEXT NOT NULL CHECK (owner <> ''),
	reason  TEXT NOT NULL CHECK (reason <> ''),
	created INTEGER NOT NULL,
	until   INTEGER NOT NULL
) STRICT;

-- Groups of which a person took notice, the last time for each.
CREATE TABLE ack (
	grp   TEXT PRIMARY KEY,
	by    TEXT NOT NULL,
	level INTEGER NOT NULL,
	until INTEGER NOT NULL
) STRICT;

-- Items erased lately: alerts that the stream brings late stay empty.
CREATE TABLE erased (
	item TEXT PRIMARY KEY,
	at   INTEGER NOT NULL
) STRICT;

-- Facts that other roles have not heard yet.
CREATE TABLE outgoing (
	seq  INTEGER PRIMARY KEY,
	kind TEXT NOT NULL CHECK (kind IN ('delivered', 'audit')),
	body TEXT NOT NULL -- JSON
) STRICT;
