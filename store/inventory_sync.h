/* inventory_sync - how far the reading of a vendor's inventory is: where it goes on after a crash,
 * and what people are told of it. One row an inventory (store/inventories.h). */
#ifndef COUNTERSIGN_STORE_INVENTORY_SYNC_H
#define COUNTERSIGN_STORE_INVENTORY_SYNC_H

#include "store/store.h"

struct inventory_sync {
    int64_t inventory;
    const char *upstream; /* whose inventory it is */
    bool running, is_full, wants_full;
    const char *position; /* what to ask for next (upstream_ops.list); NULL: the beginning */
    int64_t began_s, ended_s;
    int64_t synced_s; /* what had changed by then is known; 0: nothing is */
    int64_t completed;
    int64_t orders, changed;
    const char *trouble; /* or NULL */
};

/* Of an inventory; zero where it was never read. ERR_NOT_FOUND: there is no such inventory. */
enum err_code store_inventory_sync_get(
    struct store_tx *tx, void *mem, int64_t inventory, struct inventory_sync *out, struct err *e);

enum err_code store_inventory_sync_put(
    struct store_tx *tx, const struct inventory_sync *sync, struct err *e);

#endif
