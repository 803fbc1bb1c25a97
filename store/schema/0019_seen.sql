-- When the vendor itself last told of an order, also if nothing had changed; 0: it never has.
ALTER TABLE vendor_order ADD COLUMN seen_s BIGINT NOT NULL DEFAULT 0;
