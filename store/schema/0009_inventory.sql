-- What is known of a vendor's orders, in one inventory for each upstream (store/vendor_order.h). 0 and NULL: not known.
CREATE TABLE inventory (
    id              {id},
    upstream        TEXT NOT NULL UNIQUE,
    vendor          TEXT NOT NULL,          -- "digicert", ...: whose rules hold
    organization_until_s BIGINT NOT NULL,
    lists_domains   INTEGER NOT NULL
);

-- Domains that are validated for the organisation, apart from any order.
CREATE TABLE inventory_domain (
    inventory_id    BIGINT NOT NULL REFERENCES inventory (id),
    name            TEXT NOT NULL,
    until_s         BIGINT NOT NULL,
    PRIMARY KEY (inventory_id, name)
);

CREATE TABLE vendor_order (
    id              {id},
    inventory_id    BIGINT NOT NULL REFERENCES inventory (id),
    vendor_id       TEXT NOT NULL,          -- the vendor's name for it
    tenant          TEXT,
    uploaded        INTEGER NOT NULL,
    product         TEXT,
    brand           TEXT,
    level           TEXT NOT NULL CHECK (level IN ('unknown', 'dv', 'ov', 'ev', 'client')),
    name_kind       TEXT NOT NULL CHECK (name_kind IN ('unknown', 'single', 'wildcard', 'multi')),
    free            INTEGER NOT NULL,
    standing        TEXT NOT NULL CHECK (standing IN
        ('issued', 'pending', 'rejected', 'canceled', 'revoked', 'expired', 'refunded', 'prepaid')),
    first_issued_s  BIGINT NOT NULL,
    order_end_s     BIGINT NOT NULL,
    plan_years      BIGINT NOT NULL,
    domain_validation_until_s       BIGINT NOT NULL,
    organization_validation_until_s BIGINT NOT NULL,
    automatic_validation            INTEGER NOT NULL,
    no_duplicates   INTEGER NOT NULL,
    renewed         INTEGER NOT NULL,
    names           TEXT,                   -- as ordered: "dns www.example.com", one a line
    issued_names    TEXT,                   -- as issued
    changed_s       BIGINT NOT NULL,        -- when we last learned something of it
    UNIQUE (inventory_id, vendor_id)
);
CREATE INDEX vendor_order_slot ON vendor_order (inventory_id) WHERE standing = 'prepaid';

-- The names as ordered, to find orders by. busy: the order is pending, or something is in process on it.
CREATE TABLE vendor_order_name (
    order_id        BIGINT NOT NULL REFERENCES vendor_order (id) ON DELETE CASCADE,
    inventory_id    BIGINT NOT NULL,
    name            TEXT NOT NULL,
    primary_domain  TEXT NOT NULL,
    busy            INTEGER NOT NULL,
    PRIMARY KEY (order_id, name)
);
CREATE INDEX vendor_order_by_name ON vendor_order_name (name, inventory_id);
CREATE INDEX vendor_order_busy ON vendor_order_name (primary_domain, inventory_id) WHERE busy = 1;

CREATE TABLE vendor_certificate (
    order_id        BIGINT NOT NULL REFERENCES vendor_order (id) ON DELETE CASCADE,
    inventory_id    BIGINT NOT NULL,
    vendor_id       TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('original', 'reissue', 'duplicate', 'renewal')),
    spki            TEXT,
    holder          TEXT,                   -- an account; NULL: outside ACME
    not_before_s    BIGINT NOT NULL,
    not_after_s     BIGINT NOT NULL,
    revoked         INTEGER NOT NULL,
    revoke_at_s     BIGINT NOT NULL,        -- scheduled to be
    PRIMARY KEY (order_id, vendor_id)
);
CREATE INDEX vendor_certificate_by_id ON vendor_certificate (vendor_id, inventory_id);
CREATE INDEX vendor_certificate_by_key ON vendor_certificate (spki, inventory_id) WHERE spki IS NOT NULL;

-- What is under way on an order at the vendor.
CREATE TABLE vendor_action (
    order_id        BIGINT NOT NULL REFERENCES vendor_order (id) ON DELETE CASCADE,
    position        INTEGER NOT NULL,
    act             TEXT NOT NULL CHECK (act IN ('new', 'reissue', 'duplicate', 'renew')),
    spki            TEXT,
    account         TEXT,
    since_s         BIGINT NOT NULL,
    PRIMARY KEY (order_id, position)
);
