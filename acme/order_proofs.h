/* order_proofs - what a vendor wants to see published for an order's action: put to work, told to
 * people, let go.
 *
 * Where the configuration says how (acme/proof_method.h), each is a row with a job of its own
 * (acme/proof_flow.h); else an operator publishes them, and all that happens here is that the
 * action says what.
 */
#ifndef COUNTERSIGN_ACME_ORDER_PROOFS_H
#define COUNTERSIGN_ACME_ORDER_PROOFS_H

#include "acme/flow.h"

/* The vendor wants result->proofs published (none: nothing changes). What it wanted of the action
 * before and no longer does, goes. *waits_for is told how far that is. */
enum err_code order_proofs_want(struct flow *flow, struct store_tx *tx, const struct action *action,
    const struct upstream_result *result, const char **waits_for, struct err *e);

/* Are there proofs of the action that are published here, and are not yet? */
enum err_code order_proofs_load(struct flow *flow, struct store_tx *snapshot,
    const struct action *action, bool *lacks, struct err *e);

/* The action has ended: nothing of it is to stay published. */
enum err_code order_proofs_leave(
    struct store_tx *tx, int64_t action_id, int64_t now_ms, struct err *e);

#endif
