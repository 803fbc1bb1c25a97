/* unfit - certificates that a vendor handed out and that are not what was ordered: for another key,
 * without a name, without their issuer's. Nobody gets them; they are paid for, so the last one of
 * an action is kept for whoever has to look.
 */
#ifndef COUNTERSIGN_STORE_UNFIT_H
#define COUNTERSIGN_STORE_UNFIT_H

#include "store/store.h"

struct unfit_certificate {
    int64_t action_id;
    struct bytes der;   /* of the leaf */
    const char *chain;  /* PEM of what came with it, or "" */
    const char *detail; /* what is wrong: completes "the certificate authority returned ..." */
    int64_t times;      /* that one came in a row */
    int64_t first_s, last_s;
};

/* One more came for the action, at last_s, and replaces the one before. *times: in a row. */
enum err_code store_unfit_put(
    struct store_tx *tx, const struct unfit_certificate *unfit, int64_t *times, struct err *e);

/* ERR_NOT_FOUND: what came for the action was as ordered, or nothing came. */
enum err_code store_unfit_get(struct store_tx *tx, void *mem, int64_t action_id,
    struct unfit_certificate *out, struct err *e);

/* Somebody has seen to it: the row of them begins anew. None is no error. */
enum err_code store_unfit_remove(struct store_tx *tx, int64_t action_id, struct err *e);

#endif
