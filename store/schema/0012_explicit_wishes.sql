-- What a client wants done at the vendor: asked for outright, by the address of its directory (acme/wish.h).
ALTER TABLE orders ADD COLUMN wish TEXT NOT NULL DEFAULT 'none' CHECK (wish IN ('none', 'new', 'reissue', 'duplicate', 'renew'));
ALTER TABLE orders ADD COLUMN wish_order_id TEXT;       -- the vendor order that was named with it; NULL: none was
