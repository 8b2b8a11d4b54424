-- Times are milliseconds since 1970.
CREATE TABLE users (
    id       TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    name     TEXT NOT NULL,
    roles    TEXT NOT NULL -- a JSON list
) STRICT, WITHOUT ROWID;

CREATE TABLE bindings (
    openid        TEXT PRIMARY KEY,
    user_id       TEXT NOT NULL,
    session_key   TEXT NOT NULL,
    last_login_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    user_id    TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    openid     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    PRIMARY KEY (user_id, token_hash)
) STRICT, WITHOUT ROWID;

CREATE TABLE records (
    name    BLOB PRIMARY KEY,
    value   BLOB NOT NULL,
    ends_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
