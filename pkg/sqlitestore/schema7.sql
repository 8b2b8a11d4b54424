-- Rows without a rowid are stored in the tree of their primary key, so a session or a record is written to one tree
-- and not to two or three. ended_at orders the sessions that have ended: milliseconds that never come twice from one
-- process, 0 for a session that has not ended or was not ended by a login.
CREATE TABLE new_sessions (
    user_id      TEXT NOT NULL,
    token_hash   TEXT NOT NULL,
    app_id       TEXT NOT NULL,
    openid_hash  TEXT NOT NULL,
    binding_id   TEXT NOT NULL,
    epoch        TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    seen_at      INTEGER NOT NULL,
    idle_end     INTEGER NOT NULL,
    absolute_end INTEGER NOT NULL,
    ended_reason TEXT NOT NULL,
    ended_at     INTEGER NOT NULL DEFAULT 0,
    device       TEXT NOT NULL,
    PRIMARY KEY (user_id, token_hash)
) STRICT, WITHOUT ROWID;
INSERT INTO new_sessions (user_id, token_hash, app_id, openid_hash, binding_id, epoch, created_at, seen_at, idle_end, absolute_end, ended_reason, device)
    SELECT user_id, token_hash, app_id, openid_hash, binding_id, epoch, created_at, seen_at, idle_end, absolute_end, ended_reason, device FROM sessions;
DROP TABLE sessions;
ALTER TABLE new_sessions RENAME TO sessions;

-- Records live for seconds. Nobody misses those of an older version.
DROP TABLE records;
CREATE TABLE records (
    name       TEXT PRIMARY KEY,
    version    TEXT NOT NULL,
    value      BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX records_by_end ON records (expires_at);
