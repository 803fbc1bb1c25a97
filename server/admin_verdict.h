/* admin_verdict - what an operator says about orders and actions, in the admin API
 * (acme/order_verdict.h).
 *
 *     POST /order/<id>/approve   {}
 *     POST /order/<id>/reject    {"reason":"not our domain"}, which reaches the client; or {}
 *                                {"order":17,"action":12,"said":"approved"}
 *     POST /action/<id>/resolve  {"finding":"found","vendor_order":"1001"},
 *                                {"finding":"not-sent"} or {"finding":"failed","reason":"..."}
 *                                {"action":12,"finding":"found"}
 */
#ifndef COUNTERSIGN_SERVER_ADMIN_VERDICT_H
#define COUNTERSIGN_SERVER_ADMIN_VERDICT_H

#include "server/admin.h"

extern const char *const finding_words[]; /* by enum order_finding; ends with NULL */

enum err_code admin_verdict_prepare(struct admin_req *req, struct err *e);
enum err_code admin_order_approve(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);
enum err_code admin_order_resend(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);
enum err_code admin_order_reject(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);

enum err_code admin_verdict_prepare_resolve(struct admin_req *req, struct err *e);
enum err_code admin_action_resolve(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);

#endif
