/* digicert_routes - from a request to the call that it is: the list of contents of the API. */
#ifndef COUNTERSIGN_VENDORSIM_DIGICERT_ROUTES_H
#define COUNTERSIGN_VENDORSIM_DIGICERT_ROUTES_H

#include "tests/vendorsim/digicert_private.h"

#define DIGICERT_BASE "/services/v2"

/* Answers a request. Looked at in this order: route, key, the key's rights, body, the call itself.
 */
void digicert_route(struct digicert *dc, struct sim_request *request);

/* The route of a request ("PUT /request/{}/status"), for the record; NULL: none. On the request. */
const char *digicert_route_name(struct sim_request *request);

#endif
