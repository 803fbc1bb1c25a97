-- External accounts (RFC 8555, 7.3.4): keys that the operator hands out, and which accounts were made with them.
CREATE TABLE eab (
    id              {id},
    kid             TEXT NOT NULL UNIQUE,
    mac_key         {bytes} NOT NULL,
    tenant          TEXT NOT NULL,
    label           TEXT NOT NULL,
    names           TEXT NOT NULL,          -- what its accounts may order, one a line; empty: anything
    profiles        TEXT NOT NULL,          -- one a line; empty: all
    prevalidated    INTEGER NOT NULL,
    uses_left       BIGINT NOT NULL,        -- -1: any number
    created_s       BIGINT NOT NULL,
    expires_s       BIGINT NOT NULL,        -- 0: never
    revoked_s       BIGINT NOT NULL         -- 0: it is not
);

ALTER TABLE account ADD COLUMN tenant TEXT NOT NULL DEFAULT '';
ALTER TABLE account ADD COLUMN eab_id BIGINT REFERENCES eab (id);
ALTER TABLE account ADD COLUMN binding TEXT;    -- the externalAccountBinding that was verified
CREATE INDEX account_of_eab ON account (eab_id) WHERE eab_id IS NOT NULL;
