/* order_refresh - before it is decided what an order means, the vendor is asked about those of its
 * orders that the decision may choose, if it has not told of them for a while: the step `refresh`
 * of acme/order_flow.h. An order that people cancelled in the vendor's portal a minute ago is then
 * not chosen, and one that they have bought there, and the client names, is known.
 *
 * One order a call, the best few only, each merged into the inventory as its reading does it
 * (acme/inventory_merge.h). Nothing is searched for: orders with the same names that the inventory
 * has never heard of are found by its next reading.
 *
 * A vendor that does not answer holds up no order for long: after some tries it is decided by what
 * is known.
 */
#ifndef COUNTERSIGN_ACME_ORDER_REFRESH_H
#define COUNTERSIGN_ACME_ORDER_REFRESH_H

#include "acme/order_step.h"

/* Can the profile's vendor be asked about one order? */
bool order_needs_refresh(const struct acme_profile *profile);

/* For load, at STEP_REFRESH: which order is to be asked about next. */
enum err_code order_load_refresh(
    struct flow *flow, struct store_tx *snapshot, struct order_subject *s, struct err *e);

#endif
