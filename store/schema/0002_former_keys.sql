-- The keys that accounts had before their present one (RFC 8555, 7.3.5), by thumbprint.
CREATE TABLE former_key (
    id              {id},
    account_id      BIGINT NOT NULL REFERENCES account (id),
    thumbprint      {bytes} NOT NULL,
    until_s         BIGINT NOT NULL
);
CREATE INDEX former_key_of_account ON former_key (account_id);
