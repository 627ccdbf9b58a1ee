-- Title and text stand in columns of their own, for a search looks at many of
-- them and at the rest of few items. What is still to be done with an item
-- stands beside it: setting a flag in the row wrote the whole of it again,
-- twice for every item.

CREATE TABLE todo (
	key     INTEGER PRIMARY KEY,
	id      TEXT    NOT NULL,
	at      INTEGER NOT NULL,
	hash    TEXT    NOT NULL,
	indexed INTEGER NOT NULL DEFAULT 0 CHECK (indexed IN (0, 1)) -- 1: found, not announced
) STRICT;
CREATE INDEX todo_order ON todo (indexed, at, id);
INSERT INTO todo (key, id, at, hash, indexed) SELECT key, id, at, hash, indexed FROM item WHERE indexed = 0 OR announced = 0;

CREATE TABLE item2 (
	key   INTEGER PRIMARY KEY,
	id    TEXT    NOT NULL UNIQUE,
	at    INTEGER NOT NULL,
	hash  TEXT    NOT NULL,
	seen  INTEGER NOT NULL,
	title TEXT    NOT NULL,
	text  TEXT    NOT NULL,
	body  TEXT    NOT NULL -- JSON without title and text
) STRICT;
INSERT INTO item2 (key, id, at, hash, seen, title, text, body)
	SELECT key, id, at, hash, seen, coalesce(body ->> '$.title', ''), coalesce(body ->> '$.text', ''), json_remove(body, '$.title', '$.text') FROM item;
DROP TABLE item;
ALTER TABLE item2 RENAME TO item;
CREATE INDEX item_order ON item (at, id);

ALTER TABLE version ADD COLUMN title TEXT NOT NULL DEFAULT '';
ALTER TABLE version ADD COLUMN text TEXT NOT NULL DEFAULT '';
UPDATE version SET title = coalesce(body ->> '$.title', ''), text = coalesce(body ->> '$.text', ''), body = json_remove(body, '$.title', '$.text');

-- Days whose counts are wanted are counted in memory; a fact is found by day
-- and time.
DROP INDEX fact_day;
CREATE INDEX fact_day ON fact (day, at);
