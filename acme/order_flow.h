/* order_flow - carries one order from `processing` to `valid` or `invalid` (RFC 8555, 7.1.6).
 *
 *     caa -> checks -> submit -> publish     fail: from any step
 *
 * Finalize stores the intent (the action row: what is asked of which upstream, with our reference)
 * in the transaction that sets the order to `processing`, so the intent is durable before anything
 * is sent or signed. A step that was cut off by a crash runs again: asked twice with the same
 * reference, the embedded CA signs the same certificate, and one is published.
 */
#ifndef COUNTERSIGN_ACME_ORDER_FLOW_H
#define COUNTERSIGN_ACME_ORDER_FLOW_H

#include "acme/flow.h"

extern const struct flow_kind order_flow;

/* Puts an order to work: chooses the upstream by its profile, stores the intent, and adds the job.
 *
 * tx        the transaction that also sets the order to `processing`
 * key_hash  SHA-256 of the CSR's SubjectPublicKeyInfo
 * Errors: PROBLEM_MALFORMED (the profile is no longer configured), ERR_STORE.
 */
enum err_code order_flow_start(struct acme_req *req, struct store_tx *tx, const struct order *order,
    const uint8_t key_hash[32], struct err *e);

#endif
