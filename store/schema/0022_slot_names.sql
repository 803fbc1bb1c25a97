-- How many names an order takes, and how many wildcards are among them, where it was bought for so many; 0: not known.
ALTER TABLE vendor_order ADD COLUMN names_max BIGINT NOT NULL DEFAULT 0;
ALTER TABLE vendor_order ADD COLUMN wildcards_max BIGINT NOT NULL DEFAULT 0;
