/* proofs - what a vendor wants to see published, put to work: a row of each (store/proof.h), with a
 * job of its own (acme/proof_flow.h). For an order's action (acme/order_proofs.h) and for a
 * validation in advance. */
#ifndef COUNTERSIGN_ACME_PROOFS_H
#define COUNTERSIGN_ACME_PROOFS_H

#include "acme/flow.h"

/* The vendor behind `upstream` wants just these published for the owner: what it wanted before and
 * no longer does, goes. */
enum err_code proofs_want(struct flow *flow, struct store_tx *tx, const struct proof_owner *owner,
    const char *upstream, const struct upstream_proof *proofs, size_t len, struct err *e);

/* Is one of the owner's wanted and not published yet? */
enum err_code proofs_lack(
    struct store_tx *tx, void *mem, const struct proof_owner *owner, bool *lacks, struct err *e);

/* The owner has ended: nothing of it is to stay published. */
enum err_code proofs_leave(
    struct store_tx *tx, const struct proof_owner *owner, int64_t now_ms, struct err *e);

/* A copy on `mem`, for callbacks. */
const struct upstream_proof *proofs_copy(
    void *mem, const struct upstream_proof *proofs, size_t len);

#endif
