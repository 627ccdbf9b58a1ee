-- The indexer role's state. A released file is never edited.
-- Times are UTC milliseconds.

-- item: what is kept of each item, with its reading. key is the document of
-- the search index and ordered by event time. seen is when this content was
-- observed. indexed and announced say how far the item has come; a crash
-- leaves them at 0 and the work is done again.
CREATE TABLE item (
	key       INTEGER PRIMARY KEY,
	id        TEXT    NOT NULL UNIQUE,
	at        INTEGER NOT NULL,
	hash      TEXT    NOT NULL,
	seen      INTEGER NOT NULL,
	indexed   INTEGER NOT NULL DEFAULT 0 CHECK (indexed IN (0, 1)),
	announced INTEGER NOT NULL DEFAULT 0 CHECK (announced IN (0, 1)),
	body      TEXT    NOT NULL -- JSON
) STRICT;
CREATE INDEX item_order ON item (at, id);
CREATE INDEX item_unindexed ON item (key) WHERE indexed = 0;
CREATE INDEX item_unannounced ON item (at, id) WHERE announced = 0;

-- version: contents that an item had before, as JSON.
CREATE TABLE version (
	id   TEXT    NOT NULL,
	hash TEXT    NOT NULL,
	seen INTEGER NOT NULL,
	body TEXT    NOT NULL,
	PRIMARY KEY (id, hash)
) STRICT;

-- gone: documents that the search index must still lose.
CREATE TABLE gone (
	key INTEGER PRIMARY KEY
) STRICT;

-- signature: what finds near-duplicates of an item, and the story that the
-- item belongs to.
CREATE TABLE signature (
	id    TEXT    PRIMARY KEY,
	at    INTEGER NOT NULL,
	story TEXT    NOT NULL,
	data  BLOB    NOT NULL
) STRICT;
CREATE INDEX signature_at ON signature (at);

-- fact: what is counted of an item, until its day is settled. item is a hash
-- of the id, NULL once the item has been erased; voice and story are hashes
-- that mean something within one day only.
CREATE TABLE fact (
	item   BLOB    UNIQUE,
	day    TEXT    NOT NULL,
	at     INTEGER NOT NULL,
	topics TEXT    NOT NULL, -- separated by spaces
	area   TEXT    NOT NULL,
	tone   TEXT    NOT NULL,
	stance TEXT    NOT NULL,
	source TEXT    NOT NULL,
	voice  INTEGER NOT NULL,
	story  INTEGER NOT NULL
) STRICT;
CREATE INDEX fact_day ON fact (day);

-- tally: the counts of one hour or day. Days are kept for years.
CREATE TABLE tally (
	bucket TEXT    NOT NULL CHECK (bucket IN ('hour', 'day')),
	at     INTEGER NOT NULL,
	cells  BLOB    NOT NULL,
	PRIMARY KEY (bucket, at)
) STRICT, WITHOUT ROWID;

-- erased: hashes of the ids that must never come back.
CREATE TABLE erased (
	item BLOB    PRIMARY KEY,
	at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- scrub: months whose index files may still hold words of an erased item.
CREATE TABLE scrub (
	month TEXT PRIMARY KEY
) STRICT;

-- settled: the time before which counts are final, in one row.
CREATE TABLE settled (
	one    INTEGER PRIMARY KEY CHECK (one = 1),
	before INTEGER NOT NULL
) STRICT;
