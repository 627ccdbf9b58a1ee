-- told: the content of the item that was announced last, by its hash; empty
-- when there was none. What an edit changed is told beside the new content.
ALTER TABLE todo ADD COLUMN told TEXT NOT NULL DEFAULT '';
