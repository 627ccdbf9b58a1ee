-- unread: articles that could not be read behind a listing that can, since
-- the last one that could.
ALTER TABLE visit ADD COLUMN unread INTEGER NOT NULL DEFAULT 0 CHECK (unread >= 0); -- pages in a row
ALTER TABLE visit ADD COLUMN unread_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE visit ADD COLUMN unread_state TEXT NOT NULL DEFAULT '' CHECK (unread_state IN ('', 'degraded', 'blocked'));
ALTER TABLE visit ADD COLUMN unread_vi TEXT NOT NULL DEFAULT '';
ALTER TABLE visit ADD COLUMN unread_en TEXT NOT NULL DEFAULT '';
