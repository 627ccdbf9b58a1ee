-- The desk role's state. A released file is never edited.
-- Times are UTC milliseconds, 0 is no time.

-- Lines of the inbox: an item with its flags, or a trend. What is folded
-- under one line shares its fold, the story or else the id.
CREATE TABLE entry (
	id       TEXT PRIMARY KEY,
	fold     TEXT NOT NULL,
	story    TEXT NOT NULL,
	level    INTEGER NOT NULL CHECK (level BETWEEN 0 AND 4),
	topic    TEXT NOT NULL,
	received INTEGER NOT NULL,
	open     INTEGER NOT NULL CHECK (open IN (0, 1)), -- before people and undecided
	decided  INTEGER NOT NULL,
	joint    TEXT NOT NULL, -- decision that this one was made with
	body     TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE INDEX entry_open ON entry (open, fold, level, received, id, topic) WHERE open = 1; -- covers the inbox
CREATE INDEX entry_decided ON entry (decided) WHERE decided > 0;
CREATE INDEX entry_joint ON entry (joint) WHERE joint <> '';

-- What people made of each flag; the precision of a rule is counted here.
CREATE TABLE flag (
	id      TEXT PRIMARY KEY,
	entry   TEXT NOT NULL REFERENCES entry (id),
	rule    TEXT NOT NULL,
	version INTEGER NOT NULL,
	live    INTEGER NOT NULL CHECK (live IN (0, 1)), -- not withdrawn
	choice  TEXT NOT NULL CHECK (choice IN ('', 'answer', 'verify', 'scam', 'danger', 'emergency', 'stat', 'out')),
	useful  INTEGER NOT NULL CHECK (useful IN (0, 1))
) STRICT;
CREATE INDEX flag_rule ON flag (rule, version);

-- Matters that people work on.
CREATE TABLE case_file (
	id       TEXT PRIMARY KEY,
	kind     TEXT NOT NULL CHECK (kind IN ('answer', 'verify', 'scam', 'danger', 'emergency')),
	state    TEXT NOT NULL CHECK (state IN ('open', 'forwarded', 'answered', 'verifying', 'verdict', 'pending_approval', 'approved', 'corrected', 'escalated', 'closed')),
	level    INTEGER NOT NULL CHECK (level BETWEEN 0 AND 4),
	unit     TEXT NOT NULL, -- in small letters
	due      INTEGER NOT NULL,
	opened   INTEGER NOT NULL,
	closed   INTEGER NOT NULL,
	handoff  INTEGER NOT NULL CHECK (handoff IN (0, 1, 2)), -- none, one, sent
	leaves   INTEGER NOT NULL, -- when an approved hand-off may leave
	approved INTEGER NOT NULL CHECK (approved IN (0, 1)), -- the correction
	cites    TEXT NOT NULL, -- number of the cited document
	body     TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE INDEX case_leaves ON case_file (leaves) WHERE leaves > 0;
CREATE INDEX case_cites ON case_file (cites) WHERE cites <> '' AND closed = 0;
CREATE INDEX case_closed ON case_file (closed, level);

-- Stories whose items join a case.
CREATE TABLE case_story (
	story     TEXT NOT NULL,
	case_file TEXT NOT NULL REFERENCES case_file (id),
	PRIMARY KEY (story, case_file)
) STRICT;

-- The last notice about a story or group, so that a storm is one notice.
CREATE TABLE notice (
	key   TEXT PRIMARY KEY,
	at    INTEGER NOT NULL,
	level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 4),
	alert TEXT NOT NULL
) STRICT;

-- What others must hear of, written with the change that causes it.
CREATE TABLE outbox (
	seq   INTEGER PRIMARY KEY AUTOINCREMENT,
	id    TEXT NOT NULL UNIQUE,
	kind  TEXT NOT NULL CHECK (kind IN ('alert', 'decided', 'facts', 'erased')),
	ref   TEXT NOT NULL, -- decision, notice or case that it follows from
	due   INTEGER NOT NULL, -- not before
	taken INTEGER NOT NULL CHECK (taken IN (0, 1)), -- may have been seen
	sent  INTEGER NOT NULL,
	body  TEXT NOT NULL CHECK (json_valid(body))
) STRICT;
CREATE INDEX outbox_due ON outbox (kind, due) WHERE sent = 0;
CREATE INDEX outbox_ref ON outbox (ref);
CREATE INDEX outbox_sent ON outbox (sent) WHERE sent > 0;

-- The audit chain, append-only: see the triggers.
CREATE TABLE audit (
	seq    INTEGER PRIMARY KEY,
	id     TEXT NOT NULL UNIQUE,
	at     INTEGER NOT NULL,
	role   TEXT NOT NULL,
	who    TEXT NOT NULL,
	act    TEXT NOT NULL,
	object TEXT NOT NULL,
	detail TEXT NOT NULL,
	prev   TEXT NOT NULL,
	hash   TEXT NOT NULL
) STRICT;
CREATE INDEX audit_object ON audit (object) WHERE object <> '';
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;

-- Items whose words must not come back.
CREATE TABLE erased (
	item   TEXT PRIMARY KEY,
	at     INTEGER NOT NULL,
	reason TEXT NOT NULL
) STRICT;

-- Official documents with their facts.
CREATE TABLE document (
	no   TEXT PRIMARY KEY,
	day  TEXT NOT NULL, -- of issue, 2006-01-02
	body TEXT NOT NULL CHECK (json_valid(body))
) STRICT;

-- Running numbers: cases of a year, versions of the facts.
CREATE TABLE counter (
	name  TEXT PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT;

-- People who may sign in.
CREATE TABLE account (
	name     TEXT PRIMARY KEY,
	role     TEXT NOT NULL CHECK (role IN ('reviewer', 'leader', 'justice', 'police_liaison', 'office', 'editor', 'khoi', 'unit', 'admin')),
	unit     TEXT NOT NULL,
	hash     TEXT NOT NULL,
	created  INTEGER NOT NULL,
	disabled INTEGER NOT NULL,
	failures INTEGER NOT NULL,
	locked   INTEGER NOT NULL -- until
) STRICT;

-- Signed-in browsers, by the hash of their token.
CREATE TABLE session (
	token   TEXT PRIMARY KEY,
	account TEXT NOT NULL REFERENCES account (name) ON DELETE CASCADE,
	created INTEGER NOT NULL,
	seen    INTEGER NOT NULL,
	expires INTEGER NOT NULL
) STRICT;
CREATE INDEX session_account ON session (account);
CREATE INDEX session_expires ON session (expires);
