-- What a person proves beside the password (RFC 6238).
CREATE TABLE second_factor (
	account  TEXT PRIMARY KEY REFERENCES account (name) ON DELETE CASCADE,
	secret   TEXT NOT NULL,
	since    INTEGER NOT NULL, -- 0: not confirmed by a code yet
	step     INTEGER NOT NULL, -- of the last code that was used
	recovery TEXT NOT NULL CHECK (json_valid(recovery)) -- hashes of the codes that are left
) STRICT;
