-- What a web login is for, which attempt took it, and what came of it. One that began before is for signing in.
-- Steps of one transaction: SQLite's DDL rolls back.
ALTER TABLE pending_logins ADD COLUMN is_silent INTEGER NOT NULL DEFAULT 0;
-- Whose way in the WeChat account becomes; nobody's: the person signs in.
ALTER TABLE pending_logins ADD COLUMN link_to BLOB;
-- SHA-256 of what came back.
ALTER TABLE pending_logins ADD COLUMN attempt BLOB;
-- Sealed.
ALTER TABLE pending_logins ADD COLUMN outcome BLOB;
