-- The rules role's state. A released file is never edited.
-- Times are UTC milliseconds; 0 is no time.

-- occurrence: what rules over time keep of the items that they selected, for
-- as long as an item may still take part in a window.
CREATE TABLE occurrence (
	rule     TEXT    NOT NULL,
	version  INTEGER NOT NULL,
	grp      TEXT    NOT NULL,
	item     TEXT    NOT NULL,
	at       INTEGER NOT NULL,
	observed INTEGER NOT NULL,
	voice    TEXT    NOT NULL,
	source   TEXT    NOT NULL,
	mark     INTEGER NOT NULL,
	muted    TEXT    NOT NULL,
	PRIMARY KEY (rule, version, grp, item)
) STRICT;
CREATE INDEX occurrence_item ON occurrence (item);

-- bound: how far back a group is settled, and when its condition last held
-- before that.
CREATE TABLE bound (
	rule    TEXT    NOT NULL,
	version INTEGER NOT NULL,
	grp     TEXT    NOT NULL,
	before  INTEGER NOT NULL,
	held    INTEGER NOT NULL,
	PRIMARY KEY (rule, version, grp)
) STRICT;

-- start: when a rule saw its first item.
CREATE TABLE start (
	rule    TEXT    NOT NULL,
	version INTEGER NOT NULL,
	first   INTEGER NOT NULL,
	PRIMARY KEY (rule, version)
) STRICT;

-- flag: every flag that was raised, in its latest state. item is empty for
-- one about a group.
CREATE TABLE flag (
	id      TEXT    PRIMARY KEY,
	rule    TEXT    NOT NULL,
	version INTEGER NOT NULL,
	at      INTEGER NOT NULL,
	item    TEXT    NOT NULL,
	signal  INTEGER NOT NULL CHECK (signal IN (0, 1)),
	body    TEXT    NOT NULL -- JSON
) STRICT;
CREATE INDEX flag_rule ON flag (rule, at);
CREATE INDEX flag_item ON flag (item) WHERE item <> '';
CREATE INDEX flag_signal ON flag (at) WHERE signal = 1;

-- outbox: flags that have still to be handed on, in order. Written in the
-- transaction that raised the flag.
CREATE TABLE outbox (
	seq  INTEGER PRIMARY KEY AUTOINCREMENT,
	flag TEXT    NOT NULL,
	body TEXT    NOT NULL -- JSON
) STRICT;

-- decision: what people made of flags; rules learn their precision from it.
CREATE TABLE decision (
	id   TEXT PRIMARY KEY,
	rule TEXT NOT NULL,
	body TEXT NOT NULL -- JSON
) STRICT;

-- facts: the snapshot of confirmed official facts. One row.
CREATE TABLE facts (
	one     INTEGER PRIMARY KEY CHECK (one = 1),
	version INTEGER NOT NULL,
	body    TEXT    NOT NULL -- JSON
) STRICT;

-- rule_version: every version of a rule that was in force, with its text.
CREATE TABLE rule_version (
	seq     INTEGER PRIMARY KEY AUTOINCREMENT,
	rule    TEXT    NOT NULL,
	version INTEGER NOT NULL,
	hash    TEXT    NOT NULL,
	source  TEXT    NOT NULL,
	at      INTEGER NOT NULL
) STRICT;
CREATE INDEX rule_version_rule ON rule_version (rule, seq);
