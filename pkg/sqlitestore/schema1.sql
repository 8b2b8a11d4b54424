-- Times are milliseconds since 1970. Text compares by its bytes.

CREATE TABLE users (
    id            TEXT PRIMARY KEY,
    username      TEXT NOT NULL UNIQUE,
    name          TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    roles         TEXT NOT NULL, -- a JSON list
    disabled      INTEGER NOT NULL,
    not_before    INTEGER NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT;

-- The two rules of a binding: an identity has one user, and a user one openid in
-- an app. A user's Apps are read from here.
CREATE TABLE bindings (
    app_id        TEXT NOT NULL,
    openid        TEXT NOT NULL,
    user_id       TEXT NOT NULL REFERENCES users (id),
    id            TEXT NOT NULL,
    union_id      TEXT NOT NULL,
    sealed_key    TEXT NOT NULL,
    bound_at      INTEGER NOT NULL,
    last_login_at INTEGER NOT NULL,
    PRIMARY KEY (app_id, openid),
    UNIQUE (user_id, app_id)
) STRICT;

-- A session may outlive its binding, which then says why it is dead.
CREATE TABLE sessions (
    user_id      TEXT NOT NULL,
    token_hash   TEXT NOT NULL,
    app_id       TEXT NOT NULL,
    binding_id   TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    seen_at      INTEGER NOT NULL,
    idle_end     INTEGER NOT NULL,
    absolute_end INTEGER NOT NULL,
    ended_reason TEXT NOT NULL,
    device       TEXT NOT NULL,
    PRIMARY KEY (user_id, token_hash)
) STRICT;
CREATE INDEX sessions_by_end ON sessions (absolute_end);

CREATE TABLE roles (
    name  TEXT PRIMARY KEY,
    menus TEXT NOT NULL -- a JSON tree
) STRICT;

CREATE TABLE records (
    name       TEXT PRIMARY KEY,
    version    TEXT NOT NULL,
    value      BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX records_by_end ON records (expires_at);
