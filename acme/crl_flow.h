/* crl_flow - keeps the revocation lists of the embedded CAs fresh: after each revocation, and once
 * a day.
 *
 *     sign -> sign again later, for ever
 *
 * The subject of its job is the authority's place in the configuration.
 */
#ifndef COUNTERSIGN_ACME_CRL_FLOW_H
#define COUNTERSIGN_ACME_CRL_FLOW_H

#include "acme/flow.h"

extern const struct flow_kind crl_flow;

/* The lists are to be signed anew, now. */
enum err_code crl_flow_want(
    const struct acme_settings *settings, struct store_tx *tx, int64_t now_ms, struct err *e);

#endif
