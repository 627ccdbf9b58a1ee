-- The open cases that an entry of a topic may join are looked for on every
-- page of the inbox.
CREATE INDEX case_joinable ON case_file (json_extract(body, '$.topic'), opened DESC, id DESC) WHERE closed = 0 AND kind IN ('verify', 'scam');
