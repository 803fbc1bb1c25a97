/* admin_sync - the reading of vendors' inventories in the admin API (acme/inventory_flow.h).
 *
 *     POST /inventory/sync          {"upstream":"dc","full":false}    asks for a reading now
 *         {"until":4}               it is done once so many readings are completed
 *     POST /inventory/sync/status   {"upstream":"dc"}                 how far it is; reads only
 *         {"running":true,"full":true,"completed":3,"orders":350,"changed":12,"began":"...",
 *          "synced":"...","trouble":"..."}
 */
#ifndef COUNTERSIGN_SERVER_ADMIN_SYNC_H
#define COUNTERSIGN_SERVER_ADMIN_SYNC_H

#include "server/admin.h"

enum err_code admin_sync_prepare(struct admin_req *req, struct err *e);
enum err_code admin_sync_ask(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);
enum err_code admin_sync_status(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);

#endif
