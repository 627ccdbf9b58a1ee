-- Known claims that a person put into the register: checks of others.
CREATE TABLE rumour (
	id   TEXT    PRIMARY KEY,
	at   INTEGER NOT NULL,
	body TEXT    NOT NULL -- JSON
) STRICT;

-- What people said of an item beside a claim: the same, or not. The latest
-- word counts; all of them stand in the audit chain.
CREATE TABLE rumour_link (
	claim TEXT    NOT NULL,
	item  TEXT    NOT NULL,
	at    INTEGER NOT NULL,
	body  TEXT    NOT NULL, -- JSON
	PRIMARY KEY (claim, item)
) STRICT;
