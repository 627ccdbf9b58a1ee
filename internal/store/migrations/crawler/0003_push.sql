-- subscription: one row per source whose feed is pushed by a WebSub hub; the
-- hub signs with the secret.
CREATE TABLE subscription (
	source  TEXT PRIMARY KEY,
	topic   TEXT NOT NULL,
	hub     TEXT NOT NULL,
	token   TEXT NOT NULL UNIQUE, -- end of the callback's address
	secret  TEXT NOT NULL,
	state   TEXT NOT NULL CHECK (state IN ('asked', 'active', 'refused')),
	asked   INTEGER NOT NULL,
	expires INTEGER NOT NULL,
	tries   INTEGER NOT NULL CHECK (tries >= 0)
) STRICT, WITHOUT ROWID;
