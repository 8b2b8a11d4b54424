-- One row for each deletion of a person's data since the file was last rewritten:
-- until then, unused bytes of its pages may hold copies of what was deleted. An id
-- never comes again, so that what is deleted meanwhile keeps its row.
CREATE TABLE deletions (
    id INTEGER PRIMARY KEY AUTOINCREMENT
) STRICT;
-- The versions before this one left such copies, and the last one moved the password
-- hashes: so the file is rewritten once.
INSERT INTO deletions DEFAULT VALUES;
