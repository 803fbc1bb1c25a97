/* inventory_sync - see inventory_sync.h. */
#include "store/inventory_sync.h"

#include "store/store_private.h"

enum { SQL_SYNC_GET, SQL_SYNC_PUT };

static const char *const inventory_sync_sql[] = {
    [SQL_SYNC_GET] = "SELECT upstream, running, is_full, wants_full, position, began_s, ended_s,"
                     " synced_s, completed, orders, changed, trouble"
                     " FROM inventory"
                     " LEFT JOIN inventory_sync ON inventory_sync.inventory_id = inventory.id"
                     " WHERE inventory.id = $1",
    [SQL_SYNC_PUT] =
        "INSERT INTO inventory_sync (inventory_id, running, is_full, wants_full, position,"
        " began_s, ended_s, synced_s, completed, orders, changed, trouble)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        " ON CONFLICT (inventory_id) DO UPDATE SET running = excluded.running,"
        " is_full = excluded.is_full, wants_full = excluded.wants_full,"
        " position = excluded.position, began_s = excluded.began_s, ended_s = excluded.ended_s,"
        " synced_s = excluded.synced_s, completed = excluded.completed, orders = excluded.orders,"
        " changed = excluded.changed, trouble = excluded.trouble",
};
const struct store_statements inventory_sync_statements = STORE_STATEMENTS(inventory_sync_sql);

enum err_code store_inventory_sync_get(
    struct store_tx *tx, void *mem, int64_t inventory, struct inventory_sync *out, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_INVENTORY_SYNC, SQL_SYNC_GET);

    bind_int(q, 1, inventory);
    if (!store_row(q, e))
        return e->code != ERR_OK ? e->code
                                 : err_set(e, ERR_NOT_FOUND, "there is no such inventory");
    *out = (struct inventory_sync){
        .inventory = inventory,
        .upstream = get_text(q, mem, 0),
        .running = get_int(q, 1) != 0,
        .is_full = get_int(q, 2) != 0,
        .wants_full = get_int(q, 3) != 0,
        .position = get_text(q, mem, 4),
        .began_s = get_int(q, 5),
        .ended_s = get_int(q, 6),
        .synced_s = get_int(q, 7),
        .completed = get_int(q, 8),
        .orders = get_int(q, 9),
        .changed = get_int(q, 10),
        .trouble = get_text(q, mem, 11),
    };
    store_end(q);
    return ERR_OK;
}

enum err_code store_inventory_sync_put(
    struct store_tx *tx, const struct inventory_sync *sync, struct err *e)
{
    struct store_query *q = store_query(tx, STORE_INVENTORY_SYNC, SQL_SYNC_PUT);

    bind_int(q, 1, sync->inventory);
    bind_int(q, 2, sync->running);
    bind_int(q, 3, sync->is_full);
    bind_int(q, 4, sync->wants_full);
    bind_text(q, 5, sync->position);
    bind_int(q, 6, sync->began_s);
    bind_int(q, 7, sync->ended_s);
    bind_int(q, 8, sync->synced_s);
    bind_int(q, 9, sync->completed);
    bind_int(q, 10, sync->orders);
    bind_int(q, 11, sync->changed);
    bind_text(q, 12, sync->trouble);
    return store_run(q, NULL, e);
}
