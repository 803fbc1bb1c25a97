/* order_flow - carries one order from `processing` to `valid` or `invalid` (RFC 8555, 7.1.6).
 *
 *     caa -> checks -> refresh -> decide -> submit -> (poll | prove | find) -> publish
 *
 * and `fail` from any step.
 *
 * Each finalized order has one action, `deciding` at first. What it means at the vendor is decided
 * when all checks are on record; the intent (what is asked of which upstream, with our reference)
 * is then durable before anything is sent or signed. Where nothing is to be asked before, all of
 * that happens inside finalize.
 *
 * An order may also end without a call upstream: with a certificate that is there, with the action
 * of another order that it joined, or refused. What may not be done yet waits in the job queue and
 * is checked and decided again; no order waits longer than its profile says.
 *
 * A step that was cut off by a crash runs again; acme/order_upstream.c says how that never becomes
 * a second purchase.
 */
#ifndef COUNTERSIGN_ACME_ORDER_FLOW_H
#define COUNTERSIGN_ACME_ORDER_FLOW_H

#include "acme/csr.h"
#include "acme/flow.h"

extern const struct flow_kind order_flow;

/* Puts an order to work, in the transaction that set it to `processing`: adds its action, and its
 * job if something is left to be done. The order's status is changed if it has ended by that.
 *
 * eab      the account's external account (id 0: none)
 * *begun   a worker goes on with it at once: the answer may be held for it
 * Errors: PROBLEM_INVALID_PROFILE (the profile is no longer configured), PROBLEM_UNAUTHORIZED
 * (a proof no longer stands), ERR_STORE.
 */
enum err_code order_flow_start(struct acme_req *req, struct store_tx *tx, struct order *order,
    const struct csr *csr, const struct eab *eab, bool *begun, struct err *e);

/* Something has changed at the upstream: orders that wait there are decided again at once. */
enum err_code order_flow_wake_waiting(
    struct store_tx *tx, const char *upstream, int64_t now_ms, struct err *e);

/* What a client is told to wait before it looks at an order again that is processing: until
 * something can have happened, within a day. */
enum err_code order_flow_retry_after(struct store_tx *tx, void *mem, const struct order *order,
    int64_t now_s, int64_t *retry_after_s, struct err *e);

#endif
