-- External accounts may bound what their accounts may have done at a vendor, and how often they may buy.
ALTER TABLE eab ADD COLUMN actions TEXT NOT NULL DEFAULT '';    -- new, reissue, duplicate, renew: one a line; empty: all
ALTER TABLE eab ADD COLUMN budget_orders BIGINT NOT NULL DEFAULT -1;    -- billable ones of its tenant; -1: the profile says
ALTER TABLE eab ADD COLUMN budget_period_s BIGINT NOT NULL DEFAULT 0;
