-- The justice officer's vetoes, by the story that the hand-off was about.
-- Entries carry their own.
CREATE TABLE veto (
	story TEXT PRIMARY KEY,
	at    INTEGER NOT NULL -- of the latest
) STRICT;

-- Whose item an address is.
CREATE INDEX entry_url ON entry (json_extract(body, '$.item.url'));
