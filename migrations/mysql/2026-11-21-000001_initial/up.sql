-- `IF NOT EXISTS`, because MySQL's DDL does not roll back: whoever was stopped half-way begins again.

-- A merged user's root is the survivor, everybody else's is themselves: whom an id means is always one step away.
CREATE TABLE IF NOT EXISTS users (
    id              BINARY(16)     NOT NULL PRIMARY KEY,
    root            BINARY(16)     NOT NULL,
    -- Bytes, as every collation that all servers know takes trailing spaces for nothing, and a company's id may end in one.
    external_id     VARBINARY(256) NULL,
    nickname        VARCHAR(255)   NULL,
    -- Set by the user, so WeChat's word does not replace it.
    nickname_is_own BOOLEAN        NOT NULL DEFAULT FALSE,
    avatar_url      VARCHAR(2048)  NULL,
    avatar_is_own   BOOLEAN        NOT NULL DEFAULT FALSE,
    -- Separated by spaces.
    scopes          VARCHAR(4000)  NOT NULL DEFAULT '',
    -- active, disabled, merged, closing or closed.
    state           VARCHAR(16)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'active',
    closing_at      DATETIME(6)    NULL,
    -- Sessions of an earlier generation than a revocation demands are over.
    generation      INT            NOT NULL DEFAULT 0,
    version         BIGINT         NOT NULL DEFAULT 0,
    created_at      DATETIME(6)    NOT NULL,
    updated_at      DATETIME(6)    NOT NULL,
    UNIQUE KEY users_by_external_id (external_id),
    KEY users_by_root (root)
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin ROW_FORMAT = DYNAMIC;

-- A merged user's stay theirs and lead to the survivor through the root.
CREATE TABLE IF NOT EXISTS login_methods (
    kind         VARCHAR(32)    NOT NULL,
    -- The AppID of an openid, the Open Platform account of a unionid, nothing for a phone.
    realm        VARCHAR(64)    NOT NULL,
    -- The keyed hash of a phone's number, in hexadecimal digits.
    identifier   VARCHAR(128)   NOT NULL,
    id           BINARY(16)     NOT NULL,
    user_id      BINARY(16)     NOT NULL,
    -- The openids and unionids of one WeChat account share it.
    account      BINARY(16)     NOT NULL,
    -- A phone's number, encrypted.
    sealed       VARBINARY(512) NULL,
    linked_at    DATETIME(6)    NOT NULL,
    last_used_at DATETIME(6)    NOT NULL,
    PRIMARY KEY (kind, realm, identifier),
    UNIQUE KEY login_methods_by_id (id),
    KEY login_methods_by_user (user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin ROW_FORMAT = DYNAMIC;

-- What an operator needs to undo a merge: one row for the merged user, and one for each that had been merged into them before.
CREATE TABLE IF NOT EXISTS merges (
    id              BIGINT      NOT NULL AUTO_INCREMENT PRIMARY KEY,
    user_id         BINARY(16)  NOT NULL,
    from_root       BINARY(16)  NOT NULL,
    into_root       BINARY(16)  NOT NULL,
    previous_state  VARCHAR(16) NOT NULL,
    -- The openid's WeChat account turned out to be the unionid's, and this user's rows of it were relabelled.
    openid_user     BINARY(16)  NOT NULL,
    openid_account  BINARY(16)  NOT NULL,
    unionid_account BINARY(16)  NOT NULL,
    merged_at       DATETIME(6) NOT NULL,
    KEY merges_by_user (user_id)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin ROW_FORMAT = DYNAMIC;

-- An openid and a unionid of one person that are two users', where the operator wants them kept apart.
CREATE TABLE IF NOT EXISTS conflicts (
    openid_user   BINARY(16)  NOT NULL,
    unionid_user  BINARY(16)  NOT NULL,
    -- Where it was seen last.
    app_id        VARCHAR(64) NOT NULL,
    open_platform VARCHAR(64) NOT NULL,
    first_seen_at DATETIME(6) NOT NULL,
    last_seen_at  DATETIME(6) NOT NULL,
    -- On how many days.
    days          INT         NOT NULL DEFAULT 1,
    PRIMARY KEY (openid_user, unionid_user)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin ROW_FORMAT = DYNAMIC;

CREATE TABLE IF NOT EXISTS revocations (
    id            BIGINT        NOT NULL AUTO_INCREMENT PRIMARY KEY,
    -- session, user or alias.
    kind          VARCHAR(16)   NOT NULL,
    -- A token's digest, or a user's id.
    subject       VARBINARY(32) NOT NULL,
    generation    INT           NULL,
    except_digest BINARY(32)    NULL,
    into_user     BINARY(16)    NULL,
    reason        VARCHAR(32)   NULL,
    -- Every connection of ours has its time_zone at +00:00.
    recorded_at   DATETIME(6)   NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    -- An alias bars nothing and stays.
    bars_until    DATETIME(6)   NULL,
    KEY revocations_by_record (recorded_at),
    KEY revocations_by_end (bars_until)
) ENGINE = InnoDB DEFAULT CHARACTER SET ascii COLLATE ascii_bin ROW_FORMAT = DYNAMIC;
