-- One row for each line of the inbox, a fold of open entries: its head (the
-- highest level, of those the oldest) and how many lie in it; and how many
-- lines there are of each level and topic. Kept by the triggers below, so that
-- a page of the inbox costs the same however many entries are open. With veil
-- 1 it is the inbox of those who lead the ward, without what accuses them.
CREATE TABLE pile (
	fold     TEXT NOT NULL,
	veil     INTEGER NOT NULL CHECK (veil IN (0, 1)),
	head     TEXT NOT NULL,
	level    INTEGER NOT NULL,
	topic    TEXT NOT NULL,
	received INTEGER NOT NULL,
	n        INTEGER NOT NULL,
	PRIMARY KEY (fold, veil)
) STRICT;
CREATE TABLE pile_count (
	veil  INTEGER NOT NULL,
	level INTEGER NOT NULL,
	topic TEXT NOT NULL,
	n     INTEGER NOT NULL,
	PRIMARY KEY (veil, level, topic)
) STRICT, WITHOUT ROWID;

DROP INDEX entry_open;
CREATE INDEX entry_open ON entry (fold, level DESC, received, id, topic, subject) WHERE open = 1; -- the head of a fold comes first
CREATE INDEX entry_signal ON entry (received) WHERE json_extract(body, '$.item') IS NULL;

CREATE TRIGGER pile_insert AFTER INSERT ON pile BEGIN
	INSERT INTO pile_count (veil, level, topic, n) VALUES (new.veil, new.level, new.topic, 1)
	ON CONFLICT (veil, level, topic) DO UPDATE SET n = n + 1;
END;
CREATE TRIGGER pile_delete AFTER DELETE ON pile BEGIN
	UPDATE pile_count SET n = n - 1 WHERE veil = old.veil AND level = old.level AND topic = old.topic;
END;
CREATE TRIGGER pile_update AFTER UPDATE OF level, topic ON pile WHEN old.level <> new.level OR old.topic <> new.topic BEGIN
	UPDATE pile_count SET n = n - 1 WHERE veil = old.veil AND level = old.level AND topic = old.topic;
	INSERT INTO pile_count (veil, level, topic, n) VALUES (new.veil, new.level, new.topic, 1)
	ON CONFLICT (veil, level, topic) DO UPDATE SET n = n + 1;
END;

INSERT INTO pile (fold, veil, head, level, topic, received, n)
SELECT fold, veil, id, level, topic, received, n FROM (
	SELECT e.fold, v.veil, e.id, e.level, e.topic, e.received,
		row_number() OVER (PARTITION BY e.fold, v.veil ORDER BY e.level DESC, e.received, e.id) AS place,
		count(*) OVER (PARTITION BY e.fold, v.veil) AS n
	FROM entry e, (SELECT 0 AS veil UNION ALL SELECT 1) v
	WHERE e.open = 1 AND (v.veil = 0 OR e.subject <> 'leader'))
WHERE place = 1;
CREATE INDEX pile_order ON pile (veil, level DESC, received, head);
CREATE INDEX pile_topic ON pile (veil, topic, level DESC, received, head);

CREATE TRIGGER entry_opens AFTER INSERT ON entry WHEN new.open = 1 BEGIN
	INSERT INTO pile (fold, veil, head, level, topic, received, n)
	SELECT new.fold, veil, new.id, new.level, new.topic, new.received, 1 FROM (SELECT 0 AS veil UNION ALL SELECT 1)
	WHERE veil = 0 OR new.subject <> 'leader'
	ON CONFLICT (fold, veil) DO UPDATE SET n = n + 1;
	UPDATE pile SET (head, level, topic, received) =
		(SELECT id, level, topic, received FROM entry WHERE open = 1 AND fold = new.fold AND (pile.veil = 0 OR subject <> 'leader') ORDER BY level DESC, received, id LIMIT 1)
	WHERE fold = new.fold;
END;
-- Out of the fold that it lay in, and into the one that it lies in now.
CREATE TRIGGER entry_moves AFTER UPDATE OF open, fold, level, topic, received, subject ON entry
WHEN (old.open, old.fold, old.level, old.topic, old.received, old.subject) IS NOT (new.open, new.fold, new.level, new.topic, new.received, new.subject) BEGIN
	UPDATE pile SET n = n - 1 WHERE old.open = 1 AND fold = old.fold AND (veil = 0 OR old.subject <> 'leader');
	DELETE FROM pile WHERE fold = old.fold AND n = 0;
	INSERT INTO pile (fold, veil, head, level, topic, received, n)
	SELECT new.fold, veil, new.id, new.level, new.topic, new.received, 1 FROM (SELECT 0 AS veil UNION ALL SELECT 1)
	WHERE new.open = 1 AND (veil = 0 OR new.subject <> 'leader')
	ON CONFLICT (fold, veil) DO UPDATE SET n = n + 1;
	UPDATE pile SET (head, level, topic, received) =
		(SELECT id, level, topic, received FROM entry WHERE open = 1 AND fold = pile.fold AND (pile.veil = 0 OR subject <> 'leader') ORDER BY level DESC, received, id LIMIT 1)
	WHERE fold IN (old.fold, new.fold);
END;
CREATE TRIGGER entry_goes AFTER DELETE ON entry WHEN old.open = 1 BEGIN
	UPDATE pile SET n = n - 1 WHERE fold = old.fold AND (veil = 0 OR old.subject <> 'leader');
	DELETE FROM pile WHERE fold = old.fold AND n = 0;
	UPDATE pile SET (head, level, topic, received) =
		(SELECT id, level, topic, received FROM entry WHERE open = 1 AND fold = old.fold AND (pile.veil = 0 OR subject <> 'leader') ORDER BY level DESC, received, id LIMIT 1)
	WHERE fold = old.fold;
END;
