-- External accounts may say whom certificates of persons are for: the operator attests it, a CSR never does.
ALTER TABLE eab ADD COLUMN given_name TEXT NOT NULL DEFAULT '';
ALTER TABLE eab ADD COLUMN surname TEXT NOT NULL DEFAULT '';
ALTER TABLE eab ADD COLUMN organization TEXT NOT NULL DEFAULT '';    -- the vendor's number for it; empty: the upstream's
