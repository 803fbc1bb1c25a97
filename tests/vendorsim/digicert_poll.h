/* digicert_poll - the vendor's own looks at what has been published (13.1): ever more seldom, for a
 * week from when the order or the domain was submitted or its method changed. Setting dcv_polls.
 */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_POLL_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_POLL_H

#include "tests/vendorsim/digicert_private.h"

/* Begins, or begins again, for a certificate that waits, or for a domain. */
void poll_certificate(struct digicert *dc, json_t *certificate);
void poll_domain(struct digicert *dc, json_t *domain);

/* A look that was scheduled here is due; false: it was not one. */
bool poll_on_due(struct digicert *dc, const char *what, const char *subject);

#endif
