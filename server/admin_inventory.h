/* admin_inventory - what is known of the vendors' orders in the admin API (store/inventory.h).
 *
 *     POST /inventory/import   merges orders, in one transaction, and says what that changed
 *     POST /inventory/list     orders by upstream, id, name and status: all optional; reads only
 *     POST /inventory/validations
 *                              what is validated apart from orders, by upstream; reads only
 *
 *     {"upstream":"main","vendor":"digicert","inventory":{"orders":[...],"validations":{...}}}
 *         {"inserted":3,"updated":0,"unchanged":7,"validations_changed":false}
 *     {"upstream":"main","name":"www.example.com","status":"issued","id":"1001","after":0}
 *         {"orders":[{"upstream":"main","vendor":"digicert","changed":"...","contradiction":"...",
 *         "order":{...}}],"next":500}
 *
 *     {"upstream":"main"}
 *         {"inventories":[{"upstream":"main","vendor":"digicert","validations":{...}}]}
 *
 * Orders are as in policy/inventory_json.h. "vendor" is needed for the first import of an upstream.
 * "contradiction" says what cannot be true of an order. "next": there may be more, after that.
 */
#ifndef COUNTERSIGN_SERVER_ADMIN_INVENTORY_H
#define COUNTERSIGN_SERVER_ADMIN_INVENTORY_H

#include "server/admin.h"

/* The largest request: one order with as many names and certificates as it may have. */
#define ADMIN_INVENTORY_BODY_MAX ((size_t)8 * 1024 * 1024)

enum err_code admin_inventory_prepare_import(struct admin_req *req, struct err *e);
enum err_code admin_inventory_import(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);
enum err_code admin_inventory_prepare_list(struct admin_req *req, struct err *e);
enum err_code admin_inventory_list(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);
enum err_code admin_inventory_validations(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);

#endif
