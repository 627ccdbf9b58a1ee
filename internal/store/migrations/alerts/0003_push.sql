-- Browsers that take notices of a person (Web Push).
CREATE TABLE push_subscription (
	endpoint TEXT PRIMARY KEY,
	user     TEXT NOT NULL,
	key      TEXT NOT NULL, -- of the browser
	auth     TEXT NOT NULL,
	added    INTEGER NOT NULL
) STRICT;
CREATE INDEX push_user ON push_subscription (user, added);
