ALTER TABLE pending_logins DROP COLUMN outcome;
ALTER TABLE pending_logins DROP COLUMN attempt;
ALTER TABLE pending_logins DROP COLUMN link_to;
ALTER TABLE pending_logins DROP COLUMN is_silent;
