/* admin_authorization - authorizations in the admin API: what was checked, by whom, and what was
 * seen (acme/perspective.h).
 *
 *     GET  /authorization            {"authorizations":[...]}, the newest hundred, the newest first
 *     GET  /authorization/of/<name>  the same of one name
 *     GET  /authorization/<number>   one of them, with what was seen:
 *
 *     {"id":17,"account":3,"identifier":{"type":"dns","value":"www.example.com"},"wildcard":false,
 *      "status":"valid","method":"http-01","expires":"...","checked":"...","checks":"http-01 seen
 *      from here; 3 of 3 other perspectives agree","observations":[{"at":"...","checked":"http-01",
 *      "perspective":"frankfurt","region":"ripe-ncc","outcome":"agrees","problem":"...",
 *      "detail":"...","address":"192.0.2.7"}]}
 *
 * The number is the `authz` of log lines. The server's own look has no perspective. What was seen
 * of CAA for the orders that the authorization is for stands there, too.
 */
#ifndef COUNTERSIGN_SERVER_ADMIN_AUTHORIZATION_H
#define COUNTERSIGN_SERVER_ADMIN_AUTHORIZATION_H

#include "server/admin.h"
#include "store/checks.h"

enum err_code admin_authorization_list(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);
enum err_code admin_authorization_show(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);

/* The members of an authorization, and what was seen, as an array. */
void admin_add_authz(struct json_out *w, const struct authz *authz, const struct checks *checks);
void admin_add_observations(struct json_out *w, const struct observation *list, size_t len);

#endif
