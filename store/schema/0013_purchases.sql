-- What was bought, for budgets (policy/budget.h): a row for each billable action, made with its intent.
CREATE TABLE purchase (
    action_id       BIGINT PRIMARY KEY REFERENCES action (id),
    upstream        TEXT NOT NULL,
    tenant          TEXT NOT NULL,          -- of the account; empty: none
    at_s            BIGINT NOT NULL
);
CREATE INDEX purchase_of_upstream ON purchase (upstream, at_s);
CREATE INDEX purchase_of_tenant ON purchase (upstream, tenant, at_s);

-- Which of what is under way on a vendor's order is ours; NULL: a source told of it.
ALTER TABLE vendor_action ADD COLUMN action_id BIGINT REFERENCES action (id);
CREATE INDEX vendor_action_of_action ON vendor_action (action_id) WHERE action_id IS NOT NULL;
