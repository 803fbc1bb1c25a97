-- What is decided about an order (policy/), and what is done for it at its upstream.

-- A state has more words now, and a CHECK cannot be changed: the column is made anew.
ALTER TABLE action ADD COLUMN progress TEXT NOT NULL DEFAULT 'sending';
UPDATE action SET progress = state;
-- What still waits for CAA or the other checks is decided after them.
UPDATE action SET progress = 'deciding' WHERE state = 'sending' AND order_id IN
    (SELECT subject FROM job WHERE kind = 'order' AND step IN (0, 4));
ALTER TABLE action DROP COLUMN state;
ALTER TABLE action RENAME COLUMN progress TO state;

ALTER TABLE action ADD COLUMN target TEXT;              -- the vendor's order that it is about: to reissue, a paid slot, ...
ALTER TABLE action ADD COLUMN product TEXT;             -- what is ordered, in the vendor's words
ALTER TABLE action ADD COLUMN common_name TEXT;
ALTER TABLE action ADD COLUMN billable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE action ADD COLUMN adopts BIGINT REFERENCES action (id);     -- the action that it waits for
ALTER TABLE action ADD COLUMN vendor_order TEXT;        -- what the vendor calls order, certificate and request
ALTER TABLE action ADD COLUMN vendor_certificate TEXT;
ALTER TABLE action ADD COLUMN vendor_request TEXT;
ALTER TABLE action ADD COLUMN waits_for TEXT;           -- while it is pending: whom or what, for people
ALTER TABLE action ADD COLUMN said TEXT;                -- of an operator: 'approved', 'rejected', ...; NULL: nothing
ALTER TABLE action ADD COLUMN said_why TEXT;
ALTER TABLE action ADD COLUMN sent_s BIGINT NOT NULL DEFAULT 0;         -- the intent to send it
ALTER TABLE action ADD COLUMN changed_s BIGINT NOT NULL DEFAULT 0;

CREATE INDEX action_under_way ON action (key_hash) WHERE state IN ('deciding', 'sending', 'pending', 'in_doubt');
CREATE INDEX action_adopting ON action (adopts) WHERE adopts IS NOT NULL;
CREATE INDEX certificate_by_key ON certificate (key_hash);

-- The last decision about an order, with all that was considered (docs/policy.md).
CREATE TABLE decision (
    order_id        BIGINT PRIMARY KEY REFERENCES orders (id),
    decided_s       BIGINT NOT NULL,
    times           INTEGER NOT NULL,       -- that it was decided anew: a WAIT is
    outcome         TEXT NOT NULL,
    rule            TEXT NOT NULL,
    target          TEXT,
    document        TEXT NOT NULL           -- JSON
);
