-- A random epoch takes the place of not_before: a session lives while it has its
-- user's epoch. Sessions that not_before ended get none.
ALTER TABLE users ADD COLUMN epoch TEXT NOT NULL DEFAULT '';
UPDATE users SET epoch = lower(hex(randomblob(16)));

ALTER TABLE bindings ADD COLUMN epoch TEXT NOT NULL DEFAULT '';
UPDATE bindings SET epoch = (SELECT u.epoch FROM users u WHERE u.id = user_id);

ALTER TABLE sessions ADD COLUMN epoch TEXT NOT NULL DEFAULT '';
UPDATE sessions SET epoch = u.epoch FROM users u WHERE u.id = user_id AND sessions.created_at > u.not_before;

ALTER TABLE users DROP COLUMN not_before;
