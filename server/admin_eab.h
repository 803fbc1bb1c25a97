/* admin_eab - external accounts in the admin API (RFC 8555, 7.3.4; acme/eab.h).
 *
 *     GET  /eab               {"keys":[...]}, oldest first, without the MAC keys
 *     POST /eab               makes one: 201, with its MAC key, which is never shown again
 *     POST /eab/<kid>/revoke  no more accounts, nor certificates for those that it made
 *
 * Names are DNS names and addresses. What is asked for, all of it optional; without "uses" one
 * account may be made, -1 is any number; without "actions" all of enroll, reissue, duplicate and
 * renew; without "budget" what the profile says (policy/preferences.h):
 *
 *     {"tenant":"web","label":"edge","names":["corp.example"],"profiles":["default"],"uses":1,
 *      "lifetime_s":86400,"prevalidated":false,"actions":["reissue","duplicate"],
 *      "budget":{"new_orders":5,"period_s":2592000}}
 */
#ifndef COUNTERSIGN_SERVER_ADMIN_EAB_H
#define COUNTERSIGN_SERVER_ADMIN_EAB_H

#include "server/admin.h"

enum err_code admin_eab_list(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);
enum err_code admin_eab_prepare_create(struct admin_req *req, struct err *e);
enum err_code admin_eab_create(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);
enum err_code admin_eab_revoke(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);

#endif
