-- The first schema. Times are UTC seconds (_s) or milliseconds (_ms) since 1970; enums are words.
-- Ids are row numbers: they never leave the server but sealed (acme/handle.h), so nothing random is indexed for URLs.

-- Secrets and counters of the installation that must survive restarts: the sealing key of URLs, saved nonces.
CREATE TABLE setting (
    name            TEXT PRIMARY KEY,
    value           {bytes} NOT NULL
);

CREATE TABLE account (
    id              {id},
    status          TEXT NOT NULL CHECK (status IN ('valid', 'deactivated', 'revoked')),
    thumbprint      {bytes} NOT NULL UNIQUE,
    jwk             TEXT NOT NULL,
    contacts        TEXT NOT NULL,
    terms_agreed    INTEGER NOT NULL,
    created_s       BIGINT NOT NULL
);

CREATE TABLE orders (
    id              {id},
    account_id      BIGINT NOT NULL REFERENCES account (id),
    status          TEXT NOT NULL CHECK (status IN ('pending', 'ready', 'processing', 'valid', 'invalid')),
    profile         TEXT NOT NULL,
    identifiers     TEXT NOT NULL,          -- "dns www.example.com", one a line
    created_s       BIGINT NOT NULL,
    expires_s       BIGINT NOT NULL,
    csr             {bytes},
    certificate_id  BIGINT,
    error           TEXT,
    replaces        TEXT                    -- the name of a certificate (RFC 9773, 4.1)
);
CREATE INDEX orders_replacing ON orders (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX orders_of_account ON orders (account_id, id);

-- An authorization and its challenges, which share one token (store/model.h).
CREATE TABLE authz (
    id              {id},
    account_id      BIGINT NOT NULL REFERENCES account (id),
    status          TEXT NOT NULL
        CHECK (status IN ('pending', 'valid', 'invalid', 'deactivated', 'expired', 'revoked')),
    identifier      TEXT NOT NULL,          -- "dns www.example.com"
    wildcard        INTEGER NOT NULL,
    expires_s       BIGINT NOT NULL,
    token           TEXT NOT NULL,
    challenges      INTEGER NOT NULL,       -- a set of enum challenge_type
    tried           INTEGER NOT NULL,
    tried_s         BIGINT NOT NULL,
    thumbprint      {bytes},
    validated_s     BIGINT NOT NULL,
    validated_address TEXT,
    error           TEXT
);

CREATE INDEX authz_held ON authz (account_id, identifier) WHERE status = 'valid';

CREATE TABLE order_authz (
    order_id        BIGINT NOT NULL REFERENCES orders (id),
    authz_id        BIGINT NOT NULL REFERENCES authz (id),
    PRIMARY KEY (order_id, authz_id)
);
CREATE INDEX order_authz_by_authz ON order_authz (authz_id);

-- What follows a leaf, once for all the leafs that it follows.
CREATE TABLE chain (
    id              {id},
    pem             TEXT NOT NULL UNIQUE
);

CREATE TABLE certificate (
    id              {id},
    account_id      BIGINT NOT NULL REFERENCES account (id),
    order_id        BIGINT NOT NULL REFERENCES orders (id),
    upstream        TEXT NOT NULL,
    serial          {bytes} NOT NULL,
    der             {bytes} NOT NULL,
    chain_id        BIGINT NOT NULL REFERENCES chain (id),
    key_hash        {bytes} NOT NULL,       -- SHA-256 of the SubjectPublicKeyInfo
    not_before_s    BIGINT NOT NULL,
    not_after_s     BIGINT NOT NULL,
    revoked_s       BIGINT NOT NULL,        -- 0: it is not
    revocation_reason INTEGER NOT NULL      -- -1: none was given
);
CREATE INDEX certificate_by_serial ON certificate (serial);
CREATE INDEX certificate_revoked ON certificate (upstream, revoked_s) WHERE revoked_s > 0;

-- Actions upstream: the intent stands here before anything is sent or signed.
CREATE TABLE action (
    id              {id},
    order_id        BIGINT NOT NULL UNIQUE REFERENCES orders (id),
    upstream        TEXT NOT NULL,
    kind            TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('sending', 'done', 'failed', 'in_doubt')),
    reference       {bytes} NOT NULL,
    key_hash        {bytes} NOT NULL,
    not_before_s    BIGINT NOT NULL,
    not_after_s     BIGINT NOT NULL,
    created_s       BIGINT NOT NULL,
    caa_s           BIGINT NOT NULL DEFAULT 0, -- when CAA was checked for all names; 0: it was not
    caa             TEXT                    -- what was found, one name a line
);

-- The certificate revocation list of an upstream that we sign ourselves.
CREATE TABLE crl (
    upstream        TEXT PRIMARY KEY,
    number          BIGINT NOT NULL,
    der             {bytes} NOT NULL,
    next_update_s   BIGINT NOT NULL
);

-- Work that outlives a request. leased_until_ms: somebody is at it; void after a restart.
CREATE TABLE job (
    id              {id},
    kind            TEXT NOT NULL,
    subject         BIGINT NOT NULL,
    step            INTEGER NOT NULL,
    attempts        INTEGER NOT NULL,
    run_at_ms       BIGINT NOT NULL,
    leased_until_ms BIGINT NOT NULL,
    last_error      TEXT,
    UNIQUE (kind, subject)
);
CREATE INDEX job_due ON job (run_at_ms);
