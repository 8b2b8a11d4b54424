-- Only what verifies a password reads it, so it gets a table of its own. The user
-- names it by a random id, which is '' for a user who has none.
CREATE TABLE passwords (
    user_id         TEXT PRIMARY KEY REFERENCES users (id) ON DELETE CASCADE,
    id              TEXT NOT NULL,
    hash            TEXT NOT NULL,
    temporary_until INTEGER NOT NULL -- the zero time for one that may be kept
) STRICT;
ALTER TABLE users ADD COLUMN password_id TEXT NOT NULL DEFAULT '';
UPDATE users SET password_id = lower(hex(randomblob(16))) WHERE password_hash <> '';
INSERT INTO passwords (user_id, id, hash, temporary_until)
    SELECT id, password_id, password_hash, -62135596800000 FROM users WHERE password_id <> '';
ALTER TABLE users DROP COLUMN password_hash;
