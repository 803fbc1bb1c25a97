-- An authorization may serve several orders, or none yet; one may cover the names below its own (RFC 9444).
ALTER TABLE authz ADD COLUMN subdomains INTEGER NOT NULL DEFAULT 0;

DROP INDEX authz_held;
CREATE INDEX authz_live ON authz (account_id, identifier, expires_s) WHERE status IN ('pending', 'valid');
