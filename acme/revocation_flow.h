/* revocation_flow - carries a revocation to the vendor that issued the certificate: the
 * certificate, never its order, so that what others hold under it lives on.
 *
 * The client has its answer already, and the certificate is revoked here: what is left is the
 * vendor's part, which is asked for until it is done or waits for an approval there. Asking twice
 * does no harm.
 */
#ifndef COUNTERSIGN_ACME_REVOCATION_FLOW_H
#define COUNTERSIGN_ACME_REVOCATION_FLOW_H

#include "acme/flow.h"

extern const struct flow_kind revocation_flow;

/* Starts it for a certificate that was just revoked, in the transaction that did that; nothing if
 * its upstream revokes by a list of its own (the embedded CA). */
enum err_code revocation_flow_start(const struct acme_settings *settings, struct store_tx *tx,
    const struct certificate *certificate, int64_t now_ms, struct err *e);

#endif
