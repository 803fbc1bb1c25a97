-- Limits whose buckets must outlive the process (acme/rate.h): when each is full again, in microseconds since 1970.
CREATE TABLE rate (
    key             {bytes} PRIMARY KEY,    -- a hash of what is counted
    full_at_us      BIGINT NOT NULL
);

-- What an account has begun and not ended.
CREATE INDEX orders_open ON orders (account_id, expires_s) WHERE status IN ('pending', 'ready');
CREATE INDEX authz_pending ON authz (account_id, expires_s) WHERE status = 'pending';
