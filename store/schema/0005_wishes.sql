-- What clients may wish for: another chain, dates of their own; and what they agreed to.

-- Chains that may follow a leaf instead of certificate.chain_id (RFC 8555, 7.4.2), numbered from 1, the best first.
CREATE TABLE alternate_chain (
    certificate_id  BIGINT NOT NULL REFERENCES certificate (id),
    number          INTEGER NOT NULL,
    chain_id        BIGINT NOT NULL REFERENCES chain (id),
    PRIMARY KEY (certificate_id, number)
);

ALTER TABLE orders ADD COLUMN not_before_s BIGINT NOT NULL DEFAULT 0;   -- that the client asked for; 0: it did not
ALTER TABLE orders ADD COLUMN not_after_s BIGINT NOT NULL DEFAULT 0;

ALTER TABLE account ADD COLUMN terms TEXT;                              -- URL of the terms that were agreed to; NULL: none, or unknown
ALTER TABLE account ADD COLUMN terms_agreed_s BIGINT NOT NULL DEFAULT 0;
