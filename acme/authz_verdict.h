/* authz_verdict - how the check of an authorization ends, whatever the method: what is written, and
 * what becomes of the orders that wait for it (RFC 8555, 7.1.6). For settling steps of flows. */
#ifndef COUNTERSIGN_ACME_AUTHZ_VERDICT_H
#define COUNTERSIGN_ACME_AUTHZ_VERDICT_H

#include "acme/flow.h"

/* Control is proven, until until_s; `fact` says by which checks. address: what was connected to, or
 * NULL. What was given up meanwhile stays as it is. FLOW_END. */
int authz_verdict_valid(struct flow *flow, struct store_tx *tx, const struct authz *authz,
    int64_t until_s, const char *address, const char *fact, struct err *e);

/* Control was not proven: `why` is a problem, with its subproblems; `checks` is for the log. */
int authz_verdict_invalid(struct flow *flow, struct store_tx *tx, const struct authz *authz,
    const char *address, const struct err *why, const struct subproblem *list, size_t len,
    const char *checks, struct err *e);

/* It will be looked at again: what went wrong is shown already (RFC 8555, 8.2). ERR_CONFLICT if
 * the authorization is not pending any more. */
enum err_code authz_verdict_trouble(struct flow *flow, struct store_tx *tx,
    const struct authz *authz, const struct err *why, const struct subproblem *list, size_t len,
    struct err *e);

/* What was given up while it was being looked at stays as it is (ERR_CONFLICT). FLOW_END. */
int authz_verdict_end(struct err *e);

#endif
