-- A merged user's root is the survivor, everybody else's is themselves: whom an id means is always one step away.
CREATE TABLE users (
    id              BLOB    NOT NULL PRIMARY KEY,
    root            BLOB    NOT NULL,
    external_id     TEXT    UNIQUE,
    nickname        TEXT,
    -- Set by the user, so WeChat's word does not replace it.
    nickname_is_own INTEGER NOT NULL DEFAULT 0,
    avatar_url      TEXT,
    avatar_is_own   INTEGER NOT NULL DEFAULT 0,
    -- Separated by spaces.
    scopes          TEXT    NOT NULL DEFAULT '',
    -- active, disabled, merged, closing or closed.
    state           TEXT    NOT NULL DEFAULT 'active',
    closing_at      INTEGER,
    -- Sessions of an earlier generation than a revocation demands are over.
    generation      INTEGER NOT NULL DEFAULT 0,
    version         INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX users_by_root ON users (root);

-- A merged user's stay theirs and lead to the survivor through the root.
CREATE TABLE login_methods (
    kind         TEXT    NOT NULL,
    -- The AppID of an openid, the Open Platform account of a unionid, nothing for a phone.
    realm        TEXT    NOT NULL,
    -- The keyed hash of a phone's number, in hexadecimal digits.
    identifier   TEXT    NOT NULL,
    id           BLOB    NOT NULL UNIQUE,
    user_id      BLOB    NOT NULL,
    -- The openids and unionids of one WeChat account share it.
    account      BLOB    NOT NULL,
    -- A phone's number, encrypted.
    sealed       BLOB,
    linked_at    INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    PRIMARY KEY (kind, realm, identifier)
) STRICT, WITHOUT ROWID;
CREATE INDEX login_methods_by_user ON login_methods (user_id);

-- What an operator needs to undo a merge: one row for the merged user, and one for each that had been merged into them before.
CREATE TABLE merges (
    id              INTEGER PRIMARY KEY,
    user_id         BLOB    NOT NULL,
    from_root       BLOB    NOT NULL,
    into_root       BLOB    NOT NULL,
    previous_state  TEXT    NOT NULL,
    -- The openid's WeChat account turned out to be the unionid's, and this user's rows of it were relabelled.
    openid_user     BLOB    NOT NULL,
    openid_account  BLOB    NOT NULL,
    unionid_account BLOB    NOT NULL,
    merged_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX merges_by_user ON merges (user_id);

-- An openid and a unionid of one person that are two users', where the operator wants them kept apart.
CREATE TABLE conflicts (
    openid_user   BLOB    NOT NULL,
    unionid_user  BLOB    NOT NULL,
    -- Where it was seen last.
    app_id        TEXT    NOT NULL,
    open_platform TEXT    NOT NULL,
    first_seen_at INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL,
    -- On how many days.
    days          INTEGER NOT NULL DEFAULT 1,
    PRIMARY KEY (openid_user, unionid_user)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    -- SHA-256 of the token, which itself is nowhere.
    digest       BLOB    NOT NULL PRIMARY KEY,
    id           BLOB    NOT NULL,
    user_id      BLOB    NOT NULL,
    generation   INTEGER NOT NULL,
    app          TEXT    NOT NULL,
    channel      TEXT    NOT NULL,
    openid       TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    ip           TEXT,
    user_agent   TEXT,
    env_version  TEXT,
    device_id    TEXT,
    device_name  TEXT,
    os           TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

CREATE TABLE session_keys (
    app_id         TEXT    NOT NULL,
    openid         TEXT    NOT NULL,
    -- Encrypted, and a keyed hash that tells whether WeChat gave the same key again.
    current_key    BLOB    NOT NULL,
    fingerprint    BLOB    NOT NULL,
    previous_key   BLOB,
    previous_until INTEGER,
    updated_at     INTEGER NOT NULL,
    PRIMARY KEY (app_id, openid)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_keys_by_update ON session_keys (updated_at);

CREATE TABLE revocations (
    id            INTEGER PRIMARY KEY,
    -- session, user or alias.
    kind          TEXT    NOT NULL,
    -- A token's digest, or a user's id.
    subject       BLOB    NOT NULL,
    generation    INTEGER,
    except_digest BLOB,
    into_user     BLOB,
    reason        TEXT,
    recorded_at   INTEGER NOT NULL DEFAULT (CAST(unixepoch('subsec') * 1000000 AS INTEGER)),
    -- An alias bars nothing and stays.
    bars_until    INTEGER
) STRICT;
CREATE INDEX revocations_by_record ON revocations (recorded_at);
CREATE INDEX revocations_by_end ON revocations (bars_until);

CREATE TABLE pending_logins (
    state        TEXT    NOT NULL PRIMARY KEY,
    app          TEXT    NOT NULL,
    browser      BLOB    NOT NULL,
    redirect_uri TEXT    NOT NULL,
    return_to    TEXT,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pending_logins_by_end ON pending_logins (expires_at);

-- Codes in flight or spent.
CREATE TABLE exchanges (
    digest        BLOB    NOT NULL PRIMARY KEY,
    claimed_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX exchanges_by_end ON exchanges (claimed_until);

-- Answers to requests that came with an Idempotency-Key; none yet while the request is being answered.
CREATE TABLE kept_answers (
    request    BLOB    NOT NULL PRIMARY KEY,
    body       BLOB    NOT NULL,
    answer     BLOB,
    kept_until INTEGER NOT NULL
) STRICT;
CREATE INDEX kept_answers_by_end ON kept_answers (kept_until);
