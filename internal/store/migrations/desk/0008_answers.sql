-- What requests of the API with an Idempotency-Key were answered, for a day.
-- An answer may hold the text of an item: erasing any item blanks them all.
CREATE TABLE answer (
	owner  TEXT    NOT NULL,
	key    TEXT    NOT NULL, -- of the caller
	digest TEXT    NOT NULL, -- SHA-256 of the request, in hex
	at     INTEGER NOT NULL, -- milliseconds
	body   BLOB    NOT NULL, -- empty while the request is under way
	PRIMARY KEY (owner, key)
) STRICT;
CREATE INDEX answer_at ON answer (at);
