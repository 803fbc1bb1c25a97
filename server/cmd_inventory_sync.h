/* cmd_inventory_sync - `countersign inventory sync`: has the running server read a vendor's
 * inventory now, and shows how far it is. */
#ifndef COUNTERSIGN_SERVER_CMD_INVENTORY_SYNC_H
#define COUNTERSIGN_SERVER_CMD_INVENTORY_SYNC_H

#include <stdbool.h>

/* Waits until it is done. `config` may be NULL. The exit status: 1 if the vendor gives trouble; the
 * server goes on with it all the same. */
int inventory_sync_run(
    void *mem, const char *command, const char *config, const char *upstream, bool full, bool json);

#endif
