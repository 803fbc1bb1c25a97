/* decision - the store's record of what was decided about an order, and why (policy/decision.h). */
#ifndef COUNTERSIGN_STORE_DECISION_H
#define COUNTERSIGN_STORE_DECISION_H

#include "store/store.h"

/* Keeps the decision instead of an earlier one about the same order; `times` is counted here. */
enum err_code store_decision_put(
    struct store_tx *tx, const struct order_decision *decision, struct err *e);

/* ERR_NOT_FOUND if nothing was decided about the order. On `mem`. */
enum err_code store_decision_get(
    struct store_tx *tx, void *mem, int64_t order_id, struct order_decision *out, struct err *e);

#endif
