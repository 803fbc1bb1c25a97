-- What was looked at before a certificate was issued, from where, and what was seen: control of a name (for an
-- authorization), CAA (for an action). The server's own look has the perspective ''.
CREATE TABLE observation (
    id              {id},
    authz_id        BIGINT REFERENCES authz (id) ON DELETE CASCADE,
    action_id       BIGINT REFERENCES action (id) ON DELETE CASCADE,
    checked         TEXT NOT NULL,          -- http-01, caa, ...
    perspective     TEXT NOT NULL,
    region          TEXT NOT NULL,
    at_s            BIGINT NOT NULL,
    outcome         TEXT NOT NULL CHECK (outcome IN ('agrees', 'disagrees', 'silent')),
    problem         TEXT NOT NULL,          -- the type of ACME problem, or ''
    detail          TEXT NOT NULL,
    address         TEXT NOT NULL           -- what was connected to, or ''
);
CREATE INDEX observation_of_authz ON observation (authz_id) WHERE authz_id IS NOT NULL;
CREATE INDEX observation_of_action ON observation (action_id) WHERE action_id IS NOT NULL;

-- That all checks which were required have run and ended well: when, and which. 0: that is not known, and nothing is
-- issued.
ALTER TABLE authz ADD COLUMN checked_s BIGINT NOT NULL DEFAULT 0;
ALTER TABLE authz ADD COLUMN checks TEXT;
ALTER TABLE action ADD COLUMN checked_s BIGINT NOT NULL DEFAULT 0;
ALTER TABLE action ADD COLUMN checks TEXT;

-- Until now the server looked alone.
UPDATE authz SET checked_s = validated_s, checks = 'seen from here, before there were perspectives'
    WHERE status = 'valid';
