/* admin_action - actions upstream in the admin API (server/admin_record.h): what was sent to whom
 * for an order, and where it stands (store/action.h). Lists are bounded by upstream and state.
 *
 *     {"id":12,"order":17,"upstream":"dc","action":"reissue","state":"pending","target":"1001",
 *      "vendor_order":"1001","waits_for":"approval at the vendor","billable":false,
 *      "created":"...","sent":"...","changed":"...","attempts":3,"next":"...",
 *      "last_error":"..."}
 *
 * What is not known is left out. "attempts" to "last_error" are of the work that it takes, while
 * that goes on.
 */
#ifndef COUNTERSIGN_SERVER_ADMIN_ACTION_H
#define COUNTERSIGN_SERVER_ADMIN_ACTION_H

#include "server/admin.h"

enum err_code admin_action_prepare_list(struct admin_req *req, struct err *e);
enum err_code admin_action_list(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);
enum err_code admin_action_show(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);

/* The members of an action. */
enum err_code admin_add_action(struct json_out *w, const struct admin_req *req, struct store_tx *tx,
    const struct action *action, struct err *e);

#endif
