-- Without a rowid, the sessions of a user stand side by side in one tree. No index finds those that are over: Purge
-- reads all. ended_at orders the sessions that have ended: milliseconds that never come twice from one
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

-- A new record gets the highest id, so those that are written at the same time stand side by side, and expire so.
CREATE TABLE new_records (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    version    TEXT NOT NULL,
    value      BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
INSERT INTO new_records (name, version, value, expires_at)
    SELECT name, version, value, expires_at FROM records WHERE expires_at > unixepoch() * 1000;
DROP TABLE records;
ALTER TABLE new_records RENAME TO records;
