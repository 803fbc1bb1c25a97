/* authz_flow - proves control over a name: from an answered challenge to a valid or invalid
 * authorization (RFC 8555, 7.1.6, 7.5.1).
 *
 *     validate (the challenge's own check) -> valid | invalid | validate again later
 */
#ifndef COUNTERSIGN_ACME_AUTHZ_FLOW_H
#define COUNTERSIGN_ACME_AUTHZ_FLOW_H

#include "acme/flow.h"

extern const struct flow_kind authz_flow;

/* Puts an authorization whose challenge was just answered (store_authz_try) to work. */
enum err_code authz_flow_start(
    struct store_tx *tx, int64_t authz_id, int64_t now_ms, struct err *e);

#endif
