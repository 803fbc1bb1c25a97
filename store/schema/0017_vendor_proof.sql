-- What a vendor wants to see published before it issues (its own domain validation), as long as it is, or may be, published.
CREATE TABLE vendor_proof (
    id              {id},
    action_id       BIGINT NOT NULL REFERENCES action (id),
    upstream        TEXT NOT NULL,
    kind            TEXT NOT NULL CHECK (kind IN ('txt', 'cname', 'http')),
    domain          TEXT NOT NULL,          -- whose control it proves
    name            TEXT NOT NULL,          -- of the record, or the file's path
    value           TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('wanted', 'published', 'leaving')),
    trouble         TEXT,                   -- why it could not be published or taken back, for people; NULL: nothing is wrong
    created_s       BIGINT NOT NULL,
    UNIQUE (action_id, kind, name, value)
);
CREATE INDEX vendor_proof_by_name ON vendor_proof (kind, name);
