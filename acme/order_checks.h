/* order_checks - have all checks that issuing needs been made and ended well? The store's record is
 * asked, so that no way through the flows leads past them: no certificate is asked for upstream
 * without the fact.
 */
#ifndef COUNTERSIGN_ACME_ORDER_CHECKS_H
#define COUNTERSIGN_ACME_ORDER_CHECKS_H

#include "store/model.h"
#include "store/store.h"

struct order_checks {
    const char *text; /* what was checked, a line each */
    bool lacks_caa;   /* CAA is to be asked and was not, or too long ago */
    const char
        *lacks_name; /* a name for which no authorization with all its checks stands, or NULL */
    bool was_proven; /* it stood once: it was given up since, or has expired */
};

/* What was found of CAA so long ago, in seconds, is asked again, and whether the proofs still
 * stand: the server may have stood still (TLS Baseline Requirements, 3.2.2.8). */
#define CAA_LASTS_S (8 * 60 * 60)

/* Reads the record of an order's authorizations and its action; texts on `mem`. */
enum err_code order_checks_read(void *mem, struct store_tx *tx, const struct order *order,
    int64_t action_id, bool needs_caa, int64_t now_s, struct order_checks *out, struct err *e);

#endif
