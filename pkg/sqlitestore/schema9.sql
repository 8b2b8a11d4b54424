-- Where a user has given the name, the avatar (an https address, '' for none) and the phone number themselves: a JSON object with the
-- mini-program and the time, NULL for what an administrator has set or a directory described; and the mini-program, '' likewise.
ALTER TABLE users ADD COLUMN name_given TEXT;
ALTER TABLE users ADD COLUMN avatar TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN avatar_given TEXT;
ALTER TABLE users ADD COLUMN phone_app TEXT NOT NULL DEFAULT '';

-- The notices that wait, in the order in which they were written. A user who is gone has some too.
CREATE TABLE notices (
    id        INTEGER PRIMARY KEY,
    user_id   TEXT NOT NULL,
    number    INTEGER NOT NULL,
    notice_id TEXT NOT NULL,
    type      TEXT NOT NULL,
    app_id    TEXT NOT NULL,
    data      TEXT, -- a JSON list, NULL for none
    at        INTEGER NOT NULL,
    UNIQUE (user_id, number)
) STRICT;

-- One row: whether notices are wanted, and a number that none was above that has been delivered.
CREATE TABLE outbox (
    id        INTEGER PRIMARY KEY CHECK (id = 1),
    wanted    INTEGER NOT NULL,
    delivered INTEGER NOT NULL
) STRICT;
INSERT INTO outbox VALUES (1, 0, 0);
