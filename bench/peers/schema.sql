-- What the peers keep in MariaDB.
CREATE TABLE users (
    id       BIGINT PRIMARY KEY AUTO_INCREMENT,
    username VARCHAR(64) NOT NULL UNIQUE,
    name     VARCHAR(64) NOT NULL,
    roles    VARCHAR(255) NOT NULL,
    disabled BOOLEAN NOT NULL DEFAULT FALSE
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;

CREATE TABLE bindings (
    id      BIGINT PRIMARY KEY AUTO_INCREMENT,
    app_id  VARCHAR(32) NOT NULL,
    openid  VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    user_id BIGINT NOT NULL,
    UNIQUE KEY (app_id, openid),
    UNIQUE KEY (user_id, app_id)
) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4;
