-- What the vendor is told of a certificate that is revoked here, and what became of that (store/revocation.h).
CREATE TABLE revocation (
    certificate_id  BIGINT PRIMARY KEY REFERENCES certificate (id),
    state           TEXT NOT NULL CHECK (state IN ('asked', 'pending', 'refused', 'done')),
    asked_by        TEXT NOT NULL,          -- 'account 3', 'its key', 'operator', 'the vendor'
    vendor_request  TEXT,                   -- what the vendor calls a request that somebody there must approve
    detail          TEXT,                   -- for people: what it waits for, why it was refused
    asked_s         BIGINT NOT NULL,
    changed_s       BIGINT NOT NULL
);

-- For what the vendor says of a certificate; for whom a certificate is handed to besides.
CREATE INDEX action_of_vendor_order ON action (vendor_order) WHERE vendor_order IS NOT NULL;
CREATE INDEX orders_with_certificate ON orders (certificate_id) WHERE certificate_id IS NOT NULL;

-- What is on its way to a vendor.
INSERT INTO revocation (certificate_id, state, asked_by, asked_s, changed_s)
    SELECT c.id, 'asked', 'account ' || c.account_id, c.revoked_s, c.revoked_s
    FROM job j JOIN certificate c ON c.id = j.subject WHERE j.kind = 'revocation';
