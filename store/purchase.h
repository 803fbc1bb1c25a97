/* purchase - what was bought: the store's billable actions, for budgets that a restart must not
 * forgive (policy/budget.h). All functions: ERR_STORE if the database cannot be used. */
#ifndef COUNTERSIGN_STORE_PURCHASE_H
#define COUNTERSIGN_STORE_PURCHASE_H

#include "store/store.h"

/* Counts a billable action, in the transaction of its intent. `tenant`: of the account, "" for
 * none. An action counts once, however often it is added. */
enum err_code store_purchase_add(struct store_tx *tx, int64_t action_id, const char *upstream,
    const char *tenant, int64_t at_s, struct err *e);

/* The upstream refused the action outright: nothing was bought. Of an action that does not count,
 * nothing. */
enum err_code store_purchase_take_back(struct store_tx *tx, int64_t action_id, struct err *e);

/* When something was bought at the upstream after `after_s`, by one tenant or (NULL) by all: the
 * newest `max`, the newest first, on `mem`. */
enum err_code store_purchase_times(struct store_tx *tx, void *mem, const char *upstream,
    const char *tenant, int64_t after_s, int64_t max, int64_t **list, size_t *len, struct err *e);

#endif
