/* order_unfit - a certificate that came, and is not what was ordered: for another key, without one
 * of the names, without its issuer's.
 *
 * It may have been spoilt on the way, and it is paid for. So it is kept where an operator can look
 * at it (store/unfit.h), and asked for again: soon, some times; then now and then while the order
 * waits for the operator, who may have the vendor mend it and say so
 * (acme/order_verdict.h). After about three days of that the order fails. Nothing is ordered anew.
 */
#ifndef COUNTERSIGN_ACME_ORDER_UNFIT_H
#define COUNTERSIGN_ACME_ORDER_UNFIT_H

#include "acme/order_step.h"

/* The step after one that brought such a certificate (outcome->unfit), from a vendor that can be
 * asked again: STEP_PUBLISH, which refuses it, once it has come too often. */
int order_unfit_settle(struct flow *flow, struct store_tx *tx, struct err *e);

#endif
