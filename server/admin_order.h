/* admin_order - orders in the admin API (server/admin_record.h).
 *
 *     {"id":17,"url":"https://acme.example/acme/order/...","status":"valid","account":3,
 *      "tenant":"web","profile":"default","upstream":"dc",
 *      "identifiers":[{"type":"dns","value":"www.example.com"}],"created":"...","expires":"...",
 *      "certificate":5}
 *
 * One that is shown has, besides: what its client asked for ("wish", "wish_order_id",
 * "not_before", "not_after", "replaces"), its "error", "authorizations" with "observations"
 * (admin_authorization.h), its "action" (admin_action.h) with what was "checked" and found of
 * "caa", and the "decision" about it:
 * {"decided":"...","times":1,"vendor":"digicert","document":{...}}, the document as `countersign
 * policy explain --json` has it.
 */
#ifndef COUNTERSIGN_SERVER_ADMIN_ORDER_H
#define COUNTERSIGN_SERVER_ADMIN_ORDER_H

#include "server/admin.h"

enum err_code admin_order_prepare_list(struct admin_req *req, struct err *e);
enum err_code admin_order_list(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);
enum err_code admin_order_show(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);

#endif
