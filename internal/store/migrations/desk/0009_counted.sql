-- What was counted when a report was written: the daily counts that its
-- numbers rest on. Items that come in, change or are erased later change the
-- index's counts, and not these; their hash stands in the report and in the
-- audit chain.
CREATE TABLE report_counted (
	report TEXT PRIMARY KEY REFERENCES report (id) ON DELETE CASCADE,
	counts BLOB NOT NULL -- gzip of JSON
) STRICT;
