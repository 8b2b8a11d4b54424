-- A user may have a phone number and is found by its index, which is unique; '' is for none. phone_verified_at is NULL
-- for a number that WeChat has never confirmed. registered_in is '' for a user who has not registered by themselves.
-- replaced is a JSON object of the last replacement of a binding in each app, NULL for none.
ALTER TABLE users ADD COLUMN phone TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN phone_idx TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN phone_verified_at INTEGER;
ALTER TABLE users ADD COLUMN registered_in TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN replaced TEXT;
CREATE UNIQUE INDEX users_by_phone ON users (phone_idx) WHERE phone_idx <> '';

-- The unionids by which users are found, by their indexes.
CREATE TABLE unions (
    idx     TEXT PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX unions_by_user ON unions (user_id);

-- idx is the index of the identity, and union_idx that of the unionid that was last noted; '' for none.
ALTER TABLE bindings ADD COLUMN idx TEXT NOT NULL DEFAULT '';
ALTER TABLE bindings ADD COLUMN union_idx TEXT NOT NULL DEFAULT '';

-- The indexes of the identities whose bindings were removed.
CREATE TABLE tombstones (
    idx TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
