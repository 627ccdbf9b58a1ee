-- Reports and ledgers. What a report says, with the queries of its numbers,
-- and what stands in the ledgers, with what stood there before.
CREATE TABLE report (
	id    TEXT PRIMARY KEY,
	kind  TEXT NOT NULL CHECK (kind IN ('weekly', 'daily', 'urgent', 'annual', 'plan', 'handoff', 'complaint', 'correction', 'radio', 'notice')),
	at    INTEGER NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('draft', 'approved', 'sent', 'returned')),
	leaves INTEGER NOT NULL, -- when an approved one goes to its list
	body  TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE INDEX report_at ON report (at);
CREATE INDEX report_leaves ON report (leaves) WHERE state = 'approved';

CREATE TABLE ledger (
	id      TEXT PRIMARY KEY,
	ledger  TEXT NOT NULL,
	parent  TEXT NOT NULL,
	created INTEGER NOT NULL,
	body    TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE INDEX ledger_created ON ledger (ledger, created);

-- What the calendar has caused already: a draft of a week, a reminder.
CREATE TABLE report_once (
	key TEXT PRIMARY KEY,
	at  INTEGER NOT NULL
) STRICT;
