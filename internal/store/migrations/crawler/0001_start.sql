-- The crawler role's state. A released file is never edited.
-- Times are UTC milliseconds, 0 is none. No text, address of an item or name
-- of a person stands here: ids and marks are hashes.

-- visit: one row per source of the config, its state after the last visit.
CREATE TABLE visit (
	source        TEXT PRIMARY KEY,
	state         TEXT NOT NULL CHECK (state IN ('new', 'ok', 'degraded', 'silent', 'blocked', 'empty')),
	since         INTEGER NOT NULL,
	why_vi        TEXT NOT NULL,
	why_en        TEXT NOT NULL,
	last_fetch    INTEGER NOT NULL,
	last_item     INTEGER NOT NULL,
	next          INTEGER NOT NULL,
	recheck       INTEGER NOT NULL,
	total         INTEGER NOT NULL CHECK (total >= 0),
	failures      INTEGER NOT NULL CHECK (failures >= 0),
	url           TEXT NOT NULL, -- of the listing that the validators belong to
	etag          TEXT NOT NULL,
	last_modified TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- seen: one row per item, page or thread that was looked at. A row with a
-- hash is an item that was published; an erased row keeps its id alone, so
-- that the item does not come back.
CREATE TABLE seen (
	id            TEXT PRIMARY KEY,
	source        TEXT NOT NULL,
	item          TEXT NOT NULL, -- the item that a page turned out to be
	hash          TEXT NOT NULL, -- of the content as published
	mark          TEXT NOT NULL, -- of what the listing said
	at            INTEGER NOT NULL,
	first         INTEGER NOT NULL,
	checked       INTEGER NOT NULL,
	tries         INTEGER NOT NULL CHECK (tries >= 0),
	erased        INTEGER NOT NULL CHECK (erased IN (0, 1)),
	etag          TEXT NOT NULL,
	last_modified TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX seen_activity ON seen (source, at) WHERE hash <> '';
CREATE INDEX seen_item ON seen (item) WHERE item <> '';

-- pseudonym_key: one key per 30-day period; destroyed when it is over and
-- left out of backups.
CREATE TABLE pseudonym_key (
	period INTEGER PRIMARY KEY,
	key    BLOB NOT NULL CHECK (length(key) = 32)
) STRICT;
