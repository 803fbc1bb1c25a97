-- How far the reading of a vendor's inventory is (store/inventory_sync.h): a row for each that was ever read.
CREATE TABLE inventory_sync (
    inventory_id    BIGINT PRIMARY KEY REFERENCES inventory (id),
    running         INTEGER NOT NULL,
    is_full         INTEGER NOT NULL,       -- this reading, or the last one, began at the beginning
    wants_full      INTEGER NOT NULL,       -- the next one shall
    position        TEXT,                   -- what to ask for next, in the connector's words; NULL: the beginning
    began_s         BIGINT NOT NULL,        -- this reading, or the last one
    ended_s         BIGINT NOT NULL,        -- the last one that was completed; 0: none was
    synced_s        BIGINT NOT NULL,        -- what had changed by then is known; 0: nothing is
    completed       BIGINT NOT NULL,        -- readings
    orders          BIGINT NOT NULL,        -- that were read, of this reading or the last one
    changed         BIGINT NOT NULL,        -- of those, new ones and such with news
    trouble         TEXT                    -- why it does not go on; NULL: nothing is wrong
);
