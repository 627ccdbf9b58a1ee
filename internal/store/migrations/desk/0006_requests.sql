-- Requests of people about what is kept of their words.
CREATE TABLE data_request (
	id   TEXT PRIMARY KEY,
	due  INTEGER NOT NULL,
	done INTEGER NOT NULL,
	body TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE INDEX data_request_open ON data_request (done, due);
