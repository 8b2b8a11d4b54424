-- A user of a directory claims no username: theirs is only what the directory
-- calls them, and two users may have the same. So the claims, which are unique, get
-- a table of their own. SQLite drops no constraint of a table, so users is made
-- anew, and bindings, which refers to it; this order breaks no reference on the way.
CREATE TABLE new_users (
    id            TEXT PRIMARY KEY,
    username      TEXT NOT NULL,
    name          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    roles         TEXT NOT NULL, -- a JSON list
    disabled      INTEGER NOT NULL,
    not_before    INTEGER NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;
INSERT INTO new_users (id, username, name, password_hash, roles, disabled, not_before, created_at)
    SELECT id, username, name, password_hash, roles, disabled, not_before, created_at FROM users;

CREATE TABLE new_bindings (
    app_id        TEXT NOT NULL,
    openid        TEXT NOT NULL,
    user_id       TEXT NOT NULL REFERENCES new_users (id),
    id            TEXT NOT NULL,
    union_id      TEXT NOT NULL,
    sealed_key    TEXT NOT NULL,
    bound_at      INTEGER NOT NULL,
    last_login_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, openid),
    UNIQUE (user_id, app_id)
) STRICT;
INSERT INTO new_bindings (app_id, openid, user_id, id, union_id, sealed_key, bound_at, last_login_at)
    SELECT app_id, openid, user_id, id, union_id, sealed_key, bound_at, last_login_at FROM bindings;

-- The claim comes before its user where a user is added, so that a name that is
-- taken is told as such.
CREATE TABLE usernames (
    username TEXT PRIMARY KEY,
    user_id  TEXT NOT NULL UNIQUE REFERENCES new_users (id) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED
) STRICT;
INSERT INTO usernames (username, user_id) SELECT username, id FROM users;

DROP TABLE bindings;
DROP TABLE users;
ALTER TABLE new_users RENAME TO users; -- the references follow
ALTER TABLE new_bindings RENAME TO bindings;

ALTER TABLE sessions ADD COLUMN openid_hash TEXT NOT NULL DEFAULT '';

CREATE TABLE hash_kinds (
    kind TEXT PRIMARY KEY
) STRICT;
