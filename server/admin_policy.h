/* admin_policy - what an order would mean now, in the admin API: the facts of an imagined order, as
 * acme/order_facts.h reads them for a real one, and what is decided by them. Reads only.
 *
 *     POST /policy/explain
 *
 *     {"profile":"default","names":["www.example.com"],"csr":"<base64url DER>","account":7,
 *      "tenant":"web","action":"reissue","order_id":"1001","replaces":"...","at":"2027-01-01T00:00:00Z",
 *      "answer":"text"}
 *
 * "names" or "csr" is needed: without names, they are the CSR's; without a CSR, a new P-256 key is
 * assumed. "tenant" is for an account that is yet to be made. "answer":
 *     "text"      {"text":"..."}  as explain_text says it
 *     "decision"  as explain_json says it
 *     "facts"     as facts_read takes them
 */
#ifndef COUNTERSIGN_SERVER_ADMIN_POLICY_H
#define COUNTERSIGN_SERVER_ADMIN_POLICY_H

#include "server/admin.h"

enum err_code admin_policy_prepare_explain(struct admin_req *req, struct err *e);
enum err_code admin_policy_explain(
    struct admin_req *req, struct store_tx *tx, struct admin_resp *resp, struct err *e);

#endif
