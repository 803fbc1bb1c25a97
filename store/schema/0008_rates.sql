-- Limits whose buckets must outlive the process (acme/rate.h): when each is full again, in microseconds since 1970.
CREATE TABLE rate (
    id              {id},                   -- a hash of what is counted
    full_at_us      BIGINT NOT NULL
);

-- What an account has begun and not ended. An order's way from pending to processing leaves its index alone.
CREATE INDEX orders_open ON orders (account_id, expires_s) WHERE certificate_id IS NULL AND error IS NULL;
CREATE INDEX authz_pending ON authz (account_id, expires_s) WHERE status = 'pending';
