/* revalidation_flow - has a domain validated anew by its vendor, before the validation ends.
 *
 *     ask -> prove -> (done)
 *
 * The subject of its job is the validation's row. The vendor says what it wants to see
 * (upstream_ops.validate), proof_flow publishes it by the upstream's method and wakes this one,
 * the vendor is asked to look, and what was published is taken back. Orders have no part in it.
 * One that does not succeed within the day is given up, and begun anew by validation_flow.
 */
#ifndef COUNTERSIGN_ACME_REVALIDATION_FLOW_H
#define COUNTERSIGN_ACME_REVALIDATION_FLOW_H

#include "acme/flow.h"
#include "store/validation.h"

extern const struct flow_kind revalidation_flow;

/* Begins it; the row is made where there is none, and changed in `validation`, too. */
enum err_code revalidation_flow_start(
    struct store_tx *tx, struct validation *validation, int64_t now_ms, struct err *e);

#endif
