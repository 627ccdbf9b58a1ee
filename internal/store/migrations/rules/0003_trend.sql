-- trend_post: when, where and about what something was said, without text; the
-- trends page is worked out from it, and it is pruned after 75 days.
CREATE TABLE trend_post (
	id   TEXT    PRIMARY KEY,
	at   INTEGER NOT NULL,
	body TEXT    NOT NULL
) STRICT;
CREATE INDEX trend_post_at ON trend_post (at);
