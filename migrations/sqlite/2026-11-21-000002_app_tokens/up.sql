-- The access_token of each app, which all instances share, and who is fetching the next one.
CREATE TABLE app_tokens (
    app_id        TEXT    NOT NULL PRIMARY KEY,
    -- Encrypted, and a keyed hash that tells whether it still is the one that WeChat rejected. Nothing before the first fetch.
    token         BLOB,
    fingerprint   BLOB,
    -- When to fetch the next one, and when this one ends.
    refresh_at    INTEGER,
    expires_at    INTEGER,
    -- Somebody fetches it until then.
    claimed_until INTEGER,
    -- The later of both ends.
    kept_until    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX app_tokens_by_end ON app_tokens (kept_until);
