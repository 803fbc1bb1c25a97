/* order_publish - how an order ends: with a certificate, or with a problem (the steps `publish` and
 * `fail` of acme/order_flow.h).
 *
 * What ends an order's action ends all orders that joined it, in the same transaction; and what
 * waits for something at the same upstream is decided anew at once.
 */
#ifndef COUNTERSIGN_ACME_ORDER_PUBLISH_H
#define COUNTERSIGN_ACME_ORDER_PUBLISH_H

#include "acme/order_step.h"

/* An order that ends, with its action. */
struct order_end {
    void *mem;
    struct order *order; /* status, and certificate_id or error, are set */
    const struct action *action;
    int64_t now_ms;
};

/* processing -> valid. `ids`: what the vendor calls it all, or NULL. ERR_STORE. */
enum err_code order_end_valid(struct order_end *end, struct store_tx *tx,
    const struct certificate *certificate, const struct vendor_ids *ids, struct err *e);

/* processing -> invalid, with a problem document. */
enum err_code order_end_failed(struct order_end *end, struct store_tx *tx, const struct err *why,
    const struct subproblem *subproblems, size_t subproblems_len, struct err *e);

/* May the order, which is for the same names and key, have a certificate with these dates? */
bool order_takes_dates(const struct order *order, int64_t not_before_s, int64_t not_after_s);

#endif
