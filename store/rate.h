/* rate - the store's buckets: limits that a restart must not forgive (base/gcra.h, acme/rate.h).
 *
 * All functions: ERR_STORE if it cannot be used.
 */
#ifndef COUNTERSIGN_STORE_RATE_H
#define COUNTERSIGN_STORE_RATE_H

#include "store/store.h"

/* When the bucket of that number is full again; 0 if nothing was counted there. */
enum err_code store_rate_get(struct store_tx *tx, int64_t id, int64_t *full_at_us, struct err *e);
enum err_code store_rate_put(struct store_tx *tx, int64_t id, int64_t full_at_us, struct err *e);

/* Forgets the buckets that are full again. */
enum err_code store_rate_clean(struct store_tx *tx, int64_t now_us, struct err *e);

#endif
