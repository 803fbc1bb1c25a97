-- Validations of a vendor's that end before renewals would need them: a row for each that was told of, or is made anew.
CREATE TABLE validation (
    id              {id},
    inventory_id    BIGINT NOT NULL REFERENCES inventory (id),
    scope           TEXT NOT NULL CHECK (scope IN ('organization', 'domain', 'order_organization', 'order_domain')),
    name            TEXT NOT NULL,          -- the domain, or the vendor's name for the order; '' for the organization
    alarmed_s       BIGINT NOT NULL,        -- when the log last told of its end; 0: never
    renewing        INTEGER NOT NULL,       -- it is being made anew
    tried_s         BIGINT NOT NULL,        -- when that last began; 0: never
    renewed_s       BIGINT NOT NULL,        -- when that was last done; 0: never
    trouble         TEXT,                   -- what is in the way of it, for people; NULL: nothing is wrong
    UNIQUE (inventory_id, scope, name)
);

-- Proofs are wanted for an action (an order), or for a validation; of files, several domains have the same path and value.
CREATE TABLE vendor_proof_of_any (
    id              {id},
    owner           TEXT NOT NULL CHECK (owner IN ('action', 'validation')),
    owner_id        BIGINT NOT NULL,        -- the row there
    upstream        TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('txt', 'cname', 'http')),
    domain          TEXT NOT NULL,          -- whose control it proves, in lower case
    name            TEXT NOT NULL,          -- of the record, or the file's path
    value           TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('wanted', 'published', 'leaving')),
    trouble         TEXT,                   -- why it could not be published or taken back, for people; NULL: nothing is wrong
    created_s       BIGINT NOT NULL,
    UNIQUE (owner, owner_id, kind, domain, name, value)
);
INSERT INTO vendor_proof_of_any (id, owner, owner_id, upstream, kind, domain, name, value, state, trouble, created_s)
    SELECT id, 'action', action_id, upstream, kind, lower(domain), name, value, state, trouble, created_s FROM vendor_proof;
DROP TABLE vendor_proof;
ALTER TABLE vendor_proof_of_any RENAME TO vendor_proof;
CREATE INDEX vendor_proof_by_name ON vendor_proof (kind, name, domain);

-- What a validation is needed for.
CREATE INDEX vendor_order_by_domain ON vendor_order_name (inventory_id, primary_domain);
CREATE INDEX vendor_order_domain_validation ON vendor_order (inventory_id, domain_validation_until_s)
    WHERE domain_validation_until_s <> 0;
CREATE INDEX vendor_order_organization_validation ON vendor_order (inventory_id, organization_validation_until_s)
    WHERE organization_validation_until_s <> 0;
