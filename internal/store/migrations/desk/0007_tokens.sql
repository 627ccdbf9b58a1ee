-- Tokens with which programs ask the API for a person. Only a hash is kept.
CREATE TABLE api_token (
	id      INTEGER PRIMARY KEY AUTOINCREMENT,
	owner   TEXT    NOT NULL REFERENCES account (name) ON DELETE CASCADE,
	name    TEXT    NOT NULL, -- what it is for, in the owner's words
	hash    TEXT    NOT NULL UNIQUE, -- SHA-256, in hex
	scopes  TEXT    NOT NULL, -- separated by spaces
	created INTEGER NOT NULL, -- these in milliseconds
	used    INTEGER NOT NULL, -- zero: never
	expires INTEGER NOT NULL
) STRICT;
CREATE INDEX api_token_owner ON api_token (owner);
