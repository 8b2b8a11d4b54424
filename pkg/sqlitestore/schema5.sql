-- The mini-programs that the database has served, so that no stand-in for WeChat
-- serves it after a real one.
CREATE TABLE served_apps (
    app_id TEXT PRIMARY KEY
) STRICT;
INSERT INTO served_apps (app_id) SELECT app_id FROM bindings UNION SELECT app_id FROM sessions;
