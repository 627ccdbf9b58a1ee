-- Searches that people keep: of one person, or shared with all who may search.
-- query is the form as a browser sends it.
CREATE TABLE saved_search (
	id     INTEGER PRIMARY KEY AUTOINCREMENT,
	owner  TEXT    NOT NULL, -- account, in small letters
	name   TEXT    NOT NULL,
	query  TEXT    NOT NULL,
	shared INTEGER NOT NULL CHECK (shared IN (0, 1)),
	at     INTEGER NOT NULL,
	UNIQUE (owner, name)
) STRICT;
