-- The cases whose claim somebody has written down: the register of known
-- claims is read for every page of the inbox.
CREATE INDEX case_claimed ON case_file (kind, opened DESC, id DESC) WHERE json_extract(body, '$.claim') IS NOT NULL;
